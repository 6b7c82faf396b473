"""The chart part of a target, collected: its files, and a render of every values set, as it is and as a probe."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from toetskader.collect.attempting import not_seen
from toetskader.collect.collector import Collector, Means, Task
from toetskader.collect.helm.archive import read_text
from toetskader.collect.helm.circumstances import at_an_upgrade, otherwise
from toetskader.collect.helm.cluster import api_versions, full_version
from toetskader.collect.helm.dependencies import RemoteChart
from toetskader.collect.helm.engine import Helm, OpenChart
from toetskader.collect.helm.hide import without_secrets
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.probes import Probes
from toetskader.collect.helm.protocol import Description, Rendered, RenderRequest
from toetskader.collect.helm.scaling import Scaling
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import Malformed, NotSeen, Provenance
from toetskader.facts.chart import ChartAttempt, ChartFiles, LintMessage, OutsideSchema, Render, Untried
from toetskader.facts.key import Attempt, FactKey, Need
from toetskader.facts.kubernetes.drift import varying
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.redaction import Redaction
from toetskader.facts.values_paths import HostChanges, for_helm, host_paths
from toetskader.kinds.chart.part import ChartPart, ChartSource, LocalChart, OciChart, ValuesSet, source_name
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.kinds.release import RELEASE
from toetskader.targets.models import Target
from toetskader.text import Text

_PROBES = ("render_next", "render_vanity", "render_scaled")
_REVISION_OF_AN_UPGRADE = 3


@contextmanager
def charts(means: Means, count: int) -> Iterator[Collector[ChartPart]]:
    """Open the collector of charts, for all charts of a run one pool of Helm processes."""
    with Helm(means.helm_program, charts=count) as helm:
        version = helm.version()

        def collected(part: ChartPart, task: Task) -> Mapping[FactKey, Attempt]:
            target, needs, redaction = task.target, task.wanted.needs, task.redaction
            if isinstance(version, Failure):
                return refused_chart(target, part, needs, version, redaction)
            running = {key.scene: seen for key, seen in task.seen.items() if isinstance(seen, Live)}
            return collect_chart(helm, target, part, needs, by=str(version), redaction=redaction, running=running)

        yield collected


def collect_chart(
    helm: Helm,
    target: Target,
    part: ChartPart,
    needs: frozenset[Need],
    *,
    by: str,
    redaction: Redaction,
    running: Mapping[str, Live] | None = None,
) -> dict[FactKey, ChartAttempt]:
    """Collect the facts of a target's chart part.

    Parameters: `needs`, what the selected requirements need; a probe with another host is made with its name; `by`,
    which Helm this is; `redaction`, of the target; `running`, environment → what was seen there, for whose Kubernetes
    the chart is rendered once more.
    Never raises for what a supplier hands us: each fact that is not there has a reason.
    """
    collection = _Collection(target, part, needs, by, running=running or {})
    with helm.turn():
        opened = helm.open(_source(part.source), allow_private=part.allow_private)
        if isinstance(opened, Failure):
            collection.refuse_all(opened)
        else:
            with opened:
                collection.read(opened, helm.limits)
    return collection.facts(redaction)


def refused_chart(
    target: Target, part: ChartPart, needs: frozenset[Need], refusal: Failure, redaction: Redaction
) -> dict[FactKey, ChartAttempt]:
    """Return the facts of a chart of which nothing can be seen: every one of them with the reason."""
    collection = _Collection(target, part, needs, "helm", running={})
    collection.refuse_all(refusal)
    return collection.facts(redaction)


class _Collection:
    """One chart being collected."""

    def __init__(
        self,
        target: Target,
        part: ChartPart,
        needs: frozenset[Need],
        by: str,
        *,
        running: Mapping[str, Live],
    ) -> None:
        self.by = by
        self.probes = Probes.drawn()
        self.target = target
        self.namespaces = RELEASE.of(target.parts) or ()
        self.part = part
        self.needs = sorted(needs)
        self.kinds = {need.kind for need in needs}
        self.running = running
        self.digest = ""
        self.texts: dict[str, tuple[str, ...]] = {}
        self.attempts: dict[FactKey, ChartAttempt] = {}

    def facts(self, redaction: Redaction) -> dict[FactKey, ChartAttempt]:
        """Return what was collected, from here on without secrets: what is judged is what the evidence holds."""
        texts = [text for texts in self.texts.values() for text in texts]
        settings = [values.set for values in self.part.values]
        return without_secrets(self.attempts, redaction, texts=texts, settings=settings)

    def read(self, chart: OpenChart, limits: Limits) -> None:
        self.digest = chart.source.digest
        unread = self._read_values(limits)
        requests = [self._request(values, values.name) for values in self.part.values if values.name not in unread]
        contracted = {entry: self._contracted(entry) for entry in self._installed(unread)}
        upgrades = [self._upgrade(request) for request in requests]
        answer = chart.read(
            [*requests, *upgrades, *(request for pair in contracted.values() for request in pair)],
            lint=requests[0].key if requests else "",
        )
        if isinstance(answer, Failure):
            self.refuse_all(answer)
            return
        bases = {
            values.name: self._render(unread.get(values.name) or answer.renders[values.name], values, "", {})
            for values in self.part.values
        }
        if answer.description is not None:
            refused = {name: base.message for name, base in bases.items() if isinstance(base, NotSeen)}
            self.attempts[FactKey("chart")] = self._files(chart, answer.description, answer.lint or (), refused)
        bases |= self._in_all_circumstances(chart, bases, requests, answer.renders)
        for entry in self.namespaces if "contracted" in self.kinds else ():
            rendered = _as_installed(chart, contracted.get(entry, ()), answer.renders)
            self.attempts[FactKey("contracted", entry.environment)] = (
                self._as_contracted(entry, *rendered) if rendered else self._not_seen(self._why_not(entry, unread))
            )
        for name, base in bases.items():
            self.attempts[FactKey("render", name)] = base
        self.attempts |= self._probes(chart, bases)

    def _in_all_circumstances(
        self,
        chart: OpenChart,
        bases: Mapping[str, Render | NotSeen],
        requests: list[RenderRequest],
        answers: Mapping[str, Rendered | Failure],
    ) -> dict[str, Render]:
        """Add to renders what the chart makes at an upgrade, and where its decisions turn out otherwise."""
        found = {
            name: msgspec.structs.replace(base, otherwise=at_an_upgrade(base, answers[f"{name} upgrade"]))
            for name, base in bases.items()
            if isinstance(base, Render)
        }
        rendered = [request for request in requests if request.key in found]
        refused = [name for name in found if isinstance(answers[f"{name} upgrade"], Failure)]
        return otherwise(chart, found, rendered, self.part.kubernetes, refused=refused)

    def _read_values(self, limits: Limits) -> dict[str, Failure]:
        """Read the files of every values set, and return why those of some cannot be read."""
        unread: dict[str, Failure] = {}
        for values in self.part.values:
            try:
                self.texts[values.name] = tuple(read_text(path, limits) for path in values.files)
            except Failed as stop:
                unread[values.name] = stop.failure
        return unread

    def _keys(self, kind: str, scene: str) -> list[FactKey]:
        """Return the keys of what is needed of a kind of fact in a scene: one for each thing it must be made with."""
        return [FactKey(kind, scene, need.argument) for need in self.needs if need.kind == kind]

    def _probes(self, chart: OpenChart, bases: Mapping[str, Render | NotSeen]) -> dict[FactKey, Render | NotSeen]:
        """Render every values set once more for each variant, all in one request.

        Each has a render of its own: what one changes must never decide on what another shows.
        Parameters: `bases`, name of a values set → the chart rendered with it as contracted.
        """
        wanted = [kind for kind in _PROBES if kind in self.kinds]
        found: dict[FactKey, Render | NotSeen] = {}
        changes: dict[tuple[str, str], dict[str, Any]] = {}
        scaling: dict[str, Scaling] = {}
        hosts: dict[str, HostChanges] = {}
        requests: list[RenderRequest] = []
        for values in self.part.values:
            base = bases[values.name]
            if isinstance(base, NotSeen):
                found |= {key: base for kind in wanted for key in self._keys(kind, values.name)}
                continue
            for kind in wanted:
                change: dict[str, Any] = {}
                try:
                    if kind == "render_scaled":
                        ask = partial(self._scaled, values, base)
                        scaling[values.name] = Scaling(chart, base, ask, self.probes.replicas)
                        change = scaling[values.name].first
                    if kind == "render_vanity":
                        files = chart.source.files
                        hosts[values.name] = host_paths(base.values, Objects.of(base), files, host=self.probes.host)
                        change = hosts[values.name].changes
                except Malformed as outcome:
                    found |= dict.fromkeys(self._keys(kind, values.name), self._not_seen(_unreadable(outcome)))
                    continue
                changes[values.name, kind] = change
                overrides = for_helm(base.values, change)
                requests.append(
                    self._request(values, f"{values.name} {kind}", overrides, next_version=kind == "render_next")
                )
        answers = chart.render(requests) if requests else {}
        by_name = {values.name: values for values in self.part.values}
        for (name, kind), change in changes.items():
            answer = answers if isinstance(answers, Failure) else answers[f"{name} {kind}"]
            base, values = bases[name], by_name[name]
            match kind:
                case "render_scaled":
                    made = dict.fromkeys(self._keys(kind, name), self._render_scaled(scaling[name], answer, values))
                case "render_vanity" if isinstance(base, Render):
                    made = self._render_vanity(chart, hosts[name], answer, values, base)
                case _:
                    made = dict.fromkeys(self._keys(kind, name), self._render(answer, values, kind, change))
            found |= made
        return found

    def _render_scaled(self, scaling: Scaling, first: Rendered | Failure, values: ValuesSet) -> Render | NotSeen:
        answer, changes, untried = scaling.complete(first)
        return self._render(answer, values, "render_scaled", changes, untried)

    def _render_vanity(
        self, chart: OpenChart, hosts: HostChanges, first: Rendered | Failure, values: ValuesSet, base: Render
    ) -> dict[FactKey, Render | NotSeen]:
        """Return the render with each other host; where Helm refuses what we switch on or make up, without that.

        It is rendered once, with a host that nobody else has, which each of those that are asked for then stands for.
        """
        answer, changes = first, hosts.changes
        if isinstance(answer, Failure) and hosts.certain and hosts.certain != changes:
            request = self._request(values, f"{values.name} hosts", for_helm(base.values, hosts.certain))
            answers = chart.render([request])
            again = answers if isinstance(answers, Failure) else answers[request.key]
            if isinstance(again, Rendered):
                answer, changes = again, hosts.certain
        untried = tuple(Untried(path=path, why=_SHAPE) for path in hosts.unknown)
        return {
            key: self._render(answer, values, key.kind, changes, untried, host=key.argument)
            for key in self._keys("render_vanity", values.name)
        }

    def _scaled(self, values: ValuesSet, base: Render, change: dict[str, Any]) -> RenderRequest:
        return self._request(values, f"{values.name} render_scaled", for_helm(base.values, change))

    def _request(
        self, values: ValuesSet, key: str, overrides: Mapping[str, Any] | None = None, *, next_version: bool = False
    ) -> RenderRequest:
        version = next_minor(self.part.kubernetes) if next_version else self.part.kubernetes
        return RenderRequest(
            key=key,
            values=self.texts[values.name],
            overrides={**values.set, **(overrides or {})},
            release=self.part.release,
            namespace=self.part.namespace,
            kube_version=full_version(version),
            api_versions=api_versions(version),
        )

    def _upgrade(self, request: RenderRequest) -> RenderRequest:
        """Return what to render as an upgrade, some time after the installation that a request renders."""
        return msgspec.structs.replace(
            request,
            key=f"{request.key} upgrade",  # no values set has a name with a space
            revision=_REVISION_OF_AN_UPGRADE,
            kube_version=full_version(self.part.kubernetes, later=True),
        )

    def _installed(self, unread: Mapping[str, Failure]) -> list[NamespaceEntry]:
        """Return the namespaces to render the chart for: those of which the values set is known and can be read."""
        if "contracted" not in self.kinds:
            return []
        return [entry for entry in self.namespaces if entry.values is not None and entry.values not in unread]

    def _contracted(self, entry: NamespaceEntry) -> tuple[RenderRequest, RenderRequest]:
        """Return what to render as it would be installed in a namespace: twice, for what differs then is chance."""
        values = next(values for values in self.part.values if values.name == entry.values)
        live = self.running.get(entry.environment)
        first = msgspec.structs.replace(
            self._request(values, f"{entry.environment} "),  # no values set has a name with a space
            release=entry.release,
            namespace=entry.namespace,
            kube_version=full_version(self._kubernetes(entry)),
            api_versions=_api_versions(live) if live is not None else api_versions(self.part.kubernetes),
            revision=_revision(live, entry.release) if live is not None else 1,
        )
        return first, msgspec.structs.replace(first, key=f"{entry.environment} again")

    def _why_not(self, entry: NamespaceEntry, unread: Mapping[str, Failure]) -> Failure:
        return _which_values(entry, self.part) if entry.values is None else unread[entry.values]

    def _kubernetes(self, entry: NamespaceEntry) -> str:
        """Return the version of Kubernetes in a namespace; the chart part's when it was not seen."""
        live = self.running.get(entry.environment)
        match = _VERSION.match(live.kubernetes) if live is not None else None
        return match[1] if match else self.part.kubernetes

    def _as_contracted(
        self, entry: NamespaceEntry, first: Rendered | Failure, again: Rendered | Failure
    ) -> Render | NotSeen:
        if isinstance(first, Failure):
            return self._not_seen(first)
        if isinstance(again, Failure):
            return self._not_seen(again)
        render = Render(
            provenance=self._provenance(entry.values or ""),
            scene=entry.environment,
            release=entry.release,
            namespace=entry.namespace,
            kubernetes=self._kubernetes(entry),
            values=first.values,
            objects=first.objects,
            notes=first.notes,
        )
        try:
            return msgspec.structs.replace(
                render, varies=varying(render, msgspec.structs.replace(render, objects=again.objects))
            )
        except Malformed:  # the judgement comes to the same on these objects, and says so
            return render

    def _files(
        self,
        chart: OpenChart,
        description: Description,
        lint: tuple[LintMessage, ...] | Failure,
        refused: dict[str, Text],
    ) -> ChartFiles:
        return ChartFiles(
            provenance=self._provenance(),
            name=_text(description.metadata, "name"),
            version=_text(description.metadata, "version"),
            metadata=description.metadata,
            values=description.values,
            schema=description.schema,
            files=chart.source.files,
            binary_files=tuple(chart.source.binary_files),
            dependencies=description.dependencies,
            lint=() if isinstance(lint, Failure) else lint,
            lint_failure=lint.message if isinstance(lint, Failure) else None,
            outside_schemas=tuple(
                OutsideSchema(path=path, reference=item.reference, is_remote=item.is_remote)
                for path, item in chart.source.outside
            ),
            not_rendered=refused,
        )

    def _render(
        self,
        rendered: Rendered | Failure,
        values: ValuesSet,
        kind: str,
        overrides: dict[str, Any],
        untried: tuple[Untried, ...] = (),
        *,
        host: str = "",
    ) -> Render | NotSeen:
        if isinstance(rendered, Failure):
            return self._not_seen(_of_ours(rendered, kind) if overrides else rendered)
        stand_ins = {}
        if host and overrides:
            rendered = self.probes.named(rendered, host)
            overrides = self.probes.named(overrides, host)
            stand_ins = {host: self.probes.host}
        return Render(
            provenance=self._provenance(),
            scene=values.name,
            variant=kind.removeprefix("render_"),
            overrides=overrides,
            untried=untried,
            stand_ins=stand_ins,
            release=self.part.release,
            namespace=self.part.namespace,
            kubernetes=next_minor(self.part.kubernetes) if kind == "render_next" else self.part.kubernetes,
            values=rendered.values,
            objects=rendered.objects,
            notes=rendered.notes,
        )

    def refuse_all(self, refusal: Failure) -> None:
        self.attempts[FactKey("chart")] = self._not_seen(refusal)
        for values in self.part.values:
            keys = [FactKey("render", values.name), *(key for kind in _PROBES for key in self._keys(kind, values.name))]
            self.attempts |= dict.fromkeys(keys, self._not_seen(refusal))
        for entry in self.namespaces:
            self.attempts[FactKey("contracted", entry.environment)] = self._not_seen(refusal)

    def _not_seen(self, refusal: Failure) -> NotSeen:
        return not_seen(refusal, self._provenance())

    def _provenance(self, values: str = "") -> Provenance:
        """Say where a fact is from; `values`, the values set where the scene does not name it."""
        source = source_name(self.part.source, self.target.file.parent)
        source = f"{source} ({values})" if values else source
        return Provenance(at=datetime.now(UTC), by=self.by, source=source, digest=self.digest)


def next_minor(version: str) -> str:
    """Return the next minor release of Kubernetes: 1.36 after 1.35 or 1.35.2."""
    major, minor = version.split(".")[:2]
    return f"{major}.{int(minor) + 1}"


def _source(source: ChartSource) -> Path | RemoteChart:
    match source:
        case LocalChart():
            return source.path
        case OciChart():
            return RemoteChart(chart=source.reference)
        case _:
            return RemoteChart(chart=source.name, repository=source.repository, version=source.version)


_VERSION = re.compile(r"v?(1\.[0-9]{1,3}\.[0-9]{1,3})")


def _api_versions(live: Live) -> tuple[str, ...]:
    """Return what a cluster serves, as templates ask for it: `apps/v1` and `apps/v1/Deployment`."""
    found: dict[str, None] = {}
    for item in live.lists:
        if item.served and item.version:
            group = f"{item.group}/{item.version}" if item.group else item.version
            found |= dict.fromkeys((group, f"{group}/{item.kind}"))
    return tuple(found)


def _as_installed(
    chart: OpenChart, requests: tuple[RenderRequest, ...], answers: Mapping[str, Rendered | Failure]
) -> list[Rendered | Failure]:
    """Return the renders of an environment: as the upgrade it was, else as a first installation.

    A chart may ask the cluster for its present passwords before an upgrade, and there is none to ask (Bitnami's do).
    """
    found = [answers[request.key] for request in requests]
    if not any(
        isinstance(item, Failure) and request.revision > 1 for item, request in zip(found, requests, strict=True)
    ):
        return found
    again = chart.render([msgspec.structs.replace(request, revision=1) for request in requests])
    return found if isinstance(again, Failure) else [again[request.key] for request in requests]


def _revision(live: Live, release: str) -> int:
    """Return how often a release was installed or upgraded, by the records that Helm keeps; 1 when there are none."""
    record = re.compile(rf"sh\.helm\.release\.v1\.{re.escape(release)}\.v([0-9]{{1,6}})")
    try:
        matches = (record.fullmatch(item.name) for item in Objects.of_live(live) if item.kind == "Secret")
        return max((int(match[1]) for match in matches if match), default=1)
    except Malformed:  # the judgement comes to the same on these objects, and says so
        return 1


def _which_values(entry: NamespaceEntry, part: ChartPart) -> Failure:
    names = ", ".join(values.name for values in part.values)
    return Failure(
        reason=Reason.NOT_COLLECTED,
        message=Text(
            f"Het doel zegt niet met welke waardenset de chart in {entry.namespace} ({entry.environment}) draait; zet "
            f"'values' bij die namespace, een van: {names}.",
            f"The target does not say with which values set the chart runs in {entry.namespace} ({entry.environment}); "
            f"put 'values' at that namespace, one of: {names}.",
        ),
    )


_SHAPE = Text(
    "geen template laat zien hoe een onderdeel van deze lege lijst eruitziet",
    "no template shows what an element of this empty list looks like",
)
_TRIED = {
    "render_vanity": Text("een andere hostnaam", "another host name"),
    "render_scaled": Text("een ander aantal replica's", "another number of replicas"),
}


def _of_ours(refusal: Failure, kind: str) -> Failure:
    """Say of what Helm refuses that we changed the values, and not the supplier."""
    tried = _TRIED[kind]
    message = Text(
        f"Bij het proberen met {tried.nl} weigerde Helm wat hier was ingevuld. Dat zegt niets over de waardenset zelf; "
        f"voeg bij het doel een waardenset toe waarin dit is ingevuld zoals het hoort. {refusal.message.nl}",
        f"When {tried.en} was tried, Helm refused what was filled in here. That says nothing of the values set itself; "
        f"add a values set to the target in which this is filled in as it should be. {refusal.message.en}",
    )
    return msgspec.structs.replace(refusal, message=message)


def _unreadable(outcome: Malformed) -> Failure:
    return Failure(
        reason=Reason.REFUSED_INPUT,
        message=Text(
            f"{outcome.where}, {outcome.path}: Kubernetes kan dit object niet lezen; herstel eerst de template.",
            f"{outcome.where}, {outcome.path}: Kubernetes cannot read this object; mend the template first.",
        ),
    )


def _text(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key)
    return value if isinstance(value, str) else ""
