"""The page as text: what it says, once, and what hostile text does to it."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from toetskader.report.html import render_html
from toetskader.report.html.view import page
from toetskader.results.model import Report, Verdict

VOID = {"meta", "input", "br", "link", "img"}


class Parsed(HTMLParser):
    """Ids, links, headings and text of a page; refuses tags that do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.parts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        given = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        assert tag != "html" or given["lang"] in ("nl", "en")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("style", "script"):
            self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


@pytest.fixture(scope="module")
def parsed(report: Report) -> Parsed:
    return Parsed(render_html(report))


def test_the_level_reached_stands_with_its_coverage_in_title_and_conclusion(parsed: Parsed) -> None:
    assert parsed.text.startswith("Toetsrapport voorbeeld: niveau 1 op 10 van 46 eisen")
    assert "Conclusie Niveau 1 op 10 van 46 eisen Poort 3 is niet gehaald: 4 eisen blokkeren." in parsed.text


@pytest.mark.parametrize(
    "said",
    [
        "Leverancier Voorbeeld Software BV Component Meldingenregister Poort niveau 3 (productie) Profiel haven",
        "Bekeken: chart voorbeeld 1.4.2 (sha256:0f3c…), waardensets standaard en productie",
        "Uitgevoerd 22 november 2026, 13:05 UTC",
        "helm 4.2.3 (helm-python-sdk 0.2.2)",
        "Niveau 2 past niet bereikt 2 voldoet niet 1 niet te bepalen 1 leg uit 1 n.v.t. 9 niet bekeken",
        "Niveau 3 productie niet bereikt dit is de poort",
        "voldoet DDC-7.2-13 Containers draaien zonder root aanwijzing DDC 7.2, regel 579 · bewijs 1",
        "voldoet niet DDC-7.2-14 Het bestandssysteem van een container is alleen te lezen blokkeert",
        "Verwacht: true Herstel: Zet readOnlyRootFilesystem op true en geef schrijfbare paden een volume. "
        "Deployment/web",
        "templates/deployment.yaml · waardenset productie, standaard gezien niets CronJob/opschonen",
        "gezien LOG_FORMAT=plain , verwacht json",
        "Afwijking AFW-3 verliep op 31 oktober 2026 en telt niet meer.",
        "Logregels zijn JSON waarschuwing: naar beste kunnen, blokkeert niet",
        "De chart vraagt geheugen en rekentijd aan prognose: telt niet mee voor poort 3",
        "Reden: De chart bevat geen database.",
        "Verlopen (1) AFW-3",
        "Verloopt binnen 30 dagen (1) AFW-2 verloopt binnen 30 dagen Eisen DDC-7.2-05 "
        "Geldig tot en met 1 december 2026",
        "Toegepast (1) AFW-1",
        "Overbodig (1) AFW-4",
        "Goedgekeurd door Informatiemanager gemeente , 1 juni 2026",
        "1 eis · Het dossier bevat geen rapport van na 22 augustus 2026. DDC-7.3-12",
        "3 eisen · de toets cluster.state is er nog niet; nodig: cluster DDC-1.1-0",
        "toets workload.read_only_root_filesystem · waarde van 'voldoet': aanwijzing",
        "Opties: --level 3",
    ],
)
def test_the_page_says(parsed: Parsed, said: str) -> None:
    assert said in parsed.text


def test_every_id_is_unique_and_every_link_stays_on_the_page(parsed: Parsed) -> None:
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link for link in parsed.links if not link.startswith("#")} == set()
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)
    assert not {"img", "link", "iframe", "object"} & set(parsed.tags)
    assert not {name for name in parsed.attributes if name.startswith("on")}


@pytest.mark.parametrize("name", ["report", "portfolio"])
def test_headings_go_down_one_step_at_a_time(name: str, report: Report, make) -> None:
    headings = Parsed(render_html(report if name == "report" else make.portfolio(3, 8))).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert [pair for pair in pairwise(headings) if pair[1] > pair[0] + 1] == []


def test_english_page_has_no_dutch_words(make) -> None:
    english = make.everything("en")
    said = Parsed(render_html(english)).text
    assert said.startswith("Audit report voorbeeld: level 1 on 10 of 46 requirements")
    words = {
        "niveau",
        "eisen",
        "voldoet",
        "poort",
        "bevindingen",
        "gezien",
        "verwacht",
        "herstel",
        "afwijking",
        "reden",
    }
    assert {word for word in words if re.search(rf"\b{word}\b", said, re.IGNORECASE)} == set()


def test_chapters_follow_the_numbers_of_the_source(report: Report) -> None:
    level = page(report).targets[0].levels[1]
    assert [chapter.title for chapter in level.chapters] == [
        "DDC 7.2 · Containers en images",
        "DDC 7.5 · Deployments",
        "DDC 7.14 · Databases",
    ]


def test_hostile_text_stays_text(hostile: Report) -> None:
    html = render_html(hostile)
    parsed = Parsed(html)
    assert parsed.tags.count("script") == 1
    assert parsed.tags.count("style") == 1
    assert (
        "<script>alert(1)</script></style>\"'&amp;{{7*7}}[U+0000][U+001B][31mrood[U+202E][U+200B][U+D800]"
        in parsed.text
    )
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html) == []
    assert len(parsed.ids) == len(set(parsed.ids))


def test_only_the_script_of_the_page_may_run(report: Report) -> None:
    html = render_html(report, additions=["<p>Erbij</p>"], extra_css="body{margin:1px}</style><b>")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert re.search(r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]{44}';", policy[1])
    assert "<p>Erbij</p>" in html
    assert Parsed(html).tags.count("b") == Parsed(render_html(report)).tags.count("b")


def test_long_text_and_many_findings_are_cut_and_counted(make) -> None:
    findings = tuple(make.finding(n, seen="x" * 9000) for n in range(60))
    result = make.result(verdict=Verdict.FAIL, findings=findings)
    said = Parsed(render_html(make.report([make.summary([result])], [result]))).text
    assert "Nog 10 bevindingen staan in results.json." in said
    assert "… (+8500)" in said


def test_a_requirement_above_the_gate_never_shows_as_blocking(report: Report) -> None:
    rows = [row for level in page(report).targets[0].levels for c in level.chapters for row in c.rows]
    assert {row.result.requirement for row in rows if row.mark == "blokkeert"} == {
        row.result.requirement for row in rows if row.result.blocks
    }


def test_an_incomplete_run_warns_first(make) -> None:
    whole = make.everything()
    said = Parsed(render_html(make.report(list(whole.targets), list(whole.results), complete=False))).text
    assert said.index("Deze run is niet volledig") < said.index("Conclusie")


def test_nothing_looked_at_is_no_gate_met(make) -> None:
    empty = make.report([make.summary([], level_reached=0, blocked_by=())], [])
    said = Parsed(render_html(empty)).text
    assert "Over poort 3 is niets te zeggen" in said
    assert "gehaald" not in said


def test_a_portfolio_says_per_requirement_once_what_holds_for_all(make) -> None:
    said = Parsed(render_html(make.portfolio(5, 8, 2))).text
    assert said.count("Herstel: Zet readOnlyRootFilesystem") == 8
    assert "alle 5 toetsobjecten" in said
    assert "Toetsrapport portfolio van 5 toetsobjecten" in said


def test_the_dossier_says_what_each_document_is_for_and_what_runs_out_first(make: Any) -> None:
    shown = page(make.everything()).dossiers[0][1]
    assert [item.document.id for item in shown] == ["x", "scanrapport", "certificaat-27001", "kaart"]
    assert [item.state for item in shown] == ["", "expired", "expiring", ""]
    assert [[row.result.requirement for row in item.rows] for item in shown] == [[], ["DDC-7.3-12"], ["DDC-7.2-13"], []]
    text = Parsed(render_html(make.everything())).text
    assert "nog 23 dagen" in text
    assert "geen eis in deze run" in text


def test_paper_and_measurement_that_contradict_name_each_other(make: Any) -> None:
    text = Parsed(render_html(make.everything())).text
    assert "Tegengesproken door DDC-7.2-14 (Het bestandssysteem van een container is alleen te lezen" in text
    assert "Spreekt tegen wat het dossier zegt bij DDC-7.2-13 (Containers draaien zonder root)" in text
    assert [row.result.requirement for _, row in page(make.everything()).contradicted] == ["DDC-7.2-13"]


def test_without_a_dossier_the_page_has_no_section_on_it(make: Any) -> None:
    assert "dossier" not in Parsed(render_html(make.portfolio(2, 2))).ids
