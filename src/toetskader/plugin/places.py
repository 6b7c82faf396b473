"""Where a run is kept: its folder, and the files that are asked for."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from toetskader.oserrors import why
from toetskader.plugin.evidence import EvidenceFolder, new_run_folder, point_latest
from toetskader.plugin.plan import Plan
from toetskader.report.outputs import require_room_below, require_writable
from toetskader.text import Text
from toetskader.yamlfile import shown

_NOT_WRITABLE = Text(
    "{place} is niet te schrijven ({why}); kies een andere plek of maak die schrijfbaar",
    "{place} cannot be written ({why}); choose another place or make it writable",
)
_TWICE = Text("{one} en {other} noemen hetzelfde bestand: {path}", "{one} and {other} name the same file: {path}")
_AUDITED = Text(
    "{option}: {path} is zelf wat getoetst wordt; kies een andere plek",
    "{option}: {path} is itself what is audited; choose another place",
)


class Places:
    """The folder of a run, and what is asked for beside it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.folder = Path()

    def open(self, given: Path | None, started: datetime) -> None:
        """Make the folder of this run, or use the one that the controller of pytest-xdist made.

        Parameters: `started`, when the run began, which the folder is called by. Raises pytest.UsageError for a place
        that cannot be written, is asked for twice, or is itself what is audited.
        """
        if given is not None:
            self.folder = given
            return
        self._require_places()
        name = self._plan.targets[0].name if len(self._plan.targets) == 1 else "portefeuille"
        with self._in_a_sentence("--reports", self._plan.options.reports):
            require_room_below(self._plan.options.reports / name)
            self.folder = new_run_folder(self._plan.options.reports, name, f"{started:%Y-%m-%dT%H-%M-%SZ}")
            try:
                self.evidence.write_run(self._plan.today, self._plan.targets, edited=self._plan.is_edited)
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        """Remove the folder, of a run that made no report: a wrong option or path on the command line."""
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # not empty: earlier runs are kept there
                self.folder.parent.rmdir()

    def _require_places(self) -> None:
        """Raise pytest.UsageError when a file that is asked for cannot be written, or is asked for twice."""
        options = self._plan.options
        asked = {
            "--html": options.html,
            "--results": options.results,
            "--junitxml": options.junit,
            "--csv": options.csv,
        }
        by_place: dict[Path, str] = {}
        for option, path in asked.items():
            if path is None:
                continue
            first = by_place.setdefault(Path(os.path.realpath(path)), option)
            if first != option:
                raise pytest.UsageError(_TWICE[options.lang].format(one=first, other=option, path=shown(path, 500)))
            self._require_outside(option, path)
            with self._in_a_sentence(option, path):
                require_writable(path)
        self._require_outside("--reports", options.reports)

    def _require_outside(self, option: str, path: Path) -> None:
        """Raise pytest.UsageError for a place in the evidence, or in a chart or file of a target: it would change."""
        if self._plan.options.replay is not None:
            audited = [self._plan.options.replay]
        else:
            audited = [place for target in self._plan.targets for place in target.places]
        real = os.path.realpath(path)
        if any(Path(real).is_relative_to(os.path.realpath(place)) for place in audited):
            raise pytest.UsageError(_AUDITED[self._plan.options.lang].format(option=option, path=shown(str(path), 500)))

    @contextlib.contextmanager
    def _in_a_sentence(self, option: str, path: Path) -> Iterator[None]:
        """Raise pytest.UsageError, in plain words, for a place that cannot be written."""
        try:
            yield
        except OSError as error:
            place = f"{option}: {shown(str(path), 500)}"
            raise pytest.UsageError(
                _NOT_WRITABLE[self._plan.options.lang].format(place=place, why=why(error)[self._plan.options.lang])
            ) from None

    @property
    def evidence(self) -> EvidenceFolder:
        """Where the facts of this run are kept."""
        return EvidenceFolder(self.folder / "evidence")

    @property
    def html_path(self) -> Path:
        """Where the report for people goes."""
        return self._plan.options.html or self.folder / "report.html"

    def point_latest(self) -> None:
        """Let `latest` point to this run. Raises OSError."""
        point_latest(self.folder)
