"""Folders to begin a dossier with: one for each document that a target needs, with a form in it to fill in.

What must be filled in stands there and is empty: as long as it is, the document proves nothing and says so. What may be
filled in stands behind a `#`, with an example.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path
from textwrap import wrap

from msgspec import inspect

from toetskader.collect.dossier.folders import CARD, DOCUMENT
from toetskader.core.fields import Name
from toetskader.core.scalars import plain_scalar
from toetskader.dossier.asked import Ask, Asked, told
from toetskader.dossier.fields import Field, fields_of, fits
from toetskader.dossier.words import FIELDS, SIDES
from toetskader.dossier.words import KINDS as KIND_WORDS
from toetskader.facts.dossier.documents import KINDS
from toetskader.facts.dossier.paths import is_fact
from toetskader.facts.dossier.rules import Rule
from toetskader.report.visible import one_line
from toetskader.text import Lang, Text
from toetskader.yamlfile import misfits

_WIDTH = 30
"""Columns before a comment."""
_REST = {
    "max_validity_months": Text("geldt hooguit {} maanden na de dag van uitgifte", "holds at most {} months"),
    "max_age_months": Text("hooguit {} maanden oud", "at most {} months old"),
    "max_age_days": Text("hooguit {} dagen oud", "at most {} days old"),
    "min_rows": Text("minstens {} van zulke rijen", "at least {} of such rows"),
    "max_rows": Text("hooguit {} van zulke rijen", "at most {} of such rows"),
    "of_component": Text("van het component van het doel", "of the component of the target"),
    "persons": Text("met een naam bij elke rol", "with a name against each role"),
    "after": Text("gevraagd na de dag in parameter {}", "asked after the day in parameter {}"),
    "months": Text("uiterlijk {} maanden later", "{} months later at the latest"),
    "days": Text("en dan nog {} dagen", "and another {} days"),
    "in_eea": Text("een regio in de EER: {}", "a region in the EEA: {}"),
    "standards": Text("voor norm {}", "for standard {}"),
    "accredited": Text("van een geaccrediteerde instelling", "by an accredited body"),
    "names_product": Text("scope of covers noemt het product", "scope or covers names the product"),
    "surveillance_months": Text("hooguit {} maanden geleden gecontroleerd", "audited at most {} months ago"),
    "about_product": Text("over het component van het doel", "about the component of the target"),
    "favourable": Text("met als conclusie dat het voldoet (result)", "that concludes that all is met (result)"),
    "with_run": Text("met de results.json van de toets (run)", "with the results.json of the run (run)"),
    "applies_if": Text("alleen als parameter {} waar is", "only when parameter {} is true"),
    "topics": Text("met onderwerpen (topics): {}", "with topics: {}"),
    "topics_of": Text("met de onderwerpen van parameter {}", "with the topics of parameter {}"),
    "decided": Text("met een besluit bij elk onderwerp (decision)", "with a decision on each topic"),
    "reported": Text("{}, zoals de rijen het geven", "{}, as the rows give it"),
}
"""Parameters of checks in words; what others ask stands in the remedy of the requirement."""
_NONE = Text("", "")
_SEVERAL = ("spread", "counts")
"""Parameters that ask for several different values of a column."""
_IN_FORM = frozenset({"id", "kind", "type", "files", "places"})
"""Fields that the form begins or ends with."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form to write."""

    path: Path
    """From the first folder of the dossier."""
    text: str


def form(asked: Asked, *, schemas: str, lang: Lang) -> Form:
    """Return the form of a document. Parameters: `schemas`, the folder of the schemas from that of the dossier."""
    kind = asked.reference.kind
    if kind == "card":
        return Form(Path(CARD), _text(asked, "kaart", f"{schemas}/kaart.schema.json", lang))
    name = "-".join(part for part in (KIND_WORDS[kind].name, asked.reference.type) if part)
    return Form(Path(name) / DOCUMENT, _text(asked, name, f"../{schemas}/bewijs.schema.json", lang))


def schemas_from(folder: Path, schemas: Path) -> str:
    """Return how the schemas are named from the folder of a dossier."""
    return Path(relpath(schemas, folder)).as_posix()


def _text(asked: Asked, id_: str, schema: str, lang: Lang) -> str:
    kind, type_ = asked.reference.kind, asked.reference.type
    writer = _Writer(asked, lang)
    asks = "\n".join(f"#   {line}" for line in _asks(asked, lang))
    head = f"{KIND_WORDS[kind].what}" if lang == "nl" else (KINDS[kind].__doc__ or "").partition("\n")[0]
    intro = Text(
        "Vul in wat leeg is; wat achter # staat mag erbij, zonder het #. Zet het bestand zelf in deze map.",
        "Fill in what is empty; what stands behind # may be added, without the #. Put the file itself in this folder.",
    )[lang]
    lines = [
        f"# yaml-language-server: $schema={schema}",
        f"# {head}",
        f"# {intro}",
        asks,
        f"id: {_scalar(id_)}",
        f"kind: {kind}",
        f"type: {_scalar(type_ or kind)}",
        *writer.fields(fields_of(KINDS[kind])),
        *(_commented(f"{name}: []", _what(field, lang)) for name, field in _later(kind)),
    ]
    return "\n".join(lines) + "\n"


def _asks(asked: Asked, lang: Lang) -> Iterator[str]:
    """Yield who asks for a document, and what of it."""
    yield Text("Gevraagd door:", "Asked by:")[lang]
    for requirement in {ask.requirement.id: ask.requirement for ask in asked.asks}.values():
        yield f"  {requirement.id}  {one_line(requirement.title[lang])}"
        yield from wrap(one_line(requirement.remedy[lang]), 110, initial_indent="      ", subsequent_indent="      ")
    said = _said(asked.asks, lang)
    if said:
        yield Text("Wat erin moet staan:", "What it must say:")[lang]
        for line, ids in said.items():
            yield f"  {line}  ({', '.join(ids)})"
    sides = dict.fromkeys(side for ask in asked.asks for side in ask.signed_by)
    if sides:
        named = ", ".join(SIDES[side][lang] for side in sides)
        yield Text(f"Ondertekend door: {named}", f"Signed by: {named}")[lang]


def _said(asks: Iterable[Ask], lang: Lang) -> dict[str, list[str]]:
    """Return each thing that is asked of a document, and by which requirements."""
    found: dict[str, list[str]] = {}
    for ask in asks:
        lines = [_line(rule, lang) for rule in ask.rules]
        lines += [f"{_line(rule, lang)}{_chosen(ask.only, lang)}" for rule in ask.of_rows]
        if ask.only and not ask.of_rows:
            lines.append(Text("rijen", "rows")[lang] + _chosen(ask.only, lang))
        lines += [f"clauses: {clause}" for clause in ask.clauses]
        lines += [
            _rest(key, value, lang)
            for key, value in ask.rest.items()
            if (key in _REST or key in _SEVERAL) and (key, value) != ("min_rows", 0)
        ]
        for line in lines:
            ids = found.setdefault(one_line(line), [])
            if ask.requirement.id not in ids:
                ids.append(ask.requirement.id)
    return found


def _line(rule: Rule, lang: Lang) -> str:
    instead = (
        Text(f", of anders {rule.unless} ingevuld", f", or else {rule.unless} filled in") if rule.unless else _NONE
    )
    return f"{rule.field}: {told(rule)[lang]}{instead[lang]}{_condition(rule.when, lang)}"


def _chosen(only: Iterable[Rule], lang: Lang) -> str:
    """Say which rows something is asked of; nothing when it is all of them."""
    named = "; ".join(_line(rule, lang) for rule in only)
    return Text(f", waar {named}", f", where {named}")[lang] if named else ""


def _condition(when: Mapping[str, object], lang: Lang) -> str:
    if not when:
        return ""
    named = ", ".join(f"{name} = {_plain(value)}" for name, value in when.items())
    return Text(f", als {named}", f", when {named}")[lang]


def _rest(key: str, value: object, lang: Lang) -> str:
    if key in _SEVERAL and isinstance(value, list | tuple):
        return "; ".join(_different(item, lang) for item in value)
    return _REST[key][lang].format(_plain(value))


def _different(asked: Mapping[str, object], lang: Lang) -> str:
    """Say how many different values are asked of a column."""
    least, most = asked.get("at_least"), asked.get("at_most")
    nl, en = ([], []) if least in (None, 0) else ([f"minstens {least}"], [f"at least {least}"])
    if most is not None:
        nl.append(f"hooguit {most}")
        en.append(f"at most {most}")
    per = _plain(asked.get("per") or asked.get("per_year") or "")
    name = asked.get("field") or asked.get("distinct") or Text("rijen", "rows")[lang]
    text = Text(f"{', '.join(nl)} verschillende", f"{', '.join(en)} different ones")[lang]
    return f"{name}: {text}" + (f" per {per}" if per else "")


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return json.dumps(value, ensure_ascii=False, default=str)


class _Writer:
    """Writes the fields of a document as a form."""

    def __init__(self, asked: Asked, lang: Lang) -> None:
        self._lang = lang
        self._sides = tuple(dict.fromkeys(side for ask in asked.asks for side in ask.signed_by))
        self._names: dict[str, dict[str, None]] = {}
        """Field → members or names of it that are asked for."""
        self._asked: set[str] = {"valid_until"}
        """Paths of fields that are asked for."""
        for ask in asked.asks:
            self._read(ask, KINDS[asked.reference.kind])

    def _read(self, ask: Ask, model: type) -> None:
        columns = {"columns"} & set(model.__struct_fields__)  # type: ignore[attr-defined]
        for name in ask.columns if columns else ():
            self._name("columns", name)
        for rule in ask.rules:
            if rule.when or rule.unless:
                continue
            if columns and not is_fact(model, rule.field):
                self._name("columns", rule.field)
                continue
            self._asked.add(rule.field)
            head, _, below = rule.field.partition(".")
            self._name(head, below.partition(".")[0] or rule.contains)
        for clause in ask.clauses:
            self._asked.add("clauses")
            self._name("clauses", clause)
        for key, value in ask.rest.items():
            names = value if isinstance(value, list | tuple) else ()
            if key in model.__struct_fields__:  # type: ignore[attr-defined]
                self._asked.add(key)
                for name in names:
                    self._name(key, name)

    def _name(self, field: str, name: object) -> None:
        if isinstance(name, str) and not misfits(name, Name):
            self._names.setdefault(field, {})[name] = None

    def fields(self, fields: Iterable[Field]) -> Iterator[str]:
        """Yield the lines of the fields of a document."""
        for field in fields:
            if field.name in _IN_FORM:
                continue
            if field.name == "signatures" and self._sides:
                yield from self._signatures(field)
            elif field.is_required or self._is_asked(field.name):
                yield from self._to_fill_in(field, field.name, "")
            else:
                yield from self._possible(field, "")

    def _about(self, field: Field, path: str) -> str:
        words = FIELDS.get(field.key)
        what = _what(field, self._lang)
        names = ", ".join(self._names.get(path, ())) if field.shape in ("list", "pairs") else ""
        if names:
            return f"{what}; {Text('gevraagd', 'asked')[self._lang]}: {names}"
        example = words.example if words and not isinstance(field.type, inspect.LiteralType) else ""
        return f"{what}; {Text('voorbeeld', 'example')[self._lang]}: {example}" if example else what

    def _is_asked(self, path: str) -> bool:
        return any(asked == path or asked.startswith(f"{path}.") for asked in self._asked)

    def _to_fill_in(self, field: Field, path: str, indent: str) -> Iterator[str]:
        about = self._about(field, path)
        yield _commented(f"{indent}{field.name}:", about)
        if field.shape == "block":
            yield from self._block(field, path, f"{indent}  ")
        elif field.shape == "members":
            for name in self._names.get(path, {"": None}):
                yield from self._member(field, f"{indent}  ", name)
        elif field.shape == "pairs":
            for name in self._names.get(path, ()):
                yield f"{indent}  {_scalar(name)}:"

    def _block(self, field: Field, path: str, indent: str) -> Iterator[str]:
        for below in field.below:
            if below.is_required or self._is_asked(f"{path}.{below.name}"):
                yield from self._to_fill_in(below, f"{path}.{below.name}", indent)
            else:
                yield from self._possible(below, indent)

    def _member(self, field: Field, indent: str, name: str) -> Iterator[str]:
        """Yield one block of a list, with its name filled in where that is known."""
        mark = "- "
        for below in field.below:
            value = f" {_scalar(name)}" if name and below is field.below[0] else ""
            if below.is_required:
                yield _commented(f"{indent}{mark}{below.name}:{value}", self._about(below, ""))
                mark = "  "

    def _signatures(self, field: Field) -> Iterator[str]:
        yield _commented("signatures:", self._about(field, field.name))
        for side in self._sides:
            mark = "- "
            for below in field.below:
                if below.is_required:
                    value = f" {side}" if below.name == "side" else ""
                    yield _commented(f"  {mark}{below.name}:{value}", self._about(below, ""))
                    mark = "  "

    def _possible(self, field: Field, indent: str) -> Iterator[str]:
        """Yield the lines of a field that may be filled in, behind a `#`."""
        words = FIELDS.get(field.key)
        example = words.example if words else ""
        if field.shape == "block":
            example = _flow(field.below)
        elif field.shape == "members":
            example = f"[{_flow(field.below)}]"
        yield _commented(f"{indent}# {field.name}: {example}".rstrip(), _what(field, self._lang))


def _later(kind: str) -> Iterator[tuple[str, Field]]:
    """Yield what commands fill in."""
    yield from ((field.name, field) for field in fields_of(KINDS[kind]) if field.name in ("files", "places"))


def _what(field: Field, lang: Lang) -> str:
    """Say what a field is; in English what its model says, and what fits it where that says nothing."""
    words = FIELDS.get(field.key)
    return words.what if words and lang == "nl" else field.description or fits(field)[lang]


def _flow(fields: Iterable[Field]) -> str:
    """Write what must stand in a block on one line, with examples."""
    required = [field for field in fields if field.is_required]
    return "{" + ", ".join(f"{field.name}: {_example(field)}" for field in required) + "}"


def _example(field: Field) -> str:
    words = FIELDS.get(field.key)
    return words.example if words and words.example else '"…"' if isinstance(field.type, inspect.StrType) else "…"


def _commented(text: str, comment: str) -> str:
    return f"{text:<{_WIDTH}}  # {comment}"


def _scalar(text: str) -> str:
    """Write a text of ours as a YAML scalar that stays text."""
    return text if plain_scalar(text) == text and not misfits(text, Name) else json.dumps(text, ensure_ascii=False)
