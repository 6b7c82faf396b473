"""Which documents requirements ask for, and what of them: read from the parameters of their checks.

Checks of documents name one as `kind:type` in a parameter, whatever it is called; beside it stand the rules that its
facts are held to, a clause, who signs, and whatever else that check takes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import msgspec

from toetskader.catalogue.models import Catalogue, Requirement
from toetskader.facts.dossier.documents import KINDS
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.rules import Rule
from toetskader.targets.models import Target
from toetskader.text import Text, natural

_ALONE = frozenset({"document", "documents"})
"""Parameters that may name a kind without a type: there is but one card."""
_CLAUSES = ("clause", "clauses")
_SIGNERS = ("signed_by", "between")
"""Parameters that say on behalf of whom a document is signed: the parties of an agreement sign it."""
_OF_ROWS = frozenset({"register", "export"})
"""Kinds with rows, of which rules speak but for those in `of_document`."""
_OF_LIST = frozenset({"as_of", "exported_on"})
"""Facts of a list that no column is called by."""
_ONLY = ("only", "part")
"""Rules by which rows are chosen."""
_COLUMNS = ("column", "field", "between", "one", "other", "within", "in_eea", "distinct", "per", "per_year", "start",
            "stop", "announced", "planned", "control")  # fmt: skip
"""Parameters that name a column of a list."""
_BY_COLUMN = ("apart", "occur", "each")
"""Parameters that say something of columns, by their names."""
_WITH_COLUMNS = ("spread", "counts", "newest")
"""Parameters within which columns are named."""
_DEEPEST = 8


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A document as a check names it: kind and type; a type that is empty stands for any."""

    kind: str
    type: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.type}" if self.type else self.kind

    def covers(self, kind: str, type_: str) -> bool:
        """Tell whether a document of that kind and type is one; what happened may stand in a list of that type."""
        kinds = ("record", "register") if self.kind == "record" else (self.kind,)
        return kind in kinds and self.type in ("", type_)


@dataclass(frozen=True, slots=True)
class Ask:
    """What one requirement asks of one document."""

    requirement: Requirement
    rules: tuple[Rule, ...] = ()
    """Of its facts."""
    of_rows: tuple[Rule, ...] = ()
    """Of the rows of a list."""
    only: tuple[Rule, ...] = ()
    """Which rows those are."""
    clauses: tuple[str, ...] = ()
    signed_by: tuple[Side, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that stand beside these, as they are written."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a list cannot do without."""
        of_rules = (name for rule in (*self.only, *self.of_rows) for name in (rule.field, *rule.others))
        return tuple(dict.fromkeys((*of_rules, *_columns_in(self.rest))))


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that a target needs."""

    reference: Reference
    asks: tuple[Ask, ...]

    @property
    def requirements(self) -> tuple[str, ...]:
        """Ids of the requirements that it serves, as people sort them."""
        return tuple(sorted({ask.requirement.id for ask in self.asks}, key=natural))


def documents_of(requirement: Requirement) -> tuple[Reference, ...]:
    """Return the documents that a requirement names, each once, in the order in which it names them."""
    return tuple(dict.fromkeys(reference for reference, _ in _named(_params(requirement))))


def asks_of(requirement: Requirement) -> dict[Reference, tuple[Ask, ...]]:
    """Return what a requirement asks of each document that it names: once for each time that it names it."""
    found: dict[Reference, tuple[Ask, ...]] = {}
    for reference, beside in _named(_params(requirement)):
        found[reference] = (*found.get(reference, ()), _ask(requirement, reference, beside))
    return found


def concerns(requirement: Requirement, target: Target, catalogue: Catalogue) -> bool:
    """Tell whether a target has to meet a requirement with its dossier."""
    return (
        "dossier" in requirement.measured_on
        and requirement.binds(target.addressee)
        and any(catalogue.profiles[name].selects(requirement) for name in target.profiles)
    )


def asked_of(target: Target, catalogue: Catalogue) -> tuple[Asked, ...]:
    """Return the documents that a target needs, those that serve most requirements first."""
    found: dict[Reference, list[Ask]] = {}
    for requirement in catalogue.requirements.values():
        if concerns(requirement, target, catalogue):
            for reference, asks in asks_of(requirement).items():
                found.setdefault(reference, []).extend(asks)
    asked = (Asked(reference, tuple(those)) for reference, those in found.items())
    return tuple(sorted(asked, key=lambda item: (-len(item.requirements), item.reference)))


def _params(requirement: Requirement) -> Mapping[str, Any]:
    return requirement.params_for("dossier")


def _named(params: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[Reference, Mapping[str, Any]]]:
    """Yield each document that is named, with the parameters that stand beside its name."""
    for key, value in params.items():
        for text in _texts(value):
            if (reference := _reference(key, text)) is not None:
                yield reference, params
    if depth < _DEEPEST:
        for value in params.values():
            for below in value if isinstance(value, list | tuple) else (value,):
                if isinstance(below, Mapping):
                    yield from _named(below, depth + 1)


def _texts(value: Any) -> tuple[str, ...]:
    members = value if isinstance(value, list | tuple) else (value,)
    return tuple(item for item in members if isinstance(item, str))


def _reference(key: str, text: str) -> Reference | None:
    kind, colon, type_ = text.partition(":")
    if kind not in KINDS or bool(type_) is not bool(colon) or not (colon or key in _ALONE):
        return None
    return Reference(kind, type_)


def _ask(requirement: Requirement, reference: Reference, beside: Mapping[str, Any]) -> Ask:
    rules: list[Rule] = []
    of_rows: list[Rule] = []
    only: list[Rule] = []
    rest: dict[str, Any] = {}
    signers = ("signed_by",) if reference.kind in _OF_ROWS else _SIGNERS  # `between` columns of a list
    taken = (*signers, *_CLAUSES)
    for key, value in beside.items():
        if (found := _rules(value)) is not None:
            for rule in found:
                if reference.kind not in _OF_ROWS or key == "of_document" or rule.field in _OF_LIST:
                    rules.append(rule)
                else:
                    (only if key in _ONLY else of_rows).append(rule)
        elif key not in taken and not any(_reference(key, text) for text in _texts(value)):
            rest[key] = value
    return Ask(
        requirement,
        rules=tuple(rules),
        of_rows=tuple(of_rows),
        only=tuple(only),
        clauses=tuple(text for name in _CLAUSES for text in _texts(beside.get(name))),
        signed_by=tuple(side for side in get_args(Side) if any(side in _texts(beside.get(name)) for name in signers)),
        rest=rest,
    )


def _columns_in(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns that parameters besides rules name."""
    for key, value in params.items():
        if key in _COLUMNS:
            yield from _texts(value)
        elif key in _BY_COLUMN and isinstance(value, Mapping):
            yield from value
            yield from _texts(list(value.values())) if key == "apart" else ()
        elif key in _WITH_COLUMNS:
            for below in value if isinstance(value, list | tuple) else (value,):
                yield from _columns_in(below) if isinstance(below, Mapping) else ()


def _rules(value: Any) -> list[Rule] | None:
    """Return the rules that a parameter is; None for one that is something else."""
    if not isinstance(value, list | tuple) or not value:
        return None
    try:
        return msgspec.convert(value, list[Rule])
    except msgspec.ValidationError:
        return None


def told(rule: Rule) -> Text:
    """Say what a rule asks of its field, as for people who fill it in."""
    value = getattr(rule, rule.operator, None)
    nl, en = _TOLD.get(rule.operator, (f"{rule.operator} {{}}", f"{rule.operator} {{}}"))
    wanted = ", ".join(map(_plain, value)) if isinstance(value, tuple) else _plain(value)
    later = _later(rule)
    return Text(nl.format(f"{wanted}{later.nl}"), en.format(f"{wanted}{later.en}"))


def _later(rule: Rule) -> Text:
    """Say how much is added to the day that another is compared with."""
    nl = en = ""
    if rule.plus_months:
        nl, en = f" plus {rule.plus_months} maanden", f" plus {rule.plus_months} months"
    if rule.plus_days:
        nl, en = f"{nl} plus {rule.plus_days} dagen", f"{en} plus {rule.plus_days} days"
    return Text(nl, en)


def _plain(value: Any) -> str:
    if isinstance(value, str) and value.startswith("@"):
        return f"parameter {value[1:]}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value).replace("@", "parameter ")


_TOLD = {
    "filled": ("ingevuld", "filled in"),
    "equals": ("{}", "{}"),
    "one_of": ("een van: {}", "one of: {}"),
    "none_of": ("geen van: {}", "none of: {}"),
    "contains": ("bevat: {}", "contains: {}"),
    "matches": ("past op het patroon {}", "matches the pattern {}"),
    "at_least": ("ten minste {}", "at least {}"),
    "at_most": ("ten hoogste {}", "at most {}"),
    "not_before": ("niet voor {}", "not before {}"),
    "not_after": ("niet na {}", "not after {}"),
    "before": ("eerder dan {}", "before {}"),
    "same_as": ("gelijk aan {}", "the same as {}"),
    "same_party": ("{}", "{}"),
    "member_of": ("een van {}", "one of {}"),
    "above": ("hoger dan {}", "above {}"),
    "within_days": ("een datum van hooguit {} dagen geleden", "a day at most {} days ago"),
    "within_months": ("een datum van hooguit {} maanden geleden", "a day at most {} months ago"),
    "days_left": ("een datum, minstens {} dagen vooruit", "a day at least {} days ahead"),
}
