"""Certificates are read as they are, and trusted only along a path, whatever kind of key they have."""

import hashlib
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from toetskader.collect.endpoint.tls.authorities import Store, extra_store, public_store
from toetskader.collect.endpoint.tls.certificates import read_certificate, visible
from toetskader.collect.endpoint.tls.path import find_path
from toetskader.facts.endpoint.certificates import Trust, Validated
from toetskader.laboratory.certificates import Authority, self_signed

NOW = datetime.now(UTC)


def trust(chain: Sequence[bytes], stores: Sequence[Store], now: datetime) -> Trust:
    return find_path(chain, stores, now).trust


def ders(pem: bytes) -> list[bytes]:
    return [item.public_bytes(Encoding.DER) for item in x509.load_pem_x509_certificates(pem)]


@pytest.fixture
def stores(authority: Authority, tmp_path: Path) -> Sequence[Store]:
    return [public_store(), extra_store(authority.write(tmp_path / "ca.pem"))]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("rsa2048", "RSA 2048"),
        ("p256", "EC secp256r1"),
        ("p384", "EC secp384r1"),
        ("p224", "EC secp224r1"),
        ("secp256k1", "EC secp256k1"),
        ("brainpool256", "EC brainpoolP256r1"),
        ("ed25519", "Ed25519"),
        ("ed448", "Ed448"),
    ],
)
def test_keys_of_all_kinds(key: str, shown: str, authority: Authority, stores: Sequence[Store]) -> None:
    chain = ders(authority.issue(["app.example.nl"], key)[0])
    found = read_certificate(chain[0], "app.example.nl")
    assert found.problem is None
    assert found.key == shown
    assert found.matches("app.example.nl") is True
    assert trust(chain, stores, NOW).trusted is True
    assert trust(chain, stores[:1], NOW).trusted is False


@pytest.mark.parametrize(
    ("key", "signed_with"), [("p256", "ECDSA sha256"), ("rsa2048", "RSA sha256"), ("ed25519", "Ed25519")]
)
def test_signatures_of_all_kinds(key: str, signed_with: str, tmp_path: Path) -> None:
    authority = Authority(key=key)
    chain = ders(authority.issue(["app.example.nl"])[0])
    assert read_certificate(chain[0], "").signed_with == signed_with
    assert trust(chain, [extra_store(authority.write(tmp_path / "ca.pem"))], NOW).trusted is True


@pytest.mark.parametrize("key", ["rsa2048", "p256", "ed25519"])
def test_what_a_tlsa_record_holds_is_what_openssl_says(key: str, authority: Authority, tmp_path: Path) -> None:
    pem = authority.issue(["app.example.nl"], key)[0]
    (tmp_path / "leaf.pem").write_bytes(pem)
    written = ["openssl", "x509", "-in", str(tmp_path / "leaf.pem"), "-pubkey", "-noout"]
    public = subprocess.run(written, capture_output=True, check=True).stdout
    to_der = ["openssl", "pkey", "-pubin", "-outform", "DER"]
    der = subprocess.run(to_der, input=public, capture_output=True, check=True).stdout
    found = read_certificate(ders(pem)[0], "")
    assert found.public_key_sha256 == hashlib.sha256(der).hexdigest()
    assert found.public_key_sha512 == hashlib.sha512(der).hexdigest()
    assert found.sha512 == hashlib.sha512(ders(pem)[0]).hexdigest()


def test_a_pss_signature(tmp_path: Path) -> None:
    authority = Authority(key="rsa2048")
    chain = ders(authority.issue(["app.example.nl"], pss=True)[0])
    assert read_certificate(chain[0], "").signed_with == "RSASSA-PSS sha256"
    assert trust(chain, [extra_store(authority.write(tmp_path / "ca.pem"))], NOW).trusted is True


def test_a_path_over_an_intermediate(authority: Authority, stores: Sequence[Store]) -> None:
    chain = ders(Authority("Below", above=authority).issue(["app.example.nl"])[0])
    assert len(chain) == 2
    assert trust(chain, stores, NOW).trusted is True
    without = trust(chain[:1], stores, NOW)
    assert without.trusted is False
    assert without.reason is not None


def test_a_weakly_signed_link_is_followed_by_nobody(authority: Authority, stores: Sequence[Store]) -> None:
    chain = ders(authority.issue(["app.example.nl"], hash_name="sha224")[0])
    assert trust(chain, stores, NOW).trusted is False


def test_self_signed(stores: Sequence[Store]) -> None:
    chain = ders(self_signed(["app.example.nl"])[0])
    found = read_certificate(chain[0], "app.example.nl")
    assert found.self_signed
    assert trust(chain, stores, NOW).trusted is False


def test_the_same_names_are_not_yet_self_signed(authority: Authority) -> None:
    twin = Authority("Toetskader laboratory CA", above=authority)
    assert read_certificate(ders(authority.pem)[0], "").self_signed
    assert not read_certificate(ders(twin.pem)[0], "").self_signed


def test_dates(authority: Authority) -> None:
    ended = read_certificate(ders(authority.issue(["a.nl"], starts=NOW - timedelta(days=20), days=10)[0])[0], "")
    assert ended.valid_on(NOW) is False
    assert ended.valid_on(NOW - timedelta(days=15)) is True
    assert ended.valid_on(NOW - timedelta(days=21)) is False


@pytest.mark.parametrize(
    ("life", "left", "soon"),
    [
        (398, 29, True),
        (398, 31, False),
        (90, 29, True),
        (90, 31, False),
        (47, 16, False),
        (47, 15, True),
        (6, 5.5, False),
        (6, 2.1, False),
        (6, 1.9, True),
        (1, 0.5, False),
        (1, 0.2, True),
    ],
)
def test_a_certificate_ends_soon_by_its_own_life(authority: Authority, life: int, left: float, soon: bool) -> None:
    starts = (NOW - timedelta(days=life - left)).replace(microsecond=0)
    found = read_certificate(ders(authority.issue(["a.nl"], starts=starts, days=life)[0])[0], "")

    assert found.expires_soon(NOW, 30, 3) is soon


def test_organisation_and_policy(authority: Authority) -> None:
    domain = read_certificate(ders(authority.issue(["a.nl"])[0])[0], "")
    assert (domain.organisation, domain.validated) == ("", Validated.DOMAIN)
    ours = read_certificate(ders(authority.issue(["a.nl"], organisation="Gemeente Voorbeeld")[0])[0], "")
    assert (ours.organisation, ours.validated) == ("Gemeente Voorbeeld", Validated.ORGANISATION)
    extended = authority.issue(["a.nl"], organisation="Gemeente Voorbeeld", policy="2.23.140.1.1")[0]
    assert read_certificate(ders(extended)[0], "").validated is Validated.EXTENDED
    state = authority.issue(["a.nl"], organisation="Gemeente Voorbeeld", policy="2.16.528.1.1003.1.2.5.6")[0]
    assert read_certificate(ders(state)[0], "").validated is Validated.ORGANISATION
    unknown = authority.issue(["a.nl"], organisation="Gemeente Voorbeeld", policy="1.2.3.4")[0]
    assert read_certificate(ders(unknown)[0], "").validated is Validated.UNKNOWN


def test_extensions(authority: Authority) -> None:
    found = read_certificate(
        ders(authority.issue(["A.example.nl", "192.0.2.1"], ocsp="http://ocsp.invalid/", must_staple=True)[0])[0], ""
    )
    assert found.ocsp == ("http://ocsp.invalid/",)
    assert found.must_staple
    assert found.names == ("a.example.nl",)
    assert found.ip_addresses == ("192.0.2.1",)
    assert found.matches("192.0.2.1") is True
    bare = read_certificate(ders(authority.issue([], common_name="a.example.nl")[0])[0], "")
    assert not bare.has_san
    assert bare.matches("a.example.nl") is False
    assert bare.place == "a.example.nl"


def test_texts_are_visible_and_short() -> None:
    assert visible("a\0b\n\x1b[31m") == "a\\x00b\\x0a\\x1b[31m"
    assert visible("\u202eabc") == "\\u202eabc"
    assert len(visible("x" * 10_000)) < 300
