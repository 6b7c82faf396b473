"""Judgements on the images that run in a namespace: those of the workloads, and of pods that run something else."""

from collections import defaultdict

from tests.test_images import report_places, report_preliminary, report_tags
from toetskader.facts.kubernetes.images import parse_image
from toetskader.facts.kubernetes.pods import ContainerState, LivePod, LivePods
from toetskader.facts.kubernetes.running import RunningWorkloads, is_there
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Parameters, Text, check, undetermined

_NOT_PULLED = frozenset({"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"})


def require_running(workloads: Workloads) -> None:
    """End undetermined for a namespace in which nothing of the component runs: an empty one meets no rule."""
    if not len(workloads):
        undetermined(
            "In deze namespace draait niets van het component. Controleer de namespace en de selector van het doel.",
            "Nothing of the component runs in this namespace. Check the namespace and the selector of the target.",
        )


@check("image.running_version")
def test_running_images_have_version_and_digest(workloads: Workloads, pods: LivePods, findings: Findings) -> None:
    """DDC 7.2: what runs has a semantic version as tag, and that tag led to one image in the registry.

    The digest in a pod's status is what the node got from the registry. Replicas with one tag and different digests
    show a tag that was moved; a tag that no node can pull is not in the registry.
    """
    require_running(workloads)
    report_tags(RunningWorkloads(workloads, pods), findings)
    digests: dict[tuple[str, str, str], dict[str, ContainerState]] = defaultdict(dict)
    unknown: list[str] = []
    seen = 0
    for pod, state in _containers(pods):
        if state.waiting in _NOT_PULLED:
            findings.add(
                state.container.get("image"),
                seen=Text(f"niet op te halen ({state.waiting})", f"cannot be pulled ({state.waiting})"),
                expected=Text("een image dat in het register staat", "an image that is in the registry"),
            )
            continue
        if state.phase == "waiting" or (not state.phase and not (pod.is_running and state.container.runs_continuously)):
            continue
        text = str(state.container.get("image").value)
        if "@" not in state.image_id:
            unknown.append(state.container.where)
            continue
        seen += 1
        digests[pod.managed_by, state.container.name, text].setdefault(state.digest, state)
        pinned = _digest_in(text)
        if pinned is not None and pinned != state.digest:
            unknown.append(f"{state.container.where} ({pinned[:19]}…, {state.digest[:19]}…)")
    for (_, _, text), found in digests.items():
        if len(found) > 1:
            last = list(found.values())[-1]
            findings.add(
                last.container.get("image"),
                seen=Text(
                    f"{text} met {len(found)} verschillende digests: {', '.join(sorted(found))}",
                    f"{text} with {len(found)} different digests: {', '.join(sorted(found))}",
                ),
                expected=Text("één image per tag", "one image for a tag"),
                remedy=Text(
                    "Verplaats een tag nooit: geef elke versie een nieuwe tag en rol die opnieuw uit.",
                    "Never move a tag: give every version a new tag and roll that out.",
                ),
            )
    findings.saw(f"{seen} draaiende containers met digest", f"{seen} running containers with a digest")
    if unknown:
        undetermined(
            f"Van deze containers toont de status geen digest uit een register dat bij de verwijzing past: "
            f"{', '.join(unknown[:5])}. Laat het image uit een register ophalen en meet opnieuw als de pod draait.",
            f"Of these containers the status shows no digest from a registry that fits the reference: "
            f"{', '.join(unknown[:5])}. Have the image pulled from a registry, and measure again when the pod runs.",
        )
    if not seen:
        undetermined(
            "Er draait geen container waarvan de digest te zien is; meet opnieuw als er pods draaien.",
            "No container runs of which the digest can be seen; measure again when pods run.",
        )


def _containers(pods: LivePods) -> list[tuple[LivePod, ContainerState]]:
    return [(pod, state) for pod in pods if is_there(pod) for state in pod.containers]


def _digest_in(text: str) -> str | None:
    try:
        return parse_image(text).digest
    except ValueError:
        return None


_FINAL = frozenset({"acceptance", "production"})
"""Environments in which only final versions belong."""


@check("image.running_prerelease")
def test_running_versions_are_final_where_they_must_be(
    workloads: Workloads, pods: LivePods, findings: Findings
) -> None:
    """DDC 7.2: a preliminary version is a version plus a keyword, and runs in no acceptance or production.

    Here the environment of the namespace says which it is, not the name of a values set.
    """
    require_running(workloads)
    report_preliminary(RunningWorkloads(workloads, pods), findings, final=workloads.scene in _FINAL)


@check("image.running_location")
def test_running_images_come_from_the_trusted_location(
    workloads: Workloads, pods: LivePods, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.2: the provider states the trusted location of the image, and nothing from elsewhere runs."""
    require_running(workloads)
    report_places(RunningWorkloads(workloads, pods), parameters, findings)
