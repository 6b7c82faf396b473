"""Numbers and names of TLS as IANA registers them: versions, cipher suites, groups and hashes."""

from enum import IntEnum
from functools import lru_cache
from math import factorial
from typing import Final

from tls_parser.cipher_suites import CipherSuites  # type: ignore[import-untyped]


class Version(IntEnum):
    """Versions of the protocol by their number on the wire."""

    SSL2 = 0x0002
    SSL3 = 0x0300
    TLS10 = 0x0301
    TLS11 = 0x0302
    TLS12 = 0x0303
    TLS13 = 0x0304

    @property
    def label(self) -> str:
        """The name people use."""
        return _LABELS[self]


_LABELS = {
    Version.SSL2: "SSL 2.0",
    Version.SSL3: "SSL 3.0",
    Version.TLS10: "TLS 1.0",
    Version.TLS11: "TLS 1.1",
    Version.TLS12: "TLS 1.2",
    Version.TLS13: "TLS 1.3",
}

FALLBACK_SCSV: Final = 0x5600
RENEGOTIATION_SCSV: Final = 0x00FF
_SIGNALS = (0x0000, FALLBACK_SCSV, RENEGOTIATION_SCSV)

TLS13_SUITES: Final = {
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0x1304: "TLS_AES_128_CCM_SHA256",
    0x1305: "TLS_AES_128_CCM_8_SHA256",
    0x1306: "TLS_AEGIS_256_SHA512",
    0x1307: "TLS_AEGIS_128L_SHA256",
    0x00C6: "TLS_SM4_GCM_SM3",
    0x00C7: "TLS_SM4_CCM_SM3",
    0xC0B4: "TLS_SHA256_SHA256",
    0xC0B5: "TLS_SHA384_SHA384",
}

# Registered, or in use before they were, after the list of tls-parser was made.
_MORE_SUITES = {
    0x0060: "TLS_RSA_EXPORT1024_WITH_RC4_56_MD5",
    0x0061: "TLS_RSA_EXPORT1024_WITH_RC2_CBC_56_MD5",
    0x0062: "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA",
    0x0063: "TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA",
    0x0064: "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA",
    0x0065: "TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA",
    0x0066: "TLS_DHE_DSS_WITH_RC4_128_SHA",
    0xC100: "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC",
    0xC101: "TLS_GOSTR341112_256_WITH_MAGMA_CTR_OMAC",
    0xC102: "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT",
    0xC0B0: "TLS_ECCPWD_WITH_AES_128_GCM_SHA256",
    0xC0B1: "TLS_ECCPWD_WITH_AES_256_GCM_SHA384",
    0xC0B2: "TLS_ECCPWD_WITH_AES_128_CCM_SHA256",
    0xC0B3: "TLS_ECCPWD_WITH_AES_256_CCM_SHA384",
    0xD001: "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256",
    0xD002: "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384",
    0xD003: "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256",
    0xD005: "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256",
}

SUITES: Final[dict[int, str]] = {
    **{suite.value: suite.name for suite in CipherSuites if suite.value not in _SIGNALS},
    **_MORE_SUITES,
}
"""Suites of TLS 1.2 and older, by number."""

SSL2_SUITES: Final = {
    0x010080: "SSL_CK_RC4_128_WITH_MD5",
    0x020080: "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
    0x030080: "SSL_CK_RC2_128_CBC_WITH_MD5",
    0x040080: "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
    0x050080: "SSL_CK_IDEA_128_CBC_WITH_MD5",
    0x060040: "SSL_CK_DES_64_CBC_WITH_MD5",
    0x0700C0: "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
}


def suite_name(code: int) -> str:
    """Return the name of a suite; its number in hexadecimal when it has none."""
    return SUITES.get(code) or TLS13_SUITES.get(code) or f"0x{code:04X}"


_ONLY_TLS12 = ("_SHA256", "_SHA384", "_GCM", "_CCM", "_OMAC")
_WEAKEST_FIRST = ("NULL", "anon", "EXPORT", "RC4", "RC2", "_DES_", "3DES", "PSK", "SRP", "KRB5")


def _strength(name: str) -> tuple[int, ...]:
    """Sort key: what no client should be given comes first, so that a server without order of its own shows it."""
    weak = next((rank for rank, part in enumerate(_WEAKEST_FIRST) if part in name), len(_WEAKEST_FIRST))
    forward = name.startswith(("TLS_ECDHE_", "TLS_DHE_"))
    return (weak, int(forward), int("_CBC_" not in name), int(name.startswith("TLS_ECDHE_")))


@lru_cache
def suites_for(version: Version) -> tuple[int, ...]:
    """Return every suite that can be offered in a version, the weakest first."""
    if version is Version.TLS13:
        return tuple(sorted(TLS13_SUITES, key=lambda code: ("GCM" in TLS13_SUITES[code], code)))
    codes = (
        code
        for code, name in SUITES.items()
        if version is Version.TLS12 or not any(part in name for part in _ONLY_TLS12)
    )
    return tuple(sorted(codes, key=lambda code: (_strength(SUITES[code]), code)))


GROUPS: Final = {
    1: "sect163k1",
    2: "sect163r1",
    3: "sect163r2",
    4: "sect193r1",
    5: "sect193r2",
    6: "sect233k1",
    7: "sect233r1",
    8: "sect239k1",
    9: "sect283k1",
    10: "sect283r1",
    11: "sect409k1",
    12: "sect409r1",
    13: "sect571k1",
    14: "sect571r1",
    15: "secp160k1",
    16: "secp160r1",
    17: "secp160r2",
    18: "secp192k1",
    19: "secp192r1",
    20: "secp224k1",
    21: "secp224r1",
    22: "secp256k1",
    23: "secp256r1",
    24: "secp384r1",
    25: "secp521r1",
    26: "brainpoolP256r1",
    27: "brainpoolP384r1",
    28: "brainpoolP512r1",
    29: "x25519",
    30: "x448",
    31: "brainpoolP256r1tls13",
    32: "brainpoolP384r1tls13",
    33: "brainpoolP512r1tls13",
    34: "GC256A",
    35: "GC256B",
    36: "GC256C",
    37: "GC256D",
    38: "GC512A",
    39: "GC512B",
    40: "GC512C",
    41: "curveSM2",
    256: "ffdhe2048",
    257: "ffdhe3072",
    258: "ffdhe4096",
    259: "ffdhe6144",
    260: "ffdhe8192",
    512: "MLKEM512",
    513: "MLKEM768",
    514: "MLKEM1024",
    4587: "SecP256r1MLKEM768",
    4588: "X25519MLKEM768",
    4589: "SecP384r1MLKEM1024",
    4590: "curveSM2MLKEM768",
    25497: "X25519Kyber768Draft00",
    25498: "SecP256r1Kyber768Draft00",
    0xFF01: "arbitrary_explicit_prime_curves",
    0xFF02: "arbitrary_explicit_char2_curves",
}
"""Groups for key exchange, by number."""

FFDHE: Final = tuple(code for code, name in GROUPS.items() if name.startswith("ffdhe"))
TLS12_CURVES: Final = tuple(code for code in GROUPS if code <= 30 or code >= 0xFF01)
"""Curves that can be offered in TLS 1.2 and older."""
TLS13_GROUPS: Final = tuple(code for code in GROUPS if code < 0xFF00)


def group_kind(name: str) -> str:
    """Tell what kind of group a name stands for."""
    if name.startswith(("ffdhe", "DH-")):
        return "finite_field"
    if "MLKEM" in name or "Kyber" in name:
        return "other" if name.startswith("MLKEM") else "hybrid"
    return "elliptic"


# RFC 7919, appendix A: what is added to the digits of e to reach a prime.
_FFDHE_OFFSETS = {2048: 560316, 3072: 2625351, 4096: 5736041, 6144: 15705020, 8192: 10965728}


@lru_cache
def ffdhe_prime(bits: int) -> int:
    """Compute the prime of a group of RFC 7919: 2^b - 2^(b-64) + (floor(2^(b-130) e) + X) 2^64 - 1."""
    scale = bits - 130
    guard, terms = 64, 1100  # 1/1100! is far below the last digit that counts
    e = sum((1 << (scale + guard)) // factorial(n) for n in range(terms))
    return (1 << bits) - (1 << (bits - 64)) + (((e >> guard) + _FFDHE_OFFSETS[bits]) << 64) - 1


def finite_field_name(prime: int) -> str:
    """Name a finite field: `ffdhe3072` for one of RFC 7919, else `DH-` and its size."""
    bits = prime.bit_length()
    return f"ffdhe{bits}" if bits in _FFDHE_OFFSETS and prime == ffdhe_prime(bits) else f"DH-{bits}"


HASHES: Final = {1: "md5", 2: "sha1", 3: "sha224", 4: "sha256", 5: "sha384", 6: "sha512"}
"""Hashes by their number in a signature algorithm of TLS 1.2."""
_ALL_SIGNATURES = (
    *(0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),  # RSASSA-PSS
    *(0x0807, 0x0808),  # Ed25519, Ed448
    *(0x081A, 0x081B, 0x081C),  # ECDSA on brainpool curves in TLS 1.3
)
SIGNATURE_ALGORITHMS: Final = (
    *(hash_ << 8 | key for hash_ in (4, 5, 6) for key in (3, 1, 2)),
    *_ALL_SIGNATURES,
    *(hash_ << 8 | key for hash_ in (3, 2, 1) for key in (3, 1, 2)),
)
"""Every signature algorithm, the good ones first: what a client that speaks to anyone offers."""


CERTIFICATE_SIGNATURES: Final = {
    "RSA": (*(hash_ << 8 | 1 for hash_ in (4, 5, 6)), 0x0804, 0x0805, 0x0806),
    "EC": tuple(hash_ << 8 | 3 for hash_ in (4, 5, 6)),
    "RSASSA-PSS": (0x0809, 0x080A, 0x080B),
    "Ed25519": (0x0807,),
    "Ed448": (0x0808,),
}
"""Kind of key in a certificate → signature algorithms with which a client asks for one (RFC 8446, 4.2.3)."""


def signatures_with(hash_name: str) -> tuple[int, ...]:
    """Return the signature algorithms of TLS 1.2 that use a hash: with RSA, DSA and ECDSA."""
    code = next(code for code, name in HASHES.items() if name == hash_name)
    return tuple(code << 8 | key for key in (1, 2, 3))


def signature_hash(algorithm: int) -> str:
    """Return the hash in a signature algorithm of TLS 1.2; empty for one that has its own."""
    if algorithm >> 8 == 8:
        return {4: "sha256", 5: "sha384", 6: "sha512", 9: "sha256", 10: "sha384", 11: "sha512"}.get(algorithm & 255, "")
    return HASHES.get(algorithm >> 8, f"0x{algorithm >> 8:02X}")


ALERTS: Final = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    42: "bad_certificate",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    116: "certificate_required",
    120: "no_application_protocol",
}
