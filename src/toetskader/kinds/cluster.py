"""The cluster that the component runs on, as the Haven Compliancy Checker reports on it."""

from toetskader.facts.haven import HavenReport
from toetskader.kinds.kind import Kind, nothing_to_say
from toetskader.kinds.subject import facts
from toetskader.text import Text

CLUSTER = Kind(
    name="cluster",
    facts={"haven": HavenReport},
    subjects=facts("haven", per_scene=False),
    always=(),
    scene=Text("", ""),
    scene_asked=Text("cluster", "cluster"),
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=False,
    nothing_there=nothing_to_say,
    left_out=nothing_to_say,
)
