"""Judgements on the changelog that a chart brings along, and on the release notes of its current version."""

from typing import Literal

import msgspec

from toetskader.facts.changelog import (
    Changelog,
    Defect,
    Flaw,
    Kind,
    Release,
    breaking_statements,
    external_statements,
    parse_changelog,
    says_no_fixes,
    says_none,
)
from toetskader.facts.chart import ChartFiles
from toetskader.facts.versions import parse_semver
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable

NAME = "CHANGELOG.md"

_EXPECTED: dict[Flaw, Text] = {
    Flaw.NO_TITLE: Text("een titel, `# Changelog`", "a title, `# Changelog`"),
    Flaw.NO_RELEASES: Text(
        "een kop per versie, `## [1.2.3] - 2026-03-01`", "a heading per version, `## [1.2.3] - 2026-03-01`"
    ),
    Flaw.HEADING: Text("`## [1.2.3] - 2026-03-01`", "`## [1.2.3] - 2026-03-01`"),
    Flaw.VERSION: Text("een semantische versie", "a semantic version"),
    Flaw.DATE: Text("een datum die bestaat", "a date that exists"),
    Flaw.ORDER: Text("de nieuwste versie eerst", "the newest version first"),
    Flaw.DUPLICATE: Text("elke versie eenmaal", "every version once"),
    Flaw.UNRELEASED_LOW: Text("[Unreleased] bovenaan", "[Unreleased] on top"),
    Flaw.SECTION: Text(
        "Added, Changed, Deprecated, Removed, Fixed, Security (of Breaking, External communication)",
        "Added, Changed, Deprecated, Removed, Fixed, Security (or Breaking, External communication)",
    ),
    Flaw.UNGROUPED: Text("wijzigingen onder een kop als `### Added`", "changes below a heading such as `### Added`"),
    Flaw.EMPTY: Text("ten minste één wijziging", "at least one change"),
}


@check("changelog.keep_a_changelog")
def test_changelog_keeps_the_form(chart: ChartFiles, findings: Findings) -> None:
    """DDC 7.23: changes are recorded in the form of Keep a Changelog 1.1.0, with the chart's version on top."""
    source, text = _changelog_file(chart)
    if not text:
        _missing(findings)
        return
    changelog = parse_changelog(text)
    by_flaw: dict[Flaw, list[Defect]] = {}
    for defect in changelog.defects:
        by_flaw.setdefault(defect.flaw, []).append(defect)
    for flaw, defects in by_flaw.items():
        first, more = defects[0], len(defects) - 1
        findings.add(
            FilePlace(source, first.line),
            seen=Text(
                (first.text or "niets") + (f" (en nog {more} keer zoiets)" if more else ""),
                (first.text or "nothing") + (f" (and {more} more like it)" if more else ""),
            ),
            expected=_EXPECTED[flaw],
        )
    newest = changelog.newest
    if newest is not None and newest.version.removeprefix("v") not in _versions(chart):
        findings.add(
            FilePlace(source, newest.line),
            seen=newest.version or newest.heading[:80],
            expected=Text(
                f"bovenaan de versie van de chart ({' of '.join(_versions(chart))})",
                f"the chart's version on top ({' or '.join(_versions(chart))})",
            ),
        )


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What release notes must tell of."""

    topic: Literal["added", "fixed", "breaking", "external_communication"]


@check("changelog.release_notes", params=Topic)
def test_release_notes_tell_of_a_topic(chart: ChartFiles, params: Topic, findings: Findings) -> None:
    """DDC 7.23: release notes tell what is new, what was mended, what breaks, and what changes in communication.

    Looked at is the entry of the chart's own version in CHANGELOG.md. A README that points elsewhere does not count.
    """
    source, text = _changelog_file(chart)
    if not text:
        _missing(findings)
        return
    entry = _entry(parse_changelog(text), chart)
    if entry is None:
        findings.add(
            FilePlace(source),
            seen=Text("geen versie van de chart", "no version of the chart"),
            expected=Text(
                f"een kop voor {' of '.join(_versions(chart))}", f"a heading for {' or '.join(_versions(chart))}"
            ),
        )
        return
    place = FilePlace(source, entry.line)
    match params.topic:
        case "added":
            _tells_what_is_new(entry, place, findings)
        case "fixed":
            if not entry.of_kind(Kind.FIXED, Kind.SECURITY) and not says_no_fixes(entry):
                findings.add(
                    place,
                    seen=Text("geen `### Fixed` of `### Security`", "no `### Fixed` or `### Security`"),
                    expected=Text(
                        "de opgeloste fouten en kwetsbaarheden, of dat die er niet zijn",
                        "the mended bugs and vulnerabilities, or that there are none",
                    ),
                )
        case "breaking":
            _tells_what_breaks(entry, place, findings)
        case "external_communication":
            if not external_statements(entry):
                findings.add(
                    place,
                    seen=Text(
                        "niets over koppelingen met andere componenten",
                        "nothing on communication with other components",
                    ),
                    expected=Text(
                        "wat verandert in de externe communicatie, of dat niets verandert",
                        "what changes in external communication, or that nothing does",
                    ),
                )


def _tells_what_is_new(entry: Release, place: FilePlace, findings: Findings) -> None:
    if entry.of_kind(Kind.ADDED, Kind.CHANGED):
        return
    version = entry.semver
    if version is not None and version.patch and entry.of_kind(Kind.FIXED, Kind.SECURITY):
        not_applicable(
            f"{entry.version} is een herstelversie: zij brengt niets nieuws.",
            f"{entry.version} is a patch release: it brings nothing new.",
        )
    findings.add(
        place,
        seen=Text("geen `### Added` of `### Changed`", "no `### Added` or `### Changed`"),
        expected=Text("wat nieuw of beter is", "what is new or better"),
    )


def _tells_what_breaks(entry: Release, place: FilePlace, findings: Findings) -> None:
    statements = breaking_statements(entry)
    if not statements:
        findings.add(
            place,
            seen=Text("niets over wijzigingen die iets breken", "nothing on changes that break"),
            expected=Text(
                "wat niet achterwaarts compatibel is, of dat dat er niet is",
                "what is not backward compatible, or that nothing is",
            ),
        )
    version = entry.semver
    minor_only = version is not None and version.major > 0 and (version.minor, version.patch) != (0, 0)
    if minor_only and statements and not any(says_none(text) for text in statements):
        findings.add(
            place,
            seen=Text(f"een wijziging die breekt in {entry.version}", f"a change that breaks in {entry.version}"),
            expected=Text("een hoger hoofdversienummer", "a higher major version"),
        )


def _changelog_file(chart: ChartFiles) -> tuple[str, str]:
    """Return path and text of the changelog in the chart's root; the case of its name does not matter."""
    for path, text in chart.files.items():
        if path.lower() == NAME.lower():
            return path, text
    return NAME, ""


def _missing(findings: Findings) -> None:
    findings.add(
        FilePlace(NAME),
        seen=Text("geen changelog in de chart", "no changelog in the chart"),
        expected=Text(f"een {NAME} in de hoofdmap van de chart", f"a {NAME} in the chart's root folder"),
        remedy=Text(
            f"Lever {NAME} mee in de chart, en laat .helmignore het bestand niet overslaan.",
            f"Ship {NAME} with the chart, and do not have .helmignore skip the file.",
        ),
    )


def _entry(changelog: Changelog, chart: ChartFiles) -> Release | None:
    return changelog.entry(*_versions(chart))


def _versions(chart: ChartFiles) -> tuple[str, ...]:
    """Return the versions whose entry is the chart's: its own, the application's, the one a pre-release leads to."""
    app = chart.metadata.get("appVersion")
    named = [text.removeprefix("v") for text in (chart.version, app) if isinstance(text, str) and text]
    final = [text.partition("-")[0] for text in named if (version := parse_semver(text)) and version.pre_release]
    return tuple(dict.fromkeys([*named, *final]))
