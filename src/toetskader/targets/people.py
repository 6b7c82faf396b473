"""Whether two descriptions of somebody may mean one person, however they are spelled.

Written for who owns a deviation and who approved it: whoever can pass for somebody else by another alphabet, an
invisible character or a mail address approves what is their own. So what may be one person is taken for one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import idna

Words = tuple[str, ...]

_LONGEST_NAME = 20
"""Words: what is longer is no name, and is compared as a whole only."""

# Begins where no such character stands before it, so that a long word is looked through once.
_MAIL = re.compile(r"""(?<![^\s<>()\[\]{},;:"'@])[^\s<>()\[\]{},;:"'@]+@[^\s<>()\[\]{},;:"'@]+""")
_AT = re.compile(r"\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?|\sat\s(?=[^\s@]+\.[^\s@.]+)|(?<=\w)[\"']@", re.IGNORECASE)
"""What people write for the @ of an address."""
_PEOPLE = re.compile(r"[;&+|\n]|\s(?:en|and)\s", re.IGNORECASE)
"""What stands between two people."""
_APART = re.compile(r"[,/<>()\[\]{}:]| [-\u2010-\u2015] ")
"""What stands between somebody's name and what is said of them."""
_TURNED = re.compile("\u202e([^\u202c]*)\u202c?")
"""Text that is shown from right to left: it reads the other way around (Unicode Standard Annex 9, section 2.2)."""
_LATIN = re.compile(r"(?:.* )?(?:LATIN (?:CAPITAL |SMALL )?LETTER (?:SMALL CAPITAL )?|SYMBOL LETTER )([A-Z])")
"""The Unicode name of a letter in another form that the table of confusables leaves out."""
_WORD = re.compile(r"[^\W_]+")
# Forms of address, and degrees and titles (WHW, articles 7.10a, 7.20 and 7.22): not part of a name.
_ADDRESS = {"heer", "dhr", "mevrouw", "mevr", "mw", "mr", "ir", "ing", "drs", "dr", "bc", "prof"}
_DEGREES = {"ba", "bsc", "llb", "ma", "msc", "llm", "phd"}


def names_somebody(text: str) -> bool:
    """Tell whether a text names anybody: an invisible character, a dash, a number or one letter of ours does not."""
    if not any(map(str.isalpha, unicodedata.normalize("NFKD", text))):
        return False
    written = "".join(_WORD.findall(_folded(text)))
    # One letter is a whole name in scripts without capitals, such as Chinese.
    return len(written) > 1 or (written != "" and unicodedata.category(written) == "Lo")


def may_be_one_person(one: str, other: str) -> bool:
    """Tell whether two descriptions, such as `Jan Jansen, CISO` and `j.jansen@acme.example`, may mean one person.

    Of each person that a description names (`;`, `&`, `+`, `|`, `en` and `and` stand between two) compared are the mail
    addresses, without what stands behind a plus sign and without dots, and the names: what stands before the first
    comma or bracket, or all of it. Case, marks on letters, punctuation, invisible characters, the direction of the
    text, the order of words, forms of address and degrees make no difference, and letters that look alike are one
    letter (Unicode Technical Standard 39, section 4). An initial stands for any name that begins with it. Two or more
    words are taken for somebody's name, whatever stands before, between or behind them; a single word (a role, a
    surname) is the same only with the same things behind it, and not with mail addresses of two organisations.
    """
    # Looks depend on case: I and l are alike, i and l are not. So both are tried.
    ones, others = ({text, _TURNED.sub(lambda turned: turned[1][::-1], text)} for text in (one, other))
    return any(
        _alike(_described(mine, fold), _described(yours, fold))
        for fold in (_folded, _folded_as_seen)
        for mine in ones
        for yours in others
    )


@dataclass(frozen=True, slots=True)
class _Described:
    """Whoever is described: for each person the parts of the description in words, the name first; mail addresses."""

    people: tuple[tuple[Words, ...], ...]
    mails: frozenset[tuple[Words, Words]]
    """Words of what stands before and behind the @."""

    @property
    def whole(self) -> Words:
        return tuple(word for parts in self.people for part in parts for word in part)

    @property
    def names(self) -> Iterator[Words]:
        """What may be somebody's name: the first part, and two parts for who is written as `Jansen, Jan`."""
        for parts in self.people:
            yield parts[0]
            if len(parts) > 1 and len(parts[0]) == 1:
                yield parts[0] + parts[1]

    @property
    def boxes(self) -> frozenset[tuple[str, Words]]:
        return frozenset(("".join(local), domain) for local, domain in self.mails)


def _alike(one: _Described, other: _Described) -> bool:
    if one.boxes & other.boxes:
        return True
    if one.whole and _same(one.whole, other.whole):
        return len(one.whole) > 1 or not (one.mails and other.mails)
    if any(max(len(mine), len(yours)) > 1 and _same(mine, yours) for mine, _ in one.mails for yours, _ in other.mails):
        return True
    return any(_named_in(name, text) or _named_by_mail(name, text) for name, text in ((one, other), (other, one)))


def _named_in(described: _Described, text: _Described) -> bool:
    """Tell whether somebody whom one description names is named in the other too."""
    names = [name for name in described.names if 1 < len(name) <= _LONGEST_NAME]
    for parts in text.people:
        whole = tuple(word for part in parts for word in part)
        for name in names:
            if any(_same(name, part) or not Counter(name) - Counter(part) for part in parts):
                return True
            sizes = range(len(name), len(name) + 3)  # with an initial or two between
            if any(_fits(name, whole[at : at + size]) for size in sizes for at in range(len(whole) - size + 1)):
                return True
    return False


def _named_by_mail(described: _Described, mailed: _Described) -> bool:
    """Tell whether a mail address of one description is made of the other's name: j.jansen@, jjansen@, ciso@."""
    candidates = [name for name in (*described.names, described.whole) if 1 < len(name) <= _LONGEST_NAME]
    for local, _ in mailed.mails:
        joined = "".join(local)
        for words in candidates:
            if _same(words, local):
                return True
            for at in range(len(words)):
                first, rest = "".join(words[:at]), "".join(words[at:])
                if joined in (rest + first, first[:1] + rest, rest + first[:1]):
                    return True
        if len(described.whole) == 1 and not described.mails and joined == described.whole[0]:
            return True
    return False


def _same(one: Words, other: Words) -> bool:
    if sorted(one) == sorted(other) or "".join(one) == "".join(other):
        return True
    if not 1 < len(one) == len(other) <= _LONGEST_NAME:
        return False
    initials = any(all(len(word) == 1 for word in words) for words in (one, other))
    return _fits(one, other) or (initials and all(a[0] == b[0] for a, b in zip(one, other, strict=True)))


def _fits(name: Words, words: Words) -> bool:
    """Tell whether words are a name, with initials for some of it, and perhaps with more initials."""
    missing, more = Counter(name) - Counter(words), list((Counter(words) - Counter(name)).elements())
    for word in missing.elements():
        match = next((other for other in more if other[0] == word[0] and 1 in (len(other), len(word))), None)
        if match is None:
            return False
        more.remove(match)
    return all(len(word) == 1 for word in more) and any(len(word) > 1 for word in Counter(name) - missing)


def _described(text: str, fold: Callable[[str], str]) -> _Described:
    clear = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    clear = _AT.sub("@", clear)
    mails = frozenset(
        (_words(fold(local.partition("+")[0])), _words(fold(_domain(domain))))
        for local, _, domain in (found.partition("@") for found in _MAIL.findall(clear))
    )
    people = []
    for person in _PEOPLE.split(_MAIL.sub(" , ", clear)):
        parts = (_name(_words(part)) for part in _APART.split(fold(person)))
        people.append(tuple(part for part in parts if part))
    return _Described(tuple(parts for parts in people if parts), mails)


def _domain(text: str) -> str:
    try:
        return idna.decode(text.rstrip("."))
    except (idna.IDNAError, UnicodeError):
        return text


def _name(words: Words) -> Words:
    """Leave out forms of address and degrees, unless there is nothing else."""
    rest = [word for word in words if word not in _DEGREES and word not in _ADDRESS]
    if "heer" in words and rest[:1] == ["de"]:
        del rest[0]
    return tuple(rest) or words


def _words(text: str) -> Words:
    return tuple(_WORD.findall(text))


def _folded(text: str) -> str:
    return _bare(unicodedata.normalize("NFKC", text).casefold())


def _folded_as_seen(text: str) -> str:
    return _bare(unicodedata.normalize("NFKC", text))


def _bare(text: str) -> str:
    """Give each letter the one it looks like, without marks and invisible characters, in lower case."""
    alike = _lookalikes()
    seen = unicodedata.normalize("NFKD", "".join(alike.get(char) or _plain(char) for char in _decomposed(text)))
    return "".join(char for char in seen if unicodedata.category(char)[0] != "M").casefold()


def _decomposed(text: str) -> Iterable[str]:
    """Yield the characters of a text, decomposed, without what is not seen."""
    for char in unicodedata.normalize("NFD", text):
        kind = unicodedata.category(char)
        if char.isspace() or kind == "Cc":
            yield " "
        elif kind not in ("Cf", "Cn", "Co", "Cs", "Mn", "Me", "Mc") and not _is_filler(char):
            yield char


@cache
def _plain(char: str) -> str:
    """Return the capital that a letter is another form of: a small capital, one in a black square, a flag's."""
    form = None if char.isascii() else _LATIN.fullmatch(unicodedata.name(char, ""))
    return form[1] if form else char


def _is_filler(char: str) -> bool:
    """Tell whether a letter shows nothing: Hangul has four that only keep a place."""
    return unicodedata.name(char, "").endswith("FILLER")


@cache
def _lookalikes() -> dict[str, str]:
    """Return character → what it looks like (Unicode's confusables.txt).

    The library keeps each pair both ways. A character that looks like several others is their prototype; where two are
    only each other's, the first in code order is.
    """
    from confusable_homoglyphs.confusables import confusables_data  # type: ignore[import-untyped]  # noqa: PLC0415

    found: dict[str, str] = {}
    for char, others in confusables_data.items():
        if len(char) == 1 and len(others) == 1:
            prototype: str = others[0]["c"]
            if len(confusables_data.get(prototype, ())) > 1 or len(prototype) > 1 or prototype < char:
                found[char] = prototype
    return found
