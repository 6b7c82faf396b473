"""Markers: what stands in a fact where a secret stood.

A marker gives nothing of the secret away, not even its length, yet is judged like it: a token of GitHub becomes a
text with the shape of such a token, a placeholder another placeholder, a number a number. Two places with one secret
get one marker, two secrets get two.
"""

import base64
import re
from collections.abc import Callable, Iterator

from toetskader.facts.database_names import database_in
from toetskader.facts.placeholders import is_placeholder, says_to_replace
from toetskader.facts.redaction.keys import KEY_WORD, without_keys
from toetskader.facts.references import inner, nothing, placeholder
from toetskader.facts.secrets.encoded import decoded, holds_certificate, holds_private_key
from toetskader.facts.secrets.shapes import PRIVATE_KEY, Shape, is_plain_word, is_sample, leaks, refers
from toetskader.facts.secrets.values import (
    gives_secret,
    is_dummy,
    is_literal,
    is_made_up,
    is_plain_address,
    looks_random,
    names_known_secret,
)
from toetskader.patterns import Match, linear

WORD = "REDACTED"
"""In every marker that is text, so that people know it; shapes without room for a word apart."""
_NUMBERS = 888_888_0000
"""Numbers from here on stand for numbers that were secret."""
_EXACT = 1e15

# Fillers for the shapes of tokens: as a rule, where digits must occur to look random, and for samples.
_FILLERS = (WORD, f"{WORD}2345UVWXYZ67", f"{WORD}a1B2c3D4", f"EXAMPLE{WORD}")

_WORDS_OF_NOBODY = re.compile(
    r"a|api|admin|app|auth|change|changeme|changeit|changethis|client|database|db|default|demo|dummy|enter|example"
    r"|fake|fill|fillin|fixme|geheim|here|hier|in|insecure|insert|invullen|is|it|jwt|key|lint|me|mij|my|nep|not|only"
    r"|pass|passwd|password|placeholder|private|pw|pwd|random|replace|replaceme|sample|secret|set|some|string|strong"
    r"|super|supersecret|tbd|test|testing|the|this|to|todo|token|unsafe|user|username|value|very|voorbeeld|vul"
    r"|wachtwoord|welcome|welkom|wijzig|word|x{3,}|your"
)
_NOBODYS = linear(r"[A-Za-z_ .!<>\"'-]+[0-9]{0,4}[>\"'.!]*")
_MARKER = re.compile(
    rf"(?i:(?:test-|default-|secret-|{WORD}[:/])?{WORD}(?:-?a?[0-9]{{1,13}}(?:-secret)?|[A-P]{{4}}|random[0-9]{{6}}"
    rf"|:?[0-9]{{0,6}}a1B2c3D4e5F6|(?:-secret)?(?:-|://)[0-9]{{1,6}})?|<{WORD}-[0-9]{{1,6}}>)"
    rf"|[\w<>:./-]{{1,60}} (?:\w{{1,20}}://|jdbc:\w{{1,20}}:|database: ){WORD}"
)
_LETTERS = re.compile(r"[A-Za-z]+")
_PART_OF_ADDRESS = re.compile(r"[A-Za-z0-9-]+")
_MASK = re.compile(r"[xX*.…?#-]+")
_COUNTING = "12345678901234567890"


class Register:
    """The markers of one target: what each secret got in any of its parts."""

    def __init__(self) -> None:
        self.markers: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def number(self, value: str) -> int:
        """Return the number of a value, the next one for a value that has none yet."""
        return self._numbers.setdefault(value, len(self._numbers) + 1)


class Markers:
    """Gives the secrets of one part of a target their markers, and remembers which it gave.

    Parameters: `register`, of the target; `secrets` gives the names of the Secrets that the objects refer to, which are
    no secrets.
    """

    def __init__(self, register: Register | None = None, secrets: Callable[[], frozenset[str]] = frozenset) -> None:
        self._register = register or Register()
        self._names_of_secrets = secrets
        self._given: dict[str, str] = {}
        self._secrets: set[str] = set()

    def marker(self, value: str, *, part: bool = False) -> str:
        """Return what stands for a value: itself when it is nobody's secret (`changeme`).

        Parameters: `part`, whether it is a line of a longer value, which need not be a secret by itself.
        """
        if not part or looks_random(value):
            self._secrets.add(value)
        found = self._given.get(value)
        if found is None:
            known = self._register.markers
            if value not in known:
                known[value] = value if is_public(value) else self._made(value)
            found = self._given[value] = known[value]
            for within in _within(value):
                self.marker(within)
        return found

    def named(self, value: str, name: str) -> str:
        """Return what stands for the value of a setting: itself when it names a Secret that is known."""
        return value if names_known_secret(name, value, self._names_of_secrets()) else self.marker(value)

    def generated(self, value: str) -> str:
        """Return what stands for a token that looks generated: it is looked for nowhere else by its value."""
        found = self._register.markers.get(value)
        return f"{WORD}{self._number(value):06d}a1B2c3D4e5F6" if found is None else found

    def number(self, value: float) -> int | float:
        """Return what stands for a number, of the same type."""
        whole = abs(value) < _EXACT and value == int(value)
        text = self.marker(str(int(value)) if whole else value.hex() if isinstance(value, float) else f"{value:x}")
        return type(value)(int(text) if text.isdigit() else _NUMBERS + self._number(text))

    def in_shape(self, match: re.Match[str] | Match) -> str:
        """Return what stands for a password that is part of a shape (`://user:password@host`), given the match."""
        password = match["password"]
        if is_public(password):
            return password
        own = self.marker(password)  # it may stand elsewhere by itself
        if refers(password, placeholder):
            return f"<{WORD}-{self._number(password)}>"
        number, sample = self._number(password), is_sample(match[0])
        start, end = match.start("password") - match.start(), match.end("password") - match.start()
        plain = is_plain_word(password)
        for candidate in (own, f"{WORD}-{number}", f"{WORD}-{number}-secret", f"{WORD}{number}"):
            if not _PART_OF_ADDRESS.fullmatch(candidate):
                continue
            alike = is_sample(match[0][:start] + candidate + match[0][end:]) == sample
            if alike and is_plain_word(candidate) == plain:
                return candidate
        return f"{WORD}-{number}"

    def token(self, shape: Shape, value: str) -> str:
        """Return what stands for a token of a shape, given what matched."""
        number, sample = self._letters(value), is_sample(value)
        found = (shape.filled(filler, number) for filler in _FILLERS)
        return next(text for text in found if is_sample(text) == sample)

    def given(self) -> dict[str, str]:
        """Return every secret that got a marker, with it."""
        return {value: marker for value, marker in self._given.items() if marker != value and value in self._secrets}

    def _made(self, value: str) -> str:
        wanted = _traits(value)
        best, alike = "", -1
        no_header = not _is_header(value)
        for candidate in self._candidates(value):
            if ("\n" in candidate and "\n" not in value) or (no_header and _is_header(candidate)):
                continue
            same = sum(mine == its for mine, its in zip(_traits(candidate), wanted, strict=True))
            if same > alike:
                best, alike = candidate, same
            if same == len(wanted):
                break
        return best

    def _candidates(self, value: str) -> Iterator[str]:
        form = database_in(value)
        if form:
            for candidate in self._forms(value):
                yield candidate.replace("redacted://", form) if "://" in form else candidate
                yield f"{candidate} {form}{WORD}"
        yield from self._forms(value)

    def _forms(self, value: str) -> Iterator[str]:
        number = self._number(value)
        if value.strip().isdigit():
            yield str(_NUMBERS + number)
            yield f"123456{number:06d}"
            yield f"1234567{number:06d}"
        if "-----BEGIN " in value:
            yield without_keys(value, thorough=True)
        if "LS0tLS1" in value[:64]:
            yield encoded(self.marker(decoded(value)))
        shapes = [leak.shape for leak in leaks(value)]
        if shapes:
            for filler in _FILLERS:
                yield " ".join(self._of_shape(shape, filler, value) for shape in shapes)
        yield f"{WORD}-{number}"
        yield f"{WORD}{self._letters(value)}"
        yield f"{WORD}{number}"
        yield f"{WORD}-a{number}"
        yield f"{WORD}-1234567{number}"
        yield f"{WORD}:{WORD}-{number}"
        yield f"{WORD}:{WORD}-a{number}"
        yield f"{WORD}:{WORD}{self._letters(value)}"
        yield f"{WORD}/{WORD}{number:04d}"
        yield f"{WORD}random{number:06d}"
        yield f"{WORD}{number:06d}a1B2c3D4e5F6"
        yield f"{WORD}:{number}a1B2c3D4e5F6"
        yield f"<{WORD}-{number}>"
        for word in ("test", "default", "secret"):
            yield f"{word}-{WORD}-{number}"
            yield f"{word.upper()}-{WORD}-{number}"
            yield f"{word}-{WORD.lower()}-{number}"
        yield f"{WORD.lower()}-{number}"
        yield f"{WORD.lower()}-{number:04d}"
        yield f"{WORD.lower()}-secret-{number}"
        yield f"{WORD.lower()}://{number}"

    def _of_shape(self, shape: Shape, filler: str, value: str) -> str:
        if shape is PRIVATE_KEY:
            return f"-----BEGIN PRIVATE KEY----- {KEY_WORD} -----END PRIVATE KEY-----"
        if any(shape.around):
            end = "-secret" if filler == _FILLERS[-1] else ""
            return f"{WORD}-{self._number(value)}{end}".join(shape.around)
        return shape.filled(filler, self._letters(value))

    def _number(self, value: str) -> int:
        return self._register.number(value)

    def _letters(self, value: str) -> str:
        """Return the number of a value in four letters, which every shape of a token can hold."""
        number, letters = self._number(value), ""
        for _ in range(4):
            number, digit = divmod(number, 16)
            letters = "ABCDEFGHIJKLMNOP"[digit] + letters
        return letters


def _is_header(value: str) -> bool:
    """Tell whether a value after `Basic` has the shape of what that header carries, in a comment for one."""
    return not value.isdigit() and len(value) < _LONGEST_WITHIN and bool(leaks(f"Basic {value}"))


_ENCODED_ACCOUNT = re.compile(r"(?:Basic[ :]{1,2})?(?P<account>[A-Za-z0-9+/]{8,400}={0,2})")
_SHORTEST_WITHIN = 8


def _within(value: str) -> Iterator[str]:
    """Yield the secret in a value that says more: a key in base64, `user:password` in that, or a reference's inside."""
    if "LS0tLS1" in value[:64]:
        yield decoded(value)
    if len(value) > _LONGEST_WITHIN or "\n" in value or "{{" in value:
        return
    stripped = inner(value) or value.strip("$<>_%{}()#")
    if stripped != value and len(stripped) >= _SHORTEST_WITHIN:
        yield stripped
    account = _ENCODED_ACCOUNT.fullmatch(value)
    if account:
        plain = decoded(account["account"])
        user, colon, password = plain.partition(":")
        if colon and user.isprintable() and user.isascii() and password.isprintable() and len(password) > 3:
            yield password


_LONGEST_WITHIN = 500


def _traits(value: str) -> tuple[object, ...]:
    """Return all that judgements see in a value."""
    return (
        is_literal(value),
        is_literal(value, nothing),
        looks_random(value),
        is_dummy(value),
        is_placeholder(value),
        says_to_replace(value),
        gives_secret("secret", value, in_values=True),
        gives_secret("clientSecret", value, in_values=True),
        gives_secret("sortKey", value),
        gives_secret("tokens", value),
        gives_secret("CREDENTIALS", value),
        gives_secret("AUTH", value),
        [leak.shape.name.en for leak in leaks(value)],
        [leak.shape.name.en for leak in leaks(value, documentation=True)],
        holds_private_key(value),
        holds_certificate(value),
        is_plain_address(value),
        database_in(value),
        value.strip().isdigit(),
        is_made_up(value),
        value.rstrip(".,!?").isalpha(),
    )


_IN_TEXT = re.compile(rf"(?i:{WORD})|UkVEQUNURU|^\s*(?:8888[0-9]{{6}}|123456[0-9]{{6,7}})(?:\.0)?\s*$")
"""Markers as `Markers` makes them: the word, the word in base64, and what stands for a number."""


def holds_marker(value: object) -> bool:
    """Tell whether a value is, or holds, what may stand for a secret; what it is then cannot be known."""
    return isinstance(value, str | int | float) and _IN_TEXT.search(str(value)) is not None


def is_public(value: str) -> bool:
    """Tell whether a value is nobody's secret: made of words that examples put where a secret goes, or a mask."""
    text = value.strip()
    if len(text) > 60 or not text:
        return not text
    if _MARKER.fullmatch(text):
        return True
    if text.isdigit():
        return _COUNTING.startswith(text) and len(text) > 2
    if _MASK.fullmatch(text):
        return True
    if not _NOBODYS.fullmatch(text):
        return False
    words = [word.lower() for word in _LETTERS.findall(text)]
    return bool(words) and all(_WORDS_OF_NOBODY.fullmatch(word) for word in words)


def encoded(text: str) -> str:
    """Write a text in base64, as in a Secret's `data`."""
    return base64.b64encode(text.encode("latin-1", "replace")).decode()
