"""All objects of a namespace that requirements need: a list per kind, several at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from toetskader.collect.kubernetes.client import AT_ONCE, ApiServer
from toetskader.collect.kubernetes.lists import Listed, list_kind, list_of_unserved
from toetskader.collect.kubernetes.namespace import exists, perhaps_absent
from toetskader.collect.kubernetes.resources import RESOURCES, Resource, Served, discover, server_version
from toetskader.core.failure import Failed
from toetskader.facts.attempt import Provenance
from toetskader.facts.kubernetes.declared import is_among
from toetskader.facts.kubernetes.flux import SOURCES
from toetskader.facts.kubernetes.live import ListOutcome, Live, as_objects
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.text import Text

# Flux says on each object what applied it, which often lives in a namespace of its own.
_FLUX_LABELS = {
    "kustomize.toolkit.fluxcd.io/namespace": "Kustomization",
    "helm.toolkit.fluxcd.io/namespace": "HelmRelease",
}
_FLUX_GROUP = ".toolkit.fluxcd.io"
_MOST_FLUX_NAMESPACES = 3


@dataclass(slots=True)
class Collected:
    """A namespace as it was read, before secrets are taken out."""

    kubernetes: str
    listed: dict[tuple[str, str], Listed]
    served: Served

    def documents(self) -> Iterable[dict[str, Any]]:
        """Yield every object."""
        for listed in self.listed.values():
            yield from listed.documents


def collect_live(server: ApiServer, entry: NamespaceEntry, *, now: datetime, only: Collection[str] | None) -> Live:
    """Read the objects of a namespace, secrets in them.

    Parameters: `only`, the kinds of objects that are needed (`facts.kubernetes.declared`); None for all that judgements
    know. Raises `Failed` when nothing can be seen; a kind that was refused, or not needed, is an outcome in the fact.
    """
    with ThreadPoolExecutor(AT_ONCE) as workers:
        collected = _collected(server, entry.namespace, only, workers)
    # What holds something is there. Of a namespace that is not there, lists are empty without a word of it.
    if not any(item.documents for item in collected.listed.values()) and not exists(server, entry.namespace):
        raise Failed(perhaps_absent(entry.namespace))
    provenance = Provenance(
        at=now,
        by=f"kubernetes: API server {collected.kubernetes or '?'}",
        source=f"{server.access.name}: {entry.namespace}",
    )
    outcomes = [item.outcome for item in collected.listed.values()]
    return Live(
        provenance=provenance,
        commands=_commands(entry, outcomes),
        namespace=entry.namespace,
        environment=entry.environment,
        selector=entry.selector,
        kubernetes=collected.kubernetes,
        objects=as_objects(collected.documents()),
        lists=(*outcomes, *_through_slices(outcomes)),
        unknown=collected.served.unknown,
        others=collected.served.others(),
        requests=server.requests,
    )


def _collected(
    server: ApiServer, namespace: str, only: Collection[str] | None, workers: ThreadPoolExecutor
) -> Collected:
    version = workers.submit(server_version, server)
    served = discover(server)
    wanted = to_list(only)
    independent = {
        item.key: workers.submit(_listed, server, item, served, namespace) for item in wanted if not item.only_with
    }
    listed = {key: soon.result() for key, soon in independent.items()}
    dependent = {}
    for item in wanted:
        if item.only_with:
            needed = any(one.documents for (kind, _), one in listed.items() if kind in item.only_with)
            # Without what would use them they say nothing of this namespace, and so are as good as seen.
            dependent[item.key] = workers.submit(_listed if needed else _not_needed, server, item, served, namespace)
    listed |= {key: soon.result() for key, soon in dependent.items()}
    _add_flux(server, namespace, served, listed, workers)
    listed |= {item.key: _left_out(item, served) for item in RESOURCES if item not in wanted}
    return Collected(version.result(), listed, served)


def to_list(only: Collection[str] | None) -> tuple[Resource, ...]:
    """Return what to list: the kinds that are needed, and those without which they are not asked for."""
    if only is None:
        return RESOURCES
    needed = frozenset(only)
    wanted = [item for item in RESOURCES if is_among(*item.key, needed)]
    needed = needed.union(kind for item in wanted for kind in item.only_with)
    return tuple(item for item in RESOURCES if is_among(*item.key, needed))


def _listed(server: ApiServer, resource: Resource, served: Served, namespace: str) -> Listed:
    version = served.version(resource)
    if version is None and resource.group in served.stale:
        version = resource.versions[0]
    return list_of_unserved(resource) if version is None else list_kind(server, resource, version, namespace)


def _left_out(resource: Resource, served: Served) -> Listed:
    """Say of a kind that no requirement that was selected reads it. Then none may be judged as if there were none."""
    if served.version(resource) is None and resource.group not in served.stale:
        return list_of_unserved(resource)
    outcome = ListOutcome(
        group=resource.group,
        version=served.version(resource) or resource.versions[0],
        kind=resource.kind,
        plural=resource.plural,
        complete=False,
        left_out=True,
        reason=Text(
            f"{resource.name} is niet opgevraagd, want geen eis die toen gekozen was leest het; toets opnieuw, zonder "
            "--replay.",
            f"{resource.name} was not asked for, as no requirement that was selected then reads it; audit again, "
            "without --replay.",
        ),
    )
    return Listed(outcome)


def _not_needed(server: ApiServer, resource: Resource, served: Served, namespace: str) -> Listed:  # noqa: ARG001
    version = served.version(resource)
    if version is None:
        return list_of_unserved(resource)
    outcome = ListOutcome(group=resource.group, version=version, kind=resource.kind, plural=resource.plural)
    return Listed(outcome)


def _add_flux(
    server: ApiServer,
    namespace: str,
    served: Served,
    listed: dict[tuple[str, str], Listed],
    workers: ThreadPoolExecutor,
) -> None:
    """Add what Flux applies this namespace's objects with, when that lives elsewhere."""
    elsewhere: dict[str, set[str]] = defaultdict(set)
    for item in list(listed.values()):
        for document in item.documents:
            labels = document["metadata"].get("labels") if isinstance(document.get("metadata"), dict) else None
            for label, kind in _FLUX_LABELS.items():
                place = labels.get(label) if isinstance(labels, dict) else None
                if isinstance(place, str) and place != namespace:
                    elsewhere[place].add(kind)
    flux = [item for item in RESOURCES if item.group.endswith(_FLUX_GROUP) and item.key in listed]
    running = [
        (item, workers.submit(_listed, server, item, served, place))
        for place, kinds in sorted(elsewhere.items())[:_MOST_FLUX_NAMESPACES]
        for item in flux
        if (item.kind in kinds or item.kind in SOURCES) and listed[item.key].outcome.served
    ]
    for resource, soon in running:
        here, there = listed[resource.key], soon.result()
        outcome = there.outcome if here.outcome.complete else here.outcome
        listed[resource.key] = Listed(
            msgspec.structs.replace(
                outcome,
                count=here.outcome.count + there.outcome.count,
                requests=here.outcome.requests + there.outcome.requests,
            ),
            here.documents + there.documents,
        )


def _through_slices(outcomes: Iterable[ListOutcome]) -> Iterator[ListOutcome]:
    """Say of Endpoints what was seen of EndpointSlices, which hold the same: those made by hand are mirrored."""
    for found in outcomes:
        if found.kind == "EndpointSlice":
            yield msgspec.structs.replace(
                found, group="", version="v1", kind="Endpoints", plural="endpoints", served=True, count=0, requests=0
            )


def _commands(entry: NamespaceEntry, outcomes: list[ListOutcome]) -> tuple[str, ...]:
    seen = [item for item in outcomes if item.served and item.requests]
    whole = ",".join(item.resource for item in seen if item.kind != "Secret")
    start = f"kubectl --context={entry.context}" if entry.context else "kubectl"
    return (
        f"{start} get namespace {entry.namespace} -o yaml",
        f"{start} --namespace={entry.namespace} get {whole} -o yaml",
        f"{start} --namespace={entry.namespace} get secrets",
    )
