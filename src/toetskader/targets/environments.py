"""The namespace part of a target: from what its file says to namespaces that can be looked at."""

from collections.abc import Iterator
from pathlib import Path

from toetskader.core.fields import below
from toetskader.facts.kubernetes.label_selector import label_selector
from toetskader.targets.models import LiveEntry, PartEntries, TargetFile
from toetskader.targets.namespaces import NamespaceEntry
from toetskader.targets.values_sets import goes_with_a_chart, values_errors, values_set_of
from toetskader.text import Text
from toetskader.yamlfile import Steps, shown

SOURCES = ("kubeconfig", "in_cluster", "snapshot", "dumps")


def entries_of(parts: PartEntries) -> tuple[LiveEntry, ...]:
    """Return the namespaces a target file names; it may write a single one without a list."""
    given = parts.namespace
    if given is None:
        return ()
    return (given,) if isinstance(given, LiveEntry) else given


def namespace_errors(parts: PartEntries) -> Iterator[tuple[Steps, Text]]:
    """Yield what is wrong with the namespace part beyond its types: the path in the target file, and why.

    That a file it names is absent is no error here: what needs it is undetermined, and says so in the report.
    """
    seen: set[str] = set()
    for index, entry in enumerate(entries_of(parts)):
        place: Steps = ("parts", "namespace")
        if not isinstance(parts.namespace, LiveEntry):
            place = (*place, index)
        named = [source for source in SOURCES if getattr(entry, source)]
        if len(named) != 1:
            choices = ", ".join(SOURCES)
            yield (
                place,
                Text(
                    f"noem precies een van {choices}: waar de namespace te zien is",
                    f"name exactly one of {choices}: where the namespace can be seen",
                ),
            )
        if entry.exec and not (entry.kubeconfig or entry.in_cluster):
            message = Text("exec kan alleen op een cluster", "exec works on a cluster only")
            yield (*place, "exec"), message
        if entry.asked and not entry.dumps:
            message = Text(
                "asked hoort bij dumps: noem daar de bestanden van kubectl, of haal asked weg",
                "asked goes with dumps: name the files of kubectl there, or remove asked",
            )
            yield (*place, "asked"), message
        if isinstance(entry.asked, tuple) and "everything" in entry.asked:
            message = Text(
                "everything is geen naam van een soort: schrijf asked: everything, zonder lijst",
                "everything is no name of a kind: write asked: everything, without a list",
            )
            yield (*place, "asked"), message
        try:
            label_selector(entry.selector)
        except ValueError as error:
            said = shown(entry.selector)
            message = Text(f"{said} is geen labelselector ({error})", f"{said} is no label selector ({error})")
            yield (*place, "selector"), message
        if entry.environment in seen:
            message = Text(
                f"omgeving {entry.environment} staat hier twee keer",
                f"environment {entry.environment} stands here twice",
            )
            yield (*place, "environment"), message
        seen.add(entry.environment)
        for steps, message in _release_errors(entry, parts):
            yield (*place, *steps), message


def _release_errors(entry: LiveEntry, parts: PartEntries) -> Iterator[tuple[Steps, Text]]:
    """Yield what is wrong with what a namespace says of the chart that runs in it."""
    yield from values_errors(entry.values, parts.chart.values if parts.chart is not None else None)
    if parts.chart is None and entry.release is not None:
        yield ("release",), goes_with_a_chart("release")


def own_namespace_errors(content: TargetFile) -> Iterator[tuple[Steps, Text]]:
    """Yield what is wrong with the further namespaces of the supplier: each is of one environment."""
    known = {entry.namespace: entry.environment for entry in entries_of(content.parts)}
    for environment, names in content.own_namespaces.items():
        for index, name in enumerate(names):
            other = known.setdefault(name, environment)
            if other != environment:
                yield (
                    ("own_namespaces", environment, index),
                    Text(
                        f"{name} staat ook bij {other}; een namespace is van één omgeving",
                        f"{name} stands with {other} too; a namespace is of one environment",
                    ),
                )


def namespaces_of(folder: Path, content: TargetFile) -> tuple[NamespaceEntry, ...]:
    """Return the namespaces with their references resolved. Parameters: `folder`, of the target file."""
    parts = content.parts
    sets = tuple(parts.chart.values) if parts.chart is not None else ()
    environments = tuple(entry.environment for entry in entries_of(parts))
    further = tuple(name for names in content.own_namespaces.values() for name in names)
    return tuple(
        NamespaceEntry(
            environment=entry.environment,
            namespace=entry.namespace,
            kubeconfig=below(folder, entry.kubeconfig),
            context=entry.context,
            in_cluster=entry.in_cluster,
            snapshot=below(folder, entry.snapshot),
            dumps=tuple(folder / name for name in entry.dumps),
            asked=entry.asked,
            selector=entry.selector,
            users=entry.users,
            groups=entry.groups,
            own=further,
            siblings=content.own_namespaces.get(entry.environment, ()),
            exec=entry.exec,
            values=values_set_of(entry.environment, entry.values, sets, environments),
            release=entry.release or (parts.chart.release if parts.chart is not None else ""),
        )
        for entry in entries_of(parts)
    )
