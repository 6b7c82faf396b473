"""A Helm chart: its files, and what it renders with each values set."""

from typing import Any, cast

from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.databases import DATABASE_KINDS, Databases, DatabaseSettings, database_settings, databases
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.unseen import unseen
from toetskader.facts.subcharts import Off, switched_off, unset
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf, leaves
from toetskader.facts.variant import Variant
from toetskader.kinds.chart.entry import ENTRY
from toetskader.kinds.chart.part import ChartPart, describe, places, redacted
from toetskader.kinds.chart.scaffold import SCAFFOLD
from toetskader.kinds.kind import Kind, SceneEntry
from toetskader.kinds.kubernetes import OBJECT_SUBJECTS, OF_OBJECTS
from toetskader.kinds.subject import Scene, Subject, facts
from toetskader.text import Text


def _off(scene: Scene) -> Off:
    """Return what of a chart takes no part in a scene; nothing where no values decide it."""
    chart, render = scene.seen("chart", per_scene=False), scene.seen("render")
    if not isinstance(chart, ChartFiles) or not isinstance(render, Render):
        return Off()
    return switched_off(chart, render.values)


def _templates(scene: Scene, chart: ChartFiles) -> Templates:
    if scene.varied is not None:  # another circumstance has other objects, of the same templates and values
        return cast("Templates", scene.varied.get("templates"))
    return Templates(chart.files, scene.once(_off).files(chart.files))


def _values(scene: Scene, render: Render) -> tuple[Leaf, ...]:
    """Return the leaves of the values that can set something in a render, those that its chart leaves null too."""
    if scene.varied is not None:
        return cast("tuple[Leaf, ...]", scene.varied.get("values"))
    templates, chart, off = scene.get("templates"), scene.attempt("templates"), scene.once(_off)
    found = off.settings(leaves(render.values), templates)
    return (*found, *unset(chart, render.values, off)) if isinstance(chart, ChartFiles) else found


def _defaults(scene: Scene, chart: ChartFiles) -> tuple[Leaf, ...]:
    """Return the leaves of the values that a chart has of its own."""
    if scene.varied is not None:
        return cast("tuple[Leaf, ...]", scene.varied.get("defaults"))
    return leaves(chart.values)


def _of_databases(scene: Scene) -> DatabaseSettings:
    return database_settings(scene.get("values"))


def _databases(scene: Scene, _: Any) -> Databases:
    settings = (scene.varied or scene).once(_of_databases)
    return databases(scene.get("workloads"), scene.get("objects"), scene.get("environment"), settings)


def _variant(scene: Scene, render: Render) -> Variant:
    return Variant(render, Objects.of(render), (scene.varied or scene).get("objects"))


def _unseen(scene: Scene, _: Any) -> Any:
    return unseen(scene.get("objects"))


def _switched_off(scene: Scene) -> Text | None:
    if len(scene.get("workloads")) or not scene.get("templates").run_pods:
        return None
    return Text(
        f"Met waardenset {scene.scene} draait er niets, terwijl de chart workloads kan maken; voeg bij het doel een "
        "waardenset toe waarin het component aan staat.",
        f"With values set {scene.scene} nothing runs, though the chart can make workloads; add a values set to the "
        "target in which the component is on.",
    )


def _made_by_something_else(scene: Scene, subjects: frozenset[str]) -> Text | None:
    if (OF_OBJECTS | {"databases"}).isdisjoint(subjects):
        return None
    return next(iter(scene.get("unseen")), None)


def _scenes(part: ChartPart) -> tuple[SceneEntry, ...]:
    return tuple(SceneEntry(values.name) for values in part.values)


CHART = Kind(
    name="chart",
    given=ENTRY,
    scenes=_scenes,
    redacted=redacted,
    places=places,
    describe=describe,
    facts={
        "chart": ChartFiles,
        **dict.fromkeys(("render", "render_next", "render_vanity", "render_scaled"), Render),
    },
    subjects={
        **facts("chart", per_scene=False),
        Subject("templates", _templates, per_scene=False): "chart",
        Subject("defaults", _defaults, per_scene=False): "chart",
        **facts("render"),
        Subject("values", _values, rests_on=("templates",)): "render",
        Subject(
            "databases",
            _databases,
            rests_on=("workloads", "objects", "environment", "values"),
            objects=DATABASE_KINDS,
        ): "render",
        Subject("vanity", _variant, rests_on=("objects",), made_with="host"): "render_vanity",
        Subject("next_kubernetes", _variant, rests_on=("objects",)): "render_next",
        Subject("scaled", _variant, rests_on=("objects",)): "render_scaled",
        Subject("unseen", _unseen, rests_on=("objects",), objects=(EVERY_KIND,)): "render",
        **dict.fromkeys(OBJECT_SUBJECTS, "render"),
    },
    always=("chart",),
    collector="toetskader.collect.charts:charts",
    after=("namespace",),
    scene=Text("waardenset", "values set"),
    scene_asked=Text("waardenset", "values set"),
    places_name_scene=False,
    are_variants=True,
    varies="render",
    lists_objects=False,
    nothing_there=_switched_off,
    left_out=_made_by_something_else,
    scaffold=SCAFFOLD,
    docs=("auditors.md", "### Zo wordt een chart gerenderd"),
    indication=Text("De chart toont de bedoeling", "The chart shows the intention"),
)
