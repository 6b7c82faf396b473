"""The golden dossier, made and read once, and what it comes to with other documents in it."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import yaml
from auditor import ROOT, Auditor, Outcome
from file_mutants import FileMutant

from toetskader.audit.scope import Measurement
from toetskader.collect.dossier.collector import read_dossier, roots
from toetskader.collect.dossier.people import People
from toetskader.collect.dossier.reading import Reader, open_reader
from toetskader.facts.dossier.fact import Dossier
from toetskader.facts.key import Attempt, FactKey
from toetskader.kinds.dossier import DossierPart
from toetskader.laboratory.dossier import Maker
from toetskader.targets.models import Target

EXAMPLE = ROOT / "targets/voorbeeld-dossier"


def _on_paper_alone(path: Path) -> Path:
    """Write the target of the golden dossier without its other parts, as beside these it comes to something else."""
    stated = yaml.safe_load((EXAMPLE / "target.yaml").read_text(encoding="utf-8"))
    stated["parts"] = {"dossier": {"folders": ["dossier"], "trust": "trust"}}
    del stated["parameters"]["production_values_sets"]  # of the chart
    path.write_text(yaml.safe_dump(stated), encoding="utf-8")
    return path


class Bench:
    """The golden dossier on one day, and an auditor of whatever stands in its place.

    One reader reads all: a process for each mutant would import its libraries each time. `close` ends it.
    """

    def __init__(self, folder: Path, today: date) -> None:
        self.people = People()
        self._reading = ExitStack()
        self._reader: Reader | None = None
        self.auditor = Auditor("dossier", self._collected, today=today)
        self.maker = Maker(today)
        self.maker.make([EXAMPLE / "documenten"], folder)
        self.target = _on_paper_alone(folder / "target.yaml")
        self._target = self.auditor.load(self.target)
        self._part = DossierPart(folders=(folder / "dossier",), trust=folder / "trust")
        self.golden = self._read(self._part)
        self._fact = self.golden
        self.outcome: Outcome = self.auditor.audit(self.target)

    def _read(self, part: DossierPart) -> Dossier:
        if self._reader is None:  # the roots are made with the dossier
            self._reader = self._reading.enter_context(open_reader(roots(part), datetime.now(UTC)))
        target = self._target
        return read_dossier(
            part,
            EXAMPLE,
            supplier=target.supplier,
            component=target.component,
            gate=target.gate,
            agreements=target.agreements,
            people=self.people,
            reader=self._reader,
        )

    def close(self) -> None:
        """End the reader."""
        self._reading.close()

    def _collected(self, _: Auditor, __: Target, ___: tuple[Measurement, ...]) -> Mapping[FactKey, Attempt]:
        return {FactKey("dossier"): self._fact}

    def of(self, mutant: FileMutant, folder: Path) -> Outcome:
        """Return what the golden dossier comes to with a mutant's documents in it."""
        templates = folder / "target/documenten"
        shutil.copytree(EXAMPLE / "documenten", templates)
        for edit in mutant.edits:
            edit.apply(folder / "target")
        for name in {Path(edit.file).stem for edit in mutant.edits}:
            self.maker.document(templates / f"{name}.yaml", folder / "dossier")
        read = self._read(replace(self._part, folders=(folder / "dossier",)))
        changed = {item.document.id for item in read.documents}
        kept = (item for item in self.golden.documents if item.document.id not in changed)
        self._fact = msgspec.structs.replace(self.golden, documents=(*kept, *read.documents), unread=read.unread)
        return self.auditor.audit(self.target)
