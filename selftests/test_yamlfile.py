"""Our YAML is read strictly, within limits, and every error says where and what to do."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.text import Text
from toetskader.yamlfile import MAX_BYTES, MAX_DEPTH, MAX_ERRORS, FileError, FileErrors, YamlFile, read_yaml


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("42", 42),
        ("-7", -7),
        ("0", 0),
        ("1.35", 1.35),
        ("-2.5e3", -2500.0),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("12:30:00", "12:30:00"),
        ("581-582", "581-582"),
        ("2025-12-31", "2025-12-31"),
        ("2025-12-31T10:00:00Z", "2025-12-31T10:00:00Z"),
        ("0x1F", "0x1F"),
        ("010", "010"),
        ("1_000", "1_000"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("<<", "<<"),
        ("9" * 5000, "9" * 5000),
        ('"true"', "true"),
        ("'42'", "42"),
        ("|\n  true\n", "true\n"),
    ],
)
def test_a_plain_scalar_is_only_what_json_would_make_of_it(tmp_path: Path, scalar: str, value: object) -> None:
    read = read_yaml(write(tmp_path, f"key: {scalar}")).data["key"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_always_text(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "{1: a, true: b, null: c, NO: d}")).data == {
        "1": "a",
        "true": "b",
        "null": "c",
        "NO": "d",
    }


def test_an_alias_stands_for_what_it_names(tmp_path: Path) -> None:
    read = read_yaml(write(tmp_path, "a: &texts {nl: ja, en: yes}\nb: *texts\nc: &n 3\nd: [*n, *n]"))
    assert read.data == {"a": {"nl": "ja", "en": "yes"}, "b": {"nl": "ja", "en": "yes"}, "c": 3, "d": [3, 3]}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, b"\xef\xbb\xbfkey: 1")).data == {"key": 1}


_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3", 3, "key a stands here twice, first on line 1"),
        ("list:\n  - {x: 1,\n     x: 2}", 3, "key x stands here twice"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", 2, "tags (!…) are not allowed"),
        ("a: !!str 1", 1, "tags (!…) are not allowed"),
        ("a: ! 1", 1, "tags (!…) are not allowed"),
        ("!secret a: 1", 1, "a key must be plain text"),
        ("a: 1\n? [b, c]\n: 2", 2, "a key must be plain text"),
        ("a: &x 1\n*x : 2", 2, "a key must be plain text"),
        ("a: 1\n---\nb: 2", 2, "a second document starts here"),
        ("", 0, "is empty"),
        ("# only a comment\n", 0, "is empty"),
        ("a: [1,\nb: 2", 3, "is not valid YAML"),
        ("a: 1\n\tb: 2", 2, "is not valid YAML: there is a tab here; indent with spaces"),
        ("a:\n  b: 1\n\tc: 2", 3, "is not valid YAML: there is a tab here"),
        ("a: 'open", 1, "is not valid YAML: a quotation mark that opens here is not closed"),
        ('a: "open\nb: 1\nc: 2\n', 1, "is not valid YAML: a quotation mark that opens here is not closed"),
        ("a: b: c", 1, "is not valid YAML: there can be no key here; put a value with a colon in quotation marks"),
        ("é: 1\nb: \x07", 2, "is not valid YAML"),
        (b"a: 1\nb: \xff\xfe", 2, "is not UTF-8"),
        ("a: 1".encode("utf-16"), 1, "is not UTF-8"),
        ("a: [*unknown]", 1, "*unknown refers to nothing before it"),
        ("a: &a\n  - *a", 2, "*a refers to nothing before it"),
        (_BOMB, 6, "has more than 100000 values"),
        ("[" * 100_000, 1, f"is nested deeper than {MAX_DEPTH} levels"),
        ("{a: " * 1000, 1, f"is nested deeper than {MAX_DEPTH} levels"),
        ("- " * 1000, 1, f"is nested deeper than {MAX_DEPTH} levels"),
        ("[" + "a," * 150_000 + "]", 1, "has more than 100000 values"),
        (b"a: " + b"x" * MAX_BYTES, 0, "is larger than 2 MB"),
    ],
)
def test_what_is_refused_is_refused_with_its_line(tmp_path: Path, content: str | bytes, line: int, words: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(FileError) as refusal:
        read_yaml(path)
    assert refusal.value.line == line
    assert refusal.value.message.en.startswith(words)
    assert str(refusal.value).startswith(f"{path}:{line}: " if line else f"{path}: ")


def test_a_file_that_is_not_there_gets_a_suggestion(tmp_path: Path) -> None:
    write(tmp_path, "a: 1")
    with pytest.raises(FileError) as refusal:
        read_yaml(tmp_path / "flie.yaml")
    assert refusal.value.text("nl") == f"{tmp_path}/flie.yaml: bestaat niet. Bedoelt u file.yaml?"
    assert refusal.value.text("en") == f"{tmp_path}/flie.yaml: does not exist. Did you mean file.yaml?"


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path, tmp_path / "pipe.yaml"):
        with pytest.raises(FileError) as refusal:
            read_yaml(path)
        assert refusal.value.message.en == "is not a regular file"
    with pytest.raises(FileError) as refusal:
        read_yaml(tmp_path / ("x" * 5000))
    assert refusal.value.message.en == "cannot be read: the name is too long"


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    level: Literal[1, 2]
    day: date | None = None
    files: tuple[str, ...] | dict[str, bool] = ()


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    version: str
    count: int = 0
    ratio: Annotated[float, msgspec.Meta(le=1)] = 0.5
    flag: bool = False
    items: tuple[Inner, ...] = ()
    named: Annotated[dict[Literal["chart", "image"], Inner], msgspec.Meta(min_length=1)] | None = None
    secret: Annotated[str, msgspec.Meta(pattern="^x$", extra={"expected": Text("x", "an x"), "secret": True})] = "x"


def errors_of(file: YamlFile) -> list[str]:
    with pytest.raises(FileErrors) as refusal:
        file.convert(Outer)
    return [f"{error.line} {error.path}: {error.message.en}" for error in refusal.value.errors]


def test_everything_that_does_not_fit_is_reported_at_once_in_plain_words(tmp_path: Path) -> None:
    content = """\
version: 1.35
coutn: 3
count: "3"
flag: NO
items:
  - level: 3
    day: 2025-02-30
  - day: 2025-12-31
    files: 7
  - 12
  - level: 1
    files:
      a: true
      b: 1
named:
  cart: {level: 1}
secret: hunter2
"""
    assert errors_of(read_yaml(write(tmp_path, content))) == [
        "1 version: expected: text; found: 1.35. Put quotation marks around it",
        "2 coutn: unknown key coutn. Did you mean count?",
        '3 count: expected: a whole number; found: "3"',
        '4 flag: expected: true or false; found: "NO"',
        "6 items[0].level: expected: one of 1, 2; found: 3",
        '7 items[0].day: expected: a date, such as 2025-12-31; found: "2025-02-30"',
        "8 items[1]: key level is missing; add it",
        "9 items[1].files: expected: a list or a mapping; found: 7",
        "10 items[2]: expected: a mapping; found: 12",
        "14 items[3].files.b: expected: true or false; found: 1",
        '16 named.cart: expected: one of chart, image; found: "cart". Did you mean chart?',
        "17 secret: expected: an x",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("- a", "1 : expected: a mapping; found: a list"),
        ("{version: x, items: {a: 1}}", "1 items: expected: a list; found: a mapping"),
        ("{version: x, named: {}}", "1 named: at least one key must stand here"),
        ("{version: null}", "1 version: expected: text; found: nothing"),
        ("version: x\nratio: 2", "2 ratio: does not fit the model: Expected `float` <= 1.0"),
        ("{version: x, flag: 1}", "1 flag: expected: true or false; found: 1"),
    ],
)
def test_single_mistakes_read_well(tmp_path: Path, content: str, expected: str) -> None:
    assert errors_of(read_yaml(write(tmp_path, content))) == [expected]


def test_a_file_that_fits_becomes_its_model(tmp_path: Path) -> None:
    content = "version: '1.35'\nitems:\n  - {level: 2, day: 2025-12-31, files: [a]}\nnamed: {chart: {level: 1}}"
    made = read_yaml(write(tmp_path, content)).convert(Outer)
    assert made.items == (Inner(level=2, day=date(2025, 12, 31), files=("a",)),)
    assert made.named == {"chart": Inner(level=1)}


def test_messages_stay_short_and_printable(tmp_path: Path) -> None:
    errors = errors_of(read_yaml(write(tmp_path, '{version: x, "\\e[31m\\nok": 1, ' + "y" * 500 + ": 1}")))
    assert all(line.isprintable() for line in errors)
    assert max(map(len, errors)) < 300


def test_a_hostile_file_cannot_flood_the_screen(tmp_path: Path) -> None:
    keys = "".join(f"version{number}: 1\n" for number in range(20_000))
    assert len(errors_of(read_yaml(write(tmp_path, keys)))) == MAX_ERRORS


def test_the_line_of_a_place_that_is_not_there_is_that_of_what_is_around_it(tmp_path: Path) -> None:
    file = read_yaml(write(tmp_path, "a:\n  - x\n  - b: 1\n    c:\n      d: 2\n"))
    assert [file.line(path) for path in (("a",), ("a", 1), ("a", 1, "c", "d"), ("a", 1, "zz"), ("q",), ())] == [
        1,
        3,
        5,
        3,
        1,
        1,
    ]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yaml") / "file.yaml"


_YAMLISH = st.lists(
    st.sampled_from([*"{}[]:,-?&*!|>'\"%@#\n \t\\a1", "---", "...", "&a ", "*a", "!!str ", "\x00", "\\ud800", "é"])
)


@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(content=st.binary() | st.text().map(str.encode) | _YAMLISH.map(lambda parts: "".join(parts).encode()))
def test_no_content_at_all_causes_anything_but_a_file_error(scratch: Path, content: bytes) -> None:
    scratch.write_bytes(content)
    try:
        file = read_yaml(scratch)
        file.convert(Outer)
        outcome = ""
    except (FileError, FileErrors) as error:
        outcome = error.text("nl")
    assert outcome == "" or outcome.startswith(f"{scratch}:")


_TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXT,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_TEXT, below, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(data=_JSON)
def test_json_is_read_as_it_was_written(scratch: Path, data: Any) -> None:
    scratch.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert read_yaml(scratch).data == data
