"""Values that templates read, and those that set nothing."""

import pytest

from toetskader.facts.templates import Templates

TEMPLATES = {
    "by its path": ("host: {{ .Values.mail.host }}", True),
    "in a variable": ("{{- $mail := .Values.mail }}host: {{ $mail.host }}", True),
    "in a block": ("{{- with .Values.mail }}host: {{ .host }}{{ end }}", True),
    "with its section": ("{{ toYaml .Values.mail | nindent 2 }}", True),
    "with all values": ("{{ toYaml .Values }}", True),
    "by its text": ('{{ get (index .Values "mail") "host" }}', True),
    "another of its section": ("port: {{ .Values.mail.port }}", False),
    "one of that name elsewhere": ("host: {{ .Values.database.host }} {{ .Values.host }}", False),
    "in a comment": ("{{/* .Values.mail.host */}}", False),
    "in a comment of the manifest": ("# host: {{ .Values.mail.host }}", False),
}


@pytest.mark.parametrize(("text", "expected"), TEMPLATES.values(), ids=TEMPLATES.keys())
def test_values_that_a_template_reads(text: str, expected: bool) -> None:
    assert Templates({"templates/configmap.yaml": text}).read("mail.host") is expected


@pytest.mark.parametrize(
    "files",
    [
        {"charts/mail/templates/a.yaml": "{{ .Values.host }}"},
        {
            "Chart.yaml": "dependencies:\n  - name: x\n    alias: mail\n",
            "charts/x/templates/a.yaml": "{{ .Values.host }}",
        },
    ],
)
def test_a_subchart_reads_its_values_without_its_name(files: dict[str, str]) -> None:
    assert Templates(files).read("mail.host")
    assert not Templates(files).read("post.host")


def test_a_readme_reads_nothing() -> None:
    assert not Templates({"README.md": "{{ .Values.mail.host }}"}).read("mail.host")


POD_TEMPLATES = {
    "templates/deployment.yaml": True,
    "charts/sub/templates/deployment.yaml": True,
    "templates/tests/deployment.yaml": False,
    "docs/deployment.yaml": False,
}


@pytest.mark.parametrize(("path", "expected"), POD_TEMPLATES.items())
def test_templates_that_make_workloads(path: str, expected: bool) -> None:
    assert Templates({path: "{{- if .Values.enabled }}\nkind: Deployment\n{{- end }}\n"}).run_pods is expected
    assert not Templates({path: "spec: {kind: Deployment}\n# kind: Deployment\n"}).run_pods


MAY_RUN = {
    "a custom resource": ("apiVersion: kibana.k8s.elastic.co/v1\nkind: Kibana\n", True),
    "one of them, quoted": ('apiVersion: "argoproj.io/v1alpha1"\nkind: "CronWorkflow"\n', True),
    "a template of pods": ("apiVersion: v1\nkind: PodTemplate\n", True),
    "a kind that a value names": ("apiVersion: apps/v1\nkind: {{ .Values.kind }}\n", True),
    "one kind or another": ('apiVersion: apps/v1\nkind: {{ ternary "DaemonSet" "Deployment" .Values.all }}\n', True),
    "a kind of a helper": ('apiVersion: apps/v1\nkind: {{ include "x.kind" . }}\n', True),
    "behind something else": ("apiVersion: v1\nkind: Secret\n---\napiVersion: acme.example/v1\nkind: Runner\n", True),
    "a version of a helper": ('apiVersion: {{ include "x.v" . }}\nkind: Runner\n', True),
    "a route": ("apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\n", False),
    "a role or another": (
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: {{ ternary "Role" "ClusterRole" .x }}\n',
        False,
    ),
    "a kind of Kubernetes, by a helper": ('apiVersion: {{ include "x.v" . }}\nkind: Ingress\n', False),
    "a monitor, by a helper": ('apiVersion: {{ include "x.v" . }}\nkind: ServiceMonitor\n', False),
    "a reference": ("apiVersion: v1\nkind: ConfigMap\ndata:\n  kind: Kibana\n", False),
    "a comment": ("{{/*\napiVersion: acme.example/v1\nkind: Runner\n*/}}\n", False),
}


@pytest.mark.parametrize(("text", "expected"), MAY_RUN.values(), ids=MAY_RUN)
def test_templates_of_what_may_run(text: str, expected: bool) -> None:
    assert Templates({"templates/x.yaml": "{{- if .Values.enabled }}\n" + text + "{{- end }}\n"}).run_pods is expected
