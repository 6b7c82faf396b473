"""Image references: `[registry/]name[:tag][@digest]` (distribution reference grammar)."""

import re
from dataclasses import dataclass
from functools import lru_cache

_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ImageReference:
    """The parts of an image reference."""

    text: str
    repository: str
    """Registry and path, normalised: `docker.io/library/nginx` for `nginx`."""
    tag: str | None
    digest: str | None


@lru_cache(maxsize=4096)
def parse_image(text: str) -> ImageReference:
    """Split an image reference: the digest first, then the last path segment, then its colon.

    `registry:5000/app` has no tag. Raises ValueError when tag or digest have characters that no registry accepts,
    or when the name is empty.
    """
    name, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise ValueError(f"not a digest: {digest!r}")
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise ValueError(f"not a tag: {tag!r}")
    if not last:
        raise ValueError("no image name")
    return ImageReference(text, _normalise(head + slash + last), tag if colon else None, digest if at else None)


def _normalise(name: str) -> str:
    """Add the registry and namespace that container runtimes imply."""
    first, slash, _ = name.partition("/")
    if not slash:
        return f"docker.io/library/{name}"
    if "." in first or ":" in first or first == "localhost":
        return name
    return f"docker.io/{name}"
