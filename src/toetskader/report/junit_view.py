"""The results as JUnit XML: a suite per target, a case per requirement."""

from itertools import groupby
from xml.etree import ElementTree as ET

import msgspec

from toetskader.report.findings import difference_lines, finding_text, merge_scenes, reason_lines
from toetskader.report.visible import one_line, visible
from toetskader.report.words import alarms, coverage, mark, words_of
from toetskader.results.model import Report, Result, Verdict

_ELEMENTS = {
    Verdict.FAIL: "failure",
    Verdict.UNPROVEN: "failure",
    Verdict.UNDETERMINED: "error",
    Verdict.EXPLAINED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}


def encode(report: Report) -> bytes:
    """Write `report` as JUnit XML.

    Verdicts map as the pytest outcomes do: fail and unproven are failures, undetermined is an error, explained and
    not applicable are skipped with their reason. What cannot block (a forecast above the gate, best effort) is
    skipped too, with its verdict and findings in the message: a build server must not go red on what the run let pass.
    """
    w = words_of(report.run.lang)
    summaries = {s.target: s for s in report.targets}
    root = ET.Element("testsuites", name="toetskader")
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if report.run.evidence_edited:  # a build server must see it too
        (said,) = alarms(msgspec.structs.replace(report.run, complete=True), w)
        suite = ET.SubElement(root, "testsuite", name="toetskader", tests="1", failures="0", errors="1", skipped="0")
        case = ET.SubElement(suite, "testcase", classname="toetskader", name="evidence")
        ET.SubElement(case, "error", message=one_line(said), type="evidence_edited")
        totals["tests"] += 1
        totals["errors"] += 1
    for target, results in groupby(report.results, key=lambda r: r.target):
        suite = ET.SubElement(root, "testsuite", name=one_line(target), timestamp=report.run.started.isoformat())
        summary = summaries.get(target)
        if summary is not None:
            properties = ET.SubElement(suite, "properties")
            for name, value in (
                ("supplier", summary.supplier),
                ("component", summary.component),
                ("gate", str(summary.gate)),
                ("coverage", coverage(summary, w)),
            ):
                ET.SubElement(properties, "property", name=name, value=one_line(value))
        counts = dict.fromkeys(totals, 0)
        seconds = 0.0
        for result in results:
            counts["tests"] += 1
            seconds += result.duration_s
            counted = _case(suite, result, summary.gate if summary else 0, report)
            if counted:
                counts[counted] += 1
        for name, number in counts.items():
            suite.set(name, str(number))
            totals[name] += number
        suite.set("time", f"{seconds:.3f}")
    for name, number in totals.items():
        root.set(name, str(number))
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _case(suite: ET.Element, result: Result, gate: int, report: Report) -> str:
    """Add the case of `result` to `suite`; give the name of the count it adds to, empty when it passed."""
    w = words_of(report.run.lang)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=one_line(f"{result.target}.{'+'.join(result.part_names)}"),
        name=one_line(f"{result.requirement} {result.title}"),
        time=f"{result.duration_s:.3f}",
    )
    kind = _ELEMENTS.get(result.verdict)
    if kind is None:
        return ""
    verdict = w.verdicts[result.verdict]
    if kind != "skipped" and not result.blocks:
        kind = "skipped"
        verdict = f"{verdict} ({mark(result, gate, w)})"
    reasons = reason_lines(result, w)
    message = ": ".join([verdict, *reasons[:1]]) if reasons else verdict
    element = ET.SubElement(case, kind, message=one_line(message), type=result.verdict.value)
    found = (finding_text(f, result, w) for f in merge_scenes(result.findings))
    text = [*found, *reasons, *difference_lines(result, w)]
    element.text = visible("\n".join(text)) or None
    return {"failure": "failures", "error": "errors", "skipped": "skipped"}[kind]
