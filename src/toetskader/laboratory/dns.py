"""A DNS laboratory on loopback: a signed tree of zones behind one server, resolver and name server at once."""

import base64
import shutil
import socket
import socketserver
import struct
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
from dns.dnssectypes import DSDigest

from toetskader.laboratory.dns_answers import PAYLOAD, Answers
from toetskader.laboratory.dns_zones import (
    KEY_FLAGS,
    Denial,
    Flaw,
    LabZone,
    ServedZone,
    SigningKey,
    build,
    fingerprints,
    make_key,
)

__all__ = ["Denial", "DnsLaboratory", "Flaw", "LabZone"]

HOSTS = ("127.0.0.1", "::1")
TRIES = 20
"""Ports that are tried until one is free for UDP and TCP, over IPv4 and IPv6."""
IDLE_S = 10.0
"""Seconds after which a silent TCP connection is closed."""


class DnsLaboratory:
    """Serves zones until it is closed; use it with `with`.

    Parameters: `zones`, those that the test is about; the zones above them are made, signed, when they are not
    given; `now`, the moment around which signatures are valid; `lame`, zones that it does not answer for as a name
    server; `port`, 0 for any that is free; `meddle`, a function that may change the bytes of an answer before it
    leaves (None: no answer).
    """

    def __init__(
        self,
        zones: Iterable[LabZone],
        *,
        now: datetime | None = None,
        lame: Iterable[str] = (),
        port: int = 0,
        meddle: Callable[[dns.message.Message, bytes], bytes | None] | None = None,
    ) -> None:
        moment = now or datetime.now(UTC)
        tree = _with_those_above(zones)
        keys = {name: tuple(make_key(algorithm) for algorithm in zone.algorithms) for name, zone in tree.items()}
        self.zones: dict[dns.name.Name, ServedZone] = {}
        for name, zone in tree.items():
            below = {child: fingerprints(tree[child], keys[child]) for child in tree if _above(child, tree) == name}
            self.zones[name] = build(zone, keys[name], below, moment)
        self._answers = Answers(self.zones, frozenset(dns.name.from_text(name) for name in lame))
        self._meddle = meddle
        self._root_keys = keys[dns.name.root]
        self._folder = Path(tempfile.mkdtemp(prefix="toetskader-dns-"))
        self._servers: list[_UdpServer | _TcpServer] = []
        self.asked: list[tuple[str, str]] = []
        """Questions it was asked, as name and type."""
        self.has_ipv6 = _ipv6_on_loopback()
        self.port = port

    @property
    def resolver(self) -> str:
        """Its address as a resolver."""
        return f"127.0.0.1:{self.port}"

    @property
    def trust_anchor_file(self) -> Path:
        """DS records of its root, in zone-file form."""
        return self._folder / "anchors.zone"

    @property
    def delv_anchor_file(self) -> Path:
        """The keys of its root as BIND's programs read them (`delv -a`)."""
        return self._folder / "anchors.conf"

    def __enter__(self) -> "DnsLaboratory":
        root = dns.name.root
        self.trust_anchor_file.write_text(
            "".join(f". IN DS {dns.dnssec.make_ds(root, key.public, DSDigest.SHA256)}\n" for key in self._root_keys),
            encoding="ascii",
        )
        self.delv_anchor_file.write_text(_bind_anchors(self._root_keys), encoding="ascii")
        self._listen()
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def reply(self, wire: bytes, most: int | None) -> bytes | None:
        """Return the answer to a message as bytes, or None when it is none.

        Parameters: `most`, bytes that fit; None for as many as the message itself says.
        """
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, ValueError):
            return None
        if query.question:
            asked = query.question[0]
            self.asked.append((asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)))
        answer = self._answers.answer(query)
        most = most or max(512, min(query.payload or 512, PAYLOAD))
        try:
            made = answer.to_wire(max_size=most)
        except dns.exception.TooBig:
            answer = dns.message.make_response(query, recursion_available=True, our_payload=PAYLOAD)
            answer.flags |= dns.flags.TC
            made = answer.to_wire(max_size=most)
        return made if self._meddle is None else self._meddle(query, made)

    def _listen(self) -> None:
        """Open one port for UDP and TCP, over IPv4 and IPv6 where there is any. Raises OSError when none is free."""
        wanted = self.port
        for attempt in range(TRIES):
            opened: list[_UdpServer | _TcpServer] = []
            port = wanted
            try:
                for host in HOSTS if self.has_ipv6 else HOSTS[:1]:
                    for kind in (_UdpServer, _TcpServer):
                        opened.append(kind(self, host, port))
                        port = opened[0].port
            except OSError:
                for server in opened:
                    server.server_close()
                if wanted or attempt == TRIES - 1:
                    raise
                continue
            self.port, self._servers = port, opened
            return


def _ipv6_on_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


class _UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    block_on_close = False
    max_packet_size = 65_535

    def __init__(self, laboratory: DnsLaboratory, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.laboratory = laboratory
        super().__init__((host, port), _UdpHandler)
        self.port: int = self.socket.getsockname()[1]


class _UdpHandler(socketserver.BaseRequestHandler):
    server: _UdpServer

    def handle(self) -> None:
        wire, connection = self.request
        answer = self.server.laboratory.reply(wire, None)
        if answer is not None:
            with suppress(OSError):  # the one who asked may be gone
                connection.sendto(answer, self.client_address)


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, laboratory: DnsLaboratory, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.laboratory = laboratory
        super().__init__((host, port), _TcpHandler)
        self.port: int = self.socket.getsockname()[1]


class _TcpHandler(socketserver.StreamRequestHandler):
    server: _TcpServer
    timeout = IDLE_S

    def handle(self) -> None:
        with suppress(OSError, EOFError):
            while True:
                head = self.rfile.read(2)
                if len(head) < 2:
                    return
                answer = self.server.laboratory.reply(self.rfile.read(struct.unpack("!H", head)[0]), 65_535)
                if answer is None:
                    return
                self.wfile.write(struct.pack("!H", len(answer)) + answer)


def _with_those_above(zones: Iterable[LabZone]) -> dict[dns.name.Name, LabZone]:
    """Return zones by name, with a signed root and top-level zone where none are given."""
    tree = {dns.name.from_text(zone.name).canonicalize(): zone for zone in zones}
    tree.setdefault(dns.name.root, LabZone("."))
    for name in list(tree):
        if len(name) > 1:
            top = name.split(2)[1]
            tree.setdefault(top, LabZone(top.to_text()))
    return tree


def _above(name: dns.name.Name, tree: Mapping[dns.name.Name, LabZone]) -> dns.name.Name | None:
    """Return the zone that delegates to a zone; None for the root."""
    above = name
    while len(above) > 1:
        above = above.parent()
        if above in tree:
            return above
    return None


def _bind_anchors(keys: tuple[SigningKey, ...]) -> str:
    lines = []
    for key in keys:
        data = base64.b64encode(key.public.key).decode()
        lines.append(f'. static-key {KEY_FLAGS} 3 {int(key.public.algorithm)} "{data}";')
    return "trust-anchors {\n" + "\n".join(lines) + "\n};\n"
