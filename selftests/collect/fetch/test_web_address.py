"""Addresses of the web: read once, and never in two ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.collect.fetch.web_address import WebAddress, read_address
from toetskader.core.failure import Failed

BASE = WebAddress("https", "charts.example", 443, "/stable/")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("https://Charts.Example/a b", None),
        ("https://Charts.Example./x", "https://charts.example/x"),
        ("HTTPS://charts.example:443", "https://charts.example/"),
        ("http://charts.example:8080/x?y=1#z", "http://charts.example:8080/x?y=1"),
        ("https://[2001:DB8:0::1]:444/", "https://[2001:db8::1]:444/"),
        ("https://gemeenté.example/é", "https://xn--gemeent-hya.example/%C3%A9"),
        ("https://①②⑦.0.0.1/", "https://127.0.0.1/"),
        ("https://charts.example/%2e%2E/a%zz", "https://charts.example/%2e%2E/a%zz"),
        ("https://user@charts.example/", None),
        ("https://charts.example\\@other.example/", None),
        ("https://charts.example\n/", None),
        ("https://[fe80::1%25eth0]/", None),
        ("https://[::1/", None),
        ("https://charts.example:99999/", None),
        ("https://charts.example:x/", None),
        ("https:///x", None),
        ("https://a..b*/", None),
        ("ftp://charts.example/", None),
        ("charts.example/x", None),
        ("https://" + "a" * 254 + "/", None),
        ("https://charts.example/" + "a" * 5_000, None),
    ],
)
def test_an_address(text: str, whole: str | None) -> None:
    if whole is None:
        with pytest.raises(Failed):
            read_address(text)
    else:
        assert read_address(text).whole == whole


@pytest.mark.parametrize(
    ("reference", "whole"),
    [
        ("a.tgz", "https://charts.example/stable/a.tgz"),
        ("/a.tgz", "https://charts.example/a.tgz"),
        ("//other.example/a", "https://other.example/a"),
        ("http://other.example/a", "http://other.example/a"),
        ("../../../a", "https://charts.example/a"),
        ("", "https://charts.example/stable/"),
    ],
)
def test_a_reference(reference: str, whole: str) -> None:
    assert read_address(reference, BASE).whole == whole


def test_what_is_shown_has_no_query() -> None:
    assert str(read_address("https://storage.example/x?signature=hunter2")) == "https://storage.example/x?…"


@given(st.text(max_size=60))
def test_anything_is_read_or_refused(text: str) -> None:
    for address in (text, f"https://{text}", f"https://charts.example/{text}"):
        try:
            found = read_address(address)
        except Failed:
            continue
        assert found.scheme in ("http", "https")
        assert found.whole.isascii()
        assert found.whole.isprintable()
        assert read_address(found.whole) == found
