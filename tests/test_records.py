"""Judgements on records: what happened, when, and with what result."""

from datetime import date, timedelta
from typing import Annotated, Literal

from msgspec import Meta, field

from toetskader.core.fields import Model, Name
from toetskader.facts.dossier.documents import Register
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.events import Events, gaps, quarters
from toetskader.facts.dossier.items import ItemList, Items, items_of
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import Rule, months_before, number_of
from toetskader.facts.dossier.tables import Rows
from toetskader.judging import Findings, Parameters, check


class Beside(Model, frozen=True, kw_only=True):
    """A document that must be there beside a record; of a list, with rows."""

    document: Annotated[str, Meta(description="Kind and type: `assignment:compliance`")]
    rules: tuple[Rule, ...] = ()


class Happened(Model, frozen=True, kw_only=True):
    """Parameters of `record.result`."""

    document: Annotated[str, Meta(description="Kind and type: `record:failover`")]
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1)]
    signed_by: tuple[Side, ...] = ()
    beside: tuple[Beside, ...] = ()
    counted: Annotated[
        dict[str, str], Meta(description="Fact of the record → list that must have so many rows: `export:trial`")
    ] = field(default_factory=dict)
    only_when: Annotated[Name | None, Meta(description="Parameter of the target: no means that it does not apply")] = (
        None
    )


@check("record.result", params=Happened)
def test_the_last_record_has_the_result(
    papers: Papers, findings: Findings, params: Happened, parameters: Parameters, today: date
) -> None:
    """The last record says what it must say of what happened, and what it says of a list is so in that list."""
    parameters.arises(params.only_when)
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        if (on := paper.value("on")) and isinstance(on, date) and on > today:
            look.lacks(paper, f"gaat over een dag die nog komt ({on})", f"is about a day still to come ({on})")
        look.hold(paper, params.rules)
        look.require_signed(paper, params.signed_by)
        for beside in params.beside:
            other = look.the(beside.document)
            look.hold(other, beside.rules)
            if isinstance(other.document, Register):
                Rows(look, other)
        for path, ref in params.counted.items():
            rows = Rows(look, look.the(ref))
            said = number_of(paper.value(path))
            if said is None:
                look.lacks(paper, f"noemt geen {path}", f"does not say {path}")
            elif said != len(rows.all):
                findings.add(paper.place(path), seen=f"{said:g}", expected=f"{len(rows.all)} ({rows.paper.name})")


class PerItem(Model, frozen=True, kw_only=True):
    """Parameters of `record.per_item`."""

    document: Annotated[str, Meta(description="Kind and type: `record:intake`; rows of `register:intake` count too")]
    items: Annotated[ItemList | None, Meta(description="Where it stands what must each have a record")] = None
    named: Annotated[tuple[str, ...], Meta(description="What must each have a record, where the source names it")] = ()
    rules: tuple[Rule, ...] = ()
    signed_by: tuple[Side, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError unless exactly one of `items` and `named` is given."""
        if (self.items is None) is not bool(self.named):
            raise ValueError("write items or named")


@check("record.per_item", params=PerItem)
def test_each_item_has_a_record(
    papers: Papers, findings: Findings, params: PerItem, parameters: Parameters, today: date
) -> None:
    """Of each item there is a record, and the last of them says what it must say."""
    with papers.look(findings, parameters, today) as look:
        events = Events(look, params.document)
        items = Items(params.named) if params.items is None else items_of(look, params.items, params.document)
        found = {name: events.about(name) for name in items.names}
        for name in (name for name, event in found.items() if event is None):
            look.findings.unproven(
                f"Over {name} is er geen {params.document}; voeg het toe, met item: {name}.",
                f"There is no {params.document} about {name}; add it, with item: {name}.",
            )
        events.hold((event for event in found.values() if event is not None), params.rules, params.signed_by)


class Rhythm(Model, frozen=True, kw_only=True):
    """Parameters of `record.rhythm`."""

    document: Annotated[str, Meta(description="Kind and type: `record:demo`; rows of `register:demo` count too")]
    every: Annotated[
        Literal["quarter", "sprint"], Meta(description="A calendar quarter, or as long as parameter sprint_weeks says")
    ]
    over_months: Annotated[int, Meta(ge=3, description="How far back is looked")] = 12
    rules: tuple[Rule, ...] = ()


@check("record.rhythm", params=Rhythm)
def test_it_happens_in_every_period(
    papers: Papers, findings: Findings, params: Rhythm, parameters: Parameters, today: date
) -> None:
    """In each whole period since it went live, or since the first record, it happened at least once.

    No further back than the parameter says. A period that is not over yet does not count.
    """
    with papers.look(findings, parameters, today) as look:
        events = Events(look, params.document)
        if not events.all:
            findings.unproven(f"Er is nog geen {params.document} geweest.", f"There has been no {params.document} yet.")
            return
        start = months_before(today, params.over_months)
        live = parameters.get("go_live")
        first = max(start, live if live is not None and live <= today else events.all[0].on)
        looked_at = [event for event in events.all if event.on >= first]
        days = [event.on for event in looked_at]
        if params.every == "quarter":
            missed = [(one, end) for one, end in quarters(first, today) if not any(one <= day <= end for day in days)]
        else:
            length = timedelta(weeks=parameters.require("sprint_weeks"))
            missed = list(gaps(days, first, today, length))
        for one, end in missed:
            findings.unproven(
                f"Tussen {one} en {end} was er geen {params.document}.",
                f"Between {one} and {end} there was no {params.document}.",
            )
        if not looked_at:
            findings.unproven(f"Sinds {first} was er geen {params.document}.", f"Since {first} there was none.")
        findings.saw(f"{len(days)} keer sinds {first}", f"{len(days)} times since {first}")
        events.hold(looked_at, params.rules)
