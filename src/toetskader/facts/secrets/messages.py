"""Words for people: the texts of a translation catalogue, which go by names such as `password` and hold no secret.

Two things must hold. What a value stands in is a catalogue: of all that is in it, nearly everything is words for
people, and nothing that stands directly beside it is a setting. And the value itself is language: a sentence, the word
for its own key ("Wachtwoord" under `password`), or a word that the catalogue uses in another text on the same subject.
A word by itself that is none of these ("Welkom" under `password`) may be a password, wherever it stands.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from toetskader.facts.names import words
from toetskader.facts.secrets.names import may_name, strength
from toetskader.patterns import linear

FEWEST = 4
"""Texts, below which a catalogue is told from settings with a description only by what its texts have in common."""
_MOST = 4_000
"""Places that are looked at: a catalogue is known by then, and what a supplier hands us may have any number."""
_LONGEST = 2_000
_HIDDEN = "redacted"
"""What stands in evidence for what was a secret, and so no language (`facts.redaction.markers`)."""
_LONG = 4
"""Letters of a word that tells what a text is about."""
_BY_ITSELF = 2
_FEW = 3
# What is filled in, and how it looks: `{0}`, `{{name}}`, `%s`, `%(name)s`, `<b>`, `&nbsp;`.
_FILLED_IN = re.compile(
    r"\{{1,2}[^{}\n]{0,60}\}{1,2}|%(?:\(\w{1,40}\))?[sd@]|%\{\w{1,40}\}|</?[a-z][^<>\n]{0,80}>|&\w{2,8};"
)
# As properties escape what is no Latin letter (java.util.Properties, "load").
_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})")
_ENDS = ".,;:!?…*()[]\"'“”‘’«»„¿¡/&–—-"
_LETTERS = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
# How a label of one word is marked; other marks make a word harder to guess.
_MARKED = re.compile(r"¿?\(?[^\W\d_]+(?:[-'’][^\W\d_]+)*\)?[ ]?[.:?…*]{0,3}")
# Letters of two kinds in one word, which no language writes: `camelCase`.
_IN_CAMEL_CASE = re.compile(r"[a-zß-ÿ][A-ZÀ-Þ]")
# The word for a thing that lets somebody in, in languages that municipalities serve people in.
_CONCEPTS = tuple(
    linear(pattern)
    for pattern in (
        r".*(?:pass(?:wor[dt]|phrase|code|wd)?|wachtwoord(?:en)?|wachtzin|wachtwurd|kennwort|passwort|passwörter|codeword)"
        r"|adgangskode|lösenord|passord|salasana|parool|parole|paroli|parola|hasło|heslo|jelszó|geslo|lozinka|slaptažodis"
        r"|contraseña|contrasenya|senha|şifre|пароль|парола|лозинка|κωδικός|密码|パスワード|비밀번호",
        r".*(?:secret|geheim|geheimnis|secreto|segreto)",
        r".*(?:tokens?|jeton)",
        r".*(?:keys?|sleutels?|schlüssel|clé|clave|chiave)",
        r".*(?:code|pin)|código|codice",
    )
)
# An act, said before what it is done to: the name of a button or of a step, and not of one password among others.
_ACTS = frozenset(
    {
        *("show", "hide", "change", "reset", "forgot", "forgotten", "enter", "confirm", "repeat", "retype", "choose"),
        *("set", "update", "create", "verify", "request", "recover", "save", "copy", "send", "edit", "remove", "renew"),
        *("toon", "verberg", "wijzig", "herstel", "vergeten", "bevestig", "herhaal", "kies", "vernieuw", "kopieer"),
    }
)


class Surroundings:
    """What a value stands in: a mapping, and what that stands in. All values in a mapping have the same."""

    def __init__(self, entries: Mapping[Any, Any], above: "Surroundings | None" = None) -> None:
        """Parameters: `entries`, of the mapping; none for a list."""
        self.entries = entries
        self._above = above

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The texts of the catalogue that it is, or is in, by their names; none when it is in none."""
        if self._is_catalogue is None and self._above is not None:
            return self._above.texts
        return self._leaves if self._is_catalogue or (self._is_catalogue is None and self._is_small_one) else ()

    @property
    def stand_alone(self) -> bool:
        """True when there is enough in the mapping to tell by, so that what it stands in itself tells nothing."""
        return self._is_catalogue is not None

    @cached_property
    def _leaves(self) -> tuple[tuple[str, str], ...]:
        return tuple(_leaves(self.entries))

    @cached_property
    def _texts_of_others(self) -> list[str]:
        """What a password among texts is left out of: that is one, and the rest are texts."""
        return [text for key, text in self._leaves if is_language(text) or not strength(key)]

    @cached_property
    def _is_catalogue(self) -> bool | None:
        """Whether it is one by itself; None when that cannot be told: it has few texts, or words by themselves only."""
        texts = self._texts_of_others
        if len(self._leaves) < FEWEST or not texts:
            return None
        if sum(map(is_language, texts)) * 10 < len(texts) * 9:
            return False
        return _are_written_for_people(texts) or None

    @property
    def _is_small_one(self) -> bool:
        return len(self._leaves) < FEWEST and _are_all_for_people(self._texts_of_others)

    def are_settings(self, name: str) -> bool:
        """Tell whether a setting stands directly beside a name: in the mapping, with the same names before its last."""
        return name.rpartition(".")[0] in self._stems_of_settings

    def occurs(self, own: list[str], name: str) -> bool:
        """Tell whether another text on the subject has a word of a text in it, where one of the two is a sentence."""
        return any(
            key != name and len(own) + length > _BY_ITSELF
            for word in own
            if len(word) >= _LONG
            for key, length in self._words_of_secrets.get(word.lower(), {}).items()
        )

    @cached_property
    def _stems_of_settings(self) -> frozenset[str]:
        return frozenset(
            str(key).rpartition(".")[0]
            for key, value in self.entries.items()
            for part in (value if isinstance(value, list) else [value])
            if not _may_be_text(part)
        )

    @cached_property
    def _words_of_secrets(self) -> dict[str, dict[str, int]]:
        """The words of texts under names of secrets: the names of a few texts that have each, with their lengths."""
        found: dict[str, dict[str, int]] = {}
        for key, text in self.texts:
            own = _words(text) if may_name(key) else None
            for word in own or ():
                names = found.setdefault(word.lower(), {})
                if len(names) < _FEW:
                    names[key] = max(names.get(key, 0), len(own or ()))
        return found


def is_message(name: str, value: str, around: Surroundings) -> bool:
    """Tell whether a value under the name of a secret is a text for people in a catalogue of such texts."""
    own = _words(value) if may_name(name) else None
    if not own or around.are_settings(name) or not around.texts:
        return False
    if len(around.texts) < FEWEST and not around.occurs(own, name):
        return False
    return _says(name, value, own, around)


def is_language(value: str) -> bool:
    """Tell whether a text is made of words, marks and numbers by themselves, as people write, and of nothing else."""
    return _words(value) is not None


def _words(value: str) -> list[str] | None:
    """Return the words of a text, without its marks; None when something in it is no language."""
    if len(value) > _LONGEST or _HIDDEN in value.lower():
        return None
    found: list[str] = []
    value = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), value)
    for part in _FILLED_IN.sub(" ", value).split():
        word = part.strip(_ENDS)
        if not word or word.isdigit():
            continue
        if not _LETTERS.fullmatch(word) or _IN_CAMEL_CASE.search(word) or ("." in word and not word.isupper()):
            return None
        found.append(word)
    return found or None


def _may_be_text(value: Any) -> bool:
    return value is None or value == "" or isinstance(value, dict) or (isinstance(value, str) and is_language(value))


def _leaves(holder: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    stack: list[tuple[str, Any]] = [("", holder)]
    left = _MOST
    while stack and left:
        left -= 1
        name, value = stack.pop()
        if isinstance(value, Mapping):
            stack.extend((str(key), part) for key, part in value.items())
        elif isinstance(value, list):
            stack.extend((name, part) for part in value)
        elif value is not None and value != "":
            yield name, value if isinstance(value, str) else "0"


def _are_written_for_people(texts: list[str]) -> bool:
    """Tell whether half of texts that are language are written as for people, and some at length."""
    language = [(own, text) for text in texts if (own := _words(text))]
    return (
        sum(_is_written(*item) for item in language) * 2 >= len(texts) and sum(len(own) > 1 for own, _ in language) > 1
    )


def _are_all_for_people(texts: list[str]) -> bool:
    """Tell the same of a few: all of them are, and one at length."""
    found = [(_words(text) or [], text) for text in texts]
    return all(own and _is_written(own, text) for own, text in found) and any(len(own) > 1 for own, _ in found)


def _is_written(own: list[str], text: str) -> bool:
    """Tell whether a text is written as for people. Parameters: `own`, its words."""
    return len(own) > 1 or own[0][0].isupper() or not own[0].isascii() or text.rstrip()[-1] in "?!…"


def _says(name: str, value: str, own: list[str], around: Surroundings) -> bool:
    """Tell whether a value is language that its name is about. Parameters: `own`, its words."""
    called = words(name).split()
    if len(own) == 1 and not _MARKED.fullmatch(_ESCAPED.sub("e", value.strip())):
        return False
    if any(_is_for(word.lower(), called) for word in own):
        return True
    if len(own) > 1:
        return _is_sentence(value, own) or _is_named_in_words(name)
    if own[0].istitle() and (_is_named_in_words(name) or not _ACTS.isdisjoint(called)):
        return True
    return around.occurs(own, name)


def _is_for(word: str, called: list[str]) -> bool:
    """Tell whether a word means what a name says: "Wachtwoord" under `password`, and not "Geheim"."""
    return any(
        concept.fullmatch(word) is not None and any(concept.fullmatch(part) for part in called) for concept in _CONCEPTS
    )


def _is_sentence(value: str, own: list[str]) -> bool:
    """Tell whether words are written as a sentence is: a capital first, and not for each of them; or a mark at its end.

    A pass phrase is written in one case.
    """
    starts = own[0][0].isupper() or not own[0][0].isascii()
    return value.rstrip()[-1] in ".?!…:" or (starts and not all(word[:1].isupper() for word in own))


def _is_named_in_words(name: str) -> bool:
    """Tell whether a name is itself written as people write, with spaces: the text that is translated."""
    return " " in name.strip() and is_language(name)
