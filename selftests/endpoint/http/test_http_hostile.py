"""Hostile servers cost one deadline and little memory, and each ends in a clear reason."""

import gzip
import resource
import socket
import struct
import time
from collections.abc import Callable

import pytest
from http_lab import Lab

from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.http import AddressHttp, Answer, How, HttpFacts, Unanswered
from toetskader.laboratory.tls import ssl_context

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            raise ConnectionError
        data += part
    return data


def say(*parts: bytes) -> Callable[[socket.socket], None]:
    """Answer every request on a connection with the same."""

    def talk(connection: socket.socket) -> None:
        while True:
            read_request(connection)
            for part in parts:
                connection.sendall(part)

    return talk


def reply(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body), b"", body]
    return b"\r\n".join(lines)


def a_byte_a_second(connection: socket.socket) -> None:
    read_request(connection)
    for byte in HEAD * 100:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def a_byte_of_body_a_second(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.1)


def endless_headers(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"X-More: and more\r\n" * 1000)


def an_endless_header(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD + b"X-Long: ")
    while True:
        connection.sendall(b"x" * 65536)


def endless_interim_answers(connection: socket.socket) -> None:
    read_request(connection)
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def endless_early_hints(connection: socket.socket) -> None:
    read_request(connection)
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000)


def endless_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def an_endless_chunk_header(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n10;")
    while True:
        connection.sendall(b"x" * 65536)


BOMB = gzip.compress(bytes(1 << 28))


def gzip_bomb(connection: socket.socket) -> None:
    while True:
        read_request(connection)
        connection.sendall(reply(BOMB, b"Content-Type: text/html", b"Content-Encoding: gzip"))


def gzip_bomb_in_a_redirect(connection: socket.socket) -> None:
    while True:
        read_request(connection)
        moved = b"302 Found"
        connection.sendall(reply(BOMB, b"Location: https://x.nl/", b"Content-Encoding: gzip", status=moved))


def silence(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def ten_thousand_cookies(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD + b"".join(b"Set-Cookie: c%d=v; Secure\r\n" % number for number in range(10_000)) + b"\r\n")


@pytest.mark.hostile("saas")
@pytest.mark.parametrize(
    ("talk", "how"),
    [
        (a_byte_a_second, How.TIMED_OUT),
        (endless_headers, How.TOO_LARGE),
        (an_endless_header, How.TOO_LARGE),
        (endless_interim_answers, How.TOO_LARGE),
        (endless_early_hints, How.TOO_LARGE),
        (silence, How.TIMED_OUT),
        (ten_thousand_cookies, How.TOO_LARGE),
        (say(b"SSH-2.0-OpenSSH_9.2\r\n"), How.PROTOCOL),
    ],
)
@pytest.mark.parametrize("tls", [True, False])
def test_no_answer_has_a_reason(lab: Lab, talk: Callable[[socket.socket], None], how: How, *, tls: bool) -> None:
    with lab.talking(talk, tls=tls) as port:
        address = lab.one(port, port, deadline_s=1.5)
    exchange = address.first if tls else address.plain
    assert isinstance(exchange, Unanswered)
    assert exchange.how is how
    assert exchange.connected
    assert exchange.message.nl
    assert exchange.message.en


@pytest.mark.parametrize("tls", [True, False])
def test_an_interim_answer_is_not_the_answer(lab: Lab, *, tls: bool) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nStrict-Transport-Security: max-age=31536000\r\nLink: </a>\r\n\r\n"
    with lab.talking(say(hints, hints, reply(b"x", b"X-Own: yes")), tls=tls) as port:
        found = lab.one(port)
    answer = found.first if tls else found.plain
    assert isinstance(answer, Answer)
    assert answer.status == 200
    assert answer.values("strict-transport-security") == ()
    assert answer.values("x-own") == ("yes",)


@pytest.mark.parametrize(
    "talk", [a_byte_of_body_a_second, endless_body, an_endless_chunk_header, gzip_bomb], ids=lambda talk: talk.__name__
)
def test_a_body_without_end_is_read_in_part(lab: Lab, talk: Callable[[socket.socket], None]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with lab.talking(talk) as port:
        address = lab.one(port, deadline_s=1.5)
    assert isinstance(address.first, Answer)
    assert address.document is not None
    assert not address.document.complete
    assert address.document.size <= 2_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    assert address.load_ms is None


def test_the_body_of_a_redirect_is_bounded_too(lab: Lab) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with lab.talking(gzip_bomb_in_a_redirect) as port:
        address = lab.one(port, deadline_s=3)
    assert isinstance(address.first, Answer)
    assert address.first.redirect is not None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_at_once(connection: socket.socket) -> None:
    reset(connection)


def reset_after_client_hello(connection: socket.socket) -> None:
    connection.recv(100)
    reset(connection)


@pytest.mark.parametrize("talk", [reset_at_once, reset_after_client_hello])
def test_a_reset_before_tls_is_told(lab: Lab, talk: Callable[[socket.socket], None]) -> None:
    with lab.talking(talk, handshake=False) as port:
        address = lab.one(port)
    assert isinstance(address.first, Unanswered)
    assert address.first.how is How.RESET
    assert isinstance(address.error, Unanswered)
    assert address.error.how is How.NOT_ASKED


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 20", HEAD, HEAD + b"X-Half: "])
def test_an_answer_that_breaks_off_in_its_headers_is_told(lab: Lab, sent: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(sent)
        reset(connection)

    with lab.talking(talk, tls=False) as port:
        plain = lab.one(port, deadline_s=1).plain
    assert isinstance(plain, Unanswered)
    assert plain.how is How.RESET


def test_a_tls_server_that_hangs_after_client_hello_costs_one_deadline(lab: Lab) -> None:
    with lab.talking(silence, handshake=False) as port:
        address = lab.one(port, deadline_s=1)
    assert isinstance(address.first, Unanswered)
    assert address.first.how is How.TIMED_OUT
    assert address.first.connected


def test_a_redirect_loop_ends(lab: Lab) -> None:
    asked = []

    def talk(connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            asked.append(request.split()[1])
            connection.sendall(reply(b"", b"Location: /" + b"%d" % (len(asked) % 3), status=b"302 Found"))

    with lab.talking(talk) as port:
        address = lab.one(port)
    assert isinstance(address.last, Unanswered)
    assert address.last.how is How.LOOP
    assert address.document is None
    assert len(asked) < 40


@pytest.mark.parametrize(
    "location",
    [
        b"http://169.254.169.254/latest/meta-data/",
        b"https://169.254.169.254/",
        b"//169.254.169.254/",
        b"https://user@169.254.169.254/?https://app.example.nl/",
        b"https://app.example.nl@169.254.169.254/",
        b"https://app.example.nl:1/",
        b"http://app.example.nl/",
        b"https://[::1/",
        b"gopher://app.example.nl/",
        b"https://app.example.nl:99999/",
    ],
)
def test_a_redirect_to_elsewhere_is_recorded_and_not_followed(lab: Lab, location: bytes) -> None:
    with lab.talking(say(reply(b"", b"Location: " + location, status=b"302 Found"))) as port:
        address = lab.one(port)
    assert isinstance(address.first, Answer)
    assert address.first.redirect is not None
    assert address.hops == ()
    assert address.document is None
    assert address.security_txt.hops == ()


def test_what_headers_hold_is_escaped(lab: Lab) -> None:
    headers = (b"X-Nul: a\x00b", b"X-Script: <script>alert(1)</script>", b"X-Bytes: \xff\xfe", b"X-Bell: \x07\x1b[31m")
    with lab.talking(say(reply(b"<p>", *headers, b"Content-Type: text/html"))) as port:
        address = lab.one(port)
    assert isinstance(address.first, Answer)
    assert address.first.values("x-nul") == ("a\\x00b",)
    assert address.first.values("x-script") == ("<script>alert(1)</script>",)
    assert address.first.values("x-bytes") == ("\\xff\\xfe",)
    assert address.first.values("x-bell") == ("\\x07\\x1b[31m",)


@pytest.mark.redaction("saas")
def test_no_secret_is_kept(lab: Lab) -> None:
    secret = b"5ecret-5ecret"
    headers = (
        b"Location: /next?code=" + secret + b"#" + secret,
        b"Set-Cookie: sid=" + secret + b"; HttpOnly; Path=/",
        b"X-Auth-Token: " + secret,
        b"Refresh: 1; url=https://x.nl/?token=" + secret,
    )
    body = b"<a href='http://x.nl/?t=" + secret + b"'><img src='http://u:" + secret + b"@x.nl/?" + secret + b"'>"
    with lab.talking(say(reply(body, *headers, status=b"302 Found"))) as port:
        facts = lab.collect(port, path="/?key=public")
    assert isinstance(facts, HttpFacts)
    assert "5ecret" not in repr(facts)
    first = facts.addresses[0].first
    assert isinstance(first, Answer)
    assert [(cookie.name, cookie.http_only) for cookie in first.cookies] == [("sid", True)]


def test_security_txt_with_bytes_that_are_no_utf8_is_kept_as_text(lab: Lab) -> None:
    with lab.talking(say(reply(b"Contact: mailto:a\xff@b.nl\n\x00", b"Content-Type: text/plain"))) as port:
        address = lab.one(port)
    assert address.security_txt.text == "Contact: mailto:a\\xff@b.nl\n\x00"
    assert not address.security_txt.utf8


def test_a_hundred_kilobytes_of_security_txt_are_read(lab: Lab) -> None:
    with lab.talking(say(reply(b"# x\n" * 100_000, b"Content-Type: text/plain"))) as port:
        address = lab.one(port, deadline_s=30)
    assert len(address.security_txt.text) == 100_000
    assert not address.security_txt.complete


def test_private_addresses_are_refused(lab: Lab) -> None:
    found = lab.collect(1, addresses=("127.0.0.1", "169.254.169.254", "::1", "10.0.0.1"), allow_private=False)
    assert isinstance(found, NotSeen)
    assert found.reason is Reason.REFUSED_INPUT


def test_metadata_of_a_cloud_is_refused_inside_a_network_too(lab: Lab) -> None:
    kept_off = ("169.254.169.254", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254")
    found = lab.collect(1, addresses=kept_off, allow_private=True)
    assert isinstance(found, NotSeen)
    assert found.reason is Reason.REFUSED_INPUT
    assert "allow_private" not in found.message.en


def test_a_closed_port_is_told_apart_from_silence(lab: Lab) -> None:
    with lab.talking(silence) as port:
        pass
    address: AddressHttp = lab.one(port, deadline_s=1)
    assert isinstance(address.first, Unanswered)
    assert address.first.how is How.REFUSED
    assert isinstance(address.plain, Unanswered)
    assert address.plain.how is How.REFUSED


def test_an_address_that_swallows_connections_costs_one_deadline(lab: Lab) -> None:
    """A listener whose queue is full drops what comes, as a black hole does."""
    with socket.socket(socket.AF_INET6) as full:
        full.bind(("::1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket(socket.AF_INET6) for _ in range(8)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(("::1", port))
        facts = lab.collect(port, addresses=("::1",), deadline_s=1)
        for connection in waiting:
            connection.close()
    assert isinstance(facts, HttpFacts)
    (address,) = facts.addresses
    assert isinstance(address.first, Unanswered)
    assert address.first.how is How.TIMED_OUT
    assert not address.first.connected


def test_http_2_that_trickles_costs_one_deadline(lab: Lab) -> None:
    tls = ssl_context("good", lab.certificate, lab.key)
    tls.set_alpn_protocols(["h2"])

    def talk(connection: socket.socket) -> None:
        if not connection.recv(65536).startswith(b"PRI * HTTP/2.0"):
            return
        connection.sendall(bytes.fromhex("000000040000000000"))  # SETTINGS
        for byte in bytes.fromhex("7fffff0000000000") * 100:  # then a frame that takes long
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with lab.talking(talk, using=tls) as port:
        address = lab.one(port, deadline_s=1.5)
    assert isinstance(address.first, Unanswered)
    assert address.first.message.nl
