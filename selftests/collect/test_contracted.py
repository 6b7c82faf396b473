"""A chart rendered as it would be installed in each namespace that it runs in."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from toetskader.collect.charts import collect_chart, refused_chart
from toetskader.collect.evidence import read_evidence, write_evidence
from toetskader.collect.helm.engine import Helm
from toetskader.core.failure import Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.key import Attempt, FactKey, Need, TargetFacts
from toetskader.facts.kubernetes.live import ListOutcome, Live
from toetskader.facts.redaction import Redaction
from toetskader.kinds.chart.kind import CHART
from toetskader.targets.load import load_targets
from toetskader.targets.models import Target
from toetskader.text import Text

FILES = {
    "chart/Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.2.3\nkubeVersion: '>=1.30.0'\n",
    "chart/values.yaml": "kleur: rood\n",
    "chart/templates/config.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  annotations: {kans: {{ randAlphaNum 12 | quote }}, vast: {{ "x" | sha256sum }}}
data:
  kleur: {{ .Values.kleur }}
  namespace: {{ .Release.Namespace }}
  versie: {{ .Capabilities.KubeVersion.Version }}
  keer: {{ printf "%d %t" .Release.Revision .Release.IsUpgrade | quote }}
  monitor: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" | quote }}
""",
    "blauw.yaml": "kleur: blauw\n",
    "target.yaml": """\
name: proef
supplier: Proef BV
component: Proef
gate: 1
profiles: [haven]
parts:
  chart:
    source: chart
    release: proef
    namespace: proef
    kubernetes: "1.35"
    values: {rood: [], blauw: [blauw.yaml]}
  namespace:
    - {environment: test, namespace: proef-t, in_cluster: true}
    - {environment: acceptance, namespace: proef-a, in_cluster: true, values: rood}
    - {environment: production, namespace: proef-p, in_cluster: true, values: blauw, release: proef-prod}
""",
}


@pytest.fixture
def target(tmp_path: Path) -> Target:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (found,) = load_targets([tmp_path / "target.yaml"], today=date(2026, 11, 22))
    return found


def production(kubernetes: str = "v1.33.7+k3s1", *secrets: str) -> Live:
    monitor = ListOutcome(group="monitoring.coreos.com", version="v1", kind="ServiceMonitor", plural="servicemonitors")
    return Live(
        provenance=Provenance(at=datetime(2026, 11, 22, tzinfo=UTC), by="test", source="test"),
        namespace="proef-p",
        environment="production",
        kubernetes=kubernetes,
        lists=(monitor,),
        objects=tuple(
            RenderedObject(template="", document={"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}})
            for name in secrets
        ),
    )


def collected(target: Target, *running: Live, kinds: frozenset[str] = frozenset({"contracted"})) -> dict[str, Attempt]:
    part = CHART.of(target.parts)
    assert part is not None
    with Helm(processes=1) as helm:
        found = collect_chart(
            helm,
            target,
            part,
            frozenset(map(Need, kinds)),
            by="Helm",
            redaction=Redaction(),
            running={live.environment: live for live in running},
        )
    return {key.scene: attempt for key, attempt in found.items() if key.kind == "contracted"}


def data(attempt: Attempt) -> dict[str, str]:
    assert isinstance(attempt, Render), attempt
    (item,) = attempt.objects
    return {"name": item.document["metadata"]["name"], **item.document["data"]}


def test_each_environment_has_its_values_namespace_release_and_kubernetes(target: Target) -> None:
    found = collected(target, production())
    assert data(found["acceptance"]) == {
        "name": "proef",
        "kleur": "rood",
        "namespace": "proef-a",
        "versie": "v1.35.4",
        "monitor": "true",
        "keer": "1 false",
    }
    assert data(found["production"]) == {
        "name": "proef-prod",
        "kleur": "blauw",
        "namespace": "proef-p",
        "versie": "v1.33.7",
        "monitor": "true",
        "keer": "1 false",
    }
    for attempt, values in ((found["acceptance"], "rood"), (found["production"], "blauw")):
        assert attempt.provenance.source == f"chart ({values})"


def test_what_comes_out_otherwise_each_time_is_named(target: Target) -> None:
    found = collected(target)["production"]
    assert isinstance(found, Render)
    assert found.varies == ("ConfigMap/proef-prod metadata.annotations.kans",)


def test_an_environment_without_values_set_says_what_to_fill_in(target: Target) -> None:
    found = collected(target)["test"]
    assert isinstance(found, NotSeen)
    assert found.reason is Reason.NOT_COLLECTED
    assert "put 'values' at that namespace, one of: rood, blauw." in found.message.en


@pytest.mark.parametrize("version", ["", "iets", "v2"])
def test_a_cluster_that_does_not_say_its_version_has_that_of_the_target(target: Target, version: str) -> None:
    assert data(collected(target, production(version))["production"])["versie"] == "v1.35.4"


def test_an_upgrade_is_rendered_as_the_upgrade_it_was(target: Target) -> None:
    records = [
        f"sh.helm.release.v1.{name}" for name in ("proef-prod.v9", "proef-prod.v10", "proef.v31", "proef-prod.vx")
    ]
    running = production("v1.35.2", *records, "proef-prod.v77")
    assert data(collected(target, running)["production"])["keer"] == "10 true"


def test_an_upgrade_that_cannot_be_rendered_without_the_cluster_is_rendered_as_an_installation(target: Target) -> None:
    template = target.file.parent / "chart/templates/config.yaml"
    asking = '{{ if .Release.IsUpgrade }}{{ fail "PASSWORDS ERROR" }}{{ end }}'
    template.write_text(f"{asking}\n{FILES['chart/templates/config.yaml']}", encoding="utf-8")
    running = production("v1.35.2", "sh.helm.release.v1.proef-prod.v4")
    assert data(collected(target, running)["production"])["keer"] == "1 false"


def test_a_version_that_the_chart_refuses_is_said(target: Target) -> None:
    found = collected(target, production("v1.29.3"))["production"]
    assert isinstance(found, NotSeen)
    assert "1.29.3" in found.message.en


def test_a_values_file_that_cannot_be_read_costs_its_environment(target: Target) -> None:
    (target.file.parent / "blauw.yaml").unlink()
    found = collected(target)
    assert isinstance(found["production"], NotSeen)
    assert isinstance(found["acceptance"], Render)


def test_it_is_not_rendered_when_nothing_asks_for_it(target: Target) -> None:
    assert collected(target, kinds=frozenset({"render"})) == {}


def test_a_chart_that_is_refused_is_so_in_each_environment(target: Target) -> None:
    part = CHART.of(target.parts)
    assert part is not None
    refusal = Failure(reason=Reason.TIMED_OUT, message=Text("te laat", "too late"))
    found = refused_chart(target, part, frozenset({Need("contracted")}), refusal, Redaction())
    for environment in ("test", "acceptance", "production"):
        attempt = found[FactKey("contracted", environment)]
        assert isinstance(attempt, NotSeen)
        assert attempt.message == refusal.message


def test_it_comes_back_from_evidence(target: Target, tmp_path: Path) -> None:
    attempts = {FactKey("contracted", scene): attempt for scene, attempt in collected(target).items()}
    facts = TargetFacts(target.name, target.scenes, attempts)
    write_evidence(facts, tmp_path / "evidence")
    assert read_evidence(tmp_path / "evidence") == facts
