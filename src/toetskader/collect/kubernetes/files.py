"""Files that a supplier hands over: read within bounds, and no links out of where they stand."""

import errno
import os
import stat
from pathlib import Path

from toetskader.collect.kubernetes.failures import Failed, Failure
from toetskader.facts.attempt import Reason
from toetskader.text import Text
from toetskader.yamlfile import why_no_file


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """Read a regular file. Raises `Failed`: not there, a link, no regular file, or too large."""
    try:
        # Neither follows a link out of the folder, nor waits for a pipe that nobody writes to.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise refused(path, Text("is geen gewoon bestand.", "is not a regular file."))
            content = stream.read(most_bytes + 1)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise refused(path, Text("is een koppeling.", "is a link.")) from None
        why = why_no_file(path) or Text(f"is niet te lezen ({error.strerror}).", f"cannot be read ({error.strerror}).")
        raise refused(path, why) from None
    if len(content) > most_bytes:
        limit = most_bytes // 1_000_000
        why = Text(f"is groter dan {limit} MB; splits het.", f"is larger than {limit} MB; split it.")
        raise Failed(Failure(Reason.TOO_LARGE, _about(path, why)))
    return content


def refused(path: Path, why: Text) -> Failed:
    """Return the failure that says what is wrong with a file."""
    return Failed(Failure(Reason.REFUSED_INPUT, _about(path, why)))


def _about(path: Path, why: Text) -> Text:
    return Text(f"{path.name} {why.nl}", f"{path.name} {why.en}")
