"""Flux: the host of a repository, and where an applier takes its content from."""

import pytest
from from_live import live

from toetskader.facts.kubernetes.flux import SOURCE, Reference, applied_by, host_of, sources
from toetskader.facts.kubernetes.objects import Objects


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://gitlab.voorbeeld.nl/haven/app.git", "gitlab.voorbeeld.nl"),
        ("ssh://git@GitLab.voorbeeld.nl:2222/haven/app.git", "gitlab.voorbeeld.nl"),
        ("git@gitlab.voorbeeld.nl:haven/app.git", "gitlab.voorbeeld.nl"),
        ("https://gitlab.voorbeeld.nl@ander.example/app.git", "ander.example"),
        ("https://ander.example/gitlab.voorbeeld.nl", "ander.example"),
        ("oci://ghcr.io/voorbeeld/charts", "ghcr.io"),
        ("https://[::1", ""),
        ("pad/zonder:host", ""),
        ("", ""),
    ],
)
def test_the_host_of_a_repository(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{sourceRef: {kind: GitRepository, name: uitrol}}", Reference("GitRepository", SOURCE, "uitrol", "zaken")),
        (
            "{chart: {spec: {sourceRef: {kind: HelmRepository, name: r, namespace: flux}}}}",
            Reference("HelmRepository", SOURCE, "r", "flux"),
        ),
        ("{chartRef: {kind: OCIRepository, name: r}}", Reference("OCIRepository", SOURCE, "r", "zaken")),
    ],
)
def test_where_an_applier_takes_its_content_from(spec: str, expected: Reference) -> None:
    text = f"{{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {{name: app}}, spec: {spec}}}"
    (item,) = Objects.of_live(live(text))
    assert list(sources(item)) == [expected]


def test_what_applied_an_object_is_on_its_labels() -> None:
    text = "{apiVersion: v1, kind: Service, metadata: {name: app, labels: {%s/name: app, %s/namespace: flux}}}"
    group = "kustomize.toolkit.fluxcd.io"
    (item,) = Objects.of_live(live(text % (group, group)))
    assert applied_by(item) == Reference("Kustomization", group, "app", "flux")
    (bare,) = Objects.of_live(live("{apiVersion: v1, kind: Service, metadata: {name: app}}"))
    assert applied_by(bare) is None
