"""Whether a component uses a relational database, and the settings of its connection."""

import pytest
from from_yaml import objects

from toetskader.facts.databases import Databases, Role, databases, keeps_file, roles
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
    return databases(running, everything, Environment(running, everything), leaves(values or {}))


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
    "an operator": (seen(more="{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: m}}"), True),
}


@pytest.mark.parametrize(("found", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_evidence_of_a_database(found: Databases, expected: bool) -> None:
    assert found.any is expected


ENGINES = {
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
