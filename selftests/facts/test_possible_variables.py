"""Samples in values files, and the templates that make one object."""

import pytest
from from_yaml import objects
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.log_levels import is_extended, names_debug, names_level
from toetskader.facts.names import words
from toetskader.facts.own_templates import OwnTemplates
from toetskader.facts.value_samples import samples

SAMPLES = {
    "below": ("env: []\n  # - name: A_LEVEL\n  #   value: debug\nb: 1\n", {"env": {"A_LEVEL"}}),
    "above": ("## env:\n##   - {name: A_LEVEL, value: debug}\nenv: []\n", {"env": {"A_LEVEL"}}),
    "from elsewhere": ("env: []\n  # - name: A_LEVEL\n  #   valueFrom:\n", {"env": {"A_LEVEL"}}),
    "a mapping": ("web:\n  env: {}\n    # A_LEVEL: debug\n", {"web.env": {"A_LEVEL"}}),
    "a port": ("ports: []\n  # - name: debug\n  #   containerPort: 5005\n", {}),
    "a sentence": ("# A_LEVEL: how much is written out\nlevel: info\n", {}),
    "far away": ("env: []\n\n# - name: A_LEVEL\n#   value: debug\n\nb: 1\n", {}),
    "no YAML": ("a: [\n# - name: B\n\t: {", {}),
}


@pytest.mark.parametrize(("text", "expected"), SAMPLES.values(), ids=SAMPLES.keys())
def test_samples(text: str, expected: dict[str, set[str]]) -> None:
    assert {".".join(item.path): set(item.names) for item in samples(text)} == expected


@given(st.text(alphabet="ab:# -\n{}[]\"'", max_size=60))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_values_file_is_read(text: str) -> None:
    assert isinstance(samples(text), tuple)


TEMPLATES = {
    "c/templates/all.yaml": """\
kind: Deployment
metadata:
  labels: {app.kubernetes.io/name: x}
  name: {{ .Release.Name }}-web
spec: {{ include "c.web" . }}
---
kind: Deployment
metadata: {name: {{ .Release.Name }}-worker, labels: {}}
spec: worker  # {{ include "c.other" . }}
---
kind: Service
metadata: {name: web}
""",
    "c/templates/_h.tpl": '{{ define "c.web" }}of web, {{ template "c.both" . }}{{ end }}'
    '{{ define "c.both" }}of both{{ end }}{{ define "c.other" }}other{{ end }}',
}


def test_an_object_has_its_own_templates() -> None:
    own = OwnTemplates({path.removeprefix("c/"): text for path, text in TEMPLATES.items()})
    documents = "{kind: Deployment, metadata: {name: r-web}}\n---\n{kind: Deployment, metadata: {name: r-worker}}"
    web, worker = objects(documents, template="c/templates/all.yaml")
    assert "of web" in "".join(own.of(web))
    assert "of both" in "".join(own.of(web))
    assert "spec: worker" not in "".join(own.of(web))
    assert "spec: worker" in "".join(own.of(worker))
    assert "of web" not in "".join(own.of(worker))


LEVELS = {
    ("LOG_LEVEL", "7"): True,
    ("MM_LOGSETTINGS_CONSOLELEVEL", "INFO"): True,
    ("QUARKUS_LOG_CONSOLE_LEVEL", ""): True,
    ("LOG4J_ROOT_LEVEL", "warn"): True,
    ("RUST_LOG", "app=debug,hyper=warn"): True,
    ("RUST_LOG", "/var/log"): False,
    ("LOG_FILE_COMPRESSION_LEVEL", "6"): False,
    ("LOG_TARGET_LEVEL", "gold"): False,
    ("LOGIN_LEVEL", "info"): False,
    ("CATALOG_LEVEL", "info"): False,
    ("ISOLATION_LEVEL", "debug"): False,
}


@pytest.mark.parametrize(("variable", "expected"), LEVELS.items())
def test_names_of_levels(variable: tuple[str, str], expected: bool) -> None:
    name, value = variable
    assert names_level(words(name), value) is expected


def test_what_extends_logging() -> None:
    assert names_debug("django debug")
    assert not names_debug("remote debug port")
    extended = {"LOG_LEVEL": "Debug", "DEBUG": "app:*", "LOG_CONSOLE_LEVEL": "ALL", "VERBOSE": "1"}
    assert all(is_extended(words(name), value) for name, value in extended.items())
    usual = {"LOG_LEVEL": "info", "DEBUG": "false", "LOG_CONSOLE_LEVEL": "", "MODE": "debug"}
    assert not any(is_extended(words(name), value) for name, value in usual.items())
