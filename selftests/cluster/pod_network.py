"""The network between an API server and the pods of a cluster that runs none: every connection ends on loopback.

The API server reaches nodes, pods and services through an egress proxy, as it does where nodes are on a network of
their own: an HTTP CONNECT proxy on a Unix socket. Here that proxy is in the test's process. It leads to kwok's kubelet
for the address of the nodes, and for the address of a pod to the HTTP server that a test has put behind it. Addresses
of pods and nodes that kwok made exist in the API server only, and are never contacted.
"""

import contextlib
import http.server
import ipaddress
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LONGEST_REQUEST_BYTES = 8192

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP server says to a GET."""

    body: str | bytes
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"


# Connects to an address, or raises OSError.
Dialer = Callable[[Address], socket.socket]

# By path, without the query.
Answers = Mapping[str, Answer] | Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class _Served:
    namespace: str
    selector: str
    port: int
    at: Address


class PodNetwork:
    """Listens on the Unix socket `path`; `fixed` says where known addresses lead.

    `has_pod(namespace, selector, address)` tells whether a pod with these labels has that address now.
    """

    def __init__(self, path: Path, fixed: Mapping[Address, Address], has_pod: Callable[[str, str, str], bool]) -> None:
        self._fixed = dict(fixed)
        self._has_pod = has_pod
        self._served: list[_Served] = []
        self._reached: dict[ipaddress.IPv4Network, Dialer] = {}
        self._server = _Proxy(str(path), _Connection)
        self._server.network = self
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    @contextlib.contextmanager
    def serving(self, namespace: str, selector: str, port: int, answers: Answers) -> Iterator[list[str]]:
        """Let the pods with these labels answer on a port; yields the requests they got, as `path?query`."""
        got: list[str] = []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _answering(answers, got))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        served = _Served(namespace, selector, port, ("127.0.0.1", server.server_address[1]))
        # What was put there last answers, so that a test can change what a pod says for a while.
        self._served.insert(0, served)
        try:
            yield got
        finally:
            self._served.remove(served)
            server.shutdown()
            server.server_close()

    @contextlib.contextmanager
    def fixing(self, address: Address, at: Address) -> Iterator[None]:
        """Let one more address lead somewhere on loopback."""
        self._fixed[address] = at
        try:
            yield
        finally:
            del self._fixed[address]

    @contextlib.contextmanager
    def reaching(self, network: str, dial: Dialer) -> Iterator[None]:
        """Let the addresses of a network be there where `dial` connects: pods and a node that really run."""
        found = ipaddress.IPv4Network(network)
        self._reached[found] = dial
        try:
            yield
        finally:
            del self._reached[found]

    def connect(self, address: Address) -> socket.socket:
        """Connect to what answers for an address. Raises OSError when nobody listens there."""
        host, port = address
        if at := self._fixed.get(address):
            return _dial(at)
        with contextlib.suppress(ValueError):
            for network, dial in tuple(self._reached.items()):
                if ipaddress.IPv4Address(host) in network:
                    return dial(address)
        for served in tuple(self._served):
            if served.port == port and self._has_pod(served.namespace, served.selector, host):
                return _dial(served.at)
        raise ConnectionRefusedError(f"nobody listens on {host}:{port}")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Proxy(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    network: PodNetwork


class _Connection(socketserver.StreamRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        request = self.rfile.readline(LONGEST_REQUEST_BYTES).decode("ascii", "replace").split()
        while self.rfile.readline(LONGEST_REQUEST_BYTES).strip():
            pass
        if len(request) != 3 or request[0] != "CONNECT":
            self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
            return
        host, _, port = request[1].rpartition(":")
        try:
            upstream = self.server.network.connect((host.strip("[]"), int(port)))
        except OSError:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        with upstream:
            upstream.settimeout(None)
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            # The client speaks only after it has read that, so nothing of it waits in rfile.
            back = threading.Thread(target=pump, args=(upstream, self.connection), daemon=True)
            back.start()
            pump(self.connection, upstream)
            back.join()


def _dial(address: Address) -> socket.socket:
    return socket.create_connection(address, timeout=5)


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what one socket receives, until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _answering(answers: Answers, got: list[str]) -> type[http.server.BaseHTTPRequestHandler]:
    # HTTP/1.0, so that no connection outlives its request: else what answered a test once would go on answering.
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(self.path)
            path = self.path.partition("?")[0]
            answer = answers(path) if callable(answers) else answers.get(path, Answer("not found\n", 404))
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Requests are kept in `got`; nothing goes to stderr."""

    return Handler
