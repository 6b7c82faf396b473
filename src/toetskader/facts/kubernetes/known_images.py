"""What widely used images are, by the last segment of their name: data stores, and helpers beside an application."""

import re

from toetskader.facts.kubernetes.images import parse_image
from toetskader.facts.kubernetes.workloads import Container, Workload

# Databases, caches, queues and file stores that charts bring along.
_DATABASE = re.compile(
    "cassandra|clickhouse(-server)?|cockroach|couchdb|elasticsearch|etcd|influxdb|mariadb(-galera)?|minio|mongo(db)?"
    "|mssql-server|mysql(-server)?|neo4j|opensearch|percona-server|postgis|postgres(ql)?(-repmgr)?|solr|spilo|timescaledb"
)
_CACHE_OR_QUEUE = re.compile(
    "activemq|artemis|dragonfly|kafka|keydb|memcached|nats|rabbitmq|redis(-cluster|-sentinel|-stack(-server)?)?"
    "|valkey|zookeeper"
)
# Proxies, log shippers and exporters that stand beside a main container and are no part of the application.
_HELPER = re.compile(
    r"(istio-?)?proxyv?2?|.*-proxy|proxy-.*|envoy|linkerd.*|.*-exporter|.*_exporter|fluent-?bit.*|fluentd.*|promtail"
    r"|filebeat|vector|vault(-agent.*)?|.*-agent|otel.*|opentelemetry-.*|jaeger-.*|k8s-sidecar|git-sync|configmap-reload"
    r"|nginx|nginx-unprivileged|haproxy|statsd|telegraf|pgbouncer"
)


def is_database(container: Container) -> bool:
    """True for a container that is a database or file store: it holds data that must outlive it."""
    return _DATABASE.fullmatch(image_name(container)) is not None


def is_data_store(container: Container) -> bool:
    """True for a container that is a database, file store, cache or queue."""
    return is_database(container) or _CACHE_OR_QUEUE.fullmatch(image_name(container)) is not None


def data_stores(workload: Workload) -> tuple[Container, ...]:
    """Return the databases, file stores, caches and queues that run inside the release as this workload."""
    if not workload.is_long_running:
        return ()
    return tuple(item for item in workload.containers if item.runs_continuously and is_data_store(item))


def is_only_data_store(workload: Workload) -> bool:
    """True when nothing runs in a workload but data stores, with helpers at most: not an application beside one."""
    stores = data_stores(workload)
    return bool(stores) and all(
        item in stores or is_helper(item) for item in workload.containers if item.runs_continuously
    )


def is_helper(container: Container) -> bool:
    """True for a container that helps the main one: known by its image, or by its name where that says so."""
    return any(_HELPER.fullmatch(name) is not None for name in (image_name(container), container.name))


def image_name(container: Container) -> str:
    """Return the last segment of the image's name; empty for none or one that cannot be read, which others report."""
    text = container.get("image").value
    try:
        return parse_image(text).name if isinstance(text, str) else ""
    except ValueError:
        return ""
