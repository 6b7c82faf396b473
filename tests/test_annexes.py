"""Judgements on annexes: tables of measures that a contract refers to, beside what is served."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated

from msgspec import Meta

from toetskader.core.fields import Model
from toetskader.facts.dossier.annexes import is_served, versions_in
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import Rule
from toetskader.facts.dossier.tables import Row, Rows
from toetskader.facts.endpoint.http import Answer, HttpFacts
from toetskader.facts.endpoint.tls import Answer as Seen
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.judging import Findings, Parameters, Text, Undetermined, check

HttpOfScenes = Mapping[str, HttpFacts | Undetermined] | None
TlsOfScenes = Mapping[str, TlsFacts | Undetermined] | None
_COLUMNS = ("measure", "kind", "value", "applied", "exception")


class AnnexAsked(Model, frozen=True, kw_only=True):
    """Parameters of `register.matches`."""

    document: Annotated[str, Meta(description="Kind and type: `register:tls-annex`")]
    max_age_months: Annotated[int, Meta(ge=1)] = 12


@check("register.matches", params=AnnexAsked, absent={"saas": None})
def test_an_annex_of_measures_is_what_is_served(
    papers: Papers,
    http_of_every_saas: HttpOfScenes,
    tls_of_every_saas: TlsOfScenes,
    findings: Findings,
    params: AnnexAsked,
    parameters: Parameters,
    today: date,
) -> None:
    """Each measure of the annex is applied or excepted, and headers and versions of TLS are served as it says."""
    with papers.look(findings, parameters, today) as look:
        paper = look.the(params.document)
        look.hold(paper, (Rule(field="as_of", within_months=params.max_age_months),))
        table = Rows(look, paper)
        table.hold(
            table.all,
            (
                Rule(field="measure"),
                Rule(field="kind", one_of=("header", "tls", "anders", "other")),
                Rule(field="value"),
                Rule(field="applied", equals=True, unless="exception"),
            ),
        )
        asked = [row for row in table.readable(table.all, *_COLUMNS) if not row.text("exception") and row.text("value")]
        headers = [row for row in asked if row.key("kind") == "header"]
        versions = [row for row in asked if row.key("kind") == "tls" and _names_versions(table, row)]
        compared = [
            *_headers(table, headers, http_of_every_saas or {}, findings),
            *_versions(table, versions, tls_of_every_saas or {}, findings),
        ]
        if compared and all(compared):
            paper.is_measured = True


def _names_versions(table: Rows, row: Row) -> bool:
    if versions_in(row.text("value")):
        return True
    table.lack([row], "noemt geen versies (TLS 1.2, TLS 1.3)", "names no versions (TLS 1.2, TLS 1.3)")
    return False


def _headers(
    table: Rows, rows: Sequence[Row], scenes: Mapping[str, HttpFacts | Undetermined], findings: Findings
) -> Iterator[bool]:
    """Lay headers beside those of each address, and yield whether they were seen there."""
    for scene, http in scenes.items() if rows else ():
        if isinstance(http, Undetermined):
            findings.saw(f"{scene}: {http.reason.nl}", f"{scene}: {http.reason.en}")
            yield False
            continue
        for address in http.addresses:
            for answer in address.firsts:
                seen = isinstance(answer, Answer) and not answer.blocker
                yield seen
                if isinstance(answer, Answer) and seen:
                    for row in rows:
                        served = answer.joined(row.text("measure"))
                        if not is_served(row.text("measure"), row.text("value"), served):
                            _differs(table, row, http.place(address), served, findings)


def _versions(
    table: Rows, rows: Sequence[Row], scenes: Mapping[str, TlsFacts | Undetermined], findings: Findings
) -> Iterator[bool]:
    """Lay versions of TLS beside those that each address speaks, and yield whether they were seen there."""
    for scene, tls in scenes.items() if rows else ():
        if isinstance(tls, Undetermined):
            findings.saw(f"{scene}: {tls.reason.nl}", f"{scene}: {tls.reason.en}")
            yield False
            continue
        for address in tls.addresses:
            yield address.reachable and all(version.accepted is not Seen.UNKNOWN for version in address.versions)
            spoken = {version.name for version in address.accepted}
            for row in rows:
                if more := sorted(spoken - versions_in(row.text("value"))):
                    _differs(table, row, tls.where(address.address), ", ".join(more), findings)


def _differs(table: Rows, row: Row, where: str, served: str | None, findings: Findings) -> None:
    seen = Text("niet aanwezig", "absent") if served is None else Text(served, served)
    findings.add(
        table.place(row, "value"),
        seen=Text(f"gemeten op {where}: {seen.nl}", f"measured on {where}: {seen.en}"),
        expected=Text(
            f"{row.text('measure')}: {row.text('value')}, zoals de bijlage zegt",
            f"{row.text('measure')}: {row.text('value')}, as the annex says",
        ),
    )
