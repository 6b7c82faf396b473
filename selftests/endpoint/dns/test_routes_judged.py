"""Judgements on routes: what is not valid fails, what is not known is never passed."""

import msgspec
import pytest
from judging_dns import judge_dns

from toetskader.collect.endpoint.dns import Dns
from toetskader.facts.attempt import Provenance
from toetskader.facts.endpoint.dns import AddressLookup, DnsFacts, Outcome
from toetskader.facts.endpoint.rpki import AddressRoutes, Route, RpkiFacts, Validity
from toetskader.results import Verdict
from toetskader.text import Text

WHY = Text("kapot", "broken")


def route(state: Validity) -> Route:
    return Route(prefix="127.0.0.0/8", asn=64496, validity=state, reason=WHY)


def facts(dns: DnsFacts, *, outcome: Outcome = Outcome.RECORDS, states: tuple[Validity, ...] = ()) -> RpkiFacts:
    """Facts in which every address has valid routes, and the first the ones given."""
    addresses = []
    for index, (address, names) in enumerate(dns.owners().items()):
        chosen = states if not index else (Validity.VALID,)
        addresses.append(
            AddressRoutes(
                address=address,
                names=names,
                outcome=outcome if not index else Outcome.RECORDS,
                reason=WHY,
                routes=tuple(route(state) for state in chosen),
            )
        )
    return RpkiFacts(provenance=provenance(dns), commands=(), addresses=tuple(addresses))


def provenance(dns: DnsFacts) -> Provenance:
    return dns.provenance


@pytest.fixture(scope="module")
def seen(collector: Dns) -> DnsFacts:
    found = collector.collect("www.good.test", 443, allow_private=True)
    assert isinstance(found, DnsFacts)
    return found


@pytest.mark.parametrize(
    ("outcome", "states", "verdict"),
    [
        (Outcome.RECORDS, (Validity.VALID,), Verdict.PASS),
        (Outcome.RECORDS, (Validity.VALID, Validity.INVALID), Verdict.FAIL),
        (Outcome.RECORDS, (Validity.NOT_FOUND,), Verdict.FAIL),
        (Outcome.RECORDS, (Validity.VALID, Validity.UNKNOWN), Verdict.UNDETERMINED),
        (Outcome.RECORDS, (Validity.UNKNOWN, Validity.INVALID), Verdict.FAIL),
        (Outcome.NONE, (), Verdict.UNDETERMINED),
        (Outcome.FAILED, (), Verdict.UNDETERMINED),
    ],
)
def test_every_route_counts(seen: DnsFacts, outcome: Outcome, states: tuple[Validity, ...], verdict: Verdict) -> None:
    judged = judge_dns("rpki.valid_origin", dns=seen, rpki=facts(seen, outcome=outcome, states=states))

    assert judged.verdict is verdict, judged


def test_a_finding_names_whose_address_it_is(seen: DnsFacts) -> None:
    judged = judge_dns("rpki.valid_origin", dns=seen, rpki=facts(seen, states=(Validity.NOT_FOUND,)))

    assert [(item.where, item.path) for item in judged.findings] == [
        ("www.good.test, ns1.good.test, ns2.good.test (127.0.0.1)", "127.0.0.0/8 AS64496")
    ]


def test_addresses_that_were_not_seen_are_not_passed(seen: DnsFacts) -> None:
    rpki = facts(seen, states=(Validity.VALID,))
    unknown = AddressLookup(name="www.good.test", type="AAAA", outcome=Outcome.FAILED, reason=WHY)
    fewer = msgspec.structs.replace(rpki, addresses=rpki.addresses[:1])
    none = msgspec.structs.replace(rpki, addresses=())

    many = msgspec.structs.replace(seen, a=msgspec.structs.replace(seen.a, left_out=436))

    for dns, found in (
        (msgspec.structs.replace(seen, aaaa=unknown), rpki),
        (many, rpki),
        (seen, fewer),
        (seen, none),
    ):
        assert judge_dns("rpki.valid_origin", dns=dns, rpki=found).verdict is Verdict.UNDETERMINED


def with_peers(seen: DnsFacts, *peers: tuple[Validity, int | None]) -> RpkiFacts:
    """Facts in which the first address has routes that so many peers see."""
    found = facts(seen)
    routes = tuple(msgspec.structs.replace(route(state), peers=number) for state, number in peers)
    first = msgspec.structs.replace(found.addresses[0], routes=routes)
    return msgspec.structs.replace(found, addresses=(first, *found.addresses[1:]))


@pytest.mark.parametrize(
    ("peers", "verdict"),
    [
        (((Validity.VALID, 300), (Validity.INVALID, 9)), Verdict.PASS),
        (((Validity.VALID, 300), (Validity.NOT_FOUND, 1)), Verdict.PASS),
        (((Validity.VALID, 300), (Validity.UNKNOWN, 2)), Verdict.PASS),
        (((Validity.VALID, 300), (Validity.INVALID, 10)), Verdict.FAIL),
        (((Validity.VALID, 9), (Validity.INVALID, 300)), Verdict.FAIL),
        (((Validity.VALID, 300), (Validity.INVALID, None)), Verdict.FAIL),
        (((Validity.VALID, 9),), Verdict.UNDETERMINED),
        (((Validity.INVALID, 0),), Verdict.UNDETERMINED),
    ],
)
def test_a_route_counts_when_enough_of_the_internet_sees_it(
    seen: DnsFacts, peers: tuple[tuple[Validity, int | None], ...], verdict: Verdict
) -> None:
    judged = judge_dns("rpki.valid_origin", dns=seen, rpki=with_peers(seen, *peers))

    assert judged.verdict is verdict, judged
    if verdict is Verdict.UNDETERMINED:
        assert judged.reason is not None
        assert "at least 10 peers" in judged.reason.en
