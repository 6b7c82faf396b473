"""Forms in JSON and YAML: read strictly, and what no other reader would read the same is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.dossier.contents import read
from toetskader.collect.dossier.limits import Limits
from toetskader.collect.dossier.protocol import Request, Start
from toetskader.facts.dossier.attachments import Format, Read

SETTINGS = settings(max_examples=100, deadline=None, derandomize=True)
START = Start(limits=Limits(values=1000), roots=(), moment=datetime(2026, 11, 30, tzinfo=UTC))


def seen(content: bytes, form: Format = "json") -> Read:
    return read(Request(path="form", format=form, form=True), content, START)


def problem(content: bytes, form: Format = "json") -> str:
    found = seen(content, form)
    assert found.form is None
    assert found.attachment.problem is not None
    return found.attachment.problem.en


def test_read() -> None:
    assert seen(b'\xef\xbb\xbf{"a": [1, 2.5, null, true, "\\u00e9"]}').form == {"a": [1, 2.5, None, True, "é"]}
    assert seen(b"a: [1, 2.5, ~, true, 2026-12-31]\n", "yaml").form == {"a": [1, 2.5, None, True, "2026-12-31"]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b"{'a': 1}", "line 1, character 2"),
        (b'{"a": 1, "a": 2}', "the key a stands there twice"),
        (b'{"b": {"a": 1, "a": 1}}', "the key a stands there twice"),
        (b"[NaN]", "number"),
        (b"[-Infinity]", "number"),
        (b"[1e999]", "number"),
        (b"[1" + b"0" * 5000 + b"]", "number"),
        (b"[18446744073709551616]", "number"),
        (b'["\\ud800"]', "halves of characters"),
        (b'{"\\ud800": 1}', "halves of characters"),
        (b"[" * 41 + b"]" * 41, "40 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "40 levels"),
        (b'{"a":' * 100_000, "40 levels"),
        (b"[" + b"1," * 1000 + b"1]", "1000 values"),
        (b'["\xff"]', "not UTF-8"),
    ],
)
def test_refused_json(content: bytes, said: str) -> None:
    assert said in problem(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\na: 2\n", "line 2"),
        (b"a: !!python/object:os.system x\n", "tags"),
        (b"a: 1\n---\nb: 2\n", "second document"),
        (b"- " * 50 + b"x", "nested"),
        (b"a: &a [*a]\n", "refers to nothing"),
        (b"a: &a [x,x,x]\nb: &b [*a,*a,*a]\n" + b"".join(b"c%d: *b\n" % n for n in range(200)), "1000 values"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_refused_yaml(content: bytes, said: str) -> None:
    assert said in problem(content, "yaml")


def test_as_deep_as_may_be() -> None:
    assert seen(b"[" * 40 + b"]" * 40).attachment.problem is None


@pytest.mark.parametrize("form", ["csv", "other"])
def test_no_form(form: Format) -> None:
    found = seen(b'{"a": 1}', form)

    assert found.form is None


@SETTINGS
@given(st.binary(max_size=200), st.sampled_from(["json", "yaml"]))
def test_any_bytes_come_to_something(content: bytes, form: Format) -> None:
    found = seen(content, form)

    assert msgspec.json.decode(msgspec.json.encode(found), type=Read) == found


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=9),
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), below)
    ),
    max_leaves=20,
)


@SETTINGS
@given(VALUES)
def test_any_form_comes_back(value: Any) -> None:
    found = msgspec.json.decode(msgspec.json.encode(seen(json.dumps(value).encode())), type=Read)

    assert found.form == value
