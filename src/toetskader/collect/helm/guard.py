"""Bounds that a process gets from the kernel, and what the parent watches."""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from toetskader.collect.helm.limits import MEGABYTE, Limits

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
# Memory that Python and Helm hold before any chart is read, which the limit on a chart's memory does not count.
_OWN_MEMORY = 300 * MEGABYTE
_LOOK_AT_PARENT_S = 0.25
# What it may write to one file.
_LARGEST_FILE = 100 * MEGABYTE


def hard_limits(limits: Limits) -> dict[int, int]:
    """Kernel limits for a process that reads hostile input.

    Go reserves address space far beyond what it uses, so RLIMIT_AS says nothing; RLIMIT_DATA counts what is written
    to (Linux 4.7 and later), and stops a process that grows faster than the parent looks.
    """
    found = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: _LARGEST_FILE,
        resource.RLIMIT_NOFILE: 256,
    }
    if sys.platform == "linux":
        found[resource.RLIMIT_DATA] = limits.memory_bytes + _OWN_MEMORY
    return found


def limit_self(limits: Limits) -> None:
    """Apply the kernel limits to this process."""
    for kind, value in hard_limits(limits).items():
        _, most = resource.getrlimit(kind)  # whoever started us may have set less
        least = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (least, least))


def limit_other(pid: int, limits: Limits, cpu_s: int) -> None:
    """Apply the kernel limits and one on processor time to a process just started (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        for kind, value in (hard_limits(limits) | {resource.RLIMIT_CPU: cpu_s}).items():
            resource.prlimit(pid, kind, (value, value))


def limit_processor(seconds: float) -> None:
    """Let the kernel end this process after `seconds` more of processor time on each core, should the parent not."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = used.ru_utime + used.ru_stime + seconds * (os.cpu_count() or 1) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (int(allowed) + 1, resource.RLIM_INFINITY))


def leave_network() -> None:
    """Move this process to a network of its own, where nothing is reachable; best effort, as not every host allows it.

    Templates have no way to the network (lookups of names are off); this is the second lock.
    """
    if sys.platform == "linux":
        flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET
        ctypes.CDLL(None, use_errno=True).unshare(flags)


def end_with_parent(parent: int, scratch: Path) -> None:
    """End this process when `parent` is gone, and remove the folder `scratch`, which it then could not remove itself.

    The kernel's own signal for this (PR_SET_PDEATHSIG) fires when the *thread* that started us ends, and ours are
    started from short-lived threads; so a thread looks instead.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_AT_PARENT_S)
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
