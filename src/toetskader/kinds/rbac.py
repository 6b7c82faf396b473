"""Rights on a cluster: what the supplier's users and groups may do, as the API server answers."""

from toetskader.facts.kubernetes.rights import Rights
from toetskader.kinds.kind import Kind, nothing_to_say
from toetskader.kinds.namespace import ENVIRONMENT
from toetskader.kinds.subject import facts

RBAC = Kind(
    name="rbac",
    facts={"rights": Rights},
    subjects=facts("rights"),
    always=(),
    scene=ENVIRONMENT,
    scene_asked=ENVIRONMENT,
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=False,
    nothing_there=nothing_to_say,
    left_out=nothing_to_say,
)
