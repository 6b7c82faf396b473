"""Names of settings, however they are written."""

import re
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST = 400
_APART = re.compile(r"[^A-Za-z0-9]+")


@lru_cache(maxsize=16384)
def words(name: str) -> str:
    """Return a name in lower-case words with single spaces: `log level` for `LOG_LEVEL`, `logLevel`, `log-level`.

    Of a name longer than any real one the end is left: what looks for words in names may try every pair of them.
    """
    return _APART.sub(" ", _CAMEL.sub(" ", name[-_LONGEST:])).strip().lower()
