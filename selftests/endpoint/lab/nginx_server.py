"""nginx on loopback without root, with the TLS settings that a test gives."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openssl_server import free_port

STARTS_WITHIN_S = 10
_CONFIGURATION = """
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
{first}
  server {{
    listen 127.0.0.1:{port} ssl {protocols};
{lines}
    location / {{ return 200 "laboratory"; }}
  }}
}}
"""


@contextmanager
def nginx_server(folder: Path, settings: Sequence[str], *, first: str = "", protocols: str = "") -> Iterator[int]:
    """Start nginx with settings of a server, which may name files in the folder. Yields the port.

    Parameters: `first`, what stands before the server in the configuration, such as a map; `protocols`, such as http2.
    """
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise RuntimeError("nginx is missing: run .ci/debian-packages")
    port = free_port()
    home = folder / f"nginx-{port}"
    home.mkdir()
    lines = "\n".join(f"    {setting.format(folder=folder)};" for setting in settings)
    (home / "nginx.conf").write_text(_CONFIGURATION.format(port=port, lines=lines, first=first, protocols=protocols))
    with (home / "start.log").open("w+b") as log:
        server = subprocess.Popen(
            [program, "-p", str(home), "-e", "error.log", "-c", "nginx.conf"], stdout=log, stderr=log
        )
        try:
            ends = time.monotonic() + STARTS_WITHIN_S
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() > ends:
                        said = Path(log.name).read_text(errors="replace")[:500]
                        raise RuntimeError(f"nginx did not start: {said}") from None
                    time.sleep(0.02)
            yield port
        finally:
            server.kill()
            server.wait()
