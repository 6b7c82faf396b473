"""Judgements on names: signatures, addresses, name servers, CAA and TLSA."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from toetskader.facts.addresses import is_public, may_be_measured, version_of, why_not_measured
from toetskader.facts.attempt import NotSeen
from toetskader.facts.endpoint import caa, dane
from toetskader.facts.endpoint.dns import AddressLookup, DnsFacts, NameServer, Outcome, Probe, ProbeOutcome
from toetskader.facts.endpoint.dnssec import DnssecFacts, Status, Validation
from toetskader.facts.endpoint.http import AddressHttp, Exchange, How, HttpFacts, Unanswered
from toetskader.facts.endpoint.http import Answer as HttpAnswer
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.judging import EndpointPlace, Findings, Strength, Text, check, not_applicable, undetermined
from toetskader.norms.web import WebNorm


@check("dns.dnssec")
def test_names_are_signed(dnssec: DnssecFacts, norm: WebNorm, findings: Findings) -> None:
    """SLA 11.2, TA 5.1c: A and AAAA validate from the trust anchor, at every name that aliases lead through."""
    doubts: list[Text] = []
    for step in dnssec.addresses():
        if step.status is Status.INDETERMINATE:
            doubts.append(
                Text(f"{step.name} {step.type}: {step.sentence.nl}", f"{step.name} {step.type}: {step.sentence.en}")
            )
        elif step.status is not Status.SECURE:
            _report_not_secure(step, dnssec, norm.dnssec, findings)
    ends = [step for step in dnssec.addresses() if not step.alias_of]
    if not any(step.answer is Outcome.RECORDS for step in ends) and not doubts:
        doubts.append(Text(f"{dnssec.host} heeft geen adressen", f"{dnssec.host} has no addresses"))
    if zones := [zone for zone in dnssec.zones if zone.status is Status.SECURE]:
        names = " → ".join(zone.name for zone in zones)
        findings.saw(f"Keten van sleutels: {names}.", f"Chain of keys: {names}.")
    if doubts:
        undetermined(
            f"Niet te zien of DNSSEC klopt: {'; '.join(doubt.nl for doubt in doubts)}.",
            f"It cannot be seen whether DNSSEC is right: {'; '.join(doubt.en for doubt in doubts)}.",
        )


def _report_not_secure(step: Validation, dnssec: DnssecFacts, strength: Strength, findings: Findings) -> None:
    cause = step.cause.value if step.cause else ""
    if step.status is Status.BOGUS:
        seen = Text(
            f"ondertekend en gebroken (bogus, {cause}): {step.sentence.nl}",
            f"signed and broken (bogus, {cause}): {step.sentence.en}",
        )
        remedy = Text(
            "Herstel de ondertekening van de zone of de DS bij de registry.",
            "Mend the signing of the zone, or the DS at the registry.",
        )
    else:
        seen = Text(f"niet ondertekend ({cause}): {step.sentence.nl}", f"not signed ({cause}): {step.sentence.en}")
        remedy = Text(
            "Onderteken de zone en laat de DS in de zone erboven zetten.",
            "Sign the zone and have the DS put in the zone above.",
        )
    findings.add(
        EndpointPlace(step.name, step.type),
        seen=seen,
        expected=Text("ondertekend tot aan het trust anchor", "signed up to the trust anchor"),
        remedy=remedy,
        strength=strength,
        command=_command(dnssec.commands, step.name, step.type),
    )


def _command(commands: tuple[str, ...], name: str, type_: str) -> str:
    return next((command for command in commands if command.split()[-2:] == [name, type_]), "")


def _asking(commands: tuple[str, ...], address: str) -> str:
    """Return the command that asks a name server at an address."""
    return next((command for command in commands if f"@{address}" in command.split()), "")


@check("dns.name_servers_ipv6", is_aspect=True)
def test_name_servers_answer_over_ipv6(dns: DnsFacts, norm: WebNorm, findings: Findings) -> None:
    """SLA 11.2: enough name servers of the zone have an IPv6 address on which they serve it."""
    lookup = dns.name_servers
    if lookup.failed:
        why = lookup.reason or Text("geen antwoord", "no answer")
        undetermined(f"De name servers zijn niet te zien: {why.nl}.", f"The name servers cannot be seen: {why.en}.")
    good, bad, unclear = [], [], []
    for server in lookup.servers:
        if any(probe.outcome is ProbeOutcome.AUTHORITATIVE for probe in server.over_ipv6):
            good.append(server)
        elif (why_unclear := _unclear_over_ipv6(server, dns)) is not None:
            unclear.append((server, why_unclear))
        else:
            bad.append(server)
    findings.saw(
        f"{len(good)} van {len(lookup.servers)} name servers van {lookup.name} antwoorden over IPv6.",
        f"{len(good)} of {len(lookup.servers)} name servers of {lookup.name} answer over IPv6.",
    )
    if len(good) >= norm.min_name_servers:
        _remark_silent_servers(dns, norm, findings)
        return
    if len(good) + len(unclear) + lookup.left_out >= norm.min_name_servers:
        undetermined(
            "Van te weinig name servers is te zien of ze over IPv6 antwoorden: "
            f"{'; '.join(f'{server.name}: {why.nl}' for server, why in unclear)}.",
            "Of too few name servers it can be seen whether they answer over IPv6: "
            f"{'; '.join(f'{server.name}: {why.en}' for server, why in unclear)}.",
        )
    expected = Text(
        f"minstens {norm.min_name_servers} name servers die over IPv6 antwoorden",
        f"at least {norm.min_name_servers} name servers that answer over IPv6",
    )
    for server in bad:
        for path, seen in _bad_over_ipv6(server):
            command = _asking(dns.commands, path) or _command(dns.commands, server.name, "AAAA")
            findings.add(
                EndpointPlace(server.name, path), seen=seen, expected=expected, strength=norm.ipv6, command=command
            )
    if not bad:
        findings.add(EndpointPlace(lookup.name, "NS"), seen=len(lookup.servers), expected=expected, strength=norm.ipv6)


def _remark_silent_servers(dns: DnsFacts, norm: WebNorm, findings: Findings) -> None:
    """Remark every IPv6 address of a name server that does not answer, also where enough others do.

    A resolver that tries it waits in vain.
    """
    for server in dns.name_servers.servers:
        for probe in server.over_ipv6:
            if probe.outcome is ProbeOutcome.AUTHORITATIVE:
                continue
            unclear = _unclear(probe, dns)
            findings.add(
                EndpointPlace(server.name, probe.address),
                seen=unclear or _reason(probe),
                expected=Text(
                    "elk IPv6-adres van een name server antwoordt", "every IPv6 address of a name server answers"
                ),
                strength="optional" if unclear is not None else "recommended",
                command=_asking(dns.commands, probe.address),
                differs=norm.difference("min_name_servers"),
            )


def _unclear_over_ipv6(server: NameServer, dns: DnsFacts) -> Text | None:
    """Return why it cannot be said that a name server does not answer over IPv6, or None when it can."""
    if server.aaaa.failed:
        return server.aaaa.reason
    for probe in server.over_ipv6:
        if (why := _unclear(probe, dns)) is not None:
            return why
    if len(server.over_ipv6) < len(server.aaaa.addresses) or server.aaaa.left_out:
        return Text("niet alle adressen zijn gevraagd", "not all addresses were asked")
    return None


def _unclear(probe: Probe, dns: DnsFacts) -> Text | None:
    """Return why it cannot be said that nothing answers at an IPv6 address, or None when it can."""
    if probe.outcome is ProbeOutcome.NOT_ASKED:
        return _reason(probe)
    if probe.outcome is ProbeOutcome.UNREACHABLE and not dns.sees_ipv6(probe.address):
        return _NO_IPV6_HERE
    return None


def _reason(probe: Probe) -> Text:
    return probe.reason or Text("geen antwoord", "no answer")


_NO_IPV6_HERE = Text(
    "de machine die meet heeft zelf geen (werkend) IPv6", "the machine that measures has no (working) IPv6 itself"
)


def _bad_over_ipv6(server: NameServer) -> Iterator[tuple[str, Text]]:
    if not server.over_ipv6:
        yield "AAAA", Text("geen IPv6-adres", "no IPv6 address")
    for probe in server.over_ipv6:
        yield probe.address, _reason(probe)


@check("dns.ipv6_and_ipv4", is_aspect=True)
def test_host_answers_over_ipv6_as_over_ipv4(
    dns: DnsFacts,
    endpoint: Endpoint,
    http: HttpFacts | NotSeen,
    tls: TlsFacts | NotSeen,
    norm: WebNorm,
    findings: Findings,
) -> None:
    """SLA 11.2: the host has A and AAAA, and every AAAA is reachable on the ports of IPv4.

    Whether both give the same page is `http.same_service`.
    """
    doubts = _report_missing_addresses(dns, norm.ipv6, findings)
    for lookup in (dns.a, dns.aaaa):
        _report_no_places(lookup, dns, endpoint, norm.ipv6, findings)
    if _places(dns.a, dns, endpoint) and _places(dns.aaaa, dns, endpoint):
        if isinstance(http, NotSeen):
            doubts += _compare_tls(dns, endpoint, http, tls, norm, findings)
        else:
            doubts += _compare_ports(dns, http, norm, findings)
    findings.saw(
        f"{len(dns.a.addresses)} IPv4- en {len(dns.aaaa.addresses)} IPv6-adressen.",
        f"{len(dns.a.addresses)} IPv4 and {len(dns.aaaa.addresses)} IPv6 addresses.",
    )
    _end_in_doubt(doubts)


def _places(lookup: AddressLookup, dns: DnsFacts, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the addresses of a host that count: places of their own, where the service can be reached.

    For a service on the internet that is the internet. One whose every address is of a private network may be meant
    for that network, though the target does not say so; then nothing is contacted, and that says why.
    """
    on_internet = any(may_be_measured(address, allow_private=False) for address in dns.addresses)
    inside = endpoint.allow_private or not on_internet
    return tuple(address for address in lookup.addresses if may_be_measured(address, allow_private=inside))


def _report_no_places(
    lookup: AddressLookup, dns: DnsFacts, endpoint: Endpoint, strength: Strength, findings: Findings
) -> None:
    """Report the records with an address that does not count: to a client it is one address too many."""
    places = _places(lookup, dns, endpoint)
    for address in lookup.addresses:
        if address not in places:
            findings.add(
                EndpointPlace(dns.host, lookup.type),
                seen=Text(f"{address}: {why_not_measured(address).nl}", f"{address}: {why_not_measured(address).en}"),
                expected=_OWN[lookup.type],
                strength=strength,
                command=_command(dns.commands, dns.host, lookup.type),
            )


_OWN = {
    "A": Text("een IPv4-adres waarop de dienst te bereiken is", "an IPv4 address at which the service can be reached"),
    "AAAA": Text("een eigen IPv6-adres waarop de dienst te bereiken is", "an IPv6 address of its own to reach it at"),
}


def _report_missing_addresses(dns: DnsFacts, strength: Strength, findings: Findings) -> list[Text]:
    doubts: list[Text] = []
    for lookup in (dns.a, dns.aaaa):
        if lookup.failed:
            why = lookup.reason or Text("geen antwoord", "no answer")
            doubts.append(Text(f"{dns.host} {lookup.type}: {why.nl}", f"{dns.host} {lookup.type}: {why.en}"))
        elif not lookup.records:
            findings.add(
                EndpointPlace(dns.host, lookup.type),
                seen=_absence(lookup),
                expected=Text(f"minstens één {lookup.type}-record", f"at least one {lookup.type} record"),
                strength=strength,
                command=_command(dns.commands, dns.host, lookup.type),
            )
    return doubts


def _absence(lookup: AddressLookup) -> Text:
    if lookup.outcome is Outcome.NXDOMAIN:
        return Text("de naam bestaat niet (NXDOMAIN)", "the name does not exist (NXDOMAIN)")
    return Text("geen record", "no record")


def _end_in_doubt(doubts: list[Text]) -> None:
    if doubts:
        undetermined(
            f"Niet alles is te zien: {'; '.join(doubt.nl for doubt in doubts)}.",
            f"Not everything can be seen: {'; '.join(doubt.en for doubt in doubts)}.",
        )


def _answers(exchange: Exchange) -> bool | None:
    """Tell whether something answers on a port; None when it was not asked.

    A connection alone is no answer: behind it may be nobody, as where packets that are full do not arrive.
    """
    if isinstance(exchange, HttpAnswer):
        return True
    if exchange.how in (How.NOT_ASKED, How.KEPT_OFF):
        return None
    return exchange.connected and exchange.how not in (How.TIMED_OUT, How.RESET, How.UNREACHABLE)


_NOT_THE_SERVICE = (How.TLS, How.PROTOCOL)
"""Something answers without TLS or HTTP coming of it: an alert, or another protocol."""


def _compare_ports(dns: DnsFacts, http: HttpFacts, norm: WebNorm, findings: Findings) -> list[Text]:
    """Report the addresses on which nothing answers where one of the other kind answers.

    HTTPS is the service, so both kinds must have it: where one kind gives pages, an alert is no answer of the other,
    for browsers that chose that address show nothing. Plain HTTP may be closed: over IPv6 it is as it is over IPv4.
    """
    doubts: list[Text] = []
    over_ipv4 = [item for item in http.addresses if not item.is_v6]
    over_ipv6 = [item for item in http.addresses if item.is_v6]
    if not over_ipv4 or not over_ipv6 or http.addresses_left_out or http.refused_addresses:
        doubts.append(Text("niet alle adressen zijn gevraagd", "not all addresses were asked"))
    compared = False
    for port, of, one, others in (
        (http.port, _over_https, over_ipv4, over_ipv6),
        (http.port, _over_https, over_ipv6, over_ipv4),
        (http.http_port, _over_http, over_ipv4, over_ipv6),
    ):
        states = [_answers(of(item)) for item in one]
        if True in states:
            compared = True
            has_pages = of is _over_https and any(isinstance(of(item), HttpAnswer) for item in one)
            for item in others:
                exchange = of(item)
                if isinstance(exchange, HttpAnswer):
                    continue
                if has_pages and exchange.how in _NOT_THE_SERVICE:
                    _report_unreachable(item, exchange, port, http, norm, findings)
                else:
                    _compare_port(item, exchange, port, dns, http, norm, findings, doubts)
        elif None in states:
            doubts.append(Text(f"poort {port} is niet overal gevraagd", f"port {port} was not asked everywhere"))
    if not compared and not doubts:
        doubts.append(Text("er antwoordt niets om te vergelijken", "nothing answers to compare with"))
    return doubts


def _compare_port(
    item: AddressHttp,
    exchange: Unanswered,
    port: int,
    dns: DnsFacts,
    http: HttpFacts,
    norm: WebNorm,
    findings: Findings,
    doubts: list[Text],
) -> None:
    """Report an address on which nothing answers at a port, where the other kind of address does."""
    state = _answers(exchange)
    if state:
        return
    no_way = exchange.how is How.UNREACHABLE and not item.is_v6
    if state is None or no_way or not (dns.sees_ipv6(item.address) or _saw_ipv6(http)):
        reason = exchange.message if state is None or no_way else _NO_IPV6_HERE
        doubts.append(Text(f"{item.address}: {reason.nl}", f"{item.address}: {reason.en}"))
        return
    _report_unreachable(item, exchange, port, http, norm, findings)


def _report_unreachable(
    item: AddressHttp, exchange: Unanswered, port: int, http: HttpFacts, norm: WebNorm, findings: Findings
) -> None:
    other = "IPv4" if item.is_v6 else "IPv6"
    findings.add(
        EndpointPlace(f"{http.host} ({item.where}:{port})", "IPv6" if item.is_v6 else "IPv4"),
        seen=exchange.message,
        expected=Text(f"bereikbaar, zoals over {other}", f"reachable, as over {other}"),
        strength=norm.ipv6,
        command=http.curl(item, plain=exchange is item.plain),
    )


def _saw_ipv6(http: HttpFacts) -> bool:
    """Tell whether something on the internet answered over IPv6, so that this machine has it."""
    return any(item.is_v6 and is_public(item.address) and _answers(item.first) for item in http.addresses)


def _over_https(item: AddressHttp) -> Exchange:
    return item.first


def _over_http(item: AddressHttp) -> Exchange:
    return item.plain


def _compare_tls(
    dns: DnsFacts, endpoint: Endpoint, http: NotSeen, tls: TlsFacts | NotSeen, norm: WebNorm, findings: Findings
) -> list[Text]:
    """Report what TLS shows where HTTP could not be seen; what HTTP would add stays in doubt."""
    doubts = [http.message]
    if isinstance(tls, NotSeen):
        return doubts
    if any(item.reachable and version_of(item.address) == 4 for item in tls.addresses):
        for item in tls.addresses:
            if version_of(item.address) == 6 and not item.reachable and dns.sees_ipv6(item.address):
                findings.add(
                    EndpointPlace(tls.where(item.address), "IPv6"),
                    seen=item.reason or Text("geen antwoord", "no answer"),
                    expected=Text(f"bereikbaar op poort {endpoint.port}", f"reachable on port {endpoint.port}"),
                    strength=norm.ipv6,
                    command=tls.command(item.address),
                )
    return doubts


def must_be_municipal(endpoint: Endpoint) -> None:
    """End the judgement for a name that is not the municipality's."""
    if not endpoint.municipal_domain:
        not_applicable(
            "Het doel noemt geen domein van de gemeente ('saas.municipal_domain').",
            "The target names no domain of the municipality ('saas.municipal_domain').",
        )
    if not endpoint.is_municipal and endpoint.host != endpoint.municipal_domain:
        not_applicable(
            f"{endpoint.host} valt niet onder {endpoint.municipal_domain}, het domein van de gemeente.",
            f"{endpoint.host} is not under {endpoint.municipal_domain}, the municipality's domain.",
        )


@check("dns.address_records")
def test_municipal_name_has_address_records(
    endpoint: Endpoint, dns: DnsFacts, norm: WebNorm, findings: Findings
) -> None:
    """TA 5.1m: a name of the municipality is tied to an address with A and AAAA records of its own, without alias."""
    must_be_municipal(endpoint)
    _report_aliases(dns, norm.address_records, findings)
    for lookup in (dns.a, dns.aaaa):
        if not _places(lookup, dns, endpoint):
            _report_no_places(lookup, dns, endpoint, norm.address_records, findings)
    _end_in_doubt(_report_missing_addresses(dns, norm.address_records, findings))


@check("dns.no_cname")
def test_municipal_name_is_no_alias(endpoint: Endpoint, dns: DnsFacts, norm: WebNorm, findings: Findings) -> None:
    """TA 5.1m: no CNAME records that point to services."""
    must_be_municipal(endpoint)
    _report_aliases(dns, norm.address_records, findings)
    if not dns.aliases:
        _end_in_doubt(
            [
                Text(f"{dns.host} {item.type}: {item.reason.nl}", f"{dns.host} {item.type}: {item.reason.en}")
                for item in (dns.a, dns.aaaa)
                if item.failed and item.reason is not None
            ]
        )


def _report_aliases(dns: DnsFacts, strength: Strength, findings: Findings) -> None:
    for alias in dns.aliases:
        findings.add(
            EndpointPlace(alias.name, "CNAME"),
            seen=alias.target,
            expected=Text("A- en AAAA-records op de naam zelf", "A and AAAA records at the name itself"),
            strength=strength,
            command=_command(dns.commands, dns.host, "A"),
        )


class NameRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a name under the municipal domain is built."""

    environment: Literal["production", "acceptance", "test"]
    """Environment the rule is about; endpoints of others are left alone."""
    label: str = ""
    """Label between the service's name and the municipal domain: `accp`."""


@check("dns.municipal_name", params=NameRule)
def test_municipal_name_is_built_as_agreed(endpoint: Endpoint, params: NameRule, findings: Findings) -> None:
    """TA 5.1m: production `name.municipality.tld`, acceptance `name.accp.municipality.tld`."""
    if endpoint.environment != params.environment:
        not_applicable(
            f"{endpoint.host} is van een andere omgeving ({endpoint.environment}) dan waar deze eis over gaat.",
            f"{endpoint.host} is of another environment ({endpoint.environment}) than this requirement is about.",
        )
    must_be_municipal(endpoint)
    below = ".".join(filter(None, (params.label, endpoint.municipal_domain)))
    if not re.fullmatch(rf"[a-z0-9-]+\.{re.escape(below)}", endpoint.host):
        expected = Text(f"naam.{below}", f"name.{below}")
        findings.add(EndpointPlace(endpoint.host), seen=endpoint.host, expected=expected)


@check("dns.caa", is_aspect=True)
def test_caa_says_who_may_issue(dns: DnsFacts, norm: WebNorm, findings: Findings) -> None:
    """CAA records, at the host or the nearest name above, are sound and say who may issue certificates (RFC 8659)."""
    lookup = dns.caa
    if lookup.failed:
        why = lookup.reason or Text("geen antwoord", "no answer")
        undetermined(
            f"CAA is niet te zien bij {lookup.name}: {why.nl}.", f"CAA cannot be seen at {lookup.name}: {why.en}."
        )
    command = _command(dns.commands, lookup.name if lookup.records else dns.host, "CAA")
    expected = Text("minstens één geldig issue-record", "at least one valid issue record")
    if not lookup.records:
        findings.add(
            EndpointPlace(dns.host, "CAA"),
            seen=Text(f"geen CAA, tot en met {lookup.name}", f"no CAA, up to {lookup.name}"),
            expected=expected,
            strength=norm.caa,
            command=command,
        )
        return
    found = f"{len(lookup.records)} CAA ({lookup.name})"
    findings.saw(f"{found}.", f"{found}.")
    for record in lookup.records:
        if record.tag == "iodef" and record.value.lower().startswith("http://"):
            findings.differs(norm.difference("caa.iodef"))
        problem = caa.problem(record)
        if problem is not None:
            findings.add(
                EndpointPlace(lookup.name, f"CAA {record.flags} {record.tag}"),
                seen=Text(f'"{record.value}": {problem.nl}', f'"{record.value}": {problem.en}'),
                expected=Text("een geldig record", "a valid record"),
                strength=norm.caa,
                command=command,
            )
    if not any(record.tag == "issue" and caa.problem(record) is None for record in lookup.records):
        seen = Text("geen geldig issue-record", "no valid issue record")
        place = EndpointPlace(lookup.name, "CAA")
        findings.add(place, seen=seen, expected=expected, strength=norm.caa, command=command)


@check("dns.dane", is_aspect=True)
def test_tlsa_vouches_for_the_certificate(
    dns: DnsFacts, dnssec: DnssecFacts, tls: TlsFacts, norm: WebNorm, findings: Findings
) -> None:
    """TLSA records, when there are any, are signed and match the certificate on every address (RFC 6698)."""
    if dns.tlsa.failed:
        why = dns.tlsa.reason or Text("geen antwoord", "no answer")
        undetermined(f"TLSA is niet te zien: {why.nl}.", f"TLSA cannot be seen: {why.en}.")
    if not dns.tlsa.records:
        not_applicable(f"{dns.tlsa.name} heeft geen TLSA-record.", f"{dns.tlsa.name} has no TLSA record.")
    doubts: list[Text] = []
    for step in dnssec.of_type("TLSA"):
        if step.status is Status.INDETERMINATE:
            doubts.append(Text(f"{step.name}: {step.sentence.nl}", f"{step.name}: {step.sentence.en}"))
        elif step.status is not Status.SECURE:
            _report_not_secure(step, dnssec, norm.tlsa, findings)
    if not dnssec.of_type("TLSA"):
        doubts.append(Text("DNSSEC van TLSA is niet gezien", "DNSSEC of TLSA was not seen"))
    command = _command(dns.commands, dns.tlsa.name, "TLSA")
    for address in tls.addresses:
        place = EndpointPlace(tls.where(address.address), "TLSA")
        if not address.chains:
            why = address.chains_unfinished or address.reason or Text("geen certificaat", "no certificate")
            doubts.append(Text(f"{address.address}: {why.nl}", f"{address.address}: {why.en}"))
        for chain in address.chains:
            results = {dane.match(record, chain) for record in dns.tlsa.records}
            if dane.Match.YES in results:
                continue
            if dane.Match.UNKNOWN in results or dns.tlsa.left_out:
                doubts.append(
                    Text(
                        f"{address.address}: niet te vergelijken met het certificaat",
                        f"{address.address}: cannot be compared with the certificate",
                    )
                )
                continue
            findings.add(
                place,
                seen=Text(
                    f"geen TLSA-record past bij certificaat {chain.leaf.sha256[:16]}…",
                    f"no TLSA record matches certificate {chain.leaf.sha256[:16]}…",
                ),
                expected=Text("een record dat past", "a record that matches"),
                strength=norm.tlsa,
                command=command,
            )
    _end_in_doubt(doubts)
