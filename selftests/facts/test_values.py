"""Leaves of a chart's values."""

import pytest

from toetskader.facts.names import words
from toetskader.facts.values import leaves

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
