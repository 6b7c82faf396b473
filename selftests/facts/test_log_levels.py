"""Log levels that a schema or documentation lists."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import ChartFiles
from toetskader.facts.log_levels import enumerated_levels, missing_levels


def listed(
    *, readme: str = "", schema: dict[str, Any] | None = None, names: Iterable[str] = ("LOG_LEVEL",)
) -> list[tuple[str, int, tuple[str, ...]]]:
    chart = ChartFiles(
        provenance=Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test"),
        name="chart",
        version="1.0.0",
        metadata={},
        values={},
        schema=schema,
        files={"README.md": readme},
    )
    found = enumerated_levels(chart, frozenset(names))
    return [(source, line, missing_levels(levels)) for source, line, levels in found]


LINES = {
    "`LOG_LEVEL`: debug, info, warn, error of fatal": [("README.md", 1, ())],
    "`LOG_LEVEL`: DEBUG, INFO, WARNING, ERROR, CRITICAL": [("README.md", 1, ())],
    "`LOG_LEVEL`: debug, info, error": [("README.md", 1, ("warn", "fatal"))],
    "`LOG_LEVEL`: set to debug or info": [],
    "`OTHER`: debug, info, error": [],
}


@pytest.mark.parametrize(("line", "expected"), LINES.items())
def test_in_documentation(line: str, expected: list[object]) -> None:
    assert listed(readme=line) == expected


def test_a_line_that_names_several_variables_is_one_list() -> None:
    names = ("LOG_LEVEL", "APP_LOG_LEVEL", "WORKER_LOG_LEVEL")
    lines = "`APP_LOG_LEVEL`: debug, info, error\n`LOG_LEVEL` and `WORKER_LOG_LEVEL`: debug, warn, error\n"
    expected = [("README.md", 1, ("warn", "fatal")), ("README.md", 2, ("info", "fatal"))]
    assert listed(readme=lines, names=names) == expected


def test_in_a_schema() -> None:
    level = {"enum": ["debug", "info", "error"]}
    schema = {"properties": {"logging": {"properties": {"level": level, "color": {"enum": ["red"]}}}}}
    assert listed(schema=schema) == [("values.schema.json", 0, ("warn", "fatal"))]
    assert listed(schema={"properties": {"level": level}}) == []
    assert listed(schema={"properties": [3], "enum": 4}) == []
