"""Judgements on workloads and their containers."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import NoReturn

import msgspec

from toetskader.facts.baseline import baseline_mentions
from toetskader.facts.chart import ChartFiles
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.known_images import data_stores, image_name, is_helper
from toetskader.facts.kubernetes.migrations import migrations
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.owners import operator_of
from toetskader.facts.kubernetes.probes import asks_something
from toetskader.facts.kubernetes.quantities import int_or_percentage, quantity
from toetskader.facts.kubernetes.scaling import SCALER_KINDS, replicas_at_least
from toetskader.facts.kubernetes.sessions import STICKY_KINDS, keeps_sessions, sticky_sessions
from toetskader.facts.kubernetes.storage import (
    CLAIM_KINDS,
    LOCAL_CLAIM_KINDS,
    VolumeType,
    claims,
    local_claims,
    mounts,
    node_volumes,
)
from toetskader.facts.kubernetes.workloads import Container, ContainerRole, Workload, Workloads
from toetskader.facts.own_data import OWN_DATA_KINDS, OwnData, own_data
from toetskader.facts.templates import Templates
from toetskader.judging import FilePlace, Findings, Parameters, Text, check, not_applicable, not_shown, undetermined


def require_containers(workloads: Workloads) -> None:
    """End the judgement when there is nothing to judge: a rule on containers is not met by having none."""
    if not any(True for _ in workloads.containers()):
        not_applicable("Er is geen container.", "There is no container.")


def long_running(workloads: Workloads) -> list[Workload]:
    """Return the workloads that are meant to keep running; end the judgement when there are none."""
    found = [workload for workload in workloads if workload.is_long_running]
    if not found:
        not_applicable("Er is geen workload die blijft draaien.", "There is no workload that keeps running.")
    return found


@check("workload.non_root")
def test_containers_do_not_run_as_root(workloads: Workloads, findings: Findings) -> None:
    """DDC 7.2: the image does not run as root. Effective values as the Pod Security Standards read them."""
    report_root(workloads, findings)


def report_root(workloads: Workloads, findings: Findings, seen_inside: Collection[str] = ()) -> None:
    """Report what asks for root, or leaves it to the image.

    Parameters: `seen_inside`, places of containers that were seen to run as another user: of these it is only advised
    to say so.
    """
    require_containers(workloads)
    for workload in workloads:
        # User 0 for the pod also catches a container that is added later, whatever the present ones set.
        for_pod = workload.pod.get("securityContext", "runAsUser")
        _report_root(for_pod, findings)
        for container in workload.containers:
            own = container.get("securityContext", "runAsUser")
            _report_root(own, findings)
            promise = container.security.run_as_non_root
            if not own and not for_pod and promise.flag() is not True:
                findings.add(
                    promise,
                    seen=promise.value,
                    expected=_NON_ROOT,
                    strength="recommended" if container.where in seen_inside else "required",
                )


def _report_root(user: Node, findings: Findings) -> None:
    uid = user.number()
    if uid is not None and uid <= 0:
        findings.add(user, seen=uid, expected=Text("een gebruiker boven 0", "a user above 0"))


_NON_ROOT = Text("runAsNonRoot: true, of een runAsUser boven 0", "runAsNonRoot: true, or a runAsUser above 0")


@check("workload.read_only_root_filesystem")
def test_root_filesystem_is_read_only(workloads: Workloads, findings: Findings) -> None:
    """DDC 7.2: nobody can change the file system of a started container."""
    report_writable(workloads, findings)


def report_writable(workloads: Workloads, findings: Findings, seen_inside: Collection[str] = ()) -> None:
    """Report containers of which the root file system is not asked to be read-only.

    Parameters: `seen_inside`, places of containers in which it was seen to be so all the same: there it is advised.
    """
    require_containers(workloads)
    for container in workloads.containers():
        setting = container.security.read_only_root_filesystem
        if setting.flag() is not True:
            advised = container.where in seen_inside
            findings.add(setting, seen=setting.value, expected=True, strength="recommended" if advised else "required")


@check("workload.writable_paths_on_volumes", objects=LOCAL_CLAIM_KINDS)
def test_writable_paths_lie_on_volumes(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 7.2: what must stay writable lies on an external or temporary volume, not in the container or on a node."""
    report_paths(workloads, objects, findings)


def report_paths(workloads: Workloads, objects: Objects, findings: Findings, seen_inside: Collection[str] = ()) -> None:
    """Report what is written to and is no volume, or one on a node.

    Parameters: `seen_inside`, places of containers of which the root was seen to be read-only, whatever they ask for.
    """
    require_containers(workloads)
    on_a_node = {name for claim in local_claims(objects, workloads) for name in claim.names}
    for container in workloads.containers():
        setting = container.security.read_only_root_filesystem
        if setting.flag() is not True:
            findings.add(
                setting,
                seen=Text("het hele bestandssysteem is beschrijfbaar", "the whole file system is writable"),
                expected=Text("alleen volumes beschrijfbaar", "only volumes writable"),
                strength="recommended" if container.where in seen_inside else "required",
            )
        for mount, volume in mounts(container):
            if mount.get("readOnly").flag() is True:
                continue
            if volume is None:
                findings.add(
                    mount,
                    seen=mount.get("name").value,
                    expected=Text("de naam van een volume van deze pod", "the name of a volume of this pod"),
                )
            elif volume.type is VolumeType.NODE or (volume.claim_name or volume.name) in on_a_node:
                findings.add(
                    mount,
                    seen=Text(f"{volume.name}: opslag op de node", f"{volume.name}: storage on the node"),
                    expected=Text("een extern of tijdelijk volume", "an external or temporary volume"),
                    remedy=Text(
                        "Vervang het volume door emptyDir (tijdelijk) of een PersistentVolumeClaim op externe opslag.",
                        "Replace the volume by emptyDir (temporary) or a PersistentVolumeClaim on external storage.",
                    ),
                )


class LayerParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of `workload.one_layer_per_container`."""

    layer_label: str
    """Label of the pods that names their Common Ground layer."""


# The five layers of Common Ground, by the words that name them in a label.
_LAYERS = {
    "interactie": "interactie",
    "proces": "proces",
    "procesinrichting": "proces",
    "integratie": "integratie",
    "service": "services",
    "services": "services",
    "data": "data",
}


@check("workload.one_layer_per_container", params=LayerParams)
def test_each_container_serves_one_layer(
    workloads: Workloads, params: LayerParams, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.2: each part of a Common Ground layer runs in a container of its own. The label is our convention.

    The sentence is about applications of the Common Ground; the next one leaves others free (DDC 7.2, 524-528). A chart
    does not show which of the two it delivers, so the target says it.
    """
    require_containers(workloads)
    match parameters.get("common_ground"):
        case None:
            undetermined(
                "Het doel zegt niet of dit een Common Ground-applicatie is; alleen daarvoor geldt deze eis. Zet "
                "`parameters.common_ground` op true of false.",
                "The target does not say whether this is a Common Ground application, and this requirement is about "
                "those only. Set `parameters.common_ground` to true or false.",
            )
        case False:
            not_applicable(
                "Het doel meldt dat dit geen Common Ground-applicatie is (`common_ground: false`).",
                "The target states that this is no Common Ground application (`common_ground: false`).",
            )
    users: dict[str, dict[str, list[Container]]] = defaultdict(lambda: defaultdict(list))
    for workload in workloads:
        place = workload.pod_metadata.get("labels")
        layer = workload.pod_labels.get(params.layer_label, "")
        if len(_layers_in(layer)) != 1:
            findings.add(
                place,
                seen=layer or None,
                expected=Text(
                    f"het label {params.layer_label} met één laag: interactie, proces, integratie, services of data",
                    f"the label {params.layer_label}, one layer: interactie, proces, integratie, services or data",
                ),
            )
        main = main_containers(workload)
        for container in main[1:]:
            if _same_image(container, main[0]):  # one component in several containers, such as steps of a Job
                continue
            findings.add(
                container,
                seen=Text(f"hoofdcontainer naast {main[0].name}", f"main container beside {main[0].name}"),
                expected=Text("één hoofdcontainer per pod", "one main container per pod"),
                remedy=Text("Geef deze container een eigen workload.", "Give this container a workload of its own."),
            )
        for container in main:
            if layer and container.image:
                users[container.image.repository][layer].append(container)
    for repository, layers in users.items():
        for layer, containers in list(layers.items())[1:]:
            others = ", ".join(name for name in layers if name != layer)
            findings.add(
                containers[0].get("image"),
                seen=Text(f"{repository}, ook in laag {others}", f"{repository}, in layer {others} too"),
                expected=Text("een image voor één laag", "an image for one layer"),
            )


def _layers_in(label: str) -> set[str]:
    words = (word.removesuffix("laag") for word in re.split(r"[^a-z]+", label.lower()))
    return {_LAYERS[word] for word in words if word in _LAYERS}


def _same_image(one: Container, other: Container) -> bool:
    return bool(image_name(one)) and image_name(one) == image_name(other)


def main_containers(workload: Workload) -> list[Container]:
    """Return the containers a pod is for: regular ones, without proxies, log shippers and exporters beside them."""
    regular = [item for item in workload.containers if item.role is ContainerRole.REGULAR]
    return [item for item in regular if not is_helper(item)] or regular[:1]


_MACHINE_KINDS = ("VirtualMachine", "VirtualMachineInstance", "VirtualMachinePool", "DataVolume")
_HOST_INSTALLERS = (".deb", ".rpm", ".msi", ".exe", ".iso", ".qcow2", ".vmdk", ".ova", ".vhd", ".vhdx", ".img")


@check("workload.delivered_as_containers", objects=_MACHINE_KINDS)
def test_application_is_delivered_as_containers(
    workloads: Workloads, objects: Objects, chart: ChartFiles, templates: Templates, findings: Findings
) -> None:
    """DDC 7.2: an application outside Common Ground also comes as one or more containers, not as a machine."""
    has_image = any(container.image for container in workloads.containers())
    if not has_image and (len(workloads) or not templates.run_pods):
        findings.add(
            FilePlace("templates"),
            seen=Text("geen workload met een image", "no workload with an image"),
            expected=Text("minstens één container", "at least one container"),
        )
    for item in objects.of_kind(*_MACHINE_KINDS):
        findings.add(item, seen=item.kind, expected=Text("een container", "a container"))
    for name in (*chart.files, *chart.binary_files):
        if name.lower().endswith(_HOST_INSTALLERS):
            findings.add(
                FilePlace(name),
                seen=Text("een installatie voor een machine", "an installer for a machine"),
                expected=Text("een container", "a container"),
            )
    if not has_image and not findings:
        not_shown(
            "Met deze waardenset rendert de chart geen workload, en kan dat wel; voeg bij het doel een waardenset toe "
            "waarin het component aan staat.",
            "With this values set the chart renders no workload, though it can; add a values set to the target in "
            "which the component is on.",
        )


@check("workload.rolling_update", objects=SCALER_KINDS)
def test_new_versions_roll_out_step_by_step(
    workloads: Workloads, objects: Objects, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.5: implementations are rolling updates; those that change a database are exempt for now."""
    running = long_running(workloads)
    replaced = [workload for workload in running if _is_replaced_by_its_owner(workload)]
    stops = [stop for workload in running if workload not in replaced for stop in _stops(workload, objects)]
    # The target knows of its release; a migration in the chart only shows that releases may have one.
    declared = parameters.get("database_changes")
    if stops and declared is True:
        not_applicable(
            "Het doel meldt databasewijzigingen bij deze release (database_changes): die zijn voorlopig vrijgesteld.",
            "The target states database changes with this release (database_changes): these are exempt for now.",
        )
    migration = next(migrations(workloads), None) if declared is None else None
    if stops and migration is not None:
        not_applicable(
            f"{migration.where} wijzigt de database; zulke releases zijn voorlopig vrijgesteld. Zet parameter "
            "database_changes op false als deze release dat niet doet.",
            f"{migration.where} changes the database; such releases are exempt for now. Set the parameter "
            "database_changes to false when this release does not.",
        )
    for place, seen, expected in stops:
        findings.add(place, seen=seen, expected=expected)
    if replaced:
        names = ", ".join(
            f"{workload.where} ({operator_of(workload.object) or workload.kind})" for workload in replaced[:3]
        )
        undetermined(
            f"De pods van {names} worden vervangen door de soort tussen haakjes, en hoe die dat doet is niet te zien; "
            "bekijk de instelling ervan.",
            f"The pods of {names} are replaced by the kind in brackets, and how that does it cannot be seen; look at "
            "its settings.",
        )


def _is_replaced_by_its_owner(workload: Workload) -> bool:
    """Tell whether a custom resource replaces a workload's pods: it is one, or the one that manages it, whose own kind
    never does by itself.
    """
    if workload.is_custom:
        return True
    if not operator_of(workload.object):
        return False
    match workload.kind:
        case "Deployment":
            return False
        case "StatefulSet" | "DaemonSet":
            return workload.get("spec", "updateStrategy", "type").text() == "OnDelete"
        case _:
            return True


def _stops(workload: Workload, objects: Objects) -> Iterator[tuple[Node, object, object]]:
    """Yield what makes an update of a workload anything but step by step: place, seen, expected."""
    if workload.kind not in ("Deployment", "StatefulSet", "DaemonSet"):
        yield (
            workload.get("kind"),
            workload.kind,
            Text("een Deployment, die stap voor stap bijwerkt", "a Deployment, which updates step by step"),
        )
        return
    paused = workload.get("spec", "paused")
    if workload.kind == "Deployment" and paused.flag():
        yield paused, True, Text("geen paused, anders komt er geen update", "no paused, else there is no update")
    strategy = workload.get("spec", "strategy" if workload.kind == "Deployment" else "updateStrategy")
    kind = strategy.get("type")
    if kind.text() not in (None, "RollingUpdate"):
        yield kind, kind.value, "RollingUpdate"
        return
    replicas = max(replicas_at_least(objects, workload), 1)
    limit = strategy.get("rollingUpdate", "maxUnavailable")
    # What a number means for a DaemonSet depends on the nodes; a lone pod of a StatefulSet is replaced in any case.
    counts = isinstance(limit.value, str) or workload.kind == "Deployment"
    unavailable = int_or_percentage(limit, replicas, round_up=False)
    if counts and unavailable is not None and unavailable >= replicas:
        yield limit, limit.value, Text("nooit alle pods tegelijk weg", "never all pods gone at once")
    partition = strategy.get("rollingUpdate", "partition")
    if workload.kind == "StatefulSet" and (partition.number() or 0) >= replicas:
        yield partition, partition.value, Text("0, anders krijgt geen pod de update", "0, else no pod gets the update")


@check("workload.probes")
def test_probes_show_start_readiness_and_life(workloads: Workloads, findings: Findings) -> None:
    """DDC 7.19: probes let Kubernetes handle starting, running and failing. Jobs have no probe duty."""
    report_probes(workloads, findings)


def report_probes(workloads: Workloads, findings: Findings) -> None:
    """Report the containers whose probes do not show start, readiness and life."""
    for workload in long_running(workloads):
        for container in workload.containers:
            if not container.runs_continuously:
                continue
            for probe in container.probes():
                if not asks_something(probe):
                    findings.add(
                        probe,
                        seen=probe.value if not probe.value else Text("vraagt niets", "asks nothing"),
                        expected=Text("httpGet, tcpSocket, exec of grpc", "httpGet, tcpSocket, exec or grpc"),
                    )


@check("workload.stateless", objects=(*STICKY_KINDS, *OWN_DATA_KINDS))
def test_processes_are_stateless(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    parameters: Parameters,
    findings: Findings,
) -> None:
    """DDC 7.15: the software runs as stateless processes that can stand beside and in place of each other."""
    for workload in long_running(workloads):
        stores = data_stores(workload)
        for container in stores:
            findings.add(
                container.get("image"),
                seen=container.get("image").value,
                expected=Text("een externe dienst", "an external service"),
                remedy=Text(
                    "Haal deze database, cache of queue uit de release en sluit aan op de dienst van de gemeente.",
                    "Take this database, cache or queue out of the release and connect to the municipality's service.",
                ),
            )
        if workload.kind == "StatefulSet" and not stores:
            templates = workload.get("spec", "volumeClaimTemplates")
            own = bool(templates.value)
            findings.add(
                templates if own else workload.get("kind"),
                seen=Text("eigen opslag per pod", "storage of its own per pod") if own else "StatefulSet",
                expected=Text("een Deployment", "a Deployment"),
            )
        for volume in node_volumes(workload):
            findings.add(
                volume.node,
                seen=Text("opslag op de node", "storage on the node"),
                expected=Text("een externe dienst of emptyDir", "an external service or emptyDir"),
            )
    for variable in environment.variables():
        if keeps_sessions(variable):
            expected = Text("sessies in een externe dienst", "sessions in an external service")
            findings.add(variable.place, seen=f"{variable.name}: {variable.text}", expected=expected)
    for place in sticky_sessions(objects):
        seen = Text("vaste pod per sessie", "one pod per session")
        findings.add(place, seen=place.text() if isinstance(place.value, str) else seen, expected=_ANY_POD)
    declared: list[str] = parameters.get("external_storage_claims") or []
    for item in own_data(workloads, objects, environment):
        if item.volume.claim_name not in declared:
            _leave_open(item)


def _leave_open(item: OwnData) -> NoReturn:
    volume = item.volume.claim_name or item.volume.name
    undetermined(
        f"{item.container.where} bedient anderen en bewaart gegevens op {volume} ({item.path}); nergens staat waar het "
        "iets anders bewaart. Of dit een database of ander gegevensarchief is, toont de chart niet. Toon in de "
        "instellingen de externe database of dienst, of noem een claim voor gedeelde bestanden in "
        "`parameters.external_storage_claims`.",
        f"{item.container.where} serves others and keeps data on {volume} ({item.path}); nothing says where it keeps "
        "anything else. The chart does not show whether this is a database or other data store. Show the external "
        "database or service in the settings, or name a claim for shared files in "
        "`parameters.external_storage_claims`.",
    )


_ANY_POD = Text("elk verzoek naar elke pod", "any request to any pod")


_BASELINE_NAMES = {
    "cpu": Text("CPU", "CPU"),
    "memory": Text("geheugen", "memory"),
    "replicas": Text("aantal replica's", "number of replicas"),
}


@check("workload.resource_estimate", objects=CLAIM_KINDS)
def test_resources_are_estimated_for_a_baseline(
    workloads: Workloads, objects: Objects, chart: ChartFiles, findings: Findings
) -> None:
    """DDC 7.22: the chart estimates CPU, disk and memory for a baseline, such as transactions per minute."""
    require_containers(workloads)
    for container in workloads.containers():
        if container.role is not ContainerRole.EPHEMERAL:
            report_amounts(container, findings)
    for claim in claims(objects, workloads):
        if not (quantity(claim.size) or Decimal(0)) > 0:
            findings.add(claim.size, seen=claim.size.value, expected=Text("een grootte", "a size"))
    _report_baseline(chart, findings)


def report_amounts(container: Container, findings: Findings) -> None:
    """Report where a container does not say how much CPU and memory it needs, and may take.

    Kubernetes asks for as much as the limit where only that is filled in (Resource Management for Pods and Containers).
    """
    for resource in ("cpu", "memory"):
        asked, most = (container.get("resources", kind, resource) for kind in ("requests", "limits"))
        limited = (quantity(most) or Decimal(0)) > 0
        if limited and quantity(asked) is None:
            findings.add(
                asked,
                seen=Text(
                    f"niet ingevuld: gelijk aan de limiet, {most.value}", f"not filled in: the limit, {most.value}"
                ),
                expected=Text("wat de container gewoonlijk nodig heeft", "what the container usually needs"),
                strength="optional",
            )
        elif not (quantity(asked) or Decimal(0)) > 0:
            findings.add(asked, seen=asked.value, expected=Text("een hoeveelheid", "an amount"))
        if not limited:
            findings.add(most, seen=most.value, expected=Text("een hoeveelheid", "an amount"))


def _report_baseline(chart: ChartFiles, findings: Findings) -> None:
    mentions = baseline_mentions(chart.files)
    if any(not mention.missing for mention in mentions):
        return
    expected = Text(
        "een basislijn: zoveel transacties per minuut, met zoveel replica's, CPU en geheugen",
        "a baseline: so many transactions per minute, with so many replicas, CPU and memory",
    )
    best = min(mentions, key=lambda mention: len(mention.missing), default=None)
    if best is None:
        findings.add(FilePlace("README.md"), seen=None, expected=expected)
        return
    missing = [_BASELINE_NAMES[name] for name in best.missing]
    findings.add(
        FilePlace(best.file, best.line),
        seen=Text(
            f"een belasting zonder {', '.join(name.nl for name in missing)}",
            f"a load without {', '.join(name.en for name in missing)}",
        ),
        expected=expected,
    )
