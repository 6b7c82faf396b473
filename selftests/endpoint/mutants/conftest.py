"""Every golden scene audited once, and mutants beside each other, for all tests of this folder."""

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

import pytest
import side_by_side
from auditor import Auditor, Outcome
from scenes import Scenes
from service_mutations import Golden, ServiceMutant

AT_ONCE = 4


@pytest.fixture(scope="session")
def scenes() -> Scenes:
    return Scenes()


@pytest.fixture(scope="session")
def auditor(scenes: Scenes) -> Auditor:
    return scenes.auditor


@pytest.fixture(scope="session")
def goldens(scenes: Scenes) -> Mapping[str, Outcome]:
    """What each golden scene comes to."""
    return {name: scenes.audit(scenes.golden(name)) for name in get_args(Golden)}


@pytest.fixture(scope="session")
def outcome_of(scenes: Scenes, request: pytest.FixtureRequest) -> Iterator[Callable[[ServiceMutant], Outcome]]:
    """Give what a mutant comes to."""

    def audit(mutant: ServiceMutant) -> Outcome:
        return scenes.audit(mutant.change(scenes.golden(mutant.of)))

    with side_by_side.audited(request.session, audit, AT_ONCE) as outcome:
        yield outcome
