"""Programs that may keep what they store with themselves, whatever they are called: a data store, as far as shown.

No list of products tells every data store. What they have in common is how they stand in a release: others reach them
over the network, and they have storage that lasts and that no other program has. An application that keeps files on
such storage keeps the rest elsewhere, and is told where: the host of a database, the address of a service, a bucket.
Where nothing tells that, the data store and the application that keeps nothing but files look the same.

Source: DDC 7.15 (stateless processes; persistent information in external services).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from toetskader.facts.databases import DATABASE_KINDS, databases, keeps_file
from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.environment import ContainerEnvironment, Environment, Origin, Variable
from toetskader.facts.kubernetes.fronts import Services
from toetskader.facts.kubernetes.known_images import is_helper, server_in
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.servers import is_here
from toetskader.facts.kubernetes.storage import Volume, VolumeType, mounts, volumes
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads
from toetskader.facts.mounts import FILE_KINDS, mounted_files
from toetskader.facts.names import words
from toetskader.patterns import linear

# Ports for monitors: a worker has them too, and nothing is stored through them.
_MONITORED = frozenset({"metric", "metrics", "prometheus", "prom", "monitoring", "health", "healthz", "probe", "debug"})
# Storage of CSI drivers that a pod names itself is most often a vault's.
_NO_DATA = frozenset({"csi"})

# Names of settings, in words, that say where something else is.
_PLACE = linear(
    r".*\b(?:hosts?|hostname|urls?|uri|dsn|servers?|address|addr|endpoints?|connection(?: string)?|brokers?"
    r"|bucket(?: name)?|storage account(?: name)?)"
)
# Where the program itself is, alone or among other words.
_ITSELF = linear(
    r"(?:(?:app|application|base|cluster|external|http|public|server|service|site|web) ){0,3}"
    r"(?:hosts?|hostname|urls?|uri|servers?|address|addr)"
    r"|(?:.*\b)?(?:advertised|allowed|bind|callback|initial|listen|own|redirect|root|self)\b.*"
)
# What is sent there is not what the program is asked for again: traces, mail, who signs in.
_NOT_STORED = linear(
    r"(?:.*\b)?(?:otel|otlp|sentry|jaeger|zipkin|tracing|mail|email|smtp|proxy|oidc|issuer|jwks|log|metrics)\b.*"
)
_ADDRESS = linear(r"\b([a-z][a-z0-9+.-]{1,20})://(?:[^\s/@\"']{0,200}@)?([^\s/\"',]{1,200})", re.IGNORECASE)
_NO_STORE = frozenset({"http", "https", "file", "sqlite", "sqlite3", "tcp", "udp", "unix", "grpc"})


@dataclass(frozen=True, slots=True)
class OwnData:
    """Storage of a container of which nothing shows that it holds files only."""

    container: Container
    path: str
    """Where it is mounted."""
    volume: Volume


OWN_DATA_KINDS = tuple(dict.fromkeys(("Service", *FILE_KINDS, *DATABASE_KINDS)))
"""Kinds of objects that tell of a data store under any name (`own_data`)."""


def own_data(workloads: Workloads, objects: Objects, environment: Environment) -> Iterator[OwnData]:
    """Yield the containers that keep running and serve others, have lasting storage to themselves, and are told of no
    place elsewhere where they keep what they store; servers that are known left out.

    Raises `Malformed`, and `Unseen` where Services were not seen.
    """
    must_be_declared(*OWN_DATA_KINDS)
    found = [(item, kept) for item in environment.of_containers for kept in _candidate(item, workloads, objects)]
    users = databases(workloads, objects, environment, ()).users if found else ()
    for item, (path, volume) in found:
        told = item.container in users and not any(map(keeps_file, item.variables.values()))
        if not told and not _told_elsewhere(item, objects):
            yield OwnData(item.container, path, volume)


def _candidate(item: ContainerEnvironment, workloads: Workloads, objects: Objects) -> Iterator[tuple[str, Volume]]:
    container = item.container
    lives_on = container.workload.is_long_running and container.runs_continuously
    if lives_on and not is_helper(container) and server_in(container) is None and _serves(container, objects):
        yield from _kept(container, workloads)


def _kept(container: Container, workloads: Workloads) -> Iterator[tuple[str, Volume]]:
    for mount, volume in mounts(container):
        lasting = volume is not None and volume.type in (VolumeType.CLAIM, VolumeType.EXTERNAL)
        if volume is None or not lasting or volume.source in _NO_DATA or mount.get("readOnly").flag() is True:
            continue
        if volume.node.get("readOnly").flag() is not True and not _is_shared(volume, container.workload, workloads):
            yield mount.get("mountPath").text() or "", volume


def _is_shared(volume: Volume, workload: Workload, workloads: Workloads) -> bool:
    """Tell whether another program that keeps running has the claim too: then it holds files, not a store's data."""
    return volume.claim_name is not None and any(
        other.claim_name == volume.claim_name
        for item in workloads.of_namespace
        if item is not workload and item.is_long_running and item.namespace == workload.namespace
        for other in volumes(item)
    )


def _serves(container: Container, objects: Objects) -> bool:
    """Tell whether others may reach a container, other than a monitor: by a port of its own or a Service."""
    ports = list(container.get("ports").each())
    if not ports:
        for service in objects.derived(Services).of(container.workload):
            ports += service.get("spec", "ports").each()
    return any(_MONITORED.isdisjoint(words(port.get("name").text() or "").split()) for port in ports)


def _told_elsewhere(item: ContainerEnvironment, objects: Objects) -> bool:
    workload = item.container.workload
    own = frozenset({workload.name, *(service.name for service in objects.derived(Services).of(workload))})
    if any(_names_place(variable, own) for variable in item.variables.values()):
        return True
    texts = [item.container.command_text]
    for file in mounted_files(item.container, objects):
        if file.database:
            return True
        texts.append(file.text or "")
    return any(_has_store_address(text, own) for text in texts)


def _names_place(variable: Variable, own: Collection[str]) -> bool:
    if (
        variable.origin is Origin.DOWNWARD
        or variable.value == ""
        or keeps_file(variable)
        or _is_own(variable.text, own)
    ):
        return False
    if _has_store_address(variable.text, own):
        return True
    name = words(variable.name)
    return (
        _PLACE.fullmatch(name) is not None and _ITSELF.fullmatch(name) is None and _NOT_STORED.fullmatch(name) is None
    )


def _is_own(text: str, own: Collection[str]) -> bool:
    """Tell whether a place is the program itself: this pod, its Service, or a pod beside it (`graph-0.graph`)."""
    return is_here(text) or any(
        part in own or part.rstrip("0123456789").rstrip("-") in own for part in _PART.findall(text[:_LONGEST])
    )


_PART = re.compile(r"[a-z0-9-]+")
_LONGEST = 2000


def _has_store_address(text: str, own: Collection[str]) -> bool:
    """Tell whether a text holds the address of something elsewhere that no browser speaks with: `mongodb://db/app`."""
    return "://" in text and any(
        match[1].lower() not in _NO_STORE and not _is_own(match[2], own) for match in _ADDRESS.finditer(text)
    )
