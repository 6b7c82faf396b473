"""A path to an authority: with purposes, key usage and dates of what is in it, whatever else a server sends."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from good_tls import FACT, address, leaf
from hypothesis import given
from hypothesis import strategies as st
from judging_tls import judge_tls

from toetskader.collect.endpoint.http.trust import tls_context
from toetskader.collect.endpoint.tls.authorities import Store, extra_store
from toetskader.collect.endpoint.tls.certificates import read_certificate
from toetskader.collect.endpoint.tls.path import Found, find_path
from toetskader.facts.endpoint.certificates import Chain, Trust, Validated
from toetskader.results import Verdict

NOW = datetime.now(UTC)
HOST = "balie.example.nl"
MAIL, SERVER, CODE, ANY = (
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
)
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


SAN = x509.SubjectAlternativeName.oid


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Made:
    """A certificate and the key that belongs to it."""

    certificate: x509.Certificate
    key: Any = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def make(
    name: str,
    above: Made | None = None,
    *,
    key: Any = None,
    ca: bool = True,
    usage: Sequence[str] | None = ("key_cert_sign",),
    purposes: Sequence[x509.ObjectIdentifier] = (),
    days: tuple[float, float] = (-1, 300),
    policy: str = "",
    organisation: str = "",
    hash_: Any = None,
    constraints: bool = True,
    names: x509.ExtensionType | None = None,
) -> Made:
    """Make a certificate, its own signer when nothing is above it."""
    own = key or new_key()
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    subject = x509.Name(parts)
    signer = above.key if above else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if constraints:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if usage is not None:
        builder = builder.add_extension(x509.KeyUsage(**{item: item in usage for item in USAGES}), critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if policy:
        named = x509.PolicyInformation(x509.ObjectIdentifier(policy), None)
        builder = builder.add_extension(x509.CertificatePolicies([named]), critical=False)
    if not ca:
        builder = builder.add_extension(names or x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    no_hash = isinstance(signer, ed25519.Ed25519PrivateKey)
    return Made(builder.sign(signer, None if no_hash else hash_ or hashes.SHA256()), own)


def make_leaf(above: Made | None, **changes: Any) -> Made:
    chosen = {"ca": False, "usage": ("digital_signature",), "purposes": (SERVER,), **changes}
    return make(HOST, above, **chosen)


class Tree:
    """A root in a store, an authority below it, and what else a test needs."""

    def __init__(self, folder: Path) -> None:
        self.root = make("Root")
        self.folder = folder

    def find(self, *chain: Made, roots: Sequence[Made] = (), now: datetime = NOW) -> Found:
        return find_path([item.der for item in chain], [self.store(*(roots or (self.root,)))], now)

    def store(self, *roots: Made) -> Store:
        path = self.folder / f"{roots[0].certificate.serial_number:x}.pem"
        path.write_bytes(b"".join(item.certificate.public_bytes(Encoding.PEM) for item in roots))
        return extra_store(path)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_a_name_that_the_library_cannot_read_leaves_the_path_unknown(tree: Tree) -> None:
    """An EDI party's name (RFC 5280, 4.2.1.6) is no fault of a certificate; nor is the rest of TLS lost for it."""
    odd = make_leaf(tree.root, names=x509.UnrecognizedExtension(SAN, bytes.fromhex("3008a506a1040c026161")))
    for chain in ((odd,), (make_leaf(tree.root), odd)):
        found = tree.find(*chain)
        assert found.trust.trusted is None
        assert found.trust.reason is not None
        assert judge_tls(served(found, chain), "tls.certificate_trusted").verdict is Verdict.UNDETERMINED


AUTHORITIES: dict[str, tuple[dict[str, Any], bool]] = {
    "says nothing of purposes": ({}, True),
    "for servers": ({"purposes": (SERVER,)}, True),
    "for servers and mail": ({"purposes": (MAIL, SERVER)}, True),
    "for anything": ({"purposes": (ANY,)}, False),
    "for anything and servers": ({"purposes": (ANY, SERVER)}, True),
    "for mail": ({"purposes": (MAIL,)}, False),
    "for code and mail": ({"purposes": (CODE, MAIL)}, False),
    "for clients": ({"purposes": (ExtendedKeyUsageOID.CLIENT_AUTH,)}, False),
    "for OCSP": ({"purposes": (ExtendedKeyUsageOID.OCSP_SIGNING,)}, False),
    "says nothing of its key": ({"usage": None}, True),
    "may sign lists only": ({"usage": ("crl_sign",)}, False),
    "may not sign": ({"usage": ("digital_signature",)}, False),
    "is no authority": ({"ca": False}, False),
    "does not say that it is an authority": ({"constraints": False}, False),
    "expired": ({"days": (-100, -1)}, False),
    "not yet valid": ({"days": (1, 100)}, False),
    "signed with SHA-224": ({"hash_": hashes.SHA224()}, False),
    "signed with SHA-512": ({"hash_": hashes.SHA512()}, True),
}


@pytest.mark.parametrize("which", AUTHORITIES)
@pytest.mark.parametrize("kind", ["profile", "OpenSSL"])
def test_an_authority_below_the_root(tree: Tree, which: str, kind: str) -> None:
    """With a key that the profile knows, and with one for which OpenSSL is asked."""
    settings, follows = AUTHORITIES[which]
    key = ed25519.Ed25519PrivateKey.generate() if kind == "OpenSSL" else None
    middle = make("Middle", tree.root, key=key, **settings)
    found = tree.find(make_leaf(middle), middle)

    assert found.trust.trusted is follows, found.trust
    if not follows:
        assert found.trust.reason is not None
        assert "Middle" in found.trust.reason.en
        assert found.certificates == ()


def test_another_path_is_found_beside_one_that_is_unfit(tree: Tree) -> None:
    """Two certificates of one authority: for mail and for servers, expired and renewed; in any order."""
    key = new_key()
    good = make("Middle", tree.root, key=key)
    for unfit in (
        make("Middle", tree.root, key=key, purposes=(MAIL,)),
        make("Middle", tree.root, key=key, days=(-100, -1)),
        make("Middle", tree.root, key=key, hash_=hashes.SHA224()),
    ):
        server = make_leaf(good)
        for chain in ((server, good, unfit), (server, unfit, good)):
            found = tree.find(*chain)
            assert found.trust.trusted is True
            assert [item.serial_number for item in found.certificates][1] == good.certificate.serial_number


def extras(tree: Tree, middle: Made) -> dict[str, Made]:
    """Certificates that a server may send and no client needs."""
    gone = make("Root of the past")
    return {
        "an expired cross-signature of the root": make("Root", gone, key=tree.root.key, days=(-900, -30)),
        "the root itself": tree.root,
        "an expired root of the past": make("Root of the past", days=(-900, -30)),
        "an expired twin of the authority": make("Middle", gone, key=middle.key, days=(-900, -30)),
        "somebody else's, for mail and expired": make("Elsewhere", gone, purposes=(MAIL,), days=(-900, -30)),
    }


@pytest.mark.parametrize(
    "which",
    [
        "an expired cross-signature of the root",
        "the root itself",
        "an expired root of the past",
        "an expired twin of the authority",
        "somebody else's, for mail and expired",
    ],
)
@pytest.mark.parametrize("first", [False, True])
def test_what_else_is_sent_does_not_matter(tree: Tree, which: str, first: bool) -> None:
    middle = make("Middle", tree.root)
    server, extra = make_leaf(middle), extras(tree, middle)[which]
    chain = (server, extra, middle) if first else (server, middle, extra)
    found = tree.find(*chain)
    fact = served(found, chain)

    assert found.trust.trusted is True
    assert judge_tls(fact, "tls.certificate_trusted").verdict is Verdict.PASS
    assert judge_tls(fact, "tls.ncsc").verdict is Verdict.PASS
    assert {item.strength for item in judge_tls(fact, "tls.certificate_trusted").findings} <= {"optional"}


def served(found: Found, chain: Sequence[Made]) -> Any:
    """The fact of a good server that sends a chain."""
    certificates = tuple(read_certificate(item.der, HOST) for item in chain)
    made = address(chains=(Chain(certificates=certificates, seen_with=("TLS 1.3",), trust=found.trust),))
    return type(made)(
        provenance=type(made.provenance)(at=NOW, by="test", source=HOST),
        commands=(),
        host=HOST,
        port=443,
        addresses=made.addresses,
    )


def test_an_expired_certificate_in_the_path_fails(tree: Tree) -> None:
    middle = make("Middle", tree.root, days=(-900, -30))
    chain = (make_leaf(middle), middle)
    judged = judge_tls(served(tree.find(*chain), chain), "tls.certificate_trusted")

    assert judged.verdict is Verdict.FAIL
    assert {item.path for item in judged.findings} == {HOST, "Middle"}


@pytest.mark.parametrize(
    ("usage", "purposes", "verdict"),
    [
        (("digital_signature",), (SERVER,), Verdict.PASS),
        (("key_encipherment",), (SERVER,), Verdict.PASS),
        (("key_agreement",), (SERVER, ANY), Verdict.PASS),
        (("digital_signature",), (ANY,), Verdict.FAIL),
        (None, (), Verdict.PASS),
        (("content_commitment",), (SERVER,), Verdict.FAIL),
        (("data_encipherment", "crl_sign"), (SERVER,), Verdict.FAIL),
        (("digital_signature",), (MAIL,), Verdict.FAIL),
        (("digital_signature",), (ExtendedKeyUsageOID.CLIENT_AUTH,), Verdict.FAIL),
    ],
)
def test_the_servers_own_certificate(tree: Tree, usage: Any, purposes: Any, verdict: Verdict) -> None:
    chain = (make_leaf(tree.root, usage=usage, purposes=purposes),)

    assert judge_tls(served(tree.find(*chain), chain), "tls.certificate_trusted").verdict is verdict


def test_a_root_for_mail_vouches_for_no_server(tree: Tree) -> None:
    root = make("Mail", purposes=(MAIL,))
    assert tree.find(make_leaf(root), roots=(root, tree.root)).trust.trusted is False
    assert tree.find(make_leaf(tree.root), roots=(root, tree.root)).trust.trusted is True


OV, DV, EV, STATE = "2.23.140.1.2.2", "2.23.140.1.2.1", "2.23.140.1.1", "2.16.528.1.1003.1.2.5.6"


@pytest.mark.parametrize(
    ("policy", "above", "validated", "verdict"),
    [
        (OV, "", Validated.ORGANISATION, Verdict.PASS),
        (OV, OV, Validated.ORGANISATION, Verdict.PASS),
        (EV, "2.5.29.32.0", Validated.EXTENDED, Verdict.PASS),
        (STATE, STATE, Validated.ORGANISATION, Verdict.PASS),
        (DV, DV, Validated.DOMAIN, Verdict.FAIL),
        (OV, DV, Validated.UNKNOWN, Verdict.UNDETERMINED),
        (EV, OV, Validated.UNKNOWN, Verdict.UNDETERMINED),
        (STATE, "1.2.3.4", Validated.UNKNOWN, Verdict.UNDETERMINED),
    ],
)
def test_an_authority_vouches_for_the_policies_that_it_may(
    tree: Tree, policy: str, above: str, validated: Validated, verdict: Verdict
) -> None:
    middle = make("Middle", tree.root, policy=above)
    chain = (make_leaf(middle, policy=policy, organisation="Gemeente Voorbeeld"), middle)
    found = tree.find(*chain)

    assert found.trust.validated is validated
    assert judge_tls(served(found, chain), "tls.organisation_validated").verdict is verdict


def test_nobody_verified_an_organisation_that_its_owner_wrote(tree: Tree) -> None:
    """Self-signed, by an authority of its own, and self-signed and yet in the file of authorities."""
    own = make_leaf(None, policy=OV, organisation="Gemeente Voorbeeld")
    stranger = make("Nobody", policy=OV)
    below = make_leaf(stranger, policy=EV, organisation="Gemeente Voorbeeld")
    for chain, roots in (((own,), ()), ((below, stranger), ()), ((below,), ()), ((own,), (own,))):
        fact = served(tree.find(*chain, roots=roots), chain)
        assert judge_tls(fact, "tls.organisation_validated").verdict in (Verdict.FAIL, Verdict.UNDETERMINED)
    unread = address(chains=(Chain(certificates=FACT.addresses[0].chains[0].certificates, seen_with=(), trust=UNSEEN),))
    assert judge_tls(unread, "tls.organisation_validated").verdict is Verdict.UNDETERMINED


UNSEEN = Trust(trusted=None, store="Mozilla")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("app.example.nl", Verdict.PASS),
        ("*.example.nl", Verdict.PASS),
        ("app.example.nl.", Verdict.FAIL),
        ("*.example.nl.", Verdict.FAIL),
        (".app.example.nl", Verdict.FAIL),
        (" app.example.nl", Verdict.FAIL),
        ("*app.example.nl", Verdict.FAIL),
        ("a*.example.nl", Verdict.FAIL),
        ("*.*.nl", Verdict.FAIL),
        ("*.nl", Verdict.FAIL),
        ("*", Verdict.FAIL),
        ("", Verdict.FAIL),
        (".", Verdict.FAIL),
        ("example.nl", Verdict.FAIL),
        ("www.app.example.nl", Verdict.FAIL),
        ("https://app.example.nl", Verdict.FAIL),
        ("app.example.nl:443", Verdict.FAIL),
    ],
)
def test_names_match_by_one_rule(name: str, verdict: Verdict) -> None:
    fact = leaf(names=(name,))

    assert judge_tls(fact, "tls.certificate_trusted").verdict is verdict
    assert judge_tls(fact, "tls.ncsc").verdict is verdict
    assert judge_tls(fact, "tls.encrypted_only").verdict is verdict


@given(st.text(st.characters(codec="ascii"), max_size=20))
def test_only_the_host_itself_or_its_parents_wildcard_match(name: str) -> None:
    found = leaf(names=(name,)).addresses[0].chains[0].leaf

    assert found.matches("app.example.nl") is (name in ("app.example.nl", "*.example.nl"))


AGREED = {which: settings for which, (settings, _) in AUTHORITIES.items() if "SHA-224" not in which}


@pytest.mark.parametrize("which", AGREED)
def test_who_asks_over_http_and_who_measures_tls_say_the_same(tree: Tree, which: str) -> None:
    """A client of the HTTP collector, with OpenSSL and purposes, trusts what the path builder finds a path for."""
    middle = make("Middle", tree.root, **AGREED[which])
    server = make_leaf(middle)
    root = tree.folder / "root.pem"
    root.write_bytes(tree.root.certificate.public_bytes(Encoding.PEM))
    own = tree.folder / "server.pem"
    key = server.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    own.write_bytes(key + b"".join(item.certificate.public_bytes(Encoding.PEM) for item in (server, middle)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)

    client = tls_context("http/1.1", root, verify=True, as_browsers=True)
    assert _shakes_hands(context, client) is tree.find(server, middle).trust.trusted


def _shakes_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> bool:
    """Tell whether a client that verifies gets a connection, in memory."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    theirs = server.wrap_bio(up, down, server_side=True)
    ours = client.wrap_bio(down, up, server_hostname=HOST)
    for _ in range(5):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
            if side is ours:
                return True
    raise AssertionError("no end of the handshake")


@pytest.mark.parametrize("days", [(-400, -30), (5, 100), (-30, 100)])
def test_an_organisation_stays_verified_when_its_certificate_expires(tree: Tree, days: tuple[float, float]) -> None:
    """That it expired is another requirement's question, and fails there."""
    root = make("Old root", days=(-2000, 2000))
    middle = make("Old middle", root, days=(-1500, 1500))
    chain = (make_leaf(middle, policy=OV, organisation="Gemeente Voorbeeld", days=days), middle)
    fact = served(tree.find(*chain, roots=(root,)), chain)

    assert judge_tls(fact, "tls.organisation_validated").verdict is Verdict.PASS
    expected = Verdict.PASS if days[0] < 0 < days[1] else Verdict.FAIL
    assert judge_tls(fact, "tls.certificate_trusted").verdict is expected
