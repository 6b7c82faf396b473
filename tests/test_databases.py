"""Judgements on relational databases: where they are, their time zone, and how they follow a new version."""

from tests.test_environment import kind_of, listed, require_seen, require_workloads, require_zones_seen
from toetskader.facts.chart import ChartFiles
from toetskader.facts.databases import WHOLE, Databases, Role
from toetskader.facts.documentation import documents, says_at_start
from toetskader.facts.kubernetes.environment import Environment, Origin
from toetskader.facts.kubernetes.migrations import (
    held_back,
    is_suspended,
    migrates_as_it_starts,
    migrations,
    switches_migrations_off,
    switches_migrations_on,
)
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.mounts import FILE_KINDS, Content, mounted_files
from toetskader.facts.names import words
from toetskader.facts.template_text import is_fixed
from toetskader.facts.template_values import Decided, TemplateValues
from toetskader.facts.templates import Templates
from toetskader.facts.time_zones import is_utc, time_zone_settings, time_zones_in
from toetskader.facts.values import Leaf
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable, undetermined


@check("config.external_postgresql", objects=FILE_KINDS)
def test_database_is_an_external_postgresql(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    databases: Databases,
    values: tuple[Leaf, ...],
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
    template_values = TemplateValues(chart.files)
    for variable, roles in databases.variables:
        if Role.HOST not in roles:
            continue
        if is_fixed(variable, chart.files) or template_values.decided(variable) is Decided.COMPUTED:
            findings.add(
                variable.place,
                seen=Text(f"{variable.name} staat vast in de template", f"{variable.name} is fixed in the template"),
                expected=Text("een waarde uit values.yaml", "a value from values.yaml"),
            )
    settable, in_doubt = _settable(databases, environment, values, template_values, templates)
    missing = [role for role in Role if role not in settable]
    if findings or not missing:
        return
    _require_no_settings_in_files(databases)
    nl, en = (", ".join(names[role] for role in missing) for names in (_ROLE_NL, _ROLE_EN))
    if in_doubt.issuperset(missing):
        undetermined(
            f"Niet te zien of {nl} van de database in te stellen is: het staat op een opdrachtregel, of in geen "
            "template die hier te lezen is. Zet het in een omgevingsvariabele met een waarde uit values.yaml.",
            f"Cannot see whether the database's {en} can be set: it is on a command line, or in no template that can "
            "be read here. Put it in an environment variable with a value from values.yaml.",
        )
    require_seen(environment)
    findings.add(
        FilePlace("values.yaml"),
        seen=Text(f"geen instelling voor {nl} van de database", f"no setting for the database's {en}"),
        expected=Text(
            "host, poort, databasenaam, gebruiker en wachtwoord (of een bestaand Secret) in te stellen",
            "host, port, database name, user and password (or an existing Secret) to be set",
        ),
    )


def _settable(
    databases: Databases,
    environment: Environment,
    values: tuple[Leaf, ...],
    template_values: TemplateValues,
    templates: Templates,
) -> tuple[set[Role], set[Role]]:
    """Return what of the connection can be set, and what perhaps.

    A value with such a name that a template reads can, and so can a variable that the template fills from the values,
    whatever these are called there. User and password may as well come from a Secret of others, or from one whose name
    the values decide; then an address may hold them.
    """
    offered = [(leaf, roles) for leaf, roles in databases.settings if templates.read(leaf.path)]
    settable = {role for _, roles in offered for role in roles}
    in_doubt: set[Role] = set()
    given = {leaf.path.rpartition(".")[2] for leaf in values}
    for variable, roles in databases.variables:
        if variable.origin is Origin.SECRET:
            settable |= roles | (_ACCOUNT if roles == WHOLE else set())
            continue
        decided = template_values.decided(variable)
        if decided is Decided.VALUES or (decided is Decided.UNKNOWN and variable.name in given):
            settable |= roles | (_ACCOUNT if roles == WHOLE and template_values.gives_all(variable) else set())
        elif decided is Decided.UNKNOWN:
            in_doubt |= roles
    in_doubt |= {role for _, roles in databases.options for role in roles}
    unseen = any(source.origin is Origin.SECRET for item in environment.of_containers for source in item.unseen)
    if unseen or any("secret" in leaf.words for leaf, _ in offered):
        settable |= _ACCOUNT
    return settable, in_doubt


_ACCOUNT = {Role.USER, Role.SECRET}
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


@check("config.database_timezone_utc", objects=FILE_KINDS)
def test_database_sessions_use_utc(
    workloads: Workloads, objects: Objects, environment: Environment, databases: Databases, findings: Findings
) -> None:
    """DDC 1.3: the database's time zone is UTC.

    A client that asks for nothing gets the server's zone, or that of its container, which is UTC unless set. So what
    can go wrong in a chart is a setting that asks for another zone.
    """
    _require_database(workloads, objects, environment, databases)
    # What has nothing to do with the database may have any zone; when it does not show what has, everything counts.
    told = [item for item in environment.of_containers if item.container in databases.users]
    may_be_told = [item for item in environment.of_containers if item.unseen and item.container not in databases.users]
    concerned = told or list(environment.of_containers)
    for setting in time_zone_settings(concerned, of_database=True):
        if not is_utc(setting.zone):
            findings.add(setting.place, seen=f"{setting.name}: {setting.zone}", expected="UTC")
    for item in concerned:
        for file in mounted_files(item.container, objects):
            for zone in time_zones_in(file.text or ""):
                if not is_utc(zone):
                    findings.add(file.mount, seen=f"{file.name}: {zone[:80]}", expected="UTC")
    if findings:
        return
    require_zones_seen(concerned, of_database=True)
    if told and any(not is_utc(setting.zone) for setting in time_zone_settings(may_be_told, of_database=True)):
        require_seen(environment)


@check("database.migrations", objects=FILE_KINDS)
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
    require_seen(environment)
    undetermined(
        "De chart toont niet hoe de database meegaat met een nieuwe versie. Draai de migraties in een Job met "
        "`helm.sh/hook: pre-install,pre-upgrade` of in een init-container. Doet de toepassing het zelf bij het "
        "starten, schrijf dat dan in de README.",
        "The chart does not show how the database follows a new version. Run the migrations in a Job with "
        "`helm.sh/hook: pre-install,pre-upgrade` or in an init container. If the application does so as it starts, say "
        "so in the README.",
    )


def _require_database(workloads: Workloads, objects: Objects, environment: Environment, databases: Databases) -> None:
    """End not applicable when all configuration is seen and names no relational database."""
    require_workloads(workloads)
    if databases.any:
        return
    require_seen(environment)
    _require_files_seen(workloads, objects)
    _require_no_settings_in_files(databases)
    if databases.possible:
        names = listed([variable.name for variable in databases.possible])
        undetermined(
            f"{names} noemt een databron, maar de waarde staat in een Secret of buiten de chart: of dat een "
            "relationele database is, is hier niet te zien. Zet de soort database in een ConfigMap van de chart, zoals "
            "`DATABASE_ENGINE: postgresql`.",
            f"{names} names a data source, but its value is in a Secret or outside the chart: whether it is a "
            "relational database cannot be seen here. Put the kind of database in a ConfigMap of the chart, such as "
            "`DATABASE_ENGINE: postgresql`.",
        )
    not_applicable(
        "Geen omgevingsvariabele, ConfigMap, waarde of container van de chart wijst op een relationele database.",
        "No environment variable, ConfigMap, value or container of the chart points to a relational database.",
    )


def _require_files_seen(workloads: Workloads, objects: Objects) -> None:
    """End undetermined when a mounted file that nobody can read here may name a database."""
    hidden = [
        f"{kind_of(file.from_secret)}/{file.holder}"
        for container in workloads.containers()
        for file in mounted_files(container, objects)
        if file.content in (Content.UNKNOWN, Content.CONFIGURATION) and file.database is None
    ]
    if hidden:
        names = listed(list(dict.fromkeys(hidden)))
        undetermined(
            f"Een container leest bestanden uit {names}, en wat daarin staat is hier niet te zien: misschien noemt het "
            "een database. Zet de instellingen van de database in omgevingsvariabelen.",
            f"A container reads files from {names}, and what is in them cannot be seen here: they may name a database. "
            "Put the settings of the database in environment variables.",
        )


def _require_no_settings_in_files(databases: Databases) -> None:
    """End undetermined when settings of a database stand in a file, which is not read further here."""
    holders = [f"{kind_of(file.from_secret)}/{file.holder}: {file.name}" for file in databases.in_files]
    holders += [node.where for node, _ in databases.in_secrets]
    holders += [variable.name for variable in databases.in_texts]
    if holders:
        names = listed(list(dict.fromkeys(holders)))
        undetermined(
            f"De instellingen van een database lijken samen in een bestand, Secret of variabele te staan ({names}); "
            "zet ze elk in een eigen omgevingsvariabele, dan zijn ze te beoordelen.",
            f"The settings of a database seem to be together in a file, Secret or variable ({names}); put each in an "
            "environment variable of its own, then they can be judged.",
        )
