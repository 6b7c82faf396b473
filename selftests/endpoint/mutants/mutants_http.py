"""Mutants of what a website answers."""

from dataclasses import replace

from service_mutations import (
    ENFORCED,
    HEADERS,
    IPV6,
    OPEN_STANDARDS,
    PLUG_INS,
    SECURE,
    SECURITY_TXT,
    SIGN_IN,
    Change,
    ServiceMutant,
    both,
    header,
    ids,
    over_ipv6,
    page,
    rehosted,
    site,
    text,
)

from toetskader.laboratory.example import GOOD_DOMAIN
from toetskader.laboratory.web import Headers, Reply, Site

HSTS = "Strict-Transport-Security"
CSP = "Content-Security-Policy"
TXT = "/.well-known/security.txt"
ALL_HSTS = ids(HEADERS, ENFORCED, OPEN_STANDARDS, SECURE)
NO_HTTPS_ONLY = ids(ENFORCED, OPEN_STANDARDS, SECURE)
TRACE = "<pre>Traceback (most recent call last):\n  File &quot;/srv/app.py&quot;, line 1, in show</pre>"
ENTRA = "https://login.microsoftonline.com"
OIDC = "client_id=voorbeeld&response_type=code&scope=openid&code_challenge=voorbeeld&code_challenge_method=S256"
SEEN_OVER_HTTP = ids(
    HEADERS, ENFORCED, IPV6, OPEN_STANDARDS, SECURE, SECURITY_TXT, PLUG_INS, SIGN_IN,
    "SLA-7.2.4-01 SLA-10.1-13 SLA-10.1-18 TA-5.1a-01 TA-5.1a-03 TA-5.1e-02 NERDS-6-01",
)  # fmt: skip
"""What cannot be said of an application that keeps the measurement out."""


def sign_in(address: str) -> Reply:
    """Return a redirect to sign in."""
    return Reply(status=302, headers=(("Location", address),))


def with_version(old: Site) -> Headers:
    """Return the headers of the answer over plain HTTP, and one that tells a version."""
    assert old.plain is not None
    return (*old.plain.headers, ("Server", "nginx/1.18.0 (Ubuntu)"))


def added(path: str, name: str, value: str) -> Change:
    """Send a further header with the answer on a path."""

    def change(old: Site) -> Site:
        reply = old.pages[path]
        return replace(old, pages={**old.pages, path: replace(reply, headers=(*reply.headers, (name, value)))})

    return site(change)


MUTANTS = (
    ServiceMutant(
        name="no-hsts",
        requirement="SLA-11.2-03",
        why="Browsers are not told to keep to HTTPS.",
        change=header(HSTS),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="hsts-for-half-a-year",
        requirement="TA-5.1c-04",
        why="Browsers are told to keep to HTTPS for less than a year.",
        change=header(HSTS, "max-age=15768000"),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="hsts-over-ipv4-only",
        requirement="SLA-11.2-03",
        why="Who comes over IPv6 is not told to keep to HTTPS.",
        change=over_ipv6(header(HSTS)),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="hsts-after-the-redirect-only",
        requirement="TA-5.1d-01",
        why="The first answer, a redirect, has no HSTS; the page it leads to has.",
        change=both(
            header(HSTS),
            page("/", status=302, headers=(("Location", "/start"),), body=""),
            page("/start", body="<html><body>Voorbeeld</body></html>", headers=((HSTS, "max-age=31536000"),)),
        ),
        fail=ALL_HSTS,
        undetermined=ids(SIGN_IN, "TA-5.1e-02"),
    ),
    ServiceMutant(
        name="hsts-first-value-counts",
        requirement="SLA-11.2-03",
        why="Of two HSTS headers browsers read the first, and that one switches it off (RFC 6797, 8.1).",
        change=header(HSTS, "max-age=0", "max-age=31536000"),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="plain-http-stays",
        requirement="SLA-11.2-03",
        why="Plain HTTP serves the pages themselves.",
        change=site(lambda old: replace(old, plain=None)),
        fail=ids(NO_HTTPS_ONLY, "SLA-13.1-06"),
    ),
    ServiceMutant(
        name="plain-http-stays-over-ipv6",
        requirement="TA-5.1c-04",
        why="Plain HTTP serves the pages themselves, on one of the addresses.",
        change=over_ipv6(site(lambda old: replace(old, plain=None))),
        fail=ids(NO_HTTPS_ONLY, "SLA-13.1-06"),
    ),
    ServiceMutant(
        name="plain-http-answers-with-an-error",
        requirement="SLA-11.2-03",
        why="Plain HTTP has no first page; whether it gives data on other paths cannot be seen.",
        change=site(lambda old: replace(old, plain=Reply("Niet gevonden", status=404))),
        fail=NO_HTTPS_ONLY,
        undetermined="SLA-13.1-06",
    ),
    ServiceMutant(
        name="plain-http-leads-elsewhere-first",
        requirement="SLA-11.2-03",
        why="The first hop goes to another host, so that browsers never see HSTS of this one.",
        change=site(lambda old: replace(old, plain=sign_in(f"https://www.{GOOD_DOMAIN}/"))),
        fail=NO_HTTPS_ONLY,
    ),
    ServiceMutant(
        name="plain-http-leads-to-plain-http",
        requirement="SLA-10.1-21",
        why="The first hop goes to plain HTTP.",
        change=site(lambda old: replace(old, plain=sign_in("/start"))),
        fail=ids(NO_HTTPS_ONLY, "SLA-13.1-06"),
    ),
    ServiceMutant(
        name="broken-over-ipv6",
        requirement="NERDS-6-01",
        why="Over IPv6 the service answers with an error, and over IPv4 with a page.",
        change=over_ipv6(page("/", status=500, body="")),
        fail="NERDS-6-01 TA-5.1a-01",
        undetermined=ids(PLUG_INS, SIGN_IN, "TA-5.1a-03 TA-5.1e-02"),
        remarks=dict.fromkeys(ids(IPV6, OPEN_STANDARDS).split(), ""),
    ),
    ServiceMutant(
        name="no-csp",
        requirement="TA-5.1d-01",
        why="A policy is recommended, so this warns.",
        change=both(header(CSP)),
        remarks=dict.fromkeys(ids(HEADERS, OPEN_STANDARDS, SECURE).split(), CSP),
    ),
    ServiceMutant(
        name="csp-that-only-reports",
        requirement="TA-5.1d-01",
        why="A policy that browsers only report on protects nobody.",
        change=both(header(CSP), header(f"{CSP}-Report-Only", "default-src 'self'; base-uri 'none'")),
        remarks=dict.fromkeys(HEADERS.split(), CSP),
    ),
    ServiceMutant(
        name="csp-with-unsafe-inline",
        requirement="TA-5.1d-01",
        why="A policy that allows scripts in the page warns.",
        change=header(
            CSP,
            "default-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        ),
        remarks=dict.fromkeys(HEADERS.split(), CSP),
    ),
    ServiceMutant(
        name="no-nosniff",
        requirement="TA-5.1d-01",
        why="The header is recommended, so this warns.",
        change=header("X-Content-Type-Options"),
        remarks=dict.fromkeys(HEADERS.split(), "X-Content-Type-Options"),
    ),
    ServiceMutant(
        name="referrer-unsafe-url",
        requirement="TA-5.1d-01",
        why="Whole addresses go to other sites, which warns.",
        change=header("Referrer-Policy", "no-referrer, unsafe-url"),
        remarks=dict.fromkeys(HEADERS.split(), "Referrer-Policy"),
    ),
    ServiceMutant(
        name="framed-by-anyone",
        requirement="TA-5.1d-01",
        why="Neither the old nor the new way says who may frame the page: information and a warning.",
        change=both(
            header("X-Frame-Options", "ALLOW-FROM https://example.nl"),
            header(CSP, "default-src 'self'; base-uri 'none'; form-action 'self'"),
        ),
        remarks=dict.fromkeys(HEADERS.split(), "X-Frame-Options"),
    ),
    ServiceMutant(
        name="careless-cookie",
        requirement="TA-5.1d-01",
        why="A session cookie without Secure, HttpOnly and SameSite warns.",
        change=header("Set-Cookie", "JSESSIONID=voorbeeld; Path=/"),
        remarks=dict.fromkeys(HEADERS.split(), "Set-Cookie"),
    ),
    ServiceMutant(
        name="cookie-that-browsers-refuse",
        requirement="TA-5.1a-03",
        why="A cookie for other sites without Secure: browsers refuse it, so what needs it does not work.",
        change=header("Set-Cookie", "toestand=voorbeeld; Path=/; HttpOnly; SameSite=None"),
        fail="TA-5.1a-03",
        remarks=dict.fromkeys(HEADERS.split(), "Set-Cookie"),
    ),
    ServiceMutant(
        name="parts-from-a-base-over-http",
        requirement="TA-5.1a-03",
        why="Every relative address on the page is one over plain HTTP, as its base says.",
        change=both(
            text("/", "<head>", f'<head><base href="http://www.{GOOD_DOMAIN}/">'),
            header(CSP, "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"),
        ),
        fail="TA-5.1a-03",
        undetermined=ids(SIGN_IN, "TA-5.1e-02"),
    ),
    ServiceMutant(
        name="version-in-any-header",
        requirement="SLA-10.1-13",
        why="A header that no list has tells which version of what is running.",
        change=header("X-Voorbeeldsuite", "Zaaksuite/7.3.1"),
        fail=ids(SECURE, "SLA-10.1-13"),
        remarks=dict.fromkeys(HEADERS.split(), "x-voorbeeldsuite"),
    ),
    ServiceMutant(
        name="database-on-the-error-page",
        requirement="SLA-10.1-13",
        why="A path that is not there shows what the database said.",
        change=site(
            lambda old: replace(old, missing=Reply("<p>ERROR: relation &quot;zaken&quot; does not exist", status=500))
        ),
        fail=ids(SECURE, "SLA-10.1-13"),
    ),
    ServiceMutant(
        name="security-txt-leads-to-plain-http",
        requirement="SLA-10.1-17",
        why="The file is to be had over plain HTTP only.",
        change=page(TXT, status=302, body="", headers=(("Location", f"http://www.{GOOD_DOMAIN}/security.txt"),)),
        fail=SECURITY_TXT,
        undetermined="SLA-10.1-18",
        remarks=dict.fromkeys(OPEN_STANDARDS.split(), TXT),
    ),
    ServiceMutant(
        name="security-txt-names-nobody",
        requirement="SLA-11.2-13",
        why="Its contact is a URI behind which there is nobody.",
        change=lambda scene: text(
            TXT, f"Contact: https://{scene.services[0].host}:{scene.services[0].port}/security\n", "Contact: mailto:\n"
        )(scene),
        fail=SECURITY_TXT,
    ),
    ServiceMutant(
        name="script-of-a-firewall-in-the-page",
        requirement="TA-5.1d-01",
        why="A page of the site with a script of the firewall in it is no refusal: nothing changes.",
        change=text("/", "<head>", '<head><script src="/_Incapsula_Resource?SWJIYLWA=1"></script>'),
    ),
    ServiceMutant(
        name="server-with-version",
        requirement="SLA-10.1-13",
        why="The banner tells the version; as a header that is information, as a leak it fails.",
        change=header("Server", "Apache/2.4.41 (Ubuntu)"),
        fail=ids(SECURE, "SLA-10.1-13"),
        remarks=dict.fromkeys(HEADERS.split(), "server"),
    ),
    ServiceMutant(
        name="stack-trace-on-the-error-page",
        requirement="SLA-10.1-13",
        why="A path that is not there shows where the program broke.",
        change=site(lambda old: replace(old, missing=Reply(f"<html><body>{TRACE}</body></html>", status=404))),
        fail=ids(SECURE, "SLA-10.1-13"),
    ),
    ServiceMutant(
        name="stack-trace-over-ipv6",
        requirement="SLA-10.1-13",
        why="A path that is not there shows where the program broke, on one of the addresses.",
        change=over_ipv6(
            site(lambda old: replace(old, missing=Reply(f"<html><body>{TRACE}</body></html>", status=500)))
        ),
        fail=ids(SECURE, "SLA-10.1-13"),
    ),
    ServiceMutant(
        name="no-security-txt",
        requirement="SLA-10.1-17",
        why="There is no security.txt; where only the standard recommends it, that warns.",
        change=site(lambda old: replace(old, pages={key: old.pages[key] for key in old.pages if key != TXT})),
        fail=ids(SECURITY_TXT, "SLA-10.1-18"),
        remarks=dict.fromkeys(OPEN_STANDARDS.split(), TXT),
    ),
    ServiceMutant(
        name="security-txt-expired",
        requirement="SLA-10.1-17",
        why="Its Expires lies in the past.",
        change=page(TXT, body="Contact: mailto:a@voorbeeldgemeente.test\nExpires: 2020-01-01T00:00:00Z\n"),
        fail=ids(SECURITY_TXT, "SLA-10.1-18"),
    ),
    ServiceMutant(
        name="security-txt-expired-over-ipv6",
        requirement="SLA-11.2-13",
        why="Its Expires lies in the past, on one of the addresses.",
        change=over_ipv6(page(TXT, body="Contact: mailto:a@voorbeeldgemeente.test\nExpires: 2020-01-01T00:00:00Z\n")),
        fail=ids(SECURITY_TXT, "SLA-10.1-18"),
    ),
    ServiceMutant(
        name="security-txt-without-contact",
        requirement="SLA-11.2-13",
        why="It names nobody to tell.",
        change=lambda scene: text(
            TXT, f"Contact: https://{scene.services[0].host}:{scene.services[0].port}/security\n", ""
        )(scene),
        fail=SECURITY_TXT,
    ),
    ServiceMutant(
        name="security-txt-as-a-web-page",
        requirement="SLA-10.1-17",
        why="It is served as HTML, so that programs do not read it.",
        change=page(TXT, content_type="text/html; charset=utf-8"),
        fail=SECURITY_TXT,
    ),
    ServiceMutant(
        name="no-policy-for-vulnerabilities",
        requirement="SLA-10.1-18",
        why="security.txt names no policy.",
        change=lambda scene: text(
            TXT, f"Policy: https://{scene.services[0].host}:{scene.services[0].port}/security\n", ""
        )(scene),
        fail="SLA-10.1-18",
    ),
    ServiceMutant(
        name="policy-for-vulnerabilities-gone",
        requirement="SLA-10.1-18",
        why="The policy that security.txt names is not there.",
        change=page("/security", status=404),
        fail="SLA-10.1-18",
    ),
    ServiceMutant(
        name="plug-in-in-the-page",
        requirement="SLA-4-03",
        why="The page asks for a plug-in.",
        change=text("/", "<img ", '<object classid="clsid:D27CDB6E" data="app.swf"></object><img '),
        fail=PLUG_INS,
    ),
    ServiceMutant(
        name="client-to-install",
        requirement="TA-5.1a-04",
        why="The page has users install a program.",
        change=text("/", "<img ", '<a href="/setup/client.msi">Installeer</a><img '),
        fail=PLUG_INS,
    ),
    ServiceMutant(
        name="image-over-http",
        requirement="TA-5.1a-03",
        why="The page asks for a part over plain HTTP, which browsers block or warn about.",
        change=both(
            text("/", 'src="/logo.svg"', 'src="http://images.voorbeeldgemeente.test/logo.svg"'),
            header(CSP, "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"),
        ),
        fail="TA-5.1a-03",
    ),
    ServiceMutant(
        name="no-web-application",
        requirement="TA-5.1a-01",
        why="The address gives a file that no browser shows and no program calls.",
        change=page("/", body="MZ", content_type="application/octet-stream"),
        fail="TA-5.1a-01",
        undetermined=ids(SIGN_IN, "TA-5.1e-02"),
        not_applicable=ids(PLUG_INS, "TA-5.1a-03"),
    ),
    ServiceMutant(
        name="slow-page",
        requirement="SLA-7.2.4-01",
        why="The document takes longer than three seconds.",
        change=page("/", delay_s=3.1),
        fail="SLA-7.2.4-01",
    ),
    ServiceMutant(
        name="password-form",
        requirement="SLA-4-10",
        why="Besides the municipality's sign-in there is a form for a password.",
        change=text("/", "<img ", '<form><input type="password" name="p"></form><img '),
        fail=SIGN_IN,
    ),
    ServiceMutant(
        name="any-tenant-may-sign-in",
        requirement="SLA-4-10",
        why="Users of any organisation are sent to sign in; whether they get in cannot be seen.",
        change=page("/login", headers=(("Location", f"{ENTRA}/common/oauth2/v2.0/authorize?{OIDC}"),)),
        undetermined=SIGN_IN,
    ),
    ServiceMutant(
        name="sign-in-that-cannot-be-seen",
        requirement="TA-5.1e-01",
        why="The page leads to no sign-in, so it cannot be said where users are sent.",
        change=text("/", '<a href="/login">Inloggen</a>', ""),
        undetermined=ids(SIGN_IN, "TA-5.1e-02"),
    ),
    ServiceMutant(
        name="ws-federation",
        requirement="TA-5.1e-02",
        why="Sign-in uses WS-Federation.",
        change=page("/login", headers=(("Location", f"{ENTRA}/{GOOD_DOMAIN}/wsfed?wa=wsignin1.0&wtrealm=x"),)),
        fail="TA-5.1e-02",
    ),
    ServiceMutant(
        name="sign-in-without-pkce",
        requirement="TA-5.1e-02",
        why="OpenID Connect without PKCE is allowed, and worth a remark.",
        change=page(
            "/login",
            headers=(
                (
                    "Location",
                    f"{ENTRA}/{GOOD_DOMAIN}/oauth2/v2.0/authorize?client_id=x&response_type=code&scope=openid",
                ),
            ),
        ),
        remarks={"TA-5.1e-02": "Location"},
    ),
    ServiceMutant(
        name="application-broken",
        requirement="NERDS-6-01",
        why="The service answers with an error.",
        change=page("/", status=500, body="<html><body>Er ging iets mis.</body></html>"),
        fail="NERDS-6-01 TA-5.1a-01",
        undetermined=ids(PLUG_INS, SIGN_IN, "TA-5.1a-03 TA-5.1e-02"),
    ),
    ServiceMutant(
        name="portal-broken",
        requirement="SLA-5-03",
        why="The customer portal answers with an error.",
        of="supplier",
        change=page("/", 2, status=500, body="<html><body>Er ging iets mis.</body></html>"),
        fail="SLA-5-03 NERDS-6-01 TA-5.1a-01",
        undetermined=ids(PLUG_INS, "TA-5.1a-03"),
    ),
    ServiceMutant(
        name="firewall-in-front",
        requirement="TA-5.1d-01",
        why="Something keeps the measurement out, so nothing can be said of the site.",
        change=both(
            page("/", status=403, body="<html><title>Attention Required! | Cloudflare</title></html>"),
            header("Server", "cloudflare"),
        ),
        undetermined=SEEN_OVER_HTTP,
    ),
    ServiceMutant(
        name="rate-limit",
        requirement="TA-5.1d-01",
        why="Too many requests, says the server: nothing can be said of the site.",
        change=page("/", status=429, body="", headers=(("Retry-After", "60"),)),
        undetermined=SEEN_OVER_HTTP,
    ),
    ServiceMutant(
        name="acceptance-is-production",
        requirement="SLA-10.1-09",
        why="Acceptance has no host of its own.",
        of="supplier",
        change=rehosted(f"meldingen.{GOOD_DOMAIN}", 1),
        fail="SLA-10.1-09 TA-5.1m-02",
    ),
    ServiceMutant(
        name="version-over-plain-http",
        requirement="SLA-10.1-13",
        why="The server that redirects to HTTPS tells its version.",
        change=site(lambda old: replace(old, plain=replace(old.plain or Reply(), headers=with_version(old)))),
        fail=ids(SECURE, "SLA-10.1-13"),
    ),
    ServiceMutant(
        name="version-on-the-way-to-sign-in",
        requirement="SLA-10.1-13",
        why="What sends users to sign in tells its version, and the first page does not.",
        change=added("/login", "X-Powered-By", "PHP/7.4.3"),
        fail=ids(SECURE, "SLA-10.1-13"),
    ),
    ServiceMutant(
        name="stack-trace-on-the-page",
        requirement="SLA-10.1-13",
        why="The page itself shows where the program broke, with status 200.",
        change=text("/", "<img ", f"{TRACE}<img "),
        fail=ids(SECURE, "SLA-10.1-13"),
    ),
    ServiceMutant(
        name="version-on-the-page",
        requirement="SLA-10.1-13",
        why="The page tells the version of its generator; a text may be about a product, so that warns.",
        change=text("/", "<head>", '<head><meta name="generator" content="WordPress 5.8.1">'),
        remarks={"SLA-10.1-13": "HTTP 200"},
    ),
    ServiceMutant(
        name="https-leads-to-plain-http",
        requirement="SLA-11.2-03",
        why="HTTPS answers, with a redirect to plain HTTP.",
        change=page("/", status=302, body="", headers=(("Location", f"http://www.{GOOD_DOMAIN}/"),)),
        fail=ids(NO_HTTPS_ONLY, "NERDS-6-01"),
        undetermined=ids(PLUG_INS, SIGN_IN, "SLA-7.2.4-01 TA-5.1a-01 TA-5.1a-03 TA-5.1e-02"),
    ),
    ServiceMutant(
        name="plain-http-leads-elsewhere-by-a-backslash",
        requirement="TA-5.1c-04",
        why="To a browser the backslash ends the host, so the first hop goes elsewhere.",
        change=lambda scene: site(
            lambda old: replace(old, plain=sign_in(f"https://elders.test\\@{scene.services[0].host}/"))
        )(scene),
        fail=NO_HTTPS_ONLY,
    ),
    ServiceMutant(
        name="sign-in-elsewhere-beside-a-link-to-the-tenant",
        requirement="SLA-4-10",
        why="A link leads to the municipality's tenant, and signing in to somebody else.",
        change=both(
            page("/login", headers=(("Location", f"https://aanmelden.test/authorize?{OIDC}"),)),
            text("/", "<img ", f'<a href="{ENTRA}/{GOOD_DOMAIN}/help">Hulp</a><img '),
        ),
        undetermined=SIGN_IN,
    ),
    ServiceMutant(
        name="sign-in-over-plain-http",
        requirement="TA-5.1e-01",
        why="The redirect to the municipality's tenant goes over plain HTTP.",
        change=page(
            "/login",
            headers=(("Location", f"http{ENTRA[5:]}/{GOOD_DOMAIN}/oauth2/v2.0/authorize?{OIDC}"),),
        ),
        undetermined=SIGN_IN,
    ),
    ServiceMutant(
        name="firewall-over-ipv6",
        requirement="TA-5.1d-01",
        why="Something keeps the measurement out on one of the addresses: nothing is said of the whole.",
        change=over_ipv6(both(page("/", status=403, body="Attention Required! | Cloudflare"))),
        undetermined=SEEN_OVER_HTTP.replace("SLA-11.2-04 TA-2.2.1-05 TA-5.1c-06 ", ""),
    ),
    ServiceMutant(
        name="nothing-on-the-first-page",
        requirement="TA-5.1a-01",
        why="The address answers with nothing, alike on all addresses, so that IPv6 is as it should be.",
        change=page("/", status=204, body=""),
        fail="TA-5.1a-01",
        undetermined=ids(SIGN_IN, "TA-5.1e-02"),
        not_applicable=ids(PLUG_INS, "TA-5.1a-03"),
    ),
    ServiceMutant(
        name="application-is-elsewhere",
        requirement="NERDS-6-01",
        why="The address does nothing but lead to another host, which is not the target's and is not followed.",
        change=page("/", status=302, body="", headers=(("Location", f"https://www.{GOOD_DOMAIN}/"),)),
        undetermined=ids(PLUG_INS, SIGN_IN, "NERDS-6-01 SLA-7.2.4-01 TA-5.1a-01 TA-5.1a-03 TA-5.1e-02"),
    ),
    ServiceMutant(
        name="portal-asks-to-sign-in",
        requirement="SLA-5-03",
        why="A portal that sends visitors to sign in can be reached; what is behind that, is not seen.",
        change=page("/", 2, status=302, body="", headers=(("Location", f"https://aanmelden.test/authorize?{OIDC}"),)),
        of="supplier",
        undetermined=ids(PLUG_INS, "SLA-7.2.4-01 TA-5.1a-03"),
    ),
)
