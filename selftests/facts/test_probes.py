"""Probes that can fail, and those that cannot."""

import pytest
from from_yaml import pod
from hypothesis import given, settings
from hypothesis import strategies as st

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


COMMANDS = {
    "sh -c exit 0": True,
    "health-check": False,
    "": False,
    "wget -q http://web/ || true": False,  # without a shell these are words for wget
    "sh -c wget -q http://web/ || true": True,
    "sh -c wget -q http://web/#top || exit 1": False,
    "/bin/bash -lc pg_isready; echo klaar": True,
    "sh -ec pg_isready; echo klaar": False,
    "sh -c set -eu\npg_isready\necho klaar\n": False,
    "sh -c pg_isready && echo klaar": False,
    "sh -c pg_isready || exit 1; echo klaar": False,
    "sh -c pg_isready | tee /tmp/uit | true": True,
    "bash -c set -o pipefail; pg_isready | true": False,
    "sh -c pg_isready &": True,
    "sh -c if ! pg_isready; then exit 1; fi; echo klaar": False,
    "sh -c for i in 1 2 3; do pg_isready && exit 0; sleep 1; done; exit 1": False,
    "sh -c for i in 1 2 3; do pg_isready && exit 0; sleep 1; done; :": True,
    "sh -c 'curl -f http://web/ || :'": True,
    "sh -c curl -f http://web/?q='a || true'": False,
    "sh -c curl -f 'http://web/": False,
    "sh -c true && false": False,
    "sh -c curl -f http://web/ || false || /bin/true": True,
    "sh -c echo begin; exec curl -f http://web/": False,
}


@pytest.mark.parametrize(("command", "expected"), COMMANDS.items())
def test_commands_that_always_succeed(command: str, expected: bool) -> None:
    assert always_succeeds(command) is expected


@given(st.text(alphabet="ab;&|()\n'\" {}!$#", max_size=40))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_any_script_is_read(script: str) -> None:
    assert always_succeeds(f"sh -c {script}") in (True, False)
