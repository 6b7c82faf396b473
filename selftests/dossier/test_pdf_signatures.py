"""Signatures in PDFs: what each comes to, and what poppler's pdfsig says of the same files."""

import asyncio
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from toetskader.collect.dossier.limits import Limits
from toetskader.collect.dossier.reading import Reader, open_reader
from toetskader.facts.dossier.attachments import PlaceAsked, SignatureSeen
from toetskader.laboratory import papers

ON = datetime(2026, 11, 30, 12, tzinfo=UTC)
BEFORE = ON - timedelta(days=400)
ROOT = papers.Authority(ON)
BELOW = papers.Authority(ON, "Below", above=ROOT)
FOREIGN = papers.Authority(ON, "Foreign")
ACME = BELOW.issue("Acme B.V.", person="P. Persoon", unit="Inkoop", country="BE")
BETA = ROOT.issue("Beta B.V.")
EVIL = FOREIGN.issue("Acme B.V.")
PAST = BELOW.issue("Acme B.V.", ends=ON - timedelta(days=3))
FUTURE = BELOW.issue("Acme B.V.", starts=ON + timedelta(days=3))
CLOCK = ROOT.issue("Klok", stamps=True)
EVIL_CLOCK = FOREIGN.issue("Klok", stamps=True)
PLAIN = papers.pdf([["de overeenkomst"], ["blad twee"]])
ONCE = papers.signed(PLAIN, ACME, ON)
TWICE = papers.signed(ONCE, BETA, ON)


def proved(document: bytes) -> bytes:
    """Add proof of validity behind a signature, as for one that must be valid for long (PAdES, B-LT)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    DocumentSecurityStore.supply_dss_in_writer(writer, sig_contents=None, certs=[papers._same(ROOT.certificate)])
    saved = io.BytesIO()
    writer.write(saved)
    return saved.getvalue()


def stamped(document: bytes, clock: papers.Signatory = CLOCK) -> bytes:
    """Add a time stamp over the whole document (PAdES, B-LTA)."""
    stamper = PdfTimeStamper(papers._timestamper(clock, ON))
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    return asyncio.run(stamper.async_timestamp_pdf(writer, "sha256", validation_context=None)).getvalue()


@cache
def documents() -> dict[str, bytes]:
    """Files by what is done with them."""
    return {
        "signed once": ONCE,
        "signed by an organisation": papers.signed(PLAIN, BETA, BEFORE),
        "signed twice": TWICE,
        "signed three times": papers.signed(TWICE, PAST, BEFORE),
        "bytes after": ONCE + b"\nmeer",
        "bytes after two": TWICE + b"%",
        "flipped": papers.flipped(ONCE),
        "flipped of two": papers.flipped(TWICE),
        "changed after": papers.changed(ONCE, "iets anders"),
        "changed after, then signed": papers.signed(papers.changed(ONCE, "iets anders"), BETA, ON),
        "changed, then signed": papers.signed(papers.changed(PLAIN, "iets anders"), BETA, ON),
        "foreign": papers.signed(PLAIN, EVIL, ON),
        "foreign besides": papers.signed(ONCE, EVIL, ON),
        "expired": papers.signed(PLAIN, PAST, BEFORE),
        "expired, stamped in time": papers.signed(PLAIN, PAST, BEFORE, clock=CLOCK),
        "expired, stamped by a stranger": papers.signed(PLAIN, PAST, BEFORE, clock=EVIL_CLOCK),
        "not yet": papers.signed(PLAIN, FUTURE, ON),
        "proof added": proved(ONCE),
        "proof added, bytes after": proved(ONCE) + b"meer",
        "proof and stamp added": stamped(proved(ONCE)),
    }


SOUND = {"intact": True, "has_roots": True, "trusted": True, "covers_whole_file": True}
MEANT: dict[str, tuple[dict[str, object], ...]] = {
    "signed once": (SOUND,),
    "signed by an organisation": (SOUND,),
    "signed twice": (SOUND, SOUND),
    "signed three times": (SOUND, SOUND, {**SOUND, "trusted": False}),
    "bytes after": ({**SOUND, "covers_whole_file": False, "bytes_after": 5},),
    "bytes after two": ({**SOUND, "covers_whole_file": False, "bytes_after": 1},) * 2,
    "flipped": ({**SOUND, "intact": False, "trusted": False},),
    "flipped of two": ({**SOUND, "intact": False, "trusted": False},) * 2,
    "changed after": ({**SOUND, "covers_whole_file": False, "changed_after": True},),
    "changed after, then signed": ({**SOUND, "changed_after": True}, SOUND),
    "changed, then signed": (SOUND,),
    "foreign": ({**SOUND, "trusted": False},),
    "foreign besides": (SOUND, {**SOUND, "trusted": False}),
    "expired": ({**SOUND, "trusted": False},),
    "expired, stamped in time": ({**SOUND, "stamped": True},),
    "expired, stamped by a stranger": ({**SOUND, "trusted": False},),
    "not yet": ({**SOUND, "trusted": False},),
    "proof added": (SOUND,),
    "proof added, bytes after": ({**SOUND, "covers_whole_file": False, "bytes_after": 4},),
    "proof and stamp added": (SOUND,),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("signed")
    (made / "root.pem").write_bytes(ROOT.pem)
    return made


@pytest.fixture(scope="module")
def reader(folder: Path) -> Iterator[Reader]:
    with open_reader((folder / "root.pem",), ON) as opened:
        yield opened


def signatures(reader: Reader, folder: Path, document: bytes) -> tuple[SignatureSeen, ...]:
    path = folder / "file.pdf"
    path.write_bytes(document)
    return reader.read(path, named="file.pdf").attachment.signatures


def test_every_document_is_judged() -> None:
    assert MEANT.keys() == documents().keys()


@pytest.mark.parametrize("name", MEANT)
def test_outcome(reader: Reader, folder: Path, name: str) -> None:
    seen = signatures(reader, folder, documents()[name])

    told = [
        {
            field: getattr(signature, field)
            for field in ("intact", "has_roots", "trusted", "covers_whole_file", "changed_after", "stamped")
        }
        for signature in seen
    ]
    meant = [{"changed_after": False, "stamped": False, **item} for item in MEANT[name]]
    for item, signature in zip(meant, seen, strict=True):
        after = item.pop("bytes_after", None)
        if after is not None:
            assert signature.bytes_after == after
        assert (signature.bytes_after == 0) is item["covers_whole_file"]
    assert told == meant
    assert [signature.valid for signature in seen] == [
        bool(item["intact"] and item["trusted"] and item["covers_whole_file"] and not item["changed_after"])
        for item in meant
    ]
    assert all((signature.matter is None) is signature.valid for signature in seen)


def test_who_signed(reader: Reader, folder: Path) -> None:
    (seen,) = signatures(reader, folder, ONCE)

    assert (seen.organisation, seen.unit, seen.country) == ("Acme B.V.", "Inkoop", "BE")
    assert seen.certificate == ACME.digest
    assert seen.signed_on == ON.date()
    assert "Persoon" not in repr(seen)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("expired", "expired on 2026-11-27"),
        ("expired, stamped by a stranger", "expired on 2026-11-27"),
        ("not yet", "holds from 2026-12-03"),
        ("foreign", "not issued under any"),
        ("bytes after", "5 more bytes"),
        ("flipped", "wrong"),
        ("changed after", "changed after"),
    ],
)
def test_what_is_the_matter_is_said(reader: Reader, folder: Path, name: str, said: str) -> None:
    matter = signatures(reader, folder, documents()[name])[0].matter

    assert matter is not None
    assert said in matter.en


def test_a_stamp_says_when(reader: Reader, folder: Path) -> None:
    (seen,) = signatures(reader, folder, documents()["expired, stamped in time"])

    assert seen.valid
    assert seen.signed_on == BEFORE.date()


def test_without_roots(folder: Path) -> None:
    with open_reader((), ON) as reader:
        (seen,) = signatures(reader, folder, ONCE)

    assert (seen.intact, seen.has_roots, seen.trusted, seen.covers_whole_file) == (True, False, False, True)
    assert seen.matter is not None
    assert seen.matter.nl.startswith("Ondertekend, niet te controleren")


def test_too_many(folder: Path) -> None:
    with open_reader((folder / "root.pem",), ON, Limits(signatures=1)) as reader:
        (seen,) = signatures(reader, folder, TWICE)

    assert not seen.valid
    assert seen.problem is not None


def test_the_text_is_that_of_the_last_revision(reader: Reader, folder: Path) -> None:
    path = folder / "file.pdf"
    path.write_bytes(documents()["changed after"])
    seen = reader.read(path, named="file.pdf", places=(PlaceAsked(page=1, text="de overeenkomst"),))

    assert not seen.places[0].found


def pdfsig(path: Path) -> list[tuple[bool, bool, str]]:
    """What poppler says of each signature: whether it is intact, whether it covers the whole file, and whose it is."""
    program = shutil.which("pdfsig")
    if program is None:
        pytest.fail("pdfsig is missing; install it with: apt-get install poppler-utils")
    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    _, *parts = re.split(r"^Signature #\d+:$", done.stdout, flags=re.MULTILINE)
    return [
        (
            "Signature is Valid." in part,
            "- Total document signed" in part,
            match[1] if (match := re.search(r"O=([^,\n]+)", part)) else "",
        )
        for part in parts
        if "O=Klok" not in part  # a time stamp over the document, which pdfsig takes for a signature
    ]


@pytest.mark.parametrize("name", MEANT)
def test_pdfsig_agrees(reader: Reader, folder: Path, name: str) -> None:
    document = documents()[name]
    seen = signatures(reader, folder, document)
    said = pdfsig(folder / "file.pdf")

    assert [(signature.intact, signature.organisation) for signature in seen] == [
        (intact, organisation) for intact, _, organisation in said
    ]
    # It knows no lawful additions: so of the last signature only, where nothing but signatures was added.
    if "added" not in name:
        assert seen[-1].covers_whole_file is said[-1][1]


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_change_is_overlooked(reader: Reader, folder: Path, data: st.DataObject) -> None:
    """Whatever is changed of a signed file, it is not signed any more, or cannot be judged."""
    document = bytearray(ONCE)
    place = data.draw(st.integers(0, len(document) - 1))
    document[place] ^= data.draw(st.integers(1, 255))

    seen = signatures(reader, folder, bytes(document))

    # But for the signature itself, of which pyHanko skips what is padding.
    start = ONCE.index(b"/Contents <") + len(b"/Contents <")
    if not start <= place < ONCE.index(b">", start):
        assert not any(signature.valid for signature in seen)
