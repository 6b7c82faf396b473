"""Judgements on what containers show from within, and what they use.

Without `exec: true` nothing is entered. Then what the API asks for decides on user and root file system, because the
kubelet holds to it: it starts nothing as root under `runAsNonRoot`, and mounts the root read-only. Where else may be
written, as an image's own volumes, shows only inside.

What was seen inside outweighs what a workload does not ask for: the document is about what runs. Asking for root is
another matter, and stays a finding.
"""

from collections.abc import Callable, Iterable

from tests.test_live_images import require_running
from tests.test_workloads import report_amounts, report_paths, report_root, report_writable
from toetskader.facts.attempt import NotSeen
from toetskader.facts.kubernetes.live import ContainerUse, Inside, InsideContainer, Usage
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.facts.kubernetes.quantities import quantity
from toetskader.facts.kubernetes.running import RunningWorkloads
from toetskader.facts.kubernetes.storage import LOCAL_CLAIM_KINDS, VolumeType, mounts
from toetskader.facts.kubernetes.workloads import Container, ContainerRole, Workloads
from toetskader.judging import Findings, Text, check, seen, undetermined

# What the kubelet mounts into every container by itself.
_OF_THE_KUBELET = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev", "/proc", "/sys", "/run/.containerenv")


def _entered(inside: Inside | NotSeen, pods: LivePods, findings: Findings) -> list[tuple[Container, InsideContainer]]:
    """Return the containers that were entered; tell why others were not."""
    if isinstance(inside, NotSeen):
        findings.saw(inside.message.nl, inside.message.en)
        return []
    known = {(pod.name, state.container.name): state.container for pod in pods for state in pod.containers}
    return [
        (known[item.pod, item.container], item) for item in inside.containers if (item.pod, item.container) in known
    ]


def _seen(
    inside: Inside | NotSeen, running: RunningWorkloads, is_so: Callable[[InsideContainer], bool]
) -> frozenset[str]:
    """Return the places of containers that were seen inside to be as they should, of workloads and of single pods.

    A pod that differs from what manages it says nothing of its workload.
    """
    entered: Iterable[InsideContainer] = () if isinstance(inside, NotSeen) else inside.containers
    strays = {stray.name for stray in running.strays}
    shown = {
        (f"Pod/{item.pod}" if item.pod in strays else item.workload or f"Pod/{item.pod}", item.container)
        for item in entered
        if is_so(item)
    }
    return frozenset(
        container.where
        for workload in running
        for container in workload.containers
        if container.runs_continuously and (workload.where, container.name) in shown
    )


@check("workload.runs_non_root")
def test_running_containers_are_not_root(
    workloads: Workloads, pods: LivePods, inside: Inside | NotSeen, findings: Findings
) -> None:
    """DDC 7.2: the image does not run as root: neither as the API asks, nor as seen inside."""
    require_running(workloads)
    running = RunningWorkloads(workloads, pods)
    report_root(running, findings, _seen(inside, running, lambda found: (found.uid or 0) > 0))
    for container, found in _entered(inside, pods, findings):
        if found.uid == 0:
            findings.add(
                container,
                seen=Text("gebruiker 0 (root) in de container", "user 0 (root) inside the container"),
                expected=Text("een gebruiker boven 0", "a user above 0"),
            )
        elif found.uid is not None:
            findings.saw(f"{container.where}: gebruiker {found.uid}", f"{container.where}: user {found.uid}")


@check("workload.runs_read_only")
def test_running_root_filesystems_are_read_only(
    workloads: Workloads, pods: LivePods, inside: Inside | NotSeen, findings: Findings
) -> None:
    """DDC 7.2: nobody can change the file system of a started container: as the API asks, and as seen inside."""
    require_running(workloads)
    running = RunningWorkloads(workloads, pods)
    report_writable(running, findings, _seen(inside, running, lambda found: found.read_only_root is True))
    for container, found in _entered(inside, pods, findings):
        if found.read_only_root is False:
            findings.add(
                container.security.read_only_root_filesystem,
                seen=Text("/ is beschrijfbaar in de container", "/ is writable inside the container"),
                expected=Text("alleen te lezen", "read-only"),
            )


@check("workload.writes_to_volumes", objects=LOCAL_CLAIM_KINDS)
def test_what_is_writable_inside_lies_on_volumes(
    workloads: Workloads, pods: LivePods, objects: Objects, inside: Inside | NotSeen, findings: Findings
) -> None:
    """DDC 7.2: what must stay writable lies on an external or temporary volume, not in the container or on a node.

    A volume that an image declares for itself lies on the node and in no manifest: only inside does it show.
    """
    require_running(workloads)
    running = RunningWorkloads(workloads, pods)
    read_only = _seen(inside, running, lambda found: found.read_only_root is True)
    report_paths(workloads, objects, findings, read_only)
    entered = _entered(inside, pods, findings)
    for container, found in entered:
        own = {(mount.get("mountPath").text() or "").rstrip("/"): volume for mount, volume in mounts(container)}
        for path in found.writable:
            if any(path == known or path.startswith(f"{known}/") for known in _OF_THE_KUBELET):
                continue
            volume = own.get(path.rstrip("/"))
            if volume is None or volume.type is VolumeType.NODE:
                findings.add(
                    container,
                    seen=Text(f"{path} is beschrijfbaar en geen volume", f"{path} is writable and no volume"),
                    expected=Text("een extern of tijdelijk volume", "an external or temporary volume"),
                    remedy=Text(
                        f"Koppel een emptyDir of claim op {path}, of verwijder VOLUME uit het image.",
                        f"Mount an emptyDir or claim at {path}, or remove VOLUME from the image.",
                    ),
                )
    looked = seen(inside)
    unknown = [item for item in looked.containers if item.not_seen is not None]
    if unknown or not entered:
        reason = unknown[0].not_seen if unknown else looked.left_out
        nl, en = (reason.nl, reason.en) if reason else ("er draait geen pod.", "no pod runs.")
        undetermined(
            f"Niet in elke container was te zien waar geschreven kan worden: {nl}",
            f"Not in every container could be seen where can be written: {en}",
        )


@check("resources.estimate_in_use")
def test_use_stays_within_what_was_estimated(
    workloads: Workloads, pods: LivePods, usage: Usage | NotSeen, findings: Findings
) -> None:
    """DDC 7.22: the chart estimates CPU and memory. Every container states them, and its use stays within.

    Use is a moment's, so that more than was asked for is remarked on and does not fail. Where metrics-server is not
    there, only what is stated is judged.
    """
    require_running(workloads)
    for container in workloads.containers():
        if container.role is not ContainerRole.EPHEMERAL:
            report_amounts(container, findings)
    if isinstance(usage, NotSeen):
        findings.saw(usage.message.nl, usage.message.en)
        return
    known = {(pod.name, state.container.name): state.container for pod in pods for state in pod.containers}
    for use in usage.containers:
        container_ = known.get((use.pod, use.container))
        if container_ is not None:
            _report_use(container_, use, findings)


def _report_use(container: Container, use: ContainerUse, findings: Findings) -> None:
    for resource, text in (("cpu", use.cpu), ("memory", use.memory)):
        asked = container.get("resources", "requests", resource)
        used, wanted = quantity(Node(text, f"usage.{resource}", container)), quantity(asked)
        if used is not None and wanted is not None and used > wanted > 0:
            findings.add(
                asked,
                seen=Text(f"{text} in gebruik, {asked.value} gevraagd", f"{text} in use, {asked.value} asked for"),
                expected=Text("een schatting die het gebruik dekt", "an estimate that covers the use"),
                strength="recommended",
            )
