"""How a dossier stands: what is the matter with each document, worst first, and whom it serves."""

import csv
import io
import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import icalendar
import pytest
from auditor import TODAY

from toetskader.cli import main
from toetskader.collect.dossier.collector import read_dossier
from toetskader.dossier.asked import Ask, Asked, Reference
from toetskader.dossier.status import STATES, Line, status
from toetskader.dossier.status_views import COLUMNS, calendar, csv_text, text_lines
from toetskader.facts.dossier.rules import Rule
from toetskader.kinds.dossier import DossierPart
from toetskader.laboratory.dossier import Maker
from toetskader.laboratory.papers import flipped
from toetskader.results.model import Contradicted, Verdict
from toetskader.text import Text

ROOT = Path(__file__).parents[2]
Output = pytest.CaptureFixture[str]
TEMPLATE = """\
id: verklaring
kind: declaration
type: passwords
title: "Verklaring"
issuer: {organisation: "Voorbeeld BV", side: supplier}
issued_on: {-40}
valid_until: {+300}
signatures: [{name: "A. de Vries", organisation: "Voorbeeld BV", side: supplier, on: {-40}, how: pdf}]
clauses: [password-manager]
on_behalf_of: "Voorbeeld BV"
scope: "alles"
"""
REGISTER = """\
id: lijst
kind: register
type: things
title: "Lijst"
issuer: {organisation: "Voorbeeld BV", side: supplier}
issued_on: {-10}
as_of: {-10}
table: lijst.csv
columns: {name: "Naam", country: "Land"}
"""


class Row:
    title = Text("Titel", "Title")

    def __init__(self, id_: str) -> None:
        self.id = id_


def asked(ref: str, *ids: str, **ask: object) -> Asked:
    kind, _, type_ = ref.partition(":")
    asks = tuple(Ask(Row(id_), **ask) for id_ in ids or ("X-1",))  # type: ignore[arg-type]
    return Asked(Reference(kind, type_), asks)


MAKER = Maker(TODAY)


class Stand:
    """A dossier that is made of templates, and can be changed before it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._maker = MAKER

    def add(self, template: str, name: str = "verklaring", rows: str | None = None) -> Path:
        source = self.folder / f"{name}.yaml"
        source.write_text(template, encoding="utf-8")
        if rows is not None:
            source.with_suffix(".csv").write_text(rows, encoding="utf-8")
        self._maker.document(source, self.folder / "dossier")
        return self.folder / "dossier" / name

    def lines(self, *needed: Asked, trust: bool = True, today: date = TODAY) -> tuple[Line, ...]:
        roots = self.folder / "trust"
        roots.mkdir(exist_ok=True)
        (roots / "root.pem").write_bytes(self._maker.authority.pem)
        part = DossierPart(folders=(self.folder / "dossier",), trust=roots if trust else None)
        read = read_dossier(part, self.folder, supplier="Voorbeeld BV", component="Meldingen")
        return status(read, needed or (asked("declaration:passwords"),), today)

    def states(self, *needed: Asked, trust: bool = True) -> list[str]:
        (line,) = self.lines(*needed, trust=trust)
        return [remark.state for remark in line.remarks]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_document_in_order(stand: Stand) -> None:
    stand.add(TEMPLATE)
    (line,) = stand.lines()
    assert [remark.state for remark in line.remarks] == ["signature-valid"]
    assert line.worth is not None
    assert line.worth.strength == 3
    assert not line.blocks
    assert line.requirements == ("X-1",)


def test_one_that_is_missing(stand: Stand) -> None:
    stand.add(TEMPLATE)
    lines = stand.lines(asked("declaration:passwords"), asked("certificate:27001", "X-1", "X-2"))
    assert [(str(line.reference), line.state, line.blocks) for line in lines] == [
        ("certificate:27001", "missing", True),
        ("declaration:passwords", "signature-valid", False),
    ]


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("valid_until: {+300}", "valid_until: {-1}", "expired"),
        ("valid_until: {+300}", "valid_until: {+0}", "expires"),
        ("valid_until: {+300}", "valid_until: {+60}", "expires"),
        ("valid_until: {+300}", "valid_until: {+61}", "signature-valid"),
        ("issued_on: {-40}", "issued_on: {+1}", "early"),
        ("issued_on: {-40}", "issued_on: {-40}\nvalid_from: {+1}", "early"),
        ("on: {-40}, how: pdf", "on: {+1}, how: wet", "early"),
        ('scope: "alles"\n', "", "not-said"),
        ("how: pdf", "how: wet", "fine"),
        ("side: supplier, on", "side: municipality, on", "signature-missing"),
    ],
)
def test_what_a_document_says(old: str, new: str, state: str, stand: Stand) -> None:
    assert old in TEMPLATE
    stand.add(TEMPLATE.replace(old, new))
    (line,) = stand.lines(asked("declaration:passwords", rules=(Rule(field="scope"),), signed_by=("supplier",)))
    assert line.state == state


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda folder: (folder / "document.pdf").unlink(), "file-missing"),
        (lambda folder: (folder / "document.pdf").write_bytes(b"%PDF-1.4 changed"), "unreadable"),
        (lambda folder: (folder / "document.pdf").write_text("text"), "changed"),
        (lambda folder: changed(folder / "bewijs.yaml", "valid_until: '", "valid_until: '2"), "unreadable"),
        (lambda folder: changed(folder / "bewijs.yaml", "page: 1", "page: 2"), "not-found"),
        (lambda folder: changed(folder / "bewijs.yaml", "\nscope: alles", "\nscope: niets"), "contradicted"),
        (lambda folder: changed(folder / "bewijs.yaml", "  sha256:", "  # sha256:"), "not-sealed"),
    ],
)
def test_what_its_file_says(change: object, state: str, stand: Stand) -> None:
    folder = stand.add(TEMPLATE)
    change(folder)  # type: ignore[operator]
    assert state in stand.states()


def test_without_a_file(stand: Stand) -> None:
    folder = stand.add(TEMPLATE)
    text = (folder / "bewijs.yaml").read_text(encoding="utf-8")
    (folder / "bewijs.yaml").write_text(text.partition("files:")[0], encoding="utf-8")
    assert stand.states()[0] == "no-file"


def test_a_signature_without_roots_cannot_be_verified(stand: Stand) -> None:
    stand.add(TEMPLATE)
    assert stand.states(trust=False) == ["signature-unverified"]


def test_a_signature_that_is_broken(stand: Stand) -> None:
    folder = stand.add(TEMPLATE)
    path = folder / "document.pdf"
    path.write_bytes(flipped(path.read_bytes()))
    assert {"signature-broken", "changed"} <= set(stand.states())


def test_a_file_without_the_signature(stand: Stand) -> None:
    folder = stand.add(TEMPLATE.replace("how: pdf", "how: wet"))
    changed(folder / "bewijs.yaml", "how: wet", "how: pdf")
    assert stand.states()[0] == "signature-missing"


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ("Naam,Land\na,NL\n", "fine"),
        ("Naam\na\n", "not-found"),
        ("Naam,Land\n", "not-found"),
        ("", "unreadable"),
    ],
)
def test_a_list(rows: str, state: str, stand: Stand) -> None:
    folder = stand.add(REGISTER, "lijst", "Naam,Land\na,NL\n")
    (folder / "lijst.csv").write_text(rows, encoding="utf-8")
    digest = sha256(rows.encode()).hexdigest()
    path = folder / "bewijs.yaml"
    path.write_text(
        re.sub("(?<=lijst.csv\n  sha256: )[0-9a-f]+", digest, path.read_text(encoding="utf-8")), encoding="utf-8"
    )
    (line,) = stand.lines(asked("register:things", rules=(Rule(field="name"),)))
    assert line.state == state


def test_one_that_is_replaced_serves_nobody(stand: Stand) -> None:
    stand.add(TEMPLATE.replace("{+300}", "{-5}"))
    stand.add(TEMPLATE.replace("id: verklaring", "id: nieuw") + "supersedes: [verklaring]\n", "nieuw")
    assert [(line.id, line.state, line.blocks) for line in stand.lines()] == [
        ("nieuw", "signature-valid", False),
        ("verklaring", "replaced", False),
    ]


def test_one_that_nobody_asks_for_blocks_nothing(stand: Stand) -> None:
    stand.add(TEMPLATE.replace("{+300}", "{-5}"))
    lines = stand.lines(asked("card", "X-2"))
    assert [(line.state, line.blocks) for line in lines] == [("missing", True), ("expired", False)]


def test_those_that_serve_most_come_first(stand: Stand) -> None:
    needed = (asked("card", "A-1"), asked("policy:b", "A-1", "A-2"), asked("policy:a", "A-1", "A-2", "A-10"))
    (stand.folder / "dossier").mkdir()
    lines = stand.lines(*needed)
    assert [str(line.reference) for line in lines] == ["policy:a", "policy:b", "card"]
    assert lines[0].requirements == ("A-1", "A-2", "A-10")


def test_the_last_day_of_an_agreement_is_that_of_its_term(stand: Stand) -> None:
    text = (
        'id: sla\nkind: agreement\ntype: sla\ntitle: "SLA"\nissuer: {organisation: "V", side: supplier}\n'
        "issued_on: {-40}\nvalid_until: {+300}\nterm: {from: {-40}, until: {-2}}\n"
    )
    stand.add(text, "sla")
    (line,) = stand.lines(asked("agreement:sla"))
    assert (line.state, line.last_day) == ("expired", TODAY - timedelta(days=2))


class TestViews:
    EVIL = '"=cmd|x <script>alert(1)</script> \\x1b[31m \\u202e \\r\\nBEGIN:VEVENT ; , \\\\"'

    @pytest.fixture
    def lines(self, stand: Stand) -> tuple[Line, ...]:
        stand.add(TEMPLATE)
        path = stand.folder / "dossier/verklaring/bewijs.yaml"
        changed(path, "title: Verklaring", f"title: {self.EVIL}")
        return stand.lines(asked("declaration:passwords"), asked("card", "X-2"))

    @pytest.mark.hostile("dossier")
    def test_csv_holds_no_formula_and_no_line_break(self, lines: tuple[Line, ...]) -> None:
        rows = list(csv.reader(io.StringIO(csv_text(lines, TODAY, "nl").decode("utf-8-sig")), delimiter=";"))
        assert rows[0] == list(COLUMNS)
        assert all(len(row) == len(COLUMNS) for row in rows)
        cells = [cell for row in rows for cell in row]
        assert not any(cell.startswith("=") or "\n" in cell or "\x1b" in cell for cell in cells)

    @pytest.mark.hostile("dossier")
    def test_a_terminal_gets_no_sequences(self, lines: tuple[Line, ...], capsys: Output) -> None:
        assert not any("\x1b" in line or "\n" in line for line in text_lines(lines, "doel", "nl"))

    @pytest.mark.hostile("dossier")
    def test_the_calendar_has_an_event_a_last_day(self, lines: tuple[Line, ...]) -> None:
        content = calendar(lines, "doel", TODAY, "nl")
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
        assert event.decoded("dtstart") == TODAY + timedelta(days=300)
        assert event.decoded("dtend") == TODAY + timedelta(days=301)
        assert event["uid"] == "verklaring.last-day.doel@toetskader"
        assert "BEGIN:VEVENT ; , \\" in event["summary"]
        assert content == calendar(lines, "doel", TODAY, "nl")

    def test_every_state_has_words(self) -> None:
        assert all(kind.label.nl and kind.label.en for kind in STATES.values())

    def test_the_last_day_of_all_days_is_no_event(self, stand: Stand) -> None:
        stand.add(TEMPLATE.replace("{+300}", "9999-12-31"))
        assert b"VEVENT" not in calendar(stand.lines(), "doel", TODAY, "en")


class TestCommand:
    @pytest.fixture(autouse=True)
    def _in_the_repository(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(ROOT)

    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        (tmp_path / "target.yaml").write_text(
            "name: acme\nsupplier: Voorbeeld BV\ncomponent: Meldingen\ngate: 3\nprofiles: [haven]\n"
            "parts:\n  dossier:\n    folders: [dossier]\n",
            encoding="utf-8",
        )
        return tmp_path

    def test_one_when_something_lacks(self, target: Path, capsys: Output) -> None:
        files = target / "status.csv", target / "status.ics"
        assert main(["dossier", "status", str(target), "--csv", str(files[0]), "--ics", str(files[1])]) == 1
        out = capsys.readouterr().out
        assert "DDC-7.3-03" in out
        assert "ontbreekt" in out
        assert files[0].read_bytes().startswith("\ufeffdocument;".encode())
        assert b"BEGIN:VCALENDAR" in files[1].read_bytes()

    def test_english(self, target: Path, capsys: Output) -> None:
        assert main(["dossier", "status", str(target), "--lang", "en"]) == 1
        assert "missing" in capsys.readouterr().out

    def test_zero_when_nothing_that_is_asked_lacks(self, target: Path, capsys: Output) -> None:
        path = target / "target.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("[haven]", "[service-organisation]"), encoding="utf-8")
        assert main(["dossier", "status", str(target)]) == 0
        assert "0 documenten gevraagd" in capsys.readouterr().out

    @pytest.mark.hostile("dossier")
    def test_a_file_that_cannot_be_written_is_told(self, target: Path, capsys: Output) -> None:
        assert main(["dossier", "status", str(target), "--csv", str(target / "no/such/folder.csv")]) == 2
        assert "is niet te schrijven" in capsys.readouterr().err

    def test_what_a_run_measured_speaks_against_a_document(
        self, target: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Stand(target).add(TEMPLATE)
        item = Contradicted(requirement="X-9", title="Titel", verdict=Verdict.FAIL, why="Dat kan niet.", is_claim=True)
        results = [
            SimpleNamespace(target="acme", contradictions=(item,), documents=("verklaring",)),
            SimpleNamespace(target="other", contradictions=(item,), documents=("verklaring",)),
            SimpleNamespace(target="acme", contradictions=(), documents=("verklaring",)),
        ]
        monkeypatch.setattr("toetskader.report.changes.read_run", lambda _: SimpleNamespace(results=results))
        assert main(["dossier", "status", str(target), "--results", "run"]) == 1
        out = capsys.readouterr().out
        assert out.count("X-9") == 1
        assert "tegengesproken: Tegengesproken door X-9" in out

    @pytest.mark.hostile("dossier")
    def test_what_is_no_run_is_told(self, target: Path, capsys: Output) -> None:
        (target / "results.json").write_text("{")
        assert main(["dossier", "status", str(target), "--results", str(target)]) == 2
        assert "results.json" in capsys.readouterr().err

    @pytest.mark.redaction("dossier")
    def test_no_name_and_no_secret_is_shown(self, target: Path, capsys: Output) -> None:
        Stand(target).add(TEMPLATE.replace('title: "Verklaring"', 'title: "password=Zomer-2026-kanarie!"'))
        main(["dossier", "status", str(target), "--csv", str(target / "x.csv"), "--ics", str(target / "x.ics")])
        shown = capsys.readouterr().out + (target / "x.csv").read_text() + (target / "x.ics").read_text()
        assert "verklaring" in shown
        assert "kanarie" not in shown
        assert "Vries" not in shown


def test_last_day_of_a_document_without_one(stand: Stand) -> None:
    stand.add(TEMPLATE.replace("valid_until: {+300}\n", ""))
    (line,) = stand.lines()
    assert line.last_day is None
