"""Every kind of document and every field of it has its words for who fills them in."""

import pytest
import yaml

from toetskader.dossier.fields import Field, all_fields, fields_of, fits
from toetskader.dossier.words import FIELDS
from toetskader.dossier.words import KINDS as KIND_WORDS
from toetskader.facts.dossier.documents import KINDS
from toetskader.facts.dossier.envelope import Envelope
from toetskader.yamlfile import misfits

ALL = {field.key: field for field in all_fields()}
HOW = "add Dutch words and an example in src/toetskader/dossier/words.py, and run make schemas"


def test_every_field_has_words_and_no_other() -> None:
    assert sorted(set(ALL) - set(FIELDS)) == [], HOW
    assert sorted(set(FIELDS) - set(ALL)) == [], "take these out of src/toetskader/dossier/words.py"


def test_every_kind_has_words() -> None:
    assert list(KIND_WORDS) == list(KINDS)
    assert len({words.name for words in KIND_WORDS.values()}) == len(KINDS)


@pytest.mark.parametrize("key", [key for key, words in FIELDS.items() if words.example and key in ALL])
def test_an_example_fits_its_field(key: str) -> None:
    field = ALL[key]
    value = yaml.load(FIELDS[key].example, Loader=yaml.BaseLoader)
    if field.type.__class__.__name__ in ("IntType", "FloatType", "BoolType"):
        value = yaml.safe_load(FIELDS[key].example)
        value = {name: float(one) for name, one in value.items()} if isinstance(value, dict) else value
    if field.shape == "pairs" and field.type.__class__.__name__ == "FloatType":
        value = {name: float(one) for name, one in value.items()}
    owner = Envelope if field.owner is Envelope else field.owner
    wrong = [steps for steps, _ in misfits({field.name: value}, owner) if steps[:1] == (field.name,)]
    assert wrong == []


@pytest.mark.parametrize("field", ALL.values(), ids=ALL)
def test_what_fits_a_field_is_told(field: Field) -> None:
    assert fits(field).nl
    assert fits(field).en


def test_a_field_stands_with_the_model_that_declares_it() -> None:
    keys = [field.key for field in fields_of(KINDS["certificate"])]
    assert "Envelope.title" in keys
    assert "Certificate.standard" in keys
