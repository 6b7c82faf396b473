"""One audit of all hostile targets together, and one of the golden target alone."""

import pytest
from auditing import Audited, audit
from hostile_targets import GOLDEN, write_portfolio


@pytest.fixture(scope="session")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """All hostile targets and the golden one, audited together."""
    folder = tmp_path_factory.mktemp("hostile")
    write_portfolio(folder / "portfolio")
    return audit(folder / "portfolio", folder / "reports")


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The golden target, audited by itself."""
    return audit(GOLDEN, tmp_path_factory.mktemp("alone"))
