"""Settings of time zones, of processes and of database sessions."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from toetskader.facts.databases import roles
from toetskader.facts.kubernetes.environment import ContainerEnvironment, Origin, distinct
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.names import words
from toetskader.patterns import linear

_UTC = re.compile(r"(etc/)?(utc|uct|gmt|zulu|universal|greenwich|gmt[+-]?0)|utc0|z|[+-]?00:?00", re.IGNORECASE)
_PROCESS = linear(r"tz|.*\b(time ?zone|tz)")
_DATABASE = linear(r"pgtz|.*\b(db|database|postgres|postgresql|pg|sql|jdbc|datasource|hibernate)\b.*\b(time ?zone|tz)")
_LOG = linear(r".*\b(log|logs|logging|logger)\b.*\b(time ?zone|tz)")
_JAVA = re.compile(r"-Duser\.timezone=(?P<zone>[\w/+:-]{1,60})")
# Time zones inside connection strings and options: `?timezone=…`, `-c timezone=…`, `serverTimezone=…`.
_IN_ADDRESS = re.compile(r"(?i)\b(?:server)?time_?zone(?:=|%3D)(?P<zone>[\w/+:-]{1,60})")


def is_utc(zone: str) -> bool:
    """Tell whether a time zone's name means UTC."""
    return _UTC.fullmatch(zone.removeprefix(":")) is not None


# `hibernate.jdbc.time_zone=CET`, `timezone = 'CET'`, `time-zone: CET`; a zone has a capital.
_IN_A_FILE = re.compile(r"(?i:\btime[_-]?zone)[\"']?[ \t]*[:=][ \t]*[\"']?(?P<zone>[A-Z][\w/+-]{1,60})")


def time_zones_in(text: str) -> tuple[str, ...]:
    """Return the time zones that a configuration file sets."""
    return tuple(match["zone"] for match in _IN_A_FILE.finditer(text))


class TimeZoneSetting(NamedTuple):
    """A setting of a time zone."""

    place: Place
    name: str
    """The variable, or the option of a command line."""
    zone: str


def time_zone_settings(
    containers: Iterable[ContainerEnvironment], *, of_database: bool = False, of_logging: bool = False
) -> Iterator[TimeZoneSetting]:
    """Yield the variables and command lines that set a time zone; variables without a value are left out.

    Parameters: `containers`, those it is about; `of_database` and `of_logging` narrow to what decides the time zone of
    a database session or of a log line. The process's own zone (`TZ`, `-Duser.timezone`) decides both; a setting such
    as `TIME_ZONE` is the application's own and says nothing of either.
    """
    containers = tuple(containers)
    for item in containers:
        for part in item.container.command_line():
            if match := _JAVA.search(part.text() or ""):
                yield TimeZoneSetting(part, "-Duser.timezone", match["zone"])
    for variable in distinct(containers):
        name = words(variable.name)
        if not variable.text:
            continue
        if match := _JAVA.search(variable.text):
            yield TimeZoneSetting(variable.place, variable.name, match["zone"])
        if (of_database and roles(variable.name) and (match := _IN_ADDRESS.search(variable.text))) or (
            variable.name == "PGOPTIONS" and of_database and (match := _IN_ADDRESS.search(variable.text))
        ):
            yield TimeZoneSetting(variable.place, variable.name, match["zone"])
        elif _wanted(name, of_database=of_database, of_logging=of_logging):
            yield TimeZoneSetting(variable.place, variable.name, variable.text)


def hidden_time_zones(
    containers: Iterable[ContainerEnvironment], *, of_database: bool = False, of_logging: bool = False
) -> tuple[str, ...]:
    """Return the names of the variables that set a time zone which cannot be seen."""
    found = (
        variable.name
        for variable in distinct(containers)
        if variable.value is None
        and variable.origin is not Origin.DOWNWARD
        and _wanted(words(variable.name), of_database=of_database, of_logging=of_logging)
    )
    return tuple(dict.fromkeys(found))


def _wanted(name: str, *, of_database: bool, of_logging: bool) -> bool:
    if not (of_database or of_logging):
        return _PROCESS.fullmatch(name) is not None
    if name == "tz":
        return True
    return (of_database and _DATABASE.fullmatch(name) is not None) or (of_logging and _LOG.fullmatch(name) is not None)
