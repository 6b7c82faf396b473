"""What parts of a target come to together: one test for each cell of the table in the design."""

import itertools

import pytest

from toetskader.judging.combining import Judged, OnPart, Together, parts_together
from toetskader.judging.findings import RawFinding
from toetskader.results import Verdict
from toetskader.text import Text

PASS, FAIL, UNDETERMINED = Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED
UNPROVEN, NOT_APPLICABLE = Verdict.UNPROVEN, Verdict.NOT_APPLICABLE
PROOF, INDICATION = "proof", "indication"
SAYS = (PASS, FAIL, UNDETERMINED, UNPROVEN, NOT_APPLICABLE)
LIGHTER = list(itertools.product((PROOF, INDICATION), [PASS, UNDETERMINED, NOT_APPLICABLE]))
PARTS = ("chart", "namespace", "image")


def said(part: str, proof: str, verdict: Verdict) -> OnPart:
    found = RawFinding(where=part, path="", source="", scene="", seen="a", expected="b", remedy=None)
    reason = Text(f"reden {part}", f"reason {part}") if verdict in (UNDETERMINED, NOT_APPLICABLE) else None
    judged = Judged(verdict, (found,) if verdict is FAIL else (), reason=reason, measured=(Text("m", "m"),))
    return OnPart(part, proof, f"check.{part}", judged)


def together(*parts: tuple[str, Verdict]) -> Together:
    return parts_together([said(name, *part) for name, part in zip(PARTS, parts, strict=False)])


@pytest.mark.parametrize("other", list(itertools.product((PROOF, INDICATION), SAYS)), ids=str)
@pytest.mark.parametrize("worth", [PROOF, INDICATION])
def test_a_failure_outweighs_anything(worth: str, other: tuple[str, Verdict]) -> None:
    for parts in (((worth, FAIL), other), (other, (worth, FAIL))):
        found = together(*parts)
        assert found.judged.verdict is FAIL
        assert found.decides.judged.verdict is FAIL


@pytest.mark.parametrize("other", LIGHTER, ids=str)
@pytest.mark.parametrize("worth", [PROOF, INDICATION])
def test_without_a_failure_unproven_outweighs_the_rest(worth: str, other: tuple[str, Verdict]) -> None:
    for parts in (((worth, UNPROVEN), other), (other, (worth, UNPROVEN))):
        assert together(*parts).judged.verdict is UNPROVEN


@pytest.mark.parametrize("other", LIGHTER, ids=str)
def test_a_part_that_proves_and_was_not_seen_leaves_it_open(other: tuple[str, Verdict]) -> None:
    for parts in (((PROOF, UNDETERMINED), other), (other, (PROOF, UNDETERMINED))):
        assert together(*parts).judged.verdict is UNDETERMINED


def test_proof_stands_though_an_indication_could_not_be_seen() -> None:
    for parts in (((INDICATION, UNDETERMINED), (PROOF, PASS)), ((PROOF, PASS), (INDICATION, UNDETERMINED))):
        found = together(*parts)
        assert (found.judged.verdict, found.decides.proof) == (PASS, PROOF)
        unseen = next(item.part for item in found.parts if item.proof == INDICATION)
        assert found.judged.reason is not None
        assert found.judged.reason.en == (
            f"On {unseen}, which gives an indication, this could not be determined: reason {unseen}"
        )


def test_proof_that_was_seen_does_not_make_up_for_proof_that_was_not() -> None:
    found = together((PROOF, PASS), (PROOF, UNDETERMINED), (INDICATION, UNDETERMINED))
    assert (found.judged.verdict, found.decides.part) == (UNDETERMINED, "namespace")


@pytest.mark.parametrize("other", [(INDICATION, PASS), (PROOF, NOT_APPLICABLE), (INDICATION, NOT_APPLICABLE)], ids=str)
def test_without_proof_an_indication_that_was_not_seen_leaves_it_open(other: tuple[str, Verdict]) -> None:
    for parts in (((INDICATION, UNDETERMINED), other), (other, (INDICATION, UNDETERMINED))):
        assert together(*parts).judged.verdict is UNDETERMINED


@pytest.mark.parametrize(
    ("parts", "proof", "decides"),
    [
        (((PROOF, PASS),), PROOF, "chart"),
        (((INDICATION, PASS),), INDICATION, "chart"),
        (((INDICATION, PASS), (PROOF, PASS)), PROOF, "namespace"),
        (((INDICATION, PASS), (INDICATION, PASS)), INDICATION, "chart"),
        (((INDICATION, PASS), (PROOF, NOT_APPLICABLE)), INDICATION, "chart"),
        (((PROOF, NOT_APPLICABLE), (INDICATION, NOT_APPLICABLE), (PROOF, PASS)), PROOF, "image"),
    ],
)
def test_a_pass_is_proof_when_a_part_that_proves_passed(
    parts: tuple[tuple[str, Verdict], ...], proof: str, decides: str
) -> None:
    found = together(*parts)
    assert (found.judged.verdict, found.decides.proof, found.decides.part) == (PASS, proof, decides)
    assert found.judged.reason is None


def test_not_applicable_only_when_it_is_so_everywhere() -> None:
    found = together((PROOF, NOT_APPLICABLE), (INDICATION, NOT_APPLICABLE))
    assert (found.judged.verdict, found.judged.reason) == (
        NOT_APPLICABLE,
        Text("chart: reden chart", "chart: reason chart"),
    )


def test_of_several_parts_it_is_said_on_which_something_was_found() -> None:
    found = together((INDICATION, FAIL), (PROOF, FAIL))
    assert [item.part for item in found.judged.findings] == ["chart", "namespace"]
    assert found.judged.measured == (Text("chart: m", "chart: m"), Text("namespace: m", "namespace: m"))
    assert found.decides.part == "namespace"


def test_of_one_part_all_stays_as_it_was_said() -> None:
    alone = said("chart", INDICATION, FAIL)
    assert parts_together([alone]).judged is alone.judged


def test_a_failure_keeps_what_another_part_left_open() -> None:
    found = together((INDICATION, FAIL), (PROOF, UNDETERMINED))
    assert found.judged.doubt == Text("namespace: reden namespace", "namespace: reason namespace")
