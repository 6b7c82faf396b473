"""The service part of a target: from what its file says to endpoints that can be measured."""

from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import idna

from toetskader.core.fields import below
from toetskader.facts.addresses import is_address
from toetskader.facts.endpoint.names import HTTPS, Endpoint
from toetskader.targets.models import EndpointEntry, RpkiEntry, RpkiSource, SaasEntry, SaasPart
from toetskader.targets.values_sets import values_errors
from toetskader.text import Text
from toetskader.yamlfile import Steps, shown


def saas_errors(saas: SaasEntry, sets: Collection[str] | None) -> Iterator[tuple[Steps, Text]]:
    """Yield what is wrong with the service part beyond its types: the path in the target file, and why.

    That a file it names is absent is no error here: what needs it is undetermined, and says so in the report.
    Parameters: `sets`, names of the values sets of the target's chart, None without one.
    """
    place: Steps = ("parts", "saas")
    seen: dict[str, int] = {}
    for index, entry in enumerate(saas.endpoints):
        for steps, problem in values_errors(_full(entry).values, sets):
            yield (*place, "endpoints", index, *steps), problem
        try:
            endpoint = _endpoint(entry, saas)
        except ValueError:
            message = Text(
                f"{shown(_full(entry).url)} is geen hostnaam of adres; schrijf app.gemeente.nl of "
                "https://app.gemeente.nl/pad",
                f"{shown(_full(entry).url)} is no host name or address; write app.gemeente.nl or "
                "https://app.gemeente.nl/path",
            )
            yield (*place, "endpoints", index), message
            continue
        first = seen.setdefault(endpoint.scene, index)
        if first != index:
            message = Text(
                f"{endpoint.authority} staat hier twee keer; haal er een weg",
                f"{endpoint.authority} stands here twice; remove one",
            )
            yield (*place, "endpoints", index), message


def saas_part(folder: Path, saas: SaasEntry) -> SaasPart:
    """Return the service part with its references resolved. What `saas_errors` reports must have been mended.

    Parameters: `folder`, of the target file.
    """
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
