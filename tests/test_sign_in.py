"""Judgements on how people sign in."""

import re

from tests.test_environment import require_seen, require_workloads
from toetskader.facts.chart import ChartFiles
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.names import words
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable, undetermined
from toetskader.patterns import linear

_IDENTITY_HINT = re.compile(r"oidc|openid|saml|entra|azure ?ad|adfs|msal|oauth")
_IDENTITY = linear(
    r"\b(oidc|openid|openid connect|saml|saml2|entra|azure ad|azuread|adfs|msal|oauth2 proxy)\b.*"
    r"\b(issuer|authority|client id|clientid|discovery\w*|endpoint|metadata\w*|tenant|tenant id|provider\w*"
    r"|entity id|url|enabled?|idp)\b"
    r"|\b(azure ad|azuread|entra)\b|.*\bissuer uri\b|\boauth2? .*\bclient id\b"
)
# Switches that keep old addresses of a component alive set nothing of an issuer or client.
_LEGACY = re.compile(r"\blegacy\b")
# Names of parties in network policies: whom a pod may reach is no setting for signing in.
_NETWORK = re.compile(r"\b(network|networking|netwerk|egress|outbound|ingress)\b")
_ISSUER = re.compile(
    r"\b(issuer|issuer uri|issuer url|authority|discovery\w*|metadata url|discovery endpoint|op discovery endpoint)$"
)
_COMMENTED = re.compile(r"[ \t]*#[ \t]*(?:- )?[\"']?(?P<key>[\w.-]+)[\"']?[ \t]*:")
_ENTRA_HOSTS = ("login.microsoftonline.com", "sts.windows.net")


@check("config.entra_identity")
def test_users_sign_in_through_entra(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    values: tuple[Leaf, ...],
    chart: ChartFiles,
    templates: Templates,
    findings: Findings,
) -> None:
    """DDC 1.3: identities are managed in Entra ID, so OIDC or SAML can be set, and a filled issuer is Entra's.

    A value that no template reads sets nothing; one that only a comment shows may. A component that serves nothing has
    no users to sign in.
    """
    require_workloads(workloads)
    if not any(True for _ in objects.of_kind("Service")) and not any(
        True for container in workloads.containers() for _ in container.get("ports").each()
    ):
        not_applicable(
            "De chart heeft geen Service en geen containerpoort, dus niemand logt in.",
            "The chart has no Service and no container port, so nobody signs in.",
        )
    named: list[tuple[Place, str, str]] = [
        (variable.place, words(variable.name), variable.text) for variable in environment.variables()
    ]
    named += [
        (leaf, leaf.words, leaf.text)
        for leaf in values
        if _IDENTITY_HINT.search(leaf.words) and not _NETWORK.search(leaf.words) and templates.read(leaf.path)
    ]
    seen = [
        (place, name, value)
        for place, name, value in named
        if _IDENTITY.search(name) and not _LEGACY.search(name) and not _is_off(name, value)
    ]
    for place, name, value in seen:
        host = re.match(r"https?://([^/:?#\s]+)", value)
        if _ISSUER.search(name) and host and host[1].lower() not in _ENTRA_HOSTS:
            findings.add(
                place,
                seen=host[1],
                expected=Text(
                    "een issuer van Entra ID (login.microsoftonline.com)",
                    "an issuer of Entra ID (login.microsoftonline.com)",
                ),
            )
    if seen:
        return
    require_seen(environment)
    if _offers_identity(chart.files.get("values.yaml", "")):
        undetermined(
            "Alleen commentaar in values.yaml noemt OIDC of SAML. Voeg een waardenset toe waarin dat is ingevuld, dan "
            "is te zien of het bij de containers aankomt.",
            "Only a comment in values.yaml names OIDC or SAML. Add a values set in which it is filled in, to show "
            "whether it reaches the containers.",
        )
    findings.add(
        FilePlace("values.yaml"),
        seen=Text("geen instelling voor OIDC of SAML", "no setting for OIDC or SAML"),
        expected=Text(
            "issuer, client-id en clientgeheim in te stellen", "issuer, client id and client secret to be set"
        ),
        remedy=Text(
            "Maak OIDC of SAML instelbaar in values.yaml. Kent het component geen gebruikers die inloggen, leg dat "
            "dan uit "
            "in een afwijking.",
            "Make OIDC or SAML settings in values.yaml. If the component has no users who sign in, explain that in a "
            "deviation.",
        ),
    )


def _is_off(name: str, value: str) -> bool:
    """Tell whether a setting is a switch that is off: it says nothing of an issuer."""
    return name.endswith(("enabled", "enable")) and value.lower() in ("", "false", "0", "no", "off")


def _offers_identity(values: str) -> bool:
    """Tell whether comments in values.yaml show how to set OIDC or SAML, as charts do for free-form configuration."""
    return any(
        match is not None and _IDENTITY.search(words(match["key"])) is not None
        for line in values.splitlines()
        if _IDENTITY_HINT.search(line.lower())
        for match in (_COMMENTED.match(line),)
    )
