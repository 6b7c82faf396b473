"""Politeness: how many connections one address gets at once, and how soon after each other, over all of a run."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

MOST_AT_ONCE = 4
"""Connections to one address at one time."""


PAUSE_S = 0.05
"""Seconds between the starts of two connections to one address: many handshakes at once look like an attack."""


class Gate:
    """Lets collectors through to an address, a few at a time. Shared by all threads of a run.

    Parameters: `most`, at one time; `pause_s`, seconds from one start to the next.
    """

    def __init__(self, most: int = MOST_AT_ONCE, pause_s: float = 0) -> None:
        self._most = most
        self._pause_s = pause_s
        self._next: dict[str, float] = {}
        self._lock = Lock()
        self._open: dict[str, Semaphore] = defaultdict(lambda: Semaphore(self._most))

    @contextmanager
    def to(self, address: str) -> Iterator[None]:
        """Hold one of the connections to an address; waits until one is free. Hold one at a time."""
        with self._lock:
            gate = self._open[address]
        with gate:
            time.sleep(self._wait(address))
            yield

    def _wait(self, address: str) -> float:
        """Return how long to wait for one's turn, and take it."""
        if not self._pause_s:
            return 0
        now = time.monotonic()
        with self._lock:
            turn = max(now, self._next.get(address, now))
            self._next[address] = turn + self._pause_s
        return turn - now
