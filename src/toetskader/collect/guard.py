"""What keeps a child process that reads hostile input apart, and what the parent watches."""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_LOOK_AT_PARENT_S = 0.25


def leave_network() -> None:
    """Move this process to a network of its own, where nothing is reachable; best effort, as not every host allows it.

    What is run has no use for a network, and no way to one that we know of; this is the second lock.
    """
    if sys.platform == "linux":
        flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET
        ctypes.CDLL(None, use_errno=True).unshare(flags)


def end_with_parent(parent: int, scratch: Path | None = None) -> None:
    """End this process when `parent` is gone, and remove the folder `scratch`, which it then could not remove itself.

    The kernel's own signal for this (PR_SET_PDEATHSIG) fires when the *thread* that started us ends, and ours are
    started from short-lived threads; so a thread looks instead.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_AT_PARENT_S)
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def limit_processor(seconds: float) -> None:
    """Let the kernel end this process after `seconds` more of processor time, should the parent not."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, resource.RLIM_INFINITY))


def limit(kind: int, most: int) -> None:
    """Lower one of the kernel's limits of this process; whoever started us may have set less."""
    _, now = resource.getrlimit(kind)
    least = most if now == resource.RLIM_INFINITY else min(most, now)
    resource.setrlimit(kind, (least, least))


def reap(process: subprocess.Popen[bytes], end: float) -> tuple[int, int]:
    """Wait until `end` for a process to end by itself, else kill it; return its exit code and peak memory in bytes."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > end:
            process.kill()
        time.sleep(0.002)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return process.returncode, usage.ru_maxrss * unit


def resident_bytes(pid: int) -> int:
    """Resident memory of a process, or 0 where the system does not tell."""
    try:  # asked all the time while a child works, so without the layers of a text file
        told = os.open(f"/proc/{pid}/statm", os.O_RDONLY)
    except OSError:
        return 0
    try:
        pages = os.read(told, 128).split()[1]
    except (OSError, IndexError):
        return 0
    finally:
        os.close(told)
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
