"""Judgements on the way that mail takes."""

import re

from tests.test_environment import listed, require_seen, require_workloads
from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.environment import Environment, Variable
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.mounts import FILE_KINDS, Content, mounted_files
from toetskader.facts.names import words
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf
from toetskader.judging import Findings, Parameters, Text, check, not_applicable, undetermined
from toetskader.patterns import linear

_MAIL_HINT = re.compile(r"smtp|mail")
_MAIL_HOST = linear(
    r"\b(smtp|smtps|mail|email|e mail|mailer|mailserver|mailhost)\b.*\b(host|hostname|server|relay|address|endpoint"
    r"|url)$"
    r"|^(smtp|mail|email)(host|server)$|\bmail(host|server)$"
)
_NO_MAIL_HOST = re.compile(
    r"\b(host user|host password|from|to|sender|recipient|recipients|reply|default|email address|mail address)\b"
    r"|address$"
)
_MAIL_IN_A_FILE = linear(r"smtp|\bmail[\w.-]{0,40}host|mail:\s*\n\s+host:|mail_?server", re.IGNORECASE)
# Services that send mail outside the municipality's environment, by their own interfaces.
_MAIL_SERVICE = re.compile(
    r"\b(sendgrid|mailgun|mailjet|mandrill|postmark(app)?|sparkpost|sendinblue|brevo|smtp2go|amazonses)\b"
    r"|\bemail\.[\w-]+\.amazonaws\.com\b"
)
# Where mail libraries point when nobody filled anything in.
_UNFILLED = frozenset({"", "localhost", "127.0.0.1", "::1"})


@check("config.mail_route", objects=FILE_KINDS)
def test_mail_goes_through_the_central_environment(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    render: Render,
    values: tuple[Leaf, ...],
    templates: Templates,
    parameters: Parameters,
    findings: Findings,
) -> None:
    """DDC 7.10: a pod's mail goes through the municipality's central mail environment."""
    require_workloads(workloads)
    for variable in environment.variables():
        if _MAIL_SERVICE.search(words(variable.name)) or _MAIL_SERVICE.search(variable.text.lower()):
            findings.add(
                variable.place,
                seen=Text(f"{variable.name}: een maildienst van derden", f"{variable.name}: a mail service of others"),
                expected=Text("de centrale mailomgeving", "the central mail environment"),
                remedy=Text(
                    "Verstuur mail met SMTPS via de mailserver van de gemeente, en haal deze instelling weg.",
                    "Send mail with SMTPS through the municipality's mail server, and remove this setting.",
                ),
            )
    variables = [item for item in environment.variables() if _is_mail_host(words(item.name))]
    hosts: list[tuple[Place, str, str]] = [
        (variable.place, variable.name, variable.text) for variable in variables if variable.value is not None
    ]
    if not variables:
        if not findings:
            _require_files_silent(workloads, objects)
        hosts = [
            (leaf, leaf.path, leaf.text) for leaf in values if _is_mail_host(leaf.words) and templates.read(leaf.path)
        ]
    elif not hosts:
        names = listed([variable.name for variable in variables])
        undetermined(
            f"De mailserver staat in een Secret of in een object buiten de chart ({names}); zet hem in een ConfigMap "
            "van de chart, of toon hem aan op de namespace.",
            f"The mail server is in a Secret or in an object outside the chart ({names}); put it in a ConfigMap of the "
            "chart, or show it in the namespace.",
        )
    if not hosts:
        if findings:
            return
        require_seen(environment)
        graph = next((item for item in environment.variables() if _is_mail_by_graph(item)), None)
        if graph is not None:
            undetermined(
                f"Mail lijkt via Microsoft Graph te gaan ({graph.name}); of dat de centrale mailomgeving is, toont de "
                "chart niet. Laat de gemeente dat bevestigen, of stel SMTP in.",
                f"Mail seems to go by Microsoft Graph ({graph.name}); whether that is the central mail environment the "
                "chart does not show. Have the municipality confirm it, or set SMTP.",
            )
        not_applicable(
            "Geen omgevingsvariabele of waarde van de chart noemt een mailserver.",
            "No environment variable or value of the chart names a mail server.",
        )
    central = str(parameters.require("mail_host")).lower()
    filled = [(place, name, value) for place, name, value in hosts if value.lower() not in _UNFILLED]
    for place, name, value in filled:
        if _host_of(value) != central:
            findings.add(place, seen=f"{name}: {_host_of(value)}", expected=central)
    if not filled:
        names = listed(list(dict.fromkeys(name for _, name, _ in hosts)))
        production = parameters.get("production_values_sets")
        if production and render.scene not in production:
            not_applicable(
                f"In deze waardenset, geen productie, is geen mailserver ingevuld ({names}).",
                f"In this values set, which is not production, no mail server is filled in ({names}).",
            )
        undetermined(
            f"Er is geen mailserver ingevuld ({names}); geef het doel een waardenset waarin dat wel zo is.",
            f"No mail server is filled in ({names}); give the target a values set in which it is.",
        )


def _is_mail_by_graph(variable: Variable) -> bool:
    value = variable.text.lower()
    return "graph.microsoft.com" in value or (
        "mail" in words(variable.name) and value in ("graph", "msgraph", "microsoft graph", "microsoftgraph")
    )


def _is_mail_host(name: str) -> bool:
    return bool(_MAIL_HINT.search(name)) and _MAIL_HOST.search(name) is not None and _NO_MAIL_HOST.search(name) is None


def _host_of(value: str) -> str:
    """Return the host in `host`, `host:port` or a URL; a user and password before it are left out."""
    rest = value.partition("://")[2] or value
    return rest.partition("/")[0].rpartition("@")[2].partition(":")[0].strip().lower()


def _require_files_silent(workloads: Workloads, objects: Objects) -> None:
    """End undetermined when a configuration file that a container mounts is about mail: it is not read here."""
    for container in workloads.containers():
        for file in mounted_files(container, objects):
            if file.content is Content.CONFIGURATION and file.text and _MAIL_IN_A_FILE.search(file.text):
                undetermined(
                    f"{file.mount.where} leest {file.name}, dat een mailserver lijkt te noemen; zet dat in een "
                    "omgevingsvariabele, dan is het te beoordelen.",
                    f"{file.mount.where} reads {file.name}, which seems to name a mail server; put that in an "
                    "environment variable, then it can be judged.",
                )
