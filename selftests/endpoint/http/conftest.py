"""The laboratory's certificate, and places that tests import from."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "lab"))
sys.path.insert(0, str(Path(__file__).parents[3]))

from http_lab import HOST, Lab

from toetskader.laboratory.certificates import Authority
from toetskader.laboratory.tls import ssl_context


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    authority = Authority()
    certificate, key = authority.issue([HOST])
    path = authority.write(tmp_path_factory.mktemp("authority") / "ca.pem")
    return Lab(path, ssl_context("good", certificate, key), certificate, key)
