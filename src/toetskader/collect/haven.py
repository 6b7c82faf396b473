"""The reader of the Haven Compliancy Checker's report. The checker itself is never run.

It writes its report to stdout (`haven check --output json`), and keeps each in the cluster as an object `Compliancy` of
haven.commonground.nl/v1alpha1, with the same report in `spec.output`; capitals differ between the two. The keys are
those of version 12.8.0 of the checker.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from toetskader.collect.collector import Collector, Task
from toetskader.core.bounded import UnfitFileError, read_bounded
from toetskader.core.failure import Failed, Reason, failed
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.haven import HavenCheck, HavenReport, HavenResult
from toetskader.facts.key import Attempt, FactKey
from toetskader.text import Text

MOST_BYTES = 1_000_000
MOST_CHECKS = 200
_LONGEST = 200
"""Characters of a name or label that are kept."""


class _Check(msgspec.Struct):
    name: str
    result: str
    label: str = ""
    category: str = ""


class _Summary(msgspec.Struct):
    total: int | None = None
    passed: int | None = None
    failed: int | None = None


class _Required(msgspec.Struct):
    results: list[_Check]
    summary: _Summary | None = None


class _Suggested(msgspec.Struct):
    results: list[_Check] | None = None


class _Report(msgspec.Struct):
    """What the checker writes; names of keys in lower case."""

    version: str
    compliancychecks: _Required
    havencompliant: bool | None = None
    startts: datetime | None = None
    stopts: datetime | None = None
    suggestedchecks: _Suggested | None = None


class _Kept(msgspec.Struct):
    output: _Report


class _Compliancy(msgspec.Struct):
    """A report as the checker keeps it in the cluster."""

    spec: _Kept


class _Compliancies(msgspec.Struct):
    items: list[_Compliancy]


@contextmanager
def reports(*_: object) -> Iterator[Collector[Path]]:
    """Open the collector of reports on clusters, which share nothing."""

    def collected(report: Path, task: Task) -> Mapping[FactKey, Attempt]:
        return {FactKey("haven"): read_haven_report(report)} if "haven" in task.wanted.kinds else {}

    yield collected


def read_haven_report(path: Path) -> HavenReport | NotSeen:
    """Read a report that `haven check --output json` wrote, or that `kubectl get compliancies --output=json` gives.

    Parameters: `path`, the file; of several reports the newest counts. NotSeen for a file that is not there, no regular
    file, too large, or not such a report: not JSON, keys twice, without version, time or checks, with another result
    than YES, NO, SKIPPED or UNKNOWN, or with counts that contradict its checks.
    """
    try:
        body = _content(path)
        return _report(path, body)
    except Failed as error:
        return _not_seen(path, error.reason, error.message)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return _not_seen(path, Reason.UNREACHABLE, Text(f"is niet te lezen ({why})", f"cannot be read ({why})"))


def _content(path: Path) -> bytes:
    try:
        return read_bounded(path, MOST_BYTES, follow=True)  # the auditor names it
    except UnfitFileError as error:
        raise _wrong(error.text.nl, error.text.en) from None


def _report(path: Path, body: bytes) -> HavenReport:
    try:
        found = _newest(json.loads(body.decode("utf-8-sig"), object_pairs_hook=_once))
    except msgspec.ValidationError as error:
        shown = escaped(str(error), _LONGEST)
        raise _wrong(
            f"is geen rapport van de Haven Compliancy Checker ({shown})",
            f"is no report of the Haven Compliancy Checker ({shown})",
        ) from None
    except (ValueError, RecursionError):
        raise _wrong("is geen JSON", "is no JSON") from None
    required = _checks(found.compliancychecks.results)
    _agrees(required, found.compliancychecks.summary)
    return HavenReport(
        provenance=_provenance(path, sha256(body).hexdigest()),
        commands=("haven check --output json", f"cat {shlex.quote(str(path))}"),
        version=escaped(found.version, _LONGEST),
        compliant=found.havencompliant,
        finished=_finished(found),
        required=required,
        suggested=_checks(found.suggestedchecks.results or [] if found.suggestedchecks else []),
    )


def _newest(document: Any) -> _Report:
    """Return the report in what was read, of a list of them the one that was made last."""
    match document:
        case {"kind": "Compliancy"}:
            return msgspec.convert(document, _Compliancy).spec.output
        case {"kind": "List" | "CompliancyList"}:
            found = [item.spec.output for item in msgspec.convert(document, _Compliancies).items]
            if not found:
                raise _wrong("bevat geen rapport", "holds no report")
            return max(found, key=_finished)
        case _:
            return msgspec.convert(document, _Report)


def _finished(report: _Report) -> datetime:
    finished = report.stopts or report.startts
    if finished is None or finished.tzinfo is None:
        raise _wrong("zegt niet wanneer het is gemaakt (StopTS)", "does not tell when it was made (StopTS)")
    return finished


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a mapping whose keys are in lower case, of which none may occur twice."""
    found = {key.lower(): value for key, value in pairs}
    if len(found) != len(pairs):
        raise _wrong("noemt een sleutel twee keer", "names a key twice")
    return found


def _checks(found: list[_Check]) -> tuple[HavenCheck, ...]:
    if len(found) > MOST_CHECKS:
        raise _wrong(f"heeft meer dan {MOST_CHECKS} controles", f"has more than {MOST_CHECKS} checks")
    if len({item.name for item in found}) != len(found):
        raise _wrong("noemt een controle twee keer", "names a check twice")
    return tuple(
        HavenCheck(
            name=escaped(item.name, _LONGEST),
            label=escaped(item.label or item.name, _LONGEST),
            category=escaped(item.category, _LONGEST),
            result=_result(item.result),
        )
        for item in found
    )


def _result(text: str) -> HavenResult:
    try:
        return HavenResult(text.upper())
    except ValueError:
        shown = escaped(text, _LONGEST)
        raise _wrong(f"kent de uitslag {shown} niet", f"has an unknown result {shown}") from None


def _agrees(checks: tuple[HavenCheck, ...], summary: _Summary | None) -> None:
    """Refuse a report whose summary contradicts its checks: somebody changed it, or we misread it."""
    if summary is None:
        return
    counted = {
        "total": len(checks),
        "passed": sum(item.result is HavenResult.YES for item in checks),
        "failed": sum(item.result is HavenResult.NO for item in checks),
    }
    for name, count in counted.items():
        told = getattr(summary, name)
        if told is not None and told != count:
            raise _wrong(
                f"spreekt zichzelf tegen: {name} is {told}, geteld {count}",
                f"contradicts itself: {name} is {told}, counted {count}",
            )


def _wrong(nl: str, en: str) -> Failed:
    """Make the exception for a report that cannot be used; the words follow its name."""
    return failed(Reason.REFUSED_INPUT, nl=nl, en=en)


def _provenance(path: Path, digest: str = "") -> Provenance:
    return Provenance(at=datetime.now(UTC), by="haven: report", source=str(path), digest=digest)


def _not_seen(path: Path, reason: Reason, why: Text) -> NotSeen:
    message = Text(
        f"Het Haven-rapport {path} {why.nl}; maak het opnieuw met 'haven check --output json'.",
        f"The Haven report {path} {why.en}; make it again with 'haven check --output json'.",
    )
    return NotSeen(reason=reason, message=message, provenance=_provenance(path))
