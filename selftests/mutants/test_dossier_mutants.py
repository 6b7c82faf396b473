"""Every check on paper can fail: the golden dossier proves all that is asked, a mutant changes what it says alone.

The golden dossier is made and read once. Of a mutant only the documents are made and read whose template it changes:
these stand in the place of the golden ones.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from auditor import TODAY
from dossier_bench import Bench
from dossier_mutants import MUTANTS
from file_mutants import FileMutant
from mutant import assert_changes_only, assert_well_said

from toetskader.results import Verdict


def test_the_golden_dossier_proves_all_that_is_asked(dossier_bench: Bench) -> None:
    assert dossier_bench.golden.unread == ()
    assert_well_said(dossier_bench.outcome)
    assert {
        id_: judged.reason for id_, judged in dossier_bench.outcome.items() if judged.verdict is not Verdict.PASS
    } == {}
    assert all(judged.worth is not None and judged.worth.strength > 0 for judged in dossier_bench.outcome.values())


@pytest.mark.parametrize("days", [40, 800])
def test_the_golden_dossier_is_the_same_on_any_day(days: int, dossier_bench: Bench, tmp_path: Path) -> None:
    later = Bench(tmp_path, TODAY + timedelta(days=days))
    later.close()
    assert {id_: judged.verdict for id_, judged in later.outcome.items()} == {
        id_: judged.verdict for id_, judged in dossier_bench.outcome.items()
    }


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_of_a_dossier_changes_these_verdicts_only(
    mutant: FileMutant, dossier_bench: Bench, tmp_path: Path
) -> None:
    changed = dossier_bench.of(mutant, tmp_path)
    assert_changes_only(mutant, dossier_bench.auditor, dossier_bench.outcome, changed)
    assert_well_said(changed)
