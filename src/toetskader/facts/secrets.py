"""What looks like a secret: well-known shapes of keys and tokens, and literal values under names that say so.

Pure text work, without the library detect-secrets: importing its plugins takes 0.2 s and loads an HTTP client, since
they can verify what they find at its issuer. The shapes below are the issuers' own published prefixes, each guarded
by a literal that must occur, so that a chart of a megabyte takes milliseconds.
"""

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.references import Resolves, looks_generated, nothing, placeholder
from toetskader.patterns import Linear, Match, linear
from toetskader.text import Text


@dataclass(frozen=True, slots=True)
class Shape:
    """A form by which a kind of secret is known."""

    name: Text
    literals: tuple[str, ...]
    """One of these occurs in every match; a text without them is not searched."""
    expression: re.Pattern[str] | Linear
    form: str = ""
    """What it looks like with nothing secret in it: `{36}` stands for as many characters. For tokens only."""
    around: tuple[str, str] = ("", "")
    """What stands before and after the secret where it is part of the match only, its group `password`."""

    def filled(self, filler: str, end: str) -> str:
        """Return a text that has this shape and no secret: the form, filled with a word that ends in `end`."""

        def fill(match: re.Match[str]) -> str:
            wanted = int(match[1])
            return (filler * wanted)[: wanted - len(end)] + end

        return _FORM.sub(fill, self.form)


_FORM = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class Leak:
    """A place in a text that has the shape of a secret. It does not hold the secret itself."""

    line: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Assignment:
    """A line of a configuration file that gives a name a value."""

    line: int
    name: str
    value: str
    start: int
    """Where the value starts in the text."""


# Neither side may continue: a shape inside a longer base64 text is chance.
_LEFT, _RIGHT = r"(?<![A-Za-z0-9+/_=-])", r"(?![A-Za-z0-9+/_=-])"


def _token(name: str, literals: tuple[str, ...], expression: str, form: str) -> Shape:
    return Shape(Text(name, name), literals, re.compile(f"{_LEFT}(?:{expression}){_RIGHT}", re.ASCII), form)


PRIVATE_KEY = Shape(
    Text("een privésleutel", "a private key"),
    ("PRIVATE KEY",),
    # Key material must follow: documentation shows the header with dots. JSON and YAML may escape the line end.
    linear(
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\s|\\n|\\r|(?:Proc-Type|DEK-Info|Version):[^\n\\]*(?:\n|\\[nr]))*[A-Za-z0-9+/]{8}"
    ),
)
# Whether what stands where a password does is a reference, the place decides: `given`.
URL_PASSWORD = Shape(
    Text("een wachtwoord in een URL", "a password in a URL"),
    ("://",),
    # The host may be a reference: `postgres://app:x@$(HOST)/app`.
    linear(r"""://[^\s/:@"'<>{}()]*:(?P<password>[^\s/:@"'`,]+)@(?:[\w\[]|\$[({]|\{\{)"""),
    around=("redacted://REDACTED:", "@REDACTED"),
)
_CONNECTION_PASSWORD = Shape(
    Text("een wachtwoord in een connection string", "a password in a connection string"),
    ("assword=", "ASSWORD=", "wd=", "WD="),
    re.compile(
        r"""(?:(?<=;)|(?<=;[ ])|(?<![\w;.-])(?=\w{1,10}=[^;\n]{1,200};[ ]?[A-Za-z][\w ]{0,40}=))
            (?i:password|pwd)=(?![/.…])(?P<password>[^\s;"'`]{1,200})""",
        re.VERBOSE,
    ),
    around=("REDACTED;Password=", ""),
)
_COMMAND_PASSWORD = Shape(
    Text("een wachtwoord in een opdracht", "a password in a command"),
    ("curl ",),
    linear(r"""\bcurl\s(?:[^\n|;&]*?\s)?(?:-u|--user)[ =]?["']?[^\s:"'$]+:(?P<password>[^\s"'`]+)"""),
    around=("curl -u REDACTED:", ""),
)
_SQL_PASSWORD = Shape(
    Text("een wachtwoord in SQL", "a password in SQL"),
    ("CREATE ", "create ", "ALTER ", "alter "),
    linear(
        r"(?i:\b(?:create|alter)\s+(?:user|role|login)\b[^;\n]{0,120}?\b(?:password|identified\s+by))\s*=?\s*"
        r"'(?P<password>[^':\s][^'\s]*)'"
    ),
    around=("CREATE USER REDACTED PASSWORD '", "'"),
)
SHAPES = (
    PRIVATE_KEY,
    URL_PASSWORD,
    _CONNECTION_PASSWORD,
    _COMMAND_PASSWORD,
    _SQL_PASSWORD,
    _token("AWS access key", ("AKIA", "ASIA"), r"A[KS]IA[A-Z2-7]{16}", "AKIA{16}"),
    _token("GitHub token", ("ghp_", "gho_", "ghs_"), r"gh[pos]_[0-9A-Za-z]{36}", "ghp_{36}"),
    _token("GitHub token", ("github_pat_",), r"github_pat_\w{82}", "github_pat_{82}"),
    _token("GitLab token", ("glpat-", "gldt-", "glrt-"), r"gl(?:pat|dt|rt)-[\w-]{20,64}", "glpat-{20}"),
    _token("Slack token", ("xox",), r"xox[abeoprs]-[0-9A-Za-z-]{10,250}", "xoxb-{20}"),
    _token(
        "Slack webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows)/[\w/]{40,80}",
        "hooks.slack.com/services/{44}",
    ),
    _token("Azure storage key", ("AccountKey=",), r"AccountKey=[A-Za-z0-9+/]{86}==", "AccountKey={86}=="),
    _token("Azure SAS", ("sig=",), r"sig=[A-Za-z0-9%]{43,63}(?:%3[dD]|=)", "sig={43}%3D"),
    _token("Entra client secret", ("Q~",), r"[\w~.]{3}\dQ~[\w~.-]{31,34}", "RED8Q~{34}"),
    _token("Google API key", ("AIza",), r"AIza[\w-]{35}", "AIza{35}"),
    _token("npm token", ("npm_",), r"npm_[A-Za-z0-9]{36}", "npm_{36}"),
    _token("PyPI token", ("pypi-AgEI",), r"pypi-AgEI[\w-]{50,1000}", "pypi-AgEI{50}"),
    _token("Docker Hub token", ("dckr_pat_",), r"dckr_pat_[\w-]{27}", "dckr_pat_{27}"),
    _token("Vault token", ("hvs.",), r"hvs\.[\w-]{24,300}", "hvs.{24}"),
    _token("Stripe key", ("k_live_",), r"[sr]k_live_[0-9a-zA-Z]{24,99}", "sk_live_{24}"),
    _token("SendGrid key", ("SG.",), r"SG\.[\w-]{22}\.[\w-]{43}", "SG.{22}.{43}"),
    _token("age key", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[0-9A-Z]{58}", "AGE-SECRET-KEY-1{58}"),
    # A digit tells base64 from words (`Basic authentication`).
    _token(
        "Authorization header",
        ("Basic", "Bearer"),
        r"(?:Basic[ :]{1,2}(?=[A-Za-z+/]{0,100}[0-9])[A-Za-z0-9+/]{8,400}={0,2}"
        r"|Bearer[ :]{1,2}(?=[A-Za-z._~+/-]{0,100}[0-9])[\w.~+/-]{16,4000}={0,2})",
        "Basic RED8{24}",
    ),
    _token("JSON Web Token", ("eyJ",), r"eyJ[\w-]{14,4000}\.eyJ[\w-]{14,8000}\.[\w-]{10,2000}", "eyJ{16}.eyJ{16}.{20}"),
)

_LITERALS = tuple(dict.fromkeys(literal for shape in SHAPES for literal in shape.literals))

# Words that documentation puts where a reader's own value goes. In a README they are no secret, elsewhere they are.
_SAMPLE = re.compile(
    r"example|[:='](?:[\w-]*(?:password|passwd|secret|token)|pass|pwd|pw|xxx+|changeme|\.\.\.)(?:@|'?\Z)", re.IGNORECASE
)

# A line of dots within key material: what documentation shows of a key.
_CUT_SHORT = re.compile(r"[A-Za-z0-9+/=\s]{0,2000}\n[ \t]*(?:\.{3}|…)[ \t]*\n")

# File names of stores that hold private keys, unreadable as text.
_KEY_STORES = (".p12", ".pfx", ".jks", ".keystore")
KEY_STORE_SUFFIXES = (*_KEY_STORES, ".kdbx", ".der", ".key")


def is_key_store(name: str) -> bool:
    """Tell whether a file is a store of private keys by its name; a trust store holds certificates of others."""
    return name.lower().endswith(_KEY_STORES) and "trust" not in name.lower()


def is_documentation(path: str) -> bool:
    """Tell whether a file is prose for people."""
    return path.endswith((".md", ".txt", ".rst", ".md.gotmpl"))


@lru_cache(maxsize=1024)
def leaks(text: str, *, documentation: bool = False) -> tuple[Leak, ...]:
    """Return the places in a text that have the shape of a private key or token.

    Parameters: `documentation` is true for prose (README, NOTES), where samples such as `user:password@host` occur.
    """
    return tuple(_leaks(text, documentation=documentation, resolves=placeholder))


def leaks_at(text: str, resolves: Resolves) -> tuple[Leak, ...]:
    """Return the same for a place that says what is replaced there."""
    return tuple(_leaks(text, documentation=False, resolves=resolves)) if may_leak(text) else ()


@lru_cache(maxsize=256)
def may_leak(text: str) -> bool:
    """Tell quickly whether a text can have the shape of a private key or token anywhere.

    Remembered, because the values sets of a chart have most objects in common.
    """
    return any(map(text.__contains__, _LITERALS))


def _leaks(text: str, *, documentation: bool, resolves: Resolves) -> Iterator[Leak]:
    for shape, match in occurrences(text):
        if shape.around[0] and refers(match["password"], resolves):
            continue
        sample = is_sample(match[0]) or (shape is PRIVATE_KEY and _CUT_SHORT.match(text, match.end()) is not None)
        if not (sample and (documentation or _in_comment(text, match.start()))):
            yield Leak(text.count("\n", 0, match.start()) + 1, shape)


@lru_cache(maxsize=1024)
def occurrences(text: str) -> tuple[tuple[Shape, re.Match[str] | Match], ...]:
    """Return every match of a shape in a text, samples for a reader too, shape by shape."""
    return tuple(
        (shape, match)
        for shape in SHAPES
        if any(literal in text for literal in shape.literals)
        for match in shape.expression.finditer(text)
    )


_MARKED = re.compile(r"[$<%*#{…]|[^<>{}()]*[<>{}()]")


def refers(password: str, resolves: Resolves) -> bool:
    """Tell whether what stands where a password does is a reference, given what is replaced there.

    In a chart's files, what a template, a format or a reader is to fill in (`%s`, `{{ … }}`, `<password>`) is one.
    """
    if resolves is placeholder:
        return _MARKED.match(password) is not None and not looks_generated(password)
    return resolves(password)


def is_sample(found: str) -> bool:
    """Tell whether what has the shape of a secret says of itself that it is a sample, as documentation may."""
    return _SAMPLE.search(found) is not None


def _in_comment(text: str, position: int) -> bool:
    line = text[text.rfind("\n", 0, position) + 1 : position].lstrip()
    return line.startswith(("#", "//", "{{/*", "{{- /*"))


_BASE64_OF_DASHES = "LS0tLS1"  # of '-----', how PEM starts


def holds_private_key(text: str) -> bool:
    """Tell whether a text holds a private key in PEM form, as it is or in base64 (Secret data)."""
    return any(
        PRIVATE_KEY.literals[0] in version and PRIVATE_KEY.expression.search(version) for version in _readings(text)
    )


def holds_certificate(text: str) -> bool:
    """Tell whether a text holds a certificate in PEM form, as it is or in base64."""
    return any("-----BEGIN CERTIFICATE-----" in version for version in _readings(text))


def may_hold_pem(text: str) -> bool:
    """Tell quickly whether a text can hold anything in PEM form, as it is or in base64."""
    return "-----BEGIN " in text or _BASE64_OF_DASHES in text


def _readings(text: str) -> Iterator[str]:
    yield text
    if _BASE64_OF_DASHES in text[:64]:
        yield decoded(text)


def decoded(text: str) -> str:
    """Undo base64, as in a Secret's `data`; bytes that are no text come back as one character each.

    What is no base64 comes back as it is: the API would refuse it, and a value it remains.
    """
    try:
        return base64.b64decode(text, validate=False).decode("latin-1")
    except (binascii.Error, ValueError):
        return text


# --- names ---------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# A name of a secret has one of these in it.
_HINTS = (
    *("pass", "pw", "psw", "secret", "token", "tkn", "key", "credential", "dockerconfig", "auth", "salt"),
    *("wachtwoord", "geheim", "sleutel", "pincode", "toegangscode"),
)
# The same for a value as a program gets it, which must look random as well (`DBPASS`, `BINDPW`, `X_TOK`).
_HINTS_OF_VARIABLES = (*_HINTS, "pasw", "cred", "tok", "pwd", "sign", "bearer")
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
def _strength(name: str) -> int:
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
def _strength_of_variable(name: str) -> int:
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
    return any(hint in lowered for hint in _HINTS)


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
    return _strength(name) == 2


def names_secret_variable(name: str) -> bool:
    """Tell the same of what a program gets: `EXISTING_PASSWORD` and `DB_PASSWORD_VALUE` say so too."""
    return _strength_of_variable(name) == 2


# --- values --------------------------------------------------------------------------------------------------------

_NOTHING = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none", "nil", "~", "[]", "{}"})
_DUMMY = re.compile(
    r"(?:placeholder|dummy|change-?me|example|fake|lint|test|todo|x{3,}|secret|password)[\w-]{0,12}", re.IGNORECASE
)
_PUBLIC_KEY = re.compile(
    r"(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-nistp[0-9]{3}) AAAA[A-Za-z0-9+/]{4,4000}={0,2}(?: [\w.@-]{1,100})?"
)
_PEM_HEADER = re.compile(r"-----(?:BEGIN|END) ([A-Z0-9 ]{1,80})-----")
_PEM_BODY = re.compile(r"[A-Za-z0-9+/=\s.…]*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
# `REP_TOKEN_REP`, `REPLACE_TOKEN`: the name of a variable, to be filled in by a pipeline.
_AFFIXES = re.compile(r"^(?:REP|REPLACE|TODO|VAR|ENV)_|_(?:REP|HERE|VALUE)$")
_OBJECT_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*")
_OBJECT_WORDS = re.compile(
    r"(?:^|[-.])(?:secrets?|credentials?|creds|tls|auth|password|token|key|cert|certificate|env|config|pull|regcred)"
    r"(?:$|[-.])"
)


def is_literal(value: object, resolves: Resolves = placeholder) -> bool:
    """Tell whether a setting holds a value of its own, not nothing, a switch, or a reference that is replaced.

    `changeme` is a value: whoever forgets to replace it runs with it. Parameters: `resolves`, what is replaced at the
    place; as it is, a chart's own file, where a template, a path and the name of a variable are no values either.
    """
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        return True
    if not isinstance(value, str):
        return False
    text = value.strip()
    if not text or text.lower() in _NOTHING or _is_public_material(text) or resolves(text):
        return False
    if resolves is not placeholder:
        return True
    return "{{" not in text and not (_VARIABLE.fullmatch(text) and names_secret(_AFFIXES.sub("", text)))


def _is_public_material(text: str) -> bool:
    """Tell whether a value is a certificate or public key, all of it: nothing else can hide behind one."""
    if not text.startswith("-----BEGIN "):
        return _PUBLIC_KEY.fullmatch(text) is not None
    kinds = set(_PEM_HEADER.findall(text))
    public = all(kind == "CERTIFICATE" or kind.endswith("PUBLIC KEY") for kind in kinds)
    return public and bool(kinds) and _PEM_BODY.fullmatch(_PEM_HEADER.sub("", text)) is not None


_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s@?#]*", re.IGNORECASE)


def is_plain_address(value: str) -> bool:
    """Tell whether a value is a URL with nothing secret in it: no account, no query, no part that looks random."""
    text = value.strip()
    return _ADDRESS.fullmatch(text) is not None and not any(looks_random(part) for part in text.split("/")[3:])


def is_dummy(value: str) -> bool:
    """Tell whether a value says of itself that it only fills a place, as in the values of a lint job."""
    return _DUMMY.fullmatch(value.strip()) is not None


def gives_secret(name: str, value: object, *, in_values: bool = False, resolves: Resolves | None = None) -> bool:
    """Tell whether a setting gives a secret away: its name says secret, and its value is a literal.

    Under names that only may be secret (`SORT_KEY`), the value must look random as well. Parameters: `in_values` is
    true for Helm values and templates, where `secret: my-tls` is the name of an object and `secretKey: password` the
    name of an entry, which in an environment variable they are not; `resolves`, what is replaced at the place where
    the value stands: by default what a chart's own file leaves to be replaced in values, and nothing elsewhere.
    """
    if resolves is None:
        resolves = placeholder if in_values else nothing
    strength = _strength(name) if in_values else _strength_of_variable(name)
    if not strength or not is_literal(value, resolves):
        return False
    if strength == 1:
        return isinstance(value, str) and _looks_secret(value)
    return not (in_values and isinstance(value, str) and _names_object(name, value))


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _looks_secret(value: str) -> bool:
    text = value.strip()
    if looks_random(text):
        return not _UUID.fullmatch(text)
    return len(text) <= _LONGEST_RANDOM and "\n" not in text and looks_generated(text)


def _names_object(name: str, value: str) -> bool:
    """Tell whether a value under `…secret` or `…key` is the name of a Secret or of an entry in one."""
    if not name.lower().endswith(("secret", "key")) or not _OBJECT_NAME.fullmatch(value) or looks_random(value):
        return False
    if name in ("secret", "secretKey") and re.search(r"[-.]", value) and not is_dummy(value):
        return True
    return _OBJECT_WORDS.search(value) is not None


_LONGEST_RANDOM = 512


def looks_random(text: str) -> bool:
    """Tell whether a text looks made by a generator: long, of mixed characters, of high entropy (Shannon)."""
    text = text.strip()
    if not 16 <= len(text) <= _LONGEST_RANDOM or not re.fullmatch(r"[A-Za-z0-9+/=_.~!@#%^&*-]+", text):
        return False
    if not any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
        return False
    counts = Counter(text)
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    # 16 hexadecimal digits cannot exceed 4 bits a character; words and addresses stay lower and are hyphenated.
    longest = max(len(part) for part in re.split(r"[-_./:@]", text))
    return entropy >= 3.0 and longest >= 12


# --- configuration files -------------------------------------------------------------------------------------------

YAML_LINE = re.compile(
    r"""^(?P<indent>[ \t]*(?:-[ ]+)*)
        ["']?(?P<name>[A-Za-z_.][\w./-]{0,120})["']?
        [ \t]*:(?:[ \t]+(?P<value>\S.*))?$""",
    re.VERBOSE,
)
_PLAIN_LINE = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][\w.-]{0,120})\s*[=:]\s*(?P<value>\S.*)$")
_LONGEST_LINE = 4000
BLOCK = re.compile(r"[|>][0-9+-]{0,2}")
_YAML_SUFFIXES = (".yaml", ".yml", ".json", ".tpl", ".gotmpl")
_PLAIN_SUFFIXES = (".env", ".properties", ".ini", ".conf", ".cfg", ".toml", ".sh")
_CODE_SUFFIXES = (".php", ".py", ".rb", ".js", ".ts", ".groovy", ".xml", ".config")
# In code: `'PASSWORD': 'x'`, `'password' => 'x'`, `define('DB_PASSWORD', 'x')`, `password = "x"`, `<password>x</…`,
# `password="x"`, `<add key="ApiKey" value="x"`.
_IN_CODE = re.compile(
    r"""(?P<quote>["'])(?P<name>[A-Za-z_][\w./-]{0,120})(?P=quote)\s*(?:=>|[:,=]|\svalue=)\s*
            (?P<given>"[^"\n]*"|'[^'\n]*')
      | (?<![\w./-])(?!(?:key|name)\s*=)(?P<variable>[A-Za-z_][\w.-]{0,120})\s*=\s*(?P<set>"[^"\n]*"|'[^'\n]*')
      | <(?P<element>[A-Za-z_][\w.-]{0,120})>(?P<content>[^<>\n]{1,400})</""",
    re.VERBOSE,
)
DEFAULT = re.compile(r"""\bdefault\s+(?P<quote>["'`])(?P<value>[^"'`\n]{1,400})(?P=quote)""")
# What a shell or a template puts together.
_COMPOSED = ("$(", "`", "${", "{{")


@lru_cache(maxsize=1024)
def assignments(file_name: str, text: str) -> tuple[Assignment, ...]:
    """Return the lines of a configuration file whose name may be a secret's, with their values.

    Read by line, not parsed: templates are no YAML, and a finding must name its line. A file of one line is the value
    of its own name (`db-password.txt`). Other files give nothing.
    """
    if file_name.endswith(_YAML_SUFFIXES):
        return tuple(_yaml_assignments(text))
    if file_name.endswith(_PLAIN_SUFFIXES):
        return tuple(_plain_assignments(text))
    if file_name.endswith(_CODE_SUFFIXES):
        return tuple(_code_assignments(text))
    name = file_name.rpartition("/")[2].removesuffix(".txt")
    value = text.strip()
    if "." in name or "\n" in value or not _strength(name):
        return ()
    return (Assignment(1, name, value, text.index(value)),)


def _code_assignments(text: str) -> Iterator[Assignment]:
    for number, line, end in hinted_lines(text):
        for match in _IN_CODE.finditer(line):
            name = match["name"] or match["variable"] or match["element"]
            group = match.lastgroup or ""
            value = match[group] if group == "content" else match[group][1:-1]
            if _strength(name) and not any(part in value for part in _COMPOSED):
                start = match.start(group) + (group != "content")
                yield Assignment(number, name, value, end - len(line) + start)


def _plain_assignments(text: str) -> Iterator[Assignment]:
    for number, line, end in hinted_lines(text):
        match = _PLAIN_LINE.match(line)
        if match and _strength(match["name"]):
            offset, value = scalar(match["value"])
            if any(part in value for part in ("$(", "`")):  # what another command gives
                continue
            yield Assignment(number, match["name"], value, end - len(line) + match.start("value") + offset)


def _yaml_assignments(text: str) -> Iterator[Assignment]:
    for number, line, end in hinted_lines(text):
        match = YAML_LINE.match(line)
        if match is None or not match["value"] or not _strength(match["name"]):
            continue
        offset, value = scalar(match["value"])
        start = end - len(line) + match.start("value") + offset
        default = DEFAULT.search(value) if value.startswith("{{") and match["name"] != "secret" else None
        if default:
            yield Assignment(number, match["name"], default["value"], start + default.start("value"))
            continue
        if BLOCK.fullmatch(value):
            offset, value = _block_start(text[end : end + 2000], len(match["indent"]))
            start = end + offset
        yield Assignment(number, match["name"], value, start)


@lru_cache(maxsize=64)
def hinted_lines(text: str) -> tuple[tuple[int, str, int], ...]:
    """Return number, text and end of each line that holds a word of a secret's name.

    Searching a whole text for words is an order faster than looking at each of its lines.
    """
    return tuple(_hinted_lines(text))


def _hinted_lines(text: str) -> Iterator[tuple[int, str, int]]:
    lowered = text.lower()
    if len(lowered) != len(text):  # some letters have a longer lower case; positions must agree
        lowered = text
    starts: set[int] = set()
    for word in _HINTS:
        position = lowered.find(word)
        while position >= 0:
            starts.add(text.rfind("\n", 0, position) + 1)
            end = text.find("\n", position)
            position = lowered.find(word, end) if end >= 0 else -1
    number, counted = 1, 0
    for start in sorted(starts):
        number, counted = number + text.count("\n", counted, start), start
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start <= _LONGEST_LINE:
            yield number, text[start:end], end


def _block_start(following: str, indent: int) -> tuple[int, str]:
    """Return the first line of a block scalar, and where it starts in what follows its header."""
    lines = following.splitlines(keepends=True)
    for index, line in enumerate(lines[1:4], 1):
        if line.strip():
            deep = len(line) - len(line.lstrip())
            return (sum(map(len, lines[:index])) + deep, line.strip()) if deep > indent else (0, "")
    return 0, ""


_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")


def scalar(text: str) -> tuple[int, str]:
    """Read the scalar on a line and where it starts; empty for what is no scalar of its own (alias, collection)."""
    text = text.rstrip()
    properties = _PROPERTIES.match(text)
    start = properties.end() if properties else 0
    text = text[start:]
    if text[:1] in ("*", "[", "{", "#", "&"):
        return start, text if text.startswith("{{") else ""
    if text[:1] in ('"', "'"):
        end = text.find(text[0], 1)
        return start + 1, text[1:end] if end > 0 else text[1:]
    comment = re.search(r"\s#", text)
    return start, text[: comment.start() if comment else None].rstrip().rstrip(",")


# --- parsed documents ----------------------------------------------------------------------------------------------


def named_values(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield every scalar of a document with the name it goes by.

    That is its key, or that of the list it stands in; for an entry with `name` and `value`, as `env` has, the name.
    """
    # Paths grow on the way, and a node is made of what is yielded only: documents have thousands of places.
    stack: list[tuple[str, str, Any]] = [("", root.path, root.value)]
    while stack:
        name, path, value = stack.pop()
        if isinstance(value, dict):
            pair = value.get("name") if isinstance(value.get("name"), str) and "value" in value else None
            dot = f"{path}." if path else ""
            stack.extend(
                (pair if pair and key == "value" else str(key), f"{dot}{key}", part)
                for key, part in reversed(value.items())
            )
        elif isinstance(value, list):
            stack.extend((name, f"{path}[{index}]", value[index]) for index in reversed(range(len(value))))
        else:
            yield name, Node(value, path, root.owner)


def texts(root: Node) -> Iterator[Node]:
    """Yield every text in a document."""
    return (node for _, node in named_values(root) if isinstance(node.value, str))
