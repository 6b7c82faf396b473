"""Where the norm differs on purpose from internet.nl the report says so, and only where that bears on the verdict."""

import re
from pathlib import Path
from typing import Any

import pytest
from good_tls import ADDRESS, leaf, version
from good_tls import FACT as WITHOUT_OLD_CURVES
from judging_tls import NORM, NORMS, Judge, Measure
from msgspec.structs import replace
from nginx_server import nginx_server

from toetskader.facts.endpoint.tls import Group, Order, TlsFacts

CURVE = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
FINITE = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"
WEAK = "TLS_RSA_WITH_AES_128_CBC_SHA"
CAMELLIA = "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"


GROUPS = (*ADDRESS.groups, Group(name="secp256r1", kind="elliptic", versions=("TLS 1.2",)))


def usual(fact: TlsFacts) -> TlsFacts:
    """Return the fact with a curve that every client has."""
    return replace(fact, addresses=tuple(replace(item, groups=GROUPS) for item in fact.addresses))


FACT = usual(WITHOUT_OLD_CURVES)


def groups(*names: str, kind: Any = "elliptic", suites: tuple[str, ...] = (CURVE,), beside: bool = True) -> TlsFacts:
    found = tuple(Group(name=name, kind=kind, versions=("TLS 1.3",)) for name in names)
    first = version("TLS 1.2", suites=suites).addresses[0]
    return replace(FACT, addresses=(replace(first, groups=(*GROUPS, *found) if beside else found),))


def suites(*names: str) -> TlsFacts:
    return usual(version("TLS 1.2", suites=names, order=Order.SERVER))


def second_address(changed: TlsFacts) -> TlsFacts:
    return replace(FACT, addresses=(*FACT.addresses, replace(changed.addresses[0], address="192.0.2.2")))


IN_BOTH = "measuring.client_certificate"
"""The good server asks for a certificate of its client."""
SAID: dict[str, tuple[TlsFacts, set[str]]] = {
    "nothing": (FACT, set()),
    "a finite field that OpenSSL 3 offers": (groups("ffdhe2048", kind="finite_field"), {"groups.ffdhe"}),
    "a finite field to be phased out": (groups("ffdhe4096", kind="finite_field"), {"groups.ffdhe"}),
    "a field that a suite uses": (groups("ffdhe2048", kind="finite_field", suites=(CURVE, FINITE)), set()),
    "a field and no curve": (groups("ffdhe2048", kind="finite_field", suites=(FINITE,), beside=False), set()),
    "a curve beside others": (groups("secp256k1"), {"groups"}),
    "a good curve beside others": (groups("secp384r1"), set()),
    "a curve that few have": (groups("secp224r1", beside=False), {"groups.alone"}),
    "that curve, and RSA": (groups("secp224r1", beside=False, suites=(CURVE, WEAK)), set()),
    "x25519 alone": (groups("x25519", beside=False), {"strengths.insecure_renegotiation"}),
    "an older curve too": (groups("secp256r1", "x25519", beside=False), set()),
    "only Camellia": (suites(CAMELLIA), {"suites.camellia", "strengths.insecure_renegotiation"}),
    "Camellia too": (suites(CURVE, CAMELLIA), set()),
    "insufficient first": (suites(WEAK, CURVE), {"strengths.order.insufficient"}),
    "to be phased out first": (suites(FINITE, CURVE), set()),
    "a certificate with RSASSA-PSS": (
        usual(leaf(key_type="RSASSA-PSS", key_bits=3072, curve="", signature="RSASSA-PSS")),
        {"certificate.signatures.RSASSA-PSS"},
    ),
    "an RSA certificate": (usual(leaf(key_type="RSA", key_bits=3072, curve="", signature="RSA")), set()),
    "a second address": (second_address(suites(CURVE, WEAK)), {"measuring.addresses"}),
    "a second address without fault": (second_address(FACT), set()),
}


def told(judged: Any) -> set[str]:
    by_note = {item.note: item.about for item in NORM.differences}
    return {by_note[note] for note in judged.differences}


@pytest.mark.parametrize(("fact", "about"), SAID.values(), ids=SAID)
def test_a_difference_is_told_where_it_bears_on_the_verdict(fact: TlsFacts, about: set[str], judge: Judge) -> None:
    assert told(judge(fact, "tls.ncsc")) - {IN_BOTH} == about


@pytest.mark.parametrize(
    "fact", [suites(CURVE, FINITE), usual(leaf(key_type="RSA", key_bits=2048, curve="", signature="RSA"))]
)
def test_a_requirement_that_allows_less_than_the_norm_says_so(fact: TlsFacts, judge: Judge) -> None:
    assert "strengths.phase_out" in told(judge(fact, "tls.ncsc", phase_out="required"))
    assert "strengths.phase_out" not in told(judge(fact, "tls.ncsc"))
    assert "strengths.phase_out" not in told(judge(FACT, "tls.ncsc", phase_out="required"))


NGINX = (
    "ssl_certificate {folder}/rsa3072.crt",
    "ssl_certificate_key {folder}/rsa3072.key",
    "ssl_protocols TLSv1.2 TLSv1.3",
    "ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256",
    "ssl_prefer_server_ciphers on",
)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("mended", [False, True])
def test_the_line_that_is_shown_mends_nginx(
    mended: bool, norm: str, keys: Path, measure: Measure, judge: Judge
) -> None:
    remedy = NORMS[norm].difference("groups.ffdhe")
    assert remedy is not None
    assert remedy.remedy is not None
    line = re.findall(r"`(ssl_[^`]*);`", remedy.remedy.nl)
    with nginx_server(keys, (*NGINX, *(line if mended else ()))) as port:
        judged = judge(measure(port), "tls.ncsc", norm=norm)
    fields = [found for found in judged.findings if found.path.startswith("ffdhe")]
    assert bool(fields) is not mended
    assert (remedy.note in judged.differences) is not mended
    assert all(found.remedy == remedy.remedy for found in fields)
