"""Judgements on how people sign in."""

import re
from collections.abc import Iterator

from tests.test_environment import listed, require_seen, require_workloads
from toetskader.facts.chart import ChartFiles
from toetskader.facts.kubernetes.audience import people_may_use
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.mounts import FILE_KINDS, Content, MountedFile, mounted_files
from toetskader.facts.names import words
from toetskader.facts.possible_variables import READ_WHOLE
from toetskader.facts.sign_in import HINT, Says, is_entra, is_of_entra, providers, says
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable, undetermined

# Names of parties in network policies: whom a pod may reach is no setting for signing in.
_NETWORK = re.compile(r"\b(network|networking|netwerk|egress|outbound|ingress)\b")
_COMMENTED = re.compile(r"[ \t]*#[ \t]*(?:- )?[\"']?(?P<key>[\w.-]+)[\"']?[ \t]*:")


@check("config.entra_identity", objects=("Service", *FILE_KINDS, *READ_WHOLE))
def test_users_sign_in_through_entra(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    values: tuple[Leaf, ...],
    chart: ChartFiles,
    templates: Templates,
    findings: Findings,
) -> None:
    """DDC 1.3: identities are managed in Entra ID, so an OIDC or SAML provider can be set, and a filled one is Entra's.

    A value that no template reads sets nothing, and a switch does not either without a provider to sign in at; a value
    that only a comment shows may. A component that serves nothing, or is a data store, has no people who sign in.
    """
    require_workloads(workloads)
    if not any(True for _ in objects.of_kind("Service")) and not any(
        True for container in workloads.containers() for _ in container.get("ports").each()
    ):
        not_applicable(
            "De chart heeft geen Service en geen containerpoort, dus niemand logt in.",
            "The chart has no Service and no container port, so nobody signs in.",
        )
    if not people_may_use(workloads, objects):
        not_applicable(
            "Hier loggen geen mensen in: wat draait is een gegevensopslag, of biedt naar zijn poorten niets voor een "
            "browser aan.",
            "No people sign in here: what runs is a data store, or by its ports offers nothing for a browser.",
        )
    files = [file for container in workloads.containers() for file in mounted_files(container, objects)]
    named = [*_settings(environment, values, templates), *((file.mount, "", file.text or "") for file in files)]
    hosts = [(place, host) for place, name, value in named for host in providers(name, value)]
    for place, host in dict.fromkeys(hosts):
        if not is_entra(host):
            findings.add(
                place,
                seen=host,
                expected=Text(
                    "een issuer van Entra ID (login.microsoftonline.com)",
                    "an issuer of Entra ID (login.microsoftonline.com)",
                ),
            )
    told = {(says(name), is_of_entra(name)) for _, name, _ in named}
    if hosts or any(said is Says.PROVIDER for said, _ in told) or (Says.CLIENT, True) in told:
        return
    require_seen(environment)
    _require_shown(named, files, chart)
    findings.add(
        FilePlace("values.yaml"),
        seen=Text("geen issuer van OIDC of SAML in te stellen", "no issuer of OIDC or SAML to be set"),
        expected=Text(
            "issuer, client-id en clientgeheim in te stellen", "issuer, client id and client secret to be set"
        ),
        remedy=Text(
            "Maak OIDC of SAML instelbaar in values.yaml. Kent het component geen gebruikers die inloggen, leg dat "
            "dan uit in een afwijking.",
            "Make OIDC or SAML settings in values.yaml. If the component has no users who sign in, explain that in a "
            "deviation.",
        ),
    )


def _settings(
    environment: Environment, values: tuple[Leaf, ...], templates: Templates
) -> Iterator[tuple[Place, str, str]]:
    """Yield variables, and values that may say something of signing in: place, name in words, value as text.

    What a value says in a section that is switched off is not in force: only that it can be set counts.
    """
    for variable in environment.variables():
        yield variable.place, words(variable.name), variable.text
    off = {
        leaf.path.removesuffix("enabled") for leaf in values if leaf.value is False and leaf.path.endswith(".enabled")
    }
    for leaf in values:
        if HINT.search(leaf.words) and not _NETWORK.search(leaf.words) and templates.read(leaf.path):
            yield leaf, leaf.words, "" if any(map(leaf.path.startswith, off)) else leaf.text


def _require_shown(named: list[tuple[Place, str, str]], files: list[MountedFile], chart: ChartFiles) -> None:
    """End undetermined when people may sign in at a provider, and the chart does not show at which."""
    clients = [place for place, name, _ in named if says(name) is Says.CLIENT]
    if clients:
        undetermined(
            f"{clients[0].where} noemt de client voor het inloggen, maar niets noemt de issuer. Maak die instelbaar in "
            "values.yaml, of vul hem in: dan is te zien of dat Entra ID is.",
            f"{clients[0].where} names the client for signing in, but nothing names the issuer. Make that a setting in "
            "values.yaml, or fill it in: then it shows whether it is Entra ID.",
        )
    about = [file for file in files if file.content is Content.CONFIGURATION and _may_be_about(file.text)]
    if about:
        names = listed(list(dict.fromkeys(f"{file.holder}: {file.name}" for file in about)))
        undetermined(
            f"Niet te zien hoe men inlogt: dat kan staan in een bestand dat hier niet te beoordelen is ({names}). Zet "
            "issuer en client-id in omgevingsvariabelen.",
            f"Cannot see how people sign in: a file that cannot be judged here may say so ({names}). Put issuer and "
            "client id in environment variables.",
        )
    if _offers_identity(chart.files.get("values.yaml", "")):
        undetermined(
            "Alleen commentaar in values.yaml noemt OIDC of SAML. Voeg een waardenset toe waarin dat is ingevuld, dan "
            "is te zien of het bij de containers aankomt.",
            "Only a comment in values.yaml names OIDC or SAML. Add a values set in which it is filled in, to show "
            "whether it reaches the containers.",
        )


_IN_A_FILE = re.compile(
    r"(?:oidc|openid|saml|entra|oauth2?|issuer[-_.]?ur[il])[\w.-]{0,60}[\"']?[ \t]*[:=]", re.IGNORECASE
)


def _may_be_about(text: str | None) -> bool:
    """Tell whether a configuration file may say how people sign in: it does so, or it is a Secret's."""
    return text is None or _IN_A_FILE.search(text) is not None


def _offers_identity(values: str) -> bool:
    """Tell whether comments in values.yaml show how to set OIDC or SAML, as charts do for free-form configuration."""
    return any(
        match is not None and says(words(match["key"])) in (Says.PROVIDER, Says.CLIENT)
        for line in values.splitlines()
        if HINT.search(line.lower())
        for match in (_COMMENTED.match(line),)
    )
