"""Judgements on logging: a variable counts for the workload that has it, and what a chart does not say is not shown."""

from pathlib import Path

import pytest
from auditor import Auditor
from small_charts import audited, seen, verdict_of, workload

from toetskader.results import Verdict

LEVEL, DEBUG, JSON = "DDC-7.20-02", "DDC-7.16-06", "DDC-7.20-03"


def entry(name: str, value: str) -> str:
    return f"[{{name: {name}, value: {value}}}]"


FROM_VALUES = "{{ .Values.logLevel | quote }}"
BEHIND_WITH = """\
            {{- with .Values.web.logging }}
            - name: APP_LOG_LEVEL
              {{- if .Values.x }}
              value: {{ .level }}
              {{- end }}
            {{- end }}
"""
HELPER = """\
{{- define "klein.env" }}
{{- if .Values.verbosity }}
- name: LOGGING_VERBOSITY
  valueFrom: {configMapKeyRef: {name: log, key: verbosity}}
{{- end }}
{{- end }}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web-env}
data:
  MODE: productie
  {{- if .Values.debug }}
  DEBUG: {{ .Values.debug | quote }}
  {{- end }}
  app.yaml: |
    log_level: info
"""
READS_WHOLE = "envFrom: [{configMapRef: {name: web-env}}]"

OF_A_MAPPING = """            {{- range $name, $value := .Values.env }}
            - {name: {{ $name }}, value: {{ $value }}}
            {{- end }}
"""
BEFORE = """      initContainers: [{name: i, image: 'x/i:1.0.0', env: [{name: LOG_LEVEL, value: info}]}]
      containers:
"""
WEB = workload(env=entry("LOG_LEVEL", FROM_VALUES))

POSSIBLE = {
    "in the render": {
        "templates/web.yaml": workload(env=entry("LOG_LEVEL", FROM_VALUES)),
        "values.yaml": "logLevel: info",
    },
    "from values of another name": {
        "templates/web.yaml": workload(env=entry("LOG_LEVEL", "{{ .Values.detail | quote }}")),
        "values.yaml": "detail: info",
    },
    "from values of another name by a helper": {
        "templates/web.yaml": workload(env=entry("LOG_LEVEL", '{{ include "klein.detail" . | quote }}')),
        "templates/_detail.tpl": '{{- define "klein.detail" -}}{{ .Values.detail }}{{- end -}}\n',
        "values.yaml": "detail: info",
    },
    "chosen by a switch of another name": {
        "templates/web.yaml": workload(env=entry("LOG_LEVEL", '{{ ternary "debug" "info" .Values.speuren }}')),
        "values.yaml": "speuren: false",
    },
    "a word between": {
        "templates/web.yaml": workload(env=entry("APP_LOG_STDOUT_LEVEL", FROM_VALUES)),
        "values.yaml": "logLevel: warning",
    },
    "a filter by its value": {
        "templates/web.yaml": workload(env=entry("RUST_LOG", FROM_VALUES)),
        "values.yaml": "logLevel: web=info",
    },
    "behind with": {"templates/web.yaml": workload(env="\n" + BEHIND_WITH), "values.yaml": "web: {logging: {}}"},
    "by a helper": {
        "templates/web.yaml": workload(env='{{ include "klein.env" . | nindent 12 }}'),
        "templates/_env.tpl": HELPER,
    },
    "a sample below the list": {
        "templates/web.yaml": workload(env="{{ toYaml .Values.web.extraEnv | nindent 12 }}"),
        "values.yaml": "web:\n  extraEnv: []\n    # - name: LOG_LEVEL\n    #   value: debug\n",
    },
    "a sample above the list": {
        "templates/web.yaml": workload(env="{{ tpl .Values.more . | nindent 12 }}"),
        "values.yaml": '# Bijvoorbeeld:\n# more: |\n#   - name: LOG_LEVEL\n#     value: "debug"\nmore: ""\n',
    },
    "a sample of a mapping": {
        "templates/web.yaml": workload(env="\n" + OF_A_MAPPING),
        "values.yaml": "env: {}\n  # LOG_LEVEL: debug\n",
    },
}


@pytest.mark.parametrize("files", POSSIBLE.values(), ids=POSSIBLE.keys())
def test_a_level_that_can_be_set(auditor: Auditor, tmp_path: Path, files: dict[str, str]) -> None:
    outcome = audited(auditor, tmp_path, files)
    assert (verdict_of(outcome[LEVEL]), verdict_of(outcome[DEBUG])) == ("pass", "pass")


NOT_POSSIBLE = {
    "another workload has it": {
        "templates/web.yaml": WEB,
        "templates/worker.yaml": workload("worker"),
        "values.yaml": "logLevel: info",
    },
    "another workload in the same file has it": {
        "templates/all.yaml": WEB + "---\n" + workload("worker"),
        "values.yaml": "logLevel: info",
    },
    "the same variable is fixed in another workload": {
        "templates/all.yaml": WEB + "---\n" + workload("worker", env=entry("LOG_LEVEL", "info")),
        "values.yaml": "logLevel: info",
    },
    "the same variable comes from values of another name in another workload": {
        "templates/all.yaml": workload(env=entry("LOG_LEVEL", "{{ .Values.detail }}"))
        + "---\n"
        + workload("worker", env=entry("LOG_LEVEL", "info")),
        "values.yaml": "detail: info",
    },
    "it is made of no values": {
        "templates/web.yaml": workload(env=entry("LOG_LEVEL", '{{ "info" | quote }}')),
        "values.yaml": "detail: info",
    },
    "an init container has it": {
        "templates/web.yaml": workload().replace("      containers:\n", BEFORE),
    },
    "a list without a sample": {
        "templates/web.yaml": workload(env="{{ toYaml .Values.extraEnv | nindent 12 }}"),
        "values.yaml": "extraEnv: []\n  # - name: HTTP_PROXY\n  #   value: debug\n",
    },
    "a sample of another workload's list": {
        "templates/web.yaml": workload(env="{{ toYaml .Values.web.extraEnv | nindent 12 }}"),
        "values.yaml": "web: {extraEnv: []}\nworker:\n  extraEnv: []\n  # - name: LOG_LEVEL\n  #   value: debug\n",
    },
    "a port by that name": {
        "templates/web.yaml": workload(more="ports: [{name: debug, containerPort: 5005}]"),
    },
    "a word in a value": {
        "templates/web.yaml": workload(env=entry("MODE", '{{ ternary "DEBUG" "LOG_LEVEL" (eq 1 2) }}')),
    },
    "a key in a file": {
        "templates/web.yaml": workload(more=READS_WHOLE),
        "templates/env.yaml": CONFIG.replace("DEBUG", "MODUS"),
    },
    "a level of something else": {
        "templates/web.yaml": workload(env=entry("LOGIN_SECURITY_LEVEL", "{{ .Values.level }}")),
        "values.yaml": "level: high",
    },
}


@pytest.mark.parametrize("files", NOT_POSSIBLE.values(), ids=NOT_POSSIBLE.keys())
def test_a_level_that_cannot_be_set(auditor: Auditor, tmp_path: Path, files: dict[str, str]) -> None:
    outcome = audited(auditor, tmp_path, files)
    assert outcome[LEVEL].verdict is Verdict.FAIL
    assert outcome[DEBUG].verdict is Verdict.FAIL


def test_an_entry_of_a_config_map_that_is_read_whole(auditor: Auditor, tmp_path: Path) -> None:
    files = {"templates/web.yaml": workload(more=READS_WHOLE), "templates/env.yaml": CONFIG, "values.yaml": "debug: ''"}
    assert verdict_of(audited(auditor, tmp_path / "a", files)[DEBUG]) == "pass"
    files["templates/web.yaml"] = workload()
    assert audited(auditor, tmp_path / "b", files)[DEBUG].verdict is Verdict.FAIL


ON = {
    "a level in the values": (entry("LOG_LEVEL", FROM_VALUES), "logLevel: Trace"),
    "a flag in text": (entry("DEBUG", "{{ .Values.debug | quote }}"), 'debug: "1"'),
    "a level of the template": (entry("LOG_LEVEL", '{{ .Values.logLevel | default "debug" }}'), 'logLevel: ""'),
    "in a list of variables": ("{{ toYaml .Values.env | nindent 12 }}", "env: [{name: LOG_LEVEL, value: debug}]"),
}


@pytest.mark.parametrize(("env", "values"), ON.values(), ids=ON.keys())
def test_debugging_by_default_fails(auditor: Auditor, tmp_path: Path, env: str, values: str) -> None:
    outcome = audited(auditor, tmp_path, {"templates/web.yaml": workload(env=env), "values.yaml": values})
    assert outcome[DEBUG].verdict is Verdict.FAIL
    assert len(seen(outcome[DEBUG])) == 1


def test_a_flag_behind_a_condition_is_left_to_extend_logging_with(auditor: Auditor, tmp_path: Path) -> None:
    env = (
        "\n            - {name: QUEUE_LOGLEVEL, value: {{ .Values.queueLogLevel }}}"
        "\n            {{ if .Values.debug }}\n            - {name: DEBUG, value: 'True'}\n            {{ end }}"
    )
    files = {"templates/web.yaml": workload(env=env), "values.yaml": "debug: false\nqueueLogLevel: debug\n"}
    outcome = audited(auditor, tmp_path, files)[DEBUG]
    assert verdict_of(outcome) == "pass"
    assert seen(outcome, failing=False) == ["debug"]


def test_a_second_level_that_is_on_is_remarked(auditor: Auditor, tmp_path: Path) -> None:
    second = "{name: QUEUE_LOGLEVEL, value: {{ .Values.queueLogLevel }}}"
    env = f"[{{name: LOG_LEVEL, value: {FROM_VALUES}}}, {second}]"
    values = "logLevel: info\nqueueLogLevel: debug\n"
    outcome = audited(auditor, tmp_path, {"templates/web.yaml": workload(env=env), "values.yaml": values})[DEBUG]
    assert verdict_of(outcome) == "pass"
    assert seen(outcome, failing=False) == ["debug"]


OFF = {
    "a values set asks for it": ("logLevel: info", "{files: [], set: {logLevel: debug}}"),
    "a level that is not one of debugging": ("logLevel: notice", "[]"),
    "another program's level": ("logLevel: info\npostgresql: {logLevel: debug}", "[]"),
}


@pytest.mark.parametrize(("values", "given"), OFF.values(), ids=OFF.keys())
def test_debugging_that_somebody_asks_for_does_not(auditor: Auditor, tmp_path: Path, values: str, given: str) -> None:
    files = {"templates/web.yaml": WEB, "values.yaml": values}
    outcome = audited(auditor, tmp_path, files, values=given)
    assert verdict_of(outcome[DEBUG]) == "pass"


FORMS = {
    "nothing said": ("[]", Verdict.UNDETERMINED),
    "where lines go": (entry("LOG_OUTPUT", "stdout"), Verdict.UNDETERMINED),
    "how time is written": (entry("LOG_DATE_FORMAT", "iso"), Verdict.UNDETERMINED),
    "json": (entry("LOG_FORMAT", "json"), Verdict.PASS),
    "a template of JSON": (entry("ACCESS_LOG_FORMAT", '\'{"time": "%t"}\''), Verdict.PASS),
    "text": (entry("LOG_FORMAT", "text"), Verdict.FAIL),
    "a pattern": (entry("LOGGING_PATTERN_LAYOUT", "'%d %m%n'"), Verdict.FAIL),
    "a form by its output": (entry("LOG_OUTPUT", "logfmt"), Verdict.FAIL),
    "switched off": (entry("LOG_JSON", "'false'"), Verdict.FAIL),
}


@pytest.mark.parametrize(("env", "verdict"), FORMS.values(), ids=FORMS.keys())
def test_the_form_of_log_lines(auditor: Auditor, tmp_path: Path, env: str, verdict: Verdict) -> None:
    outcome = audited(auditor, tmp_path, {"templates/web.yaml": workload(env=env)})[JSON]
    assert outcome.verdict is verdict, verdict_of(outcome)
    if verdict is Verdict.UNDETERMINED:
        assert "namespace" in verdict_of(outcome)
