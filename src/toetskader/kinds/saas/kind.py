"""A service as the internet sees it: its endpoints."""

from toetskader.facts.endpoint.dns import DnsFacts
from toetskader.facts.endpoint.dnssec import DnssecFacts
from toetskader.facts.endpoint.http import HttpFacts
from toetskader.facts.endpoint.names import Endpoint, Endpoints
from toetskader.facts.endpoint.rpki import RpkiFacts
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.kinds.kind import Kind, SceneEntry, no_places, no_secrets, nothing_to_say
from toetskader.kinds.saas.entry import ENTRY
from toetskader.kinds.saas.part import SaasPart
from toetskader.kinds.saas.scaffold import SCAFFOLD
from toetskader.kinds.subject import facts
from toetskader.text import Text


def _scenes(part: SaasPart) -> tuple[SceneEntry, ...]:
    return tuple(
        SceneEntry(one.scene, one.environment, one.role, part.values.get(one.scene), written=one.authority)
        for one in part.endpoints
    )


def _describe(part: SaasPart, *_: object) -> str:
    return ", ".join(f"{endpoint.url} ({endpoint.role}, {endpoint.environment})" for endpoint in part.endpoints)


SAAS = Kind(
    name="saas",
    given=ENTRY,
    scenes=_scenes,
    redacted=no_secrets,
    places=no_places,
    describe=_describe,
    facts={
        "endpoint": Endpoint,
        "endpoints": Endpoints,
        "dns": DnsFacts,
        "dnssec": DnssecFacts,
        "tls": TlsFacts,
        "http": HttpFacts,
        "rpki": RpkiFacts,
    },
    subjects={
        **facts("endpoints", per_scene=False),
        **facts("endpoint", "dns", "dnssec", "tls", "http", "rpki"),
    },
    always=("endpoint",),
    collector="toetskader.collect.endpoints:services",
    after=(),
    scene=Text("eindpunt", "endpoint"),
    scene_asked=Text("eindpunt van soort", "endpoint of kind"),
    places_name_scene=True,
    are_variants=False,
    varies="",
    lists_objects=False,
    nothing_there=nothing_to_say,
    left_out=nothing_to_say,
    scaffold=SCAFFOLD,
    docs=("saas-toetsen.md", "## Aan de slag"),
)
