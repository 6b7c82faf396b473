"""What is kept of a form: whether it fits its format, and what can be counted; nothing that people wrote."""

import copy
from datetime import date
from typing import Any

import msgspec
import pytest

from toetskader.collect.dossier.form_formats.seen import READERS, form_seen
from toetskader.facts.dossier.forms import FormFormat, FormSeen
from toetskader.facts.dossier.wcag import CRITERIA

AT = "2026-04-12T12:17:47.759Z"
SECRET = "Jan Jansen heeft de griep"


def answer(value: Any) -> dict[str, Any]:
    return {"value": value, "lastEditedAt": AT}


DPIA: dict[str, Any] = {
    "$schema": "https://example.org/schemas/assessment-output.v2.schema.json",
    "metadata": {"urn": "urn:nl:dpia:3.0", "createdAt": AT},
    "answers": {
        "1.1": answer(SECRET),
        "16.1": [{"_index": 0, "16.1.1": answer(SECRET)}],
        "17.1": [
            {"_index": 0, "17.1.4": answer("laag"), "17.1.3": answer(SECRET)},
            {"_index": 1, "17.1.4": answer("midden")},
        ],
        "19.1": [
            {"_index": 0, "19.1.2": answer("2025-01-10")},
            {"_index": 1, "19.1.2": answer("2026-02-03")},
        ],
        "19.2": answer("definitief"),
        "19.5.6": answer("2026-02-01"),
        "20.1": [{"_index": 0, "20.1.4": answer(SECRET), "20.1.6": answer("2026-02-05")}],
    },
}


def places(seen: FormSeen) -> list[str]:
    return [problem.place for problem in seen.problems]


def test_what_a_dpia_says_is_counted_and_dated() -> None:
    seen = form_seen("dpia", DPIA)
    assert seen.problems == ()
    assert seen.dates == {
        "created": date(2026, 4, 12),
        "dated": date(2026, 2, 3),
        "fg_advice": date(2026, 2, 1),
        "signed": date(2026, 2, 5),
    }
    assert seen.words == {"urn": "urn:nl:dpia:3.0", "status": "definitief", "residual_risk": "midden"}
    assert seen.numbers == {"risks": 1, "judged": 2}
    assert [item.id for item in seen.questions if item.answered] == ["1", "16", "17"]


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("a", answer("x"), "answers"),
        ("2", "x", "answers.2"),
        ("2", answer(3), "answers.2.value"),
        ("2", answer(["a", 3]), "answers.2.value"),
        ("2", answer({"data": "https://example.org"}), "answers.2.value"),
        ("2", answer({"data": "data:image/png;base64,", "more": "x"}), "answers.2.value"),
        ("2", {"value": "x"}, "answers.2.lastEditedAt"),
        ("2", {"value": "x", "lastEditedAt": "gisteren"}, "answers.2.lastEditedAt"),
        ("2.1", ["x"], "answers.2.1[0]"),
        ("2.1", [{"2.1.1": answer("x")}], "answers.2.1[0]._index"),
        ("2.1", [{"_index": -1}], "answers.2.1[0]._index"),
        ("2.1", [{"_index": 0, "x": answer("x")}], "answers.2.1[0]"),
    ],
)
def test_a_dpia_that_does_not_fit_its_schema_is_told_where(key: str, value: Any, place: str) -> None:
    data = copy.deepcopy(DPIA)
    data["answers"][key] = value
    assert places(form_seen("dpia", data)) == [place]


@pytest.mark.parametrize("value", [None, "", ["a"], {"data": "data:image/png;base64,AAAA", "title": "x"}])
def test_an_answer_of_a_dpia_may_be_any_of_these(value: Any) -> None:
    data = copy.deepcopy(DPIA)
    data["answers"]["2"] = answer(value)
    assert form_seen("dpia", data).problems == ()


def test_a_dpia_of_something_else_is_told() -> None:
    data = copy.deepcopy(DPIA)
    data["metadata"]["urn"] = "urn:nl:prescan:2.0"
    seen = form_seen("dpia", data)
    assert places(seen) == ["metadata.urn"]
    assert "urn" not in seen.words


def test_an_iama_may_have_letters_in_its_numbers() -> None:
    data = {**DPIA, "metadata": {"urn": "urn:nl:iama:2.0", "createdAt": AT}, "answers": {"5.B": answer("x")}}
    seen = form_seen("iama", data)
    assert seen.problems == ()
    assert [item.id for item in seen.questions if item.answered] == ["5"]
    assert seen.words == {"urn": "urn:nl:iama:2.0"}


ANSWERS: dict[str, Any] = {
    "form": "Productiechecklijst",
    "subject": "Meldingen",
    "completed_on": "2026-03-01",
    "completed_by": SECRET,
    "questions": [
        {"id": "p1", "answer": "yes", "question": SECRET},
        {"id": "p2", "answer": "explain", "reason": SECRET},
        {"id": "p3", "text": SECRET},
        {"id": "p4", "text": " - "},
        {"id": "p5", "ref": "BIO-9.4"},
    ],
}


def test_answers_are_kept_where_they_are_from_a_list() -> None:
    seen = form_seen("answers", ANSWERS)
    assert [(item.id, item.answered, item.choice, item.ref, item.explained) for item in seen.questions] == [
        ("p1", True, "yes", "", False),
        ("p2", True, "explain", "", True),
        ("p3", True, "", "", False),
        ("p4", False, "", "", False),
        ("p5", True, "", "BIO-9.4", False),
    ]
    assert seen.dates == {"completed": date(2026, 3, 1)}
    assert seen.words == {"completed_by": "ja"}
    assert seen.numbers == {"questions": 5, "answered": 4, "twice": 0}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"questions": []}, "questions"),
        ({"questions": [{"id": "p1", "answer": "maybe"}]}, "questions[0].answer"),
        ({"completed_on": "gisteren"}, "completed_on"),
        ({"naam": "x"}, ""),
    ],
)
def test_answers_that_do_not_fit_are_told_where(change: dict[str, Any], place: str) -> None:
    assert places(form_seen("answers", ANSWERS | change)) == [place]


def assertion(name: str, outcome: str, subject: Any) -> dict[str, Any]:
    return {"type": "Assertion", "test": name, "subject": subject, "result": {"outcome": outcome, "date": AT}}


def report(audit: list[dict[str, Any]]) -> dict[str, Any]:
    page = {"type": ["TestSubject", "WebPage"]}
    return {
        "@graph": [
            {
                "type": "Evaluation",
                "evaluationScope": {"conformanceTarget": "wai:WCAG2AA-Conformance"},
                "structuredSample": {"webpage": [page, page]},
                "randomSample": {"webpage": [page]},
                "auditResult": audit,
            }
        ]
    }


def test_each_criterion_has_an_outcome() -> None:
    audit = [assertion(f"WCAG2:{name}", "earl:passed", "_:website") for name in CRITERIA.values()]
    seen = form_seen("wcag-em", report([*audit, assertion("WCAG2:help", "earl:failed", "_:website")]))
    assert len(CRITERIA) == 50
    assert seen.outcomes == dict.fromkeys(CRITERIA, "passed")
    assert seen.numbers == {"structured_sample": 2, "random_sample": 1}
    assert seen.words == {"target": "AA"}
    assert seen.dates == {"last_result": date(2026, 4, 12)}


@pytest.mark.parametrize(
    ("site", "pages", "outcome"),
    [
        ("untested", [], "untested"),
        ("passed", [], "passed"),
        ("cantTell", ["passed"], "cantTell"),
        ("passed", ["passed", "failed"], "failed"),
        ("untested", ["passed", "passed", "passed"], "passed"),
        ("untested", ["passed", "inapplicable", "inapplicable"], "passed"),
        ("untested", ["passed", "passed"], "untested"),
        ("untested", ["passed", "untested", "passed"], "untested"),
    ],
)
def test_an_outcome_is_of_the_site_or_of_all_pages_of_the_sample(site: str, pages: list[str], outcome: str) -> None:
    told = assertion("WCAG2:keyboard", f"earl:{site}", "_:website")
    told["hasPart"] = [
        {"testcase": "WCAG2:keyboard", "subject": ["_:page"], "result": {"outcome": f"earl:{page}"}} for page in pages
    ]
    assert form_seen("wcag-em", report([told])).outcomes == {"2.1.1": outcome}


def test_the_newer_tool_writes_objects_for_names() -> None:
    site = {"id": "_:subject_1", "type": ["TestSubject", "Website"]}
    page = {"id": "https://example.org/", "type": ["TestSubject", "Webpage"]}
    data = {
        "type": "Evaluation",
        "defineScope": {"conformanceTarget": "AA", "wcagVersion": "2.1"},
        "selectSample": {"structuredSample": [page], "randomSample": page},
        "auditSample": [
            assertion({"id": "WCAG21:keyboard"}, {"id": "earl:passed"}, site),  # type: ignore[arg-type]
            assertion({"id": "WCAG21:parsing", "num": "4.1.1"}, {"id": "earl:failed"}, page),  # type: ignore[arg-type]
        ],
        "reportFindings": {"date": {"@value": "2026-03-01T10:00:00.000Z"}},
    }
    seen = form_seen("wcag-em", data)
    assert seen.outcomes == {"2.1.1": "passed", "4.1.1": "failed"}
    assert seen.dates["evaluated"] == date(2026, 3, 1)
    assert seen.words == {"target": "AA", "wcag_version": "2.1"}
    assert seen.numbers == {"structured_sample": 1, "random_sample": 1}


DIGEST = "a" * 64


@pytest.mark.parametrize(
    "subject",
    [
        {"name": "meldingen", "version": f"sha256:{DIGEST}"},
        {"name": "meldingen", "purl": f"pkg:oci/meldingen@sha256%3A{DIGEST}?tag=1.4"},
        {"name": "meldingen", "hashes": [{"alg": "SHA-1", "content": "b" * 40}, {"alg": "SHA-256", "content": DIGEST}]},
    ],
)
def test_cyclonedx_says_which_image_it_is_of(subject: dict[str, Any]) -> None:
    data = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": subject, "timestamp": AT}}
    seen = form_seen("cyclonedx", data | {"components": [{"name": "a"}, {"name": "b"}]})
    assert seen.problems == ()
    assert seen.words["subject_digest"] == f"sha256:{DIGEST}"
    assert seen.numbers == {"components": 2}
    assert seen.dates == {"created": date(2026, 4, 12)}


def test_a_digest_of_a_part_is_not_that_of_the_subject() -> None:
    data = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"name": "meldingen"}}}
    seen = form_seen("cyclonedx", data | {"components": [{"name": "a", "version": f"sha256:{DIGEST}"}]})
    assert "subject_digest" not in seen.words


@pytest.mark.parametrize("by", ["documentDescribes", "relationships"])
def test_spdx_says_which_image_it_is_of(by: str) -> None:
    described: dict[str, Any] = {
        "documentDescribes": ["SPDXRef-image"],
        "relationships": [{"relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-image"}],
    }
    data = {
        "spdxVersion": "SPDX-2.3",
        "creationInfo": {"created": "2026-03-01T10:00:00Z"},
        "packages": [
            {"SPDXID": "SPDXRef-a", "name": "a", "checksums": [{"algorithm": "SHA256", "checksumValue": "b" * 64}]},
            {"SPDXID": "SPDXRef-image", "name": "meldingen", "versionInfo": f"sha256:{DIGEST}"},
        ],
        by: described[by],
    }
    seen = form_seen("spdx", data)
    assert seen.problems == ()
    assert (seen.words["subject_digest"], seen.numbers) == (f"sha256:{DIGEST}", {"components": 1})


def test_publiccode_says_how_it_is_maintained() -> None:
    data = {
        "publiccodeYmlVersion": "0.4",
        "name": "Meldingen",
        "url": "https://example.org/meldingen",
        "softwareVersion": "1.4.0",
        "legal": {"license": "EUPL-1.2"},
        "maintenance": {
            "type": "contract",
            "contractors": [
                {"name": "A", "until": "2027-01-01"},
                {"name": "B", "until": "2028-06-30"},
                {"until": "2040-01-01"},
            ],
            "contacts": [{"name": SECRET}],
        },
    }
    seen = form_seen("publiccode", data)
    assert seen.problems == ()
    assert seen.dates == {"contractor_until": date(2028, 6, 30)}
    assert seen.numbers == {"contractors": 2, "contacts": 1}
    assert seen.words == {"maintenance_type": "contract", "licence": "EUPL-1.2", "version": "1.4.0"}
    assert places(form_seen("publiccode", {"name": "x"})) == ["publiccodeYmlVersion", "url", "maintenance.type"]


def test_of_a_statement_the_newest_research_counts() -> None:
    data = {
        "status": "B",
        "url": "https://example.org/toegankelijkheid",
        "stated_on": "2026-03-01",
        "research": [
            {"on": "2026-01-01", "method": "WCAG-EM", "criteria_met": 44, "criteria": 50},
            {"on": "2023-01-01", "method": "other", "criteria_met": 12, "criteria": 50},
        ],
    }
    seen = form_seen("accessibility-statement", data)
    assert seen.problems == ()
    assert seen.numbers == {"met": 44, "criteria": 50}
    assert seen.words == {"status": "B", "url": "https://example.org/toegankelijkheid", "method": "WCAG-EM"}
    assert places(form_seen("accessibility-statement", data | {"status": "F"})) == ["status"]


@pytest.mark.hostile("dossier")
@pytest.mark.parametrize("data", [None, [], [[]], "x", 3, {}, {"@graph": [[]]}, {"answers": {"1": None}}], ids=repr)
@pytest.mark.parametrize("form", READERS)
def test_what_is_no_such_form_is_a_problem_and_no_crash(form: FormFormat, data: Any) -> None:
    assert form_seen(form, data).problems


@pytest.mark.hostile("dossier")
@pytest.mark.parametrize(
    "odd",
    [None, 3, [], [None], {"id": 3, "num": [], "SPDXID": []}, {"@value": []}, "x" * 100_000],
    ids=lambda odd: repr(odd)[:12],
)
def test_odd_values_within_a_form_do_not_crash(odd: Any) -> None:
    form_seen("wcag-em", {"type": "Evaluation", "auditSample": [{"test": odd, "result": odd, "subject": odd}]})
    form_seen("wcag-em", {"type": "Evaluation", "defineScope": odd, "selectSample": odd, "reportFindings": odd})
    form_seen("cyclonedx", {"bomFormat": "CycloneDX", "metadata": {"component": odd}, "components": odd})
    form_seen("cyclonedx", {"bomFormat": "CycloneDX", "metadata": {"component": {"hashes": odd, "version": odd}}})
    form_seen(
        "spdx",
        {
            "spdxVersion": "SPDX-2.3",
            "packages": odd or [{"name": "a", "SPDXID": []}],
            "documentDescribes": odd,
            "relationships": odd,
        },
    )
    form_seen("publiccode", {"maintenance": odd, "legal": odd})
    form_seen("publiccode", {"maintenance": {"type": odd, "contractors": odd}})
    form_seen("dpia", {"metadata": {"urn": odd, "createdAt": odd}, "answers": {"19.1": odd}})


NAMELESS = {"form": "x", "subject": "y"}


@pytest.mark.redaction("dossier")
@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("answers", SECRET),
        ("answers", {**NAMELESS, "questions": SECRET}),
        ("answers", {**NAMELESS, "questions": [{"id": SECRET}]}),
        ("answers", {**NAMELESS, "questions": [{"id": "q", "answer": SECRET, "ref": SECRET, SECRET: 1}]}),
        ("answers", {**NAMELESS, "questions": [{"id": "q", "ref": "jan.jansen@example.org"}]}),
        ("accessibility-statement", {"status": SECRET, "url": SECRET, "stated_on": SECRET, SECRET: SECRET}),
        ("dpia", {"$schema": SECRET, "metadata": {"urn": SECRET, "createdAt": SECRET}, "answers": {SECRET: SECRET}}),
        ("dpia", {"answers": {"2.1": [{"_index": 0, SECRET: SECRET}]}}),
        ("publiccode", {"maintenance": {"type": SECRET}}),
    ],
)
def test_what_does_not_fit_is_told_without_what_stands_there(form: FormFormat, data: Any) -> None:
    seen = form_seen(form, data)
    assert seen.problems
    assert "ansen" not in msgspec.json.encode(seen).decode()


@pytest.mark.redaction("dossier")
@pytest.mark.parametrize(("form", "data"), [("dpia", DPIA), ("answers", ANSWERS)])
def test_what_people_wrote_is_not_kept(form: FormFormat, data: dict[str, Any]) -> None:
    kept = msgspec.json.encode(form_seen(form, data)).decode()
    assert SECRET not in kept
    assert "Jansen" not in kept
    assert msgspec.json.decode(kept, type=FormSeen) == form_seen(form, data)
