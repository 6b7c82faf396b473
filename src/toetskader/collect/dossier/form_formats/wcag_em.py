"""A report of the WCAG-EM Report Tool of W3C: EARL in JSON-LD, as its versions 2 and 3 write it.

An outcome is said of the whole site, and may be said of each page of the sample. Names of JSON-LD are read as the tool
writes them; a file with other names for the same is no report of the tool.
"""

from collections.abc import Iterator
from typing import Any, get_args

from toetskader.collect.dossier.form_formats.fields import Problems, below, day, identifier, items, present
from toetskader.facts.dossier.forms import FormSeen, Outcome
from toetskader.facts.dossier.wcag import CRITERIA

_NUMBERS = {name: number for number, name in CRITERIA.items()}
_OUTCOMES = frozenset(get_args(Outcome))
_WORST: tuple[Outcome, ...] = ("failed", "cantTell", "untested", "passed", "inapplicable")
_SITE = frozenset({"WebSite", "Website"})


def read(data: Any) -> FormSeen:
    """Return what was seen of a report: what each criterion of levels A and AA came to, and the sample."""
    problems = Problems()
    report = next((item for item in _objects(data) if "Evaluation" in _types(item)), None)
    if report is None:
        problems.add(
            "", "dit is geen rapport van de WCAG-EM Report Tool", "this is no report of the WCAG-EM Report Tool"
        )
        return FormSeen(format="wcag-em", problems=problems.found)
    audit = report.get("auditResult", report.get("auditSample"))
    problems.require("auditSample", audit, list, "de uitkomsten per criterium", "the outcomes per criterion")
    structured, random = (_sample(report, name) for name in ("structuredSample", "randomSample"))
    told = list(_told(audit))
    return FormSeen(
        format="wcag-em",
        problems=problems.found,
        dates=present(
            evaluated=day(below(report, "reportFindings", "date")) or day(report.get("date")),
            last_result=max((found for *_, moment in told if (found := day(moment))), default=None),
        ),
        words=present(target=_target(report), wcag_version=identifier(below(report, "defineScope", "wcagVersion"))),
        numbers={"structured_sample": structured, "random_sample": random},
        outcomes={number: outcome for number in CRITERIA if (outcome := _outcome(number, told, structured + random))},
    )


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    for item in items(data):
        yield item
        yield from items(item.get("@graph", []))


def _types(item: dict[str, Any]) -> frozenset[str]:
    kinds = item.get("type", item.get("@type"))
    return frozenset(
        kind.rsplit(":", maxsplit=1)[-1]
        for kind in (kinds if isinstance(kinds, list) else (kinds,))
        if isinstance(kind, str)
    )


def _sample(report: dict[str, Any], name: str) -> int:
    found = below(report, "selectSample", name) or report.get(name)
    return len(list(items(below(found, "webpage") if isinstance(found, dict) and "webpage" in found else found or [])))


def _target(report: dict[str, Any]) -> str:
    for path in (("defineScope", "conformanceTarget"), ("evaluationScope", "conformanceTarget")):
        value = below(report, *path)
        if isinstance(value, str):
            return value.rsplit(":", maxsplit=1)[-1].removeprefix("WCAG2").removesuffix("-Conformance")[:3]
    return ""


def _told(audit: Any) -> Iterator[tuple[str, bool, Outcome, Any]]:
    """Yield of each assertion its criterion, whether it is about the whole site, its outcome and moment."""
    for item in items(audit if isinstance(audit, list) else []):
        yield from _assertion(item, is_site=_is_site(item))
        for part in items(item.get("hasPart", [])):
            yield from _assertion(part, is_site=False)


def _assertion(item: dict[str, Any], *, is_site: bool) -> Iterator[tuple[str, bool, Outcome, Any]]:
    number = _criterion(item.get("test", item.get("testcase")))
    outcome = _name(below(item, "result", "outcome"))
    if number and outcome in _OUTCOMES:
        yield number, is_site, outcome, below(item, "result", "date")  # type: ignore[misc]


def _criterion(test: Any) -> str:
    """Return the number of the criterion that a test is of; nothing for one of level AAA."""
    if isinstance(test, dict) and (number := str(test.get("num"))) in CRITERIA:
        return number
    return _NUMBERS.get(_name(test), "")


def _name(value: Any) -> str:
    """Return the last part of a name: of `earl:passed`, of `{"id": "WCAG21:keyboard"}`, of an address."""
    if isinstance(value, dict):
        value = value.get("id", value.get("@id"))
    return value.replace("#", ":").rsplit(":", maxsplit=1)[-1] if isinstance(value, str) else ""


def _is_site(item: dict[str, Any]) -> bool:
    subject = item.get("subject")
    if isinstance(subject, dict):
        return not _SITE.isdisjoint(_types(subject))
    return isinstance(subject, str) and subject.endswith(":website")


def _outcome(number: str, told: list[tuple[str, bool, Outcome, Any]], sample: int) -> Outcome | None:
    """Return what a criterion came to: a page that fails fails it; what is said of the site counts before its pages."""
    site = [outcome for name, is_site, outcome, _ in told if name == number and is_site]
    pages = [outcome for name, is_site, outcome, _ in told if name == number and not is_site]
    if "failed" in (*site, *pages):
        return "failed"
    tested = [outcome for outcome in site if outcome != "untested"]
    if tested:
        return min(tested, key=_WORST.index)
    if pages and len(pages) >= sample > 0:
        return min(pages, key=_WORST.index)
    return "untested" if site or pages else None
