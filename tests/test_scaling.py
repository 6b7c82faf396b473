"""Judgements on scaling up and down, and on stopping."""

from collections.abc import Iterator

from toetskader.facts.chart import Untried
from toetskader.facts.kubernetes.declared import AT_HAND
from toetskader.facts.kubernetes.known_images import is_only_data_store
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.scaling import (
    BUDGET_KINDS,
    SCALER_KINDS,
    Autoscaler,
    autoscaler,
    disruption_budgets,
    replicas_at_least,
)
from toetskader.facts.kubernetes.servers import SERVER_KINDS
from toetskader.facts.kubernetes.storage import CLAIM_KINDS, shared_volumes, works_on_node
from toetskader.facts.kubernetes.workloads import Workload, Workloads
from toetskader.judging import Findings, Text, Variant, check, not_applicable, undetermined


def follow_load(workloads: Workloads) -> list[Workload]:
    """Return the workloads whose number has to follow the load."""
    return [
        item
        for item in workloads
        if item.is_long_running
        and not (item.kind == "DaemonSet" and works_on_node(item))
        and not is_only_data_store(item)
    ]


def report_fixed(scaler: Autoscaler, findings: Findings) -> None:
    """Report an autoscaler that leaves no room, or goes one way only."""
    if not scaler.moves:
        findings.add(
            scaler.bounds,
            seen=f"{scaler.minimum}-{scaler.maximum}",
            expected=Text("een minimum onder het maximum", "a minimum below the maximum"),
        )
    elif scaler.disabled is not None:
        findings.add(
            scaler.disabled,
            seen=scaler.disabled.value,
            expected=Text("op- en afschalen", "scaling up and down"),
            remedy=Text("Verwijder `selectPolicy: Disabled`.", "Remove `selectPolicy: Disabled`."),
        )


def report_unscalable(workload: Workload, findings: Findings) -> None:
    """Report a workload of a kind that has no number to set."""
    expected = Text("een Deployment met instelbare replicas", "a Deployment with replicas that can be set")
    findings.add(workload.get("kind"), seen=workload.kind, expected=expected)


def report_shared_disks(workload: Workload, objects: Objects, findings: Findings) -> list[str]:
    """Report volumes by which a second pod does not start on another node: all pods share one that one node can have.

    Returns the names of shared claims that the scene does not hold.
    """
    unknown = []
    for volume in shared_volumes(objects, workload):
        if volume.reach is None:
            unknown.append(volume.name)
        elif not volume.reach:
            modes = ", ".join(volume.modes)
            findings.add(
                volume.node,
                seen=Text(
                    f"{volume.name} ({modes}), gedeeld door alle pods van {workload.where}",
                    f"{volume.name} ({modes}), shared by all pods of {workload.where}",
                ),
                expected=Text(
                    "ReadWriteMany, een claim per pod, of geen claim",
                    "ReadWriteMany, a claim for each pod, or no claim",
                ),
                remedy=Text(
                    "Een pod op een andere node start niet zolang een eerste deze opslag heeft: gebruik objectopslag "
                    "of een claim met ReadWriteMany.",
                    "A pod on another node does not start as long as a first one has this storage: use object "
                    "storage, or a claim with ReadWriteMany.",
                ),
            )
    return unknown


@check("scaling.adjustable", objects=(AT_HAND, *CLAIM_KINDS, *SCALER_KINDS, *SERVER_KINDS))
def test_number_of_containers_can_follow_the_load(
    workloads: Workloads, objects: Objects, scaled: Variant, findings: Findings
) -> None:
    """DDC 7.4: the component scales up and down with the load, where that is fitting.

    A DaemonSet that works on its node follows the nodes, a Job ends, and a data store is no process to multiply: it
    belongs outside (7.15). Pods that share storage of which one node can have the use do not multiply either.
    """
    judged = follow_load(workloads)
    if not judged:
        not_applicable("De chart levert geen schaalbare workload op.", "The chart renders no workload that scales.")
    others = []
    untried: list[Text] = []
    elsewhere: list[str] = []
    custom: list[str] = []
    for workload in judged:
        elsewhere += report_shared_disks(workload, objects, findings)
        scaler = autoscaler(objects, workload)
        if scaler is not None:
            report_fixed(scaler, findings)
        elif not workload.is_scalable and workload.is_custom:
            custom.append(workload.where)
        elif not workload.is_scalable:
            report_unscalable(workload, findings)
        elif not _is_same(workload, scaled):
            others.append(workload.where)
        elif not _follows(workload, scaled):
            refused = next((item for item in scaled.render.untried if workload.where in item.decides), None)
            if refused is None or refused.by_schema:
                _report_number(workload, refused, findings)
            else:
                untried.append(_not_tried(workload, refused))
    doubt = next(iter((*untried, *_doubts(others, custom, elsewhere))), None)
    if doubt is not None:
        undetermined(doubt.nl, doubt.en)


def _doubts(others: list[str], custom: list[str], elsewhere: list[str]) -> Iterator[Text]:
    """Say why the number of some workloads does not show: something decides on it, or on the storage they share."""
    if others:
        yield Text(
            f"Of het aantal van {', '.join(others)} de values volgt is hier niet te zien: bij het proberen met andere "
            "values was dat er niet, of met een ander aantal. Laat in de template alleen values daarover beslissen.",
            f"Whether the number of {', '.join(others)} follows the values cannot be seen here: when other values were "
            "tried it was not there, or with another number. Have values alone decide that in the template.",
        )
    if custom:
        yield Text(
            f"Hoeveel pods {', '.join(custom)} draait bepaalt de controller van die soort; toon aan in de namespace "
            "dat het aantal de belasting volgt.",
            f"How many pods {', '.join(custom)} runs is up to the controller of that kind; show in the namespace that "
            "the number follows the load.",
        )
    if elsewhere:
        names = ", ".join(dict.fromkeys(elsewhere))
        yield Text(
            f"Of pods op meer dan één node deze claims tegelijk kunnen gebruiken is hier niet te zien: {names}. Render "
            "ze mee, of toon het aantal aan in de namespace.",
            f"Whether pods on more than one node can use these claims at once cannot be seen here: {names}. Render "
            "them along, or show the number in the namespace.",
        )


def _report_number(workload: Workload, refused: Untried | None, findings: Findings) -> None:
    """Report a number that stays the same: nothing changes it, or the chart's own schema forbids another one."""
    replicas = workload.get("spec", "replicas")
    number = replicas.value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if refused is None:
        findings.add(
            replicas,
            seen=Text(
                f"{'1, niet ingevuld' if number is None else number}: geen waarde verandert het",
                f"{'1, not filled in' if number is None else number}: no value changes it",
            ),
            expected=Text(
                "een aantal uit de values, of een HorizontalPodAutoscaler",
                "a number from the values, or a HorizontalPodAutoscaler",
            ),
        )
        return
    findings.add(
        replicas,
        seen=Text(
            f"{number}: values.schema.json laat voor {refused.path} geen ander aantal toe",
            f"{number}: values.schema.json allows no other number for {refused.path}",
        ),
        expected=Text("een schema dat meer toelaat", "a schema that allows more"),
        remedy=Text(
            "Verruim de grens in values.schema.json, en zorg dat het component met meer containers werkt.",
            "Widen the bound in values.schema.json, and make the component work with more containers.",
        ),
    )


def _not_tried(workload: Workload, refused: Untried) -> Text:
    return Text(
        f"{workload.where} volgt {refused.path}, maar een ander aantal was hier niet te proberen: {refused.why.nl} Dat "
        "zegt niets over deze waardenset; voeg bij het doel een waardenset toe met een ander aantal.",
        f"{workload.where} follows {refused.path}, but another number could not be tried here: {refused.why.en} That "
        "says nothing of this values set; add a values set with another number to the target.",
    )


def _is_same(workload: Workload, scaled: Variant) -> bool:
    """Tell whether a workload is the one that was rendered with other values: there, and with this number before.

    Otherwise something else than a value decides on it, and what differs is not by the values.
    """
    replicas = workload.get("spec", "replicas").number()
    before = _numbers(workload, scaled.base)
    return bool(_numbers(workload, scaled.objects)) and replicas in before


def _follows(workload: Workload, scaled: Variant) -> bool:
    """Tell whether the workload's number of replicas changed when the values did."""
    before = workload.get("spec", "replicas").number()
    return any(number != before for number in _numbers(workload, scaled.objects))


def _numbers(workload: Workload, objects: Objects) -> list[float | None]:
    same = objects.derived(_named).get((workload.kind, workload.name, workload.namespace), ())
    return [item.get("spec", "replicas").number() for item in same]


def _named(objects: Objects) -> dict[tuple[str, str, str], list[KubernetesObject]]:
    found: dict[tuple[str, str, str], list[KubernetesObject]] = {}
    for item in objects:
        found.setdefault((item.kind, item.name, item.namespace), []).append(item)
    return found


@check("scaling.graceful_stop", objects=(*BUDGET_KINDS, *SERVER_KINDS))
def test_sudden_stops_are_survived(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 7.4: the component largely survives sudden stops and starts, such as the loss of a node."""
    judged = [workload for workload in workloads if workload.is_long_running]
    if not judged:
        not_applicable("Er is geen workload die blijft draaien.", "There is no workload that keeps running.")
    for workload in judged:
        _report_stop(workload, findings)
        _remark_on_a_lone_pod(workload, objects, findings)
        # Draining a node passes over DaemonSets, so that a budget does nothing for them.
        if workload.kind != "DaemonSet":
            _report_budgets(workload, objects, findings)


def _report_stop(workload: Workload, findings: Findings) -> None:
    """Report a workload whose pods are given no time to stop. Without a number Kubernetes gives them 30 seconds."""
    grace = workload.pod.get("terminationGracePeriodSeconds")
    seconds = grace.number()
    if seconds is not None and seconds < 1:
        findings.add(
            grace,
            seen=seconds,
            expected=Text(
                "1 seconde of meer, of niets: dan geeft Kubernetes er 30",
                "1 second or more, or nothing: then Kubernetes gives 30",
            ),
        )


def _remark_on_a_lone_pod(workload: Workload, objects: Objects, findings: Findings) -> None:
    """Remark on a workload that is gone for a while with its only pod: the document accepts that this can be so."""
    if workload.is_scalable and replicas_at_least(objects, workload) == 1 and not is_only_data_store(workload):
        findings.add(
            workload.get("spec", "replicas"),
            seen=Text("één pod", "one pod"),
            expected=Text("meer dan één pod, waar dat kan", "more than one pod, where that can be"),
            strength="recommended",
            remedy=Text(
                "Zet het aantal standaard op 2 of meer, als het component dat verdraagt.",
                "Let the number default to 2 or more, where the component bears that.",
            ),
        )


def _report_budgets(workload: Workload, objects: Objects, findings: Findings) -> None:
    budgets = disruption_budgets(objects, workload)
    if not budgets:
        findings.add(
            workload,
            seen=Text("geen PodDisruptionBudget voor deze pods", "no PodDisruptionBudget for these pods"),
            expected=Text("een PodDisruptionBudget", "a PodDisruptionBudget"),
        )
    if len(budgets) > 1:
        names = ", ".join(budget.object.name for budget in budgets)
        findings.add(
            workload,
            seen=Text(f"meer dan één PodDisruptionBudget: {names}", f"more than one PodDisruptionBudget: {names}"),
            expected=Text(
                "één, anders weigert Kubernetes elke verplaatsing", "one, else Kubernetes refuses any eviction"
            ),
        )
    for budget in budgets:
        if budget.blocks_drain is not None:
            findings.add(
                budget.blocks_drain,
                seen=budget.blocks_drain.value,
                expected=Text("ruimte om één pod te verplaatsen", "room to move one pod"),
                remedy=Text(
                    "Zet maxUnavailable op 1, of laat meer replica's draaien dan minAvailable.",
                    "Set maxUnavailable to 1, or run more replicas than minAvailable.",
                ),
            )
        if budget.guards_nothing is not None:
            findings.add(
                budget.guards_nothing,
                seen=budget.guards_nothing.value,
                expected=Text("een grens: nooit alle pods tegelijk weg", "a limit: never all pods gone at once"),
                remedy=Text("Zet maxUnavailable op 1.", "Set maxUnavailable to 1."),
            )
