"""Values that stand where a real one should be filled in."""

import re

_TO_REPLACE = re.compile(
    r"change[-_ ]?(me|this|it)\w*|replace[-_ ]?(me|this|it)\w*|fill[-_ ]?(me[-_ ]?)?in|todo|tbd|fixme|xxx+"
    r"|placeholder\w*|<[^<>]{1,80}>|\.\.\.|your[-_ ].{1,60}|vul[-_ ]?(hier[-_ ]?)?in|wijzig[-_ ]?mij|invullen",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(my|some|very|super)?[-_ ]?(secret|password|passwd|wachtwoord|geheim"
    r"|token)([-_ ]?(key|word))?[-_ ]?[0-9!]{0,4}"
    r"|(test|demo|dummy|example|sample|default|nep|voorbeeld)([-_ ].{0,60}|[0-9]{0,4})|admin[0-9!]{0,4}"
    r"|123456\w{0,6}|qwerty\w{0,6}|(pass)?w(or|0r)d[0-9!]{0,4}",
    re.IGNORECASE,
)


def is_placeholder(value: str) -> bool:
    """Tell whether a value is one that documentation and examples put where a secret goes (`changeme`)."""
    text = _bare(value)
    return _TO_REPLACE.fullmatch(text) is not None or _WEAK.fullmatch(text) is not None


def says_to_replace(value: str) -> bool:
    """Tell whether a value says of itself that it is to be replaced; `admin` and `test` may be meant as they are."""
    return _TO_REPLACE.fullmatch(_bare(value)) is not None


def _bare(value: str) -> str:
    return value.strip().strip("\"'")
