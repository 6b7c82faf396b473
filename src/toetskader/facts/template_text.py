"""What only the text of a template shows: whether values decide a setting, or it stands there literally."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from toetskader.facts.kubernetes.environment import Origin, Variable
from toetskader.facts.kubernetes.workloads import Container
from toetskader.patterns import Linear, Match, linear

_OPTION = re.compile(r"(?P<option>--?[A-Za-z][\w.-]{0,100})(?:=.*)?", re.DOTALL)
_VALUE = re.compile(r"\s*value\s*:\s*(?P<value>.*)")
_BLOCK = re.compile(r"\{\{-?\s*(if|with|range|define|block|end)\b")


def is_fixed(variable: Variable, files: Mapping[str, str]) -> bool:
    """Tell whether a variable's value stands literally in the template that it was rendered from.

    Parameters: `files`, those of the chart, by path. False when in doubt: the template is not among them, names the
    variable more than once, or does so where values decide (`if`, `with`, `range`).
    """
    if variable.origin is Origin.CONFIG_MAP and variable.holder is not None:
        source, name = variable.holder.source, variable.key
    elif variable.origin is Origin.LITERAL:
        source, name = variable.node.source, variable.name
    else:
        return False
    written = list(_values_of(name, files.get(source.partition("/")[2], "")))
    return len(written) == 1 and written[0] not in ("", "|", "|-", ">", ">-") and "{{" not in written[0]


def _values_of(name: str, text: str) -> Iterator[str]:
    """Yield what a template writes for a name, in a mapping or in `env`; empty for a value inside a block."""
    if name not in text:
        return
    key, entry, flow = _lines_of(name)
    depth, in_entry = 0, False
    for line in text.splitlines():
        for block in _BLOCK.findall(line):
            depth += -1 if block == "end" else 1
        value: Match | re.Match[str] | None = None
        if in_entry:
            value = _VALUE.fullmatch(line)
        elif name in line:
            value = key.fullmatch(line) or flow.search(line)
        if value:
            yield "" if depth else value["value"].strip()
        in_entry = name in line and entry.fullmatch(line) is not None


@lru_cache(maxsize=1024)
def _lines_of(name: str) -> tuple[Linear, Linear, Linear]:
    """Return what a line looks like that gives a name a value, that names it in `env`, and that does both."""
    quoted = rf"[\"']?{re.escape(name)}[\"']?"
    return (
        linear(rf"\s*(?:-\s+)?{quoted}\s*:\s*(?P<value>.*)"),
        linear(rf"\s*-\s+name\s*:\s*{quoted}\s*"),
        linear(rf"\bname\s*:\s*{quoted}\s*,\s*value\s*:\s*(?P<value>(?:\{{\{{.*?\}}\}}|[^,{{}}])*)"),
    )


def options_from_values(container: Container, files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the options on a container's command line that the template takes from the values.

    Parameters: `files`, those of the chart, by path. An option counts when the line of the template that holds it, or
    the line after one that holds nothing else, reads a value; in doubt it does not.
    """
    lines = files.get(container.source.partition("/")[2], "").splitlines()
    found = []
    for node in container.command_line():
        match = _OPTION.fullmatch(node.text() or "")
        if match and any(_reads_value(match["option"], line, below) for line, below in pairwise([*lines, ""])):
            found.append(match["option"])
    return tuple(dict.fromkeys(found))


def _reads_value(option: str, line: str, below: str) -> bool:
    before, is_there, after = line.partition(option)
    if not is_there or before.strip(" -\"'") or after[:1].isalnum() or after[:1] in ("-", "."):
        return False
    return ".Values" in (after if after.strip(" \"'") else below)
