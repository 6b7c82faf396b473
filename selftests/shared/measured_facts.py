"""What other parts of a target show, made of the values that a document may state: to lay beside a golden dossier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import ChartFiles, Render, RenderedObject
from toetskader.facts.endpoint.certificates import Certificate, Chain, Trust
from toetskader.facts.endpoint.http import AddressHttp, FileAnswer, How, HttpFacts, Page, Unanswered
from toetskader.facts.endpoint.tls import (
    AddressTls,
    Answer,
    Aspect,
    ClientAuthentication,
    ClientCertificate,
    Staple,
    StapleState,
    TlsFacts,
    Version,
)
from toetskader.facts.key import Attempt, FactKey
from toetskader.facts.kubernetes.live import Family, Metrics, MetricsPage
from toetskader.text import Text

SEEN = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test")
HOST = "meldingen.voorbeeldgemeente.test"
VALUES_SET = "productie"
ENVIRONMENT = "production"

Facts = Mapping[FactKey, Attempt]
Values = tuple[str, ...]


@dataclass(frozen=True)
class Shows:
    """How a part of a target shows values, and one that no document states."""

    part: str
    scene: str
    make: Callable[[Values], Facts]
    more: str
    turned: Callable[[Values, str], Values] = lambda values, more: (*values, more)
    """Makes what a part shows that says otherwise than the document, of what that states and what it does not."""
    can_show: Callable[[str], bool] = bool
    """Tells whether it can show a value that a document states."""


def _chart(*documents: dict[str, Any], version: str = "1.4.0") -> Facts:
    return {
        FactKey("chart"): ChartFiles(
            provenance=SEEN, name="c", version=version, metadata={"appVersion": version}, values={}, files={}
        ),
        FactKey("render", VALUES_SET): Render(
            provenance=SEEN,
            scene=VALUES_SET,
            release="r",
            namespace="n",
            kubernetes="1.35",
            objects=tuple(RenderedObject(template="templates/x.yaml", document=document) for document in documents),
        ),
    }


def _object(kind: str, group: str, name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _ingresses(hosts: Values) -> Facts:
    named = [
        _object(
            "Ingress",
            "networking.k8s.io/v1",
            f"route-{number}",
            ingressClassName="nginx-external",
            rules=[{"host": host}],
        )
        for number, host in enumerate(hosts)
    ]
    return _chart(*named)


def _gateway_routes(names: Values) -> Facts:
    group = "gateway.networking.k8s.io/v1"
    return _chart(*(_object("HTTPRoute", group, name, parentRefs=[{"name": "gateway"}]) for name in names))


def _egress(networks: Values) -> Facts:
    rules = [{"to": [{"ipBlock": {"cidr": network}}]} for network in networks]
    return _chart(
        _object("NetworkPolicy", "networking.k8s.io/v1", "uit", podSelector={}, policyTypes=["Egress"], egress=rules)
    )


def _is_host(value: str) -> bool:
    return "." in value and value.replace(".", "").replace("-", "").isalnum()


def _is_public(network: str) -> bool:
    return "/" in network and not _is_private(network)


def _is_private(network: str) -> bool:
    return network.startswith("10.")


_AZURE_HOSTS = {
    "azure database for postgresql": "db.postgres.database.azure.com",
    "azure service bus": "berichten.servicebus.windows.net",
}


def _azure_hosts(services: Values) -> Facts:
    data = {f"host-{number}": _AZURE_HOSTS.get(name, name) for number, name in enumerate(services)}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}
    return _chart(settings)


def _deployments(names: Values) -> Facts:
    pod = {"spec": {"containers": [{"name": "app", "image": "registry.example/app:1.0.0"}]}}
    return _chart(*(_object("Deployment", "apps/v1", name, template=pod) for name in names))


def _version(values: Values) -> Facts:
    return _chart(version=values[-1])


_NOT_LOOKED_AT = Aspect(answer=Answer.NOT_APPLICABLE, reason=Text("Niet bekeken.", "Not looked at."))


def _tls(*, chains: tuple[Chain, ...] = (), versions: tuple[Version, ...] = ()) -> Facts:
    address = AddressTls(
        address="192.0.2.1",
        reachable=True,
        versions=versions,
        chains=chains,
        secure_renegotiation=_NOT_LOOKED_AT,
        client_renegotiation=_NOT_LOOKED_AT,
        compression=_NOT_LOOKED_AT,
        early_data=_NOT_LOOKED_AT,
        extended_master_secret=_NOT_LOOKED_AT,
        staple=Staple(state=StapleState.NONE),
        client_authentication=ClientAuthentication(state=ClientCertificate.NONE),
    )
    facts = TlsFacts(provenance=SEEN, commands=(), host=HOST, port=443, addresses=(address,))
    return {FactKey("tls", HOST): facts}


def _certificates(serials: Values) -> Facts:
    trust = Trust(trusted=True, store="test")
    made = (Certificate(sha256=serial, serial=f"00{serial.upper()}", subject="CN=app") for serial in serials)
    return _tls(chains=tuple(Chain(certificates=(item,), seen_with=("TLS 1.3",), trust=trust) for item in made))


def _suites(names: Values) -> Facts:
    return _tls(versions=(Version(name="TLS 1.3", accepted=Answer.YES, suites=names),))


def _pages(hosts: Values) -> Facts:
    nothing = Unanswered(url=f"https://{HOST}/", how=How.NOT_ASKED, message=Text("Niet gevraagd.", "Not asked."))
    address = AddressHttp(
        address="192.0.2.1",
        plain=nothing,
        first=nothing,
        error=nothing,
        security_txt=FileAnswer(exchange=nothing),
        document=Page(content_type="text/html", form="html", size=1, hosts=(HOST, *hosts)),
    )
    facts = HttpFacts(host=HOST, port=443, http_port=80, path="/", addresses=(address,), provenance=SEEN)
    return {FactKey("http", HOST): facts}


def _metrics(names: Values) -> Facts:
    families = tuple(Family(name=name, type="counter") for name in names)
    page = MetricsPage(
        pod="p", workload="Deployment/app", port="http", path="/metrics", found_by="x", families=families
    )
    return {FactKey("metrics", ENVIRONMENT): Metrics(provenance=SEEN, pages=(page,))}


SHOWS: Mapping[str, Shows] = {
    "claim.routed_hosts": Shows("chart", VALUES_SET, _ingresses, "geheim.voorbeeldgemeente.test"),
    "claim.routed_hosts/name": Shows("chart", VALUES_SET, _gateway_routes, "geheime-route"),
    "claim.egress": Shows("chart", VALUES_SET, _egress, "203.0.113.9/32", can_show=_is_public),
    "claim.egress/private": Shows("chart", VALUES_SET, _egress, "10.99.0.0/16", can_show=_is_private),
    "claim.azure_services": Shows(
        "chart", VALUES_SET, _azure_hosts, "kluis.vault.azure.net", can_show=_AZURE_HOSTS.__contains__
    ),
    "claim.workloads": Shows("chart", VALUES_SET, _deployments, "geheime-dienst"),
    "claim.version": Shows("chart", "", _version, "9.9.9"),
    "claim.served_certificates": Shows("saas", HOST, _certificates, "deadbeef"),
    "claim.cipher_suites": Shows("saas", HOST, _suites, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    "claim.page_hosts": Shows("saas", HOST, _pages, "volgt.reclame.example", can_show=_is_host),
    "claim.metrics": Shows("namespace", ENVIRONMENT, _metrics, "meldingen_duur_seconds", lambda values, _: values[1:]),
}
"""Check, and where that matters a parameter of it → what it is laid beside."""
