"""results.json, CSV and JUnit XML."""

import csv
import html
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from toetskader.report import csv_view, json_view, junit_view, words
from toetskader.report.html import render_html
from toetskader.report.terminal import finding_lines
from toetskader.results.model import PartResult, Report, Verdict


def test_json_gives_the_same_report_back(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(json_view.encode(report))
    assert json_view.read(path) == report
    assert path.read_bytes() == json_view.encode(json_view.read(path))
    assert path.read_text(encoding="utf-8").startswith('{\n "schema_version": 2,\n "run": {')


def test_json_holds_hostile_text_and_replaces_only_what_json_cannot_hold(hostile: Report) -> None:
    back = json_view.decode(json_view.encode(hostile))
    seen = back.results[0].findings[0].seen
    assert seen == hostile.results[0].findings[0].seen.replace("\ud800", "\ufffd")


def test_results_of_before_there_could_be_several_parts_are_read(report: Report) -> None:
    older = json.loads(json_view.encode(report))
    older["schema_version"] = 1
    for result in older["results"]:
        del result["parts"]
        for finding in result["findings"]:
            del finding["part"]
    back = json_view.decode(json.dumps(older).encode())
    assert [result.part_names for result in back.results] == [(result.part,) for result in report.results]
    assert [result.verdict for result in back.results] == [result.verdict for result in report.results]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"schema_version": 3}', "schema_version is 3"),
        (b"{}", "schema_version is None"),
        (b'{"schema_version": 1, "run": 3}', "not a results file"),
        (b"<html>", "not a results file"),
        (b"[1]", "not a results file"),
        (b"[" * 100_000, "not a results file"),
        (b"\xff\xfe", "not a results file"),
    ],
)
def test_json_that_does_not_fit_says_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(json_view.ResultsError, match=f"acme.json: .*{says}.*run the audit again"):
        json_view.decode(content, "acme.json")


def test_json_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(json_view.ResultsError, match=r"weg\.json: cannot be read"):
        json_view.read(tmp_path / "weg.json")


def test_schema_describes_every_model_and_the_version() -> None:
    schema = json_view.schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"Finding", "Result", "ResultsFile", "Run", "TargetSummary"} <= set(schema["$defs"])
    assert schema["$defs"]["ResultsFile"]["properties"]["schema_version"] == {"const": json_view.SCHEMA_VERSION}
    assert set(_references(schema)) <= {f"#/$defs/{name}" for name in schema["$defs"]}


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [ref for item in value.values() for ref in _references(item)]
    return [ref for item in value for ref in _references(item)] if isinstance(value, list) else []


def _rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_view.encode(report).decode("utf-8-sig")), delimiter=";"))


def test_csv_has_a_line_per_finding_and_one_for_a_result_without(report: Report) -> None:
    rows = _rows(report)
    assert len(rows) == sum(max(1, len(result.findings)) for result in report.results)
    failing = [row for row in rows if row["requirement"] == "DDC-7.2-14"]
    assert [row["where"] for row in failing] == [
        "Deployment/web, container app-0",
        "Deployment/web, container app-0",
        "CronJob/opschonen, initContainer voorbereiden",
    ]
    assert failing[0]["verdict"] == "fail"
    assert failing[0]["label"] == "voldoet niet"
    assert failing[0]["blocks"] == "true"


def test_csv_of_an_english_run_is_separated_by_commas(make: Any) -> None:
    assert csv_view.encode(make.everything("en")).decode("utf-8-sig").startswith("target,requirement,source")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n@", " =", "\u200b=", "＝"])
def test_csv_never_starts_a_cell_with_a_formula(make: Any, start: str) -> None:
    text = f'{start}HYPERLINK("http://example.nl";"x")'
    result = make.result(findings=(make.finding(seen=text, where=text),), title=text, verdict=Verdict.FAIL)
    encoded = csv_view.encode(make.report([make.summary([result])], [result])).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(encoded), delimiter=";"))
    assert len(rows) == 2
    assert not [cell for cell in rows[1] if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))]


def test_csv_file_starts_with_a_byte_order_mark(report: Report, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(csv_view.encode(report))
    assert (tmp_path / "r.csv").read_bytes().startswith(b"\xef\xbb\xbftarget;requirement")


def test_junit_maps_verdicts_as_pytest_does(report: Report) -> None:
    suites = ET.fromstring(junit_view.encode(report))
    assert suites.attrib == {"name": "toetskader", "tests": "10", "failures": "3", "errors": "1", "skipped": "4"}
    (suite,) = suites
    assert suite.get("name") == "voorbeeld"
    outcomes = {
        case.get("name", "").split()[0]: [child.tag for child in case] for case in suite.iter("testcase")
    }  # fmt: skip
    assert outcomes == {
        "DDC-7.2-13": [],
        "DDC-7.17-01": [],
        "DDC-7.2-14": ["failure"],
        "DDC-7.2-05": ["skipped"],
        "DDC-7.5-04": ["failure"],
        "DDC-7.5-05": ["error"],
        "DDC-7.14-01": ["skipped"],
        "DDC-7.3-12": ["failure"],
        "DDC-7.20-03": ["skipped"],
        "DDC-7.22-01": ["skipped"],
    }
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties["coverage"] == "niveau 1 op 10 van 46 eisen"


def test_junit_tells_the_finding_the_reason_and_the_forecast(report: Report) -> None:
    suites = ET.fromstring(junit_view.encode(report))
    found = {case.get("name", "").split()[0]: case for case in suites.iter("testcase")}
    failure = found["DDC-7.2-14"][0]
    assert "Deployment/web, container app-0: gezien niets, verwacht true" in (failure.text or "")
    assert "waardenset productie, standaard" in (failure.text or "")
    assert "host is verplicht" in found["DDC-7.5-05"][0].get("message", "")
    assert (
        found["DDC-7.2-05"][0].get("message", "").startswith("leg uit: Afwijking AFW-2, geldig tot en met 1 december")
    )
    assert (
        found["DDC-7.22-01"][0].get("message") == "voldoet niet (prognose: telt niet mee voor poort 3)"
    )  # fmt: skip


def test_junit_with_hostile_text_is_valid_xml(hostile: Report, tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_bytes(junit_view.encode(hostile))
    text = "".join(ET.parse(tmp_path / "junit.xml").getroot().itertext())
    assert "<script>alert(1)</script>" in text
    assert "[U+001B][31mrood[U+202E]" in text


def test_a_deliberate_difference_stands_beside_the_verdict_in_every_form(make: Any) -> None:
    said = "internet.nl kijkt niet naar `cookies`."
    for verdict, blocks in ((Verdict.FAIL, True), (Verdict.PASS, False)):
        result = make.result(verdict=verdict, differences=(said,))
        report = make.report([make.summary([result])], [result, make.result("DDC-7.5-04")])
        assert json.loads(json_view.encode(report))["results"][0]["differences"] == [said]
        assert said in csv_view.encode(report).decode("utf-8-sig")
        assert ("Bewust verschil: internet.nl" in junit_view.encode(report).decode()) is blocks
        assert render_html(report).count("Bewust verschil: <bdi>internet.nl kijkt niet naar <code>cookies</code>.") == 1
        assert f"  Bewust verschil: {said}" in finding_lines(result, "nl", 300)


def test_what_was_laid_beside_a_part_is_told_in_every_form(make: Any) -> None:
    """A finding of the other part calls its scene by that part's word."""
    seen = PartResult(
        part="saas",
        proof="proof",
        verdict=Verdict.FAIL,
        check="x.y",
        scene="eindpunt",
        beside={"namespace": "omgeving"},
    )
    found = make.finding(part="namespace", scene="production")
    result = make.result(verdict=Verdict.FAIL, part="saas", proof="proof", parts=(seen,), findings=(found,))
    report = make.report([make.summary([result])], [result, make.result("DDC-7.5-04")])
    said = "saas naast namespace: voldoet niet (bewijs)"
    assert json.loads(json_view.encode(report))["results"][0]["parts"][0]["beside"] == {"namespace": "omgeving"}
    assert said in csv_view.encode(report).decode("utf-8-sig")
    assert said in junit_view.encode(report).decode()
    assert said in html.unescape(render_html(report))
    assert "omgeving production" in " ".join(finding_lines(result, "nl", 300))


def test_why_a_part_does_not_apply_stands_with_that_part(make: Any) -> None:
    why = "Het doel noemt geen domein."
    parts = tuple(
        PartResult(part=part, proof=proof, verdict=verdict, check="x.y", scene="", reason=reason)
        for part, proof, verdict, reason in (
            ("saas", "proof", Verdict.NOT_APPLICABLE, why),
            ("chart", "indication", Verdict.PASS, ""),
        )
    )
    said = "Per onderdeel: saas: n.v.t. (bewijs): Het doel noemt geen domein; chart: voldoet (aanwijzing)"
    result = make.result(verdict=Verdict.PASS, part="chart", proof="indication", parts=parts)
    assert said in html.unescape(render_html(make.report([make.summary([result])], [result])))
    assert f"  {said}" in finding_lines(result, "nl", 300)
    alone = make.result(verdict=Verdict.NOT_APPLICABLE, part="saas", proof="proof", parts=parts, reason=f"saas: {why}")
    assert why.removesuffix(".") not in " ".join(words.by_part(alone, words.NL))
