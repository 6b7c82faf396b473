"""Hosts and paths as browsers read them, where a name is written in its own script."""

import socket
from urllib.parse import urlsplit

import pytest
from http_lab import HOST, Lab
from hypothesis import given, settings
from hypothesis import strategies as st
from test_http_hostile import read_request, reply

from toetskader.collect.endpoint.http import collect_http
from toetskader.facts.endpoint.http import Answer, HttpFacts
from toetskader.facts.endpoint.security_txt import is_at
from toetskader.facts.endpoint.urls import ascii_host, host_of, request_target
from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.tls import ssl_context


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("café.example.nl", "xn--caf-dma.example.nl"),
        ("CAFÉ.Example.NL.", "xn--caf-dma.example.nl"),
        ("cafe\u0301.example.nl", "xn--caf-dma.example.nl"),
        ("caf%C3%A9.example.nl", "xn--caf-dma.example.nl"),
        ("XN--CAF-DMA.example.nl", "xn--caf-dma.example.nl"),
        ("straße.example.nl", "xn--strae-oqa.example.nl"),
        ("app。example。nl", "app.example.nl"),
        ("a\u00adpp.example.nl", "app.example.nl"),
        ("☃.example.nl", "xn--n3h.example.nl"),
        ("a_b.example.nl", "a_b.example.nl"),
        ("cafe.example.nl", "cafe.example.nl"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_a_name_in_its_own_script_is_one_host(written: str, host: str) -> None:
    assert ascii_host(written) == host
    assert host_of(urlsplit(f"https://[{written}]/" if ":" in written else f"https://{written}/")) == host


def test_a_look_alike_is_another_host() -> None:
    assert not is_at("https://\u0430pp.example.nl/", HOST, 443)  # its first letter is Cyrillic
    assert is_at("https://app.example.nl./", HOST, 443)
    assert not is_at("https://app.example.nl@elders.test/", HOST, 443)


def test_a_path_is_asked_for_as_browsers_do() -> None:
    asked = request_target(urlsplit("https://x.nl/één deel/%20?q=é '&r=a+b"))
    assert asked == "/%C3%A9%C3%A9n%20deel/%20?q=%C3%A9%20%27&r=a+b"
    assert request_target(urlsplit("https://x.nl")) == "/"


@settings(deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_written_gives_a_host_and_a_path(text: str) -> None:
    ascii_host(text)
    assert request_target(urlsplit("https://x.nl/")._replace(path=text, query=text)).isascii()


def test_a_redirect_to_the_name_in_its_own_script_stays_on_the_host(lab: Lab) -> None:
    host = "xn--caf-dma.example.nl"
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while True:
            path = read_request(connection).split()[1]
            asked.append(path)
            location = f"Location: https://CAFÉ.example.nl:{port}/één"
            moved = reply(b"", location.encode(), status=b"302 Found")
            connection.sendall(moved if path == b"/" else reply(b"<p>", b"Content-Type: text/html"))

    with lab.talking(talk, using=ssl_context("good", *Authority().issue([host]))) as port:
        facts = collect_http(host, port, port, "/", ["127.0.0.1"], allow_private=True, deadline_s=5, user_agent="x")
    assert isinstance(facts, HttpFacts)
    (address,) = facts.addresses
    assert isinstance(address.first, Answer)
    assert address.first.redirect is not None
    assert address.first.redirect.host == host
    assert address.document is not None
    assert b"/%C3%A9%C3%A9n" in asked
