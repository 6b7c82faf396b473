"""Which dependencies take part."""

from typing import Any

import pytest

from toetskader.facts.subcharts import enabled_subcharts

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "no condition": ({"name": "db"}, {}, True),
    "condition true": ({"name": "db", "condition": "db.enabled"}, {"db": {"enabled": True}}, True),
    "condition false": ({"name": "db", "condition": "db.enabled"}, {"db": {"enabled": False}}, False),
    "condition without value": ({"name": "db", "condition": "db.enabled"}, {"db": 3}, True),
    "second path decides": ({"name": "db", "condition": " a.b,db.on "}, {"db": {"on": False}}, False),
    "a path with a space leads nowhere": ({"name": "db", "condition": "a.b, db.on"}, {"db": {"on": False}}, True),
    "tag false": ({"name": "db", "tags": ["data"]}, {"tags": {"data": False}}, False),
    "one tag true": ({"name": "db", "tags": ["data", "all"]}, {"tags": {"data": False, "all": True}}, True),
    "condition before tags": (
        {"name": "db", "condition": "db.on", "tags": ["data"]},
        {"tags": {"data": False}, "db": {"on": True}},
        True,
    ),
}


@pytest.mark.parametrize(("entry", "values", "enabled"), CASES.values(), ids=CASES)
def test_enabled(entry: dict[str, Any], values: dict[str, Any], enabled: bool) -> None:
    assert enabled_subcharts({"dependencies": [entry]}, values) == {"db": enabled}


def test_an_alias_counts_as_well() -> None:
    entries = [
        {"name": "db", "alias": "own", "condition": "own.on"},
        {"name": "db", "alias": "other", "condition": "other.on"},
    ]
    values = {"own": {"on": False}, "other": {"on": True}}
    assert enabled_subcharts({"dependencies": entries}, values) == {"db": True, "own": False, "other": True}


@pytest.mark.parametrize("dependencies", [None, 3, [3], [{"name": 3}], [{"condition": []}]])
def test_hostile_dependencies(dependencies: Any) -> None:
    assert enabled_subcharts({"dependencies": dependencies}, {}) == {}
