"""The page of docs with every kind of document and its fields, made of the models and their words."""

from collections.abc import Iterator, Sequence

from toetskader.dossier.fields import Field, envelope_fields, fits, own_fields
from toetskader.dossier.words import FIELDS, KINDS

_HEAD = """\
# De soorten documenten en hun velden

<!-- Gemaakt door `toetskader dossier kinds --write`; wijzig dit bestand niet met de hand. -->

Deze bladzijde hoort bij [Het dossier](dossier.md). Een veld met een ● moet ingevuld zijn; staat het in een blok dat er
niet hoeft te zijn, dan alleen als dat blok er is. Van een veld met `[]` mogen er meer zijn. Namen van personen komen
niet in het rapport.
"""


def reference() -> str:
    """Return the page, in Dutch."""
    parts = [_HEAD, "## Wat elk document zegt\n", _table(envelope_fields())]
    for kind, words in KINDS.items():
        parts += [f"## {words.name.capitalize()} (`kind: {kind}`)\n", f"{words.what}\n", _table(own_fields(kind))]
    return "\n".join(parts)


def kind_lines(kind: str) -> str:
    """Return one kind of document, with the fields of every document left out."""
    words = KINDS[kind]
    return f"{words.name} (kind: {kind})\n{words.what}\n\n{_table(own_fields(kind))}"


def _table(fields: Sequence[Field]) -> str:
    rows = [f"| {' | '.join(row)} |\n" for row in _rows(fields, "")]
    return f"| veld | | wat | vorm | voorbeeld |\n|---|---|---|---|---|\n{''.join(rows)}"


def _rows(fields: Sequence[Field], before: str) -> Iterator[tuple[str, ...]]:
    for field in fields:
        words = FIELDS.get(field.key)
        name = f"{before}{field.name}{'[]' if field.shape in ('list', 'members') else ''}"
        what = words.what if words is not None else field.description
        example = f"`{words.example}`" if words is not None and words.example else ""
        mark = "●" if field.is_required else ""
        yield f"`{name}`", mark, _cell(what), _cell(fits(field).nl), example.replace("|", "\\|")
        yield from _rows(field.below, f"{name}.")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
