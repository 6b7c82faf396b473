"""The reader of files: what it does with a file whatever is in it, and with the process that reads them."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from dossier_files import bomb, page_pdf, raw_pdf, text_stream, xlsx

from toetskader.collect import stopping
from toetskader.collect.dossier.limits import Limits
from toetskader.collect.dossier.reading import Reader, open_reader
from toetskader.core.failure import Failed
from toetskader.facts.dossier.attachments import PlaceAsked, Read, TableAsked
from toetskader.laboratory import papers

ON = datetime(2026, 11, 30, 12, tzinfo=UTC)
DOCUMENT = papers.pdf([["de feiten"]])
PLACE = PlaceAsked(page=1, text="de feiten")


@pytest.fixture
def reader() -> Iterator[Reader]:
    with open_reader((), ON) as opened:
        yield opened


def read(reader: Reader, folder: Path, content: bytes, name: str = "file.pdf", **asked: object) -> Read:
    path = folder / name
    path.write_bytes(content)
    return reader.read(path, named=name, **asked)  # type: ignore[arg-type]


def test_read(reader: Reader, tmp_path: Path) -> None:
    seen = read(reader, tmp_path, DOCUMENT, places=(PLACE,))

    assert seen.attachment.problem is None
    assert seen.attachment.path == "file.pdf"
    assert seen.attachment.size == len(DOCUMENT)
    assert seen.attachment.sha256 == sha256(DOCUMENT).hexdigest()
    assert seen.places[0].found


def test_no_process_for_what_is_not_parsed(reader: Reader, tmp_path: Path) -> None:
    for name, content in (("brief.docx", b"PK\x03\x04"), ("foto.png", b"\x89PNG"), ("a.csv", b"a;b"), ("a.json", b"{")):
        seen = read(reader, tmp_path, content, name)
        assert seen.attachment.problem is None
        assert seen.attachment.sha256 == sha256(content).hexdigest()
    assert reader.pid is None


def test_what_cannot_be_asked_of_a_format(reader: Reader, tmp_path: Path) -> None:
    seen = read(reader, tmp_path, b"PK", "brief.docx", places=(PLACE,), table=TableAsked(), form=True)

    assert seen.places[0].problem is not None
    assert seen.table is not None
    assert seen.table.problem is not None
    assert seen.attachment.problem is not None
    assert read(reader, tmp_path, DOCUMENT, table=TableAsked()).table.problem is not None  # type: ignore[union-attr]


def test_a_pdf_by_its_content(reader: Reader, tmp_path: Path) -> None:
    assert read(reader, tmp_path, DOCUMENT, "zonder-naam").attachment.format == "pdf"
    assert read(reader, tmp_path, b"geen", "naam.PDF").attachment.problem is not None


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "missing"])
def test_no_regular_file(reader: Reader, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file.pdf"
    (tmp_path / "other.pdf").write_bytes(DOCUMENT)
    match kind:
        case "link":
            path.symlink_to("other.pdf")
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)

    seen = reader.read(path, named="file.pdf", places=(PLACE,), table=TableAsked())

    assert seen.attachment.problem is not None
    assert seen.attachment.sha256 == ""
    assert seen.places[0].problem is not None
    assert seen.table is not None
    assert seen.table.problem is not None
    assert reader.pid is None


def test_only_files_below_the_folder(reader: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "document"
    (folder / "in").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    for place in (folder / "in", tmp_path / "other", tmp_path):
        (place / "a.pdf").write_bytes(DOCUMENT)
    (folder / "link").symlink_to("../other")

    assert reader.read(folder / "in/a.pdf", named="in/a.pdf").attachment.problem is None
    for named in ("../a.pdf", "in/../../a.pdf", str(tmp_path / "a.pdf"), "link/a.pdf", "..\\a.pdf"):
        seen = reader.read(folder / named, named=named).attachment
        assert seen.problem is not None
        assert seen.sha256 == ""


def test_too_large_files_are_hashed(tmp_path: Path) -> None:
    with open_reader((), ON, Limits(file_bytes=1000)) as reader:
        seen = read(reader, tmp_path, b"%PDF-" + bytes(5000), places=(PLACE,))

    assert seen.attachment.problem is not None
    assert "too large" in seen.attachment.problem.en
    assert seen.attachment.sha256 == sha256(b"%PDF-" + bytes(5000)).hexdigest()
    assert seen.attachment.size == 5005
    assert seen.places[0].problem == seen.attachment.problem


def test_too_large_dossier(tmp_path: Path) -> None:
    with open_reader((), ON, Limits(dossier_bytes=2 * len(DOCUMENT) + 1)) as reader:
        assert read(reader, tmp_path, DOCUMENT).attachment.problem is None
        assert read(reader, tmp_path, DOCUMENT).attachment.problem is None
        seen = read(reader, tmp_path, DOCUMENT)

    assert seen.attachment.problem is not None
    assert "the dossier is more than" in seen.attachment.problem.en


def test_killed_for_memory_and_replaced(tmp_path: Path) -> None:
    with open_reader((), ON, Limits(memory_bytes=400 * 2**20)) as reader:
        assert read(reader, tmp_path, DOCUMENT).attachment.problem is None
        before = reader.pid
        seen = read(reader, tmp_path, page_pdf(bomb(500 * 2**20)), places=(PLACE,))

        assert seen.attachment.problem is not None
        assert "memory" in seen.attachment.problem.en
        assert seen.attachment.sha256
        assert not seen.places[0].found
        assert read(reader, tmp_path, DOCUMENT, places=(PLACE,)).places[0].found
        assert reader.pid != before


def test_processor_time(tmp_path: Path) -> None:
    # Nested forms that draw each other: little text, endless work.
    forms = {
        number: b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length %d/Resources<</XObject<</X %d 0 R>>>>>>stream\n"
        % (len(b"/X Do " * 40), number + 1)
        + b"/X Do " * 40
        + b"\nendstream"
        for number in range(10, 18)
    }
    forms[18] = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 10 0 R>>>>>>",
        4: b"<</Length 6>>stream\n/X Do \nendstream",
        **forms,
    }
    with open_reader((), ON, Limits(processor_s=0)) as reader:
        seen = read(reader, tmp_path, raw_pdf(objects))
        assert seen.attachment.problem is not None
        assert "broken off" in seen.attachment.problem.en


def test_wall_clock_time(tmp_path: Path) -> None:
    with open_reader((), ON, Limits(deadline_s=0)) as reader:
        seen = read(reader, tmp_path, DOCUMENT)

        assert seen.attachment.problem is not None
        assert "broken off" in seen.attachment.problem.en
        assert reader.pid is None


def test_answers_are_bounded(tmp_path: Path) -> None:
    with open_reader((), ON, Limits(answer_bytes=2000)) as reader:
        seen = read(reader, tmp_path, b'["' + b"x" * 3000 + b'"]', "a.json", form=True)

        assert seen.form is None
        assert seen.attachment.problem is not None
        assert read(reader, tmp_path, b'["x"]', "a.json", form=True).form == ["x"]


def test_a_run_that_stops(reader: Reader, tmp_path: Path) -> None:
    stopping.stop()
    try:
        with pytest.raises(stopping.Stopped):
            read(reader, tmp_path, DOCUMENT)
    finally:
        stopping.start()


def test_the_process_knows_nothing_of_ours(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "zomer")
    read(reader, tmp_path, DOCUMENT)

    environment = Path(f"/proc/{reader.pid}/environ").read_bytes()
    assert b"zomer" not in environment
    assert {line.partition(b"=")[0] for line in environment.split(b"\0") if line} == {b"PATH", b"LANG", b"PYTHONPATH"}
    limits = Path(f"/proc/{reader.pid}/limits").read_text(encoding="utf-8")
    assert f"Max address space         {2**30}" in limits
    assert Path(f"/proc/{reader.pid}/cwd").readlink() == Path("/")


def test_the_process_ends_with_the_reader(tmp_path: Path) -> None:
    with open_reader((), ON) as reader:
        read(reader, tmp_path, DOCUMENT)
        pid = reader.pid
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()


def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "file.pdf").write_bytes(DOCUMENT)
    program = textwrap.dedent(
        f"""
        import os, signal
        from datetime import UTC, datetime
        from pathlib import Path
        from toetskader.collect.dossier.reading import open_reader
        with open_reader((), datetime(2026, 11, 30, tzinfo=UTC)) as reader:
            reader.read(Path({str(tmp_path / "file.pdf")!r}), named="file.pdf")
            print(reader.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    while Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8"):
        time.sleep(0.05)  # ends, or the test hangs: no time is asserted


def test_a_process_that_cannot_start(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    seen = read(reader, tmp_path, DOCUMENT)

    assert seen.attachment.problem is not None
    assert "installed completely" in seen.attachment.problem.en


def test_roots(tmp_path: Path) -> None:
    first, second = papers.Authority(ON), papers.Authority(ON)
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / "both.pem").write_bytes(first.pem + second.pem)
    (folder / "read.me").write_text("niets", encoding="utf-8")
    for by in (first, second):
        document = papers.signed(DOCUMENT, by.issue("Acme B.V."), ON)
        with open_reader((folder,), ON) as reader:
            assert read(reader, tmp_path, document).attachment.signatures[0].valid

    (folder / "wrong.crt").write_text("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", encoding="utf-8")
    with pytest.raises(Failed, match=r"wrong\.crt"), open_reader((folder,), ON):
        pass
    with pytest.raises(Failed, match=r"gone\.pem"), open_reader((tmp_path / "gone.pem",), ON):
        pass
    empty = tmp_path / "empty"
    empty.mkdir()
    with open_reader((empty,), ON) as reader:
        seen = read(reader, tmp_path, papers.signed(DOCUMENT, first.issue("Acme B.V."), ON)).attachment.signatures[0]
    assert not seen.has_roots
    assert not seen.trusted


def test_many_files_one_process(reader: Reader, tmp_path: Path) -> None:
    read(reader, tmp_path, DOCUMENT)
    pid = reader.pid
    for name, content in (("a.xlsx", xlsx("")), ("b.pdf", b"%PDF-junk"), ("c.pdf", page_pdf(text_stream("x")))):
        read(reader, tmp_path, content, name)
    assert reader.pid == pid
