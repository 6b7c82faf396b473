"""Changelogs in the form of Keep a Changelog, and what is wrong with others."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts import markdown
from toetskader.facts.changelog import Flaw, Kind, parse_changelog

GOOD = """# Changelog

All notable changes.

## [Unreleased]

## [1.2.0] - 2026-03-01

Words on the release.

### Added

- Search

### Fixed

- A bug

## [1.1.0](https://example.nl/1.1.0) - 2026-02-01 [YANKED]

### Wijzigd
"""
FORMS = {
    "## [1.0.0] - 2026-01-01": None,
    "## 1.0.0 - 2026-01-01": None,
    "## [v1.0.0] - 2026-01-01": None,
    "## [1.0.0](https://example.nl) - 2026-01-01": None,
    "## [1.0.0] - 2026-01-01 [YANKED]": None,
    "## 1.0.0 (2026-01-01)": Flaw.HEADING,
    "## [1.0.0]": Flaw.HEADING,
    "## Version 1.0.0 - 2026-01-01": Flaw.HEADING,
    "## [1.0] - 2026-01-01": Flaw.VERSION,
    "## [1.0.0] - 2026-02-30": Flaw.DATE,
    "## [1.0.0] - 01-02-2026": Flaw.HEADING,
}


@pytest.mark.parametrize(("heading", "flaw"), FORMS.items())
def test_form_of_a_release_heading(heading: str, flaw: Flaw | None) -> None:
    found = parse_changelog(f"# Changelog\n{heading}\n### Added\n- x\n")
    assert [(item.flaw, item.line) for item in found.defects] == ([(flaw, 2)] if flaw else [])


def test_reads_releases_and_sections() -> None:
    found = parse_changelog(GOOD)
    newest = found.newest
    assert newest is not None
    assert (newest.version, newest.date, newest.line) == ("1.2.0", date(2026, 3, 1), 7)
    assert [section.kind for section in newest.sections] == [Kind.ADDED, Kind.FIXED]
    assert newest.sections[0].lines == ("- Search",)
    assert [(item.flaw, item.text) for item in found.defects] == [
        (Flaw.EMPTY, "[1.1.0](https://example.nl/1.1.0) - 2026-02-01 [YANKED]"),
        (Flaw.SECTION, "Wijzigd"),
    ]


ENTRY = "### Added\n- x\n"
DEFECTS = {
    "": [Flaw.NO_TITLE, Flaw.NO_RELEASES],
    "# Changelog\nprose": [Flaw.NO_RELEASES],
    f"## [1.0.0] - 2026-01-01\n{ENTRY}": [Flaw.NO_TITLE],
    "# C\n## [1.0.0] - 2026-01-01\n- x\n": [Flaw.UNGROUPED],
    "# C\n## [1.0.0] - 2026-01-01\nprose only\n": [Flaw.UNGROUPED],
    "# C\n## [1.0.0] - 2026-01-01\n": [Flaw.EMPTY],
    f"# C\n## [1.0.0] - 2026-01-01\n{ENTRY}## [2.0.0] - 2026-02-01\n{ENTRY}": [Flaw.ORDER],
    f"# C\n## [1.0.0] - 2026-01-01\n{ENTRY}## [1.1.0] - 2026-01-01\n{ENTRY}": [Flaw.ORDER],
    # A fix of an older version that came out later stands on top, for it is the latest.
    f"# C\n## [1.0.1] - 2026-03-01\n{ENTRY}## [2.0.0] - 2026-02-01\n{ENTRY}": [],
    f"# C\n## [1.0.0] - 2026-01-01\n{ENTRY}## [1.0.0] - 2026-01-01\n{ENTRY}": [Flaw.DUPLICATE],
    f"# C\n## [1.0.0] - 2026-01-01\n{ENTRY}## [Unreleased]\n{ENTRY}": [Flaw.UNRELEASED_LOW],
    f"# C\n```\n## no heading\n```\n<!-- ## nor this -->\n## [1.0.0] - 2026-01-01\n{ENTRY}[1.0.0]: https://x.nl\n": [],
    f"\ufeff# C\r\n## [1.0.0] - 2026-01-01\r\n{ENTRY}": [],
    "# C\n## [1.0.0] - 2026-01-01\n### Breaking\n- x\n### Externe communicatie\n- geen\n": [],
    # No release: words about the file, and what Markdown does not take for a heading.
    f"# C\n## Over dit bestand\nWoorden.\n## [1.0.0] - 2026-01-01\n{ENTRY}\n## Links\n- https://x.nl\n": [],
    f"# C\n## [1.0.0] - 2026-01-01\n{ENTRY}  ## 0.9.0\n\n    ## 0.8.0\n<div>\n## 0.7.0\n</div>\n": [],
    f"# C\n```\n```sh\n## 0.9.0\n```\n## [1.0.0] - 2026-01-01\n{ENTRY}": [],
    # A release, however it is written: by its number, or by the changes below it.
    f"# C\n## Versie twee\n{ENTRY}": [Flaw.HEADING],
    f"# C\n## Release 2\n{ENTRY}": [Flaw.HEADING],
    "# C\n## Links\n- https://x.nl\n": [Flaw.NO_RELEASES],
    f"C\n=\n[1.0.0] - 2026-01-01\n---\n{ENTRY}": [],
}


@pytest.mark.parametrize(("text", "flaws"), DEFECTS.items())
def test_defects(text: str, flaws: list[Flaw]) -> None:
    assert [item.flaw for item in parse_changelog(text).defects] == flaws


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["# ", "## ", "### ", "[1.0.0]", " - ", "2026-01-01", "\n", "- x", "```", "<!--", "[", "]("])
    )
)
def test_any_text_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    found = parse_changelog(text)
    assert all(0 < item.line <= text.count("\n") + 1 for item in (*found.defects, *found.releases))


def test_what_is_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines behind the last one that is read are no words of the release above them."""
    text = f"# C\n## [1.0.0] - 2026-01-01\n{ENTRY}## 0.9\n"
    monkeypatch.setattr(markdown, "LONGEST", len(text) - 5)
    found = parse_changelog.__wrapped__(text)
    assert (found.unread_from, found.defects, found.releases[0].sections[0].lines) == (5, (), ("- x",))


def test_a_hostile_text_is_read_in_time() -> None:
    found = parse_changelog("#" * 300_000 + "\n## [" + "1" * 300_000 + "\n## [" + "1." * 900 + "\n" + "[a](" * 100_000)
    assert [release.version for release in found.releases] == ["1.1.1"]
