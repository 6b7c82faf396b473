"""Metrics as text: families and types, and where the format is broken; no values."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.facts.kubernetes.open_metrics import Form, families, form_of

GOOD = """# TYPE http_requests counter
# HELP http_requests Requests.
http_requests_total{code="200"} 5
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.1"} 1
latency_seconds_bucket{le="+Inf"} 2
latency_seconds_count 2
latency_seconds_sum 0.3
# EOF
"""


def test_openmetrics_gives_families_types_and_labels() -> None:
    found, problems = families(GOOD.encode(), "openmetrics")
    assert problems == ()
    assert [(item.name, item.type, item.unit, item.documented, item.labels) for item in found] == [
        ("http_requests", "counter", "", True, ("code",)),
        ("latency_seconds", "histogram", "seconds", False, ("le",)),
    ]


def test_the_older_format_has_the_same_names() -> None:
    text = "# TYPE http_requests_total counter\nhttp_requests_total 5\n# TYPE up gauge\nup 1\n"
    found, problems = families(text.encode(), "prometheus")
    assert ([(item.name, item.type) for item in found], problems) == (
        [("http_requests", "counter"), ("up", "gauge")],
        (),
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD.replace("# EOF\n", ""), 9),
        (GOOD.replace("latency_seconds_sum 0.3\n", "latency_seconds_sum jansen\n"), 9),
        (GOOD + "up 1\n", 11),
    ],
)
def test_a_broken_place_is_named_by_line_and_not_repeated(text: str, line: int) -> None:
    found, problems = families(text.encode(), "openmetrics")
    assert found[0].name == "http_requests"
    (problem,) = problems
    assert problem.en.startswith(f"line {line}:")
    assert "jansen" not in problem.en


def test_a_text_that_was_cut_has_no_end() -> None:
    found, problems = families(GOOD[: GOOD.index("latency_seconds_sum") + 4].encode(), "openmetrics", cut=True)
    assert problems == ()
    assert [item.name for item in found] == ["http_requests"]


def test_html_is_no_metrics() -> None:
    found, problems = families(b"<html><body>Aanmelden</body></html>\n", "prometheus")
    assert (found, len(problems)) == ((), 1)


def test_bytes_that_are_no_text_are_named() -> None:
    assert families(b"up 1\n\xff\n", "prometheus")[1][0].en == "line 2: is no UTF-8"


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", "openmetrics"),
        ("text/plain; version=0.0.4", "prometheus"),
        ("text/html", ""),
        ("", ""),
    ],
)
def test_the_content_type_names_the_format(content_type: str, form: str) -> None:
    assert form_of(content_type) == form


@given(st.binary(max_size=400), st.sampled_from(["openmetrics", "prometheus"]))
def test_no_text_breaks_the_parser(data: bytes, form: Form) -> None:
    found, problems = families(data, form)
    assert isinstance(msgspec.json.encode((found, problems)), bytes)
    assert len(problems) <= 1
