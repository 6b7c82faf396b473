"""The embedded example on loopback: services of a good and of a careless supplier, with names, certificates and routes.

Everything is made when it starts: keys, certificates, signed zones. `python -m toetskader.laboratory` keeps it running,
to try by hand what a report says.
"""

import errno
import json
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from toetskader.laboratory.certificates import Authority, self_signed
from toetskader.laboratory.dns import DnsLaboratory, Flaw, LabZone
from toetskader.laboratory.tls import Quality, ssl_context
from toetskader.laboratory.web import Site, bad_site, good_site, serve

DNS_PORT = 18053
GOOD_DOMAIN = "voorbeeldgemeente.test"
BAD_DOMAIN = "slordiggemeente.test"
TENANT = GOOD_DOMAIN
NETWORK = 64496
"""Number of the network that announces the addresses; reserved for documentation (RFC 5398)."""
OTHER_NETWORK = 64511

_ADDRESSES = "{name} A 127.0.0.1\n{name} AAAA ::1\n"
_CAA = '@ CAA 0 issue "ca.example"\n@ CAA 0 iodef "mailto:veiligheid@voorbeeldgemeente.test"\n'


@dataclass(frozen=True, kw_only=True)
class Service:
    """One host, and how it is offered."""

    host: str
    port: int
    http_port: int
    site: Site
    quality: Quality = "good"
    key: str = "p256"
    names: tuple[str, ...] = ()
    """In its certificate; the host alone when empty."""
    trusted: bool = True
    """Whether the laboratory's authority issued its certificate; else it made its own."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that runs at one time. Ports that are 0 are chosen."""

    zones: tuple[LabZone, ...]
    services: tuple[Service, ...]
    dns_port: int = 0
    origin: int = NETWORK
    """Network that is authorised to announce the addresses; `NETWORK` announces them."""


def good(port: int = 18443) -> Scene:
    """Return the services of a supplier that meets every requirement.

    Parameters: `port`, of the first service; the others follow it, plain HTTP a hundred further.
    """
    hosts = (f"meldingen.{GOOD_DOMAIN}", f"meldingen.accp.{GOOD_DOMAIN}", f"klantportaal.{GOOD_DOMAIN}")
    names = "".join(_ADDRESSES.format(name=host.removesuffix(f".{GOOD_DOMAIN}")) for host in hosts)
    return Scene(
        zones=(LabZone(GOOD_DOMAIN, names + _CAA),),
        services=tuple(
            Service(
                host=host,
                port=port + index,
                http_port=port + index + 100,
                site=good_site(f"{host}:{port + index}", entra_tenant=TENANT),
            )
            for index, host in enumerate(hosts)
        ),
    )


def bad(port: int = 18453) -> Scene:
    """Return the service of a supplier that breaks every requirement that it can. Parameters: as for `good`."""
    host = f"app.meldingen.{BAD_DOMAIN}"
    records = "app.meldingen CNAME hosting\nhosting A 127.0.0.1\n"
    return Scene(
        zones=(LabZone(BAD_DOMAIN, records, flaw=Flaw.EXPIRED, name_servers="@ NS ns1\nns1 A 127.0.0.1\n"),),
        services=(
            Service(
                host=host,
                port=port,
                http_port=port + 100,
                site=bad_site(),
                quality="weak",
                key="rsa2048",
                names=(f"*.meldingen.{BAD_DOMAIN}",),
                trusted=False,
            ),
        ),
    )


def example() -> Scene:
    """Return the good and the careless supplier together, on the ports that the embedded targets name."""
    one, other = good(), bad()
    return Scene(zones=one.zones + other.zones, services=one.services + other.services, dns_port=DNS_PORT)


@contextmanager
def running(scene: Scene, folder: Path) -> Iterator[DnsLaboratory]:
    """Run a scene until the context is left.

    Parameters: `folder`, made when absent; gets what an audit must know: `anchors.zone`, `ca.pem`, `vrps.json` and
    `routes.txt`. Raises OSError when a port is taken, or this machine has no IPv6 on loopback.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = Authority()
    authority.write(folder / "ca.pem")
    (folder / "vrps.json").write_text(_payloads(scene.origin), encoding="ascii")
    (folder / "routes.txt").write_text(f"{NETWORK}\t127.0.0.0/8\t100\n{NETWORK}\t::/64\t100\n", encoding="ascii")
    with ExitStack() as stack:
        names = stack.enter_context(DnsLaboratory(scene.zones, port=scene.dns_port))
        for service in scene.services:
            stack.enter_context(
                serve(service.site, _context(service, authority), port=service.port, http_port=service.http_port)
            )
        shutil.copy(names.trust_anchor_file, folder / "anchors.zone")
        yield names


def start(at_end: Callable[[Callable[[], None]], object], folder: Path) -> None:
    """Run the embedded example in the background.

    Parameters: `at_end`, is given what stops it; `folder`, as for `running`. When its ports are taken it runs
    already, by hand or for another audit, and that one is used.
    """
    stack = ExitStack()
    try:
        stack.enter_context(running(example(), folder))
    except OSError as error:
        stack.close()
        if error.errno != errno.EADDRINUSE:
            raise
    at_end(stack.close)


def _context(service: Service, authority: Authority) -> ssl.SSLContext:
    names = service.names or (service.host,)
    issued = authority.issue(names, service.key) if service.trusted else self_signed(names, service.key)
    return ssl_context(service.quality, *issued)


def _payloads(origin: int) -> str:
    lengths = {"127.0.0.0/8": 8, "::/64": 64}
    return json.dumps(
        {"roas": [{"asn": f"AS{origin}", "prefix": prefix, "maxLength": most} for prefix, most in lengths.items()]}
    )
