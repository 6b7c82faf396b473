"""A standard browser is as strict as browsers are: what it would not connect to fails, though it is read on."""

import shlex
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from http_lab import HOST, Lab
from judged import judge
from openssl_server import openssl_server

from toetskader.collect.endpoint.http.trust import tls_context
from toetskader.facts.endpoint.http import AddressHttp, Answer, HttpFacts, Unanswered
from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.tls import ssl_context

OLD = "-cipher ALL:@SECLEVEL=0"
RSA, P256 = "-cert rsa.crt -key rsa.key", "-cert p256.crt -key p256.key"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an authority, what it issued, and chains in which a signature is one with SHA-1."""
    folder = tmp_path_factory.mktemp("browsers")
    authority = Authority(key="rsa2048")
    authority.write(folder / "ca.pem")
    for name, kind in (("rsa", "rsa2048"), ("p256", "p256")):
        certificate, key = authority.issue([HOST], kind)
        (folder / f"{name}.crt").write_bytes(certificate)
        (folder / f"{name}.key").write_bytes(key)
    (folder / "leaf.ext").write_text(f"subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
    (folder / "ca.ext").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
    root = "-newkey rsa:2048 -nodes -x509 -days 30 -keyout root.key -out root.pem -subj /CN=Root"
    _openssl(folder, f"req {root} -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign")
    _signed(folder, "sha1-leaf", "root", "sha1", "leaf.ext")
    for digest in ("sha1", "sha256"):
        _signed(folder, f"{digest}-middle", "root", digest, "ca.ext")
        _signed(folder, f"below-{digest}", f"{digest}-middle", "sha256", "leaf.ext")
    with (folder / "ca.pem").open("ab") as both:
        both.write((folder / "root.pem").read_bytes())
    return folder


def _signed(folder: Path, name: str, by: str, digest: str, extensions: str) -> None:
    """Make a key, and a certificate for it that another one signs."""
    _openssl(folder, f"req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}")
    _openssl(
        folder,
        f"x509 -req -in {name}.csr -CA {by}.pem -CAkey {by}.key -CAcreateserial -days 20 -{digest} "
        f"-extfile {extensions} -out {name}.pem",
    )


def _openssl(folder: Path, arguments: str) -> None:
    subprocess.run(["openssl", *shlex.split(arguments)], cwd=folder, check=True, capture_output=True)


def visited(lab: Lab, keys: Path, served: str) -> AddressHttp:
    own = Lab(keys / "ca.pem", lab.tls, lab.certificate, lab.key)
    with openssl_server(keys, shlex.split(served)) as port:
        return own.one(port, deadline_s=15)


def verdicts(address: AddressHttp) -> set[str]:
    return {judge(id_, address).verdict for id_ in ("http.standard_browser_security", "http.operational")}


@pytest.mark.parametrize(
    "served",
    [
        f"{RSA} -tls1 {OLD}",
        f"{RSA} -tls1_1 {OLD}",
        f"{RSA} -no_tls1_2 -no_tls1_3 {OLD}",
        f"{RSA} -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256",
        f"{RSA} -tls1_2 -cipher DHE-RSA-AES256-SHA:@SECLEVEL=0",
        f"{P256} -tls1_2 -cipher ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0",
        f"{RSA} -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -sigalgs RSA+SHA1",
    ],
)
def test_no_browser_connects(lab: Lab, keys: Path, served: str) -> None:
    found = visited(lab, keys, served)

    assert isinstance(found.first, Answer), "it is read on, so that the rest is judged"
    assert found.browser_fault is not None
    assert found.certificate_fault == ""
    assert verdicts(found) == {"fail"}


@pytest.mark.parametrize("chain", ["sha1-leaf", "sha1-middle"])
def test_no_browser_trusts_a_signature_with_sha_1(lab: Lab, keys: Path, chain: str) -> None:
    leaf, extra = ("sha1-leaf", "") if chain == "sha1-leaf" else ("below-sha1", "-cert_chain sha1-middle.pem")
    served = f"-cert {leaf}.pem -key {leaf}.key {extra} -cipher ALL:@SECLEVEL=0"
    found = visited(lab, keys, served)

    assert isinstance(found.first, Answer)
    assert "weak" in found.certificate_fault
    assert verdicts(found) == {"fail"}


@pytest.mark.parametrize(
    "served",
    [
        f"{RSA}",
        f"{P256} -tls1_3",
        f"{P256} -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256",
        f"{RSA} -tls1_2 -cipher ECDHE-RSA-AES128-SHA",
        f"{RSA} -tls1_2 -cipher AES256-GCM-SHA384",
        f"{RSA} {OLD}",
        "-cert below-sha256.pem -key below-sha256.key -cert_chain sha256-middle.pem",
    ],
)
def test_browsers_connect(lab: Lab, keys: Path, served: str) -> None:
    found = visited(lab, keys, served)

    assert isinstance(found.first, Answer)
    assert (found.browser_fault, found.certificate_fault) == (None, "")
    assert verdicts(found) == {"pass"}


def test_an_old_version_with_a_stranger_s_certificate_is_told_both(lab: Lab, keys: Path) -> None:
    with openssl_server(keys, shlex.split(f"{RSA} -tls1_1 {OLD}")) as port:
        facts = lab.collect(port, deadline_s=15)
    assert isinstance(facts, HttpFacts)
    (found,) = facts.addresses
    assert isinstance(found.first, Answer)
    assert found.browser_fault is not None
    assert found.certificate_fault


def test_what_speaks_no_tls_is_told_as_a_browser_meets_it(lab: Lab) -> None:
    with lab.talking(lambda connection: connection.sendall(b"220 mail\r\n"), tls=False) as port:
        found = lab.one(port)
    assert isinstance(found.first, Unanswered)
    assert found.browser_fault is None


def test_settings_of_browsers_offer_nothing_old() -> None:
    strict = tls_context("h2", None, verify=True, as_browsers=True)
    assert strict.minimum_version is ssl.TLSVersion.TLSv1_2
    names = {item["name"] for item in strict.get_ciphers()}
    assert not any("DHE-RSA" in name and "ECDHE" not in name for name in names)
    assert not any("3DES" in name or "RC4" in name or "CCM" in name for name in names)


@pytest.mark.parametrize("worse_with", [b"\x02h2", b"\x08http/1.1\x00\x00never"])
@pytest.mark.parametrize("names", [["other.example.nl"], [HOST]])
def test_a_certificate_for_clients_of_http_2_alone_counts(lab: Lab, names: list[str], worse_with: bytes) -> None:
    """Browsers offer HTTP/2 always, so that they see that certificate and no other."""
    stranger = Authority()
    worse = ssl_context("good", *stranger.issue(names))
    good = ssl_context("good", lab.certificate, lab.key)
    offers_http2: list[bool] = []

    def talk(connection: socket.socket) -> None:
        connection.recv(1, socket.MSG_PEEK | socket.MSG_WAITALL)
        hello = connection.recv(16_384, socket.MSG_PEEK)
        offers_http2.append(b"\x02h2" in hello)
        with (worse if worse_with in hello else good).wrap_socket(connection, server_side=True) as secure:
            while secure.recv(65_536):
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nOK")

    with lab.talking(talk, handshake=False) as port:
        found = lab.one(port)

    assert isinstance(found.first, Answer)
    assert True in offers_http2
    assert bool(found.certificate_fault) == (worse_with == b"\x02h2")
    assert verdicts(found) == ({"fail"} if worse_with == b"\x02h2" else {"pass"})
