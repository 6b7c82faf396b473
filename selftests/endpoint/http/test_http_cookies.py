"""Cookies as browsers read them, and those that they refuse."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import HOST, address, answer, judge

from toetskader.facts.endpoint.cookies import flaws, is_session, read_cookie, refusals
from toetskader.facts.endpoint.http import Cookie

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def read(field: str) -> Cookie:
    found = read_cookie(field, at=NOW)
    assert found is not None
    return found


def test_cookies_are_read_without_their_value() -> None:
    cookie = read("sid=s3cret; Path=/x; secure; HTTPONLY; SameSite=Lax; Max-Age=1; Domain=.example.nl")
    assert "s3cret" not in repr(cookie)
    assert (cookie.name, cookie.secure, cookie.http_only, cookie.same_site) == ("sid", True, True, "lax")
    assert (cookie.persistent, cookie.path, cookie.domain) == (True, "/x", ".example.nl")
    assert is_session(cookie)
    assert read("s3cret").name == ""
    assert not is_session(read("lang=nl; Max-Age=1"))
    assert not is_session(read("XSRF-TOKEN=1"))


@pytest.mark.parametrize("field", ["", "=", "; Secure", "a=b\x00c", "a=b\x7f; Secure", "a=" + "v" * 4_096])
def test_what_browsers_take_for_no_cookie_is_none(field: str) -> None:
    assert read_cookie(field) is None


def test_an_attribute_that_is_too_long_is_ignored() -> None:
    assert read("a=b; Path=/" + "p" * 1_024).path == ""
    assert read("a=b; SameSite=None; SameSite=Lax").same_site == "lax"


@pytest.mark.parametrize(
    ("attributes", "deleted"),
    [
        ("Max-Age=0", True),
        ("Max-Age=-5; Expires=Fri, 01 Jan 2038 00:00:00 GMT", True),
        ("Expires=Thu, 01-Jan-1970 00:00:01 GMT", True),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", False),
        ("Expires=Fri, 01 Jan 2038 00:00:00 GMT", False),
        ("Expires=0", False),
        ("Max-Age=soon", False),
        ("", False),
    ],
)
def test_a_cookie_that_is_taken_away_lacks_nothing(attributes: str, *, deleted: bool) -> None:
    cookie = read(f"sid=; SameSite=None; {attributes}")
    assert cookie.deleted == deleted
    assert (list(flaws(cookie)) == []) == deleted
    assert (list(refusals(cookie, HOST)) == []) == deleted


REFUSED = [
    "sid=1; HttpOnly; SameSite=None",
    "sid=1; samesite=NONE; Path=/",
    "sid=1; Partitioned; SameSite=Lax",
    "__Secure-sid=1; Path=/",
    "__Host-sid=1; Path=/",
    "__host-sid=1; Secure; Path=/app",
    f"__Host-sid=1; Secure; Path=/; Domain={HOST}",
    "sid=1; Secure; SameSite=Lax; Domain=elders.nl",
    "sid=1; Secure; SameSite=Lax; Domain=nl",
    "sid=1; Secure; SameSite=Lax; Domain=other.example.nl",
]
TAKEN = [
    "sid=1; Secure; HttpOnly; SameSite=None",
    "sid=1; HttpOnly",
    "sid=1; SameSite=Something",
    "sid=1; Secure; Partitioned; SameSite=None",
    "__Secure-sid=1; Secure",
    "__Host-sid=1; Secure; Path=/",
    "sid=1; Domain=.Example.NL",
    f"sid=1; Domain={HOST}",
    "sid=1; Domain=",
]


@pytest.mark.parametrize("field", REFUSED)
def test_a_cookie_that_browsers_refuse_does_not_work_with_standard_settings(field: str) -> None:
    outcome = judge("http.standard_browser_security", address(first=answer(cookies=(field,))))
    assert outcome.verdict == "fail"
    assert len(outcome.findings) == 1


@pytest.mark.parametrize("field", TAKEN)
def test_a_cookie_that_browsers_take_is_fine(field: str) -> None:
    assert judge("http.standard_browser_security", address(first=answer(cookies=(field,)))).verdict == "pass"


@pytest.mark.parametrize("where", ["hops", "sign_in"])
def test_cookies_on_the_way_count_and_those_of_a_firewall_do_not(where: str) -> None:
    seen = {where: (answer(cookies=(REFUSED[0],)),)}
    assert judge("http.standard_browser_security", address(**seen)).verdict == "fail"
    blocked = {"sign_in": (answer(403, cookies=(REFUSED[0],), blocker="F5"),)}
    assert judge("http.standard_browser_security", address(**blocked)).verdict == "pass"


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_a_server_sends_is_read(field: str) -> None:
    cookie = read_cookie(field, at=NOW)
    if cookie is not None:
        list(refusals(cookie, HOST))
        list(flaws(cookie))
