"""Leaves of a chart's values."""

import pytest

from toetskader.facts.names import words
from toetskader.facts.values import leaves, texts_within, walk_leaves

WORDS = {
    "LOG_LEVEL": "log level",
    "logLevel": "log level",
    "log-level": "log level",
    "loglevel": "loglevel",
    "OIDCIssuerURL": "oidc issuer url",
    "Logging__LogLevel__Default": "logging log level default",
    "": "",
}


@pytest.mark.parametrize(("name", "expected"), WORDS.items())
def test_words(name: str, expected: str) -> None:
    assert words(name) == expected


def test_leaves() -> None:
    values = {
        "a": {"bC": 1.0, "none": None, "empty": {}},
        "list": ["x", {"y": False}],
        "env": [{"name": "TZ", "value": "UTC"}],
    }
    assert [(item.path, item.words, item.text) for item in leaves(values)] == [
        ("a.bC", "a b c", "1"),
        ("a.none", "a none", ""),
        ("a.empty", "a empty", ""),
        ("list.0", "list 0", "x"),
        ("list.1.y", "list 1 y", "False"),
        ("env.0.TZ", "env 0 tz", "UTC"),
        ("env.0.name", "env 0 name", "TZ"),
        ("env.0.value", "env 0 value", "UTC"),
    ]


def test_deep_values_are_read() -> None:
    values: dict[str, object] = {}
    for _ in range(5000):
        values = {"a": values}
    assert len(leaves({"b": values})) == 1


def test_leaves_are_walked_in_order_with_the_way_to_each() -> None:
    values = {"a": {"b": 1, "empty": {}, "none": None}, 3: ["x", [], {"y": False}], "": ""}
    assert [*walk_leaves(values)] == [
        (("a", "b"), 1),
        (("a", "empty"), {}),
        (("a", "none"), None),
        (("3", 0), "x"),
        (("3", 1), []),
        (("3", 2, "y"), False),
        (("",), ""),
    ]
    assert [*walk_leaves({})] == []
    assert [*texts_within(values)] == [value for _, value in walk_leaves(values) if isinstance(value, str)]
