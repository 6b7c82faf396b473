"""What our own measurement does to an address is never told as a fault of the service behind it."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from toetskader.collect import endpoints
from toetskader.collect.endpoint import gate
from toetskader.collect.endpoint.contacts import Contacts
from toetskader.collect.endpoint.gate import Gate
from toetskader.collect.endpoints import EndpointCollectors
from toetskader.facts.endpoint.http import Answer, How, HttpFacts, Unanswered
from toetskader.facts.endpoint.kept_off import without_our_doing
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.facts.key import FactKey
from toetskader.kinds.saas.part import RpkiSource, SaasPart
from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.dns import DnsLaboratory, LabZone
from toetskader.laboratory.tls import ssl_context
from toetskader.text import Text

HOST = "balie.limited.test"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok"
WHY = Text("Daarom.", "Because.")
Refuse = Callable[[socket.socket], None]


def with_reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def by_closing(connection: socket.socket) -> None:
    connection.recv(4096)


def with_an_alert(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x50")


def by_silence(connection: socket.socket) -> None:
    connection.settimeout(30)
    with suppress(OSError):
        while connection.recv(4096):
            pass


@contextmanager
def serving(context: ssl.SSLContext, most: int, refuse: Refuse) -> Iterator[int]:
    """A good server that takes so many connections, and then refuses in the way given."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    lock, taken = threading.Lock(), 0

    def talk(connection: socket.socket) -> None:
        nonlocal taken
        with lock:
            taken += 1
            over = taken > most
        with suppress(OSError), connection:
            if over:
                refuse(connection)
                return
            connection.settimeout(20)
            with context.wrap_socket(connection, server_side=True) as secure:
                while secure.recv(65536):
                    secure.sendall(PAGE)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    authority = Authority()
    certificate, key = authority.issue([HOST])
    path = authority.write(tmp_path_factory.mktemp("authority") / "ca.pem")
    return ssl_context("good", certificate, key), path


@pytest.fixture(scope="module")
def names() -> Iterator[DnsLaboratory]:
    with DnsLaboratory([LabZone("limited.test", "balie A 127.0.0.1\nloket A 127.0.0.1\n")]) as lab:
        yield lab


def part_of(names: DnsLaboratory, authorities: Path, *ports: int) -> SaasPart:
    return SaasPart(
        endpoints=tuple(Endpoint(host=HOST, port=port, http_port=1, allow_private=True) for port in ports),
        resolver=names.resolver,
        trust_anchors=Path(names.trust_anchor_file),
        certificate_authorities=authorities,
        name_server_port=names.port,
        rpki=RpkiSource(),
    )


@pytest.mark.parametrize("refuse", [with_reset, by_closing, with_an_alert, by_silence])
def test_a_limit_that_our_scan_trips_is_told_as_that_to_every_collector(
    refuse: Refuse, context: tuple[ssl.SSLContext, Path], names: DnsLaboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP is asked before the scan, so it answers; of the next target with this address both are kept off."""
    monkeypatch.setattr(endpoints, "DEADLINE_S", 8.0)
    with serving(context[0], 20, refuse) as port, EndpointCollectors(None) as collectors:
        part = part_of(names, context[1], port)
        first, second = (collectors.collect(part, frozenset({"http", "tls"})) for _ in range(2))
    scene = part.endpoints[0].scene
    http, tls = first[FactKey("http", scene)], first[FactKey("tls", scene)]
    assert isinstance(http, HttpFacts)
    assert isinstance(http.addresses[0].first, Answer), "asked before the scan"
    assert isinstance(tls, TlsFacts)
    assert tls.addresses[0].kept_off
    again, scanned = second[FactKey("http", scene)], second[FactKey("tls", scene)]
    assert isinstance(again, HttpFacts)
    assert isinstance(again.addresses[0].first, Unanswered)
    assert again.addresses[0].first.how is How.KEPT_OFF
    assert "our own TLS measurement" in again.addresses[0].first.message.en
    assert isinstance(scanned, TlsFacts)
    assert scanned.addresses[0].kept_off
    assert not scanned.addresses[0].reachable
    assert scanned.addresses[0].reason is not None
    assert "our own TLS measurement" in scanned.addresses[0].reason.en


def test_a_server_without_a_limit_is_never_said_to_keep_us_off(
    context: tuple[ssl.SSLContext, Path], names: DnsLaboratory
) -> None:
    with serving(context[0], 10_000, with_reset) as port, EndpointCollectors(None) as collectors:
        part = part_of(names, context[1], port)
        for found in (collectors.collect(part, frozenset({"http", "tls"})) for _ in range(2)):
            http, tls = (found[FactKey(kind, part.endpoints[0].scene)] for kind in ("http", "tls"))
            assert isinstance(http, HttpFacts)
            assert isinstance(http.addresses[0].first, Answer)
            assert isinstance(tls, TlsFacts)
            assert not tls.addresses[0].kept_off


def test_a_service_that_breaks_off_every_request_is_broken_also_after_a_scan(
    context: tuple[ssl.SSLContext, Path], names: DnsLaboratory
) -> None:
    """TLS is spoken and nothing ever answers over it: that is no limit of anybody."""
    broken = BrokenService(context[0])
    with serving(broken, 10_000, with_reset) as port, EndpointCollectors(None) as collectors:  # type: ignore[arg-type]
        part = part_of(names, context[1], port)
        for found in (collectors.collect(part, frozenset({"http", "tls"})) for _ in range(2)):
            http = found[FactKey("http", part.endpoints[0].scene)]
            assert isinstance(http, HttpFacts)
            first = http.addresses[0].first
            assert isinstance(first, Unanswered)
            assert first.how is How.RESET


class BrokenService:
    """Speaks TLS, and closes the connection on the first request."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    @contextmanager
    def wrap_socket(self, connection: socket.socket, *, server_side: bool) -> Iterator["BrokenService"]:
        with self._context.wrap_socket(connection, server_side=server_side) as secure:
            secure.recv(65536)
            yield self

    def recv(self, _: int) -> bytes:
        return b""


def test_nothing_at_an_address_is_scanned_before_every_page_there_is_asked_for(
    context: tuple[ssl.SSLContext, Path], names: DnsLaboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the endpoints have other names or ports."""
    order: list[str] = []
    lock = threading.Lock()

    def note(kind: str, collect: Callable[..., object]) -> Callable[..., object]:
        def noted(*given: object, **settings: object) -> object:
            with lock:
                order.append(f"{kind} begins")
            found = collect(*given, **settings)
            with lock:
                order.append(f"{kind} ends")
            return found

        return noted

    for kind in ("http", "tls"):
        monkeypatch.setattr(endpoints, f"collect_{kind}", note(kind, getattr(endpoints, f"collect_{kind}")))
    part = part_of(names, context[1], 1, 2, 3)
    other = Endpoint(host="loket.limited.test", port=4, http_port=1, allow_private=True)
    with EndpointCollectors(None) as collectors:
        collectors.collect(replace(part, endpoints=(other, *part.endpoints)), frozenset({"http", "tls"}))
    assert order.count("http ends") == order.count("tls begins") == 4
    assert max(at for at, what in enumerate(order) if what == "http ends") < order.index("tls begins")


def test_many_endpoints_at_one_address_do_not_wait_for_each_other_in_a_circle(
    context: tuple[ssl.SSLContext, Path], names: DnsLaboratory
) -> None:
    """More than there are workers: what is waited for is started before what waits."""
    part = part_of(names, context[1], *range(1, 90))
    with EndpointCollectors(None) as collectors:
        found = collectors.collect(part, frozenset({"http", "tls"}))
    assert all(isinstance(found[FactKey("tls", item.scene)], TlsFacts) for item in part.endpoints)


def test_what_a_run_knows_of_an_address() -> None:
    contacts = Contacts()
    assert contacts.why_silent("192.0.2.1", 443) is None
    contacts.answered("192.0.2.1", 443)
    assert contacts.why_silent("192.0.2.1", 443) is None, "nothing of ours came between"
    with contacts.scanning("192.0.2.1", "2001:db8::1"):
        pass
    assert contacts.why_silent("192.0.2.1", 443) is not None
    assert contacts.why_silent("192.0.2.1", 8443) is None, "another service, that never answered"
    assert contacts.why_silent("2001:db8::1", 443) is None
    contacts.kept_off("2001:db8::1")
    assert contacts.why_silent("2001:db8::1", 8443) is not None
    contacts.answered("2001:db8::1", 443)
    assert contacts.why_silent("2001:db8::1", 8443) is None, "nothing keeps us off any more"


def test_silence_is_explained_once_the_scan_that_goes_on_has_ended() -> None:
    contacts = Contacts()
    asked = threading.Event()
    answers: list[Text | None] = []

    def ask() -> None:
        asked.set()
        answers.append(contacts.why_silent("192.0.2.1", 443))

    with contacts.scanning("192.0.2.1"):
        thread = threading.Thread(target=ask)
        thread.start()
        asked.wait(10)
        contacts.kept_off("192.0.2.1")
    thread.join(10)
    assert len(answers) == 1
    assert answers[0] is not None


@pytest.mark.parametrize(
    ("how", "explained"),
    [
        (How.RESET, True),
        (How.REFUSED, True),
        (How.TIMED_OUT, True),
        (How.TLS, True),
        (How.PROTOCOL, False),
        (How.UNREACHABLE, False),
        (How.CLIENT_CERTIFICATE, False),
        (How.NOT_ASKED, False),
    ],
)
def test_what_is_explained(
    how: How, explained: bool, context: tuple[ssl.SSLContext, Path], names: DnsLaboratory
) -> None:
    part = part_of(names, context[1], 1)
    with EndpointCollectors(None) as collectors:
        http = collectors.collect(part, frozenset({"http"}))[FactKey("http", part.endpoints[0].scene)]
    assert isinstance(http, HttpFacts)
    silent = Unanswered(url="https://x/", how=how, message=WHY, connected=True)
    (address,) = http.addresses
    facts = msgspec.structs.replace(http, addresses=(msgspec.structs.replace(address, first=silent, hops=(silent,)),))
    (found,) = without_our_doing(facts, lambda *_: WHY).addresses
    assert isinstance(found.first, Unanswered)
    assert (found.first.how is How.KEPT_OFF) is explained
    assert found.hops[0].how is found.first.how  # type: ignore[union-attr]
    assert without_our_doing(facts, lambda *_: None) == facts


def test_connections_to_one_address_are_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(gate.time, "monotonic", lambda: 100.0)
    monkeypatch.setattr(gate.time, "sleep", slept.append)
    paced = Gate(pause_s=0.25)
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"):
        with paced.to(address):
            pass
    assert slept == [0, 0.25, 0, 0.5]
    assert time.monotonic() == 100.0
