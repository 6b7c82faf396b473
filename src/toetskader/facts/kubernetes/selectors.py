"""Label selectors, evaluated as the Kubernetes API does (apimachinery `metav1.LabelSelectorAsSelector`).

Each is read once. Of many selectors, `Selectors` tells at once which of them select an object, so that a thousand
policies and a thousand workloads are not looked at pair by pair.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.node import Node

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label."""

    key: str
    present: bool
    """True when the label must be there (`In`, `Exists`); false for what also holds without it."""
    values: frozenset[str] | None
    """Values it must have, or must not have; None where any value counts."""

    def holds(self, labels: Labels) -> bool:
        """Tell whether labels meet it."""
        if self.key not in labels:
            return not self.present
        return self.values is None or labels[self.key] in self.values if self.present else not self._is_barred(labels)

    def _is_barred(self, labels: Labels) -> bool:
        return self.values is None or labels[self.key] in self.values


@dataclass(frozen=True, slots=True)
class Selector:
    """Conditions that labels must all meet. Without any it selects everything."""

    requirements: tuple[Requirement, ...] = ()
    fault: Malformed | None = None
    """What the API refuses, after these conditions: met only by labels that meet them."""

    def selects(self, labels: Labels) -> bool:
        """Tell whether labels are selected. Raises `Malformed` for an operator or values that the API refuses."""
        if not all(item.holds(labels) for item in self.requirements):
            return False
        if self.fault is not None:
            raise self.fault
        return True


NOTHING = Selector((Requirement("", present=True, values=frozenset()),))
"""What an absent selector is to most of the API. No label has an empty key."""


def selector(node: Node) -> Selector:
    """Read a label selector. An empty one (`{}`) selects everything, an absent one nothing."""
    if not node:
        return NOTHING
    found: list[Requirement] = []
    try:
        for key, value in node.get("matchLabels").labels().items():
            found.append(Requirement(key, present=True, values=frozenset({value})))
        for item in node.get("matchExpressions").each():
            found.append(_expression(item))
    except Malformed as fault:
        return Selector(tuple(found), fault)
    return Selector(tuple(found))


def map_selector(wanted: Labels) -> Selector:
    """Read a Service's equality selector. An empty one selects nothing: its endpoints are managed by hand."""
    if not wanted:
        return NOTHING
    return Selector(tuple(Requirement(key, present=True, values=frozenset({value})) for key, value in wanted.items()))


def matches(node: Node, labels: Labels) -> bool:
    """Tell whether a label selector selects an object with these labels.

    Raises `Malformed` for an operator or values that the API refuses.
    """
    return selector(node).selects(labels)


def matches_map(wanted: Labels, labels: Labels) -> bool:
    """Evaluate a Service's equality selector."""
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())


def _expression(item: Node) -> Requirement:
    key = item.get("key").text()
    operator = item.get("operator").text()
    values = frozenset(text or "" for text in item.get("values").texts())  # null is read as no text
    if key is None or operator is None:
        raise Malformed(item.where, item.path, "key and operator", "neither or one")
    needs_values = operator in ("In", "NotIn")
    if needs_values != bool(values):
        raise Malformed(item.where, f"{item.path}.values", "values" if needs_values else "no values", "the opposite")
    match operator:
        case "In" | "NotIn":
            return Requirement(key, present=operator == "In", values=values)
        case "Exists" | "DoesNotExist":
            return Requirement(key, present=operator == "Exists", values=None)
        case _:
            raise Malformed(item.where, f"{item.path}.operator", "In, NotIn, Exists or DoesNotExist", repr(operator))


class Selectors:
    """Many selectors, asked at once which of them select an object.

    A set of selectors is a whole number with a bit for each. What bars a selector is found by the labels that an
    object has; what it wants is found per place among its conditions, since all of them must be met.
    """

    def __init__(self, selectors: Iterable[Selector]) -> None:
        self._barred: dict[tuple[str, str | None], int] = defaultdict(int)
        self._wanted: list[dict[tuple[str, str | None], int]] = []
        """Per place: label → the selectors that want it there."""
        self._shorter: list[int] = []
        """Per place: the selectors that want nothing there."""
        self._seen: dict[tuple[tuple[str, str], ...], int] = {}
        lengths: list[int] = []
        for number, item in enumerate(selectors):
            bit = 1 << number
            wanted = [condition for condition in item.requirements if condition.present]
            lengths.append(len(wanted))
            for condition in item.requirements:
                if not condition.present:
                    _add(self._barred, condition, bit)
            for place, condition in enumerate(wanted):
                if place == len(self._wanted):
                    self._wanted.append(defaultdict(int))
                _add(self._wanted[place], condition, bit)
        self._all = (1 << len(lengths)) - 1
        self._shorter = _shorter(lengths, len(self._wanted))

    def selecting(self, labels: Labels) -> int:
        """Return the selectors whose conditions labels meet, a bit each; of one with a fault, those before it."""
        known_as = tuple(labels.items())
        found = self._seen.get(known_as)
        if found is None:
            found = self._seen[known_as] = self._selecting(labels)
        return found

    def _selecting(self, labels: Labels) -> int:
        signs = [sign for key, value in labels.items() for sign in ((key, value), (key, None))]
        left = self._all
        for sign in signs:
            left &= ~self._barred.get(sign, 0)
        for wanted, shorter in zip(self._wanted, self._shorter, strict=True):
            if not left & ~shorter:
                break
            met = shorter
            for sign in signs:
                met |= wanted.get(sign, 0)
            left &= met
        return left


def _add(table: dict[tuple[str, str | None], int], condition: Requirement, bit: int) -> None:
    for value in (None,) if condition.values is None else condition.values:
        table[condition.key, value] |= bit


def _shorter(lengths: list[int], most: int) -> list[int]:
    """Return for each place the selectors that have fewer conditions than that."""
    found = [0] * most
    for number, length in enumerate(lengths):
        if length < most:
            found[length] |= 1 << number
    for place in range(1, most):
        found[place] |= found[place - 1]
    return found


def members(set_: int) -> Iterator[int]:
    """Yield the numbers of a set of selectors, lowest first."""
    digits = f"{set_:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
