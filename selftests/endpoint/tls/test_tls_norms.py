"""The norm files say what the norms say, over every suite they grade and everything else they name."""

import csv
from pathlib import Path

import msgspec
import pytest
import yaml
from judging_tls import NORMS, PROJECT

from toetskader.collect.endpoint.tls.registry import GROUPS, SUITES, TLS13_SUITES
from toetskader.facts.endpoint.tls import VERSIONS, openssl_name
from toetskader.norms.tls import Grade, TlsNorm

ROWS = list(csv.DictReader(Path(__file__).with_name("suites.tsv").open(encoding="utf-8"), delimiter="\t"))
NEW, OLD = NORMS["ncsc-tls-2025-05"], NORMS["ncsc-tls-2.1"]
GOOD, SUFFICIENT, PHASE_OUT, INSUFFICIENT = Grade


def test_every_suite() -> None:
    assert len(ROWS) == 158
    for row in ROWS:
        name = row["iana_name"]
        assert (name, NEW.suite(name)) == (name, row["ncsc_2025_05"])
        assert (name, OLD.suite(name)) == (name, row["ncsc_2_1"])
        assert openssl_name(name) == row["openssl_name"]


@pytest.mark.parametrize("exchange", ["ECDHE_ECDSA", "ECDHE_RSA", "DHE_RSA"])
@pytest.mark.parametrize(
    "cipher", ["CAMELLIA_128_GCM_SHA256", "CAMELLIA_256_GCM_SHA384", "ARIA_128_CBC_SHA256", "ARIA_256_CBC_SHA384"]
)
def test_suites_beside_the_list(exchange: str, cipher: str) -> None:
    assert NEW.suite(f"TLS_{exchange}_WITH_{cipher}") is PHASE_OUT


def test_suites_of_tls13() -> None:
    graded = {name: NEW.suite(name) for name in TLS13_SUITES.values()}
    assert {name for name, grade in graded.items() if grade is GOOD} == {
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    }
    assert {name for name, grade in graded.items() if grade is SUFFICIENT} == {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_128_CCM_SHA256",
    }
    assert NEW.suite("TLS_AES_128_CCM_8_SHA256") is INSUFFICIENT


def test_versions() -> None:
    assert [NEW.version(name) for name in VERSIONS] == [INSUFFICIENT] * 4 + [SUFFICIENT, GOOD]
    assert [OLD.version(name) for name in VERSIONS] == [INSUFFICIENT] * 2 + [PHASE_OUT] * 2 + [SUFFICIENT, GOOD]


@pytest.mark.parametrize(
    ("group", "new", "old"),
    [
        ("x25519", SUFFICIENT, GOOD),
        ("secp521r1", SUFFICIENT, GOOD),
        ("brainpoolP512r1", SUFFICIENT, INSUFFICIENT),
        ("secp224r1", PHASE_OUT, PHASE_OUT),
        ("secp256k1", INSUFFICIENT, INSUFFICIENT),
        ("ffdhe2048", INSUFFICIENT, PHASE_OUT),
        ("ffdhe3072", PHASE_OUT, SUFFICIENT),
        ("ffdhe8192", PHASE_OUT, SUFFICIENT),
        ("DH-8192", INSUFFICIENT, INSUFFICIENT),
        ("X25519MLKEM768", GOOD, GOOD),
        ("SecP256r1MLKEM768", GOOD, GOOD),
        ("SecP384r1MLKEM1024", GOOD, GOOD),
    ],
)
def test_groups(group: str, new: Grade, old: Grade) -> None:
    assert (NEW.group(group), OLD.group(group)) == (new, old)


@pytest.mark.parametrize(
    ("kind", "bits", "curve", "grade"),
    [
        ("RSA", 3072, "", SUFFICIENT),
        ("RSA", 3071, "", PHASE_OUT),
        ("RSA", 2048, "", PHASE_OUT),
        ("RSA", 2047, "", INSUFFICIENT),
        ("RSASSA-PSS", 3072, "", SUFFICIENT),
        ("EC", 256, "secp256r1", SUFFICIENT),
        ("EC", 384, "brainpoolP384r1", SUFFICIENT),
        ("EC", 224, "secp224r1", PHASE_OUT),
        ("EC", 256, "secp256k1", INSUFFICIENT),
        ("EC", 0, "", INSUFFICIENT),
        ("Ed25519", 256, "", SUFFICIENT),
        ("Ed448", 456, "", SUFFICIENT),
        ("DSA", 3072, "", INSUFFICIENT),
        ("1.2.3", 0, "", INSUFFICIENT),
    ],
)
def test_certificate_keys(kind: str, bits: int, curve: str, grade: Grade) -> None:
    assert NEW.certificate_key(kind, bits, curve) is grade


@pytest.mark.parametrize(
    ("algorithm", "hash_name", "grade"),
    [
        ("RSA", "sha256", SUFFICIENT),
        ("RSASSA-PSS", "sha512", SUFFICIENT),
        ("ECDSA", "sha384", SUFFICIENT),
        ("Ed25519", "", SUFFICIENT),
        ("RSA", "sha224", PHASE_OUT),
        ("RSA", "sha1", INSUFFICIENT),
        ("RSA", "", INSUFFICIENT),
        ("DSA", "sha256", INSUFFICIENT),
        ("RSA", "md5", INSUFFICIENT),
    ],
)
def test_certificate_signatures(algorithm: str, hash_name: str, grade: Grade) -> None:
    assert NEW.certificate_signature(algorithm, hash_name) is grade


def test_order() -> None:
    good, sufficient, phase_out = "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_CCM"
    bad = "TLS_RSA_WITH_AES_128_CBC_SHA"
    assert NEW.misplaced((sufficient, good, phase_out, bad), chosen_by_server=True) == ()
    assert NEW.misplaced((phase_out, good), chosen_by_server=True) == ((phase_out, good),)
    assert NEW.misplaced((bad, phase_out), chosen_by_server=True) == ((bad, phase_out),)
    assert NEW.misplaced((good, phase_out), chosen_by_server=False) == ((phase_out, good),)
    assert NEW.misplaced((bad,), chosen_by_server=False) == ()


@pytest.mark.parametrize("name", NORMS)
def test_names_in_the_files_exist(name: str) -> None:
    norm = NORMS[name]
    suites = [suite for listed in norm.suites.values() for suite in listed]
    assert set(suites) <= {*SUITES.values(), *TLS13_SUITES.values()}
    assert len(suites) == len(set(suites))
    assert {group for listed in norm.groups.values() for group in listed} <= set(GROUPS.values())
    assert {version for listed in norm.versions.values() for version in listed} <= set(VERSIONS)
    assert norm.id == name


def test_the_model_is_strict() -> None:
    content = yaml.safe_load((PROJECT / "policies/norms/ncsc-tls-2025-05.yaml").read_text(encoding="utf-8"))
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({**content, "sutes": {}}, TlsNorm)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**content, "suites": {"excellent": []}}, TlsNorm)
