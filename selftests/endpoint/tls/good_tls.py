"""The fact of a server on which there is nothing to remark, to change one thing of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from toetskader.facts.attempt import Provenance
from toetskader.facts.endpoint.certificates import Certificate, Chain, Trust, Validated
from toetskader.facts.endpoint.tls import (
    VERSIONS,
    AddressTls,
    Answer,
    Aspect,
    ClientAuthentication,
    ClientCertificate,
    Group,
    KeyExchangeHash,
    Order,
    Staple,
    StapleState,
    TlsFacts,
    Version,
)
from toetskader.text import Text

AT = datetime(2026, 1, 1, tzinfo=UTC)
WHY = Text("Waarom niet.", "Why not.")
YES, NO = Aspect(answer=Answer.YES), Aspect(answer=Answer.NO)
UNKNOWN = Aspect(answer=Answer.UNKNOWN, reason=WHY)

LEAF = Certificate(
    sha256="00" * 32,
    subject="CN=app.example.nl,O=Example",
    issuer="CN=An authority",
    serial="1",
    has_san=True,
    names=("app.example.nl",),
    key_type="EC",
    key_bits=256,
    curve="secp256r1",
    signature="ECDSA",
    signature_hash="sha256",
    not_before=AT - timedelta(days=30),
    not_after=AT + timedelta(days=60),
    organisation="Example",
    validated=Validated.ORGANISATION,
)
CHAIN = Chain(certificates=(LEAF,), seen_with=("TLS 1.3",), trust=Trust(trusted=True, store="Mozilla"))
OLDER = Version(
    name="TLS 1.2",
    accepted=Answer.YES,
    suites=("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    order=Order.SERVER,
)
NEWEST = Version(name="TLS 1.3", accepted=Answer.YES, suites=("TLS_AES_256_GCM_SHA384",), order=Order.SINGLE)
VERSION_FACTS = (*(Version(name=name, accepted=Answer.NO) for name in VERSIONS[:4]), OLDER, NEWEST)
ADDRESS = AddressTls(
    address="192.0.2.1",
    reachable=True,
    versions=VERSION_FACTS,
    groups=(
        Group(name="X25519MLKEM768", kind="hybrid", versions=("TLS 1.3",)),
        Group(name="x25519", kind="elliptic", versions=("TLS 1.2", "TLS 1.3")),
    ),
    hashes=tuple(KeyExchangeHash(name=name, accepted=NO) for name in ("md5", "sha1", "sha224")),
    secure_renegotiation=YES,
    client_renegotiation=NO,
    compression=NO,
    early_data=NO,
    extended_master_secret=YES,
    staple=Staple(state=StapleState.GOOD),
    client_authentication=ClientAuthentication(state=ClientCertificate.REQUIRED, reason=WHY),
    chains=(CHAIN,),
    handshakes=30,
)
FACT = TlsFacts(
    provenance=Provenance(at=AT, by="test", source="app.example.nl:443"),
    commands=(),
    host="app.example.nl",
    port=443,
    addresses=(ADDRESS,),
)


def address(**changes: Any) -> TlsFacts:
    """Return the fact with something of its address changed."""
    return replace(FACT, addresses=(replace(ADDRESS, **changes),))


def version(name: str, **changes: Any) -> TlsFacts:
    """Return the fact with something of one version changed."""
    versions = tuple(replace(item, **changes) if item.name == name else item for item in VERSION_FACTS)
    return address(versions=versions)


def leaf(**changes: Any) -> TlsFacts:
    """Return the fact with something of the server's certificate changed."""
    return address(chains=(replace(CHAIN, certificates=(replace(LEAF, **changes),)),))
