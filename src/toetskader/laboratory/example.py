"""The embedded example on loopback: services of a good and of a careless supplier, with names, certificates and routes.

Everything is made when it starts: keys, certificates, signed zones. `python -m toetskader.laboratory` keeps it running,
to try by hand what a report says.
"""

import errno
import json
import shutil
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from toetskader.laboratory.certificates import Authority, self_signed
from toetskader.laboratory.dns import DnsLaboratory, Flaw, LabZone
from toetskader.laboratory.tls import ssl_context
from toetskader.laboratory.web import LOOPBACK, Site, bad_site, good_site, serve
from toetskader.vocabulary import Environment, Role

DNS_PORT = 18053
GOOD_DOMAIN = "voorbeeldgemeente.test"
BAD_DOMAIN = "slordiggemeente.test"
TENANT = GOOD_DOMAIN
NETWORK = 64496
"""Number of the network that announces the addresses; reserved for documentation (RFC 5398)."""

_PREFIXES = {"127.0.0.0/8": 8, "::/64": 64}
"""Announced prefixes, and how long those are that may be announced."""
_ADDRESSES = "{name} A 127.0.0.1\n{name} AAAA ::1\n"
_CAA = '@ CAA 0 issue "ca.example"\n@ CAA 0 iodef "mailto:veiligheid@voorbeeldgemeente.test"\n'

Credentials = tuple[bytes, bytes]
"""A certificate with its chain, and its key, in PEM."""


_GOOD_TLS = partial(ssl_context, "good")


def issued(authority: Authority, host: str) -> Credentials:
    """Return a certificate for one host."""
    return authority.issue((host,))


def verified(authority: Authority, host: str) -> Credentials:
    """Return a certificate for one host that names a verified organisation."""
    return authority.issue((host,), organisation="Voorbeeld Software BV")


def careless(_: Authority, host: str) -> Credentials:
    """Return a certificate that nobody vouches for, weak, and for all hosts of a domain."""
    return self_signed((f"*.{host.partition('.')[2]}",), "rsa2048")


@dataclass(frozen=True, kw_only=True)
class Service:
    """One host, and how it is offered on some of its addresses."""

    host: str
    port: int
    http_port: int
    site: Site
    role: Role = "application"
    environment: Environment = "production"
    addresses: tuple[str, ...] = LOOPBACK
    certificate: Callable[[Authority, str], Credentials] = issued
    """Makes its certificate, with the laboratory's authority and its host."""
    tls: Callable[[bytes, bytes], ssl.SSLContext] = _GOOD_TLS
    """How it speaks TLS, with a certificate and a key."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that runs at one time."""

    zones: tuple[LabZone, ...]
    services: tuple[Service, ...]
    municipal_domain: str = GOOD_DOMAIN
    dns_port: int = 0
    """0 for any that is free."""
    origin: int | None = NETWORK
    """Network that is authorised to announce the addresses, None for nobody; `NETWORK` announces them."""


def good(ports: Iterable[int] = (18443, 18444, 18445, 18543, 18544, 18545), *, today: date | None = None) -> Scene:
    """Return the services of a supplier that meets every requirement.

    Parameters: `ports`, of HTTPS for each of the three services, then of plain HTTP for each; `today`, as for
    `good_site`.
    """
    given = tuple(ports)
    offered: tuple[tuple[str, Role, Environment], ...] = (
        (f"meldingen.{GOOD_DOMAIN}", "application", "production"),
        (f"meldingen.accp.{GOOD_DOMAIN}", "application", "acceptance"),
        (f"klantportaal.{GOOD_DOMAIN}", "portal", "production"),
    )
    return Scene(
        zones=(LabZone(GOOD_DOMAIN, addresses(*(host for host, _, _ in offered)) + _CAA),),
        services=tuple(
            Service(
                host=host,
                port=port,
                http_port=http_port,
                site=good_site(f"{host}:{port}", entra_tenant=TENANT, today=today),
                role=role,
                environment=environment,
            )
            for (host, role, environment), port, http_port in zip(offered, given[:3], given[3:6], strict=True)
        ),
    )


def coupling(ports: Iterable[int]) -> Scene:
    """Return a coupling that meets every requirement: an API that demands a certificate of its clients.

    Parameters: `ports`, of HTTPS and of plain HTTP.
    """
    port, http_port = ports
    host = f"koppelvlak.{GOOD_DOMAIN}"
    clients = Authority("Toetskader laboratory clients")
    return Scene(
        zones=(LabZone(GOOD_DOMAIN, addresses(host) + _CAA),),
        services=(
            Service(
                host=host,
                port=port,
                http_port=http_port,
                site=good_site(f"{host}:{port}", entra_tenant=TENANT),
                role="api",
                certificate=verified,
                tls=partial(ssl_context, "good", client_authority=clients.pem),
            ),
        ),
    )


def bad(ports: Iterable[int] = (18453, 18553)) -> Scene:
    """Return the service of a supplier that breaks every requirement that it can. Parameters: `ports`, as above."""
    port, http_port = ports
    records = "app.meldingen CNAME hosting\nhosting A 127.0.0.1\n"
    return Scene(
        zones=(LabZone(BAD_DOMAIN, records, flaw=Flaw.EXPIRED, name_servers="@ NS ns1\nns1 A 127.0.0.1\n"),),
        services=(
            Service(
                host=f"app.meldingen.{BAD_DOMAIN}",
                port=port,
                http_port=http_port,
                site=bad_site(),
                certificate=careless,
                tls=partial(ssl_context, "weak"),
            ),
        ),
        municipal_domain=BAD_DOMAIN,
    )


def addresses(*hosts: str) -> str:
    """Return records that give hosts of the good domain both addresses of loopback."""
    return "".join(_ADDRESSES.format(name=host.removesuffix(f".{GOOD_DOMAIN}")) for host in hosts)


def example(today: date | None = None) -> Scene:
    """Return the good and the careless supplier together, on the ports that the embedded targets name.

    Parameters: `today`, as for `good_site`.
    """
    one, other = good(today=today), bad()
    return Scene(zones=one.zones + other.zones, services=one.services + other.services, dns_port=DNS_PORT)


@contextmanager
def running(scene: Scene, folder: Path, *, authority: Authority | None = None) -> Iterator[DnsLaboratory]:
    """Run a scene until the context is left.

    Parameters: `folder`, made when absent; gets what an audit must know: `anchors.zone`, `ca.pem`, `vrps.json` and
    `routes.txt`; `authority`, that issues the certificates, a new one when absent. Raises OSError when a port is
    taken, or this machine has no IPv6 on loopback.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = authority or Authority()
    with ExitStack() as stack:
        names = stack.enter_context(DnsLaboratory(scene.zones, port=scene.dns_port))
        for service in scene.services:
            context = service.tls(*service.certificate(authority, service.host))
            stack.enter_context(
                serve(
                    service.site,
                    context,
                    port=service.port,
                    http_port=service.http_port,
                    addresses=service.addresses,
                )
            )
        # Only now: where the ports are taken, these files are those of whoever has them.
        shutil.copy(names.trust_anchor_file, folder / "anchors.zone")
        authority.write(folder / "ca.pem")
        (folder / "vrps.json").write_text(_payloads(scene.origin), encoding="ascii")
        routes = "".join(f"{NETWORK}\t{prefix}\t100\n" for prefix in _PREFIXES)
        (folder / "routes.txt").write_text(routes, encoding="ascii")
        yield names


def start(at_end: Callable[[Callable[[], None]], object], folder: Path, today: date) -> None:
    """Run the embedded example in the background.

    Parameters: `at_end`, is given what stops it; `folder`, as for `running`; `today`, the day that is judged. When its
    ports are taken it runs already, by hand or for another audit, and that one is used.
    """
    stack = ExitStack()
    try:
        stack.enter_context(running(example(today), folder))
    except OSError as error:
        stack.close()
        if error.errno != errno.EADDRINUSE:
            raise
    at_end(stack.close)


def _payloads(origin: int | None) -> str:
    """Return what is authorised: the announced prefixes, or one that has nothing to do with them."""
    allowed = {"192.0.2.0/24": 24} if origin is None else _PREFIXES
    asn = f"AS{origin or NETWORK}"
    return json.dumps({"roas": [{"asn": asn, "prefix": prefix, "maxLength": most} for prefix, most in allowed.items()]})
