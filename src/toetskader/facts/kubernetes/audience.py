"""Whether people may use what runs, as far as its ports tell: they do so with a browser, so over HTTP."""

from collections.abc import Iterator

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.known_images import own_code, server_in
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.servers import Server
from toetskader.facts.kubernetes.services import service_ports
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads

# Programs sign in to these, with accounts of their own.
_FOR_PROGRAMS = frozenset(
    {Server.POSTGRESQL, Server.OTHER_SQL, Server.OTHER_DATABASE, Server.CACHE_OR_QUEUE, Server.EXPORTER}
)
# What a port is named for that no browser speaks, or that Kubernetes and a monitor ask: names of services as IANA
# registers them, which may stand before or after another word (`tcp-ldap`, `metrics-http`).
_NO_BROWSER = frozenset(
    {
        *(
            "metric",
            "metrics",
            "prometheus",
            "prom",
            "health",
            "healthz",
            "healthcheck",
            "liveness",
            "readiness",
            "probe",
        ),
        *(
            "tcp",
            "udp",
            "sctp",
            "dns",
            "smtp",
            "smtps",
            "submission",
            "imap",
            "imaps",
            "ldap",
            "ldaps",
            "amqp",
            "amqps",
        ),
        *("mqtt", "mqtts", "kafka", "nats", "ssh", "sftp", "ftp", "syslog", "ntp", "snmp", "clamd", "redis", "mysql"),
        *("postgres", "postgresql", "psql", "pgsql", "mongo", "mongodb"),
    }
)


def people_may_use(workloads: Workloads, objects: Objects) -> bool:
    """Tell whether people may use what runs: something other than a data store has a port that may be for a browser.

    In doubt they may: a port without a name, or with one that tells nothing, may speak HTTP.
    """
    own = {workload: tuple(_programs(workload)) for workload in workloads}
    ports = [port for containers in own.values() for item in containers for port in item.get("ports").each()]
    if any(_may_speak_http(port) for port in ports):
        return True
    for item in service_ports(objects, workloads):
        before_own = not item.workloads or any(own[workload] for workload in item.workloads)
        if before_own and not item.targets and _may_speak_http(item.node):
            return True
    return False


def _programs(workload: Workload) -> Iterator[Container]:
    try:
        own = own_code(workload)
    except Malformed:  # that an image cannot be read is said elsewhere
        yield from (item for item in workload.containers if item.runs_continuously)
        return
    yield from (item for item in own if server_in(item) not in _FOR_PROGRAMS)


def _may_speak_http(port: Node) -> bool:
    if port.get("protocol").text() not in (None, "TCP"):
        return False
    name = (port.get("appProtocol").text() or port.get("name").text() or "").lower()
    return _NO_BROWSER.isdisjoint(name.split("-"))
