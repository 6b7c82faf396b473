"""Semantic versions (semver.org 2.0.0)."""

import re
from dataclasses import dataclass

# The expression that semver.org publishes (FAQ "Is there a suggested regular expression"), ASCII digits only.
_SEMVER = re.compile(
    r"(?P<major>0|[1-9][0-9]*)\.(?P<minor>0|[1-9][0-9]*)\.(?P<patch>0|[1-9][0-9]*)"
    r"(?:-(?P<pre>(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+(?P<build>[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
)

_KEYWORD = re.compile(r"[A-Za-z]+")

# Words for a stage before the release of a version, with what may be counted in them (`rc2`). A closed vocabulary: what
# else publishers of images put behind a version tells apart variants of that one release, and is without end (its
# architecture, base, runtime, edition, what is in it).
_STAGE = re.compile(
    r"(?:snapshot|alpha|beta|rc|cr|dev|devel|pre|prerelease|preview|milestone|nightly|daily|weekly|canary|edge|unstable"
    r"|experimental|ea|next|wip|draft|poc|concept|voorlopig|proef|ontwikkel(?:ing)?|develop(?:ment)?|test(?:ing)?|tst"
    r"|staging|main|master|trunk|head|latest|pr)[0-9]*|[abm][0-9]+",
    re.IGNORECASE,
)
# What behind a version names a build before its release: a branch, and a day or moment (`20260623`).
_BUILD = re.compile(r"(?:feature|feat|bugfix|hotfix|branch|mr|ci)[0-9]*|[0-9]{8,40}", re.IGNORECASE)
# A commit, with what builds and `git describe` put before it; digits alone count something else, letters alone spell.
_COMMIT = re.compile(r"(?:sha|g)?([0-9a-f]{7,40})", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[-._]+")


@dataclass(frozen=True, slots=True)
class SemVer:
    """A semantic version."""

    major: int
    minor: int
    patch: int
    pre_release: str = ""
    build: str = ""

    @property
    def keyword(self) -> str:
        """The letters that the pre-release starts with (`rc` of `1.2.3-rc.1`); empty when it starts with none."""
        match = _KEYWORD.match(self.pre_release)
        return match[0].lower() if match else ""

    @property
    def is_preliminary(self) -> bool | None:
        """True for a stage before the release or a build of it, False for the release; None when it does not show.

        `1.27.0-alpine` and `2.1.0-amd64` are releases: there the suffix tells variants of an image apart, though
        SemVer reads it as a pre-release (section 9). Behind a version, a number alone may count the packagings of a
        release (`8.0.35-27`) or the builds before it.
        """
        if not self.pre_release:
            return False
        if says_preliminary(self.pre_release) or any(map(_names_build, _BETWEEN_WORDS.split(self.pre_release))):
            return True
        return None if not _KEYWORD.search(self.pre_release) else False

    def is_same_release(self, other: "SemVer") -> bool:
        """Tell whether two versions name one release: `3.0.1` and `3.0.1-alpine` do, `3.0.1-rc.1` is another."""
        same_suffix = self.pre_release == other.pre_release
        return self.core == other.core and (same_suffix or not (self.is_preliminary or other.is_preliminary))

    @property
    def core(self) -> tuple[int, int, int]:
        """Major, minor and patch, to compare releases with."""
        return self.major, self.minor, self.patch


def says_preliminary(text: str) -> bool:
    """Tell whether a version or tag has a word in it that no final version carries (`snapshot`, `rc1`, `latest`)."""
    return any(map(_STAGE.fullmatch, _BETWEEN_WORDS.split(text)))


def _names_build(word: str) -> bool:
    if _BUILD.fullmatch(word):
        return True
    commit = _COMMIT.fullmatch(word)
    return commit is not None and not commit[1].isdigit() and not commit[1].isalpha()


def parse_semver(text: str, *, allow_v: bool = True) -> SemVer | None:
    """Read a semantic version, or return None when the text is not one.

    Parameters: `allow_v` accepts a leading `v`, as tags often have (norm: workloads, image reference).
    """
    match = _SEMVER.fullmatch(text.removeprefix("v") if allow_v else text)
    if match is None:
        return None
    return SemVer(
        int(match["major"]), int(match["minor"]), int(match["patch"]), match["pre"] or "", match["build"] or ""
    )
