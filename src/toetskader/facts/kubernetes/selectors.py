"""Label selectors, evaluated as the Kubernetes API does (apimachinery `metav1.LabelSelectorAsSelector`)."""

from collections.abc import Mapping

from toetskader.facts.attempt import Malformed
from toetskader.facts.kubernetes.node import Node


def matches(selector: Node, labels: Mapping[str, str]) -> bool:
    """Tell whether a label selector selects an object with these labels.

    An empty selector (`{}`) selects everything, an absent one nothing. `NotIn` and `DoesNotExist` hold for a
    label that is absent. Raises `Malformed` for an operator or values that the API refuses.
    """
    if not selector:
        return False
    if any(labels.get(key) != value for key, value in selector.get("matchLabels").labels().items()):
        return False
    return all(_expression(item, labels) for item in selector.get("matchExpressions").each())


def matches_map(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Evaluate a Service's equality selector. An empty one selects nothing: its endpoints are managed by hand."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def _expression(item: Node, labels: Mapping[str, str]) -> bool:
    key = item.get("key").text()
    operator = item.get("operator").text()
    values = [value.text() for value in item.get("values").each()]
    if key is None or operator is None:
        raise Malformed(item.where, item.path, "key and operator", "neither or one")
    needs_values = operator in ("In", "NotIn")
    if needs_values != bool(values):
        raise Malformed(item.where, f"{item.path}.values", "values" if needs_values else "no values", "the opposite")
    match operator:
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            raise Malformed(item.where, f"{item.path}.operator", "In, NotIn, Exists or DoesNotExist", repr(operator))
