"""How the source of a chart is called."""

from toetskader.targets.models import ChartSource, LocalChart, OciChart, Target


def source_name(source: ChartSource, target: Target) -> str:
    """Name a chart's source for people and evidence: relative to the target's file where it can be."""
    match source:
        case LocalChart():
            base = target.file.parent.resolve()
            path = source.path.resolve()
            return str(path.relative_to(base)) if path.is_relative_to(base) else path.name
        case OciChart():
            return source.reference
        case _:
            return f"{source.repository}: {source.name} {source.version}"
