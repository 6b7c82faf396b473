"""Where the facts of a run come from: a collector in the background, or evidence that is read when it is needed."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from threading import Thread

from toetskader.collect import stopping
from toetskader.facts.key import TargetFacts

PATIENCE_S = 1.5
"""How long a run that is broken off waits for what is being collected."""


class Collection:
    """Facts by target, taken from a collector in the background: one is judged while the next is collected.

    Parameters: `targets`, names of the targets that will come; `facts`, yields their facts in any order, and is read
    in a thread of its own. Use as a context manager: leaving it waits until everything is in, or, when an exception
    leaves it, until collecting is stopped.
    """

    def __init__(self, targets: Iterable[str], facts: Iterator[TargetFacts]) -> None:
        self._futures: dict[str, Future[TargetFacts]] = {name: Future() for name in targets}
        self._awaited = dict(self._futures)
        self._process = os.getpid()
        self._thread = Thread(target=self._take, args=(facts,), daemon=True)

    def facts(self, target: str) -> TargetFacts:
        """Return the facts of a target, once, waiting for them. Raises what stopped the collector, if it did."""
        if os.getpid() != self._process:
            raise RuntimeError("facts are not there in a process that was forked off")
        return self._awaited.pop(target).result()

    @property
    def hangs(self) -> bool:
        """Tell whether it still collects, though it was left."""
        return self._thread.is_alive()

    def __enter__(self) -> "Collection":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            stopping.stop()
        self._thread.join(None if kind is None else PATIENCE_S)

    def _take(self, facts: Iterator[TargetFacts]) -> None:
        try:
            for item in facts:
                self._futures.pop(item.target).set_result(item)
        except BaseException as fault:  # handed to whoever waits, in the thread that judges
            for future in self._futures.values():
                future.set_exception(fault)


class Replay:
    """Facts by target, read from evidence when they are judged, so that a large replay needs little memory.

    Parameters: `read`, reads and keeps the facts of a target, by name.
    """

    def __init__(self, read: Callable[[str], TargetFacts]) -> None:
        self.facts = read
        self.hangs = False

    def __enter__(self) -> "Replay":
        return self

    def __exit__(self, *_: object) -> None:
        pass
