"""Mutants of targets that are files: what stands of them in YAML, and how one is made in a copy of a golden target."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
from mutant import WrittenMutant, unique

from toetskader.results import Verdict
from toetskader.yamlfile import read_yaml

MUTANTS_FOLDER = Path(__file__).parents[1] / "mutants"


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One change of one file of the target: replace, append, delete or create; exactly one of these."""

    file: str
    """Path from the target's folder: `chart/templates/service.yaml`, `target.yaml`."""
    replace: str | None = None
    """Text that must occur `count` times, so that a changed golden target cannot turn a mutant into nothing."""
    with_: str | None = msgspec.field(name="with", default=None)
    count: int = 1
    append: str | None = None
    """Text behind what is there, in which `{now+2h}` is the moment in two hours: some rights end soon."""
    create: str | None = None
    delete: bool = False

    def __post_init__(self) -> None:
        actions = [self.replace is not None, self.append is not None, self.create is not None, self.delete]
        if actions.count(True) != 1 or (self.replace is None) != (self.with_ is None):
            raise ValueError(f"{self.file}: an edit is replace and with, append, create, or delete: one of them")

    def apply(self, target: Path) -> None:
        """Make the change. Raises AssertionError when the target is not as the edit takes it to be."""
        path = target / self.file
        if self.create is not None:
            assert not path.exists(), f"{self.file} exists already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.create, encoding="utf-8")
            return
        assert path.is_file(), f"{self.file} is no file of the golden target"
        if self.delete:
            path.unlink()
            return
        text = path.read_text(encoding="utf-8")
        if self.append is not None:
            path.write_text(text + _MOMENT.sub(_moment, self.append), encoding="utf-8")
        elif self.replace is not None and self.with_ is not None:
            found = text.count(self.replace)
            assert found == self.count, f"{self.file}: {found} times, not {self.count}: {self.replace!r}"
            path.write_text(text.replace(self.replace, self.with_), encoding="utf-8")


_MOMENT = re.compile(r"\{now([+-][0-9]+)h\}")


def _moment(found: re.Match[str]) -> str:
    return (datetime.now(UTC) + timedelta(hours=int(found[1]))).isoformat(timespec="seconds")


class FileMutant(WrittenMutant, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mutant of a target that is files."""

    edits: Annotated[tuple[Edit, ...], msgspec.Meta(min_length=1)]

    def make(self, golden: Path, folder: Path) -> Path:
        """Copy the golden target to a folder and mutate the copy; return the folder."""
        shutil.copytree(golden, folder)
        for edit in self.edits:
            edit.apply(folder)
        return folder


class MutantFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mutants of one family of checks."""

    mutants: tuple[FileMutant, ...]
    not_shown: dict[str, Verdict] = {}
    """Measurement → what the golden target comes to where that is no pass; a mutant shows it."""


def load_mutants(folder: Path) -> tuple[FileMutant, ...]:
    """Load the mutants of a folder. Raises FileErrors, with file and line, and ValueError for a name given twice."""
    return unique(mutant for file in _files(folder) for mutant in file.mutants)


def not_shown(folder: Path) -> dict[str, Verdict]:
    """Return what the golden target of the mutants of a folder does not show: measurement → what it comes to there."""
    return {text: verdict for file in _files(folder) for text, verdict in file.not_shown.items()}


def _files(folder: Path) -> list[MutantFile]:
    return [read_yaml(path).convert(MutantFile) for path in sorted(folder.glob("*.yaml"))]
