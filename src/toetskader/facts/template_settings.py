"""Where a template writes the value of a setting: in a mapping, in `env`, in block style or in flow style."""

import re
from collections.abc import Iterator
from functools import lru_cache

from toetskader.patterns import Linear, linear

_BLOCK = re.compile(r"[|>][0-9+-]{0,2}\s*")
_OPENING, _CLOSING = "{[", "}]"


def spans(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each value that a template writes for a name; comments on lines of their own are none."""
    if name not in text:
        return
    key, entry, pair, flow = _forms(name)
    found: list[tuple[int, int]] = []
    for match in key.finditer(text):
        found.append((match.start("value"), _end_of(match.start("value"), match["indent"], text)))
    found.extend(match.span("value") for match in entry.finditer(text))
    for match in (*pair.finditer(text), *flow.finditer(text)):
        start = match.end()
        if not _is_comment(text, start) and not any(before <= start <= end for before, end in found):
            found.append((start, _end_in_flow(start, text)))
    yield from sorted(found)


def _end_of(start: int, indent: str, text: str) -> int:
    """Return where a value ends: at the end of its line, or of the block below it."""
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    if text[start:end].strip() and not _BLOCK.fullmatch(text[start:end].strip()):
        return end
    while end < len(text):
        stop = text.find("\n", end + 1)
        stop = len(text) if stop < 0 else stop
        line = text[end + 1 : stop]
        if line.strip() and not line.startswith((indent + " ", indent + "\t")) and not line.lstrip().startswith("{{"):
            break
        end = stop
    return end


def _end_in_flow(start: int, text: str) -> int:
    """Return where a value in a flow mapping ends: before the comma or bracket that is of the mapping itself."""
    at, depth, quote = start, 0, ""
    while at < len(text):
        char = text[at]
        if text.startswith("{{", at):
            end = text.find("}}", at)
            at = len(text) if end < 0 else end + 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and not text[start:at].strip():
            quote = char
        elif char in _OPENING:
            depth += 1
        elif char in _CLOSING and depth:
            depth -= 1
        elif not depth and char in f",{_CLOSING}":
            return at
        at += 1
    return len(text)


def _is_comment(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith("#")


@lru_cache(maxsize=1024)
def _forms(name: str) -> tuple[Linear, Linear, Linear, Linear]:
    """Return what comes up to a value: of a key, of an entry of `env`, and the same two in flow style."""
    quoted = rf"[\"']?{re.escape(name)}[\"']?"
    key = linear(rf"^(?P<indent>[ \t]*)(?:-[ \t]+)?{quoted}[ \t]*:(?P<value>[^\n]*)", re.MULTILINE)
    entry = linear(
        rf"^[ \t]*-[ \t]+name[ \t]*:[ \t]*{quoted}[ \t]*\n(?:[ \t]*\{{\{{[^\n]*\n)?[ \t]*value[ \t]*:(?P<value>[^\n]*)",
        re.MULTILINE,
    )
    pair = linear(rf"\{{\s*[\"']?name[\"']?[ \t]*:[ \t]*{quoted}\s*,\s*[\"']?value[\"']?[ \t]*:")
    # Not the second brace of an action: `{{ name }}`.
    flow = linear(rf"(?:(?:^|[^{{])\{{|,|\}}\}})\s*{quoted}[ \t]*:")
    return key, entry, pair, flow
