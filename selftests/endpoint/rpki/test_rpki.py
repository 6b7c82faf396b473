"""Routes and their validity: from files, from a validator and from DNS."""

import ipaddress
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.collect.endpoint.dns import Dns
from toetskader.collect.endpoint.prefixes import Prefixes
from toetskader.collect.endpoint.rpki import Rpki
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint.dns import Outcome
from toetskader.facts.endpoint.origins import validity
from toetskader.facts.endpoint.rpki import Authorisation, RpkiFacts, Validity
from toetskader.laboratory.dns import DnsLaboratory, LabZone

NOW = datetime.now(UTC)
VRPS: dict[str, Any] = {
    "metadata": {"generated": int(NOW.timestamp())},
    "roas": [
        {"asn": "AS64496", "prefix": "192.0.2.0/24", "maxLength": 24, "ta": "test"},
        {"asn": 64497, "prefix": "198.51.100.0/22", "maxLength": 23},
        {"asn": "AS64496", "prefix": "2001:db8::/32", "maxLength": 48, "ta": "test"},
        {"asn": "AS0", "prefix": "203.0.113.0/24", "maxLength": 32},
    ],
}
ROUTES = """% a comment
64496\t192.0.2.0/24\t300
64497\t198.51.100.0/24\t300
64497\t198.51.100.0/23\t280
64498\t2001:db8:1::/48\t100
64496\t2001:db8:2::/48\t100
{64496,64499}\t192.0.2.128/25\t4
64500\t203.0.113.0/24\t9
64501\t100.64.0.0/10\t9
64502\t100.65.0.0/16\t9
64496\t0.0.0.0/0\t9
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    vrps, routes = tmp_path / "vrps.json", tmp_path / "routes.txt"
    vrps.write_text(json.dumps(VRPS))
    routes.write_text(ROUTES)
    return vrps, routes


def facts(source: Rpki, *addresses: str) -> RpkiFacts:
    found = source.collect(dict.fromkeys(addresses, ("host.test",)))
    assert isinstance(found, RpkiFacts), found
    return found


@pytest.mark.parametrize(
    ("address", "states"),
    [
        ("192.0.2.1", {"192.0.2.0/24": Validity.VALID}),
        ("192.0.2.200", {"192.0.2.0/24": Validity.VALID, "192.0.2.128/25": Validity.INVALID}),
        ("198.51.100.1", {"198.51.100.0/24": Validity.INVALID, "198.51.100.0/23": Validity.VALID}),
        ("2001:db8:1::1", {"2001:db8:1::/48": Validity.INVALID}),
        ("2001:db8:2::1", {"2001:db8:2::/48": Validity.VALID}),
        ("203.0.113.1", {"203.0.113.0/24": Validity.INVALID}),
        ("100.64.0.1", {"100.64.0.0/10": Validity.NOT_FOUND}),
    ],
)
def test_routes_from_files(files: tuple[Path, Path], address: str, states: dict[str, Validity]) -> None:
    found = facts(Rpki(vrps=files[0], routes=files[1]), address)

    assert {route.prefix: route.validity for route in found.addresses[0].routes} == states
    assert msgspec.json.decode(msgspec.json.encode(found), type=RpkiFacts) == found


def test_an_address_without_a_route_is_told_apart(files: tuple[Path, Path]) -> None:
    found = facts(Rpki(vrps=files[0], routes=files[1]), "8.8.8.8")

    assert (found.addresses[0].outcome, found.addresses[0].routes) == (Outcome.NONE, ())
    assert found.addresses[0].reason is not None


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({}, "saas.rpki.validator"),
        ({"routes": True}, "saas.rpki.vrps"),
        ({"vrps": True}, "saas.rpki.routes"),
    ],
)
def test_what_is_missing_is_named(files: tuple[Path, Path], sources: dict[str, bool], said: str) -> None:
    given_ = {name: files[0] if name == "vrps" else files[1] for name in sources}
    found = Rpki(**given_).collect({"192.0.2.1": ("host.test",)})  # type: ignore[arg-type]

    assert isinstance(found, NotSeen)
    assert found.reason is Reason.NOT_COLLECTED
    assert said in found.message.en


@pytest.mark.parametrize(
    ("which", "content"),
    [
        (0, "{}"),
        (0, '{"roas": []}'),
        (0, '{"roas": [{"asn": "AS1", "prefix": "192.0.2.1/24", "maxLength": 24}]}'),
        (0, '{"roas": [{"asn": "ASX", "prefix": "192.0.2.0/24", "maxLength": 24}]}'),
        (0, '{"roas": [{"asn": "AS1", "prefix": "192.0.2.0/24", "maxLength": 23}]}'),
        (0, "[" * 100_000),
        (0, "\ufffd\x00"),
        (1, ""),
        (1, "64496 192.0.2.0\n"),
        (1, "nobody 192.0.2.0/24 1\n"),
        (1, "64496\n"),
        (1, "64496 192.0.2.0/24 many\n"),
        (1, "64496 192.0.2.0/24 -1\n"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_and_named(files: tuple[Path, Path], which: int, content: str) -> None:
    files[which].write_text(content)
    found = Rpki(vrps=files[0], routes=files[1]).collect({"192.0.2.1": ("host.test",)})

    assert isinstance(found, NotSeen), found
    assert files[which].name in found.message.en


@pytest.mark.parametrize(
    ("hours", "usable"), [(1, True), (47, True), (49, False), (24 * 365, False)], ids=["1h", "47h", "49h", "1y"]
)
@pytest.mark.parametrize("says", ["generated", "generatedTime", "buildtime", "without a zone", "its file alone"])
def test_authorisations_of_the_past_say_nothing_of_today(
    files: tuple[Path, Path], says: str, hours: int, usable: bool
) -> None:
    made = NOW - timedelta(hours=hours)
    metadata = {
        "generated": {"generated": int(made.timestamp())},
        "generatedTime": {"generatedTime": made.isoformat()},
        "buildtime": {"buildtime": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "buildmachine": "rpki.example"},
        "without a zone": {"buildtime": made.replace(tzinfo=None).isoformat()},
        "its file alone": {},
    }[says]
    files[0].write_text(json.dumps({**VRPS, "metadata": metadata}))
    if says == "its file alone":
        os.utime(files[0], (made.timestamp(), made.timestamp()))
    found = Rpki(vrps=files[0], routes=files[1], now=lambda: NOW).collect({"192.0.2.1": ("host.test",)})

    assert isinstance(found, RpkiFacts) is usable, found
    if isinstance(found, NotSeen):
        assert "older than 48 hours" in found.message.en
        assert files[0].name in found.message.en


def test_an_authorisation_that_expired_is_none(files: tuple[Path, Path]) -> None:
    roas = [
        {"asn": 64496, "prefix": "192.0.2.0/24", "maxLength": 24, "expires": int(NOW.timestamp()) - 60},
        {"asn": 64497, "prefix": "198.51.100.0/22", "maxLength": 23, "expires": int(NOW.timestamp()) + 3600},
    ]
    files[0].write_text(json.dumps({"metadata": VRPS["metadata"], "roas": roas}))
    found = facts(Rpki(vrps=files[0], routes=files[1], now=lambda: NOW), "192.0.2.1", "198.51.100.1")

    states = {route.prefix: route.validity for item in found.addresses for route in item.routes}
    assert states["192.0.2.0/24"] is Validity.NOT_FOUND
    assert states["198.51.100.0/23"] is Validity.VALID


def test_how_many_peers_see_a_route_is_kept(files: tuple[Path, Path]) -> None:
    files[1].write_text("64496 192.0.2.0/24 300\n64499 192.0.2.0/24 1\n64498 192.0.2.0/25\n64497 192.0.2.0/26 999999\n")
    (found,) = facts(Rpki(vrps=files[0], routes=files[1]), "192.0.2.1").addresses

    assert {route.asn: route.peers for route in found.routes} == {
        64496: 300,
        64499: 1,
        64498: None,
        64497: 999_999,
    }


def network(bits: int, number: int, size: int) -> Any:
    """The prefix of a size that holds an address, given as a number."""
    return ipaddress.ip_network((number >> (bits - size) << (bits - size), size))


PREFIXES = st.one_of(
    st.builds(network, st.just(32), st.integers(0, 2**32 - 1), st.integers(0, 32)),
    st.builds(network, st.just(128), st.integers(0, 255), st.integers(112, 128)),
)


@given(kept=st.lists(st.tuples(PREFIXES, st.integers(1, 3)), max_size=30), wanted=PREFIXES)
def test_the_index_finds_what_a_search_finds(kept: list[tuple[Any, int]], wanted: Any) -> None:
    index: Prefixes[int] = Prefixes()
    for network, value in kept:
        index.add(str(network), value)

    expected = {
        (network, value) for network, value in kept if network.version == wanted.version and wanted.subnet_of(network)
    }
    found = index.holding(wanted)
    assert set(found) == expected
    assert len(found) == len(expected)


@given(
    size=st.integers(8, 32),
    asn=st.integers(0, 3),
    covering=st.lists(st.tuples(st.integers(0, 3), st.integers(8, 32)), max_size=4),
)
def test_validity_is_that_of_rfc_6811(size: int, asn: int, covering: list[tuple[int, int]]) -> None:
    prefix = ipaddress.ip_network((10 << 24, size))
    vrps = [Authorisation(asn=holder, prefix="10.0.0.0/8", max_length=longest) for holder, longest in covering]
    matched = asn != 0 and any(holder == asn and size <= longest for holder, longest in covering)

    state, _ = validity(prefix, asn, vrps)

    assert state is (Validity.VALID if matched else Validity.INVALID if vrps else Validity.NOT_FOUND)


class Validator(BaseHTTPRequestHandler):
    """Answers as Routinator does."""

    def do_GET(self) -> None:
        asked: list[str] = self.server.asked  # type: ignore[attr-defined]
        asked.append(self.path)
        asn, _, prefix = self.path.removeprefix("/api/v1/validity/").partition("/")
        states = {"AS64496": "valid", "AS64497": "invalid", "AS64498": "not-found", "AS64501": "strange"}
        state = states.get(asn, "valid")
        body = json.dumps(
            {
                "validated_route": {
                    "route": {"origin_asn": asn, "prefix": prefix},
                    "validity": {
                        "state": state,
                        "description": "…",
                        "VRPs": {
                            "matched": [{"asn": asn, "prefix": prefix, "max_length": "24"}] if state == "valid" else [],
                            "unmatched_as": [],
                            "unmatched_length": [],
                        },
                    },
                },
                "generatedTime": (NOW - (timedelta(hours=50) if asn == "AS64502" else timedelta())).isoformat(),
            }
        ).encode()
        self.send_response(500 if asn == "AS64500" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def validator() -> Iterator[tuple[str, list[str]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Validator)
    asked: list[str] = []
    server.asked = asked  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


def test_a_validator_is_asked_once_a_route(validator: tuple[str, list[str]], files: tuple[Path, Path]) -> None:
    source = Rpki(validator=validator[0], routes=files[1])
    found = facts(source, "192.0.2.1", "192.0.2.2", "198.51.100.1", "2001:db8:1::1")
    facts(source, "192.0.2.3")

    states = {route.prefix: route.validity for item in found.addresses for route in item.routes}
    assert states == {
        "192.0.2.0/24": Validity.VALID,
        "198.51.100.0/24": Validity.INVALID,
        "198.51.100.0/23": Validity.INVALID,
        "2001:db8:1::/48": Validity.NOT_FOUND,
    }
    assert validator[1].count("/api/v1/validity/AS64496/192.0.2.0/24") <= 2  # two at the same time, never later
    assert any(command == f"curl {validator[0]}api/v1/validity/AS64496/192.0.2.0/24" for command in found.commands)


@pytest.mark.parametrize(
    ("address", "said"), [("203.0.113.1", "HTTP 500"), ("100.64.0.1", "strange"), ("100.65.0.1", "generatedTime")]
)
def test_an_answer_of_the_validator_that_is_none(
    validator: tuple[str, list[str]], files: tuple[Path, Path], address: str, said: str
) -> None:
    route = facts(Rpki(validator=validator[0], routes=files[1]), address).addresses[0].routes[0]

    assert route.validity is Validity.UNKNOWN
    assert said in route.reason.en


def test_a_validator_that_is_not_there_costs_one_attempt(files: tuple[Path, Path]) -> None:
    found = facts(Rpki(validator="http://127.0.0.1:1", routes=files[1]), "192.0.2.1", "198.51.100.1")

    assert {route.validity for item in found.addresses for route in item.routes} == {Validity.UNKNOWN}


ORIGINS = LabZone(
    "asn.test",
    '1.2.0.192.origin TXT "64496 | 192.0.2.0/24 | NL | ripencc | 2010-01-01"\n'
    '1.100.51.198.origin TXT "64497 64498 | 198.51.100.0/24 | NL | ripencc | 2010-01-01"\n'
    '2.2.0.192.origin TXT "64496 | 10.0.0.0/8 | NL | ripencc | 2010-01-01"\n'
    '3.2.0.192.origin TXT "nonsense"\n'
    f"{'.'.join(reversed(ipaddress.ip_address('2001:db8:2::1').exploded.replace(':', '')))}.origin6 "
    'TXT "64496 | 2001:db8:2::/48 | NL | ripencc | 2010-01-01"\n',
)


def test_origins_from_dns(files: tuple[Path, Path]) -> None:
    with DnsLaboratory([ORIGINS]) as served:
        source = Rpki(vrps=files[0], origin_zone="origin.asn.test", dns=Dns(served.resolver))
        found = facts(source, "192.0.2.1", "198.51.100.1", "2001:db8:2::1", "192.0.2.2", "192.0.2.3", "192.0.2.4")
    by_address = {item.address: item for item in found.addresses}

    assert [route.validity for route in by_address["192.0.2.1"].routes] == [Validity.VALID]
    assert [(route.asn, route.validity) for route in by_address["198.51.100.1"].routes] == [
        (64497, Validity.INVALID),
        (64498, Validity.INVALID),
    ]
    assert [route.validity for route in by_address["2001:db8:2::1"].routes] == [Validity.VALID]
    assert by_address["192.0.2.2"].outcome is Outcome.FAILED, "a prefix that does not hold the address"
    assert by_address["192.0.2.3"].outcome is Outcome.FAILED
    assert by_address["192.0.2.4"].outcome is Outcome.NONE
