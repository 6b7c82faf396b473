"""What a file of a chart is, and what of it is comment."""

import pytest

from toetskader.facts.references import nested, placeholder
from toetskader.facts.secrets.comments import in_comment, without_template_comments
from toetskader.facts.secrets.files import is_documentation, is_lint_input, is_schema, is_test_suite
from toetskader.facts.secrets.shapes import leaks

URL = "postgres://user:password@host:5432/app"


def test_what_a_file_is() -> None:
    assert all(map(is_documentation, ("README.md", "README.md.gotmpl", "docs/x.rst", "docs/UITLEG.MD", "a.md.tmpl")))
    assert not any(map(is_documentation, ("values.yaml", "templates/_helpers.tpl", "app.gotmpl")))
    assert all(map(is_lint_input, ("ci/a-values.yaml", "charts/db/ci/x.yaml", "charts/a/charts/b/ci/x.yaml")))
    assert not any(map(is_lint_input, ("files/ci/x.yaml", "charts/ci/values.yaml", "ci.yaml")))
    assert all(map(is_schema, ("values.schema.json", "charts/a/values.schema.json", "crds/a.yaml")))
    assert not is_schema("files/values.schema.json")


def test_suites_of_helm_unittest() -> None:
    suite = "suite: x\ntests:\n  - it: y\n    asserts: []\n"
    assert is_test_suite("tests/web_test.yaml", suite)
    assert is_test_suite("charts/db/tests/values/a.yaml", "a: 1\n")
    assert is_test_suite("specs/web_test.yaml", suite)
    assert not is_test_suite("templates/tests/test-connection.yaml", suite)
    assert not is_test_suite("files/latest/x.yaml", "a: 1\n")


COMMENTS = {
    "of YAML": f"# {URL}\n",
    "at the end of a line": f"uri: ''  # zoals {URL}\n",
    "in a schema": f"uri:\n  description: 'zoals {URL}'\n",
    "of a template": f"{{{{/*\nvoorbeeld:\n  uri: {URL}\n*/}}}}\n",
    "of a template, trimmed": f"a: 1\n{{{{- /*\n  {URL}\n  en meer\n*/ -}}}}\nb: 1\n",
}


@pytest.mark.parametrize("text", COMMENTS.values(), ids=COMMENTS)
def test_a_sample_in_a_comment_is_none_elsewhere_it_is(text: str) -> None:
    assert leaks(text) == ()
    assert in_comment(text, text.index("://"))
    assert leaks(text.replace("user:password", "beheer:Welkom-2024"))
    assert leaks(f"uri: {URL}\n{text}")[0].line == 1


def test_templates_without_their_comments_keep_their_lines() -> None:
    text = "a: 1 {{/* b\nc */}} d\n{{- /* x */ -}}e /* f */ {{/* open"
    bare = without_template_comments(text)
    assert len(bare) == len(text)
    assert bare.split() == ["a:", "1", "}}", "d", "-}}e", "/*", "f", "*/"]
    assert bare.count("\n") == 2


@pytest.mark.parametrize("text", ["${A:${B:}}", "${A:-${B:-${C}}}", "${A:$B}", "${env:A:${B}}", "${A:}", "${A}"])
def test_placeholders_in_placeholders(text: str) -> None:
    assert nested(text)
    assert placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "${A:${B:zomer}}",
        "${A:zomer}",
        "${A:${B:}",
        "x${A:}",
        "${A:}x",
        "${A:${B:}}}",
        "${" * 5000 + "}" * 5000,
        "${A:" * 20,
    ],
)
def test_what_has_a_value_of_its_own_is_none(text: str) -> None:
    assert nested(text) == ()
    assert not placeholder(text)
