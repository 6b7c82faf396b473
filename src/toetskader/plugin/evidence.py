"""The evidence folder of a run: the facts of every target and what is needed to judge them again."""

import os
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from toetskader.facts.store import EvidenceError, TargetFacts, read_evidence, write_evidence
from toetskader.targets.models import Target


class _Index(msgspec.Struct, frozen=True, kw_only=True):
    """run.json: the day that was judged on, and the targets as they were."""

    date: date
    targets: tuple[Target, ...]


class EvidenceFolder:
    """`evidence/` of a run: `run.json`, and a folder of facts for each target."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write_run(self, day: date, targets: tuple[Target, ...]) -> None:
        """Store what a replay needs beside the facts. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        content = msgspec.json.encode(_Index(date=day, targets=targets), enc_hook=_as_text)
        (self.path / "run.json").write_bytes(content)

    def read_run(self) -> tuple[date, tuple[Target, ...]]:
        """Read back day and targets. Raises EvidenceError in plain words."""
        file = self.path / "run.json"
        try:
            index = msgspec.json.decode(file.read_bytes(), type=_Index, dec_hook=_as_path)
        except (OSError, msgspec.DecodeError) as error:
            raise EvidenceError(f"{file}: {error}") from error
        return index.date, index.targets

    def write(self, facts: TargetFacts) -> None:
        """Store the facts of a target. Raises OSError."""
        write_evidence(facts, self.path / facts.target)

    def read(self, target: str) -> TargetFacts:
        """Read the facts of a target. Raises EvidenceError."""
        return read_evidence(self.path / target)

    def has(self, target: str) -> bool:
        """Tell whether the facts of a target are complete on disk; their index is written last."""
        return (self.path / target / "index.json").exists()

    def share(
        self,
        targets: list[Target],
        *,
        worker: int,
        workers: int,
        collect: Callable[[list[Target]], Iterable[TargetFacts]],
        patience_s: float = 120.0,
    ) -> Iterable[TargetFacts]:
        """Collect a share of the targets and read what the other workers of pytest-xdist collected.

        Parameters: `worker`, number of this worker from 0; `workers`, how many there were at the start; `collect`,
        collects the facts of targets; `patience_s`, how long to wait for one that another worker should bring before
        collecting it here: that worker may have crashed.
        """
        mine = [t for index, t in enumerate(targets) if index % workers == worker and not self.has(t.name)]
        for facts in collect(mine):
            self.write(facts)
            yield facts
        taken = {target.name for target in mine}
        deadline = time.monotonic() + patience_s
        for target in targets:
            if target.name in taken:
                continue
            while not self.has(target.name) and time.monotonic() < deadline:
                time.sleep(0.02)
            if self.has(target.name):
                yield self.read(target.name)
                continue
            for facts in collect([target]):
                self.write(facts)
                yield facts


def new_run_folder(reports: Path, name: str, moment: str) -> Path:
    """Make `reports/<name>/<moment>/`, with a number behind it when two runs start in one second, and point `latest` to it.

    Raises OSError.
    """
    home = reports / name
    home.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, 1000):
        folder = home / (moment if attempt == 1 else f"{moment}-{attempt}")
        try:
            folder.mkdir()
            break
        except FileExistsError:
            continue
    latest = home / "latest"
    temporary = home / f".latest-{os.getpid()}"
    temporary.symlink_to(folder.name)
    temporary.replace(latest)
    return folder


def _as_text(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value))


def _as_path(type_: type, value: Any) -> Any:
    if issubclass(type_, Path):
        return Path(value)
    raise NotImplementedError(type_)
