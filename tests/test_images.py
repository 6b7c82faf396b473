"""Judgements on the images that containers name."""

import re
from collections.abc import Iterator
from typing import NoReturn

from toetskader.facts.kubernetes.images import ImageReference, is_within, parse_image
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.workloads import Container, ContainerRole, Workload, Workloads
from toetskader.facts.versions import SemVer, parse_semver, says_preliminary
from toetskader.judging import Findings, Parameters, Text, check, not_applicable, undetermined

_SEMANTIC = Text("een semantische versie, zoals 1.4.2", "a semantic version, such as 1.4.2")


def images(workloads: Workloads, findings: Findings | None = None) -> Iterator[tuple[Container, ImageReference]]:
    """Yield each container with its image; end the judgement when there is no container.

    Parameters: `findings`, where to report a container without an image that can be read.
    """
    containers = list(workloads.containers())
    if not containers:
        not_applicable("De chart levert geen container op.", "The chart renders no container.")
    for container in containers:
        image = _read(container.get("image"), findings)
        if image is not None:
            yield container, image


def unread_images(workloads: Workloads) -> Iterator[Container]:
    """Yield the containers that name no image, or one that no registry accepts."""
    for container in workloads.containers():
        if _read(container.get("image"), None) is None:
            yield container


def pulled_images(workloads: Workloads, findings: Findings) -> Iterator[tuple[Node, ImageReference]]:
    """Yield every image that a node pulls, with the place that names it; end the judgement when there is none.

    Of containers, those of Helm tests too, and of volumes that are an image (KEP-4639).
    """
    nodes = [container.get("image") for container in workloads.containers(tests=True)]
    if not nodes:
        not_applicable("De chart levert geen container op.", "The chart renders no container.")
    volumes = (volume.get("image") for workload in workloads.with_tests for volume in workload.volumes())
    nodes += [volume.get("reference") for volume in volumes if volume]
    for node in nodes:
        image = _read(node, findings)
        if image is not None:
            yield node, image


def _read(node: Node, findings: Findings | None) -> ImageReference | None:
    try:
        return parse_image(node.text() or "")
    except ValueError:
        if findings is not None:
            expected = Text("een geldige imageverwijzing", "a valid image reference")
            findings.add(node, seen=node.value, expected=expected)
        return None


@check("image.semver_tag")
def test_tag_is_a_semantic_version(workloads: Workloads, findings: Findings) -> None:
    """DDC 7.2: the semantic version is the tag in the registry. A digest shows no version, so it replaces no tag."""
    report_tags(workloads, findings)


def report_tags(workloads: Workloads, findings: Findings) -> None:
    """Report the images whose tag is no semantic version."""
    for container, image in images(workloads, findings):
        if image.tag is None or parse_semver(image.tag) is None:
            missing = Text("geen tag", "no tag")
            findings.add(container.get("image"), seen=image.tag or missing, expected=_SEMANTIC)


VERSION_LABEL = "app.kubernetes.io/version"


@check("image.semver_labels")
def test_version_label_is_the_semantic_version(workloads: Workloads, findings: Findings) -> None:
    """DDC 7.2: container labels use semantic versioning; the label of the pods tells what runs in them.

    Whether a tag is a semantic version is judged by itself; only where it is, the label can be held against it. An
    image that cannot be read excuses no label.
    """
    tags_of: dict[Workload, set[str]] = {item: set() for item in workloads}
    unread = list(unread_images(workloads))
    for container, image in images(workloads):
        if container.role is ContainerRole.REGULAR:
            tags_of[container.workload] |= {image.tag} if image.tag else set()
    for workload, tags in tags_of.items():
        label = workload.pod_labels.get(VERSION_LABEL)
        version = parse_semver(label) if label else None
        versions = {found for tag in tags if (found := parse_semver(tag))}
        if version is None:
            findings.add(
                workload.pod_metadata.get("labels"),
                seen=label,
                expected=Text(f"{VERSION_LABEL} met een semantische versie", f"{VERSION_LABEL}, a semantic version"),
            )
        elif versions and not any(version.is_same_release(found) for found in versions):
            findings.add(workload.pod_metadata.get("labels").get(VERSION_LABEL), seen=label, expected=_one_of(tags))
    if unread and not findings:
        _undetermined_for(unread)


def _undetermined_for(unread: list[Container]) -> NoReturn:
    names = ", ".join(f"{item.where}: '{item.get('image').value or ''}'" for item in unread[:5])
    undetermined(
        f"Deze images zijn niet te lezen, dus ook hun versie niet: {names}. Vul een geldige imageverwijzing in.",
        f"These images cannot be read, so neither can their version: {names}. Fill in a valid image reference.",
    )


def _one_of(tags: set[str]) -> Text:
    known = ", ".join(sorted(tags))
    return Text(f"de tag van het image: {known}", f"the tag of the image: {known}")


# Where the target does not name its sets for acceptance and production, their usual names, and those of the others.
_FINAL_SETS = ("productie", "production", "prod", "prd", "acceptatie", "acceptance", "acc")
_OTHER_SETS = ("test", "tst", "ontwikkeling", "ontwikkel", "ontw", "development", "dev", "lokaal", "local", "ci")
# Tags that are no semantic version, and still name a final one: `16`, `1.27-alpine`, `2024.01.15`, `stable`.
_FINAL_TAG = re.compile(r"(?:stable|lts|release|v?[0-9]{1,8})(?:[-_.+]+[A-Za-z0-9]+)*")


@check("image.prerelease_form")
def test_preliminary_versions_are_version_plus_keyword(
    workloads: Workloads, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.2: a preliminary version is a version plus a keyword, and nothing for acceptance or production.

    An image without tag is pulled as `latest`. Of a tag that names no version (`feature-x`, a commit) or has a bare
    number behind it, or of a digest alone, nobody can see whether it is preliminary.
    """
    report_preliminary(workloads, findings, final=_is_final(workloads.scene, parameters))


def report_preliminary(workloads: Workloads, findings: Findings, *, final: bool | None) -> None:
    """Report versions that are preliminary and do not say so, or that belong elsewhere.

    Parameters: `final`, whether only final versions belong in this scene; None when nothing says so.
    """
    preliminary: list[tuple[Container, Text | str | None, SemVer | None]] = []
    unclear: list[str] = []
    for container, image in images(workloads):
        version = parse_semver(image.tag or "")
        if image.tag is None and image.digest is None:
            preliminary.append((container, Text("geen tag, dus latest", "no tag, so latest"), version))
        elif version.is_preliminary if version else says_preliminary(image.tag or ""):
            preliminary.append((container, image.tag, version))
        elif version.is_preliminary is None if version else not _FINAL_TAG.fullmatch(image.tag or ""):
            unclear.append(f"{container.where}: {image.text}")
    unread = list(unread_images(workloads))
    if not preliminary and not unclear and not unread:
        not_applicable("Geen image heeft een voorlopige versie.", "No image has a preliminary version.")
    for container, tag, version in preliminary:
        if version is None or not version.keyword:
            expected = Text("versie en trefwoord, zoals 1.4.2-rc.1", "version and keyword, such as 1.4.2-rc.1")
            findings.add(container.get("image"), seen=tag, expected=expected)
        elif final:
            expected = Text(f"een definitieve versie in {workloads.scene}", f"a final version in {workloads.scene}")
            findings.add(container.get("image"), seen=tag, expected=expected)
    if unclear:
        undetermined(
            f"Aan deze images is niet te zien of de versie voorlopig is: {', '.join(unclear[:5])}. Gebruik een "
            "semantische versie als tag, met een trefwoord erachter als zij voorlopig is (1.4.2-rc.1).",
            f"These images do not show whether the version is preliminary: {', '.join(unclear[:5])}. Use a semantic "
            "version as tag, with a keyword behind it if it is preliminary (1.4.2-rc.1).",
        )
    if unread and not findings:
        _undetermined_for(unread)
    if final is None and not findings:
        undetermined(
            f"Waardenset {workloads.scene} gebruikt een voorlopige versie ({preliminary[0][1]}); of zij voor "
            "acceptatie of productie is, blijkt niet. Noem die sets in 'parameters.production_values_sets' van het "
            "doel.",
            f"Values set {workloads.scene} uses a preliminary version ({preliminary[0][1]}); whether it is for "
            "acceptance or production does not show. Name those sets in 'parameters.production_values_sets' of the "
            "target.",
        )


def _is_final(scene: str, parameters: Parameters) -> bool | None:
    """Tell whether a values set is one for acceptance or production; None when nothing says so."""
    named: list[str] | None = parameters.get("production_values_sets")
    if named is not None:
        return scene in named
    words = set(re.split(r"[^a-z]+", scene.lower()))
    if words & set(_FINAL_SETS):
        return True
    return False if words & set(_OTHER_SETS) else None


@check("image.trusted_location")
def test_images_come_from_the_trusted_location(
    workloads: Workloads, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.2: the provider states the trusted location of the image. Whatever is pulled counts."""
    report_places(workloads, parameters, findings)


def report_places(workloads: Workloads, parameters: Parameters, findings: Findings) -> None:
    """Report whatever is pulled from another place than those that the target states."""
    locations: list[str] = parameters.require("trusted_image_locations")
    for place, image in pulled_images(workloads, findings):
        if not any(is_within(image.repository, location) for location in locations):
            expected = Text("een opgegeven locatie", "a stated location")
            findings.add(place, seen=image.repository, expected=expected)


@check("image.third_party_pinned")
def test_third_party_images_are_vetted_and_pinned(
    workloads: Workloads, parameters: Parameters, findings: Findings
) -> None:
    """DDC 7.2: an image of others is tested for malice: it stands on the list of tested ones and cannot change.

    An image of others is one outside the supplier's own locations, or one on the list: a copy in the own registry.
    """
    own: list[str] = parameters.require("trusted_image_locations")
    tested: list[str] = parameters.require("third_party_images")
    others = []
    for place, image in pulled_images(workloads, findings):
        listed = any(_is_entry(image, entry) for entry in tested)
        if listed or not any(is_within(image.repository, location) for location in own):
            others.append((place, image, listed))
    if not others and not findings:
        not_applicable(
            "Elk image komt van een eigen locatie van de leverancier, en geen staat op third_party_images.",
            "Every image comes from a location of the supplier's own, and none is on third_party_images.",
        )
    for place, image, listed in others:
        if not listed:
            expected = Text("een image op third_party_images", "an image on third_party_images")
            findings.add(place, seen=image.repository, expected=expected)
        if image.digest is None:
            expected = Text("een digest, zoals naam:tag@sha256:…", "a digest, such as name:tag@sha256:…")
            findings.add(place, seen=image.text, expected=expected)


def _is_entry(image: ImageReference, entry: str) -> bool:
    """Tell whether an image is the one that an entry of the list names; a tag or digest there must be the image's."""
    try:
        listed = parse_image(entry.strip().rstrip("/"))
    except ValueError:
        return False
    return (
        is_within(image.repository, listed.repository)
        and listed.tag in (None, image.tag)
        and listed.digest in (None, image.digest)
    )
