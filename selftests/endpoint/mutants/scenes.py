"""Services of the laboratory on loopback: run a scene, and audit it as any target is."""

import errno
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from auditor import Auditor, Outcome
from service_mutations import ChartedScene, Golden, charted

from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.example import TENANT, Scene, coupling, good, running
from toetskader.laboratory.web import LOOPBACK

FIRST_PORT, LAST_PORT = 20_000, 32_000
"""Below the ports that a system gives to whoever asks for any, so that no client can be in the way."""


class Ports:
    """Gives out ports that are free on loopback, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = count(FIRST_PORT + os.getpid() * 401 % (LAST_PORT - FIRST_PORT))

    def take(self, number: int) -> tuple[int, ...]:
        """Return so many ports."""
        found: list[int] = []
        with self._lock:
            while len(found) < number:
                port = FIRST_PORT + (next(self._next) - FIRST_PORT) % (LAST_PORT - FIRST_PORT)
                if _is_free(port):
                    found.append(port)
        return tuple(found)


def _is_free(port: int) -> bool:
    with ExitStack() as stack:
        for address in LOOPBACK:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            attempt = stack.enter_context(socket.socket(family))
            try:
                attempt.bind((address, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return False
                raise
    return True


class Scenes:
    """Runs scenes and audits them; several threads may use it."""

    def __init__(self) -> None:
        self.auditor = Auditor("saas", today=date.today())
        self._ports = Ports()
        self._authority = Authority()

    def golden(self, name: Golden) -> Scene:
        """Return a golden scene on ports of its own."""
        if name == "coupling":
            return coupling(self._ports.take(2))
        scene = good(self._ports.take(6))
        if name == "supplier":
            return scene
        application = replace(scene, services=scene.services[:1])
        return charted(application) if name == "charted" else application

    @contextmanager
    def served(self, scene: Scene) -> Iterator[Path]:
        """Run a scene, and give the target file on it."""
        with TemporaryDirectory(prefix="toetskader-") as folder, ExitStack() as stack:
            names = stack.enter_context(running(scene, Path(folder), authority=self._authority))
            yield _target_file(scene, names.port, Path(folder))

    def audit(self, scene: Scene) -> Outcome:
        """Return what every requirement on a service comes to on a scene, before deviations."""
        with self.served(scene) as path:
            return self.auditor.audit(path)


def _target_file(scene: Scene, dns_port: int, folder: Path) -> Path:
    """Write a target file on a scene, for every profile that a service can have."""
    endpoints: dict[tuple[str, int], dict[str, Any]] = {}
    for service in scene.services:  # offered in other ways on other addresses, it is one endpoint still
        endpoints.setdefault(
            (service.host, service.port),
            {
                "url": f"https://{service.host}:{service.port}",
                "http_port": service.http_port,
                "role": service.role,
                "environment": service.environment,
            },
        )
    saas: dict[str, Any] = {
        "endpoints": list(endpoints.values()),
        "municipal_domain": scene.municipal_domain,
        "allow_private": True,
        "resolver": f"127.0.0.1:{dns_port}",
        "name_server_port": dns_port,
        "trust_anchors": "anchors.zone",
        "certificate_authorities": "ca.pem",
        "rpki": {"vrps": "vrps.json", "routes": "routes.txt"},
    }
    parts: dict[str, Any] = {"saas": saas}
    if isinstance(scene, ChartedScene):
        parts["chart"] = _chart(scene, folder)
        if scene.values:
            saas["endpoints"][0]["values"] = scene.values
    content = {
        "name": "dienst",
        "supplier": "Voorbeeld Software BV",
        "component": "Meldingen als dienst",
        "gate": 4,
        "profiles": ["saas", "onprem", "haven", "service-organisation"],
        "parts": parts,
        "parameters": {"entra_tenant": TENANT},
    }
    path = folder / "target.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML too
    return path


_WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: meldingen}
spec:
  selector: {matchLabels: {app: meldingen}}
  template:
    metadata: {labels: {app: meldingen}}
    spec: {containers: [{name: app, image: registry.example/meldingen:1.0.0}]}
---
apiVersion: v1
kind: Service
metadata: {name: meldingen}
spec: {selector: {app: meldingen}, ports: [{port: 80}]}
"""


def _chart(scene: ChartedScene, folder: Path) -> dict[str, Any]:
    """Write the chart of a scene with its values sets, and return what a target file says of it."""
    templates = folder / "chart/templates"
    templates.mkdir(parents=True)
    (templates.parent / "Chart.yaml").write_text("apiVersion: v2\nname: meldingen\nversion: 1.0.0\n", encoding="utf-8")
    (templates.parent / "values.yaml").write_text("hosts: []\n", encoding="utf-8")
    (templates / "workload.yaml").write_text(_WORKLOAD, encoding="utf-8")
    (templates / "route.yaml").write_text(scene.route, encoding="utf-8")
    for name, hosts in scene.sets.items():
        (folder / f"{name}.yaml").write_text(json.dumps({"hosts": hosts}), encoding="utf-8")
    return {
        "source": "chart",
        "release": "meldingen",
        "namespace": "meldingen",
        "kubernetes": "1.35",
        "values": {name: [f"{name}.yaml"] for name in scene.sets},
    }
