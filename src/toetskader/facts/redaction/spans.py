"""Where in a text secrets stand, and what to put there instead.

Wider than what judgements report (`facts.secrets`): a value they pass over (in a comment, in prose, within a command)
is hidden all the same. What they do report keeps its line and what makes it reported.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial

from toetskader.facts.command_secrets import in_text
from toetskader.facts.redaction.keys import key_spans, without_keys
from toetskader.facts.redaction.markers import Markers, encoded
from toetskader.facts.references import generated, placeholder
from toetskader.facts.secrets.encoded import decoded, encoded_texts, in_base64
from toetskader.facts.secrets.files import is_documentation
from toetskader.facts.secrets.lines import BLOCK, DEFAULT, YAML_LINE, Assignment, hinted_lines, scalar
from toetskader.facts.secrets.names import names_identity, names_secret
from toetskader.facts.secrets.readers import assignments, gives_away
from toetskader.facts.secrets.shapes import PRIVATE_KEY, URL_PASSWORD, occurrences
from toetskader.facts.secrets.values import gives_secret, is_literal
from toetskader.patterns import linear

Span = tuple[int, int, str]
"""Start, end, and what stands there without the secret."""
_Found = tuple[int, int, str | Callable[[Markers], str]]
"""Start, end, and what to put there; a secret gets the marker that it has among those of one target."""

# Whole, or not at all: a look ahead is never divided otherwise.
_NAME = r"(?=(?P<name>[A-Za-z_][\w./-]{0,120}))(?P=name)"
# Most lines that name a secret give it no value of their own, which this sees at once.
_GIVES = re.compile(r"""[=:>](?!//)[ \t\\"'`]*[^\s{$=:\\"'`]""")
_GIVEN = r"""(?:(?P<quote>\\*["'])(?P<quoted>(?:(?!(?P=quote))[^\n])*)(?P=quote)
             |(?P<bare>[^\s"'`,;&|<>()\[\]{}$\\-][^\s"'`,;&|<>()\[\]{}\\]*)(?=[\s"'`,;&|<>){}\]\\]|\Z))"""
# `name=value`, `"name": "value"`, also with the quotes escaped, within a line.
_PAIR = re.compile(rf"""(?<![\w./]){_NAME}\\*["'`]?[ \t]*(?P<sign>=(?![=~])|:(?![=:/]))[ \t]*{_GIVEN}""", re.VERBOSE)
_OPTION = re.compile(rf"(?<![^\s\"'])--?{_NAME}(?P<sign>[ ]|[\"'],)[ ]*{_GIVEN}", re.VERBOSE)
_OPTION_LINE = re.compile(rf"[ \t]*-[ ]+[\"']?--?{_NAME}[\"']?[ \t]*")
_NAMED_ENTRY = re.compile(
    rf"""name["']?:[ \t]*["']?{_NAME}["']?,[ \t]*["']?value["']?:[ \t]*
         (?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s,{{}}\[\]]+))""",
    re.VERBOSE,
)
_ELEMENT = re.compile(rf"<{_NAME}>(?P<value>[^<>\n]{{1,400}})</")
_NAME_LINE = re.compile(rf"[ \t]*(?:-[ ]+)?[\"']?name[\"']?:[ \t]+[\"']?{_NAME}[\"']?[ \t]*\r?")
_VALUE_LINE = re.compile(r"(?P<indent>[ \t]*(?:-[ ]+)?)[\"']?value[\"']?:[ \t]+(?P<value>\S.*)")
_AUTHORIZATION = re.compile(r"(?:asic|earer)[ ]+(?P<value>[A-Za-z0-9+/=._~-]{8,})")
_BASE64_PEM = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,}={0,2}")
# Passwords in URLs that a URL may not hold as they are; judgements do not see these, and see the mask no more.
_ODD_URL = re.compile(r"""://[^\s/:@"'<>{}()]{0,200}:(?!\d{1,5}(?:/|$))(?P<password>[^\s"'<>{}`@]{1,200})@(?=[\w\[])""")
_SECRET_KIND = re.compile(r"\nkind:[ \t]*[\"']?Secret\b")
_SECRET_PART = re.compile(r"\n(?:data|stringData):[ \t]*(?=\r?\n)")
_WORD = re.compile(r"\w+")
# Properties of a JSON schema, and the values that it gives for them.
_PROPERTY = re.compile(rf'"{_NAME}"\s*:\s*\{{(?P<rest>[^{{}}]{{1,4000}})\}}')
_GIVEN_IN_SCHEMA = linear(r'"(?:default|const|examples?|enum)"\s*:\s*(\[[^\]]*\]|"(?:[^"\\]|\\.)*")')
_JSON_TEXT = re.compile(r'"(?P<value>(?:[^"\\]|\\.)*)"')
_COMMENT = re.compile(r"[ \t]*(?:#|//|\{\{-?[ ]*/\*)")
_HEADER = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]{1,80}-----")
# `user:password@host/`, as an image's name or a configuration has it, without a scheme before it.
_ACCOUNT = re.compile(
    r"""(?<![\w/:@.+-])[\w.+-]{1,100}:(?P<password>[^\s/:@"'{}$<]{1,200})@(?=[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}(?::[0-9]{1,5})?/)"""
)
_PGPASS = re.compile(
    r"(?m)^[ \t]*[\w.*-]{1,200}:(?:[0-9]{2,5}|\*):[\w*-]{1,100}:[\w*-]{1,100}:(?P<password>[^\s:\"'{}]{3,200})[ \t]*$"
)
_SPACED = re.compile(rf"^[ \t]*{_NAME}[ \t]+[\"']?(?P<value>[^\s\"':={{}};]{{3,200}})[\"']?[ \t]*(?:;[ \t]*)?\r?$")
_NETRC = re.compile(r"\blogin[ \t]+\S{1,100}[ \t]+password[ \t]+(?P<value>\S{1,200})")
_SAID = re.compile(
    r"(?i)\b(?:password|passphrase|wachtwoord|token|secret|geheim|pincode)[ \t]+(?:is|luidt|:)[ \t]+"
    r"[`\"']?(?P<value>[^\s`\"']{4,200})"
)
_MOST_FOLLOWING = 400


def hidden(name: str, text: str, markers: Markers) -> str:
    """Return a text without the secrets in it; its lines stay, and a file that can be parsed stays so.

    Parameters: `name`, of the file or entry it is, whose ending tells how it is written.
    """
    text, found = _found(name, text)
    spans = _chosen((start, end, new if isinstance(new, str) else new(markers)) for start, end, new in found)
    if not spans:
        return text
    out, last = [], 0
    for start, end, replaced in spans:
        out += [text[last:start], replaced]
        last = end
    return "".join([*out, text[last:]])


# Many charts carry the same subchart; one has some 200 files. Its text comes back too: then they all share one copy.
@lru_cache(maxsize=512)
def _found(name: str, text: str) -> tuple[str, tuple[_Found, ...]]:
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


def _marked(value: str, *, part: bool = False) -> Callable[[Markers], str]:
    """Return what gives a value its marker."""
    return partial(Markers.marker, value=value, part=part)


def _hidden_in_base64(plain: str, lines: int, markers: Markers) -> str:
    """Return a text without its secrets in base64 again, with as many lines below it as it stood on."""
    return in_base64(hidden("", plain, markers)) + "\n" * lines


class _Scan:
    """One text being looked through."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._reported: list[Assignment] = []
        # Names of entries, by what stands beside them, which a line alone does not tell.
        self._harmless: set[tuple[str, str]] = set()
        for item in assignments(name, text):
            if gives_away(item):
                self._reported.append(item)
            elif item.beside:
                self._harmless.add((item.name, item.value))
        numbers = {item.line for item in self._reported}
        # Judgements report these lines by themselves: they stay so, also within a value that they are part of.
        self._own_lines = {end - len(line) for number, line, end in hinted_lines(text) if number in numbers}

    def spans(self) -> Iterator[_Found]:
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
            for start, stop, value, called in _in_line(line, prose=prose):
                if (called, value) not in self._harmless:
                    new = partial(Markers.named, value=value, name=called)
                    yield end - len(line) + start, end - len(line) + stop, new
        if self.text.startswith("kind: Secret") or _SECRET_KIND.search(self.text):
            yield from self._secret_templates()
        if self.name.endswith(".schema.json"):
            yield from self._schema()
        yield from self._shaped()
        yield from self._encoded()
        for start, end, plain in encoded_texts(self.text):
            if _found("", plain)[1]:
                lines = self.text.count("\n", start, end)
                yield start, end, partial(_hidden_in_base64, plain, lines)
        yield from self._in_other_forms()  # what looks generated may be base64 that was read above

    def _given(self, item: Assignment) -> Iterator[_Found]:
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

    def _in_other_forms(self) -> Iterator[_Found]:
        """Yield passwords on command lines, in files of machines and accounts, in prose, and what looks generated."""
        text = self.text
        for start, end in in_text(text):
            if is_literal(text[start:end]) and not text[start:end].startswith("$"):
                yield start, end, _marked(text[start:end])
        if "@" in text and ":" in text:
            for match in _ACCOUNT.finditer(text):
                yield *match.span("password"), _marked(match["password"])
        for match in _PGPASS.finditer(text) if ":" in text else ():
            yield *match.span("password"), _marked(match["password"])
        for _, line, end in hinted_lines(text):
            start = end - len(line)
            for pattern in (_SPACED, _NETRC, _SAID):
                said = pattern.search(line)
                if (
                    said
                    and not said["value"].rstrip(".,;:)").isalpha()
                    and is_literal(said["value"])
                    and self._spaced(said)
                ):
                    yield start + said.start("value"), start + said.end("value"), _marked(said["value"])
        for match in generated(text):
            yield *match.span(), partial(Markers.generated, value=match[0])

    def _spaced(self, match: re.Match[str]) -> bool:
        name = match.groupdict().get("name")
        return name is None or (names_secret(name) and not is_documentation(self.name))

    def _encoded(self) -> Iterator[_Found]:
        """Yield private keys in base64, and what a header `Authorization` carries."""
        if "LS0tLS1CRUdJTi" in self.text:
            for match in _BASE64_PEM.finditer(self.text):
                plain = decoded(match[0])
                safe = without_keys(plain)
                if safe != plain:
                    yield match.start(), match.end(), encoded(safe)
        for word in ("asic ", "earer "):
            position = self.text.find(word)
            while position >= 0:
                given = _AUTHORIZATION.match(self.text, position)
                if given and any(char.isdigit() or char.isupper() for char in given["value"][1:]):
                    yield *given.span("value"), _marked(given["value"])
                position = self.text.find(word, position + 1)

    def _schema(self) -> Iterator[_Found]:
        """Yield the values that a JSON schema gives for properties that are secret by name."""
        for item in _PROPERTY.finditer(self.text):
            for given in _GIVEN_IN_SCHEMA.finditer(self.text, *item.span("rest")):
                for match in _JSON_TEXT.finditer(self.text, *given.span(1)):
                    if gives_secret(item["name"], match["value"], in_values=True):
                        yield *match.span("value"), _marked(match["value"])

    def _shaped(self) -> Iterator[_Found]:
        """Yield what has the shape of a secret."""
        for shape, match in occurrences(self.text):
            if any(shape.around):
                yield *match.span("password"), partial(Markers.in_shape, match=match)
            elif shape is not PRIVATE_KEY:
                yield *match.span(), partial(Markers.token, shape=shape, value=match[0])
        for match in _ODD_URL.finditer(self.text) if "://" in self.text else ():
            if not match["password"].startswith(("$", "%", "#", "*")) and not URL_PASSWORD.expression.match(match[0]):
                yield *match.span("password"), "****"

    def _below(self, line: str, end: int) -> Iterator[_Found]:
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

    def _item(self, line: str, start: int, name: str) -> Iterator[_Found]:
        """Yield the scalar that stands on a line by itself, or as the item of a list."""
        content = line.strip()
        text = content.removeprefix("- ").lstrip()
        offset, value = scalar(text)
        if gives_secret(name, value, in_values=True):
            yield from self._value(start + line.index(content) + len(content) - len(text) + offset, value)

    def _value(self, start: int, value: str) -> Iterator[_Found]:
        """Yield a value and what belongs to it: the rest of its quotes, of its block, of its lines."""
        line_start = self.text.rfind("\n", 0, start) + 1
        if not self.text[line_start:start].strip():
            # First line of a block, or a scalar by itself: as deep as what follows.
            indent = start - line_start - 1
            following = [*_deeper(self.text, start + len(value), indent)]
            if line_start not in self._own_lines and not _HEADER.search(value):
                yield start, start + len(value), _marked(value, part=bool(following))
            for at, line in following:
                yield from self._whole_line(at, line)
            return
        yield start, start + len(value), _marked(value)
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

    def _whole_line(self, start: int, line: str) -> Iterator[_Found]:
        """Yield a line that belongs to a value, unless it is judged by itself or holds no secret: a name, a header."""
        content = line.strip()
        if not content or "{{" in content or _HEADER.search(content) or start in self._own_lines:
            return
        at = start + line.index(content)
        yield at, at + len(content), _marked(content, part=True)

    def _rest_of_quotes(self, start: int, line_end: int, quote: str) -> Iterator[_Found]:
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

    def _block(self, end: int, indent: int, name: str) -> Iterator[_Found]:
        """Yield the lines of a block scalar below its header."""
        for at, line in _deeper(self.text, end + len(_line(self.text, end)), indent):
            value = line.strip()
            if gives_secret(name, value, resolves=placeholder):
                yield from self._value(at + line.index(value), value)
            return

    def _secret_templates(self) -> Iterator[_Found]:
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


def _in_line(line: str, *, prose: bool) -> Iterator[tuple[int, int, str, str]]:
    """Yield start, end, value and name of what a line gives under the name of a secret."""
    if "default " not in line:
        code = line.strip()
        if code.startswith("{{") and code.endswith("}}"):
            return
        if " -" not in line and "--" not in line and not _GIVES.search(line):
            return
    for match in _NAMED_ENTRY.finditer(line) if "value" in line else ():
        kind = match.lastgroup or "bare"
        if gives_secret(match["name"], match[kind], resolves=placeholder):
            yield *match.span(kind), match[kind], match["name"]
    careful = prose or _COMMENT.match(line) is not None
    options = _OPTION.finditer(line) if " -" in line or "--" in line else ()
    for match in (*_PAIR.finditer(line), *options):
        kind = "bare" if match["quoted"] is None else "quoted"
        value = match[kind]
        if (
            gives_secret(match["name"], value, in_values=True)
            and not any(code in value for code in ("{{", "$(", "${"))
            and not _in_action(line, match.start())
            and not (careful and match["sign"] == ":" and not _ends(line, match, value))
        ):
            yield *match.span(kind), value, match["name"]
    for match in _ELEMENT.finditer(line) if "</" in line else ():
        if gives_secret(match["name"], match["value"], resolves=placeholder):
            yield *match.span("value"), match["value"], match["name"]
    for match in DEFAULT.finditer(line) if "{{" in line else ():
        for word in _WORD.findall(line[: match.start()]):
            if gives_secret(word, match["value"], resolves=placeholder):
                yield *match.span("value"), match["value"], word
                break


def _in_action(line: str, position: int) -> bool:
    """Tell whether a position is within a template's action, which holds code."""
    return line.rfind("{{", 0, position) > line.rfind("}}", 0, position)


def _ends(line: str, match: re.Match[str], value: str) -> bool:
    """Tell whether, in prose, `name: value` is a setting: the value ends the line and is no mere word."""
    rest = line[match.end() :].strip(" \t\r`|.)\"'")
    return (not rest or rest.startswith("#")) and not value.isalpha()


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
