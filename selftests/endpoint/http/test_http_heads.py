"""Heads of answers that are not as they should be, read as browsers read them."""

import pytest
from http_lab import Lab
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import NORM, address, http
from test_http_hostile import say

from tests.test_http import test_browsers_are_told_to_keep_to_https as judge_hsts
from toetskader.facts.endpoint.http import Answer
from toetskader.judging.findings import Findings

HSTS = b"Strict-Transport-Security: max-age=31536000"


def fields(lab: Lab, *lines: bytes, end: bytes = b"\r\n") -> Answer:
    head = [b"HTTP/1.1 200 OK", *lines, b"Content-Length: 1", b"", b"x"]
    with lab.talking(say(end.join(head)), tls=False) as port:
        found = lab.one(port, port, deadline_s=3).plain
    assert isinstance(found, Answer)
    return found


@pytest.mark.parametrize(
    "line",
    [
        b"My Header: x",
        b"no colon at all",
        b": without a name",
        b"H\xc3\xa9ader: x",
        b"(comment): x",
        b"X-Nul\x00: x",
        b"From somebody: x",
        b"HTTP/1.1 200 OK",
        b" folded right after the status",
        b"bad name: x\r\n that: goes on",
    ],
)
def test_fields_after_a_line_that_is_none_are_read(lab: Lab, line: bytes) -> None:
    found = fields(lab, b"X-Before: 1", line, HSTS) if line[:1] != b" " else fields(lab, line, HSTS)
    assert found.values("strict-transport-security") == ("max-age=31536000",)
    assert "that" not in " ".join(field.name for field in found.fields)


def test_a_name_with_white_space_before_the_colon_is_read_without(lab: Lab) -> None:
    assert fields(lab, b"X-Powered-By : PHP/8.1.2").values("x-powered-by") == ("PHP/8.1.2",)


def test_a_folded_field_is_one(lab: Lab) -> None:
    found = fields(lab, b"Content-Security-Policy: default-src 'self';", b"\tbase-uri 'none'", HSTS)
    assert " ".join(found.values("content-security-policy")[0].split()) == "default-src 'self'; base-uri 'none'"
    assert found.values("strict-transport-security") != ()


def test_a_bare_carriage_return_begins_no_field(lab: Lab) -> None:
    """RFC 9112, 2.2: it is read as a space."""
    found = fields(lab, b"X-Echo: a\rStrict-Transport-Security: max-age=31536000")
    assert found.values("strict-transport-security") == ()
    assert found.values("x-echo") == ("a Strict-Transport-Security: max-age=31536000",)


def test_empty_lines_between_answers_are_passed_over(lab: Lab) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx\r\n\r\n"
    with lab.talking(say(answer)) as port:
        address = lab.one(port)
    assert isinstance(address.first, Answer)
    assert isinstance(address.error, Answer)
    assert isinstance(address.security_txt.exchange, Answer)


def test_line_feeds_alone_end_lines(lab: Lab) -> None:
    assert fields(lab, b"Bad Name: x", HSTS, end=b"\n").values("strict-transport-security") != ()


def test_the_body_begins_where_it_should(lab: Lab) -> None:
    with lab.talking(say(b"HTTP/1.1 200 OK\r\nBad Name: x\r\nContent-Length: 7\r\n\r\n<p>one\n")) as port:
        address = lab.one(port)
    assert address.document is not None
    assert address.document.size == 7
    assert isinstance(address.error, Answer)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60).filter(lambda line: b"\n" not in line and line.strip(b"\r")))
def test_no_line_hides_the_next(lab: Lab, line: bytes) -> None:
    assert fields(lab, b"X-Before: 1", line.rstrip(b"\r"), HSTS).values("strict-transport-security") != ()


def test_that_internet_nl_may_miss_headers_after_such_a_line_is_told(lab: Lab) -> None:
    def told(*lines: bytes) -> bool:
        found = fields(lab, *lines, HSTS)
        findings = Findings()
        judge_hsts(http(address(first=found)), NORM, findings)
        return any("Browsers skip it" in note.en for note in findings.differences)

    assert told(b"Bad Name: x")
    assert not told(b"Good-Name: x")
