"""The pytest plugin: options in, items made, facts collected, verdicts counted, reports out.

Keep it thin: what is in scope, what a verdict is and what a report says is decided elsewhere.
"""

import gc
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from toetskader.collect.evidence import EvidenceError
from toetskader.entry import TESTS, asks_for_help, project_of
from toetskader.judging.registry import RegistryError
from toetskader.plugin import hookspecs
from toetskader.plugin.audit import AUDIT, Audit
from toetskader.plugin.ending import ENDING, Ending
from toetskader.plugin.hooks import NOTHING_JUDGED, Hooks
from toetskader.plugin.loading import load
from toetskader.plugin.options import Options
from toetskader.report import carrier
from toetskader.text import Text
from toetskader.yamlfile import FileErrors

OBJECTS_PER_COLLECTION = 50_000
"""New objects after which Python looks for garbage: what a run loads stays, and its facts go a target at once."""

_FORKED = Text(
    "--forked: een oordeel in een eigen proces ziet niet wat er verzameld is; laat --forked weg, of kies -n",
    "--forked: a judgement in a process of its own does not see what was collected; leave out --forked, or choose -n",
)
_NO_PATH = Text(
    "een pad op de opdrachtregel is niet te gebruiken: {why}", "a path on the command line cannot be used: {why}"
)
_BROKEN_OFF = Text(
    "Afgebroken voordat er iets getoetst was; er is geen rapport.",
    "Broken off before anything was audited; there is no report.",
)

_MARKERS = (
    "level(n): maturity level of the requirement",
    "source(id): document the requirement comes from",
    "part(name): part of the target it is measured on",
)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add our own hooks."""
    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load everything that can be wrong before anything runs, and say so in plain words (exit code 4)."""
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    option = config.option
    if option.help or option.markers or option.showfixtures or option.show_fixtures_per_test or option.version:
        return
    if getattr(option, "forked", False):
        raise pytest.UsageError(_FORKED[option.lang or "nl"])
    root = project_of(config)
    try:
        options = Options.of(config, root)
    except (OSError, ValueError) as error:  # a name that is too long, or that no file can have
        raise pytest.UsageError(_NO_PATH[option.lang or "nl"].format(why=error)) from None
    ending = Ending(in_worker=hasattr(config, "workerinput"))
    config.stash[ENDING] = ending
    config.add_cleanup(ending.close)
    audit: Audit | None = None
    try:
        ending.begin()
        audit = Audit(load(options, root / TESTS, config.hook.pytest_toetskader_target))
        option.xmlpath = None  # our JUnit file is a view of the results, not of pytest's reports
        if option.collectonly:
            option.htmlpath = None
        else:
            given = getattr(config, "workerinput", None)
            audit.open(Path(given["toetskader_folder"]) if given else None)
            if given is None:
                option.htmlpath = str(audit.places.html_path)
                carrier.prepare(config)
    except FileErrors as errors:
        raise pytest.UsageError(errors.text(options.lang)) from None
    except (RegistryError, EvidenceError, OSError) as error:
        raise pytest.UsageError(str(error)) from None
    except KeyboardInterrupt:
        sys.stderr.write(f"{_BROKEN_OFF[options.lang]}\n")
        if audit is not None and not hasattr(config, "workerinput"):
            audit.close()
        raise
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
    if audit is not None and audit.reporting.finished is not None:
        return audit.reporting.finished.run.exit_code
    print(NOTHING_JUDGED[config.option.lang or "nl"], file=sys.stderr)
    return int(pytest.ExitCode.NO_TESTS_COLLECTED)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take away the folder of a run that came to nothing: nobody should find a report that is not there."""
    audit = config.stash.get(AUDIT, None)
    if audit is not None and not hasattr(config, "workerinput"):
        audit.close()
        config.stash[ENDING].hangs = audit.gathering.hangs
