"""Mutants of what a chart says of a host name, and what users of that name are shown."""

from dataclasses import replace

from service_mutations import (
    ENFORCED,
    HOST_IN_USE,
    OPEN_STANDARDS,
    PLUG_INS,
    SECURE,
    SIGN_IN,
    SUPPLIERS_HOST,
    Change,
    ServiceMutant,
    both,
    chart,
    header,
    hosts,
    page,
    site,
    text,
)

from toetskader.laboratory.example import GOOD_DOMAIN
from toetskader.laboratory.web import Reply

HOST = f"meldingen.{GOOD_DOMAIN}"
BROWSERS = "http.standard_browser_security"
ELSEWHERE = (
    PLUG_INS,
    SIGN_IN,
    BROWSERS,
    "http.load_time",
    "http.operational",
    "http.sso_protocol",
    "http.web_application",
)
"""What cannot be said of an application whose address leads to another one."""
GATEWAY_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: meldingen}
spec:
  parentRefs: [{name: publiek, namespace: gateways}]
  hostnames: {{ .Values.hosts | toJson }}
  rules: [{backendRefs: [{name: meldingen, port: 80}]}]
"""
OWN_GATEWAY = f"""\
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: publiek}}
spec:
  gatewayClassName: publiek
  listeners: [{{name: https, protocol: HTTPS, port: 443, hostname: {SUPPLIERS_HOST}}}]
"""


def led_to(host: str) -> Change:
    """Have the application do nothing but lead to another host."""
    return page("/", status=302, body="", headers=(("Location", f"https://{host}/"),))


def cookie_for(domain: str) -> Change:
    """Have the application set a cookie for a domain."""
    return header("Set-Cookie", f"__Secure-s=1; Domain={domain}; Secure; HttpOnly; SameSite=Lax; Path=/")


MUTANTS = (
    ServiceMutant(
        name="leads-to-another-host-of-the-chart",
        check=HOST_IN_USE,
        why="The chart is given the supplier's host as well, and the application leads users to it.",
        of="charted",
        change=both(hosts(HOST, SUPPLIERS_HOST), led_to(SUPPLIERS_HOST)),
        fail=HOST_IN_USE,
        undetermined=ELSEWHERE,
    ),
    ServiceMutant(
        name="leads-to-the-name-behind-the-front",
        check=HOST_IN_USE,
        why="Something in front asks for the application by the supplier's host, and that is where it leads users.",
        of="charted",
        change=both(hosts(SUPPLIERS_HOST), led_to(SUPPLIERS_HOST)),
        fail=HOST_IN_USE,
        undetermined=ELSEWHERE,
    ),
    ServiceMutant(
        name="leads-to-a-host-of-somebody-else",
        check=HOST_IN_USE,
        why="The application leads to a name that the chart is not given, which may be anything.",
        of="charted",
        change=led_to("elders.example"),
        undetermined=(HOST_IN_USE, ELSEWHERE),
    ),
    ServiceMutant(
        name="leads-to-a-name-in-the-cluster",
        check=HOST_IN_USE,
        why="The application leads users to the name of its Service, which nobody outside the cluster reaches.",
        change=led_to("meldingen.meldingen.svc.cluster.local"),
        fail=HOST_IN_USE,
        undetermined=ELSEWHERE,
    ),
    ServiceMutant(
        name="page-sends-users-to-another-host-of-the-chart",
        check=HOST_IN_USE,
        why="The chart is given the supplier's host as well, and the page sends users on to it.",
        of="charted",
        change=both(
            hosts(HOST, SUPPLIERS_HOST),
            text("/", "<head>", f'<head><meta http-equiv="refresh" content="0; url=https://{SUPPLIERS_HOST}/">'),
        ),
        fail=HOST_IN_USE,
    ),
    ServiceMutant(
        name="plain-http-leads-to-another-host-of-the-chart",
        check=HOST_IN_USE,
        why="The chart is given the supplier's host as well, and plain HTTP leads users to it.",
        of="charted",
        change=both(
            hosts(HOST, SUPPLIERS_HOST),
            site(
                lambda old: replace(old, plain=Reply(status=301, headers=(("Location", f"https://{SUPPLIERS_HOST}/"),)))
            ),
        ),
        fail=(HOST_IN_USE, ENFORCED, OPEN_STANDARDS, SECURE),
    ),
    ServiceMutant(
        name="header-refresh-leads-to-another-host-of-the-chart",
        check=HOST_IN_USE,
        why="The chart is given the supplier's host as well, and a header sends users on to it.",
        of="charted",
        change=both(hosts(HOST, SUPPLIERS_HOST), header("Refresh", f"0; url=//{SUPPLIERS_HOST}/")),
        fail=HOST_IN_USE,
    ),
    ServiceMutant(
        name="sign-in-at-a-name-in-the-cluster",
        check=HOST_IN_USE,
        why="Users are sent to sign in at the name of a Service, which nobody outside the cluster reaches.",
        change=page(
            "/",
            status=302,
            body="",
            headers=(("Location", "https://aanmelden.auth.svc.cluster.local/?client_id=a&response_type=code"),),
        ),
        fail=HOST_IN_USE,
        undetermined=(SIGN_IN, PLUG_INS, BROWSERS, "http.load_time"),
    ),
    ServiceMutant(
        name="sign-in-returns-to-another-host-of-the-chart",
        check=HOST_IN_USE,
        why="The chart is given the supplier's host as well, and whoever has signed in comes back on that one.",
        of="charted",
        change=both(
            hosts(HOST, SUPPLIERS_HOST),
            page(
                "/",
                status=302,
                body="",
                headers=(
                    (
                        "Location",
                        "https://aanmelden.example/?client_id=a&response_type=code"
                        f"&redirect_uri=https%3A%2F%2F{SUPPLIERS_HOST}%2Fterug",
                    ),
                ),
            ),
        ),
        fail=HOST_IN_USE,
        undetermined=(SIGN_IN, PLUG_INS, BROWSERS, "http.load_time"),
    ),
    ServiceMutant(
        name="empty-page",
        check=HOST_IN_USE,
        why="An answer without anything in it does not show that the application works on the name.",
        of="charted",
        change=page("/", body=""),
        fail="http.web_application",
        undetermined=(HOST_IN_USE, SIGN_IN, "http.sso_protocol"),
        not_applicable=(PLUG_INS, BROWSERS),
    ),
    ServiceMutant(
        name="cookie-for-a-name-in-the-cluster",
        check=HOST_IN_USE,
        why="The application sets its cookies for the name of its Service, which no browser takes from another name.",
        change=cookie_for("meldingen.meldingen.svc.cluster.local"),
        fail=(HOST_IN_USE, BROWSERS),
    ),
    ServiceMutant(
        name="gateway-of-the-chart-for-another-host",
        check=HOST_IN_USE,
        why="The chart's route names the host, and hangs on a gateway of the chart that does not let it in.",
        of="charted",
        change=chart(route=GATEWAY_ROUTE.replace(", namespace: gateways", "") + OWN_GATEWAY),
        undetermined=HOST_IN_USE,
    ),
    ServiceMutant(
        name="cookie-for-another-host-of-the-chart",
        check=HOST_IN_USE,
        why="The chart is given the supplier's host as well, and the application sets its cookies for that one.",
        of="charted",
        change=both(hosts(HOST, SUPPLIERS_HOST), cookie_for(SUPPLIERS_HOST)),
        fail=(HOST_IN_USE, BROWSERS),
    ),
    ServiceMutant(
        name="cookie-of-something-in-front",
        check=BROWSERS,
        why="A cookie for a name that the chart is not given is not the application's, though no browser takes it.",
        of="charted",
        change=cookie_for("front.example"),
        fail=BROWSERS,
    ),
    ServiceMutant(
        name="host-not-in-the-chart",
        check=HOST_IN_USE,
        why="In production the chart's route answers to another name, so something in front asks for it by that one.",
        of="charted",
        change=hosts(SUPPLIERS_HOST),
        undetermined=HOST_IN_USE,
    ),
    ServiceMutant(
        name="values-set-without-a-route",
        check=HOST_IN_USE,
        why="The values set for production has no host, so that the chart makes no route with it.",
        of="charted",
        change=hosts(),
        undetermined=HOST_IN_USE,
    ),
    ServiceMutant(
        name="values-set-not-named",
        check=HOST_IN_USE,
        why="The target does not say which of two values sets is the one for production.",
        of="charted",
        change=chart(values=""),
        undetermined=HOST_IN_USE,
    ),
    ServiceMutant(
        name="values-set-that-cannot-be-rendered",
        check=HOST_IN_USE,
        why="Helm refuses the chart, so that what it says of the host is not seen.",
        of="charted",
        change=chart(route='{{ fail "geen route" }}'),
        undetermined=HOST_IN_USE,
    ),
    ServiceMutant(
        name="further-hosts-in-the-chart",
        check=HOST_IN_USE,
        why="A chart may offer more hosts, in any order and in capitals: no verdict changes.",
        of="charted",
        change=hosts(f"beheer.{GOOD_DOMAIN}", SUPPLIERS_HOST, HOST.upper()),
    ),
    ServiceMutant(
        name="wildcard-host-in-the-chart",
        check=HOST_IN_USE,
        why="A route for all names of the municipality answers to this one too: no verdict changes.",
        of="charted",
        change=hosts(f"*.{GOOD_DOMAIN}"),
    ),
    ServiceMutant(
        name="route-of-gateway-api-in-the-chart",
        check=HOST_IN_USE,
        why="A route of Gateway API answers to the host as an Ingress does: no verdict changes.",
        of="charted",
        change=chart(route=GATEWAY_ROUTE),
    ),
)
