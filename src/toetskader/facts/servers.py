"""Well-known servers that charts bring along, known by the name of their image."""

import re
from enum import StrEnum

from toetskader.facts.kubernetes.workloads import Container, Workload


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
    """Return the kind of server a container runs, or None for anything else. Raises `Malformed`."""
    image = container.image
    if image is None:
        return None
    path, _, name = image.repository.lower().rpartition("/")
    for server, pattern in _NAMES:
        if pattern.fullmatch(name) and (name != "server" or path.endswith("/mssql")):
            return server
    return None


def is_application(workload: Workload) -> bool:
    """Tell whether a workload runs the component's own code for as long as it lives.

    That is: no Job, no hook, and not only servers that others make. Demands on the application's own logging and
    metrics are about these.
    """
    running = [container for container in workload.containers if container.runs_continuously]
    return not workload.is_batch and not workload.is_hook and any(server_in(item) is None for item in running)
