"""Values: which are of their own, and which of those give a secret away under the name they go by."""

import math
import re
from collections import Counter

from toetskader.facts.references import Resolves, looks_generated, nothing, placeholder
from toetskader.facts.secrets.names import names_secret, strength, strength_of_variable

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
    grade = strength(name) if in_values else strength_of_variable(name)
    if not grade or not is_literal(value, resolves):
        return False
    if grade == 1:
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
