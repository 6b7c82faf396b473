"""A deliberate difference of the norm is told beside a verdict that it bears on, and beside no other."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from judged import address, answer, file, judge, no_answer

from toetskader.facts.endpoint.http import FileAnswer, How

CAPITALS = (
    "default-src 'SELF' 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; script-src 'UNSAFE-INLINE'"
)
LOOSE = "default-src *; base-uri 'none'; form-action 'self'"
HEADERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "good": ({}, set()),
    "no header at all": ({"referrer_policy": None, "x_frame_options": None, "content_security_policy": None}, set()),
    "quoted max-age": ({"strict_transport_security": 'max-age="31536000"'}, {"hsts"}),
    "short max-age": ({"strict_transport_security": "max-age=1"}, set()),
    "frame-ancestors alone": ({"x_frame_options": None}, {"x_frame_options.frame_ancestors"}),
    "neither": ({"x_frame_options": None, "content_security_policy": LOOSE}, set()),
    "an unknown policy last": ({"referrer_policy": "no-referrer, later"}, {"referrer_policy"}),
    "an unknown policy first": ({"referrer_policy": "later, no-referrer"}, set()),
    "a keyword in capitals": ({"content_security_policy": CAPITALS}, {"content_security_policy"}),
    "a loose policy": ({"content_security_policy": LOOSE}, set()),
    "a cookie without Secure": ({"cookies": ("a=b",)}, {"cookies"}),
    "a good cookie": ({"cookies": ("a=b; Secure; HttpOnly; SameSite=Lax",)}, set()),
    "a version": ({"server": "nginx/1.18.0"}, {"server_banner"}),
    "no version": ({"server": "nginx"}, set()),
    "blocked": ({"status": 403, "blocker": "Cloudflare"}, {"measuring.blocker"}),
}


@pytest.mark.parametrize(("changes", "about"), HEADERS.values(), ids=HEADERS)
def test_headers(changes: dict[str, Any], about: set[str]) -> None:
    assert judge("http.security_headers", address(first=answer(**changes))).differences == about


def test_another_address_than_the_first_of_its_kind() -> None:
    bare = answer(x_content_type_options=None)
    first, second, other = "192.0.2.1", "192.0.2.2", "2001:db8::1"
    at = [(first, answer()), (second, bare), (other, answer())]
    for order, about in ((at, {"measuring.addresses"}), ([at[1], at[0], at[2]], set()), ([at[0], at[2]], set())):
        found = judge("http.security_headers", *(address(address=name, first=given) for name, given in order))
        assert found.differences == about


def test_http2_alone() -> None:
    only = msgspec.structs.replace(answer(), protocol="HTTP/2")
    assert judge("http.enforced", address(first=only)).differences == {"measuring.http2"}
    assert judge("http.enforced", address()).differences == frozenset()


FILES: dict[str, tuple[FileAnswer, set[str]]] = {
    "good": (file(), set()),
    "absent": (file(status=404), {"security_txt.demanded"}),
    "expired": (file("Contact: mailto:a@example.nl\nExpires: 2020-01-01T00:00:00Z\n"), {"security_txt.demanded"}),
    "elsewhere": (file(status=302, to="https://other.example/security.txt"), {"security_txt.elsewhere"}),
    "unreachable": (FileAnswer(exchange=no_answer(How.TIMED_OUT)), {"security_txt.unreachable"}),
}


@pytest.mark.parametrize(("given", "about"), FILES.values(), ids=FILES)
def test_security_txt(given: FileAnswer, about: set[str]) -> None:
    assert judge("http.security_txt", address(security_txt=given)).differences == about


def test_security_txt_that_is_not_demanded() -> None:
    found = judge("http.security_txt", address(security_txt=file(status=404)), params={"demanded": False})
    assert replace(found, reason="").differences == frozenset()
