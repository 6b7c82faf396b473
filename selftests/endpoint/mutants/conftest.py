"""One authority for all certificates, and every golden scene audited once, for all tests of this folder."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import get_args

import pytest
from service_auditor import Outcome, ServiceAuditor
from service_mutations import Golden, ServiceMutant

from toetskader.laboratory.example import Scene, coupling, good

AT_ONCE = 4
"""Mutants that are audited beside each other; each waits for its own servers most of the time."""


@pytest.fixture(scope="session")
def auditor() -> ServiceAuditor:
    return ServiceAuditor()


@pytest.fixture(scope="session")
def goldens(auditor: ServiceAuditor) -> Mapping[str, Outcome]:
    """What each golden scene comes to."""
    return {name: auditor.audit(golden_scene(auditor, name)) for name in get_args(Golden)}


@pytest.fixture(scope="session")
def outcome_of(auditor: ServiceAuditor, request: pytest.FixtureRequest) -> Iterator[Callable[[ServiceMutant], Outcome]]:
    """Give what a mutant comes to. All mutants that this session selected are audited beside each other, in order."""

    def work(mutant: ServiceMutant) -> Outcome:
        return auditor.audit(mutant.change(golden_scene(auditor, mutant.of)))

    with ThreadPoolExecutor(AT_ONCE) as workers:
        running: dict[str, Future[Outcome]] = {
            mutant.name: workers.submit(work, mutant) for mutant in _selected(request.session)
        }

        def outcome(mutant: ServiceMutant) -> Outcome:
            if mutant.name not in running:  # asked for by a test that is about all of them
                running[mutant.name] = workers.submit(work, mutant)
            return running[mutant.name].result()

        yield outcome
        workers.shutdown(cancel_futures=True)


def golden_scene(auditor: ServiceAuditor, name: Golden) -> Scene:
    """Return a golden scene on ports of its own."""
    if name == "coupling":
        return coupling(auditor.ports.take(2))
    scene = good(auditor.ports.take(6))
    return scene if name == "supplier" else replace(scene, services=scene.services[:1])


def _selected(session: pytest.Session) -> list[ServiceMutant]:
    specs = (getattr(item, "callspec", None) for item in session.items)
    return [spec.params["mutant"] for spec in specs if spec is not None and "mutant" in spec.params]
