"""Documents walked through: nothing is passed over for being left out early."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.secrets.documents import named_secrets, settings
from toetskader.judging.findings import FilePlace

KEYS = st.sampled_from(["annotations", "metadata", "name", "value", "env", "secretName", "secretRef", "tlsSecretName"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "b", "annotations", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=30,
)


@given(st.dictionaries(KEYS, DOCUMENTS, max_size=4))
def test_what_stands_in_something_of_a_name_is_what_says_so_of_all_settings(document: dict[str, Any]) -> None:
    root = Node(document, "", FilePlace("a.yaml"))
    some = [(item.name, item.node.path, item.node.value) for item in settings(root, above="annotations")]
    of_all = [item for item in settings(root) if item.above == "annotations"]
    assert some == [(item.name, item.node.path, item.node.value) for item in of_all]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"spec": {"secretName": "a", "tls": [{"tlsSecretName": "b"}], "other": "c", "name": "d"}}, {"a", "b"}),
        ({"env": [{"valueFrom": {"secretKeyRef": {"name": "a", "key": "k"}}}]}, {"a"}),
        ({"imagePullSecrets": [{"name": "a"}, {"name": "b"}], "pullSecrets": ["c"]}, {"a", "b"}),
        ({"secretRef": {"name": ["a", {"secretName": "b"}, {"x": "c"}]}}, {"a", "b"}),
        ({"secretName": ["a", ["b", 1, None]], "name": ["c"]}, {"a", "b"}),
        ({"kind": "Secret", "metadata": {"name": "a"}}, {"a"}),
        ({"rules": [{"resources": ["secrets"], "resourceNames": ["a", "b"]}]}, {"a", "b"}),
        ({"secretName": "", "x": {"secretName": 3}}, set()),
    ],
)
def test_names_of_secrets_are_found_wherever_they_are_referred_to(document: dict[str, Any], names: set[str]) -> None:
    assert named_secrets([document]) == names


def test_texts_of_a_list_are_read_as_each_by_itself() -> None:
    place = FilePlace("a.yaml")
    assert Node(["a", None, "b"], "x", place).texts() == ["a", None, "b"]
    assert Node(["a", "b"], "x", place).texts() == ["a", "b"]
    assert Node(None, "x", place).texts() == []
    for wrong in ("a", {"a": 1}, ["a", 3]):
        with pytest.raises(Malformed):
            Node(wrong, "x", place).texts()
