"""Whether a component stores data in a relational database, and which settings of the connection it has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

from toetskader.facts.database_names import ADDRESS, SETTING, database_in
from toetskader.facts.kubernetes.declared import AT_HAND, must_be_declared
from toetskader.facts.kubernetes.environment import Environment, Origin, Variable
from toetskader.facts.kubernetes.known_images import server_in
from toetskader.facts.kubernetes.literals import LITERAL_KINDS, literals, options
from toetskader.facts.kubernetes.node import Node, Place
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.servers import SERVER_KINDS, Server
from toetskader.facts.kubernetes.workloads import Container, Workloads
from toetskader.facts.mounts import FILE_KINDS, MountedFile, entry_text, mounted_files
from toetskader.facts.names import MOST_NAMES, words
from toetskader.facts.values import Leaf
from toetskader.patterns import linear


class Role(StrEnum):
    """What a setting says of a connection to a database."""

    HOST = "host"
    PORT = "port"
    NAME = "name"
    USER = "user"
    SECRET = "secret"  # noqa: S105 - the name of a role


# Words of a relational database by its kind, and by the name of a product or of what speaks with one.
_PRODUCT = r"(?:postgres|postgresql|pgsql|pg|jdbc|r2dbc|datasource|mysql|mariadb|mssql|sqlserver)"
_RELATIONAL = rf"(?:db|dbs|database|databases|sql|{_PRODUCT})"
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
_ENDS_IN = tuple((role, linear(rf"(?:.*\b)?{ending}")) for role, ending in _ENDINGS.items())
_WHOLE_ENDING = r"(?:url|uri|dsn|connection string)"
_WHOLE = linear(rf"(?:.*\b)?{_RELATIONAL}\b.*\b{_WHOLE_ENDING}|(?:.*\b)?connection strings?\b.*")
_ENDS_WHOLE = linear(rf"(?:.*\b)?{_WHOLE_ENDING}")
_OF_PRODUCT = linear(rf"(?:.*\b)?{_PRODUCT}\b.*|pg[a-z]+")
# The name of a data source (ODBC's term, which SQL libraries took over); trackers of errors and senders took it too.
_DSN = linear(r"(?:.*\b)?dsn")
_DSN_OF_OTHERS = re.compile(
    r"\b(sentry|raven|glitchtip|bugsnag|mail|mailer|smtp|sms|messenger|message|transport|notifier|chatter|texter|queue"
    r"|lock|amqp|redis|valkey|cache|mongo|mongodb|elastic\w*|log|session)\b"
)
# An address of something else: `mongodb+srv://…`, `redis://…`.
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
# How a setting says which product is used: its name, a driver or dialect of a library for it, or a module of one.
_POSTGRESQL = linear(
    r"(?:[\w.+-]{1,100}[._+-])?(?:postgres(?:ql|db)?|pgsql|postgis|psycopg|npgsql|asyncpg)[0-9]{0,4}"
    r"(?:[._+-][\w.+-]{1,100})?"
    r"(?:[0-9]{0,4}(?:Dialect|Driver))?|pgx?",
    re.IGNORECASE,
)
_OTHER_PRODUCT = linear(
    r"(?:[\w.+-]{1,100}[._+-])?(?P<engine>mysqli?|mariadb|sqlserver|mssql|sqlite3?|cockroach(?:db)?)"
    r"[0-9]{0,4}(?:[._+-][\w.+-]{1,100})?(?:[0-9]{0,4}(?:Dialect|Driver))?",
    re.IGNORECASE,
)
_NOT_RELATIONAL = re.compile(
    r"mongo\w*|redis|valkey|elastic\w*|opensearch|cassandra|scylla\w*|couch\w*|dynamodb|neo4j|etcd|arangodb|rethinkdb"
    r"|influxdb|memory|in-?memory",
    re.IGNORECASE,
)
_CHOOSES = linear(
    r"(?:.*\b)?(?:engine|type|driver(?: ?class)?(?: ?name)?|vendor|dialect|kind|platform|backend|provider|adapter"
    r"|connection|client|store|storage|data ?store|persistence|database ?platform|flavou?r|dbms|rdbms|db|database)"
)
_OTHER_ENGINE = re.compile(
    r"\b(mysql|mariadb|sqlserver|mssql|oracle|sqlite3?|h2|hsqldb|derby|db2)(?:[0-9]{0,4}(?:Dialect|Driver))?\b",
    re.IGNORECASE,
)
_OTHER_ADDRESS = re.compile(
    r"(?:\bjdbc:|\b)(mysql|mariadb|sqlserver|mssql|oracle|sqlite)(?:\+\w+)?:(?://|thin:)", re.IGNORECASE
)
# Databases in a file of the process itself; one in memory keeps nothing.
_IN_A_FILE = re.compile(
    r"\bsqlite3?://(?!/?:memory:)|\bjdbc:(?:sqlite|h2|hsqldb|derby):(?!mem|:memory:)"
    r"|\bdata source=[^;]{1,200}\.(?:db|sqlite3?)\b|^(?:[\w.]{1,100}\.)?sqlite3?$|^[\w./-]{1,200}\.(?:sqlite3?|db3?)$",
    re.IGNORECASE,
)
_ENGINE_NAME = linear(
    rf"(?:.*\b)?{_RELATIONAL}\b.*\b(?:engine|type|driver|vendor|dialect|kind|platform)|(?:.*\b)?{_RELATIONAL}"
)


@lru_cache(maxsize=MOST_NAMES)
def roles(name: str) -> frozenset[Role]:
    """Return what a variable or path of values says of a database connection; an address as a whole says most of it."""
    text = words(name)
    if not _HINT.search(text) or _OTHER.search(text):
        return frozenset()
    if _WHOLE.fullmatch(text):
        return WHOLE
    return frozenset(role for role, pattern in _ROLES if pattern.fullmatch(text))


WHOLE = frozenset({Role.HOST, Role.PORT, Role.NAME})
"""What the address of a database says; with an account and its password where it comes from a Secret."""


@dataclass(frozen=True, slots=True)
class Databases:
    """What a scene shows of relational databases."""

    servers: tuple[tuple[Container, Server], ...]
    """Containers that run a relational database in the release itself."""
    managed: tuple[KubernetesObject, ...]
    """Custom resources that have an operator run one."""
    variables: tuple[tuple[Variable, frozenset[Role]], ...]
    settings: "DatabaseSettings"
    """Leaves of the values."""
    addresses: tuple[Node, ...]
    """Literals of containers and ConfigMaps, and options of command lines, that hold the address of a database."""
    users: tuple[Container, ...] = ()
    """Containers that are told of a database, or are one."""
    possible: tuple[Variable, ...] = ()
    """Variables that give a data source which cannot be seen, and whose name does not tell of what kind it is."""
    in_secrets: tuple[tuple[Node, str], ...] = ()
    """Where a container takes the address of a database from a Secret of the scene, with its form."""
    in_files: tuple[MountedFile, ...] = ()
    """Files that a container mounts with settings of a database, and no address."""
    in_texts: tuple[Variable, ...] = ()
    """Variables with settings of a database among others in a text (JSON, YAML, TOML), and no address."""
    options: tuple[tuple[Node, frozenset[Role]], ...] = ()
    """Values on command lines that say something of a connection."""
    chosen: tuple[tuple[Node, str], ...] = ()
    """Values on command lines that choose a database, with its name."""

    @property
    def any(self) -> bool:
        """True when the component uses a relational database, as far as can be seen."""
        named = any(Role.HOST in found for _, found in self.settings)
        chosen = any(_engine(leaf.words, leaf.text) for leaf, _ in self.settings)
        return bool(self.servers or self.managed or self.addresses or self.users or named or chosen)

    def other_engines(self) -> Iterator[tuple[Place, str]]:
        """Yield settings that ask for a relational database other than PostgreSQL, with the name they give it."""
        named = set()
        for variable, _ in self.variables:
            if engine := _other_engine(words(variable.name), variable.text):
                named.add(engine.lower())
                yield variable.place, engine
        for address in self.addresses:  # most stand in one of those variables
            match = _OTHER_ADDRESS.search(str(address.value))
            if match and match[1].lower() not in named:
                yield address, match[1]
        for setting, _ in self.settings:
            if engine := _other_engine(setting.words, setting.text):
                yield setting, engine
        yield from ((node, engine) for node, engine in self.chosen if engine != _POSTGRES)
        for node, form in self.in_secrets:
            match = _OTHER_ADDRESS.search(f"{form}//")
            if match:
                yield node, match[1]


def keeps_file(variable: Variable) -> bool:
    """Tell whether a variable asks for a database that the process keeps in a file of its own (`sqlite:///app.db`)."""
    return _HINT.search(words(variable.name)) is not None and _IN_A_FILE.search(variable.text) is not None


_POSTGRES = "postgresql"
# Cheap tests that most values fail.
_MAY_NAME_ENGINE = re.compile(r"sql|postg|maria|cockroach|pg|psycopg", re.IGNORECASE)
_MAY_BE_ADDRESS = re.compile(r"://|jdbc:|;", re.IGNORECASE)


def _engine(name: str, value: str) -> str:
    """Return the relational database that a setting chooses, given its name in words; empty for none.

    A name that chooses among kinds tells it, whatever stands before (`STORAGE_TYPE`), by a product's own name; names
    that mean more than a database (`oracle`, `h2`) count where the setting's own name says that it is about one.
    """
    if _MAY_NAME_ENGINE.search(value) and _POSTGRESQL.fullmatch(value) and _CHOOSES.fullmatch(name):
        return _POSTGRES
    return _other_engine(name, value)


def _other_engine(name: str, value: str) -> str:
    if not value:
        return ""
    if _MAY_NAME_ENGINE.search(value):
        product = _OTHER_PRODUCT.fullmatch(value)
        if product and _CHOOSES.fullmatch(name):
            return str(product["engine"])
    if not _HINT.search(name):
        return ""
    match = _OTHER_ENGINE.search(value)
    if match and (ADDRESS.search(value) or _ENGINE_NAME.fullmatch(name)):
        return match[1]
    return "sqlite" if _SQLITE_FILE.fullmatch(value) else ""


def _in_memory(address: str) -> bool:
    return "sqlite" in address and (":memory:" in address or address.strip().endswith("://"))


_SQLITE_FILE = re.compile(r"/?[\w./-]{1,200}\.(?:sqlite3?|db3?)")


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


DATABASE_KINDS = tuple(dict.fromkeys((AT_HAND, *LITERAL_KINDS, *FILE_KINDS, *SERVER_KINDS)))
"""Kinds of objects that tell of a database (`databases`); those of its operators are whatever these define."""


DatabaseSettings = tuple[tuple[Leaf, frozenset[Role]], ...]


def database_settings(values: Iterable[Leaf]) -> DatabaseSettings:
    """Return the leaves of values that say something of a relational database, with what each says."""
    return tuple(_Named((leaf.words, leaf.text, leaf) for leaf in values).of_database())


def databases(
    workloads: Workloads, objects: Objects, environment: Environment, settings: DatabaseSettings
) -> Databases:
    """Return what a scene shows of relational databases.

    Parameters: `settings`, those among the values that the scene was rendered with. Raises `Malformed`.
    """
    must_be_declared(*DATABASE_KINDS)
    servers = []
    for container in workloads.containers():
        server = server_in(container)
        if server in (Server.POSTGRESQL, Server.OTHER_SQL) and container.runs_continuously:
            servers.append((container, server))
    on_command_lines = tuple(options(workloads))
    addresses = tuple(
        item.node
        for item in (*literals(workloads, objects, tests=True), *on_command_lines)
        if isinstance(item.node.value, str) and ADDRESS.search(item.node.value) and not _in_memory(item.node.value)
    )
    variables: dict[tuple[int, str], tuple[Variable, frozenset[Role]]] = {}
    possible: dict[tuple[int, str], Variable] = {}
    users = [container for container, _ in servers]
    in_secrets: list[tuple[Node, str]] = []
    by_option: list[tuple[Node, frozenset[Role]]] = []
    in_files: list[MountedFile] = []
    in_texts: dict[tuple[int, str], Variable] = {}
    for item in environment.of_containers:
        found = _Named((words(variable.name), variable.text, variable) for variable in item.variables.values())
        for variable, role in found.of_database():
            variables.setdefault(variable.identity, (variable, role))
        for variable in found.data_sources():
            if variable.value is None:
                possible.setdefault(variable.identity, variable)
        secret = [(variable.node, form) for variable in item.variables.values() if (form := _form_in_secret(variable))]
        for variable in item.variables.values():
            if _holds_settings(variable.text) and database_in(variable.text) == SETTING:
                in_texts.setdefault(variable.identity, variable)
        files = tuple(mounted_files(item.container, objects))
        for file in files:
            if file.database == SETTING:
                in_files.append(file)
            elif file.database and file.from_secret:
                secret.append((file.mount, file.database))
        in_secrets += secret
        told = _Named(
            (words(one.name), one.text, one.node) for one in on_command_lines if one.node.owner is item.container
        )
        by_option += told.of_database()
        if found.tells or told.tells or secret or _holds_address(item.container, files, addresses):
            users.append(item.container)
    return Databases(
        servers=tuple(servers),
        managed=tuple(item for item in objects if item.group in _OPERATED),
        variables=tuple(variables.values()),
        settings=settings,
        addresses=addresses,
        users=tuple(users),
        possible=tuple(possible.values()),
        in_secrets=tuple(in_secrets),
        in_files=tuple(in_files),
        in_texts=tuple(in_texts.values()),
        options=tuple(by_option),
        chosen=tuple((one.node, engine) for one in on_command_lines if (engine := _engine(words(one.name), one.text))),
    )


def _holds_settings(text: str) -> bool:
    """Tell whether the value of a variable is a text with settings of its own, and not one setting."""
    return text.lstrip()[:1] in ("{", "[") or "\n" in text.strip()


def _form_in_secret(variable: Variable) -> str:
    """Return the form of the address that a variable takes from a Secret of the scene; empty for none."""
    holder = variable.holder
    if variable.origin is not Origin.SECRET or holder is None or holder.kind != "Secret":
        return ""
    for section in ("stringData", "data"):
        text = entry_text(holder, section, holder.get(section).mapping().get(variable.key))
        if text is not None:
            form = database_in(text)
            return "" if form == SETTING else form
    return ""


Setting = TypeVar("Setting", Variable, Leaf, Node)


class _Named(Generic[Setting]):
    """Settings that one program gets: what they say together of a database."""

    def __init__(self, settings: Iterable[tuple[str, str, Setting]]) -> None:
        """Parameters: `settings`, each with its name in words and its value as text."""
        self._all: tuple[tuple[str, str, Setting], ...] = tuple(settings)
        self._engines = [_engine(name, value) for name, value, _ in self._all]
        self._relational = frozenset(
            _subject(name)
            for (name, _, _), engine in zip(self._all, self._engines, strict=True)
            if engine and _CHOOSES.fullmatch(name)
        )
        self._other = frozenset(
            _subject(name)
            for name, value, _ in self._all
            if value and _NOT_RELATIONAL.fullmatch(value) and _CHOOSES.fullmatch(name)
        )

    def of_database(self) -> Iterator[tuple[Setting, frozenset[Role]]]:
        """Yield the settings of a relational database, with what each says of the connection."""
        for (name, value, setting), engine in zip(self._all, self._engines, strict=True):
            role = self._roles(name, value)
            if role or engine:
                yield setting, role

    @property
    def tells(self) -> bool:
        """True when they tell of a database: its host or product, or two things of a connection."""
        told: set[Role] = set()
        for (name, value, _), engine in zip(self._all, self._engines, strict=True):
            role = self._roles(name, value)
            if engine or Role.HOST in role or (role and _OF_PRODUCT.fullmatch(name)):
                return True
            told |= role
        return len(told) > 1

    def data_sources(self) -> Iterator[Setting]:
        """Yield the settings without a value that by their name give some data source."""
        for name, value, setting in self._all:
            if not value and _DSN.fullmatch(name) and not _DSN_OF_OTHERS.search(name) and not self._roles(name, value):
                yield setting

    def _roles(self, name: str, value: str) -> frozenset[Role]:
        """Return what a setting says: by its name, or because it goes with one that chooses a relational database."""
        is_address = _MAY_BE_ADDRESS.search(value) is not None and ADDRESS.search(value) is not None
        if not is_address and _OTHER_SCHEME.match(value):
            return frozenset()
        if any(_below(name, subject) for subject in self._relational) and not _OTHER.search(name):
            if _ENDS_WHOLE.fullmatch(name):
                return WHOLE
            by_subject = frozenset(role for role, pattern in _ENDS_IN if pattern.fullmatch(name))
            if by_subject:
                return by_subject
        found = roles(name)
        if not found and is_address and not _in_memory(value):
            return WHOLE
        if found and not _OF_PRODUCT.fullmatch(name) and any(_below(name, subject) for subject in self._other):
            return frozenset()
        return found


_LAST_WORD = re.compile(
    r" ?\b(?:engine|type|driver(?: ?class)?(?: ?name)?|vendor|dialect|kind|platform|backend|provider|adapter"
    r"|connection|client|flavou?r)$"
)


def _subject(name: str) -> str:
    """Return what a setting that chooses is about: `storage` for `storage type`."""
    return _LAST_WORD.sub("", name)


def _below(name: str, subject: str) -> bool:
    return bool(subject) and name.startswith(f"{subject} ")


def _holds_address(container: Container, files: tuple[MountedFile, ...], addresses: tuple[Node, ...]) -> bool:
    """Tell whether an address of a database stands in a container, or in a file that it mounts."""
    if any(node.owner is container for node in addresses):
        return True
    return any(file.text and ADDRESS.search(file.text) for file in files)
