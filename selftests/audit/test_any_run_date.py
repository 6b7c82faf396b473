"""The embedded example has the same verdicts on any day, and what a supplier dated still expires."""

import shutil
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from embedded import EMBEDDED, ROOT, Run, audit

from toetskader.laboratory.dated import WRITTEN_ON, dated
from toetskader.laboratory.web import good_site
from toetskader.targets.load import load_targets

LATER = (40, 200, 800)
"""Days from now that it is judged on."""
FLAWED = "voorbeeld-gebrekkig"
COVERED = ("DDC-7.5-04", "DDC-7.2-14")
"""Requirements of the flawed example that are explained on any day."""


@pytest.fixture(scope="module")
def run_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Run]:
    """Audits all embedded targets, once for each number of days from now: real servers, certificates and names."""

    @cache
    def run(days: int) -> Run:
        day = date.today() + timedelta(days=days)
        return audit(EMBEDDED, tmp_path_factory.mktemp("run"), f"--date={day}")

    return run


def told(result: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a result says, without the days in it and how long it took."""
    deviation = result["deviation"]
    findings = [(item["where"], item["path"], item["expected"]) for item in result["findings"]]
    return (result["verdict"], result["gated"], result["proof"], deviation and deviation["status"], findings)


@pytest.mark.parametrize("days", LATER)
@pytest.mark.parametrize("target", EMBEDDED)
def test_embedded_target_has_the_same_verdicts_on_any_day(target: str, days: int, run_in: Callable[[int], Run]) -> None:
    now, later = run_in(0).of(target), run_in(days).of(target)
    assert now
    assert {id_: told(result) for id_, result in later.items()} == {id_: told(result) for id_, result in now.items()}


def test_project_knows_all_its_embedded_targets() -> None:
    """Those that the project dates, and that `make audit` audits, are those that there are."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (example,) = (line for line in makefile.splitlines() if line.startswith("EXAMPLE := "))
    assert sorted(name.removeprefix("targets/") for name in example.split()[2:]) == sorted(EMBEDDED)


@pytest.mark.parametrize("name", EMBEDDED)
def test_deviations_of_the_example_have_one_status_for_years(name: str) -> None:
    (target,) = load_targets([ROOT / "targets" / name], today=WRITTEN_ON)
    status = {item.id: item.status(WRITTEN_ON) for item in target.deviations}
    for days in range(-400, 3000):
        day = WRITTEN_ON + timedelta(days=days)
        moved = dated(target, day).deviations
        assert {item.id: item.status(day) for item in moved} == status, day
        assert all(item.approved_on <= day for item in moved), day


def test_deviations_of_a_supplier_expire(tmp_path: Path) -> None:
    """The same files anywhere else are a supplier's: on a day after its last one, a deviation explains nothing."""
    copied = shutil.copytree(ROOT / "targets" / FLAWED, tmp_path / FLAWED)
    verdicts = {}
    for days in (0, 800):
        folder = tmp_path / str(days)
        folder.mkdir()
        run = audit((copied,), folder, f"--date={WRITTEN_ON + timedelta(days=days)}")
        verdicts[days] = {id_: run.of(FLAWED)[id_]["verdict"] for id_ in COVERED}
    assert verdicts == {0: dict.fromkeys(COVERED, "explained"), 800: dict.fromkeys(COVERED, "fail")}


def test_security_txt_of_the_example_is_dated_by_the_day_that_is_judged() -> None:
    body = good_site("a.test", entra_tenant="a.test", today=date(2029, 2, 6)).pages["/.well-known/security.txt"].body
    assert "Expires: 2029-08-05T00:00:00Z\n" in body
