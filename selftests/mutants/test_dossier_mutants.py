"""Every check on paper can fail: the golden dossier proves all that is asked, a mutant changes what it says alone.

The golden dossier is made and read once. Of a mutant only the documents are made and read whose template it changes:
these stand in the place of the golden ones.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from auditor import ROOT, TODAY, Auditor, Outcome
from dossier_mutants import MUTANTS
from file_mutants import FileMutant
from mutant import assert_changes_only, assert_well_said

from toetskader.audit.scope import Measurement
from toetskader.collect.dossier.collector import read_dossier
from toetskader.collect.dossier.people import People
from toetskader.facts.dossier.fact import Dossier
from toetskader.facts.key import Attempt, FactKey
from toetskader.kinds.dossier import DossierPart
from toetskader.laboratory.dossier import Maker
from toetskader.results import Verdict
from toetskader.targets.models import Target

EXAMPLE = ROOT / "targets/voorbeeld-dossier"


class Bench:
    """The golden dossier on one day, and an auditor of whatever stands in its place."""

    def __init__(self, folder: Path, today: date) -> None:
        self.people = People()
        self.maker = Maker(today)
        self.maker.make([EXAMPLE / "documenten"], folder)
        self._part = DossierPart(folders=(folder / "dossier",), trust=folder / "trust")
        self.golden = self._read(self._part)
        self._fact = self.golden
        self.auditor = Auditor("dossier", self._collected, today=today)
        self.outcome: Outcome = self.auditor.audit(EXAMPLE)

    def _read(self, part: DossierPart) -> Dossier:
        return read_dossier(part, EXAMPLE, supplier="Voorbeeld Software BV", component="Meldingen", people=self.people)

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
        return self.auditor.audit(EXAMPLE)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("dossier"), TODAY)


def test_the_golden_dossier_proves_all_that_is_asked(bench: Bench) -> None:
    assert bench.golden.unread == ()
    assert_well_said(bench.outcome)
    assert {id_: judged.reason for id_, judged in bench.outcome.items() if judged.verdict is not Verdict.PASS} == {}
    assert all(judged.worth is not None and judged.worth.strength > 0 for judged in bench.outcome.values())


@pytest.mark.parametrize("days", [40, 800])
def test_the_golden_dossier_is_the_same_on_any_day(days: int, bench: Bench, tmp_path: Path) -> None:
    later = Bench(tmp_path, TODAY + timedelta(days=days))
    assert {id_: judged.verdict for id_, judged in later.outcome.items()} == {
        id_: judged.verdict for id_, judged in bench.outcome.items()
    }


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_of_a_dossier_changes_these_verdicts_only(mutant: FileMutant, bench: Bench, tmp_path: Path) -> None:
    changed = bench.of(mutant, tmp_path)
    assert_changes_only(mutant, bench.auditor, bench.outcome, changed)
    assert_well_said(changed)
