"""Why something was not fetched."""

from toetskader.facts.attempt import Reason
from toetskader.text import Text


class NotFetched(Exception):  # noqa: N818 - a state of the world outside
    """Nothing was fetched: `reason`, and in `message` where it stopped and why, to follow what was to be fetched."""

    def __init__(self, reason: Reason, *, nl: str, en: str) -> None:
        super().__init__(en)
        self.reason = reason
        self.message = Text(nl, en)


def refused_input(*, nl: str, en: str) -> NotFetched:
    """Make the exception for what would be asked of us that we do not do."""
    return NotFetched(Reason.REFUSED_INPUT, nl=nl, en=en)
