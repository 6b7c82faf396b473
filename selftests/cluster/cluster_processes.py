"""Processes that a test starts, with their output in files, and that end with it."""

import shutil
import socket
import subprocess
from pathlib import Path

SHOWN_LINES = 40


class Processes:
    """Processes started one by one and ended in the reverse order; `folder` keeps what each of them wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        """Start a process by a name of our own; its stdout and stderr go to `<name>.log`."""
        # Where setpriv exists, no process outlives the one that started it, however that ended.
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "KILL", "--", *command]
        with self.output(name).open("ab") as output:
            self._running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
            )

    def output(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def names(self) -> tuple[str, ...]:
        return tuple(self._running)

    def ended(self) -> str:
        """Say which process has ended of itself, with its last lines; empty when all run."""
        for name, process in self._running.items():
            if process.poll() is not None:
                return f"{name} ended with exit code {process.returncode}:\n{self.last_lines(name)}"
        return ""

    def last_lines(self, name: str, since: int = 0) -> str:
        """Return the last lines that a process wrote, after the first `since` bytes."""
        with self.output(name).open("rb") as output:
            output.seek(since)
            return "\n".join(output.read().decode("utf-8", "replace").splitlines()[-SHOWN_LINES:])

    def written(self) -> dict[str, int]:
        """Return how many bytes each process has written up to now."""
        return {name: self.output(name).stat().st_size for name in self._running}

    def kill(self, name: str) -> None:
        """End one process at once, as a machine that fails would."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End all processes; what they keep goes away with them, so that none has to finish anything."""
        for name in reversed(self.names()):
            self.kill(name)


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports
