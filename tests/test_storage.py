"""Judgements on where a component keeps its data."""

from collections.abc import Iterable

from toetskader.facts.chart import Render
from toetskader.facts.databases import keeps_file
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.known_images import data_stores, is_database, is_only_data_store
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.servers import SERVER_KINDS
from toetskader.facts.kubernetes.storage import (
    CLAIM_KINDS,
    LOCAL_CLAIM_KINDS,
    Claim,
    Volume,
    VolumeType,
    claims,
    local_claims,
    local_persistent_volumes,
    mounts,
    node_volumes,
    storage_class_values,
    volumes,
)
from toetskader.facts.kubernetes.workloads import Container, Workloads
from toetskader.facts.object_storage import SETTING_KINDS, Part, Settings, rendered_settings, values_settings
from toetskader.facts.templates import Templates
from toetskader.facts.values import Leaf
from toetskader.judging import Findings, Parameters, Text, check, not_applicable, undetermined

_OFF_THE_NODE = Text("opslag buiten de node", "storage off the node")


@check("storage.class_configurable", objects=CLAIM_KINDS)
def test_storage_class_can_be_chosen(
    workloads: Workloads, objects: Objects, render: Render, findings: Findings
) -> None:
    """DDC 1.3: storage uses the classes of AKS, so a claim leaves the class to the cluster or to the values."""
    asked = claims(objects, workloads)
    if not asked:
        not_applicable(
            f"De chart vraagt met waardenset {render.scene} geen opslag aan.",
            f"The chart claims no storage with values set {render.scene}.",
        )
    settable = storage_class_values(render.values)
    for claim in asked:
        wanted = claim.storage_class
        # Bitnami's charts take '-' for an empty class.
        if wanted is None or wanted in settable or (wanted == "" and "-" in settable):
            continue
        findings.add(
            claim.class_node,
            seen=wanted
            or Text("leeg: alleen een volume dat met de hand is gemaakt", "empty: only a volume made by hand"),
            expected=Text("geen klasse, of een klasse uit de values", "no class, or a class from the values"),
        )


@check("storage.external_state", objects=(*CLAIM_KINDS, "PersistentVolume", *SERVER_KINDS))
def test_persistent_information_is_kept_outside(
    workloads: Workloads, objects: Objects, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.15: all persistent information goes to external services (database, cache, queue, file storage)."""
    asked = claims(objects, workloads)
    _require_any(workloads, asked)
    _report_node_storage(workloads, objects, findings)
    for container in (item for workload in workloads for item in data_stores(workload)):
        findings.add(
            container.get("image"),
            seen=container.get("image").value,
            expected=Text("een externe dienst", "an external service"),
        )
    declared: list[str] | None = parameters.get("external_storage_claims")
    unknown = []
    for claim in asked:
        if claim.is_temporary or claim.names & set(declared or ()):
            continue
        if declared is None and claim.is_shared:
            unknown.append(claim.name)
            continue
        findings.add(claim.spec, seen=_described(claim), expected=_EXTERNAL)
    rendered = {name for claim in asked for name in claim.names}
    for volume in _claimed(workloads):
        if volume.claim_name is None or volume.claim_name in rendered or volume.claim_name in (declared or ()):
            continue
        if declared is None:
            unknown.append(volume.claim_name)
        else:
            findings.add(volume.node, seen=volume.claim_name, expected=_EXTERNAL)
    if unknown:
        names = ", ".join(sorted(set(unknown)))
        undetermined(
            f"Of deze claims externe opslag zijn, weet alleen de leverancier: {names}. Noem ze in "
            "'parameters.external_storage_claims' van het doel, of geef daar een lege lijst op.",
            f"Only the supplier knows whether these claims are external storage: {names}. Name them in "
            "'parameters.external_storage_claims' of the target, or give an empty list there.",
        )


_EXTERNAL = Text(
    "een externe dienst, of een claim in external_storage_claims",
    "an external service, or a claim in external_storage_claims",
)


def _described(claim: Claim) -> Text:
    modes = ", ".join(claim.access_modes)
    return Text(f"claim {claim.name} ({modes})", f"claim {claim.name} ({modes})")


@check("storage.object_storage_settings", objects=(*CLAIM_KINDS, "PersistentVolume", *SETTING_KINDS, *SERVER_KINDS))
def test_files_go_to_object_storage(
    workloads: Workloads, objects: Objects, values: tuple[Leaf, ...], templates: Templates, findings: Findings
) -> None:
    """DDC 7.15: the component writes files to object storage such as Azure Blob; file shares are allowed beside it."""
    asked = _file_claims(workloads, objects)
    _require_any(workloads, asked)
    settings = rendered_settings(objects, workloads) or values_settings(values, templates)
    if settings:
        _report_incomplete(settings, workloads, findings)
        return
    for claim in asked:
        if not claim.is_shared:
            findings.add(
                claim.spec,
                seen=_described(claim),
                expected=Text("instellingen voor objectopslag", "settings for object storage"),
            )
    _report_node_storage(workloads, objects, findings)
    if findings:
        return
    elsewhere = _claims_from_elsewhere(workloads, objects)
    if elsewhere:
        undetermined(
            f"De component schrijft naar claims van elders ({', '.join(elsewhere)}); of dat gedeelde opslag is, is "
            "hier niet te zien. Render een waardenset met de claim mee, of neem instellingen voor objectopslag op.",
            f"The component writes to claims from elsewhere ({', '.join(elsewhere)}); whether that is shared storage "
            "cannot be seen here. Render a values set with the claim, or add settings for object storage.",
        )
    if asked:
        not_applicable(
            "De component schrijft bestanden naar een gedeelde opslag; het contract staat dat naast objectopslag toe.",
            "The component writes files to shared storage; the contract allows that beside object storage.",
        )
    if all(item.security.read_only_root_filesystem.flag() is True for item in workloads.containers()):
        not_applicable(
            "De containers kunnen nergens blijvend schrijven en er zijn geen instellingen voor objectopslag: de "
            "component bewaart geen bestanden.",
            "The containers can write nowhere lasting and there are no settings for object storage: the component "
            "keeps no files.",
        )
    undetermined(
        "Uit de chart blijkt niet waar bestanden blijven. Neem instellingen voor S3 of Azure Blob op in de values, of "
        "toon met readOnlyRootFilesystem: true dat de component geen bestanden bewaart.",
        "The chart does not show where files go. Add settings for S3 or Azure Blob to the values, or show with "
        "readOnlyRootFilesystem: true that the component keeps no files.",
    )


_PARTS = {
    Part.PLACE: Text("een endpoint, account of regio", "an endpoint, account or region"),
    Part.BUCKET: Text("een bucket of container", "a bucket or container"),
}


def _report_incomplete(settings: Settings, workloads: Workloads, findings: Findings) -> None:
    seen = ", ".join(sorted(name.lstrip(".") for name in settings.names)[:6])
    for part, expected in _PARTS.items():
        if not settings.has(part):
            place = next(iter(workloads.containers()))
            findings.add(place, seen=seen, expected=expected)


@check("storage.file_share_rwx", objects=(*CLAIM_KINDS, *SERVER_KINDS))
def test_files_may_go_to_a_shared_file_store(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 7.15: the component may write files to cloud file shares: claims that many nodes can use at once."""
    asked = _file_claims(workloads, objects)
    for claim in asked:
        if not claim.is_shared:
            modes = claim.spec.get("accessModes")
            findings.add(modes, seen=", ".join(claim.access_modes) or None, expected="ReadWriteMany")
    if asked:
        return
    existing = _claims_from_elsewhere(workloads, objects)
    if existing:
        undetermined(
            f"De pods gebruiken claims van elders ({', '.join(existing)}); hun accessModes zijn hier niet te zien.",
            f"The pods use claims from elsewhere ({', '.join(existing)}); their accessModes cannot be seen here.",
        )
    not_applicable("Er is geen bestandsopslag.", "There is no file storage.")


@check("storage.no_local_persistence", objects=(*LOCAL_CLAIM_KINDS, *SERVER_KINDS))
def test_nothing_lasting_is_kept_on_the_container(
    workloads: Workloads, objects: Objects, environment: Environment, findings: Findings
) -> None:
    """DDC 7.15: persistent files with data are never written to storage local to the container or its node."""
    _require_any(workloads, claims(objects, workloads))
    _report_node_storage(workloads, objects, findings)
    for claim in local_claims(objects, workloads):
        findings.add(claim.class_node, seen=claim.class_node.value or claim.name, expected=_OFF_THE_NODE)
    for container in (item for workload in workloads for item in data_stores(workload)):
        if is_database(container) and not _writes_elsewhere(container):
            findings.add(container.get("volumeMounts"), seen=_GONE, expected=_SERVICE)
    for item in environment.of_containers:
        for variable in item.variables.values():
            if keeps_file(variable) and not _writes_elsewhere(item.container):
                findings.add(variable.place, seen=_GONE, expected=_SERVICE)
    open_to_writing = [
        item for item in workloads.containers() if item.security.read_only_root_filesystem.flag() is not True
    ]
    if open_to_writing:
        undetermined(
            f"{open_to_writing[0].where} kan in zijn eigen bestandssysteem schrijven ({len(open_to_writing)} "
            "container(s) in totaal); of daar data blijft, toont de chart niet. Zet readOnlyRootFilesystem op true.",
            f"{open_to_writing[0].where} can write to its own file system ({len(open_to_writing)} container(s) in "
            "all); the chart does not show whether data stays there. Set readOnlyRootFilesystem to true.",
        )


_GONE = Text("data die met de pod verdwijnt", "data that is gone with the pod")
_SERVICE = Text("een externe dienst", "an external service")


def _writes_elsewhere(container: Container) -> bool:
    """Tell whether a container has a volume that outlives its pod."""
    return any(
        volume is not None and volume.type in (VolumeType.CLAIM, VolumeType.EXTERNAL) for _, volume in mounts(container)
    )


def _require_any(workloads: Workloads, asked: Iterable[Claim]) -> None:
    if not len(workloads) and not any(True for _ in asked):
        not_applicable("Er is geen workload en geen opslag.", "There is no workload and no storage.")


def _report_node_storage(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    for workload in workloads:
        for volume in node_volumes(workload):
            findings.add(volume.node, seen=Text("hostPath", "hostPath"), expected=_OFF_THE_NODE)
    for _, node in local_persistent_volumes(objects):
        findings.add(node, seen=Text("een volume op een node", "a volume on a node"), expected=_OFF_THE_NODE)


def _file_claims(workloads: Workloads, objects: Objects) -> list[Claim]:
    """Return the claims that hold the component's files: lasting, and not the data of a database or cache."""
    return [
        claim
        for claim in claims(objects, workloads)
        if not claim.is_temporary and not (claim.users and all(is_only_data_store(user) for user in claim.users))
    ]


def _claims_from_elsewhere(workloads: Workloads, objects: Objects) -> list[str]:
    """Return the names of claims that the chart does not render and the component's files may go to."""
    rendered = {name for claim in claims(objects, workloads) for name in claim.names}
    users = [workload for workload in workloads if not is_only_data_store(workload)]
    used = {volume.claim_name for workload in users for volume in volumes(workload) if volume.claim_name}
    return sorted(used - rendered)


def _claimed(workloads: Workloads) -> list[Volume]:
    """Return the volumes of pods that refer to a claim."""
    return [volume for workload in workloads for volume in volumes(workload) if volume.claim_name]
