"""Settings of time zones."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.time_zones import hidden_time_zones, is_utc, time_zone_settings, time_zones_in

ZONES = {"UTC": True, "Etc/UTC": True, "utc": True, "GMT": True, "Z": True, ":UTC": True, "Europe/Amsterdam": False}


@pytest.mark.parametrize(("zone", "utc"), ZONES.items())
def test_is_utc(zone: str, utc: bool) -> None:
    assert is_utc(zone) is utc


# Variable: zone for the database, zone for the log; empty when it says nothing of either.
SETTINGS = {
    ("TZ", "Europe/Amsterdam"): ("Europe/Amsterdam", "Europe/Amsterdam"),
    ("PGTZ", "CET"): ("CET", ""),
    ("DB_TIMEZONE", "CET"): ("CET", ""),
    ("LOG_TIMEZONE", "CET"): ("", "CET"),
    ("TIME_ZONE", "CET"): ("", ""),
    ("PGOPTIONS", "-c timezone=CET"): ("CET", ""),
    ("DATABASE_URL", "postgres://db/x?timezone=CET"): ("CET", ""),
    ("JAVA_OPTS", "-Xmx1g -Duser.timezone=CET"): ("CET", "CET"),
    ("TZ", ""): ("", ""),
}


@pytest.mark.parametrize(("variable", "expected"), SETTINGS.items())
def test_settings(variable: tuple[str, str], expected: tuple[str, str]) -> None:
    everything = objects(
        "{kind: Deployment, metadata: {name: app}, spec: {template: {spec: {containers: "
        f"[{{name: c, env: [{{name: {variable[0]}, value: '{variable[1]}'}}]}}]}}}}}}}}"
    )
    environment = Environment(Workloads(everything), everything)
    database = [setting.zone for setting in time_zone_settings(environment.of_containers, of_database=True)]
    logging = [setting.zone for setting in time_zone_settings(environment.of_containers, of_logging=True)]
    assert (database, logging) == tuple([zone] * bool(zone) for zone in expected)


def test_settings_on_a_command_line() -> None:
    everything = objects(
        "{kind: Deployment, metadata: {name: app}, spec: {template: {spec: {containers: "
        "[{name: c, command: [java, -Duser.timezone=CET, -jar, app.jar]}]}}}}"
    )
    (setting,) = time_zone_settings(Environment(Workloads(everything), everything).of_containers, of_logging=True)
    assert (setting.zone, setting.place.path) == ("CET", "spec.template.spec.containers[0].command[1]")


def test_time_zones_in_a_file() -> None:
    text = "hibernate.jdbc.time_zone=CET\ntimezone = 'UTC'\nlog-time-zone: Europe/Amsterdam\ntimezones: many\n"
    assert time_zones_in(text) == ("CET", "UTC", "Europe/Amsterdam")


HIDDEN = {
    "{name: TZ, valueFrom: {secretKeyRef: {name: s, key: tz}}}": ("TZ",),
    "{name: LOG_TZ, valueFrom: {configMapKeyRef: {name: elsewhere, key: tz}}}": ("LOG_TZ",),
    "{name: TZ, value: UTC}": (),
    "{name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: token}}}": (),
}


@pytest.mark.parametrize(("entry", "names"), HIDDEN.items())
def test_time_zones_that_cannot_be_seen(entry: str, names: tuple[str, ...]) -> None:
    everything = objects(f"{{kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{name: c, env: [{entry}]}}]}}}}")
    containers = Environment(Workloads(everything), everything).of_containers
    assert hidden_time_zones(containers, of_logging=True) == names
