"""Judgements on what Kubernetes takes: the kinds, fields and types of this version and of the next."""

from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.served_apis import ApiFault, Fault, faults, known_versions, minor_version
from toetskader.facts.version_constraints import admits
from toetskader.judging import FilePlace, Findings, Text, Variant, check, not_applicable, undetermined


@check("chart.served_apis", objects=(EVERY_KIND,))
def test_objects_are_served_by_this_and_the_next_kubernetes(
    render: Render, objects: Objects, chart: ChartFiles, next_kubernetes: Variant | NotSeen, findings: Findings
) -> None:
    """DDC 1.3: Kubernetes is updated every month, so a component runs on the current and on the next version.

    All objects are of kinds that both serve and have the fields and types that both know, and the chart's
    `kubeVersion` admits both. Custom resources are left out: their schemas come with their controllers.
    """
    if not len(objects):
        not_applicable("De chart rendert geen objecten.", "The chart renders no objects.")
    current = minor_version(render.kubernetes)
    upcoming = (
        _next(current) if isinstance(next_kubernetes, NotSeen) else minor_version(next_kubernetes.render.kubernetes)
    )
    constraint = chart.metadata.get("kubeVersion")
    excluded = []
    if isinstance(constraint, str) and constraint.strip():
        excluded = [version for version in (current, upcoming) if admits(constraint, f"{version}.0") is False]
    if excluded:
        findings.add(
            FilePlace("Chart.yaml"),
            seen=f"kubeVersion: {constraint}",
            expected=Text(f"een bereik met {' en '.join(excluded)}", f"a range with {' and '.join(excluded)}"),
            remedy=Text(
                "Verruim kubeVersion in Chart.yaml, zodat ook die versie erin past.",
                "Widen kubeVersion in Chart.yaml, so that this version fits too.",
            ),
        )
    for version in (current, upcoming):
        if version not in known_versions():
            known = known_versions()
            undetermined(
                f"Van Kubernetes {version or render.kubernetes} zijn de API's hier niet bekend, wel van {known[0]} "
                f"tot en met {known[-1]}. Kies bij het doel een van die versies, of neem een nieuwere Toetskader.",
                f"The APIs of Kubernetes {version or render.kubernetes} are not known here, those of {known[0]} to "
                f"{known[-1]} are. Choose one of these for the target, or take a newer Toetskader.",
            )
    if isinstance(next_kubernetes, NotSeen):
        _report(objects, (current,), findings)
        if not excluded:
            undetermined(
                f"Niet gerenderd voor Kubernetes {upcoming}: {next_kubernetes.message.nl}",
                f"Not rendered for Kubernetes {upcoming}: {next_kubernetes.message.en}",
            )
    elif _documents(objects) == _documents(next_kubernetes.objects):
        _report(objects, (current, upcoming), findings)
    else:
        found = _report(objects, (current,), findings)
        _report(next_kubernetes.objects, (upcoming,), findings, but=found)


def _next(version: str) -> str:
    major, _, minor = version.partition(".")
    return f"{major}.{int(minor) + 1}" if minor.isdigit() else ""


def _documents(objects: Objects) -> list[object]:
    return [item.document for item in objects]


_Known = frozenset[tuple[str, str, Fault]]
"""Object, place in it, and what is wrong there."""


def _report(objects: Objects, versions: tuple[str, ...], findings: Findings, *, but: _Known = frozenset()) -> _Known:
    """Report what is wrong and was not reported already; return all that is wrong. A fault in two versions is one."""
    found = set(but)
    for item in objects:
        for fault in faults(item, versions):
            known = (item.where, fault.path, fault.fault)
            if known not in found:
                seen, expected = _words(item, fault)
                findings.add(_FaultPlace(item, fault.path), seen=seen, expected=expected, remedy=_remedy(fault))
            found.add(known)
    return frozenset(found)


class _FaultPlace:
    """A place in an object, by the path of its fault."""

    def __init__(self, item: KubernetesObject, path: str) -> None:
        self.where, self.source, self.path = item.where, item.source, path


def _words(item: KubernetesObject, fault: ApiFault) -> tuple[Text, Text]:
    """Say what is there, and what Kubernetes takes."""
    version = f"Kubernetes {fault.version}"
    match fault.fault:
        case Fault.NOT_SERVED:
            what, lacks = f"{item.api_version} {item.kind}", _lacks(fault, Text("aanbiedt", "serves"))
            seen = Text(f"{what}, dat {lacks.nl}", f"{what}, which {lacks.en}")
            if fault.expected:
                return seen, Text(f"apiVersion {fault.expected}", f"apiVersion {fault.expected}")
            return seen, Text(f"een soort object die {version} aanbiedt", f"a kind of object that {version} serves")
        case Fault.UNKNOWN_FIELD:
            lacks = _lacks(fault, Text("kent", "knows"))
            seen = Text(f"een veld dat {lacks.nl}", f"a field that {lacks.en}")
            if fault.expected:
                return seen, Text(f"{fault.expected}, of geen veld", f"{fault.expected}, or no field")
            return seen, Text("geen veld", "no field")
        case Fault.WRONG_TYPE:
            seen = Text(_TYPES_NL.get(fault.seen, fault.seen), fault.seen)
            return seen, Text(_TYPES_NL.get(fault.expected, fault.expected), fault.expected)
        case Fault.MISSING_FIELD:
            return Text("niets", "nothing"), Text("een waarde: Kubernetes eist die", "a value: Kubernetes requires it")


def _lacks(fault: ApiFault, verb: Text) -> Text:
    """Say which versions do not have something: from the first one without it, up to the first one with it."""
    if fault.since:
        return Text(
            f"Kubernetes sinds {fault.since} niet meer {verb.nl}", f"Kubernetes no longer {verb.en} since {fault.since}"
        )
    if fault.until:
        return Text(f"Kubernetes pas vanaf {fault.until} {verb.nl}", f"Kubernetes {verb.en} only from {fault.until} on")
    plain = verb.en.removesuffix("s")
    return Text(f"Kubernetes {fault.version} niet {verb.nl}", f"Kubernetes {fault.version} does not {plain}")


def _remedy(fault: ApiFault) -> Text | None:
    """Say what mends a fault: another apiVersion is no answer to a field that is missing."""
    match fault.fault:
        case Fault.NOT_SERVED:
            return _remedy_of_version(fault)
        case Fault.UNKNOWN_FIELD if fault.until:
            return Text(
                f"Haal dit veld weg voor een ouder Kubernetes dan {fault.until}, bijvoorbeeld met "
                "semverCompare op .Capabilities.KubeVersion.",
                f"Leave this field out for a Kubernetes older than {fault.until}, for instance with semverCompare on "
                ".Capabilities.KubeVersion.",
            )
        case Fault.UNKNOWN_FIELD:
            return Text(
                "Haal dit veld uit de template, of schrijf het goed of op de plek waar het hoort.",
                "Take this field out of the template, or spell it right or put it where it belongs.",
            )
        case Fault.WRONG_TYPE:
            return _TYPE_REMEDIES.get(fault.expected) or Text(
                "Laat de template hier een waarde van dat type schrijven.",
                "Have the template write a value of that type here.",
            )
        case Fault.MISSING_FIELD:
            return Text(
                "Vul dit veld in de template in, zo nodig met een waarde uit values.yaml.",
                "Fill in this field in the template, with a value from values.yaml where needed.",
            )


def _remedy_of_version(fault: ApiFault) -> Text:
    if fault.until:
        return Text(
            f"Maak dit object alleen waar het cluster het aanbiedt (.Capabilities.APIVersions.Has), dus vanaf "
            f"Kubernetes {fault.until}.",
            "Make this object only where the cluster serves it (.Capabilities.APIVersions.Has), so from Kubernetes "
            f"{fault.until} on.",
        )
    if fault.expected:
        return Text(
            f"Zet apiVersion in de template op {fault.expected}; moet de chart ook op een ouder Kubernetes werken, "
            "kies dan met .Capabilities.APIVersions.Has.",
            f"Set apiVersion in the template to {fault.expected}; if the chart must also work on an older Kubernetes, "
            "choose with .Capabilities.APIVersions.Has.",
        )
    return Text(
        "Haal dit object uit de chart, of verbeter apiVersion en kind.",
        "Take this object out of the chart, or correct apiVersion and kind.",
    )


_TYPES_NL = {
    "mapping": "een mapping",
    "list": "een lijst",
    "text": "tekst",
    "number": "een getal",
    "whole number": "een geheel getal",
    "whole number or text": "een geheel getal of tekst",
    "quantity": "een hoeveelheid, zoals 250m of 64Mi",
    "true or false": "true of false",
    "nothing": "niets",
    "value": "een waarde",
}
_TYPE_REMEDIES = {
    "text": Text(
        "Zet de waarde in de template tussen aanhalingstekens, bijvoorbeeld met `| quote`.",
        "Put the value between quotes in the template, for instance with `| quote`.",
    ),
    "whole number": Text(
        "Schrijf hier in de template een getal zonder aanhalingstekens, zo nodig met `| int`.",
        "Write a number without quotes here in the template, with `| int` where needed.",
    ),
    "list": Text(
        "Laat de template hier een lijst schrijven: elk onderdeel achter een streepje.",
        "Have the template write a list here: every item behind a dash.",
    ),
    "mapping": Text(
        "Laat de template hier namen met waarden schrijven, en controleer het inspringen (`nindent`).",
        "Have the template write names with values here, and check the indentation (`nindent`).",
    ),
    "value": Text("Laat het lege onderdeel van de lijst weg.", "Leave the empty item of the list out."),
}
