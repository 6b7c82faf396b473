"""A small internet in a network namespace of its own: public, private and metadata addresses, names, and web servers.

Every connection that is made in it is recorded, whatever is said over it.
"""

import ctypes
import hashlib
import json
import os
import socket
import ssl
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset

from toetskader.laboratory.certificates import Authority

PUBLIC = ("8.8.8.8", "9.9.9.9", "2001:4860:4860::8888")
PRIVATE = ("10.1.2.3", "192.168.7.7", "172.16.9.9", "100.64.1.1", "fd12:3456::1", "fec0::1", "64:ff9b:1::808:808")
NEVER = (
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "2001:0:808:808::5601:5601",
    "2a00:1450::5efe:a9fe:a9fe",
    "3ffe:ffff::200:5efe:a9fe:a9fe",
    "5f00::1",
    "2001:20::1",
)
PORTS = (80, 443, 5000, 8000)
TLS_PORTS = (443,)
_NETWORK = 0x40000000
"""CLONE_NEWNET of unshare(2)."""

T = TypeVar("T")


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contact:
    address: str
    port: int


def redirect(location: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": location})


class Internet:
    """The servers of the namespace, what they answer, and who was contacted."""

    def __init__(self, authority: Authority, folder: Path) -> None:
        self.pages: dict[str, Reply | Callable[[Mapping[str, str]], Reply]] = {}
        """Address without query → the answer, or what makes it of the request's headers."""
        self.names: dict[str, list[list[str]]] = {}
        """Name → the addresses of each next answer; the last one stays. None at all: it is never answered."""
        self.contacts: list[Contact] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.tunnels: list[str] = []
        self._asked: dict[tuple[str, str], int] = defaultdict(int)
        self._thread = ThreadPoolExecutor(1, initializer=_leave)
        self._folder = folder
        self._authority = authority
        self._closing: list[Callable[[], None]] = []

    def start(self) -> None:
        self.run(self._start)

    def run(self, work: Callable[[], T]) -> T:
        """Do something inside; threads and processes that it starts are inside too."""
        return self._thread.submit(work).result()

    def forget(self) -> None:
        for kept in (self.pages, self.names, self.contacts, self.requests, self.tunnels, self._asked):
            kept.clear()  # type: ignore[attr-defined]

    def contacted(self) -> set[str]:
        return {contact.address for contact in self.contacts}

    def close(self) -> None:
        for close in self._closing:
            close()
        self._thread.shutdown()

    def _start(self) -> None:
        _command("ip link set lo up")
        resolvers = [str(item) for item in dns.resolver.Resolver().nameservers]
        for address in dict.fromkeys((*PUBLIC, *PRIVATE, *NEVER, *resolvers)):
            if not address.startswith("127.") and address != "::1":
                _command(f"ip addr add {address} dev lo nodad" if ":" in address else f"ip addr add {address} dev lo")
        certificate, key = self._authority.issue(["*.public.test", "*.evil.test", *PUBLIC, *PRIVATE])
        both = self._folder / "server.pem"
        both.write_bytes(certificate + key)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(both)
        for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            for port in PORTS:
                self._serve_web(family, anywhere, port, tls if port in TLS_PORTS else None)
            self._serve_names(family, anywhere)
        self._serve_proxy()

    def _serve_web(self, family: int, anywhere: str, port: int, tls: ssl.SSLContext | None) -> None:
        internet = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                internet.contacts.append(Contact(self.request.getsockname()[0], port))
                if tls is not None:
                    self.request.settimeout(5)
                    self.request = tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def do_GET(self) -> None:
                scheme = "https" if tls else "http"
                address = f"{scheme}://{self.headers['Host']}{self.path}".partition("?")[0]
                internet.requests.append((address, dict(self.headers)))
                page = internet.pages.get(address, Reply(status=404))
                reply = page(self.headers) if callable(page) else page  # type: ignore[arg-type]
                self.send_response(reply.status)
                for name, value in ({"Content-Length": str(len(reply.body))} | dict(reply.headers)).items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        class Server(ThreadingHTTPServer):
            address_family = family  # type: ignore[assignment]

            def server_bind(self) -> None:
                if family == socket.AF_INET6:
                    self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                super().server_bind()

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # who breaks off is recorded all the same

        server = Server((anywhere, port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._closing += [server.shutdown, server.server_close]

    def _serve_names(self, family: int, anywhere: str) -> None:
        listening = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((anywhere, 53))

        def serve() -> None:
            with suppress(OSError):
                while True:
                    data, client = listening.recvfrom(4096)
                    if answer := self._answer(data):
                        listening.sendto(answer, client)

        threading.Thread(target=serve, daemon=True).start()
        self._closing.append(listening.close)

    def _answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, type_ = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(query)
        known = self.names.get(name)
        if known is None:
            answer.set_rcode(3)
            return answer.to_wire()
        if not known:
            return b""
        number = min(self._asked[name, type_], len(known) - 1)
        self._asked[name, type_] += 1
        fitting = (
            [item for item in known[number] if (":" in item) == (type_ == "AAAA")] if type_ in ("A", "AAAA") else []
        )
        if fitting:
            answer.answer.append(dns.rrset.from_text(question.name, 0, "IN", type_, *fitting))
        return answer.to_wire()

    def _serve_proxy(self) -> None:
        """A proxy of the machine's own, that connects to where it is asked to."""
        server = socket.create_server(("127.0.0.1", 3128))

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        self._closing.append(server.close)

    def _tunnel(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            there = head.split()[1].decode()
            self.tunnels.append(there)
            host, _, port = there.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port))) as far:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=_pump, args=(far, client), daemon=True)
                back.start()
                _pump(client, far)
                back.join()


@contextmanager
def internet_in_a_namespace(folder: Path) -> Iterator[tuple[Internet, Path]]:
    """Make the namespace. Returns the internet in it, and the certificate of the authority that all its sites have."""
    authority = Authority()
    internet = Internet(authority, folder)
    try:
        internet.start()
        yield internet, authority.write(folder / "authority.pem")
    finally:
        internet.close()


def chart_pages(at: str, packed: bytes, *, url: str = "sub-1.0.0.tgz", digest: str | None = None) -> dict[str, Reply]:
    """The pages of a repository with one chart."""
    entry = {"name": "sub", "version": "1.0.0", "apiVersion": "v2", "urls": [url]}
    entry |= {"digest": digest} if digest is not None else {}
    index = json.dumps({"apiVersion": "v1", "entries": {"sub": [entry]}}).encode()
    return {f"{at}/index.yaml": Reply(index), f"{at}/sub-1.0.0.tgz": Reply(packed)}


def registry_pages(at: str, packed: bytes, *, tag: str = "1.0.0") -> dict[str, Reply]:
    """The pages of a registry with one chart; `at` is the address of its API."""
    config = b"{}"
    media = "application/vnd.cncf.helm"
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": {"mediaType": f"{media}.config.v1+json", "digest": sha256(config), "size": len(config)},
            "layers": [
                {"mediaType": f"{media}.chart.content.v1.tar+gzip", "digest": sha256(packed), "size": len(packed)}
            ],
        }
    ).encode()
    return {
        f"{at}/charts/sub/manifests/{tag}": Reply(manifest, headers={"Docker-Content-Digest": sha256(manifest)}),
        f"{at}/charts/sub/blobs/{sha256(packed)}": Reply(packed),
        f"{at}/charts/sub/tags/list": Reply(
            json.dumps({"name": "charts/sub", "tags": [tag, "0.9.0", "x", "2026", "v9.0.0", "latest"]}).encode()
        ),
    }


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _leave() -> None:
    """Give this thread a network of its own; threads and processes that it starts get the same."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NETWORK):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _command(line: str) -> None:
    subprocess.run(line.split(), check=True, capture_output=True)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
