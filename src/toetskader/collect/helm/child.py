"""The process that runs Helm: reads requests on standard input, answers on standard output, for many charts.

Started by `toetskader.collect.helm.process` with the parent's process id and the limits (JSON). It may be killed at
any moment; nothing depends on it. It has no network: whatever is fetched, its parent fetches.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import msgspec

from toetskader.collect import frames, guard
from toetskader.collect.helm import bounds
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.protocol import RawAnswer, Request
from toetskader.collect.helm.sentences import told_of_chart, too_much_output
from toetskader.core.failure import Failed, Reason, failed

# Two are enough to render while lint runs; more processes, not more threads, serve more charts.
_THREADS = 2


def main(arguments: list[str]) -> None:
    """Serve until standard input ends. Parameters: `arguments`, as the module's docstring lists them."""
    parent, limits_json, scratch = arguments
    limits = msgspec.json.decode(limits_json, type=Limits)
    # Before any thread: a namespace cannot be left with threads running.
    guard.leave_network()
    bounds.limit_self(limits)
    guard.end_with_parent(int(parent), Path(scratch))
    # Whatever a library prints must not end up between the answers.
    answers = os.dup(1)
    os.dup2(2, 1)
    decoder = msgspec.json.Decoder(Request)
    # Loaded before the first request comes, which is told why when it cannot be.
    with suppress(Exception):
        import_module("toetskader.collect.helm.sdk")
    with ThreadPoolExecutor(_THREADS) as workers:
        while (frame := frames.read(0)) is not None:
            guard.limit_processor(limits.deadline_s * (os.cpu_count() or 1))
            data = msgspec.json.encode(_serve(decoder.decode(frame), workers, limits))
            if len(data) > limits.output_bytes:
                data = msgspec.json.encode(too_much_output(limits.output_bytes).failure)
            frames.write(answers, data)


def _serve(request: Request, workers: ThreadPoolExecutor, limits: Limits) -> RawAnswer:
    # Imported here, so that a missing or broken library is an answer and not a crash.
    try:
        from toetskader.collect.helm import sdk  # noqa: PLC0415
    except Exception as error:
        return failed(
            Reason.TOOL_MISSING,
            nl=f"helm-python-sdk is niet te laden: {error}. Installeer het, of kies --helm PAD.",
            en=f"helm-python-sdk cannot be loaded: {error}. Install it, or choose --helm PATH.",
        ).failure
    try:
        return sdk.answer(request, workers, limits)
    except Failed as stop:
        return stop.failure
    except MemoryError:
        raise
    except Exception as error:
        told = told_of_chart(str(error))
        return failed(
            Reason.TOOL_FAILED,
            nl=f"Helm gaf een fout: {type(error).__name__}: {told.nl}",
            en=f"Helm gave an error: {type(error).__name__}: {told.en}",
        ).failure


if __name__ == "__main__":
    main(sys.argv[1:])
