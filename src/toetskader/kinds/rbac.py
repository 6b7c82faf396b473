"""Rights on a cluster: what the supplier's users and groups may do, as the API server answers."""

from toetskader.facts.kubernetes.rights import Rights
from toetskader.kinds.entry import Follows, Parts
from toetskader.kinds.kind import Kind, no_places, no_secrets, not_described, nothing_to_say
from toetskader.kinds.namespace.kind import ENVIRONMENT, NAMESPACE
from toetskader.kinds.namespace.part import NamespaceEntry, scenes
from toetskader.kinds.subject import facts


def _watched(parts: Parts) -> tuple[NamespaceEntry, ...] | None:
    """Return the namespaces of which the target names users or groups."""
    watched = tuple(entry for entry in NAMESPACE.of(parts) or () if entry.users or entry.groups)
    return watched or None


RBAC = Kind(
    name="rbac",
    given=Follows(_watched),
    scenes=scenes,
    redacted=no_secrets,
    places=no_places,
    describe=not_described,
    facts={"rights": Rights},
    subjects=facts("rights"),
    always=(),
    collector=NAMESPACE.collector,
    after=(),
    scene=ENVIRONMENT,
    scene_asked=ENVIRONMENT,
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=False,
    nothing_there=nothing_to_say,
    left_out=nothing_to_say,
    scaffold=None,
    docs=("beheerders.md", "## De rechten"),
)
