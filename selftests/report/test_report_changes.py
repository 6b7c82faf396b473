"""What changed between two runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from toetskader.report import json_view
from toetskader.report.changes import Direction, change_lines, changes, got_worse, read_run
from toetskader.results.model import Report, Verdict

PASS = {"verdict": Verdict.PASS}
FORECAST = {"verdict": Verdict.FAIL, "gated": False}
UNDETERMINED = {"verdict": Verdict.UNDETERMINED}


def fail(make: Any, *numbers: int) -> dict[str, Any]:
    return {"verdict": Verdict.FAIL, "findings": tuple(make.finding(number) for number in numbers)}


def run(make: Any, over: dict[str, Any] | None) -> Report:
    results = [] if over is None else [make.result(**over)]
    return make.report([make.summary(results)], results)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (PASS, (0,), Direction.WORSE),
        (PASS, UNDETERMINED, Direction.WORSE),
        (PASS, None, Direction.WORSE),
        (PASS, FORECAST, Direction.OTHER),
        (PASS, PASS, None),
        (None, PASS, Direction.OTHER),
        (None, (0,), Direction.WORSE),
        ((0,), PASS, Direction.BETTER),
        ((0,), {"verdict": Verdict.EXPLAINED}, Direction.BETTER),
        ((0, 1), (0,), Direction.BETTER),
        ((0,), (0, 1), Direction.WORSE),
        ((0, 1), (2,), Direction.WORSE),
        ((0,), (0,), None),
        ((0,), UNDETERMINED, Direction.OTHER),
        (UNDETERMINED, (0,), Direction.WORSE),
    ],
)
def test_direction(make: Any, before: Any, after: Any, direction: Direction | None) -> None:
    first, second = (run(make, fail(make, *over) if isinstance(over, tuple) else over) for over in (before, after))
    assert [change.direction for change in changes(first, second)] == ([direction] if direction else [])
    assert got_worse(first, second) is (direction is Direction.WORSE)


def test_lines_name_levels_verdicts_and_new_places(make: Any) -> None:
    before, after = run(make, fail(make, 0)), run(make, fail(make, 0, 1))
    assert list(change_lines(before, after, "nl")) == [
        "voorbeeld: niveau 1 op 1 van 1 eisen",
        "",
        "Slechter (1)",
        "  DDC-7.2-14@voorbeeld Het bestandssysteem van een container is alleen te lezen "
        "(DDC 7.2, regels 581\u2013582): voldoet niet",
        "    + Deployment/web, container app-1: gezien niets, verwacht true "
        "(spec.template.spec.containers[1].securityContext.readOnlyRootFilesystem, templates/deployment.yaml, "
        "waardenset productie). Herstel: Zet readOnlyRootFilesystem op true en geef schrijfbare paden een volume.",
    ]
    better = list(change_lines(after, run(make, PASS), "en"))
    assert better[2:] == [
        "Better (1)",
        "  DDC-7.2-14@voorbeeld Het bestandssysteem van een container is alleen te lezen "
        "(DDC 7.2, lines 581\u2013582): not met → met",
    ]


def test_lines_of_runs_that_came_to_the_same(make: Any) -> None:
    same = run(make, PASS)
    assert list(change_lines(same, same, "en"))[-1] == "No verdict and no finding changed."


def test_a_target_that_is_lost_is_worse_and_one_that_is_new_is_not(make: Any) -> None:
    result = make.result()
    one = make.report([make.summary([result])], [result])
    other = make.result(target="ander", verdict=Verdict.FAIL)
    two = make.report([*one.targets, make.summary([other], target="ander")], [result, other])
    assert (got_worse(one, two), got_worse(two, one)) == (False, True)
    assert any(line.startswith("ander: ") and line.endswith("(nieuw)") for line in change_lines(one, two, "nl"))
    lost = list(change_lines(two, one, "nl"))
    assert "ander wordt niet meer getoetst" in lost
    assert not [line for line in lost if line.startswith("Geen oordeel")]


def test_another_selection_is_said_first(make: Any) -> None:
    whole = run(make, PASS)
    options = {"-k": "tls", "--level": "2"}
    part = msgspec.structs.replace(whole, run=msgspec.structs.replace(whole.run, options=options))
    last = msgspec.structs.replace(whole, run=msgspec.structs.replace(whole.run, options={"--lf": "true"}))
    said = "Let op: de tweede run koos niet dezelfde eisen (eerste: -k tls; tweede: --lf)."
    assert next(change_lines(part, last, "nl")) == said
    assert next(change_lines(whole, part, "en")).endswith("(first: all; second: -k tls).")
    assert "koos niet" not in next(change_lines(part, part, "nl"))


def test_hostile_text_cannot_steer_the_terminal(make: Any, hostile: Report) -> None:
    nothing = make.report(list(hostile.targets), [])
    for line in change_lines(nothing, hostile, "nl"):
        assert line.isprintable()


def test_a_run_is_read_from_its_folder_or_file(make: Any, tmp_path: Path) -> None:
    report = run(make, PASS)
    (tmp_path / "results.json").write_bytes(json_view.encode(report))
    assert read_run(tmp_path) == read_run(tmp_path / "results.json") == report
    with pytest.raises(json_view.ResultsError, match="cannot be read"):
        read_run(tmp_path / "elsewhere")


DAMAGED = {
    "nothing": b"",
    "no text": b"\xff",
    "a zero": b"\x00",
    "a list": b"[" * 100_000,
    "depth": b'{"schema_version": 1, "run": ' + b'{"a": ' * 100_000,
    "a number without end": b'{"schema_version": 1e999}',
    "half a pair": b'{"schema_version": "\\ud800"}',
    "a long version": b'{"schema_version": "' + b"x" * 100_000 + b'"}',
    "half a file": b'{"schema_version": 1, "run": {"started": "2026-01',
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_results_are_a_sentence_with_the_place(name: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(DAMAGED[name])
    with pytest.raises(json_view.ResultsError) as refusal:
        read_run(tmp_path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert len(str(refusal.value)) < 500
    assert "run the audit again" in str(refusal.value)


def test_results_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_view, "LARGEST_FILE", 2**20)
    with pytest.raises(json_view.ResultsError, match="/dev/zero: is larger than 1 MB"):
        read_run(Path("/dev/zero"))


ANYTHING: tuple[Any, ...] = (None, True, -1, 10**30, 1e308, "", "\x00\x1b[31m", [], [1], {}, {"a": 1})


def test_any_value_of_another_type_is_refused_or_compared(make: Any) -> None:
    report = run(make, fail(make, 1, 2))
    document = json.loads(json_view.encode(report))
    for steps in list(places(document)):
        for value in ANYTHING:
            try:
                other = json_view.decode(json.dumps(replaced(document, steps, value)).encode())
            except json_view.ResultsError:
                continue
            for before, after in ((report, other), (other, report)):
                got_worse(before, after)
                assert all(line.isprintable() for line in change_lines(before, after, "nl"))


def places(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if above:
        yield above
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        yield from places(item, (*above, step))


def replaced(document: Any, steps: tuple[str | int, ...], value: Any) -> Any:
    if not steps:
        return value
    changed = document.copy()
    changed[steps[0]] = replaced(document[steps[0]], steps[1:], value)
    return changed
