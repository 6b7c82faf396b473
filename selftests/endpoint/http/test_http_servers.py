"""The collector against real servers: the laboratory's, nginx, and one that speaks HTTP/2 only."""

import socket
import ssl
import threading
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import msgspec
import pytest
from http_lab import HOST, Lab
from judged import CHECKS, NORM, TENANT, http, judge, no_answer
from judged import address as address_of_a_good_site
from nginx_server import nginx_server

from tests.test_http import test_browsers_are_told_to_keep_to_https as judge_hsts
from toetskader.collect.endpoint.gate import Gate
from toetskader.collect.endpoint.http import collect_http
from toetskader.facts.endpoint.http import Answer, How, HttpFacts, Unanswered
from toetskader.facts.endpoint.kept_off import without_our_doing
from toetskader.facts.endpoint.page import likeness
from toetskader.judging.findings import Findings
from toetskader.laboratory.tls import ssl_context
from toetskader.laboratory.web import Reply, Site, bad_site, free_port, good_site, serve
from toetskader.text import Text

BOTH = ("127.0.0.1", "::1")
PARAMS = {"http.load_time": {"seconds": 10}}


def visit(lab: Lab, site: Site, port: int = 0, **settings: bool) -> HttpFacts:
    with serve(site, lab.tls, port=port) as served:
        facts = lab.collect(served.port, served.http_port, BOTH, **settings)
    assert isinstance(facts, HttpFacts)
    return facts


def verdicts(facts: HttpFacts) -> dict[str, str]:
    known = {name: getattr(facts, name) for name in ("host", "port", "http_port")}
    return {id_: judge(id_, *facts.addresses, params=PARAMS.get(id_), **known).verdict for id_ in CHECKS}


def test_the_good_site_of_the_laboratory_passes_every_check(lab: Lab) -> None:
    port = free_port()
    found = verdicts(visit(lab, good_site(f"{HOST}:{port}", entra_tenant=TENANT), port))
    assert found.pop("http.portal_reachable") == "not_applicable"
    assert set(found.values()) == {"pass"}


def test_the_bad_site_of_the_laboratory_fails(lab: Lab) -> None:
    found = verdicts(visit(lab, bad_site(), trusted=False))
    fine = {"http.https_reachable", "http.same_service", "http.load_time", "http.web_application"}
    assert {id_ for id_, verdict in found.items() if verdict == "pass"} == fine
    assert {id_ for id_, verdict in found.items() if verdict == "undetermined"} == {"http.sso_protocol"}


def test_facts_survive_json(lab: Lab) -> None:
    facts = visit(lab, bad_site())
    assert msgspec.json.decode(msgspec.json.encode(facts), type=HttpFacts) == facts


def test_an_untrusted_certificate_is_told_and_the_site_read_on(lab: Lab) -> None:
    (address, _) = visit(lab, bad_site(), trusted=False).addresses
    assert "issuer" in address.certificate_fault
    assert isinstance(address.first, Answer)
    assert address.document is not None


def test_redirects_on_the_same_host_are_followed_to_the_document(lab: Lab) -> None:
    pages = {
        "/": Reply(status=302, headers=(("Location", "/start?sid=1"),)),
        "/start": Reply(status=303, headers=(("Location", "welkom"),)),
        "/welkom": Reply("<p>Welkom"),
    }
    (address, _) = visit(lab, Site(pages, missing=Reply(status=404))).addresses
    assert [hop.status for hop in address.hops if isinstance(hop, Answer)] == [303, 200]
    assert address.document is not None
    assert address.document.form == "html"
    assert address.load_ms is not None


def test_documents_on_two_addresses_can_be_compared(lab: Lab) -> None:
    words = " ".join(f"woord{number}" for number in range(400))
    one, two = visit(lab, Site({"/": Reply(words)}, missing=Reply(status=404))).addresses
    assert one.document is not None
    assert two.document is not None
    assert likeness(one.document, two.document) == 1


def test_security_txt_at_the_old_place_is_found(lab: Lab) -> None:
    site = Site({"/security.txt": Reply("Contact: x", content_type="text/plain")}, missing=Reply(status=404))
    (address, _) = visit(lab, site).addresses
    assert address.legacy_security_txt is not None
    assert address.legacy_security_txt.text == "Contact: x"


def test_one_connection_over_tls_serves_all_requests(lab: Lab) -> None:
    now, most, total, lock = 0, 0, 0, threading.Lock()

    def talk(connection: socket.socket) -> None:
        nonlocal now, most, total
        with lock:
            now, total = now + 1, total + 1
            most = max(most, now)
        while data := connection.recv(65536):
            if b"\r\n\r\n" in data:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        with lock:
            now -= 1

    with lab.talking(talk) as port:
        gate = Gate(most=1)
        facts = collect_http(
            HOST,
            port,
            port,
            "/",
            ["127.0.0.1"],
            authorities=lab.authorities,
            allow_private=True,
            deadline_s=5,
            user_agent="x",
            gate=gate,
        )
    assert isinstance(facts, HttpFacts)
    assert most == 1
    assert total == 2  # and one to see whether it speaks HTTP/2


def test_requests_say_who_asks_and_ask_the_right_host(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    requests: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            requests.append(data)
            answer = b"HTTP/1.1 404 Not Found\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
            connection.sendall(answer)

    with lab.talking(talk) as port:
        lab.one(port)
    assert len(requests) >= 4
    for request in requests:
        assert f"\r\nHost: {HOST}:{port}\r\n".encode() in request
        assert b"\r\nUser-Agent: Toetskader/test (+https://example.nl/)\r\n" in request
        assert b"\r\nCookie:" not in request


def test_a_server_that_demands_a_client_certificate_is_told(lab: Lab) -> None:
    tls = ssl_context("modern", lab.certificate, lab.key, client_authority=lab.authorities.read_bytes())
    with serve(Site({}, missing=Reply(status=404)), tls) as served:
        address = lab.one(served.port, served.http_port)
    assert isinstance(address.first, Unanswered)
    assert address.first.how is How.CLIENT_CERTIFICATE


def test_a_server_with_old_tls_is_read(lab: Lab) -> None:
    with serve(bad_site(), ssl_context("weak", lab.certificate, lab.key)) as served:
        address = lab.one(served.port, served.http_port)
    assert isinstance(address.first, Answer)


def test_a_server_that_speaks_http_2_only_is_read(lab: Lab) -> None:
    tls = ssl_context("good", lab.certificate, lab.key)
    tls.set_alpn_protocols(["h2"])

    def talk(connection: socket.socket) -> None:
        talking = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        talking.initiate_connection()
        connection.sendall(talking.data_to_send())
        while data := connection.recv(65536):
            try:
                events = talking.receive_data(data)
            except h2.exceptions.ProtocolError:  # it was spoken to in HTTP/1.1
                return
            for event in events:
                if isinstance(event, h2.events.RequestReceived):
                    headers = [(":status", "200"), ("content-type", "text/html"), ("x-content-type-options", "nosniff")]
                    talking.send_headers(event.stream_id, headers)
                    talking.send_data(event.stream_id, b"<p>Welkom", end_stream=True)
            connection.sendall(talking.data_to_send())

    with lab.talking(talk, using=tls) as port:
        address = lab.one(port)
    assert isinstance(address.first, Answer)
    assert address.first.protocol == "HTTP/2"
    assert address.first.values("x-content-type-options") == ("nosniff",)
    assert address.document is not None
    assert address.document.size == 9
    assert address.certificate_fault == ""


PEM = ("ssl_certificate {folder}/server.pem", "ssl_certificate_key {folder}/server.key", "default_type text/html")
HSTS = 'add_header Strict-Transport-Security "max-age=31536000" always'


def nginx(lab: Lab, folder: Path, *settings: str, first: str = "", protocols: str = "") -> HttpFacts:
    """Return what nginx answers with these settings of a server."""
    (folder / "server.pem").write_bytes(lab.certificate)
    (folder / "server.key").write_bytes(lab.key)
    with nginx_server(folder, (*PEM, *settings), first=first, protocols=protocols) as port:
        facts = lab.collect(port)
    assert isinstance(facts, HttpFacts)
    return facts


def hsts_of(facts: HttpFacts) -> tuple[str, str, str]:
    """Return the verdict on HSTS, the finding, and the command that shows it."""
    findings = Findings()
    judge_hsts(facts, NORM, findings)
    found = [item for item in findings.items if item.strength == "required"]
    seen = found[0].seen if found else ""
    return (
        ("fail" if found else "pass"),
        (seen.en if isinstance(seen, Text) else str(seen)),
        found[0].command if found else "",
    )


@pytest.mark.parametrize(
    ("versions", "verdict", "seen", "option"),
    [
        ('HTTP/2.0 ""; default "max-age=31536000";', "fail", "over HTTP/2: no header", "--http2"),
        ('HTTP/2.0 "max-age=0"; default "max-age=31536000";', "fail", "over HTTP/2: max-age=0", "--http2"),
        ('HTTP/2.0 "max-age=31536000"; default "";', "fail", "no header", "--http1.1"),
        ('default "";', "fail", "no header", "--http1.1"),
        ('default "max-age=31536000";', "pass", "", ""),
    ],
)
def test_hsts_counts_in_each_version_of_http_that_a_server_speaks(
    lab: Lab, tmp_path: Path, versions: str, verdict: str, seen: str, option: str
) -> None:
    age = "map $server_protocol $age { " + versions + " }"
    facts = nginx(lab, tmp_path, "add_header Strict-Transport-Security $age always", first=age, protocols="http2")
    (address,) = facts.addresses
    assert isinstance(address.first, Answer)
    assert isinstance(address.http2, Answer)
    assert (address.first.protocol, address.http2.protocol) == ("HTTP/1.1", "HTTP/2")
    found = hsts_of(facts)
    assert found[:2] == (verdict, seen)
    assert option in found[2]


def test_a_server_that_does_not_choose_http_2_is_judged_without(lab: Lab, tmp_path: Path) -> None:
    facts = nginx(lab, tmp_path, HSTS)
    assert facts.addresses[0].http2 is None
    assert hsts_of(facts)[0] == "pass"
    assert "--http" not in facts.curl(facts.addresses[0])


def test_headers_that_only_come_over_http_2_are_seen(lab: Lab, tmp_path: Path) -> None:
    maps = (
        'map $server_protocol $product { HTTP/2.0 "Zaaksuite/3.2.1"; default ""; }\n'
        'map $server_protocol $cookie { HTTP/2.0 "sid=1; Secure; SameSite=None"; default ""; }'
    )
    shown = (HSTS, "add_header X-Served-With $product always", "add_header Set-Cookie $cookie always")
    facts = nginx(lab, tmp_path, *shown, "server_tokens off", first=maps, protocols="http2")
    (address,) = facts.addresses
    leaks = judge("http.no_information_leak", address, port=facts.port)
    assert "required x-served-with: Zaaksuite/3.2.1" in leaks.findings
    headers = judge("http.security_headers", address, port=facts.port).findings
    assert "recommended Set-Cookie: over HTTP/2: without HttpOnly: sid" in headers
    assert sum("Referrer-Policy" in finding for finding in headers) == 1  # the same in both is told once


def test_http_2_that_breaks_off_leaves_doubt(lab: Lab) -> None:
    tls = ssl_context("good", lab.certificate, lab.key)
    tls.set_alpn_protocols(["h2", "http/1.1"])

    def talk(connection: ssl.SSLSocket) -> None:
        while data := connection.recv(65536):
            if data.startswith(b"PRI"):
                return
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=31536000\r\nContent-Length: 0\r\n\r\n"
            )

    with lab.talking(talk, using=tls) as port:  # type: ignore[arg-type]
        address = lab.one(port)
    assert isinstance(address.first, Answer)
    assert isinstance(address.http2, Unanswered)
    outcome = judge("http.hsts", address)
    assert outcome.verdict == "undetermined"
    assert "HTTP/2" in outcome.reason


def test_silence_over_http_2_may_be_our_own_doing(lab: Lab) -> None:
    silent = msgspec.structs.replace(address_of_a_good_site(), http2=no_answer(How.RESET, connected=True))
    told = without_our_doing(http(silent), lambda address, port: Text("veel gevraagd.", "much was asked."))
    (address,) = told.addresses
    assert isinstance(address.http2, Unanswered)
    assert address.http2.how is How.KEPT_OFF
    outcome = judge("http.hsts", address)
    assert (outcome.verdict, "our doing" in outcome.reason) == ("undetermined", True)


def test_nginx_is_read(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "server.pem").write_bytes(lab.certificate)
    (tmp_path / "server.key").write_bytes(lab.key)
    settings = (
        "ssl_certificate {folder}/server.pem",
        "ssl_certificate_key {folder}/server.key",
        'add_header Strict-Transport-Security "max-age=31536000" always',
        "default_type text/plain",
        "gzip on",
        "gzip_min_length 1",
        "gzip_types text/plain",
    )
    with nginx_server(tmp_path, settings) as port:
        address = lab.one(port)
    assert isinstance(address.first, Answer)
    assert address.first.values("strict-transport-security") == ("max-age=31536000",)
    assert address.first.values("content-encoding") == ("gzip",)
    assert address.first.values("server")[0].startswith("nginx/")
    assert address.document is not None
    assert address.document.size == len("laboratory")
    # plain HTTP to its TLS port is answered, with a version
    assert isinstance(address.plain, Answer)
    assert address.plain.status == 400
    assert judge("http.no_information_leak", address).verdict == "fail"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br"])
def test_an_encoding_that_cannot_be_undone_is_asked_again_without(lab: Lab, encoding: str) -> None:
    def talk(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            if b"br" in data.partition(b"Accept-Encoding:")[2]:
                reply = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 3\r\n\r\n???".encode()
            else:
                reply = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>"
            connection.sendall(reply)

    with lab.talking(talk) as port:
        address = lab.one(port)
    assert isinstance(address.first, Answer)
    assert address.first.values("content-encoding") == (encoding,)
    assert address.document is not None
    assert address.document.form == "html"


def test_a_context_without_certificates_is_refused(lab: Lab, tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("nothing")
    found = collect_http(
        HOST, 1, 1, "/", ["127.0.0.1"], authorities=broken, allow_private=True, deadline_s=1, user_agent="x"
    )
    assert not isinstance(found, HttpFacts)
    assert str(broken) in found.message.en
