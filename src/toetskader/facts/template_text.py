"""What only the text of a template shows: whether values decide a setting, or it stands there literally."""

import re
from collections.abc import Mapping
from itertools import pairwise

from toetskader.facts.kubernetes.environment import Origin, Variable
from toetskader.facts.kubernetes.workloads import Container
from toetskader.facts.template_settings import spans

_OPTION = re.compile(r"(?P<option>--?[A-Za-z][\w.-]{0,100})(?:=.*)?", re.DOTALL)
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
    text = files.get(source.partition("/")[2], "")
    found = list(spans(name, text))
    if len(found) != 1 or _in_block(text, found[0][0]):
        return False
    written = text[slice(*found[0])].strip()
    return bool(written) and "{{" not in written


def _in_block(text: str, at: int) -> bool:
    """Tell whether values decide if a template writes what stands at a place."""
    words = _BLOCK.findall(text[:at])
    return len(words) != 2 * words.count("end")


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
