"""Judgements on a chart as a whole: its schema, what cannot be rendered, what Kubernetes does not take."""

from pathlib import Path

import pytest
from auditor import Auditor
from small_charts import audited, seen, verdict_of, workload

from toetskader.results import Verdict

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: web.klein.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
"""


@pytest.mark.parametrize("schema", [None, "{}", '{"type": "object"}'], ids=["none", "empty", "without properties"])
def test_no_schema_is_a_remark(auditor: Auditor, tmp_path: Path, schema: str | None) -> None:
    files = {"templates/web.yaml": workload()} | ({"values.schema.json": schema} if schema else {})
    outcome = audited(auditor, tmp_path, files)["DDC-7.5-01"]
    assert verdict_of(outcome) == "pass"
    assert len(seen(outcome, failing=False)) == 1


def test_values_that_do_not_meet_the_schema_are_no_remark(auditor: Auditor, tmp_path: Path) -> None:
    schema = '{"properties": {"replicas": {"type": "integer"}}}'
    files = {"values.schema.json": schema, "values.yaml": "replicas: twee\n", "templates/web.yaml": workload()}
    assert audited(auditor, tmp_path, files)["DDC-7.5-01"].verdict is Verdict.FAIL


HEAD = "apiVersion: v2\nname: klein\ntype: application\nversion: 1.0.0\nappVersion: 2.3.4\n"
NOT_RENDERED = {
    "it stops by itself": {"templates/stop.yaml": '{{ fail "eerst de database" }}'},
    "it wants what is not in the cluster": {
        "templates/stop.yaml": '{{ required "geen" (lookup "v1" "Secret" "klein" "db") }}'
    },
    "a dependency is not there": {
        "Chart.yaml": f"{HEAD}dependencies: [{{name: cache, version: 1.x, repository: 'file://../cache'}}]\n"
    },
    "no YAML comes out": {"templates/x.yaml": "a: {{ .Values.a }}: b\n", "values.yaml": "a: b\n"},
}


@pytest.mark.parametrize("files", NOT_RENDERED.values(), ids=NOT_RENDERED.keys())
def test_a_chart_of_which_helm_makes_nothing_deploys_nothing(
    auditor: Auditor, tmp_path: Path, files: dict[str, str]
) -> None:
    outcome = audited(auditor, tmp_path, {"templates/web.yaml": workload(), **files})
    assert outcome["DDC-7.7-01"].verdict is Verdict.UNDETERMINED
    assert "values set standaard" in verdict_of(outcome["DDC-7.7-01"])
    assert outcome["DDC-7.5-01"].verdict is not Verdict.PASS


def test_what_a_readme_asks_by_hand_stays_a_failure(auditor: Auditor, tmp_path: Path) -> None:
    readme = "# Klein\n\n```sh\nkubectl apply -f database.yaml\n```\n"
    files = {**NOT_RENDERED["it stops by itself"], "README.md": readme}
    assert audited(auditor, tmp_path, files)["DDC-7.7-01"].verdict is Verdict.FAIL


FAULTS = {
    "gone": (
        INGRESS.replace("k8s.io/v1", "k8s.io/v1beta1"),
        "no longer serves since 1.22",
        "apiVersion in the template",
    ),
    "no such kind": (INGRESS.replace("kind: Ingress", "kind: Ingres"), "1.35 does not serve", "correct apiVersion"),
    "missing": (INGRESS.replace("pathType: Prefix, ", ""), "nothing", "Fill in this field"),
    "unknown": (INGRESS.replace("pathType", "pathTipe: x, pathType"), "does not know", "spell it right"),
    "wrong type": (INGRESS.replace("host: web.klein.example", "host: 7"), "number", "quote"),
    "a list that is text": (INGRESS.replace("paths: [{", "paths: {x: {").replace("}]", "}}"), "mapping", "list"),
}


@pytest.mark.parametrize(("text", "said", "remedy"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_has_its_remedy_and_is_told_once(
    auditor: Auditor, tmp_path: Path, text: str, said: str, remedy: str
) -> None:
    # What is otherwise in the next version of Kubernetes has both renders looked at.
    version = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\ndata: {v: v{{ .Capabilities.KubeVersion.Minor }}}\n"
    )
    files = {"templates/web.yaml": workload(), "templates/i.yaml": text, "templates/v.yaml": version}
    outcome = audited(auditor, tmp_path, files)["DDC-1.3-04"]
    assert outcome.verdict is Verdict.FAIL
    assert len(outcome.findings) == 1
    (finding,) = outcome.findings
    assert said in seen(outcome)[0]
    assert finding.remedy is not None
    assert remedy in finding.remedy.en


def test_a_test_that_cannot_fail_is_no_test(auditor: Auditor, tmp_path: Path) -> None:
    test = """\
apiVersion: v1
kind: Pod
metadata: {name: t, annotations: {helm.sh/hook: test}}
spec:
  restartPolicy: Never
  containers:
    - {name: t, image: "registry.klein.example/t:1.0.0", command: [sh, -c, "%s"]}
"""
    vain = {"templates/web.yaml": workload(), "templates/tests/t.yaml": test % "curl -f http://web/ || true"}
    assert audited(auditor, tmp_path / "a", vain)["DDC-7.7-02"].verdict is Verdict.FAIL
    real = {**vain, "templates/tests/t.yaml": test % "curl -f http://web/ || exit 1"}
    assert verdict_of(audited(auditor, tmp_path / "b", real)["DDC-7.7-02"]) == "pass"


def test_a_limit_alone_is_an_amount_asked_for(auditor: Auditor, tmp_path: Path) -> None:
    limits = "resources: {limits: {cpu: 500m, memory: 64Mi}}"
    readme = "# Klein\n\n100 transacties per minuut met 2 replica's, 500m CPU en 64Mi geheugen.\n"
    outcome = audited(auditor, tmp_path / "a", {"templates/web.yaml": workload(more=limits), "README.md": readme})
    assert seen(outcome["DDC-7.22-01"]) == []
    assert seen(outcome["DDC-7.22-01"], failing=False)[0] == "not filled in: the limit, 500m"
    without = workload(more=limits.replace("limits", "requests"))
    outcome = audited(auditor, tmp_path / "b", {"templates/web.yaml": without, "README.md": readme})
    assert outcome["DDC-7.22-01"].verdict is Verdict.FAIL


def test_no_storage_is_said_of_a_values_set(auditor: Auditor, tmp_path: Path) -> None:
    outcome = audited(auditor, tmp_path, {"templates/web.yaml": workload()})["DDC-1.3-08"]
    assert outcome.verdict is Verdict.NOT_APPLICABLE
    assert outcome.reason is not None
    assert "standaard" in outcome.reason.en


REMOTE = '{"properties": {"a": {"$ref": "https://schemas.klein.example/a.json"}, "web": {"type": "object"}}}'


@pytest.mark.parametrize("path", ["values.schema.json", "charts/sub/values.schema.json"])
def test_a_remote_schema_leaves_only_the_values_undetermined(auditor: Auditor, tmp_path: Path, path: str) -> None:
    files = {
        path: REMOTE,
        "Chart.yaml": f"{HEAD}dependencies: [{{name: sub, version: 1.0.0}}]\n",
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "templates/web.yaml": workload(),
    }
    with_it = audited(auditor, tmp_path / "a", files)
    without = audited(auditor, tmp_path / "b", files | {path: REMOTE.replace("$ref", "title")})
    changed = {id_ for id_, judged in with_it.items() if judged.verdict is not without[id_].verdict}
    assert changed == {"DDC-7.5-01"}
    assert with_it["DDC-7.5-01"].verdict is Verdict.UNDETERMINED
    assert "https://schemas.klein.example/a.json" in verdict_of(with_it["DDC-7.5-01"])


def test_a_schema_of_the_machine_is_a_fault_and_hides_what_is_rendered(auditor: Auditor, tmp_path: Path) -> None:
    files = {"values.schema.json": REMOTE.replace("https://", "file:///"), "templates/web.yaml": workload()}
    outcome = audited(auditor, tmp_path, files)
    assert outcome["DDC-7.5-01"].verdict is Verdict.FAIL
    assert outcome["DDC-7.2-13"].verdict is Verdict.UNDETERMINED
    assert outcome["DDC-7.23-07"].verdict is Verdict.FAIL  # the files of the chart were seen: there is no change log
