"""What the clients of internet.nl miss of a server over TLS, so that its report can differ from ours.

Measured on its engine, v1.11: of each suite it judges the group that was negotiated, and it asks about renegotiation
and compression with OpenSSL 1.0.2, which knows the older curves of NIST only.
"""

from toetskader.facts.endpoint.tls import AddressTls, Group

_COMMON = frozenset({"x25519", "x448", "secp256r1", "secp384r1", "secp521r1"})
"""Groups that every client of today offers."""
_OLD_CURVES = frozenset({"secp224r1", "secp256r1", "secp384r1", "secp521r1"})
_NOT_OF_OLD_CLIENTS = ("CAMELLIA", "ARIA", "CCM", "CHACHA20")


def misses_group(address: AddressTls, group: Group) -> bool:
    """Tell whether a connection of internet.nl may end on another group than this one.

    A finite field is seen with a suite with DHE; in TLS 1.3 only by a client that has no curve in common.
    """
    others = {other.name for other in address.groups} - {group.name}
    if group.kind == "finite_field" and any("_DHE_" in suite for suite in _older_suites(address)):
        return False
    return not others.isdisjoint(_COMMON)


def cannot_connect(address: AddressTls) -> bool:
    """Tell whether every group there is one that few clients offer, with no suite that does without."""
    return (
        bool(address.groups)
        and _COMMON.isdisjoint(group.name for group in address.groups)
        and all("_ECDHE_" in suite for suite in _older_suites(address))
    )


def sees_no_suite_of_tls12(address: AddressTls) -> bool:
    """Tell whether all there is before TLS 1.3 is Camellia."""
    suites = _older_suites(address)
    return bool(suites) and all("CAMELLIA" in suite for suite in suites)


def old_client_fails(address: AddressTls) -> bool:
    """Tell whether a server that speaks a version before TLS 1.3 has no suite and curve for OpenSSL 1.0.2."""
    suites = _older_suites(address)
    has_curve = any(group.name in _OLD_CURVES for group in address.groups)
    return bool(suites) and not any(
        (has_curve or "_ECDHE_" not in suite) and not any(name in suite for name in _NOT_OF_OLD_CLIENTS)
        for suite in suites
    )


def _older_suites(address: AddressTls) -> set[str]:
    return {suite for version in address.accepted if version.name != "TLS 1.3" for suite in version.suites}
