"""Numbers as Kubernetes writes them: resource quantities, and whole numbers or percentages."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.node import Node, type_name

# apimachinery `resource.Quantity`: signed decimal, then a binary, decimal or exponent suffix. Lengths are bounded here.
_QUANTITY = re.compile(
    r"([+-]?(?:[0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30}))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?"
)
_SUFFIX = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal("1e3"),
    "M": Decimal("1e6"),
    "G": Decimal("1e9"),
    "T": Decimal("1e12"),
    "P": Decimal("1e15"),
    "E": Decimal("1e18"),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
_PERCENTAGE = re.compile(r"[0-9]{1,6}%")


def quantity(node: Node) -> Decimal | None:
    """Return the resource quantity here (`250m`, `1`, `512Mi`), or None when absent.

    Raises `Malformed` for what is no quantity.
    """
    value = node.value
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Malformed(node.where, node.path, "quantity", type_name(value))
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        raise Malformed(node.where, node.path, "quantity", repr(str(value)[:40]))
    number, suffix = Decimal(match[1]), match[2] or ""
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix != "Ei":
        return number.scaleb(int(suffix[1:]))
    return number * _SUFFIX.get(suffix, Decimal(1))


def int_or_percentage(node: Node, total: int, *, round_up: bool) -> int | None:
    """Return the whole number here, a percentage taken of `total`, or None when absent.

    Parameters: `round_up`, as the controller that reads the field rounds. Raises `Malformed` for anything else.
    """
    value = node.value
    if not isinstance(value, str):
        return node.number()
    if not _PERCENTAGE.fullmatch(value):
        raise Malformed(node.where, node.path, "whole number or percentage", repr(value[:40]))
    share = Decimal(value[:-1]) * total / 100
    return int(share.to_integral_value(ROUND_CEILING if round_up else ROUND_FLOOR))
