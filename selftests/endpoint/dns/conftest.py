"""The DNS laboratory, started once for all tests that only look."""

from collections.abc import Iterator

import pytest
from dns_tree import ZONES

from toetskader.collect.endpoint.dns import Dns
from toetskader.laboratory.dns import DnsLaboratory


@pytest.fixture(scope="session")
def laboratory() -> Iterator[DnsLaboratory]:
    with DnsLaboratory(ZONES) as running:
        yield running


@pytest.fixture(scope="session")
def collector(laboratory: DnsLaboratory) -> Dns:
    return Dns(
        laboratory.resolver, name_server_port=laboratory.port, trust_anchors=laboratory.trust_anchor_file, timeout_s=3
    )
