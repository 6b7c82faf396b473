"""The embedded example on the day that is judged: what is dated in its target files moves along with that day.

Evidence that is made when a run starts (certificates, signed zones, security.txt) is dated then. Decisions stand in a
file that people read as an example, with dates; these would expire, and the example would come to other verdicts then.
A supplier's dates are never moved: only the targets that come with the project are, and `conftest.py` names those.
"""

from dataclasses import replace
from datetime import date

import msgspec

from toetskader.targets.models import Target

WRITTEN_ON = date(2026, 11, 22)
"""Day that the dates in the embedded target files are meant for."""


def dated(target: Target, today: date) -> Target:
    """Move the deviations of an embedded target by the whole years between `WRITTEN_ON` and the day that is judged.

    What holds on `WRITTEN_ON` and for the year after it holds on any day, and what is expired is so on any day. Whole
    years, so that a season or a day that a text names stays what it is.
    """
    years = today.year - WRITTEN_ON.year - ((today.month, today.day) < (WRITTEN_ON.month, WRITTEN_ON.day))
    by = WRITTEN_ON.replace(year=WRITTEN_ON.year + years) - WRITTEN_ON
    moved = (
        msgspec.structs.replace(item, approved_on=item.approved_on + by, expires=item.expires + by)
        for item in target.deviations
    )
    return replace(target, deviations=tuple(moved))
