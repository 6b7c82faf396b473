"""Makes the suite in `tests/` an audit; see `pytest --help`, under Toetskader."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from toetskader.targets.models import Target

pytest_plugins = ["toetskader.entry", "toetskader.plugin", "toetskader.plugin.html"]

TARGETS = Path(__file__).with_name("targets").resolve()
EMBEDDED_DOSSIERS = ("voorbeeld-dossier", "voorbeeld-dossier-gebrekkig")
EMBEDDED_SERVICES = ("voorbeeld-saas", "voorbeeld-saas-gebrekkig", "voorbeeld-dossier-gebrekkig")
EMBEDDED = ("voorbeeld", "voorbeeld-gebrekkig", *EMBEDDED_SERVICES, EMBEDDED_DOSSIERS[0])
"""Folders of the targets that come with the project, and have the same verdicts on any day."""


def pytest_configure(config: pytest.Config) -> None:
    """Run the embedded services on loopback for as long as they are audited, and make the embedded dossiers."""
    if blocked := [name for name in pytest_plugins if not config.pluginmanager.has_plugin(name)]:
        raise pytest.UsageError(
            f"-p no:{blocked[0]}: zonder deze plug-in is dit geen audit / without it this is no audit"
        )
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    from toetskader.plugin.audit import AUDIT  # noqa: PLC0415 - pytest loads the plugin, with its assertions rewritten

    audit = config.stash.get(AUDIT, None)
    if audit is None or audit.plan.options.replay is not None:
        return
    laboratory, today = TARGETS / ".laboratorium", audit.plan.today
    if any(_is_embedded(target.file, EMBEDDED_SERVICES) for target in audit.plan.targets):
        from toetskader.laboratory.example import start  # noqa: PLC0415 - a chart is audited without it

        start(config.add_cleanup, laboratory, today)
    dossiers = [target.name for target in audit.plan.targets if _is_embedded(target.file, EMBEDDED_DOSSIERS)]
    if dossiers:
        from toetskader.laboratory.dossier import Maker  # noqa: PLC0415 - a chart is audited without it

        maker = Maker(today)
        for name in dossiers:
            templates = [TARGETS / of / "documenten" for of in dict.fromkeys((EMBEDDED_DOSSIERS[0], name))]
            maker.make(templates, laboratory / name)


def pytest_toetskader_target(target: "Target", today: date) -> "Target | None":
    """Let the embedded targets be what they are on any day: what a supplier dated is never moved."""
    if not _is_embedded(target.file, EMBEDDED):
        return None
    from toetskader.laboratory.dated import dated  # noqa: PLC0415 - only where it is needed

    return dated(target, today)


def _is_embedded(file: Path, names: tuple[str, ...]) -> bool:
    return file.resolve() in {TARGETS / name / "target.yaml" for name in names}
