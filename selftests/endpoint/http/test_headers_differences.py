"""Where we differ from internet.nl on purpose: each value, its status there, ours, and why."""

import pytest

from toetskader.facts.endpoint.csp import grade_csp, has_frame_ancestors, internetnl_passes
from toetskader.facts.endpoint.graded import Status
from toetskader.facts.endpoint.headers import (
    grade_frame_options,
    grade_referrer_policy,
    internetnl_knows_no_policy,
    is_debugging,
    versions_in_header,
)
from toetskader.facts.endpoint.hsts import grade_hsts, hsts, internetnl_differs

YEAR = 31_536_000
GOOD = ("no-referrer", "same-origin")
SUFFICIENT = ("strict-origin", "strict-origin-when-cross-origin")
REST = "; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

HSTS = [
    ('max-age="31536000"', "failed", "passed", "RFC 6797 6.1 allows a quoted value"),
    ("max-age = 31536000", "failed", "passed", "RFC 6797 6.1 with the white space of RFC 2616"),
    (";max-age = 31536000 ; ;", "failed", "passed", "empty directives are allowed"),
    ("max-age=31536000, includeSubDomains", "passed", "failed", "browsers ignore a field that breaks the grammar"),
    ("max-age=31536000; max-age=0", "passed", "failed", "a directive twice is not allowed, browsers ignore the field"),
    ("max-age=31536000; includeSubDomains preload", "passed", "failed", "a forgotten semicolon: browsers ignore it"),
    ("max-age=+31536000", "passed", "failed", "digits only"),
    ("max-age=31_536_000", "passed", "failed", "digits only"),
    ("x-max-age=31536000", "passed", "failed", "another directive"),
]


@pytest.mark.parametrize(("value", "theirs", "ours", "why"), HSTS)
def test_hsts(value: str, theirs: str, ours: str, why: str) -> None:
    assert ours != theirs, why
    assert (grade_hsts([value], min_age_s=YEAR).status is Status.GOOD) == (ours == "passed"), why
    assert internetnl_differs([value], min_age_s=YEAR)


@pytest.mark.parametrize(
    "value", ["max-age=31536000", "max-age=0", "garbage", "a; max-age=63072000", "max-age=x; max-age=9"]
)
def test_hsts_that_is_read_alike(value: str) -> None:
    assert not internetnl_differs([value], min_age_s=YEAR)


def test_of_two_fields_the_first_counts() -> None:
    assert grade_hsts(["max-age=0", "max-age=31536000"], min_age_s=YEAR).codes == ("max-age-too-short",)
    assert grade_hsts(["max-age=31536000", "max-age=0"], min_age_s=YEAR).codes == ()
    assert grade_hsts([], min_age_s=YEAR).codes == ("no-hsts",)


def test_hsts_says_whether_it_covers_subdomains() -> None:
    assert hsts("includesubdomains; MAX-AGE=1").include_subdomains
    assert hsts("max-age=1; includeSubDomains=yes").max_age is None
    assert hsts("max-age=" + "9" * 5_000).max_age is None


REFERRER = [
    ("no-referrer, foo", "warning", Status.GOOD, "the last value that is known decides (Referrer Policy 8.1)"),
    ("strict-origin, foo", "warning", Status.SUFFICIENT, "the same"),
    ("unsafe-url, foo", "warning", Status.BAD, "the same"),
    ("no-referrer, UNSAFE-URL", "warning", Status.BAD, "browsers read it in any case"),
]


@pytest.mark.parametrize(("value", "theirs", "ours", "why"), REFERRER)
def test_referrer_policy(value: str, theirs: str, ours: Status, why: str) -> None:
    assert grade_referrer_policy(value, good=GOOD, sufficient=SUFFICIENT).status is ours, (theirs, why)
    assert internetnl_knows_no_policy(value), why


@pytest.mark.parametrize("value", ["no-referrer", "foo, no-referrer", "unsafe-url", "", None, "foo"])
def test_a_referrer_policy_that_is_read_alike(value: str | None) -> None:
    assert not internetnl_knows_no_policy(value)


# All pass at internet.nl; browsers give them less protection than they seem to.
CSP = [
    (
        "default-src 'self' https://evilinternet.nl" + REST,
        "missing-invalid-default-src",
        "another domain",
    ),
    ("default-src 'self' https://*.nl" + REST, "missing-invalid-default-src", "everybody below a top-level domain"),
    ("default-src 'none' blob:" + REST, "missing-invalid-default-src", "'none' beside others has no effect"),
    ("default-src 'none' 'nonce-abc'" + REST, "missing-invalid-default-src", "'none' beside others has no effect"),
    ("default-src 'self'; script-src-elem data:" + REST, "has-data", "scripts from data: too"),
    ("default-src 'self'; script-src 'UNSAFE-INLINE'" + REST, "has-unsafe-inline", "browsers read it in any case"),
    ("default-src 'self'; Script-Src 'unsafe-inline'" + REST, "has-unsafe-inline", "browsers read it in any case"),
    ("default-src 'self'; script-src HTTP:" + REST, "has-http", "browsers read it in any case"),
    ("frame-ancestors https://x.nl; default-src 'self'" + REST, "missing-invalid-frame-ancestors", "the first counts"),
    ("default-src 'self'" + REST + "; " * 40_000, "too-long", "no browser takes as much"),
]


@pytest.mark.parametrize(("value", "code", "why"), CSP)
def test_csp(value: str, code: str, why: str) -> None:
    assert code in grade_csp(value, host="internet.nl").codes, why
    assert internetnl_passes(value, host="internet.nl"), why


def test_csp_of_a_name_in_the_middle_of_a_domain() -> None:
    for sources in (
        "'self' https://*.internet.nl",
        "'self' https://www.internet.nl",
        "'self' https://a.www.internet.nl",
    ):
        assert grade_csp(f"default-src {sources}{REST}", host="www.internet.nl.").codes == ()
    assert grade_csp(f"default-src 'self' https://internet.nl{REST}", host="www.internet.nl").codes != ()


@pytest.mark.parametrize(
    ("policy", "framed"),
    [
        ("frame-ancestors 'self'", True),
        ("frame-ancestors 'none'", True),
        ("frame-ancestors 'self' https://partner.example", True),
        ("frame-ancestors https://partner.example", False),
        ("frame-ancestors 'self' *", False),
        ("default-src 'none'", False),
        (None, False),
    ],
)
def test_frame_ancestors_stand_in_for_x_frame_options(policy: str | None, *, framed: bool) -> None:
    assert has_frame_ancestors(policy) == framed
    assert (grade_frame_options(None, frame_ancestors=framed).status is Status.GOOD) == framed


@pytest.mark.parametrize(
    ("name", "value", "versions"),
    [
        ("server", "nginx/1.18.0 (Ubuntu)", ("nginx/1.18.0",)),
        ("server", "Apache/2.4.41 (Unix) OpenSSL/1.1.1k", ("Apache/2.4.41", "OpenSSL/1.1.1k")),
        ("server", "Microsoft-IIS/10.0", ("Microsoft-IIS/10.0",)),
        ("server", "nginx", ()),
        ("server", "cloudflare", ()),
        ("server", "Jetty(9.4.31.v20200723)", ("Jetty(9.4.31.v20200723",)),
        ("x-powered-by", "PHP/8", ("PHP/8",)),
        ("x-powered-by", "ASP.NET", ()),
        ("x-powered-by", "Express", ()),
        ("x-aspnet-version", "4.0.30319", ("4.0.30319",)),
        ("x-generator", "Drupal 9 (https://www.drupal.org)", ("Drupal 9",)),
        ("via", "1.1 varnish (Varnish/6.1)", ("Varnish/6.1",)),
        ("via", "HTTP/1.1 proxy", ()),
        ("etag", "nginx/1.18.0", ()),
        # any header, by what it says
        ("x-plone", "Plone/5.2.4 Zope/4.5", ("Plone/5.2.4", "Zope/4.5")),
        ("x-confluence", "Confluence 7.4.1", ("Confluence 7.4.1",)),
        ("x-mod-pagespeed", "1.13.35.2-0", ("1.13.35.2-0",)),
        ("x-influxdb-version", "v2.7.1", ("v2.7.1",)),
        ("x-cache", "HIT from squid/3.5.20", ("squid/3.5.20",)),
        ("x-runtime-version", "17.2", ("17.2",)),
        ("x-powered-by", "Servlet 2.5; JBoss-5.0/JBossWeb-2.1", ("Servlet 2.5", "JBoss-5.0", "JBossWeb-2.1")),
        ("microsoftofficewebserver", "5.0_Pub", ("5.0_Pub",)),
        ("x-powered-by", "Phusion Passenger(R) 6.0.4", ("6.0.4",)),
        ("x-powered-by", "go1.21.5", ("go1.21.5",)),
        ("x-runtime-version", "jdk17.0.9", ("jdk17.0.9",)),
        ("server", "web1", ()),
        # numbers that are none of the software's versions
        ("api-version", "1.2.3", ()),
        ("odata-version", "4.0", ()),
        ("x-protocol", "TLS/1.3", ()),
        ("content-type", "text/plain; version=0.0.4", ()),
        ("x-runtime", "0.012345", ()),
        ("x-seen", "Toetskader/1.2.3 (+https://example.nl/)", ()),
        ("x-performance", "took 1.25 s", ()),
        ("x-backend", "10.12.0.3", ()),
        ("x-backend", "web/10.12.0.3", ()),
        ("x-deployed", "29.11.2026", ()),
        ("x-request-number", "0.12345678.1700000000.87654321", ()),
        ("link", "</assets/app.css?ver=6.4.2>; rel=preload", ()),
        ("content-security-policy", "default-src https://cdn.example/npm/bootstrap/5.3.0/dist/", ()),
        ("content-security-policy", "script-src cdn.example.nl/lib/1.2.3 cdn.example.nl/1.2.3", ()),
        ("x-where", "app/lib/1.2.3", ()),
        ("content-location", "docs/1.2/index.html", ()),
        ("via", "1.1 10.0.0.1 (squid), 2.0 edge.example (edge)", ()),
        ("nel", '{"success_fraction":0.01,"max_age":604800}', ()),
    ],
)
def test_versions_in_banners(name: str, value: str, versions: tuple[str, ...]) -> None:
    assert tuple(versions_in_header(name, value)) == versions


@pytest.mark.parametrize(
    ("name", "value", "debugging"),
    [
        ("x-debug-token", "4f2a", True),
        ("x-symfony-debug-toolbar-replace", "1", True),
        ("x-app-exception", "KeyError", True),
        ("x-debug", "off", False),
        ("x-request-id", "4f2a", False),
    ],
)
def test_headers_of_a_server_in_debug_mode(name: str, value: str, *, debugging: bool) -> None:
    assert is_debugging(name, value) == debugging
