"""Names of organisations, and whether two mean one."""

import unicodedata

_FORMS = frozenset({"bv", "nv", "vof", "cv", "stichting", "cooperatie", "ltd", "gmbh", "inc", "gemeente"})
"""Legal forms, and what stands before a name."""


def same_organisation(one: str, other: str) -> bool:
    """Tell whether two names mean one organisation.

    Legal forms, case, accents, signs, spaces and the order of words make no difference: `Beta-Soft B.V.` is
    `BV Betasoft` and `Soft, Beta`. Whether one owns the other is not told by their names.
    """
    words, others = _organisation(one), _organisation(other)
    return bool(words) and ("".join(words) == "".join(others) or sorted(words) == sorted(others))


def _organisation(name: str) -> list[str]:
    """Return the words of a name without legal forms."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(char for char in apart if not unicodedata.combining(char) and char != ".")
    words: list[str] = []
    initials = False
    for word in "".join(char if char.isalnum() else " " for char in plain).split():
        if initials and len(word) == 1:
            words[-1] += word
        else:
            words.append(word)
        initials = len(word) == 1
    return [word for word in words if word not in _FORMS]
