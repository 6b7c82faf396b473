"""The service in a target file: what it may say of it, what can be wrong with that, and what is made of it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import idna
from msgspec import Meta

from toetskader.core.fields import END, Domain, FileName, Model, Name, NonEmpty, WebAddress, below
from toetskader.facts.addresses import is_address
from toetskader.facts.endpoint.names import HTTP, HTTPS, Endpoint
from toetskader.kinds.chart.entry import chart_entry
from toetskader.kinds.entry import Entry, Problems, Written
from toetskader.kinds.saas.part import RpkiSource, SaasPart
from toetskader.kinds.values_sets import values_errors
from toetskader.text import Text
from toetskader.vocabulary import Environment, Role
from toetskader.yamlfile import shown


class EndpointEntry(Model, frozen=True, kw_only=True):
    """An endpoint of a service, as the target file writes it in full."""

    url: Annotated[
        str,
        Meta(
            pattern=rf"^(https://)?[A-Za-z0-9._-]+(:[0-9]{{1,5}})?(/[^\s?#@]*)?{END}",
            max_length=500,
            description="Host name or https:// address, without query; its port is the one that is measured",
            extra={
                "expected": Text(
                    "een hostnaam of een adres met https://, zonder vraagteken, gebruikersnaam of wachtwoord",
                    "a host name or an address with https://, without query, user name or password",
                ),
                "secret": True,
            },
        ),
    ]
    role: Annotated[Role, Meta(description="What it is for")] = "application"
    environment: Annotated[Environment, Meta(description="Which environment it is")] = "production"
    http_port: Annotated[int, Meta(ge=1, le=65535, description="Port of plain HTTP")] = HTTP
    values: Annotated[
        Name | None,
        Meta(
            description="Values set of the chart part that is behind it; absent: the one that is named elsewhere for "
            "its environment, the one with the environment's name, or the only one when there is one environment"
        ),
    ] = None


class RpkiEntry(Model, frozen=True, kw_only=True):
    """Where routes and their validity come from."""

    validator: Annotated[WebAddress | None, Meta(description="HTTP API of a validator (Routinator's)")] = None
    vrps: Annotated[FileName | None, Meta(description="Validated payloads as JSON, relative to this file")] = None
    routes: Annotated[
        FileName | None,
        Meta(description="Announced routes: lines of AS number, prefix and peers, relative to this file"),
    ] = None
    origin_zone: Annotated[Domain | None, Meta(description="DNS zone that tells the origin of an address")] = None


class SaasEntry(Model, frozen=True, kw_only=True):
    """The service as the internet sees it, as the target file writes it."""

    endpoints: Annotated[
        tuple[NonEmpty | EndpointEntry, ...],
        Meta(min_length=1, description="Host names or addresses; a requirement passes only if it passes with each"),
    ]
    municipal_domain: Annotated[
        Domain | None, Meta(description="Domain of the municipality, when the service is offered under it")
    ] = None
    allow_private: Annotated[
        bool, Meta(description="Audit inside a private network: private and loopback addresses may be contacted")
    ] = False
    resolver: Annotated[
        NonEmpty | None,
        Meta(
            description="Address[:port] of a resolver, tls://host (DNS over TLS) or https://host/path "
            "(DNS over HTTPS); absent: the system's",
        ),
    ] = None
    trust_anchors: Annotated[
        FileName | None, Meta(description="DS or DNSKEY records to start DNSSEC from; absent: the root's")
    ] = None
    certificate_authorities: Annotated[
        FileName | None, Meta(description="Certificates (PEM) to trust besides the public ones")
    ] = None
    name_server_port: Annotated[
        int, Meta(ge=1, le=65535, description="Port of name servers; a laboratory has its own")
    ] = 53
    rpki: Annotated[RpkiEntry | None, Meta(description="Where routes and their validity come from")] = None


def _errors(saas: SaasEntry, written: Written) -> Problems:
    """Yield what is wrong. That a file it names is absent is no error here: what needs it is undetermined, and says so
    in the report.
    """
    seen: dict[str, int] = {}
    chart = chart_entry(written.entries)
    for index, entry in enumerate(saas.endpoints):
        for steps, problem in values_errors(_full(entry).values, None if chart is None else chart.values):
            yield ("endpoints", index, *steps), problem
        try:
            endpoint = _endpoint(entry, saas)
        except ValueError:
            message = Text(
                f"{shown(_full(entry).url)} is geen hostnaam of adres; schrijf app.gemeente.nl of "
                "https://app.gemeente.nl/pad",
                f"{shown(_full(entry).url)} is no host name or address; write app.gemeente.nl or "
                "https://app.gemeente.nl/path",
            )
            yield ("endpoints", index), message
            continue
        first = seen.setdefault(endpoint.scene, index)
        if first != index:
            message = Text(
                f"{endpoint.authority} staat hier twee keer; haal er een weg",
                f"{endpoint.authority} stands here twice; remove one",
            )
            yield ("endpoints", index), message


def _resolve(saas: SaasEntry, written: Written) -> SaasPart:
    folder = written.folder
    endpoints = tuple(_endpoint(entry, saas) for entry in saas.endpoints)
    named = ((endpoint.scene, _full(entry).values) for endpoint, entry in zip(endpoints, saas.endpoints, strict=True))
    return SaasPart(
        endpoints=endpoints,
        values={scene: name for scene, name in named if name is not None},
        resolver=saas.resolver,
        trust_anchors=below(folder, saas.trust_anchors),
        certificate_authorities=below(folder, saas.certificate_authorities),
        name_server_port=saas.name_server_port,
        rpki=_rpki(folder, saas.rpki),
    )


def _full(entry: str | EndpointEntry) -> EndpointEntry:
    return EndpointEntry(url=entry) if isinstance(entry, str) else entry


def _endpoint(entry: str | EndpointEntry, saas: SaasEntry) -> Endpoint:
    """Return an endpoint. Raises ValueError for what is no address of a service."""
    full = _full(entry)
    parts = urlsplit(full.url if "://" in full.url else f"https://{full.url}")
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError(full.url)
    return Endpoint(
        host=_host(parts.hostname),
        port=HTTPS if parts.port is None else parts.port,
        http_port=full.http_port,
        path=parts.path or "/",
        role=full.role,
        environment=full.environment,
        municipal_domain=saas.municipal_domain or "",
        allow_private=saas.allow_private,
    )


def _host(name: str) -> str:
    """Return a host name in ASCII (RFC 5891). Raises ValueError; a bare IP address is no name of a service."""
    host = idna.encode(name.rstrip("."), uts46=True).decode("ascii")
    if is_address(host):
        raise ValueError(host)
    return host


def _rpki(folder: Path, entry: RpkiEntry | None) -> RpkiSource:
    if entry is None:
        return RpkiSource()
    return RpkiSource(entry.validator, below(folder, entry.vrps), below(folder, entry.routes), entry.origin_zone)


ENTRY = Entry(model=SaasEntry, errors=_errors, resolve=_resolve, part=SaasPart)
