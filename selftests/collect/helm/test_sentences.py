"""What is told of Helm's messages: the place and the rule, nothing that a supplier wrote."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from toetskader.collect.helm.engine import Helm
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.protocol import ChartAnswer, RenderRequest
from toetskader.collect.helm.sentences import cause, lint_message, why_ended
from toetskader.core.failure import Failure

CODE = "Zq8vK2mTx91LpW7r"
PIN = "4826"
Make = Callable[..., Path]


@pytest.fixture(params=["sdk", "binary"])
def tool(request: pytest.FixtureRequest) -> Helm:
    """Either way to Helm."""
    found: Helm = request.getfixturevalue("helm" if request.param == "sdk" else "binary_helm")
    return found


def forms(secret: str) -> Iterator[str]:
    """Yield a secret as a template can write it."""
    data = secret.encode()
    yield from (secret[at : at + 6] for at in range(max(len(secret) - 5, 1)))
    yield from (secret.upper()[:6], secret.lower()[:6], secret[::-1][:6], data.hex()[:10], data.hex().upper()[:10])
    yield base64.b64encode(data).decode().rstrip("=")[:8]
    yield base64.b32encode(data).decode().rstrip("=")[:8]


WAYS = {
    "as it is": ".Values.pw",
    "in a sentence": 'print "Fout: " .Values.pw',
    "as JSON": "toJson (dict .Values.pw .Values.pw)",
    "in capitals": "upper .Values.pw",
    "small": "lower .Values.pw",
    "for a URL": "urlquery .Values.pw",
    "cut": "trunc 12 .Values.pw",
    "quoted": 'printf "%q" .Values.pw',
    "in hexadecimal": 'printf "%x" .Values.pw',
    "in base64": "b64enc .Values.pw",
    "in base32": "b32enc .Values.pw",
    "in base64 twice": "b64enc (b64enc .Values.pw)",
    "backwards": 'splitList "" .Values.pw | reverse | join ""',
    "over lines": 'splitList "" .Values.pw | join "\\n"',
    "by template": "tpl .Values.pw .",
    "a number": ".Values.pin",
    "a number in a path": 'print "proef/templates/" .Values.pw ".yaml:1:1"',
    "as a rule of ours": 'print "at \'/" .Values.pw "\': got " .Values.pw',
}
STOPS = {"fail": "{{ fail (%s) }}", "required": "{{ required (%s) .Values.nope }}"}
ERRORS = {
    "a time": '{{ mustToDate "2006" .Values.pw }}',
    "an expression": '{{ mustRegexFind (print "(" .Values.pw) "x" }}',
    "a template": '{{ tpl (print .Values.pw "{{ .Values.q.z }}") . }}',
    "no template": "{{ include .Values.pw . }}",
    "a field": f"{{{{ .Values.a.{CODE}.x }}}}",
    "a function": f"{{{{ {CODE} }}}}",
    "a text without end": f'{{{{ "{CODE} }}}}',
    "YAML": "a: {{ .Values.pw }}: b",
    "a head": "kind: [{{ .Values.pw }}]",
    "a number": "a: {{ div 1 (sub (atoi .Values.pin) (atoi .Values.pin)) }}",
    "a name in a helper": '{{ template "x" . }}{{ define "x" }}{{ fail .Values.pw }}{{ end }}',
}
SCHEMAS = {
    "enum": '{"properties": {"pw": {"enum": ["x", "%s!"]}}}',
    "pattern": '{"properties": {"pw": {"pattern": "^%s!$"}}}',
    "const": '{"properties": {"pw": {"const": "%s!"}}}',
    "required": '{"required": ["%s"]}',
    "additionalProperties": '{"additionalProperties": false, "title": "%s"}',
    "maxLength": '{"properties": {"pw": {"maxLength": 3, "title": "%s"}}}',
    "no JSON": '{"type": %s}',
    "no schema": '{"type": "%s"}',
}


def all_told(tool: Helm, chart: Path) -> str:
    """Return all that a render and lint of a chart say, in both languages; the render has to fail."""
    opened = tool.open(chart)
    if isinstance(opened, Failure):
        return f"{opened.message.nl} {opened.message.en}"
    with opened:
        answer = opened.read([RenderRequest(key="s", release="r", namespace="n", kube_version="1.35.0")], lint="s")
    if isinstance(answer, Failure):
        return f"{answer.message.nl} {answer.message.en}"
    assert isinstance(answer, ChartAnswer)
    render = answer.renders["s"]
    assert isinstance(render, Failure)
    lint = answer.lint
    said = f"{lint.message.nl} {lint.message.en}" if isinstance(lint, Failure) else str(lint)
    return f"{render.message.nl} {render.message.en} {said}"


def chart_files(template: str = "", **files: str) -> dict[str, str]:
    values = f'a: {{}}\npw: "{CODE}"\npin: "{PIN}"\n'
    return {"values.yaml": values, "templates/t.yaml": template} | files


def leaks(said: str) -> list[str]:
    return [form for form in (*forms(CODE), PIN) if form in said]


def test_no_form_of_a_secret_comes_through_a_message_of_the_chart(tool: Helm, make_chart: Make) -> None:
    # Both ways end in the same function; to start a program for each takes long.
    ways = WAYS if tool.program is None else {name: WAYS[name] for name in ("in a sentence", "over lines")}
    for stop in STOPS.values():
        for name, way in ways.items():
            said = all_told(tool, make_chart(chart_files(stop % way), name=f"c{abs(hash((stop, way)))}"))
            assert leaks(said) == [], (stop, name)
            assert "proef/templates/t.yaml:1:3" in said
            assert "`fail` or `required`" in said
            assert "`helm template`" in said


def test_no_error_of_helm_quotes_a_secret(tool: Helm, make_chart: Make) -> None:
    for name, template in ERRORS.items():
        said = all_told(tool, make_chart(chart_files(template), name=f"c{len(name)}{name[-3:].strip()}"))
        assert leaks(said) == [], name
        assert "proef/templates/t.yaml" in said, (name, said)


def test_no_refusal_of_a_schema_quotes_a_value(tool: Helm, make_chart: Make) -> None:
    for name, schema in SCHEMAS.items():
        files = chart_files(**{"values.schema.json": schema % CODE})
        said = all_told(tool, make_chart(files, name=f"s{name.replace(' ', '')}"))
        assert leaks(said) == [], name
        if not name.startswith("no "):
            assert name.partition("P")[0] in said or "property" in said, (name, said)


BROKEN = {
    "values.yaml": f"a: [{CODE}",
    "Chart.yaml": f"apiVersion: v2\nname: [{CODE}\n",
    "Chart.yaml, version": f"apiVersion: v2\nname: proef\nversion: {CODE}!\n",
    "Chart.yaml, kubeVersion": f"apiVersion: v2\nname: proef\nversion: 1.0.0\nkubeVersion: '>=1.90.0-{CODE}'\n",
    "Chart.yaml, type": f"apiVersion: v2\nname: proef\nversion: 1.0.0\ntype: {CODE}\n",
}


@pytest.mark.parametrize("where", BROKEN)
def test_no_file_that_cannot_be_read_is_quoted(tool: Helm, make_chart: Make, where: str) -> None:
    files = chart_files("a: 1\n") | {where.partition(",")[0]: BROKEN[where]}
    opened = tool.open(make_chart(files))
    if isinstance(opened, Failure):
        said = f"{opened.message.nl} {opened.message.en}"
    else:
        opened.__exit__(None, None, None)
        said = all_told(tool, make_chart(files))
    assert leaks(said) == []


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("execution error at (a/templates/x.yaml:3:4): host", "a/templates/x.yaml:3:4: the template stops"),
        ("parse error at (a/t.yaml:7): unexpected EOF", "a/t.yaml:7: no valid template"),
        ('a/t.yaml:1:10\n  executing "t" at <.Values.a.b>:\n    nil pointer', "a/t.yaml:1:10 `.Values.a.b`: a value"),
        ("template: a/t.yaml:1:3: executing at <x>: error calling index: y", "the function `index` gives an error"),
        ("- at '/a/b': got string, want integer", "/a/b: got string, want integer"),
        ("- at '/a': maxLength: got 16, want 3", "/a: `maxLength`"),
        ("chart requires kubeVersion: >=1.40 which is incompatible with Kubernetes v1.35.0", "kubeVersion >=1.40"),
    ],
)
def test_place_and_rule(message: str, told: str) -> None:
    found = cause(message)
    assert found is not None
    assert told in found.en


@pytest.mark.parametrize("message", [CODE, f"{CODE}: {PIN}", "", "panic", f"at '/{CODE}"])
def test_without_place_and_rule_nothing_is_told(message: str) -> None:
    assert cause(message) is None


def test_lint_keeps_words_of_its_own() -> None:
    kept = [
        "icon is recommended",
        "directory does not exist",
        "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress",
    ]
    assert [lint_message("info", "x", text, "/nowhere").message for text in kept] == kept
    assert CODE not in lint_message("error", "x", f"icon is {CODE}", "/nowhere").message


def test_a_crash_quotes_nothing() -> None:
    limits = Limits()
    for words in (f"panic: {CODE}\n", f"fatal error: {CODE}", f"Traceback\nValueError: {CODE}", CODE):
        refusal: Any = why_ended(2, 0, words, limits).failure
        assert CODE not in f"{refusal.message.nl}{refusal.message.en}"


@pytest.mark.parametrize("text", ["at '" * 50_000, "a/" * 100_000, "error calling " * 50_000, "yaml: line " * 50_000])
def test_long_messages_take_no_long_time(text: str) -> None:
    cause(text)
