"""Judgements that lay what a document says beside what a service, or metrics, show in the same run."""

from collections.abc import Iterator, Mapping
from datetime import date

from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import folded
from toetskader.facts.dossier.stating import Stating, stated
from toetskader.facts.endpoint.http import HttpFacts
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.facts.kubernetes.live import Metrics
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.routes import is_below
from toetskader.judging import EndpointPlace, Findings, Parameters, Text, Undetermined, check
from toetskader.judging.measured import Measured

Found = Iterator[tuple[str, Place]]


@check("claim.page_hosts", params=Stating, absent={"saas": None})
def test_every_host_that_a_page_asks_is_stated(
    papers: Papers,
    http_of_every_saas: Mapping[str, HttpFacts | Undetermined] | None,
    findings: Findings,
    params: Stating,
    parameters: Parameters,
    today: date,
) -> None:
    """A page makes browsers ask no other host than that of the service and those of parties that are named.

    What scripts ask for does not show (SLA 10.1, TA 5.1f). A host below a named domain is that party's.
    """
    own = set(http_of_every_saas or {})

    def read(http: HttpFacts) -> Found:
        for address in http.addresses:
            for page in (address.document, address.sign_in_page):
                for host in page.hosts if page is not None else ():
                    yield host, EndpointPlace(http.place(address), "HTML")

    hosts = {item.host for item in (http_of_every_saas or {}).values() if isinstance(item, HttpFacts)} | own
    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("saas", http_of_every_saas, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=lambda host: (
                host in hosts or any(is_below(host, known.removeprefix("*.")) for known in statements.values)
            ),
            says=Text("een host van een genoemde partij", "a host of a party that is named"),
        )


@check("claim.served_certificates", params=Stating, absent={"saas": None})
def test_every_served_certificate_is_listed(
    papers: Papers,
    tls_of_every_saas: Mapping[str, TlsFacts | Undetermined] | None,
    findings: Findings,
    params: Stating,
    parameters: Parameters,
    today: date,
) -> None:
    """The register lists each certificate that is served, by its serial number (DDC 1.4, SLA 12, CG 2.6)."""

    def read(tls: TlsFacts) -> Found:
        for address in tls.reachable:
            for chain in address.chains:
                place = EndpointPlace(tls.where(address.address), chain.leaf.place)
                yield _serial(chain.leaf.serial), place

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        listed = {_serial(value) for value in statements.values}
        measured = Measured()
        measured.of("saas", tls_of_every_saas, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=listed.__contains__,
            says=Text("een certificaat dat in het register staat", "a certificate that the register lists"),
            seen=lambda serial: Text(f"serienummer {serial}", f"serial number {serial}"),
        )


def _serial(written: str) -> str:
    """Return a serial number in one way of writing: hexadecimal, without separators and zeros in front."""
    return "".join(char for char in written.lower().removeprefix("0x") if char.isalnum()).lstrip("0")


@check("claim.cipher_suites", params=Stating, absent={"saas": None})
def test_every_offered_suite_is_in_the_policy(
    papers: Papers,
    tls_of_every_saas: Mapping[str, TlsFacts | Undetermined] | None,
    findings: Findings,
    params: Stating,
    parameters: Parameters,
    today: date,
) -> None:
    """The service offers no cipher suite that its own policy on cryptography does not name (SLA 10.1)."""

    def read(tls: TlsFacts) -> Found:
        for address in tls.reachable:
            for version in address.accepted:
                place = EndpointPlace(tls.where(address.address), version.name)
                yield from ((suite, place) for suite in version.suites)

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("saas", tls_of_every_saas, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=lambda suite: folded(suite) in statements.values,
            says=Text("een suite uit het eigen beleid", "a suite of its own policy"),
        )


class StatedMetrics(Stating, frozen=True, kw_only=True):
    """Parameters of `claim.metrics`."""

    all_served: bool = False
    """Whether each metric of the component that is served must be stated, rather than each stated one served."""


@check("claim.metrics", params=StatedMetrics, absent={"namespace": None})
def test_the_stated_metrics_are_served(
    papers: Papers,
    metrics_of_every_namespace: Mapping[str, Metrics | Undetermined] | None,
    findings: Findings,
    params: StatedMetrics,
    parameters: Parameters,
    today: date,
) -> None:
    """Each metric that the document names is served, or each that is served is named (DDC 7.21, NeRDS 1)."""

    def read(metrics: Metrics) -> Found:
        for page in metrics.pages:
            place = EndpointPlace(page.workload or page.pod or page.service, page.path)
            yield from ((family.name, place) for family in page.families)

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("namespace", metrics_of_every_namespace, read)
        measured.require_some()
        served = {folded(item.value) for item in measured.seen}
        if params.all_served:
            measured.lay_beside(
                statements.paper,
                findings,
                states=lambda name: folded(name) in statements.values,
                says=Text("een beschreven metriek", "a metric that is described"),
            )
            return
        for name in sorted(statements.values - served):
            findings.add(
                statements.paper.place(),
                seen=Text(f"{name} wordt niet aangeboden", f"{name} is not served"),
                expected=Text(
                    f"een metriek die het component aanbiedt, zoals {statements.paper.name} zegt",
                    f"a metric that the component serves, as {statements.paper.name} says",
                ),
            )
        if statements.values <= served:
            statements.paper.is_measured = True
