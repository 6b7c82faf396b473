"""What widely used images are, by the last segment of their name: servers that others make, and helpers."""

import re
from functools import lru_cache

from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.images import parse_image
from toetskader.facts.kubernetes.servers import SERVER_KINDS, Server, shown_server
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads

_DATABASES = frozenset({Server.POSTGRESQL, Server.OTHER_SQL, Server.OTHER_DATABASE})
_DATA_STORES = _DATABASES | {Server.CACHE_OR_QUEUE}

# Names as published, without registry and path; the words must fill the name. A version may follow (`mariadb-105`).
_STORES = {
    Server.POSTGRESQL: (
        r"(postgres|postgresql|postgis|timescaledb|spilo|pgvector|percona-postgresql)"
        r"(-(?!exporter|admin|backup|client|init|migrat|operator|proxy|tool)\w+)?"
    ),
    Server.OTHER_SQL: (
        r"mysql(-server)?|mariadb(-galera|-server)?|percona(-server|-xtradb-cluster)?|mssql(-server)?|cockroach(db)?"
        r"|azure-sql-edge|oracle-(free|xe)|firebird|rqlite|tidb|yugabyte"
    ),
    Server.OTHER_DATABASE: (
        r"arangodb|cassandra|clickhouse(-server)?|couchbase|couchdb|elasticsearch|etcd|ferretdb|influxdb|meilisearch"
        r"|milvus|minio|mongo(db)?|mongodb-community-server|neo4j|openldap|opensearch|percona-server-mongodb|qdrant"
        r"|rethinkdb|scylla(db)?|seaweedfs|solr|typesense|weaviate"
    ),
    Server.CACHE_OR_QUEUE: (
        r"activemq(-\w+)?|artemis|(cp-)?kafka|dragonfly|emqx|hazelcast|keydb|memcached|(eclipse-)?mosquitto|nats"
        r"|pulsar|rabbitmq|redpanda|redis(-cluster|-sentinel|-stack(-server)?)?|valkey|zookeeper"
    ),
}
_SERVERS = {
    Server.EXPORTER: re.compile(rf"({'|'.join(_STORES.values())})[-_]exporter"),
    **{server: re.compile(rf"({names})(-?[0-9][\w.-]*)?") for server, names in _STORES.items()},
    Server.OTHER: re.compile(r"nginx(-\w+)?|httpd|apache|haproxy|envoy|traefik|caddy|varnish|clamav"),
}
# What mirrors put before a name: `bitnami-postgresql`.
_MIRRORED = re.compile(r"^(?:bitnami|bitnamilegacy|library|mirror|docker|dockerhub|official)[-_]")
# Proxies, log shippers and exporters that stand beside a main container. Their names are too general to tell that a
# container on its own is no part of the application.
_HELPER = re.compile(
    r"(istio-?)?proxyv?2?|.*-proxy|proxy-.*|linkerd.*|.*-exporter|.*_exporter|fluent-?bit.*|fluentd.*|promtail"
    r"|filebeat|vector|vault(-agent.*)?|.*-agent|otel.*|opentelemetry-.*|jaeger-.*|k8s-sidecar|git-sync|configmap-reload"
    r"|envoy|nginx|nginx-unprivileged|haproxy|statsd|telegraf|pgbouncer"
)


def server_in(container: Container) -> Server | None:
    """Return the kind of server a container runs, or None for anything else, an unreadable image included.

    The image's name tells; else, for a container that is no helper such as a proxy, what it shows of itself.
    """
    must_be_declared(*SERVER_KINDS)
    return container.derived(_server_in)


def _server_in(container: Container) -> Server | None:
    named = _server_of(_repository(container))
    return named if named is not None or is_helper(container) else shown_server(container)


@lru_cache(maxsize=1024)
def _server_of(repository: str) -> Server | None:
    path, _, name = repository.rpartition("/")
    name = _MIRRORED.sub("", name)
    if name == "server" and path.endswith("/mssql"):
        return Server.OTHER_SQL
    return next((server for server, names in _SERVERS.items() if names.fullmatch(name)), None)


def is_database(container: Container) -> bool:
    """True for a container that is a database or file store: it holds data that must outlive it."""
    return server_in(container) in _DATABASES


def data_stores(workload: Workload) -> tuple[Container, ...]:
    """Return the databases, file stores, caches and queues that run inside the release as this workload."""
    if not workload.is_long_running:
        return ()
    return tuple(item for item in workload.containers if item.runs_continuously and server_in(item) in _DATA_STORES)


def is_only_data_store(workload: Workload) -> bool:
    """True when nothing runs in a workload but data stores, with helpers at most: not an application beside one."""
    stores = data_stores(workload)
    return bool(stores) and all(
        item in stores or is_helper(item) for item in workload.containers if item.runs_continuously
    )


def is_helper(container: Container) -> bool:
    """True for a container that helps the main one: known by its image, or by its name where that says so."""
    return any(_HELPER.fullmatch(name) is not None for name in (image_name(container), container.name))


def applications(workloads: Workloads) -> tuple[Workload, ...]:
    """Return the workloads that run the component's own code, hooks and servers that others make left out.

    Demands on the application's own logging are about these: the ones that live on, or, in a component that has none
    of those, its jobs. Where servers are all there is, they are the component: a supplier may deliver a data store.
    """
    own = [item for item in workloads if _is_there(item) and _runs_own_code(item)]
    return tuple([item for item in own if not item.is_batch] or own) or _servers(workloads)


def _servers(workloads: Workloads) -> tuple[Workload, ...]:
    return tuple(item for item in workloads if _is_there(item) and own_code(item))


def _is_there(workload: Workload) -> bool:
    return not (workload.is_hook or workload.holds_for_others)


def own_code(workload: Workload) -> tuple[Container, ...]:
    """Return the containers of a workload that run its own code: no init containers, servers of others or helpers.

    In a workload of nothing else these are the component.
    """
    running = [item for item in workload.containers if item.runs_continuously]
    own = [item for item in running if server_in(item) is None] or running
    return tuple([item for item in own if not is_helper(item)] or own)


def _runs_own_code(workload: Workload) -> bool:
    return any(server_in(item) is None for item in workload.containers if item.runs_continuously)


def image_name(container: Container) -> str:
    """Return the last segment of the image's name; empty for none, or one no registry accepts, which others report.

    Raises `Malformed` for an image that is no text.
    """
    return _repository(container).rpartition("/")[2]


def _repository(container: Container) -> str:
    text = container.get("image").text()
    try:
        return parse_image(text).repository if text else ""
    except ValueError:
        return ""
