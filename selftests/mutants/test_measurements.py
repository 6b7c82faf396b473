"""What mutants name is spread over the requirements that ask it, from whichever document they are."""

import msgspec
import pytest
from auditor import Auditor
from file_mutants import Edit, FileMutant
from measurements import by_requirement
from mutant import alike, unique, without_mutant

from toetskader.catalogue.models import Requirement
from toetskader.results import Verdict

FAIL, PASS = Verdict.FAIL, Verdict.PASS
LOG_LEVEL, NOTES = "logging.log_level", "changelog.release_notes"


def asking(id_: str, check: str, **changes: object) -> Requirement:
    """Return a requirement of the catalogue as another one."""
    some = next(iter(Auditor("chart").requirements.values()))
    given = {"params": {}, "roles": (), "environments": (), "checks": {}, **changes}
    return msgspec.structs.replace(some, id=id_, check=check, **given)


def mutant(check: str, *names: str) -> FileMutant:
    edit = Edit(file="chart/values.yaml", append="x")
    return FileMutant(name=check, check=check, why="", edits=(edit,), changes=dict.fromkeys(names, FAIL))


def test_a_check_is_every_requirement_that_asks_it_of_any_source() -> None:
    rows = [asking("DDC-1-01", LOG_LEVEL), asking("CG-9-02", LOG_LEVEL), asking("CG-9-03", NOTES)]
    assert by_requirement({LOG_LEVEL: FAIL}, rows, "chart") == {"DDC-1-01": FAIL, "CG-9-02": FAIL}


def test_parameters_and_what_it_is_about_tell_requirements_apart() -> None:
    rows = [
        asking("A-1-01", NOTES, params={"topic": "added", "expect": [{"verbs": ["get", "list"]}, {"verbs": ["any"]}]}),
        asking("A-1-02", NOTES, params={"topic": "fixed"}),
        asking("A-1-03", NOTES, environments=("acceptance",)),
        asking("A-1-04", NOTES, roles=("api",)),
    ]
    for text, ids in {
        f"{NOTES}{{topic: added}}": {"A-1-01"},
        f"{NOTES}{{expect: [{{verbs: [list]}}]}}": {"A-1-01"},
        f"{NOTES}@acceptance": {"A-1-03"},
        f"{NOTES}@api": {"A-1-04"},
        f"{NOTES}@all": {"A-1-01", "A-1-02"},
        f"{NOTES}{{topic: fixed}}@all": {"A-1-02"},
        NOTES: {"A-1-01", "A-1-02", "A-1-03", "A-1-04"},
    }.items():
        assert by_requirement({text: FAIL}, rows, "chart").keys() == ids, text


def test_a_check_for_one_part_counts_there_alone_and_takes_no_parameters() -> None:
    rows = [asking("A-1-01", NOTES, params={"topic": "added"}, checks={"namespace": LOG_LEVEL})]
    assert by_requirement({LOG_LEVEL: FAIL}, rows, "namespace") == {"A-1-01": FAIL}
    with pytest.raises(ValueError, match="no requirement on chart"):
        by_requirement({LOG_LEVEL: FAIL}, rows, "chart")
    with pytest.raises(ValueError, match="no requirement on namespace"):
        by_requirement({f"{LOG_LEVEL}{{topic: added}}": FAIL}, rows, "namespace")


def test_what_nobody_asks_is_asked_twice_or_cannot_be_read_is_refused() -> None:
    rows = [asking("A-1-01", NOTES, params={"topic": "added"})]
    for named, said in {
        (LOG_LEVEL,): "no requirement",
        (NOTES, f"{NOTES}{{topic: added}}"): "A-1-01 is named by another",
        ("DDC-7.2-13",): "is no measurement",
        (f"{NOTES}{{topic}}x",): "is no measurement",
    }.items():
        with pytest.raises(ValueError, match=said):
            by_requirement(dict.fromkeys(named, FAIL), rows, "chart")


def test_what_has_no_mutant_is_named() -> None:
    rows = [asking("A-1-01", NOTES), asking("A-1-02", LOG_LEVEL), asking("B-1-01", LOG_LEVEL)]
    beside = mutant(NOTES, NOTES, LOG_LEVEL)  # it is about the other check
    assert without_mutant(rows, "chart", [beside]) == [f"A-1-02 ({LOG_LEVEL})", f"B-1-01 ({LOG_LEVEL})"]
    assert without_mutant(rows, "chart", [beside, mutant(LOG_LEVEL, LOG_LEVEL)]) == []


def test_what_no_mutant_tells_apart_is_named() -> None:
    rows = [
        asking("A-1-01", NOTES, params={"topic": "added"}),
        asking("A-1-02", NOTES, params={"topic": "fixed"}),
        asking("B-1-01", NOTES, params={"topic": "fixed"}),
    ]
    assert alike(rows, "chart", [mutant(NOTES, NOTES)]) == [
        f"A-1-01 and A-1-02 ({NOTES})",
        f"A-1-01 and B-1-01 ({NOTES})",
    ]
    assert alike(rows, "chart", [mutant(NOTES, f"{NOTES}{{topic: fixed}}")]) == []


def test_mutants_have_names_of_their_own_and_speak_of_their_check() -> None:
    with pytest.raises(ValueError, match="given twice: changelog"):
        unique([mutant(NOTES, NOTES), mutant(NOTES, NOTES)])
    with pytest.raises(ValueError, match="name its own check"):
        mutant(NOTES, LOG_LEVEL)
