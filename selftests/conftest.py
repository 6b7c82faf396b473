"""Options of the engine's own tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kubeconfig",
        metavar="FILE",
        help="run the tests that need no kwok on this cluster; they make namespaces in it",
    )
