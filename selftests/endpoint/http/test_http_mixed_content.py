"""What a page asks for over http, as browsers read it."""

import socket

import pytest
from http_lab import Lab
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import address, answer, judge
from judged import page as judged_page
from test_http_hostile import read_request, reply

from toetskader.facts.endpoint.http import Page
from toetskader.facts.endpoint.loads import loaded, refresh, srcset, styles
from toetskader.facts.endpoint.markup import tags
from toetskader.facts.endpoint.page import examine, upgrades_requests


def page(html: str) -> Page:
    return examine(html.encode(), "text/html", url="https://app.example.nl/start/")


@pytest.mark.parametrize(
    ("html", "insecure"),
    [
        ("<script src=http://x.nl/a.js?k=v></script>", ("<script> http://x.nl/a.js?…",)),
        ("<link rel='Stylesheet' href=http://x.nl/a.css>", ("<link> http://x.nl/a.css",)),
        ("<link rel=prefetch href=http://x.nl/a>", ("<link> http://x.nl/a",)),
        ("<link rel=preload as=image imagesrcset='http://x.nl/a 2x'>", ("<link> http://x.nl/a",)),
        ("<img srcset='/a.png 1x, http://x.nl/b.png 2x'>", ("<img> http://x.nl/b.png",)),
        ("<img src=HTTP://x.nl/a.png srcset='b.png 2x'>", ("<img> http://x.nl/a.png",)),
        ("<picture><source srcset=http://x.nl/a></picture>", ("<source> http://x.nl/a",)),
        (
            "<video poster=http://x.nl/a><source src=http://x.nl/b></video>",
            ("<video> http://x.nl/a", "<source> http://x.nl/b"),
        ),
        ("<form action=http://x.nl/>", ("<form> http://x.nl/",)),
        ("<button formaction=http://x.nl/>", ("<button> http://x.nl/",)),
        ("<input type=image src=http://x.nl/a>", ("<input> http://x.nl/a",)),
        ("<svg><image xlink:href=http://x.nl/a /></svg>", ("<image> http://x.nl/a",)),
        ("<svg><script href=b.js /><image href=http://x.nl/a /></svg>", ("<image> http://x.nl/a",)),
        ("<table background=http://x.nl/a>", ("<table> http://x.nl/a",)),
        ("<a href=/x ping=http://x.nl/a>", ("<a> http://x.nl/a",)),
        ("<iframe srcdoc='&lt;img src=http://x.nl/a>'></iframe>", ("<img> http://x.nl/a",)),
        ("<template shadowrootmode=open><img src=http://x.nl/a></template>", ("<img> http://x.nl/a",)),
        ("<template></template><img src=http://x.nl/a>", ("<img> http://x.nl/a",)),
        ("<base href=http://x.nl/><img src=a.png>", ("<img> http://x.nl/a.png",)),
        ("<base target=x><base href=http://x.nl/><base href=/><img src=//y.nl/a>", ("<img> http://y.nl/a",)),
        ("<style>a{background:url( 'http://x.nl/a.png' )}</style>", ("<style> http://x.nl/a.png",)),
        ('<style>@import "http://x.nl/a.css" print;</style>', ("<style> http://x.nl/a.css",)),
        ("<style>a{b:image-set('http://x.nl/a' 1x)}</style>", ("<style> http://x.nl/a",)),
        ("<style>a{b:url(http\\3a //x.nl/a)}</style>", ("<style> http://x.nl/a",)),
        ("<p style='background:url(http://x.nl/a.png)'>", ("<p> http://x.nl/a.png",)),
        # what a browser does not ask for
        ("<a href=http://x.nl/>x</a><link rel=canonical href=http://x.nl/>", ()),
        ("<link rel='preconnect dns-prefetch' href=http://x.nl/><link rel=alternate href=http://x.nl/>", ()),
        ("<link rel=stylesheet disabled href=http://x.nl/a>", ()),
        ("<img src=//x.nl/a.png><script src=a.js></script>", ()),
        ("<img src=http://x.nl/a srcset='https://x.nl/a 1x'>", ()),
        ("<img srcset='/cdn/w=80,h=60/http://x.nl/a.png 1x, b.png 2x'>", ()),
        ("<picture><source src=http://x.nl/a></picture>", ()),
        ("<script type='text/template' src=http://x.nl/a><img src=http://x.nl/a></script>", ()),
        ("<input type=text src=http://x.nl/a>", ()),
        ("<form method=dialog action=http://x.nl/a>", ()),
        ("<iframe src=http://x.nl/a srcdoc='<p>'></iframe>", ()),
        ("<noscript><img src=http://x.nl/a></noscript>", ()),
        ("<template><img src=http://x.nl/a></template>", ()),
        ("<!-- <img src=http://x.nl/a> --><!--[if IE]><img src=http://x.nl/a><![endif]-->", ()),
        ("<textarea><img src=http://x.nl/a></textarea><p title='<img src=http://x.nl/a>'>", ()),
        ("<img src='http://[::1'>", ()),
        ("<img src=http://localhost:8080/a><img src=http://127.0.0.1/a><img src=http://[::1]/a>", ()),
        ("<base href=/a/><base href=http://x.nl/><img src=b>", ()),
        ("<base href=javascript:x><img src=b>", ()),
        ("<style>@namespace svg url(http://www.w3.org/2000/svg);</style>", ()),
        ("<style>/* url(http://x.nl/a) */ a:before{content:'http://x.nl/a'}</style>", ()),
        ("<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'></svg>", ()),
    ],
)
def test_mixed_content(html: str, insecure: tuple[str, ...]) -> None:
    assert page(html).insecure == insecure


UPGRADE = "<meta http-equiv=Content-Security-Policy content='upgrade-insecure-requests'>"
BLOCK = "<meta http-equiv=Content-Security-Policy content='block-all-mixed-content'>"
IMAGE = "<img src=http://x.nl/a>"


@pytest.mark.parametrize(
    ("html", "verdict"),
    [
        (f"<head><title>x</title>{UPGRADE}</head>{IMAGE}", "pass"),
        (f"<!doctype html>\n<!-- x -->\n{UPGRADE}<p>{IMAGE}", "pass"),
        (f"<head></head>{UPGRADE}{IMAGE}", "pass"),
        (f"<head><link rel=stylesheet href=http://x.nl/a>{UPGRADE}</head>", "fail"),  # asked for before it is read
        (f"<body>{UPGRADE}{IMAGE}", "fail"),  # a policy outside the head is not read
        (f"<p>x</p>{UPGRADE}{IMAGE}", "fail"),
        (f"x{UPGRADE}{IMAGE}", "fail"),
        (f"<head><template>{UPGRADE}</template></head>{IMAGE}", "fail"),
        (f"<!-- {UPGRADE} -->{IMAGE}", "fail"),
        (f"<head>{BLOCK}</head>{IMAGE}", "fail"),  # then the image is not there at all
        (f"<head>{UPGRADE.replace('Policy', 'Policy-Report-Only')}</head>{IMAGE}", "fail"),
    ],
)
def test_a_page_can_have_browsers_upgrade_what_follows(html: str, verdict: str) -> None:
    assert judge("http.standard_browser_security", address(document=judged_page(html))).verdict == verdict


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        ("default-src 'self'; Upgrade-Insecure-Requests", "pass"),
        ("block-all-mixed-content", "fail"),
        ("default-src upgrade-insecure-requests", "fail"),
    ],
)
def test_a_header_can_have_browsers_upgrade_all(policy: str, verdict: str) -> None:
    mixed = address(first=answer(content_security_policy=policy), document=judged_page(IMAGE))
    assert judge("http.standard_browser_security", mixed).verdict == verdict
    assert upgrades_requests(policy) == (verdict == "pass")


@pytest.mark.parametrize(
    ("content", "to"),
    [
        ("0;url=http://x.nl/", "http://x.nl/"),
        ("5", ""),
        ("0; 'a b'c", "a b"),
        ("3 start", "start"),
        ("0;URL = x", "x"),
        ("url=x", ""),
    ],
)
def test_where_a_page_sends_browsers_on_to(content: str, to: str) -> None:
    assert refresh(content) == to


def test_a_page_over_https_that_sends_browsers_on_to_http_does_not_enforce_https() -> None:
    def outcome(to: str) -> str:
        return judge(
            "http.enforced", address(document=judged_page(f"<meta http-equiv=refresh content='0;url={to}'>"))
        ).verdict

    assert outcome("http://app.example.nl/start") == "fail"
    assert outcome("https://app.example.nl/start") == "pass"
    assert outcome("/start") == "pass"


def test_a_header_that_sends_browsers_on_to_http_does_not_enforce_https() -> None:
    for to, verdict in (("http://app.example.nl/", "fail"), ("https://app.example.nl/", "pass"), ("/start", "pass")):
        assert judge("http.enforced", address(first=answer(refresh=f"0; url={to}"))).verdict == verdict


def test_style_sheets_of_the_page_on_the_host_are_read_too(lab: Lab) -> None:
    asked: list[bytes] = []
    links = "<link rel=stylesheet href='/a.css?v=3'><link rel=stylesheet href=https://elders.test/b.css>"
    sheet = b"@import '/c.css'; a{b:url(http://x.nl/a)} /* url(http://y.nl/) */ b{c:url(d.png)}"

    def talk(connection: socket.socket) -> None:
        while True:
            path = read_request(connection).split()[1]
            asked.append(path)
            css = path == b"/a.css"
            body, kind = (sheet, b"text/css") if css else (links.encode(), b"text/html")
            connection.sendall(reply(body, b"Content-Type: " + kind))

    with lab.talking(talk) as port:
        document = lab.one(port, deadline_s=30).document
    assert document is not None
    assert document.insecure == (f"https://app.example.nl:{port}/a.css: http://x.nl/a",)
    assert b"/b.css" not in asked


@settings(deadline=None)
@given(st.text(alphabet="<>/ =\"'\\;:,()@*abhtpurlimgsc", max_size=200))
def test_whatever_stands_in_a_page_is_read(text: str) -> None:
    page(text)
    list(styles(text))
    list(srcset(text))
    for tag in tags(text):
        list(loaded(tag))
