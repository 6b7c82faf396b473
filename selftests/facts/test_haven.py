"""The report of the Haven Compliancy Checker: read strictly, judged on all required checks and on its age."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import TargetParameters
from toetskader.collect.evidence import read_evidence, write_evidence
from toetskader.collect.haven import MOST_BYTES, read_haven_report
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.haven import HavenReport, HavenResult
from toetskader.facts.key import FactKey, TargetFacts
from toetskader.judging.combining import Judged
from toetskader.judging.judge import judge
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.results import Verdict

ROOT = Path(__file__).parents[2]
CHECKS = load_checks(ROOT / "tests")
ROW = load_catalogue(ROOT / "policies", CHECKS).requirements["DDC-1.1-02"]
TODAY = date(2026, 6, 30)


CHECKS_OF_HAVEN = {
    "Fundamental": ("havenversion", "clusteradmin"),
    "Infrastructure": ("multiaz", "hamasters", "haworkers", "nodehardening", "privatenetworking"),
    "Cluster": ("kubernetesversion", "rbac", "rwxvolumes"),
    "External": ("cncf",),
    "Haven+": ("autocerts", "logs", "metrics"),
    "Validation": ("shavalidation",),
}
"""Category → names of the required checks of version 12.8.0."""


def document(**changes: Any) -> dict[str, Any]:
    """A report as `haven check --output json` of version 12.8.0 writes it: its keys, in its order."""
    checks = [
        {"Name": name, "Label": f"About {name}", "Category": category, "Rationale": "Why.", "Result": "YES"}
        for category, names in CHECKS_OF_HAVEN.items()
        for name in names
    ]
    external = {"Category": "External", "Rationale": "Why.", "Result": "SKIPPED"}
    return {
        "Version": "Haven v12.8.0",
        "HavenCompliant": True,
        "StartTS": "2026-06-20T09:00:00.123456789Z",
        "StopTS": "2026-06-20T09:05:00.123456789+02:00",
        "Config": {"CNCF": True, "CIS": False, "KESC": False},
        "CompliancyChecks": {
            "Results": checks,
            "Summary": {"Total": 15, "Unknown": 0, "Skipped": 0, "Failed": 0, "Passed": 15},
        },
        "SuggestedChecks": {
            "Results": [{"Name": "cis", "Label": "CIS"} | external, {"Name": "kubescape", "Label": "KS"} | external]
        },
    } | changes


def kept(**changes: Any) -> dict[str, Any]:
    """The same report as the checker keeps it in the cluster: a `Compliancy`, with keys that begin in lower case."""

    def lowered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key if key.isupper() else key[0].lower() + key[1:]: lowered(item) for key, item in value.items()}
        return [lowered(item) for item in value] if isinstance(value, list) else value

    output = lowered(document(**changes))
    output["config"] = {"CNCF": True, "CIS": False, "kubescape": False}
    platform = {"determinedPlatform": "RKE", "determiningLabel": "rke2", "proxy": False}
    where = {"commandline": "haven check", "kubeHost": "https://cluster.example:6443", "platform": platform}
    spec = {"version": "v12.8.0", "created": "2026-06-20", "compliant": True, "input": where, "output": output}
    return {
        "apiVersion": "haven.commonground.nl/v1alpha1",
        "kind": "Compliancy",
        "metadata": {
            "name": "haven-20260620",
            "labels": {"team": "a"},
            "managedFields": [{"fieldsV1": {"f:spec": {}}}],
        },
        "spec": spec,
    }


def listed(*items: dict[str, Any]) -> dict[str, Any]:
    """What kubectl makes of several."""
    return {"apiVersion": "v1", "kind": "List", "items": list(items), "metadata": {"resourceVersion": ""}}


def with_results(*results: str) -> dict[str, Any]:
    """A report whose first checks came to this; without summary."""
    made = document(HavenCompliant=None)
    for check, result in zip(made["CompliancyChecks"]["Results"], results, strict=False):
        check["Result"] = result
    del made["CompliancyChecks"]["Summary"]
    return made


def read(folder: Path, content: object) -> HavenReport | NotSeen:
    file = folder / "haven.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_haven_report(file)


def judged(report: HavenReport | NotSeen) -> Judged:
    return judge(
        CHECKS[ROW.check],
        TargetSubjects(TargetFacts("t", {"cluster": ()}, {FactKey("haven"): report})),
        part="cluster",
        params=ROW.params,
        parameters=Parameters(TargetParameters()),
        today=TODAY,
        fixtures={},
    )


def test_a_whole_report_is_read_and_passes(tmp_path: Path) -> None:
    report = read(tmp_path, document())
    assert isinstance(report, HavenReport)
    assert (report.version, report.compliant, len(report.required)) == ("Haven v12.8.0", True, 15)
    assert report.finished.astimezone(UTC).replace(microsecond=0) == datetime(2026, 6, 20, 7, 5, tzinfo=UTC)
    assert [item.result for item in report.suggested] == [HavenResult.SKIPPED] * 2
    assert len(report.provenance.digest) == 64
    assert judged(report).verdict is Verdict.PASS


@pytest.mark.parametrize("form", [kept(), listed(kept()), listed(kept()) | {"kind": "CompliancyList"}])
def test_a_report_that_the_cluster_keeps_says_the_same(tmp_path: Path, form: dict[str, Any]) -> None:
    report, same = read(tmp_path, document()), read(tmp_path, form)
    assert isinstance(report, HavenReport)
    assert isinstance(same, HavenReport)
    changed = {"provenance": report.provenance}
    assert msgspec.structs.replace(same, **changed) == report
    assert judged(same).verdict is Verdict.PASS


def test_the_newest_of_several_counts(tmp_path: Path) -> None:
    old, new = kept(StopTS="2026-06-01T12:00:00+02:00"), kept(HavenCompliant=False, StopTS="2026-06-20T12:00:00Z")
    for several in (listed(old, new), listed(new, old)):
        report = read(tmp_path, several)
        assert isinstance(report, HavenReport)
        assert report.finished.day == 20
        assert judged(report).verdict is Verdict.FAIL


def test_a_report_survives_its_evidence(tmp_path: Path) -> None:
    report = read(tmp_path, document())
    facts = TargetFacts("t", {"cluster": ()}, {FactKey("haven"): report})
    write_evidence(facts, tmp_path / "evidence")
    assert read_evidence(tmp_path / "evidence") == facts


VERDICTS: dict[str, tuple[dict[str, Any], Verdict]] = {
    "a check fails": (with_results("NO"), Verdict.FAIL),
    "a check was skipped": (with_results("SKIPPED"), Verdict.FAIL),
    "a check could not tell": (with_results("UNKNOWN"), Verdict.UNDETERMINED),
    "one fails and one could not tell": (with_results("UNKNOWN", "NO"), Verdict.FAIL),
    "it says itself that the cluster does not comply": (document(HavenCompliant=False), Verdict.FAIL),
    "too old": (document(StopTS="2026-05-30T12:00:00Z"), Verdict.FAIL),
    "old enough": (document(StopTS="2026-05-31T12:00:00Z"), Verdict.PASS),
    "of the future": (document(StopTS="2026-07-03T12:00:00Z"), Verdict.FAIL),
    "only a start": (document(StopTS=None), Verdict.PASS),
    "too few checks": (
        document(CompliancyChecks={"Results": document()["CompliancyChecks"]["Results"][:14]}),
        Verdict.UNDETERMINED,
    ),
    "no checks": (document(CompliancyChecks={"Results": []}), Verdict.UNDETERMINED),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_a_report_is_judged(tmp_path: Path, case: str) -> None:
    content, verdict = VERDICTS[case]
    found = judged(read(tmp_path, content))
    assert found.verdict is verdict
    assert found.crash is None


REFUSED: dict[str, object] = {
    "empty": "",
    "no JSON": "<html>",
    "a list": [],
    "deep": "[" * 100_000,
    "another report": {"Version": "1", "results": []},
    "no version": {key: value for key, value in document().items() if key != "Version"},
    "no time": document(StartTS=None, StopTS=None),
    "a time without zone": document(StopTS="2026-06-20T09:05:00"),
    "no time at all": document(StopTS="yesterday"),
    "an unknown result": with_results("MAYBE"),
    "a result that is no text": document(CompliancyChecks={"Results": [{"Name": "a", "Result": True}]}),
    "a check twice": document(CompliancyChecks={"Results": [{"Name": "a", "Result": "YES"}] * 15}),
    "a key twice": '{"Version": "1", "version": "2"}',
    "a summary that lies": document(
        CompliancyChecks={"Results": document()["CompliancyChecks"]["Results"], "Summary": {"Passed": 14}}
    ),
    "too many checks": document(
        CompliancyChecks={"Results": [{"Name": f"c{number}", "Result": "YES"} for number in range(201)]}
    ),
    "an object of another kind": kept() | {"kind": "Iets"},
    "an object without report": kept() | {"spec": {}},
    "a list of other things": listed({"kind": "Pod", "spec": {}}),
    "an empty list": listed(),
    "one of a list without time": listed(kept(), kept(StartTS=None, StopTS=None)),
    "too large": json.dumps(document()) + " " * MOST_BYTES,
}


@pytest.mark.hostile("cluster")
@pytest.mark.parametrize("case", REFUSED)
def test_what_the_checker_does_not_write_is_refused(tmp_path: Path, case: str) -> None:
    report = read(tmp_path, REFUSED[case])
    assert isinstance(report, NotSeen)
    assert report.reason is Reason.REFUSED_INPUT
    assert "haven check" in report.message.nl
    assert judged(report).verdict is Verdict.UNDETERMINED


def test_a_report_that_is_not_there_is_not_seen(tmp_path: Path) -> None:
    report = read_haven_report(tmp_path / "haven.json")
    assert isinstance(report, NotSeen)
    assert report.reason is Reason.UNREACHABLE


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert isinstance(read_haven_report(tmp_path / "pipe"), NotSeen)
    assert isinstance(read_haven_report(tmp_path), NotSeen)
