"""Judgements on the card of a component: what it declares, beside what is measured of it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from toetskader.facts.attempt import NotProven, Unseen
from toetskader.facts.dossier.documents import Card
from toetskader.facts.dossier.papers import Look, Paper, Papers
from toetskader.facts.dossier.rules import Rule, folded, is_empty
from toetskader.facts.dossier.terms import OnlyWhen, about_other_cases
from toetskader.facts.kubernetes.flux import SOURCE
from toetskader.facts.kubernetes.images import is_within, parse_image
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, NotApplicable, Parameters, Text, Undetermined, check
from toetskader.patterns import linear

Scenes = Mapping[str, Workloads | Undetermined]
Clusters = Mapping[str, Objects | Undetermined]
Seen = TypeVar("Seen")


class OfCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of checks that lay the card beside a measurement."""

    document: Annotated[str, Meta(description="The card: `card`")]


class Declares(OfCard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `card.declares`."""

    rules: Annotated[tuple[Rule, ...], Meta(min_length=1)]
    level_is_gate: Annotated[bool, Meta(description="Whether its level must be the gate of the target file")] = False
    only_when: OnlyWhen | None = None


@check("card.declares", params=Declares)
def test_the_card_declares_it(
    papers: Papers, findings: Findings, params: Declares, parameters: Parameters, today: date
) -> None:
    """The card is of this component and says what is asked; its level is the one that the target is audited at."""
    with papers.look(findings, parameters, today) as look:
        elsewhere = about_other_cases(look, params.only_when)
        if elsewhere is not None:
            raise NotApplicable(elsewhere)
        paper, card = _card(look, params.document)
        look.hold(paper, params.rules)
        gate = look.dossier.gate
        if params.level_is_gate and card.level is not None and gate is not None and card.level != gate:
            findings.add(
                paper.place("level"),
                seen=card.level,
                expected=Text(f"{gate}, de gate van het doelbestand", f"{gate}, the gate of the target file"),
            )


def _card(look: Look, ref: str) -> tuple[Paper, Card]:
    """Return the card, held to be of the component that the target names. Raises NotProven without one."""
    paper = look.the(ref)
    card = paper.document
    if not isinstance(card, Card):
        raise NotProven(Text("Dit is geen kaart.", "This is no card."))
    paper.value("component")
    wanted = look.dossier.component
    if folded(card.component) != folded(wanted):
        look.findings.add(
            paper.place("component"),
            seen=card.component,
            expected=Text(f"{wanted}, zoals in het doelbestand", f"{wanted}, as in the target file"),
        )
    return paper, card


@check("card.image_locations", params=OfCard, absent={"chart": None, "namespace": None})
def test_images_come_from_where_the_card_says(
    papers: Papers,
    workloads_of_every_chart: Scenes | None,
    workloads_of_every_namespace: Scenes | None,
    findings: Findings,
    params: OfCard,
    parameters: Parameters,
    today: date,
) -> None:
    """DDC 7.2: the provider states the trusted location of the image, and each image of chart and namespace is there.

    Without a chart and a namespace there is nothing to lay beside, and stating it is all that the contract asks.
    """
    with papers.look(findings, parameters, today) as look:
        paper, card = _card(look, params.document)
        if is_empty(paper.value("registries")):
            look.lacks(paper, "noemt geen locatie van images (registries)", "names no location of images (registries)")
            return
        listed = ", ".join(card.registries)
        beside = _Beside(look, findings)
        for part, scene, workloads in beside.seen(
            chart=workloads_of_every_chart, namespace=workloads_of_every_namespace
        ):
            for node, text in _images(workloads):
                try:
                    image = parse_image(text)
                except ValueError:
                    beside.doubt(
                        part, Text(f"{node.where}: '{text}' is geen image", f"{node.where}: '{text}' is no image")
                    )
                    continue
                beside.count += 1
                if not any(is_within(image.repository, location) for location in card.registries):
                    beside.contradicts(
                        node, image.repository, Text(f"{paper.name}: {listed}", f"{paper.name}: {listed}"), part, scene
                    )
        beside.conclude(paper, "images", "images")


@check(
    "card.chart_location",
    params=OfCard,
    absent={"namespace": None},
    objects=(f"HelmRepository.{SOURCE}", f"OCIRepository.{SOURCE}"),
)
def test_the_chart_comes_from_where_the_card_says(
    papers: Papers,
    objects_of_every_namespace: Clusters | None,
    findings: Findings,
    params: OfCard,
    parameters: Parameters,
    today: date,
) -> None:
    """DDC 7.5: the provider states the trusted location of the chart, and Flux takes a chart from there.

    What Flux takes from elsewhere besides may be of others. Without a source of Flux in the namespaces there is nothing
    to lay beside.
    """
    with papers.look(findings, parameters, today) as look:
        paper, card = _card(look, params.document)
        if is_empty(paper.value("chart_repository")):
            look.lacks(paper, "noemt niet waar de chart staat (chart_repository)", "does not say where the chart is")
            return
        if linear(_ADDRESS).search(card.chart_repository) is None:
            expected = Text("een adres met oci:// of https://", "an address with oci:// or https://")
            findings.add(paper.place("chart_repository"), seen=card.chart_repository, expected=expected)
            return
        beside = _Beside(look, findings)
        others: list[tuple[Node, str, str]] = []
        for _, scene, objects in beside.seen(namespace=objects_of_every_namespace):
            for kind in ("HelmRepository", "OCIRepository"):
                for item in objects.of_kind(kind, group=SOURCE):
                    url = item.get("spec", "url")
                    if _is_below(url.text() or "", card.chart_repository):
                        beside.count += 1
                    else:
                        others.append((url, url.text() or "-", scene))
        if not beside.count:
            for node, seen, scene in others:
                said = Text(f"{paper.name}: {card.chart_repository}", f"{paper.name}: {card.chart_repository}")
                beside.contradicts(node, seen, said, "namespace", scene)
        beside.conclude(paper, "bronnen van Flux", "sources of Flux")


_ADDRESS = r"^(oci|https)://[^\s/@]+(/\S*)?$"


def _is_below(address: str, location: str) -> bool:
    """Tell whether an address is a location or lies below it; the case of letters and a slash at the end are equal."""
    one, other = (item.strip().rstrip("/").casefold() for item in (address, location))
    return one == other or one.startswith(f"{other}/")


def _images(workloads: Workloads) -> Iterator[tuple[Node, str]]:
    """Yield what names an image: of containers, those of Helm tests too, and of volumes that are one."""
    nodes = [container.get("image") for container in workloads.containers(tests=True)]
    volumes = (volume.get("image") for workload in workloads.with_tests for volume in workload.volumes())
    nodes += [volume.get("reference") for volume in volumes if volume]
    yield from ((node, node.text() or "") for node in nodes)


class _Beside:
    """What is laid beside a card. Attribute: `count`, what of it was seen to be as the card says, or otherwise."""

    def __init__(self, look: Look, findings: Findings) -> None:
        self._look = look
        self._findings = findings
        self.count = 0
        self._is_doubted = False
        self._is_contradicted = False

    def seen(self, **parts: Mapping[str, Seen | Undetermined] | None) -> Iterator[tuple[str, str, Seen]]:
        """Yield each scene of each kind of part, with what was seen of it. What was not seen is left open."""
        for part, scenes in parts.items():
            for scene, subject in (scenes or {}).items():
                if isinstance(subject, Undetermined):
                    self.doubt(part, subject.reason)
                else:
                    yield part, scene, subject

    def doubt(self, part: str, reason: Text) -> None:
        """Leave the verdict open: something could not be seen."""
        self._is_doubted = True
        self._look.leaves_open(Unseen(part, reason))

    def contradicts(self, node: Node, seen: str, said: Text, part: str, scene: str) -> None:
        """Report what is otherwise than the card says."""
        self._is_contradicted = True
        self._findings.add(node, seen=seen, expected=said, part=part, scene=scene)

    def conclude(self, paper: Paper, nl: str, en: str) -> None:
        """Tell what was laid beside a card, which that confirms when all of it is as the card says."""
        if not self.count and not self._is_contradicted:
            self._findings.saw(f"geen {nl} om ernaast te leggen", f"no {en} to lay beside it")
            return
        self._findings.saw(f"{self.count} {nl} ernaast gelegd", f"{self.count} {en} laid beside it")
        paper.is_measured = not self._is_doubted and not self._is_contradicted
