"""Keys and certificates of the laboratory, and how a server is measured and judged."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "lab"))
sys.path.insert(1, str(Path(__file__).parents[3]))

from judging_tls import Judge, Measure, judge_tls

from toetskader.collect.endpoint.tls import collect_tls
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.laboratory.certificates import Authority, new_key

GROUPS = {"ffdhe2048": "ffdhe2048", "ffdhe3072": "ffdhe3072", "modp3072": "modp_3072"}


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def keys(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the certificates and parameters that servers are started with."""
    folder = tmp_path_factory.mktemp("keys")
    authority.write(folder / "ca.pem")
    rsa_authority = Authority("Toetskader laboratory RSA CA", key="rsa3072", above=authority)
    shared = new_key("rsa3072")  # making these takes long
    kinds: dict[str, dict[str, Any]] = {
        "rsa2048": {"key": "rsa2048"},
        "rsa3072": {"key": shared},
        "rsa3071": {"key": "rsa3070"},
        "p256": {"key": "p256"},
        "sha224": {"key": shared, "hash_name": "sha224"},
        "ocsp": {"key": shared, "ocsp": "http://ocsp.invalid/"},
    }
    for name, wanted in kinds.items():
        signer = rsa_authority if name == "sha224" else authority
        certificate, key = signer.issue(["localhost"], **wanted)
        (folder / f"{name}.crt").write_bytes(certificate)
        (folder / f"{name}.key").write_bytes(key)
    for name, group in GROUPS.items():
        command = ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", f"group:{group}"]
        subprocess.run([*command, "-out", f"{name}.pem"], cwd=folder, check=True, capture_output=True)
    command = ["openssl", "dhparam", "-dsaparam", "-out", "dsaparam3072.pem", "3072"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def measure(keys: Path) -> Measure:
    def measured(port: int, *, host: str = "localhost", address: str = "127.0.0.1", deadline_s: float = 30) -> TlsFacts:
        found = collect_tls(
            host,
            port,
            [address],
            authorities=keys / "ca.pem",
            deadline_s=deadline_s,
            user_agent="Toetskader/0 (selftest)",
            now=datetime.now(UTC),
        )
        assert isinstance(found, TlsFacts), found
        return found

    return measured


@pytest.fixture(scope="session")
def judge() -> Judge:
    return judge_tls
