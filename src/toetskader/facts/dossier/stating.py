"""What documents state, as values to lay beside a measurement: of a register a column, of others a fact."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from toetskader.core.fields import Model, Name
from toetskader.facts.dossier.documents import Export, Register
from toetskader.facts.dossier.papers import Look, Paper
from toetskader.facts.dossier.rules import folded, is_empty, shown
from toetskader.facts.dossier.tables import Rows


class Stating(Model, frozen=True, kw_only=True):
    """Which documents state it, and where in them."""

    document: Annotated[str, Meta(description="Kind and type: `register:interfaces`, `decision:exposure`")]
    column: Annotated[Name | None, Meta(description="Of a register or export, the column that states it")] = None
    fact: Annotated[str, Meta(description="Of any other document, the fact that states it; all of them count")] = ""

    def __post_init__(self) -> None:
        """Raise ValueError when it names neither or both."""
        if (self.column is None) == (not self.fact):
            raise ValueError(f"{self.document}: write column of a list, or fact of other documents")


@dataclass(frozen=True, slots=True)
class Statements:
    """What documents state."""

    paper: Paper
    """The document that a measurement is laid beside; of several, any."""
    values: frozenset[str]
    """As they are compared."""


def stated(look: Look, asked: Stating) -> Statements:
    """Return what documents state; of a list of values in one cell each counts.

    Raises NotProven when there is no such document, and Unseen when it could not be read.
    """
    if asked.column is not None:
        paper = look.the(asked.document)
        if isinstance(paper.document, Register | Export):
            table = Rows(look, paper)
            table.require(asked.column)
            found = {shown(value) for _, value in table.values(table.all, asked.column)}
            listed = {member for row, _ in table.values(table.all, asked.column) for member in row.listed(asked.column)}
            return Statements(paper, frozenset(map(folded, found | listed)))
    papers = look.all(asked.document)
    values: set[str] = set()
    for paper in papers:
        value = paper.value(asked.fact or str(asked.column))
        members = value if isinstance(value, tuple) else (value,)
        values |= {folded(shown(member)) for member in members if not is_empty(member)}
    paper = look.the(asked.document)
    return Statements(paper, frozenset(values))
