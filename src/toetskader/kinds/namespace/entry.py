"""Namespaces in a target file: what it may say of them, what can be wrong with that, and what is made of it."""

from typing import Annotated, Literal, cast

from msgspec import Meta

from toetskader.core.fields import FileName, Model, Name, Namespace, NonEmpty, Release, below
from toetskader.facts.kubernetes.kind_names import meant_by
from toetskader.facts.kubernetes.label_selector import label_selector
from toetskader.kinds.chart.entry import ChartEntry, chart_entry
from toetskader.kinds.entry import Entry, Problems, Written
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.kinds.values_sets import goes_with_a_chart, values_errors, values_set_of
from toetskader.text import Text
from toetskader.vocabulary import Environment
from toetskader.yamlfile import Steps, shown

SOURCES = ("kubeconfig", "in_cluster", "snapshot", "dumps")


class LiveEntry(Model, frozen=True, kw_only=True):
    """A namespace in which the component runs, as the target file writes it."""

    environment: Annotated[Environment, Meta(description="Which environment it is; the name of its scene")]
    namespace: Namespace
    values: Annotated[
        Name | None,
        Meta(
            description="Values set of the chart part that runs here; absent: the one with the environment's name, or "
            "the only one when this is the only namespace"
        ),
    ] = None
    release: Annotated[
        Release | None, Meta(description="Name that the chart is installed under here; absent: that of the chart part")
    ] = None
    kubeconfig: Annotated[
        FileName | None, Meta(description="File with address and credentials, relative to this file")
    ] = None
    context: Annotated[NonEmpty | None, Meta(description="Context of the kubeconfig; absent: its current one")] = None
    in_cluster: Annotated[bool, Meta(description="Use the service account of the pod that the audit runs in")] = False
    snapshot: Annotated[FileName | None, Meta(description="Folder that `toetskader snapshot` wrote")] = None
    dumps: Annotated[tuple[FileName, ...], Meta(description="Files with the output of `kubectl get … -o yaml`")] = ()
    asked: Annotated[
        tuple[NonEmpty, ...] | Literal["everything"],
        Meta(
            description="What was given to kubectl for the dumps, as a kind without objects leaves nothing in them: "
            "`everything` for all that `kubectl api-resources --namespaced --verbs=list -o name` names, or names as "
            "kubectl takes them (`all`, `ingresses`, `certificates.cert-manager.io`)"
        ),
    ] = ()
    selector: Annotated[str, Meta(description="Label selector of the supplier's component; absent: all of it")] = ""
    users: Annotated[tuple[NonEmpty, ...], Meta(description="The supplier's users, as the API server names them")] = ()
    groups: Annotated[tuple[NonEmpty, ...], Meta(description="The supplier's groups")] = ()
    exec: Annotated[bool, Meta(description="Read-only commands may be run inside the containers")] = False


Given = LiveEntry | tuple[LiveEntry, ...]
"""The namespaces that a target file names; it may write a single one without a list."""


def _listed(given: Given) -> tuple[LiveEntry, ...]:
    return (given,) if isinstance(given, LiveEntry) else given


def _errors(given: Given, written: Written) -> Problems:
    """Yield what is wrong. That a file it names is absent is no error here: what needs it is undetermined, and says so
    in the report.
    """
    seen: set[str] = set()
    chart = chart_entry(written.entries)
    for index, entry in enumerate(_listed(given)):
        place: Steps = () if isinstance(given, LiveEntry) else (index,)
        named = [source for source in SOURCES if getattr(entry, source)]
        if len(named) != 1:
            choices = ", ".join(SOURCES)
            yield (
                place,
                Text(
                    f"noem precies een van {choices}: waar de namespace te zien is",
                    f"name exactly one of {choices}: where the namespace can be seen",
                ),
            )
        if entry.exec and not (entry.kubeconfig or entry.in_cluster):
            message = Text("exec kan alleen op een cluster", "exec works on a cluster only")
            yield (*place, "exec"), message
        if entry.asked and not entry.dumps:
            message = Text(
                "asked hoort bij dumps: noem daar de bestanden van kubectl, of haal asked weg",
                "asked goes with dumps: name the files of kubectl there, or remove asked",
            )
            yield (*place, "asked"), message
        if isinstance(entry.asked, tuple) and "everything" in entry.asked:
            message = Text(
                "everything is geen naam van een soort: schrijf asked: everything, zonder lijst",
                "everything is no name of a kind: write asked: everything, without a list",
            )
            yield (*place, "asked"), message
        for number, given_name in enumerate(() if isinstance(entry.asked, str) else entry.asked):
            for word in given_name.split(","):
                meant = meant_by(word)
                if meant:
                    said = shown(word)
                    message = Text(
                        f"{said} is geen soort die Kubernetes kent. Bedoelt u {meant}?",
                        f"{said} is no kind that Kubernetes knows. Did you mean {meant}?",
                    )
                    yield (*place, "asked", number), message
        try:
            label_selector(entry.selector)
        except ValueError as error:
            said = shown(entry.selector)
            message = Text(f"{said} is geen labelselector ({error})", f"{said} is no label selector ({error})")
            yield (*place, "selector"), message
        if entry.environment in seen:
            message = Text(
                f"omgeving {entry.environment} staat hier twee keer",
                f"environment {entry.environment} stands here twice",
            )
            yield (*place, "environment"), message
        seen.add(entry.environment)
        for steps, message in _release_errors(entry, chart):
            yield (*place, *steps), message


def _release_errors(entry: LiveEntry, chart: ChartEntry | None) -> Problems:
    """Yield what is wrong with what a namespace says of the chart that runs in it."""
    yield from values_errors(entry.values, chart.values if chart is not None else None)
    if chart is None and entry.release is not None:
        yield ("release",), goes_with_a_chart("release")


def _named(written: Written) -> tuple[LiveEntry, ...]:
    given: Given = cast("Given", written.entries.get("namespace", ()))
    return _listed(given)


def own_namespace_errors(written: Written) -> Problems:
    """Yield what is wrong with the further namespaces of the supplier: each is of one environment."""
    known = {entry.namespace: entry.environment for entry in _named(written)}
    for environment, names in written.own_namespaces.items():
        for index, name in enumerate(names):
            other = known.setdefault(name, environment)
            if other != environment:
                yield (
                    ("own_namespaces", environment, index),
                    Text(
                        f"{name} staat ook bij {other}; een namespace is van één omgeving",
                        f"{name} stands with {other} too; a namespace is of one environment",
                    ),
                )


def _resolve(given: Given, written: Written) -> tuple[NamespaceEntry, ...]:
    entries, folder, chart = _listed(given), written.folder, chart_entry(written.entries)
    sets = tuple(chart.values) if chart is not None else ()
    environments = tuple(entry.environment for entry in entries)
    further = tuple(name for names in written.own_namespaces.values() for name in names)
    return tuple(
        NamespaceEntry(
            environment=entry.environment,
            namespace=entry.namespace,
            kubeconfig=below(folder, entry.kubeconfig),
            context=entry.context,
            in_cluster=entry.in_cluster,
            snapshot=below(folder, entry.snapshot),
            dumps=tuple(folder / name for name in entry.dumps),
            asked=entry.asked,
            selector=entry.selector,
            users=entry.users,
            groups=entry.groups,
            own=further,
            siblings=written.own_namespaces.get(entry.environment, ()),
            exec=entry.exec,
            values=values_set_of(entry.environment, entry.values, sets, environments),
            release=entry.release or (chart.release if chart is not None else ""),
        )
        for entry in entries
    )


ENTRY = Entry(
    model=LiveEntry | Annotated[tuple[LiveEntry, ...], Meta(min_length=1)],
    errors=_errors,
    resolve=_resolve,
    part=tuple[NamespaceEntry, ...],
    kept_as="namespaces",
)
