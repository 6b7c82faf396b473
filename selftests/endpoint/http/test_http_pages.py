"""What is derived from documents: plug-ins, mixed content, leaks, sign-in, and what stands in front of a site."""

import pytest
from judged import answer

from toetskader.facts.endpoint.blockers import blocker
from toetskader.facts.endpoint.escape import escaped, without_query
from toetskader.facts.endpoint.http import Page
from toetskader.facts.endpoint.markup import tags
from toetskader.facts.endpoint.page import examine, likeness


def page(html: str, content_type: str = "text/html") -> Page:
    return examine(html.encode(), content_type, url="https://app.example.nl/start/")


@pytest.mark.parametrize(
    ("html", "plug_ins"),
    [
        ("<object classid='clsid:1' data=x.svg></object>", ("<object>",)),
        ("<applet code=A></applet>", ("<applet>",)),
        ("<embed src=a.swf?t=secret>", ("<embed> a.swf?…",)),
        ("<embed type=application/x-shockwave-flash>", ("<embed> application/x-shockwave-flash",)),
        ("<object data=a.svg type='image/svg+xml'></object>", ()),
        ("<embed src=/brief.pdf>", ()),
        ("<!-- <applet> --><script>'<applet>'</script><textarea><applet></textarea>", ()),
        ("<p title='<applet>'>", ()),
    ],
)
def test_plug_ins(html: str, plug_ins: tuple[str, ...]) -> None:
    found = page(html).plug_ins
    assert len(found) == len(plug_ins)
    assert all(seen.startswith(expected) for seen, expected in zip(found, plug_ins, strict=True))


@pytest.mark.parametrize(
    ("html", "handlers", "downloads"),
    [
        ("<a href='ms-word:ofe|u|https://x'>", ("<a> ms-word:",), ()),
        ("<iframe src='citrix-receiver://x'>", ("<iframe> citrix-receiver:",), ()),
        ("<a href='mailto:a@b.nl'><a href='tel:+31'><a href='javascript:x()'><a href='localhost:80/x'>", (), ()),
        ("<a href='/a/setup.MSI?v=1'>", (), ("https://app.example.nl/a/setup.MSI?…",)),
        ("<meta http-equiv=refresh content='0; url=client.exe'>", (), ("https://app.example.nl/start/client.exe",)),
        ("<a href='/rapport.pdf'>", (), ()),
    ],
)
def test_what_needs_another_program(html: str, handlers: tuple[str, ...], downloads: tuple[str, ...]) -> None:
    found = page(html)
    assert found.handlers == handlers
    assert found.downloads == downloads


def test_sign_in() -> None:
    found = page("<a href='/account/login?next=/'>x</a><a href='/blog/logging'>y</a><input TYPE='Password'>")
    assert found.sign_in == ("https://app.example.nl/account/login",)
    assert found.password_form


@pytest.mark.parametrize(
    ("body", "content_type", "form", "api"),
    [
        ("<!DOCTYPE html><p>", "", "html", False),
        ("", "text/html", "empty", False),
        ('{"openapi": "3.1.0"}', "application/json", "json", True),
        ('{"a": 1}', "application/problem+json", "json", False),
        ("[" * 100_000, "application/json", "json", False),
        ("<wsdl:definitions xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/'>", "text/xml", "xml", True),
        ("openapi: 3.0.0\n", "application/yaml", "other", True),
        ("x", "application/octet-stream", "other", False),
    ],
)
def test_forms(body: str, content_type: str, form: str, *, api: bool) -> None:
    found = page(body, content_type)
    assert (found.form, found.api_document) == (form, api)


def test_charsets() -> None:
    html = "<applet code='é'>"
    assert examine(html.encode("utf-16"), "text/html", url="https://x.nl/").plug_ins != ()
    assert examine(html.encode("latin-1"), "text/html; charset=ISO-8859-1", url="https://x.nl/").plug_ins != ()
    assert examine(html.encode(), "text/html; charset=rot13", url="https://x.nl/").plug_ins != ()


def test_likeness() -> None:
    words = [f"woord{number}" for number in range(1000)]
    one = page(" ".join(words))
    assert likeness(one, page("<p>" + " ".join(words))) > 0.99
    assert 0.85 < likeness(one, page(" ".join([*words[:900], *(f"x{n}" for n in range(100))]))) < 0.95
    assert likeness(one, page("iets heel anders")) < 0.1
    assert likeness(one, page("")) == 0


HOSTILE = [
    "<" * 500_000,
    "<a " * 200_000,
    "<a b='" * 100_000,
    "<!--" * 200_000,
    "<script>" * 100_000,
    "<script>" + "</" * 300_000,
    "<a " + "x=" * 300_000,
    "<a b='" + "&" * 500_000 + "'>",
    "<style>" + "url(http://" * 50_000 + "</style>",
    "<img srcset='" + "http://x.nl/ ," * 50_000 + "'>",
    "at a" * 200_000,
    "Warning: " + "x " * 300_000,
    "<a href='" + "/" * 500_000 + ".exe'>",
    "<a href='" + "log-" * 100_000 + "'>",
    "<base href='http://[' ><img src=x>",
    "\x00" * 500_000,
]


@pytest.mark.parametrize("html", HOSTILE, ids=[repr(html[:12]) for html in HOSTILE])
def test_a_hostile_page_is_read_in_little_memory_and_time(html: str) -> None:
    found = page(html)
    assert found.size == len(html)
    assert len(repr(found)) < 50_000


def test_a_page_with_a_hundred_thousand_tags_gives_few_facts() -> None:
    found = page("<applet>" * 100_001)
    assert len(found.plug_ins) == 1
    assert not found.complete
    assert sum(1 for _ in tags("<a b=c d>" * 1000)) == 1000


TSPD = "Please enable JavaScript to view the page content.<br/>Your support ID is: 17."


@pytest.mark.parametrize(
    ("status", "headers", "text", "by"),
    [
        (403, {"server": "cloudflare"}, "", "Cloudflare"),
        (503, {}, "<title>Attention Required! | Cloudflare</title>", "Cloudflare"),
        (200, {"cf_mitigated": "challenge"}, "Just a moment...", "Cloudflare"),
        (403, {"server": "AkamaiGHost"}, "<H1>Access Denied</H1>", "Akamai"),
        (200, {}, "<script src='/_Incapsula_Resource?x'></script><body></body>", "Imperva"),
        (200, {}, "<iframe src='/_Incapsula_Resource?incident_id=1'>Incapsula incident ID: 1</iframe>", "Imperva"),
        (200, {}, f"<script src='/TSPD/a.js'></script><noscript>{TSPD}</noscript>", "F5"),
        (200, {}, "<title>Making sure you&#39;re not a bot!</title><script src=/x.js></script><p>Loading", "Anubis"),
        (503, {}, "<script src='/_Incapsula_Resource?x'></script><p>Niet beschikbaar", "Imperva"),
        (503, {}, "<h1>Your access to this site has been limited by the site owner</h1>", "Wordfence"),
        (403, {}, "<title>Sucuri Website Firewall - Access Denied</title>", "Sucuri"),
        (
            200,
            {},
            "<script>document.cookie='a=b';location.reload()</script><noscript>Zet aan</noscript>",
            "challenge",
        ),
        (200, {}, "<script>document.cookie='a=b'</script><script src=/app.js></script>", ""),
        (200, {}, "<script>document.cookie='a=b';location.reload()</script><a href=/start>Start</a>", ""),
        (200, {}, "<script>if (location == x) {document.cookie='a=b'}</script><p>Welkom", ""),
        (
            200,
            {},
            "<h2>Error</h2><p>This page can't be displayed. Contact support for additional information.",
            "Imperva",
        ),
        (403, {}, "<title>CrowdSec Access Forbidden</title><p>You are unable to visit the website.", "CrowdSec"),
        (503, {}, "<title>Web Page Blocked</title><p>In accordance with company policy.", "firewall"),
        (503, {}, "<h1>Deze pagina is er even niet</h1>", ""),
        # pages of the site, with a product's script in them
        (200, {}, "<script src='/_Incapsula_Resource?x'></script><h1>Welkom</h1>", ""),
        (200, {}, "<script src='/_Incapsula_Resource?x'></script><div id=app></div><script src=/app.js></script>", ""),
        (200, {}, "<h1>Zaken</h1><script>a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script>", ""),
        (200, {}, "<form><input name=q></form><script src='/akam/13/5a2b'></script>", ""),
        (200, {}, "<p>Inloggen<script src='/TSPD/08a.js'></script>", ""),
        (200, {}, "<script>AwsWafIntegration.getToken()</script><a href=/zaken>Zaken</a>", ""),
        (200, {}, "<title>Over firewalls</title><p>" + "woord " * 80 + "Incapsula incident ID: 1", ""),
        (404, {}, "<h1>Niet gevonden</h1><script src='/_Incapsula_Resource?x'></script>", ""),
        # what is in front passes on that nothing is available
        (503, {"server": "awselb/2.0"}, "<h1>503 Service Temporarily Unavailable</h1>", ""),
        (503, {"server": "cloudflare"}, "<h1>Onderhoud</h1>", ""),
        (403, {"server": "awselb/2.0"}, "", "AWS WAF"),
        (202, {"x_amzn_waf_action": "challenge"}, "", "AWS WAF"),
        (403, {"x_azure_ref": "x"}, "The request is blocked.", "Azure Front Door"),
        (403, {"server": "Microsoft-Azure-Application-Gateway/v2"}, "", "Azure WAF"),
        (200, {}, "The requested URL was rejected. Please consult with your administrator.", "F5"),
        (429, {}, "", "rate limit"),
        (503, {}, "Too many requests", "firewall"),
        (403, {}, "Please complete the CAPTCHA", "firewall"),
        (406, {}, "This error was generated by Mod_Security.", "ModSecurity"),
        (403, {}, "<h1>403 Forbidden</h1>", ""),
        (503, {}, "<h1>503 Service Temporarily Unavailable</h1>", ""),
        (200, {"server": "cloudflare", "x_azure_ref": "x"}, "<p>Welkom; vul de captcha in", ""),
        (404, {"server": "AkamaiGHost"}, "<h1>Not found</h1>", ""),
        (302, {"server": "awselb/2.0"}, "", ""),
    ],
)
def test_what_stands_in_front_of_a_site(status: int, headers: dict[str, str], text: str, by: str) -> None:
    assert blocker(answer(status, **headers), text) == by


def test_text_is_made_safe_to_keep() -> None:
    assert escaped("a\x00\u2028<b>") == "a\\x00\\u2028<b>"
    assert escaped("x" * 3_000).endswith("… (+1000)")
    assert without_query("https://u:p@x.nl/a@b?q#f") == "https://x.nl/a@b?…"
    assert without_query("/a#b?c") == "/a"
