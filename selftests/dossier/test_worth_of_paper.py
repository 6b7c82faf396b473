"""What a verdict on paper is worth: from only stated to signed by who issued it, whatever is said of that."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from toetskader.facts.attempt import Provenance
from toetskader.facts.dossier.attachments import Attachment, PlaceSeen, SignatureSeen
from toetskader.facts.dossier.documents import Declaration
from toetskader.facts.dossier.envelope import Issuer, ListedFile, Place, Signature
from toetskader.facts.dossier.fact import Dossier, PlaceFound, Stated
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import Rule
from toetskader.judging import Findings, Parameters

TODAY = date(2026, 11, 22)
ISSUER, OTHER = "Onafhankelijk Toetsers BV", "Voorbeeld Software BV"
SHA = "0" * 64
VALID = SignatureSeen(organisation=ISSUER, intact=True, has_roots=True, trusted=True, covers_whole_file=True)
FACTS = ("issued_on", "on_behalf_of")


def declared(**changes: Any) -> Declaration:
    whole = Declaration(
        id="verklaring",
        type="test",
        title="Verklaring",
        issuer=Issuer(organisation=ISSUER, side="independent"),
        issued_on=date(2026, 11, 1),
        files=(ListedFile(path="a.pdf", sha256=SHA),),
        signatures=(Signature(name="persoon 1", organisation=ISSUER, side="independent", on=TODAY, how="pdf"),),
        places=tuple(Place(fact=fact, text="zoals het er staat") for fact in FACTS),
        clauses=("x",),
        on_behalf_of=ISSUER,
    )
    return replace(whole, **changes)


def strength(document: Declaration, *attachments: Attachment) -> tuple[int | None, str]:
    """Return how strong a document is for a rule on one fact, and what is lacking."""
    found = PlaceFound(seen=PlaceSeen(page=1, text="x", found=True), agrees=True)
    stated = Stated(
        document=document,
        where="dossier/verklaring/bewijs.yaml",
        attachments=attachments,
        places=tuple(found for _ in document.places),
    )
    dossier = Dossier(
        provenance=Provenance(at=datetime(2026, 11, 22, tzinfo=UTC), by="test", source="test"),
        supplier=OTHER,
        component="Meldingen",
        documents=(stated,),
    )
    findings = Findings()
    with Papers(dossier).look(findings, Parameters(document), TODAY) as look:
        paper = look.the("declaration:test")
        look.hold(paper, [Rule(field="on_behalf_of")])
        look.require_signed(paper, ["independent"])
    return findings.worth and findings.worth.strength, findings.lacking.nl if findings.lacking else ""


def signed(*signatures: SignatureSeen, path: str = "a.pdf") -> Attachment:
    return Attachment(path=path, sha256=SHA, format="pdf", signatures=signatures)


def test_signed_by_who_issued_it_is_three() -> None:
    assert strength(declared(), signed(VALID)) == (3, "")


def test_found_and_signed_on_paper_is_two() -> None:
    by_hand = Signature(name="persoon 1", organisation=ISSUER, side="independent", on=TODAY, how="wet")
    assert strength(declared(signatures=(by_hand,)), signed()) == (2, "")


def test_attached_without_places_is_one() -> None:
    assert strength(declared(places=()), signed(VALID)) == (1, "")


def test_without_a_file_it_is_only_stated_and_proves_nothing() -> None:
    worth, lacking = strength(declared(files=(), places=()))
    assert worth == 0
    assert "alleen gesteld" in lacking


def test_signed_by_another_than_who_issued_it_is_no_more_than_found() -> None:
    by_other = Signature(name="persoon 1", organisation=OTHER, side="independent", on=TODAY, how="pdf")
    seen = replace(VALID, organisation=OTHER)
    assert strength(declared(signatures=(by_other,)), signed(seen)) == (2, "")


def test_a_signature_in_another_file_than_the_facts_are_in_is_no_more_than_found() -> None:
    files = (ListedFile(path="a.pdf", sha256=SHA), ListedFile(path="b.pdf", sha256=SHA))
    assert strength(declared(files=files), signed(), signed(VALID, path="b.pdf")) == (2, "")


def test_without_roots_a_signature_cannot_be_checked_and_counts_as_stated() -> None:
    unchecked = replace(VALID, has_roots=False, trusted=False)
    assert strength(declared(), signed(unchecked)) == (2, "")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"trusted": False}, "niet geldig ondertekend"),
        ({"covers_whole_file": False, "bytes_after": 9}, "Niet het hele bestand is ondertekend"),
    ],
)
def test_a_signature_that_is_not_valid_is_none_where_there_are_roots(changes: dict[str, Any], told: str) -> None:
    worth, lacking = strength(declared(), signed(replace(VALID, **changes)))
    assert worth == 2
    assert told in lacking


def test_a_signature_that_is_not_there_is_told() -> None:
    worth, lacking = strength(declared(), signed())
    assert worth == 2
    assert f"geen handtekening van {ISSUER}" in lacking
