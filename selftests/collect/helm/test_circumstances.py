"""A chart is rendered as a cluster would have it rendered: it cannot tell that it is audited."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.store import FactKey, TargetFacts, read_evidence, write_evidence
from toetskader.targets.load import load_targets
from toetskader.text import Text

KINDS = frozenset({"chart", "render", "render_next", "render_vanity", "render_scaled"})
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: kwaad}
spec: {containers: [{name: kwaad, image: "kwaad:latest"}]}
"""
GOOD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: goed}
spec: {replicas: {{ .Values.replicaCount }}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: goed}
spec: {rules: [{host: {{ .Values.host }}}]}
"""
VALUES = "host: app.gemeente.nl\nreplicaCount: 2\n"
TARGET = """\
name: proef
supplier: Proef BV
component: Proef
gate: 1
profiles: [haven]
parts: {chart: {source: chart, release: proef, namespace: proef, kubernetes: "1.35", values: {vast: []}}}
"""

Collect = Callable[..., dict[str, Any]]


@pytest.fixture
def collect(tmp_path: Path, helm: Helm) -> Collect:
    """Collect a chart of one template; kind of fact → fact."""

    def collected(template: str, *, kinds: frozenset[str] = KINDS, tool: Helm = helm, **files: str) -> dict[str, Any]:
        (tmp_path / "target.yaml").write_text(TARGET, encoding="utf-8")
        (tmp_path / "chart").mkdir(exist_ok=True)
        texts = {
            "Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.2.3\n",
            "values.yaml": VALUES,
            "templates/goed.yaml": GOOD,
            "templates/kwaad.yaml": template,
            **files,
        }
        for name, text in texts.items():
            path = tmp_path / "chart" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (target,) = load_targets([tmp_path / "target.yaml"], today=date(2026, 11, 22))
        assert target.chart is not None
        found = collect_chart(tool, target, target.chart, kinds, by="Helm", vanity_host="mooi.gemeente.nl")
        return {key.kind: attempt for key, attempt in found.items()}

    return collected


def names(render: Any) -> list[str]:
    assert not isinstance(render, NotSeen), render.message
    return sorted(item.document["metadata"]["name"] for item in render.objects)


def when(render: Render) -> dict[str, list[str]]:
    """Circumstance, in English → names of the objects that it adds."""
    known = names(render)
    return {item.when.en: [name for name in names(item) if name not in known] for item in render.otherwise}


@pytest.mark.parametrize(
    "condition",
    [
        ".Release.IsUpgrade",
        "not .Release.IsInstall",
        "gt .Release.Revision 1",
        'index .Release (printf "Is%s" "Upgrade")',
        'regexMatch "v1[.]35[.]1[0-9]" .Capabilities.KubeVersion.Version',
    ],
)
def test_what_an_upgrade_adds_is_seen(collect: Collect, condition: str) -> None:
    render = collect(f"{{{{ if {condition} }}}}\n{POD}{{{{ end }}}}\n")["render"]
    assert names(render) == ["goed", "goed"]
    assert when(render)["at an upgrade"] == ["kwaad"]


@pytest.mark.parametrize(
    "condition",
    [
        'has "metrics.k8s.io/v1beta1" .Capabilities.APIVersions',
        '.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor"',
        '.Capabilities.APIVersions.Has "apps/v1/Deployment"',
        'regexMatch "^v1[.]35[.][0-9]+$" .Capabilities.KubeVersion.Version',
        "gt (len .Capabilities.APIVersions) 60",
        'ne .Release.Name "release-name"',
    ],
)
def test_what_a_real_cluster_has_is_told(collect: Collect, condition: str) -> None:
    assert names(collect(f"{{{{ if {condition} }}}}\n{POD}{{{{ end }}}}\n")["render"]) == ["goed", "goed", "kwaad"]


def test_passwords_drawn_by_chance_are_no_other_circumstance(collect: Collect) -> None:
    render = collect(
        """\
apiVersion: v1
kind: Secret
metadata: {name: geheim, annotations: {checksum/x: {{ randAlphaNum 20 | sha256sum }}}}
data: {wachtwoord: {{ randAlphaNum 20 | b64enc }}}
"""
    )["render"]
    assert render.otherwise == ()


@pytest.mark.parametrize("answer", ["mooi.gemeente.nl", "mooietoepassingsnaam.gemeente.nl"])
def test_the_probed_host_cannot_be_known_beforehand(collect: Collect, answer: str) -> None:
    facts = collect(
        f'{{{{ if eq .Values.host "{answer}" }}}}\n{POD}{{{{ end }}}}\n',
        **{"templates/vast.yaml": GOOD.replace("{{ .Values.host }}", "mooi.gemeente.nl").replace("goed", "vast")},
    )
    vanity = facts["render_vanity"]
    assert "kwaad" not in names(vanity)
    hosts = {
        item.document["metadata"]["name"]: item.document["spec"]["rules"][0]["host"]
        for item in vanity.objects
        if item.document["kind"] == "Ingress"
    }
    # What follows the value has the name that was asked for; what was written in the chart does not pass for it.
    assert hosts == {"goed": "mooi.gemeente.nl", "vast": "mooi-vast.gemeente.nl"}
    assert vanity.overrides == {"host": "mooi.gemeente.nl"}


def test_two_runs_probe_with_other_values_and_say_the_same(collect: Collect) -> None:
    one, other = (collect("")["render_vanity"] for _ in range(2))
    assert (one.objects, one.overrides, one.values) == (other.objects, other.overrides, other.values)
    assert one.stand_ins.keys() == other.stand_ins.keys() == {"mooi.gemeente.nl"}
    assert one.stand_ins != other.stand_ins


def test_each_probe_has_a_render_of_its_own(collect: Collect) -> None:
    """What a new version of Kubernetes changes must not be taken for what a value changes."""
    template = f'{{{{ if eq .Capabilities.KubeVersion.Minor "36" }}}}\n{POD}{{{{ end }}}}\n'
    together = collect(template)
    for kind in ("render_next", "render_vanity", "render_scaled"):
        alone = collect(template, kinds=frozenset({"chart", "render", kind}))[kind]
        assert names(alone) == names(together[kind])
    assert "kwaad" in names(together["render_next"])
    assert "kwaad" not in names(together["render_vanity"])


def test_circumstances_come_back_from_evidence(collect: Collect, tmp_path: Path) -> None:
    render = collect(f"{{{{ if .Release.IsUpgrade }}}}\n{POD}{{{{ end }}}}\n")["render"]
    assert render.otherwise[0].when == Text("bij een upgrade", "at an upgrade")
    facts = TargetFacts("proef", {"chart": ("vast",)}, {FactKey("render", "vast"): render})
    write_evidence(facts, tmp_path / "evidence")
    assert read_evidence(tmp_path / "evidence") == facts


def test_a_template_of_the_chart_cannot_stand_where_ours_stands(collect: Collect, binary_helm: Helm) -> None:
    facts = collect("", tool=binary_helm, **{"templates/toetskader-probe.yaml": POD})
    assert "kwaad" in names(facts["render"])
    assert isinstance(facts["chart"], ChartFiles)
