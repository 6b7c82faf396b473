"""Several things that must each have a document: interfaces, releases, external hosts.

What they are comes from a register, from a parameter of the target, or from the documents themselves. Each needs a
document whose `item` is it. None at all proves nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.core.fields import Model, Name
from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.documents import Export, Register
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.papers import Look, Paper, newest
from toetskader.facts.dossier.rules import Plain, Rule, Value, folded, is_empty, shown
from toetskader.facts.dossier.tables import Rows
from toetskader.text import Text


class ItemList(Model, frozen=True, kw_only=True):
    """Where it stands what must each have a document; in the documents themselves when it names nothing."""

    register: Annotated[str, Meta(description="Kind and type of a list: `register:interfaces`")] = ""
    column: Annotated[Name | None, Meta(description="Its column that names them; absent: its key")] = None
    when: Annotated[
        dict[str, Plain | tuple[Plain, ...]],
        Meta(description="Only rows where each of these columns has this value, or one of these"),
    ] = msgspec.field(default_factory=dict)
    parameter: Annotated[str, Meta(description="Parameter of the target that lists them")] = ""
    names: Annotated[tuple[str, ...], Meta(description="What they are, where the requirement itself lists them")] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for two places to look, and for columns of no list."""
        if sum(map(bool, (self.register, self.parameter, self.names))) > 1:
            raise ValueError("register, parameter and names: write one of these")
        if not self.register and (self.column or self.when):
            raise ValueError("column and when are of a register: write which")


@dataclass(frozen=True, slots=True)
class Items:
    """What must each have a document. Each name is as it stands where it was found."""

    names: tuple[str, ...] = ()
    none_meant: bool = False
    """True when a list has rows, all of which can be read, and none is of those that are meant."""


def items_of(look: Look, source: ItemList, ref: str) -> Items:
    """Return what must each have a document of `ref` (`kind:type`). What is the matter with the list is reported.

    Raises NotProven when nothing is listed, and Unseen when the list cannot be read. A parameter that is absent ends
    the judgement undetermined.
    """
    if source.names:
        return Items(source.names)
    if source.register:
        return _listed(look, look.the(source.register), source)
    if source.parameter:
        return _named(source.parameter, map(_name, look.parameters.require(source.parameter)))
    names = []
    for paper in look.all(ref):
        item = _name(paper.value("item"))
        if not item:
            look.take(paper)
            look.lacks(paper, "noemt niet waar het over gaat (item)", "does not say what it is about (item)")
        names.append(item)
    return _named(ref, names)


def hold_each(look: Look, ref: str, items: Items, rules: Iterable[Rule] = (), signed_by: Iterable[Side] = ()) -> None:
    """Ask a document of `ref` about each item, the newest of several, and hold it to rules.

    Parameters: `signed_by`, on behalf of whom each must be signed.
    """
    rules, signed_by = tuple(rules), tuple(signed_by)
    for paper in each(look, ref, items):
        look.hold(paper, rules)
        look.require_signed(paper, signed_by)


def each(look: Look, ref: str, items: Items) -> Iterator[Paper]:
    """Take and yield the document of `ref` about each item, the newest of several; that there is none is reported."""
    about: dict[str, list[Paper]] = {}
    for paper in look.all(ref):
        about.setdefault(folded(_name(paper.value("item"))), []).append(paper)
    for name in items.names:
        found = about.get(folded(name))
        if not found:
            look.findings.unproven(
                f"Over {name} is er geen document {ref}; voeg het toe, met item: {name}.",
                f"There is no document {ref} about {name}; add it, with item: {name}.",
            )
            continue
        paper = newest(found)
        look.take(paper)
        yield paper


def _named(where: str, names: Iterable[str]) -> Items:
    unique = {folded(name): name for name in names if name}
    if not unique:
        raise NotProven(
            Text(
                f"{where}: er staat niets in waar een document over moet zijn, dus is er niets aangetoond.",
                f"{where}: it lists nothing that a document must be about, so nothing is shown.",
            )
        )
    return Items(tuple(unique.values()))


def _listed(look: Look, paper: Paper, source: ItemList) -> Items:
    """Return what a register lists."""
    document = paper.document
    if not isinstance(document, Register | Export):
        raise NotProven(Text(f"{source.register} is geen lijst met rijen.", f"{source.register} is no list with rows."))
    column = source.column or document.key
    if column is None:
        look.lacks(paper, "noemt geen kolom onder key", "names no column under key")
        return Items()
    table = Rows(look, paper)
    table.require(column)
    rows = table.only([_meant(name, values) for name, values in source.when.items()])
    if not rows:
        return Items(none_meant=not look.lacking)
    table.hold(rows, [Rule(field=column)])
    return _named(paper.name, [shown(value) for _, value in table.values(rows, column)])


def _meant(column: str, values: Plain | tuple[Plain, ...]) -> Rule:
    return Rule(field=column, one_of=values if isinstance(values, tuple) else (values,))


def _name(value: Value) -> str:
    return "" if is_empty(value) else shown(value)
