"""The judgement on drift: what it fails, what it leaves open and why, and that no object breaks it."""

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest
import yaml
from golden_namespace import GOLDEN, NOW, ROOT, SEEN, not_seen

from toetskader.catalogue.models import TargetParameters
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.facts.kubernetes.live import ListOutcome, Live
from toetskader.facts.redaction.markers import Markers, holds_marker
from toetskader.facts.secrets.shapes import SHAPES
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.results import Verdict
from toetskader.text import Text

CHECK = load_checks(ROOT / "tests")["delivery.drift"]
FAIL, OPEN, PASS = Verdict.FAIL, Verdict.UNDETERMINED, Verdict.PASS
Documents = list[dict[str, Any]]
MADE = ("Pod", "ReplicaSet", "Secret", "Namespace", "HelmRelease", "Kustomization", "GitRepository")
"""Kinds in the golden namespace that no chart of a component renders."""


def running() -> Documents:
    found: Documents = yaml.safe_load(GOLDEN)
    return found


def rendered() -> Documents:
    """Return what a chart would have rendered for the golden namespace."""
    found = [
        item
        for item in copy.deepcopy(running())
        if item["kind"] not in MADE and item["metadata"]["name"] not in ("default", "kube-root-ca.crt")
    ]
    for item in found:
        item.pop("status", None)
    return found


def objects(documents: Documents, source: str = "") -> tuple[RenderedObject, ...]:
    return tuple(RenderedObject(template=source, document=item) for item in documents)


def contracted(documents: Documents) -> Render:
    return Render(
        provenance=Provenance(at=NOW, by="Helm", source="chart (productie)"),
        scene="production",
        release="meldingen",
        namespace="meldingen",
        kubernetes="1.35.2",
        objects=objects(documents, "templates/x.yaml"),
    )


def seen(documents: Documents, **changes: Any) -> Live:
    live = Live(
        provenance=SEEN,
        namespace="meldingen",
        environment="production",
        kubernetes="v1.35.2",
        objects=objects(documents),
    )
    return msgspec.structs.replace(live, **changes)


def judged(chart: Render | NotSeen, live: Live | NotSeen) -> Judged:
    facts = {FactKey("contracted", "production"): chart, FactKey("live", "production"): live}
    return judge(
        CHECK,
        TargetSubjects(TargetFacts("t", {"release": ("production",)}, dict(facts))),
        part="release",
        params={},
        parameters=Parameters(TargetParameters()),
        today=date(2026, 11, 22),
        fixtures={},
    )


def of_kind(documents: Documents, kind: str) -> dict[str, Any]:
    return next(item for item in documents if item["kind"] == kind)


def test_what_was_rendered_runs() -> None:
    outcome = judged(contracted(rendered()), seen(running()))
    assert (outcome.verdict, outcome.findings, outcome.reason) == (PASS, (), None)
    assert outcome.measured[0].en == (
        f"{len(rendered())} objects compared with chart (productie), Kubernetes 1.35.2; too many 0, not there 0, "
        "places that differ 0"
    )


def test_each_object_that_differs_is_a_finding_with_its_template() -> None:
    live = [item for item in running() if item["kind"] != "Service"]
    of_kind(live, "Deployment")["spec"]["replicas"] = 2
    of_kind(live, "ConfigMap")["data"]["LOG_LEVEL"] = "debug"
    live.append({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "los"}, "spec": {"containers": []}})
    outcome = judged(contracted(rendered()), seen(live))
    assert outcome.verdict is FAIL
    assert {(item.where, item.path) for item in outcome.findings} == {
        ("Service/app", ""),
        ("ConfigMap/app", "data.LOG_LEVEL"),
        ("Pod/los", ""),
    }
    assert {item.source for item in outcome.findings} == {"templates/x.yaml", ""}
    assert "debug" not in repr(outcome.findings)


def test_another_version_of_the_chart_is_said_once() -> None:
    chart, live = rendered(), running()
    for items, version in ((chart, "meldingen-1.5.0"), (live, "meldingen-1.4.2")):
        for item in items:
            item["metadata"]["labels"] = {**item["metadata"].get("labels", {}), "helm.sh/chart": version}
    outcome = judged(contracted(chart), seen(live))
    assert outcome.verdict is FAIL
    assert [text.en for text in outcome.measured[1:]] == ["meldingen-1.4.2 runs, the chart is meldingen-1.5.0"]


def test_what_could_not_be_compared_leaves_it_open_and_is_named() -> None:
    chart, live = rendered(), running()
    of_kind(chart, "ConfigMap")["data"]["DSN"] = "postgres://app:REDACTED-1@db/app"
    of_kind(live, "ConfigMap")["data"]["DSN"] = "postgres://app:REDACTED-4@db/app"
    outcome = judged(contracted(chart), seen(live))
    assert (outcome.verdict, outcome.crash) == (OPEN, None)
    assert outcome.reason is not None
    assert outcome.reason.en.startswith("Not compared: ConfigMap/app data.DSN. A secret stands here")


def test_kinds_that_were_refused_leave_it_open_and_findings_stand() -> None:
    refused = ListOutcome(
        kind="ConfigMap", plural="configmaps", complete=False, denied=True, reason=Text("verboden", "forbidden")
    )
    live = [item for item in running() if item["kind"] != "ConfigMap"]
    outcome = judged(contracted(rendered()), seen(live, lists=(refused,)))
    assert (outcome.verdict, outcome.reason) == (
        OPEN,
        Text("Niet vergeleken: ConfigMap/app. verboden", "Not compared: ConfigMap/app. forbidden"),
    )
    live = [item for item in live if item["kind"] != "Service"]
    outcome = judged(contracted(rendered()), seen(live, lists=(refused,)))
    assert (outcome.verdict, [item.where for item in outcome.findings]) == (FAIL, ["Service/app"])
    assert outcome.doubt is not None


def test_another_release_is_no_drift_but_a_target_to_correct() -> None:
    chart = rendered()
    for item in chart:
        item["metadata"]["name"] = f"ander-{item['metadata']['name']}"
    outcome = judged(msgspec.structs.replace(contracted(chart), release="ander"), seen(running()))
    assert outcome.verdict is OPEN
    assert outcome.reason is not None
    assert "meldingen holds nothing of release ander, but of meldingen." in outcome.reason.en


def test_an_empty_namespace_lacks_what_was_contracted() -> None:
    outcome = judged(contracted(rendered()), seen([]))
    assert outcome.verdict is FAIL
    assert len(outcome.findings) == len(rendered())


@pytest.mark.parametrize("lacking", ["contracted", "live"])
def test_a_fact_that_was_not_seen_leaves_it_open(lacking: str) -> None:
    reason = not_seen("niet gezien", "not seen")
    chart: Render | NotSeen = reason if lacking == "contracted" else contracted(rendered())
    live: Live | NotSeen = reason if lacking == "live" else seen(running())
    outcome = judged(chart, live)
    assert (outcome.verdict, outcome.reason) == (
        OPEN,
        Text("Niet gezien (omgeving production): niet gezien", "Not seen (environment production): not seen"),
    )


def test_a_selector_that_is_none_leaves_it_open() -> None:
    outcome = judged(contracted(rendered()), seen(running(), selector="part in a"))
    assert (outcome.verdict, outcome.crash) == (OPEN, None)


Path = tuple[str | int, ...]


def places(document: Any, path: Path = ()) -> Iterator[Path]:
    parts: Any = ()
    if isinstance(document, dict):
        parts = document.items()
    elif isinstance(document, list):
        parts = enumerate(document)
    for key, value in parts:
        if path:  # a fact holds mappings only
            yield (*path, key)
        yield from places(value, (*path, key))


def replaced(documents: Documents, path: Path, value: object) -> Documents:
    changed = holder = copy.deepcopy(documents)
    for step in path[:-1]:
        holder = holder[step]  # type: ignore[call-overload]
    holder[path[-1]] = value  # type: ignore[call-overload]
    return changed


@pytest.mark.hostile("release")
@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [None], {"x": None}, [{"name": 3}]])
def test_no_object_breaks_it(value: object) -> None:
    chart, live = rendered(), running()
    for path in places(chart):
        outcome = judged(contracted(replaced(chart, path, value)), seen(live))
        assert outcome.crash is None, (path, value)
    for path in places(live):
        outcome = judged(contracted(chart), seen(replaced(live, path, value)))
        assert outcome.crash is None, (path, value)


SECRETS = [
    "Zomer2026!",
    "4f9a1c77be2d4e0f8a3b",
    "hunter2 en nog wat",
    "4821337791",
    "postgres://app:Geheim.9x@db:5432/app",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n",
    *(shape.filled("a1B2c3D4e5F6g7H8", "i9J0") for shape in SHAPES if shape.form),
]


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_what_stands_for_a_secret_is_known_as_such(secret: str) -> None:
    marker = Markers().marker(secret)
    assert marker != secret
    assert holds_marker(marker)
    assert not holds_marker(secret)


def test_what_stands_for_a_number_is_known_as_such() -> None:
    markers = Markers()
    assert all(holds_marker(markers.number(number)) for number in (4711, 8675309, 12.5))
    assert not any(holds_marker(value) for value in (0, 8080, 1700000000, True, None, "", "1.4.2", {"a": 1}))
