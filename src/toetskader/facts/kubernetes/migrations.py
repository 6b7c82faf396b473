"""Signs in a render that a release changes the schema of a database."""

import re
from collections.abc import Iterator

from toetskader.facts.kubernetes.known_images import image_name
from toetskader.facts.kubernetes.workloads import Container, ContainerRole, Workload, Workloads

_MIGRATES = re.compile(
    r"migrat|flyway|liquibase|alembic|dbmate|\bsqitch\b|\bdb[-_:. ]?(?:upgrade|update|init|setup)|update-?database"
    r"|schema[-_ ]?(?:update|upgrade|init)",
    re.IGNORECASE,
)


def migrations(workloads: Workloads) -> Iterator[Workload | Container]:
    """Yield what evidently migrates: Jobs, among them Helm hooks, and init containers of anything.

    Evident is a name, image, command or argument that says so. A hook alone is no sign: it may do anything.
    """
    for workload in workloads:
        if workload.is_batch and (_MIGRATES.search(workload.name) or any(map(_says_so, workload.containers))):
            yield workload
            continue
        yield from (item for item in workload.containers if item.role is ContainerRole.INIT and _says_so(item))


def _says_so(container: Container) -> bool:
    words = [container.name, image_name(container)]
    for key in ("command", "args"):
        words += [node.text() or "" for node in container.get(key).each()]
    return any(_MIGRATES.search(word) for word in words)
