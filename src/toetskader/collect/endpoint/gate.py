"""Politeness: how many connections to one address may be open at once, over all collectors of a run."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

MOST_AT_ONCE = 4
"""Connections to one address at one time."""


class Gate:
    """Lets collectors through to an address, a few at a time. Shared by all threads of a run."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._lock = Lock()
        self._open: dict[str, Semaphore] = defaultdict(lambda: Semaphore(self._most))

    @contextmanager
    def to(self, address: str) -> Iterator[None]:
        """Hold one of the connections to an address; waits until one is free. Hold one at a time."""
        with self._lock:
            gate = self._open[address]
        with gate:
            yield
