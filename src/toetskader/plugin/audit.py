"""The audit that a pytest run is: what is planned, gathered, judged and reported, each by a part of its own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from toetskader.plugin.gathering import Gathering
from toetskader.plugin.places import Places
from toetskader.plugin.plan import Plan
from toetskader.plugin.reporting import Reporting
from toetskader.plugin.verdicts import Verdicts

AUDIT: pytest.StashKey["Audit"] = pytest.StashKey()


class Audit:
    """Everything of one run. Items ask its parts to judge; the plugin's hooks move them along."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._started = datetime.now(UTC)
        self.places = Places(plan)
        self.gathering = Gathering(plan, self.places)
        self.verdicts = Verdicts(plan, self.gathering)
        self.reporting = Reporting(plan, self.places, self.verdicts, self._started)

    def open(self, given: Path | None) -> None:
        """Open the folder of this run. Parameters and errors as of `Places.open`."""
        self.places.open(given, self._started)

    def close(self) -> None:
        """Leave nothing of a run that made no report."""
        if self.reporting.finished is None:
            self.places.close()
