"""CAA records: what internet.nl takes for valid, and the grammar of RFC 8659 beyond that."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from judging_dns import judge_dns, strengths

from toetskader.collect.endpoint.dns import Dns
from toetskader.facts.endpoint.caa import problem
from toetskader.facts.endpoint.dns import CaaLookup, CaaRecord, DnsFacts, Outcome
from toetskader.results import Verdict
from toetskader.text import Text

CASES = json.loads(Path(__file__).with_name("internetnl_caa.json").read_text(encoding="utf-8"))["caa_record"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['flags']}-{case['tag']}-{case['value']}")
def test_a_record_is_valid_as_internet_nl_says(case: dict[str, Any]) -> None:
    found = problem(CaaRecord(flags=case["flags"], tag=case["tag"], value=case["value"]))

    assert (found is None) == case["valid"], found


@pytest.mark.parametrize(
    ("tag", "value", "valid"),
    [
        ("issue", "ca.example", True),
        ("issue", "  ca.example  ", True),
        ("issue", "ca.example;", True),
        ("issue", "ca.example ; ; ", False),
        ("issue", "ca.example; a=b; c=d", True),
        ("issue", "ca.example; a = b", True),
        ("issue", "ca.example; a=b;", False),
        ("issue", "ca..example", False),
        ("issue", "-ca.example", False),
        ("issue", "ca.example; a=\\226\\130", False),
        ("issue", "; policy=ev", True),
        ("issue", "ca.example; validationmethods=", False),
        ("issue", "ca.example; validationmethods=ca-", False),
        ("issue", "ca.example; accounturi=nothing", False),
        ("issue", "%%%%%", False),
        ("issuewild", ";", True),
        ("iodef", "mailto:nobody", False),
        ("iodef", "ftp://reports.example", False),
        ("iodef", "http://reports.example/caa", True),
        ("contactphone", "+31-20-5550100", True),
        ("contactphone", "call us", False),
        ("tbs", "unknown", False),
    ],
)
def test_the_grammar_of_values(tag: str, value: str, valid: bool) -> None:
    assert (problem(CaaRecord(flags=0, tag=tag, value=value)) is None) == valid


def facts_with(collector: Dns, *records: CaaRecord, **changes: Any) -> DnsFacts:
    seen = collector.collect("www.good.test", 443, allow_private=True)
    assert isinstance(seen, DnsFacts)
    outcome = Outcome.RECORDS if records else Outcome.NONE
    lookup = CaaLookup(name="good.test", type="CAA", outcome=outcome, records=records)
    commands = (*seen.commands, "dig good.test CAA")
    return msgspec.structs.replace(seen, caa=msgspec.structs.replace(lookup, **changes), commands=commands)


ISSUE = CaaRecord(flags=0, tag="issue", value="ca.example")


def test_one_valid_issue_is_enough(collector: Dns) -> None:
    judged = judge_dns("dns.caa", dns=facts_with(collector, ISSUE))

    assert judged.verdict is Verdict.PASS
    assert judged.findings == ()


@pytest.mark.parametrize(
    "records",
    [
        (),
        (CaaRecord(flags=0, tag="issuewild", value="ca.example"),),
        (CaaRecord(flags=0, tag="iodef", value="mailto:a@b.nl"),),
        (ISSUE, CaaRecord(flags=1, tag="issue", value=";")),
    ],
    ids=["none", "wildcards only", "reports only", "syntax error beside a valid one"],
)
def test_less_is_recommended_against(collector: Dns, records: tuple[CaaRecord, ...]) -> None:
    judged = judge_dns("dns.caa", dns=facts_with(collector, *records))

    assert judged.verdict is Verdict.PASS
    assert strengths(judged) == {"recommended"}
    asked = "good.test" if records else "www.good.test"
    assert {item.command.split()[-2] for item in judged.findings} == {asked}


def test_a_question_without_answer_is_undetermined(collector: Dns) -> None:
    facts = facts_with(collector, outcome=Outcome.FAILED, reason=Text("SERVFAIL", "SERVFAIL"))

    assert judge_dns("dns.caa", dns=facts).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(("value", "told"), [("http://reports.example/caa", 1), ("https://reports.example/caa", 0)])
def test_an_iodef_that_internet_nl_rejects_is_told(collector: Dns, value: str, told: int) -> None:
    judged = judge_dns("dns.caa", dns=facts_with(collector, ISSUE, CaaRecord(flags=0, tag="iodef", value=value)))

    assert judged.verdict is Verdict.PASS
    assert len(judged.differences) == told
