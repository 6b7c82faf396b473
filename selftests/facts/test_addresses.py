"""What an address is: IANA's tables, what clouds add to them, and IPv4 addresses inside IPv6 ones."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toetskader.facts.addresses import (
    SPECIAL,
    Reach,
    in_url,
    is_native,
    is_public,
    may_be_contacted,
    may_be_measured,
    reach_of,
    shown_with_port,
    special_purpose,
    version_of,
    why_not_measured,
)

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "192.0.0.9",
        "192.31.196.1",
        "192.52.193.1",
        "192.175.48.1",
        "100.128.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        "2001:4860:4860::8888",
        "2620:4f:8000::1",
        "2001:3::1",
        "2001:4:112::1",
        "2001:200::1",
        "3fff:1000::1",
        "2a00:1450:4001::1",
    ],
)
def test_public(address: str) -> None:
    assert reach_of(address) is Reach.PUBLIC


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.2.1",
        "192.168.255.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.255",
        "::1",
        "64:ff9b:1::808:808",
        "2001:2::1",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
    ],
)
def test_of_a_private_network(address: str) -> None:
    assert reach_of(address) is Reach.PRIVATE
    assert not may_be_contacted(address, allow_private=False)
    assert may_be_contacted(address, allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.0.170",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "100::1",
        "100:0:0:1::1",
        "200::1",
        "2001:5::1",
        "2001:10::1",
        "2001:20::1",
        "2001:30::1",
        "4000::1",
        "5f00::1",
        "8000::1",
        "fe80::1",
        "fe80::1%eth0",
        "febf::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:42::42",
    ],
)
def test_never_contacted(address: str) -> None:
    assert reach_of(address) is Reach.NEVER
    assert not may_be_contacted(address, allow_private=True)


def inside(address: ipaddress.IPv4Address) -> dict[str, ipaddress.IPv6Address]:
    """Every form in which an IPv6 address leads to an IPv4 one."""
    number = int(address)
    top = {
        "mapped": 0xFFFF << 32,
        "compatible": 0,
        "translated": 0xFFFF << 48,
        "nat64": 0x0064_FF9B << 96,
        "isatap": (0x2A00_1450 << 96) | (0x5EFE << 32),
        "isatap, universal": (0x2A00_1450 << 96) | (0x0200_5EFE << 32),
        "6to4": (0x2002 << 112) | (number << 80),
        "teredo": (0x2001 << 112) | (int(ipaddress.IPv4Address("8.8.8.8")) << 64),
        "teredo server": (0x2001 << 112) | (number << 64),
    }
    low = {
        "6to4": 1,
        "teredo": number ^ 0xFFFFFFFF,
        "teredo server": int(ipaddress.IPv4Address("8.8.8.8")) ^ 0xFFFFFFFF,
    }
    return {form: ipaddress.IPv6Address(bits | low.get(form, number)) for form, bits in top.items()}


@given(V4.filter(lambda address: int(address) > 1))
def test_what_is_inside_decides(address: ipaddress.IPv4Address) -> None:
    for form, outer in inside(address).items():
        assert reach_of(outer) is reach_of(address), (form, str(outer))
        assert reach_of(str(outer)) is reach_of(address)


@given(V4)
def test_local_translation_is_never_public(address: ipaddress.IPv4Address) -> None:
    outer = ipaddress.IPv6Address((0x0064_FF9B_0001 << 80) | int(address))
    assert reach_of(outer) is max(Reach.PRIVATE, reach_of(address))


@given(st.one_of(V4, V6))
def test_every_address_has_an_answer(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    reach = reach_of(address)
    assert is_public(address) is (reach is Reach.PUBLIC)
    assert reach is Reach.PUBLIC or special_purpose(address) is not None


def test_the_table_is_ordered_and_has_no_block_twice() -> None:
    sizes = [block.network.prefixlen for block in SPECIAL]
    assert sizes == sorted(sizes, reverse=True)
    assert len({block.network for block in SPECIAL}) == len(SPECIAL)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "１２７.0.0.1", "1.2.3.4/8"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        reach_of(text)


@given(V4)
def test_ipv4_in_disguise_is_no_place_of_its_own(address: ipaddress.IPv4Address) -> None:
    for form, outer in inside(address).items():
        if int(outer) > 1 and not form.startswith("isatap"):  # whose network part is a native one
            assert not is_native(outer), form
            assert not may_be_measured(outer, allow_private=True), form
            assert version_of(outer) == 6
    assert is_native(address)


@given(st.one_of(V4, V6), st.booleans())
def test_what_is_measured_may_be_contacted(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, inside_network: bool
) -> None:
    if may_be_measured(address, allow_private=inside_network):
        assert may_be_contacted(address, allow_private=inside_network)
        assert is_native(address)
    else:
        assert why_not_measured(address).en.startswith(("an address with a purpose", "no address"))


def test_how_addresses_are_written() -> None:
    assert in_url("192.0.2.1") == "192.0.2.1"
    assert in_url("2001:db8::1") == "[2001:db8::1]"
    assert shown_with_port("192.0.2.1", 443) == "192.0.2.1:443"
    assert shown_with_port("::1", 443) == "[::1]:443"
    assert "6to4 (RFC 3056)" in why_not_measured("2002:5db8:d822::1").en
    assert "IPv4-mapped" in why_not_measured("::ffff:10.0.0.1").en
