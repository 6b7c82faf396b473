"""The differences in the norms as they are: short enough to show whole, and each told by some judgement."""

import re
from pathlib import Path

import pytest

from toetskader.catalogue.load import load_catalogue
from toetskader.norms.difference import MOST_SHOWN, Difference, find_difference
from toetskader.text import Text

ROOT = Path(__file__).parents[2]
NORMS = load_catalogue(ROOT / "policies").norms
ALL = [(norm, item) for norm in NORMS.values() for item in norm.differences]


@pytest.mark.parametrize(("norm", "item"), ALL, ids=[f"{norm.id}-{item.about}" for norm, item in ALL])
def test_a_difference_can_be_shown_whole_and_names_internet_nl(norm: object, item: Difference) -> None:
    for text in (item.note, *([item.remedy] if item.remedy else [])):
        assert len(text.nl) <= MOST_SHOWN
        assert len(text.en) <= MOST_SHOWN
    assert "internet.nl" in item.note.nl
    assert "internet.nl" in item.note.en


def test_every_difference_is_asked_for_by_a_judgement() -> None:
    sources = [*(ROOT / "tests").glob("*.py"), ROOT / "src/toetskader/judging/doubts.py"]
    literals = set(re.findall(r'"([a-z_0-9A-Z.-]+)"', "\n".join(path.read_text(encoding="utf-8") for path in sources)))
    assert sorted({item.about for _, item in ALL} - literals) == []


def test_a_part_has_the_difference_of_the_whole_unless_it_has_its_own() -> None:
    whole, own = (Difference(about=about, note=Text(about, about)) for about in ("groups", "groups.ffdhe"))
    assert find_difference((whole, own), "groups.ffdhe") is own
    assert find_difference((whole, own), "groups.x25519") is whole
    assert find_difference((own,), "groups") is None
    assert find_difference((whole,), "groupset") is None
