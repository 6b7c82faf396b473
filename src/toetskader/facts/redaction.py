"""Facts without secrets: what a chart and its renders hold, each secret value replaced by a marker.

Every judgement says the same of the facts before and after, which is what `facts.markers` sees to; so a run judges what
its evidence holds. First each secret is found where it stands: in a Secret, under a name that says so, or by its shape.
Then the values that were found, if they cannot be mistaken for something else, are replaced wherever else they occur:
a password that a template puts into a message, or that is written in base64.
"""

import base64
import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import msgspec

from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import (
    ChartAttempt,
    ChartFiles,
    Circumstance,
    Dependency,
    LintMessage,
    Render,
    RenderedObject,
)
from toetskader.facts.command_secrets import in_list, may_hold
from toetskader.facts.key import FactKey
from toetskader.facts.markers import WORD, Markers, encoded
from toetskader.facts.references import generated
from toetskader.facts.secret_spans import hidden
from toetskader.facts.secrets.accounts import passwords
from toetskader.facts.secrets.documents import named_secrets
from toetskader.facts.secrets.encoded import decoded, encoded_texts, in_base64, is_certificate, text_of, texts_within
from toetskader.facts.secrets.files import KEY_STORE_SUFFIXES
from toetskader.facts.secrets.names import name_of_pair, names_identity
from toetskader.facts.secrets.readers import assignments
from toetskader.facts.secrets.values import gives_secret, is_literal, is_plain_address, looks_random
from toetskader.text import Text

Steps = tuple[Any, ...]
"""Keys and indexes that lead to a value; the last first: `(last, (before, (…, ())))`."""
Change = tuple[Steps, Any]
Part = TypeVar("Part")

MOST_SECRETS = 500
"""Different secrets in one chart. Each is looked for in every text of it; real charts hold fewer than twenty."""

_encode = msgspec.json.Encoder().encode


def redacted(
    attempts: Mapping[FactKey, ChartAttempt],
    *,
    texts: Iterable[str] = (),
    settings: Iterable[Mapping[str, Any]] = (),
) -> dict[FactKey, ChartAttempt]:
    """Return the facts of a chart without the secrets in them.

    Parameters: `texts` of the values files that the target gives and the `settings` on top of them, whose secrets may
    stand in a message about a render that failed.
    """
    redaction = _Redaction(lambda: _secrets_named_in(attempts.values()))
    for text in texts:
        hidden("values.yaml", text, redaction.markers)
    for paths in settings:
        redaction.settings(paths)
    found = {key: redaction.attempt(attempt) for key, attempt in attempts.items()}
    given = redaction.markers.given()
    if len(given) > MOST_SECRETS:
        return {key: _refused(item) for key, item in attempts.items()}
    needles = _Needles(given)
    return {key: needles.attempt(attempt) for key, attempt in found.items()}


def redacted_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a target sets by path (`auth.password`), without the secrets among them."""
    return _Redaction().settings(settings)


def _secrets_named_in(attempts: Iterable[ChartAttempt]) -> frozenset[str]:
    renders = [attempt for attempt in attempts if isinstance(attempt, Render)]
    groups = [render.objects for render in renders]
    groups += [part.objects for render in renders for part in render.otherwise]
    different = {id(group): group for group in groups}
    return named_secrets(item.document for group in different.values() for item in group)


def _refused(attempt: ChartAttempt) -> NotSeen:
    message = Text(
        f"De chart bevat meer dan {MOST_SECRETS} verschillende geheimen. Haal ze eruit, dan kan hij beoordeeld worden.",
        f"The chart holds more than {MOST_SECRETS} different secrets. Take them out, then it can be judged.",
    )
    return NotSeen(reason=Reason.TOO_LARGE, message=message, provenance=attempt.provenance)


class _Redaction:
    """What was found in the facts of one target."""

    def __init__(self, secrets: Callable[[], frozenset[str]] = frozenset) -> None:
        self.markers = Markers(cache(secrets))
        self._texts: dict[tuple[str, str], str] = {}
        self._documents: dict[bytes, dict[str, Any]] = {}
        self._seen: dict[int, tuple[Any, Any]] = {}

    def attempt(self, attempt: ChartAttempt) -> ChartAttempt:
        """Hide what is a secret by its place, name or shape."""
        match attempt:
            case ChartFiles():
                return msgspec.structs.replace(
                    attempt,
                    metadata=self.tree(attempt.metadata),
                    values=self.tree(attempt.values),
                    schema=None if attempt.schema is None else self.tree(attempt.schema, schema=True),
                    files={path: hidden(path, text, self.markers) for path, text in attempt.files.items()},
                    dependencies=tuple(self._dependency(item) for item in attempt.dependencies),
                    lint=tuple(self._lint(item) for item in attempt.lint),
                    lint_failure=None if attempt.lint_failure is None else self._words(attempt.lint_failure),
                )
            case Render():
                return msgspec.structs.replace(
                    attempt,
                    values=_once(self._seen, attempt.values, self.tree),
                    overrides=self.tree(attempt.overrides),
                    objects=_once(self._seen, attempt.objects, self._objects),
                    notes=self._text("NOTES.txt", attempt.notes),
                    otherwise=tuple(self._circumstance(item) for item in attempt.otherwise),
                    undecided=tuple(
                        msgspec.structs.replace(item, what=self._text("NOTES.txt", item.what))
                        for item in attempt.undecided
                    ),
                )
            case NotSeen():
                return msgspec.structs.replace(attempt, message=self._words(attempt.message))

    def _words(self, words: Text) -> Text:
        return Text(self._text("NOTES.txt", words.nl), self._text("NOTES.txt", words.en))

    def _lint(self, item: LintMessage) -> LintMessage:
        return msgspec.structs.replace(item, message=self._text("NOTES.txt", item.message))

    def _circumstance(self, item: Circumstance) -> Circumstance:
        return msgspec.structs.replace(
            item,
            objects=_once(self._seen, item.objects, self._objects),
            notes=self._text("NOTES.txt", item.notes),
            unseen=None if item.unseen is None else self._words(item.unseen),
        )

    def _objects(self, items: tuple[RenderedObject, ...]) -> tuple[RenderedObject, ...]:
        return tuple(self._object(item) for item in items)

    def _dependency(self, item: Dependency) -> Dependency:
        repository = self._text("", item.repository)
        return item if repository == item.repository else msgspec.structs.replace(item, repository=repository)

    def _object(self, item: RenderedObject) -> RenderedObject:
        written = _encode(item.document)
        document = self._documents.get(written)
        if document is None:
            document = self._documents[written] = _changed(item.document, self._in_object(item.document))
        return item if document is item.document else msgspec.structs.replace(item, document=document)

    def _in_object(self, document: dict[str, Any]) -> Iterator[Change]:
        kind = document.get("kind")
        if isinstance(kind, str) and kind.endswith("List") and isinstance(document.get("items"), list):
            for index, item in enumerate(document["items"]):
                if isinstance(item, dict):
                    named = {"apiVersion": document.get("apiVersion"), "kind": kind.removesuffix("List")} | item
                    for steps, new in self._in_object(named):
                        yield _below(steps, (index, ("items", ()))), new
            rest = {key: part for key, part in document.items() if key != "items"}
            yield from self._changes(rest)
        elif _is_secret(document):
            for field in ("data", "stringData"):
                entries = document.get(field)
                if isinstance(entries, dict):
                    for name, value in entries.items():
                        yield from self._entry((name, (field, ())), name, value, in_base64=field == "data")
            rest = {key: part for key, part in document.items() if key not in ("data", "stringData")}
            yield from self._changes(rest)
        elif kind == "ConfigMap":
            rest = {key: part for key, part in document.items() if key != "binaryData"}
            yield from self._changes(rest, plain=("data",))
            binary = document.get("binaryData")
            for name, value in binary.items() if isinstance(binary, dict) else ():
                if isinstance(value, str) and value:
                    yield (name, ("binaryData", ())), self._binary(name, value)
        else:
            yield from self._changes(document)

    def _binary(self, name: str, value: str) -> str:
        """Return an entry of `binaryData`: a text without its secrets, a marker for what is no text."""
        plain = text_of(value)
        if plain is not None and not name.lower().endswith(KEY_STORE_SUFFIXES):
            new = self._scalar(name, plain, in_values=False, above="data")
            if new != plain:
                return in_base64(new)
            texts = (plain, *texts_within(plain))
            if not looks_random(plain) or any(assignments(name, text) for text in texts):  # settings are read again
                return value
        return encoded(self.markers.marker(decoded(value)))

    def _entry(self, steps: Steps, name: str, value: Any, *, in_base64: bool) -> Iterator[Change]:
        """Yield what to replace in an entry of a Secret, which holds secrets whatever they are called."""
        if isinstance(value, dict | list):
            for inner, part in self._changes({"": value}, called="password"):
                yield _below(inner, steps), part
            return
        if value is None or not isinstance(value, str | int | float):
            return
        if names_identity(name):
            if isinstance(value, str):  # no secret by its name, but by its shape it can be
                shown = decoded(value) if in_base64 else value
                safe = self._text(name, shown)
                if safe != shown:
                    yield steps, encoded(safe) if in_base64 else safe
            return
        if not isinstance(value, str):
            yield steps, value if isinstance(value, bool) else self.markers.number(value)
            return
        text = decoded(value) if in_base64 else value
        new = self._text(name, text)
        if is_literal(text) and not is_plain_address(text):
            new = self.markers.marker(text)
        if new != text:
            yield steps, encoded(new) if in_base64 else new

    def settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Hide the secrets in values by path."""
        return {path: self.tree({_last(path): value})[_last(path)] for path, value in settings.items()}

    def tree(self, root: dict[str, Any], *, schema: bool = False) -> dict[str, Any]:
        """Hide the secrets in values, or in their schema."""
        return _changed(root, self._changes(root, schema=schema))

    def _changes(
        self, root: dict[str, Any], *, plain: tuple[str, ...] = (), schema: bool = False, called: str = ""
    ) -> Iterator[Change]:
        """Yield what to replace in a document: scalars by the name they go by, texts by what is in them.

        Parameters: `plain`, sections whose keys are names of variables; `schema`, whether it is a JSON schema, whose
        `default` goes by the name of its property; `called`, the name that everything goes by.
        """
        stack: list[tuple[Steps, str, Any]] = [((), "", root)]
        while stack:
            steps, name, holder = stack.pop()
            parts: Iterable[tuple[Any, str, Any]]
            if isinstance(holder, dict):
                pair = name_of_pair(holder)
                parts = ((key, pair if pair and key == "value" else key, part) for key, part in holder.items())
            else:
                pair = None
                parts = _listed(name, holder)
                for index, start in in_list(holder):
                    value = holder[index][start:]
                    if is_literal(value) and not value.startswith("$"):
                        yield (index, steps), holder[index][:start] + self.markers.marker(value)
            in_values = not (steps and steps[0] in plain and not steps[1])
            for step, known_as, part in parts:
                if part is None or part is True or part is False or part == "":
                    continue
                if isinstance(part, dict | list):
                    if step != "encryptedData":
                        stack.append(((step, steps), known_as, part))
                    continue
                by = called or (name if schema and step in _IN_SCHEMA else known_as)
                new = self._scalar(
                    by,
                    part,
                    in_values=in_values and not (pair and step == "value"),
                    above=name,
                    beside=holder if isinstance(holder, dict) else {},
                )
                if new is not part:
                    yield (step, steps), new

    def _scalar(
        self, name: str, value: Any, *, in_values: bool, above: str = "", beside: Mapping[Any, Any] | None = None
    ) -> Any:
        if gives_secret(name, value, in_values=in_values, above=above, beside=beside):
            if isinstance(value, str) and "\n" in value:
                self._text(name, value)  # for the secrets within, which may stand elsewhere by themselves
            return self.markers.named(value, name) if isinstance(value, str) else self.markers.number(value)
        return self._text(name, value) if isinstance(value, str) else value

    def _text(self, name: str, text: str) -> str:
        if not _SUSPECT.search(text) or not (
            _SHAPED.search(text)
            or _HINTED.search(text)
            or may_hold(text)
            or any(passwords(text))
            or any(generated(text))
            or "@" in text
            or _PGPASS_PORT.search(text)
            or any(encoded_texts(text))
        ):
            return text
        found = self._texts.get((name, text))
        if found is None and text.lstrip()[:1] in ("{", "["):
            text = self._structured(text)
        if found is None:
            found = self._texts[name, text] = hidden(
                "description.md" if name == "description" else name, text, self.markers
            )
        return found

    def _structured(self, text: str) -> str:
        """Hide what is secret in a text that is JSON, such as an object in an annotation; its form stays."""
        try:
            document = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
        whole = document if isinstance(document, dict) else {"": document}
        for steps, new in self._in_object(whole):
            old: Any = whole
            for step in reversed([*_walked(steps)]):
                old = old[step]
            text = text.replace(json.dumps(old), json.dumps(new)).replace(
                json.dumps(old, ensure_ascii=False), json.dumps(new)
            )
        return text


def _walked(steps: Steps) -> Iterator[Any]:
    while steps:
        yield steps[0]
        steps = steps[1]


def _is_secret(document: Mapping[str, Any]) -> bool:
    """Tell whether an object is a Secret, also where an item of a list does not say what it is."""
    if document.get("kind") == "Secret":
        return document.get("apiVersion") in ("v1", None)
    return "kind" not in document and ("stringData" in document or "data" in document)


_PGPASS_PORT = re.compile(r":(?:[0-9]{2,5}|\*):[\w*-]{1,100}:")


def _last(path: str) -> str:
    return path.rpartition(".")[2]


_IN_SCHEMA = frozenset({"default", "const", "examples", "example", "enum"})
_SUSPECT = re.compile(r"[:=]|--|[_ .~]|[A-Za-z0-9+/-]{14}")
_SHAPED = re.compile(
    r"://|PRIVATE KEY|AKIA|ASIA|gh[pos]_|github_pat_|gl(?:pat|dt|rt)-|xox|hooks\.slack|AccountKey=|sig=|Q~|AIza|npm_"
    r"|pypi-|dckr_pat_|hvs\.|k_live_|SG\.|AGE-SECRET|eyJ|LS0tLS1CRUdJTi|asic |earer "
)
_HINTED = re.compile(
    r"(?i:pass|pw|secret|token|key|credential|dockerconfig|auth|salt|wachtwoord)[\w./-]{0,120}[\\\"'`>]*\s*[:= >,]"
)
_OPTION = re.compile(r"--?(?P<name>[A-Za-z][\w.-]{0,100})")


def _listed(name: str, items: list[Any]) -> Iterator[tuple[int, str, Any]]:
    """Yield the items of a list with the name they go by: after `--password`, that of the option."""
    option = None
    for index, item in enumerate(items):
        yield index, option or name, item
        match = _OPTION.fullmatch(item) if isinstance(item, str) else None
        option = match["name"] if match else None


def _below(inner: Steps, outer: Steps) -> Steps:
    """Put steps that start at the key of a holder below the steps to that holder."""
    path = []
    while inner:
        path.append(inner[0])
        inner = inner[1]
    for step in reversed(path[:-1]):
        outer = (step, outer)
    return outer


def _changed(root: dict[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """Return a document with other values in some places, copied no further than that takes."""
    copies: dict[Steps, Any] = {}

    def holder(steps: Steps) -> Any:
        path = []
        while steps not in copies and steps:
            path.append(steps)
            steps = steps[1]
        if not steps and () not in copies:
            copies[()] = dict(root)
        at = copies[steps]
        for deeper in reversed(path):
            part = at[deeper[0]]
            at[deeper[0]] = copies[deeper] = at = dict(part) if isinstance(part, dict) else list(part)
        return at

    for (step, above), new in changes:
        holder(above)[step] = new
    found: dict[str, Any] = copies.get((), root)
    return found


def _once(seen: dict[int, tuple[Any, Any]], part: Part, work: Callable[[Part], Part]) -> Part:
    """Do the work once for a part that several facts share, as the probes do that one render answers."""
    if id(part) not in seen:
        seen[id(part)] = (part, work(part))  # the part is kept, so that its id is not given to another
    found: Part = seen[id(part)][1]
    return found


class _Needles:
    """Values to look for, as they are and in base64."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._plain: dict[str, str] = {}
        self._base64: dict[str, str] = {}
        for value, marker in given.items():
            shown = marker if "\n" not in marker else WORD
            for text in _versions(value):
                if is_distinctive(text):
                    self._plain[text] = shown
                    self._plain |= dict.fromkeys(_written(text), WORD)
                    for core in (*_cores(text), *_cores(base64.b64encode(text.encode()).decode().rstrip("="))):
                        self._base64[core] = WORD
        self._short = frozenset(value for value in given if len(value) >= _SHORTEST and "\n" not in value)
        self._ordered = sorted(self._plain, key=len, reverse=True)
        self._seen: dict[int, tuple[Any, Any]] = {}

    def attempt(self, attempt: ChartAttempt) -> ChartAttempt:
        if not self._plain:
            return attempt
        match attempt:
            case ChartFiles():
                return msgspec.structs.replace(
                    attempt,
                    metadata=self._tree(attempt.metadata),
                    values=self._tree(attempt.values),
                    schema=None if attempt.schema is None else self._tree(attempt.schema),
                    files={
                        path: self._text(text, in_base64="charts/" not in path) for path, text in attempt.files.items()
                    },
                    lint=tuple(self._lint(message) for message in attempt.lint),
                    lint_failure=None if attempt.lint_failure is None else self._words(attempt.lint_failure),
                )
            case Render():
                return msgspec.structs.replace(
                    attempt,
                    values=_once(self._seen, attempt.values, self._tree),
                    overrides=self._tree(attempt.overrides),
                    objects=_once(self._seen, attempt.objects, self._objects),
                    notes=self._without_short(self._text(attempt.notes)),
                    otherwise=tuple(self._circumstance(item) for item in attempt.otherwise),
                    undecided=tuple(
                        msgspec.structs.replace(item, what=self._text(item.what)) for item in attempt.undecided
                    ),
                )
            case NotSeen():
                return msgspec.structs.replace(attempt, message=self._words(attempt.message))

    def _circumstance(self, item: Circumstance) -> Circumstance:
        return msgspec.structs.replace(
            item,
            objects=_once(self._seen, item.objects, self._objects),
            notes=self._without_short(self._text(item.notes)),
            unseen=None if item.unseen is None else self._words(item.unseen),
        )

    def _without_short(self, text: str) -> str:
        """Take whole words away that are a secret's value, in prose that no judgement reads word by word."""
        return _WORDS_IN_PROSE.sub(lambda match: WORD if match[0] in self._short else match[0], text)

    def _objects(self, items: tuple[RenderedObject, ...]) -> tuple[RenderedObject, ...]:
        return tuple(_once(self._seen, item, self._object) for item in items)

    def _object(self, item: RenderedObject) -> RenderedObject:
        document = self._tree(item.document)
        return item if document is item.document else msgspec.structs.replace(item, document=document)

    def _tree(self, root: dict[str, Any]) -> dict[str, Any]:
        return _changed(root, self._changes(root)) if self._occurs(_encode(root).decode()) else root

    def _changes(self, root: dict[str, Any]) -> Iterator[Change]:
        stack: list[tuple[Steps, Any]] = [((), root)]
        while stack:
            steps, holder = stack.pop()
            for step, part in holder.items() if isinstance(holder, dict) else enumerate(holder):
                if isinstance(part, dict | list):
                    stack.append(((step, steps), part))
                elif isinstance(part, str):
                    new = self._text(part)
                    if new != part:
                        yield (step, steps), new

    def _occurs(self, text: str) -> bool:
        return any(needle in text for needle in self._plain) or any(core in text for core in self._base64)

    def _text(self, text: str, *, in_base64: bool = True) -> str:
        if is_certificate(text):  # it has a number of its private key in it, which is no secret there
            return text
        for needle in self._ordered:
            if needle in text:
                text = text.replace(needle, self._plain[needle])
        for core, marker in self._base64.items() if in_base64 else ():
            if core in text:
                text = _without_run(text, core, encoded(marker))
        return text

    def _words(self, words: Text) -> Text:
        nl, en = (self._without_short(self._cut(self._text(text))) for text in (words.nl, words.en))
        return Text(nl, en)

    def _lint(self, message: LintMessage) -> LintMessage:
        return msgspec.structs.replace(message, message=self._without_short(self._cut(self._text(message.message))))

    def _cut(self, text: str) -> str:
        """Take away what is left of a value where a long message was cut."""
        before, gap, after = text.partition(" … ")
        if not gap:
            return text
        for needle in self._ordered:
            for size in range(len(needle) - 1, 3, -1):
                if before.endswith(needle[:size]):
                    before = before[:-size] + WORD
                if after.startswith(needle[-size:]):
                    after = WORD + after[size:]
        return before + gap + after


_SHORTEST = 3
_WORDS_IN_PROSE = re.compile(r"[^\s\"'`(),;:=<>]{3,}")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


def _without_run(text: str, core: str, marker: str) -> str:
    """Replace every run of base64 that holds a core."""
    out, last = [], 0
    position = text.find(core)
    while position >= 0:
        start = position
        while start > last and not _NOT_BASE64.match(text[start - 1]):
            start -= 1
        stop = _NOT_BASE64.search(text, position)
        end = stop.start() if stop else len(text)
        while end < len(text) and text[end] == "=":
            end += 1
        out += [text[last:start], marker]
        last, position = end, text.find(core, end)
    return "".join([*out, text[last:]])


def _versions(value: str) -> Iterator[str]:
    """Yield what of a value to look for, in the characters it was written in: all of it, or lines of key material.

    Other lines of a long value, such as a whole configuration file, are no secrets by themselves.
    """
    texts = [value]
    if not value.isascii():
        with contextlib.suppress(UnicodeError):  # a Secret's data, read byte by byte
            texts.append(value.encode("latin-1").decode("utf-8"))
    for text in texts:
        lines = text.splitlines()
        yield from (line.strip() for line in lines if len(lines) == 1 or looks_random(line))


_COMMON = re.compile(
    r"[A-Za-z]*[-_ ]?[0-9]{0,2}"  # a word, such as a name
    r"|[a-z0-9]+(?:[-_.][a-z]+[0-9]{0,2})+|[A-Z][A-Z_]*"  # names of objects and hosts, and of variables
    r"|[vV]?[0-9][0-9.:TZ+-]*"  # versions, dates and small numbers
)


def is_distinctive(text: str) -> bool:
    """Tell whether a value can be nothing but the secret it is, wherever it occurs: long, and no plain word or name."""
    if len(text) < 8 or text.startswith(WORD):
        return False
    if looks_random(text):
        return True
    return _COMMON.fullmatch(text) is None and "{{" not in text and not is_plain_address(text) and is_literal(text)


_ALIKE = ("LS0tLS1", "eyJ", "-----", "MII")
_LONGEST_CUT = 64
_START = 8
"""Characters at the start of a value that give it away, when a template cuts it."""


def _written(text: str) -> Iterator[str]:
    """Yield the other forms in which templates and programs write a value, but base64 (`_cores`)."""
    data = text.encode()
    yield from (data.hex(), data.hex().upper(), base64.b32encode(data).decode().rstrip("="))
    yield from (form for form in (quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1]) if form != text)
    turned = (text.upper(), text.lower(), text.swapcase(), text[::-1])
    yield from (form for form in turned if form != text and is_distinctive(form))
    start = text[:_START]
    # What starts as others of its kind do (keys, tokens in JSON) is no secret at its start.
    if _START < len(text) <= _LONGEST_CUT and not text.startswith(_ALIKE) and is_distinctive(start):
        yield start


def _cores(text: str) -> Iterator[str]:
    """Yield how base64 writes a text, for each of the three places in a group that it can start at."""
    data = text.encode()
    for shift, first in ((0, 0), (1, 2), (2, 3)):
        written = base64.b64encode(bytes(shift) + data).decode()
        yield written[first : (shift + len(data)) * 8 // 6]
