"""Servers get per aspect the status that internet.nl gives them; where ours differs, it says why."""

import json
import shlex
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from aspects import aspects
from judging_tls import NORM, Judge, Measure
from nginx_server import nginx_server
from openssl_server import openssl_server

from toetskader.results import Verdict

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("internetnl_servers.json").read_text(encoding="utf-8")
)["cases"]
SERVERS = [case for case in CASES if case["server"]]
"""All but one, that OpenSSL 3 cannot be configured for (3DES)."""
NGINX = (
    "ssl_certificate {folder}/rsa2048.crt",
    "ssl_certificate_key {folder}/rsa2048.key",
    "ssl_dhparam {folder}/ffdhe2048.pem",
    "ssl_protocols TLSv1.2 TLSv1.3",
    "ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256",
    "ssl_prefer_server_ciphers on",
)

ALL_GROUPS = "All supported groups are judged, not only the one that was negotiated: OpenSSL 3 offers ffdhe in TLS 1.3."
JUDGED = "A server that offers one group or suite that few clients have is judged, not unreachable."
ABLE_CLIENT = "Renegotiation and compression are asked with a client that the server can speak to."
CAMELLIA = "A server with Camellia only speaks TLS 1.2, and its suite is insufficient."
ALSO_INSUFFICIENT = "Better suites must come before insufficient ones too, not only before those to be phased out."

DEFAULT_FIELDS = {"phase_out": ["DH-3072", "DH-4096", "DH-6144", "DH-8192"], "insufficient": ["DH-2048"]}
ABLE = {"secure_renegotiation": (True, ABLE_CLIENT), "compression": (False, ABLE_CLIENT)}

DIFFERENCES: dict[str, dict[str, tuple[Any, str]]] = {
    "kx_curve_secp256k1": {
        "speaks_tls": (True, JUDGED),
        "key_exchange": ({"phase_out": [], "insufficient": ["secp256k1"]}, JUDGED),
    },
    "kx_curve_secp224r1": {
        "speaks_tls": (True, JUDGED),
        "key_exchange": ({"phase_out": ["secp224r1"], "insufficient": []}, JUDGED),
    },
    "cipher_ECDHE-RSA-NULL-SHA": {
        "speaks_tls": (True, JUDGED),
        "suites": ({"phase_out": [], "insufficient": ["TLS_ECDHE_RSA_WITH_NULL_SHA"]}, JUDGED),
    },
    "cipher_CAMELLIA128-SHA": {
        **ABLE,
        "versions": ({"good": [], "sufficient": ["TLS 1.2"], "insufficient": []}, CAMELLIA),
        "suites": ({"phase_out": [], "insufficient": ["TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"]}, CAMELLIA),
        "order": ("good", CAMELLIA),
        "extended_master_secret": (True, CAMELLIA),
    },
    "cipher_ECDHE-ARIA128-GCM-SHA256": ABLE,
    "cipher_ECDHE-ECDSA-AES128-CCM8": ABLE,
    "kx_curve_X25519": ABLE,
    "tls10_to_13": {"order": ("bad", ALSO_INSUFFICIENT), "key_exchange": (DEFAULT_FIELDS, ALL_GROUPS)},
    "ocsp_aia_no_staple": {"key_exchange": (DEFAULT_FIELDS, ALL_GROUPS)},
    "cert_rsa3071": {"key_exchange": (DEFAULT_FIELDS, ALL_GROUPS)},
    "cert_sha224": {"key_exchange": (DEFAULT_FIELDS, ALL_GROUPS)},
    "sigalg_openssl_default": {"key_exchange": (DEFAULT_FIELDS, ALL_GROUPS)},
    "nginx_dhe_ffdhe2048": {"key_exchange": (DEFAULT_FIELDS, ALL_GROUPS)},
}
GOOD = {
    "tls12_only_gcm",
    "kx_curve_P-384",
    "kx_curve_X25519",
    "kx_dhe_ffdhe3072",
    "cipher_ECDHE-ARIA128-GCM-SHA256",
    "kx_curve_secp224r1",
}
"""Cases in which nothing is insufficient; what is to be phased out only warns."""


def server(case: dict[str, Any], keys: Path) -> AbstractContextManager[int]:
    if case["server"] == "nginx":
        return nginx_server(keys, NGINX)
    return openssl_server(keys, shlex.split(case["server"]))


@pytest.mark.parametrize("case", SERVERS, ids=[case["case"] for case in SERVERS])
def test_server(case: dict[str, Any], keys: Path, measure: Measure, judge: Judge) -> None:
    with server(case, keys) as port:
        fact = measure(port)
    ours = aspects(fact.addresses[0], NORM, "localhost")
    differences = DIFFERENCES.get(case["case"], {})
    theirs = case["theirs"]
    if theirs["speaks_tls"]:
        assert ours == {**theirs, **{name: value for name, (value, _) in differences.items()}}
        for name, (value, _) in differences.items():
            assert theirs[name] != value, f"{name} is no difference"
    else:
        assert {name: ours[name] for name in differences} == {name: value for name, (value, _) in differences.items()}
    verdict = judge(fact, "tls.ncsc").verdict
    assert verdict is (Verdict.PASS if case["case"] in GOOD else Verdict.FAIL)
    assert fact.addresses[0].handshakes <= 50


def test_every_case_is_there() -> None:
    assert len(CASES) == 22
    assert [case["case"] for case in CASES if case not in SERVERS] == ["cipher_DES-CBC3-SHA"]
    assert set(DIFFERENCES) <= {case["case"] for case in CASES}
