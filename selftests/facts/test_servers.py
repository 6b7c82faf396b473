"""Well-known servers, and the workloads that run a component's own code."""

import pytest
from from_yaml import pod, workloads

from toetskader.facts.servers import Server, applications, server_in

IMAGES = {
    "postgres:17": Server.POSTGRESQL,
    "docker.io/bitnamilegacy/postgresql:16.2.0": Server.POSTGRESQL,
    "mcr.microsoft.com/mssql/server:2022": Server.OTHER_SQL,
    "registry.nl/team/server:1": None,
    "redis:8": Server.OTHER_STORE,
    "quay.io/nginx/nginx-unprivileged:1": Server.PROXY,
    "registry.nl:5000/meldingen/web:1": None,
    "registry.nl/team/postgres-backup-tool-x:1": None,
    ":0.6": None,
}


@pytest.mark.parametrize(("image", "server"), IMAGES.items())
def test_server_in(image: str, server: Server | None) -> None:
    (container,) = pod(f"{{containers: [{{name: c, image: '{image}'}}]}}").containers
    assert server_in(container) is server


def kind(name: str, kind: str, image: str, hook: str = "") -> str:
    template = f"{{spec: {{containers: [{{name: c, image: '{image}'}}]}}}}"
    spec = f"{{jobTemplate: {{spec: {{template: {template}}}}}}}" if kind == "CronJob" else f"{{template: {template}}}"
    annotations = f", annotations: {{helm.sh/hook: {hook}}}" if hook else ""
    return f"{{kind: {kind}, metadata: {{name: {name}{annotations}}}, spec: {spec}}}"


APPLICATIONS = {
    (kind("web", "Deployment", "x/web"), kind("cache", "StatefulSet", "redis")): ["web"],
    (kind("web", "Deployment", "x/web"), kind("nightly", "CronJob", "x/job")): ["web"],
    (kind("nightly", "CronJob", "x/job"), kind("migrate", "Job", "x/job", "pre-upgrade")): ["nightly"],
    (kind("cache", "StatefulSet", "redis"),): [],
}


@pytest.mark.parametrize(("documents", "expected"), APPLICATIONS.items())
def test_applications(documents: tuple[str, ...], expected: list[str]) -> None:
    assert [item.name for item in applications(workloads("\n---\n".join(documents)))] == expected
