"""What comes by the clock or by the cluster is a doubt, and the same one at whichever moment the chart is looked at."""

import shutil
from pathlib import Path

import pytest
from every_check import collect_golden
from hostile_targets import GOLDEN

from toetskader.judging.combining import Judged
from toetskader.results import Verdict
from toetskader.text import Text

WORKLOADS = ("deployment-web.yaml", "deployment-worker.yaml", "job-migration.yaml")
NODE = 'lookup "v1" "Node" "" ""'


def judged(folder: Path, condition: str, *templates: str, **changes: str) -> dict[str, Judged]:
    """Judge the golden chart with some of its templates behind a condition; `changes`, texts to put for others."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(GOLDEN, folder)
    for name in templates:
        path = folder / "chart/templates" / name
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            text = text.replace(old, new)
        path.write_text(f"{{{{- if {condition} }}}}\n{text}\n{{{{- end }}}}\n", encoding="utf-8")
    return collect_golden(folder).judged(lambda attempt: attempt)


def verdicts(found: dict[str, Judged]) -> dict[str, Verdict]:
    return {name: item.verdict for name, item in found.items()}


def reasons(found: dict[str, Judged]) -> set[Text | None]:
    return {item.reason for item in found.values() if item.verdict is Verdict.UNDETERMINED}


WORKER = ("deployment-worker.yaml", "hpa-worker.yaml")
NOT_SCALED = {".Values.worker.autoscaling.enabled": "false"}
PAIRS = [
    ("lt now.Year 2090", "gt now.Year 2090", "the clock"),
    (f"not ({NODE})", NODE, "what `lookup` finds in the cluster"),
    (
        'not (.Capabilities.APIVersions.Has "acme.nl/v1")',
        '.Capabilities.APIVersions.Has "acme.nl/v1"',
        "the APIs of the cluster",
    ),
    ('ne .Release.Name "gemeente"', 'eq .Release.Name "gemeente"', "name, namespace or revision of the release"),
]


@pytest.mark.parametrize(("there", "away", "source"), PAIRS)
@pytest.mark.parametrize("templates", [WORKLOADS, WORKLOADS[:1]])
def test_workloads_that_come_by_something_else_are_a_doubt_whichever_way_it_is_now(
    tmp_path: Path, there: str, away: str, source: str, templates: tuple[str, ...]
) -> None:
    found, others = (judged(tmp_path / "t", condition, *templates) for condition in (there, away))
    assert verdicts(found) == verdicts(others)
    assert Verdict.FAIL not in verdicts(found).values()
    assert found["DDC-7.2-02"].verdict is Verdict.UNDETERMINED
    assert reasons(found) == reasons(others)
    (reason,) = reasons(found)
    assert reason is not None
    assert reason.en.startswith("Whether Deployment/voorbeeld-web")
    assert f"depends on {source} (templates/deployment-web.yaml:1" in reason.en
    assert "values set" not in reason.en


@pytest.mark.parametrize("template", ["ingress.yaml", "service.yaml", "networkpolicy-web.yaml", "pdb-web.yaml"])
def test_what_goes_with_workloads_is_a_doubt_or_a_finding_with_its_place(tmp_path: Path, template: str) -> None:
    found, others = (judged(tmp_path / "t", condition, template) for condition in PAIRS[0][:2])
    assert {name for name, item in found.items() if item.verdict is Verdict.PASS} == {
        name for name, item in others.items() if item.verdict is Verdict.PASS
    }
    (reason,) = reasons(found)
    assert reason is not None
    assert f"depends on the clock (templates/{template}:1)" in reason.en


@pytest.mark.parametrize("condition", [".Release.IsInstall", ".Release.IsUpgrade"])
def test_a_job_at_installation_or_upgrade_alone_leaves_the_rest_as_it_is(tmp_path: Path, condition: str) -> None:
    found = judged(tmp_path / "t", condition, "job-migration.yaml")
    assert [name for name, item in found.items() if item.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)] == [
        "DDC-7.14-01"  # that it shows no migration at the other
    ]


@pytest.mark.parametrize("condition", ["gt now.Year 2090", "lt now.Year 2090", NODE])
def test_a_number_that_follows_the_values_is_not_said_to_be_fixed(tmp_path: Path, condition: str) -> None:
    found = judged(tmp_path / "t", condition, *WORKER, **NOT_SCALED)
    assert found["DDC-7.4-01"].verdict is Verdict.UNDETERMINED
    assert found["DDC-7.4-01"].findings == ()


def test_a_number_that_follows_the_values_at_some_times_only_is_no_pass(tmp_path: Path) -> None:
    number = ".Values.worker.replicas"
    sometimes = "if gt now.Year 2090 }}7{{ else }}{{ .Values.worker.replicas }}{{ end"
    found = judged(tmp_path / "t", "true", *WORKER, **NOT_SCALED)
    assert found["DDC-7.4-01"].verdict is Verdict.PASS
    found = judged(tmp_path / "t", "true", *WORKER, **NOT_SCALED, **{number: sometimes})
    assert found["DDC-7.4-01"].verdict is Verdict.UNDETERMINED
    assert "Deployment/voorbeeld-worker" in str(found["DDC-7.4-01"].reason)
