"""Collecting that is ended before its time: whoever waits for a process asks here whether to go on."""

import threading

_asked = threading.Event()


class Stopped(BaseException):
    """The run ends, so there is nothing to wait for. Like KeyboardInterrupt it is no fault that anybody mends."""


def stop() -> None:
    """Let whatever collects in this process end as soon as it looks."""
    _asked.set()


def start() -> None:
    """Let a run collect, also after another one in this process was stopped."""
    _asked.clear()


def go_on() -> None:
    """Raise Stopped when the run ends."""
    if _asked.is_set():
        raise Stopped
