"""One judgement over several scenes: how verdicts combine, and what never slips through."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest

from toetskader.core.failure import Reason
from toetskader.facts.attempt import Malformed, NotSeen, Provenance
from toetskader.facts.chart import ChartFiles, Circumstance, Render, Undecided
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.facts.variant import Variant
from toetskader.judging import Findings, Parameters, check, not_applicable, not_shown, undetermined
from toetskader.judging.check import Check, check_of
from toetskader.judging.combining import Judged
from toetskader.judging.findings import FilePlace
from toetskader.judging.judge import judge
from toetskader.judging.subjects import TargetSubjects
from toetskader.results import Verdict
from toetskader.text import Text

SEEN = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="chart")


class NoParameters(msgspec.Struct):
    mail_host: str | None = None


def scene(name: str) -> Render:
    return Render(provenance=SEEN, scene=name, release="r", namespace="n", kubernetes="1.35", objects=())


def failing(findings: Findings) -> None:
    findings.add(FilePlace("values.yaml", 3), seen=1, expected=2)


ENDINGS: dict[str, Callable[[Findings], None]] = {
    "pass": lambda _: None,
    "fail": failing,
    "na": lambda _: not_applicable("Geldt niet.", "Does not apply."),
    "undetermined": lambda _: undetermined("Niet te zien.", "Not to be seen."),
    "unseen": lambda _: not_shown("Voeg een set toe.", "Add a set."),
}


def judged(*endings: str) -> Judged:
    """Judge a check that ends in each scene as named."""

    @check("test.scenes")
    def function(render: Render, findings: Findings) -> None:
        ENDINGS[endings[int(render.scene)]](findings)

    names = tuple(str(index) for index in range(len(endings)))
    attempts = {FactKey("render", name): scene(name) for name in names}
    return run(function, TargetFacts("t", {"chart": names}, attempts))


def run(function: Callable[..., None], facts: TargetFacts, parameters: Parameters | None = None) -> Judged:
    found = check_of(function)
    assert isinstance(found, Check)
    return judge(
        found,
        TargetSubjects(facts),
        part="chart",
        params={},
        parameters=parameters or Parameters(NoParameters()),
        today=date(2026, 1, 1),
        fixtures={},
    )


@pytest.mark.parametrize(
    ("endings", "verdict"),
    [
        (["pass", "pass"], Verdict.PASS),
        (["pass", "fail"], Verdict.FAIL),
        (["undetermined", "fail"], Verdict.FAIL),
        (["pass", "undetermined"], Verdict.UNDETERMINED),
        (["pass", "na"], Verdict.PASS),
        (["na", "na"], Verdict.NOT_APPLICABLE),
        (["na", "undetermined"], Verdict.UNDETERMINED),
        (["pass", "unseen"], Verdict.PASS),
        (["fail", "unseen"], Verdict.FAIL),
        (["na", "unseen"], Verdict.NOT_APPLICABLE),
        (["unseen", "unseen"], Verdict.UNDETERMINED),
    ],
)
def test_scenes_combine(endings: list[str], verdict: Verdict) -> None:
    assert judged(*endings).verdict is verdict
    assert judged(*reversed(endings)).verdict is verdict


@pytest.mark.parametrize(
    ("template", "verdict"),
    [
        ("{{- if .Values.enabled }}\nkind: Deployment\n{{- end }}\n", Verdict.UNDETERMINED),
        ("kind: ConfigMap\n", Verdict.NOT_APPLICABLE),
    ],
)
def test_a_chart_that_is_switched_off_shows_nothing(template: str, verdict: Verdict) -> None:
    @check("test.switched_off")
    def function(render: Render, findings: Findings) -> None:
        not_applicable("Geldt niet.", "Does not apply.")

    chart = ChartFiles(
        provenance=SEEN, name="c", version="1.0.0", metadata={}, values={}, files={"templates/a.yaml": template}
    )
    facts = TargetFacts("t", {"chart": ("0",)}, {FactKey("render", "0"): scene("0"), FactKey("chart"): chart})
    assert run(function, facts).verdict is verdict


def test_findings_say_in_which_scene_they_were_seen() -> None:
    assert [finding.scene for finding in judged("fail", "pass", "fail").findings] == ["0", "2"]


def test_a_failure_keeps_the_doubt_of_another_scene() -> None:
    assert judged("fail", "undetermined").doubt == Text("Niet te zien.", "Not to be seen.")
    assert judged("fail", "pass").doubt is None


def test_what_was_not_seen_is_undetermined_with_its_reason() -> None:
    @check("test.not_seen")
    def function(render: Render, findings: Findings) -> None:
        raise AssertionError

    lost = NotSeen(reason=Reason.TIMED_OUT, message=Text("Te traag.", "Too slow."), provenance=SEEN)
    found = run(function, TargetFacts("t", {"chart": ("a",)}, {FactKey("render", "a"): lost}))
    assert (found.verdict, found.reason) == (
        Verdict.UNDETERMINED,
        Text("Niet gezien (waardenset a): Te traag.", "Not seen (values set a): Too slow."),
    )


def test_a_check_may_judge_why_something_was_not_seen() -> None:
    @check("test.accepts")
    def function(next_kubernetes: Variant | NotSeen, findings: Findings) -> None:
        assert isinstance(next_kubernetes, NotSeen)
        failing(findings)

    lost = NotSeen(reason=Reason.TOOL_FAILED, message=Text("nee", "no"), provenance=SEEN)
    assert (
        run(function, TargetFacts("t", {"chart": ("a",)}, {FactKey("render_next", "a"): lost})).verdict is Verdict.FAIL
    )


@pytest.mark.parametrize("fault", [KeyError("x"), Malformed("Deployment/x", "spec", "list", "number")])
def test_input_that_breaks_a_check_or_cannot_be_read_is_undetermined(fault: Exception) -> None:
    @check("test.breaks")
    def function(render: Render, findings: Findings) -> None:
        raise fault

    found = run(function, TargetFacts("t", {"chart": ("a",)}, {FactKey("render", "a"): scene("a")}))
    assert found.verdict is Verdict.UNDETERMINED
    assert (found.crash is not None) == isinstance(fault, KeyError)


def test_findings_before_a_break_are_kept() -> None:
    @check("test.breaks_late")
    def function(render: Render, findings: Findings) -> None:
        failing(findings)
        raise KeyError

    found = run(function, TargetFacts("t", {"chart": ("a",)}, {FactKey("render", "a"): scene("a")}))
    assert found.verdict is Verdict.FAIL
    assert found.doubt is not None


def test_a_missing_parameter_is_undetermined_and_named() -> None:
    @check("test.parameter")
    def function(render: Render, parameters: Parameters, findings: Findings) -> None:
        parameters.require("mail_host")

    found = run(function, TargetFacts("t", {"chart": ("a",)}, {FactKey("render", "a"): scene("a")}))
    assert found.verdict is Verdict.UNDETERMINED
    assert found.reason is not None
    assert "parameters.mail_host" in found.reason.nl


def test_a_check_that_could_not_fail_is_refused() -> None:
    with pytest.raises(TypeError, match="asks for no subject"):

        @check("test.empty")
        def function(findings: Findings) -> None: ...


def judged_otherwise(now: str, *others: str) -> Judged:
    """Judge a check that ends as named in the render, and in each other circumstance."""

    @check("test.circumstances")
    def function(render: Render, findings: Findings) -> None:
        ENDINGS[render.notes](findings)

    otherwise = tuple(
        Circumstance(
            when=Text(f"geval {number}", f"case {number}"),
            notes=ending,
            unseen=Text("Onbekend.", "Unknown.") if ending == "doubt" else None,
        )
        for number, ending in enumerate(others)
    )
    render = msgspec.structs.replace(scene("0"), notes=now, otherwise=otherwise)
    return run(function, TargetFacts("t", {"chart": ("0",)}, {FactKey("render", "0"): render}))


@pytest.mark.parametrize(
    ("endings", "verdict"),
    [
        (["pass", "pass"], Verdict.PASS),
        (["pass", "na"], Verdict.PASS),
        (["pass", "fail"], Verdict.FAIL),
        (["na", "pass", "fail"], Verdict.FAIL),
        (["na", "pass"], Verdict.PASS),
        (["pass", "na", "pass"], Verdict.PASS),
        (["fail", "pass"], Verdict.FAIL),
        (["unseen", "fail"], Verdict.FAIL),
        (["pass", "undetermined"], Verdict.UNDETERMINED),
        (["pass", "doubt"], Verdict.UNDETERMINED),
        (["undetermined", "fail"], Verdict.FAIL),
    ],
)
def test_a_requirement_holds_in_every_circumstance(endings: list[str], verdict: Verdict) -> None:
    assert judged_otherwise(*endings).verdict is verdict


def test_a_finding_says_in_which_circumstance_it_is_so() -> None:
    assert [found.seen for found in judged_otherwise("pass", "pass", "fail").findings] == [
        Text("1 (geval 1)", "1 (case 1)")
    ]
    assert judged_otherwise("pass", "doubt").reason == Text("Onbekend. (geval 0)", "Unknown. (case 0)")


def comes(what: str, *, runs: bool) -> Undecided:
    return Undecided(
        what=what, runs=runs, by=(Text("de klok", "the clock"),), places=(f"templates/{what.partition('/')[2]}.yaml:1",)
    )


def judged_with_undecided(*undecided: Undecided, otherwise: str = "pass") -> Judged:
    """Judge a check that passes in the render and ends as named in another circumstance."""

    @check("test.undecided")
    def function(render: Render, findings: Findings) -> None:
        ENDINGS[render.notes](findings)

    circumstance = Circumstance(when=Text("geval", "case"), notes=otherwise)
    render = msgspec.structs.replace(scene("0"), notes="pass", otherwise=(circumstance,), undecided=undecided)
    return run(function, TargetFacts("t", {"chart": ("0",)}, {FactKey("render", "0"): render}))


def test_an_answer_that_rests_on_what_may_not_come_is_a_doubt() -> None:
    service = comes("Service/app", runs=False)
    assert judged_with_undecided(service).verdict is Verdict.PASS
    assert judged_with_undecided(service, otherwise="fail").verdict is Verdict.FAIL
    judged = judged_with_undecided(service, comes("Job/app", runs=True), otherwise="na")
    assert judged.verdict is Verdict.UNDETERMINED
    assert judged.reason == Text(
        "Of Service/app en Job/app er komt, hangt af van de klok (templates/app.yaml:1). Laat een waarde uit "
        "values.yaml dat beslissen; daarna kan dit beoordeeld worden.",
        "Whether Service/app and Job/app is made depends on the clock (templates/app.yaml:1). Have a value from "
        "values.yaml decide that; then this can be judged.",
    )


def test_of_many_things_that_may_not_come_the_first_are_named() -> None:
    many = [comes(f"Service/s{number}", runs=False) for number in range(9)]
    reason = judged_with_undecided(*many, otherwise="na").reason
    assert reason is not None
    assert "Service/s0, Service/s1, Service/s2, + 6 is made" in reason.en
    assert "templates/s2.yaml:1, + 6)" in reason.en


def test_a_finding_that_is_always_so_is_told_once() -> None:
    assert [found.seen for found in judged_otherwise("fail", "fail", "fail").findings] == [1]
