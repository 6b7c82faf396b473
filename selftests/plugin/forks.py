"""Runs pytest many times from one process that has imported it: a fork per run saves most of its start-up.

Reads lines of JSON, `{"args", "cwd", "env", "out"}`, and answers each with the exit code. `out` is the stem of the two
files that take what the run says.
"""

import json
import os
import sys
from typing import Any

import jinja2
import pytest
import xdist.dsession
import xdist.plugin

import toetskader.plugin

PRELOADED = (jinja2, xdist.dsession, xdist.plugin, toetskader.plugin)


def run(request: dict[str, Any]) -> int:
    """Fork, run pytest in the child and return its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 99
    try:
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{request['out']}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = int(pytest.main(request["args"]))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    for line in sys.stdin:
        print(run(json.loads(line)), flush=True)
