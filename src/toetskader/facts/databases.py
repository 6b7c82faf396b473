"""Whether a component stores data in a relational database, and which settings of the connection it has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from toetskader.facts.kubernetes.environment import Environment, Variable
from toetskader.facts.kubernetes.known_images import Server, server_in
from toetskader.facts.kubernetes.literals import literals, options
from toetskader.facts.kubernetes.node import Node, Place
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.workloads import Container, Workloads
from toetskader.facts.names import words
from toetskader.facts.values import Leaf
from toetskader.patterns import linear


class Role(StrEnum):
    """What a setting says of a connection to a database."""

    HOST = "host"
    PORT = "port"
    NAME = "name"
    USER = "user"
    SECRET = "secret"  # noqa: S105 - the name of a role


_RELATIONAL = r"(?:db|dbs|database|databases|postgres|postgresql|pgsql|pg|sql|jdbc|datasource|mysql|mariadb|mssql)"
# Words of stores that have hosts and even databases, but are no relational ones.
_OTHER = re.compile(
    r"\b(redis|valkey|cache|caches|memcached|mongo|mongodb|elastic\w*|opensearch|solr|rabbitmq|celery|celerybeat"
    r"|log|otel)\b"
)
# Cheap test that most names fail.
_HINT = re.compile(r"db|database|postgre|pg|sql|jdbc|datasource|maria|connection")
_ENDINGS = {
    Role.HOST: r"(?:host|hostname|host name|server|address|fqdn|endpoint)",
    Role.PORT: r"port",
    Role.NAME: r"(?:name|database|db|dbname)",
    Role.USER: r"(?:user|username|user name|login|owner)",
    Role.SECRET: r"(?:password|pass|passwd|pwd|secret|secret name|existing secret|credentials|password key"
    r"|password secret name)",
}
_ROLES = tuple(
    (role, linear(rf"(?:.*\b)?{_RELATIONAL}\b.*\b{ending}|pg{role.value if role is not Role.NAME else 'database'}"))
    for role, ending in _ENDINGS.items()
)
_WHOLE = linear(rf"(?:.*\b)?{_RELATIONAL}\b.*\b(?:url|uri|dsn|connection string)|(?:.*\b)?connection strings?\b.*")
_ADDRESS = linear(
    r"jdbc:\w+|\b(?:postgres|postgresql|mysql|mariadb|sqlserver|mssql|oracle|postgis|pgsql)(?:\+\w+)?://"
    r"|\b(?:Host|Server|Data Source)=[^;\n]{1,200};[^\n]{0,200}\b(?:Database|Initial Catalog)=",
    re.IGNORECASE,
)
_OTHER_ENGINE = re.compile(
    r"\b(mysql|mariadb|sqlserver|mssql|oracle|sqlite3?|h2|hsqldb|derby|db2)(?:[0-9]{0,4}(?:Dialect|Driver))?\b",
    re.IGNORECASE,
)
_OTHER_ADDRESS = re.compile(
    r"(?:\bjdbc:|\b)(mysql|mariadb|sqlserver|mssql|oracle)(?:\+\w+)?:(?://|thin:)", re.IGNORECASE
)
# Databases in a file of the process itself; one in memory keeps nothing.
_IN_A_FILE = re.compile(
    r"\bsqlite3?://(?!/?:memory:)|\bjdbc:(?:sqlite|h2|hsqldb|derby):(?!mem|:memory:)"
    r"|\bdata source=[^;]{1,200}\.(?:db|sqlite3?)\b|^(?:[\w.]{1,100}\.)?sqlite3?$",
    re.IGNORECASE,
)
_ENGINE_NAME = linear(
    rf"(?:.*\b)?{_RELATIONAL}\b.*\b(?:engine|type|driver|vendor|dialect|kind|platform)|(?:.*\b)?{_RELATIONAL}"
)


@lru_cache(maxsize=16384)
def roles(name: str) -> frozenset[Role]:
    """Return what a variable or path of values says of a database connection; an address as a whole says most of it."""
    text = words(name)
    if not _HINT.search(text) or _OTHER.search(text):
        return frozenset()
    if _WHOLE.fullmatch(text):
        return frozenset({Role.HOST, Role.PORT, Role.NAME})
    return frozenset(role for role, pattern in _ROLES if pattern.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Databases:
    """What a scene shows of relational databases."""

    servers: tuple[tuple[Container, Server], ...]
    """Containers that run a relational database in the release itself."""
    managed: tuple[KubernetesObject, ...]
    """Custom resources that have an operator run one."""
    variables: tuple[tuple[Variable, frozenset[Role]], ...]
    settings: tuple[tuple[Leaf, frozenset[Role]], ...]
    """Leaves of the values."""
    addresses: tuple[Node, ...]
    """Literals of containers and ConfigMaps, and options of command lines, that hold the address of a database."""

    @property
    def any(self) -> bool:
        """True when the component uses a relational database, as far as can be seen."""
        named = any(Role.HOST in found for _, found in (*self.variables, *self.settings))
        return bool(self.servers or self.managed or self.addresses or named)

    def other_engines(self) -> Iterator[tuple[Place, str]]:
        """Yield settings that ask for a relational database other than PostgreSQL, with the name they give it."""
        named = set()
        for variable, _ in self.variables:
            if engine := _other_engine(variable.name, variable.text):
                named.add(engine.lower())
                yield variable.place, engine
        for address in self.addresses:  # most stand in one of those variables
            match = _OTHER_ADDRESS.search(str(address.value))
            if match and match[1].lower() not in named:
                yield address, match[1]
        for setting, _ in self.settings:
            if engine := _other_engine(setting.words, setting.text):
                yield setting, engine


def keeps_file(variable: Variable) -> bool:
    """Tell whether a variable asks for a database that the process keeps in a file of its own (`sqlite:///app.db`)."""
    return _HINT.search(words(variable.name)) is not None and _IN_A_FILE.search(variable.text) is not None


def _other_engine(name: str, value: str) -> str:
    match = _OTHER_ENGINE.search(value) if _HINT.search(words(name)) else None
    return match[1] if match and (_ADDRESS.search(value) or _ENGINE_NAME.fullmatch(words(name))) else ""


_OPERATED = frozenset(
    {
        "postgresql.cnpg.io",
        "acid.zalan.do",
        "postgres-operator.crunchydata.com",
        "stackgres.io",
        "mariadb.mmontes.io",
        "k8s.mariadb.com",
        "mysql.oracle.com",
    }
)


def databases(workloads: Workloads, objects: Objects, environment: Environment, values: Iterable[Leaf]) -> Databases:
    """Return what a scene shows of relational databases.

    Parameters: `values`, the leaves of those the scene was rendered with. Raises `Malformed`.
    """
    found = []
    for container in workloads.containers():
        server = server_in(container)
        if server in (Server.POSTGRESQL, Server.OTHER_SQL) and container.runs_continuously:
            found.append((container, server))
    return Databases(
        servers=tuple(found),
        managed=tuple(item for item in objects if item.group in _OPERATED),
        variables=tuple(
            (item, role)
            for item in environment.variables()
            if (role := roles(item.name)) or _other_engine(item.name, item.text)
        ),
        settings=tuple(
            (item, role)
            for item in values
            if _HINT.search(item.words) and ((role := roles(item.words)) or _other_engine(item.words, item.text))
        ),
        addresses=tuple(
            item.node
            for item in (*literals(workloads, objects, tests=True), *options(workloads))
            if isinstance(item.node.value, str) and _ADDRESS.search(item.node.value)
        ),
    )
