"""One pool of Helm processes, and every example target collected once, for all tests of this folder."""

from collections.abc import Callable, Iterator

import pytest
import side_by_side
from auditor import ROOT, TODAY, Auditor, Outcome, with_helm
from dossier_bench import Bench
from file_mutants import FileMutant

from toetskader.collect.helm.engine import Helm

AT_ONCE = 3


@pytest.fixture(scope="session")
def auditor() -> Iterator[Auditor]:
    with Helm() as helm:
        yield Auditor("chart", with_helm(helm))


@pytest.fixture(scope="session")
def golden(auditor: Auditor) -> Outcome:
    """What the golden target comes to."""
    return auditor.audit(ROOT / "targets/voorbeeld")


@pytest.fixture(scope="session")
def flawed(auditor: Auditor) -> Outcome:
    """What the flawed twin comes to."""
    return auditor.audit(ROOT / "targets/voorbeeld-gebrekkig")


@pytest.fixture(scope="session")
def outcome_of(
    auditor: Auditor, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[FileMutant], Outcome]]:
    """Give what a mutant comes to."""
    folder = tmp_path_factory.mktemp("mutants")

    def audit(mutant: FileMutant) -> Outcome:
        return auditor.audit(mutant.make(ROOT / "targets/voorbeeld", folder / mutant.name))

    with side_by_side.audited(request.session, audit, AT_ONCE) as outcome:
        yield outcome


@pytest.fixture(scope="session")
def dossier_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The golden dossier on the day on which what is stored is judged."""
    bench = Bench(tmp_path_factory.mktemp("dossier"), TODAY)
    yield bench
    bench.close()
