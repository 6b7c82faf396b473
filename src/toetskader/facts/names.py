"""Names of settings, however they are written."""

import re
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[^A-Za-z0-9]+")


@lru_cache(maxsize=16384)
def words(name: str) -> str:
    """Return a name in lower-case words with single spaces: `log level` for `LOG_LEVEL`, `logLevel`, `log-level`."""
    return _APART.sub(" ", _CAMEL.sub(" ", name)).strip().lower()
