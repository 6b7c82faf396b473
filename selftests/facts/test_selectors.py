"""Label selectors, as the Kubernetes API evaluates them."""

import pytest
import yaml

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.selectors import matches, matches_map
from toetskader.judging import FilePlace

LABELS = {"app": "web", "laag": "proces"}


def selector(text: str) -> Node:
    return Node(yaml.safe_load(text), "spec.selector", FilePlace("t.yaml"))


CASES = {
    "nothing": ("null", False),
    "empty": ("{}", True),
    "empty parts": ("{matchLabels: {}, matchExpressions: []}", True),
    "equal": ("{matchLabels: {app: web}}", True),
    "all must be": ("{matchLabels: {app: web, laag: data}}", False),
    "absent label": ("{matchLabels: {andere: web}}", False),
    "in": ("{matchExpressions: [{key: app, operator: In, values: [db, web]}]}", True),
    "not among": ("{matchExpressions: [{key: app, operator: In, values: [db]}]}", False),
    "in, absent": ("{matchExpressions: [{key: andere, operator: In, values: [web]}]}", False),
    "not in": ("{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}", True),
    "not in, absent": ("{matchExpressions: [{key: andere, operator: NotIn, values: [web]}]}", True),
    "exists": ("{matchExpressions: [{key: app, operator: Exists}]}", True),
    "does not exist": ("{matchExpressions: [{key: app, operator: DoesNotExist}]}", False),
    "both kinds": ("{matchLabels: {app: web}, matchExpressions: [{key: laag, operator: DoesNotExist}]}", False),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_selection(text: str, expected: bool) -> None:
    assert matches(selector(text), LABELS) is expected


@pytest.mark.parametrize(
    "text",
    [
        "{matchExpressions: [{key: app, operator: Like, values: []}]}",
        "{matchExpressions: [{key: app, operator: In}]}",
        "{matchExpressions: [{key: app, operator: Exists, values: [web]}]}",
        "{matchExpressions: [{operator: Exists}]}",
        "{matchExpressions: {key: app}}",
        "{matchLabels: {app: 3}}",
        "{matchLabels: [app]}",
        "all()",
    ],
)
def test_what_the_api_refuses(text: str) -> None:
    with pytest.raises(Malformed):
        matches(selector(text), LABELS)


def test_a_service_without_selector_selects_nothing() -> None:
    assert not matches_map({}, LABELS)
    assert matches_map({"app": "web"}, LABELS)
    assert not matches_map({"app": "web", "laag": "data"}, LABELS)
