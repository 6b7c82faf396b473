"""A packed chart, fetched from a repository or a registry."""

from dataclasses import dataclass

from toetskader.collect.fetch.client import Client
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.process import HelmProcess
from toetskader.collect.helm.registry import fetch_from_registry, read_reference
from toetskader.collect.helm.repository import fetch_from_repository, repository_address
from toetskader.collect.user_agent import USER_AGENT


@dataclass(frozen=True, slots=True)
class PackedChart:
    """A chart as it was fetched: the name and version that it was asked for by, and the archive."""

    name: str
    version: str
    data: bytes


def fetch(
    chart: str,
    *,
    repository: str,
    version: str,
    reader: HelmProcess,
    limits: Limits,
    seconds: float,
    allow_private: bool,
) -> PackedChart:
    """Fetch a chart.

    Parameters: `chart`, an `oci://` reference, or a name in `repository`; `version`, or a constraint on it, or empty;
    `reader`, which reads what a repository says; `seconds`, for everything; `allow_private`, whether the place may be
    in a private network. Raises `Failed`.
    """
    reference = read_reference(chart) if not repository else None
    at = reference.at if reference else repository_address(repository)
    with Client(at, allow_private=allow_private, seconds=seconds, user_agent=USER_AGENT) as client:
        if reference:
            return PackedChart(reference.name, *fetch_from_registry(client, reference, version, reader, limits))
        found = fetch_from_repository(client, at, name=chart, version=version, reader=reader, limits=limits)
        return PackedChart(chart, *found)
