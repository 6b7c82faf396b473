"""What is in scope, what an observation comes to, and how results add up to a level."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from toetskader.audit.deviations import statuses
from toetskader.audit.disposition import BEST_EFFORT, dispose, is_gated
from toetskader.audit.scope import InScope, Measurement, Scope, scope_of
from toetskader.audit.summary import level_reached, summarise
from toetskader.catalogue.models import Catalogue, Profile, Requirement, TargetParameters
from toetskader.facts.endpoint.names import Endpoint
from toetskader.judging import Findings, check
from toetskader.judging.check import Check, check_of
from toetskader.judging.combining import Judged, OnPart, Together, parts_together
from toetskader.judging.findings import RawFinding
from toetskader.kinds.chart.part import ChartPart, LocalChart, ValuesSet
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.kinds.parts import with_followers
from toetskader.kinds.saas.part import RpkiSource, SaasPart
from toetskader.results import Deviation as Shown
from toetskader.results import Result, Verdict
from toetskader.targets.models import Deviation, Target
from toetskader.text import Text

KLEIN = Text("Klein", "Small")
CHART_PART = ChartPart(LocalChart(Path("chart")), "a", "a", "1.35", (ValuesSet("standaard", (), {}),))


@check("tiny.chart")
def judgement(chart: object) -> None:
    """A check that is never called here."""


def tiny() -> Check:
    found = check_of(judgement)
    assert found is not None
    return found


@check("tiny.release")
def judgement_on_release(contracted: object, live: object) -> None:
    """A check of two facts that is never called here."""


def on_release() -> Check:
    found = check_of(judgement_on_release)
    assert found is not None
    assert found.parts == {"release"}
    return found


def requirement(id_: str = "TST-2-01", **over: Any) -> Requirement:
    fields: dict[str, Any] = {
        "id": id_, "section": "1", "lines": "1", "kind": "kwaliteitseis", "level": int(id_.split("-")[1]),
        "level_origin": "source", "profile": "haven", "addressee": "supplier", "mode": "hard", "verify": "automatic",
        "measured_on": {"chart": "proof"}, "check": "tiny.chart", "title": KLEIN, "remedy": Text("Herstel", "Mend"),
        "source": "TST", "chapter": "1", "chapter_title": KLEIN, "file": "x.yaml", "line": 1,
    }  # fmt: skip
    return Requirement(**{**fields, **over})


def target(**over: Any) -> Target:
    fields: dict[str, Any] = {
        "name": "acme", "supplier": "Acme", "component": "App", "gate": 3, "profiles": ("haven",),
        "addressee": "supplier", "parameters": TargetParameters(), "deviations": (), "agreements": (),
        "parts": with_followers({"chart": CHART_PART}), "file": Path("target.yaml"),
    }  # fmt: skip
    return Target(**{**fields, **over})


def catalogue(*rows: Requirement) -> Catalogue:
    profiles = {
        name: Profile(id=name, title=KLEIN, sources=("TST",), profiles=labels)
        for name, labels in (("haven", ("haven", "all")), ("saas", ("saas",)))
    }
    return Catalogue({row.id: row for row in rows}, {}, {}, profiles, {})


def result(id_: str, verdict: Verdict = Verdict.PASS, **over: Any) -> Result:
    row = requirement(id_, **over)
    made = dispose(in_scope(row), said(Judged(Verdict.PASS), row), gate=4, deviation=None, evidence=(), lang="nl")
    return msgspec.structs.replace(made, verdict=verdict)


def in_scope(row: Requirement, whose: Target | None = None) -> InScope:
    return InScope((Measurement(row, whose or target(), "chart", tiny()),))


def said(judged: Judged, row: Requirement) -> Together:
    return parts_together([OnPart("chart", row.measured_on["chart"], row.check, judged)])


def deviation(**over: Any) -> Deviation:
    fields: dict[str, Any] = {
        "id": "AFW", "requirements": ("TST-2-01",), "reason": "r", "risk": "r", "mitigation": "m", "owner": "o",
        "approved_by": "a", "approved_on": date(2026, 1, 1), "expires": date(2026, 12, 31),
    }  # fmt: skip
    return Deviation(**{**fields, **over})


class TestScope:
    @pytest.mark.parametrize(
        ("over", "reason"),
        [
            ({"profile": "saas"}, "not part of profile haven"),
            ({"addressee": "municipality"}, "is a demand on the municipality"),
            ({"addressee": "municipality", "profile": "saas"}, "is a demand on the municipality"),
            ({"measured_on": {"rbac": "proof"}}, "the target gives no part of kind: rbac"),
            ({"check": "tiny.later"}, "this version does not have the check tiny.later yet; needed: chart"),
            (
                {"check": "tiny.later", "measured_on": {"rbac": "proof", "chart": "indication"}},
                "this version does not have the check tiny.later yet; needed: rbac, chart",
            ),
        ],
    )
    def test_what_is_outside_has_a_reason(self, over: dict[str, Any], reason: str) -> None:
        checks = {"tiny.chart": tiny()}
        scope = scope_of(target(), catalogue(requirement(**over)), checks, profiles=(), lang="en")
        assert scope.looked_at == ()
        assert [item.reason for item in scope.not_looked_at] == [reason]

    @pytest.mark.parametrize("over", [{}, {"profile": "all"}, {"profile": "saas+haven"}, {"addressee": "community"}])
    def test_what_is_inside(self, over: dict[str, Any]) -> None:
        scope = scope_of(target(), catalogue(requirement(**over)), {"tiny.chart": tiny()}, profiles=(), lang="en")
        assert [item.id for item in scope.looked_at] == ["TST-2-01@acme/chart"]
        assert scope.not_looked_at == ()

    def test_a_run_chooses_another_profile_than_the_target(self) -> None:
        rows = catalogue(requirement("TST-1-01"), requirement("TST-1-02", profile="saas"))
        scope = scope_of(target(), rows, {"tiny.chart": tiny()}, profiles=("saas",), lang="nl")
        assert [item.requirement.id for item in scope.looked_at] == ["TST-1-02"]
        assert scope.profiles == ("saas",)

    @pytest.mark.parametrize(
        ("over", "scenes"),
        [
            ({}, None),
            ({"roles": ("api",)}, {"api.acme.nl"}),
            ({"environments": ("production",)}, {"app.acme.nl", "api.acme.nl"}),
            ({"roles": ("application",), "environments": ("acceptance",)}, {"acc.acme.nl"}),
        ],
    )
    def test_a_requirement_is_about_some_endpoints(self, over: dict[str, Any], scenes: set[str] | None) -> None:
        (item,) = self.on_endpoints(**over).looked_at
        assert (item.id, item.measurements[0].scenes) == ("TST-2-01@acme/saas", scenes)

    @pytest.mark.parametrize(
        ("environments", "scenes"),
        [((), None), (("acceptance", "production"), {"production"})],
    )
    def test_a_requirement_is_about_some_environments(self, environments: tuple[str, ...], scenes: object) -> None:
        (item,) = self.on_release("production", environments).looked_at
        assert (item.id, item.measurements[0].scenes) == ("TST-2-01@acme/release", scenes)

    def test_without_such_an_environment_it_is_not_looked_at(self) -> None:
        scope = self.on_release("test", ("acceptance", "production"))
        assert scope.looked_at == ()
        assert [item.reason for item in scope.not_looked_at] == [
            "the target names no environment: acceptance, production"
        ]

    def on_release(self, environment: Any, environments: tuple[str, ...]) -> Scope:
        """Return the scope of a requirement on what was delivered to environments."""
        namespace = NamespaceEntry(environment=environment, namespace="acme", in_cluster=True)
        row = requirement(check="tiny.release", measured_on={"release": "proof"}, environments=environments)
        return scope_of(
            target(parts=with_followers({"chart": CHART_PART, "namespace": (namespace,)})),
            catalogue(row),
            {"tiny.release": on_release()},
            profiles=(),
            lang="en",
        )

    def test_without_an_endpoint_of_its_kind_it_is_not_looked_at(self) -> None:
        scope = self.on_endpoints(roles=("portal",))
        assert scope.looked_at == ()
        assert [item.reason for item in scope.not_looked_at] == ["the target names no endpoint of kind: portal"]

    @staticmethod
    def on_endpoints(**over: Any) -> Scope:
        @check("tiny.saas")
        def judgement(endpoint: Endpoint, findings: Findings) -> None:
            """Never called here."""

        found = check_of(judgement)
        assert found is not None
        endpoints = (
            Endpoint(host="app.acme.nl"),
            Endpoint(host="api.acme.nl", role="api"),
            Endpoint(host="acc.acme.nl", environment="acceptance"),
        )
        row = requirement(measured_on={"saas": "proof"}, check="tiny.saas", **over)
        saas = SaasPart(endpoints, None, None, None, 53, RpkiSource())
        return scope_of(target(parts={"saas": saas}), catalogue(row), {"tiny.saas": found}, profiles=(), lang="en")

    def test_what_a_run_does_not_select_keeps_the_total(self) -> None:
        rows = catalogue(requirement("TST-1-01"), requirement("TST-1-02"), requirement("TST-1-03", profile="saas"))
        scope = scope_of(target(), rows, {"tiny.chart": tiny()}, profiles=(), lang="en")
        narrowed = scope.narrowed({("TST-1-02", "acme")}, "en")
        assert [item.requirement.id for item in narrowed.looked_at] == ["TST-1-02"]
        assert {item.requirement: item.reason for item in narrowed.not_looked_at} == {
            "TST-1-01": "not selected in this run",
            "TST-1-03": "not part of profile haven",
        }
        assert scope.narrowed({item.key for item in scope.looked_at}, "en") is scope


class TestDisposition:
    @pytest.mark.parametrize(
        ("row", "gate", "agreements", "gated"),
        [
            (requirement("TST-2-01"), 2, (), True),
            (requirement("TST-3-01"), 2, (), False),
            (requirement("TST-2-01", mode=BEST_EFFORT), 4, (), False),
            (requirement("TST-4-01"), 4, (), False),
            (requirement("TST-4-01"), 4, ("TST-4-01",), True),
            (requirement("TST-4-01"), 3, ("TST-4-01",), False),
        ],
    )
    def test_the_gate(self, row: Requirement, gate: int, agreements: tuple[str, ...], gated: bool) -> None:
        assert is_gated(in_scope(row, target(agreements=agreements)), gate) is gated

    @pytest.mark.parametrize(
        ("observed", "status", "verdict", "kept"),
        [
            (Judged(Verdict.FAIL), "applied", Verdict.EXPLAINED, True),
            (Judged(Verdict.FAIL), "expired", Verdict.FAIL, True),
            (Judged(Verdict.FAIL, doubt=Text("deels", "partly")), "applied", Verdict.UNDETERMINED, True),
            (Judged(Verdict.UNDETERMINED, reason=KLEIN), "applied", Verdict.UNDETERMINED, True),
            (Judged(Verdict.PASS), "applied", Verdict.PASS, False),
            (Judged(Verdict.NOT_APPLICABLE, reason=KLEIN), "applied", Verdict.NOT_APPLICABLE, False),
        ],
    )
    def test_a_deviation_covers_a_failure_and_nothing_else(
        self, observed: Judged, status: str, verdict: Verdict, kept: bool
    ) -> None:
        shown = statuses(target(deviations=(deviation(),)), [], date(2026, 6, 1))[0]
        bearing: Shown = msgspec.structs.replace(shown, status=status)
        made = dispose(
            in_scope(requirement()), said(observed, requirement()), gate=3, deviation=bearing, evidence=(), lang="en"
        )
        assert made.verdict is verdict
        assert (made.deviation is not None) is kept

    def test_an_observation_is_kept_as_it_was(self) -> None:
        found = RawFinding(where="a", path="b", source="c", scene="d", seen=None, expected=True, remedy=None)
        bearing = statuses(target(deviations=(deviation(),)), [], date(2026, 6, 1))[0]
        observed = Judged(Verdict.FAIL, (found,))
        made = dispose(
            in_scope(requirement()), said(observed, requirement()), gate=3, deviation=bearing, evidence=(), lang="nl"
        )
        assert [(f.seen, f.expected, f.remedy) for f in made.findings] == [("niets", "true", "Herstel")]

    def test_a_pass_that_is_an_indication_says_where_the_proof_comes_from(self) -> None:
        row = requirement(measured_on={"chart": "indication", "namespace": "proof"})
        made = dispose(in_scope(row), said(Judged(Verdict.PASS), row), gate=3, deviation=None, evidence=(), lang="en")
        assert made.reason == "The chart shows the intention; the proof comes from another part: namespace."


class TestDeviations:
    @pytest.mark.parametrize(
        ("verdicts", "day", "status"),
        [
            ({"TST-2-01": Verdict.EXPLAINED}, date(2026, 12, 31), "applied"),
            ({"TST-2-01": Verdict.PASS}, date(2026, 12, 31), "superfluous"),
            ({"TST-2-01": Verdict.NOT_APPLICABLE}, date(2026, 12, 31), "superfluous"),
            ({"TST-2-01": Verdict.UNDETERMINED}, date(2026, 12, 31), "applied"),
            ({"TST-2-01": Verdict.PASS}, date(2027, 1, 1), "expired"),
            ({}, date(2026, 12, 31), "applied"),
        ],
    )
    def test_status(self, verdicts: dict[str, Verdict], day: date, status: str) -> None:
        results = [result(id_, verdict) for id_, verdict in verdicts.items()]
        assert [item.status for item in statuses(target(deviations=(deviation(),)), results, day)] == [status]


class TestLevelReached:
    @pytest.mark.parametrize(
        ("results", "level", "blocked_by"),
        [
            ([], 0, ()),
            ([result("TST-1-01")], 1, ()),
            ([result("TST-2-01")], 2, ()),  # nothing to object to below
            ([result("TST-1-01"), result("TST-3-01")], 3, ()),
            ([result("TST-1-01", Verdict.FAIL), result("TST-3-01")], 0, ("TST-1-01",)),
            ([result("TST-1-01"), result("TST-2-02", Verdict.UNDETERMINED)], 1, ("TST-2-02",)),
            ([result("TST-1-01"), result("TST-2-02", Verdict.UNPROVEN)], 1, ("TST-2-02",)),
            ([result("TST-1-01", Verdict.EXPLAINED), result("TST-2-01", Verdict.NOT_APPLICABLE)], 2, ()),
            (
                [result("TST-2-02", Verdict.FAIL), result("TST-2-01", Verdict.FAIL), result("TST-3-01", Verdict.FAIL)],
                0,
                ("TST-2-01", "TST-2-02"),
            ),
            ([result("TST-1-01"), result("TST-2-01", Verdict.FAIL, mode=BEST_EFFORT), result("TST-3-01")], 3, ()),
            # A level at which nothing was met is not claimed.
            ([result("TST-1-01"), result("TST-2-01", Verdict.FAIL, mode=BEST_EFFORT)], 1, ()),
        ],
    )
    def test_highest_level_below_which_all_is_met(
        self, results: list[Result], level: int, blocked_by: tuple[str, ...]
    ) -> None:
        assert level_reached(results) == (level, blocked_by)

    def test_a_verdict_that_got_lost_is_not_met(self) -> None:
        results = [result("TST-1-01"), result("TST-2-01"), result("TST-3-01")]
        assert level_reached(results, [requirement("TST-2-09")]) == (1, ("TST-2-09",))
        assert level_reached(results, [requirement("TST-2-09", mode=BEST_EFFORT)]) == (3, ())


def test_a_summary_counts_every_verdict_and_what_was_not_looked_at_per_level() -> None:
    rows = catalogue(*map(requirement, ("TST-1-01", "TST-1-02", "TST-2-01")), requirement("TST-2-02", profile="saas"))
    scope: Scope = scope_of(target(), rows, {"tiny.chart": tiny()}, profiles=(), lang="nl")
    results = [result("TST-1-01"), result("TST-1-02", Verdict.FAIL)]
    lost = [item for item in scope.looked_at if item.requirement.id == "TST-2-01"]
    made = summarise(scope, results, lost=lost, gate=3, parts={"chart": "c"}, commands={}, deviations=())
    assert (made.level_reached, made.looked_at, made.total) == (0, 2, 4)
    first, second, *_ = made.levels
    assert (first.verdicts["pass"], first.verdicts["fail"], first.not_looked_at) == (1, 1, 0)
    assert (sum(second.verdicts.values()), second.not_looked_at) == (0, 1)
    assert [count.level for count in made.levels] == [1, 2, 3, 4]
