"""Signs that a component migrates its database: that it brings the schema to what a new version needs."""

import re
from collections.abc import Iterator

from toetskader.facts.kubernetes.known_images import image_name
from toetskader.facts.kubernetes.workloads import Container, ContainerRole, Workload, Workloads

# At the beginning of a word, for immigration is another thing; `db_migrate` and `doMigrations` have such a word.
_MIGRATES = re.compile(
    r"(?:(?<![^\W_])|(?<=[a-z])(?=[A-Z]))"
    r"(?i:(?:auto|data|db)?migr(?:at|eer)|flyway|liquibase|alembic|dbmate|sqitch|goose\b.{0,200}\bup\b|atlas schema"
    r"|db[-_:. ]?(?:upgrade|update|init|setup)|database[-_ ]update|update-?database"
    r"|schema[-_ ]?(?:update|upgrade|init))"
)
# Options that leave migrations out: `--skip-migrations`, `NO_MIGRATE=1`.
_LEFT_OUT = re.compile(r"(?<![a-z])(?:no|skip|without|disable)[-_ ]?(?:\w{1,20}[-_])?migrat\w*", re.IGNORECASE)
_HINT = re.compile(r"migrat|flyway|liquibase|alembic|schema")
_SETTING = re.compile(
    r"\b(migrat\w*|flyway|liquibase|alembic)\b|\b(database|db) schema update\b|\bschema update\b|\bauto update schema\b"
)
_ON = re.compile(r"\b(enabled?|run|auto|on start\w*|at start\w*|update|url|locations|change log)\b")
_REVERSED = re.compile(r"\b(skip|disable|disabled|no)\b")
_OFF = frozenset({"", "false", "no", "off", "0", "none", "never", "disabled"})


def migrations(workloads: Workloads) -> Iterator[Workload | Container]:
    """Yield what evidently migrates: Jobs, among them Helm hooks, and init containers of anything.

    Evident is a name, image, command or argument that says so. A hook alone is no sign: it may do anything. What is
    suspended does nothing.
    """
    for workload in workloads:
        if is_suspended(workload):
            continue
        if _is_migration(workload):
            yield workload
            continue
        yield from (item for item in workload.containers if item.role is ContainerRole.INIT and _says_so(item))


def is_suspended(workload: Workload) -> bool:
    """Tell whether a Job or CronJob does not run until somebody says so."""
    return workload.is_batch and workload.get("spec", "suspend").flag() is True


def _is_migration(workload: Workload) -> bool:
    return workload.is_batch and (
        _MIGRATES.search(workload.name) is not None or any(map(_says_so, workload.containers))
    )


def held_back(workloads: Workloads) -> Iterator[Workload | Container]:
    """Yield what would migrate but is kept from it: suspended Jobs, and containers told to leave migrations out."""
    for workload in workloads:
        if is_suspended(workload) and _is_migration(workload):
            yield workload
        yield from (item for item in workload.containers if _LEFT_OUT.search(item.command_text))


def migrates_as_it_starts(container: Container) -> bool:
    """Tell whether a container's command line has it migrate."""
    return _MIGRATES.search(_LEFT_OUT.sub("", container.command_text)) is not None


def _says_so(container: Container) -> bool:
    named = f"{container.name} {image_name(container)}"
    return _MIGRATES.search(named) is not None or migrates_as_it_starts(container)


def switches_migrations_on(name: str, value: str) -> bool:
    """Tell whether a setting has migrations run: `RUN_MIGRATIONS=true`, `SKIP_MIGRATIONS=false`, a Flyway address.

    Parameters: `name`, in words.
    """
    if not _HINT.search(name) or not _SETTING.search(name):
        return False
    wanted = value.lower() not in _OFF
    if _REVERSED.search(name):
        return not wanted and value != ""
    return wanted and _ON.search(name) is not None


def switches_migrations_off(name: str, value: str) -> bool:
    """Tell whether a setting keeps migrations from running: `SKIP_MIGRATIONS=true`, `RUN_MIGRATIONS=false`.

    Parameters: `name`, in words.
    """
    if not value or not _HINT.search(name) or not _SETTING.search(name):
        return False
    off = value.lower() in _OFF
    return not off if _REVERSED.search(name) else off and _ON.search(name) is not None
