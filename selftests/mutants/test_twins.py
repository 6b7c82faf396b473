"""The example targets as a whole: the golden one meets everything, the flawed twin fails as it is meant to."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from auditor import FLAWED, GOLDEN, TODAY, Auditor, Outcome

from toetskader.results import Verdict
from toetskader.targets.load import load_targets

GOLDEN_NOT_APPLICABLE = {
    "DDC-5-05",  # every route is internal
    "DDC-7.2-06",  # no image has a preliminary version
}

FLAWED_VERDICTS = {
    "fail": (
        "1.1-01 1.3-05 1.3-06 1.3-08 1.3-09 1.3-11 5-01 5-05 7.2-01 7.2-04 7.2-05 7.2-06 7.2-07 7.2-12 7.2-13 7.2-14 "
        "7.2-15 7.4-01 7.4-02 7.5-01 7.5-04 7.5-05 7.5-06 7.7-01 7.7-02 7.10-01 7.11-03 7.11-05 7.11-09 7.12-02 "
        "7.15-01 7.15-02 7.15-03 7.15-05 7.16-02 7.16-03 7.16-04 7.16-05 7.16-06 7.17-02 7.19-01 7.20-01 7.20-02 "
        "7.20-03 7.20-04 7.21-01 7.21-03 7.22-01 7.23-02 7.23-03 7.23-04 7.23-05 7.23-07"
    ),
    "pass": "1.3-04 1.4-04 1.4-08 7.2-02 7.5-03 7.6-02 7.8-01 7.14-01 7.16-01 7.17-01 7.17-06",
    "not_applicable": "1.4-03 7.15-04",
    "undetermined": "4-06",
}
"""Verdict → the requirements that get it, without `DDC-`."""


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {id_: judged.verdict.value for id_, judged in outcome.items()}


def test_golden_target_is_judged_on_every_chart_requirement(auditor: Auditor, golden: Outcome) -> None:
    assert golden.keys() == auditor.chart_requirements.keys()


def test_golden_target_meets_everything_that_applies(golden: Outcome) -> None:
    expected = {id_: "not_applicable" if id_ in GOLDEN_NOT_APPLICABLE else "pass" for id_ in golden}
    assert verdicts(golden) == expected


def test_what_does_not_apply_to_the_golden_target_has_a_reason(golden: Outcome) -> None:
    reasons = [judged.reason for judged in golden.values() if judged.verdict is Verdict.NOT_APPLICABLE]
    assert len(reasons) == len(GOLDEN_NOT_APPLICABLE)
    assert all(reason is not None and reason.nl and reason.en for reason in reasons)


def test_flawed_twin_fails_as_it_is_meant_to(flawed: Outcome) -> None:
    expected = {f"DDC-{id_}": verdict for verdict, ids in FLAWED_VERDICTS.items() for id_ in ids.split()}
    assert verdicts(flawed) == expected


def test_findings_say_where_and_what(flawed: Outcome) -> None:
    for id_, judged in flawed.items():
        for finding in judged.findings:
            assert finding.where, id_
            assert finding.source, id_
            assert finding.expected is not None, id_
    assert all(judged.findings for judged in flawed.values() if judged.verdict is Verdict.FAIL)


def test_deviations_of_the_flawed_twin_are_about_what_fails(auditor: Auditor, flawed: Outcome) -> None:
    (target,) = load_targets([FLAWED], today=TODAY, catalogue=auditor.catalogue)
    explained = {id_: flawed[id_].verdict for deviation in target.deviations for id_ in deviation.requirements}
    assert explained == {
        "DDC-7.2-14": Verdict.FAIL,
        "DDC-7.5-03": Verdict.PASS,  # superfluous, on purpose
        "DDC-7.5-04": Verdict.FAIL,
        "DDC-7.17-02": Verdict.FAIL,  # expired, on purpose
    }


def with_comments(text: str) -> str:
    """A comment on top, and one below every top-level key."""
    return "# eerste regel\n" + re.sub(r"^(\w+):\n", r"\1:\n  # een opmerking\n", text, flags=re.MULTILINE)


def with_blank_lines(text: str) -> str:
    """Blank lines around the content, and spaces at the end of every third line that no block scalar holds."""
    return "\n\n" + "\n".join(line + "   " * (number % 3 == 0) for number, line in enumerate(text.split("\n"))) + "\n\n"


def with_carriage_returns(text: str) -> str:
    """Line ends as on Windows."""
    return text.replace("\n", "\r\n")


def with_labels_reversed(text: str) -> str:
    """Labels in the opposite order, wherever they stand below each other."""
    label = r"(?:[ ]*(?:app\.kubernetes\.io|common-ground\.nl|helm\.sh)/(?:name|instance|version|component|laag|chart"
    return re.sub(rf"(?:^{label}|part-of|managed-by): .*\n)){{2,}}", _reversed, text, flags=re.MULTILINE)


def _reversed(match: re.Match[str]) -> str:
    return "".join(reversed(match[0].splitlines(keepends=True)))


def manifests(target: Path) -> Iterator[Path]:
    """The templates and values of a target."""
    for pattern in ("chart/templates/**/*.yaml", "chart/templates/*.tpl", "chart/values.yaml", "values/*.yaml"):
        yield from sorted(target.glob(pattern))


@pytest.mark.parametrize("rewrite", [with_comments, with_blank_lines, with_carriage_returns, with_labels_reversed])
def test_how_it_is_written_changes_no_verdict(
    rewrite: Callable[[str], str], auditor: Auditor, golden: Outcome, tmp_path: Path
) -> None:
    target = Path(shutil.copytree(GOLDEN, tmp_path / "target"))
    changed = 0
    for path in manifests(target):
        text = path.read_text(encoding="utf-8")
        path.write_text(rewrite(text), encoding="utf-8", newline="")
        changed += rewrite(text) != text
    assert changed
    assert verdicts(auditor.audit(target)) == verdicts(golden)


def test_what_does_not_render_is_met_nowhere(auditor: Auditor, tmp_path: Path) -> None:
    """Values that the chart's own schema refuses: whatever needs a render is undetermined, with Helm's message."""
    target = Path(shutil.copytree(GOLDEN, tmp_path / "target"))
    values = target / "chart/values.yaml"
    values.write_text(values.read_text(encoding="utf-8").replace("requestsPerSecond: 20", "requestsPerSecond: 0"))
    outcome = auditor.audit(target)
    rendered = {id_ for id_, check in auditor.chart_requirements.items() if auditor.checks[check].per_scene}
    rendered.add("DDC-7.7-01")  # reads the README, of a chart that must deploy something
    assert {id_ for id_, judged in outcome.items() if judged.verdict is Verdict.UNDETERMINED} == rendered
    assert outcome["DDC-7.5-01"].verdict is Verdict.FAIL
    assert all("requestsPerSecond" in str(outcome[id_].reason) for id_ in rendered)


def test_what_cannot_be_read_is_met_nowhere(auditor: Auditor, tmp_path: Path) -> None:
    """A pod whose containers are a number: no requirement on workloads passes, and none is said not to apply."""
    target = Path(shutil.copytree(GOLDEN, tmp_path / "target"))
    pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kapot\nspec:\n  containers: 3\n"
    (target / "chart/templates/pod.yaml").write_text(pod)
    outcome = auditor.audit(target)
    about = {id_ for id_, check in auditor.chart_requirements.items() if "workloads" in auditor.checks[check].subjects}
    met = {id_ for id_ in about if outcome[id_].verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)}
    assert met == set()
    assert [judged.crash for judged in outcome.values() if judged.crash] == []


@pytest.mark.parametrize("folder", [GOLDEN, FLAWED], ids=["golden", "flawed"])
def test_a_requirement_alone_gives_the_verdict_of_the_whole_run(auditor: Auditor, folder: Path) -> None:
    """What is collected for other requirements decides nothing."""
    together = auditor.audit(folder)
    alone = {id_: judged for kinds in auditor.fact_kinds for id_, judged in auditor.audit(folder, kinds).items()}
    assert alone.keys() == together.keys()
    for id_, judged in together.items():
        assert (alone[id_].verdict, alone[id_].findings) == (judged.verdict, judged.findings), id_
