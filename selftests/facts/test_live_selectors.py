"""Label selectors of a command line, as the API server reads them."""

import pytest

from toetskader.facts.kubernetes.label_selector import label_selector

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
