"""The embedded services as a whole: one audit of both, as anybody runs it, on the ports that their targets name."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from auditor import ROOT, Auditor
from embedded import Run, audit
from measurements import by_requirement

from toetskader.audit.scope import scope_of
from toetskader.facts.key import Need
from toetskader.kinds.saas.kind import SAAS
from toetskader.laboratory.dated import dated
from toetskader.laboratory.example import bad, good

GOLDEN = "voorbeeld-saas"
FLAWED = "voorbeeld-saas-gebrekkig"
FLAWED_VERDICTS = {
    "fail": (
        "dns.address_records",
        "dns.dnssec",
        "dns.municipal_name@production",
        "dns.no_cname",
        "endpoint.encrypted_only",
        "endpoint.ipv6_and_ipv4",
        "endpoint.open_standards",
        "endpoint.secure",
        "http.cvd_policy",
        "http.enforced",
        "http.entra_login",
        "http.no_information_leak",
        "http.no_plug_ins",
        "http.security_headers",
        "http.security_txt",
        "http.standard_browser_security",
        "tls.ncsc",
        "tls.version_1_3",
    ),
    "undetermined": (
        "endpoint.separate_environments",
        "http.sso_protocol",
    ),
    "pass": (
        "http.load_time",
        "http.web_application",
        "rpki.valid_origin",
    ),
}
"""Verdict → measurements that get it, before deviations."""
EXPIRED, SUPERFLUOUS = "SLA-11.2-14", "SLA-11.2-12"
SOME_BLOCKS = 1


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return audit((GOLDEN, FLAWED), tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def report(run: Run) -> str:
    """The report of the audit."""
    (page,) = run.reports.glob("portefeuille/2*/report.html")
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "scene"), [(GOLDEN, good()), (FLAWED, bad())])
def test_target_names_what_runs(name: str, scene: Any, auditor: Auditor) -> None:
    target = auditor.load(ROOT / "targets" / name)
    part = SAAS.of(target.parts)
    assert part is not None
    named = {(item.host, item.port, item.http_port, item.role, item.environment) for item in part.endpoints}
    assert named == {(item.host, item.port, item.http_port, item.role, item.environment) for item in scene.services}
    assert {item.municipal_domain for item in part.endpoints} == {scene.municipal_domain}


def test_flawed_service_blocks_the_gate(run: Run) -> None:
    assert run.code == SOME_BLOCKS, run.said[-2000:]


def test_golden_service_meets_everything(run: Run, auditor: Auditor) -> None:
    golden = run.of(GOLDEN)
    target = auditor.load(ROOT / "targets" / GOLDEN)
    scope = scope_of(target, auditor.catalogue, auditor.checks, profiles=(), lang="nl")
    assert golden.keys() == {item.requirement.id for item in scope.looked_at}
    assert {id_: item["verdict"] for id_, item in golden.items() if item["verdict"] != "pass"} == {}
    (summary,) = (item for item in run.results["targets"] if item["target"] == GOLDEN)
    assert (summary["level_reached"], summary["blocked_by"]) == (4, [])


def test_flawed_service_fails_as_it_is_meant_to(run: Run, auditor: Auditor) -> None:
    flawed = run.of(FLAWED)
    said = {name: verdict for verdict, names in FLAWED_VERDICTS.items() for name in names}
    expected = by_requirement(said, (auditor.requirements[id_] for id_ in flawed), "saas")
    target = dated(auditor.load(ROOT / "targets" / FLAWED), date.today())
    for id_, verdict in expected.items():
        deviation = target.deviation_for(id_, date.today())
        if verdict == "fail" and deviation is not None and deviation.status == "applied":
            expected[id_] = "explained"
    assert {id_: item["verdict"] for id_, item in flawed.items()} == expected
    (summary,) = (item for item in run.results["targets"] if item["target"] == FLAWED)
    assert summary["level_reached"] is None or summary["level_reached"] < 3


def test_deviations_are_told_apart(run: Run, auditor: Auditor) -> None:
    """One holds, one is expired and one is about what is met: only the first explains anything."""
    covered = {id_ for item in auditor.load(ROOT / "targets" / FLAWED).deviations for id_ in item.requirements}
    flawed = run.of(FLAWED)
    assert {id_: flawed[id_]["verdict"] for id_ in covered} == {
        "SLA-11.2-04": "explained",
        "TA-5.1c-06": "explained",
        EXPIRED: "fail",
        SUPERFLUOUS: "pass",
    }
    assert "SS-2025-04 verliep" in run.said


def test_findings_of_a_service_say_how_to_see_them(run: Run, report: str) -> None:
    """Whatever fails can be seen by hand, and the report says how."""
    shown = html.unescape(report)
    programs = set()
    for id_, item in run.of(FLAWED).items():
        if item["verdict"] not in ("fail", "explained"):
            continue
        commands = {finding["command"] for finding in item["findings"] if finding["command"]}
        assert commands or id_ == "TA-5.1m-01", id_  # what is wrong with a name, the name itself shows
        assert [command for command in commands if command not in shown] == [], id_
        programs |= {command.split()[0] for command in commands}
    assert {"curl", "openssl", "dig"} <= programs


def test_commands_read_on_where_the_certificate_is_not_trusted(run: Run) -> None:
    """As the measurement did; but where the certificate itself is what is wrong, the command shows that."""
    flawed = run.of(FLAWED)
    headers = {finding["command"] for finding in flawed["SLA-4-15"]["findings"]}
    assert headers
    assert all(" --insecure " in command for command in headers)
    at_fault = {item["command"] for item in flawed["TA-5.1a-03"]["findings"] if item["path"] == "certificate"}
    assert at_fault
    assert not any(" --insecure " in command for command in at_fault)


def test_what_was_measured_stands_beside_a_pass(run: Run, report: str) -> None:
    """A pass says what was seen on each address, in the results and in the report."""
    shown = html.unescape(report)
    for id_ in ("SLA-11.2-02", "SLA-11.2-03", "SLA-11.2-04", "SLA-11.2-12", "SLA-11.2-14", "SLA-12-05"):
        measured = run.of(GOLDEN)[id_]["measured"]
        assert {host for text in measured for host in re.findall(r"^[\w.]+test_\d+", text)} == {
            f"{service.host}_{service.port}" for service in good().services
        }, id_
        assert measured[0].partition(": ")[2] in shown, id_


def test_evidence_of_every_endpoint_is_kept(run: Run) -> None:
    kept = {name for item in run.of(GOLDEN).values() for name in item["evidence"]}
    for service in good().services:
        for kind in ("dns", "dnssec", "tls", "http", "rpki"):
            assert f"{GOLDEN}/{kind}.{service.host}_{service.port}.json" in kept


def test_requirements_alone_get_the_verdicts_of_the_whole_run(run: Run, auditor: Auditor, tmp_path: Path) -> None:
    """What is collected for other requirements decides nothing: each group that needs the same facts, by itself."""
    target = auditor.load(ROOT / "targets" / GOLDEN)
    by_needs: dict[frozenset[Need], list[str]] = {}
    for item in scope_of(target, auditor.catalogue, auditor.checks, profiles=(), lang="nl").looked_at:
        by_needs.setdefault(item.needs, []).append(item.requirement.id)
    alone: dict[str, dict[str, Any]] = {GOLDEN: {}, FLAWED: {}}
    for number, ids in enumerate(by_needs.values()):
        one = audit((GOLDEN, FLAWED), tmp_path / str(number), "-k", " or ".join(ids))
        for name in alone:
            alone[name] |= _told(one, name)
    assert alone == {name: _told(run, name) for name in alone}


def _told(run: Run, name: str) -> dict[str, Any]:
    return {
        id_: (item["verdict"], sorted((found["where"], found["path"]) for found in item["findings"]))
        for id_, item in run.of(name).items()
    }
