"""The process that reads the files of dossiers: content and questions on standard input, answers on standard output.

Started by `toetskader.collect.dossier.reading` with the parent's process id. It may be killed at any moment, and reads
nothing but what it is handed.
"""

import os
import resource
import sys

import msgspec

from toetskader.collect import frames, guard
from toetskader.collect.dossier.contents import read, unread
from toetskader.collect.dossier.limits import too_large, too_much_memory
from toetskader.collect.dossier.protocol import Request, Start
from toetskader.core.bounded import MEGABYTE

_FILES = 64
"""That it may have open: its libraries are loaded when a file first needs them."""


def main(arguments: list[str]) -> None:
    """Serve until standard input ends. Parameters: `arguments`, as the module's docstring lists them."""
    (parent,) = arguments
    frame = frames.read(0)
    if frame is None:
        return
    start = msgspec.json.decode(frame, type=Start)
    guard.leave_network()
    guard.limit(resource.RLIMIT_AS, start.limits.memory_bytes)
    guard.limit(resource.RLIMIT_CORE, 0)
    guard.limit(resource.RLIMIT_FSIZE, 0)
    guard.limit(resource.RLIMIT_NOFILE, _FILES)
    guard.end_with_parent(int(parent))
    # Whatever a library prints must not end up between the answers.
    answers = os.dup(1)
    os.dup2(2, 1)
    while (frame := frames.read(0)) is not None and (content := frames.read(0)) is not None:
        guard.limit_processor(start.limits.processor_s)
        frames.write(answers, _answered(msgspec.json.decode(frame, type=Request), content, start))


def _answered(request: Request, content: bytes, start: Start) -> bytes:
    limits = start.limits
    try:
        answer = msgspec.json.encode(read(request, content, start))
    except MemoryError:
        return msgspec.json.encode(unread(request, too_much_memory(limits.memory_bytes).message))
    if len(answer) <= limits.answer_bytes:
        return answer
    most = limits.answer_bytes // MEGABYTE
    stop = too_large(f"wat erin staat is meer dan {most} MB", f"what it holds is more than {most} MB")
    return msgspec.json.encode(unread(request, stop.message))


if __name__ == "__main__":
    main(sys.argv[1:])
