"""DNSSEC verdicts on every zone of the laboratory, beside those of BIND's delv and Unbound's unbound-host."""

import shutil
import subprocess
from pathlib import Path

import dns.name
import dns.rdatatype
import pytest
from dns_tree import BOGUS, EXPECTED, INSECURE, SECURE

from toetskader.collect.endpoint.dns import Dns
from toetskader.facts.endpoint.dnssec import Cause, Status, Validation
from toetskader.laboratory.dns import DnsLaboratory

# RFC 5155, 9.2: a name within a span of opt-out is not authentically absent; delv says it is, Unbound does not.
DELV_DIFFERS = {("nothing-at-all.test", "A"): SECURE}

QUESTIONS = pytest.mark.parametrize(("name", "type_"), list(EXPECTED), ids=[f"{n}-{t}" for n, t in EXPECTED])


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing; install it with: apt-get install bind9-dnsutils unbound-host")
    return found


def whole(steps: list[Validation]) -> tuple[Status, Cause | None]:
    """What a chain of aliases comes to: its weakest step, as resolvers reckon (RFC 4035, 4.3)."""
    worst = min(steps, key=lambda step: (BOGUS, INSECURE, SECURE).index(step.status))
    return worst.status, worst.cause


@QUESTIONS
def test_ours(collector: Dns, name: str, type_: str) -> None:
    steps = [step for step, _ in collector._along(dns.name.from_text(name), dns.rdatatype.from_text(type_))]

    assert whole(steps) == EXPECTED[name, type_], steps


@QUESTIONS
def test_delv(laboratory: DnsLaboratory, name: str, type_: str) -> None:
    anchors = str(laboratory.delv_anchor_file)
    done = subprocess.run(
        [program("delv"), "@127.0.0.1", "-p", str(laboratory.port), "-a", anchors, "+root=.", name, type_],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    said = done.stdout + done.stderr
    # It prints the steps of an alias that went well before the one that did not.
    if "resolution failed" in said and "ncache" not in said:
        status = BOGUS
    elif "unsigned answer" in said:
        status = INSECURE
    else:
        assert "fully validated" in said, said
        status = SECURE
    assert status == DELV_DIFFERS.get((name, type_), EXPECTED[name, type_][0]), said


@pytest.fixture(scope="session")
def unbound(laboratory: DnsLaboratory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = tmp_path_factory.mktemp("unbound") / "unbound.conf"
    settings.write_text(
        f"""
server:
  do-not-query-localhost: no
  trust-anchor-file: "{laboratory.trust_anchor_file}"
  local-zone: "test." nodefault
  module-config: "validator iterator"
  qname-minimisation: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{laboratory.port}
"""
    )
    return settings


@QUESTIONS
def test_unbound(unbound: Path, name: str, type_: str) -> None:
    done = subprocess.run(
        [program("unbound-host"), "-v", "-C", str(unbound), "-t", type_, name],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    said = done.stdout + done.stderr
    if "(BOGUS" in said:
        status = BOGUS
    elif "(insecure)" in said:
        status = INSECURE
    else:
        assert "(secure)" in said, said
        status = SECURE
    assert status == EXPECTED[name, type_][0], said
