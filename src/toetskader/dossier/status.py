"""How a dossier stands: of each document that is needed or there, what is the matter with it and whom it serves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from toetskader.dossier.asked import Ask, Asked, Reference
from toetskader.dossier.words import SIDES
from toetskader.facts.dossier.attachments import Attachment, Table
from toetskader.facts.dossier.documents import Agreement, Decision, Export, Form, Register
from toetskader.facts.dossier.envelope import Envelope, Signature
from toetskader.facts.dossier.fact import Dossier, PlaceFound, Stated, Unread
from toetskader.facts.dossier.papers import EXPIRES_SOON, Paper, worth_of
from toetskader.facts.dossier.paths import fact, is_fact
from toetskader.facts.dossier.rules import is_empty
from toetskader.facts.dossier.strength import Worth
from toetskader.text import Text, natural

State = Literal[
    "missing",
    "unreadable",
    "blank",
    "expired",
    "early",
    "no-file",
    "file-missing",
    "changed",
    "contradicted",
    "signature-broken",
    "signature-missing",
    "not-found",
    "not-said",
    "not-sealed",
    "replaced",
    "expires",
    "no-place",
    "signature-unverified",
    "signature-valid",
    "fine",
]


class Kind(NamedTuple):
    """A state in words."""

    label: Text
    blocks: bool
    """Whether the document proves nothing, or not what is asked, as long as it is so."""


STATES: dict[State, Kind] = {
    "missing": Kind(Text("ontbreekt", "missing"), True),
    "unreadable": Kind(Text("niet te lezen", "unreadable"), True),
    "blank": Kind(Text("nog niet ingevuld", "to be filled in"), True),
    "expired": Kind(Text("verlopen", "expired"), True),
    "early": Kind(Text("nog niet geldig", "not valid yet"), True),
    "no-file": Kind(Text("zonder bestand", "without a file"), True),
    "file-missing": Kind(Text("bestand ontbreekt", "file missing"), True),
    "changed": Kind(Text("bestand gewijzigd", "file changed"), True),
    "contradicted": Kind(Text("tegengesproken", "contradicted"), True),
    "signature-broken": Kind(Text("handtekening gebroken", "signature broken"), True),
    "signature-missing": Kind(Text("handtekening ontbreekt", "signature missing"), True),
    "not-found": Kind(Text("feit niet gevonden", "fact not found"), True),
    "not-said": Kind(Text("feit niet ingevuld", "fact not filled in"), True),
    "not-sealed": Kind(Text("niet verzegeld", "not sealed"), True),
    "replaced": Kind(Text("vervangen", "replaced"), False),
    "expires": Kind(Text("verloopt", "expires"), False),
    "no-place": Kind(Text("zonder vindplaats", "without a place"), False),
    "signature-unverified": Kind(Text("handtekening niet te controleren", "signature not verifiable"), False),
    "signature-valid": Kind(Text("handtekening geldig", "signature valid"), False),
    "fine": Kind(Text("in orde", "in order"), False),
}
"""From worst to best: the first that a document is in is the one that it is shown with."""
_NOTHING: Mapping[str, tuple[Text, ...]] = MappingProxyType({})
_ORDER = {state: number for number, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is to be said of a document."""

    state: State
    text: Text


@dataclass(frozen=True, slots=True)
class Line:
    """A document that is needed, or that is there."""

    reference: Reference
    id: str
    """Of the document; empty for one that is missing."""
    title: str
    where: str
    """Its YAML file; empty for one that is missing."""
    requirements: tuple[str, ...]
    """That it serves."""
    remarks: tuple[Remark, ...]
    """Worst first."""
    last_day: date | None = None
    """Last day that it holds."""
    review_on: date | None = None
    worth: Worth | None = None

    @property
    def state(self) -> State:
        """The worst that it is in."""
        return self.remarks[0].state if self.remarks else "fine"

    @property
    def blocks(self) -> bool:
        """Whether a requirement lacks its proof by it."""
        return bool(self.requirements) and STATES[self.state].blocks


def status(
    dossier: Dossier, asked: tuple[Asked, ...], today: date, contradicted: Mapping[str, tuple[Text, ...]] = _NOTHING
) -> tuple[Line, ...]:
    """Return how each document stands, those that serve most requirements first.

    Parameters: `asked`, what the target needs; `today`, the day that is judged; `contradicted`, what a run measured
    that speaks against a document, by its id.
    """
    lines = [_line(stated, dossier, asked, today, contradicted) for stated in dossier.documents]
    lines += [_unread(item, asked) for item in dossier.unread]
    lines += [
        Line(item.reference, "", "", "", item.requirements, (_MISSING,))
        for item in asked
        if not any(item.reference.covers(line.reference.kind, line.reference.type) for line in lines)
    ]
    return tuple(sorted(lines, key=lambda line: (-len(line.requirements), _ORDER[line.state], line.reference, line.id)))


_MISSING = Remark("missing", Text("er is nog geen document van deze soort", "there is no such document yet"))


def _line(
    stated: Stated,
    dossier: Dossier,
    asked: tuple[Asked, ...],
    today: date,
    contradicted: Mapping[str, tuple[Text, ...]],
) -> Line:
    document = stated.document
    reference = Reference(str(document.__struct_config__.tag), document.type)
    serving = [item for item in asked if item.reference.covers(reference.kind, reference.type)]
    asks = tuple(ask for item in serving for ask in item.asks)
    paper = Paper(stated)
    for path in ("issued_on", "valid_from", "valid_until", *_facts_asked(document, asks)):
        paper.value(path)
    replaced = next((item.document.id for item in dossier.documents if document.id in item.document.supersedes), None)
    if replaced is not None:
        message = Text(f"{replaced} komt ervoor in de plaats", f"{replaced} stands in its place")
        remarks: tuple[Remark, ...] = (Remark("replaced", message),)
    else:
        found = (*_dates(document, today), *_files(stated), *_content(stated), *_signatures(paper, asks, today))
        measured = (Remark("contradicted", text) for text in contradicted.get(document.id, ()))
        remarks = tuple(sorted((*found, *_facts(paper, asks), *measured), key=lambda remark: _ORDER[remark.state]))
    return Line(
        reference,
        document.id,
        document.title,
        stated.where,
        () if replaced is not None else _requirements(serving),
        remarks,
        last_day=last_day(document),
        review_on=document.review_on if isinstance(document, Decision) else None,
        worth=worth_of(paper),
    )


def _unread(item: Unread, asked: tuple[Asked, ...]) -> Line:
    serving = [one for one in asked if one.reference.covers(item.kind, item.type)]
    state: State = "blank" if item.is_blank else "unreadable"
    return Line(Reference(item.kind, item.type), "", "", item.where, _requirements(serving), (Remark(state, item.why),))


def _requirements(serving: list[Asked]) -> tuple[str, ...]:
    return tuple(sorted({id_ for item in serving for id_ in item.requirements}, key=natural))


def last_day(document: Envelope) -> date | None:
    """Return the last day that a document holds: its own, or that of the agreement or decision that it is."""
    days = [document.valid_until]
    if isinstance(document, Agreement) and document.term is not None:
        days.append(document.term.last)
    if isinstance(document, Decision):
        days.append(document.expires)
    return min((day for day in days if day is not None), default=None)


def _dates(document: Envelope, today: date) -> Iterator[Remark]:
    last = last_day(document)
    if document.issued_on > today:
        message = Text(
            f"is gedateerd in de toekomst: issued_on is {document.issued_on}",
            f"is dated in the future: issued_on is {document.issued_on}",
        )
        yield Remark("early", message)
    if document.valid_from is not None and document.valid_from > today:
        yield Remark("early", Text(f"geldt vanaf {document.valid_from}", f"holds from {document.valid_from}"))
    if last is None:
        return
    left = (last - today).days
    if left < 0:
        yield Remark(
            "expired", Text(f"verlopen op {last}; lever het nieuwe aan", f"expired on {last}; supply the new one")
        )
    elif last <= today + timedelta(days=EXPIRES_SOON):
        yield Remark(
            "expires",
            Text(
                f"verloopt over {left} {'dag' if left == 1 else 'dagen'}, op {last}; vraag het nieuwe nu aan",
                f"expires in {left} {'day' if left == 1 else 'days'}, on {last}; ask for the new one now",
            ),
        )


def _files(stated: Stated) -> Iterator[Remark]:
    document = stated.document
    if not document.files:
        message = Text(
            "noemt geen bestand; zet het in de map en draai 'toetskader dossier hash'",
            "names no file; put it in the folder and run 'toetskader dossier hash'",
        )
        yield Remark("no-file", message)
    read = {item.path: item for item in stated.attachments}
    for listed in document.files:
        yield from _file(listed.path, listed.sha256, read.get(listed.path))


def _file(path: str, sealed: str | None, read: Attachment | None) -> Iterator[Remark]:
    if read is None:
        yield Remark("file-missing", Text(f"{path} is er niet", f"{path} is not there"))
        return
    if read.problem is not None:
        yield Remark("unreadable", Text(f"{path}: {read.problem.nl}", f"{path}: {read.problem.en}"))
    if sealed is None:
        message = Text(
            f"{path} heeft nog geen SHA-256; draai 'toetskader dossier hash'",
            f"{path} has no SHA-256 yet; run 'toetskader dossier hash'",
        )
        yield Remark("not-sealed", message)
    elif read.sha256 and read.sha256 != sealed:
        message = Text(
            f"{path} is gewijzigd nadat het is vastgelegd; klopt dat, draai dan 'toetskader dossier hash --update'",
            f"{path} was changed after it was recorded; if that is right, run 'toetskader dossier hash --update'",
        )
        yield Remark("changed", message)


def _content(stated: Stated) -> Iterator[Remark]:
    """Yield what is the matter with the rows of a list, or the answers of a form."""
    document = stated.document
    there = {item.path for item in stated.attachments}
    if isinstance(document, Register | Export) and document.table in there:
        yield from _table(document, stated.table or Table(problem=Text("geen tabel", "no table")))
    elif isinstance(document, Form) and document.form in there:
        name = document.form
        if stated.form is None:
            yield Remark("unreadable", Text(f"{name}: geen formulier", f"{name}: no form"))
        elif count := len(stated.form.problems):
            message = Text(
                f"{name} klopt op {count} plaatsen niet met {document.format}",
                f"{name} does not fit {document.format} in {count} places",
            )
            yield Remark("contradicted", message)


def _table(document: Register | Export, table: Table) -> Iterator[Remark]:
    name = document.table
    if table.problem is not None:
        yield Remark("unreadable", Text(f"{name}: {table.problem.nl}", f"{name}: {table.problem.en}"))
        return
    for column, heading in document.columns.items():
        if column not in table.columns:
            message = Text(
                f"{name} heeft geen kolom '{heading}' ({column})", f"{name} has no column '{heading}' ({column})"
            )
            yield Remark("not-found", message)
    if not table.rows:
        yield Remark("not-found", Text(f"{name} heeft geen rijen", f"{name} has no rows"))


def _signatures(paper: Paper, asks: tuple[Ask, ...], today: date) -> Iterator[Remark]:
    for signature in paper.document.signatures:
        if signature.on > today:
            message = Text(
                f"is ondertekend op een dag die nog komt: {signature.on}", f"is signed on a day to come: {signature.on}"
            )
            yield Remark("early", message)
        if signature.how == "pdf" and paper.stated.attachments:
            yield _signature(paper, signature)
    signed = {signature.side for signature in paper.document.signatures}
    for side in dict.fromkeys(side for ask in asks for side in ask.signed_by):
        if side not in signed:
            name = SIDES[side]
            message = Text(f"niet ondertekend namens {name.nl}", f"not signed on behalf of {name.en}")
            yield Remark("signature-missing", message)


def _signature(paper: Paper, signature: Signature) -> Remark:
    seen = paper.signature_seen(signature)
    name = signature.organisation
    if seen is None:
        message = Text(f"in het bestand staat geen handtekening van {name}", f"the file has no signature of {name}")
        return Remark("signature-missing", message)
    if seen.matter is None:
        return Remark("signature-valid", Text(f"van {name}: geldig", f"of {name}: valid"))
    broken = not seen.intact or seen.changed_after or not seen.covers_whole_file
    message = Text(f"van {name}: {seen.matter.nl}", f"of {name}: {seen.matter.en}")
    return Remark("signature-broken" if broken else "signature-unverified", message)


def _facts(paper: Paper, asks: tuple[Ask, ...]) -> Iterator[Remark]:
    document = paper.document
    for place, found in zip(document.places, paper.stated.places, strict=True):
        if (remark := _place(place.fact, place.page, place.text, found)) is not None:
            yield remark
    empty = [path for path in _facts_asked(document, asks) if is_empty(fact(document, path))]
    if isinstance(document, Register | Export):
        columns = dict.fromkeys(name for ask in asks for name in ask.columns)
        empty += [f"columns.{name}" for name in columns if name not in document.columns]
    if empty:
        named = ", ".join(empty)
        yield Remark("not-said", Text(f"vul in: {named}", f"fill in: {named}"))
    if document.files and worth_of(paper).strength == 1:
        yield Remark("no-place", worth_of(paper).why)


def _place(path: str, page: int, text: str, found: PlaceFound) -> Remark | None:
    if found.seen is None:
        message = Text(
            f"{path}: het bestand dat places noemt staat niet onder files", f"{path}: places names a file not in files"
        )
        return Remark("not-found", message)
    if found.seen.problem is not None:
        return Remark("unreadable", Text(f"{path}: {found.seen.problem.nl}", f"{path}: {found.seen.problem.en}"))
    if not found.seen.found:
        there = found.seen.elsewhere
        more = Text(f"; wel op bladzijde {there}", f"; they do on page {there}") if there else Text("", "")
        message = Text(
            f"{path}: de woorden staan niet op bladzijde {page}{more.nl}",
            f"{path}: the words do not stand on page {page}{more.en}",
        )
        return Remark("not-found", message)
    if not found.agrees:
        message = Text(f"{path}: in het bestand staat: {text}", f"{path}: the file says: {text}")
        return Remark("contradicted", message)
    return None


def _facts_asked(document: Envelope, asks: tuple[Ask, ...]) -> tuple[str, ...]:
    """Return the facts that every case asks for; the columns of a list are none."""
    model = type(document)
    fields = (rule.field for ask in asks for rule in ask.rules if not rule.when and not rule.unless)
    return tuple(dict.fromkeys(path for path in fields if is_fact(model, path)))
