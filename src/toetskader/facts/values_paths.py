"""Which values of a chart to change to see whether a number of replicas or a host name arrives in a render.

Paths are written as in Helm's `--set`: `ingress.hosts[0].host`; a dot, bracket or backslash in a key is escaped with
a backslash. Values come from a supplier, so walks are iterative and trust no type.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.routes import routes
from toetskader.facts.list_shapes import Shape, element_shape
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


class HostChanges(NamedTuple):
    """What to change for another host name."""

    changes: dict[str, Any]
    """Values path → what to set it to."""
    certain: dict[str, Any]
    """Those of values that a route of the render shows: nothing is switched on or made up for these."""
    unknown: tuple[str, ...]
    """Lists of hosts of which no template shows what an element looks like."""


def host_paths(
    values: Mapping[str, Any], objects: Objects, files: Mapping[str, str], *, host: str = VANITY_HOST
) -> HostChanges:
    """Return the path of every value that sets a host name of a route, with what to set it to.

    Parameters: `values`, as the render used them; `objects`, of that render; `files`, those of the chart, whose
    templates show what the elements of an empty list look like; `host`, the host name to try.

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
    certain: dict[str, Any] = {}
    unknown = []
    for steps, value in walk_leaves(values):
        keys = [step for step in steps if isinstance(step, str)]
        if not (isinstance(value, str) or value == []) or not keys or _is_of_policy(keys):
            continue
        shown = _shown_host(keys, value, rendered, host) if value else None
        if shown is not None:
            path = join_path(steps)
            found[path] = certain[path] = shown
        elif value == []:
            if _is_host_list(keys) and (not switched_on or _below(steps, sections)):
                element = _element(files, steps, host)
                if element is None:
                    unknown.append(join_path(steps))
                else:
                    found[join_path(steps)] = [element]
        elif _may_be_host(keys, rendered, routed=not switched_on or _below(steps, sections)):
            found[join_path(steps)] = host
    return HostChanges(found | switched_on, certain, tuple(unknown))


def _shown_host(keys: list[str], value: str, rendered: "_Hosts", host: str) -> str | None:
    """Return what to set text to that is a host of a route in the render, or a part of one; None for another."""
    if value in rendered.names:
        return host
    return _same_part(value, rendered, host) if _HOST_KEY.fullmatch(keys[-1]) else None


def _may_be_host(keys: list[str], rendered: "_Hosts", *, routed: bool) -> bool:
    """Tell whether text sets a host of a route by its name: in a section about routing, or for all of the chart."""
    if routed and _HOST_KEY.fullmatch(keys[-1]) and any(_ROUTING.fullmatch(key) for key in keys[:-1]):
        return True
    return not rendered.names and keys[-1].lower() in _ANYWHERE and _is_general(keys)


def _is_host_list(keys: list[str]) -> bool:
    """Tell whether a list is one of hosts in a section about routing, and not of names on a certificate."""
    named = _HOST_LISTS.fullmatch(keys[-1]) is not None
    return named and "tls" not in keys and any(_ROUTING.fullmatch(key) for key in keys[:-1])


def _is_of_policy(keys: list[str]) -> bool:
    return "networkpolicy" in (key.lower() for key in keys)


def _element(files: Mapping[str, str], steps: Steps, host: str) -> Any:
    """Return an element for an empty list of hosts, as the templates take it; None when that does not show."""
    shape = element_shape(files, tuple(str(step) for step in steps))
    if shape is None or shape.is_handed_on or (shape.is_text and shape.fields):
        return None
    if shape.is_text:
        return host
    named = next((name for name in (*filter(_HOST_KEY.fullmatch, shape.fields), "name") if name in shape.fields), None)
    if named is None:
        return None
    return _filled(shape, {named: host})


def _filled(shape: Shape, known: dict[str, Any]) -> dict[str, Any]:
    """Fill in the fields of an element that say what a route takes: all paths."""
    found = dict(known)
    for name, inner in shape.fields.items():
        if inner is not None and not inner.is_handed_on and name.lower() == "paths":
            found[name] = ["/"] if inner.is_text else [_filled(inner, {})]
        elif inner is None and name in _OF_PATHS:
            found[name] = _OF_PATHS[name]
    return found


_OF_PATHS = {"path": "/", "pathType": "Prefix"}


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
