"""Rows that name a file beside the register: it is there, has something in it, and is not the list itself."""

import msgspec
import pytest
from auditor import ROOT
from looking import TODAY, Bench, day, stated

from toetskader.facts.dossier.attachments import Attachment
from toetskader.judging.registry import load_checks

LINKS = load_checks(ROOT / "tests")["register.links"]
DIGEST = "0" * 64
COLUMNS = {"record": "Besluit"}


def outcome(record: str, size: int = 10) -> str:
    files = [{"path": name, "sha256": DIGEST} for name in ("document.pdf", "lijst.csv", "adr-1.md")]
    register = stated(
        "register",
        "principles",
        as_of=day(-5),
        table="lijst.csv",
        columns=COLUMNS,
        files=files,
        rows=((record,), ("document.pdf",)),
    )
    there = tuple(Attachment(path=item["path"], sha256=DIGEST, size=size) for item in files)
    bench = Bench(msgspec.structs.replace(register, attachments=there))
    assert LINKS.params is not None
    params = msgspec.convert({"document": "register:principles", "column": "record"}, LINKS.params)
    LINKS.function(
        papers=bench.papers, findings=bench.findings, params=params, parameters=bench.parameters, today=TODAY
    )
    return bench.lacking


def test_a_file_beside_the_list() -> None:
    assert outcome("adr-1.md") == ""


@pytest.mark.parametrize("record", ["adr-2.md", "lijst.csv", "../adr-1.md", "ADR 1"])
def test_what_is_no_file_beside_the_list_proves_nothing(record: str) -> None:
    assert "(row 2) names in record no file" in outcome(record)


def test_an_empty_file_proves_nothing() -> None:
    assert "names in record no file" in outcome("adr-1.md", size=0)


@pytest.mark.parametrize("record", ["", "-"])
def test_a_row_without_a_file_proves_nothing(record: str) -> None:
    assert "does not say record" in outcome(record)
