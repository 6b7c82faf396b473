"""A deviation counts only when it is sound, meant for the target, and has not expired."""

from datetime import date
from pathlib import Path

import pytest

from toetskader.catalogue import Catalogue, load_catalogue
from toetskader.targets import Target, load_targets
from toetskader.yamlfile import MAX_ERRORS, FileErrors

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 6, 1)

TARGET = """\
name: {name}
supplier: Acme BV
component: Register
gate: 3
profiles: [haven]
parts:
  chart: {{source: chart, release: acme, namespace: acme, kubernetes: "1.35", values: {{standaard: []}}}}
deviations: ../deviations.yaml
"""
FIRST = """\
deviations:
  - id: AFW-1
    requirements: [DDC-7.2-13, DDC-7.2-14]
    targets: [acme]
    reason: Reden
    risk: Risico
    mitigation: Maatregel
    owner: Productmanager, Acme BV
    approved_by: CISO, gemeente
    approved_on: 2026-01-01
    expires: 2026-12-31
    evidence: [Besluit 7]
"""
SECOND = """\
  - id: AFW-2
    requirements: [DDC-7.2-14]
    reason: Reden
    risk: Risico
    mitigation: Maatregel
    owner: Productmanager, Acme BV
    approved_by: CISO, gemeente
    approved_on: 2027-01-01
    expires: 2027-06-30
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "policies")


def load(folder: Path, content: str, *, catalogue: Catalogue | None = None, today: date = TODAY) -> dict[str, Target]:
    """Load a portfolio of two targets that share a deviation file with this content."""
    for name in ("acme", "beta"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "target.yaml").write_text(TARGET.format(name=name), encoding="utf-8")
    (folder / "deviations.yaml").write_text(content, encoding="utf-8")
    return {target.name: target for target in load_targets([folder], today=today, catalogue=catalogue)}


def errors(folder: Path, content: str, *, catalogue: Catalogue | None = None) -> list[str]:
    with pytest.raises(FileErrors) as refusal:
        load(folder, content, catalogue=catalogue)
    return [line.partition("deviations.yaml:")[2] for line in refusal.value.text("en").splitlines()]


def test_a_deviation_is_applied_up_to_and_including_its_last_day(tmp_path: Path) -> None:
    acme = load(tmp_path, FIRST)["acme"]
    on_last_day = acme.deviation_for("DDC-7.2-14", date(2026, 12, 31))
    day_after = acme.deviation_for("DDC-7.2-14", date(2027, 1, 1))
    assert on_last_day is not None
    assert day_after is not None
    assert (on_last_day.deviation.id, on_last_day.status, day_after.status) == ("AFW-1", "applied", "expired")
    assert acme.deviation_for("DDC-7.2-15", TODAY) is None


def test_a_deviation_that_names_targets_holds_for_those_only(tmp_path: Path) -> None:
    targets = load(tmp_path, FIRST)
    assert [item.id for item in targets["acme"].deviations] == ["AFW-1"]
    assert targets["beta"].deviations == ()


def test_of_a_renewed_deviation_the_one_in_force_counts(tmp_path: Path) -> None:
    acme = load(tmp_path, FIRST + SECOND, today=date(2027, 1, 15))["acme"]
    found = [acme.deviation_for("DDC-7.2-14", day) for day in (date(2027, 1, 15), date(2027, 7, 1))]
    assert [(item.deviation.id, item.status) for item in found if item] == [("AFW-2", "applied"), ("AFW-2", "expired")]
    assert [(item.deviation.id, item.status) for item in acme.deviations_on(date(2027, 1, 15))] == [
        ("AFW-1", "expired"),
        ("AFW-2", "applied"),
    ]


_MISTAKES = [
    ("    expires: 2026-12-31\n", "", "2: deviations[0]: key expires is missing"),
    ("expires: 2026-12-31", "expires: 31-12-2026", "11: deviations[0].expires: expected: a date, such as 2025-12-31"),
    ("expires: 2026-12-31", "expires: 2026-02-30", "11: deviations[0].expires: expected: a date, such as 2025-12-31"),
    ("expires: 2026-12-31", "expires: 2026-W52-3", "11: deviations[0].expires: expected: a date, such as 2025-12-31"),
    ("expires: 2026-12-31", "expires: 20261231", "11: deviations[0].expires: expected: a date, such as 2025-12-31"),
    ("expires: 2026-12-31", "expires: 2025-12-31", "11: deviations[0].expires: expires on 2025-12-31, before its appr"),
    ("approved_on: 2026-01-01", "approved_on: 2026-06-02", "10: deviations[0].approved_on: 2026-06-02 lies after"),
    (
        "CISO, gemeente",
        "productmanager,  ACME bv",
        "9: deviations[0].approved_by: productmanager,  ACME bv and",
    ),
    ("DDC-7.2-13, ", "DDC-7.2-31, ", "3: deviations[0].requirements[0]: requirement DDC-7.2-31 does not exist"),
    ("requirements: [DDC-7.2-13, DDC-7.2-14]", "requirements: []", "3: deviations[0].requirements: the list is too"),
    ("targets: [acme]", "targets: [acmee]", "4: deviations[0].targets: holds for acmee, but of this run's"),
    ("risk: Risico", 'risk: ""', '6: deviations[0].risk: expected: text that is not empty; found: ""'),
    ("risk:", "rsik:", "6: deviations[0].rsik: unknown key rsik. Did you mean risk?"),
]


@pytest.mark.parametrize(("before", "after", "expected"), _MISTAKES)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, catalogue: Catalogue, before: str, after: str, expected: str
) -> None:
    found = errors(tmp_path, FIRST.replace(before, after, 1), catalogue=catalogue)
    assert any(line.startswith(expected) for line in found)


def test_two_of_one_id_are_refused(tmp_path: Path) -> None:
    again = SECOND.replace("AFW-2", "AFW-1").replace("2027-01-01", "2026-01-01").replace("DDC-7.2-14", "DDC-7.2-15")
    assert errors(tmp_path, FIRST + again) == ["13: deviations[1].id: id AFW-1 is used twice; rename one"]


@pytest.mark.parametrize("approved", ["2025-12-01", "2026-01-01", "2026-05-31"])
def test_two_in_force_at_once_on_one_requirement_and_target_are_refused(tmp_path: Path, approved: str) -> None:
    (line,) = errors(tmp_path, FIRST + SECOND.replace("2027-01-01", approved))
    assert "AFW-1" in line
    assert "AFW-2" in line
    assert "hold for DDC-7.2-14 of acme at the same time; keep one" in line


def test_on_different_targets_or_requirements_they_may_stand_side_by_side(tmp_path: Path) -> None:
    now = SECOND.replace("2027-01-01", "2026-02-01")
    other_target = now.replace("    reason", "    targets: [beta]\n    reason", 1)
    other_requirement = now.replace("DDC-7.2-14", "DDC-7.2-15")
    assert len(load(tmp_path, FIRST + other_target)["beta"].deviations) == 1
    assert len(load(tmp_path, FIRST + other_requirement)["acme"].deviations) == 2


def test_everything_wrong_is_reported_at_once(tmp_path: Path, catalogue: Catalogue) -> None:
    wrong = FIRST.replace("DDC-7.2-13", "DDC-7.2-31").replace("CISO, gemeente", "Productmanager, Acme BV")
    found = errors(tmp_path, wrong.replace("targets: [acme]", "targets: [gamma]"), catalogue=catalogue)
    assert [line.partition(":")[0] for line in found] == ["3", "4", "9"]


def test_a_file_with_a_thousand_deviations_reports_no_more_than_fits(tmp_path: Path, catalogue: Catalogue) -> None:
    row = "\n".join(FIRST.splitlines()[1:]).replace("DDC-7.2-13", "DDC-7.2-xx-99")
    hostile = "deviations:\n" + "\n".join(row.replace("AFW-1", f"A-{number}") for number in range(1000))
    assert len(errors(tmp_path, hostile.replace("DDC-7.2-xx-99", "DDC-7.2-77"), catalogue=catalogue)) == MAX_ERRORS
