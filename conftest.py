"""Makes the suite in `tests/` an audit; see `pytest --help`, under Toetskader."""

from pathlib import Path

import pytest

pytest_plugins = ["toetskader.entry", "toetskader.plugin", "toetskader.plugin.html"]

EMBEDDED_SERVICES = ("voorbeeld-saas", "voorbeeld-saas-gebrekkig")


def pytest_configure(config: pytest.Config) -> None:
    """Run the embedded services on loopback for as long as they are audited."""
    if blocked := [name for name in pytest_plugins if not config.pluginmanager.has_plugin(name)]:
        raise pytest.UsageError(
            f"-p no:{blocked[0]}: zonder deze plug-in is dit geen audit / without it this is no audit"
        )
    targets = config.rootpath / "targets"
    asked = [Path(name).resolve() for name in config.getoption("target", None) or ()]
    is_asked = any(
        path == targets or targets / name in (path, *path.parents) for path in asked for name in EMBEDDED_SERVICES
    )
    if not is_asked or hasattr(config, "workerinput") or config.option.collectonly:
        return
    from toetskader.laboratory.example import start  # noqa: PLC0415 - a chart is audited without it

    start(config.add_cleanup, targets / ".laboratorium")
