"""Endpoints on loopback: one audit beside its slowest collector, and a portfolio of many. The servers run apart."""

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from bench.chart import Figures
from bench.process import run_pytest
from toetskader.collect.endpoints import EndpointCollectors
from toetskader.kinds.saas.kind import SAAS
from toetskader.laboratory.dns import LabZone
from toetskader.laboratory.example import Scene, Service, running
from toetskader.laboratory.web import good_site
from toetskader.targets.load import load_targets

DOMAIN = "meting.test"
_TODAY = datetime.now(UTC).date()
KINDS = ("dns", "dnssec", "tls", "http", "rpki")
FIRST_PORT = 20_000

_TARGET = """\
name: {name}
supplier: Meting
component: {name}
gate: 3
profiles: [saas]
parts:
  saas:
    endpoints: [{{url: "https://{name}.{domain}:{port}", http_port: {http_port}}}]
    municipal_domain: {domain}
    allow_private: true
    resolver: 127.0.0.1:{dns_port}
    name_server_port: {dns_port}
    trust_anchors: {folder}/anchors.zone
    certificate_authorities: {folder}/ca.pem
    rpki: {{vrps: {folder}/vrps.json, routes: {folder}/routes.txt}}
parameters: {{entra_tenant: {domain}}}
"""


def measure_endpoints(folder: Path, number: int = 60) -> Figures:
    """Measure one endpoint collector by collector, then a run over a portfolio of them.

    Parameters: `number`, how many endpoints the portfolio has.
    """
    targets = folder / "targets"
    targets.mkdir(parents=True)
    with _served(folder, number) as dns_port:
        for index in range(number):
            name = f"dienst-{index:02}"
            ports = {"port": FIRST_PORT + index, "http_port": FIRST_PORT + 1000 + index, "dns_port": dns_port}
            text = _TARGET.format(name=name, domain=DOMAIN, folder=folder, **ports)
            (targets / f"{name}.yaml").write_text(text, encoding="utf-8")
        apart = {kind: _collecting(targets / "dienst-00.yaml", frozenset({kind})) for kind in KINDS}
        whole = _collecting(targets / "dienst-00.yaml", frozenset(KINDS))
        run = run_pytest(folder / "reports", f"--target={targets}")
    slowest = max(apart, key=lambda kind: apart[kind])
    undetermined = sum(result["verdict"] == "undetermined" for result in run.results["results"])
    return [
        *((f"verzamelen: {kind} alleen", f"{seconds * 1000:.0f} ms") for kind, seconds in apart.items()),
        ("verzamelen: alles tegelijk", f"{whole * 1000:.0f} ms"),
        (f"alles tegelijk naast {slowest} alleen (doel ≤ 1,3 ×)", f"{whole / apart[slowest]:.2f} ×"),
        (f"{number} eindpunten, hele run", f"{run.seconds:.1f} s"),
        ("  eindpunten per minuut (doel ≥ 60)", f"{number / run.seconds * 60:.0f}"),
        ("  hoogste geheugen (doel ≤ 400 MB)", f"{run.peak_mb:.0f} MB"),
        ("  oordelen, waarvan niet te bepalen", f"{len(run.results['results'])}, {undetermined}"),
    ]


def _collecting(target_file: Path, kinds: frozenset[str], rounds: int = 5) -> float:
    """Return how long collecting takes, in seconds: nothing is remembered between rounds."""
    (target,) = load_targets([target_file], today=_TODAY)
    part = SAAS.of(target.parts)
    assert part is not None
    spent = []
    for _ in range(rounds):
        with EndpointCollectors(None) as collectors:
            started = time.perf_counter()
            collectors.collect(part, kinds)
            spent.append(time.perf_counter() - started)
    return statistics.median(spent)


@contextmanager
def _served(folder: Path, number: int) -> Iterator[int]:
    """Serve the endpoints in a process of their own, so that they do not wait for what measures them."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, folder, number), daemon=True)
    server.start()
    try:
        yield int(ours.recv())
    finally:
        ours.send("stop")
        server.join()


def _serve(pipe: Connection, folder: Path, number: int) -> None:
    hosts = [f"dienst-{index:02}" for index in range(number)]
    records = "".join(f"{host} A 127.0.0.1\n{host} AAAA ::1\n" for host in hosts)
    scene = Scene(
        zones=(LabZone(DOMAIN, f'{records}@ CAA 0 issue "ca.example"\n'),),
        services=tuple(
            Service(
                host=f"{host}.{DOMAIN}",
                port=FIRST_PORT + index,
                http_port=FIRST_PORT + 1000 + index,
                site=good_site(f"{host}.{DOMAIN}:{FIRST_PORT + index}", entra_tenant=DOMAIN),
            )
            for index, host in enumerate(hosts)
        ),
    )
    with running(scene, folder) as names:
        pipe.send(names.port)
        pipe.recv()
