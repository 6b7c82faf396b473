"""A judgement across parts: subjects of several kinds, what an absent kind comes to, and how it is told."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.chart import ChartFiles, Circumstance, Render, RenderedObject, Undecided
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.key import Attempt, FactKey, Need, TargetFacts
from toetskader.facts.kubernetes.live import ListOutcome, Live, as_objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import (
    EndpointPlace,
    FilePlace,
    Findings,
    NotApplicable,
    Parameters,
    Text,
    Undetermined,
    check,
    not_applicable,
    seen,
)
from toetskader.judging.check import Check, check_of
from toetskader.judging.combining import Judged, OnPart, parts_together
from toetskader.judging.deadline import Deadline
from toetskader.judging.judge import judge
from toetskader.judging.stage import Matched
from toetskader.judging.subjects import TargetSubjects
from toetskader.results import Verdict

SEEN = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test")
HOST = "app.gemeente.example"
SET = "productie"
WHY = Text("Noem de chart.", "Name the chart.")
UNMATCHED = Text("Welke waardenset?", "Which values set?")
MATCHED: Matched = {"chart": {HOST: SET}}
CHART = ChartFiles(provenance=SEEN, name="c", version="1.0.0", metadata={}, values={}, files={})
LOST = NotSeen(reason=Reason.TIMED_OUT, message=Text("Te traag.", "Too slow."), provenance=SEEN)


def rendered(**fields: Any) -> Render:
    base = {"scene": SET, "release": "r", "namespace": "n", "kubernetes": "1.35", "objects": ()}
    return Render(provenance=SEEN, **{**base, **fields})


def check_made(function: Callable[..., None]) -> Check:
    found = check_of(function)
    assert found is not None
    return found


def judged(
    function: Callable[..., None],
    *,
    matched: Matched | None = None,
    attempts: Mapping[FactKey, Attempt] | None = None,
    hosts: tuple[str, ...] = (HOST,),
    deadline: Deadline | None = None,
) -> Judged:
    """Judge on endpoints, beside what is matched with them."""
    facts: dict[FactKey, Attempt] = {
        **{FactKey("endpoint", host): Endpoint(host=host) for host in hosts},
        FactKey("render", SET): rendered(),
        FactKey("chart"): CHART,
        **(attempts or {}),
    }
    return judge(
        check_made(function),
        TargetSubjects(TargetFacts("t", {"saas": hosts, "chart": (SET,)}, facts)),
        part="saas",
        params={},
        parameters=Parameters(Endpoint(host=HOST)),
        today=date(2026, 1, 1),
        fixtures={},
        deadline=deadline,
        matched=matched,
    )


@check("test.beside", absent={"chart": Undetermined(WHY)})
def beside(endpoint: Endpoint, render_of_chart: Render, findings: Findings) -> None:
    findings.saw(f"{endpoint.host} {render_of_chart.scene}", "")


@check("test.accepts", absent={"chart": None})
def accepts(endpoint: Endpoint, render_of_chart: Render | Undetermined | None, findings: Findings) -> None:
    if render_of_chart is None:
        findings.saw("zonder chart", "without chart")
    elif endpoint.host != HOST:
        not_applicable("Geldt niet.", "Does not apply.")
    else:
        findings.saw(seen(render_of_chart).scene, "")


# What a check says of itself


def test_the_name_of_an_argument_says_of_which_kind_a_subject_is() -> None:
    @check("test.both", absent={"chart": None})
    def function(workloads: Workloads, workloads_of_chart: Workloads | None, findings: Findings) -> None: ...

    found = check_made(function)
    assert found.parts == {"namespace"}
    assert found.subjects_by_part("namespace") == {"namespace": ("workloads",), "chart": ("workloads",)}
    assert found.needs("namespace", {}) == {Need("live"), Need("render")}
    assert found.fact_kinds("namespace") == {"live", "render"}
    assert "Deployment" in found.listed_objects("namespace")
    assert found.fixtures == frozenset()


def test_what_only_a_chart_is_asked_for_is_not_listed_in_a_namespace() -> None:
    @check("test.listed", absent={"chart": None})
    def function(logs: Any, routes_of_chart: tuple[Any, ...] | None, findings: Findings) -> None: ...

    found = check_made(function)
    assert found.listed_objects("namespace") == frozenset()
    assert "Ingress.networking.k8s.io" in found.may_read


def without_absent() -> None:
    @check("test.faulty")
    def function(endpoint: Endpoint, render_of_chart: Render, findings: Findings) -> None: ...


def absent_of_nothing() -> None:
    @check("test.faulty", absent={"chart": None})
    def function(endpoint: Endpoint, findings: Findings) -> None: ...


def none_that_is_not_taken() -> None:
    @check("test.faulty", absent={"chart": None})
    def function(endpoint: Endpoint, render_of_chart: Render, findings: Findings) -> None: ...


def subject_of_another_kind() -> None:
    @check("test.faulty", absent={"chart": None})
    def function(endpoint: Endpoint, http_of_chart: object | None, findings: Findings) -> None: ...


def beside_itself() -> None:
    @check("test.faulty", absent={"saas": None})
    def function(endpoint: Endpoint, http_of_saas: object | None, findings: Findings) -> None: ...


def objects_without_kinds() -> None:
    @check("test.faulty", absent={"chart": None})
    def function(endpoint: Endpoint, objects_of_chart: object | None, findings: Findings) -> None: ...


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (without_absent, r"say what it comes to when a target has no chart: @check\(absent=\{'chart': …\}\)"),
        (absent_of_nothing, "says what the absence of 'chart' comes to, and takes nothing of that kind"),
        (none_that_is_not_taken, "'render_of_chart' is None when a target has no chart"),
        (subject_of_another_kind, "'http_of_chart' asks for 'http', which no chart has"),
        (beside_itself, "subjects that no part of a target has together"),
        (objects_without_kinds, "say which kinds"),
    ],
)
def test_a_check_that_does_not_declare_it_is_refused_by_name(make: Callable[[], None], said: str) -> None:
    with pytest.raises(TypeError, match=f"check test.faulty: .*{said}"):
        make()


# An absent kind


@pytest.mark.parametrize(
    ("absent", "verdict"),
    [(NotApplicable(WHY), Verdict.NOT_APPLICABLE), (Undetermined(WHY), Verdict.UNDETERMINED)],
)
def test_an_absent_kind_comes_to_what_the_check_declares(
    absent: NotApplicable | Undetermined, verdict: Verdict
) -> None:
    @check("test.absent", absent={"chart": absent})
    def function(endpoint: Endpoint, render_of_chart: Render, findings: Findings) -> None:
        raise AssertionError

    found = judged(function)
    assert (found.verdict, found.reason, found.keys, found.crash) == (verdict, WHY, (), None)


def test_without_the_other_kind_what_is_there_can_be_judged() -> None:
    found = judged(accepts)
    assert (found.verdict, found.measured) == (Verdict.PASS, (Text("zonder chart", "without chart"),))
    assert found.keys == (FactKey("endpoint", HOST),)


# What goes with what


def test_each_scene_is_laid_beside_what_goes_with_it() -> None:
    other = "acc.gemeente.example"
    facts = {FactKey("render", "acceptatie"): rendered(scene="acceptatie")}
    found = judged(beside, matched={"chart": {HOST: SET, other: "acceptatie"}}, attempts=facts, hosts=(HOST, other))
    assert found.verdict is Verdict.PASS
    assert {text.nl for text in found.measured} == {f"{HOST}: {HOST} {SET}", f"{other}: {other} acceptatie"}
    assert found.keys == (
        FactKey("endpoint", HOST),
        FactKey("render", SET),
        FactKey("endpoint", other),
        FactKey("render", "acceptatie"),
    )


@pytest.mark.parametrize("function", [beside, accepts])
def test_what_cannot_be_matched_is_undetermined_with_its_reason(function: Callable[..., None]) -> None:
    found = judged(function, matched={"chart": {HOST: UNMATCHED}})
    assert (found.verdict, found.reason) == (Verdict.UNDETERMINED, UNMATCHED)
    assert found.keys == (FactKey("endpoint", HOST),)


def test_what_does_not_apply_needs_no_match() -> None:
    other = "www.gemeente.example"
    found = judged(accepts, matched={"chart": {other: UNMATCHED}}, hosts=(other,))
    assert found.verdict is Verdict.NOT_APPLICABLE


def test_what_is_of_the_whole_part_needs_no_match() -> None:
    @check("test.whole", absent={"chart": None})
    def function(endpoint: Endpoint, chart_of_chart: ChartFiles | None, findings: Findings) -> None:
        assert chart_of_chart is CHART

    found = judged(function, matched={"chart": {HOST: UNMATCHED}})
    assert (found.verdict, found.keys) == (Verdict.PASS, (FactKey("endpoint", HOST), FactKey("chart")))


# What was not seen


@pytest.mark.parametrize("function", [beside, accepts])
def test_what_was_not_seen_of_the_other_part_is_named(function: Callable[..., None]) -> None:
    found = judged(function, matched=MATCHED, attempts={FactKey("render", SET): LOST})
    assert found.verdict is Verdict.UNDETERMINED
    assert found.reason == Text(
        f"Niet gezien (chart waardenset {SET}): Te traag.", f"Not seen (chart values set {SET}): Too slow."
    )
    assert found.crash is None


@pytest.mark.parametrize("function", [beside, accepts])
def test_what_was_not_seen_of_the_measured_part_is_named(function: Callable[..., None]) -> None:
    found = judged(function, matched=MATCHED, attempts={FactKey("endpoint", HOST): LOST})
    assert found.reason == Text(f"Niet gezien ({HOST}): Te traag.", f"Not seen ({HOST}): Too slow.")


def test_an_object_of_the_other_part_that_cannot_be_read_is_undetermined() -> None:
    @check("test.malformed", absent={"chart": None})
    def function(endpoint: Endpoint, routes_of_chart: tuple[Any, ...] | None, findings: Findings) -> None: ...

    ingress = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"}, "spec": []}
    wrong = rendered(objects=(RenderedObject(template="templates/i.yaml", document=ingress),))
    found = judged(function, matched=MATCHED, attempts={FactKey("render", SET): wrong})
    assert (found.verdict, found.crash) == (Verdict.UNDETERMINED, None)
    assert found.reason is not None
    assert f"({HOST}, chart waardenset {SET})" in found.reason.nl


def test_a_judgement_that_takes_too_long_names_both_parts() -> None:
    @check("test.slow", absent={"chart": None})
    def function(endpoint: Endpoint, render_of_chart: Render | None, findings: Findings) -> None:
        while True:
            pass

    found = judged(function, matched=MATCHED, deadline=Deadline(0.05))
    assert found.verdict is Verdict.UNDETERMINED
    assert found.reason is not None
    assert f"{HOST}, chart waardenset {SET}" in found.reason.nl
    assert found.keys == (FactKey("endpoint", HOST), FactKey("render", SET))


# What is not all there is


def test_what_else_the_other_part_can_be_is_judged_too() -> None:
    @check("test.circumstances", absent={"chart": None})
    def function(endpoint: Endpoint, render_of_chart: Render | None, findings: Findings) -> None:
        assert render_of_chart is not None
        if render_of_chart.notes == "anders":
            findings.add(EndpointPlace(endpoint.host), seen="anders", expected="gelijk")

    otherwise = (Circumstance(when=Text("bij een upgrade", "with an upgrade"), objects=(), notes="anders"),)
    facts = {FactKey("render", SET): rendered(otherwise=otherwise)}
    found = judged(function, matched=MATCHED, attempts=facts)
    assert found.verdict is Verdict.FAIL
    assert [finding.seen for finding in found.findings] == [
        Text("anders (bij een upgrade)", "anders (with an upgrade)")
    ]


def test_what_comes_or_stays_away_in_the_other_part_leaves_it_open() -> None:
    @check("test.undecided", objects=("Service",), absent={"chart": None})
    def function(endpoint: Endpoint, objects_of_chart: Any | None, findings: Findings) -> None: ...

    unsure = Undecided(what="Service/web", by=(Text("de tijd", "the time"),), places=("templates/s.yaml",), runs=False)
    found = judged(function, matched=MATCHED, attempts={FactKey("render", SET): rendered(undecided=(unsure,))})
    assert found.verdict is Verdict.UNDETERMINED
    assert found.reason is not None
    assert "Service/web" in found.reason.nl


@pytest.mark.parametrize(("template", "verdict"), [("kind: Deployment", "undetermined"), ("kind: Service", "pass")])
def test_a_chart_that_is_switched_off_says_nothing_of_what_is_measured(template: str, verdict: str) -> None:
    @check("test.off", absent={"chart": None})
    def function(endpoint: Endpoint, workloads_of_chart: Workloads | None, findings: Findings) -> None: ...

    text = f"{{{{- if .Values.enabled }}}}\n{template}\n{{{{- end }}}}\n"
    chart = ChartFiles(
        provenance=SEEN, name="c", version="1.0.0", metadata={}, values={}, files={"templates/a.yaml": text}
    )
    assert judged(function, matched=MATCHED, attempts={FactKey("chart"): chart}).verdict == verdict


# What is told


def test_a_finding_says_of_which_part_it_is_when_that_is_the_other() -> None:
    @check("test.finding", absent={"chart": None})
    def function(endpoint: Endpoint, render_of_chart: Render | None, findings: Findings) -> None:
        findings.add(EndpointPlace(endpoint.host), seen=1, expected=2)
        findings.add(FilePlace("templates/i.yaml"), seen=3, expected=4, part="chart")

    found = judged(function, matched=MATCHED)
    assert [(item.where, item.part, item.scene) for item in found.findings] == [
        (HOST, "", ""),
        ("templates/i.yaml", "chart", SET),
    ]
    together = parts_together(
        [
            OnPart("saas", "proof", "test.finding", found, ("chart",)),
            OnPart("namespace", "proof", "test.finding", found),
        ]
    )
    assert [item.part for item in together.judged.findings] == ["saas", "chart", "namespace", "chart"]


def test_a_finding_of_a_part_that_is_not_looked_at_is_a_fault_of_ours() -> None:
    @check("test.unknown", absent={"chart": None})
    def function(endpoint: Endpoint, render_of_chart: Render | None, findings: Findings) -> None:
        findings.add(FilePlace("x"), seen=1, expected=2, part="namespace")

    assert isinstance(judged(function, matched=MATCHED).crash, KeyError)


def test_the_same_subject_of_two_parts_is_not_mixed_up() -> None:
    @check("test.two", absent={"chart": None})
    def function(workloads: Workloads, workloads_of_chart: Workloads | None, findings: Findings) -> None:
        assert workloads_of_chart is not None
        findings.saw(" ".join(item.name for item in workloads), " ".join(item.name for item in workloads_of_chart))

    def deployment(name: str) -> dict[str, Any]:
        pod = {"spec": {"containers": [{"name": "a", "image": "a"}]}}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"template": pod}}

    render = rendered(objects=(RenderedObject(template="t.yaml", document=deployment("geleverd")),))
    runs = Live(
        provenance=SEEN,
        environment="production",
        namespace="n",
        objects=as_objects([deployment("draait")]),
        lists=(ListOutcome(group="apps", version="v1", kind="Deployment", plural="deployments"),),
    )
    facts: dict[FactKey, Attempt] = {
        FactKey("live", "production"): runs,
        FactKey("render", SET): render,
        FactKey("chart"): CHART,
    }
    found = judge(
        check_made(function),
        TargetSubjects(TargetFacts("t", {"namespace": ("production",), "chart": (SET,)}, facts)),
        part="namespace",
        params={},
        parameters=Parameters(Endpoint(host=HOST)),
        today=date(2026, 1, 1),
        fixtures={},
        matched={"chart": {"production": SET}},
    )
    assert found.measured == (Text("draait", "geleverd"),)


# Every scene of another kind


@check("test.every", absent={"chart": None})
def laid_beside_all(
    endpoint: Endpoint, render_of_every_chart: Mapping[str, Render | Undetermined] | None, findings: Findings
) -> None:
    for scene, render in (render_of_every_chart or {}).items():
        if isinstance(render, Undetermined):
            findings.saw(f"{scene}: {render.reason.nl}", "")
        elif scene != SET:
            findings.add(EndpointPlace(endpoint.host), seen=scene, expected=SET, part="chart", scene=scene)


def judged_beside_two(other: Attempt) -> Judged:
    """Judge beside a chart with two values sets."""
    facts: dict[FactKey, Attempt] = {
        FactKey("endpoint", HOST): Endpoint(host=HOST),
        FactKey("render", SET): rendered(),
        FactKey("render", "acceptatie"): other,
        FactKey("chart"): CHART,
    }
    return judge(
        check_made(laid_beside_all),
        TargetSubjects(TargetFacts("t", {"saas": (HOST,), "chart": (SET, "acceptatie")}, facts)),
        part="saas",
        params={},
        parameters=Parameters(Endpoint(host=HOST)),
        today=date(2026, 1, 1),
        fixtures={},
        matched={"chart": {HOST: UNMATCHED}},
    )


def test_every_scene_is_laid_beside_by_name_and_a_finding_names_its_own() -> None:
    found = judged_beside_two(rendered(scene="acceptatie"))
    assert [(item.part, item.scene) for item in found.findings] == [("chart", "acceptatie")]
    assert {FactKey("render", SET), FactKey("render", "acceptatie")} <= {*found.keys}


def test_a_scene_that_was_not_seen_stands_there_with_its_reason() -> None:
    found = judged_beside_two(LOST)
    assert found.verdict is Verdict.PASS
    assert "acceptatie" in found.measured[0].nl


def test_every_scene_of_a_kind_that_is_not_there_is_none() -> None:
    assert judged(laid_beside_all).verdict is Verdict.PASS


def one_and_every() -> None:
    @check("test.faulty", absent={"chart": None})
    def function(
        endpoint: Endpoint, render_of_chart: Render | None, render_of_every_chart: Render | None, findings: Findings
    ) -> None: ...


def test_one_scene_and_every_scene_of_a_kind_do_not_go_together() -> None:
    with pytest.raises(TypeError, match="ask for one and for every scene of chart"):
        one_and_every()
