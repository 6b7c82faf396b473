"""The parent's side: a process that runs Helm, watched while it works, killed when it asks too much, and replaced."""

import fcntl
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

import toetskader
from toetskader.collect import frames, guard, scratch, stopping
from toetskader.collect.helm import bounds
from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.collect.helm.protocol import Answer, Request
from toetskader.collect.helm.sentences import timed_out, too_much_memory, too_much_output, why_ended
from toetskader.core.failure import Failed, Reason, ToetskaderError, failed

# How often memory and the clock are looked at while a process works.
_LOOK_EVERY_S = 0.02
_LAST_WORDS = 64 * 1024
# What all processes of a run may hold before they collect garbage, and the least that one can work with.
_GO_HEAP_BYTES = 160 * MEGABYTE
_LEAST_GO_HEAP_BYTES = 30 * MEGABYTE
# What two renders at once hold for each character of the values: they are read, merged and written as JSON.
_HEAP_PER_CHARACTER = 200


class HelmProcess:
    """One child process that serves many charts, one at a time. Started on first use or before; safe to share between
    threads.

    Parameters: `limits`, the bounds on each request; `siblings`, how many such processes work side by side, this one
    included.
    """

    def __init__(self, limits: Limits, *, siblings: int = 1) -> None:
        self._limits = limits
        # Workers of pytest take by themselves what the processes of a run without them may take more.
        among = siblings if workers() == 1 else 2 * siblings * workers()
        self._heap_bytes = max(_GO_HEAP_BYTES // among, _LEAST_GO_HEAP_BYTES)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None
        self._errors: IO[bytes] | None = None
        self._decoder: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)

    @property
    def pid(self) -> int | None:
        """Process id of the child that runs now, if any."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start the child, which then loads its libraries while nobody waits for it."""
        with self._lock:
            if self._child is None:
                self._start()

    def ask(self, request: Request, deadline_s: float | None = None) -> Answer:
        """Send one request and wait for its answer, at most `deadline_s` seconds (default: the limits' own).

        A refusal is an answer too. After a deadline, too much memory or too much output the child is killed; the
        next request gets a new one. Never raises for what a chart does.
        """
        seconds = self._limits.deadline_s if deadline_s is None else deadline_s
        data = msgspec.json.encode(request)
        with self._lock:
            if self._child is not None and self._child.poll() is not None:
                self._end()  # it died between two charts
            try:
                frame = self._exchange(frames.framed(data), time.monotonic() + seconds, seconds)
            except Failed as stop:
                self._end()
                return stop.failure
            except BaseException:
                self._end()
                raise
        try:
            return self._decoder.decode(frame)
        except RecursionError:
            return failed(
                Reason.REFUSED_INPUT,
                nl="De chart bevat gegevens die te diep genest zijn om te lezen. Maak de structuur vlakker.",
                en="The chart holds data nested too deeply to read. Make its structure flatter.",
            ).failure

    def make_room(self, values: int) -> None:
        """Have a child that can work on so many characters of values without collecting garbage all the time.

        One that has less room is replaced: Go takes the bound on its heap when it starts, and a heap that is full with
        what is still needed is searched for garbage again and again.
        """
        wanted = min(values * _HEAP_PER_CHARACTER, self._limits.memory_bytes // 2)
        with self._lock:
            if wanted > self._heap_bytes:
                self._heap_bytes = wanted
                self._end()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        stopping.go_on()
        self._scratch = Path(tempfile.mkdtemp(prefix="toetskader-helm-"))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in _end
        limits = msgspec.json.encode(self._limits).decode()
        kept = scratch.folder() or self._scratch
        self._child = child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-s", "-m", f"{__package__}.child", str(os.getpid()), limits, str(kept)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            cwd=self._scratch,
            env=self._environment(self._scratch),
        )
        if sys.platform == "linux" and child.stdout is not None:
            # As a rule an answer then fits: the child need not wait until we have read parts of it.
            fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, frames.CHUNK)
        return child

    def _environment(self, home: Path) -> dict[str, str]:
        """A clean environment: none of the parent's secrets, tokens or cluster settings."""
        return bare_environment(home) | {
            # The library must be found where this package was, installed or not.
            "PYTHONPATH": str(Path(toetskader.__file__).parents[1]),
            # Rendering makes much short-lived garbage: collecting it only when this much has piled up saves a quarter
            # of the time. A chart that really needs more gets it, at the price of more collections.
            "GOGC": "off",
            "GOMEMLIMIT": str(self._heap_bytes),
        }

    def _exchange(self, request: bytes, end: float, seconds: float) -> bytes:
        """Write a request and read the answer's frame. Raises `Failed` when the child must not go on."""
        child = self._child or self._start()
        answer = frames.exchange(child, request, self._limits.output_bytes, lambda: self._look(child.pid, end, seconds))
        if answer is frames.Broken.ENDED:
            raise self._died(child, end)
        if answer is frames.Broken.TOO_LARGE:
            raise too_much_output(self._limits.output_bytes)
        return answer

    def _look(self, pid: int, end: float, seconds: float) -> None:
        stopping.go_on()
        if time.monotonic() > end:
            raise timed_out(seconds)
        if guard.resident_bytes(pid) > self._limits.memory_bytes:
            raise too_much_memory(self._limits)

    def _died(self, child: subprocess.Popen[bytes], end: float) -> Failed:
        """Tell from its exit and its last words why the child ended by itself."""
        code, peak = guard.reap(child, end)
        words = b""
        if self._errors is not None:
            self._errors.seek(0)
            words = self._errors.read(_LAST_WORDS)
        return why_ended(code, peak, words.decode("utf-8", "replace"), self._limits)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()
        if self._errors is not None:
            self._errors.close()
            self._errors = None
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None


def workers() -> int:
    """Return how many workers of pytest-xdist share this machine; 1 without them."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def run(command: list[str], directory: Path, limits: Limits, deadline_s: float) -> str:
    """Run a program that reads hostile input to its end, within the limits, and return what it printed.

    Parameters: `command`, program and arguments; `directory`, its private working directory and home.
    Raises `Failed`: not there, too slow, too large; or `ProgramError` with what it said on standard error.
    """
    stopping.go_on()
    end = time.monotonic() + deadline_s
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - the program the auditor named; no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                cwd=directory,
                env=bare_environment(directory),
                start_new_session=True,
            )
        except OSError as error:
            raise failed(
                Reason.TOOL_MISSING,
                nl=f"{command[0]} is niet uit te voeren ({error.strerror}). Wijs met --helm een helm-programma aan.",
                en=f"{command[0]} cannot be run ({error.strerror}). Point --helm to a helm program.",
            ) from error
        try:
            bounds.limit_other(process.pid, limits, int(deadline_s * (os.cpu_count() or 1)) + 2)
            output = _collect(process, limits, end, deadline_s)
            code, peak = guard.reap(process, end)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        errors.seek(0)
        words = errors.read(_LAST_WORDS).decode("utf-8", "replace")
    if code == 0:
        return output.decode("utf-8", "replace")
    if code < 0 or "fatal error:" in words:
        raise why_ended(code, peak, words, limits)
    raise ProgramError(words, output.decode("utf-8", "replace"))


class ProgramError(ToetskaderError):
    """A program that ended with an error: `words` is its standard error, `output` its standard output."""

    def __init__(self, words: str, output: str) -> None:
        super().__init__(words)
        self.words = words
        self.output = output


def bare_environment(home: Path) -> dict[str, str]:
    """The least a process needs: none of the parent's secrets, tokens or cluster settings."""
    names = (
        "HOME",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "HELM_PLUGINS",
        "HELM_REPOSITORY_CACHE",
    )
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "KUBECONFIG": os.devnull} | dict.fromkeys(names, str(home))


def _collect(process: subprocess.Popen[bytes], limits: Limits, end: float, seconds: float) -> bytes:
    assert process.stdout is not None  # noqa: S101 - a pipe: see run
    reading = process.stdout.fileno()
    os.set_blocking(reading, False)
    received = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        while True:
            stopping.go_on()
            if time.monotonic() > end:
                raise timed_out(seconds)
            if guard.resident_bytes(process.pid) > limits.memory_bytes:
                raise too_much_memory(limits)
            if not selector.select(_LOOK_EVERY_S):
                continue
            part = os.read(reading, frames.CHUNK)
            if not part:
                return bytes(received)
            received += part
            if len(received) > limits.render_bytes:
                raise too_much_output(limits.render_bytes)
