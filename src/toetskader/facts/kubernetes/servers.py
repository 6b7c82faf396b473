"""Servers that others make, told by what a container shows of itself, whatever its image is called.

Such a server is known by what only it has: the variables that its image is set up with, the program it starts, the
client by which a probe asks it in its own container, where it keeps its data, and its registered port. Programs that
use a server have some of these too; they also say where it is, which no server does of itself.

Sources: the documentation of the images named (Docker Official Images, Bitnami), and the IANA register of ports.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from toetskader.facts.kubernetes.fronts import Services
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.storage import VolumeType, mounts
from toetskader.facts.kubernetes.workloads import Container
from toetskader.patterns import linear


class Server(StrEnum):
    """What a server that others make is for."""

    POSTGRESQL = "PostgreSQL"
    OTHER_SQL = "SQL"
    """A relational database other than PostgreSQL."""
    OTHER_DATABASE = "database"
    """A document store, search index, time series or file store: it holds data that must outlive it, too."""
    CACHE_OR_QUEUE = "cache or queue"
    EXPORTER = "exporter"
    """Metrics of one of the above, beside it."""
    OTHER = "other"
    """It holds no data: a proxy, a web server, a virus scanner."""


# Ports that only such a server has, by their registration.
_PORTS = {
    1433: Server.OTHER_SQL,
    1521: Server.OTHER_SQL,
    1883: Server.CACHE_OR_QUEUE,
    2379: Server.OTHER_DATABASE,
    3306: Server.OTHER_SQL,
    5432: Server.POSTGRESQL,
    5672: Server.CACHE_OR_QUEUE,
    5984: Server.OTHER_DATABASE,
    6379: Server.CACHE_OR_QUEUE,
    9042: Server.OTHER_DATABASE,
    11211: Server.CACHE_OR_QUEUE,
    27017: Server.OTHER_DATABASE,
}


class _Signs(NamedTuple):
    """What tells a server, each as an expression."""

    variables: str
    """Those that only its own image reads."""
    programs: str
    """The server itself."""
    clients: str
    """Programs with which its own image asks how it does."""
    paths: str
    """Where it keeps its data."""


_SIGNS = {
    Server.POSTGRESQL: _Signs(
        variables=r"PGDATA|POSTGRES_INITDB_\w+|POSTGRES_HOST_AUTH_METHOD"
        r"|POSTGRESQL_(?:POSTGRES_PASSWORD|REPLICATION_MODE|DATA_DIR|VOLUME_DIR)(?:_FILE)?|(?:SPILO|PATRONI)_\w+",
        programs=r"postgres|postmaster|patroni",
        clients=r"pg_isready|psql",
        paths=r"/var/lib/(?:postgresql|pgsql|postgres)|/bitnami/postgresql|/home/postgres/pgdata|/pgdata",
    ),
    Server.OTHER_SQL: _Signs(
        variables=r"(?:MYSQL|MARIADB)_(?:(?:RANDOM_|ALLOW_EMPTY_)?ROOT_PASSWORD|ROOT_PASSWORD_HASH|ALLOW_EMPTY_PASSWORD"
        r"|ROOT_HOST|INITDB_SKIP_TZINFO)(?:_FILE)?|(?:MSSQL_)?SA_PASSWORD|MSSQL_PID|ORACLE_PWD|ORACLE_RANDOM_PASSWORD",
        programs=r"mysqld(?:_safe)?|mariadbd(?:-safe)?|sqlservr|cockroach",
        clients=r"mysqladmin|mariadb-admin|mysql|mariadb|sqlcmd",
        paths=r"/var/lib/(?:mysql|mariadb)|/bitnami/(?:mysql|mariadb)|/var/opt/mssql|/opt/oracle/oradata",
    ),
    Server.OTHER_DATABASE: _Signs(
        variables=r"MONGO_INITDB_\w+|MONGODB_(?:ROOT_PASSWORD|REPLICA_SET_MODE)(?:_FILE)?"
        r"|discovery\.(?:type|seed_hosts)|cluster\.initial_\w+|OPENSEARCH_INITIAL_ADMIN_PASSWORD"
        r"|MINIO_ROOT_(?:USER|PASSWORD)(?:_FILE)?|NEO4J_AUTH|DOCKER_INFLUXDB_INIT_\w+|CASSANDRA_SEEDS"
        r"|CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT|ETCD_(?:DATA_DIR|INITIAL_CLUSTER|LISTEN_CLIENT_URLS)",
        programs=r"mongod|elasticsearch|opensearch|minio|etcd|influxd|clickhouse-server|cassandra|neo4j|solr|slapd",
        clients=r"mongosh?|nodetool|cqlsh|etcdctl|clickhouse-client|cypher-shell",
        paths=r"/var/lib/(?:mongo(?:db)?|elasticsearch|opensearch|cassandra|clickhouse|influxdb2?|neo4j|couchdb|etcd|ldap)"
        r"|/usr/share/(?:elasticsearch|opensearch)/data|/opt/couchdb/data|/var/solr|/meili_data|/qdrant/storage"
        r"|/bitnami/(?:mongodb|elasticsearch|opensearch|cassandra|clickhouse|influxdb|minio|neo4j|couchdb|etcd|solr|scylladb|openldap)",
    ),
    Server.CACHE_OR_QUEUE: _Signs(
        variables=r"RABBITMQ_(?:DEFAULT_(?:USER|PASS|VHOST)(?:_FILE)?|ERLANG_COOKIE|NODENAME)|REDIS_REPLICATION_MODE"
        r"|KAFKA_(?:CFG_\w+|ADVERTISED_LISTENERS|LISTENERS|BROKER_ID|NODE_ID|PROCESS_ROLES)|ZOO_MY_ID",
        programs=r"(?:redis|valkey|keydb|rabbitmq|nats)-server|kafka-server-start(?:\.sh)?|memcached|mosquitto",
        clients=r"(?:redis|valkey|keydb)-cli|rabbitmq-diagnostics|rabbitmqctl|kafka-broker-api-versions(?:\.sh)?",
        paths=r"/var/lib/(?:rabbitmq|redis|valkey|kafka|zookeeper)|/bitnami/(?:redis|valkey|rabbitmq|kafka|zookeeper)",
    ),
}
_VARIABLES = {server: re.compile(signs.variables) for server, signs in _SIGNS.items()}
# At the start of a command line, or of a command in the text that a shell is given.
_START = (
    r"(?:^|[;&|(]\s{0,9}|\bexec\s{1,9}|\s-[a-z]{0,9}c\s{1,9}[\"']?|\bdocker-entrypoint\.sh\s{1,9})(?:/[\w./-]{0,99}/)?"
)
_PROGRAMS = {server: linear(rf"{_START}(?:{signs.programs})(?:\s|$)") for server, signs in _SIGNS.items()}
_CLIENTS = {server: linear(rf"{_START}(?:{signs.clients})(?:\s|$)") for server, signs in _SIGNS.items()}
_PATHS = {server: re.compile(rf"(?:{signs.paths})(?:/.*)?") for server, signs in _SIGNS.items()}

# What the images of a server are set up with too, and what uses it as well: a sign where nothing tells of a use.
_SHARED_VARIABLES = {Server.POSTGRESQL: re.compile(r"POSTGRES(?:QL)?_PASSWORD(?:_FILE)?")}
_SHARED_PATHS = {Server.OTHER_DATABASE: re.compile(r"/data/(?:db|configdb)")}

# A variable that says where something else is. What a replica follows or a server calls itself is none.
_ELSEWHERE = re.compile(
    r"PGHOST|(?:.*_)?(?:HOST|HOSTS|HOSTNAME|URLS?|URI|DSN|SERVERS?|ADDRESS|ADDR|ENDPOINT|CONNECTION|CONNECTION_?STRING)"
)
_ITSELF = frozenset({"ADVERTISED", "INITIAL", "LISTEN", "MASTER", "PRIMARY", "REDIRECT", "ROOT"})
_OWN_ADDRESS = "MINIO_SERVER_URL"
_HERE = re.compile(
    r"[\"']?(?:localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0|%|/|\$[({]*(?:MY_|K8S_)?POD_?(?:IP|NAME)|\$[({]*hostname)",
    re.IGNORECASE,
)
_HOST = linear(
    r"(?:\s(?:-h|-S|--host|--hostname|--server|--uri|--endpoints?)[=\s]{0,3}|://)(?:[a-z+]{1,20}://)?([^\s:]\S{0,199})"
)


SERVER_KINDS = ("Service",)
"""Kinds of objects that can tell what a container serves (`server_in`)."""


def shown_server(container: Container) -> Server | None:
    """Return the server that a container shows itself to be; None when nothing tells.

    Only what runs as long as its pod is looked at: before it and beside it stand programs with the same settings.
    """
    if not container.runs_continuously:
        return None
    return next(_signs(container), None)


def _signs(container: Container) -> Iterator[Server]:
    yield from (_PORTS[number] for number in _served_numbers(container) if number in _PORTS)
    uses_other = _uses_other(container)
    names = [entry.get("name").text() or "" for entry in container.env()]
    if not uses_other:
        yield from (server for server, known in _VARIABLES.items() if any(map(known.fullmatch, names)))
    command = container.command_text
    yield from (server for server, known in _PROGRAMS.items() if known.search(command))
    for probe in container.probes():
        asked = " ".join(str(part.value) for part in probe.get("exec", "command").each())
        if asked and _is_local(asked):
            yield from (server for server, known in _CLIENTS.items() if known.search(asked))
    paths = list(_written_paths(container))
    yield from (server for server, known in _PATHS.items() if any(map(known.fullmatch, paths)))
    yield from _by_services(container)
    # Whoever uses one may be told where it is in a ConfigMap or Secret that is read whole.
    hidden = bool(container.get("envFrom").value)
    if not (uses_other or hidden or _serves_something(container)) and _keeps_data(container):
        yield from (server for server, known in _SHARED_VARIABLES.items() if any(map(known.fullmatch, names)))
        yield from (server for server, known in _SHARED_PATHS.items() if any(map(known.fullmatch, paths)))


def _served_numbers(container: Container) -> Iterator[int]:
    """Yield the numbers of the ports that a container says it serves on, and those that its probes ask."""
    for port in container.get("ports").each():
        number = port.get("containerPort").number()
        if number is not None:
            yield number
    for probe in container.probes():
        for handler in ("tcpSocket", "httpGet", "grpc"):
            asked = probe.get(handler, "port").text_or_number()
            if isinstance(asked, int):
                yield asked


def _uses_other(container: Container) -> bool:
    """Tell whether a container is told where something else is."""
    return any(
        _ELSEWHERE.fullmatch(name)
        and _ITSELF.isdisjoint(name.split("_"))
        and name != _OWN_ADDRESS
        and not is_here(_text(entry.get("value")))
        for entry in container.env()
        if (name := (entry.get("name").text() or "").upper())
    )


def is_here(host: str) -> bool:
    """Tell whether a host is the pod itself (`localhost`, `$(POD_IP)`), a path, or all addresses that it has."""
    return _HERE.match(host) is not None


def _text(node: Node) -> str:
    return node.value if isinstance(node.value, str) else ""


def _is_local(command: str) -> bool:
    """Tell whether a command asks what runs in its own pod: it names no other host."""
    hosts = (match[1].rpartition("@")[2] for match in _HOST.finditer(command))
    return all(is_here(host) for host in hosts)


def _written_paths(container: Container) -> Iterator[str]:
    for mount, volume in mounts(container):
        if mount.get("readOnly").flag() is not True and (volume is None or volume.type is not VolumeType.READ_ONLY):
            yield (mount.get("mountPath").text() or "").rstrip("/")


def _keeps_data(container: Container) -> bool:
    """Tell whether a container has storage that outlives its pod, or is one of a StatefulSet."""
    kept = (VolumeType.CLAIM, VolumeType.EXTERNAL, VolumeType.NODE)
    return container.workload.kind == "StatefulSet" or any(
        volume is not None and volume.type in kept for _, volume in mounts(container)
    )


def _serves_something(container: Container) -> bool:
    """Tell whether a container declares ports or is asked over HTTP: its ports would have told that it is a server."""
    return bool(container.get("ports").value) or any(probe.get("httpGet") for probe in container.probes())


def _by_services(container: Container) -> Iterator[Server]:
    """Yield what the ports of Services tell of a container that declares none itself and stands alone in its pod."""
    workload, objects = container.workload, container.workload.objects
    beside = [item for item in workload.containers if item.runs_continuously and item is not container]
    if objects is None or beside or container.get("ports").value or not objects.is_seen("Service"):
        return
    for service in objects.derived(Services).of(workload):
        for port in service.get("spec", "ports").each():
            target, number = port.get("targetPort").value, port.get("port").number()
            wanted = target if isinstance(target, int) else number
            if wanted in _PORTS:
                yield _PORTS[wanted]
