"""What the checks on HTTP make of good, bad and unseen answers."""

from typing import Any

import msgspec
import pytest
from judged import CHECKS, HOST, SECURITY_TXT, TENANT, address, answer, file, http, judge, no_answer, page

from toetskader.facts.endpoint.cookies import read_cookie
from toetskader.facts.endpoint.http import How
from toetskader.facts.endpoint.names import Endpoint
from toetskader.text import Text

ENTRA = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize"
OIDC = "?client_id=x&response_type=code&code_challenge=y"
PARAMS = {"http.load_time": {"seconds": 3}}
LOGIN = {"document": page("<a href='/login'>Inloggen</a>"), "sign_in": (answer(302, to=ENTRA + OIDC),)}
PORTAL = Endpoint(host=HOST, role="portal")


@pytest.mark.parametrize("id_", sorted(CHECKS))
def test_a_good_site_passes(id_: str) -> None:
    v6 = address(address="2001:db8::1", **LOGIN)
    endpoint = PORTAL if id_ == "http.portal_reachable" else None
    outcome = judge(id_, address(**LOGIN), v6, endpoint=endpoint, params=PARAMS.get(id_))
    assert outcome.verdict == "pass"
    assert {finding for finding in outcome.findings if not finding.startswith("optional")} == set()


WRONG = {
    "https: refused": ("http.https_reachable", {"first": no_answer(How.REFUSED)}),
    "https: silent": ("http.https_reachable", {"first": no_answer(How.TIMED_OUT)}),
    "https: no TLS": ("http.https_reachable", {"first": no_answer(How.TLS, connected=True)}),
    "redirect: none": ("http.redirect_to_https", {"plain": answer(200)}),
    "redirect: to http first": ("http.redirect_to_https", {"plain": answer(301, to=f"http://{HOST}/")}),
    "redirect: to another host": ("http.redirect_to_https", {"plain": answer(301, to="https://www.example.nl/")}),
    "redirect: not found": ("http.redirect_to_https", {"plain": answer(404)}),
    "hsts: none": ("http.hsts", {"first": answer(strict_transport_security=None)}),
    "hsts: short": ("http.hsts", {"first": answer(strict_transport_security="max-age=300")}),
    "hsts: none on a redirect": (
        "http.hsts",
        {"first": answer(302, to="https://x.nl/", strict_transport_security=None), "hops": (answer(),)},
    ),
    "enforced: no redirect": ("http.enforced", {"plain": answer(200)}),
    "enforced: no HSTS": ("http.enforced", {"first": answer(strict_transport_security=None)}),
    "headers: no HSTS": ("http.security_headers", {"first": answer(strict_transport_security=None)}),
    "leak: server": ("http.no_information_leak", {"first": answer(server="nginx/1.18.0")}),
    "leak: on the error page": ("http.no_information_leak", {"error": answer(404, x_powered_by="PHP/8.1.2")}),
    "leak: trace": ("http.no_information_leak", {"error_page": page("Traceback (most recent call last):")}),
    "leak: version": ("http.no_information_leak", {"error_page": page("<center>nginx/1.18.0</center>")}),
    "leak: the page is an error": (
        "http.no_information_leak",
        {"first": answer(500), "document": page("java.lang.NullPointerException")},
    ),
    "security.txt: none": ("http.security_txt", {"security_txt": file(status=404)}),
    "security.txt: HTML": ("http.security_txt", {"security_txt": file("<html>", content_type="text/html")}),
    "security.txt: expired": ("http.security_txt", {"security_txt": file(SECURITY_TXT.replace("2026", "2025"))}),
    "security.txt: old place": (
        "http.security_txt",
        {"security_txt": file(status=404), "legacy_security_txt": file()},
    ),
    "policy: not named": ("http.cvd_policy", {"security_txt": file(SECURITY_TXT.partition("Policy")[0])}),
    "policy: not there": ("http.cvd_policy", {"policy": (answer(404),)}),
    "slow": ("http.load_time", {"load_ms": 3001}),
    "no web application": ("http.web_application", {"document": page("x", "application/octet-stream")}),
    "error in place of a page": ("http.web_application", {"first": answer(500)}),
    "plug-in": ("http.no_plug_ins", {"document": page("<applet code=x>")}),
    "own scheme": ("http.no_plug_ins", {"document": page("<a href='ms-word:ofe|u|https://x'>")}),
    "download": ("http.no_plug_ins", {"document": page("<a href=/setup.msi>")}),
    "mixed": ("http.standard_browser_security", {"document": page("<script src=http://x.nl/a.js></script>")}),
    "certificate": ("http.standard_browser_security", {"certificate_fault": "self-signed certificate"}),
    "down": ("http.operational", {"first": no_answer(How.REFUSED)}),
    "broken": ("http.operational", {"first": answer(502)}),
    "password form": ("http.entra_login", {"document": page("<input type=password>")}),
    "other tenant": ("http.entra_login", {"first": answer(302, to=ENTRA.replace("0f0e", "1f1e") + OIDC)}),
    "WS-Federation": ("http.sso_protocol", {"first": answer(302, to="https://sts.nl/?wa=wsignin1.0&wtrealm=x")}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_fails(name: str) -> None:
    id_, changes = WRONG[name]
    assert judge(id_, address(**changes), params=PARAMS.get(id_)).verdict == "fail"


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_address_is_enough(name: str) -> None:
    id_, changes = WRONG[name]
    good = address(**LOGIN)
    assert judge(id_, good, address(address="192.0.2.2", **changes), params=PARAMS.get(id_)).verdict == "fail"


WEAK = {
    "nosniff": ("recommended X-Content-Type-Options: no header", {"x_content_type_options": None}),
    "framing": ("optional X-Frame-Options: no header", {"x_frame_options": None, "content_security_policy": None}),
    "referrer": ("recommended Referrer-Policy: unsafe-url", {"referrer_policy": "unsafe-url"}),
    "referrer, sufficient": ("optional Referrer-Policy: strict-origin", {"referrer_policy": "strict-origin"}),
    "no referrer policy": ("optional Referrer-Policy: no header", {"referrer_policy": None}),
    "policy": ("recommended Content-Security-Policy: no header", {"content_security_policy": None}),
    "compression": ("optional Content-Encoding: gzip", {"content_encoding": "gzip"}),
    "banner": ("optional server: nginx/1.18.0", {"server": "nginx/1.18.0"}),
    "cookie, Secure": ("recommended Set-Cookie: without Secure: sid", {"cookies": ("sid=1; HttpOnly; SameSite=Lax",)}),
    "cookie, HttpOnly": (
        "recommended Set-Cookie: without HttpOnly: sid",
        {"cookies": ("sid=1; Secure; SameSite=Lax",)},
    ),
    "cookie, SameSite": ("recommended Set-Cookie: without SameSite: sid", {"cookies": ("sid=1; Secure; HttpOnly",)}),
}


@pytest.mark.parametrize("name", WEAK)
def test_what_is_recommended_or_optional_is_told_and_passes(name: str) -> None:
    finding, headers = WEAK[name]
    outcome = judge("http.security_headers", address(first=answer(**headers)))
    assert outcome.verdict == "pass"
    assert finding in outcome.findings


@pytest.mark.parametrize(
    "headers",
    [
        {"x_frame_options": None},  # Content-Security-Policy says who may frame
        {"cookies": ("XSRF-TOKEN=1; Secure; SameSite=Strict",)},  # scripts must read it
        {"cookies": ("lang=nl; Secure; SameSite=Lax; Max-Age=99",)},
        {"server": "nginx"},
        {"via": "1.1 varnish"},
    ],
)
def test_what_is_in_order_is_not_told(headers: dict[str, Any]) -> None:
    assert judge("http.security_headers", address(first=answer(**headers))).findings == ()


UNSEEN = {
    "https: no route": ("http.https_reachable", {"first": no_answer(How.UNREACHABLE)}),
    "redirect: blocked": ("http.redirect_to_https", {"plain": answer(403, blocker="Akamai")}),
    "redirect: both silent": (
        "http.redirect_to_https",
        {"plain": no_answer(How.TIMED_OUT), "first": no_answer(How.TIMED_OUT)},
    ),
    "redirect: broken off": ("http.redirect_to_https", {"plain": no_answer(How.RESET, connected=True)}),
    "leak: error page blocked": ("http.no_information_leak", {"error": answer(403, blocker="F5")}),
    "security.txt: elsewhere": ("http.security_txt", {"security_txt": file(status=302, to="https://www.example.nl/s")}),
    "policy: elsewhere": ("http.cvd_policy", {"policy": (no_answer(How.NOT_ASKED),)}),
    "loop": ("http.operational", {"hops": (no_answer(How.LOOP, connected=True),)}),
    "page: elsewhere": ("http.no_plug_ins", {"first": answer(302, to=ENTRA), "document": None}),
    "page: incomplete": ("http.no_plug_ins", {"document": page("<p>", complete=False)}),
    "load time: elsewhere": ("http.load_time", {"first": answer(302, to=ENTRA), "document": None, "load_ms": None}),
    "web application: elsewhere": ("http.web_application", {"first": answer(302, to="https://www.example.nl/")}),
    "sign-in: in scripts": ("http.entra_login", {}),
    "sign-in: elsewhere": ("http.entra_login", {"first": answer(302, to="https://id.supplier.nl/?client_id=x")}),
    "sign-in: any tenant": ("http.entra_login", {"first": answer(302, to=ENTRA.replace(TENANT, "common") + OIDC)}),
    "sign-in: tenant by name": ("http.entra_login", {"first": answer(302, to=ENTRA.replace(TENANT, "x.nl") + OIDC)}),
    "protocol": ("http.sso_protocol", {}),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_not_seen_has_no_verdict(name: str) -> None:
    id_, changes = UNSEEN[name]
    outcome = judge(id_, address(**changes), params=PARAMS.get(id_))
    assert outcome.verdict == "undetermined"
    assert len(outcome.reason) > 20


@pytest.mark.parametrize("id_", sorted(CHECKS.keys() - {"http.https_reachable"}))
def test_an_answer_of_a_firewall_gives_no_verdict(id_: str) -> None:
    blocked = answer(403, blocker="Cloudflare")
    one = address(
        plain=blocked, first=blocked, document=page("blocked"), error=blocked, security_txt=file(status=403), policy=()
    )
    two = address(address="2001:db8::1", plain=blocked, first=blocked, error=blocked)
    endpoint = PORTAL if id_ == "http.portal_reachable" else None
    outcome = judge(id_, one, two, endpoint=endpoint, params=PARAMS.get(id_))
    assert outcome.verdict == "undetermined"
    assert "Cloudflare" in outcome.reason


@pytest.mark.parametrize("id_", sorted(CHECKS))
def test_addresses_that_were_left_out_leave_doubt(id_: str) -> None:
    both = (address(**LOGIN), address(address="2001:db8::1", **LOGIN))
    endpoint = PORTAL if id_ == "http.portal_reachable" else None
    outcome = judge(id_, *both, endpoint=endpoint, params=PARAMS.get(id_), addresses_left_out=("192.0.2.9",))
    assert outcome.verdict == "undetermined"


def test_a_private_address_in_public_is_not_reachable() -> None:
    assert judge("http.https_reachable", refused_addresses=("10.0.0.1",)).verdict == "fail"


@pytest.mark.parametrize(
    "plain", [no_answer(How.REFUSED), no_answer(How.TIMED_OUT), answer(308, to=f"https://{HOST}/x")]
)
def test_closed_or_redirecting_plain_http_is_fine(plain: Any) -> None:
    assert judge("http.redirect_to_https", address(plain=plain)).verdict == "pass"


@pytest.mark.parametrize(
    ("other", "finding"),
    [
        ({"first": no_answer(How.REFUSED)}, "recommended : https: no answer"),
        ({"first": answer(403)}, "recommended : https: answer 403"),
        ({"plain": no_answer(How.REFUSED)}, "recommended : http: no answer"),
        ({"document": page(" ".join(f"word{n}" for n in range(100)))}, "recommended : a document that differs 100%"),
    ],
)
def test_another_service_over_ipv6_is_told(other: dict[str, Any], finding: str) -> None:
    outcome = judge("http.same_service", address(), address(address="2001:db8::1", **other))
    assert outcome.findings == (finding,)
    assert outcome.verdict == "pass"


def test_one_kind_of_address_cannot_be_compared() -> None:
    assert judge("http.same_service", address()).verdict == "not_applicable"


@pytest.mark.parametrize(
    ("id_", "endpoint"),
    [
        ("http.portal_reachable", Endpoint(host=HOST)),
        ("http.entra_login", Endpoint(host=HOST, role="website")),
        ("http.sso_protocol", Endpoint(host=HOST, role="api")),
        ("http.operational", Endpoint(host=HOST, environment="acceptance")),
    ],
)
def test_what_an_endpoint_is_for_decides_what_applies(id_: str, endpoint: Endpoint) -> None:
    assert judge(id_, endpoint=endpoint).verdict == "not_applicable"


@pytest.mark.parametrize(
    "changes",
    [
        {"first": answer(302, to=ENTRA + OIDC), "document": None},
        {"document": page('{"openapi": "3.0.0"}', "application/json")},
        {"first": answer(401, www_authenticate="Bearer"), "document": page("", "text/plain")},
    ],
)
def test_a_web_service_or_a_way_to_sign_in_is_a_web_application(changes: dict[str, Any]) -> None:
    assert judge("http.web_application", address(**changes)).verdict == "pass"


def test_security_txt_weighs_as_the_norm_says_when_the_contract_does_not_demand_it() -> None:
    missing = address(security_txt=file(status=404))
    outcome = judge("http.security_txt", missing, params={"demanded": False})
    assert outcome.verdict == "pass"
    assert outcome.findings == ("recommended /.well-known/security.txt: answer 404",)


@pytest.mark.parametrize(
    "changes",
    [
        {"first": answer(content_security_policy="upgrade-insecure-requests")},
        {
            "document": page(
                "<meta http-equiv=content-security-policy content=upgrade-insecure-requests><img src=http://x>"
            )
        },
    ],
)
def test_parts_over_http_that_browsers_upgrade_are_no_mixed_content(changes: dict[str, Any]) -> None:
    mixed = {"document": page("<img src=http://x.nl/>"), **changes}
    assert judge("http.standard_browser_security", address(**mixed)).verdict == "pass"


def test_without_a_tenant_it_says_what_to_fill_in() -> None:
    outcome = judge("http.entra_login", tenant=None)
    assert outcome.verdict == "undetermined"
    assert "entra_tenant" in outcome.reason


def test_openid_connect_without_pkce_is_told() -> None:
    outcome = judge("http.sso_protocol", address(first=answer(302, to=f"{ENTRA}?client_id=x&response_type=code")))
    assert outcome.findings == ("recommended Location: no code_challenge",)


@pytest.mark.parametrize("id_", ["http.enforced", "http.https_reachable", "http.redirect_to_https", "http.hsts"])
def test_a_kind_of_address_that_is_not_known_passes_nothing(id_: str) -> None:
    unseen = Text("AAAA: SERVFAIL", "AAAA: SERVFAIL")
    outcome = judge(id_, address(), addresses_unseen=unseen)
    assert (outcome.verdict, outcome.reason) == ("undetermined", f"{HOST} AAAA: SERVFAIL.")


def test_commands_read_on_where_authorities_of_the_audits_own_were_trusted() -> None:
    facts = http(address(), own_authorities=True)
    assert "--insecure" in facts.curl(facts.addresses[0])
    assert "--insecure" not in facts.curl(facts.addresses[0], plain=True)
    assert "--insecure" not in facts.curl(facts.addresses[0], trusting=False)


def test_cookies_of_later_answers_count_as_well() -> None:
    later = msgspec.structs.replace(answer(), url=f"https://{HOST}/app", cookies=(read_cookie("PHPSESSID=x; path=/"),))
    outcome = judge("http.security_headers", address(first=answer(302, to=f"https://{HOST}/app"), hops=(later, later)))
    assert outcome.verdict == "pass"
    assert [item for item in outcome.findings if "Set-Cookie" in item] == [
        "recommended Set-Cookie: without Secure: PHPSESSID",
        "recommended Set-Cookie: without HttpOnly: PHPSESSID",
        "recommended Set-Cookie: without SameSite: PHPSESSID",
    ]
