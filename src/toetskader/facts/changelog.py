"""Changelogs in the form of Keep a Changelog 1.1.0 (keepachangelog.com), and what is wrong with others.

Its blocks are those of Markdown (`toetskader.facts.markdown`); what they mean is a grammar of our own: the library
`keepachangelog` takes any second-level heading for a release and any third-level one for a section, gives no line
numbers, and merges two releases of one version, so that it can say neither whether a file keeps the form nor where it
does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from toetskader.facts import markdown
from toetskader.facts.markdown import Block
from toetskader.facts.versions import SemVer, parse_semver
from toetskader.patterns import linear


class Kind(StrEnum):
    """The kinds of change that Keep a Changelog knows, and two that DDC 7.23 wants named besides."""

    ADDED = "Added"
    CHANGED = "Changed"
    DEPRECATED = "Deprecated"
    REMOVED = "Removed"
    FIXED = "Fixed"
    SECURITY = "Security"
    BREAKING = "Breaking"
    EXTERNAL = "External communication"


_NAMES = {
    "added": Kind.ADDED,
    "toegevoegd": Kind.ADDED,
    "changed": Kind.CHANGED,
    "gewijzigd": Kind.CHANGED,
    "veranderd": Kind.CHANGED,
    "aangepast": Kind.CHANGED,
    "deprecated": Kind.DEPRECATED,
    "verouderd": Kind.DEPRECATED,
    "uitgefaseerd": Kind.DEPRECATED,
    "removed": Kind.REMOVED,
    "verwijderd": Kind.REMOVED,
    "fixed": Kind.FIXED,
    "opgelost": Kind.FIXED,
    "hersteld": Kind.FIXED,
    "gerepareerd": Kind.FIXED,
    "security": Kind.SECURITY,
    "beveiliging": Kind.SECURITY,
    "veiligheid": Kind.SECURITY,
    "breaking": Kind.BREAKING,
    "breaking changes": Kind.BREAKING,
    "niet achterwaarts compatibel": Kind.BREAKING,
    "external communication": Kind.EXTERNAL,
    "externe communicatie": Kind.EXTERNAL,
}


class Flaw(StrEnum):
    """A way in which a changelog does not keep the form."""

    NO_TITLE = "no_title"
    NO_RELEASES = "no_releases"
    HEADING = "heading"
    """A release heading that is not `## [version] - date`."""
    VERSION = "version"
    DATE = "date"
    ORDER = "order"
    DUPLICATE = "duplicate"
    UNRELEASED_LOW = "unreleased_low"
    """Unreleased changes below a release."""
    SECTION = "section"
    """A heading that names no kind of change."""
    UNGROUPED = "ungrouped"
    """Changes outside any section."""
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Defect:
    """A place where a changelog does not keep the form."""

    flaw: Flaw
    line: int
    text: str
    """What stands there, shortened."""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of changes in a release."""

    title: str
    kind: Kind | None
    line: int
    lines: tuple[str, ...]
    """The text below the heading, without blank lines."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release, as far as its heading can be read; `version` is empty for unreleased changes."""

    line: int
    heading: str
    version: str
    date: date | None
    preamble: tuple[str, ...]
    """Text before the first section, without blank lines."""
    sections: tuple[Section, ...]

    @property
    def semver(self) -> SemVer | None:
        """The version as a semantic version."""
        return parse_semver(self.version) if self.version else None

    @property
    def is_unreleased(self) -> bool:
        """True for changes that wait for a release."""
        return _UNRELEASED.fullmatch(self.heading) is not None


@dataclass(frozen=True, slots=True)
class Changelog:
    """A changelog: its releases, newest first as written, and where it does not keep the form."""

    releases: tuple[Release, ...]
    defects: tuple[Defect, ...]
    unread_from: int = 0
    """The line from which it was not read, for it is too long; 0 when all of it was."""

    @property
    def newest(self) -> Release | None:
        """The release on top, unreleased changes left out."""
        return next((item for item in self.releases if not item.is_unreleased), None)


_UNRELEASED = re.compile(r"\[?(unreleased|niet uitgebracht|nog niet uitgebracht)\]?(\(\S*\))?", re.IGNORECASE)
# `[1.2.3] - 2024-05-06`, the brackets linked or absent, `[YANKED]` behind it.
_RELEASE = linear(
    r"(?:\[(?P<linked>[^\]\s]{1,100})\](?:\([^)\s]*\))?|(?P<plain>[^\s\[\]()]{1,100}))"
    r"[ \t]+[-–—][ \t]+(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ \t]+\[YANKED\])?"
)
_ANY_VERSION = re.compile(r"v?[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}(?:-[0-9A-Za-z.-]{1,60})?(?:\+[0-9A-Za-z.-]{1,60})?")
_ANY_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]")
_SHOWN = 80


@lru_cache(maxsize=16)
def parse_changelog(text: str) -> Changelog:
    """Read a changelog, leniently: a second-level heading is a release, and what breaks the form is a defect.

    No release is a heading without a digit that neither says that changes wait for a release nor has a kind of change
    below it: `## Links`.
    """
    unread = markdown.unread_from(text)
    headings = list(_lines(text, unread))
    defects: list[Defect] = []
    first = next((line for line in headings if line.level or line.text), None)
    if first is None or first.level != 1:
        defects.append(Defect(Flaw.NO_TITLE, first.number if first else 1, first.text[:_SHOWN] if first else ""))
    releases = [release for part in _split(headings, 2)[1:] if _may_be_one(release := _release(part))]
    if not releases:
        defects.append(Defect(Flaw.NO_RELEASES, 1, ""))
    for release in releases:
        defects.extend(_release_defects(release))
    defects.extend(_order_defects(releases))
    return Changelog(tuple(releases), tuple(sorted(defects, key=lambda item: item.line)), unread)


def _may_be_one(release: Release) -> bool:
    return (
        release.is_unreleased
        or _NUMBER.search(release.heading) is not None
        or any(section.kind is not None for section in release.sections)
    )


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    level: int
    """Level of a heading; 0 for any other line."""
    text: str


def _lines(text: str, unread_from: int) -> Iterator[_Line]:
    """Yield the lines that are read; comments and definitions of links are left out."""
    for line in markdown.lines(text):
        if line.number == unread_from:
            return
        if line.block not in (Block.COMMENT, Block.NOTHING):
            yield _Line(line.number, line.level, line.text.rstrip())


def _split(lines: list[_Line], level: int) -> list[list[_Line]]:
    """Split lines before every heading of a level; the first part is what stands before the first."""
    parts: list[list[_Line]] = [[]]
    for line in lines:
        if line.level == level:
            parts.append([])
        parts[-1].append(line)
    return parts


def _release(lines: list[_Line]) -> Release:
    head, *rest = lines
    before, *parts = _split(rest, 3)
    match = _RELEASE.fullmatch(head.text)
    if match:
        version, found = match["linked"] or match["plain"], _date(match["date"])
    else:
        seen, when = _ANY_VERSION.search(head.text), _ANY_DATE.search(head.text)
        version, found = seen[0] if seen else "", _date(when[0]) if when else None
    return Release(
        head.number,
        head.text,
        version,
        found,
        _filled(before),
        tuple(
            Section(part[0].text, _NAMES.get(part[0].text.strip("*_: ").lower()), part[0].number, _filled(part[1:]))
            for part in parts
        ),
    )


def _filled(lines: list[_Line]) -> tuple[str, ...]:
    return tuple(
        line.text.strip() for line in lines if line.text.strip() and not re.fullmatch(r"\s*[-*_]{3,}\s*", line.text)
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _release_defects(release: Release) -> Iterator[Defect]:
    heading = release.heading[:_SHOWN]
    if not release.is_unreleased:
        match = _RELEASE.fullmatch(release.heading)
        if match is None:
            yield Defect(Flaw.HEADING, release.line, heading)
        elif release.semver is None:
            yield Defect(Flaw.VERSION, release.line, release.version)
        elif release.date is None:
            yield Defect(Flaw.DATE, release.line, match["date"])
        if not release.preamble and not any(section.lines for section in release.sections):
            yield Defect(Flaw.EMPTY, release.line, heading)
    # Words on the release as a whole may precede the sections; a list of changes may not.
    listed = [line for line in release.preamble if re.match(r"[-*+]\s|[0-9]+[.)]\s", line)]
    if listed:
        yield Defect(Flaw.UNGROUPED, release.line, listed[0][:_SHOWN])
    elif release.preamble and not release.sections:
        yield Defect(Flaw.UNGROUPED, release.line, release.preamble[0][:_SHOWN])
    for section in release.sections:
        if section.kind is None:
            yield Defect(Flaw.SECTION, section.line, section.title[:_SHOWN])


def _order_defects(releases: list[Release]) -> Iterator[Defect]:
    seen: set[str] = set()
    newer: Release | None = None
    for index, release in enumerate(releases):
        if release.is_unreleased:
            if index:
                yield Defect(Flaw.UNRELEASED_LOW, release.line, release.heading[:_SHOWN])
            continue
        if release.version and release.version in seen:
            yield Defect(Flaw.DUPLICATE, release.line, release.version)
        seen.add(release.version)
        if newer is not None and _is_older(newer, release):
            yield Defect(Flaw.ORDER, release.line, release.heading[:_SHOWN])
        newer = release


def _is_older(upper: Release, lower: Release) -> bool:
    """Tell whether the upper of two releases is the older one: by date, and on one day by version."""
    if upper.date is None or lower.date is None:
        return False
    if upper.date != lower.date or upper.semver is None or lower.semver is None:
        return upper.date < lower.date
    return upper.semver.core < lower.semver.core
