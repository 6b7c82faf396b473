"""Signs that a component migrates its database."""

import pytest
from from_yaml import pod, workloads

from toetskader.facts.kubernetes.migrations import (
    held_back,
    migrates_as_it_starts,
    migrations,
    switches_migrations_off,
    switches_migrations_on,
)
from toetskader.facts.names import words

MIGRATIONS = {
    "{kind: Job, metadata: {name: x-migratie}, spec: {template: {spec: {containers: [{name: c}]}}}}": [
        "Job/x-migratie"
    ],
    "{kind: Job, metadata: {name: x}, spec: {template: {spec: {containers: [{name: c, args: [migrate]}]}}}}": ["Job/x"],
    "{kind: Job, metadata: {name: x}, spec: {template: {spec: {containers: [{name: c, image: flyway/flyway}]}}}}": [
        "Job/x"
    ],
    "{kind: Deployment, metadata: {name: x}, spec: {template: {spec: {initContainers: [{name: db-upgrade}]}}}}": [
        "Deployment/x, init container db-upgrade"
    ],
    "{kind: Job, metadata: {name: x, annotations: {helm.sh/hook: pre-upgrade}}}": [],
    "{kind: Deployment, metadata: {name: x-migrate}, spec: {template: {spec: {containers: [{name: migrate}]}}}}": [],
}


@pytest.mark.parametrize(("text", "expected"), MIGRATIONS.items())
def test_evident_migrations(text: str, expected: list[str]) -> None:
    assert [item.where for item in migrations(workloads(text))] == expected


COMMANDS = {
    "[python, manage.py, migrate]": True,
    "[sh, -c, 'bin/rails db:migrate && run']": True,
    "[flask, db, upgrade]": True,
    "[dotnet, ef, database, update]": True,
    "[goose, -dir, x, up]": True,
    "[./db_migrate]": True,
    "[app, --doMigrations]": True,
    "[serve, --skip-migrations]": False,
    "[serve, --register=immigratie]": False,
    "[uwsgi]": False,
}


@pytest.mark.parametrize(("command", "expected"), COMMANDS.items())
def test_a_command_that_migrates(command: str, expected: bool) -> None:
    (container,) = pod(f"{{containers: [{{name: migrate, command: {command}}}]}}").containers
    assert migrates_as_it_starts(container) is expected


SETTINGS = {
    ("RUN_MIGRATIONS", "true"): True,
    ("RUN_MIGRATIONS", "false"): False,
    ("SKIP_MIGRATIONS", "false"): True,
    ("SKIP_MIGRATIONS", "true"): False,
    ("SKIP_MIGRATIONS", ""): False,
    ("spring.flyway.url", "jdbc:postgresql://db/x"): True,
    ("MIGRATION_TIMEOUT", "30"): False,
    ("LOG_LEVEL", "info"): False,
}


@pytest.mark.parametrize(("setting", "expected"), SETTINGS.items())
def test_settings_that_switch_migrations_on(setting: tuple[str, str], expected: bool) -> None:
    name, value = setting
    assert switches_migrations_on(words(name), value) is expected


@pytest.mark.parametrize(
    ("name", "value", "off"),
    [
        ("skip migrations", "true", True),
        ("run migrations", "false", True),
        ("run migrations", "true", False),
        ("run migrations", "", False),
        ("skip migrations", "false", False),
    ],
)
def test_settings_that_hold_migrations_back(name: str, value: str, off: bool) -> None:
    assert switches_migrations_off(name, value) is off


def test_what_is_held_back() -> None:
    found = held_back(
        workloads(
            "{kind: Job, metadata: {name: migrate}, "
            "spec: {suspend: true, template: {spec: {containers: [{name: m}]}}}}\n"
            "---\n{kind: Pod, metadata: {name: web}, spec: {containers: [{name: w, args: [--skip-migrations]}]}}"
        )
    )
    assert {item.where for item in found} == {"Job/migrate", "Pod/web, container w"}
