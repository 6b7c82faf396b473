"""The status of an accessibility statement follows from what it says."""

from datetime import date

import pytest

from toetskader.facts.dossier.accessibility import against
from toetskader.facts.dossier.forms import FormSeen

TODAY = date(2026, 11, 22)


def said(status: str, *, met: float = 50, criteria: float = 50, method: str = "WCAG-EM", **dates: date) -> list[str]:
    form = FormSeen(
        format="accessibility-statement",
        dates={"stated": date(2026, 9, 1), **dates},
        words={"status": status} | ({"method": method} if "research" in dates else {}),
        numbers={"met": met, "criteria": criteria} if "research" in dates else {},
    )
    return [path for path, _ in against(form, TODAY)]


RECENT = date(2025, 1, 10)
OLD = date(2023, 11, 21)


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (said("A", research=RECENT), []),
        (said("A", research=date(2023, 11, 22)), []),
        (said("A", research=OLD), ["dates.research"]),
        (said("A", research=date(2026, 12, 1)), ["dates.research"]),
        (said("A"), ["dates.research", "numbers.met"]),
        (said("A", met=49, research=RECENT), ["numbers.met"]),
        (said("A", met=38, criteria=38, research=RECENT), ["numbers.met"]),
        (said("A", method="other", research=RECENT), ["words.method"]),
        (said("B", met=40, research=RECENT), []),
        (said("B", met=40, research=OLD), ["dates.research"]),
        (said("B", met=40, research=RECENT, stated=date(2025, 9, 1)), ["dates.progress"]),
        (said("B", met=40, research=RECENT, stated=date(2025, 9, 1), progress=date(2026, 9, 1)), []),
        (said("C", planned=date(2027, 2, 1)), []),
        (said("C", planned=date(2027, 4, 1)), ["dates.planned"]),
        (said("C"), ["dates.planned"]),
        (said("C", planned=date(2026, 10, 1), stated=date(2026, 5, 1)), ["dates.stated"]),
        (said("C", planned=date(2027, 2, 1), research=RECENT), ["dates.research"]),
        (said("D", research=RECENT), ["words.status"]),
        (said("E"), ["words.status"]),
        (said(""), []),
    ],
)
def test_what_speaks_against_a_status(found: list[str], wrong: list[str]) -> None:
    assert found == wrong
