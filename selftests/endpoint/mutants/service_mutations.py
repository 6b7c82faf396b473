"""Mutants of the golden services: a change of a scene, and every verdict that it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from toetskader.laboratory.dns import LabZone
from toetskader.laboratory.example import TENANT, Scene, Service
from toetskader.laboratory.web import Reply, Site, good_site
from toetskader.results import Verdict

Change = Callable[[Scene], Scene]
Golden = Literal["supplier", "application", "coupling", "charted"]
"""The whole golden supplier, its application in production alone (which is quicker) with or without its chart, or a
coupling."""

ROUTE = """\
{{- if .Values.hosts }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: meldingen}
spec:
  rules:
    {{- range .Values.hosts }}
    - host: {{ . | quote }}
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: meldingen, port: {number: 80}}}}]}
    {{- end }}
{{- end }}
"""
"""Template of a route that answers to the hosts of the values."""
SUPPLIERS_HOST = "meldingen.leverancier.test"
"""A name that is none of the municipality."""


@dataclass(frozen=True, kw_only=True)
class ChartedScene(Scene):
    """A scene on a target that has the chart of the application too."""

    sets: Mapping[str, tuple[str, ...]]
    """Values set → hosts of the route."""
    values: str = ""
    """Values set that the target file names at the endpoint in production; empty when it names none."""
    route: str = ROUTE


def charted(scene: Scene) -> ChartedScene:
    """Return a scene with a chart: its values set for production names the host, the other one the supplier's."""
    sets = {"standaard": (SUPPLIERS_HOST,), "productie": (scene.services[0].host,)}
    return ChartedScene(**vars(scene), sets=sets, values="productie")


HEADERS = "http.security_headers"
ENFORCED = "http.enforced"
OPEN_STANDARDS = "endpoint.open_standards"
SECURE = "endpoint.secure"
NCSC = "tls.ncsc"
DNSSEC = "dns.dnssec"
IPV6 = "endpoint.ipv6_and_ipv4"
SECURITY_TXT = "http.security_txt"
PLUG_INS = "http.no_plug_ins"
SIGN_IN = "http.entra_login"
HOST_IN_USE = "ingress.host_in_use"

Named = str | tuple["Named", ...]
"""Measurements, in groups that have names of their own."""


@dataclass(frozen=True, kw_only=True)
class ServiceMutant:
    """A named change of a golden scene; see `mutant.Mutant`."""

    name: str
    check: str
    why: str
    change: Change
    fail: Named = ()
    undetermined: Named = ()
    passes: Named = ()
    not_applicable: Named = ()
    """Measurements that get this verdict: all that differ from the golden scene, and no other."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    hides: str = ""
    of: Golden = "application"
    """The golden scene that is changed."""

    @property
    def changes(self) -> dict[str, Verdict]:
        """Measurement → new verdict."""
        given = {
            Verdict.FAIL: self.fail,
            Verdict.UNDETERMINED: self.undetermined,
            Verdict.PASS: self.passes,
            Verdict.NOT_APPLICABLE: self.not_applicable,
        }
        return {name: verdict for verdict, names in given.items() for name in named(names)}


def named(names: Named) -> tuple[str, ...]:
    """Return groups of measurements as one."""
    return (names,) if isinstance(names, str) else tuple(name for group in names for name in named(group))


def service(index: int = 0, **changes: Any) -> Change:
    """Change fields of a service; the first is the application in production."""

    def change(scene: Scene) -> Scene:
        services = list(scene.services)
        services[index] = replace(services[index], **changes)
        return replace(scene, services=tuple(services))

    return change


def site(made: Callable[[Site], Site], index: int = 0) -> Change:
    """Change the website of a service."""
    return lambda scene: service(index, site=made(scene.services[index].site))(scene)


def rehosted(host: str, index: int = 0) -> Change:
    """Offer a service under another name, which its website knows."""

    def change(scene: Scene) -> Scene:
        made = good_site(f"{host}:{scene.services[index].port}", entra_tenant=TENANT)
        return service(index, host=host, site=made)(scene)

    return change


def page(path: str, index: int = 0, **changes: Any) -> Change:
    """Change fields of the answer on a path; on a path that is not there, give an answer."""

    def change(old: Site) -> Site:
        reply = replace(old.pages.get(path, Reply()), **changes)
        return replace(old, pages={**old.pages, path: reply})

    return site(change, index)


def header(name: str, *values: str, index: int = 0) -> Change:
    """Send a header with other values, each in a line of its own; without values it is not sent."""

    def change(old: Site) -> Site:
        others = tuple(item for item in old.headers if item[0].lower() != name.lower())
        return replace(old, headers=(*others, *((name, value) for value in values)))

    return site(change, index)


def text(path: str, old: str, new: str, index: int = 0) -> Change:
    """Replace text in the answer on a path. Raises AssertionError when it is not there exactly once."""

    def change(given: Site) -> Site:
        reply = given.pages[path]
        assert reply.body.count(old) == 1, f"{path}: {reply.body.count(old)} times {old!r}"
        return replace(given, pages={**given.pages, path: replace(reply, body=reply.body.replace(old, new))})

    return site(change, index)


def chart(**changes: Any) -> Change:
    """Change fields of the chart, or of what the target says of it."""

    def change(scene: Scene) -> Scene:
        assert isinstance(scene, ChartedScene)
        return replace(scene, **changes)

    return change


def hosts(*names: str) -> Change:
    """Have the chart's route answer to other hosts in production."""

    def change(scene: Scene) -> Scene:
        assert isinstance(scene, ChartedScene)
        return replace(scene, sets={**scene.sets, "productie": names})

    return change


def zone(**changes: Any) -> Change:
    """Change fields of the supplier's zone."""
    return lambda scene: replace(scene, zones=(replace(scene.zones[0], **changes), *scene.zones[1:]))


def records(old: str, new: str) -> Change:
    """Replace records of the supplier's zone. Raises AssertionError when they are not there exactly once."""

    def change(scene: Scene) -> Scene:
        given = scene.zones[0].records
        assert given.count(old) == 1, f"{given.count(old)} times {old!r}"
        return zone(records=given.replace(old, new))(scene)

    return change


def further_zone(name: str, content: str, **fields: Any) -> Change:
    """Add a zone of somebody else."""
    return lambda scene: replace(scene, zones=(*scene.zones, LabZone(name, content, **fields)))


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(scene: Scene) -> Scene:
        for one in changes:
            scene = one(scene)
        return scene

    return change


def over_ipv6(made: Change, index: int = 0) -> Change:
    """Change a service on its IPv6 address only."""

    def change(scene: Scene) -> Scene:
        old = scene.services[index]
        other: Service = made(scene).services[index]
        pair = (replace(old, addresses=("127.0.0.1",)), replace(other, addresses=("::1",)))
        return replace(scene, services=(*scene.services[:index], *pair, *scene.services[index + 1 :]))

    return change
