"""What elements of a list in the values look like, as the templates use them: an empty list does not show it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from toetskader.facts.template_syntax import Action, Branch, Call, Node, Operand, Pipeline, operands, parsed, walk
from toetskader.patterns import linear

_DUMPS = frozenset({"toYaml", "toJson", "toPrettyJson", "toRawJson", "include", "dict", "set", "merge", "omit", "pick"})
"""Functions that hand an element on as a whole, so that what it looks like does not show."""


@dataclass(slots=True)
class Shape:
    """What templates do with an element."""

    is_text: bool = False
    """It is written out by itself."""
    is_handed_on: bool = False
    """It goes somewhere as a whole."""
    fields: dict[str, "Shape | None"] = field(default_factory=dict)
    """Fields that are read of it; of one that is a list too, what its elements look like."""


def element_shape(files: Mapping[str, str], keys: tuple[str, ...]) -> Shape | None:
    """Return what the elements of a list look like; None when no template goes through it.

    Parameters: `files`, those of the chart, by path; `keys`, the way to the list in the values.
    """
    loops: dict[int, list[Branch]] = {}
    for path, text in files.items():
        if "templates/" in path and "range" in text and keys[-1] in text:
            for branch in _ranges(parsed(text) or ()):
                loops.setdefault(_named_of(branch, keys), []).append(branch)
    named = max(loops, default=0)
    if named == 0:
        written_out = any(_names_only(text, keys[-1]) for path, text in files.items() if "templates/" in path)
        return Shape(is_text=True) if written_out else None
    # A loop that names more of the way is about this list; `range .hosts` may be about any by that name.
    found = Shape()
    for branch in loops[named]:
        _read_range(branch, found)
    return found


def _names_only(text: str, key: str) -> bool:
    """Tell whether a list is written out as it is where Kubernetes has names of hosts: `hostnames:`, `hosts:`."""
    return key in text and any(match[1] == key for match in _WRITTEN_OUT.finditer(text))


_WRITTEN_OUT = linear(r"\b(hostnames|hosts):\s*\{\{-?\s*toYaml\s")


def _ranges(body: Iterable[Node]) -> Iterator[Branch]:
    return (node for node in walk(body) if isinstance(node, Branch) and node.word == "range")


def _named_of(branch: Branch, keys: tuple[str, ...]) -> int:
    """Return how many of the last keys of the way to a list a loop names; 0 when it goes through another one."""
    condition = branch.arms[0][0]
    operands = [one for command in condition.commands for one in command] if condition else []
    fields = [one.fields[1:] if one.fields[:1] == ("Values",) else one.fields for one in operands]
    return max((len(one) for one in fields if one and one == keys[-len(one) :]), default=0)


def _read_range(branch: Branch, shape: Shape) -> None:
    condition, body = branch.arms[0]
    names = condition.variables if condition else ()
    _read(body, names[-1] if names else "", shape, is_dot=True)


def _read(body: Iterable[Node], variable: str, shape: Shape, *, is_dot: bool) -> None:
    """Read what a body does with an element: the dot where `is_dot`, and a variable."""
    for node in body:
        match node:
            case Action():
                _read_pipeline(node.pipeline, variable, shape, is_dot=is_dot)
            case Call() if node.pipeline is not None:
                shape.is_handed_on |= any(_is_element(one, variable, is_dot=is_dot) for one in operands(node.pipeline))
            case Branch():
                _read_branch(node, variable, shape, is_dot=is_dot)


def _read_branch(branch: Branch, variable: str, shape: Shape, *, is_dot: bool) -> None:
    for condition, body in branch.arms:
        if condition is not None and branch.word == "range":
            inner = next(
                (one.fields[0] for one in operands(condition) if _is_field(one, variable, is_dot=is_dot)), None
            )
            if inner is not None:
                _read_range(branch, _list_of(shape, inner))
        elif condition is not None:
            _read_pipeline(condition, variable, shape, is_dot=is_dot, writes=False)
        _read(body, variable, shape, is_dot=is_dot and branch.word == "if")


def _list_of(shape: Shape, name: str) -> Shape:
    inner = shape.fields.get(name) or Shape()
    shape.fields[name] = inner
    return inner


def _read_pipeline(pipeline: Pipeline, variable: str, shape: Shape, *, is_dot: bool, writes: bool = True) -> None:
    dumps = any(one.is_function and one.name in _DUMPS for one in operands(pipeline))
    for operand in operands(pipeline):
        if _is_field(operand, variable, is_dot=is_dot):
            shape.fields.setdefault(operand.fields[0], None)
        elif writes and _is_element(operand, variable, is_dot=is_dot):
            shape.is_handed_on |= dumps
            shape.is_text |= not dumps


def _is_element(operand: Operand, variable: str, *, is_dot: bool) -> bool:
    plain = operand.literal is None and operand.inner is None and not operand.fields
    return plain and ((is_dot and not operand.name) or (bool(variable) and operand.name == variable))


def _is_field(operand: Operand, variable: str, *, is_dot: bool) -> bool:
    named = (is_dot and not operand.name and operand.inner is None) or (bool(variable) and operand.name == variable)
    return bool(operand.fields) and named
