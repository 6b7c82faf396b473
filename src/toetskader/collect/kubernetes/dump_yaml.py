"""YAML as `kubectl get -o yaml` writes it: several documents, no tags, no aliases; bounded in depth and size.

Values are built straight from the parser's events: nothing recurses in C, and what aliases could blow up is refused.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from toetskader.core.failure import Unreadable
from toetskader.core.scalars import plain_scalar
from toetskader.text import Text

MOST_DEPTH = 60
MOST_VALUES = 6_000_000
TOO_DEEP = Text(f"is dieper genest dan {MOST_DEPTH} niveaus", f"is nested deeper than {MOST_DEPTH} levels")

_Open = tuple[Any, str | None]
_ENDS = frozenset({yaml.MappingEndEvent, yaml.SequenceEndEvent})
_VALUES = frozenset({yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent})


class NotADump(Unreadable):
    """YAML that kubectl does not write. Attributes: `line`; `why`, in a few words."""

    def __init__(self, line: int, why: Text) -> None:
        super().__init__(f"line {line}: {why.en}")
        self.line = line
        self.why = why


def documents(text: str) -> Iterator[Any]:
    """Yield the documents of a text. Raises `NotADump`."""
    try:
        yield from _documents(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotADump(mark.line + 1 if mark else 0, Text("geen geldige YAML", "no valid YAML")) from None


def _documents(text: str) -> Iterator[Any]:
    # What is open: a list, or a mapping and the key that waits for its value.
    stack: list[_Open] = []
    count = 0
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        kind = type(event)
        if kind in _ENDS:
            holder, _ = stack.pop()
            if not stack:
                yield holder
        elif kind in _VALUES:
            count += 1
            value = _value(event, len(stack), count)
            _put(stack, value, event)
            if kind is not yaml.ScalarEvent:
                stack.append((value, None))
            elif not stack:
                yield value
        elif kind is yaml.AliasEvent:
            raise NotADump(event.start_mark.line + 1, Text("heeft een alias (*…)", "has an alias (*…)"))


def _value(event: Any, depth: int, count: int) -> Any:
    """Return the value that an event stands for; a list or mapping still empty."""
    if event.tag is not None:
        raise NotADump(event.start_mark.line + 1, Text("heeft een tag", "has a tag"))
    if count > MOST_VALUES:
        raise NotADump(event.start_mark.line + 1, Text("bevat te veel waarden", "holds too many values"))
    if type(event) is yaml.ScalarEvent:
        return plain_scalar(event.value) if event.implicit[0] else event.value
    if depth >= MOST_DEPTH:
        raise NotADump(event.start_mark.line + 1, TOO_DEEP)
    return {} if type(event) is yaml.MappingStartEvent else []


def _put(stack: list[_Open], value: Any, event: Any) -> None:
    """Put a value in what is open."""
    if not stack:
        return
    holder, key = stack[-1]
    if isinstance(holder, list):
        holder.append(value)
    elif key is None:
        if type(event) is not yaml.ScalarEvent:
            raise NotADump(
                event.start_mark.line + 1, Text("heeft een sleutel die geen tekst is", "has a key that is no text")
            )
        stack[-1] = holder, event.value
    else:
        if key in holder:
            raise NotADump(event.start_mark.line + 1, Text("heeft een sleutel twee keer", "has a key twice"))
        holder[key] = value
        stack[-1] = holder, None
