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
