"""Software bills of materials, CycloneDX and SPDX in JSON: what they are of, by its digest, and how much they list."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from toetskader.collect.dossier.form_formats.fields import Problems, below, day, identifier, items, present
from toetskader.facts.dossier.forms import FormSeen
from toetskader.patterns import linear

_DIGEST = linear(r"(?:^|[@:=])(?:sha256:)?([0-9a-f]{64})(?:$|[?&#])")
_SHA256 = ("SHA-256", "SHA256")


def cyclonedx(data: Any) -> FormSeen:
    """Return what was seen of a CycloneDX document."""
    problems = Problems()
    if below(data, "bomFormat") != "CycloneDX":
        problems.add("bomFormat", "hier hoort CycloneDX", "CycloneDX belongs here")
        return FormSeen(format="cyclonedx", problems=problems.found)
    problems.require(
        "specVersion", data.get("specVersion"), str, "de versie van de standaard", "the standard's version"
    )
    subject = below(data, "metadata", "component")
    problems.require("metadata.component", subject, dict, "waar de SBOM van is", "what the SBOM is of")
    listed = [item for item in items(data.get("components")) if isinstance(item.get("name"), str)]
    return FormSeen(
        format="cyclonedx",
        problems=problems.found,
        dates=present(created=day(below(data, "metadata", "timestamp"))),
        words=present(
            spec_version=identifier(data.get("specVersion")),
            subject=identifier(below(subject, "name")),
            subject_version=identifier(below(subject, "version")),
            subject_digest=next(_of_component(subject), ""),
        ),
        numbers={"components": len(listed)},
    )


def spdx(data: Any) -> FormSeen:
    """Return what was seen of an SPDX 2 document."""
    problems = Problems()
    version = below(data, "spdxVersion")
    if not isinstance(version, str) or not version.startswith("SPDX-2."):
        problems.add("spdxVersion", "hier hoort SPDX-2.2 of SPDX-2.3", "SPDX-2.2 or SPDX-2.3 belongs here")
        return FormSeen(format="spdx", problems=problems.found)
    packages = [item for item in items(data.get("packages")) if isinstance(item.get("name"), str)]
    named = data.get("documentDescribes")
    described = [*named] if isinstance(named, list) else []
    described += [
        item.get("relatedSpdxElement")
        for item in items(data.get("relationships"))
        if item.get("relationshipType") == "DESCRIBES"
    ]
    subject = next((item for item in packages if item.get("SPDXID") and item["SPDXID"] in described), None)
    problems.require("documentDescribes", subject, dict, "waar de SBOM van is", "what the SBOM is of")
    return FormSeen(
        format="spdx",
        problems=problems.found,
        dates=present(created=day(below(data, "creationInfo", "created"))),
        words=present(
            spec_version=identifier(version),
            subject=identifier(below(subject, "name")),
            subject_version=identifier(below(subject, "versionInfo")),
            subject_digest=next(_of_package(subject), ""),
        ),
        numbers={"components": len(packages) - (subject is not None)},
    )


def _of_component(subject: Any) -> Iterator[str]:
    """Yield the digest of what it is of: of an image in its version or purl, of a file among its hashes."""
    yield from _digests(below(subject, "version"), below(subject, "purl"), below(subject, "bom-ref"))
    for item in items(below(subject, "hashes")):
        if item.get("alg") in _SHA256:
            yield from _digests(item.get("content"))


def _of_package(subject: Any) -> Iterator[str]:
    yield from _digests(below(subject, "versionInfo"))
    yield from _digests(*(item.get("referenceLocator") for item in items(below(subject, "externalRefs"))))
    for item in items(below(subject, "checksums")):
        if item.get("algorithm") in _SHA256:
            yield from _digests(item.get("checksumValue"))


def _digests(*values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and (found := _DIGEST.search(unquote(value[:1000]))):
            yield f"sha256:{found[1]}"
