"""Which version of a chart is meant: read in the child process, as a repository's index is a supplier's too.

What a constraint admits, Helm's own reading of it says; which version is the highest, SemVer 2.0.0 does (11).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from toetskader.collect.helm.protocol import PickAnswer, PickRequest
from toetskader.collect.helm.sentences import cause
from toetskader.core.failure import Failed, Reason, failed

Statuses = Callable[[Path], Sequence[dict[str, Any]]]
"""Helm's list of the dependencies of a chart directory, each with a `status`."""

_AT_ONCE = 100
"""Versions that Helm is asked about at one time: as a rule one of the first is the one."""
# As Masterminds/semver reads a version (version.go, NewVersion), numbers as they fit in 64 bits.
_VERSION = re.compile(
    r"v?(?P<core>[0-9]{1,18}(?:\.[0-9]{1,18}){0,2})(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_LONGEST = 128
_DIGIT_FIRST = re.compile(r"0[0-9]+")


def is_version(text: str) -> bool:
    """Tell whether a text is one version, and no constraint."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    return match is not None and not any(_DIGIT_FIRST.fullmatch(part) for part in (match["pre"] or "").split("."))


def pick(request: PickRequest, to_json: Callable[[str], str], statuses: Statuses) -> PickAnswer:
    """Return the version that Helm would take: one that is named exactly, else the highest that is admitted.

    Parameters: `to_json`, Helm's reader of YAML; `statuses`, Helm's list of dependencies. Raises `Failed`: no index,
    no such chart, no such version, no constraint.
    """
    found = _of_index(request, to_json) if request.index else {version: PickAnswer(version) for version in request.tags}
    if request.version in found:
        return found[request.version]
    for version in _admitted(
        request.version or "*", sorted(filter(is_version, found), key=_rank, reverse=True), statuses
    ):
        return found[version]
    raise failed(
        Reason.TOOL_FAILED,
        nl=f"geen versie van {request.name} past bij {request.version or '*'!r}.",
        en=f"no version of {request.name} fits {request.version or '*'!r}.",
    )


def _of_index(request: PickRequest, to_json: Callable[[str], str]) -> dict[str, PickAnswer]:
    """Read the versions of one chart in an index.yaml; one without an address cannot be fetched."""
    try:
        text = Path(request.index).read_bytes().decode("utf-8")
        index = msgspec.json.decode(to_json(text), type=_Index)
    except Exception as error:  # not YAML, not an index, nested too deeply: Helm's reader and ours say it in many ways
        raise _no_index(error) from error
    if request.name not in index.entries:
        raise failed(
            Reason.TOOL_FAILED,
            nl=f"de index kent geen chart {request.name}.",
            en=f"the index knows no chart {request.name}.",
        )
    try:
        listed = msgspec.json.decode(index.entries[request.name], type=list[_Entry | None] | None) or []
    except (msgspec.DecodeError, RecursionError) as error:
        raise _no_index(error) from error
    answers = [entry.answer() for entry in reversed(listed) if entry]  # of a version listed twice the first counts
    return {answer.version: answer for answer in answers if answer}


class _Index(msgspec.Struct):
    entries: dict[str, msgspec.Raw]


class _Entry(msgspec.Struct):
    version: Any = None
    urls: Any = None
    digest: Any = None

    def answer(self) -> PickAnswer | None:
        """Return it as an answer, or None when it lacks a version or a place to fetch it from."""
        url = self.urls[0] if isinstance(self.urls, list) and self.urls else None
        if not isinstance(self.version, str) or not isinstance(url, str):
            return None
        return PickAnswer(self.version, url=url, digest=self.digest if isinstance(self.digest, str) else "")


def _no_index(error: Exception) -> Failed:
    why = cause(str(error))
    nl, en = (f": {why.nl}", f": {why.en}") if why else ("", "")
    return failed(Reason.REFUSED_INPUT, nl=f"index.yaml is niet te lezen{nl}.", en=f"index.yaml cannot be read{en}.")


def _rank(version: str) -> tuple[list[int], bool, list[tuple[bool, int, str]]]:
    """Return what versions are ordered by: numbers, then a pre-release before what has none, part by part."""
    match = _VERSION.fullmatch(version)
    assert match is not None  # noqa: S101 - see is_version
    core = [int(part) for part in match["core"].split(".")]
    parts = (match["pre"] or "").split(".")
    return (
        [*core, 0, 0][:3],
        match["pre"] is None,
        [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts],
    )


def _admitted(constraint: str, versions: Sequence[str], statuses: Statuses) -> Iterator[str]:
    """Yield the versions that a constraint admits, as Helm says of dependencies in the charts/ of a chart."""
    for start in range(0, len(versions), _AT_ONCE):
        some = versions[start : start + _AT_ONCE]
        names = [f"candidate-{number}" for number in range(len(some))]
        with TemporaryDirectory() as directory:
            root = Path(directory)
            wanted = [{"name": name, "version": constraint, "repository": ""} for name in names]
            _write(root, {"name": "wanted", "version": "0.0.0", "dependencies": wanted})
            for name, version in zip(names, some, strict=True):
                _write(root / "charts" / name, {"name": name, "version": version})
            said = {item["name"]: item["status"] for item in statuses(root)}
        if "invalid version" in said.values():
            raise failed(
                Reason.REFUSED_INPUT,
                nl=f"{_shown(constraint)} is geen versie of voorwaarde daaraan.",
                en=f"{_shown(constraint)} is no version or constraint on one.",
            )
        yield from (version for name, version in zip(names, some, strict=True) if said.get(name) == "unpacked")


def _shown(constraint: str) -> str:
    """Return a constraint as it can be shown: Chart.yaml can hold anything in its place."""
    return repr(constraint) if _CONSTRAINT.fullmatch(constraint) else "'…'"


_CONSTRAINT = re.compile(r"[<>=~^!|, v0-9.xX*-]{1,60}")


def _write(folder: Path, metadata: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_bytes(msgspec.json.encode({"apiVersion": "v2"} | metadata))
