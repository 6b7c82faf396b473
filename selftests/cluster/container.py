"""A command as a container would run it: on a root file system that cannot be written, as nobody, with mounts.

The root file system is this machine's own, in a mount namespace that ends with the command; nothing of the machine
changes. An image of Toetskader is not built: its files are those of this checkout, which nobody may read here.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

READS_ALL = "dac_read_search"
"""Stands in for an image in which everybody may read."""


def missing() -> str:
    """Say what this machine lacks; empty when it has everything."""
    if absent := [program for program in ("unshare", "chroot", "setpriv") if not shutil.which(program)]:
        return f"no {', '.join(absent)} (Debian: util-linux coreutils)"
    return "only root may make the mounts of a container" if os.geteuid() else ""


def run(
    command: Sequence[str],
    *,
    folder: str,
    user: int,
    environment: Mapping[str, str],
    mounts: Mapping[str, Path],
    temporary: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a command and return how it ended.

    Parameters: `folder`, where it starts; `mounts`, folders of this machine by the path they have in the container;
    `temporary`, paths of empty folders that may be written. Only root may do this.
    """
    with tempfile.TemporaryDirectory(prefix="container-") as base:
        lines = ["set -e", f"mount -t tmpfs none {base}", f"cd {base}", "mkdir -p upper work root"]
        lines.append(f"mount -t overlay overlay -o lowerdir=/,upperdir={base}/upper,workdir={base}/work root")
        # Empty folders first: a mount can lie in one of them.
        for path in temporary:
            lines.append(f"chroot root mkdir -p {shlex.quote(path)}")
            lines.append(f"mount -t tmpfs -o mode=1777 none root{shlex.quote(path)}")
        for path, source in mounts.items():
            lines.append(f"chroot root mkdir -p {shlex.quote(path)}")
            lines.append(f'mount --bind {shlex.quote(str(source))} "root$(chroot root realpath {shlex.quote(path)})"')
        lines += ["mount -t proc none root/proc", "mount --rbind /dev root/dev", "mount -o remount,ro root"]
        drop = ("--clear-groups", f"--inh-caps=-all,+{READS_ALL}", f"--ambient-caps=+{READS_ALL}", "--no-new-privs")
        drop += (f"--bounding-set=-all,+{READS_ALL}", f"--reuid={user}", f"--regid={user}")
        inside = f"cd {shlex.quote(folder)} && exec {shlex.join(command)}"
        given = [f"{name}={value}" for name, value in environment.items()]
        lines.append(
            f"exec chroot root setpriv {' '.join(drop)} env -i {shlex.join(given)} sh -c {shlex.quote(inside)}"
        )
        whole = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", "\n".join(lines)]
        return subprocess.run(whole, capture_output=True, text=True, check=False, timeout=300)
