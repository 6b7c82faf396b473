"""What only the text of a template shows."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.environment import Environment, Variable
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.template_text import is_fixed, options_from_values

RENDERED = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {LOG_LEVEL: info}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - name: app
          envFrom: [{configMapRef: {name: settings}}]
          env:
            - {name: MODE, value: fast}
            - {name: TOKEN, valueFrom: {secretKeyRef: {name: tokens, key: token}}}
"""


def variable(name: str) -> Variable:
    rendered = objects(RENDERED)
    return next(item for item in Environment(Workloads(rendered), rendered).variables() if item.name == name)


@pytest.fixture
def path() -> str:
    """The path, inside the chart, of the template that all of this was rendered from."""
    return variable("LOG_LEVEL").place.source.partition("/")[2]


@pytest.mark.parametrize(
    "template",
    [
        "data:\n  LOG_LEVEL: info\n",
        'data:\n  "LOG_LEVEL": "info"  # the usual\n',
        "{{- if .Values.on }}\na: b\n{{- end }}\ndata:\n  LOG_LEVEL: info\n",
        'data: {LOG_LEVEL: "info"}\n',
        "data: { LOG_LEVEL: info, MODE: {{ .Values.mode }} }\n",
        'data: {"MODE": {{ .Values.mode | quote }}, "LOG_LEVEL":"info"}\n',
        "data: {\n  MODE: x,\n  LOG_LEVEL: info,\n}\n",
        "data:\n  LOG_LEVEL: |-\n    info\n",
    ],
)
def test_a_literal_value_is_fixed(template: str, path: str) -> None:
    assert is_fixed(variable("LOG_LEVEL"), {path: template})


@pytest.mark.parametrize(
    "template",
    [
        "data:\n  LOG_LEVEL: {{ .Values.level }}\n",
        "data:\n  LOG_LEVEL: {{ .Values.level }}-x\n",
        "{{- if .Values.debug }}\n  LOG_LEVEL: info\n{{- end }}\n",
        "{{ if .Values.debug }}\n  LOG_LEVEL: debug\n{{ else }}\n  LOG_LEVEL: info\n{{ end }}\n",
        "  LOG_LEVEL: info\n---\n  LOG_LEVEL: {{ .Values.level }}\n",
        "data:\n  {{- toYaml .Values.settings | nindent 2 }}\n",
        "data:\n  # LOG_LEVEL: info\n  MY_LOG_LEVEL: info\n",
        "data:\n  LOG_LEVEL: |\n    {{ .Values.level }}\n",
        "data: {LOG_LEVEL: {{ .Values.level | quote }}}\n",
        'data: {MODE: fast, LOG_LEVEL: "{{ .Values.level }}"}\n',
        "data: {MODE: fast{{ if .Values.debug }}, LOG_LEVEL: debug{{ end }}}\n",
        "data: {MY_LOG_LEVEL: info}\n# data: {LOG_LEVEL: info}\n",
        "",
    ],
)
def test_what_values_may_decide_is_not_fixed(template: str, path: str) -> None:
    assert not is_fixed(variable("LOG_LEVEL"), {path: template})


def test_a_template_that_is_not_there_shows_nothing() -> None:
    assert not is_fixed(variable("LOG_LEVEL"), {"templates/other.yaml": "  LOG_LEVEL: info\n"})


def test_a_literal_entry_of_env_is_fixed(path: str) -> None:
    assert is_fixed(variable("MODE"), {path: "env:\n  - name: MODE\n    value: fast\n"})
    assert not is_fixed(variable("MODE"), {path: "env:\n  - name: MODE\n    value: {{ .Values.mode }}\n"})
    assert not is_fixed(variable("MODE"), {path: "env:\n  - name: OTHER\n    value: fast\n"})


def test_what_comes_from_a_secret_is_not_fixed(path: str) -> None:
    assert not is_fixed(variable("TOKEN"), {path: "  TOKEN: abc\n"})


ARGUMENTS = {
    "- --level={{ .Values.level }}": True,
    '- "--level={{ .Values.level }}"': True,
    "- --level\n- {{ .Values.level | quote }}": True,
    "- --level=info": False,
    "- --level={{ .Release.Name }}": False,
    "- --level-of-detail={{ .Values.level }}": False,
    "- {{ .Values.args }}": False,
    "{{- if .Values.x }}\n- --level=info\n{{- end }}": False,
}


@pytest.mark.parametrize(("template", "from_values"), ARGUMENTS.items())
def test_options_from_values(template: str, from_values: bool) -> None:
    everything = objects("{kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, args: [--level=info, run]}]}}")
    (container,) = Workloads(everything).containers()
    files = {container.source.partition("/")[2]: template}
    assert options_from_values(container, files) == (("--level",) if from_values else ())
