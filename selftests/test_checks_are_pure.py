"""Judgements in tests/ are pure: no network, process, file, clock or chance, whatever name it goes by."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "tests"
MODULES = sorted(TESTS.glob("**/*.py"))

ALLOWED = {
    "collections", "collections.abc", "dataclasses", "datetime", "decimal", "enum", "functools", "ipaddress",
    "itertools", "json", "math", "operator", "re", "string", "typing", "msgspec",
    "toetskader.core.fields", "toetskader.facts", "toetskader.judging", "toetskader.patterns", "tests",
}  # fmt: skip
"""Modules that a judgement may import; of ours also everything below them."""
FORBIDDEN_NAMES = {"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint"}
FORBIDDEN_ATTRIBUTES = {
    "today",
    "now",
    "utcnow",
    "fromtimestamp",
    "read_text",
    "write_text",
    "read_bytes",
    "write_bytes",
}


def impurities(source: str) -> Iterator[str]:
    """Everything in a module by which a judgement could see or change more than its arguments."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if not allowed(alias.name):
                        yield f"{node.lineno}: import {alias.name}"
            case ast.ImportFrom(module=module, level=level):
                if level or not allowed(module or ""):
                    yield f"{node.lineno}: from {'.' * level}{module or ''}"
            case ast.Name(id=name) if name in FORBIDDEN_NAMES:
                yield f"{node.lineno}: {name}"
            case ast.Attribute(attr=name) if name in FORBIDDEN_ATTRIBUTES:
                yield f"{node.lineno}: .{name}"
            case ast.Global() | ast.Nonlocal():
                yield f"{node.lineno}: state outside the function"


def allowed(module: str) -> bool:
    ours = module.startswith(("toetskader.facts.", "toetskader.judging.", "toetskader.norms.", "tests."))
    return module in ALLOWED or ours


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(TESTS)) for path in MODULES])
def test_a_module_of_judgements_is_pure(path: Path) -> None:
    assert list(impurities(path.read_text(encoding="utf-8"))) == []


def test_there_are_judgements_to_look_at() -> None:
    assert sum(path.name.startswith("test_") for path in MODULES) > 5


@pytest.mark.parametrize(
    "source",
    [
        "import socket",
        "import os.path",
        "from pathlib import Path",
        "import subprocess as re",
        "from . import helper",
        "from toetskader.collect.run import collect",
        "from toetskader.collect.evidence import read_evidence",
        "import random, re",
        "import time",
        "import urllib.request",
        "def f():\n    import io",
        "from datetime import datetime\nx = datetime.now()",
        "from datetime import date\nx = date.today()",
        "import datetime\nx = datetime.datetime.now()",
        "x = open('a')",
        "x = __import__('os')",
    ],
)
def test_an_impure_module_is_caught(source: str) -> None:
    assert len(list(impurities(source))) == 1
