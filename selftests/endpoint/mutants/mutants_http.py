"""Mutants of what a website answers."""

from dataclasses import replace

from service_mutations import (
    ENFORCED,
    HEADERS,
    HOST_IN_USE,
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
    named,
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
ALL_HSTS = (HEADERS, ENFORCED, OPEN_STANDARDS, SECURE)
NO_HTTPS_ONLY = (ENFORCED, OPEN_STANDARDS, SECURE)
TRACE = "<pre>Traceback (most recent call last):\n  File &quot;/srv/app.py&quot;, line 1, in show</pre>"
ENTRA = "https://login.microsoftonline.com"
OIDC = "client_id=voorbeeld&response_type=code&scope=openid&code_challenge=voorbeeld&code_challenge_method=S256"
SEEN_OVER_HTTP = (
    HEADERS,
    ENFORCED,
    IPV6,
    OPEN_STANDARDS,
    SECURE,
    SECURITY_TXT,
    PLUG_INS,
    SIGN_IN,
    "http.load_time",
    "http.no_information_leak",
    "http.cvd_policy",
    "http.web_application",
    "http.standard_browser_security",
    HOST_IN_USE,
    "http.sso_protocol",
    "http.operational",
)
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
        check="http.enforced",
        why="Browsers are not told to keep to HTTPS.",
        change=header(HSTS),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="hsts-for-half-a-year",
        check="http.enforced",
        why="Browsers are told to keep to HTTPS for less than a year.",
        change=header(HSTS, "max-age=15768000"),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="hsts-over-ipv4-only",
        check="http.enforced",
        why="Who comes over IPv6 is not told to keep to HTTPS.",
        change=over_ipv6(header(HSTS)),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="hsts-after-the-redirect-only",
        check="http.security_headers",
        why="The first answer, a redirect, has no HSTS; the page it leads to has.",
        change=both(
            header(HSTS),
            page("/", status=302, headers=(("Location", "/start"),), body=""),
            page("/start", body="<html><body>Voorbeeld</body></html>", headers=((HSTS, "max-age=31536000"),)),
        ),
        fail=ALL_HSTS,
        undetermined=(SIGN_IN, "http.sso_protocol"),
    ),
    ServiceMutant(
        name="hsts-first-value-counts",
        check="http.enforced",
        why="Of two HSTS headers browsers read the first, and that one switches it off (RFC 6797, 8.1).",
        change=header(HSTS, "max-age=0", "max-age=31536000"),
        fail=ALL_HSTS,
    ),
    ServiceMutant(
        name="plain-http-stays",
        check="http.enforced",
        why="Plain HTTP serves the pages themselves.",
        change=site(lambda old: replace(old, plain=None)),
        fail=(NO_HTTPS_ONLY, "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="plain-http-stays-over-ipv6",
        check="http.enforced",
        why="Plain HTTP serves the pages themselves, on one of the addresses.",
        change=over_ipv6(site(lambda old: replace(old, plain=None))),
        fail=(NO_HTTPS_ONLY, "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="plain-http-answers-with-an-error",
        check="http.enforced",
        why="Plain HTTP has no first page; whether it gives data on other paths cannot be seen.",
        change=site(lambda old: replace(old, plain=Reply("Niet gevonden", status=404))),
        fail=NO_HTTPS_ONLY,
        undetermined="endpoint.encrypted_only",
    ),
    ServiceMutant(
        name="plain-http-leads-elsewhere-first",
        check="http.enforced",
        why="The first hop goes to another host, so that browsers never see HSTS of this one.",
        change=site(lambda old: replace(old, plain=sign_in(f"https://www.{GOOD_DOMAIN}/"))),
        fail=NO_HTTPS_ONLY,
    ),
    ServiceMutant(
        name="plain-http-leads-to-plain-http",
        check="endpoint.secure",
        why="The first hop goes to plain HTTP.",
        change=site(lambda old: replace(old, plain=sign_in("/start"))),
        fail=(NO_HTTPS_ONLY, "endpoint.encrypted_only"),
    ),
    ServiceMutant(
        name="broken-over-ipv6",
        check="http.operational",
        why="Over IPv6 the service answers with an error, and over IPv4 with a page.",
        change=over_ipv6(page("/", status=500, body="")),
        fail=("http.operational", "http.web_application"),
        undetermined=(PLUG_INS, SIGN_IN, HOST_IN_USE, "http.standard_browser_security", "http.sso_protocol"),
        remarks=dict.fromkeys(named((IPV6, OPEN_STANDARDS)), ""),
    ),
    ServiceMutant(
        name="no-csp",
        check="http.security_headers",
        why="A policy is recommended, so this warns.",
        change=both(header(CSP)),
        remarks=dict.fromkeys(named((HEADERS, OPEN_STANDARDS, SECURE)), CSP),
    ),
    ServiceMutant(
        name="csp-that-only-reports",
        check="http.security_headers",
        why="A policy that browsers only report on protects nobody.",
        change=both(header(CSP), header(f"{CSP}-Report-Only", "default-src 'self'; base-uri 'none'")),
        remarks=dict.fromkeys(named(HEADERS), CSP),
    ),
    ServiceMutant(
        name="csp-with-unsafe-inline",
        check="http.security_headers",
        why="A policy that allows scripts in the page warns.",
        change=header(
            CSP,
            "default-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        ),
        remarks=dict.fromkeys(named(HEADERS), CSP),
    ),
    ServiceMutant(
        name="no-nosniff",
        check="http.security_headers",
        why="The header is recommended, so this warns.",
        change=header("X-Content-Type-Options"),
        remarks=dict.fromkeys(named(HEADERS), "X-Content-Type-Options"),
    ),
    ServiceMutant(
        name="referrer-unsafe-url",
        check="http.security_headers",
        why="Whole addresses go to other sites, which warns.",
        change=header("Referrer-Policy", "no-referrer, unsafe-url"),
        remarks=dict.fromkeys(named(HEADERS), "Referrer-Policy"),
    ),
    ServiceMutant(
        name="framed-by-anyone",
        check="http.security_headers",
        why="Neither the old nor the new way says who may frame the page: information and a warning.",
        change=both(
            header("X-Frame-Options", "ALLOW-FROM https://example.nl"),
            header(CSP, "default-src 'self'; base-uri 'none'; form-action 'self'"),
        ),
        remarks=dict.fromkeys(named(HEADERS), "X-Frame-Options"),
    ),
    ServiceMutant(
        name="careless-cookie",
        check="http.security_headers",
        why="A session cookie without Secure, HttpOnly and SameSite warns.",
        change=header("Set-Cookie", "JSESSIONID=voorbeeld; Path=/"),
        remarks=dict.fromkeys(named(HEADERS), "Set-Cookie"),
    ),
    ServiceMutant(
        name="cookie-that-browsers-refuse",
        check="http.standard_browser_security",
        why="A cookie for other sites without Secure: browsers refuse it, so what needs it does not work.",
        change=header("Set-Cookie", "toestand=voorbeeld; Path=/; HttpOnly; SameSite=None"),
        fail="http.standard_browser_security",
        remarks=dict.fromkeys(named(HEADERS), "Set-Cookie"),
    ),
    ServiceMutant(
        name="parts-from-a-base-over-http",
        check="http.standard_browser_security",
        why="Every relative address on the page is one over plain HTTP, as its base says.",
        change=both(
            text("/", "<head>", f'<head><base href="http://www.{GOOD_DOMAIN}/">'),
            header(CSP, "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"),
        ),
        fail="http.standard_browser_security",
        undetermined=(SIGN_IN, "http.sso_protocol"),
    ),
    ServiceMutant(
        name="version-in-any-header",
        check="http.no_information_leak",
        why="A header that no list has tells which version of what is running.",
        change=header("X-Voorbeeldsuite", "Zaaksuite/7.3.1"),
        fail=(SECURE, "http.no_information_leak"),
        remarks=dict.fromkeys(named(HEADERS), "x-voorbeeldsuite"),
    ),
    ServiceMutant(
        name="database-on-the-error-page",
        check="http.no_information_leak",
        why="A path that is not there shows what the database said.",
        change=site(
            lambda old: replace(old, missing=Reply("<p>ERROR: relation &quot;zaken&quot; does not exist", status=500))
        ),
        fail=(SECURE, "http.no_information_leak"),
    ),
    ServiceMutant(
        name="security-txt-leads-to-plain-http",
        check="http.security_txt",
        why="The file is to be had over plain HTTP only.",
        change=page(TXT, status=302, body="", headers=(("Location", f"http://www.{GOOD_DOMAIN}/security.txt"),)),
        fail=SECURITY_TXT,
        undetermined="http.cvd_policy",
        remarks=dict.fromkeys(named(OPEN_STANDARDS), TXT),
    ),
    ServiceMutant(
        name="security-txt-names-nobody",
        check="http.security_txt",
        why="Its contact is a URI behind which there is nobody.",
        change=lambda scene: text(
            TXT, f"Contact: https://{scene.services[0].host}:{scene.services[0].port}/security\n", "Contact: mailto:\n"
        )(scene),
        fail=SECURITY_TXT,
    ),
    ServiceMutant(
        name="script-of-a-firewall-in-the-page",
        check="http.security_headers",
        why="A page of the site with a script of the firewall in it is no refusal: nothing changes.",
        change=text("/", "<head>", '<head><script src="/_Incapsula_Resource?SWJIYLWA=1"></script>'),
    ),
    ServiceMutant(
        name="server-with-version",
        check="http.no_information_leak",
        why="The banner tells the version; as a header that is information, as a leak it fails.",
        change=header("Server", "Apache/2.4.41 (Ubuntu)"),
        fail=(SECURE, "http.no_information_leak"),
        remarks=dict.fromkeys(named(HEADERS), "server"),
    ),
    ServiceMutant(
        name="stack-trace-on-the-error-page",
        check="http.no_information_leak",
        why="A path that is not there shows where the program broke.",
        change=site(lambda old: replace(old, missing=Reply(f"<html><body>{TRACE}</body></html>", status=404))),
        fail=(SECURE, "http.no_information_leak"),
    ),
    ServiceMutant(
        name="stack-trace-over-ipv6",
        check="http.no_information_leak",
        why="A path that is not there shows where the program broke, on one of the addresses.",
        change=over_ipv6(
            site(lambda old: replace(old, missing=Reply(f"<html><body>{TRACE}</body></html>", status=500)))
        ),
        fail=(SECURE, "http.no_information_leak"),
    ),
    ServiceMutant(
        name="no-security-txt",
        check="http.security_txt",
        why="There is no security.txt; where only the standard recommends it, that warns.",
        change=site(lambda old: replace(old, pages={key: old.pages[key] for key in old.pages if key != TXT})),
        fail=(SECURITY_TXT, "http.cvd_policy"),
        remarks=dict.fromkeys(named(OPEN_STANDARDS), TXT),
    ),
    ServiceMutant(
        name="security-txt-expired",
        check="http.security_txt",
        why="Its Expires lies in the past.",
        change=page(TXT, body="Contact: mailto:a@voorbeeldgemeente.test\nExpires: 2020-01-01T00:00:00Z\n"),
        fail=(SECURITY_TXT, "http.cvd_policy"),
    ),
    ServiceMutant(
        name="security-txt-expired-over-ipv6",
        check="http.security_txt",
        why="Its Expires lies in the past, on one of the addresses.",
        change=over_ipv6(page(TXT, body="Contact: mailto:a@voorbeeldgemeente.test\nExpires: 2020-01-01T00:00:00Z\n")),
        fail=(SECURITY_TXT, "http.cvd_policy"),
    ),
    ServiceMutant(
        name="security-txt-without-contact",
        check="http.security_txt",
        why="It names nobody to tell.",
        change=lambda scene: text(
            TXT, f"Contact: https://{scene.services[0].host}:{scene.services[0].port}/security\n", ""
        )(scene),
        fail=SECURITY_TXT,
    ),
    ServiceMutant(
        name="security-txt-as-a-web-page",
        check="http.security_txt",
        why="It is served as HTML, so that programs do not read it.",
        change=page(TXT, content_type="text/html; charset=utf-8"),
        fail=SECURITY_TXT,
    ),
    ServiceMutant(
        name="no-policy-for-vulnerabilities",
        check="http.cvd_policy",
        why="security.txt names no policy.",
        change=lambda scene: text(
            TXT, f"Policy: https://{scene.services[0].host}:{scene.services[0].port}/security\n", ""
        )(scene),
        fail="http.cvd_policy",
    ),
    ServiceMutant(
        name="policy-for-vulnerabilities-gone",
        check="http.cvd_policy",
        why="The policy that security.txt names is not there.",
        change=page("/security", status=404),
        fail="http.cvd_policy",
    ),
    ServiceMutant(
        name="plug-in-in-the-page",
        check="http.no_plug_ins",
        why="The page asks for a plug-in.",
        change=text("/", "<img ", '<object classid="clsid:D27CDB6E" data="app.swf"></object><img '),
        fail=PLUG_INS,
    ),
    ServiceMutant(
        name="client-to-install",
        check="http.no_plug_ins",
        why="The page has users install a program.",
        change=text("/", "<img ", '<a href="/setup/client.msi">Installeer</a><img '),
        fail=PLUG_INS,
    ),
    ServiceMutant(
        name="image-over-http",
        check="http.standard_browser_security",
        why="The page asks for a part over plain HTTP, which browsers block or warn about.",
        change=both(
            text("/", 'src="/logo.svg"', 'src="http://images.voorbeeldgemeente.test/logo.svg"'),
            header(CSP, "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"),
        ),
        fail="http.standard_browser_security",
    ),
    ServiceMutant(
        name="no-web-application",
        check="http.web_application",
        why="The address gives a file that no browser shows and no program calls.",
        change=page("/", body="MZ", content_type="application/octet-stream"),
        fail="http.web_application",
        undetermined=(SIGN_IN, "http.sso_protocol"),
        not_applicable=(PLUG_INS, "http.standard_browser_security"),
    ),
    ServiceMutant(
        name="slow-page",
        check="http.load_time",
        why="The document takes longer than three seconds.",
        change=page("/", delay_s=3.1),
        fail="http.load_time",
    ),
    ServiceMutant(
        name="password-form",
        check="http.entra_login",
        why="Besides the municipality's sign-in there is a form for a password.",
        change=text("/", "<img ", '<form><input type="password" name="p"></form><img '),
        fail=SIGN_IN,
    ),
    ServiceMutant(
        name="any-tenant-may-sign-in",
        check="http.entra_login",
        why="Users of any organisation are sent to sign in; whether they get in cannot be seen.",
        change=page("/login", headers=(("Location", f"{ENTRA}/common/oauth2/v2.0/authorize?{OIDC}"),)),
        undetermined=SIGN_IN,
    ),
    ServiceMutant(
        name="sign-in-that-cannot-be-seen",
        check="http.entra_login",
        why="The page leads to no sign-in, so it cannot be said where users are sent.",
        change=text("/", '<a href="/login">Inloggen</a>', ""),
        undetermined=(SIGN_IN, "http.sso_protocol"),
    ),
    ServiceMutant(
        name="ws-federation",
        check="http.sso_protocol",
        why="Sign-in uses WS-Federation.",
        change=page("/login", headers=(("Location", f"{ENTRA}/{GOOD_DOMAIN}/wsfed?wa=wsignin1.0&wtrealm=x"),)),
        fail="http.sso_protocol",
    ),
    ServiceMutant(
        name="sign-in-without-pkce",
        check="http.sso_protocol",
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
        remarks={"http.sso_protocol": "Location"},
    ),
    ServiceMutant(
        name="application-broken",
        check="http.operational",
        why="The service answers with an error.",
        change=page("/", status=500, body="<html><body>Er ging iets mis.</body></html>"),
        fail=("http.operational", "http.web_application"),
        undetermined=(PLUG_INS, SIGN_IN, HOST_IN_USE, "http.standard_browser_security", "http.sso_protocol"),
    ),
    ServiceMutant(
        name="portal-broken",
        check="http.portal_reachable",
        why="The customer portal answers with an error.",
        of="supplier",
        change=page("/", 2, status=500, body="<html><body>Er ging iets mis.</body></html>"),
        fail=("http.portal_reachable", "http.operational", "http.web_application"),
        undetermined=(PLUG_INS, "http.standard_browser_security"),
    ),
    ServiceMutant(
        name="firewall-in-front",
        check="http.security_headers",
        why="Something keeps the measurement out, so nothing can be said of the site.",
        change=both(
            page("/", status=403, body="<html><title>Attention Required! | Cloudflare</title></html>"),
            header("Server", "cloudflare"),
        ),
        undetermined=SEEN_OVER_HTTP,
    ),
    ServiceMutant(
        name="rate-limit",
        check="http.security_headers",
        why="Too many requests, says the server: nothing can be said of the site.",
        change=page("/", status=429, body="", headers=(("Retry-After", "60"),)),
        undetermined=SEEN_OVER_HTTP,
    ),
    ServiceMutant(
        name="acceptance-is-production",
        check="endpoint.separate_environments",
        why="Acceptance has no host of its own.",
        of="supplier",
        change=rehosted(f"meldingen.{GOOD_DOMAIN}", 1),
        fail=("endpoint.separate_environments", "dns.municipal_name@acceptance"),
    ),
    ServiceMutant(
        name="version-over-plain-http",
        check="http.no_information_leak",
        why="The server that redirects to HTTPS tells its version.",
        change=site(lambda old: replace(old, plain=replace(old.plain or Reply(), headers=with_version(old)))),
        fail=(SECURE, "http.no_information_leak"),
    ),
    ServiceMutant(
        name="version-on-the-way-to-sign-in",
        check="http.no_information_leak",
        why="What sends users to sign in tells its version, and the first page does not.",
        change=added("/login", "X-Powered-By", "PHP/7.4.3"),
        fail=(SECURE, "http.no_information_leak"),
    ),
    ServiceMutant(
        name="stack-trace-on-the-page",
        check="http.no_information_leak",
        why="The page itself shows where the program broke, with status 200.",
        change=text("/", "<img ", f"{TRACE}<img "),
        fail=(SECURE, "http.no_information_leak"),
    ),
    ServiceMutant(
        name="version-on-the-page",
        check="http.no_information_leak",
        why="The page tells the version of its generator; a text may be about a product, so that warns.",
        change=text("/", "<head>", '<head><meta name="generator" content="WordPress 5.8.1">'),
        remarks={"http.no_information_leak": "HTTP 200"},
    ),
    ServiceMutant(
        name="https-leads-to-plain-http",
        check="http.enforced",
        why="HTTPS answers, with a redirect to plain HTTP.",
        change=page("/", status=302, body="", headers=(("Location", f"http://www.{GOOD_DOMAIN}/"),)),
        fail=(NO_HTTPS_ONLY, "http.operational"),
        undetermined=(
            PLUG_INS,
            SIGN_IN,
            HOST_IN_USE,
            "http.load_time",
            "http.web_application",
            "http.standard_browser_security",
            "http.sso_protocol",
        ),
    ),
    ServiceMutant(
        name="plain-http-leads-elsewhere-by-a-backslash",
        check="http.enforced",
        why="To a browser the backslash ends the host, so the first hop goes elsewhere.",
        change=lambda scene: site(
            lambda old: replace(old, plain=sign_in(f"https://elders.test\\@{scene.services[0].host}/"))
        )(scene),
        fail=NO_HTTPS_ONLY,
    ),
    ServiceMutant(
        name="sign-in-elsewhere-beside-a-link-to-the-tenant",
        check="http.entra_login",
        why="A link leads to the municipality's tenant, and signing in to somebody else.",
        change=both(
            page("/login", headers=(("Location", f"https://aanmelden.test/authorize?{OIDC}"),)),
            text("/", "<img ", f'<a href="{ENTRA}/{GOOD_DOMAIN}/help">Hulp</a><img '),
        ),
        undetermined=SIGN_IN,
    ),
    ServiceMutant(
        name="sign-in-over-plain-http",
        check="http.entra_login",
        why="The redirect to the municipality's tenant goes over plain HTTP.",
        change=page(
            "/login",
            headers=(("Location", f"http{ENTRA[5:]}/{GOOD_DOMAIN}/oauth2/v2.0/authorize?{OIDC}"),),
        ),
        undetermined=SIGN_IN,
    ),
    ServiceMutant(
        name="firewall-over-ipv6",
        check="http.security_headers",
        why="Something keeps the measurement out on one of the addresses: nothing is said of the whole.",
        change=over_ipv6(both(page("/", status=403, body="Attention Required! | Cloudflare"))),
        undetermined=tuple(name for name in SEEN_OVER_HTTP if name != IPV6),
    ),
    ServiceMutant(
        name="nothing-on-the-first-page",
        check="http.web_application",
        why="The address answers with nothing, alike on all addresses, so that IPv6 is as it should be.",
        change=page("/", status=204, body=""),
        fail="http.web_application",
        undetermined=(SIGN_IN, HOST_IN_USE, "http.sso_protocol"),
        not_applicable=(PLUG_INS, "http.standard_browser_security"),
    ),
    ServiceMutant(
        name="application-is-elsewhere",
        check="http.operational",
        why="The address does nothing but lead to another host, which is not the target's and is not followed.",
        change=page("/", status=302, body="", headers=(("Location", f"https://www.{GOOD_DOMAIN}/"),)),
        undetermined=(
            PLUG_INS,
            SIGN_IN,
            HOST_IN_USE,
            "http.operational",
            "http.load_time",
            "http.web_application",
            "http.standard_browser_security",
            "http.sso_protocol",
        ),
    ),
    ServiceMutant(
        name="portal-asks-to-sign-in",
        check="http.portal_reachable",
        why="A portal that sends visitors to sign in can be reached; what is behind that, is not seen.",
        change=page("/", 2, status=302, body="", headers=(("Location", f"https://aanmelden.test/authorize?{OIDC}"),)),
        of="supplier",
        undetermined=(PLUG_INS, "http.load_time", "http.standard_browser_security"),
    ),
)
