"""The status of an accessibility statement, which follows from what it says (Besluit digitale toegankelijkheid).

A: evaluated by WCAG-EM at most three years ago, and all criteria met. B: so evaluated, not all met, and progress told
in the past year. C: not evaluated yet, planned within six months; it holds for six months only. D and E are for what
does not comply: not evaluated in time, or nothing done.
"""

from collections.abc import Iterator
from datetime import date

from toetskader.facts.dossier.forms import FormSeen
from toetskader.facts.dossier.rules import months_before
from toetskader.facts.dossier.wcag import CRITERIA
from toetskader.text import Text

_RESEARCH_MONTHS = 36
_PROGRESS_MONTHS = 12
_PLAN_MONTHS = 6


def against(form: FormSeen, today: date) -> Iterator[tuple[str, Text]]:
    """Yield what speaks against the status that a statement gives itself: the fact, and why."""
    status = form.words.get("status", "")
    if status in {"D", "E"}:
        yield "words.status", Text("status D en E voldoen niet aan de wet", "status D and E do not comply with the law")
    elif status == "C":
        yield from _planned(form, today)
    elif status in {"A", "B"}:
        yield from _evaluated(form, today)
        met, criteria = form.numbers.get("met", 0), form.numbers.get("criteria", 0)
        if status == "A" and (met < criteria or criteria < len(CRITERIA)):
            yield (
                "numbers.met",
                Text(f"A vraagt dat alle {len(CRITERIA)} criteria gehaald zijn", f"A asks for all {len(CRITERIA)}"),
            )
        if status == "B" and not _recent(form.dates.get("progress", form.dates.get("stated")), _PROGRESS_MONTHS, today):
            yield "dates.progress", Text("B vraagt elk jaar een stand van zaken", "B asks for progress each year")


def _evaluated(form: FormSeen, today: date) -> Iterator[tuple[str, Text]]:
    if not _recent(form.dates.get("research"), _RESEARCH_MONTHS, today):
        yield (
            "dates.research",
            Text(
                "A en B vragen een onderzoek van hooguit drie jaar oud", "A and B ask for research of the past 3 years"
            ),
        )
    elif form.words.get("method") != "WCAG-EM":
        yield "words.method", Text("A en B vragen onderzoek volgens WCAG-EM", "A and B ask for research by WCAG-EM")


def _planned(form: FormSeen, today: date) -> Iterator[tuple[str, Text]]:
    planned, stated = form.dates.get("planned"), form.dates.get("stated")
    if "research" in form.dates:
        yield "dates.research", Text("C is voor wat nog niet is onderzocht", "C is for what was not evaluated yet")
    if planned is None or stated is None or months_before(planned, _PLAN_MONTHS) > stated:
        yield (
            "dates.planned",
            Text("C vraagt een onderzoek binnen zes maanden na de verklaring", "C asks for research within six months"),
        )
    if not _recent(stated, _PLAN_MONTHS, today):
        yield "dates.stated", Text("C geldt zes maanden", "C holds for six months")


def _recent(day: date | None, months: int, today: date) -> bool:
    return day is not None and months_before(today, months) <= day <= today
