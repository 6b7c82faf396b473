"""Shapes of log lines: JSON, level, moment in UTC; and nothing of what they say."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.facts.kubernetes.live import LogTail
from toetskader.facts.kubernetes.log_shapes import log_tail


def tail(*lines: str, cut: bool = False) -> LogTail:
    return log_tail("\n".join(lines).encode() + b"\n", pod="p", container="c", cut=cut)


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ('{"level":"INFO","time":"2026-01-01T10:00:00Z"}', "info"),
        ('{"severity":"Warning","timestamp":"2026-01-01T10:00:00.123+00:00"}', "warning"),
        ('{"log.level":"error","@timestamp":"2026-01-01T10:00:00.123Z"}', "error"),
        ('{"log":{"level":"debug"},"ts":1767261600.123}', "debug"),
        ('{"level":30,"time":1767261600123}', "info"),
        ('{"@t":"2026-01-01T10:00:00.0000000Z","@m":"x"}', "information"),
        ('{"@t":"2026-01-01T10:00:00.0000000Z","@l":"Fatal"}', "fatal"),
        ('{"SeverityText":"ERROR","TimeUnixNano":"1767261600123000000"}', "error"),
    ],
)
def test_json_with_level_and_utc(line: str, level: str) -> None:
    found = tail(line)
    assert (found.lines, found.json, found.levels, found.utc, found.other_times) == (1, 1, 1, 1, 0)
    assert found.level_names == (level,)


@pytest.mark.parametrize(
    "line",
    [
        '{"level":"info","time":"2026-01-01T10:00:00+01:00"}',
        '{"level":"info","time":"2026-01-01 10:00:00"}',
        '{"level":"info","time":"10:00:00"}',
        '{"level":"info","time":"Jan  1 10:00:00"}',
    ],
)
def test_a_moment_that_is_not_in_utc(line: str) -> None:
    found = tail(line)
    assert (found.json, found.levels, found.utc, found.other_times) == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("line", "levels", "utc", "other"),
    [
        ("2026-01-01T10:00:00Z INFO gestart", 1, 1, 0),
        ("2026-01-01 10:00:00,123 [ERROR] mis", 1, 0, 1),
        ("I0102 10:00:00.000000 1 main.go:1] x", 1, 0, 1),
        ("level=warn ts=2026-01-01T10:00:00Z msg=x", 1, 1, 0),
        ('10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200', 0, 1, 0),
        ("er ging een error voorbij en info ook", 0, 0, 0),
        ("\tat nl.voorbeeld.Zaak.open(Zaak.java:12)", 0, 0, 0),
    ],
)
def test_plain_lines(line: str, levels: int, utc: int, other: int) -> None:
    found = tail(line)
    assert (found.lines, found.json, found.levels, found.utc, found.other_times) == (1, 0, levels, utc, other)


@pytest.mark.parametrize(
    ("line", "elsewhere"),
    [
        ('{"level":"info","time":"2026-01-01T10:00:00+01:00"}', 1),
        ('{"level":"info","time":"2026-01-01T10:00:00.123-0530"}', 1),
        ("2026-07-01 10:00:00,123 +0200 [ERROR] mis", 1),
        ('10.0.0.1 - - [02/Jan/2026:03:04:05 +0100] "GET / HTTP/1.1" 200', 1),
        ('{"level":"info","time":"2026-01-01 10:00:00"}', 0),
        ('{"level":"info","time":"2026-01-01T10:00:00+00:00"}', 0),
        ("2026-01-01 10:00:00 - 1234 requests", 0),
        ("2026-01-01 10:00:00 -12345 bytes", 0),
    ],
)
def test_a_moment_in_another_zone(line: str, elsewhere: int) -> None:
    assert tail(line).elsewhere == elsewhere


def test_what_is_no_level_is_none() -> None:
    found = tail('{"level":true}', '{"level":"gold"}', '{"level":7}', '{"level":{"a":1}}', '{"message":"ERROR"}')
    assert (found.json, found.levels) == (5, 0)


def test_broken_json_counts_as_such_and_a_list_is_no_line_of_json() -> None:
    found = tail('{"level":"info"', "[1, 2]", '"tekst"', "", "   ")
    assert (found.lines, found.json, found.broken_json) == (3, 0, 1)


def test_half_a_line_at_a_cut_is_left_out() -> None:
    data = b'{"level":"info"}\n{"level":"inf'
    assert log_tail(data, pod="p", container="c", cut=True).lines == 1
    assert log_tail(data, pod="p", container="c").broken_json == 1


def test_deep_json_is_no_crash() -> None:
    found = tail('{"a":' * 50_000)
    assert (found.lines, found.broken_json) == (1, 1)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_nothing_of_a_line_is_kept(lines: list[bytes]) -> None:
    secret = b"ouderdomspensioen999993653"
    found = log_tail(b"\n".join(line + secret for line in lines), pod="p", container="c")
    assert secret not in msgspec.json.encode(found)
    assert found.json + found.broken_json <= found.lines
    assert found.utc + found.other_times <= found.lines
