"""Where a placeholder stands that somebody still must replace by a secret."""

from typing import Any

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.unfilled import unfilled
from toetskader.facts.values import leaves


def found(text: str, values: dict[str, Any]) -> list[str]:
    everything = objects(text)
    running = Workloads(everything)
    environment = Environment(running, everything)
    return [place.path for place in unfilled(everything, running, environment, leaves(values))]


NOTHING = "{kind: ConfigMap, metadata: {name: m}}"

# Entry of a Secret and its value: whether somebody left it to be filled in.
ENTRIES = {
    ("db-password", "changeme"): True,
    ("admin-password", "admin"): True,
    ("api-token", "token"): True,
    ("smtp", "vul hier in"): True,
    ("admin-user", "admin"): False,
    ("username", "changeme"): False,
    ("DB_NAME", "default"): False,
    ("environment", "test"): False,
    ("host", "example"): False,
}


@pytest.mark.parametrize(("entry", "left"), ENTRIES.items())
def test_entries_of_a_secret(entry: tuple[str, str], left: bool) -> None:
    name, value = entry
    text = f"{{kind: Secret, metadata: {{name: s}}, stringData: {{{name}: '{value}'}}}}"
    assert found(text, {}) == [f"stringData.{name}"] * left


VALUES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a password": ({"admin": {"user": "admin", "password": "admin"}}, ["admin.password"]),
    "a key that is secret": ({"secretKey": "changeme", "existingSecret": ""}, ["secretKey"]),
    "a pair of keys": ({"apiKey": "token", "apiSecret": "secret"}, ["apiKey", "apiSecret"]),
    "the entry in a named Secret": ({"db": {"passwordSecretName": "", "passwordSecretKey": "password"}}, []),
    "the entry by a reference": ({"db": {"tokenSecretRef": "", "tokenSecretKey": "token"}}, []),
    "the entry in an existing Secret": ({"existingSecret": "", "clientSecretKey": "secret"}, []),
    "the same without a Secret": ({"clientSecretKey": "secret"}, ["clientSecretKey"]),
    "a section of entries": ({"auth": {"secretKeys": {"adminPassword": "password"}}}, []),
    "an account": ({"smtp": {"username": "test", "login": "admin"}}, []),
}


@pytest.mark.parametrize(("values", "left"), VALUES.values(), ids=VALUES)
def test_values(values: dict[str, Any], left: list[str]) -> None:
    assert found(NOTHING, values) == left


def test_the_name_of_a_secret_that_pods_use_is_no_placeholder() -> None:
    pod = "{kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, envFrom: [{secretRef: {name: my-secret}}]}]}}"
    assert found(pod, {"appSecret": "my-secret"}) == []
    assert found(pod, {"appSecret": "my-password"}) == ["appSecret"]


def test_variables() -> None:
    entries = "{name: DB_SECRET_NAME, value: db}, {name: DB_SECRET_KEY, value: password}, {name: DB_PASSWORD, value: x}"
    pod = f"{{kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{name: c, env: [{entries}]}}]}}}}"
    assert found(pod, {}) == []
    assert found(pod.replace("value: x", "value: changeme"), {}) == ["spec.containers[0].env[2]"]
