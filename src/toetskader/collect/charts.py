"""The chart part of a target, collected: its files, and a render of every values set, as it is and as a probe."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toetskader.collect.helm.archive import read_text
from toetskader.collect.helm.dependencies import RemoteChart
from toetskader.collect.helm.engine import Helm, OpenChart
from toetskader.collect.helm.limits import Limits, Refusal, Refused
from toetskader.collect.helm.protocol import Description, Rendered, RenderRequest
from toetskader.facts.attempt import Malformed, NotSeen, Provenance, Reason
from toetskader.facts.chart import ChartFiles, LintMessage, Render
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.redaction import redacted
from toetskader.facts.store import Attempt, ChartAttempt, FactKey
from toetskader.facts.values_paths import for_helm, host_paths, replica_paths
from toetskader.targets.models import ChartPart, ChartSource, LocalChart, OciChart, Target, ValuesSet
from toetskader.text import Lang, Text

# What each variant shows is read by other fields of other objects, so one render can probe them all at once.
_PROBES = ("render_next", "render_vanity", "render_scaled")
_Changes = dict[str, dict[str, Any]]
"""Kind of probe → values path → the value that it sets."""


def collect_chart(
    helm: Helm, target: Target, part: ChartPart, kinds: frozenset[str], *, by: str, vanity_host: str
) -> dict[FactKey, ChartAttempt]:
    """Collect the facts of a target's chart part.

    Parameters: `kinds`, the kinds of facts that the selected requirements need; `by`, which Helm this is;
    `vanity_host`, the host name to render with as a probe.
    Never raises for what a supplier hands us: each fact that is not there has a reason.
    """
    collection = _Collection(target, part, kinds, by, vanity_host)
    with helm.turn():
        opened = helm.open(_source(part.source))
        if isinstance(opened, Refusal):
            collection.refuse_all(opened)
        else:
            with opened:
                collection.read(opened, helm.limits)
    return collection.facts()


def refused_chart(target: Target, part: ChartPart, refusal: Refusal) -> dict[FactKey, ChartAttempt]:
    """Return the facts of a chart of which nothing can be seen: every one of them with the reason."""
    collection = _Collection(target, part, frozenset(), "helm", "")
    collection.refuse_all(refusal)
    return collection.facts()


class _Collection:
    """One chart being collected."""

    def __init__(self, target: Target, part: ChartPart, kinds: frozenset[str], by: str, vanity_host: str) -> None:
        self.by = by
        self.vanity_host = vanity_host
        self.target = target
        self.part = part
        self.kinds = kinds
        self.digest = ""
        self.texts: dict[str, tuple[str, ...]] = {}
        self.attempts: dict[FactKey, ChartAttempt] = {}

    def facts(self) -> dict[FactKey, ChartAttempt]:
        """Return what was collected, from here on without secrets: what is judged is what the evidence holds."""
        texts = [text for texts in self.texts.values() for text in texts]
        return redacted(self.attempts, texts=texts, settings=[values.set for values in self.part.values])

    def read(self, chart: OpenChart, limits: Limits) -> None:
        self.digest = chart.source.digest
        unread = self._read_values(limits)
        requests = [self._request(values, values.name) for values in self.part.values if values.name not in unread]
        answer = chart.read(requests, lint=requests[0].key if requests else "")
        if isinstance(answer, Refusal):
            self.refuse_all(answer)
            return
        if answer.description is not None:
            self.attempts[FactKey("chart")] = self._files(chart, answer.description, answer.lint or ())
        bases = {
            values.name: self._render(unread.get(values.name) or answer.renders[values.name], values, "", {})
            for values in self.part.values
        }
        probes = self._probes(chart, bases)
        for name, base in bases.items():
            self.attempts[FactKey("render", name)] = base
            for kind, attempt in probes[name].items():
                self.attempts[FactKey(kind, name)] = attempt

    def _read_values(self, limits: Limits) -> dict[str, Refusal]:
        """Read the files of every values set, and return why those of some cannot be read."""
        unread: dict[str, Refusal] = {}
        for values in self.part.values:
            try:
                self.texts[values.name] = tuple(read_text(path, limits) for path in values.files)
            except Refused as stop:
                unread[values.name] = stop.refusal
        return unread

    def _probes(
        self, chart: OpenChart, bases: Mapping[str, Render | NotSeen]
    ) -> dict[str, dict[str, Render | NotSeen]]:
        """Render every values set once more with everything changed that the variants change, all in one request.

        Parameters: `bases`, name of a values set → the chart rendered with it as contracted.
        Returns: name of the values set → kind of probe → what came of it.
        """
        wanted = [kind for kind in _PROBES if kind in self.kinds]
        found: dict[str, dict[str, Render | NotSeen]] = {}
        asked: list[tuple[ValuesSet, Render, _Changes]] = []
        for values in self.part.values:
            base = bases[values.name]
            if not wanted or isinstance(base, NotSeen):
                found[values.name] = dict.fromkeys(wanted, base)
                continue
            try:
                asked.append((values, base, {kind: self._overrides(kind, base) for kind in wanted}))
            except Malformed as outcome:
                found[values.name] = dict.fromkeys(wanted, self._not_seen(_unreadable(outcome)))
        together = [
            self._request(
                values,
                values.name,
                for_helm(base.values, {path: value for change in changes.values() for path, value in change.items()}),
                next_version="render_next" in wanted,
            )
            for values, base, changes in asked
        ]
        answers = chart.render(together) if together else {}
        for values, base, changes in asked:
            probe = answers if isinstance(answers, Refusal) else answers[values.name]
            if isinstance(probe, Rendered):
                found[values.name] = {kind: self._render(probe, values, kind, changes[kind]) for kind in wanted}
            else:
                found[values.name] = self._probe_apart(chart, values, base, changes)
        return found

    def _probe_apart(
        self, chart: OpenChart, values: ValuesSet, base: Render, changes: _Changes
    ) -> dict[str, Render | NotSeen]:
        """Render a values set once more for each variant: with all their changes at once that failed."""
        apart = [
            self._request(values, kind, for_helm(base.values, change), next_version=kind == "render_next")
            for kind, change in changes.items()
        ]
        answers = chart.render(apart)
        return {
            kind: self._render(answers if isinstance(answers, Refusal) else answers[kind], values, kind, change)
            for kind, change in changes.items()
        }

    def _overrides(self, kind: str, base: Render) -> dict[str, Any]:
        """Return the values to set for a probe, found in what the chart rendered as contracted."""
        if kind == "render_scaled":
            return dict(replica_paths(base.values))
        if kind == "render_vanity":
            return host_paths(base.values, Objects.of(base), host=self.vanity_host)
        return {}

    def _request(
        self, values: ValuesSet, key: str, overrides: Mapping[str, Any] | None = None, *, next_version: bool = False
    ) -> RenderRequest:
        return RenderRequest(
            key=key,
            values=self.texts[values.name],
            overrides={**values.set, **(overrides or {})},
            release=self.part.release,
            namespace=self.part.namespace,
            kube_version=next_minor(self.part.kubernetes) if next_version else self.part.kubernetes,
        )

    def _files(self, chart: OpenChart, description: Description, lint: tuple[LintMessage, ...] | Refusal) -> ChartFiles:
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
            lint=() if isinstance(lint, Refusal) else lint,
            lint_failure=lint.message if isinstance(lint, Refusal) else None,
        )

    def _render(
        self, rendered: Rendered | Refusal, values: ValuesSet, kind: str, overrides: dict[str, Any]
    ) -> Render | NotSeen:
        if isinstance(rendered, Refusal):
            return self._not_seen(rendered)
        return Render(
            provenance=self._provenance(),
            scene=values.name,
            variant=kind.removeprefix("render_"),
            overrides=overrides,
            release=self.part.release,
            namespace=self.part.namespace,
            kubernetes=next_minor(self.part.kubernetes) if kind == "render_next" else self.part.kubernetes,
            values=rendered.values,
            objects=rendered.objects,
            notes=rendered.notes,
        )

    def refuse_all(self, refusal: Refusal) -> None:
        self.attempts[FactKey("chart")] = self._not_seen(refusal)
        for values in self.part.values:
            for kind in ("render", *_PROBES):
                self.attempts[FactKey(kind, values.name)] = self._not_seen(refusal)

    def _not_seen(self, refusal: Refusal) -> NotSeen:
        return NotSeen(reason=refusal.reason, message=refusal.message, provenance=self._provenance())

    def _provenance(self) -> Provenance:
        return Provenance(
            at=datetime.now(UTC), by=self.by, source=source_name(self.part.source, self.target), digest=self.digest
        )


def describe_chart(target: Target, part: ChartPart, attempt: Attempt | None, lang: Lang) -> str:
    """Say in a few words what was looked at: chart, version, content and values sets."""
    where = source_name(part.source, target)
    scenes = ", ".join(values.name for values in part.values)
    if not isinstance(attempt, ChartFiles):
        return Text(f"{where}: niet gezien", f"{where}: not seen")[lang]
    seen = f"{attempt.name} {attempt.version} ({where}, sha256 {attempt.provenance.digest[:12]}), Kubernetes "
    seen += f"{part.kubernetes}, {attempt.provenance.by}"
    return Text(f"{seen}; waardensets: {scenes}", f"{seen}; values sets: {scenes}")[lang]


def next_minor(version: str) -> str:
    """Return the next minor release of Kubernetes: 1.36 after 1.35 or 1.35.2."""
    major, minor = version.split(".")[:2]
    return f"{major}.{int(minor) + 1}"


def source_name(source: ChartSource, target: Target) -> str:
    """Name a chart's source for people and evidence: relative to the target's file where it can be."""
    match source:
        case LocalChart():
            base = target.file.parent.resolve()
            path = source.path.resolve()
            return str(path.relative_to(base)) if path.is_relative_to(base) else path.name
        case OciChart():
            return source.reference
        case _:
            return f"{source.repository}: {source.name} {source.version}"


def _source(source: ChartSource) -> Path | RemoteChart:
    match source:
        case LocalChart():
            return source.path
        case OciChart():
            return RemoteChart(chart=source.reference)
        case _:
            return RemoteChart(chart=source.name, repository=source.repository, version=source.version)


def _unreadable(outcome: Malformed) -> Refusal:
    return Refusal(
        reason=Reason.REFUSED_INPUT,
        message=Text(
            f"{outcome.where}, {outcome.path}: Kubernetes kan dit object niet lezen; herstel eerst de template.",
            f"{outcome.where}, {outcome.path}: Kubernetes cannot read this object; mend the template first.",
        ),
    )


def _text(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key)
    return value if isinstance(value, str) else ""
