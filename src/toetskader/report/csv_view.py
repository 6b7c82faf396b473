"""The results as CSV: one line per finding, one line for a result without findings."""

import csv
import io

from toetskader.report.visible import one_line
from toetskader.report.words import by_part, contradictions, words_of
from toetskader.results.model import Report

COLUMNS = (
    "target", "requirement", "source", "section", "lines", "level", "kind", "mode", "part", "proof", "verdict",
    "label", "gated", "blocks", "title", "remedy", "reason", "deviation", "deviation_status", "deviation_expires",
    "where", "path", "file", "scene", "seen", "expected", "finding_remedy",
    "strength", "command", "measured", "claim", "differences", "parts", "finding_part",
    "evidence_strength", "contradictions",
)  # fmt: skip

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def encode(report: Report) -> bytes:
    """Write the results of `report` as CSV with the columns `COLUMNS`.

    The separator is the one that spreadsheets expect in the language of the run: `;` in Dutch, `,` in English. A cell
    that a spreadsheet would take for a formula starts with an apostrophe; a cell never holds a line break. A byte order
    mark tells spreadsheets that it is UTF-8.
    """
    w = words_of(report.run.lang)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if report.run.lang == "nl" else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for r in report.results:
        d = r.deviation
        result = (
            r.target, r.requirement, r.source, r.section, r.lines, str(r.level), r.kind, r.mode, r.part, r.proof,
            r.verdict.value, w.verdicts[r.verdict], _flag(r.gated), _flag(r.blocks), r.title, r.remedy, r.reason,
            d.id if d else "", d.status if d else "", d.expires if d else "",
        )  # fmt: skip
        findings = [
            (f.where, f.path, f.source, f.scene, f.seen, f.expected, f.remedy, f.strength, f.command)
            for f in r.findings
        ]
        strength = "" if r.evidence_strength is None else str(r.evidence_strength)
        found_on = [f.part or r.part for f in r.findings]
        for finding, part in zip(findings or [("",) * 9], found_on or [""], strict=True):
            beside = (
                "; ".join(r.measured),
                r.claim,
                " ".join(r.differences),
                "; ".join(by_part(r, w)),
                part,
                strength,
                " ".join(contradictions(r, w)),
            )
            writer.writerow([cell(text) for text in (*result, *finding, *beside)])
    return out.getvalue().encode("utf-8-sig")


def _flag(value: bool) -> str:
    return "true" if value else "false"


def cell(text: str) -> str:
    """Return a text as a cell: on one line, and no formula for a spreadsheet."""
    shown = one_line(text)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
