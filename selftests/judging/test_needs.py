"""What a judgement needs: kinds of facts, and what they must be made with."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from auditor import ROOT, Auditor

from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.facts.key import FactKey, Need, TargetFacts
from toetskader.facts.redaction import Redaction
from toetskader.judging import Findings, Variant, check
from toetskader.judging.check import check_of
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.parts import keys_of
from toetskader.results import Verdict

GOLDEN = ROOT / "targets/voorbeeld"
HOSTS = ("een.gemeente.nl", "ander.gemeente.nl")


class Host(msgspec.Struct, frozen=True):
    host: str = "standaard.gemeente.nl"


@check("test.host", params=Host)
def on_host(vanity: Variant, params: Host, findings: Findings) -> None:
    findings.saw(" ".join(sorted(map(str, vanity.overrides.values()))), "")


def needs_of(params: dict[str, Any]) -> frozenset[Need]:
    found = check_of(on_host)
    assert found is not None
    return found.needs("chart", params)


@pytest.mark.parametrize(("params", "host"), [({"host": HOSTS[0]}, HOSTS[0]), ({}, "standaard.gemeente.nl")])
def test_a_parameter_of_the_requirement_is_what_the_fact_is_made_with(params: dict[str, Any], host: str) -> None:
    assert needs_of(params) == {Need("render_vanity", host), Need("render")}


def test_a_check_that_cannot_say_what_a_fact_is_made_with_is_refused() -> None:
    with pytest.raises(TypeError, match="'vanity' is made with 'host', which no parameter of it gives"):

        @check("test.no_host")
        def function(vanity: Variant, findings: Findings) -> None: ...


def test_what_a_fact_is_made_with_is_part_of_its_key_and_of_its_file() -> None:
    keys = keys_of(Need("render_vanity", HOSTS[0]), {"chart": ("a", "b")})
    assert keys == tuple(FactKey("render_vanity", scene, HOSTS[0]) for scene in "ab")
    names = {FactKey("render_vanity", "a", host).file_name for host in ("", *HOSTS, "../../x")}
    assert len(names) == 4
    assert all(Path(name).name == name for name in names)


def test_two_requirements_that_try_another_host_each_see_their_own() -> None:
    auditor = Auditor("chart")
    target = auditor.load(GOLDEN)
    part = CHART.of(target.parts)
    assert part is not None
    with Helm(processes=1) as helm:
        needs = frozenset().union(*(needs_of({"host": host}) for host in HOSTS))
        attempts = collect_chart(helm, target, part, needs, by="Helm", redaction=Redaction())
    subjects = TargetSubjects(TargetFacts(target.name, target.scenes, dict(attempts)))
    found = check_of(on_host)
    assert found is not None
    for host in HOSTS:
        judged = judge(
            found,
            subjects,
            part="chart",
            params={"host": host},
            parameters=Parameters(None),
            today=auditor.today,
            fixtures={},
        )
        assert judged.verdict is Verdict.PASS, judged
        assert {key.argument for key in judged.keys} == {host}
        assert all(host in text.nl and not set(HOSTS) - {host} & set(text.nl.split()) for text in judged.measured)
