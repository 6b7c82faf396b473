"""Secrets in a text that no setting names: by their shape, on command lines, in accounts, in prose and in base64."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from toetskader.facts.command_secrets import in_text
from toetskader.facts.redaction.in_line import NAME
from toetskader.facts.redaction.keys import without_keys
from toetskader.facts.redaction.markers import Markers, encoded
from toetskader.facts.references import generated
from toetskader.facts.secrets.encoded import decoded
from toetskader.facts.secrets.lines import hinted_lines
from toetskader.facts.secrets.names import names_secret
from toetskader.facts.secrets.shapes import PRIVATE_KEY, URL_PASSWORD, occurrences
from toetskader.facts.secrets.values import gives_secret, is_literal
from toetskader.patterns import linear

Found = tuple[int, int, str | Callable[[Markers], str]]
"""Start, end, and what to put there; a secret gets the marker that it has among those of one target."""

_AUTHORIZATION = re.compile(r"(?:asic|earer)[ ]+(?P<value>[A-Za-z0-9+/=._~-]{8,})")
_BASE64_PEM = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,}={0,2}")
# Passwords in URLs that a URL may not hold as they are; judgements do not see these, and see the mask no more.
_ODD_URL = re.compile(r"""://[^\s/:@"'<>{}()]{0,200}:(?!\d{1,5}(?:/|$))(?P<password>[^\s"'<>{}`@]{1,200})@(?=[\w\[])""")
# Properties of a JSON schema, and the values that it gives for them.
_PROPERTY = re.compile(rf'"{NAME}"\s*:\s*\{{(?P<rest>[^{{}}]{{1,4000}})\}}')
_GIVEN_IN_SCHEMA = linear(r'"(?:default|const|examples?|enum)"\s*:\s*(\[[^\]]*\]|"(?:[^"\\]|\\.)*")')
_JSON_TEXT = re.compile(r'"(?P<value>(?:[^"\\]|\\.)*)"')
# `user:password@host/`, as an image's name or a configuration has it, without a scheme before it.
_ACCOUNT = re.compile(
    r"""(?<![\w/:@.+-])[\w.+-]{1,100}:(?P<password>[^\s/:@"'{}$<]{1,200})@(?=[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}(?::[0-9]{1,5})?/)"""
)
_BEFORE_HOST = re.compile(r""":[^\s/:@"'{}$<]{1,200}@""")
_PGPASS = re.compile(
    r"(?m)^[ \t]*[\w.*-]{1,200}:(?:[0-9]{2,5}|\*):[\w*-]{1,100}:[\w*-]{1,100}:(?P<password>[^\s:\"'{}]{3,200})[ \t]*$"
)
_PORT = re.compile(r":(?:[0-9]{2,5}|\*):")
_SPACED = re.compile(rf"^[ \t]*{NAME}[ \t]+[\"']?(?P<value>[^\s\"':={{}};]{{3,200}})[\"']?[ \t]*(?:;[ \t]*)?\r?$")
_NETRC = re.compile(r"\blogin[ \t]+\S{1,100}[ \t]+password[ \t]+(?P<value>\S{1,200})")
_SAID = re.compile(
    r"(?i)\b(?:password|passphrase|wachtwoord|token|secret|geheim|pincode)[ \t]+(?:is|luidt|:)[ \t]+"
    r"[`\"']?(?P<value>[^\s`\"']{4,200})"
)


def marked(value: str, *, part: bool = False) -> Callable[[Markers], str]:
    """Return what gives a value its marker."""
    return partial(Markers.marker, value=value, part=part)


def in_other_forms(text: str, *, documentation: bool) -> Iterator[Found]:
    """Yield passwords on command lines, in files of machines and accounts, in prose, and what looks generated."""
    for start, end in in_text(text):
        if is_literal(text[start:end]) and not text[start:end].startswith("$"):
            yield start, end, marked(text[start:end])
    if _BEFORE_HOST.search(text):
        for match in _ACCOUNT.finditer(text):
            yield *match.span("password"), marked(match["password"])
    for match in _PGPASS.finditer(text) if _PORT.search(text) else ():
        yield *match.span("password"), marked(match["password"])
    for _, line, end in hinted_lines(text):
        start = end - len(line)
        for pattern in (_SPACED, _NETRC, _SAID):
            said = pattern.search(line)
            if (
                said
                and not said["value"].rstrip(".,;:)?…").isalpha()
                and is_literal(said["value"])
                and _names_secret(said, documentation=documentation)
            ):
                yield start + said.start("value"), start + said.end("value"), marked(said["value"])
    for match in generated(text):
        yield *match.span(), partial(Markers.generated, value=match[0])


def _names_secret(match: re.Match[str], *, documentation: bool) -> bool:
    name = match.groupdict().get("name")
    return name is None or (names_secret(name) and not documentation)


def keys_in_base64(text: str) -> Iterator[Found]:
    """Yield private keys in base64, and what a header `Authorization` carries."""
    if "LS0tLS1CRUdJTi" in text:
        for match in _BASE64_PEM.finditer(text):
            plain = decoded(match[0])
            safe = without_keys(plain)
            if safe != plain:
                yield match.start(), match.end(), encoded(safe)
    for word in ("asic ", "earer "):
        position = text.find(word)
        while position >= 0:
            given = _AUTHORIZATION.match(text, position)
            if given and any(char.isdigit() or char.isupper() for char in given["value"][1:]):
                yield *given.span("value"), marked(given["value"])
            position = text.find(word, position + 1)


def in_schema(text: str) -> Iterator[Found]:
    """Yield the values that a JSON schema gives for properties that are secret by name."""
    for item in _PROPERTY.finditer(text):
        for given in _GIVEN_IN_SCHEMA.finditer(item["rest"]):
            start = item.start("rest")
            for match in _JSON_TEXT.finditer(text, start + given.start(1), start + given.end(1)):
                if gives_secret(item["name"], match["value"], in_values=True):
                    yield *match.span("value"), marked(match["value"])


def in_shape(text: str) -> Iterator[Found]:
    """Yield what has the shape of a secret."""
    for shape, match in occurrences(text):
        if any(shape.around):
            yield *match.span("password"), partial(Markers.in_shape, match=match)
        elif shape is not PRIVATE_KEY:
            yield *match.span(), partial(Markers.token, shape=shape, value=match[0])
    for match in _ODD_URL.finditer(text) if "://" in text else ():
        if not match["password"].startswith(("$", "%", "#", "*")) and not URL_PASSWORD.expression.match(match[0]):
            yield *match.span("password"), "****"
