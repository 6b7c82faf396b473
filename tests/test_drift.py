"""Judgement on drift: what runs in a namespace against what the chart of the target renders for it."""

from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.differences import NOT_RENDERED, NOT_THERE
from toetskader.facts.kubernetes.drift import Drift, drift
from toetskader.facts.kubernetes.live import Live
from toetskader.judging import Findings, Text, check, undetermined

_IN_THE_CHART = Text("een object uit de chart", "an object from the chart")
_AS_RENDERED = Text("zoals de chart het levert", "as the chart delivers it")
_CHART = "metadata.labels.helm.sh/chart"
"""Where most charts put their name and version."""
_MOST_NAMED = 5
"""Objects or places named in a sentence."""


@check("delivery.drift", objects=(EVERY_KIND,))
def test_what_runs_is_what_the_chart_delivers(contracted: Render, live: Live, findings: Findings) -> None:
    """DDC 7.9: acceptance and production change through merge requests only, so what runs is what was delivered.

    The chart is rendered with the values set, release, namespace and Kubernetes version of the environment, and each
    object is held to the one that runs. A secret is never compared: of a Secret all but its content is, and a place
    where a secret stood leaves the requirement open, as does whatever else could not be seen on both sides.
    """
    found = drift(contracted, live)
    _say_what_was_compared(found, contracted, findings)
    _require_release(found, contracted)
    for item in found.missing:
        findings.add(item, seen=NOT_THERE, expected=_AS_RENDERED)
    for item in found.extra:
        findings.add(item, seen=NOT_RENDERED, expected=_IN_THE_CHART)
    for difference in found.changed:
        findings.add(difference.node, seen=difference.seen, expected=difference.expected)
    if found.not_compared:
        places = [f"{item.where} {item.path}".strip() for item in found.not_compared]
        reason = found.not_compared[0].reason
        undetermined(f"Niet vergeleken: {_named(places)}. {reason.nl}", f"Not compared: {_named(places)}. {reason.en}")


def _say_what_was_compared(found: Drift, contracted: Render, findings: Findings) -> None:
    source = f"{contracted.provenance.source}, Kubernetes {contracted.kubernetes}"
    findings.saw(
        f"{found.compared} objecten vergeleken met {source}; te veel {len(found.extra)}, niet aanwezig "
        f"{len(found.missing)}, plaatsen anders {len(found.changed)}",
        f"{found.compared} objects compared with {source}; too many {len(found.extra)}, not there "
        f"{len(found.missing)}, places that differ {len(found.changed)}",
    )
    others = dict.fromkeys(
        (item.seen, item.expected) for item in found.changed if item.node.path == _CHART and isinstance(item.seen, str)
    )
    for runs, delivered in others:
        findings.saw(f"er draait {runs}, de chart is {delivered}", f"{runs} runs, the chart is {delivered}")
    if found.secrets:
        names = _named(found.secrets)
        findings.saw(f"inhoud niet vergeleken: {names}", f"content not compared: {names}")
    if found.outside:
        names = _named(found.outside)
        findings.saw(f"buiten de namespace, niet bekeken: {names}", f"outside the namespace, not looked at: {names}")


def _require_release(found: Drift, contracted: Render) -> None:
    """End undetermined where another release runs than the one that was rendered: then nothing of it fits."""
    if found.compared or not found.missing or not found.releases or contracted.release in found.releases:
        return
    names = _named(found.releases)
    undetermined(
        f"In {contracted.namespace} staat niets van release {contracted.release}, wel van {names}. Zet bij die "
        "namespace in het doel 'release' op de naam waaronder de chart daar is geïnstalleerd.",
        f"{contracted.namespace} holds nothing of release {contracted.release}, but of {names}. Set 'release' at that "
        "namespace in the target to the name under which the chart is installed there.",
    )


def _named(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f", … (+{more})" if more > 0 else "")
