"""Every exception class of the project stands in the one tree, under the class that it is a kind of."""

import inspect
import pkgutil
import re
from importlib import import_module

import pytest

import toetskader
from toetskader.core import failure
from toetskader.core.failure import Failed, Failure, Reason, ToetskaderError, failed
from toetskader.text import Text

OUTSIDE = {"TooLong", "Stopped"}
"""No `Exception` on purpose; the docstring says why."""


def exception_classes() -> dict[str, type[BaseException]]:
    found: dict[str, type[BaseException]] = {}
    names = [module.name for module in pkgutil.walk_packages(toetskader.__path__, "toetskader.")]
    for module in (name for name in names if not name.endswith(".__main__")):  # which would run
        for name, item in inspect.getmembers(import_module(module), inspect.isclass):
            if issubclass(item, BaseException) and item.__module__ == module:
                assert found.setdefault(name, item) is item, f"two exception classes are called {name}"
    return found


def told() -> dict[str, str]:
    """Name → name of the class above it, as the docstring draws them."""
    tree: dict[str, str] = {}
    above: list[str] = []
    for indent, name in re.findall(r"^    ( *)([A-Z]\w+) {2,}\S", failure.__doc__ or "", re.MULTILINE):
        depth = len(indent) // 2
        above[depth:] = [name]
        tree[name] = above[depth - 1] if depth else "Exception"
    return tree


def test_the_tree_is_all_there_is() -> None:
    classes = exception_classes()
    assert {name for name, item in classes.items() if not issubclass(item, Exception)} == OUTSIDE
    assert {name: item.__base__.__name__ for name, item in classes.items() if name not in OUTSIDE} == told()
    assert all(f"`{name}`" in (failure.__doc__ or "") for name in OUTSIDE)


@pytest.mark.parametrize("item", list(exception_classes().values()), ids=lambda item: item.__name__)
def test_every_exception_says_what_it_is(item: type[BaseException]) -> None:
    assert item.__doc__
    assert issubclass(item, ToetskaderError) or item.__name__ in OUTSIDE


def test_a_failure_is_carried_as_it_was_made() -> None:
    outcome = failed(Reason.DENIED, nl="geen toegang", en="no access")
    assert isinstance(outcome, Failed)
    assert outcome.failure == Failure(Reason.DENIED, Text("geen toegang", "no access"))
    assert (outcome.reason, outcome.message, str(outcome)) == (
        Reason.DENIED,
        Text("geen toegang", "no access"),
        "no access",
    )
