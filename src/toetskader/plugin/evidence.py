"""The evidence folder of a run: the facts of every target and what is needed to judge them again."""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from toetskader.collect.evidence import EvidenceError, read_evidence, read_file, write_evidence
from toetskader.core.failure import Reason, ToetskaderError
from toetskader.core.fields import Name
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.names import SceneName
from toetskader.facts.key import Attempt, Need, TargetFacts
from toetskader.kinds.parts import keys_of
from toetskader.kinds.registry import ALWAYS_COLLECTED
from toetskader.oserrors import why
from toetskader.plugin.checksums import check, write_sums
from toetskader.targets.models import Target
from toetskader.targets.stored import TARGET_WITH_PARTS, restored, stored
from toetskader.text import Lang, Text
from toetskader.yamlfile import misfits, shown


class _Index(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """run.json: the day that was judged on, and the targets as they were."""

    date: date
    targets: tuple[TARGET_WITH_PARTS, ...]  # type: ignore[valid-type]
    edited: bool = False
    """Whether this is a copy of evidence that was edited: judging it again does not make it whole."""


_EDITED_BEFORE = Text("een kopie van bewijs dat al gewijzigd was", "a copy of evidence that was edited already")


@dataclass(frozen=True, slots=True)
class Stored:
    """A run as its evidence tells of it."""

    day: date
    """The day that deviations were judged on."""
    targets: tuple[Target, ...]
    digest: str
    """One value that stands for all of the evidence: see `checksums`."""
    changes: tuple[str, ...]
    """What was changed since the run stored it, for people; then the evidence is edited."""


class NotKeptError(ToetskaderError):
    """Evidence that could not be written. Attributes: `place`, where; `why`, what the system said."""

    def __init__(self, error: OSError, place: Path) -> None:
        super().__init__(str(error))
        self.place = place
        self.why = why(error)


class EvidenceFolder:
    """`evidence/` of a run: `run.json`, and a folder of facts for each target."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write_run(self, day: date, targets: tuple[Target, ...], *, edited: bool = False) -> None:
        """Store what a replay needs beside the facts. Parameters: `edited`, see `Stored`. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        index = _Index(date=day, targets=tuple(stored(target) for target in targets), edited=edited)
        (self.path / "run.json").write_bytes(_encoded(index))

    def write_sums(self) -> tuple[str, dict[str, str]]:
        """Write the checksums of all that is stored, when it is; see `checksums.write_sums`. Raises OSError."""
        return write_sums(self.path)

    def read_run(self, lang: Lang) -> Stored:
        """Read back the run, and tell whether all evidence is as it was stored. Raises EvidenceError in plain words.

        What is replayed may come from somebody else: names become file names again, so they are checked again.
        """
        file = self.path / "run.json"
        if not file.is_file():
            message = Text(
                f"--replay: {self.path} is geen bewijsmap (geen run.json); noem de map 'evidence' van een run",
                f"--replay: {self.path} is no evidence folder (no run.json); name the folder 'evidence' of a run",
            )
            raise EvidenceError(message[lang])
        checked = check(self.path, lang)
        try:
            content = read_file(file)
            index = msgspec.json.decode(content, type=_Index, dec_hook=_as_path)
            unknown = _unknown(msgspec.json.decode(content), msgspec.json.decode(_encoded(index)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            message = Text(
                f"{file}: past niet bij deze versie van Toetskader ({error}); toets opnieuw zonder --replay",
                f"{file}: does not fit this version of Toetskader ({error}); audit again without --replay",
            )
            raise EvidenceError(message[lang]) from error
        if unknown is not None:
            message = Text(
                f"{file}: onbekende sleutel {shown(unknown)}; toets opnieuw zonder --replay",
                f"{file}: unknown key {shown(unknown)}; audit again without --replay",
            )
            raise EvidenceError(message[lang])
        targets = tuple(map(restored, index.targets))
        twice = [name for name, count in Counter(target.name for target in targets).items() if count > 1]
        if twice:
            message = Text(
                f"{file}: doel {shown(twice[0])} staat er twee keer; toets opnieuw zonder --replay",
                f"{file}: target {shown(twice[0])} is there twice; audit again without --replay",
            )
            raise EvidenceError(message[lang])
        for target in targets:
            scenes = [(scene, SceneName) for names in target.scenes.values() for scene in names]
            for name, kind in [(target.name, Name), *scenes]:
                for _, problem in misfits(name, kind):
                    raise EvidenceError(f"{file}: {shown(name)}: {problem[lang]}")
        changes = tuple(f"{shown(name)} ({how[lang]})" for name, how in checked.changes.items())
        if index.edited:
            changes = (_EDITED_BEFORE[lang], *changes)
        return Stored(index.date, targets, checked.digest, changes)

    def write(self, facts: TargetFacts) -> None:
        """Store the facts of a target, all at once: another process may be waiting for them. Raises NotKeptError."""
        try:
            with tempfile.TemporaryDirectory(prefix=f".{facts.target}-", dir=self.path) as folder:
                complete = Path(folder) / facts.target
                write_evidence(facts, complete)
                try:
                    complete.rename(self.path / facts.target)
                except OSError:
                    if not self.has(facts.target):  # else another worker collected it too, and its facts stand
                        raise
        except OSError as error:
            raise NotKeptError(error, self.path / facts.target) from error

    def read(self, target: str) -> TargetFacts:
        """Read the facts of a target. Raises EvidenceError."""
        return read_evidence(self.path / target)

    def replayed(self, target: Target, needs: Collection[Need]) -> TargetFacts:
        """Return the facts of a target as a new run needs them; what the run that is replayed did not collect says so.

        Parameters: `needs`, what is needed now. Raises EvidenceError for files that cannot be read.
        """
        stored = self.read(target.name).attempts if self.has(target.name) else {}
        wanted = sorted({*map(Need, ALWAYS_COLLECTED), *needs})
        keys = [key for need in wanted for key in keys_of(need, target.scenes)]
        return TargetFacts(target.name, target.scenes, {key: stored.get(key) or _not_collected(target) for key in keys})

    def has(self, target: str) -> bool:
        """Tell whether the facts of a target are on disk."""
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
    """Make `reports/<name>/<moment>/`, with a number behind it when two runs start in one second. Raises OSError."""
    home = reports / name
    home.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, 1000):
        folder = home / (moment if attempt == 1 else f"{moment}-{attempt}")
        try:
            folder.mkdir()
            break
        except FileExistsError:
            continue
    return folder


def point_latest(folder: Path) -> None:
    """Let `latest`, beside the folder of a run, point to it. Raises OSError."""
    temporary = folder.parent / f".latest-{os.getpid()}"
    temporary.symlink_to(folder.name)
    temporary.replace(folder.parent / "latest")


def _not_collected(target: Target) -> Attempt:
    return NotSeen(
        reason=Reason.NOT_COLLECTED,
        message=Text(
            "de run waaruit dit bewijs komt heeft dit niet verzameld; toets het doel opnieuw zonder --replay.",
            "the run that this evidence comes from did not collect it; audit the target again without --replay.",
        ),
        provenance=Provenance(at=datetime.now(UTC), by="replay", source=target.name),
    )


def _encoded(index: _Index) -> bytes:
    return msgspec.json.encode(index, enc_hook=_as_text)


def _unknown(given: Any, read: Any) -> str | None:
    """Return a key of what was given that reading left out: a dataclass takes any."""
    if isinstance(given, dict) and isinstance(read, dict):
        for key, value in given.items():
            found = str(key) if key not in read else _unknown(value, read[key])
            if found is not None:
                return found
    if isinstance(given, list) and isinstance(read, list):
        pairs = (_unknown(*pair) for pair in zip(given, read, strict=False))
        return next((found for found in pairs if found is not None), None)
    return None


def _as_text(value: Any) -> str:
    if isinstance(value, Path):
        return os.fsencode(value).decode("utf-8", "replace")  # a name need not be text; nothing is opened by it again
    raise NotImplementedError(type(value))


def _as_path(type_: type, value: Any) -> Any:
    if issubclass(type_, Path):
        return Path(value)
    raise NotImplementedError(type_)
