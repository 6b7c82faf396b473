"""A deadline for judging: what a supplier hands in may cost one verdict, not the run.

The time that counts is the processor's on this thread: a busy machine costs nobody a verdict. A timer of the process
interrupts the judgement, between two steps of Python; one step in C, as the match of a pattern, ends first. Where
signals cannot be had, outside the main thread, judgements have no deadline.
"""

import signal
import threading
import time
from types import FrameType

SECONDS = 20.0
"""What one check may take on one target, all its scenes together. The largest real charts seen take a tenth."""
_AGAIN = 1.0
"""After so many seconds of processor time it is told again, should what is judged have swallowed it."""


class TooLong(BaseException):
    """A judgement had its time. No Exception, so that nothing that is judged takes it for one of its own."""


class Deadline:
    """Time that several pieces of work share. Each runs in a `with` block, which raises `TooLong` when it is over."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._left = seconds
        self._started = 0.0
        self._watching = False

    def __enter__(self) -> None:
        self._started = time.thread_time()
        if threading.current_thread() is not threading.main_thread():
            return
        self._before = signal.signal(signal.SIGVTALRM, self._told)
        self._watching = True
        # Of the whole process, of which other threads may use a part: then there is time left, and it is set again.
        signal.setitimer(signal.ITIMER_VIRTUAL, max(self._left, 0.001), _AGAIN)

    def __exit__(self, *_: object) -> None:
        watched, self._watching = self._watching, False
        if watched:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, self._before)
        self._left -= time.thread_time() - self._started

    def _told(self, _: int, __: FrameType | None) -> None:
        if self._watching and time.thread_time() - self._started >= self._left:
            raise TooLong
