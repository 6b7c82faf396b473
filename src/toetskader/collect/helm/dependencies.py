"""What a chart needs and does not carry: fetched into a private copy, or a reason that names it.

A dependency in charts/ is used as it is. A `file://` one is taken from the directory next to the chart. One in a
repository is downloaded, the version of Chart.lock when there is one. The supplier's directory is never written to.
"""

import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from toetskader.collect.helm import archive
from toetskader.collect.helm.archive import OpenSource
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.process import HelmProcess
from toetskader.collect.helm.protocol import Description, ParseAnswer, ParseRequest
from toetskader.core.failure import Failed, Failure, Reason, failed
from toetskader.facts.endpoint.escape import escaped, without_query


class RemoteChart(msgspec.Struct, frozen=True, kw_only=True):
    """A chart that is not on disk: `chart` is an `oci://` reference, or a name in `repository`."""

    chart: str
    repository: str = ""
    version: str = ""

    def __str__(self) -> str:
        where = f"{self.repository.rstrip('/')}/{self.chart}" if self.repository else self.chart
        return escaped(without_query(f"{where}:{self.version}" if self.version else where), 300)


def pull(
    remote: RemoteChart,
    destination: Path,
    reader: HelmProcess,
    limits: Limits,
    deadline_s: float,
    *,
    allow_private: bool,
) -> Path:
    """Fetch a packed chart and look through it.

    Parameters: `reader`, which reads what a repository says; `allow_private`, whether the place that is named may be
    in a private network. Raises `Failed`: unreachable, denied, absent, unsafe, or at a place where we do not go.
    """
    from toetskader.collect.helm.fetching import fetch  # noqa: PLC0415 - most charts carry all, and it loads slowly

    try:
        found = fetch(
            remote.chart,
            repository=remote.repository,
            version=remote.version,
            reader=reader,
            limits=limits,
            seconds=deadline_s,
            allow_private=allow_private,
        )
    except Failed as stop:
        raise failed(stop.reason, nl=f"{remote}: {stop.message.nl}", en=f"{remote}: {stop.message.en}") from stop
    _check_name(found.name)
    path = destination / f"{found.name}-{found.version}.tgz"
    path.write_bytes(found.data)
    archive.check_packed(path, limits)
    return path


def complete(
    source: OpenSource,
    given: Path | None,
    description: Description,
    reader: HelmProcess,
    limits: Limits,
    *,
    allow_private: bool,
) -> OpenSource:
    """Make a private copy of a chart with its missing dependencies in place.

    Parameters: `given`, the chart directory as the target names it (None for a packed chart), for `file://`
    dependencies; `description`, which names what is missing; `allow_private`, whether they may come from private and
    loopback addresses. All downloads share one deadline, and the room that a chart has.
    Raises `Failed`: names the dependency, where it was looked for, and what to do.
    """
    end = time.monotonic() + limits.fetch_deadline_s
    room = limits
    fetched: set[RemoteChart] = set()
    locked = _locked(source, reader)
    declared: list[dict[str, Any]] = description.metadata.get("dependencies") or []
    scratch = Path(tempfile.mkdtemp(prefix="toetskader-chart-"))
    copy = scratch / "chart"
    try:
        archive.copy_chart(source, copy)
        charts = copy / "charts"
        charts.mkdir(exist_ok=True)
        for number, item in enumerate(declared):
            name, repository = str(item.get("name")), str(item.get("repository") or "")
            if name not in description.missing:
                continue
            try:
                _check_name(name)
                if repository.startswith("file://"):
                    _take_sibling(name, repository, given, charts, limits)
                else:
                    remote = _remote(name, repository, locked.get(name) or str(item.get("version") or ""))
                    if remote in fetched:  # under another alias
                        continue
                    fetched.add(remote)
                    path = pull(remote, charts, reader, room, _left(end, limits), allow_private=allow_private)
                    left = max(0, room.unpacked_bytes - path.stat().st_size)
                    room = msgspec.structs.replace(room, unpacked_bytes=left)
            except Failed as stop:
                place = f"{_declaring_file(source)}, dependencies[{number}]"
                raise failed(
                    stop.reason,
                    nl=f"Afhankelijkheid '{name}' ({place}) staat niet in charts/: {stop.message.nl} {_REMEDY_NL}",
                    en=f"Dependency '{name}' ({place}) is not in charts/: {stop.message.en} {_REMEDY_EN}",
                ) from stop
        completed = archive.open_copy(copy, scratch, limits, source)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    completed.digest = source.digest  # the supplier's chart is what was looked at, not what we added
    return completed


def _left(end: float, limits: Limits) -> float:
    """Return the seconds that are left for downloads. Raises `Failed`: none."""
    left = end - time.monotonic()
    if left <= 0:
        raise failed(
            Reason.UNREACHABLE,
            nl=f"alle afhankelijkheden samen waren niet binnen {limits.fetch_deadline_s:.0f} seconden op te halen.",
            en=f"all dependencies together could not be fetched within {limits.fetch_deadline_s:.0f} seconds.",
        )
    return left


_REMEDY_NL = "Neem haar op met 'helm dependency update' en lever charts/ mee."
_REMEDY_EN = "Include it with 'helm dependency update' and deliver charts/ with the chart."


def _declaring_file(source: OpenSource) -> str:
    """Return the file that declares dependencies; Helm 2's is read for charts of its time."""
    return "requirements.yaml" if "requirements.yaml" in source.files else "Chart.yaml"


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,249}")


def _check_name(name: str) -> None:
    """Refuse a name that is more than one: it becomes a folder in charts/, and part of an address."""
    if _NAME.fullmatch(name) is None:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{name[:80]!r} is geen naam van een chart.",
            en=f"{name[:80]!r} is no name of a chart.",
        )


def _remote(name: str, repository: str, version: str) -> RemoteChart:
    scheme = repository.partition(":")[0].lower()
    if scheme == "oci":
        return RemoteChart(chart=f"{repository.rstrip('/')}/{name}", version=version)
    if scheme in {"http", "https"}:
        return RemoteChart(chart=name, repository=repository, version=version)
    seen = escaped(without_query(repository), 200) or "(none)"
    raise failed(
        Reason.REFUSED_INPUT,
        nl=f"Repository {seen} is geen https://-, oci://- of file://-adres.",
        en=f"Repository {seen} is no https://, oci:// or file:// address.",
    )


def _take_sibling(name: str, repository: str, given: Path | None, charts: Path, limits: Limits) -> None:
    """Copy a `file://` dependency; only from next to the chart, or any file of this machine could be asked for."""
    root = given.resolve() if given else None
    sibling = (root / repository.removeprefix("file://")).resolve() if root else None
    if root is None or sibling is None or not sibling.is_relative_to(root.parent) or sibling == root.parent:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{repository} wijst niet naar een map naast de chart.",
            en=f"{repository} does not point to a directory next to the chart.",
        )
    with archive.open_source(sibling, limits) as opened:
        archive.copy_chart(opened, charts / name)


def _locked(source: OpenSource, reader: HelmProcess) -> dict[str, str]:
    """Read the versions that Chart.lock fixes. Raises `Failed`: it cannot be read.

    Of entries that are no name with a version nothing is taken: Helm itself would not use them.
    """
    text = source.files.get("Chart.lock")
    if not text:
        return {}
    answer = reader.ask(ParseRequest(documents=(("Chart.lock", text),)))
    if isinstance(answer, Failure):
        raise Failed(answer)
    if not isinstance(answer, ParseAnswer):
        raise TypeError(answer)
    listed = [document.document.get("dependencies") for document in answer.objects]
    found = [item for items in listed if isinstance(items, list) for item in items if isinstance(item, dict)]
    return {str(item["name"]): str(item["version"]) for item in found if {"name", "version"} <= item.keys()}
