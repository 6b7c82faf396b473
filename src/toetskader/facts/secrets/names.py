"""Names: which say that what goes by them is secret, which say it of some values only, and which name other things.

A name is read as words. What comes after the secret in it counts: `DB_PASSWORD_PROD` says which of several passwords it
is, `PASSWORD_POLICY` is about passwords, and of `PASSWORD_KLANT` nobody can tell but by its value.
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any

from toetskader.facts.names import MOST_NAMES


class Grade(IntEnum):
    """How sure a name makes that its value is secret."""

    NOTHING = 0
    """It names something else."""
    RANDOM = 1
    """It may name a secret: a value that looks made by a generator is one."""
    CHOSEN = 2
    """It names a secret, or what belongs to one: a value that looks made up to be hard to guess is one."""
    ANY = 3
    """It names a secret, whatever its value."""


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# A name of a secret has one of these in it.
HINTS = (
    *("pass", "pw", "psw", "secret", "token", "tkn", "key", "credential", "dockerconfig", "auth", "salt", "code"),
    *("seed", "pepper", "mnemonic", "phrase", "hmac", "otp", "psk", "sign", "unseal", "shamir", "fernet", "private"),
    *("wachtwoord", "wachtzin", "geheim", "sleutel", "kennwort", "schluessel", "schlüssel", "gegevens", "zugangsdaten"),
)
# The same for a value as a program gets it (`DBPASS`, `BINDPW`, `X_TOK`).
_HINTS_OF_VARIABLES = (*HINTS, "pasw", "cred", "tok", "pwd", "bearer", "ww", "pin", "mfa", "kek")
_SECRET_ENDINGS = (
    *("password", "passwort", "passwd", "passphrase", "requirepass", "masterauth", "pwd", "userpass", "userpw"),
    *("wachtwoord", "wachtzin", "kennwort", "geheim", "geheimnis", "pepper", "psk", "presharedkey", "seedphrase"),
    *("secret", "token", "dockerconfigjson", "apikey", "secretkey", "privatekey", "accesskey", "authkey"),
)
_SECRET_WORDS = frozenset({"pass", "pw", "ww", "psw", "credential"})
# `proxy_pass` of nginx says where to.
_PASSING_ON = frozenset({"proxy", "fastcgi", "uwsgi", "scgi", "grpc", "memcached"})
_WORDS_WITH_PASS = frozenset(
    {"bypass", "compass", "encompass", "surpass", "trespass", "underpass", "overpass", "nopass"}
)
# A code that lets somebody in, also when the usual way in is lost.
_OPENING_CODE = re.compile(
    r".*(?:pin|puk|pass?|access|security|unlock|toegangs?|inlog|aanmeld|beveiligings?|zugangs?|sicherheits?|kenn|"
    r"recovery|scratch|emergency|h?otp|totp|mfa|herstel|nood|wiederherstellungs?|backup|reserve)code(?P<several>s)?"
)
# Who or what a PIN lets in; of others it is a foot of a chip.
_OPENING_PIN = re.compile(
    r"admin|card|device|hsm|login|pkcs|security|sim|slot|smartcard|so|token|unlock|user|kluis|kaart"
)
# What a secret is made for. With a word for what is used to that end the two name a secret, whatever the value.
_USES = re.compile(
    r"signing|signer|sign|encryption|hmac|h?otp|totp|mfa|fernet|psk|kek|wallet|jwt|cookie|session|master|"
    r"private|crypto|webauthn|vapid|ondertekening|ondertekenings|versleuteling|versleutelings"
)
_MADE_OF = re.compile(r"seed|phrase|mnemonic|material|salt|pepper|entropy|zaad")
# By themselves they name a secret only where the value looks like one: `RANDOM_SEED=42` makes a run repeatable.
_PERHAPS = re.compile(r"seed|phrase|mnemonic|hmac|h?otp|totp|signing|signer|unseal|fernet|private|kek")
# What stands before 'key' when the key opens something. After other words it is as often the key of a mapping.
_OPENING_KEY = re.compile(
    r"access|account|admin|aes|api|app|application|auth|cipher|client|consumer|cookie|crypto|deploy|encryption|encrypt|"
    r"fernet|geheime|hmac|hotp|integration|jwt|kek|licence|license|maps|master|mfa|otp|private|recaptcha|recovery|rsa|"
    r"sas|secret|sentry|service|session|shared|sign|signature|signing|ssh|storage|subscription|totp|unseal|webhook|write|"
    r"prive|toegangs?|versleutelings?|handtekenings?|zugangs?|verschluesselungs?"
)
# Several of them, or an account with its password.
_SEVERAL = frozenset({"passwords", "passwds", "passphrases", "wachtwoorden", "kennworter", "passworter"})
_ACCOUNTS = frozenset(
    {"credentials", "creds", "cred", "auth", "userinfo", "inloggegevens", "aanmeldgegevens", "zugangsdaten"}
)
_WEAK_ENDINGS = frozenset({"key", "keys"})
# Numbers of them and names of objects are called so, too.
_SEVERAL_OR_OTHERS = frozenset({"tokens", "secrets", "geheimen"})
_ALONE = _SECRET_WORDS | _SEVERAL | _SEVERAL_OR_OTHERS
# What a key is called that holds the thing that its parent names: `password: {value: …}`.
_OF_ITS_PARENT = frozenset(
    {"value", "waarde", "wert", "text", "plain", "plaintext", "raw", "string", "literal", "content"}
)
# `passwordKey: redis-password` names an entry of a Secret.
_ENTRY_OF = frozenset({"password", "token", "user", "username", "credentials", "passwd"})
# What is given to everybody: a key for a page of a site, half of a pair, what a form carries against forgery.
_PUBLIC = re.compile(r".* (?:(?:public|publishable|site) key|public token)|.*(?:csrf|xsrf) ?token")
# Fingerprint and address of the public key that a chart is signed with (Artifact Hub's annotations).
_PUBLISHED = frozenset({"artifacthub.io/signKey"})
# `SECRET_KEY_BASE` of Rails, `JWT_SECRET_BASE64`.
_FORMS = frozenset({"base", "b"})
# Which one of several it is: of an environment, a generation, a rank.
_WHICH = re.compile(
    r"v?[0-9]+|v|prod(?:uction|uctie)?|prd|acc(?:eptance|eptatie)?|uat|test|tst|qa|dev(?:elopment)?|ont(?:wikkeling)?|"
    r"stag(?:e|ing)|stg|preprod|sandbox|demo|opleiding|local|old|oud|oude|new|nieuw|nieuwe|previous|prev|current|next|"
    r"primary|secondary|first|second|backup|fallback|default"
)
_FOR = ("for", "voor")
# What a variable is called that holds the thing itself: `DB_PASSWORD_VALUE`, `DB_PASSWORD_TEXT`, `DB_PASSWORD_1A`.
_ITSELF = re.compile(
    r"value|waarde|wert|text|plain|clear|cleartext|plaintext|raw|string|literal|data|content|[0-9]+|[a-z]"
)
# One of these within a name makes that it may name a secret, whatever follows.
_WITHIN = re.compile(
    r"passw(?:or[dt]|d)|passphrase|passcode|wachtwoord|kennwort|geheim|secret|token|credential|apikey|pincode|toegangscode"
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
# What a secret has or is kept in, which is said of it in the open: `PASSWORD_POLICY`, `tokenLifetime`, `SECRET_STORE`.
_ABOUT = _KNOWN_TO_OTHERS | frozenset(
    {
        *("type", "kind", "format", "algorithm", "alg", "encoder", "encoding", "hasher", "hashers", "encryption"),
        *("policy", "rule", "rules", "regex", "pattern", "strength", "complexity", "history", "length", "min", "max"),
        *("ttl", "age", "expiry", "expires", "expiration", "lifetime", "timeout", "rotation", "interval", "duration"),
        *("provider", "store", "backend", "manager", "engine", "driver", "class", "plugin", "handler", "strategy"),
        *("mode", "method", "grant", "field", "header", "param", "parameter", "claim", "attribute", "label", "tag"),
        *("title", "message", "template", "hint", "prompt", "placeholder", "description", "page", "view", "form"),
        *("endpoint", "server", "service", "namespace", "region", "location", "folder", "directory", "mount", "volume"),
        *("key", "keys", "ref", "refs", "entry", "user", "username", "account", "owner", "email", "mail", "role"),
        *("annotation", "annotations", "labels", "resource", "object", "reset", "generator", "validator", "validators"),
        *("config", "configuration", "settings", "options", "issuer", "map", "list", "secret", "classname", "client"),
        *("rounds", "iterations", "cost", "count", "limit", "size", "enabled", "required", "image", "port", "suffix"),
        *("paths", "files", "names", "urls", "hosts", "salts", "introspection", "authentication", "link", "env"),
    }
)
_ABBREVIATED = ("password", "secret", "token", "wachtwoord")


@lru_cache(maxsize=MOST_NAMES)
def strength(name: str) -> Grade:
    """Grade a name in a chart's values or templates."""
    if not may_name(name) or name in _PUBLISHED:
        return Grade.NOTHING
    words = _split(name)
    if not words or "existing" in words or "from" in words[:-1]:
        return Grade.NOTHING
    return _graded(_without(words, _WHICH))


@lru_cache(maxsize=MOST_NAMES)
def strength_of_variable(name: str) -> Grade:
    """Grade a name that goes with a value as a program gets it: there, nothing is exempt by what stands around it."""
    spelled = _AMID_LETTERS.sub(_spelled, name)
    if not any(hint in spelled.lower() for hint in _HINTS_OF_VARIABLES) or name in _PUBLISHED:
        return Grade.NOTHING
    words = _split(spelled)
    found = _graded(_without(words, _WHICH, _ITSELF)) if words else Grade.NOTHING
    if not found and words and not _names_public(words) and (_WITHIN.search("".join(words)) or not _tells(words)):
        return Grade.RANDOM
    return found


def _split(name: str) -> list[str]:
    if not name.isascii():
        written = name.replace("ü", "ue").replace("Ü", "UE")
        name = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
    return [word.lower() for word in _WORDS.findall(name.rpartition("/")[2])]


def _without(words: list[str], *last: re.Pattern[str]) -> list[str]:
    """Return words without those at the end that say which one it is, or in which form it is written."""
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in _FORMS or any(pattern.fullmatch(kept[-1]) for pattern in last)):
        kept.pop()
    return kept


def _tells(words: list[str]) -> bool:
    """Tell whether a name ends in a word for something that is known to others, though it may look random."""
    return words[-1] in _KNOWN_TO_OTHERS or (words[-1] == "key" and words[-2:-1] != [] and words[-2] in _ENTRY_OF)


def _spelled(match: re.Match[str]) -> str:
    letters = match[0].translate(_FOR_LETTERS)
    return letters.upper() if match.string[match.start() - 1].isupper() else letters


_HINTED = re.compile("|".join(map(re.escape, HINTS)))


def may_name(name: str) -> bool:
    """Tell quickly whether a name, or a text with names in it, can name a secret."""
    return _HINTED.search(name.lower()) is not None


def _names_public(words: list[str]) -> bool:
    """Tell whether words end as the name of what is given to everybody does (`site key`, `X-Xsrftoken`)."""
    return _PUBLIC.fullmatch(" " + " ".join(words[-3:])) is not None


def _graded(words: list[str]) -> Grade:
    if words[-1] not in _KNOWN_TO_OTHERS:  # `TOKEN_FOR_MAIL`: what it is for says which one it is
        at = next((at for at, word in enumerate(words) if at and word in _FOR), len(words))
        words = words[:at]
    last = "key" if words[-1] in ("sleutel", "schluessel") else words[-1]
    before = words[-2] if len(words) > 1 else ""
    if _names_public(words):
        return Grade.NOTHING
    if last == "key":
        if before in _ENTRY_OF or not before:
            return Grade.NOTHING
        return Grade.ANY if _OPENING_KEY.fullmatch(before) else Grade.RANDOM
    if last == "id" and words[-3:-1] == ["access", "key"]:
        return Grade.RANDOM
    if last == "pass" and before in _PASSING_ON:
        return Grade.NOTHING
    if (
        last in _SECRET_WORDS
        or (last.endswith(("pass", "pw")) and last not in _WORDS_WITH_PASS)
        or last.endswith(_SECRET_ENDINGS)
        or _abbreviates(last)
        or _opens(before, last)
        or (_MADE_OF.fullmatch(last) and any(_USES.fullmatch(word) for word in words[:-1]))
        or (last == "phrase" and _MADE_OF.fullmatch(before))
        or (last in ("share", "shares") and before in ("unseal", "shamir"))
    ):
        return Grade.ANY
    if last in _SEVERAL or (last == "salt" and len(words) > 1):
        return Grade.ANY
    if last in _SEVERAL_OR_OTHERS or last == "peppers" or _are_codes(before, last):
        return Grade.CHOSEN
    if last in _ACCOUNTS or last in _WEAK_ENDINGS or last == "salt":
        return Grade.RANDOM
    if _PERHAPS.fullmatch(last) or (before in ("signing", "unseal") and last not in _ABOUT):
        return Grade.RANDOM
    if last not in _ABOUT and any(word.endswith(_SECRET_ENDINGS) or word in _ALONE for word in words[:-1]):
        return Grade.CHOSEN
    return Grade.NOTHING


def _opens(before: str, last: str) -> bool:
    """Tell whether words are those of a key or code that lets somebody in, written as one word or as two."""
    for ending in ("key", "sleutel", "schluessel"):
        if last.endswith(ending) and last != ending:
            return _OPENING_KEY.fullmatch(last.removesuffix(ending)) is not None
    if last == "pin":
        return _OPENING_PIN.fullmatch(before) is not None
    code = _code(before, last)
    return code is not None and not code["several"]


def _are_codes(before: str, last: str) -> bool:
    """Tell whether words are those of several codes that let somebody in; their number is called so, too."""
    code = _code(before, last)
    return code is not None and bool(code["several"])


def _code(before: str, last: str) -> re.Match[str] | None:
    return _OPENING_CODE.fullmatch(before + last if last in ("code", "codes") else last)


def strength_below(above: str, name: str) -> Grade:
    """Grade a name by what it stands below: `password: {value: …}`, `passwords: {app: …}`, `geheim: [{sleutel: …}]`."""
    parent, found = _graded_above(above)
    if not found:
        return Grade.NOTHING
    words = _split(name)
    if not words or names_identity(name):
        return Grade.NOTHING
    if words[-1] in _OF_ITS_PARENT and found == Grade.ANY:
        return Grade.ANY
    if parent[-1] in _SEVERAL | _SEVERAL_OR_OTHERS and words[-1] not in _ABOUT:
        return found
    return Grade.CHOSEN if words == ["sleutel"] and found == Grade.ANY else Grade.NOTHING


@lru_cache(maxsize=4096)
def _graded_above(above: str) -> tuple[list[str], Grade]:
    """Return the words of what holds others, and what it says of these; far fewer hold others than are held."""
    words = _split(above) if may_name(above) else []
    if not words or "existing" in words:
        return words, Grade.NOTHING
    return words, _graded(_without(words, _WHICH))


def names_accounts(name: str) -> bool:
    """Tell whether a name may be that of an account with its password (`DB_CREDENTIALS`, `ES_BASIC_AUTH`)."""
    words = _without(_split(name), _WHICH, _ITSELF)
    return bool(words) and (words[-1] in _ACCOUNTS or words[-1] == "credential")


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


# Where something is found, and what it is: of a connection all but the account and its password.
_PLACES = frozenset(
    {
        *("host", "hosts", "hostname", "server", "port", "protocol", "scheme", "database", "db", "dbname", "schema"),
        *("region", "bucket", "driver", "dialect", "engine", "adapter", "sslmode", "ssl", "vhost", "realm", "tenant"),
    }
)


def names_place(name: str) -> bool:
    """Tell whether a name is that of a host, a port or a database, which is no secret by itself."""
    words = _without(_split(name), _WHICH)
    named = words[-1] if words[-1:] != ["name"] else "".join(words[-2:])
    return (named in _PLACES or named.removesuffix("name") in _PLACES) and not strength(name) if words else False


def names_secret(name: str) -> bool:
    """Tell whether a variable or setting says by its name that its value is secret (`DB_PASSWORD`, `apiToken`)."""
    return strength(name) == Grade.ANY


def names_secret_variable(name: str) -> bool:
    """Tell the same of what a program gets: `EXISTING_PASSWORD` and `DB_PASSWORD_VALUE` say so too."""
    return strength_of_variable(name) == Grade.ANY


def name_of_pair(entry: Mapping[Any, Any]) -> str | None:
    """Return the name that an entry gives its `value`: under `name`, as `env` has it, or under `key`; None for none."""
    if "value" not in entry:
        return None
    named = (entry.get(key) for key in ("name", "key"))
    return next((name for name in named if isinstance(name, str)), None)
