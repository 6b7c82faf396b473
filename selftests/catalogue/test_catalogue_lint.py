"""Warnings name what is allowed and probably not meant."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from toetskader.catalogue import Catalogue, load_catalogue
from toetskader.catalogue.lint import lint_catalogue
from toetskader.text import Text

POLICIES = Path(__file__).parents[2] / "policies"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Two requirements of the published catalogue, one of them with a planned check."""
    whole = load_catalogue(POLICIES)
    rows = {id_: whole.requirements[id_] for id_ in ("DDC-7.2-03", "DDC-7.2-14")}
    planned = {id_: check for id_, check in whole.planned.items() if id_ == rows["DDC-7.2-03"].check}
    return replace(whole, requirements=rows, planned=planned)


def warnings(catalogue: Catalogue) -> list[str]:
    return [f"{warning.path}: {warning.message.en}" for warning in lint_catalogue(POLICIES, catalogue, {})]


def with_row(catalogue: Catalogue, id_: str, **changes: object) -> Catalogue:
    row = msgspec.structs.replace(catalogue.requirements[id_], **changes)
    return replace(catalogue, requirements={**catalogue.requirements, id_: row})


def test_a_tidy_catalogue_has_none(catalogue: Catalogue) -> None:
    assert warnings(catalogue) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": Text("t" * 121, "short")}, "title (nl) has 121 characters; keep it at 120"),
        ({"title": Text("same", "same")}, "title is the same in both languages; translate"),
        ({"remedy": Text("doe dit", " ")}, "remedy is empty"),
        (
            {"title": Text("dit", "this"), "remedy": Text("dit", "do this")},
            "the remedy repeats the title; say what to do",
        ),
    ],
)
def test_texts_that_help_nobody(catalogue: Catalogue, changes: dict[str, Text], expected: str) -> None:
    assert warnings(with_row(catalogue, "DDC-7.2-14", **changes)) == [f"DDC-7.2-14: {expected}"]


def test_ids_out_of_order(catalogue: Catalogue) -> None:
    swapped = replace(catalogue, requirements=dict(reversed(catalogue.requirements.items())))
    assert warnings(swapped) == ["DDC-7.2-03: stands after DDC-7.2-14; sort by id"]


def test_checks_that_nothing_names(catalogue: Catalogue) -> None:
    moved = with_row(catalogue, "DDC-7.2-03", check="workload.read_only_root_filesystem")
    (id_,) = catalogue.planned
    assert warnings(moved) == [f": no requirement names check {id_}; remove it"]
