"""Why something is not fetched."""

from toetskader.core.failure import Failed, Reason, failed


def refused_input(*, nl: str, en: str) -> Failed:
    """Make the exception for what would be asked of us that we do not do."""
    return failed(Reason.REFUSED_INPUT, nl=nl, en=en)
