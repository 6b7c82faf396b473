"""Files that a supplier hands over: read within bounds, and no links out of where they stand."""

from pathlib import Path

from toetskader.core.bounded import TooLargeFileError, UnfitFileError, read_bounded
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.text import Text
from toetskader.yamlfile import why_no_file


def read_file(path: Path, most_bytes: int) -> bytes:
    """Read a regular file. Raises `Failed`: not there, a link, no regular file, or too large."""
    try:
        return read_bounded(path, most_bytes)
    except TooLargeFileError as error:
        why = Text(f"{error.text.nl}; splits het.", f"{error.text.en}; split it.")
        raise Failed(Failure(Reason.TOO_LARGE, _about(path, why))) from None
    except UnfitFileError as error:
        raise refused(path, Text(f"{error.text.nl}.", f"{error.text.en}.")) from None
    except OSError as error:
        why = why_no_file(path) or Text(f"is niet te lezen ({error.strerror}).", f"cannot be read ({error.strerror}).")
        raise refused(path, why) from None


def refused(path: Path, why: Text) -> Failed:
    """Return the failure that says what is wrong with a file."""
    return Failed(Failure(Reason.REFUSED_INPUT, _about(path, why)))


def _about(path: Path, why: Text) -> Text:
    return Text(f"{path.name} {why.nl}", f"{path.name} {why.en}")
