"""Names: which say that what goes by them is secret, and which that it may be."""

import re
from functools import lru_cache

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# A name of a secret has one of these in it.
HINTS = (
    *("pass", "pw", "psw", "secret", "token", "tkn", "key", "credential", "dockerconfig", "auth", "salt"),
    *("wachtwoord", "geheim", "sleutel", "pincode", "toegangscode"),
)
# The same for a value as a program gets it, which must look random as well (`DBPASS`, `BINDPW`, `X_TOK`).
_HINTS_OF_VARIABLES = (*HINTS, "pasw", "cred", "tok", "pwd", "sign", "bearer")
_SECRET_ENDINGS = (
    "password",
    "passwort",
    "passcode",
    "pincode",
    "toegangscode",
    "passwd",
    "passphrase",
    "requirepass",
    "masterauth",
    "wachtwoord",
    "geheim",
    "apisleutel",
    "toegangssleutel",
    "pwd",
    "secret",
    "token",
    "apikey",
    "secretkey",
    "privatekey",
    "accesskey",
    "authkey",
    "dockerconfigjson",
)
_SECRET_WORDS = frozenset({"pass", "pw", "credential"})
# What stands before 'key' when the key opens something. After other words it is as often the key of a mapping.
_OPENING_KEY = re.compile(
    r"access|account|admin|aes|api|app|application|auth|cipher|client|consumer|cookie|crypto|deploy|encryption|encrypt|"
    r"fernet|geheime|hmac|integration|jwt|licence|license|maps|master|private|recaptcha|rsa|sas|secret|sentry|service|session|"
    r"shared|sign|signature|signing|ssh|storage|subscription|webhook|write"
)
_WEAK_ENDINGS = frozenset({"key", "keys", "tokens", "secrets", "passwords", "credentials", "auth", "salt"})
# `passwordKey: redis-password` names an entry of a Secret.
_ENTRY_OF = frozenset({"password", "token", "user", "username", "credentials", "passwd"})
# What is given to everybody: a key for a page of a site, half of a pair, what a form carries against forgery.
_PUBLIC = frozenset(
    {
        *((word, "key") for word in ("public", "publishable", "site")),
        *((word, "token") for word in ("public", "csrf", "xsrf")),
    }
)
# Fingerprint and address of the public key that a chart is signed with (Artifact Hub's annotations).
_PUBLISHED = frozenset({"artifacthub.io/signKey"})
# `SECRET_KEY_BASE` of Rails, `JWT_SECRET_BASE64`.
_FORMS = frozenset({"base", "b"})


# What a variable is called that holds the thing itself: `DB_PASSWORD_VALUE`, `DB_PASSWORD_TEXT`, `DB_PASSWORD_1A`.
_ITSELF = re.compile(r"value|text|plain|clear|cleartext|plaintext|raw|string|literal|data|content|[0-9]+|[a-z]")
# One of these within a name makes that it may name a secret, whatever follows.
_WITHIN = re.compile(
    r"passw(?:or[dt]|d)|passphrase|passcode|wachtwoord|geheim|secret|token|credential|apikey|toegangscode|pincode"
)
# Digits that are written for letters: `PASSW0RD`, `S3CRET`, `T0KEN`.
_FOR_LETTERS = str.maketrans("013457", "oleast")
_AMID_LETTERS = re.compile(r"(?<=[A-Za-z])[013457]{1,2}(?=[A-Za-z])")
_KNOWN_TO_OTHERS = frozenset(
    {
        *("id", "ids", "name", "hash", "digest", "sha", "checksum", "fingerprint", "thumbprint", "version", "revision"),
        *("url", "uri", "host", "path", "file", "dir", "prefix", "audience", "issuer", "realm", "scope", "scopes"),
    }
)
_ABBREVIATED = ("password", "secret", "token", "wachtwoord")
_MOST_NAMES = 131_072
"""Names that are graded once: the values of every render have them again, and the largest charts have 90,000."""


@lru_cache(maxsize=_MOST_NAMES)
def strength(name: str) -> int:
    """Grade a name in a chart's values or templates: 2 names a secret, 1 may name one, 0 does not."""
    if not _may_name(name):
        return 0
    words = [word.lower() for word in _WORDS.findall(name.rpartition("/")[2])]
    while words and (words[-1].isdigit() or words[-1] in _FORMS):
        words.pop()
    if not words or "existing" in words or name in _PUBLISHED:
        return 0
    return _graded(words)


@lru_cache(maxsize=_MOST_NAMES)
def strength_of_variable(name: str) -> int:
    """Grade a name that goes with a value as a program gets it: there, nothing is exempt by what stands around it."""
    spelled = _AMID_LETTERS.sub(_spelled, name)
    if not any(hint in spelled.lower() for hint in _HINTS_OF_VARIABLES) or name in _PUBLISHED:
        return 0
    words = [word.lower() for word in _WORDS.findall(spelled.rpartition("/")[2])]
    kept = list(words)
    while len(kept) > 1 and (_ITSELF.fullmatch(kept[-1]) or kept[-1] in _FORMS):
        kept.pop()
    found = _graded(kept) if kept else 0
    if not found and not _names_public(words) and (_WITHIN.search("".join(words)) or not _tells(words)):
        return 1
    return found


def _tells(words: list[str]) -> bool:
    """Tell whether a name ends in a word for something that is known to others, though it may look random."""
    return words[-1] in _KNOWN_TO_OTHERS or (words[-1] == "key" and words[-2:-1] != [] and words[-2] in _ENTRY_OF)


def _spelled(match: re.Match[str]) -> str:
    letters = match[0].translate(_FOR_LETTERS)
    return letters.upper() if match.string[match.start() - 1].isupper() else letters


def _may_name(name: str) -> bool:
    lowered = name.lower()
    return any(hint in lowered for hint in HINTS)


def _names_public(words: list[str]) -> bool:
    """Tell whether words end as the name of what is given to everybody does (`site key`)."""
    return tuple(words[-2:]) in _PUBLIC


def _graded(words: list[str]) -> int:
    last = "key" if words[-1] == "sleutel" else words[-1]
    before = words[-2] if len(words) > 1 else ""
    if (before, last) in _PUBLIC:
        return 0
    if last == "key":
        if before in _ENTRY_OF or not before:
            return 0
        return 2 if _OPENING_KEY.fullmatch(before) else 1
    if last == "id" and words[-3:-1] == ["access", "key"]:
        return 1
    if last in _SECRET_WORDS or last.endswith(_SECRET_ENDINGS) or _abbreviates(last):
        return 2
    return 1 if last in _WEAK_ENDINGS else 0


def _abbreviates(word: str) -> bool:
    """Tell whether a word is a secret's with letters left out (`pword`, `tkn`): it starts and ends alike."""
    return any(_is_short_for(word, whole) for whole in _ABBREVIATED)


def _is_short_for(word: str, whole: str) -> bool:
    if not 3 <= len(word) <= len(whole) or word[0] != whole[0] or word[-1] != whole[-1]:
        return False
    consonants = [letter for letter in dict.fromkeys(whole) if letter not in "aeiou"]
    if len(word) < len(whole) - 2 and sum(letter in word for letter in consonants) < 3:
        return False
    letters = iter(whole)
    return all(letter in letters for letter in word)


_IDENTITIES = re.compile(r".*(?:user|user_?name|login|(?:client|tenant|app|application|key)_?id|__id)", re.IGNORECASE)


def names_identity(name: str) -> bool:
    """Tell whether a name is that of an account or client, which is no secret (`DB_USER`, `clientId`)."""
    return _IDENTITIES.fullmatch(name) is not None and not names_secret(name)


def names_secret(name: str) -> bool:
    """Tell whether a variable or setting says by its name that its value is secret (`DB_PASSWORD`, `apiToken`)."""
    return strength(name) == 2


def names_secret_variable(name: str) -> bool:
    """Tell the same of what a program gets: `EXISTING_PASSWORD` and `DB_PASSWORD_VALUE` say so too."""
    return strength_of_variable(name) == 2
