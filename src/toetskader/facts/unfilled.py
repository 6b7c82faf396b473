"""Where a placeholder stands that somebody still must replace by a secret: in Secrets, variables and values."""

import re
from collections.abc import Collection, Iterator

from toetskader.facts.kubernetes.environment import Environment, Origin
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.secret_uses import SECRET_USES, secret_uses
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.names import words
from toetskader.facts.placeholders import is_placeholder, says_to_replace
from toetskader.facts.secrets.encoded import decoded
from toetskader.facts.secrets.names import names_identity, names_secret
from toetskader.facts.values import Leaf

UNFILLED_KINDS = ("Secret", *SECRET_USES)
"""Kinds of objects that can hold a placeholder, or tell that something is none (`unfilled`)."""


def unfilled(
    objects: Objects, workloads: Workloads, environment: Environment, values: tuple[Leaf, ...]
) -> Iterator[Place]:
    """Yield where a secret's value is a placeholder. A name of an account, a Secret or an entry in one is no secret."""
    for item in objects.of_kind("Secret"):
        for section, read in (("data", decoded), ("stringData", str)):
            for entry, node in item.get(section).entries():
                if isinstance(node.value, str) and _is_left(entry, read(node.value)):
                    yield node
    for container in environment.of_containers:
        for variable in container.variables.values():
            if variable.origin is Origin.SECRET or not is_placeholder(variable.text):
                continue
            if names_secret(variable.name) and not is_name_of_entry(variable.name, container.variables):
                yield variable.place
    used = {use.name for workload in workloads.with_tests for use in secret_uses(workload, objects)}
    left = [leaf for leaf in values if is_placeholder(leaf.text)]
    beside = _siblings(values) if left else {}
    for leaf in left:
        section, _, name = leaf.path.rpartition(".")
        if not names_secret(name) or is_name_of_entry(name, beside[section], section=section):
            continue
        # What pods refer to as a Secret is the name of one, also under `secret`.
        if not (leaf.text in used and name.lower().endswith("secret")):
            yield leaf


def _is_left(entry: str, value: str) -> bool:
    """Tell whether an entry of a Secret was left to be filled in.

    What may be somebody's real setting (`admin`, `test`) counts under a name of a secret only: a Secret holds the name
    of an account and the like as well.
    """
    if names_identity(entry):
        return False
    return is_placeholder(value) if names_secret(entry) else says_to_replace(value)


# Sections that give the names of a Secret's entries: `secretKeys.adminPassword`, `keyMapping.token`.
_OF_ENTRIES = re.compile(r"\b(secret keys|secret key names|key names|key mapping|secret mapping)$")
_NAME_OF_SECRET = re.compile(r"(?:existing )?secret(?: name| ref)?")


def is_name_of_entry(name: str, beside: Collection[str], *, section: str = "") -> bool:
    """Tell whether a setting gives the name of an entry in a Secret: `passwordSecretKey` beside `passwordSecretName`.

    `secretKey` by itself is a key that is secret. Parameters: `beside`, the names of the settings that it stands among;
    `section`, the path of these.
    """
    if section and _OF_ENTRIES.search(words(section)):
        return True
    start, is_key, rest = words(name).rpartition(" key")
    if not is_key or rest:
        return False
    others = {words(other) for other in beside}
    if not others.isdisjoint((f"{start} secret name", f"{start} secret ref")):
        return True
    subject, in_secret, rest = start.rpartition(" secret")
    if not in_secret or rest:
        return False
    return any(_NAME_OF_SECRET.fullmatch(other.removeprefix(subject).strip()) for other in others)


def _siblings(values: tuple[Leaf, ...]) -> dict[str, set[str]]:
    """Return the names that stand in each section of the values."""
    found: dict[str, set[str]] = {}
    for leaf in values:
        section, _, name = leaf.path.rpartition(".")
        found.setdefault(section, set()).add(name)
    return found
