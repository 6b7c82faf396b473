"""The pytest plugin: options in, items made, facts collected, verdicts counted, reports out.

Keep it thin: what is in scope, what a verdict is and what a report says is decided elsewhere.
"""

import gc
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from toetskader.entry import TESTS, asks_for_help, project_of
from toetskader.facts.store import EvidenceError
from toetskader.judging.registry import RegistryError
from toetskader.plugin.audit import AUDIT, Audit
from toetskader.plugin.hooks import NOTHING_JUDGED, Hooks
from toetskader.plugin.options import Options
from toetskader.report import carrier
from toetskader.yamlfile import FileErrors

OBJECTS_PER_COLLECTION = 50_000
"""New objects after which Python looks for garbage: what a run loads stays, and its facts go a target at once."""

_MARKERS = (
    "level(n): maturity level of the requirement",
    "source(id): document the requirement comes from",
    "part(name): part of the target it is measured on",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load everything that can be wrong before anything runs, and say so in plain words (exit code 4)."""
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    option = config.option
    if option.help or option.markers or option.showfixtures or option.show_fixtures_per_test or option.version:
        return
    root = project_of(config)
    options = Options.of(config, root)
    try:
        audit = Audit.load(options, root / TESTS)
        option.xmlpath = None  # our JUnit file is a view of the results, not of pytest's reports
        if option.collectonly:
            option.htmlpath = None
        else:
            given = getattr(config, "workerinput", None)
            audit.open_folder(Path(given["toetskader_folder"]) if given else None)
            if given is None:
                option.htmlpath = str(audit.html_path)
                carrier.prepare(config)
    except FileErrors as errors:
        raise pytest.UsageError(errors.text(options.lang)) from None
    except (RegistryError, EvidenceError, OSError) as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[AUDIT] = audit
    config.pluginmanager.register(Hooks(config, audit), "toetskader-audit")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | None, int | None]:
    """Let a run end with 0 only when its verdicts allow it, whatever pytest was asked to do instead of judging.

    To a person who types --help or --version it owes none.
    """
    code = yield
    if code or hasattr(config, "workerinput") or asks_for_help(config):
        return code
    audit = config.stash.get(AUDIT, None)
    if audit is not None and audit.finished is not None:
        return audit.finished.run.exit_code
    print(NOTHING_JUDGED[config.option.lang or "nl"], file=sys.stderr)
    return int(pytest.ExitCode.NO_TESTS_COLLECTED)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take away the folder of a run that came to nothing: nobody should find a report that is not there."""
    audit = config.stash.get(AUDIT, None)
    if audit is not None and not hasattr(config, "workerinput"):
        audit.close()
