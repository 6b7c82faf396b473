"""Well-known servers that charts bring along, known by the name of their image."""

import re
from enum import StrEnum

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads


class Server(StrEnum):
    """What a server in a container is for."""

    POSTGRESQL = "PostgreSQL"
    OTHER_SQL = "SQL"
    """A relational database other than PostgreSQL."""
    OTHER_STORE = "store"
    """A store that is no relational database: cache, search index, document store, queue, object store."""
    PROXY = "proxy"


# Names of images as published, without registry and path; the words must fill the name, save a suffix.
_NAMES: tuple[tuple[Server, re.Pattern[str]], ...] = (
    (
        Server.POSTGRESQL,
        re.compile(
            r"(postgres|postgresql|postgis|postgresql-repmgr|timescaledb|spilo|pgvector|percona-postgresql)(-\w+)?"
        ),
    ),
    (
        Server.OTHER_SQL,
        re.compile(
            r"(mysql|mysql-server|mariadb|mariadb-galera|percona|percona-server|mssql|mssql-server|server|cockroach)"
        ),
    ),
    (
        Server.OTHER_STORE,
        re.compile(
            r"(redis|redis-cluster|redis-sentinel|valkey|keydb|memcached|mongo|mongodb|rabbitmq|elasticsearch"
            r"|opensearch"
            r"|solr|kafka|minio|clamav|activemq(-\w+)?|artemis)(-exporter)?"
        ),
    ),
    (
        Server.PROXY,
        re.compile(r"(nginx|nginx-unprivileged|nginx-\w+|httpd|apache|haproxy|envoy|traefik|caddy|varnish)"),
    ),
)


def server_in(container: Container) -> Server | None:
    """Return the kind of server a container runs, or None for anything else, an unreadable image included."""
    try:
        image = container.image
    except Malformed:
        return None
    if image is None:
        return None
    path, _, name = image.repository.lower().rpartition("/")
    for server, pattern in _NAMES:
        if pattern.fullmatch(name) and (name != "server" or path.endswith("/mssql")):
            return server
    return None


def applications(workloads: Workloads) -> tuple[Workload, ...]:
    """Return the workloads that run the component's own code, hooks and servers that others make left out.

    Demands on the application's own logging are about these: the ones that live on, or, in a component that has none
    of those, its jobs.
    """
    own = [item for item in workloads if not item.is_hook and _runs_own_code(item)]
    return tuple([item for item in own if not item.is_batch] or own)


def _runs_own_code(workload: Workload) -> bool:
    return any(server_in(item) is None for item in workload.containers if item.runs_continuously)
