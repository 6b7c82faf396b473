"""Forms that programs write: JSON and YAML, read strictly and within limits."""

import json
import math
from pathlib import Path
from typing import Any

from toetskader.collect.dossier.limits import Limits, damaged, too_large
from toetskader.core.failure import Failed
from toetskader.facts.dossier.attachments import Format
from toetskader.yamlfile import FileError, parse_yaml, shown

# Whole numbers of 64 bits, signed or not: those that JSON is read with elsewhere.
_LEAST, _MOST = -(2**63), 2**64 - 1


def read_form(content: bytes, format: Format, limits: Limits) -> Any:  # noqa: A002 - as the attachment calls it
    """Return what a form holds, as Python's own types. Raises Failed, also for a file of another format."""
    if format not in {"json", "yaml"}:
        raise damaged("een formulier is een bestand .json of .yaml", "a form is a .json or .yaml file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise damaged("de tekst is geen UTF-8", "its text is not UTF-8") from None
    data = _json(text, limits) if format == "json" else _yaml(text)
    _refuse_unfit(data, limits)
    return data


def _json(text: str, limits: Limits) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise _too_deep(limits) from None
    except json.JSONDecodeError as error:
        raise damaged(
            f"op regel {error.lineno}, teken {error.colno} is het geen JSON meer",
            f"at line {error.lineno}, character {error.colno} it is no JSON any more",
        ) from None
    except ValueError:  # a number of thousands of digits
        raise _unfit_number() from None


def _yaml(text: str) -> Any:
    try:
        return parse_yaml(Path(), text).data
    except FileError as error:
        raise damaged(f"regel {error.line}: {error.message.nl}", f"line {error.line}: {error.message.en}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise damaged(f"de sleutel {shown(key)} staat er twee keer", f"the key {shown(key)} stands there twice")
        found[key] = value
    return found


def _no_number(_: str) -> Any:
    raise _unfit_number()


def _refuse_unfit(data: Any, limits: Limits) -> None:
    """Walk through a form without recursion, and refuse what nothing after us can hold."""
    left: list[tuple[Any, int]] = [(data, 0)]
    count = 0
    while left:
        value, depth = left.pop()
        count += 1
        if count > limits.values:
            raise too_large(f"het bevat meer dan {limits.values} waarden", f"it holds more than {limits.values} values")
        match value:
            case dict() | list():
                if depth >= limits.depth:
                    raise _too_deep(limits)
                left += [(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value)]
                if isinstance(value, dict):
                    left += [(key, depth + 1) for key in value]
            case str():
                if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
                    raise damaged("er staan halve tekens in", "it holds halves of characters")
            case int() if not _LEAST <= value <= _MOST:
                raise _unfit_number()
            case float() if not math.isfinite(value):
                raise _unfit_number()


def _too_deep(limits: Limits) -> Failed:
    return damaged(
        f"het is dieper genest dan {limits.depth} niveaus", f"it is nested deeper than {limits.depth} levels"
    )


def _unfit_number() -> Failed:
    return damaged("er staat een getal in dat niet te bewaren is", "it holds a number that cannot be kept")
