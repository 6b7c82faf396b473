"""What our own probe with another host name does is never told as the chart's fault."""

from pathlib import Path

import pytest
from auditor import Auditor
from small_charts import audited, seen, verdict_of, workload

from toetskader.results import Verdict

HOSTS, SERVED = "DDC-7.8-01", "DDC-1.3-04"

INGRESS = """\
{{- if .Values.ingress.enabled }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    %s
{{- end }}
"""
RULE = "http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}"
OF_TEXT = f"{{{{ range .Values.ingress.hosts }}}}\n    - host: {{{{ . }}}}\n      {RULE}\n    {{{{ end }}}}"
OF_NAMES = OF_TEXT.replace("{{ . }}", "{{ .name }}")
EXTRA = "{{ with .Values.ingress.extraHosts }}{{ toYaml . | nindent 4 }}{{ end }}"
ENTRY = "{name: http, port: 80}"

BOTH = "ingress: {enabled: false, hosts: [a.example], extraHosts: []}"

FREE = {
    "a list of names, off and empty": (OF_TEXT, "ingress: {enabled: false, hosts: []}"),
    "a list of objects with a name": (OF_NAMES, "ingress: {enabled: false, hosts: []}"),
    "a list that is filled in": (OF_TEXT, "ingress: {enabled: true, hosts: [web.klein.example]}"),
    "a list of rules beside it": (
        f"{OF_TEXT}\n    {EXTRA}",
        "ingress: {enabled: false, hosts: [a.example], extraHosts: []}",
    ),
}


@pytest.mark.parametrize(("rules", "values"), FREE.values(), ids=FREE.keys())
def test_a_host_that_is_free_to_choose(auditor: Auditor, tmp_path: Path, rules: str, values: str) -> None:
    files = {"templates/web.yaml": workload(), "templates/i.yaml": INGRESS % rules, "values.yaml": values}
    outcome = audited(auditor, tmp_path, files)
    assert verdict_of(outcome[HOSTS]) == "pass"
    assert verdict_of(outcome[SERVED]) == "pass"


UNKNOWN = {
    "a list of rules alone": "{{ toYaml .Values.ingress.hosts | nindent 4 }}",
    "elements that go elsewhere": '{{ range .Values.ingress.hosts }}{{ include "klein.rule" . }}{{ end }}',
}


@pytest.mark.parametrize("rules", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_list_of_which_no_template_shows_the_form(auditor: Auditor, tmp_path: Path, rules: str) -> None:
    files = {
        "templates/web.yaml": workload(),
        "templates/i.yaml": INGRESS % rules,
        "templates/_h.tpl": f'{{{{ define "klein.rule" }}}}\n    - host: {{{{ .h }}}}\n      {RULE}\n{{{{ end }}}}',
        "values.yaml": "ingress: {enabled: false, hosts: []}",
    }
    outcome = audited(auditor, tmp_path, files)
    assert outcome[HOSTS].verdict is Verdict.UNDETERMINED, verdict_of(outcome[HOSTS])
    assert verdict_of(outcome[SERVED]) == "pass"


def test_a_fixed_host_stays_a_failure(auditor: Auditor, tmp_path: Path) -> None:
    rules = OF_TEXT.replace("{{ . }}", "vast.klein.example")
    values = "ingress: {enabled: true, hosts: [a.example]}"
    files = {"templates/web.yaml": workload(), "templates/i.yaml": INGRESS % rules, "values.yaml": values}
    outcome = audited(auditor, tmp_path, files)[HOSTS]
    assert outcome.verdict is Verdict.FAIL
    assert seen(outcome) == ["vast.klein.example"]


STOP = '{{ if .Values.ingress.enabled }}{{ required "klasse" .Values.ingress.className }}{{ end }}'


def test_what_helm_refuses_of_our_host_is_told_as_ours(auditor: Auditor, tmp_path: Path) -> None:
    files = {"templates/web.yaml": workload(), "templates/i.yaml": INGRESS % OF_TEXT, "templates/s.yaml": STOP}
    files["values.yaml"] = "ingress: {enabled: false, hosts: []}"
    outcome = audited(auditor, tmp_path, files)[HOSTS]
    assert outcome.verdict is Verdict.UNDETERMINED
    assert "says nothing of the values set itself" in verdict_of(outcome)


def test_where_more_is_refused_what_the_render_shows_is_tried_alone(auditor: Auditor, tmp_path: Path) -> None:
    stop = '{{ if .Values.admin.ingress.host }}{{ fail "kies eerst een klasse" }}{{ end }}'
    files = {"templates/web.yaml": workload(), "templates/i.yaml": INGRESS % OF_TEXT, "templates/s.yaml": stop}
    files["values.yaml"] = 'ingress: {enabled: true, hosts: [a.example]}\nadmin: {ingress: {host: ""}}'
    assert verdict_of(audited(auditor, tmp_path, files)[HOSTS]) == "pass"
