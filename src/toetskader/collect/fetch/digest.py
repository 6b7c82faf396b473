"""Whether what was fetched is what was promised."""

import hashlib
import hmac

from toetskader.collect.fetch.failure import refused_input


def need_digest(data: bytes, digest: str, what: str) -> None:
    """Refuse bytes that are not those that were promised.

    Parameters: `digest`, hexadecimal, with or without `sha256:` before it. Raises `Failed`.
    """
    algorithm, colon, value = digest.rpartition(":")
    if colon and algorithm not in ("sha256", "sha512"):
        raise refused_input(
            nl=f"{what} heeft een digest van een soort die niet gelezen wordt ({algorithm[:40]!r}).",
            en=f"{what} has a digest of a kind that is not read ({algorithm[:40]!r}).",
        )
    found = hashlib.new(algorithm or "sha256", data).hexdigest()
    if not hmac.compare_digest(found.encode(), value.lower().encode()):
        raise refused_input(
            nl=f"{what} is niet wat beloofd was: de digest klopt niet.",
            en=f"{what} is not what was promised: its digest differs.",
        )
