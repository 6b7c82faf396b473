"""The status of a dossier for people: on a terminal, as CSV, and as a calendar of what runs out when."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from toetskader.dossier.status import STATES, Line
from toetskader.dossier.words import KINDS
from toetskader.facts.dossier.papers import EXPIRES_SOON
from toetskader.report.csv_view import cell
from toetskader.report.visible import clip, one_line
from toetskader.text import Lang, Text

COLUMNS = (
    "document", "kind", "type", "title", "state", "label", "remarks", "valid_until", "days_left", "strength",
    "requirements", "count", "file",
)  # fmt: skip
_NAMED = 12
"""Requirements that a line names."""


def text_lines(lines: Sequence[Line], target: str, lang: Lang) -> Iterator[str]:
    """Yield the status as text: what is to be said first, and a line for each document with its remarks below it."""
    yield _head(lines, target, lang)
    labels = [_label(line, lang) for line in lines]
    wide = max(map(len, labels), default=0)
    names = [_name(line) for line in lines]
    wide_name = min(max(map(len, names), default=0), 40)
    for line, label, name in zip(lines, labels, names, strict=True):
        count = len(line.requirements)
        asked = Text(f"{count} {'eis' if count == 1 else 'eisen'}", f"{count} {'demand' if count == 1 else 'demands'}")
        strength = "" if line.worth is None else f"  {Text('sterkte', 'strength')[lang]} {line.worth.strength}"
        yield f"{label:<{wide}}  {asked[lang]:>10}  {name:<{wide_name}}{strength}".rstrip()
        if count:
            more = f", … (+{count - _NAMED})" if count > _NAMED else ""
            yield f"    {', '.join(line.requirements[:_NAMED])}{more}"
        for remark in line.remarks:
            if remark.state in ("blank", "missing", "unreadable"):  # says it itself
                yield f"    {one_line(remark.text[lang])}"
            else:
                yield f"    {STATES[remark.state].label[lang]}: {one_line(remark.text[lang])}"


def _head(lines: Sequence[Line], target: str, lang: Lang) -> str:
    asked = [line for line in lines if line.requirements]
    states = Counter(line.state for line in asked)
    good = sum(count for state, count in states.items() if not STATES[state].blocks)
    bad = ", ".join(
        f"{states[state]} {STATES[state].label[lang]}" for state in STATES if states[state] and STATES[state].blocks
    )
    said = Text(
        f"{target}: {len(asked)} documenten gevraagd, {good} in orde",
        f"{target}: {len(asked)} documents asked, {good} in order",
    )
    return f"{one_line(said[lang])}{': ' if bad else ''}{bad}"


def _label(line: Line, lang: Lang) -> str:
    if line.state == "expires" and line.last_day is not None:
        return Text(f"verloopt {line.last_day}", f"expires {line.last_day}")[lang]
    if line.state == "signature-valid":
        return STATES["fine"].label[lang]
    return STATES[line.state].label[lang]


def _name(line: Line) -> str:
    if line.id:
        return line.id
    words = KINDS.get(line.reference.kind)
    name = "-".join(part for part in (words.name if words else "", line.reference.type) if part)
    return one_line(name or line.where)


def csv_text(lines: Iterable[Line], today: date, lang: Lang) -> bytes:
    """Return the status as CSV with the columns `COLUMNS`, for spreadsheets of the language (`;` in Dutch)."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if lang == "nl" else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        last = line.last_day
        left = "" if last is None else str((last - today).days)  # a number, which may be negative
        before = (
            line.id, line.reference.kind, line.reference.type, line.title, line.state, STATES[line.state].label[lang],
            "; ".join(remark.text[lang] for remark in line.remarks), "" if last is None else str(last),
        )  # fmt: skip
        strength = "" if line.worth is None else str(line.worth.strength)
        after = (strength, " ".join(line.requirements), str(len(line.requirements)), line.where)
        writer.writerow([*map(cell, before), left, *map(cell, after)])
    return out.getvalue().encode("utf-8-sig")


def calendar(lines: Iterable[Line], target: str, today: date, lang: Lang) -> bytes:
    """Return the last days of documents, and the days on which decisions are looked at again, as RFC 5545 has it.

    Each is an event of a whole day with an alarm as many days before as a report warns; it has the same UID each time.
    """
    import icalendar  # noqa: PLC0415 - only this needs it

    made = icalendar.Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//Toetskader//Dossier//NL")
    made.add("x-wr-calname", one_line(f"Dossier {target}"))
    for line in lines:
        if line.state == "replaced":
            continue
        for name, day, said in (
            ("last-day", line.last_day, Text("Verloopt", "Expires")),
            ("review", line.review_on, Text("Herzien", "Review")),
        ):
            if day is None or day == date.max:
                continue
            event = icalendar.Event()
            event.add("uid", f"{line.id}.{name}.{target}@toetskader")
            event.add("dtstamp", datetime.combine(today, time(0), UTC))
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
            event.add("transp", "TRANSPARENT")
            event.add("summary", f"{said[lang]}: {clip(one_line(line.title), 200)}")
            event.add("description", _description(line, lang))
            alarm = icalendar.Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", said[lang])
            alarm.add("trigger", -timedelta(days=EXPIRES_SOON))
            event.add_component(alarm)
            made.add_component(event)
    content: bytes = made.to_ical()
    return content


def _description(line: Line, lang: Lang) -> str:
    served = ", ".join(line.requirements)
    said = Text(f"Document {line.id} ({line.where}). Eisen: ", f"Document {line.id} ({line.where}). Demands: ")
    return one_line(f"{said[lang]}{served or '-'}")
