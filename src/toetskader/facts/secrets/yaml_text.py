"""Settings in a text that is YAML or JSON, each with its place, read from the events of the parser.

What a supplier hands us is hostile: depth and number of values are bounded, an alias is followed to a scalar only, and
nothing recurses. A text that goes beyond is read by nobody as settings, and so neither here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import yaml

from toetskader.core.failure import Unreadable
from toetskader.facts.secrets.messages import Surroundings
from toetskader.facts.secrets.names import name_of_pair

MOST_EVENTS = 200_000
DEEPEST = 60
LONGEST = 4_000_000
"""Characters; the parser needs some 50 ns for each."""


@dataclass(slots=True)
class Scalar:
    """A value in a text, as the parser reads it, and where it stands there: between its quotes, where it has them."""

    value: str
    start: int
    end: int
    line: int
    is_block: bool = False
    is_plain: bool = False


@dataclass(slots=True)
class _Holder:
    """A mapping or list that is being read."""

    name: str
    is_list: bool
    above: Surroundings | None
    key: Scalar | None = None
    entries: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    scalars: list[tuple[str, Scalar]] = field(default_factory=list)
    """Name and value of the scalars in it."""

    around: Surroundings = field(init=False)

    def __post_init__(self) -> None:
        self.around = Surroundings(self.entries, self.above)

    @property
    def content(self) -> dict[str, Any] | list[Any]:
        """What it holds, as far as it was read."""
        return self.items if self.is_list else self.entries


@dataclass(frozen=True, slots=True)
class Found:
    """A scalar with its name and what stands around it, as `documents.Setting` has it for values."""

    name: str
    scalar: Scalar
    above: str
    around: Surroundings


def yaml_settings(text: str) -> tuple[Found, ...] | None:
    """Return the scalars of a text that is YAML, JSON included; None when it is neither, or a single scalar only."""
    if len(text) > LONGEST:
        return None
    try:
        found = tuple(_settings(text))
    except (yaml.YAMLError, Unreadable, UnicodeError, ValueError):
        return _of_json(text)
    return found or None


def _settings(text: str) -> Iterator[Found]:
    stack: list[_Holder] = []
    anchors: dict[str, Scalar] = {}
    for number, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if number > MOST_EVENTS or len(stack) > DEEPEST:
            raise Unreadable
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                _open(stack, is_list=isinstance(event, yaml.SequenceStartEvent))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                yield from _found(stack.pop())
            case yaml.ScalarEvent():
                scalar = _scalar(text, event)
                if event.anchor:
                    anchors[event.anchor] = scalar
                _take(stack, scalar)
            case yaml.AliasEvent():
                _take(stack, anchors.get(event.anchor or "", Scalar("", -1, -1, 0)))


def _open(stack: list[_Holder], *, is_list: bool) -> None:
    """Begin a mapping or list, in what it stands in, under the key that it is the value of."""
    if not stack:
        stack.append(_Holder("", is_list, None))
        return
    holder = stack[-1]
    if holder.is_list:
        new = _Holder(holder.name, is_list, holder.around)
        holder.items.append(new.content)
    elif holder.key is None:  # a mapping for a key, which no settings have
        raise Unreadable
    else:
        new = _Holder(holder.key.value, is_list, holder.around)
        holder.entries[new.name] = new.content
        holder.key = None
    stack.append(new)


def _take(stack: list[_Holder], scalar: Scalar) -> None:
    if not stack:
        return
    holder = stack[-1]
    if holder.is_list:
        holder.items.append(scalar.value)
        holder.scalars.append((holder.name, scalar))
    elif holder.key is None:
        holder.key = scalar
    else:
        holder.entries[holder.key.value] = scalar.value
        holder.scalars.append((holder.key.value, scalar))
        holder.key = None


def _found(holder: _Holder) -> Iterator[Found]:
    pair = name_of_pair(holder.entries)
    for name, scalar in holder.scalars:
        if scalar.is_plain and scalar.value in ("", "~", "null"):
            continue
        known_as = pair if pair and name == "value" else name
        yield Found(known_as, scalar, holder.name, holder.around)


_PROPERTIES = re.compile(r"(?:[&!][^ \t\n]*[ \t\n]+)+")


def _scalar(text: str, event: Any) -> Scalar:
    start, end = event.start_mark.index, event.end_mark.index
    if event.anchor or event.tag:
        properties = _PROPERTIES.match(text, start, end)
        start = properties.end() if properties else start
    quoted = event.style in ("'", '"')
    is_block = event.style in ("|", ">")
    return Scalar(
        event.value,
        start + quoted,
        end - quoted,
        event.start_mark.line + 1,
        is_block=is_block,
        is_plain=not quoted and not is_block,
    )


def _of_json(text: str) -> tuple[Found, ...] | None:
    """Return the scalars of JSON that YAML has no form for (tabs, escaped pairs), without their places."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    found: list[Found] = []
    stack: list[tuple[str, Any, Surroundings | None]] = [("", document, None)]
    while stack and len(found) < MOST_EVENTS:
        name, value, above = stack.pop()
        if isinstance(value, dict):
            pair = name_of_pair(value)
            around = Surroundings(value, above)
            for key, part in reversed(value.items()):
                if isinstance(part, dict | list):
                    stack.append((key, part, around))
                elif part is not None:
                    known_as = pair if pair and key == "value" else key
                    found.append(Found(known_as, Scalar(_written(part), -1, -1, 1), name, around))
        elif isinstance(value, list):
            around = Surroundings({}, above)
            for part in reversed(value):
                if isinstance(part, dict | list):
                    stack.append((name, part, around))
                elif part is not None:
                    found.append(Found(name, Scalar(_written(part), -1, -1, 1), name, around))
    return tuple(found) or None


def _written(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


_FLOW = re.compile(r"\s*[{\[]")
_MAPPING = re.compile(r"(?m)^[ \t]*(?:-[ ]+)?[\"']?[A-Za-z_.][\w .\/-]{0,120}[\"']?[ \t]*:(?:[ \t]|$)")


def may_be_yaml(text: str) -> bool:
    """Tell quickly whether a text may be YAML or JSON with settings in it, more than one line of prose."""
    if _FLOW.match(text):
        return True
    return "\n" in text.strip() and _MAPPING.search(text) is not None
