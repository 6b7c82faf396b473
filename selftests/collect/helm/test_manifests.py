"""Documents become objects by Helm's rules: hooks are those of a document, whatever is in it."""

import json

import msgspec
import pytest
import yaml

from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.manifests import documents, objects
from toetskader.collect.helm.protocol import RawObject
from toetskader.core.failure import Failed
from toetskader.facts.chart import RenderedObject
from toetskader.facts.kubernetes.objects import KubernetesObject

EVIL = "{apiVersion: v1, kind: Pod, metadata: {name: evil, annotations: %s}}"


def read(text: str) -> tuple[RawObject, ...]:
    found = documents({"c/templates/a.yaml": text})
    return objects(found, lambda part: json.dumps(yaml.safe_load(part)), yaml.YAMLError, Limits())


def seen(text: str) -> list[tuple[str, frozenset[str], bool]]:
    """Return of each object name, hooks, and whether it stays."""
    found: list[tuple[str, frozenset[str], bool]] = []
    for raw in read(text):
        item = msgspec.convert(msgspec.json.decode(msgspec.json.encode(raw)), RenderedObject)
        made = KubernetesObject(item.document, item.template, "ns", listed_under=item.listed_under)
        found.append((made.name, made.hooks, made.stays))
    return found


@pytest.mark.parametrize("kind", ["List", "PodList", "Foo"])
@pytest.mark.parametrize("annotations", ["{helm.sh/hook: whatever}", "{helm.sh/hook: test}", "{helm.sh/hook: ''}"])
def test_hooks_of_items_are_no_hooks(kind: str, annotations: str) -> None:
    text = f"{{apiVersion: v1, kind: {kind}, metadata: {{}}, items: [{EVIL % annotations}]}}"
    assert seen(text) == [("evil", frozenset(), True)]
    nested = f"{{apiVersion: v1, kind: List, items: [{text}]}}"
    assert seen(nested) == [("evil", frozenset(), True)]


def test_the_items_of_a_list_are_hooks_as_the_list_is() -> None:
    of_list = "{annotations: {helm.sh/hook: ' Post-Install', helm.sh/hook-delete-policy: 'Hook-Succeeded, s3cret'}}"
    (item,) = read(f"{{apiVersion: v1, kind: List, metadata: {of_list}, items: [{EVIL % '{helm.sh/hook: test}'}]}}")
    assert item.listed_under == {"helm.sh/hook": " Post-Install", "helm.sh/hook-delete-policy": "hook-succeeded"}
    text = f"{{apiVersion: v1, kind: List, metadata: {of_list}, items: [{EVIL % '{}'}]}}"
    assert seen(text) == [("evil", frozenset({"post-install"}), False)]


@pytest.mark.parametrize("hook", ["whatever", "''", "null", "'pre-install,'", "crd-install"])
def test_a_document_whose_hook_helm_does_not_know_is_not_sent(hook: str) -> None:
    assert seen(EVIL % f"{{helm.sh/hook: {hook}}}") == []
    items = f"items: [{EVIL % '{}'}]"
    assert seen(f"{{apiVersion: v1, kind: List, metadata: {{annotations: {{helm.sh/hook: {hook}}}}}, {items}}}") == []
    assert len(seen(EVIL % "{helm.sh/hook: ' PRE-install ,Test'}")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, Metadata: {annotations: {helm.sh/hook: test}}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: a, ANNOTATIONS: {helm.sh/hook: whatever}}}",
        "{apiVersion: v1, kind: Pod, \u212aind: Job, metadata: {name: a}}",
    ],
)
def test_a_key_that_helm_reads_in_any_case_is_refused(text: str) -> None:
    with pytest.raises(Failed, match="and Kubernetes does not"):
        read(text)
    assert len(read("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {Name: b}}, data: {Kind: c}}")) == 1
