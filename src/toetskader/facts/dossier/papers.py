"""The documents of a dossier as judgements look at them: which one counts, whether it holds, and what it is worth.

Of several documents of one kind and type the newest counts that no other replaces. It is held to its own dates, files
and places first: what has expired, is to come, or is not the file that was sealed proves nothing; what its file says
otherwise than its facts is wrong.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from toetskader.facts.attempt import NotProven, Unseen
from toetskader.facts.dossier.attachments import Attachment, SignatureSeen
from toetskader.facts.dossier.documents import Export, Form, Register
from toetskader.facts.dossier.envelope import Envelope, Place, Side, Signature
from toetskader.facts.dossier.fact import Dossier, PlaceFound, Stated, Unread
from toetskader.facts.dossier.organisations import same_organisation
from toetskader.facts.dossier.paths import fact, one_name
from toetskader.facts.dossier.rules import Breach, NoParameter, Rule, Value, breach, is_empty, shown
from toetskader.facts.dossier.strength import ATTACHED, FOUND, MEASURED, SIGNED, STATED, Worth
from toetskader.text import Text

EXPIRES_SOON = 60
"""Days before a document expires in which that is told."""
_DATES = ("issued_on", "valid_from", "valid_until")
"""Facts that every verdict on a document rests on, where it says them."""
ROWS = "rows"
"""The rows of a register or export, which are read from its file."""


class Reports(Protocol):
    """Where a judgement tells what it sees (`toetskader.judging.Findings`)."""

    def add(
        self,
        place: Any,
        *,
        seen: object,
        expected: object,
        remedy: Text | None = None,
        strength: Any = "required",
    ) -> None:
        """Report what is wrong."""

    def unproven(self, nl: str, en: str) -> None:
        """Report what is lacking for a proof."""

    @property
    def lacking(self) -> Text | None:
        """All that is lacking for a proof; None when nothing is."""

    def saw(self, nl: str, en: str) -> None:
        """Tell what was looked at."""

    def took(self, document: str) -> None:
        """Tell on which document a verdict rests."""

    def rests_on(self, worth: Worth) -> None:
        """Tell what a verdict is worth."""


class Given(Protocol):
    """The parameters of a target (`toetskader.judging.Parameters`)."""

    def get(self, name: str) -> Any:
        """Return a parameter, None when it is not given."""

    def require(self, name: str) -> Any:
        """Return a parameter; the judgement ends undetermined without it."""


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """A place in a document."""

    where: str
    """Id and title."""
    path: str = ""
    """The fact, or the row and column."""
    source: str = ""
    """Its file."""


class Paper:
    """A document that a judgement looks at; it remembers on which of its facts that rests."""

    def __init__(self, stated: Stated) -> None:
        self.stated = stated
        self.document: Envelope = stated.document
        self.used: dict[str, None] = {}
        self._names: dict[str, str] = {}
        self.is_measured = False
        """True when a measurement of the same run confirms what the judgement rests on."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.document.title} ({self.document.id})"

    def place(self, path: str = "", source: str = "") -> PaperPlace:
        """Return a place in it, for a finding."""
        return PaperPlace(self.name, path, source or self.stated.where)

    def value(self, path: str) -> Value:
        """Return a fact, which the judgement rests on from now on; None when the document does not say it."""
        found = fact(self.document, path)
        if not is_empty(found):
            self.used[path] = None
        return found

    def one_name(self, path: str) -> str:
        """Return the path of a fact in the one way of writing in which paths are compared."""
        if path not in self._names:
            self._names[path] = one_name(self.document, path)
        return self._names[path]

    def signature_seen(self, signature: Signature) -> SignatureSeen | None:
        """Return the signature in the file that a stated one is; None when there is none of that organisation."""
        for attachment in self._attachments(signature.file):
            found = [item for item in attachment.signatures if _is_of(item, signature.organisation)]
            if found:
                return found[-1]
        return None

    def _attachments(self, name: str | None) -> Iterator[Attachment]:
        yield from (item for item in self.stated.attachments if name is None or item.path == name)


class Look:
    """One look of a judgement at a dossier: the documents it takes, and all that is reported of them."""

    def __init__(self, dossier: Dossier, findings: Reports, parameters: Given, today: date) -> None:
        self.dossier = dossier
        self.findings = findings
        self.parameters = parameters
        self.today = today
        self._taken: list[Paper] = []
        self._open: Unseen | None = None
        self._card: Paper | None = None

    def the(self, ref: str) -> Paper:
        """Return the document that counts, `kind:type`, held to its own dates and files.

        Raises NotProven when there is none or it is yet to be filled in, and Unseen when one that may be it could not
        be read.
        """
        found = self.all(ref)
        if not found:
            kind, _, type_ = ref.partition(":")
            raise NotProven(
                Text(
                    f"Het dossier heeft geen document van soort {kind}" + (f", type {type_}." if type_ else "."),
                    f"The dossier has no document of kind {kind}" + (f", type {type_}." if type_ else "."),
                )
            )
        paper = newest(found)
        self.take(paper)
        return paper

    def all(self, ref: str) -> tuple[Paper, ...]:
        """Return all documents `kind:type` that no other replaces; they must be taken before they are judged.

        Raises NotProven when there are none but those that are yet to be filled in, and Unseen when one that may be of
        them could not be read.
        """
        kind, _, type_ = ref.partition(":")
        found = [
            item
            for item in self.dossier.documents
            if item.document.__struct_config__.tag == kind and (not type_ or item.document.type == type_)
        ]
        self._require_read(kind, type_, any_found=bool(found))
        replaced = {name for item in self.dossier.documents for name in item.document.supersedes}
        return tuple(Paper(item) for item in found if item.document.id not in replaced)

    def _require_read(self, kind: str, type_: str, *, any_found: bool) -> None:
        possible = [item for item in self.dossier.unread if _may_be(item, kind, type_)]
        for item in possible:
            if not item.is_blank and (item.kind or not any_found):
                raise Unseen(kind, item.why)
        if possible and not any_found:
            raise NotProven(possible[0].why)

    def take(self, paper: Paper) -> None:
        """Rest the judgement on a document: hold it to its own dates and files."""
        self._taken.append(paper)
        self.findings.took(paper.document.id)
        document, today = paper.document, self.today
        if document.issued_on > today:
            self._lacks(
                paper,
                f"is gedateerd in de toekomst ({document.issued_on}); verbeter issued_on",
                f"is dated in the future ({document.issued_on}); mend issued_on",
            )
        if document.valid_from is not None and document.valid_from > today:
            self._lacks(paper, f"geldt pas vanaf {document.valid_from}", f"holds from {document.valid_from} only")
        if document.valid_until is not None:
            self._expiry(paper, document.valid_until)
        for name in _DATES:
            paper.value(name)
        for listed in document.files:
            self._file(paper, listed.path, listed.sha256)
        for signature in document.signatures:
            self._broken_signature(paper, signature)

    def _expiry(self, paper: Paper, last: date) -> None:
        if last < self.today:
            self._lacks(paper, f"is verlopen op {last}; lever het nieuwe aan", f"expired on {last}; supply the new one")
        elif last <= self.today + timedelta(days=EXPIRES_SOON):
            self.findings.add(
                paper.place("valid_until"),
                seen=last.isoformat(),
                expected=Text(f"meer dan {EXPIRES_SOON} dagen te gaan", f"more than {EXPIRES_SOON} days to go"),
                remedy=Text("Vraag nu het nieuwe document aan.", "Ask for the new document now."),
                strength="recommended",
            )

    def _file(self, paper: Paper, path: str, sealed: str | None) -> None:
        """Hold a file of a document to what was sealed of it."""
        read = next((item for item in paper.stated.attachments if item.path == path), None)
        if read is None:
            self._lacks(paper, f"noemt {path}, en dat bestand is er niet", f"names {path}, and that file is not there")
        elif read.problem is not None and not read.sha256:
            raise Unseen(path, read.problem)
        elif sealed is None:
            self._lacks(
                paper,
                f"noemt {path} zonder SHA-256; draai 'toetskader dossier hash'",
                f"names {path} without SHA-256; run 'toetskader dossier hash'",
            )
        elif read.sha256 != sealed:
            self._lacks(
                paper,
                f"noemt {path} met een andere SHA-256: het bestand is gewijzigd nadat het is vastgelegd",
                f"names {path} with another SHA-256: the file was changed after it was recorded",
            )
        elif read.problem is not None:
            raise Unseen(path, read.problem)

    def _broken_signature(self, paper: Paper, signature: Signature) -> None:
        """Report a signature in a file that was changed after it was signed: what it says is not what was signed."""
        seen = paper.signature_seen(signature) if signature.how == "pdf" else None
        if seen is not None and (not seen.intact or seen.changed_after):
            self.findings.add(
                paper.place("signatures"),
                seen=seen.matter or "",
                expected=Text(
                    "een bestand dat na het ondertekenen niet is gewijzigd", "a file not changed after signing"
                ),
            )

    def hold(self, paper: Paper, rules: Iterable[Rule]) -> None:
        """Hold facts of a document to rules. What it does not say is not proven; what is otherwise is wrong."""
        for rule in rules:
            try:
                found = breach(rule, lambda name: self._read(paper, name), self.today)
            except NoParameter as outcome:
                self.parameters.require(outcome.name)
                raise
            if found is not None:
                self.breached(paper, found)

    def _read(self, paper: Paper, name: str) -> Value:
        return self.given(name) if name.startswith("@") else paper.value(name)

    def given(self, name: str) -> Value:
        """Return what a rule calls `@name`: `@component` and `@supplier` of the target, `@today`, a fact of the card
        (`@card.level`), or a parameter.

        None for a parameter that is empty. Raises NotProven when there is no card, or it does not say the fact.
        """
        if name.startswith("@card."):
            return self._on_card(name.removeprefix("@card."))
        match name:
            case "@component":
                return self.dossier.component
            case "@supplier":
                return self.dossier.supplier
            case "@today":
                return self.today
        given: Value = self.parameters.get(name.removeprefix("@"))
        return given

    def _on_card(self, path: str) -> Value:
        if self._card is None:
            self._card = self.the("card:")
        value = self._card.value(path)
        if is_empty(value):
            raise NotProven(
                Text(f"{self._card.name} noemt geen {path}.", f"{self._card.name} does not say {path}."),
            )
        return value

    def breached(self, paper: Paper, found: Breach) -> None:
        """Report what does not meet a rule."""
        if found.empty:
            self._lacks(
                paper,
                f"noemt geen {found.field} ({found.expected.nl})",
                f"does not say {found.field} ({found.expected.en})",
            )
        elif found.expired:
            self._lacks(
                paper,
                f"is te oud: {found.field} is {found.seen}, gevraagd is {found.expected.nl}",
                f"is too old: {found.field} is {found.seen}, asked is {found.expected.en}",
            )
        else:
            self.findings.add(paper.place(found.field), seen=found.seen, expected=found.expected)

    def require_signed(self, paper: Paper, sides: Iterable[Side]) -> None:
        """Ask that a document is signed on behalf of each of these sides, by whom the target names, on a day that was.

        The supplier is the one of the target, the municipality the one of its parameters when these name it.
        """
        for side in sides:
            paper.used[f"signatures.{side}"] = None
            stated = [item for item in paper.document.signatures if item.side == side]
            if not stated:
                self._lacks(
                    paper,
                    f"is niet ondertekend namens {_SIDES[side].nl}",
                    f"is not signed on behalf of {_SIDES[side].en}",
                )
            wanted = self._signer(side)
            if stated and wanted and not any(same_organisation(item.organisation, wanted) for item in stated):
                names = ", ".join(dict.fromkeys(item.organisation for item in stated))
                self._lacks(
                    paper,
                    f"is ondertekend door {names}, en niet door {wanted} uit het doelbestand",
                    f"is signed by {names}, and not by {wanted} of the target file",
                )
            for signature in stated:
                if signature.on > self.today:
                    self._lacks(
                        paper,
                        f"is ondertekend op een dag die nog komt ({signature.on})",
                        f"is signed on {signature.on}",
                    )
                if signature.how == "pdf":
                    self._in_file(paper, signature)

    def _in_file(self, paper: Paper, signature: Signature) -> None:
        """Ask that a signature that is said to be in the file is there, and valid where there is something to trust."""
        seen = paper.signature_seen(signature)
        if seen is None:
            self._lacks(
                paper,
                f"heeft in het bestand geen handtekening van {signature.organisation}",
                f"has no signature of {signature.organisation} in its file",
            )
        elif seen.has_roots and seen.matter is not None:
            matter = seen.matter
            self._lacks(
                paper,
                f"is niet geldig ondertekend door {signature.organisation}: {matter.nl.removesuffix('.')}",
                f"is not validly signed by {signature.organisation}: {matter.en.removesuffix('.')}",
            )

    def _signer(self, side: Side) -> str:
        """Return who signs on behalf of a side; empty when nobody says."""
        match side:
            case "supplier":
                return self.dossier.supplier
            case "municipality":
                return self.parameters.get("municipality") or ""
            case _:
                return ""

    @property
    def lacking(self) -> bool:
        """Whether anything is lacking for a proof, or left open."""
        return self._open is not None or self.findings.lacking is not None

    def leaves_open(self, doubt: Unseen) -> None:
        """Remember that something could not be read: what else there is to see is seen first."""
        self._open = self._open or doubt

    def lacks(self, paper: Paper, nl: str, en: str) -> None:
        """Report why a document proves nothing here: what stands behind its name."""
        self._lacks(paper, nl, en)

    def _lacks(self, paper: Paper, nl: str, en: str) -> None:
        self.findings.unproven(f"{paper.name} {nl}.", f"{paper.name} {en}.")

    def conclude(self) -> None:
        """Report what the facts that the judgement rests on are worth, and where a file says something else.

        Raises Unseen when something was left open.
        """
        for paper in self._taken:
            for place, seen in zip(paper.document.places, paper.stated.places, strict=True):
                if _rests_on(paper, place.fact):
                    self._place(paper, place, seen)
            worth = worth_of(paper)
            self.findings.rests_on(worth)
            if worth.strength == STATED:
                self._lacks(
                    paper,
                    "is alleen gesteld; voeg het document zelf toe onder files",
                    "is only stated; add the document itself under files",
                )
        if self._open is not None:
            raise self._open

    def _place(self, paper: Paper, place: Place, found: PlaceFound) -> None:
        """Hold a place in a file to the fact that it is said to state."""
        if found.seen is None:
            self._lacks(
                paper,
                f"noemt voor {place.fact} een bestand dat er niet bij hoort; verbeter places",
                f"names for {place.fact} a file that does not belong to it; mend places",
            )
        elif found.seen.problem is not None:
            raise Unseen(place.fact, found.seen.problem)
        elif not found.seen.found:
            self._lacks(
                paper,
                f"zegt dat {place.fact} op bladzijde {place.page} staat, en die woorden staan daar niet",
                f"says that {place.fact} stands on page {place.page}, and those words are not there",
            )
        elif not found.agrees:
            value = shown(fact(paper.document, place.fact))
            self.findings.add(
                paper.place(place.fact),
                seen=Text(f"{value}, terwijl het bestand zegt: {place.text}", f"{value}, the file: {place.text}"),
                expected=Text("hetzelfde als in het bestand", "the same as in the file"),
            )


class Papers:
    """The subject: the documents of a target."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier

    @contextmanager
    def look(self, findings: Reports, parameters: Given, today: date) -> Iterator[Look]:
        """Look at the dossier; in the end what was looked at is weighed, and told with the verdict."""
        look = Look(self.dossier, findings, parameters, today)
        try:
            yield look
        except NotProven as outcome:
            findings.unproven(outcome.reason.nl, outcome.reason.en)
        look.conclude()


def newest(papers: Iterable[Paper]) -> Paper:
    """Return the document that speaks of the latest day. Raises ValueError when there are none."""
    return max(papers, key=lambda paper: (paper.document.dated, paper.document.issued_on, paper.document.id))


def worth_of(paper: Paper) -> Worth:
    """Return how strong the evidence is for the facts that a judgement rests on."""
    if paper.is_measured:
        return Worth(
            MEASURED, Text("Een meting van dezelfde run bevestigt dit.", "A measurement of the same run confirms this.")
        )
    if not paper.document.files:
        return Worth(STATED, Text("Dit is alleen gesteld, zonder bestand.", "This is only stated, without a file."))
    unplaced = [path for path in paper.used if not _is_placed(paper, path)]
    if unplaced:
        named = ", ".join(unplaced[:6])
        return Worth(
            ATTACHED,
            Text(
                f"Het bestand is er; noem onder places waar dit erin staat: {named}.",
                f"The file is there; name under places where it says: {named}.",
            ),
        )
    signed = _signed_by_issuer(paper)
    if signed is None:
        return Worth(
            SIGNED, Text("Gevonden in het bestand, en geldig ondertekend.", "Found in the file, validly signed.")
        )
    return Worth(FOUND, Text(f"Gevonden in het bestand. {signed.nl}", f"Found in the file. {signed.en}"))


def _signed_by_issuer(paper: Paper) -> Text | None:
    """Return why what the verdict rests on is not validly signed: by all who are said to have signed in the file, and
    by who issued the document in each file that it is found in.
    """
    stated = [item for item in paper.document.signatures if item.how == "pdf"]
    if not stated:
        return Text("Het is niet digitaal ondertekend.", "It is not signed digitally.")
    for signature in stated:
        seen = paper.signature_seen(signature)
        if seen is None or not seen.valid:
            return seen.matter if seen is not None else _no_signature(signature.organisation)
    issuer = paper.document.issuer.organisation
    for name in _files_of(paper):
        read = next((item for item in paper.stated.attachments if item.path == name), None)
        if read is None or not any(item.valid and _is_of(item, issuer) for item in read.signatures):
            told = _no_signature(issuer)
            return Text(f"{name}: {told.nl}", f"{name}: {told.en}")
    return None


def _no_signature(organisation: str) -> Text:
    return Text(f"Er staat geen handtekening van {organisation} in.", f"There is no signature of {organisation} in it.")


def _files_of(paper: Paper) -> Iterator[str]:
    """Yield the files in which the facts that a judgement rests on are found."""
    document = paper.document
    if isinstance(document, Register | Export) and ROWS in paper.used:
        yield document.table
    if isinstance(document, Form):
        yield document.form
    for place, found in zip(document.places, paper.stated.places, strict=True):
        if found.proves and _rests_on(paper, place.fact):
            yield place.file or document.files[0].path


def _is_placed(paper: Paper, path: str) -> bool:
    """Tell whether a fact was found in a file: at a place, or as a table or form that was read from one."""
    if path.startswith("signatures."):
        return True
    if path == ROWS and isinstance(paper.document, Register | Export):
        return True
    if isinstance(paper.document, Form) and not hasattr(Envelope, path.split(".", maxsplit=1)[0]):
        return True
    return any(
        found.proves and _covers(paper, place.fact, path)
        for place, found in zip(paper.document.places, paper.stated.places, strict=True)
    )


def _covers(paper: Paper, placed: str, path: str) -> bool:
    placed, path = paper.one_name(placed), paper.one_name(path)
    return placed == path or placed.startswith(f"{path}.") or path.startswith(f"{placed}.")


def _rests_on(paper: Paper, placed: str) -> bool:
    return any(_covers(paper, placed, path) for path in paper.used)


def _may_be(item: Unread, kind: str, type_: str) -> bool:
    return item.kind in ("", kind) and (not type_ or item.type in ("", type_))


def _is_of(seen: SignatureSeen, organisation: str) -> bool:
    return same_organisation(seen.organisation, organisation)


_SIDES = {
    "supplier": Text("de leverancier", "the supplier"),
    "municipality": Text("de gemeente", "the municipality"),
    "independent": Text("een onafhankelijke partij", "an independent party"),
}
