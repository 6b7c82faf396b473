"""Where a norm of ours differs on purpose from what others measure by, said beside the verdicts that it touches."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.text import Text

MEASURING = "measuring"
"""Stands in `Difference.about` for what is measured otherwise, where a norm's own field is for what is graded so."""


MOST_SHOWN = 500
"""Characters of a text that a report shows."""


class Difference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One deliberate difference. A report says it only beside a verdict to which the judgement says it applies."""

    about: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9_]+(\.[A-Za-z0-9_-]+)*\Z",
            description="What differs: a field of the norm or `measuring`, and after dots what of that: groups.ffdhe",
            extra={"expected": Text("een veld zoals groups.ffdhe", "a field such as groups.ffdhe")},
        ),
    ]
    note: Annotated[Text, Meta(description="What others say of the same, what we say, and why; full sentences")]
    remedy: Annotated[
        Text | None, Meta(description="What mends it so that both agree; stands in place of the requirement's remedy")
    ] = None


Differences = Annotated[
    tuple[Difference, ...], Meta(description="Where it differs on purpose from what others measure by")
]


def find_difference(differences: Iterable[Difference], about: str) -> Difference | None:
    """Return the difference on `about`, or else on what it is a part of: `groups` for `groups.ffdhe`."""
    known = {item.about: item for item in differences}
    while about:
        if about in known:
            return known[about]
        about = about.rpartition(".")[0]
    return None
