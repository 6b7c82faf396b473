"""Which dependencies take part."""

from datetime import UTC, datetime
from typing import Any

import pytest

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import ChartFiles
from toetskader.facts.subcharts import Off, enabled_subcharts, switched_off, unset
from toetskader.facts.templates import Templates
from toetskader.facts.values import leaves

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


def chart(metadata: dict[str, Any], files: dict[str, str]) -> ChartFiles:
    made = Provenance(at=datetime(2026, 11, 22, tzinfo=UTC), by="test", source="test")
    return ChartFiles(provenance=made, name="app", version="1.0.0", metadata=metadata, values={}, files=files)


def off(dependencies: list[dict[str, Any]], values: dict[str, Any], **files: str) -> Off:
    return switched_off(
        chart({"dependencies": dependencies}, {**{"charts/db/Chart.yaml": "name: db"}, **files}), values
    )


DB = {"name": "db", "condition": "db.on"}


def test_what_is_off_has_no_values_and_no_templates() -> None:
    found = off([DB], {"db": {"on": False}})
    assert (found.values, found.folders) == ({("db",)}, {"charts/db/"})
    assert found.files({"charts/db/templates/a.yaml": "", "templates/b.yaml": ""}) == {"templates/b.yaml": ""}
    on = off([DB], {"db": {"on": True}})
    assert (on.values, on.folders, on.sections) == (frozenset(), frozenset(), (("", ()), ("charts/db/", ("db",))))


def test_one_alias_that_is_on_keeps_the_templates() -> None:
    entries = [DB, {"name": "db", "alias": "second", "condition": "second.on"}]
    found = off(entries, {"db": {"on": False}, "second": {"on": True}})
    assert (found.values, found.folders) == ({("db",)}, frozenset())


def test_a_subchart_of_a_subchart() -> None:
    files = {
        "charts/db/Chart.yaml": "name: db\ndependencies: [{name: metrics, condition: metrics.on}]",
        "charts/db/charts/metrics/Chart.yaml": "name: metrics",
    }
    found = switched_off(chart({"dependencies": [DB]}, files), {"db": {"on": True, "metrics": {"on": False}}})
    assert (found.values, found.folders) == ({("db", "metrics")}, {"charts/db/charts/metrics/"})


def test_dependencies_in_a_file_of_their_own() -> None:
    files = {"charts/db/Chart.yaml": "name: db", "requirements.yaml": "dependencies: [{name: db, tags: [data]}]"}
    assert switched_off(chart({}, files), {"tags": {"data": False}}).values == {("db",)}


@pytest.mark.parametrize("text", ["[", "3", "&a [*a]", "a: " + "[" * 5000, "dependencies: {name: db}"])
def test_hostile_chart_files(text: str) -> None:
    files = {"charts/db/Chart.yaml": text, "requirements.yaml": text}
    assert switched_off(chart({"dependencies": [DB]}, files), {"db": {"on": False}}).values == {("db",)}


SETTINGS = {
    "{{ .Values.name }}": ["name"],
    "{{ .Values.db.host }}": ["db.host", "name"],
    "{{ .Values.host }}{{ .Values.db.on }}": ["db.on", "name"],
    "{{ toYaml .Values.db }}": ["db.host", "db.on", "name"],
}


@pytest.mark.parametrize(("template", "counts"), SETTINGS.items())
def test_a_value_of_what_is_off_counts_when_another_template_reads_it(template: str, counts: list[str]) -> None:
    values = {"db": {"on": False, "host": "pg"}, "name": "x"}
    templates = Templates({"templates/a.yaml": template})
    assert sorted(leaf.path for leaf in off([DB], values).settings(leaves(values), templates)) == counts


def test_settings_that_the_values_leave_null() -> None:
    files = {
        "values.yaml": "mail: {host: , port: 25, from: [null]}\nname: null\nlog:",
        "charts/db/Chart.yaml": "name: db",
        "charts/db/values.yaml": "password:",
        "charts/cache/Chart.yaml": "name: cache",
        "charts/cache/values.yaml": "password:",
    }
    entries = [DB, {"name": "cache", "condition": "cache.on"}]
    values = {"mail": {"port": 25}, "name": "x", "db": {"on": True}, "cache": {"on": False}}
    made = chart({"dependencies": entries}, files)
    found = unset(made, values, switched_off(made, values))
    assert [(leaf.path, leaf.words, leaf.text) for leaf in found] == [
        ("mail.host", "mail host", ""),
        ("log", "log", ""),
        ("db.password", "db password", ""),
    ]
