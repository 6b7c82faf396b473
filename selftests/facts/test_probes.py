"""Probes that can fail, and those that cannot."""

import pytest
from from_yaml import pod

from toetskader.facts.kubernetes.probes import always_succeeds, asks_something

PROBES = {
    "a port": ("{httpGet: {path: /, port: http}}", True),
    "a socket": ("{tcpSocket: {port: 8080}}", True),
    "gRPC": ("{grpc: {port: 9000}}", True),
    "a command": ("{exec: {command: [pg_isready, -q]}}", True),
    "a shell that looks at something": ("{exec: {command: [sh, -c, 'test -f /tmp/ready && exit 0']}}", True),
    "nothing": ("{}", False),
    "no command": ("{exec: {}}", False),
    "no port": ("{httpGet: {path: /}}", False),
    "only periods": ("{periodSeconds: 5}", False),
    "true": ("{exec: {command: [/bin/true]}}", False),
    "true in a shell": ("{exec: {command: [/bin/sh, -c, 'exit 0']}}", False),
    "an echo": ("{exec: {command: [bash, -c, echo ok]}}", False),
}


@pytest.mark.parametrize(("probe", "expected"), PROBES.values(), ids=PROBES.keys())
def test_probe_asks_something(probe: str, expected: bool) -> None:
    (container,) = pod(f"{{containers: [{{name: a, livenessProbe: {probe}}}]}}").containers
    assert asks_something(container.get("livenessProbe")) is expected


@pytest.mark.parametrize(("command", "expected"), [("sh -c exit 0", True), ("health-check", False), ("", False)])
def test_commands_that_always_succeed(command: str, expected: bool) -> None:
    assert always_succeeds(command) is expected
