"""Whether a component uses a relational database, and the settings of its connection."""

import json

import pytest
from from_yaml import objects

from toetskader.facts.databases import WHOLE, Databases, Role, database_settings, databases, keeps_file, roles
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.values import leaves

ROLES = {
    "DB_HOST": {Role.HOST},
    "settings.database.host": {Role.HOST},
    "postgresql.primary.host": {Role.HOST},
    "PGHOST": {Role.HOST},
    "DATABASE_PORT": {Role.PORT},
    "POSTGRES_DB": {Role.NAME},
    "PGDATABASE": {Role.NAME},
    "externalDatabase.username": {Role.USER},
    "externalDatabase.existingSecret": {Role.SECRET},
    "DB_PASSWORD": {Role.SECRET},
    "DATABASE_URL": {Role.HOST, Role.PORT, Role.NAME},
    "SPRING_DATASOURCE_URL": {Role.HOST, Role.PORT, Role.NAME},
    "ConnectionStrings__Default": {Role.HOST, Role.PORT, Role.NAME},
    "redis.database.host": set(),
    "MONGODB_HOST": set(),
    "LOG_OUTGOING_REQUESTS_DB_SAVE": set(),
    "EMAIL_HOST": set(),
}


@pytest.mark.parametrize(("name", "expected"), ROLES.items())
def test_roles(name: str, expected: set[Role]) -> None:
    assert roles(name) == expected


def seen(container: str = "{name: c}", values: dict[str, object] | None = None, more: str = "") -> Databases:
    everything = objects(
        f"{{kind: Deployment, metadata: {{name: app}}, spec: {{template: {{spec: {{containers: [{container}]}}}}}}}}\n"
        f"---\n{more}"
    )
    running = Workloads(everything)
    return databases(running, everything, Environment(running, everything), database_settings(leaves(values or {})))


FILES = {
    ("DATABASE_URL", "sqlite:////tmp/app.db"): True,
    ("DB_ENGINE", "django.db.backends.sqlite3"): True,
    ("SPRING_DATASOURCE_URL", "jdbc:h2:file:/tmp/app"): True,
    ("ConnectionStrings__Default", "Data Source=/tmp/app.db"): True,
    ("DATABASE_URL", "sqlite:///:memory:"): False,
    ("SPRING_DATASOURCE_URL", "jdbc:h2:mem:app"): False,
    ("DATABASE_URL", "postgres://db/app"): False,
    ("LOG_FORMAT", "sqlite"): False,
}


@pytest.mark.parametrize(("variable", "expected"), FILES.items())
def test_databases_in_a_file(variable: tuple[str, str], expected: bool) -> None:
    everything = objects(
        "{kind: Pod, metadata: {name: app}, spec: {containers: "
        f"[{{name: c, env: [{{name: {variable[0]}, value: '{variable[1]}'}}]}}]}}}}"
    )
    (found,) = Environment(Workloads(everything), everything).variables()
    assert keeps_file(found) is expected


EVIDENCE = {
    "nothing": (seen(), False),
    "a variable": (seen("{name: c, env: [{name: DB_HOST, value: db}]}"), True),
    "a setting": (seen(values={"database": {"host": ""}}), True),
    "a server": (seen("{name: c, image: 'docker.io/library/postgres:17.0'}"), True),
    "another server": (seen("{name: c, image: 'redis:8'}"), False),
    "an image nobody can read": (seen("{name: c, image: ':0.6'}"), False),
    "an address in a ConfigMap": (
        seen(more="{kind: ConfigMap, metadata: {name: m}, data: {a.properties: 'url=jdbc:postgresql://db/x'}}"),
        True,
    ),
    "an address under another name": (
        seen("{name: c, env: [{name: BACKEND, value: 'r2dbc:postgresql://db/x'}]}"),
        True,
    ),
    "an address on a command line": (seen("{name: c, args: ['--dsn=postgres://db/x']}"), True),
    "a type of storage": (seen("{name: c, env: [{name: STORAGE_TYPE, value: mysql}]}"), True),
    "an engine under a name of its own": (seen("{name: c, env: [{name: KC_DB, value: postgres}]}"), True),
    "a driver of a library": (
        seen("{name: c, env: [{name: ORM_BACKEND, value: django.db.backends.postgresql}]}"),
        True,
    ),
    "an engine in the values": (seen(values={"datastore": {"engine": "postgres"}}), True),
    "an engine with its version": (seen("{name: c, env: [{name: PERSISTENCE_DRIVER, value: postgres12}]}"), True),
    "an engine with its version and driver": (seen("{name: c, env: [{name: DB, value: postgres12_pgx}]}"), True),
    "another engine with its version": (seen("{name: c, env: [{name: STORAGE_TYPE, value: mysql8}]}"), True),
    "a driver by its short name": (seen("{name: c, env: [{name: STORE_CLIENT, value: pg}]}"), True),
    "the name of a driver": (seen("{name: c, env: [{name: APP_SETTINGS_DRIVERNAME, value: postgres}]}"), True),
    "a library by its name": (seen("{name: c, env: [{name: BACKEND, value: pgx}]}"), True),
    "a name that only starts alike": (seen("{name: c, env: [{name: CRYPTO_PROVIDER, value: pgp}]}"), False),
    "a rating": (seen("{name: c, env: [{name: FILM_TYPE, value: pg-13}]}"), False),
    "a page": (seen("{name: c, env: [{name: PAGER_TYPE, value: pgdown}]}"), False),
    "user and password without a host": (
        seen("{name: c, env: [{name: DB_USER, value: app}, {name: DB_PASSWORD, value: x}]}"),
        True,
    ),
    "a password of a product": (seen("{name: c, env: [{name: POSTGRES_PASSWORD, value: x}]}"), True),
    "a password by itself": (seen("{name: c, env: [{name: DB_PASSWORD, value: x}]}"), False),
    "a file": (seen("{name: c, env: [{name: DATABASE_PATH, value: /data/app.sqlite3}]}"), True),
    "a database that is kept in memory": (seen("{name: c, env: [{name: STORE, value: 'sqlite://:memory:'}]}"), False),
    "another kind of store": (
        seen("{name: c, env: [{name: DB_TYPE, value: mongodb}, {name: DB_HOST, value: m}]}"),
        False,
    ),
    "an address of another kind": (seen("{name: c, env: [{name: DATABASE_URL, value: 'mongodb://m/app'}]}"), False),
    "a type of something else": (seen("{name: c, env: [{name: STORAGE_TYPE, value: s3}]}"), False),
    "a vendor of something else": (seen("{name: c, env: [{name: JAVA_VENDOR, value: oracle}]}"), False),
    "HTTP/2": (seen("{name: c, env: [{name: SERVER_PROTOCOL_TYPE, value: h2}]}"), False),
    "an operator": (seen(more="{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: m}}"), True),
}


@pytest.mark.parametrize(("found", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_evidence_of_a_database(found: Databases, expected: bool) -> None:
    assert found.any is expected


def test_what_goes_with_an_engine_is_of_its_connection() -> None:
    found = seen(
        "{name: c, env: [{name: FGA_STORE_ENGINE, value: postgres}, {name: FGA_STORE_URI, value: x}, "
        "{name: FGA_STORE_USERNAME, value: y}, {name: FGA_HTTP_PORT, value: '80'}]}",
        {"store": {"type": "postgresql", "host": "", "poolSize": 3}},
    )
    told = {variable.name: role for variable, role in found.variables}
    assert told == {"FGA_STORE_ENGINE": set(), "FGA_STORE_URI": WHOLE, "FGA_STORE_USERNAME": {Role.USER}}
    assert {leaf.path: role for leaf, role in found.settings} == {"store.type": set(), "store.host": {Role.HOST}}


SOURCES = {
    "TRANSACTIONS_DSN": ["TRANSACTIONS_DSN"],
    "DSN": ["DSN"],
    "SENTRY_DSN": [],
    "MAILER_DSN": [],
    "MESSENGER_TRANSPORT_DSN": [],
    "POSTGRES_DSN": [],  # it tells what it is
}


@pytest.mark.parametrize(("name", "possible"), SOURCES.items())
def test_a_data_source_that_cannot_be_seen(name: str, possible: list[str]) -> None:
    found = seen(f"{{name: c, env: [{{name: {name}, valueFrom: {{secretKeyRef: {{name: s, key: k}}}}}}]}}")
    assert [variable.name for variable in found.possible] == possible


def test_which_containers_are_told_of_a_database() -> None:
    containers = (
        "{name: host, env: [{name: DB_HOST, value: db}]}, {name: option, args: ['--dsn=postgres://db/x']}, "
        "{name: other, env: [{name: TZ, value: CET}]}, {name: file, volumeMounts: [{name: f, mountPath: /etc/a}]}"
    )
    everything = objects(
        f"{{kind: Pod, metadata: {{name: app}}, spec: {{containers: [{containers}], "
        "volumes: [{name: f, configMap: {name: m}}]}}\n"
        "---\n{kind: ConfigMap, metadata: {name: m}, data: {a.properties: 'url=jdbc:postgresql://db/x'}}"
    )
    running = Workloads(everything)
    found = databases(running, everything, Environment(running, everything), ())
    assert [container.name for container in found.users] == ["host", "option", "file"]


ENGINES = {
    "{name: c, env: [{name: STORAGE_TYPE, value: mysql}]}": ["mysql"],
    "{name: c, env: [{name: DATABASE_FILE, value: /data/app.sqlite}]}": ["sqlite"],
    "{name: c, env: [{name: DATASTORE_ENGINE, value: postgres}]}": [],
    "{name: c, env: [{name: DATABASE_ENGINE, value: mysql}]}": ["mysql"],
    "{name: c, env: [{name: DATABASE_URL, value: 'mysql://db/x'}]}": ["mysql"],
    "{name: c, env: [{name: DATABASE_ENGINE, value: postgresql}]}": [],
    "{name: c, env: [{name: DATABASE_HOST, value: oracle.gemeente.nl}]}": [],
}


@pytest.mark.parametrize(("container", "engines"), ENGINES.items())
def test_other_engines(container: str, engines: list[str]) -> None:
    assert [engine for _, engine in seen(container).other_engines()] == engines


def test_one_container_with_another_engine_is_enough() -> None:
    two = "{name: a, env: [{name: DB_ENGINE, value: mysql}]}, {name: b, env: [{name: DB_ENGINE, value: postgresql}]}"
    assert [engine for _, engine in seen(two).other_engines()] == ["mysql"]


def test_another_engine_in_a_configuration_file() -> None:
    more = "{kind: ConfigMap, metadata: {name: m}, data: {application.yml: 'url: jdbc:mysql://db/x'}}"
    assert [engine for _, engine in seen(more=more).other_engines()] == ["mysql"]


def test_another_engine_by_its_dialect() -> None:
    value = "org.hibernate.dialect.OracleDialect"
    container = f"{{name: c, env: [{{name: SPRING_JPA_DATABASE_PLATFORM, value: {value}}}]}}"
    assert [engine for _, engine in seen(container).other_engines()] == ["Oracle"]


SECRETS = {
    "{agent.yaml: 'clients: [{url: \"http://loki/push\"}]'}": ([], []),
    "{app.yaml: 'database: {host: pg}'}": ([], ["app.yaml"]),
    "{app.properties: 'spring.datasource.url=jdbc:mysql://db/x'}": (["jdbc:mysql:"], []),
    "{app.conf: 'store = postgres://app:Zq8!kd03xYw@db/app'}": (["postgres://"], []),
    "{password: 'Zq8!kd03xYw'}": ([], []),
}


@pytest.mark.parametrize(("entries", "expected"), SECRETS.items())
def test_what_a_secret_of_the_scene_says_as_a_file(entries: str, expected: tuple[list[str], list[str]]) -> None:
    everything = objects(
        "{kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, volumeMounts: [{name: v, mountPath: /a}]}], "
        f"volumes: [{{name: v, secret: {{secretName: s}}}}]}}}}\n---\n"
        f"{{kind: Secret, metadata: {{name: s}}, stringData: {entries}}}"
    )
    running = Workloads(everything)
    found = databases(running, everything, Environment(running, everything), ())
    assert ([form for _, form in found.in_secrets], [file.name for file in found.in_files]) == expected
    assert [container.name for container in found.users] == ["c"] * len(expected[0])


def test_a_variable_from_a_secret_of_the_scene() -> None:
    everything = objects(
        "{kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, envFrom: [{secretRef: {name: s}}]}]}}\n---\n"
        "{kind: Secret, metadata: {name: s}, data: {STORE: bXlzcWw6Ly9kYi94}}"  # mysql://db/x
    )
    running = Workloads(everything)
    found = databases(running, everything, Environment(running, everything), ())
    assert found.any
    assert [engine for _, engine in found.other_engines()] == ["mysql"]


TOLD_TOGETHER = {
    "{database: {driver: x, host: pg}}": ["APP_CONFIG"],
    '{"store": {"engine": "postgres", "path": "x"}}': ["APP_CONFIG"],
    '[store]\ntype = "mysql"': ["APP_CONFIG"],
    '{"cache": {"engine": "redis", "host": "r"}}': [],
    "database: pg": [],  # one line is no file of settings
}


@pytest.mark.parametrize(("text", "expected"), TOLD_TOGETHER.items())
def test_settings_together_in_a_variable(text: str, expected: list[str]) -> None:
    found = seen(f"{{name: c, env: [{{name: APP_CONFIG, value: {json.dumps(text)}}}]}}")
    assert [variable.name for variable in found.in_texts] == expected
