"""Judgements on configuration: environment variables, connections that values decide, database migrations."""

import re

from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.databases import Databases, Role
from toetskader.facts.documentation import documents, says_at_start, undescribed
from toetskader.facts.kubernetes.environment import Environment, Origin, Variable
from toetskader.facts.kubernetes.known_images import is_helper, server_in
from toetskader.facts.kubernetes.migrations import (
    held_back,
    is_suspended,
    migrates_as_it_starts,
    migrations,
    switches_migrations_off,
    switches_migrations_on,
)
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.mounts import Content, MountedFile, mounted_files
from toetskader.facts.names import words
from toetskader.facts.template_text import is_fixed, options_from_values
from toetskader.facts.templates import Templates
from toetskader.facts.time_zones import is_utc, time_zone_settings, time_zones_in
from toetskader.facts.values import Leaf
from toetskader.judging import FilePlace, Findings, Parameters, Text, check, not_applicable, undetermined
from toetskader.patterns import Linear, linear

# A finding lists this many names; the rest is counted.
SHOWN = 60


@check("config.by_environment")
def test_whole_configuration_goes_through_the_environment(
    workloads: Workloads, objects: Objects, chart: ChartFiles, findings: Findings
) -> None:
    """DDC 7.16: the whole configuration goes through environment variables.

    So no file but a certificate is mounted: a Secret's single values (a password per file) are no configuration, nor
    are scripts. And no value of the chart goes to an option of the component's own command line.
    """
    _require_workloads(workloads)
    unknown: list[str] = []
    for container in workloads.containers():
        mounted: dict[str, list[MountedFile]] = {}
        for file in mounted_files(container, objects):
            if file.content is Content.CONFIGURATION:
                mounted.setdefault(file.mount.path, []).append(file)
            elif file.content is Content.UNKNOWN:
                unknown.append(f"{_kind(file.from_secret)}/{file.holder} ({file.mount.where})")
        own = container.runs_continuously and server_in(container) is None and not is_helper(container)
        options = options_from_values(container, chart.files) if own else ()
        if options:
            findings.add(
                container.get("args" if container.get("args") else "command"),
                seen=Text(
                    f"instellingen op de opdrachtregel: {_listed(list(options))}",
                    f"settings on the command line: {_listed(list(options))}",
                ),
                expected=_BY_ENVIRONMENT,
                remedy=Text(
                    "Laat de toepassing deze instellingen uit omgevingsvariabelen lezen, of verwijs ernaar: "
                    "`--naam=$(NAAM)`.",
                    "Have the application read these settings from environment variables, or refer to them: "
                    "`--name=$(NAME)`.",
                ),
            )
        for files in mounted.values():
            names = _listed([file.name for file in files])
            holder = f"{_kind(files[0].from_secret)} {files[0].holder}"
            findings.add(
                files[0].mount,
                seen=Text(
                    f"configuratiebestanden uit {holder}: {names}", f"configuration files from {holder}: {names}"
                ),
                expected=_BY_ENVIRONMENT,
            )
    if unknown:
        undetermined(
            f"Niet te zien welke bestanden erin staan: {_listed(unknown)}. Noem ze met `items` in het volume, of "
            f"render "
            "het object mee.",
            f"Cannot see which files are in: {_listed(unknown)}. Name them with `items` in the volume, or render the "
            "object along.",
        )


_BY_ENVIRONMENT = Text("instellingen als omgevingsvariabelen", "settings as environment variables")


@check("config.environment_documented")
def test_environment_variables_are_documented(
    workloads: Workloads, environment: Environment, chart: ChartFiles, findings: Findings
) -> None:
    """DDC 7.16: the environment variables for configuration are documented, each by name and meaning."""
    _require_environment(workloads, environment)
    wanted = dict.fromkeys(variable.name for variable in environment.variables())
    absent = frozenset(undescribed(wanted, documents(chart.files).values()))
    missing: dict[int, tuple[Place, dict[str, None]]] = {}
    for item in environment.of_containers:
        for variable in item.variables.values():
            if variable.name in absent:
                place: Place = variable.holder or item.container
                missing.setdefault(id(place), (place, {}))[1][variable.name] = None
    for place, absent_here in missing.values():
        names = list(absent_here)
        findings.add(
            place,
            seen=Text(f"niet beschreven: {_listed(names)}", f"not described: {_listed(names)}"),
            expected=Text(
                "elke variabele met haar betekenis in een tabel of lijst in README of docs van de chart",
                "every variable with its meaning in a table or list in the chart's README or docs",
            ),
        )
    _require_seen(environment)


@check("config.environment_from_config_maps")
def test_environment_comes_from_config_maps(workloads: Workloads, environment: Environment, findings: Findings) -> None:
    """DDC 7.16: environment variables are set through ConfigMaps in the chart.

    Allowed beside them: Secrets, the downward API, and values composed of other variables (`$(HOST):8080`), which
    Kubernetes expands in the pod specification only.
    """
    _require_environment(workloads, environment)
    for item in environment.of_containers:
        names = [variable.name for variable in item.variables.values() if variable.origin is Origin.LITERAL]
        if names:
            findings.add(
                item.container.get("env"),
                seen=Text(f"vaste waarden voor {_listed(names)}", f"literal values for {_listed(names)}"),
                expected=Text("waarden uit een ConfigMap van de chart", "values from a ConfigMap of the chart"),
            )
        for source in item.unseen:
            if source.origin is Origin.CONFIG_MAP and not source.optional:
                findings.add(
                    source.node,
                    seen=Text(
                        f"ConfigMap {source.name}, niet in de chart", f"ConfigMap {source.name}, not in the chart"
                    ),
                    expected=Text("een ConfigMap van de chart", "a ConfigMap of the chart"),
                )


@check("config.external_postgresql")
def test_database_is_an_external_postgresql(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    databases: Databases,
    chart: ChartFiles,
    templates: Templates,
    findings: Findings,
) -> None:
    """DDC 1.3: relational data live in Azure Database for PostgreSQL, so outside the release and set through values."""
    _require_database(workloads, objects, environment, databases)
    for container, server in databases.servers:
        findings.add(
            container,
            seen=Text(
                f"een eigen database in de release ({server})", f"a database of its own in the release ({server})"
            ),
            expected=Text("een PostgreSQL buiten de release", "a PostgreSQL outside the release"),
        )
    for item in databases.managed:
        findings.add(
            item,
            seen=item.api_version,
            expected=Text("een PostgreSQL buiten de release", "a PostgreSQL outside the release"),
        )
    for place, engine in databases.other_engines():
        findings.add(place, seen=engine, expected="PostgreSQL")
    for variable, roles in databases.variables:
        if Role.HOST in roles and is_fixed(variable, chart.files):
            findings.add(
                variable.place,
                seen=Text(f"{variable.name} staat vast in de template", f"{variable.name} is fixed in the template"),
                expected=Text("een waarde uit values.yaml", "a value from values.yaml"),
            )
    offered = [(leaf, roles) for leaf, roles in databases.settings if templates.read(leaf.path)]
    settable = {role for _, roles in offered for role in roles}
    # User and password may as well come from a Secret of others, or from one whose name the values decide.
    settable |= {role for variable, roles in databases.variables if variable.origin is Origin.SECRET for role in roles}
    unseen = any(source.origin is Origin.SECRET for item in environment.of_containers for source in item.unseen)
    if unseen or any("secret" in leaf.words for leaf, _ in offered):
        settable |= {Role.USER, Role.SECRET}
    missing = [role for role in Role if role not in settable]
    if missing and not findings:
        findings.add(
            FilePlace("values.yaml"),
            seen=Text(
                f"geen instelling voor {', '.join(_ROLE_NL[role] for role in missing)} van de database",
                f"no setting for the database's {', '.join(_ROLE_EN[role] for role in missing)}",
            ),
            expected=Text(
                "host, poort, databasenaam, gebruiker en wachtwoord (of een bestaand Secret) in te stellen",
                "host, port, database name, user and password (or an existing Secret) to be set",
            ),
        )


_ROLE_NL = {
    Role.HOST: "host",
    Role.PORT: "poort",
    Role.NAME: "naam",
    Role.USER: "gebruiker",
    Role.SECRET: "wachtwoord of Secret",
}
_ROLE_EN = {
    Role.HOST: "host",
    Role.PORT: "port",
    Role.NAME: "name",
    Role.USER: "user",
    Role.SECRET: "password or Secret",
}


@check("config.database_timezone_utc")
def test_database_sessions_use_utc(
    workloads: Workloads, objects: Objects, environment: Environment, databases: Databases, findings: Findings
) -> None:
    """DDC 1.3: the database's time zone is UTC.

    A client that asks for nothing gets the server's zone, or that of its container, which is UTC unless set. So what
    can go wrong in a chart is a setting that asks for another zone.
    """
    _require_database(workloads, objects, environment, databases)
    for setting in time_zone_settings(environment, of_database=True):
        if not is_utc(setting.zone):
            findings.add(setting.place, seen=f"{setting.name}: {setting.zone}", expected="UTC")
    for container in workloads.containers():
        for file in mounted_files(container, objects):
            for zone in time_zones_in(file.text or ""):
                if not is_utc(zone):
                    findings.add(file.mount, seen=f"{file.name}: {zone[:80]}", expected="UTC")
    _require_seen(environment)


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
    _require_workloads(workloads)
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
    _require_seen(environment)
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


@check("config.mail_route")
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
    _require_workloads(workloads)
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
            _require_files_silent(workloads, objects, _MAIL_IN_A_FILE, Text("een mailserver", "a mail server"))
        hosts = [
            (leaf, leaf.path, leaf.text) for leaf in values if _is_mail_host(leaf.words) and templates.read(leaf.path)
        ]
    elif not hosts:
        names = _listed([variable.name for variable in variables])
        undetermined(
            f"De mailserver staat in een Secret of in een object buiten de chart ({names}); zet hem in een ConfigMap "
            "van de chart, of toon hem aan op de namespace.",
            f"The mail server is in a Secret or in an object outside the chart ({names}); put it in a ConfigMap of the "
            "chart, or show it in the namespace.",
        )
    if not hosts:
        if findings:
            return
        _require_seen(environment)
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
        names = _listed(list(dict.fromkeys(name for _, name, _ in hosts)))
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


@check("database.migrations")
def test_database_migrations_come_with_the_release(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    databases: Databases,
    values: tuple[Leaf, ...],
    chart: ChartFiles,
    templates: Templates,
    findings: Findings,
) -> None:
    """DDC 7.14: a component that stores data migrates its database itself, or brings scripts for a migration tool.

    Seen in a chart as a Job, hook or init container that migrates, a container that does so as it starts, a setting
    that has the application do so, or its own documentation saying so. Many images do so by themselves, which no chart
    shows; so it is not met only where migrations are held back.
    """
    _require_database(workloads, objects, environment, databases)
    running = (item for item in workloads.containers() if not is_suspended(item.workload))
    if any(True for _ in migrations(workloads)) or any(map(migrates_as_it_starts, running)):
        return
    if any(switches_migrations_on(words(item.name), item.text) for item in environment.variables()):
        return
    if any(switches_migrations_on(leaf.words, leaf.text) and templates.read(leaf.path) for leaf in values):
        return
    own = [text for path, text in documents(chart.files).items() if not path.startswith("charts/")]
    if any(says_at_start(text, "migrati") for text in own):
        return
    expected = Text("migraties bij elke installatie en upgrade", "migrations with every installation and upgrade")
    for item in held_back(workloads):
        findings.add(item, seen=Text("migraties staan uit", "migrations are switched off"), expected=expected)
    for variable in environment.variables():
        if switches_migrations_off(words(variable.name), variable.text):
            findings.add(variable.place, seen=f"{variable.name}: {variable.text[:80]}", expected=expected)
    if findings:
        return
    _require_seen(environment)
    undetermined(
        "De chart toont niet hoe de database meegaat met een nieuwe versie. Draai de migraties in een Job met "
        "`helm.sh/hook: pre-install,pre-upgrade` of in een init-container. Doet de toepassing het zelf bij het "
        "starten, schrijf dat dan in de README.",
        "The chart does not show how the database follows a new version. Run the migrations in a Job with "
        "`helm.sh/hook: pre-install,pre-upgrade` or in an init container. If the application does so as it starts, say "
        "so in the README.",
    )


# --- shared ----------------------------------------------------------------------------------------------------------


def _require_workloads(workloads: Workloads) -> None:
    if not len(workloads):
        not_applicable("De chart rendert geen workload.", "The chart renders no workload.")


def _require_environment(workloads: Workloads, environment: Environment) -> None:
    """End not applicable without any variable: such a component has nothing to set in this way."""
    _require_workloads(workloads)
    if not any(True for _ in environment.variables()) and not environment.unseen:
        not_applicable(
            "Geen container krijgt omgevingsvariabelen.",
            "No container gets environment variables.",
        )


def _require_seen(environment: Environment) -> None:
    """End undetermined when variables may stand in objects that the chart does not render."""
    names = list(dict.fromkeys(f"{_kind(item.origin is Origin.SECRET)}/{item.name}" for item in environment.unseen))
    if names:
        undetermined(
            f"Niet te zien welke omgevingsvariabelen hierin staan: {_listed(names)}. Noem ze in `env` met "
            "`secretKeyRef` of `configMapKeyRef`, of render het object mee.",
            f"Cannot see which environment variables are in: {_listed(names)}. Name them in `env` with `secretKeyRef` "
            "or `configMapKeyRef`, or render the object along.",
        )


def _require_database(workloads: Workloads, objects: Objects, environment: Environment, databases: Databases) -> None:
    """End not applicable when all configuration is seen and names no relational database."""
    _require_workloads(workloads)
    if databases.any:
        return
    _require_seen(environment)
    _require_files_seen(workloads, objects)
    not_applicable(
        "Geen omgevingsvariabele, ConfigMap, waarde of container van de chart wijst op een relationele database.",
        "No environment variable, ConfigMap, value or container of the chart points to a relational database.",
    )


def _require_files_seen(workloads: Workloads, objects: Objects) -> None:
    """End undetermined when a mounted file that nobody can read here may name a database."""
    hidden = [
        f"{_kind(file.from_secret)}/{file.holder}"
        for container in workloads.containers()
        for file in mounted_files(container, objects)
        if file.content in (Content.UNKNOWN, Content.CONFIGURATION) and file.text is None
    ]
    if hidden:
        undetermined(
            f"Niet te zien of dit een database noemt: {_listed(hidden)}. Render het object mee.",
            f"Cannot see whether this names a database: {_listed(hidden)}. Render the object along.",
        )


def _require_files_silent(workloads: Workloads, objects: Objects, pattern: Linear, subject: Text) -> None:
    """End undetermined when a configuration file that a container mounts is about a subject: it is not read here."""
    for container in workloads.containers():
        for file in mounted_files(container, objects):
            if file.content is Content.CONFIGURATION and file.text and pattern.search(file.text):
                undetermined(
                    f"{file.mount.where} leest {file.name}, dat {subject.nl} lijkt te noemen; zet dat in een "
                    "omgevingsvariabele, dan is het te beoordelen.",
                    f"{file.mount.where} reads {file.name}, which seems to name {subject.en}; put that in an "
                    "environment variable, then it can be judged.",
                )


def _kind(from_secret: bool) -> str:
    return "Secret" if from_secret else "ConfigMap"


def _listed(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" (+{rest})" if rest > 0 else "")
