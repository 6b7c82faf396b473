"""A chart from a repository: what its index.yaml says, and the packed chart that it points to."""

import tempfile
from pathlib import Path

from toetskader.collect.fetch.client import Client
from toetskader.collect.fetch.digest import need_digest
from toetskader.collect.fetch.web_address import WebAddress, read_address
from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.collect.helm.picked import picked_by
from toetskader.collect.helm.process import HelmProcess
from toetskader.collect.helm.protocol import PickRequest
from toetskader.collect.helm.registry import fetch_from_registry, read_reference

MOST_INDEX_BYTES = 32 * MEGABYTE
"""Of an index.yaml. The largest public ones, with every version of hundreds of charts, have some 20 MB."""


def repository_address(repository: str) -> WebAddress:
    """Return the folder that a repository is at. Raises `Failed`: no address."""
    return read_address(repository.rstrip("/") + "/")


def fetch_from_repository(
    client: Client, repository: WebAddress, *, name: str, version: str, reader: HelmProcess, limits: Limits
) -> tuple[str, bytes]:
    """Fetch a packed chart.

    Parameters: `version`, or a constraint on it, or empty for the highest; `reader`, which reads the index.
    Returns: its version, and the archive. Raises `Failed`.
    """
    index = client.read(read_address("index.yaml", repository), most_bytes=MOST_INDEX_BYTES)
    with tempfile.TemporaryDirectory(prefix="toetskader-index-") as directory:
        file = Path(directory) / "index.yaml"
        file.write_bytes(index.body)
        picked = picked_by(reader, PickRequest(name=name, version=version, index=str(file)), client.seconds_left)
    if picked.url.startswith("oci://"):  # as the indexes of Bitnami have it
        reference = read_reference(picked.url)
        return fetch_from_registry(client, reference, picked.version, reader, limits, said_by=index.address)
    chart = read_address(picked.url, repository)
    fetched = client.read(chart, most_bytes=limits.unpacked_bytes, said_by=index.address)
    if picked.digest:
        need_digest(fetched.body, picked.digest, str(chart))
    return picked.version, fetched.body
