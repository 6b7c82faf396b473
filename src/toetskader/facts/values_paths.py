"""Which values of a chart to change to see whether a number of replicas or a host name arrives in a render.

Paths are written as in Helm's `--set`: `ingress.hosts[0].host`; a dot, bracket or backslash in a key is escaped with
a backslash. Values come from a supplier, so walks are iterative and trust no type.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.routes import routes
from toetskader.facts.values import Steps, walk_leaves

VANITY_HOST = "mooietoepassingsnaam.gemeente.nl"
"""A host name that no chart has of its own; DDC 7.8 gives it as the example."""

_SPECIAL = re.compile(r"([\\.\[\]])")
_STEP = re.compile(r"\[(?P<index>[0-9]+)\]|(?P<key>(?:[^\\.\[\]]|\\.)+)", re.DOTALL)
_REPLICAS = ("replicas", "replicacount", "replica-count", "replica_count")
_HOST_KEY = re.compile(
    r"hosts?|host_?names?|(base|site|sub|public)?_?domains?|fqdn|.*host_?name|.*domain", re.IGNORECASE
)
_HOST_LISTS = re.compile(r"(extra)?(hosts|hostnames|domains)", re.IGNORECASE)
_ROUTING = re.compile(
    r"(.*[iI]|I)ngress(es)?|ingress(es|Route)?|(.*[a-z]G|g)ateway|(.*R|r)outes?|apisix.*|virtualService"
)
_ANYWHERE = frozenset({"host", "hostname", "domain", "fqdn", "sitedomain", "publichost", "ingresshost"})


def join_path(steps: Steps) -> str:
    """Write the steps to a value as one path."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            key = _SPECIAL.sub(r"\\\1", step)
            path += f".{key}" if path else key
    return path


def split_path(path: str) -> Steps:
    """Read a path into its steps: text for a key, a number for an index."""
    return tuple(
        int(match["index"]) if match["index"] is not None else re.sub(r"\\(.)", r"\1", match["key"], flags=re.DOTALL)
        for match in _STEP.finditer(path)
    )


def for_helm(values: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Rewrite overrides so that no path goes into a list: Helm merges mappings, but replaces lists whole.

    Parameters: `values`, from which the rest of such a list is taken; `overrides`, path → value. In the result only
    dots are escaped. A path into a list that the values do not hold is left out.
    """
    lists: dict[Steps, Any] = {}
    plain: dict[str, Any] = {}
    for path, value in overrides.items():
        steps = split_path(path)
        index = next((at for at, step in enumerate(steps) if isinstance(step, int)), None)
        if index is None:
            plain[_dotted(steps)] = value
            continue
        outer = steps[:index]
        if outer not in lists:
            lists[outer] = copy.deepcopy(_at(values, outer))
        holder = _at(lists[outer], steps[index:-1])
        last = steps[-1]
        in_list = isinstance(holder, list) and isinstance(last, int) and last < len(holder)
        if in_list or (isinstance(holder, dict) and isinstance(last, str)):
            holder[last] = value
    return plain | {_dotted(steps): value for steps, value in lists.items() if isinstance(value, list)}


def replica_paths(values: Mapping[str, Any], *, more: int = 1) -> dict[str, Any]:
    """Return the path of every value that by its name sets a number of replicas, with another number to try.

    Parameters: `more`, by how much to raise each. Bounds of autoscaling (`minReplicas`, `maxReplicas`) are no such
    numbers. Subcharts' values stand under their name and are found as well.
    """
    return {
        path: raised
        for path, raised in number_paths(values, more=more).items()
        if (steps := split_path(path)) and _names_replicas(str(steps[-1]).lower())
    }


def number_paths(values: Mapping[str, Any], *, more: int = 1) -> dict[str, Any]:
    """Return the path of every whole number under a key of its own, raised by `more`; text stays text."""
    found = {}
    for steps, value in walk_leaves(values):
        number = _whole_number(value)
        if number is not None and isinstance(steps[-1], str):
            found[join_path(steps)] = as_before(value, number + more)
    return found


def as_before(value: Any, number: int) -> Any:
    """Return a number in the form that a value has: what is text stays text."""
    return str(number) if isinstance(value, str) else number


def value_at(values: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path; None where it leads nowhere."""
    return _at(values, split_path(path))


def _names_replicas(key: str) -> bool:
    return key.endswith(_REPLICAS) and not key.startswith(("min", "max"))


def host_paths(values: Mapping[str, Any], objects: Objects, *, host: str = VANITY_HOST) -> dict[str, Any]:
    """Return the path of every value that sets a host name of a route, with what to set it to.

    Parameters: `values`, as the render used them; `objects`, of that render; `host`, the host name to try.

    Found are: text equal to a host that a route of the render answers to; a part of such a host (`app` and
    `gemeente.nl` of `app.gemeente.nl`) under a key that names hosts or domains, which gets the same part of `host`;
    and whatever is called a host below a section about routing. Where the render has no route at all, the sections
    nearest to the top are switched on, one of each parent: charts refuse an ingress and a gateway together.
    Raises `Malformed` for a route that cannot be read.
    """
    rendered = _Hosts({item.name for route in routes(objects) for item in route.hosts if item.name})
    switched_on = {} if any(True for _ in routes(objects)) else _switches(values)
    sections = {split_path(path)[:-1] for path in switched_on}
    found: dict[str, Any] = {}
    for steps, value in walk_leaves(values):
        new = _new_host(steps, value, rendered, host, routed=not switched_on or _below(steps, sections))
        if new is not None:
            found[join_path(steps)] = new
    return found | switched_on


def _new_host(steps: Steps, value: Any, rendered: "_Hosts", host: str, *, routed: bool) -> Any:
    """Return what to set a leaf to, or None when it names no host of a route."""
    if not isinstance(value, str) and value != []:
        return None
    keys = [step for step in steps if isinstance(step, str)]
    if not keys or "networkpolicy" in (key.lower() for key in keys):
        return None
    names_host = _HOST_KEY.fullmatch(keys[-1]) is not None
    if isinstance(value, str) and value in rendered.names:
        return host
    if isinstance(value, str) and value and names_host:
        part = _same_part(value, rendered, host)
        if part is not None:
            return part
    in_section = any(_ROUTING.fullmatch(key) for key in keys[:-1])
    if isinstance(value, str) and names_host and in_section and routed:
        return host
    if value == [] and _HOST_LISTS.fullmatch(keys[-1]) and in_section and routed and "tls" not in keys:
        # The shapes that `helm create` gives: objects for an Ingress, plain names for an HTTPRoute.
        return [_ingress_host(host)] if keys[-1].lower().endswith("hosts") else [host]
    if isinstance(value, str) and not rendered.names and keys[-1].lower() in _ANYWHERE and _is_general(keys):
        return host
    return None


def _ingress_host(host: str) -> dict[str, Any]:
    return {"host": host, "paths": [{"path": "/", "pathType": "ImplementationSpecific"}]}


def _is_general(keys: list[str]) -> bool:
    """True for a key at the top, in `global`, or the site's domain in the settings: not the host of a database."""
    return len(keys) == 1 or keys[:-1] == ["global"] or keys[-1].lower() == "sitedomain"


class _Hosts:
    """Hosts that a render answers to, with the parts that a value can be of one."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        divided = [(name[:at], name[at + 1 :]) for name in names for at, char in enumerate(name) if char == "."]
        self.beginnings = {before for before, _ in divided}
        self.domains = {after for _, after in divided}


def _same_part(value: str, rendered: _Hosts, host: str) -> str | None:
    """Return the part of the new host that a value is of a rendered one: its first label, or the domain after it."""
    label, _, domain = host.partition(".")
    if value in rendered.beginnings:
        return label
    return domain if value.lstrip(".") in rendered.domains else None


def _switches(values: Mapping[str, Any]) -> dict[str, bool]:
    """Return the `enabled` paths that switch routing on: nearest to the top, one of each parent, an ingress first."""
    sections = [
        steps[:-1]
        for steps, value in walk_leaves(values)
        if value is False
        and len(steps) > 1
        and steps[-1] == "enabled"
        and isinstance(steps[-2], str)
        and _ROUTING.fullmatch(steps[-2])
        and not any("networkpolicy" in str(step).lower() for step in steps)
    ]
    nearest = min((len(steps) for steps in sections), default=0)
    chosen: dict[Steps, Steps] = {}
    for steps in sorted(sections, key=lambda steps: "ingress" not in str(steps[-1]).lower()):
        if len(steps) == nearest:
            chosen.setdefault(steps[:-1], steps)
    return {join_path((*steps, "enabled")): True for steps in chosen.values()}


def _below(steps: Steps, sections: set[Steps]) -> bool:
    return any(steps[:length] in sections for length in range(len(steps) + 1))


def _whole_number(value: Any) -> int | None:
    """Read a number as values hold it; Helm makes every number of a values file a float."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return None


def _at(holder: Any, steps: Steps) -> Any:
    """Follow steps; None where they lead nowhere."""
    for step in steps:
        if isinstance(holder, Mapping) and isinstance(step, str):
            holder = holder.get(step)
        elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
            holder = holder[step]
        else:
            return None
    return holder


def _dotted(steps: Steps) -> str:
    return ".".join(str(step).replace(".", "\\.") for step in steps)
