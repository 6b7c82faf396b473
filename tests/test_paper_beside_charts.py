"""Judgements that lay what a document says beside what a chart, or what runs of it, shows in the same run."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from toetskader.facts.azure import azure_uses
from toetskader.facts.chart import ChartFiles
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import folded
from toetskader.facts.dossier.stating import Stating, stated
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.network_policies import Direction, NetworkPolicies
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.routes import Route, host_covers
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.versions import parse_semver
from toetskader.judging import FilePlace, Findings, Parameters, Text, Undetermined, check
from toetskader.judging.measured import Measured

Routes = tuple[Route, ...]
Found = Iterator[tuple[str, Place]]


_SERVICES = (
    (("blob.core.", "file.core.", "queue.core.", "table.core.", "dfs.core.", "disk.csi", "file.csi", "blob.csi"),
     ("storage", "opslag", "disk")),
    (("azurefile", "azureblob", "managed", "default-azure", "azuredisk"), ("storage", "opslag", "disk", "kubernetes")),
    (("vault.azure.net", "secrets-store"), ("key vault", "keyvault")),
    (("postgres.database",), ("postgresql",)),
    (("mysql.database",), ("mysql",)),
    (("database.windows.net",), ("sql",)),
    (("servicebus",), ("service bus", "event hub")),
    (("redis.cache",), ("redis", "cache")),
    (("documents.azure.com",), ("cosmos",)),
    (("azurewebsites",), ("app service", "functions")),
    (("azure-api.net",), ("api management",)),
    (("azconfig",), ("app configuration",)),
    (("monitor.azure",), ("monitor",)),
    (("application-gateway", "appgw", "azure-alb", "webapprouting", "azure-load-balancer"),
     ("application gateway", "load balancer", "kubernetes")),
    (("workload.identity", "aadpodid"), ("entra", "identity", "kubernetes")),
)  # fmt: skip
"""What shows in an object → words of which one is in the name of the service, as Azure calls it (Microsoft Learn, names
of DNS zones of Azure services, 2025)."""


def words_for(what: str) -> tuple[str, ...]:
    """Return words by which a document names the service that something in an object is of; itself when unknown."""
    lowered = what.lower()
    known = next((words for signs, words in _SERVICES if any(sign in lowered for sign in signs)), None)
    return known or (lowered,)


class RoutedHosts(Stating, frozen=True, kw_only=True):
    """Parameters of `claim.routed_hosts`."""

    entrance: Annotated[
        Literal["all", "external", "gateway"],
        Meta(description="Which routes count: all, those of the external ingress class, or those of an API gateway"),
    ] = "all"
    by: Annotated[Literal["host", "name"], Meta(description="What of a route the documents state")] = "host"


@check("claim.routed_hosts", params=RoutedHosts, absent={"chart": None, "namespace": None})
def test_every_routed_host_is_stated(
    papers: Papers,
    routes_of_every_chart: Mapping[str, Routes | Undetermined] | None,
    routes_of_every_namespace: Mapping[str, Routes | Undetermined] | None,
    findings: Findings,
    params: RoutedHosts,
    parameters: Parameters,
    today: date,
) -> None:
    """No host name is reachable that the documents do not name (DDC 5 and 4)."""
    external = parameters.require("external_ingress_class") if params.entrance == "external" else None

    def read(routes: Routes) -> Found:
        for route in routes:
            entrances = {node.text() for node in route.entrances}
            if (params.entrance == "gateway" and route.through != "gateway") or (
                external is not None and external not in entrances
            ):
                continue
            if params.by == "name":
                yield route.object.name, route.object
            else:
                yield from ((host.name or "*", host.node) for host in route.hosts)

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("chart", routes_of_every_chart, read)
        measured.of("namespace", routes_of_every_namespace, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=lambda host: any(host == known or host_covers(known, host) for known in statements.values),
            says=Text("een genoemde route", "a route that is named"),
        )


@check("claim.azure_services", params=Stating, absent={"chart": None}, objects=(EVERY_KIND,))
def test_every_azure_service_in_use_is_stated(
    papers: Papers,
    objects_of_every_chart: Mapping[str, Objects | Undetermined] | None,
    findings: Findings,
    params: Stating,
    parameters: Parameters,
    today: date,
) -> None:
    """The chart uses no service of Azure that the register does not name (DDC 1.1)."""

    def read(objects: Objects) -> Found:
        for item in objects:
            yield from ((use.what, use.node) for use in azure_uses(item))

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("chart", objects_of_every_chart, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=lambda what: any(word in known for known in statements.values for word in words_for(what)),
            says=Text("een genoemde Azure-dienst", "an Azure service that is named"),
        )


@check("claim.workloads", params=Stating, absent={"chart": None, "namespace": None})
def test_every_workload_is_described(
    papers: Papers,
    workloads_of_every_chart: Mapping[str, Workloads | Undetermined] | None,
    workloads_of_every_namespace: Mapping[str, Workloads | Undetermined] | None,
    findings: Findings,
    params: Stating,
    parameters: Parameters,
    today: date,
) -> None:
    """Every workload that runs, but for jobs and tests, is an element of the design (NeRDS 2)."""

    def read(workloads: Workloads) -> Found:
        yield from ((item.name, item) for item in workloads if item.is_long_running)

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("chart", workloads_of_every_chart, read)
        measured.of("namespace", workloads_of_every_namespace, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=lambda name: _is_described(name, statements.values),
            says=Text("een beschreven element", "an element that is described"),
        )


def _is_described(name: str, elements: frozenset[str]) -> bool:
    """Tell whether a workload is an element: a release name may stand before what it is called in the design."""
    return any(name == known or name.endswith(f"-{known}") for known in elements)


class Opened(Stating, frozen=True, kw_only=True):
    """Parameters of `claim.egress`."""

    side: Annotated[
        Literal["all", "public", "private"],
        Meta(description="Which addresses count: those on the internet, or those of networks of one's own"),
    ] = "all"


@check("claim.egress", params=Opened, absent={"chart": None, "namespace": None})
def test_every_opened_address_is_stated(
    papers: Papers,
    network_policies_of_every_chart: Mapping[str, NetworkPolicies | Undetermined] | None,
    network_policies_of_every_namespace: Mapping[str, NetworkPolicies | Undetermined] | None,
    findings: Findings,
    params: Opened,
    parameters: Parameters,
    today: date,
) -> None:
    """Traffic goes out to no address outside the cluster that the documents do not name (DDC 7.11, 7.12 and 7.13)."""

    def read(policies: NetworkPolicies) -> Found:
        for _, rule in policies.rules(Direction.EGRESS):
            for block in rule.blocks:
                if params.side == "all" or block.is_private is (params.side == "private"):
                    yield str(block.network), block.node

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("chart", network_policies_of_every_chart, read)
        measured.of("namespace", network_policies_of_every_namespace, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=lambda network: network in statements.values or network.partition("/")[0] in statements.values,
            says=Text("een genoemd adres", "an address that is named"),
        )


@check("claim.version", params=Stating, absent={"chart": None})
def test_the_version_is_the_one_that_is_delivered(
    papers: Papers,
    chart_of_every_chart: Mapping[str, ChartFiles | Undetermined] | None,
    findings: Findings,
    params: Stating,
    parameters: Parameters,
    today: date,
) -> None:
    """What was assessed is what is delivered: the same major and minor version (DDC 3.1, SLA 10.1, NeRDS 5)."""

    def read(chart: ChartFiles) -> Found:
        version = chart.metadata.get("appVersion")
        yield str(version if isinstance(version, str) and version else chart.version), FilePlace("Chart.yaml")

    with papers.look(findings, parameters, today) as look:
        statements = stated(look, params)
        measured = Measured()
        measured.of("chart", chart_of_every_chart, read)
        measured.lay_beside(
            statements.paper,
            findings,
            states=lambda version: any(_is_same_release(version, known) for known in statements.values),
            says=Text("de beoordeelde versie", "the version that was assessed"),
        )


def _is_same_release(one: str, other: str) -> bool:
    """Tell whether two versions differ in no more than fixes (Semantic Versioning 2.0.0, 6)."""
    mine, theirs = parse_semver(one.removeprefix("v")), parse_semver(other.removeprefix("v"))
    if mine is None or theirs is None:
        return folded(one) == folded(other)
    return (mine.major, mine.minor) == (theirs.major, theirs.minor)
