"""What files of kubectl do not hold is told in words, in both languages."""

import pytest

from toetskader.collect.kubernetes.collector import KINDS
from toetskader.collect.kubernetes.dump_yaml import NotADump, documents
from toetskader.collect.kubernetes.snapshot import KIND_WORDS


def test_every_kind_of_facts_has_words() -> None:
    assert set(KIND_WORDS) == set(KINDS)
    assert all(words.nl != kind for kind, words in KIND_WORDS.items())


@pytest.mark.parametrize(
    ("text", "line", "nl", "en"),
    [
        ("a: &x 1\nb: *x\n", 2, "heeft een alias", "has an alias"),
        ("a: !!str 1\n", 1, "heeft een tag", "has a tag"),
        ("a: 1\na: 2\n", 2, "heeft een sleutel twee keer", "has a key twice"),
        ("? [a]\n: 1\n", 1, "heeft een sleutel die geen tekst is", "has a key that is no text"),
    ],
)
def test_what_kubectl_does_not_write_is_told_with_its_line(text: str, line: int, nl: str, en: str) -> None:
    with pytest.raises(NotADump) as outcome:
        list(documents(text))
    assert outcome.value.line == line
    assert outcome.value.why.nl.startswith(nl)
    assert outcome.value.why.en.startswith(en)
