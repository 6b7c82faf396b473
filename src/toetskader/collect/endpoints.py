"""The service part of a target, collected: every endpoint once, all collectors at the same time."""

from types import TracebackType

from toetskader.facts.store import Attempt, FactKey
from toetskader.targets.models import SaasPart


class Endpoints:
    """Collects endpoints. Resolvers and their answers are shared by all targets of a run.

    Parameters: `resolver`, to ask names of instead of the one that a target names. Use as a context manager.
    """

    def __init__(self, resolver: str | None) -> None:
        self._resolver = resolver

    def __enter__(self) -> "Endpoints":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        pass

    def collect(self, part: SaasPart, kinds: frozenset[str]) -> dict[FactKey, Attempt]:
        """Collect the facts of all endpoints of a service.

        Parameters: `kinds`, the kinds of facts that the selected requirements need. Never raises for what a supplier
        hands us: each fact that is not there has a reason.
        """
        return {FactKey("endpoint", endpoint.scene): endpoint for endpoint in part.endpoints}
