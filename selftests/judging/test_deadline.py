"""A judgement that does not end costs one verdict: it becomes undetermined, and says why."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from test_judge import NoParameters, scene

from toetskader.facts.key import FactKey, TargetFacts
from toetskader.judging import FilePlace, Findings, Parameters, check, together
from toetskader.judging.check import Check, check_of
from toetskader.judging.combining import Judged
from toetskader.judging.deadline import Deadline, TooLong
from toetskader.judging.judge import judge
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.registry import SUBJECTS
from toetskader.kinds.subject import Subject
from toetskader.results import Verdict

SHORT = 0.05


def for_ever() -> None:
    while True:
        pass


def deep() -> None:
    """Recursion without end, each time begun again."""

    def step(depth: int) -> int:
        return step(depth + 1) + 1

    while True:
        with pytest.raises(RecursionError):
            step(0)


def swallowing() -> None:
    """Takes every fault for one of its own."""
    while True:
        try:
            for_ever()
        except Exception:
            continue


def grumbling() -> None:
    """Swallows even what is no Exception, once."""
    try:
        for_ever()
    except BaseException:
        for_ever()


def in_a_judgement_of_several() -> None:
    together(for_ever, lambda: None)


def in_steps_of_c() -> None:
    while True:
        sorted(range(100_000))


ENDLESS = (for_ever, deep, swallowing, grumbling, in_a_judgement_of_several, in_steps_of_c)


def run(work: Callable[[], None], *, found: bool = False, names: tuple[str, ...] = ("0",)) -> Judged:
    @check("test.endless")
    def function(render: object, findings: Findings) -> None:
        if found:
            findings.add(FilePlace("values.yaml", 3), seen=1, expected=2)
        work()

    return _judged(function, names)


def _judged(function: Callable[..., None], names: tuple[str, ...] = ("0",)) -> Judged:
    made = check_of(function)
    assert isinstance(made, Check)
    facts = TargetFacts("doel", {"chart": names}, {FactKey("render", name): scene(name) for name in names})
    return judge(
        made,
        TargetSubjects(facts),
        part="chart",
        params={},
        parameters=Parameters(NoParameters()),
        today=date(2026, 1, 1),
        fixtures={},
        deadline=Deadline(SHORT),
    )


@pytest.mark.parametrize("work", ENDLESS)
def test_what_does_not_end_is_undetermined_and_says_which_check_on_which_target(work: Callable[[], None]) -> None:
    outcome = run(work)
    assert outcome.verdict is Verdict.UNDETERMINED
    assert outcome.reason is not None
    assert all("test.endless" in text and "doel" in text for text in (outcome.reason.nl, outcome.reason.en))
    assert outcome.crash is None


def test_what_was_found_before_stands() -> None:
    outcome = run(for_ever, found=True)
    assert outcome.verdict is Verdict.FAIL
    assert outcome.doubt is not None


def test_scenes_share_the_time() -> None:
    started = time.thread_time()
    outcome = run(for_ever, names=tuple(map(str, range(40))))
    assert outcome.verdict is Verdict.UNDETERMINED
    assert time.thread_time() - started < 40 * SHORT


def test_what_ends_in_time_is_judged() -> None:
    assert run(lambda: None).verdict is Verdict.PASS
    assert run(lambda: time.sleep(4 * SHORT)).verdict is Verdict.PASS  # waiting for its turn costs no verdict


@pytest.fixture
def endless_subject(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A derivation that does not end, and how often it was begun."""
    begun: list[int] = []

    def derive(_: object, __: object) -> None:
        begun.append(1)
        for_ever()

    monkeypatch.setitem(SUBJECTS, "render", Subject("render", derive))
    return begun


def test_a_derivation_that_does_not_end_is_not_begun_again_for_the_next_check(endless_subject: list[int]) -> None:
    @check("test.endless")
    def function(render: object, findings: Findings) -> None: ...

    made = check_of(function)
    assert isinstance(made, Check)
    subjects = TargetSubjects(TargetFacts("doel", {"chart": ("0",)}, {FactKey("render", "0"): scene("0")}))
    for _ in range(3):
        outcome = judge(
            made,
            subjects,
            part="chart",
            params={},
            parameters=Parameters(NoParameters()),
            today=date(2026, 1, 1),
            fixtures={},
            deadline=Deadline(SHORT),
        )
        assert outcome.verdict is Verdict.UNDETERMINED
    assert len(endless_subject) == 1


def test_the_process_is_left_as_it_was() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    run(for_ever)
    run(lambda: None)
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_time_that_others_take_does_not_count() -> None:
    ended = threading.Event()

    def busy() -> None:
        while not ended.is_set():
            pass

    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    other = threading.Thread(target=busy)
    other.start()
    try:
        with Deadline(SHORT):
            until = time.monotonic() + 4 * SHORT
            while time.monotonic() < until and time.thread_time() < sys.float_info.max:
                time.sleep(0.001)
    finally:
        ended.set()
        other.join()
        sys.setswitchinterval(interval)


def test_outside_the_main_thread_there_is_no_deadline() -> None:
    seen: list[str] = []

    def work() -> None:
        try:
            with Deadline(0.0):
                sum(range(100_000))
        except TooLong:
            seen.append("interrupted")
        else:
            seen.append("ended")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["ended"]
