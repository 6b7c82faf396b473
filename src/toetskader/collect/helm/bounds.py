"""Bounds that a process that runs Helm gets from the kernel."""

import resource
import sys

from toetskader.collect import guard
from toetskader.collect.helm.limits import MEGABYTE, Limits

# Memory that Python and Helm hold before any chart is read, which the limit on a chart's memory does not count.
_OWN_MEMORY = 300 * MEGABYTE
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
        guard.limit(kind, value)


def limit_other(pid: int, limits: Limits, cpu_s: int) -> None:
    """Apply the kernel limits and one on processor time to a process just started (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        for kind, value in (hard_limits(limits) | {resource.RLIMIT_CPU: cpu_s}).items():
            resource.prlimit(pid, kind, (value, value))
