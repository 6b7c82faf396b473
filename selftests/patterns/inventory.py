"""Every pattern of ours, found in the source itself, with the methods it is used by.

A pattern is what a call of `re`, of `toetskader.patterns`, or a keyword `pattern=` holds. The expression is evaluated
in the namespace of its module, so that constants may stand in it; what is known at run time only (a name that is
escaped) is filled with a sample. Patterns that a helper builds are found in the values of the module.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from toetskader.judging.registry import load_checks
from toetskader.patterns import Linear

ROOT = Path(__file__).parents[2]
SEARCHING = frozenset({"search", "finditer", "findall", "sub", "subn", "split"})
ANCHORED = frozenset({"match", "fullmatch"})
_COMPILING = frozenset({"compile", "linear"})
_SAMPLE = "naam"
_CHECKED_ELSEWHERE = frozenset({"src/toetskader/yamlfile.py"})
"""Modules that match patterns of fields, which are found where the fields are."""


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and how it is used."""

    place: str
    pattern: "re.Pattern[str] | re.Pattern[bytes] | Linear"
    methods: frozenset[str] | set[str]

    @property
    def searches(self) -> bool:
        """True when it is looked for anywhere in a text, so that it starts again at every place."""
        return bool(self.methods & SEARCHING)


def patterns() -> tuple[Found, ...]:
    """Return every pattern in `src/` and `tests/`. Raises AssertionError for one that cannot be made out."""
    load_checks(ROOT / "tests")
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _files()}
    uses: dict[tuple[Path | None, str], set[str]] = {}
    for path, tree in trees.items():
        _add_uses(path, tree, uses)
    found: dict[Any, Found] = {}
    built: dict[Any, Found] = {}
    for path, tree in trees.items():
        for item in _written(path, tree, uses):
            key = (path, *_key(item))
            found[key] = Found(item.place, item.pattern, item.methods | (found[key].methods if key in found else set()))
        for item in _built(path, tree):
            built.setdefault(_key(item), item)
    known = {_key(item) for item in found.values()}
    return (*found.values(), *(item for key, item in sorted(built.items(), key=repr) if key not in known))


def _key(item: Found) -> tuple[str, int, type]:
    return repr(item.pattern.pattern), int(item.pattern.flags), type(item.pattern)


def _files() -> Iterator[Path]:
    for folder in ("src/toetskader", "tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def _module(path: Path) -> Any:
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" else parts
    return importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


def _add_uses(path: Path, tree: ast.Module, uses: dict[tuple[Path | None, str], set[str]]) -> None:
    """Add by name of a constant the methods it is used by; one that is handed on is used by all.

    A name that begins with an underscore is used in its own module only.
    """
    callers = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id.strip("_").isupper():
            method = callers.get(id(node), "")
            if method not in ("pattern", "groupindex", "flags"):
                known_as = (path if node.id.startswith("_") else None, node.id)
                used = {method} if method in SEARCHING | ANCHORED else SEARCHING | ANCHORED
                uses.setdefault(known_as, set()).update(used)


def _written(path: Path, tree: ast.Module, uses: dict[tuple[Path | None, str], set[str]]) -> Iterator[Found]:
    """Yield the patterns that stand in a module's code."""
    names = {
        id(node.value): target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
    }
    for node, expression, method in _takers(tree):
        place = f"{path.relative_to(ROOT)}:{node.lineno}"
        name = names.get(id(node), "")
        used = uses.get((path if name.startswith("_") else None, name), SEARCHING | ANCHORED)
        made = _evaluated(node, expression, vars(_module(path)), method)
        if made is not None:
            yield Found(place, made, frozenset({method} if method else used))
        else:
            elsewhere = str(path.relative_to(ROOT)) in _CHECKED_ELSEWHERE or any(_built(path, tree))
            assert elsewhere, f"{place}: no selftest can read this pattern"


def _built(path: Path, tree: ast.Module) -> Iterator[Found]:
    """Yield the patterns that a module holds, also those that a function of it built."""
    if any(_takers(tree)):
        for pattern in _held(vars(_module(path))):
            place = f"{path.relative_to(ROOT)}: {str(pattern.pattern)[:60]}"
            yield Found(place, pattern, SEARCHING | ANCHORED)


def _takers(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.expr, str]]:
    """Yield the calls that take a pattern, with its expression and the method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for expression, method in _pattern_of(node):
                yield node, expression, method


def _pattern_of(node: ast.Call) -> Iterator[tuple[ast.expr, str]]:
    """Yield the pattern that a call takes, with the method; none for one that is kept."""
    match node.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=method) if node.args and method != "escape":
            yield node.args[0], "" if method in _COMPILING else method
        case ast.Name(id=name) if name in _COMPILING and node.args:
            yield node.args[0], ""
    for keyword in node.keywords:
        if keyword.arg == "pattern":
            yield keyword.value, "search"


def _evaluated(node: ast.Call, expression: ast.expr, names: dict[str, Any], method: str) -> Any:
    filled = ast.fix_missing_locations(_Filled(names).visit(expression))
    try:
        text = eval(compile(ast.Expression(filled), "<pattern>", "eval"), dict(names))
        if not isinstance(text, str | bytes):
            return None
        if method or any(keyword.arg == "pattern" for keyword in node.keywords):
            flags = [item for item in node.args[2:] if "re." in ast.unparse(item)]
            flags += [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
            return re.compile(text, eval(ast.unparse(flags[0]), {"re": re}) if flags else 0)
        rest = ast.Call(node.func, [ast.Constant(text), *node.args[1:]], node.keywords)
        return eval(compile(ast.fix_missing_locations(ast.Expression(rest)), "<pattern>", "eval"), dict(names))
    except NameError:
        return None


class _Filled(ast.NodeTransformer):
    """Fills parts of a pattern that are known at run time only with a sample."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        try:
            eval(compile(ast.Expression(node.value), "<part>", "eval"), dict(self._names))
        except Exception:
            return ast.FormattedValue(ast.Constant(_SAMPLE), -1)
        return node


def _held(value: Any, seen: set[int] | None = None) -> Iterator[Any]:
    """Yield the patterns in a value, however deep."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern | Linear):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _held(part, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in sorted(value, key=repr) if isinstance(value, set | frozenset) else value:
            yield from _held(part, seen)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _held(getattr(value, field.name, None), seen)
