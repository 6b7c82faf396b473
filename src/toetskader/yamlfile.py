"""Reading of our own YAML files: strict, bounded, and with the line of every value at hand for messages.

YAML 1.1 guesses: `NO` is false, `12:30:00` is 45000, `2025-01-01` a date. Here a plain scalar is `true`, `false`,
`null`, a decimal number, or text; what a field should be is the model's business. A file may come from a supplier,
so size, depth and what aliases expand to are limited. The values are built straight from the parser's events:
no node tree stands in between, which halves the time and leaves nothing to recurse in C.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import inspect

from toetskader.core.bounded import TooLargeFileError, UnfitFileError, read_bounded
from toetskader.core.failure import ToetskaderError
from toetskader.core.scalars import plain_scalar
from toetskader.oserrors import why
from toetskader.text import Lang, Text

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_VALUES = 100_000
MAX_ERRORS = 50
"""Errors that one file may report at once."""
MAX_SHOWN = 60
"""Characters of a value that a message repeats."""

Steps = tuple[str | int, ...]
Lines = dict[str | int, tuple[int, "Lines | None"]]
"""Key or index → the line it stands on, and the same for what is below it."""

T = TypeVar("T")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FileError(ToetskaderError):
    """One thing wrong in a file, in plain words.

    Attributes: `file` as the user named it; `line`, 0 when the file as a whole is meant; `path` to the value inside
    the file (`requirements[3].level`); `message`, what is wrong and what to do, in both languages.
    """

    def __init__(self, file: Path, message: Text, *, line: int = 0, path: str = "") -> None:
        self.file = file
        self.line = line
        self.path = path
        self.message = message
        super().__init__(self.text("nl"))

    def text(self, lang: Lang) -> str:
        """Return `file:line: path: message` in one language."""
        where = f"{shown(str(self.file), 400)}:{self.line}" if self.line else shown(str(self.file), 400)
        return ": ".join(part for part in (where, self.path, self.message[lang]) if part)


class FileErrors(ToetskaderError):  # noqa: N818 - several of them
    """All that could be found wrong in one go, ordered by file and line. Attribute: `errors`."""

    def __init__(self, errors: Iterable[FileError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: (str(error.file), error.line)))
        super().__init__(self.text("nl"))

    def text(self, lang: Lang) -> str:
        """Return every error on a line of its own, in one language."""
        return "\n".join(error.text(lang) for error in self.errors)


@dataclass(frozen=True)
class YamlFile:
    """A file that was read: its values, and where each of them stands."""

    path: Path
    data: Any
    lines: Lines = field(repr=False)

    def line(self, path: Steps = ()) -> int:
        """Return the line of a value; of the nearest value around it when the path is not in the file."""
        line, below = 1, self.lines
        for step in path:
            if step not in below:
                break
            line, deeper = below[step]
            below = deeper or {}
        return line

    def error(self, path: Steps, message: Text) -> FileError:
        """Make the error that says what is wrong with the value at `path`."""
        return FileError(self.path, message, line=self.line(path), path=shown_path(path))

    def convert(self, model: type[T]) -> T:
        """Turn the file into its model.

        Raises `FileErrors` with all deviations from the model, up to `MAX_ERRORS`.
        """
        try:
            return msgspec.convert(self.data, model)
        except msgspec.ValidationError:
            raise FileErrors(self.error(path, message) for path, message in misfits(self.data, model)) from None


def read_yaml(path: Path) -> YamlFile:
    """Read one of our YAML files.

    Raises `FileError` for a file that is missing, too large, not UTF-8, not YAML, deeper than `MAX_DEPTH`, larger
    than `MAX_VALUES` values with aliases written out, or that has duplicate keys, tags or several documents.
    """
    return parse_yaml(path, _text_of(path))


def parse_yaml(path: Path, text: str) -> YamlFile:
    """Read text as one of our YAML files. Parameters: `path`, for messages. Raises `FileError` as `read_yaml` does."""
    try:
        data, lines = _Builder(path, text).document()
    except yaml.YAMLError as error:
        raise _not_yaml(path, text, error) from None
    return YamlFile(path, data, lines)


def misfits(data: Any, model: Any) -> list[tuple[Steps, Text]]:
    """List every place where plain data does not fit a msgspec model, with the reason in plain words.

    msgspec itself stops at the first; this is the slow road, for files that are wrong. Unknown keys count as wrong,
    whatever the model says of them. At most `MAX_ERRORS` are listed.
    """
    found = list(islice(_explain(data, inspect.type_info(model)), MAX_ERRORS))
    if not found:
        try:
            msgspec.convert(data, model)
        except msgspec.ValidationError as error:  # a rule that is not known here
            found.append(_as_msgspec_says(error))
    return found


def shown(value: object, limit: int = MAX_SHOWN) -> str:
    """Make a value from a file fit for a message: one line, printable, no longer than `limit`."""
    text = value if isinstance(value, str) else _shownplain_scalar(value)
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"


def shown_path(path: Steps) -> str:
    """Write a path as people do: `requirements[3].level`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in path)
    return text.removeprefix(".")


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """Suggest the known word that looks most like this one; empty when none does."""
    # Bounded on both sides, because both can come from a hostile file.
    close = difflib.get_close_matches(
        word[:MAX_SHOWN], [name[:MAX_SHOWN] for name in islice(known, 1000)], n=1, cutoff=0.75
    )
    return Text(f" Bedoelt u {shown(close[0])}?", f" Did you mean {shown(close[0])}?") if close else Text("", "")


def joined(*parts: Text) -> Text:
    """Put texts one after the other."""
    return Text("".join(part.nl for part in parts), "".join(part.en for part in parts))


# Reading


def why_no_file(path: Path) -> Text | None:
    """Say why a path is not a file that can be read, with the name that was perhaps meant; None when it is."""
    try:
        if path.is_file():
            return None
        if path.exists():
            return Text("is geen gewoon bestand", "is not a regular file")
        near = [entry.name for entry in islice(path.parent.iterdir(), 1000)] if path.parent.is_dir() else []
    except OSError as error:
        return _unreadable(error)
    return joined(Text("bestaat niet.", "does not exist."), did_you_mean(path.name, near))


def _text_of(path: Path) -> str:
    if problem := why_no_file(path):
        raise FileError(path, problem)
    try:
        content = read_bounded(path, MAX_BYTES, follow=True)  # of ours, or named by the auditor
    except TooLargeFileError as error:
        raise FileError(path, joined(error.text, Text("; splits het", "; split it"))) from None
    except UnfitFileError as error:
        raise FileError(path, error.text) from None
    except OSError as error:
        raise FileError(path, _unreadable(error)) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = Text("is geen UTF-8; bewaar het bestand als UTF-8", "is not UTF-8; save the file as UTF-8")
        raise FileError(path, message, line=line) from None


def _unreadable(error: OSError) -> Text:
    return Text(f"kan niet worden gelezen: {why(error).nl}", f"cannot be read: {why(error).en}")


_TAB = "found a tab character that violates indentation"
_BAD_CHARACTER = "found character that cannot start any token"
_OPEN = "found unexpected end of stream"
_IN_QUOTES = "while scanning a quoted scalar"
_PLAIN = {
    _TAB: Text("hier staat een tab; spring in met spaties", "there is a tab here; indent with spaces"),
    _IN_QUOTES: Text(
        "een aanhalingsteken dat hier begint wordt niet gesloten; sluit het",
        "a quotation mark that opens here is not closed; close it",
    ),
    "mapping values are not allowed in this context": Text(
        "hier kan geen sleutel staan; zet een waarde met een dubbele punt tussen aanhalingstekens, of spring de "
        "regel in zoals de regel erboven",
        "there can be no key here; put a value with a colon in quotation marks, or indent the line like the one above",
    ),
}
"""What the parser says of mistakes that people make often → the same in their words, and what to do."""


def _not_yaml(path: Path, text: str, error: yaml.YAMLError) -> FileError:
    if isinstance(error, yaml.reader.ReaderError):  # a control character; its place is counted in bytes
        line = text.encode().count(b"\n", 0, error.position) + 1
        problem = error.reason
    else:
        problem = getattr(error, "problem", None) or type(error).__name__
        mark = getattr(error, "problem_mark", None)
        opened = getattr(error, "context_mark", None)
        if problem == _OPEN and getattr(error, "context", None) == _IN_QUOTES:
            mark, problem = opened or mark, _IN_QUOTES
        line = mark.line + 1 if mark else 0
        if problem == _BAD_CHARACTER and mark and text[mark.index : mark.index + 1] == "\t":
            problem = _TAB
    if told := _PLAIN.get(problem):
        return FileError(path, joined(Text("is geen geldige YAML: ", "is not valid YAML: "), told), line=line)
    detail = shown(problem, 200)
    return FileError(path, Text(f"is geen geldige YAML ({detail})", f"is not valid YAML ({detail})"), line=line)


_Built = tuple[Any, Lines | None]


class _Builder:
    """Builds plain values and their lines from the parser's events."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self._anchors: dict[str, tuple[_Built, int]] = {}
        self._count = 0

    def document(self) -> tuple[Any, Lines]:
        """Build the only document of the file. Raises `FileError`, or what the parser raises."""
        next(self._events)
        first = next(self._events)
        if not isinstance(first, yaml.DocumentStartEvent):
            raise FileError(self._path, Text("is leeg", "is empty"))
        data, lines = self._value(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            message = Text(
                "hier begint een tweede document; zet elk document in een eigen bestand",
                "a second document starts here; put each document in a file of its own",
            )
            raise self._error(after, message)
        return data, lines or {}

    def _value(self, event: Any, depth: int) -> _Built:
        self._count += 1
        if self._count > MAX_VALUES:
            raise self._too_many(event)
        if type(event) is yaml.AliasEvent:
            return self._alias(event)
        if event.tag is not None:
            raise self._error(event, Text("tags (!…) zijn niet toegestaan", "tags (!…) are not allowed"))
        before = self._count
        built = self._untagged(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = built, self._count - before
        return built

    def _untagged(self, event: Any, depth: int) -> _Built:
        if type(event) is yaml.ScalarEvent:
            return (plain_scalar(event.value) if event.implicit[0] else event.value), None
        if depth >= MAX_DEPTH:
            message = Text(f"is dieper genest dan {MAX_DEPTH} niveaus", f"is nested deeper than {MAX_DEPTH} levels")
            raise self._error(event, message)
        if type(event) is yaml.MappingStartEvent:
            return self._mapping(depth + 1)
        return self._sequence(depth + 1)

    def _mapping(self, depth: int) -> _Built:
        values: dict[str, Any] = {}
        lines: Lines = {}
        events = self._events
        while type(event := next(events)) is not yaml.MappingEndEvent:
            key = self._key(event)
            line = event.start_mark.line + 1
            if key in values:
                message = Text(
                    f"sleutel {shown(key)} staat er twee keer, eerst op regel {lines[key][0]}; laat er een staan",
                    f"key {shown(key)} stands here twice, first on line {lines[key][0]}; keep one of them",
                )
                raise self._error(event, message)
            values[key], below = self._value(next(events), depth)
            lines[key] = line, below
        return values, lines

    def _sequence(self, depth: int) -> _Built:
        values: list[Any] = []
        lines: Lines = {}
        events = self._events
        while type(event := next(events)) is not yaml.SequenceEndEvent:
            value, below = self._value(event, depth)
            lines[len(values)] = event.start_mark.line + 1, below
            values.append(value)
        return values, lines

    def _key(self, event: Any) -> str:
        if type(event) is not yaml.ScalarEvent or event.tag is not None or event.anchor is not None:
            raise self._error(event, Text("een sleutel moet gewone tekst zijn", "a key must be plain text"))
        return str(event.value)

    def _alias(self, event: Any) -> _Built:
        if event.anchor not in self._anchors:  # unknown, or an alias inside its own anchor
            name = shown(event.anchor)
            message = Text(f"*{name} verwijst naar niets dat ervoor staat", f"*{name} refers to nothing before it")
            raise self._error(event, message)
        built, size = self._anchors[event.anchor]
        self._count += size
        if self._count > MAX_VALUES:
            raise self._too_many(event)
        return built

    def _too_many(self, event: Any) -> FileError:
        message = Text(
            f"heeft meer dan {MAX_VALUES} waarden, verwijzingen (*…) uitgeschreven; splits het bestand",
            f"has more than {MAX_VALUES} values, aliases (*…) written out; split the file",
        )
        return self._error(event, message)

    def _error(self, event: Any, message: Text) -> FileError:
        return FileError(self._path, message, line=event.start_mark.line + 1)


# Explaining what does not fit a model


def _explain(value: Any, kind: inspect.Type) -> Iterator[tuple[Steps, Text]]:
    match kind:
        case inspect.Metadata():
            yield from _with_words(value, kind)
        case inspect.StructType():
            yield from _explain_struct(value, kind)
        case inspect.UnionType():
            yield from _explain_union(value, kind)
        case inspect.CollectionType():
            yield from _explain_list(value, kind)
        case inspect.DictType():
            yield from _explain_dict(value, kind)
        case _:
            if not _fits(value, kind):
                yield (), _expected(value, kind)


def _with_words(value: Any, kind: inspect.Metadata) -> Iterator[tuple[Steps, Text]]:
    """Explain a type that carries its own explanation: `Meta(extra={"expected": Text, "secret": bool})`.

    With `secret` the value itself stays out of the message.
    """
    extra = kind.extra or {}
    own: Text | None = extra.get("expected")
    for path, message in _explain(value, kind.type):
        if own is None or path or not isinstance(value, str):
            yield path, message
        elif extra.get("secret"):
            yield path, Text(f"verwacht: {own.nl}", f"expected: {own.en}")
        else:
            yield path, _seen(own, value)


def _explain_struct(value: Any, kind: inspect.StructType) -> Iterator[tuple[Steps, Text]]:
    if not isinstance(value, dict):
        yield (), _expected(value, kind)
        return
    known = {entry.encode_name: entry for entry in kind.fields}
    if kind.tag_field is not None:  # which kind of thing it is
        yield from _explain_tag(value, kind.tag_field, str(kind.tag))
    for key in value:
        if key not in known and key != kind.tag_field:
            name = shown(key)
            message = Text(f"onbekende sleutel {name}.", f"unknown key {name}.")
            meant = did_you_mean(key, known)
            yield (key,), joined(message, meant if meant.nl else _may_stand(known))
    for name, entry in known.items():
        if name in value:
            yield from _below(name, _explain(value[name], entry.type))
        elif entry.required:
            yield (), Text(f"sleutel {name} ontbreekt; voeg die toe", f"key {name} is missing; add it")


def _explain_tag(value: dict[Any, Any], field: str, tag: str) -> Iterator[tuple[Steps, Text]]:
    if field not in value:
        yield (), Text(f"sleutel {field} ontbreekt; voeg die toe", f"key {field} is missing; add it")
    elif value[field] != tag:
        yield (field,), _unknown_choice(value[field], [tag])


def _explain_union(value: Any, kind: inspect.UnionType) -> Iterator[tuple[Steps, Text]]:
    """Explain by the member that the value is meant to be, judged by its shape."""
    for member in kind.types:
        if _same_shape(value, member):
            yield from _explain(value, member)
            return
    yield (), _expected(value, kind)


def _explain_list(value: Any, kind: inspect.CollectionType) -> Iterator[tuple[Steps, Text]]:
    if not isinstance(value, list):
        yield (), _expected(value, kind)
        return
    if len(value) < (kind.min_length or 0):
        yield (), Text("de lijst is te kort; noem er ten minste een", "the list is too short; name at least one")
    for index, item in enumerate(value):
        yield from _below(index, _explain(item, kind.item_type))


def _explain_dict(value: Any, kind: inspect.DictType) -> Iterator[tuple[Steps, Text]]:
    if not isinstance(value, dict):
        yield (), _expected(value, kind)
        return
    if len(value) < (kind.min_length or 0):
        yield (), Text("hier moet ten minste een sleutel staan", "at least one key must stand here")
    for key, item in value.items():
        yield from _below(key, _explain(key, kind.key_type))
        yield from _below(key, _explain(item, kind.value_type))


def _below(step: str | int, found: Iterator[tuple[Steps, Text]]) -> Iterator[tuple[Steps, Text]]:
    for path, message in found:
        yield (step, *path), message


def _same_shape(value: Any, kind: inspect.Type) -> bool:
    match kind:
        case inspect.Metadata():
            return _same_shape(value, kind.type)
        case inspect.StructType() | inspect.DictType():
            return isinstance(value, dict)
        case inspect.CollectionType():
            return isinstance(value, list)
        case inspect.StrType() | inspect.DateType():
            return isinstance(value, str)
        case _:
            return _fits(value, kind)


def _fits(value: Any, kind: inspect.Type) -> bool:
    """Tell whether a scalar fits. What is not known here counts as fitting: msgspec itself has the last word."""
    match kind:
        case inspect.LiteralType():
            return any(value == choice and type(value) is type(choice) for choice in kind.values)
        case inspect.StrType():
            return isinstance(value, str) and _string_fits(value, kind)
        case inspect.DateType():
            return isinstance(value, str) and _is_date(value)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
        case inspect.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case inspect.NoneType():
            return value is None
        case _:
            return True


def _string_fits(value: str, kind: inspect.StrType) -> bool:
    if len(value) < (kind.min_length or 0) or len(value) > (kind.max_length or MAX_BYTES):
        return False
    return kind.pattern is None or bool(re.search(kind.pattern, value))


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return bool(_DATE.fullmatch(value))  # fromisoformat also takes 20251231 and 2025-W52-3


def _expected(value: Any, kind: inspect.Type) -> Text:
    if isinstance(kind, inspect.LiteralType):
        return _unknown_choice(value, [str(choice) for choice in kind.values])
    if isinstance(kind, inspect.StrType) and isinstance(value, str):
        return _seen(_string_rule(value, kind), value)
    return _seen(_name(kind), value, quotes=isinstance(kind, inspect.StrType) and isinstance(value, int | float))


def _may_stand(keys: Iterable[str]) -> Text:
    listed = ", ".join(sorted(keys))
    if not listed:
        return Text("", "")
    return Text(f" Hier kan staan: {listed}", f" Here can stand: {listed}")


def _unknown_choice(value: Any, choices: list[str]) -> Text:
    options = ", ".join(choices)
    message = _seen(Text(f"een van {options}", f"one of {options}"), value)
    meant = did_you_mean(value, choices) if isinstance(value, str) else Text("", "")
    return joined(message, Text(".", "."), meant) if meant.nl else message


def _string_rule(value: str, kind: inspect.StrType) -> Text:
    if len(value) < (kind.min_length or 0):
        return Text("tekst die niet leeg is", "text that is not empty")
    if kind.max_length is not None and len(value) > kind.max_length:
        return Text(f"tekst van ten hoogste {kind.max_length} tekens", f"text of at most {kind.max_length} characters")
    return Text(f"tekst in de vorm {kind.pattern}", f"text of the form {kind.pattern}")


def _seen(expected: Text, value: Any, *, quotes: bool = False) -> Text:
    """Say what was expected and what stands there; `quotes` adds that quotation marks make it text."""
    found = Text(f'"{shown(value)}"', f'"{shown(value)}"') if isinstance(value, str) else _kind_of(value)
    tip = Text(". Zet er aanhalingstekens om", ". Put quotation marks around it") if quotes else Text("", "")
    message = Text(f"verwacht: {expected.nl}; gevonden: {found.nl}", f"expected: {expected.en}; found: {found.en}")
    return joined(message, tip)


def _shownplain_scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind_of(value: Any) -> Text:
    if value is None:
        return Text("niets", "nothing")
    if isinstance(value, list):
        return Text("een lijst", "a list")
    if isinstance(value, dict):
        return Text("een blok met sleutels", "a mapping")
    return Text(shown(value), shown(value))


_NAMES: dict[type[inspect.Type], Text] = {
    inspect.StrType: Text("tekst", "text"),
    inspect.IntType: Text("een geheel getal", "a whole number"),
    inspect.FloatType: Text("een getal", "a number"),
    inspect.BoolType: Text("true of false", "true or false"),
    inspect.DateType: Text("een datum, zoals 2025-12-31", "a date, such as 2025-12-31"),
    inspect.NoneType: Text("niets", "nothing"),
    inspect.DictType: Text("een blok met sleutels", "a mapping"),
    inspect.StructType: Text("een blok met sleutels", "a mapping"),
}


def _name(kind: inspect.Type) -> Text:
    match kind:
        case inspect.Metadata():
            return _name(kind.type)
        case inspect.UnionType():
            names = [_name(member) for member in kind.types if not isinstance(member, inspect.NoneType)]
            return Text(" of ".join(name.nl for name in names), " or ".join(name.en for name in names))
        case inspect.CollectionType():
            return Text("een lijst", "a list")
        case inspect.LiteralType():
            choices = tuple(str(choice) for choice in kind.values)
            return Text(" of ".join(choices), " or ".join(choices))
        case _:
            return _NAMES.get(type(kind), Text("een andere waarde", "another value"))


def _as_msgspec_says(error: msgspec.ValidationError) -> tuple[Steps, Text]:
    """Read msgspec's own message, `Expected … - at `$.a[3].b``."""
    text, _, place = str(error).rpartition(" - at `$")
    steps = re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]", place)
    path = tuple(int(index) if index else key for key, index in steps)
    detail = shown(text or place, 200)
    return path, Text(f"past niet bij het model: {detail}", f"does not fit the model: {detail}")
