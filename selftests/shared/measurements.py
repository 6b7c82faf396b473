"""What a mutant names in place of requirements: the check that measures them, and more where that matters.

    workload.non_root                      every requirement that this check measures
    changelog.release_notes{topic: added}  those of them with these parameters, whatever others they have
    dns.municipal_name@acceptance          those about this role or environment
    endpoint.encrypted_only@all            those about all roles and environments

So a requirement that asks what another asks already, from the same document or from another, changes no mutant.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import yaml

from toetskader.catalogue.models import Part, Requirement

_WRITTEN = re.compile(r"(?P<check>[a-z0-9_]+(?:\.[a-z0-9_]+)+)(?P<params>\{.*\})?(?:@(?P<about>[a-z-]+))?")
_ABOUT_ALL = "all"

Value = TypeVar("Value")


@dataclass(frozen=True)
class Measurement:
    """A check, and with which parameters and about what it is asked, as far as that matters."""

    check: str
    params: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    """A role or an environment; `all` for what is about all of them; empty when it does not matter."""

    def is_of(self, requirement: Requirement, part: Part) -> bool:
        """Tell whether it is what a requirement asks on a part of a target."""
        about = (*requirement.roles, *requirement.environments)
        return (
            self.check == requirement.check_for(part)
            and _fits(self.params, requirement.params_for(part))
            and (not self.about or self.about in (about or (_ABOUT_ALL,)))
        )


@cache
def measurement(text: str) -> Measurement:
    """Read a measurement as mutants write it. Raises ValueError for what is none."""
    found = _WRITTEN.fullmatch(text)
    params = yaml.safe_load(found["params"] or "{}") if found else None
    if found is None or not isinstance(params, dict):
        raise ValueError(f"{text!r} is no measurement; write check, check{{param: value}} or check@role")
    return Measurement(found["check"], params, found["about"] or "")


def _fits(wanted: Any, given: Any) -> bool:
    """Tell whether all that is wanted is given: of a mapping by key, of a list in any place."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(
            key in given and _fits(value, given[key]) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(given, list) and all(any(_fits(value, item) for item in given) for value in wanted)
    return bool(wanted == given)


def by_requirement(named: Mapping[str, Value], requirements: Iterable[Requirement], part: Part) -> dict[str, Value]:
    """Spread what is said of measurements over the requirements that ask them.

    Parameters: `named`, measurement → what is said of it; `requirements`, those that are judged on the `part`.
    Returns: requirement → what is said of it. Raises ValueError for a measurement that no requirement asks, and for
    two that are of one requirement.
    """
    requirements = tuple(requirements)
    found: dict[str, Value] = {}
    for text, value in named.items():
        asking = [item.id for item in requirements if measurement(text).is_of(item, part)]
        if not asking:
            raise ValueError(f"{text}: no requirement on {part} that is judged here asks this")
        if twice := [id_ for id_ in asking if id_ in found]:
            raise ValueError(f"{text}: {', '.join(twice)} is named by another measurement too")
        found |= dict.fromkeys(asking, value)
    return found
