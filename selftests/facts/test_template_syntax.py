"""Go templates are read as Go reads them; what is none is said to be none."""

import pytest

from toetskader.facts.template_syntax import Action, Branch, Definition, parsed


def conditions(text: str) -> list[str]:
    """The text of every condition at the top of a template."""
    body = parsed(text)
    assert body is not None
    return [
        text[condition.start : condition.end]
        for node in body
        if isinstance(node, Branch)
        for condition, _ in node.arms
        if condition is not None
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{if .a}}x{{end}}", [".a"]),
        ("{{- if  eq .a `}}`  -}} x {{- else if not (.b | empty) -}} y {{- else -}} z {{- end -}}", None),
        ('{{ if eq "}}" "\\"" }}{{ end }}', ['eq "}}" "\\""']),
        ("{{/* {{ if .no }} */}}{{ if $x.y.z }}{{ end }}", ["$x.y.z"]),
        ("{{- /* c */ -}}{{ with $a := .b | default 1.5e3 }}{{ else }}{{ end }}", [".b | default 1.5e3"]),
        ("{{ range $i, $e := (index .a 0).b }}{{ break }}{{ end }}", ["(index .a 0).b"]),
        ("{{ if .a | toString | }}{{ end }}", [".a | toString"]),
        ("{{ if .a   -}}{{ end }}", [".a"]),
        ("{{ if 'x' }}{{ end }}", ["'x'"]),
    ],
)
def test_conditions_are_found_where_they_stand(text: str, found: list[str] | None) -> None:
    assert conditions(text) == (found or ["eq .a `}}`", "not (.b | empty)"])


def test_literals_say_what_go_says() -> None:
    body = parsed('{{ printf "\\u0061\\x62\\143\\n" `\\n` }}')
    assert body is not None
    (node,) = body
    assert isinstance(node, Action)
    assert [operand.literal for operand in node.pipeline.commands[0][1:]] == ["abc\n", "\\n"]


def test_named_templates_have_their_body() -> None:
    body = parsed('{{ define "a" }}{{ template "b" . }}{{ end }}{{ block "c" .x }}y{{ end }}')
    assert body is not None
    assert [(node.name, node.pipeline is None) for node in body if isinstance(node, Definition)] == [
        ("a", True),
        ("c", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{{ if .a }}",
        "{{ end }}",
        "{{ }}",
        "{{ (.a }}",
        "{{ .a",
        '{{ "a }}',
        "{{/* a",
        "{{ define a }}{{ end }}",
        "{{ % }}",
    ],
)
def test_what_is_no_template_is_none(text: str) -> None:
    assert parsed(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
        "{{ if 1 }}" * 5_000 + "{{ end }}" * 5_000,
        '{{ "' + '\\"' * 50_000,
        "{{/*" * 50_000,
        "{{" * 100_000,
    ],
)
def test_hostile_text_comes_to_nothing(text: str) -> None:
    assert parsed(text) is None
