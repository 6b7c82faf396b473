"""Whether a chart's values decide a variable."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.environment import Environment, Variable
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.template_values import Decided, TemplateValues

PATH = ""  # the template that all of this was rendered from


def variable() -> Variable:
    everything = objects(
        "{kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, env: [{name: PG_HOST, value: x}]}]}}"
    )
    (found,) = Environment(Workloads(everything), everything).variables()
    return found


HELPERS = """
{{- define "app.fullname" -}}{{ default .Release.Name .Values.fullnameOverride }}{{- end }}
{{- define "app.host" -}}
{{- if .Values.db.bundled }}{{ include "app.fullname" . }}-db{{ else }}{{ .Values.db.external }}{{ end }}
{{- end }}
{{- define "app.kind" -}}{{ if .Values.large }}big{{ else }}small{{ end }}{{- end }}
{{- define "app.shown" -}}{{ .text | quote }}{{- end }}
{{- define "app.again" -}}{{ include "app.again" . }}{{- end }}
"""
WRITTEN = {
    "- name: PG_HOST\n  value: pg.example": Decided.FIXED,
    "- {name: PG_HOST, value: pg.example}": Decided.FIXED,
    "- name: PG_HOST\n  value: {{ .Values.store.hostname | quote }}": Decided.VALUES,
    "- {name: PG_HOST, value: {{ .Values.store.hostname | quote }}}": Decided.VALUES,
    "- name: PG_HOST\n  {{- if .Values.a }}\n  value: {{ $.Values.b }}\n  {{- end }}": Decided.VALUES,
    'PG_HOST: {{ index .Values "store" "host" }}': Decided.VALUES,
    "PG_HOST: >-\n  {{ .Values.host }}\nOTHER: x": Decided.VALUES,
    "PG_HOST: x\nOTHER: {{ .Values.host }}": Decided.FIXED,
    "{{ with .Values.store }}PG_HOST: x\nPG_HOST: {{ .host }}{{ end }}": Decided.VALUES,
    "{{ $host := .Values.host }}\nPG_HOST: {{ $host }}": Decided.VALUES,
    "PG_HOST: {{ $host }}": Decided.COMPUTED,
    'PG_HOST: {{ printf "%s-db" .Release.Name }}': Decided.COMPUTED,
    'PG_HOST: {{ include "app.fullname" . }}-db': Decided.COMPUTED,
    'PG_HOST: {{ include "app.kind" . }}': Decided.COMPUTED,
    'PG_HOST: {{ include "app.again" . }}': Decided.COMPUTED,
    'PG_HOST: {{ include "app.host" . }}': Decided.VALUES,
    'PG_HOST: {{ include "app.shown" (dict "text" .Values.host) }}': Decided.VALUES,
    "data: {PG_HOST: {{ .Values.store.hostname | quote }}}": Decided.VALUES,
    'data: { MODE: x, "PG_HOST": "{{ .Values.a }}.{{ .Values.b }}" }': Decided.VALUES,
    "data: {\n  MODE: x,\n  PG_HOST: {{ .Values.host }},\n}": Decided.VALUES,
    "data: {PG_HOST: pg.example, MODE: {{ .Values.mode }}}": Decided.FIXED,
    'data: {PG_HOST: "pg,{example}", MODE: {{ .Values.mode }}}': Decided.FIXED,
    "data: {MODE: x{{ if .Values.a }}, PG_HOST: {{ .Values.host }}{{ end }}}": Decided.VALUES,
    '- {"name": "PG_HOST", "value": {{ .Values.host | quote }}}': Decided.VALUES,
    "- {name: PG_HOST, value: pg.example, x: {{ .Values.y }}}": Decided.FIXED,
    "data: {PG_HOST: {{ .Release.Name }}-db}": Decided.COMPUTED,
    "{{ toYaml .Values.env }}": Decided.UNKNOWN,
    "PG_HOSTNAME: x": Decided.UNKNOWN,
}


@pytest.mark.parametrize(("template", "decided"), WRITTEN.items())
def test_what_decides(template: str, decided: Decided) -> None:
    files = {PATH: template, "templates/_helpers.tpl": HELPERS}
    assert TemplateValues(files).decided(variable()) is decided


def test_a_named_template_that_writes_the_variables() -> None:
    helper = '{{ define "app.env" }}\n- name: PG_HOST\n  value: {{ .Values.host }}\n{{ end }}'
    files = {PATH: 'env: {{ include "app.env" . }}', "templates/_env.tpl": helper}
    assert TemplateValues(files).decided(variable()) is Decided.VALUES
