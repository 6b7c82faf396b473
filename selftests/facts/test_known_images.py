"""Well-known servers, and the workloads that run a component's own code."""

import pytest
from from_yaml import pod, workloads

from toetskader.facts.kubernetes.known_images import applications, data_stores, is_helper, server_in
from toetskader.facts.kubernetes.servers import Server

IMAGES = {
    "postgres:17": Server.POSTGRESQL,
    "docker.io/bitnamilegacy/postgresql:16.2.0": Server.POSTGRESQL,
    "mcr.microsoft.com/mssql/server:2022": Server.OTHER_SQL,
    "registry.nl/team/server:1": None,
    "quay.io/sclorg/mariadb-105-c9s": Server.OTHER_SQL,
    "registry.nl/team/postgres-custom:1": Server.POSTGRESQL,
    "minio/minio": Server.OTHER_DATABASE,
    "redis:8": Server.CACHE_OR_QUEUE,
    "oliver006/redis_exporter": Server.EXPORTER,
    "bitnami/postgres-exporter:0.15": Server.EXPORTER,
    "registry.nl/team/activemq-exporter:1": Server.EXPORTER,
    "registry.nl/team/zaken-exporter:1": None,
    "ghcr.io/team/postgres-operator:1": None,
    "quay.io/nginx/nginx-unprivileged:1": Server.OTHER,
    "registry.nl:5000/meldingen/web:1": None,
    "registry.nl/team/postgres-backup-tool-x:1": None,
    ":0.6": None,
    "confluentinc/cp-kafka:7.6.0": Server.CACHE_OR_QUEUE,
    "redpandadata/redpanda:24.1.1": Server.CACHE_OR_QUEUE,
    "mcr.microsoft.com/azure-sql-edge:1.0.7": Server.OTHER_SQL,
    "mongodb/mongodb-community-server:7.0": Server.OTHER_DATABASE,
}


@pytest.mark.parametrize(("image", "server"), IMAGES.items())
def test_server_in(image: str, server: Server | None) -> None:
    (container,) = pod(f"{{containers: [{{name: c, image: '{image}'}}]}}").containers
    assert server_in(container) is server


@pytest.mark.parametrize(
    ("image", "port", "server"),
    [
        ("registry.nl/team/db:1", 5432, Server.POSTGRESQL),
        ("registry.nl/team/meldingen-redis:1", 6379, Server.CACHE_OR_QUEUE),
        ("registry.nl/team/db-proxy:1", 5432, None),
        ("registry.nl/team/web:1", 8080, None),
    ],
)
def test_server_by_its_port(image: str, port: int, server: Server | None) -> None:
    (container,) = pod(
        f"{{containers: [{{name: c, image: '{image}', ports: [{{containerPort: {port}}}]}}]}}"
    ).containers
    assert server_in(container) is server


KNOWN = {
    "docker.io/redis:8.0": (True, False),
    "bitnami/postgresql:16": (True, False),
    "registry.example/mirror/rabbitmq": (True, False),
    "redis-exporter": (False, True),
    "istio/proxyv2": (False, True),
    "quay.io/oauth2-proxy/oauth2-proxy:v7.7.1": (False, True),
    "ghcr.io/acme/postgresql-admin": (False, False),
    "openzaak/open-zaak": (False, False),
}


@pytest.mark.parametrize(("image", "expected"), KNOWN.items())
def test_known_images(image: str, expected: tuple[bool, bool]) -> None:
    found = pod(f"{{containers: [{{name: app, image: '{image}'}}]}}")
    assert (bool(data_stores(found)), is_helper(found.containers[0])) == expected


def kind(name: str, kind: str, image: str, hook: str = "") -> str:
    template = f"{{spec: {{containers: [{{name: c, image: '{image}'}}]}}}}"
    spec = f"{{jobTemplate: {{spec: {{template: {template}}}}}}}" if kind == "CronJob" else f"{{template: {template}}}"
    annotations = f", annotations: {{helm.sh/hook: {hook}}}" if hook else ""
    return f"{{kind: {kind}, metadata: {{name: {name}{annotations}}}, spec: {spec}}}"


APPLICATIONS = {
    (kind("web", "Deployment", "x/web"), kind("cache", "StatefulSet", "redis")): ["web"],
    (kind("web", "Deployment", "x/web"), kind("nightly", "CronJob", "x/job")): ["web"],
    (kind("nightly", "CronJob", "x/job"), kind("migrate", "Job", "x/job", "pre-upgrade")): ["nightly"],
    (kind("cache", "StatefulSet", "redis"),): ["cache"],  # all there is, so it is the component
    (kind("maps", "StatefulSet", "x/postgis"), kind("load", "Job", "x/load", "post-install")): ["maps"],
    (kind("load", "Job", "x/load", "post-install"),): [],
}


@pytest.mark.parametrize(("documents", "expected"), APPLICATIONS.items())
def test_applications(documents: tuple[str, ...], expected: list[str]) -> None:
    assert [item.name for item in applications(workloads("\n---\n".join(documents)))] == expected
