"""Where in a text secrets stand, and what to put there instead.

Wider than what judgements report (`facts.secrets`): a value they pass over (in a comment, in prose, within a command)
is hidden all the same. What they do report keeps its line and what makes it reported.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache, partial

from toetskader.facts.redaction.in_line import NAME, in_line
from toetskader.facts.redaction.keys import key_spans
from toetskader.facts.redaction.markers import Markers
from toetskader.facts.redaction.shaped import Found, in_other_forms, in_schema, in_shape, keys_in_base64, marked
from toetskader.facts.references import placeholder
from toetskader.facts.secrets.encoded import encoded_texts, in_base64
from toetskader.facts.secrets.files import is_documentation
from toetskader.facts.secrets.lines import BLOCK, YAML_LINE, Assignment, given, hinted_lines, pairs, scalar
from toetskader.facts.secrets.messages import Surroundings, is_message
from toetskader.facts.secrets.names import may_name, names_identity
from toetskader.facts.secrets.readers import assignments, gives_away, name_alone, told_apart
from toetskader.facts.secrets.shapes import PRIVATE_KEY
from toetskader.facts.secrets.values import gives_secret, is_told_apart
from toetskader.text import Places, spliced

Span = tuple[int, int, str]
"""Start, end, and what stands there without the secret."""
_OPTION_LINE = re.compile(rf"[ \t]*-[ ]+[\"']?--?{NAME}[\"']?[ \t]*")
_NAME_LINE = re.compile(rf"[ \t]*(?:-[ ]+)?[\"']?name[\"']?:[ \t]+[\"']?{NAME}[\"']?[ \t]*\r?")
_VALUE_LINE = re.compile(r"(?P<indent>[ \t]*(?:-[ ]+)?)[\"']?value[\"']?:[ \t]+(?P<value>\S.*)")
_SECRET_KIND = re.compile(r"\nkind:[ \t]*[\"']?Secret\b")
_SECRET_PART = re.compile(r"\n(?:data|stringData):[ \t]*(?=\r?\n)")
_HEADER = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]{1,80}-----")
_MOST_FOLLOWING = 400


def hidden(name: str, text: str, markers: Markers) -> str:
    """Return a text without the secrets in it; its lines stay, and a file that can be parsed stays so.

    Parameters: `name`, of the file or entry it is, whose ending tells how it is written.
    """
    text, found = _found(name_alone(name), text)
    spans = _chosen((start, end, new if isinstance(new, str) else new(markers)) for start, end, new in found)
    return spliced(text, spans) if spans else text


# Many charts carry the same subchart; one has some 200 files. Its text comes back too: then they all share one copy.
@lru_cache(maxsize=512)
def _found(name: str, text: str) -> tuple[str, tuple[Found, ...]]:
    return text, tuple(_Scan(name, text).spans())


def _chosen(found: Iterable[Span]) -> list[Span]:
    """Return the spans to replace, in order: where two overlap, the one that was found first."""
    taken: list[Span] = []
    for start, end, replaced in found:
        at = bisect_left(taken, (start, end))
        free_before = at == 0 or taken[at - 1][1] <= start
        free_after = at == len(taken) or taken[at][0] >= end
        if start < end and free_before and free_after:
            taken.insert(at, (start, end, replaced))
    return taken


def _hidden_in_base64(plain: str, lines: int, markers: Markers) -> str:
    """Return a text without its secrets in base64 again, with as many lines below it as it stood on."""
    return in_base64(hidden("", plain, markers)) + "\n" * lines


class _Scan:
    """One text being looked through."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._reported: list[Assignment] = []
        # Names of entries and texts for people, by what stands around them, which a line alone does not tell.
        self._harmless: set[tuple[str, str]] = set()
        for item in assignments(name, text):
            if gives_away(item):
                self._reported.append(item)
            elif is_told_apart(item.name, item.value, item.around):
                self._harmless.add((item.name, item.value))
        numbers = {item.line for item in self._reported}
        # Judgements report these lines by themselves: they stay so, also within a value that they are part of.
        self._own_lines = {end - len(line) for number, line, end in hinted_lines(text) if number in numbers}

    def spans(self) -> Iterator[Found]:
        """Yield where secrets stand, the surest first."""
        if PRIVATE_KEY.literals[0] in self.text:
            for match in _HEADER.finditer(self.text):
                yield *match.span(), match[0]  # stays, whatever it stands in: it makes key material known
            yield from key_spans(self.text)
        for item in self._reported:
            yield from self._given(item)
        prose = is_documentation(self.name) or not self.name
        for _, line, end in hinted_lines(self.text):
            yield from self._below(line, end)
            for start, stop, value, called in in_line(line, prose=prose):
                at = end - len(line)
                if (called, value) not in self._harmless and at + start not in self._harmless_at:
                    new = partial(Markers.named, value=value, name=called)
                    yield at + start, at + stop, new
        if self.text.startswith("kind: Secret") or _SECRET_KIND.search(self.text):
            yield from self._secret_templates()
        if self.name.endswith(".schema.json"):
            yield from in_schema(self.text)
        yield from in_shape(self.text)
        yield from keys_in_base64(self.text)
        for start, end, plain in encoded_texts(self.text):
            if _found("", plain)[1]:
                lines = self.text.count("\n", start, end)
                yield start, end, partial(_hidden_in_base64, plain, lines)
        # What looks generated may be base64 that was read above.
        yield from in_other_forms(self.text, documentation=is_documentation(self.name))

    @cached_property
    def _harmless_at(self) -> Places:
        """Places of values that what stands around them shows to be no secrets."""
        around = Surroundings(pairs(self.text))
        messages = (
            (start, start + len(value))
            for name, start, value in given(self.text)
            if may_name(name) and is_message(name, value, around)
        )
        return Places((*told_apart(self.name, self.text), *messages))

    def _given(self, item: Assignment) -> Iterator[Found]:
        """Yield where the value of a setting stands."""
        new = partial(Markers.named, value=item.value, name=item.name)
        if item.start < 0:
            for written in {item.value, json.dumps(item.value)[1:-1]}:
                at = self.text.find(written)
                while at >= 0:
                    yield at, at + len(written), new
                    at = self.text.find(written, at + len(written))
        elif item.end >= 0:
            yield item.start, item.end, new
        else:
            yield from self._value(item.start, item.value)

    def _below(self, line: str, end: int) -> Iterator[Found]:
        """Yield values on the lines after one that names a secret: `name:` and `value:`, a list, a scalar by itself."""
        entry = _NAME_LINE.fullmatch(line) if "name" in line else None
        if entry:
            start = end - len(line)
            before = self.text.rfind("\n", 0, max(start - 1, 0)) + 1
            for at, other in ((end + 1, _line(self.text, end + 1)), (before, self.text[before : max(start - 1, 0)])):
                match = _VALUE_LINE.match(other)
                if match:
                    offset, value = scalar(match["value"])
                    there = at + match.start("value") + offset
                    if BLOCK.fullmatch(value):
                        yield from self._block(there + len(value), len(match["indent"]), entry["name"])
                    elif gives_secret(entry["name"], value, resolves=placeholder):
                        yield from self._value(there, value)
            return
        option = _OPTION_LINE.fullmatch(line) if "- -" in line or '-"' in line or '- "-' in line else None
        if option:
            yield from self._item(_line(self.text, end + 1), end + 1, option["name"])
            return
        bare = line.rstrip().endswith(":") or ("#" in line and ": " in line)
        match = YAML_LINE.match(line) if bare else None
        if match is None or (match["value"] and not match["value"].startswith("#")):
            return
        indent = len(match["indent"])
        for at, other in _deeper(self.text, end, indent - 1):
            depth = len(other) - len(other.lstrip())
            if depth < indent + (not other.lstrip().startswith("- ")) or YAML_LINE.match(other) or "{{" in other:
                return
            yield from self._item(other, at, match["name"])

    def _item(self, line: str, start: int, name: str) -> Iterator[Found]:
        """Yield the scalar that stands on a line by itself, or as the item of a list."""
        content = line.strip()
        text = content.removeprefix("- ").lstrip()
        offset, value = scalar(text)
        if gives_secret(name, value, in_values=True):
            yield from self._value(start + line.index(content) + len(content) - len(text) + offset, value)

    def _value(self, start: int, value: str) -> Iterator[Found]:
        """Yield a value and what belongs to it: the rest of its quotes, of its block, of its lines."""
        line_start = self.text.rfind("\n", 0, start) + 1
        if not self.text[line_start:start].strip():
            # First line of a block, or a scalar by itself: as deep as what follows.
            indent = start - line_start - 1
            following = [*_deeper(self.text, start + len(value), indent)]
            if line_start not in self._own_lines and not _HEADER.search(value):
                yield start, start + len(value), marked(value, part=bool(following))
            for at, line in following:
                yield from self._whole_line(at, line)
            return
        yield start, start + len(value), marked(value)
        quote = self.text[start - 1 : start]
        line_end = start + len(_line(self.text, start))
        if quote in ('"', "'"):
            yield from self._rest_of_quotes(start + len(value), line_end, quote)
            return
        match = YAML_LINE.match(_line(self.text, line_start))
        if match:
            for at, line in _deeper(self.text, line_end, len(match["indent"])):
                if ":" in line or "{{" in line or "=" in line:
                    return
                yield from self._whole_line(at, line)

    def _whole_line(self, start: int, line: str) -> Iterator[Found]:
        """Yield a line that belongs to a value, unless it is judged by itself or holds no secret: a name, a header."""
        content = line.strip()
        if not content or "{{" in content or _HEADER.search(content) or start in self._own_lines:
            return
        at = start + line.index(content)
        yield at, at + len(content), marked(content, part=True)

    def _rest_of_quotes(self, start: int, line_end: int, quote: str) -> Iterator[Found]:
        """Yield what is left of a quoted scalar after its first escaped quote, or on the lines below."""
        line = self.text[start:line_end]
        if line.startswith(quote):
            # An escaped quote: `it''s` or `a\\"b`.
            last = line.rfind(quote)
            doubled = line.startswith(quote * 2) if quote == "'" else self.text[start - 1] == "\\"
            if doubled and last > 0:
                yield start, start + last, ""
            return
        for at, other in _deeper(self.text, line_end, -1):
            closing = other.find(quote)
            content = other if closing < 0 else other[:closing]
            yield from self._whole_line(at, content)
            if closing >= 0:
                return

    def _block(self, end: int, indent: int, name: str) -> Iterator[Found]:
        """Yield the lines of a block scalar below its header."""
        for at, line in _deeper(self.text, end + len(_line(self.text, end)), indent):
            value = line.strip()
            if gives_secret(name, value, resolves=placeholder):
                yield from self._value(at + line.index(value), value)
            return

    def _secret_templates(self) -> Iterator[Found]:
        """Yield the literal entries of Secrets in a template, whatever their names."""
        for part in _SECRET_PART.finditer(self.text):
            document = max(self.text.rfind("\n---", 0, part.start()), 0)
            stop = self.text.find("\n---", part.end())
            whole = self.text[document : stop if stop >= 0 else len(self.text)]
            if not (whole.startswith("kind: Secret") or _SECRET_KIND.search(whole)):
                continue
            deep = -1
            for at, line in _deeper(self.text, part.end(), 0):
                match = YAML_LINE.match(line)
                if match is None or not match["value"] or names_identity(match["name"]):
                    continue
                deep = len(match["indent"]) if deep < 0 else deep
                if len(match["indent"]) != deep:
                    continue
                offset, value = scalar(match["value"])
                if BLOCK.fullmatch(value):
                    yield from self._block(at + match.start("value") + offset, deep, "password")
                elif gives_secret("password", value, resolves=placeholder):
                    yield from self._value(at + match.start("value") + offset, value)


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]


def _deeper(text: str, end: int, indent: int) -> Iterator[tuple[int, str]]:
    """Yield start and text of the lines after a position, as long as they are deeper than an indent."""
    position = text.find("\n", end)
    for _ in range(_MOST_FOLLOWING):
        if position < 0:
            return
        line = _line(text, position + 1)
        if line.strip():
            if len(line) - len(line.lstrip()) <= indent:
                return
            yield position + 1, line
        position = text.find("\n", position + 1)
