"""Judgements on the changelog that a chart brings along, and on the release notes of its current version."""

from typing import Literal

import msgspec

from toetskader.facts.change_words import Topic, denies, says_no_fixes, speaks_of_others
from toetskader.facts.changelog import Defect, Flaw, parse_changelog
from toetskader.facts.chart import ChartFiles
from toetskader.facts.release_notes import (
    Notes,
    annotated_notes,
    changelog_files,
    notes_in_readme,
    notes_of,
    own_changelog_link,
    with_more,
)
from toetskader.facts.versions import parse_semver
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable, undetermined

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
        other = next(iter(changelog_files(chart.files)), "")
        if not other:
            _missing(chart, findings)
            return
        findings.add(FilePlace(other), seen=other, expected=Text(f"een bestand {NAME}", f"a file {NAME}"))
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
    if changelog.unread_from and not findings.fail:
        undetermined(
            f"{source} is te lang: vanaf regel {changelog.unread_from} is het niet gelezen. Zet oude versies in een "
            "ander bestand.",
            f"{source} is too long: it was not read from line {changelog.unread_from} on. Move old versions to another "
            "file.",
        )


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What release notes must tell of."""

    topic: Literal["added", "fixed", "breaking", "external_communication"]


@check("changelog.release_notes", params=Told)
def test_release_notes_tell_of_a_topic(chart: ChartFiles, params: Told, findings: Findings) -> None:
    """DDC 7.23: release notes tell what is new, what was mended, what breaks, and what changes in communication.

    Looked at are the notes of the chart's own version, in whatever form: how a changelog is written is another
    requirement's. What they do not tell of there may not be, so that is undetermined, unless the version's own number
    says otherwise.
    """
    notes = _notes(chart, findings)
    if notes is None:
        return
    place = FilePlace(notes.source, notes.line)
    if not notes.statements:
        findings.add(
            place,
            seen=Text("een versie zonder beschreven wijzigingen", "a version without changes that are described"),
            expected=_EXPECTED_OF[params.topic],
        )
        return
    match params.topic:
        case "added":
            _tells_what_is_new(notes, place, findings)
        case "fixed":
            _tells_what_was_mended(notes)
        case "breaking":
            _tells_what_breaks(notes, place, findings)
        case "external_communication":
            if not any(speaks_of_others(item.text) or Topic.EXTERNAL in item.topics for item in notes.statements):
                undetermined(
                    f"De release notes van {notes.version} noemen geen verandering in de communicatie met andere "
                    "componenten. Of die er is, blijkt pas uit vergelijken met de vorige versie; schrijf erbij wat "
                    "er verandert, of dat er niets verandert.",
                    f"The release notes of {notes.version} name no change in the communication with other components. "
                    "Whether there is one shows only by comparing with the version before; write what changes, or that "
                    "nothing does.",
                )


_EXPECTED_OF = {
    "added": Text("wat nieuw of beter is", "what is new or better"),
    "fixed": Text("de opgeloste fouten en kwetsbaarheden", "the mended bugs and vulnerabilities"),
    "breaking": Text("wat niet achterwaarts compatibel is", "what is not backward compatible"),
    "external_communication": Text(
        "wat verandert in de externe communicatie", "what changes in external communication"
    ),
}
_NEW = (Topic.ADDED, Topic.CHANGED, Topic.BREAKING, Topic.EXTERNAL)


def _tells_what_is_new(notes: Notes, place: FilePlace, findings: Findings) -> None:
    if any(not denies(item.text) for item in notes.about(*_NEW)):
        return
    version = notes.semver
    if notes.is_patch:
        not_applicable(
            f"{notes.version} is een herstelversie: zij brengt niets nieuws.",
            f"{notes.version} is a patch release: it brings nothing new.",
        )
    only_dependencies = all(Topic.DEPENDENCIES in item.topics for item in notes.statements)
    if only_dependencies or version is None or version.major == 0:
        undetermined(
            f"De release notes van {notes.version} noemen niets nieuws of beters in de software zelf. Of dat er is, "
            "blijkt pas uit vergelijken met de vorige versie; noem het, of schrijf dat er niets nieuws is.",
            f"The release notes of {notes.version} name nothing new or better in the software itself. Whether there is "
            "shows only by comparing with the version before; name it, or write that nothing is new.",
        )
    findings.add(
        place,
        seen=Text("niets nieuws of beters", "nothing new or better"),
        expected=Text(
            "wat nieuw of beter is; het versienummer zegt dat dat er is",
            "what is new or better; the version number says that there is something",
        ),
    )


def _tells_what_was_mended(notes: Notes) -> None:
    mended = notes.about(Topic.FIXED, Topic.SECURITY)
    if mended or any(says_no_fixes(item.text) for item in notes.statements):
        return
    undetermined(
        f"De release notes van {notes.version} noemen geen opgeloste fouten of kwetsbaarheden. Of die er zijn, blijkt "
        "pas uit vergelijken met de vorige versie (de code, en de SBOM voor kwetsbaarheden); schrijf erbij wat er "
        "opgelost is, of dat er niets opgelost is.",
        f"The release notes of {notes.version} name no mended bugs or vulnerabilities. Whether there are any shows "
        "only by comparing with the version before (the code, and the SBOM for vulnerabilities); write what was "
        "mended, or that nothing was.",
    )


def _tells_what_breaks(notes: Notes, place: FilePlace, findings: Findings) -> None:
    said = notes.about(Topic.BREAKING)
    breaks = [item for item in said if not denies(item.text)]
    if not said:
        undetermined(
            f"De release notes van {notes.version} zeggen niets over wijzigingen die iets breken. Of die er zijn, "
            "blijkt pas uit vergelijken met de vorige versie; schrijf erbij wat er breekt, of dat er "
            "niets breekt.",
            f"The release notes of {notes.version} say nothing on changes that break. Whether there are any shows only "
            "by comparing with the version before; write what breaks, or that nothing does.",
        )
    version = notes.semver
    if breaks and version is not None and version.major > 0 and (version.minor, version.patch) != (0, 0):
        findings.add(
            place if not breaks[0].line else FilePlace(notes.source, breaks[0].line),
            seen=Text(f"een wijziging die breekt in {notes.version}", f"a change that breaks in {notes.version}"),
            expected=Text("een hoger hoofdversienummer", "a higher major version"),
            strength="required" if version.patch else "recommended",
        )


def _notes(chart: ChartFiles, findings: Findings) -> Notes | None:
    """Return the notes of the chart's version; None when there are none, which is then reported."""
    listed = annotated_notes(chart.metadata, chart.version)
    paths = changelog_files(chart.files)
    names = (str(chart.metadata.get("name", "")), str(chart.metadata.get("description", "")))
    for path in paths:
        notes = notes_of(path, chart.files[path], chart.version, _versions(chart), names)
        if notes is not None:
            return with_more(notes, listed)
    elsewhere = listed or notes_in_readme(chart.files, chart.version)
    if elsewhere is not None:
        return elsewhere
    if not paths:
        _missing(chart, findings)
        return None
    findings.add(
        FilePlace(paths[0]),
        seen=Text("geen versie van de chart", "no version of the chart"),
        expected=Text(
            f"een kop voor {' of '.join(_versions(chart))}", f"a heading for {' or '.join(_versions(chart))}"
        ),
    )
    return None


def _changelog_file(chart: ChartFiles) -> tuple[str, str]:
    """Return path and text of the changelog in the chart's root; the case of its name does not matter."""
    for path, text in chart.files.items():
        if path.lower() == NAME.lower():
            return path, text
    return NAME, ""


def _missing(chart: ChartFiles, findings: Findings) -> None:
    """Report that there is no changelog; one of the supplier's own elsewhere is not read, and so undetermined."""
    link = own_changelog_link(chart.files, chart.metadata)
    if link:
        undetermined(
            f"De chart verwijst voor de wijzigingen naar {link}, wat hier niet gelezen is. Lever {NAME} mee in de "
            "chart, of bekijk het daar.",
            f"For its changes the chart points to {link}, which was not read here. Ship {NAME} with the chart, or look "
            "at it there.",
        )
    findings.add(
        FilePlace(NAME),
        seen=Text("geen changelog in de chart", "no changelog in the chart"),
        expected=Text(f"een {NAME} in de hoofdmap van de chart", f"a {NAME} in the chart's root folder"),
        remedy=Text(
            f"Lever {NAME} mee in de chart, en laat .helmignore het bestand niet overslaan.",
            f"Ship {NAME} with the chart, and do not have .helmignore skip the file.",
        ),
    )


def _versions(chart: ChartFiles) -> tuple[str, ...]:
    """Return the versions whose entry is the chart's: its own, the application's, the one a pre-release leads to."""
    app = chart.metadata.get("appVersion")
    named = [text.removeprefix("v") for text in (chart.version, app) if isinstance(text, str) and text]
    final = [text.partition("-")[0] for text in named if (version := parse_semver(text)) and version.pre_release]
    return tuple(dict.fromkeys([*named, *final]))
