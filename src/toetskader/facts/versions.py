"""Semantic versions (semver.org 2.0.0)."""

import re
from dataclasses import dataclass

# The expression that semver.org publishes (FAQ "Is there a suggested regular expression"), ASCII digits only.
_SEMVER = re.compile(
    r"(?P<major>0|[1-9][0-9]*)\.(?P<minor>0|[1-9][0-9]*)\.(?P<patch>0|[1-9][0-9]*)"
    r"(?:-(?P<pre>(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+(?P<build>[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
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
    def core(self) -> tuple[int, int, int]:
        """Major, minor and patch, to compare releases with."""
        return self.major, self.minor, self.patch


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
