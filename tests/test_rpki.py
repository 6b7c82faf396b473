"""Judgements on routes: whether the networks that announce an endpoint may do so."""

from toetskader.facts.endpoint.dns import DnsFacts, Outcome
from toetskader.facts.endpoint.rpki import Route, RpkiFacts, Validity
from toetskader.judging import EndpointPlace, Findings, Text, check, undetermined
from toetskader.norms.web import WebNorm


@check("rpki.valid_origin")
def test_routes_are_authorised(rpki: RpkiFacts, dns: DnsFacts, norm: WebNorm, findings: Findings) -> None:
    """SLA 11.2: every route to every address of the host and its name servers has a valid origin (RFC 6811).

    What few peers see is a leak or a hijack that does not get far, and no route of the holder.
    """
    doubts = [
        _unknown(lookup.name, lookup.type, lookup.reason) for lookup in dns.lookups_of_addresses() if lookup.failed
    ]
    if dns.name_servers.failed:
        doubts.append(_unknown(dns.name_servers.name or dns.host, "NS", dns.name_servers.reason))
    if left_out := dns.name_servers.left_out + sum(lookup.left_out for lookup in dns.lookups_of_addresses()):
        doubts.append(Text(f"{left_out} records te veel om te bekijken", f"{left_out} records too many to look at"))
    unseen = [address for address in dns.owners() if address not in {item.address for item in rpki.addresses}]
    doubts += [Text(f"{address}: niet bekeken", f"{address}: not looked at") for address in unseen]
    if not rpki.addresses:
        doubts.append(Text(f"{dns.host} heeft geen adressen", f"{dns.host} has no addresses"))
    for item in rpki.addresses:
        if item.outcome is not Outcome.RECORDS:
            doubts.append(_unknown(item.address, "", item.reason))
        seen = [route for route in item.routes if _is_seen(route, norm)]
        if item.routes and not seen:
            doubts.append(_unknown(item.address, "", _hardly_seen(item.routes, norm)))
        for route in item.routes:
            if route not in seen:
                findings.saw(
                    f"{item.address}: {route.prefix} AS{route.asn} telt niet mee, {route.peers} peers zien deze route.",
                    f"{item.address}: {route.prefix} AS{route.asn} does not count, {route.peers} peers see this route.",
                )
            elif route.validity is Validity.UNKNOWN:
                doubts.append(_unknown(item.address, route.prefix, route.reason))
            elif route.validity is not Validity.VALID:
                findings.add(
                    EndpointPlace(f"{', '.join(item.names)} ({item.address})", f"{route.prefix} AS{route.asn}"),
                    seen=Text(
                        f"{_STATES[route.validity].nl}: {route.reason.nl}",
                        f"{_STATES[route.validity].en}: {route.reason.en}",
                    ),
                    expected=Text("geldig (RPKI valid)", "valid (RPKI valid)"),
                    strength=norm.rpki,
                    command=next((text for text in rpki.commands if f"AS{route.asn}/{route.prefix}" in text), ""),
                )
    routes = {(route.prefix, route.asn) for item in rpki.addresses for route in item.routes}
    findings.saw(
        f"{len(routes)} routes naar {len(rpki.addresses)} adressen.",
        f"{len(routes)} routes to {len(rpki.addresses)} addresses.",
    )
    if doubts:
        undetermined(
            f"Niet van elk adres is de route te beoordelen: {'; '.join(dict.fromkeys(doubt.nl for doubt in doubts))}.",
            f"Not of every address can the route be judged: {'; '.join(dict.fromkeys(doubt.en for doubt in doubts))}.",
        )


def _is_seen(route: Route, norm: WebNorm) -> bool:
    """Tell whether enough of the internet sees a route; a source that does not say how many do is taken at its word."""
    return route.peers is None or route.peers >= norm.rpki_min_peers


def _hardly_seen(routes: tuple[Route, ...], norm: WebNorm) -> Text:
    most = max(route.peers or 0 for route in routes)
    return Text(
        f"geen route die minstens {norm.rpki_min_peers} peers zien (hoogstens {most})",
        f"no route that at least {norm.rpki_min_peers} peers see (at most {most})",
    )


_STATES = {
    Validity.INVALID: Text("ongeldig", "invalid"),
    Validity.NOT_FOUND: Text("niet gevonden", "not found"),
}


def _unknown(name: str, what: str, reason: Text | None) -> Text:
    why = reason or Text("geen antwoord", "no answer")
    shown = f"{name} {what}".strip()
    return Text(f"{shown}: {why.nl}", f"{shown}: {why.en}")
