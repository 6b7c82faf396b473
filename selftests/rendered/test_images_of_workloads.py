"""An image that cannot be read takes no workload out of the judgement; what it runs is then not known."""

import pytest
from rendered_chart import container, judged, workload

from toetskader.results import Verdict

UNREADABLE = {
    "a tag alone": "':1.4.2'",
    "a capital in the name": "registry.example/Web:1.4.2",
    "a slash at the end": "'registry.example/:1.4.2'",
    "a placeholder": "'registry.example/web:{{ .Values.tag }}'",
    "nothing": "''",
}


def labelled(label: str, image: str, name: str = "web") -> str:
    document = workload(name, f"containers: [{{name: {name}, image: {image}}}]")
    return document.replace("app.kubernetes.io/version: 1.4.2", label)


@pytest.mark.parametrize("image", UNREADABLE.values(), ids=UNREADABLE)
def test_a_label_is_asked_of_pods_whatever_their_image(image: str) -> None:
    others = workload("worker")
    assert judged("image.semver_labels", labelled("stap: een", image) + others).verdict is Verdict.FAIL
    found = judged("image.semver_labels", labelled("app.kubernetes.io/version: 1.4.2", image) + others)
    assert found.verdict is Verdict.UNDETERMINED
    assert found.reason is not None
    assert "Deployment/web" in found.reason.nl


def test_the_label_is_held_against_the_tag_that_can_be_read() -> None:
    assert judged("image.semver_labels", workload()).verdict is Verdict.PASS
    variant = workload("web", container(image="registry.example/web:1.4.2-arm64"))
    assert judged("image.semver_labels", variant).verdict is Verdict.PASS
    other = workload("web", container(image="registry.example/web:1.5.0"))
    assert judged("image.semver_labels", other).verdict is Verdict.FAIL


@pytest.mark.parametrize("image", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_version_is_not_said_to_be_final(image: str) -> None:
    document = labelled("app.kubernetes.io/version: 1.4.2", image)
    assert judged("image.prerelease_form", document + workload("worker")).verdict is Verdict.UNDETERMINED
    preliminary = workload("worker", container(image="registry.example/web:1.4.2-rc.1"))
    assert judged("image.prerelease_form", document + preliminary).verdict is Verdict.FAIL


PRELIMINARY = {
    "2.1.0-s390x": Verdict.NOT_APPLICABLE,
    "4.1.0-management-alpine": Verdict.NOT_APPLICABLE,
    "10.7.0-community": Verdict.NOT_APPLICABLE,
    "28.0.1-rootless": Verdict.NOT_APPLICABLE,
    "2.1.0-ppc64le-beta.1": Verdict.FAIL,
    "2.1.0-SNAPSHOT": Verdict.FAIL,
    "2.1.0-7": Verdict.UNDETERMINED,
    "2.1.0": Verdict.NOT_APPLICABLE,
}


@pytest.mark.parametrize(("tag", "verdict"), PRELIMINARY.items())
def test_a_variant_of_a_release_is_not_preliminary(tag: str, verdict: Verdict) -> None:
    document = workload("web", container(image=f"registry.example/web:{tag}"))
    assert judged("image.prerelease_form", document).verdict is verdict
