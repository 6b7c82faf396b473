"""Values: which are of their own, and which of those give a secret away under the name they go by."""

import math
import re
from collections import Counter
from collections.abc import Container, Mapping
from typing import Any

from toetskader.facts.names import words
from toetskader.facts.placeholders import is_placeholder
from toetskader.facts.references import Resolves, is_plain_path, looks_generated, nothing, placeholder
from toetskader.facts.secrets.encoded import decoded
from toetskader.facts.secrets.messages import Surroundings, is_message
from toetskader.facts.secrets.names import (
    Grade,
    names_accounts,
    names_secret,
    strength,
    strength_below,
    strength_of_variable,
)
from toetskader.facts.secrets.shapes import is_plain_word
from toetskader.patterns import linear

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


_COUNTED = re.compile(r"0?123456789|1234567|abcdef0123456|not-?a-?(?:real|valid)", re.IGNORECASE)
_FEWEST = 2


def is_made_up(value: str) -> bool:
    """Tell whether a value fills a place in the input of tests and lint jobs: a plain word, `0000`, `1234567890`.

    As it is, or in base64 as in the `data` of a Secret.
    """
    text = value.strip()
    if _BASE64.fullmatch(text) and len(text) % 4 == 0:
        plain = decoded(text).strip()
        text = plain if plain.isascii() and plain.isprintable() and len(plain) > _FEWEST else text
    if is_dummy(text) or is_placeholder(text) or is_plain_word(text) or len(set(text)) <= _FEWEST:
        return True
    return _COUNTED.search(text) is not None


def gives_secret(
    name: str,
    value: object,
    *,
    in_values: bool = False,
    resolves: Resolves | None = None,
    above: str = "",
    around: Surroundings | None = None,
) -> bool:
    """Tell whether a setting gives a secret away: its name says secret, and its value is a literal.

    What a name leaves open the value decides (`facts.secrets.names.Grade`). Parameters: `in_values` is true for Helm
    values and templates, where `secret: my-tls` is the name of an object and `secretKey: password` that of an entry,
    which in an environment variable they are not; `resolves`, what is replaced at the place where the value stands: by
    default what a chart's own file leaves to be replaced in values, and nothing elsewhere; `above`, the name of what
    the setting stands in; `around`, what it stands in.
    """
    if resolves is None:
        resolves = placeholder if in_values else nothing
    grade = strength(name) if in_values else strength_of_variable(name)
    if above and grade != Grade.ANY:
        grade = max(grade, strength_below(above, name))
    if not grade or not is_literal(value, resolves):
        return False
    if not isinstance(value, str):
        return grade == Grade.ANY
    if is_comment(value) or is_told_apart(name, value, around):
        return False
    if names_accounts(name) and holds_account(name, value):
        return True
    if grade == Grade.RANDOM:
        return _looks_secret(value)
    if _names_object(name, value, in_values=in_values) or _says_what_is_done(name, value):
        return False
    return grade == Grade.ANY or looks_chosen(value)


def is_told_apart(name: str, value: str, around: Surroundings | None) -> bool:
    """Tell whether what stands around a value shows that it is no secret: the name of an entry, a text for people."""
    return around is not None and (names_entry(name, value, around.entries) or is_message(name, value, around))


_COMMENT = re.compile(r"(?:[ \t]*(?:#.*)?(?:\r?\n|$))+")


def is_comment(text: str) -> bool:
    """Tell whether all lines of a text are comments, as in a block that shows what can be filled in."""
    return "#" in text and ("\n" in text or text.startswith("# ")) and _COMMENT.fullmatch(text) is not None


# Names of headers, with a word for what is to be done with them: settings of an access log, of a proxy.
_HEADER_NAME = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)+|Authorization|Cookie")
_DONE_WITH_IT = re.compile(
    r"keep|drop(?:ped)?|redact(?:ed)?|mask(?:ed)?|hid(?:e|den)|remov(?:e|ed)|strip(?:ped)?|omit(?:ted)?|allow|deny|log"
)


def _says_what_is_done(name: str, value: str) -> bool:
    """Tell whether a setting says what is done with a header (`X-Api-Key: redacted`), and not what stands in it."""
    return _HEADER_NAME.fullmatch(name) is not None and _DONE_WITH_IT.fullmatch(value.strip()) is not None


_ENTRY = re.compile(r"[A-Za-z0-9._-]{1,253}")


def names_entry(name: str, value: str, beside: Mapping[Any, Any]) -> bool:
    """Tell whether a value is the name of an entry of a Secret, or of the Secret, since its pair stands beside it.

    `secretKey: license` beside `secretName`, and `clientSecret: app` beside `clientSecretKey`.
    """
    if not _ENTRY.fullmatch(value) or _looks_secret(value):
        return False
    own = words(name)
    others = {words(str(key)) for key in beside if key != name}
    if own.endswith("key"):
        stem = own.removesuffix("key").strip().removesuffix("secret").strip()
        wanted = [f"{stem} {form}".strip() for form in _NAMES_OF_SECRETS]
        return any(form in others for form in (*wanted, *_NAMES_OF_SECRETS)) or (own == "key" and "name" in others)
    if own.endswith("secret") and _OBJECT_NAME.fullmatch(value):
        return f"{own} key" in others or (own == "secret" and "key" in others)
    return False


def names_known_secret(name: str, value: object, known: Container[str]) -> bool:
    """Tell whether a setting such as `WEBHOOK_SECRET` or `dbCredential` names a Secret that is known to be one.

    Under the name of a password it does not: a weak password may well be called like the Secret.
    """
    lowered = name.lower()
    if not isinstance(value, str) or not ("secret" in lowered or "cred" in lowered):
        return False
    return value in known and not looks_generated(value)


_NAMES_OF_SECRETS = ("secret name", "existing secret", "existing secret name", "secret ref", "secret", "name of secret")


_MANY_DIGITS = 4
# What stands before the colon of a reference.
_SCHEMES = frozenset(
    {"file", "env", "vault", "op", "arn", "ref", "secret", "http", "https", "k8s", "sops", "aws", "gcp"}
)
_ACCOUNT = re.compile(r"(?P<user>[A-Za-z_][\w.@+=,-]{0,100})(?P<sign>[:/])(?P<password>[^\s:]{4,200})")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{6,400}={0,2}")


def holds_account(name: str, value: str) -> bool:
    """Tell whether a value is an account with its password, `user:password`, as it is or in base64.

    After a plain `…auth` a word may follow the colon that is none (`ldap:simple`).
    """
    text = value.strip()
    if _BASE64.fullmatch(text) and len(text) % 4 == 0:
        plain = decoded(text)
        text = plain if plain.isascii() and plain.isprintable() else text
    match = _ACCOUNT.fullmatch(text)
    if match is None or match["user"].lower() in _SCHEMES:
        return False
    password = match["password"]
    if match["sign"] == "/":  # `NEO4J_AUTH=neo4j/…`; a media type, an image and a path look alike
        return looks_chosen(password) or (password.isalnum() and sum(map(str.isdigit, password)) >= _MANY_DIGITS)
    if password.isdigit() or is_plain_path(password) or password[:1] in "/$" or _VERSION.fullmatch(password):
        return False
    return not password.isalpha() or not words(name).endswith("auth") or "basic" in name.lower()


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


# What a wallet or a key is made from again: twelve to twenty-four words (BIP-39), which are of three to eight letters.
_PHRASE = linear(r"[a-z]{3,8}(?: [a-z]{3,8}){11,23}")


def _looks_secret(value: str) -> bool:
    text = value.strip()
    if looks_random(text):
        return not _UUID.fullmatch(text)
    if _PHRASE.fullmatch(text):
        return True
    return len(text) <= _LONGEST_RANDOM and "\n" not in text and looks_generated(text)


_VERSION = linear(r"v?[0-9]+(?:\.[0-9]+)+(?:[-+._][\w.+-]*)?")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*")
_MAIL_OR_HOST = linear(r"[a-z0-9.-]+:[0-9]{1,5}|(?:[\w.+-]+@)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?::[0-9]{1,5})?")
_IDENTIFIER = linear(r"[A-Za-z_$]\w*(?:[.:][A-Za-z_$]\w*)+:?|[A-Za-z]+:")
_NOT_IN_ONE = frozenset(" \t\r\n{}[]()<>\\|\"'`/")


def looks_chosen(value: str) -> bool:
    """Tell whether a value looks made up to be hard to guess, by a person or a generator: `Welkom-2024`.

    One word with three of lower case, upper case, digits and other marks; no path, host, version or name of an object.
    """
    text = value.strip()
    if _looks_secret(text):
        return True
    if not 6 <= len(text) <= 200 or not _NOT_IN_ONE.isdisjoint(text):
        return False
    if any(pattern.fullmatch(text) for pattern in (_VERSION, _CONSTANT, _MAIL_OR_HOST, _UUID, _IDENTIFIER)):
        return False
    if _OBJECT_NAME.fullmatch(text) and sum(map(str.isdigit, text)) < _MANY_DIGITS:
        return False
    kinds = (any(map(str.islower, text)), any(map(str.isupper, text)), any(map(str.isdigit, text)), not text.isalnum())
    return sum(kinds) >= 3


# A Secret of one of the types that Kubernetes itself reads, which is given by its name.
_OF_A_TYPE = re.compile(r".*(?:pull secrets?|(?:tls|ssl|cert|certs|certificate|ca) secret)")


def _names_object(name: str, value: str, *, in_values: bool) -> bool:
    """Tell whether a value under `…secret` or `…key` is the name of a Secret or of an entry in one."""
    if not _OBJECT_NAME.fullmatch(value) or looks_random(value):
        return False
    own = words(name)
    if _OF_A_TYPE.fullmatch(own):
        return True
    if not in_values or not own.endswith(("secret", "key")):
        return False
    if name in ("secret", "secretKey") and re.search(r"[-.]", value) and not is_dummy(value):
        return True
    return _OBJECT_WORDS.search(value) is not None


_LONGEST_RANDOM = 512
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]+")


def looks_random(text: str) -> bool:
    """Tell whether a text looks made by a generator: long, of mixed characters, of high entropy (Shannon)."""
    text = text.strip()
    if not 16 <= len(text) <= _LONGEST_RANDOM or not re.fullmatch(r"[A-Za-z0-9+/=_.~!@#%^&*-]+", text):
        return False
    if not any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
        return False
    counts = Counter(text)
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    if len(_PIECE.findall(text)) * 5 <= len(text):  # words in camel case, with a number
        return False
    # 16 hexadecimal digits cannot exceed 4 bits a character; words and addresses stay lower and are hyphenated.
    longest = max(len(part) for part in re.split(r"[-_./:@]", text))
    return entropy >= 3.0 and longest >= 12
