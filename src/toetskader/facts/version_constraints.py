"""Version constraints as Helm reads them (`kubeVersion` in Chart.yaml): the grammar of Masterminds/semver v3."""

import re
from dataclasses import dataclass

from toetskader.facts.versions import SemVer, parse_semver

_PART = r"(?:[0-9]{1,9}|[xX*])"
_VERSION = rf"v?{_PART}(?:\.{_PART}){{0,2}}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_OPERATOR = r"=|==|!=|>=|=>|<=|=<|>|<|~>|~|\^"
_ONE = re.compile(rf"(?P<operator>{_OPERATOR})?\s*(?P<version>{_VERSION})")
_HYPHEN = re.compile(rf"(?P<low>{_VERSION})\s+-\s+(?P<high>{_VERSION})")
_CORE = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Bound:
    """A version in a constraint; `given` counts the parts that are numbers."""

    core: _CORE
    given: int
    pre_release: bool

    @property
    def after(self) -> _CORE:
        """The first version that none of the missing parts can stand for."""
        major, minor, patch = self.core
        return ((0, 0, 0), (major + 1, 0, 0), (major, minor + 1, 0), (major, minor, patch + 1))[self.given]


def admits(constraint: str, version: str) -> bool | None:
    """Tell whether a constraint admits a version, or return None when either cannot be read.

    Parameters: `constraint`, such as `>=1.28.0-0 <1.36.0 || ^2`; `version`, a full semantic version. A constraint
    without a pre-release part admits no pre-release.
    """
    parsed = parse_semver(version)
    if parsed is None:
        return None
    answers = [_all_hold(part.strip(), parsed) for part in constraint.split("||")]
    return None if None in answers else any(answers)


def _all_hold(part: str, version: SemVer) -> bool | None:
    if not part:
        return True
    hyphen = _HYPHEN.fullmatch(part)
    if hyphen:
        part = f">={hyphen['low']} <={hyphen['high']}"
    rest = part.replace(",", " ").strip()
    holds = True
    while rest:
        match = _ONE.match(rest)
        if match is None or (match.end() < len(rest) and not rest[match.end()].isspace()):
            return None
        holds = holds and _holds(match["operator"] or "=", _bound(match["version"]), version)
        rest = rest[match.end() :].strip()
    return holds


def _bound(text: str) -> _Bound:
    core, _, _ = text.removeprefix("v").partition("+")
    core, dash, _ = core.partition("-")
    numbers: list[int] = []
    for part in core.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    given = len(numbers)
    padded = (*numbers, 0, 0, 0)
    return _Bound((padded[0], padded[1], padded[2]), given, bool(dash))


def _holds(operator: str, bound: _Bound, version: SemVer) -> bool:
    """Evaluate one comparison. Pre-releases of the bound itself order below it, which matters for no release."""
    if version.pre_release and not bound.pre_release:
        return False
    here = version.core
    if not bound.given:  # `*`
        return operator not in ("!=", ">", "<")
    match operator:
        case "=" | "==":
            return bound.core <= here < bound.after
        case "!=":
            return not bound.core <= here < bound.after
        case ">":
            return here >= bound.after
        case ">=" | "=>":
            return here >= bound.core
        case "<":
            return here < bound.core
        case "<=" | "=<":
            return here < bound.after
        case "~" | "~>":
            return bound.core <= here < _Bound(bound.core, min(bound.given, 2), pre_release=False).after
        case _:
            return bound.core <= here < _caret_end(bound)


def _caret_end(bound: _Bound) -> _CORE:
    """Return the end of a caret range: the first part that is not zero may not change."""
    major, minor, _ = bound.core
    if major or bound.given == 1:
        return (major + 1, 0, 0)
    if minor or bound.given == 2:
        return (0, minor + 1, 0)
    return bound.after
