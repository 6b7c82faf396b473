"""Documents in memory, and what a look at them reports."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from toetskader.catalogue.models import TargetParameters
from toetskader.facts.attempt import Provenance
from toetskader.facts.dossier.attachments import Attachment, Cell, Table
from toetskader.facts.dossier.documents import KINDS
from toetskader.facts.dossier.fact import Dossier, Stated, Unread
from toetskader.facts.dossier.papers import Papers
from toetskader.judging import Findings, Parameters

TODAY = date(2026, 11, 22)
_SUPPLIER = {"organisation": "Voorbeeld Software BV", "side": "supplier"}
_DIGEST = "0" * 64


def day(offset: int) -> str:
    """Return a day so many days from the one that is judged."""
    return (TODAY + timedelta(days=offset)).isoformat()


def stated(kind: str, type_: str, **says: Any) -> Stated:
    """Return a document with one file that is as it was sealed. Parameters: `says`, its facts; `rows`, of a list."""
    rows: tuple[tuple[Cell, ...], ...] | None = says.pop("rows", None)
    files = [{"path": "document.pdf", "sha256": _DIGEST}]
    given = {"id": f"{kind}-{type_}", "type": type_, "title": type_, "issuer": _SUPPLIER, "issued_on": day(-10)}
    document = msgspec.convert({**given, "files": files, **says, "kind": kind}, KINDS[kind], strict=False)
    return Stated(
        document=document,  # type: ignore[arg-type]
        where=f"dossier/{given['id']}/bewijs.yaml",
        attachments=(Attachment(path="document.pdf", sha256=_DIGEST),),
        table=None
        if rows is None
        else Table(columns=tuple(says["columns"]), rows=rows, numbers=tuple(range(2, len(rows) + 2))),
    )


def dossier(*documents: Stated, unread: tuple[Unread, ...] = ()) -> Dossier:
    """Return a dossier of these documents."""
    return Dossier(
        provenance=Provenance(at=datetime(2026, 11, 22, tzinfo=UTC), by="dossier", source="dossier"),
        supplier="Voorbeeld Software BV",
        component="Meldingen",
        documents=documents,
        unread=unread,
    )


class Bench:
    """One judgement on a dossier, and what it reports."""

    def __init__(self, *documents: Stated, unread: tuple[Unread, ...] = (), given: Mapping[str, Any] | None = None):
        self.papers = Papers(dossier(*documents, unread=unread))
        self.findings = Findings()
        self.parameters = Parameters(TargetParameters(**(given or {})))

    @property
    def lacking(self) -> str:
        """What is lacking for a proof, in English; empty when nothing is."""
        return self.findings.lacking.en if self.findings.lacking else ""

    @property
    def wrong(self) -> list[str]:
        """The facts that are otherwise than asked."""
        return [item.path for item in self.findings.items if item.strength == "required"]
