"""Numbers of replicas are found by what changes in the render, and a probe that Helm refuses is no fault of a chart."""

from pathlib import Path

import pytest
from auditor import Auditor
from small_charts import audited, seen, verdict_of, workload

from toetskader.results import Verdict

SCALES = "DDC-7.4-01"
SUBCHART = {"charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n"}

FOLLOWS = {
    "a number by another name": ("{{ .Values.pods }}", "pods: 2"),
    "a number in text": ("{{ .Values.pods }}", "pods: '2'"),
    "a sum": ("{{ add .Values.extra 1 }}", "extra: 4"),
    "a value that is not filled in": ("{{ ((.Values.web).size) | default 2 }}", "port: 2"),
    "a switch": ("{{ ternary 3 1 .Values.highAvailability }}", "highAvailability: false"),
    "a switch around it": ("{{ if .Values.highAvailability }}3{{ else }}1{{ end }}", "highAvailability: true"),
    "a helper": ('{{ include "klein.number" . }}', "cluster: {members: 3}"),
    "the length of a list": ("{{ len .Values.shards }}", "shards: [a, b]"),
    "a number at its bound": ("{{ min 2 .Values.replicaCount }}", "replicaCount: 2"),
    "a number with a threshold": ("{{ ternary 4 2 (gt (int .Values.replicas) 8) }}", "replicas: 1"),
    "a variable": ("{{ $number }}", "cluster: {members: 3}"),
}
HELPER = '{{ define "klein.number" }}{{ .Values.cluster.members }}{{ end }}'


@pytest.mark.parametrize(("replicas", "values"), FOLLOWS.values(), ids=FOLLOWS.keys())
def test_a_number_that_follows(auditor: Auditor, tmp_path: Path, replicas: str, values: str) -> None:
    text = "{{- $number := (.Values.cluster).members }}\n" + workload(replicas=replicas)
    files = {"templates/web.yaml": text, "values.yaml": values, "templates/_h.tpl": HELPER}
    assert verdict_of(audited(auditor, tmp_path, files)[SCALES]) == "pass"


FIXED = {
    "in the template": ("2", "pods: 2\nlimit: 2\nreplicas: 2"),
    "not there": ("null", "pods: 1"),
    "the least of two": ("{{ min 1 .Values.pods }}", "pods: 3"),
    "a name that nothing reads": ("2", "replicaCount: 2"),
}


@pytest.mark.parametrize(("replicas", "values"), FIXED.values(), ids=FIXED.keys())
def test_a_number_that_is_fixed(auditor: Auditor, tmp_path: Path, replicas: str, values: str) -> None:
    files = {"templates/web.yaml": workload(replicas=replicas), "values.yaml": values}
    outcome = audited(auditor, tmp_path, files)[SCALES]
    assert outcome.verdict is Verdict.FAIL
    assert "no value changes it" in seen(outcome)[0]


def test_each_workload_has_a_number_of_its_own(auditor: Auditor, tmp_path: Path) -> None:
    files = {
        "templates/web.yaml": workload(replicas="{{ .Values.pods }}"),
        "templates/worker.yaml": workload("worker", replicas="2"),
        "values.yaml": "pods: 2\nsize: 2",
    }
    outcome = audited(auditor, tmp_path, files)[SCALES]
    assert [item.where for item in outcome.findings] == ["Deployment/worker"]


def schema(of_number: str) -> str:
    return f'{{"properties": {{"pods": {of_number}, "replicaCount": {of_number}}}}}'


@pytest.mark.parametrize("rule", ['{"maximum": 1}', '{"const": 1}', '{"enum": [1]}', '{"exclusiveMaximum": 2}'])
def test_a_schema_that_forbids_another_number(auditor: Auditor, tmp_path: Path, rule: str) -> None:
    files = {
        "values.schema.json": schema(rule),
        "values.yaml": "replicaCount: 1",
        "templates/web.yaml": workload(replicas="{{ .Values.replicaCount }}"),
    }
    outcome = audited(auditor, tmp_path, files)[SCALES]
    assert outcome.verdict is Verdict.FAIL
    assert seen(outcome) == ["1: values.schema.json allows no other number for replicaCount"]


@pytest.mark.parametrize(
    ("rule", "number"),
    [('{"maximum": 3}', 3), ('{"enum": [2, 9]}', 2), ('{"multipleOf": 3}', 3), ('{"minimum": 2}', 2), ("{}", 1)],
)
def test_a_schema_that_leaves_room(auditor: Auditor, tmp_path: Path, rule: str, number: int) -> None:
    files = {
        "values.schema.json": schema(rule),
        "values.yaml": f"replicaCount: {number}",
        "templates/web.yaml": workload(replicas="{{ .Values.replicaCount }}"),
    }
    assert verdict_of(audited(auditor, tmp_path, files)[SCALES]) == "pass"


@pytest.mark.parametrize(
    ("rule", "number"),
    [('{"maximum": 3}', 3), ('{"enum": [1, 20]}', 1), ('{"enum": [20, 1]}', 20)],
)
@pytest.mark.parametrize("replicas", ["{{ .Values.pods }}", '{{ index .Values "pods" }}'])
def test_a_number_by_another_name_follows_where_a_schema_leaves_room(
    auditor: Auditor, tmp_path: Path, replicas: str, rule: str, number: int
) -> None:
    """Whatever number is drawn to try: none of those that are is one that the schema lists."""
    files = {
        "values.schema.json": schema(rule),
        "values.yaml": f"pods: {number}",
        "templates/web.yaml": workload(replicas=replicas),
    }
    assert verdict_of(audited(auditor, tmp_path, files)[SCALES]) == "pass"


@pytest.mark.parametrize(
    "replicas", ["{{ div .Values.pods 20 }}", "{{ if gt (int .Values.pods) 9 }}2{{ else }}1{{ end }}"]
)
def test_a_number_follows_whatever_is_drawn_to_try(auditor: Auditor, tmp_path: Path, replicas: str) -> None:
    files = {"values.yaml": "pods: 2", "templates/web.yaml": workload(replicas=replicas)}
    assert verdict_of(audited(auditor, tmp_path, files)[SCALES]) == "pass"


def test_a_schema_of_a_subchart_forbids_its_own_number(auditor: Auditor, tmp_path: Path) -> None:
    files = {
        **SUBCHART,
        "charts/sub/values.yaml": "replicaCount: 1",
        "charts/sub/values.schema.json": schema('{"maximum": 1}'),
        "charts/sub/templates/x.yaml": workload("sub", replicas="{{ .Values.replicaCount }}"),
        "values.yaml": "replicaCount: 1",
        "templates/web.yaml": workload(replicas="{{ .Values.replicaCount }}"),
    }
    outcome = audited(auditor, tmp_path, files)[SCALES]
    assert [item.where for item in outcome.findings] == ["Deployment/sub"]
    assert "allows no other number for sub.replicaCount" in seen(outcome)[0]


REFUSED = {
    "a template that stops": (
        '{{ if gt (int .Values.replicaCount) 1 }}{{ fail "eerst een externe cache" }}{{ end }}',
        "1",
        "replicaCount: 1",
    ),
    "a template that wants more": (
        '{{ if gt (int .Values.replicaCount) 1 }}{{ required "cache" .Values.cache }}{{ end }}',
        "1",
        "replicaCount: 1",
    ),
}


@pytest.mark.parametrize(("stop", "now", "values"), REFUSED.values(), ids=REFUSED.keys())
def test_what_helm_refuses_of_ours_is_told_as_ours(
    auditor: Auditor, tmp_path: Path, stop: str, now: str, values: str
) -> None:
    files = {"templates/web.yaml": workload(replicas="{{ .Values.replicaCount }}"), "values.yaml": values}
    files["templates/stop.yaml"] = stop
    outcome = audited(auditor, tmp_path / "a", files)[SCALES]
    assert outcome.verdict is Verdict.UNDETERMINED
    assert outcome.reason is not None
    assert "could not be tried here" in outcome.reason.en
    assert "says nothing of this values set" in outcome.reason.en
    files["templates/web.yaml"] = workload(replicas=now)
    assert audited(auditor, tmp_path / "b", files)[SCALES].verdict is Verdict.FAIL


def test_a_schema_that_wants_something_else_first(auditor: Auditor, tmp_path: Path) -> None:
    files = {
        "values.schema.json": '{"if": {"properties": {"replicaCount": {"const": 1}}}, "else": {"required": ["cache"]}}',
        "values.yaml": "replicaCount: 1",
        "templates/web.yaml": workload(replicas="{{ .Values.replicaCount }}"),
    }
    assert audited(auditor, tmp_path, files)[SCALES].verdict is Verdict.UNDETERMINED


def test_a_size_in_words_is_not_guessed(auditor: Auditor, tmp_path: Path) -> None:
    files = {
        "values.yaml": "size: klein",
        "templates/web.yaml": workload(replicas='{{ if eq .Values.size "groot" }}4{{ else }}2{{ end }}'),
    }
    outcome = audited(auditor, tmp_path, files)[SCALES]
    assert outcome.verdict is Verdict.UNDETERMINED
    assert "cannot be guessed" in verdict_of(outcome)
