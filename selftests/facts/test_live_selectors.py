"""Label selectors of a command line, as the API server reads them."""

import pytest

from toetskader.facts.kubernetes.component import Component
from toetskader.facts.kubernetes.label_selector import label_selector, selector_keys

LABELS = {"app": "web", "tier": "front", "leeg": ""}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "app=web",
        "app==web",
        "app!=worker",
        "onbekend!=x",
        "tier in (front, back)",
        "tier notin (back)",
        "onbekend notin (x)",
        "app",
        "!onbekend",
        "leeg=",
        "app=web,tier in (front,back),!canary",
    ],
)
def test_fits(text: str) -> None:
    assert label_selector(text)(LABELS)


@pytest.mark.parametrize("text", ["app=worker", "app!=web", "tier in (back)", "!app", "onbekend", "app=web,tier=back"])
def test_does_not_fit(text: str) -> None:
    assert not label_selector(text)(LABELS)


@pytest.mark.parametrize("text", ["=web", "app=web,", "tier in front", "a b", "app=(x)", "app=web;rm -rf"])
def test_is_no_selector(text: str) -> None:
    with pytest.raises(ValueError, match="no label selector"):
        label_selector(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", set()),
        ("app=web", {"app"}),
        ("app=web,tier in (front,back),!canary", {"app", "tier", "canary"}),
        ("a.b/c notin (x, y), d!=e", {"a.b/c", "d"}),
    ],
)
def test_keys_of_a_selector(text: str, keys: set[str]) -> None:
    assert selector_keys(text) == keys


@pytest.mark.parametrize(
    ("labels", "held"),
    [
        ([{"app": "web"}], True),
        ([{"app": "worker"}], False),
        ([{"tier": "front"}], True),  # says nothing of whose it is
        ([{}, {"app": "worker"}], False),
        ([{"app": "worker"}, {"app": "web"}], True),
    ],
)
def test_only_what_says_otherwise_is_of_somebody_else(labels: list[dict[str, str]], held: bool) -> None:
    assert Component("app=web").may_hold(*labels) is held
    assert Component("").may_hold(*labels)
