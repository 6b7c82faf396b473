"""Whether two descriptions of somebody may mean one person, however they are spelled.

Written for who owns a deviation and who approved it: whoever can pass for somebody else by another alphabet, an
invisible character or a mail address approves what is their own. So what may be one person is taken for one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import idna

Words = tuple[str, ...]

# Begins where no such character stands before it, so that a long word is looked through once.
_MAIL = re.compile(r"""(?<![^\s<>()\[\]{},;:"'@])[^\s<>()\[\]{},;:"'@]+@[^\s<>()\[\]{},;:"'@]+""")
_APART = re.compile(r"[,;/<>()\[\]{}]| - ")
_WORD = re.compile(r"[^\W_]+")
# Forms of address, and degrees and titles (WHW, articles 7.10a, 7.20 and 7.22): not part of a name.
_ADDRESS = {"heer", "dhr", "mevrouw", "mevr", "mw", "mr", "ir", "ing", "drs", "dr", "bc", "prof"}
_DEGREES = {"ba", "bsc", "llb", "ma", "msc", "llm", "phd"}


def names_somebody(text: str) -> bool:
    """Tell whether a text names anybody: an invisible character or a dash does not."""
    return bool(_WORD.search(_folded(text)))


def may_be_one_person(one: str, other: str) -> bool:
    """Tell whether two descriptions, such as `Jan Jansen, CISO` and `j.jansen@acme.example`, may mean one person.

    Compared are the mail addresses, without what stands behind a plus sign and without dots, and the names: what
    stands before the first comma or bracket, or all of it. Case, marks on letters, punctuation, invisible characters,
    the order of words, forms of address and degrees make no difference, and letters that look alike are one letter
    (Unicode Technical Standard 39, section 4). An initial stands for any name that begins with it. Two or more words
    are taken for somebody's name, whatever stands behind them; a single word (a role, a surname) is the same only with
    the same things behind it, and not with mail addresses of two organisations.
    """
    # Looks depend on case: I and l are alike, i and l are not. So both are tried.
    return any(_alike(_described(one, fold), _described(other, fold)) for fold in (_folded, _folded_as_seen))


@dataclass(frozen=True, slots=True)
class _Described:
    """Somebody as described: `parts` of the description in words, the name first, and mail addresses."""

    parts: tuple[Words, ...]
    mails: frozenset[tuple[Words, Words]]
    """Words of what stands before and behind the @."""

    @property
    def whole(self) -> Words:
        return tuple(word for part in self.parts for word in part)

    @property
    def boxes(self) -> frozenset[tuple[str, Words]]:
        return frozenset(("".join(local), domain) for local, domain in self.mails)


def _alike(one: _Described, other: _Described) -> bool:
    if one.boxes & other.boxes:
        return True
    if one.whole and _same(one.whole, other.whole):
        return len(one.whole) > 1 or not (one.mails and other.mails)
    return any(_named_in(name, text) or _named_by_mail(name, text) for name, text in ((one, other), (other, one)))


def _named_in(name: _Described, text: _Described) -> bool:
    """Tell whether the name that one description begins with is a part of the other."""
    first = name.parts[0] if name.parts else ()
    return len(first) > 1 and any(_same(first, part) for part in (*text.parts, text.whole))


def _named_by_mail(name: _Described, mailed: _Described) -> bool:
    """Tell whether a mail address of one description is made of the other's name: j.jansen@, jjansen@, ciso@."""
    candidates = [part for part in (*name.parts[:1], name.whole) if len(part) > 1]
    for local, _ in mailed.mails:
        joined = "".join(local)
        for words in candidates:
            if _same(words, local) or joined in (words[0][0] + "".join(words[1:]), "".join(words[1:]) + words[0][0]):
                return True
        if len(name.whole) == 1 and not name.mails and joined == name.whole[0]:
            return True
    return False


def _same(one: Words, other: Words) -> bool:
    if sorted(one) == sorted(other) or "".join(one) == "".join(other):
        return True
    pairs = list(zip(one, other, strict=False))
    initials = all(a == b or (a[0] == b[0] and 1 in (len(a), len(b))) for a, b in pairs)
    return len(one) == len(other) > 1 and initials and any(a == b and len(a) > 1 for a, b in pairs)


def _described(text: str, fold: Callable[[str], str]) -> _Described:
    clear = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    mails = frozenset(
        (_words(fold(local.partition("+")[0])), _words(fold(_domain(domain))))
        for local, _, domain in (found.partition("@") for found in _MAIL.findall(clear))
    )
    parts = (_name(_words(part)) for part in _APART.split(fold(_MAIL.sub(" , ", clear))))
    return _Described(tuple(part for part in parts if part), mails)


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
    seen = unicodedata.normalize("NFKD", "".join(alike.get(char, char) for char in _decomposed(text)))
    return "".join(char for char in seen if unicodedata.category(char)[0] != "M").casefold()


def _decomposed(text: str) -> Iterable[str]:
    """Yield the characters of a text, decomposed, without what is not seen."""
    for char in unicodedata.normalize("NFD", text):
        kind = unicodedata.category(char)
        if char.isspace() or kind == "Cc":
            yield " "
        elif kind not in ("Cf", "Cn", "Co", "Cs", "Mn", "Me", "Mc") and not _is_filler(char):
            yield char


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
