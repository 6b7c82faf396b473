"""What containers are set to: options on command lines, variables that a shell sets, headers of probes."""

import pytest
from from_yaml import workloads

from toetskader.facts.kubernetes.literals import Literal, command_texts, embedded, headers, options
from toetskader.facts.kubernetes.node import Node

POD = "{kind: Pod, metadata: {name: p}, spec: {containers: [%s]}}"
OPTIONS: dict[str, tuple[str, list[tuple[str, object]]]] = {
    "with an equals sign": ("args: [--token=abc]", [("token", "abc")]),
    "in one argument": ("args: ['--token abc']", [("token", "abc")]),
    "in two arguments": ("args: [--token, abc]", [("token", "abc")]),
    "two without value": ("args: [--quiet, --force]", []),
    "a shell that sets a variable": ("command: [sh, -c, 'export DB_PASSWORD=\"abc\"; run']", [("DB_PASSWORD", "abc")]),
    "what another command gives": ("command: [sh, -c, 'DB_PASSWORD=$(cat /run/x) run --token $(cat /run/y)']", []),
}


@pytest.mark.parametrize(("line", "expected"), OPTIONS.values(), ids=OPTIONS.keys())
def test_options(line: str, expected: list[tuple[str, object]]) -> None:
    found = [(item.name, item.node.value) for item in options(workloads(POD % f"{{name: a, {line}}}"))]
    assert found == expected


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("-Xmx1g -Ddb.password=abc", ("Ddb.password", "abc")),
        ("jdbc:postgresql://db/x?user=a&password=abc", ("password", "abc")),
        ('{"host": "x", "apiToken": "abc"}', ("apiToken", "abc")),
        ("Server=db;Pwd='abc'", ("Pwd", "abc")),
    ],
)
def test_a_setting_inside_another(value: str, found: tuple[str, str]) -> None:
    assert found in [(item.name, item.text) for item in embedded(Literal("OPTS", Node(value, "", None)))]
    assert not list(embedded(Literal("OPTS", Node("-Dpassword=$DB_PASSWORD openid token: read", "", None))))


def test_an_option_takes_no_value_from_the_next_container() -> None:
    text = POD % "{name: a, args: [--token]}, {name: b, args: [abc]}"
    assert list(options(workloads(text))) == []


def test_commands_of_probes_and_hooks() -> None:
    text = POD % (
        "{name: a, args: [--token], livenessProbe: {exec: {command: [sh, -c, 'PGPASSWORD=abc psql']}}, "
        "lifecycle: {preStop: {exec: {command: [stop, --api-key, def]}}}}"
    )
    found = [(item.name, item.node.value) for item in options(workloads(text))]
    assert found == [("PGPASSWORD", "abc"), ("api-key", "def")]


def test_headers_of_probes() -> None:
    text = POD % "{name: a, livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: X-Api-Key, value: abc}]}}}"
    assert [(item.name, item.text) for item in headers(workloads(text))] == [("X-Api-Key", "abc")]


def test_what_a_shell_replaces_in_its_text_is_known_with_the_text() -> None:
    shell, none = "command: [sh, -c, 'PGPASSWORD=\"$DB_PW\" psql']", "args: ['PGPASSWORD=\"$DB_PW\"']"
    (*_, text), (plain,) = (list(command_texts(workloads(POD % f"{{name: a, {line}}}"))) for line in (shell, none))
    assert all(map(text.in_file, ("$DB_PW", "${DB_PW}", "$(cat /run/x)", "$1")))
    assert not any(map(text.in_file, ("Zomer-2024", "a$DB_PW")))
    assert not plain.in_file("$DB_PW")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("command: [sh, -c, \"curl -H 'X-Api-Key: abc' http://x\"]", [("X-Api-Key", "abc")]),
        ("args: ['--header=X-Auth-Token: abc']", [("X-Auth-Token", "abc")]),
        ("args: [-H, 'X-Token: a b']", [("X-Token", "a b")]),
        ("command: [sh, -c, 'curl -H \"X-Api-Key: $KEY\" http://x']", []),
        ("args: [-H, tekst, --header]", []),
    ],
)
def test_headers_that_a_command_sends(line: str, expected: list[tuple[str, object]]) -> None:
    found = [(item.name, item.node.value) for item in options(workloads(POD % f"{{name: a, {line}}}"))]
    assert [item for item in found if item[0].startswith("X-")] == expected
