"""Audits of services on loopback without pytest: run a scene, collect it for real, judge every requirement on it."""

import errno
import json
import os
import socket
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from toetskader.audit.scope import InScope, scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Catalogue, Requirement
from toetskader.collect.endpoints import EndpointCollectors
from toetskader.facts.key import TargetFacts
from toetskader.judging.check import Check
from toetskader.judging.judge import Judged, judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.example import TENANT, Scene, running
from toetskader.laboratory.web import LOOPBACK
from toetskader.targets.load import load_targets
from toetskader.targets.models import Target, with_defaults

ROOT = Path(__file__).parents[3]
AUDITED = {
    "supplier": ("saas", "onprem", "haven"),
    "service organisation": ("service-organisation",),
}
"""Addressee → profiles: together they select every requirement that a service can show."""
FIRST_PORT, LAST_PORT = 20_000, 32_000
"""Below the ports that a system gives to whoever asks for any, so that no client can be in the way."""

Outcome = Mapping[str, Judged]
"""Requirement → what its check said."""


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


class ServiceAuditor:
    """Runs scenes, collects them and judges every requirement on them; several threads may use it."""

    def __init__(self) -> None:
        self.checks: Mapping[str, Check] = load_checks(ROOT / "tests")
        self.catalogue: Catalogue = load_catalogue(ROOT / "policies", self.checks)
        self.ports = Ports()
        self._authority = Authority()

    def audit(self, scene: Scene) -> Outcome:
        """Return what every requirement in scope comes to on a scene, before deviations."""
        with TemporaryDirectory(prefix="toetskader-") as folder, ExitStack() as stack:
            names = stack.enter_context(running(scene, Path(folder), authority=self._authority))
            targets = [
                self._target(scene, names.port, Path(folder), addressee, profiles)
                for addressee, profiles in AUDITED.items()
            ]
            return self._judged(targets)

    def audit_files(self, folder: Path) -> Outcome:
        """Return what every requirement comes to on the target of a folder, whose services run."""
        return self._judged(list(load_targets([folder], today=date.today(), catalogue=self.catalogue)))

    def _target(self, scene: Scene, dns_port: int, folder: Path, addressee: str, profiles: tuple[str, ...]) -> Target:
        """Write a target file on a scene, and load it as a run does."""
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
        content = {
            "name": "dienst",
            "supplier": "Voorbeeld Software BV",
            "component": "Meldingen als dienst",
            "gate": 4,
            "profiles": list(profiles),
            "addressee": addressee,
            "parts": {"saas": saas},
            "parameters": {"entra_tenant": TENANT},
        }
        path = folder / "target.yaml"
        path.write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML too
        (target,) = load_targets([path], today=date.today(), catalogue=self.catalogue)
        return target

    def _judged(self, targets: list[Target]) -> Outcome:
        """Collect once, and judge what each of the targets is asked: they differ in addressee only."""
        scope = [
            item
            for target in targets
            for item in scope_of(target, self.catalogue, self.checks, profiles=(), lang="en").looked_at
        ]
        kinds = frozenset().union(*(item.check.fact_kinds(item.part) for item in scope))
        assert targets[0].saas is not None
        with EndpointCollectors(None) as collectors:
            attempts = collectors.collect(targets[0].saas, kinds)
        subjects = TargetSubjects(TargetFacts(targets[0].name, targets[0].scenes, attempts))
        return {item.requirement.id: self._judge(item, subjects) for item in scope}

    def _judge(self, item: InScope, subjects: TargetSubjects) -> Judged:
        return judge(
            item.check,
            subjects,
            part=item.part,
            params=item.params,
            parameters=Parameters(with_defaults(item.target, self.catalogue.profiles)),
            today=date.today(),
            fixtures={},
            only=item.scenes,
            norms=self.catalogue.norms,
        )

    @cached_property
    def service_requirements(self) -> dict[str, str]:
        """Requirement → check, for every requirement measured on a service whose check is built."""
        return {
            item.id: item.check_for("saas")
            for item in self.catalogue.requirements.values()
            if "saas" in item.measured_on and item.check_for("saas") in self.checks
        }

    def judged_alike(self, one: str, other: str) -> bool:
        """Tell whether two requirements have one check with the same parameters, so that no service tells them apart.

        They may be about other endpoints: an API, acceptance. Then each needs a mutant of its own.
        """
        first, second = self.catalogue.requirements[one], self.catalogue.requirements[other]
        return _asked(first) == _asked(second)


def _asked(requirement: Requirement) -> tuple[object, ...]:
    check = requirement.check_for("saas")
    params = requirement.params if check == requirement.check else {}
    return check, params, requirement.roles, requirement.environments
