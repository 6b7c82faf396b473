"""A release: what runs in a namespace beside what was delivered with the chart."""

from toetskader.facts.chart import Render
from toetskader.kinds.kind import Kind, nothing_to_say
from toetskader.kinds.kubernetes import not_listed
from toetskader.kinds.namespace import ENVIRONMENT, LIVE
from toetskader.kinds.subject import facts

RELEASE = Kind(
    name="release",
    facts={"contracted": Render},
    subjects={**LIVE, **facts("contracted")},
    always=(),
    scene=ENVIRONMENT,
    scene_asked=ENVIRONMENT,
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=True,
    nothing_there=nothing_to_say,
    left_out=not_listed,
)
