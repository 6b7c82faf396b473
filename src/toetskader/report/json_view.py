"""`results.json`: the report model as JSON, and its JSON Schema."""

import re
from pathlib import Path
from typing import Any

import msgspec

from toetskader.core.failure import ToetskaderError
from toetskader.oserrors import why
from toetskader.report.visible import clip
from toetskader.results.model import Report, Result, Run, TargetSummary
from toetskader.text import Text

SCHEMA_VERSION = 2
"""Goes up when a reader of older files would misread a newer one: since 2 a result can come from several parts."""
READABLE = (1, SCHEMA_VERSION)
"""Versions that are read: what a newer one added is empty in an older one."""

LARGEST_FILE = 256 * 1024 * 1024
"""What results may hold: ten times those of 10,000 requirements."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class ResultsError(ToetskaderError):
    """A results file that cannot be read. Attribute: `message`, which file, what is wrong and what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class _ResultsFile(msgspec.Struct, frozen=True, kw_only=True):
    """The outermost object of `results.json`: the report, and the version of its form."""

    schema_version: int
    run: Run
    targets: tuple[TargetSummary, ...]
    results: tuple[Result, ...]


def encode(report: Report) -> bytes:
    """Write `report` as indented JSON, the same bytes for the same report.

    Text that is not Unicode (half of a surrogate pair, from a file name that is not UTF-8) gets replacement signs,
    because JSON has no way to hold it.
    """
    content = _ResultsFile(
        schema_version=SCHEMA_VERSION, run=report.run, targets=report.targets, results=report.results
    )
    try:
        compact = msgspec.json.encode(content, order="deterministic")
    except UnicodeEncodeError:
        compact = msgspec.json.encode(_unicode_only(msgspec.to_builtins(content)), order="deterministic")
    return msgspec.json.format(compact, indent=1) + b"\n"


def decode(content: bytes, name: str = "results.json") -> Report:
    """Read a report back from JSON.

    Parameters: `content`, the bytes of the file; `name`, what to call it in an error.
    Raises `ResultsError` for another schema version and for anything that does not fit the schema.
    """
    try:
        version = msgspec.json.decode(content, type=dict[str, Any]).get("schema_version")
        if version not in READABLE:
            given, known = clip(repr(version), 40), ", ".join(map(str, READABLE))
            message = Text(
                f"{name}: schema_version is {given}, deze versie van toetskader leest {known}; gebruik de "
                "toetskader die het bestand schreef, of voer de toets opnieuw uit",
                f"{name}: schema_version is {given}, this version of toetskader reads {known}; use the "
                "toetskader that wrote the file, or run the audit again",
            )
            raise ResultsError(message)
        read = msgspec.json.decode(content, type=_ResultsFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = Text(
            f"{name}: geen resultaten van toetskader ({error}); voer de toets opnieuw uit",
            f"{name}: not a results file of toetskader: {error}; run the audit again",
        )
        raise ResultsError(message) from error
    return Report(run=read.run, targets=read.targets, results=read.results)


def read(path: Path) -> Report:
    """Read a report from `path`. Raises `ResultsError` (see `decode`), also when the file cannot be opened."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        message = Text(
            f"{path}: niet te lezen: {why(error).nl}; controleer het pad",
            f"{path}: cannot be read: {why(error).en}; check the path",
        )
        raise ResultsError(message) from error
    if len(content) > LARGEST_FILE:
        size = LARGEST_FILE // 2**20
        message = Text(
            f"{path}: is groter dan {size} MB, dus geen resultaten; controleer het pad",
            f"{path}: is larger than {size} MB, so no results; check the path",
        )
        raise ResultsError(message)
    return decode(content, str(path))


def schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of `results.json`, for publication."""
    made = msgspec.json.schema(_ResultsFile)
    made["$defs"]["_ResultsFile"]["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    made["$defs"]["ResultsFile"] = made["$defs"].pop("_ResultsFile")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "toetskader results",
        "$ref": "#/$defs/ResultsFile",
        "$defs": dict(sorted(made["$defs"].items())),
    }


def _unicode_only(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_unicode_only(key): _unicode_only(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_unicode_only(item) for item in value]
    return value
