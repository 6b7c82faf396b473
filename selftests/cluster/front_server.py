"""A real server in front of the API server: it passes requests on, unless it is told to get in their way."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import urllib3
from control_plane import ControlPlane

Interference = Callable[[str, int], tuple[int, dict[str, str], bytes] | None]
"""From the path and the number of the request to an answer; None passes it on."""


class Front:
    """The server's address, and the paths that were asked of it."""

    def __init__(self, port: int) -> None:
        self.address = f"https://127.0.0.1:{port}"
        self.asked: list[str] = []


@contextmanager
def in_front(control_plane: ControlPlane, interfere: Interference) -> Iterator[tuple[Front, Path]]:
    """Run the server, and give it with a kubeconfig that leads to it, of the service account `default`."""
    token = control_plane.kubectl("create", "token", "default", "--namespace=default").stdout.strip()
    certificate, key = control_plane.authority.server("front", ("127.0.0.1",))
    upstream = urllib3.PoolManager(ca_certs=str(control_plane.authority.certificate))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                front.asked.append(self.path)
                number = len(front.asked)
            answer = interfere(self.path, number)
            if answer is None:
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                passed = upstream.request("GET", control_plane.server + self.path, headers=headers, retries=False)
                answer = passed.status, {"Content-Type": passed.headers["Content-Type"]}, passed.data
            status, headers, body = answer
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - of the library
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    front = Front(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield front, control_plane.write_kubeconfig("front", {"token": token}, server=front.address)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
