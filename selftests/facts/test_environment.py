"""Environment variables of containers, and where their values come from."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.environment import Environment, Origin, Variable
from toetskader.facts.kubernetes.workloads import Workloads

RENDER = """
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - name: c
          envFrom:
            - configMapRef: {name: config}
            - {configMapRef: {name: config}, prefix: P_}
            - secretRef: {name: made}
            - secretRef: {name: sealed}
            - secretRef: {name: elsewhere}
            - secretRef: {name: maybe, optional: true}
          env:
            - {name: LITERAL, value: text}
            - {name: NUMBER, value: 8080}
            - {name: COMPOSED, value: "$(HOST):80"}
            - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: ONE, valueFrom: {configMapKeyRef: {name: config, key: HOST}}}
            - {name: FAR, valueFrom: {configMapKeyRef: {name: other, key: HOST}}}
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: made, key: TOKEN}}}
            - {name: LEVEL, value: own}
---
kind: ConfigMap
metadata: {name: config}
data: {HOST: db, LEVEL: shared}
---
kind: Secret
metadata: {name: made}
stringData: {TOKEN: very-secret}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: x}
spec: {encryptedData: {KEY: AgA}, template: {metadata: {name: sealed}}}
"""
EXPECTED = {
    "LITERAL": (Origin.LITERAL, "text"),
    "NUMBER": (Origin.LITERAL, "8080"),
    "COMPOSED": (Origin.COMPOSED, "$(HOST):80"),
    "POD": (Origin.DOWNWARD, None),
    "ONE": (Origin.CONFIG_MAP, "db"),
    "FAR": (Origin.CONFIG_MAP, None),
    "PASSWORD": (Origin.SECRET, None),
    "HOST": (Origin.CONFIG_MAP, "db"),
    "P_HOST": (Origin.CONFIG_MAP, "db"),
    "TOKEN": (Origin.SECRET, None),
    "KEY": (Origin.SECRET, None),
    "LEVEL": (Origin.LITERAL, "own"),
}


def environment(text: str = RENDER) -> Environment:
    everything = objects(text)
    return Environment(Workloads(everything), everything)


def variable(name: str) -> Variable:
    return environment().of_containers[0].variables[name]


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_origin_and_value(name: str, expected: tuple[Origin, str | None]) -> None:
    assert (variable(name).origin, variable(name).value) == expected


def test_no_other_variables() -> None:
    assert set(environment().of_containers[0].variables) == {*EXPECTED, "P_LEVEL"}


def test_a_finding_points_to_where_the_value_is_written() -> None:
    assert (variable("P_HOST").place.where, variable("P_HOST").place.path) == ("ConfigMap/config", "data.HOST")
    assert variable("LITERAL").place.path == "spec.template.spec.containers[0].env[0]"


def test_what_the_scene_does_not_hold() -> None:
    assert [source.name for source in environment().unseen] == ["elsewhere"]


def test_a_variable_that_two_containers_share_is_one() -> None:
    two = """
kind: Deployment
metadata: {name: app}
spec: {template: {spec: {containers: [
  {name: a, envFrom: [{configMapRef: {name: config}}]}, {name: b, envFrom: [{configMapRef: {name: config}}]}]}}}
---
kind: ConfigMap
metadata: {name: config}
data: {HOST: db}
"""
    assert [item.name for item in environment(two).variables()] == ["HOST"]
