"""One thing changed of a good server changes what it should: required fails, recommended warns, optional informs."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from good_tls import ADDRESS, AT, CHAIN, FACT, LEAF, NO, UNKNOWN, WHY, YES, address, leaf, version
from judging_tls import CHECKS, Judge
from msgspec.structs import replace

from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.certificates import Trust, Validated
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.tls import (
    Answer,
    ClientAuthentication,
    ClientCertificate,
    Group,
    KeyExchangeHash,
    Order,
    Staple,
    StapleState,
    TlsFacts,
)
from toetskader.results import Verdict

WEAK = "TLS_RSA_WITH_AES_128_CBC_SHA"
PHASED_OUT = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"
GOOD = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"


def group(name: str, kind: Any = "elliptic") -> TlsFacts:
    return address(groups=(*ADDRESS.groups, Group(name=name, kind=kind, versions=("TLS 1.2",))))


def hashed(name: str, accepted: Any = YES) -> TlsFacts:
    return address(hashes=(KeyExchangeHash(name=name, accepted=accepted),))


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_server_passes_without_a_remark(check: str, judge: Judge) -> None:
    judged = judge(FACT, check)
    assert judged.verdict is Verdict.PASS
    assert judged.findings == ()


CHANGES: dict[str, tuple[TlsFacts, str]] = {
    "TLS 1.1": (version("TLS 1.1", accepted=Answer.YES, suites=(GOOD,)), "required"),
    "SSL 2.0": (version("SSL 2.0", accepted=Answer.YES), "required"),
    "insufficient suite": (version("TLS 1.2", suites=(GOOD, WEAK)), "required"),
    "suite to be phased out": (version("TLS 1.2", suites=(GOOD, PHASED_OUT)), "recommended"),
    "worse suite first": (version("TLS 1.2", suites=(PHASED_OUT, GOOD)), "required"),
    "order of the client": (version("TLS 1.2", suites=(GOOD, PHASED_OUT), order=Order.CLIENT), "required"),
    "weak suite in TLS 1.3": (version("TLS 1.3", suites=("TLS_AES_128_CCM_8_SHA256",)), "required"),
    "insufficient curve": (group("secp256k1"), "required"),
    "curve to be phased out": (group("secp224r1"), "recommended"),
    "finite field without a name": (group("DH-4096", "finite_field"), "required"),
    "finite field with a name": (group("ffdhe4096", "finite_field"), "recommended"),
    "no hybrid group": (address(groups=ADDRESS.groups[1:]), "optional"),
    "SHA-1": (hashed("sha1"), "required"),
    "MD5": (hashed("md5"), "required"),
    "SHA-224": (hashed("sha224"), "recommended"),
    "compression": (address(compression=YES), "required"),
    "insecure renegotiation": (address(secure_renegotiation=NO), "required"),
    "renegotiation by the client": (address(client_renegotiation=YES), "optional"),
    "0-RTT": (address(early_data=YES), "required"),
    "no extended master secret": (address(extended_master_secret=NO), "required"),
    "no staple": (address(staple=Staple(state=StapleState.NONE)), "optional"),
    "bad staple": (address(staple=Staple(state=StapleState.BAD, reason=WHY)), "recommended"),
    "small key": (leaf(key_type="RSA", key_bits=1024), "required"),
    "key to be phased out": (leaf(key_type="RSA", key_bits=2048), "recommended"),
    "SHA-1 on the certificate": (leaf(signature_hash="sha1"), "required"),
    "SHA-224 on the certificate": (leaf(signature_hash="sha224"), "recommended"),
    "not trusted": (
        address(chains=(replace(CHAIN, trust=Trust(trusted=False, store="Mozilla", reason=WHY)),)),
        "required",
    ),
    "another name": (leaf(names=("example.nl",)), "required"),
    "expired": (leaf(not_after=AT - timedelta(seconds=1)), "required"),
    "not yet valid": (leaf(not_before=AT + timedelta(seconds=1)), "required"),
    "expires soon": (leaf(not_after=AT + timedelta(days=10)), "recommended"),
    "not for servers": (leaf(for_servers=False), "required"),
    "weak intermediate": (
        address(chains=(replace(CHAIN, certificates=(LEAF, replace(LEAF, key_type="RSA", key_bits=1024))),)),
        "required",
    ),
}


@pytest.mark.parametrize(
    ("order", "suites", "first"),
    [
        (Order.CLIENT, (GOOD, WEAK), "AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256"),
        (Order.SERVER, (WEAK, GOOD), "ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA"),
    ],
)
def test_the_command_for_an_order_offers_both_suites(
    order: Order, suites: tuple[str, ...], first: str, judge: Judge
) -> None:
    found = judge(version("TLS 1.2", suites=suites, order=order), "tls.ncsc").findings
    [command] = {item.command for item in found if item.path == "TLS 1.2"}
    assert command.endswith(f"-tls1_2 -cipher {first}:@SECLEVEL=0")


@pytest.mark.parametrize("change", CHANGES)
def test_the_norm(change: str, judge: Judge) -> None:
    fact, strength = CHANGES[change]
    judged = judge(fact, "tls.ncsc")
    assert [item.strength for item in judged.findings if item.strength == strength]
    assert judged.verdict is (Verdict.FAIL if strength == "required" else Verdict.PASS)
    for item in judged.findings:
        assert item.where == "app.example.nl (192.0.2.1:443)"
        assert item.command.startswith("openssl s_client -connect 192.0.2.1:443 -servername app.example.nl")
        assert item.path


def test_a_root_that_is_sent_counts_for_nothing(judge: Judge) -> None:
    root = replace(LEAF, self_signed=True, key_type="RSA", key_bits=1024, signature_hash="md5")
    fact = address(chains=(replace(CHAIN, certificates=(LEAF, root)),))
    assert judge(fact, "tls.ncsc").verdict is Verdict.PASS


DOUBTS: dict[str, TlsFacts] = {
    "a version": version("TLS 1.0", accepted=Answer.UNKNOWN, reason=WHY),
    "more suites": version("TLS 1.2", unfinished=WHY),
    "whose order": version("TLS 1.2", suites=(GOOD, PHASED_OUT), order=Order.UNKNOWN, order_reason=WHY),
    "more groups": address(groups_unfinished=WHY),
    "a hash": hashed("sha1", UNKNOWN),
    "compression": address(compression=UNKNOWN),
    "renegotiation": address(secure_renegotiation=UNKNOWN),
    "early data": address(early_data=UNKNOWN),
    "extended master secret": address(extended_master_secret=UNKNOWN),
    "the staple": address(staple=Staple(state=StapleState.UNKNOWN, reason=WHY)),
    "the chain": address(chains=(), chains_unfinished=WHY),
    "more chains": address(chains_unfinished=WHY),
    "a longer chain": address(chains=(replace(CHAIN, left_out=3),)),
    "trust": address(chains=(replace(CHAIN, trust=Trust(trusted=None, store="Mozilla", reason=WHY)),)),
    "the certificate": leaf(key_type="", problem=WHY),
    "its dates": leaf(not_after=None, problem=WHY),
    "more names": leaf(names=("example.nl",), names_left_out=1),
    "one of two addresses": replace(
        FACT, addresses=(ADDRESS, replace(ADDRESS, address="192.0.2.2", reachable=False, reason=WHY))
    ),
    "the only address": address(reachable=False, reason=WHY, versions=(), chains=()),
    "more addresses": replace(FACT, addresses_left_out=1),
    "addresses of one kind": replace(FACT, addresses_unseen=WHY),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_is_not_known_passes_nothing(doubt: str, judge: Judge) -> None:
    judged = judge(DOUBTS[doubt], "tls.ncsc")
    assert judged.verdict is Verdict.UNDETERMINED
    assert judged.reason is not None
    assert judged.reason.nl


@pytest.mark.parametrize(
    "check", ["tls.certificate_trusted", "tls.certificate_names", "tls.organisation_validated", "tls.versions"]
)
def test_addresses_that_were_left_out_pass_nothing(check: str, judge: Judge) -> None:
    verified = leaf(validated=Validated.ORGANISATION, organisation="Example BV")
    assert judge(verified, check).verdict is Verdict.PASS
    assert judge(replace(verified, addresses_left_out=2), check).verdict is Verdict.UNDETERMINED


def test_renegotiation_that_is_not_known_is_no_doubt(judge: Judge) -> None:
    assert judge(address(client_renegotiation=UNKNOWN), "tls.ncsc").verdict is Verdict.PASS


def test_what_fails_fails_whatever_else_is_not_known(judge: Judge) -> None:
    judged = judge(address(compression=YES, groups_unfinished=WHY), "tls.ncsc")
    assert judged.verdict is Verdict.FAIL
    assert judged.doubt is not None


@pytest.mark.parametrize("check", CHECKS)
def test_without_an_address_nothing_is_known(check: str, judge: Judge) -> None:
    assert judge(DOUBTS["the only address"], check).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("check", CHECKS)
def test_a_fact_that_was_not_seen(check: str, judge: Judge) -> None:
    unseen = NotSeen(reason=Reason.UNREACHABLE, message=WHY, provenance=FACT.provenance)
    assert judge(unseen, check).verdict is Verdict.UNDETERMINED


def test_the_older_norm(judge: Judge) -> None:
    fact = version("TLS 1.1", accepted=Answer.YES, suites=("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",))
    assert judge(fact, "tls.versions", norm="ncsc-tls-2.1").verdict is Verdict.PASS
    assert judge(fact, "tls.versions").verdict is Verdict.FAIL
    assert judge(address(extended_master_secret=NO), "tls.ncsc", norm="ncsc-tls-2.1").findings == ()


def test_suites_to_be_phased_out_can_be_refused(judge: Judge) -> None:
    fact = version("TLS 1.2", suites=(GOOD, PHASED_OUT))
    assert judge(fact, "tls.suites").verdict is Verdict.PASS
    assert judge(fact, "tls.suites", phase_out="required").verdict is Verdict.FAIL


def test_tls_1_3(judge: Judge) -> None:
    assert judge(version("TLS 1.3", accepted=Answer.NO, suites=()), "tls.version_1_3").verdict is Verdict.FAIL
    unknown = version("TLS 1.3", accepted=Answer.UNKNOWN, reason=WHY)
    assert judge(unknown, "tls.version_1_3").verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"versions": version("TLS 1.0", accepted=Answer.YES, suites=(WEAK,)).addresses[0].versions}, Verdict.FAIL),
        ({"reachable": False, "reason": WHY, "plaintext": "HTTP/1.1 400"}, Verdict.FAIL),
        (
            {
                "versions": version("TLS 1.2", suites=("TLS_RSA_WITH_NULL_SHA256",)).addresses[0].versions,
            },
            Verdict.FAIL,
        ),
        ({"chains": leaf(names=("other.nl",)).addresses[0].chains}, Verdict.FAIL),
        ({"chains": (), "chains_unfinished": WHY}, Verdict.UNDETERMINED),
    ],
)
def test_encrypted_only(changes: dict[str, Any], verdict: Verdict, judge: Judge) -> None:
    assert judge(address(**changes), "tls.encrypted_only").verdict is verdict


@pytest.mark.parametrize(
    ("state", "status", "verdict"),
    [
        (ClientCertificate.NONE, 0, Verdict.FAIL),
        (ClientCertificate.REQUESTED, 200, Verdict.FAIL),
        (ClientCertificate.REQUESTED, 302, Verdict.FAIL),
        (ClientCertificate.REQUESTED, 403, Verdict.UNDETERMINED),
        (ClientCertificate.UNKNOWN, 0, Verdict.UNDETERMINED),
        (ClientCertificate.REQUIRED, 0, Verdict.PASS),
    ],
)
def test_mutual(state: ClientCertificate, status: int, verdict: Verdict, judge: Judge) -> None:
    client = ClientAuthentication(state=state, reason=WHY, status=status)
    assert judge(address(client_authentication=client), "tls.mutual").verdict is verdict


@pytest.mark.parametrize(
    ("endpoint", "verdict"),
    [
        (Endpoint(host="api.acme.nl", municipal_domain="stad.nl"), Verdict.NOT_APPLICABLE),
        (Endpoint(host="api.acme.nl"), Verdict.UNDETERMINED),
    ],
)
def test_mutual_tls_is_asked_of_couplings_into_the_municipality(
    endpoint: Endpoint, verdict: Verdict, judge: Judge
) -> None:
    client = ClientAuthentication(state=ClientCertificate.NONE)
    assert judge(address(client_authentication=client), "tls.mutual", endpoint=endpoint).verdict is verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"names": ("app.example.nl", "*.example.nl")}, Verdict.FAIL),
        ({"names": (), "has_san": False}, Verdict.FAIL),
        ({"names": (), "has_san": False, "problem": WHY}, Verdict.UNDETERMINED),
    ],
)
def test_certificate_names(changes: dict[str, Any], verdict: Verdict, judge: Judge) -> None:
    assert judge(leaf(**changes), "tls.certificate_names").verdict is verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"validated": Validated.EXTENDED}, Verdict.PASS),
        ({"validated": Validated.DOMAIN}, Verdict.FAIL),
        ({"organisation": ""}, Verdict.FAIL),
        ({"validated": Validated.UNKNOWN}, Verdict.UNDETERMINED),
        ({"validated": Validated.UNKNOWN, "organisation": ""}, Verdict.FAIL),
        ({"validated": Validated.INDIVIDUAL}, Verdict.FAIL),
    ],
)
def test_organisation(changes: dict[str, Any], verdict: Verdict, judge: Judge) -> None:
    assert judge(leaf(**changes), "tls.organisation_validated").verdict is verdict


@pytest.mark.parametrize(
    ("names", "host", "matches"),
    [
        (("app.example.nl",), "app.example.nl", True),
        (("app.example.nl.",), "app.example.nl", False),
        (("*.example.nl",), "app.example.nl", True),
        (("*.example.nl",), "a.b.example.nl", False),
        (("*.example.nl",), "example.nl", False),
        (("a*.example.nl",), "app.example.nl", False),
        (("*",), "localhost", False),
        (("*.nl",), "example.nl", False),
        (("app.*.nl",), "app.example.nl", False),
        ((), "app.example.nl", False),
        (("192.0.2.1",), "192.0.2.1", False),
    ],
)
def test_names_match_by_one_label(names: tuple[str, ...], host: str, matches: bool) -> None:
    assert replace(LEAF, names=names).matches(host) is matches


def test_addresses_match_as_addresses() -> None:
    assert replace(LEAF, ip_addresses=("2001:db8::1",)).matches("2001:DB8:0::1") is True


def test_facts_survive_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(FACT), type=TlsFacts) == FACT
