"""One pool of Helm processes, and every example target collected once, for all tests of this folder."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from auditor import FLAWED, GOLDEN, Auditor, Outcome
from mutations import Mutant

from toetskader.collect.helm.engine import Helm


@pytest.fixture(scope="session")
def auditor() -> Iterator[Auditor]:
    with Helm() as helm:
        yield Auditor(helm)


@pytest.fixture(scope="session")
def golden(auditor: Auditor) -> Outcome:
    """What the golden target comes to."""
    return auditor.audit(GOLDEN)


@pytest.fixture(scope="session")
def flawed(auditor: Auditor) -> Outcome:
    """What the flawed twin comes to."""
    return auditor.audit(FLAWED)


@pytest.fixture(scope="session")
def outcome_of(
    auditor: Auditor, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Mutant], Outcome]]:
    """Give what a mutant comes to. All mutants that this session selected are audited beside each other, in order."""
    folder = tmp_path_factory.mktemp("mutants")

    def work(mutant: Mutant) -> Outcome:
        return auditor.audit(mutant.make(GOLDEN, folder / mutant.name))

    with ThreadPoolExecutor(3) as workers:
        running: dict[str, Future[Outcome]] = {
            mutant.name: workers.submit(work, mutant) for mutant in _selected(request.session)
        }
        yield lambda mutant: running[mutant.name].result()
        workers.shutdown(cancel_futures=True)


def _selected(session: pytest.Session) -> list[Mutant]:
    specs = (getattr(item, "callspec", None) for item in session.items)
    return [spec.params["mutant"] for spec in specs if spec is not None and "mutant" in spec.params]
