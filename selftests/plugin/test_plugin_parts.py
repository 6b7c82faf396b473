"""A requirement that several parts of a target can be judged for is judged on each of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_project import Project, requirement

ROW = requirement("TST-2-05", "tiny.mood", measured_on={"chart": "indication", "namespace": "proof"})
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "kaartje", "namespace": "tiny"},
    "spec": {"containers": [{"name": "app", "image": "registry.example/kaartje:1"}]},
    "status": {"phase": "Running"},
}


@pytest.fixture
def on_two_parts(project: Project) -> Project:
    text = {"nl": "Klein", "en": "Tiny"}
    project.yaml("policies/tst/1.yaml", {"source": "TST", "chapter": "1", "title": text, "requirements": [ROW]})
    return project


def target(project: Project, *, delivered: str, running: str | None) -> Path:
    """Write a target whose chart sets one mood, and in whose namespace another runs; None for a dump of nothing."""
    path = project.target("tweeledig", values={"mood": delivered})
    items: list[Any] = []
    if running is not None:
        mood = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tiny", "namespace": "tiny"}}
        items = [POD, {**mood, "data": {"mood": running}}]
    project.yaml("targets/tweeledig/dump.yaml", {"apiVersion": "v1", "kind": "List", "items": items})
    live = {"environment": "production", "namespace": "tiny", "dumps": ["dump.yaml"], "asked": "everything"}
    content = json.loads(path.read_text(encoding="utf-8"))
    content["parts"]["namespace"] = live
    return project.yaml("targets/tweeledig/target.yaml", content)


def newest(project: Project) -> Path:
    return max(project.reports(), key=lambda folder: folder.stat().st_mtime_ns)


@pytest.mark.parametrize(
    ("delivered", "running", "verdict", "decides", "parts"),
    [
        ("good", "good", "pass", "namespace", {"namespace": "pass", "chart": "pass"}),
        ("good", "bad", "fail", "namespace", {"namespace": "fail", "chart": "pass"}),
        ("bad", "good", "fail", "chart", {"namespace": "pass", "chart": "fail"}),
        ("bad", "bad", "fail", "namespace", {"namespace": "fail", "chart": "fail"}),
        ("good", None, "undetermined", "namespace", {"namespace": "undetermined", "chart": "pass"}),
    ],
)
def test_every_part_is_judged(
    on_two_parts: Project, delivered: str, running: str | None, verdict: str, decides: str, parts: dict[str, str]
) -> None:
    path = target(on_two_parts, delivered=delivered, running=running)
    row = on_two_parts.run(f"--target={path}").row("TST-2-05")
    assert (row["verdict"], row["part"]) == (verdict, decides)
    assert {item["part"]: item["verdict"] for item in row["parts"]} == parts
    assert {item["part"] for item in row["findings"]} == {part for part, said in parts.items() if said == "fail"}
    assert row["proof"] == ("indication" if decides == "chart" else "proof")
    assert {Path(name).name.partition(".")[0] for name in row["evidence"]} == {"render", "live"}


def test_a_part_can_be_selected_on_and_the_report_names_both(on_two_parts: Project) -> None:
    path = target(on_two_parts, delivered="good", running="bad")
    run = on_two_parts.run(f"--target={path}", "-m", "part(name='chart')", "-v", "--lang=en")
    assert "TST-2-05@tweeledig/namespace+chart" in run.out
    assert "By part: namespace: not met (proof); chart: met (indication)" in run.text
    folder = newest(on_two_parts)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "By part: namespace: not met (proof); chart: met (indication)" in page
    assert 'classname="tweeledig.namespace+chart"' in (folder / "junit.xml").read_text(encoding="utf-8")


def test_a_replay_says_the_same(on_two_parts: Project) -> None:
    path = target(on_two_parts, delivered="good", running="bad")
    first = on_two_parts.run(f"--target={path}")
    folder = newest(on_two_parts)
    again = on_two_parts.run(f"--replay={folder / 'evidence'}")
    rows = [run.row("TST-2-05") for run in (first, again)]
    assert rows[0]["parts"] == rows[1]["parts"]
    assert rows[0]["findings"] == rows[1]["findings"]
