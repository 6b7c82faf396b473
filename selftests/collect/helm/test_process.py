"""Whatever a chart does, it costs bounded time and memory, and the next chart is unharmed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toetskader.collect import guard
from toetskader.collect.helm.engine import Helm, render_chart
from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.collect.helm.process import HelmProcess
from toetskader.collect.helm.protocol import ChartAnswer, ChartRequest, Rendered, RenderRequest, Version, VersionRequest
from toetskader.core.failure import Failure, Reason

Make = Callable[..., Path]
GOOD = {"templates/a.yaml": "kind: ConfigMap\nmetadata: {name: good}\n"}
CYCLE = '{{ $d := dict }}{{ $_ := set $d "a" $d }}'
ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)

# Which of its limits a chart meets first depends on the machine.
MUCH = {Reason.TOO_LARGE, Reason.TIMED_OUT}
# name → template, why it is refused, words in the sentence
HOSTILE: dict[str, tuple[str, set[Reason], str]] = {
    "bomb": ("{{ range until 200000000 }}x{{ end }}", MUCH, "memory|seconds"),
    "loop": ("{{ $r := until 9999 }}" + "{{ range $r }}" * 4 + "{{ end }}" * 4, {Reason.TIMED_OUT}, "2.5 seconds"),
    "memory": (
        '{{ $x := repeat 50000000 "x" }}{{ $y := list }}{{ range until 99 }}{{ $y = append $y (print $x) }}{{ end }}',
        MUCH,
        "memory|seconds",
    ),
    "output": ('a: {{ repeat 2500000 "x" }}', {Reason.TOO_LARGE}, "larger than 2 MB"),
    "include": (
        '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
        {Reason.TOOL_FAILED},
        "without end",
    ),
    "template": (
        '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
        # Helm counts to a depth; with as little memory and time as here, a limit of ours can come first.
        {Reason.TOOL_FAILED, Reason.TOO_LARGE, Reason.TIMED_OUT},
        "without end|memory|seconds",
    ),
    "tpl": (
        '{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}',
        {Reason.TOOL_FAILED, Reason.TOO_LARGE, Reason.TIMED_OUT},
        "",
    ),
    # Go ends the whole process when its stack is full; with less memory than a stack may take, that ends it first.
    "stack": (CYCLE + "{{ print $d }}", MUCH, "recursion|memory|seconds"),
    "deep": ("a: " + "[" * 20_000 + "]" * 20_000, {Reason.TOOL_FAILED}, "nested too deeply"),
    "too deep to walk": ("a: " + "[" * 5_000 + "]" * 5_000, {Reason.REFUSED_INPUT}, "more than 100 levels"),
    "aliases": (ALIASES, {Reason.TOOL_FAILED}, "excessive alias"),
}


def reason_of(helm: Helm, chart: Path, **given: object) -> Failure:
    answer = render_chart(helm, chart, [RenderRequest(key="s", **given)])  # type: ignore[arg-type]
    found = answer if isinstance(answer, Failure) else answer.renders["s"]
    assert isinstance(found, Failure), found
    return found


def is_well(helm: Helm, make_chart: Make) -> bool:
    answer = render_chart(helm, make_chart(GOOD, name="good"), [RenderRequest(key="s")])
    return isinstance(answer, ChartAnswer) and isinstance(answer.renders["s"], Rendered)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_templates_are_bounded(name: str, small_helm: Helm, make_chart: Make) -> None:
    template, reasons, words = HOSTILE[name]
    refusal = reason_of(small_helm, make_chart({"templates/a.yaml": template}))
    assert refusal.reason in reasons
    assert any(word in refusal.message.en for word in words.split("|"))
    assert is_well(small_helm, make_chart)


@pytest.mark.parametrize("name", ["bomb", "memory", "output", "aliases"])
def test_hostile_templates_are_bounded_with_a_program_too(name: str, binary_helm: Helm, make_chart: Make) -> None:
    template, reasons, words = HOSTILE[name]
    refusal = reason_of(binary_helm, make_chart({"templates/a.yaml": template}))
    assert refusal.reason in reasons
    assert any(word in refusal.message.en for word in words.split("|"))
    assert is_well(binary_helm, make_chart)


@pytest.mark.parametrize(
    ("values", "words"),
    [(ALIASES, "excessive alias"), ("a: " + "[" * 20_000, "nested"), ("a: " + "[" * 3_000 + "]" * 3_000, "nested")],
)
def test_hostile_values_are_refused(values: str, words: str, small_helm: Helm, make_chart: Make) -> None:
    refusal = reason_of(small_helm, make_chart(GOOD), values=(values,))
    assert refusal.reason is Reason.REFUSED_INPUT
    assert words in refusal.message.en


def test_hostile_chart_values_are_refused(small_helm: Helm, make_chart: Make) -> None:
    for text in (ALIASES, "a: " + "[" * 3_000 + "]" * 3_000):
        refusal = reason_of(small_helm, make_chart(GOOD | {"values.yaml": text}))
        assert refusal.reason is Reason.REFUSED_INPUT
    assert is_well(small_helm, make_chart)


def test_a_schema_that_is_no_json_is_refused(small_helm: Helm, make_chart: Make) -> None:
    refusal = reason_of(small_helm, make_chart(GOOD | {"values.schema.json": "{"}))
    assert refusal.reason is Reason.REFUSED_INPUT
    assert "values.schema.json" in refusal.message.en


def test_one_child_serves_many_charts_and_is_replaced_after_a_kill(make_chart: Make) -> None:
    with HelmProcess(Limits(deadline_s=20)) as process:
        request = ChartRequest(path=str(make_chart(GOOD)), renders=(RenderRequest(key="s"),))
        assert isinstance(process.ask(request), ChartAnswer)
        first = process.pid
        assert all(isinstance(process.ask(request), ChartAnswer) for _ in range(5))
        assert process.pid == first
        bomb = ChartRequest(
            path=str(make_chart({"templates/a.yaml": HOSTILE["loop"][0]}, name="bomb")),
            renders=(RenderRequest(key="s"),),
        )
        stopped = process.ask(bomb, deadline_s=0.3)
        assert isinstance(stopped, Failure)
        assert stopped.reason is Reason.TIMED_OUT
        assert process.pid is None
        assert all(isinstance(process.ask(request), ChartAnswer) for _ in range(5))
        second = process.pid
        assert second not in {None, first}
        os.kill(second or 0, signal.SIGKILL)
        os.waitid(os.P_PID, second or 0, os.WEXITED | os.WNOWAIT)
        assert isinstance(process.ask(request), ChartAnswer)


def test_the_child_gets_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:1")
    monkeypatch.setenv("KUBECONFIG", "/somewhere")
    with HelmProcess(Limits()) as process:
        assert isinstance(process.ask(VersionRequest()), Version)
        seen = Path(f"/proc/{process.pid}/environ").read_bytes().decode()
    assert not any(text in seen for text in ("hunter2", "/somewhere", "proxy.example"))


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from toetskader.collect.helm.process import HelmProcess\n"
        "from toetskader.collect.helm.limits import Limits\n"
        "from toetskader.collect.helm.protocol import VersionRequest\n"
        "process = HelmProcess(Limits())\n"
        "process.ask(VersionRequest())\n"
        "print(process.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    end = time.monotonic() + 60
    while Path(f"/proc/{int(done.stdout)}").exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not Path(f"/proc/{int(done.stdout)}").exists()


def test_threads_share_a_pool(make_chart: Make) -> None:
    chart = make_chart(GOOD)
    with Helm(limits=Limits(deadline_s=20), processes=2) as helm, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: render_chart(helm, chart, [RenderRequest(key="s")]), range(12)))
    assert all(isinstance(answer, ChartAnswer) for answer in answers)


def test_workers_of_pytest_share_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.delenv("PYTEST_XDIST_WORKER_COUNT", raising=False)
    alone = Helm()
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "2")
    shared = Helm()
    assert (len(alone._all), len(shared._all), len(Helm(charts=1)._all)) == (4, 2, 1)
    heaps = [int(helm._all[0]._environment(tmp_path)["GOMEMLIMIT"]) // MEGABYTE for helm in (alone, shared)]
    assert heaps == [40, 30]


def test_a_missing_library_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helm_python.py").write_text("raise ImportError('no library for this platform')\n")
    bare = HelmProcess._environment

    def shadowed(self: HelmProcess, home: Path) -> dict[str, str]:
        found = bare(self, home)
        return found | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{found['PYTHONPATH']}"}

    monkeypatch.setattr(HelmProcess, "_environment", shadowed)
    with HelmProcess(Limits()) as process:
        answer = process.ask(VersionRequest())
    assert isinstance(answer, Failure)
    assert answer.reason is Reason.TOOL_MISSING
    assert "--helm" in answer.message.en


def test_resident_memory_is_read_or_unknown() -> None:
    assert guard.resident_bytes(os.getpid()) > 5 * MEGABYTE
    assert guard.resident_bytes(2**22 + 1) == 0
