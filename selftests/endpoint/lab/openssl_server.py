"""Real servers of OpenSSL on loopback, with the arguments that a test gives."""

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

STARTS_WITHIN_S = 10


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


@contextmanager
def openssl_server(
    folder: Path, arguments: Sequence[str], *, www: bool = True, port: int = 0, address: str = "127.0.0.1"
) -> Iterator[int]:
    """Start `openssl s_server` in a folder with its keys, and stop it at the end.

    Parameters: `www`, answer requests with a page, as a web server does; `port` and `address`, where, instead of a free
    one. Yields the port. Raises RuntimeError with what the server said when it does not start.
    """
    port = port or free_port()
    command = ["openssl", "s_server", "-accept", f"{address}:{port}", "-quiet", *(["-www"] if www else []), *arguments]
    with (folder / f"{port}.log").open("w+b") as log:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_for(server, (address.strip("[]"), port), Path(log.name))
            yield port
        finally:
            server.kill()
            server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", where: tuple[str, int], log: Path) -> None:
    ends = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < ends:
        if server.poll() is not None:
            break
        try:
            socket.create_connection(where, timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"openssl s_server did not start: {log.read_text(errors='replace')[:500]}")
