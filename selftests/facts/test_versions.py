"""Semantic versions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.versions import SemVer, parse_semver

VERSIONS = {
    "1.2.3": SemVer(1, 2, 3),
    "v1.2.3": SemVer(1, 2, 3),
    "0.0.0": SemVer(0, 0, 0),
    "1.2.3-rc.1": SemVer(1, 2, 3, "rc.1"),
    "1.2.3-snapshot": SemVer(1, 2, 3, "snapshot"),
    "1.2.3+build.5": SemVer(1, 2, 3, "", "build.5"),
    "1.2.3--": SemVer(1, 2, 3, "-"),
    "2024.1.0": SemVer(2024, 1, 0),
}
NO_VERSIONS = (
    "",
    "1",
    "1.2",
    "1.2.3.4",
    "01.2.3",
    "1.2.3-",
    "1.2.3-01",
    "vv1.2.3",
    " 1.2.3",
    "1.2.3\n",
    "١.2.3",
    "latest",
)


@pytest.mark.parametrize(("text", "expected"), VERSIONS.items())
def test_a_semantic_version_is_read(text: str, expected: SemVer) -> None:
    assert parse_semver(text) == expected


@pytest.mark.parametrize("text", NO_VERSIONS)
def test_anything_else_is_none(text: str) -> None:
    assert parse_semver(text) is None


def test_a_leading_v_can_be_refused() -> None:
    assert parse_semver("v1.2.3", allow_v=False) is None


KEYWORDS = {
    "1.2.3": ("", False),
    "1.2.3-rc.1": ("rc", True),
    "1.2.3-SNAPSHOT": ("snapshot", True),
    "1.2.3-202606230850": ("", True),
    "1.27.0-alpine3.20": ("alpine", False),
    "7.0.5-debian-11-r25": ("debian", False),
    "2.4.0-alpine-rc.1": ("alpine", True),
    # What tells variants of one release apart is without end, and says nothing of a stage.
    "4.0.1-arm64v8": ("arm", False),
    "4.0.1-linux-s390x": ("linux", False),
    "3.13.7-management": ("management", False),
    "10.4.1-community": ("community", False),
    "27.3.1-dind-rootless": ("dind", False),
    "1.30.0-otel": ("otel", False),
    "5.2.0-windowsservercore-ltsc2022": ("windowsservercore", False),
    "2.0.0-ubi9-minimal": ("ubi", False),
    "16.0.0-ce.0": ("ce", False),
    "1.2.3-betaalmodule": ("betaalmodule", False),
    "1.2.3-rcs": ("rcs", False),
    # A stage or a build, also of a variant.
    "2.1.0-amd64-rc1": ("amd", True),
    "3.0.0-management.beta2": ("management", True),
    "1.4.2-M3": ("M", True),
    "1.4.2-ea.7": ("ea", True),
    "1.4.2-voorlopig": ("voorlopig", True),
    "1.4.2-feature-inloggen": ("feature", True),
    "1.4.2-14-g5be1f3a": ("", True),
    "1.4.2-4f2a91c": ("", True),
    "1.4.2-0.20260612093011-4f2a91c7d0e2": ("", True),
    # A number alone may count packagings of a release, or builds before it.
    "8.0.35-27.1": ("", None),
    "1.4.2-3": ("", None),
}


@pytest.mark.parametrize(("text", "expected"), KEYWORDS.items())
def test_preliminary_versions_and_their_keyword(text: str, expected: tuple[str, bool | None]) -> None:
    version = parse_semver(text)
    assert version is not None
    assert (version.keyword, version.is_preliminary) == (expected[0].lower(), expected[1])


RELEASES = {
    ("3.0.1", "3.0.1"): True,
    ("3.0.1", "v3.0.1-alpine"): True,
    ("3.0.1", "3.0.1-rc.1"): False,
    ("3.0.1-rc.1", "3.0.1-rc.1"): True,
    ("3.0.1", "3.0.2"): False,
    ("3.0.1", "3.0.1-arm64"): True,
    ("3.0.1", "3.0.1-arm64-rc.2"): False,
    ("8.0.35", "8.0.35-27"): True,
}


@pytest.mark.parametrize(("pair", "same"), RELEASES.items())
def test_versions_of_one_release(pair: tuple[str, str], same: bool) -> None:
    one, other = map(parse_semver, pair)
    assert one is not None
    assert other is not None
    assert one.is_same_release(other) is same
    assert other.is_same_release(one) is same


@given(st.text(alphabet="0123456789.-+vrcalph \n", max_size=30))
@settings(derandomize=True, max_examples=300)
def test_what_is_read_writes_back(text: str) -> None:
    version = parse_semver(text)
    if version is not None:
        suffix = f"-{version.pre_release}" * bool(version.pre_release) + f"+{version.build}" * bool(version.build)
        assert f"{version.major}.{version.minor}.{version.patch}{suffix}" == text.removeprefix("v")
