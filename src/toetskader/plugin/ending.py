"""How a run ends when somebody ends it: Ctrl-C and SIGTERM, without processes or temporary files that stay behind."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from toetskader.collect import scratch, stopping

ENDING: pytest.StashKey["Ending"] = pytest.StashKey()

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_IMPATIENT_S = 1.0
"""A second signal after this long ends the run at once: the first may have met code that took it for a fault."""
_ENDED_BY_SIGNAL = 130


class Ending:
    """The end of one run in one process.

    Parameters: `in_worker`, whether this is a worker of pytest-xdist: it has nothing to tell, so it just ends.
    """

    def __init__(self, *, in_worker: bool) -> None:
        self._in_worker = in_worker
        self._before: dict[signal.Signals, Any] = {}
        self._asked_at = 0.0
        self.hangs = False
        """Whether something collects on that cannot be stopped, such as a request to a slow server."""

    def begin(self) -> None:
        """Take the signals that end a run."""
        stopping.start()
        with contextlib.suppress(ValueError):  # pytest runs in another thread than the first: signals are not ours
            for number in _SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:  # a job in the background may ignore Ctrl-C
                    self._before[number] = signal.signal(number, self._end)

    def over(self) -> None:
        """Clear up, when all is collected and written; from here on a signal just ends the process."""
        scratch.remove()
        for number in self._before:
            signal.signal(number, signal.SIG_DFL)

    def close(self) -> None:
        """Clear up, whatever happened, and give the signals back."""
        if self.hangs:
            _leave(_ENDED_BY_SIGNAL)
        scratch.remove()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _end(self, *_: object) -> None:
        stopping.stop()
        first, now = not self._asked_at, time.monotonic()
        if self._in_worker or (not first and now - self._asked_at > _IMPATIENT_S):
            _leave(_ENDED_BY_SIGNAL)
        if first:
            self._asked_at = now
            raise KeyboardInterrupt


@contextlib.contextmanager
def unbroken() -> Any:
    """Hold signals back while a few names change in the file system."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _leave(code: int) -> None:
    """End this process and those that it started, without waiting for threads that cannot be stopped."""
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                os.kill(int(child), signal.SIGKILL)
    scratch.remove()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
