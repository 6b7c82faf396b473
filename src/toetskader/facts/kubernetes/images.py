"""Image references: `[registry/]name[:tag][@digest]` (distribution reference grammar)."""

import re
from dataclasses import dataclass
from functools import lru_cache

_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")
_SEGMENT = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
_DOCKER_HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})


@dataclass(frozen=True, slots=True)
class ImageReference:
    """The parts of an image reference."""

    text: str
    repository: str
    """Registry and path, normalised: `docker.io/library/nginx` for `nginx`."""
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """The last segment of the repository: `redis` of `docker.io/bitnami/redis`."""
        return self.repository.rpartition("/")[2]

    @property
    def owner(self) -> str:
        """The repository without its last segment."""
        return self.repository.rpartition("/")[0]


@lru_cache(maxsize=4096)
def parse_image(text: str) -> ImageReference:
    """Split an image reference: the digest first, then the last path segment, then its colon.

    `registry:5000/app` has no tag. Raises ValueError when name, tag or digest have characters that no registry
    accepts, or when the name is empty.
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


@lru_cache(maxsize=1024)
def is_within(repository: str, location: str) -> bool:
    """Tell whether a repository lies at a location, whole path segments compared.

    `ghcr.io/acme` holds `ghcr.io/acme/app`, never `ghcr.io/acme-evil/app`.

    Parameters: `repository`, normalised; `location`, a registry, a path in it or a whole repository as people write
    it (`https://`, a slash at the end, Docker Hub's short names). A location without any name holds nothing.
    """
    path = location.strip().removeprefix("https://").removeprefix("oci://").strip("/").split("/")
    if not path[0]:
        return False
    if not _is_domain(path[0]):
        # On Docker Hub one name alone is an organisation or an official image.
        library = ["docker.io", "library", *path] if len(path) == 1 else []
        return _starts(repository, ["docker.io", *path]) or (bool(library) and _starts(repository, library))
    registry = path[0].lower()
    return _starts(repository, ["docker.io" if registry in _DOCKER_HUB else registry, *path[1:]])


def _starts(repository: str, path: list[str]) -> bool:
    return repository.split("/")[: len(path)] == path


def _is_domain(segment: str) -> bool:
    """Tell a registry from the first segment of a path, as container runtimes do."""
    return "." in segment or ":" in segment or segment == "localhost" or segment != segment.lower()


def _normalise(name: str) -> str:
    """Add the registry and namespace that container runtimes imply. Raises ValueError for a name none accepts."""
    first, *path = name.split("/")
    if path and _is_domain(first):
        if not _DOMAIN.fullmatch(first):
            raise ValueError(f"not a registry: {first!r}")
        registry = first.lower()
    else:
        registry, path = "docker.io", [first, *path]
    if not all(_SEGMENT.fullmatch(segment) for segment in path):
        raise ValueError(f"not an image name: {name!r}")
    if registry in _DOCKER_HUB:
        registry, path = "docker.io", path if len(path) > 1 else ["library", *path]
    return "/".join([registry, *path])
