"""The facts of one namespace, from a cluster, from a snapshot or from dumps. Read-only: nothing is ever changed."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from toetskader.collect.attempting import attempted, broken, not_seen
from toetskader.collect.kubernetes.access import collect_rights
from toetskader.collect.kubernetes.client import ApiServer
from toetskader.collect.kubernetes.dumps import read_dumps
from toetskader.collect.kubernetes.hide import Seen, hidden
from toetskader.collect.kubernetes.inside import collect_inside
from toetskader.collect.kubernetes.kubeconfig import Access, in_cluster, read_kubeconfig
from toetskader.collect.kubernetes.logs import collect_logs
from toetskader.collect.kubernetes.metrics import collect_metrics
from toetskader.collect.kubernetes.objects import collect_live
from toetskader.collect.kubernetes.snapshot import KIND_WORDS, NamespaceFact, read_snapshot, write_facts
from toetskader.collect.kubernetes.usage import collect_usage
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.kubernetes.declared import reading
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.monitors import MONITOR_KINDS
from toetskader.facts.kubernetes.workloads import WORKLOAD_KINDS
from toetskader.facts.redaction import Redaction
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.text import Text

KINDS = ("live", "logs", "metrics", "usage", "inside", "rights")
"""Kinds of facts of a namespace."""
DEADLINE_S = 120.0
"""Seconds that one namespace may take."""

READS: dict[str, tuple[str, ...]] = {
    "live": WORKLOAD_KINDS,  # whether anything runs: where nothing does, nothing is met
    "logs": WORKLOAD_KINDS,
    "metrics": (*WORKLOAD_KINDS, *MONITOR_KINDS),
    "usage": (),
    "inside": WORKLOAD_KINDS,
}
"""Facts that rest on the objects → kinds of objects that they are made from, whatever is judged."""


class NamespaceCollector:
    """Collects one namespace.

    Parameters: `entry`, where it is and how to look at it; `deadline_s`, seconds for all of it together; `now`, the
    moment that facts bear; `only`, the kinds of objects that judgements declare (`Pod`, `Ingress.networking.k8s.io`),
    None for all; `own`, namespaces of the same supplier, in which rights are no trespass.
    """

    def __init__(
        self,
        entry: NamespaceEntry,
        *,
        deadline_s: float = DEADLINE_S,
        now: datetime | None = None,
        only: Collection[str] | None = None,
        own: tuple[str, ...] = (),
    ) -> None:
        self._entry = entry
        self._own = own
        self._deadline_s = deadline_s
        self._now = now or datetime.now(UTC)
        self._only = only
        self.requests = 0

    def collect(self, kinds: frozenset[str]) -> dict[str, NamespaceFact | NotSeen]:
        """Collect the facts of these kinds, of `KINDS`, without secrets: of one namespace by itself.

        Each one that is not there has its reason; never raises.
        """
        return self.without_secrets(self.seen(kinds), Redaction())

    def seen(self, kinds: frozenset[str]) -> Seen:
        """Return what can be seen, secrets in it: for `without_secrets`, and nowhere else. Never raises."""
        wanted = [kind for kind in KINDS if kind in kinds]
        try:
            if self._entry.snapshot is not None:
                return Seen(read_snapshot(self._entry, self._entry.snapshot, frozenset(wanted)))
            if self._entry.dumps:
                return Seen(self._from_dumps(wanted))
            return self._from_cluster(self._access(), wanted)
        except Failed as outcome:
            return Seen(dict.fromkeys(wanted, self._not_seen(outcome.failure)))
        except Exception as fault:
            return Seen({kind: self._broken(kind, fault) for kind in wanted})

    def without_secrets(self, seen: Seen, redaction: Redaction) -> dict[str, NamespaceFact | NotSeen]:
        """Return the facts without the secrets in them. Parameters: `redaction`, of the target. Never raises."""
        try:
            return hidden(seen, redaction)
        except Failed as outcome:
            reason = self._not_seen(outcome.failure)
            return {kind: reason if kind in READS else fact for kind, fact in seen.facts.items()}
        except Exception as fault:
            return {kind: self._broken(kind, fault) for kind in seen.facts}

    def _access(self) -> Access:
        if self._entry.in_cluster:
            return in_cluster()
        if self._entry.kubeconfig is None:
            raise Failed(_no_source())
        return read_kubeconfig(self._entry.kubeconfig, self._entry.context)

    def _from_dumps(self, wanted: list[str]) -> dict[str, NamespaceFact | NotSeen]:
        found: dict[str, NamespaceFact | NotSeen] = {kind: self._not_seen(_not_in_dumps(kind)) for kind in wanted}
        dump = read_dumps(self._entry)
        if "live" in wanted:
            found["live"] = self._attempted("live", lambda: dump.live(now=self._now))
        if "rights" in wanted:
            found["rights"] = self._attempted("rights", lambda: dump.rights(now=self._now, own=self._own))
        return found

    def _from_cluster(self, access: Access, wanted: list[str]) -> Seen:
        found: dict[str, NamespaceFact | NotSeen] = {}
        live: NamespaceFact | NotSeen | None = None
        with ApiServer(access, deadline_s=self._deadline_s, user_agent=f"Toetskader/{version('toetskader')}") as server:
            entry, now = self._entry, self._now
            if READS.keys() & set(wanted):
                only = self._needed(wanted)
                live = self._attempted("live", lambda: collect_live(server, entry, now=now, only=only))
                if "live" in wanted:
                    found["live"] = live
                if isinstance(live, Live):
                    collectors: dict[str, Callable[[], NamespaceFact | NotSeen]] = {
                        "logs": lambda: collect_logs(server, live, now=now),
                        "metrics": lambda: collect_metrics(server, live, now=now),
                        "usage": lambda: collect_usage(server, live, now=now),
                        "inside": lambda: collect_inside(server, live, allowed=entry.exec, now=now),
                    }
                    for kind, collector in collectors.items():
                        if kind in wanted:
                            with reading(READS[kind]):
                                found[kind] = self._attempted(kind, collector)
                else:
                    found |= {kind: live for kind in wanted if kind in READS}
            if "rights" in wanted:
                found["rights"] = self._attempted("rights", lambda: collect_rights(server, entry, own=self._own))
            self.requests = server.requests
        return Seen(found, live if isinstance(live, Live) else None)

    def _needed(self, wanted: list[str]) -> frozenset[str] | None:
        """Return the kinds of objects to list: those that judgements need, and those that the other facts need."""
        if self._only is None:
            return None
        return frozenset(self._only).union(*(READS.get(kind, ()) for kind in wanted))

    def _attempted(self, kind: str, collector: Callable[[], NamespaceFact | NotSeen]) -> NamespaceFact | NotSeen:
        return attempted(collector, kind, self._entry.namespace, self._provenance)

    def _not_seen(self, failure: Failure) -> NotSeen:
        return not_seen(failure, self._provenance())

    def _broken(self, kind: str, fault: Exception) -> NotSeen:
        return self._not_seen(broken(kind, self._entry.namespace, fault))

    def _provenance(self) -> Provenance:
        return Provenance(at=self._now, by="kubernetes", source=_source(self._entry))


def _source(entry: NamespaceEntry) -> str:
    if entry.snapshot is not None:
        return f"{entry.snapshot.name}: {entry.namespace}"
    if entry.dumps:
        return f"{', '.join(path.name for path in entry.dumps[:3])}: {entry.namespace}"
    where = entry.context or (entry.kubeconfig.name if entry.kubeconfig else "in-cluster")
    return f"{where}: {entry.namespace}"


def _no_source() -> Failure:
    return Failure(
        Reason.REFUSED_INPUT,
        Text(
            "De namespace heeft geen bron; noem 'kubeconfig', 'in_cluster', 'snapshot' of 'dumps'.",
            "The namespace has no source; name 'kubeconfig', 'in_cluster', 'snapshot' or 'dumps'.",
        ),
    )


def _not_in_dumps(kind: str) -> Failure:
    words = KIND_WORDS[kind]
    return Failure(
        Reason.NOT_COLLECTED,
        Text(
            f"Uitvoer van kubectl bevat geen {words.nl}; toets met een kubeconfig of een snapshot.",
            f"Output of kubectl holds no {words.en}; audit with a kubeconfig or a snapshot.",
        ),
    )


def write_snapshot(
    entry: NamespaceEntry, folder: Path, *, deadline_s: float = DEADLINE_S, now: datetime | None = None
) -> tuple[Path, ...]:
    """Collect all facts of a namespace and write them to a folder, to hand over. Returns the files.

    Secrets and literal passwords are not in it. Raises `Failed` when the namespace could not be seen at all, and
    OSError when the folder cannot be written.
    """
    collector = NamespaceCollector(entry, deadline_s=deadline_s, now=now)
    facts = collector.collect(frozenset(KINDS))
    live = facts["live"]
    if isinstance(live, NotSeen):
        raise Failed(Failure(live.reason, live.message))
    return write_facts(entry, facts, folder, at=live.provenance.at)
