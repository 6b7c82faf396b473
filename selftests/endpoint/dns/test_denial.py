"""Proofs that something does not exist: never of what does, always of what does not, on zones of any shape."""

from datetime import UTC, datetime

import dns.name
import dns.rdatatype
import pytest
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.endpoint.dns.denial import Denials, Proof, denials
from toetskader.laboratory.dns import Denial, LabZone
from toetskader.laboratory.dns_zones import ServedZone, build, make_key

KEY = make_key(LabZone("zone.test").algorithms[0])
ORIGIN = dns.name.from_text("zone.test.")
LABELS = st.sampled_from(["a", "b", "bb", "z", "0", "*", "-"])
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
CHAINS = st.sampled_from([Denial.NSEC, Denial.NSEC3])


def zone(names: list[str], chain: Denial, cut: str = "") -> ServedZone:
    records = "\n".join(f"{name} A 192.0.2.1" for name in names)
    below = {dns.name.from_text(cut, ORIGIN).canonicalize(): ()} if cut else {}
    return build(LabZone("zone.test", records, denial=chain), (KEY,), dict(below), datetime(2026, 1, 1, tzinfo=UTC))


def all_records(served: ServedZone) -> Denials:
    nsec = [(rrset.name.canonicalize(), item) for rrset in served.nsec for item in rrset if isinstance(item, NSEC)]
    nsec3 = [(rrset.name.canonicalize(), item) for rrset in served.nsec3 for item in rrset if isinstance(item, NSEC3)]
    return denials(served.name, nsec, nsec3)


@settings(max_examples=150, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=6), chain=CHAINS)
def test_nothing_proves_that_what_exists_does_not(names: list[str], chain: Denial) -> None:
    records = all_records(zone(names, chain))

    for name in names:
        full = dns.name.from_text(name, ORIGIN).canonicalize()
        assert records.no_name(full) is Proof.NOT_PROVEN
        assert records.no_data(full, dns.rdatatype.A) is Proof.NOT_PROVEN
        assert records.no_data(full, dns.rdatatype.AAAA) is Proof.PROVEN
        assert records.no_data(full, dns.rdatatype.DS) is Proof.NO_ZONE_CUT
        for labels in range(len(ORIGIN) - 1, len(full) - 1):
            assert records.from_wildcard(full, labels) is Proof.NOT_PROVEN


@settings(max_examples=150, deadline=None)
@given(names=st.lists(NAMES, max_size=6), asked=NAMES, chain=CHAINS)
def test_what_does_not_exist_is_proven_not_to(names: list[str], asked: str, chain: Denial) -> None:
    served = zone(names, chain)
    records = all_records(served)
    full = dns.name.from_text(asked, ORIGIN).canonicalize()
    if full in served.names:
        return
    closest = full.parent()
    while closest not in served.names:
        closest = closest.parent()
    wildcard = dns.name.Name((b"*", *closest.labels))

    if wildcard in served.names:
        assert records.no_name(full) is Proof.NOT_PROVEN
        assert records.from_wildcard(full, len(closest) - 1) is Proof.PROVEN
        has_address = (wildcard, dns.rdatatype.A) in served.rrsets
        assert (records.no_data(full, dns.rdatatype.A) is Proof.PROVEN) == (not has_address)
    else:
        assert records.no_name(full) is Proof.PROVEN
        assert records.no_data(full, dns.rdatatype.A) is Proof.NOT_PROVEN


@settings(max_examples=100, deadline=None)
@given(names=st.lists(NAMES, max_size=5), below=NAMES, chain=CHAINS)
def test_a_parent_says_nothing_of_names_it_gave_away(names: list[str], below: str, chain: Denial) -> None:
    names = [name for name in names if name.split(".")[-1] != "given"]
    records = all_records(zone(names, chain, cut="given"))
    given_away = dns.name.from_text("given", ORIGIN).canonicalize()
    full = dns.name.from_text(below, given_away).canonicalize()

    assert records.no_data(given_away, dns.rdatatype.A) is Proof.NOT_PROVEN
    assert records.no_data(given_away, dns.rdatatype.DS) is Proof.PROVEN
    assert records.no_name(full) is Proof.NOT_PROVEN
    assert records.no_data(full, dns.rdatatype.A) is Proof.NOT_PROVEN


@pytest.mark.parametrize("chain", list(Denial))
def test_a_child_says_nothing_of_its_own_ds(chain: Denial) -> None:
    records = all_records(zone(["a"], chain))
    other = Denials(dns.name.from_text("test."), records.nsec, records.nsec3)

    assert other.no_data(ORIGIN, dns.rdatatype.DS) is Proof.NOT_PROVEN


def test_records_of_another_zone_or_hash_do_not_count() -> None:
    served = zone(["a"], Denial.NSEC3)
    nsec3 = [(rrset.name.canonicalize(), rrset[0]) for rrset in served.nsec3]
    strange = [(name, item.replace(algorithm=2)) for name, item in nsec3]
    flagged = [(name, item.replace(flags=0x82)) for name, item in nsec3]
    salted = [nsec3[0], *((name, item.replace(salt=b"x")) for name, item in nsec3[1:])]

    assert denials(served.name, (), strange).nsec3 == ()
    assert denials(served.name, (), flagged).nsec3 == ()
    assert len(denials(served.name, (), salted).nsec3) == 1
    assert denials(dns.name.from_text("other.test."), (), nsec3).nsec3 == ()


def test_many_rounds_are_not_computed() -> None:
    served = zone(["a"], Denial.NSEC3)
    nsec3 = [(rrset.name.canonicalize(), rrset[0].replace(iterations=65_535)) for rrset in served.nsec3]
    name = dns.name.from_text("b", ORIGIN)
    records = denials(served.name, (), nsec3)

    assert records.no_name(name) is Proof.TOO_MANY_ITERATIONS
    assert records._hashes == {}
