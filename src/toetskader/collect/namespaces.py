"""The namespace part of a target, collected: every environment once, at the same time."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from toetskader.collect.collector import Collector
from toetskader.collect.kubernetes.collector import KINDS, NamespaceCollector
from toetskader.facts.key import Attempt, FactKey
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.redaction import Redaction
from toetskader.kinds.namespace.part import NamespaceEntry


@contextmanager
def namespaces(*_: object) -> Iterator[Collector[tuple[NamespaceEntry, ...]]]:
    """Open the collector of namespaces, which share nothing."""
    yield lambda entries, task: collect_namespaces(entries, task.wanted.kinds, task.wanted.objects, task.redaction)


def collect_namespaces(
    entries: Iterable[NamespaceEntry], kinds: frozenset[str], objects: frozenset[str], redaction: Redaction
) -> dict[FactKey, Attempt]:
    """Collect the facts of the namespaces of a target.

    Parameters: `kinds`, the kinds of facts that the selected requirements need; `objects`, the kinds of objects that
    their judgements declare to read: no other is asked for; `redaction`, of the target. Never raises: each fact that
    is not there has a reason.
    """
    wanted = kinds & set(KINDS)
    entries = tuple(entries)
    if not wanted or not entries:
        return {}
    only = None if EVERY_KIND in objects else objects
    own = tuple(dict.fromkeys(name for entry in entries for name in (entry.namespace, *entry.own)))
    collectors = [NamespaceCollector(entry, only=only, own=own) for entry in entries]
    with ThreadPoolExecutor(len(entries)) as workers:
        found = list(workers.map(lambda collector: collector.seen(wanted), collectors))
    # In the target's order, whichever answered first: two runs on one thing give the same markers.
    return {
        FactKey(kind, entry.environment): attempt
        for entry, collector, seen in zip(entries, collectors, found, strict=True)
        for kind, attempt in collector.without_secrets(seen, redaction).items()
    }
