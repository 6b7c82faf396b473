"""What is read of the content of one file, whatever it is. Runs in the child process."""

from importlib import import_module
from typing import Any

from msgspec.structs import replace

from toetskader.collect.dossier.limits import damaged
from toetskader.collect.dossier.protocol import Request, Start
from toetskader.core.failure import Failed
from toetskader.facts.dossier.attachments import Attachment, PlaceSeen, Read, Table
from toetskader.text import Text

_PANIC = "PanicException"
"""How a library in Rust tells a fault of its own; it is no `Exception`."""

_NO_PLACES = Text(
    "Een plaats is alleen in een PDF op te zoeken. Lever dit bestand aan als PDF met tekst.",
    "A place can be looked up in a PDF only. Supply this file as a PDF with text.",
)
_NO_TABLE = Text(
    "Een tabel komt uit een .xlsx-, .ods- of .csv-bestand. Lever de tabel zo aan.",
    "A table comes from an .xlsx, .ods or .csv file. Supply the table so.",
)


def read(request: Request, content: bytes, start: Start) -> Read:
    """Read a file. Never raises for what is in it, but for what takes too much memory.

    Parameters: `start`, the limits, and what signatures are judged by.
    """
    attachment = Attachment(path=request.path, format=request.format)
    try:
        match request.format:
            case "pdf":
                return _pdf(request, content, start)
            case "sheet":
                return _sheet(request, content, start)
            case "csv":
                return _csv(request, content, start)
            case _:
                return _form(request, content, start)
    except Failed as stop:
        return unread(request, stop.message, attachment)
    except MemoryError:
        raise
    except RecursionError:
        problem = damaged("het is te diep genest", "it is nested too deeply").message
    except Exception as error:
        problem = damaged(f"de lezer zegt {type(error).__name__}", f"the reader says {type(error).__name__}").message
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        problem = damaged("de lezer loopt erop stuk", "the reader fails on it").message
    return unread(request, problem, attachment)


def unread(request: Request, problem: Text, attachment: Attachment | None = None) -> Read:
    """Return what there is to say of a file that was not read. Parameters: `problem`, why not."""
    attachment = attachment or Attachment(path=request.path, format=request.format)
    return _answer(request, replace(attachment, problem=problem), problem, problem)


def _answer(
    request: Request,
    attachment: Attachment,
    no_places: Text = _NO_PLACES,
    no_table: Text = _NO_TABLE,
    *,
    places: tuple[PlaceSeen, ...] | None = None,
    table: Table | None = None,
    form: Any = None,
) -> Read:
    """Return an answer. Parameters: `no_places` and `no_table`, why there are none where they were asked for."""
    if places is None:
        places = tuple(PlaceSeen(page=asked.page, text=asked.text, problem=no_places) for asked in request.places)
    if table is None and request.table is not None:
        table = Table(problem=no_table)
    return Read(attachment=attachment, places=places, table=table, form=form)


def _pdf(request: Request, content: bytes, start: Start) -> Read:
    from toetskader.collect.dossier.pdf import Pdf  # noqa: PLC0415 - each format loads its own library

    document = Pdf(content)
    attachment = document.described(Attachment(path=request.path, format="pdf"), start.limits)
    if attachment.problem is not None:
        return unread(request, attachment.problem, attachment)
    if document.may_be_signed:
        judge = import_module("toetskader.collect.dossier.signatures").signatures
        attachment = replace(attachment, signatures=judge(content, start.roots, start.moment, start.limits))
    return _answer(request, attachment, places=tuple(map(document.place, request.places)))


def _sheet(request: Request, content: bytes, start: Start) -> Read:
    from toetskader.collect.dossier.sheets import Sheets  # noqa: PLC0415

    sheets = Sheets(content, start.limits)
    attachment = Attachment(path=request.path, format="sheet", active=sheets.active)
    if request.table is None:
        return _answer(request, attachment)
    try:
        return _answer(request, attachment, table=sheets.table(request.table))
    except Failed as stop:
        return _answer(request, attachment, no_table=stop.message)


def _csv(request: Request, content: bytes, start: Start) -> Read:
    from toetskader.collect.dossier.delimited import read_delimited  # noqa: PLC0415
    from toetskader.collect.dossier.tables import table_of  # noqa: PLC0415

    attachment = Attachment(path=request.path, format="csv")
    if request.table is None:
        return _answer(request, attachment)
    try:
        rows = read_delimited(content, request.table, start.limits)
        return _answer(request, attachment, table=table_of(rows, request.table.header_row, start.limits))
    except Failed as stop:
        return _answer(request, attachment, no_table=stop.message)


def _form(request: Request, content: bytes, start: Start) -> Read:
    from toetskader.collect.dossier.forms import read_form  # noqa: PLC0415

    attachment = Attachment(path=request.path, format=request.format)
    form = read_form(content, request.format, start.limits) if request.form else None
    return _answer(request, attachment, form=form)
