"""Names of settings, however they are written."""

import re
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Words that are written on to the one before them where a name may hold no dash: `ISSUERURI` for `issuer-uri`, as
# Spring Boot asks of environment variables ("Externalized Configuration", "Binding From Environment Variables").
_JOINED = re.compile(r"\b(?P<first>[a-z0-9]{2,40}?)(?P<last>ur[il]s?)\b")
_JOINED_ID = re.compile(
    r"\b(?P<first>account|app|application|client|directory|realm|registration|subscription|tenant)"
    r"(?P<last>ids?|secrets?|names?)\b"
)
_LONGEST = 400
_APART = re.compile(r"[^A-Za-z0-9]+")


MOST_NAMES = 131_072
"""Names that are looked at once: every render of a chart has them again, and the largest charts have 90,000."""


@lru_cache(maxsize=MOST_NAMES)
def words(name: str) -> str:
    """Return a name in lower-case words with single spaces: `log level` for `LOG_LEVEL`, `logLevel`, `log-level`.

    Words that are written together are taken apart where the last is an address, or says what of an account or client:
    `issuer uri` for `ISSUERURI`, `client id` for `clientid`.

    Of a name longer than any real one the end is left: what looks for words in names may try every pair of them.
    """
    text = _APART.sub(" ", _CAMEL.sub(" ", name[-_LONGEST:])).strip().lower()
    if "ur" in text:
        text = _JOINED.sub(r"\g<first> \g<last>", text)
    if _MAY_JOIN.search(text):
        text = _JOINED_ID.sub(r"\g<first> \g<last>", text)
    return text


_MAY_JOIN = re.compile(r"id|secret|name")
