"""Version constraints as Helm reads them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.version_constraints import admits

# Constraint: versions it admits, versions it does not (Masterminds/semver v3, README).
CASES = {
    ">=1.28.0-0": ("1.28.0 1.36.0", "1.27.9"),
    ">= 1.28, < 1.36": ("1.28.0 1.35.9", "1.36.0"),
    ">=1.28 <1.36": ("1.28.0", "1.36.0 1.27.0"),
    "<1.20 || >=1.30": ("1.19.0 1.30.0", "1.25.0"),
    "1.28 - 1.35": ("1.28.0 1.35.9", "1.27.9 1.36.0"),
    "~1.35": ("1.35.0 1.35.9", "1.36.0 1.34.0"),
    "~1.35.2": ("1.35.2", "1.35.1 1.36.0"),
    "~1": ("1.0.0 1.99.0", "2.0.0"),
    "^1.35": ("1.35.0 1.99.0", "2.0.0 1.34.0"),
    "^0.2.3": ("0.2.3 0.2.9", "0.3.0 0.2.2"),
    "^0.0.3": ("0.0.3", "0.0.4"),
    "1.35.x": ("1.35.7", "1.36.0"),
    "1.*": ("1.0.0 1.35.0", "2.0.0"),
    "*": ("0.0.1 9.9.9", ""),
    "!=1.35": ("1.36.0", "1.35.4"),
    "=1.35.0": ("1.35.0", "1.35.1"),
    "1.35": ("1.35.3", "1.36.0"),
    ">1.35": ("1.36.0", "1.35.9"),
    "<=1.35": ("1.35.9", "1.36.0"),
    "v1.35.0": ("1.35.0", "1.35.1"),
}
ROWS = [
    (constraint, version, admitted)
    for constraint, (yes, no) in CASES.items()
    for versions, admitted in ((yes, True), (no, False))
    for version in versions.split()
]


@pytest.mark.parametrize(("constraint", "version", "admitted"), ROWS)
def test_admits(constraint: str, version: str, admitted: bool) -> None:
    assert admits(constraint, version) is admitted


@pytest.mark.parametrize("constraint", ["latest", ">=", "1.2.3.4", ">=1.2<2", "1.2 - ", "&& 1"])
def test_what_is_no_constraint(constraint: str) -> None:
    assert admits(constraint, "1.35.0") is None


def test_a_pre_release_needs_a_pre_release() -> None:
    assert admits(">=1.28", "1.35.0-rc.1") is False
    assert admits(">=1.28.0-0", "1.35.0-rc.1") is True


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text(alphabet=">=<!~^|&,.-x*v 0123456789", max_size=30))
def test_any_text_is_read(constraint: str) -> None:
    assert admits(constraint, "1.35.0") in (True, False, None)
