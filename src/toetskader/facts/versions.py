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

# Words that no final version carries.
_PRELIMINARY = re.compile(
    r"(?:^|[-._])(?:snapshot|alpha|beta|rc\d*|dev|develop|development|nightly|preview|canary|edge|unstable|main|master"
    r"|latest|test|pre|pr\d*)(?:$|[-._])",
    re.IGNORECASE,
)

# Suffixes by which publishers of images tell bases and runtimes apart; no pre-releases, though SemVer reads them so.
_IMAGE_VARIANT = re.compile(
    "alpine|apache|bookworm|bullseye|buster|centos|debian|distroless|focal|fpm|jammy|jdk|jre|musl|noble|openjdk|perl"
    "|photon|rhel|scratch|slim|temurin|trixie|ubi|ubuntu|unprivileged|wolfi"
)


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
    def is_preliminary(self) -> bool:
        """True for a pre-release. `1.27.0-alpine` is none: there the suffix names the base of an image."""
        final = _IMAGE_VARIANT.fullmatch(self.keyword) and not says_preliminary(self.pre_release)
        return bool(self.pre_release) and not final

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
    return _PRELIMINARY.search(text) is not None


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
