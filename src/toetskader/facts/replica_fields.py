"""Which values the templates of a chart name where they write a number of replicas."""

import re
from collections.abc import Iterable, Iterator, Mapping

from toetskader.facts.template_syntax import (
    Action,
    Branch,
    Call,
    Definition,
    Node,
    Operand,
    Pipeline,
    operands,
    parsed,
    walk,
)

Fields = tuple[str, ...]
"""The way to a value as a template writes it: `("Values", "web", "size")`."""

_REPLICAS = re.compile(r"\breplicas[\"']?[ \t]*:")
_MOST_READ = 200


def replica_fields(files: Mapping[str, str]) -> frozenset[Fields]:
    """Return the fields that stand behind `replicas:`, in conditions there, and in what is included or assigned there.

    Parameters: `files`, path inside the chart → text.
    """
    texts = [text for path, text in files.items() if "templates/" in path and "{{" in text]
    pipelines = [(text, one) for text in texts for one in _pipelines(parsed(text) or ())]
    definitions = {name: body for text in texts for name, body in _definitions(parsed(text) or ())}
    todo = [one for text, one in pipelines if _REPLICAS.search(text, text.rfind("\n", 0, one.start) + 1, one.start)]
    assigned: dict[str, list[Pipeline]] = {}
    for _, one in pipelines:
        for name in one.variables:
            assigned.setdefault(name, []).append(one)
    found: set[Fields] = set()
    read: set[int] = set()
    while todo and len(read) < _MOST_READ:
        pipeline = todo.pop()
        if id(pipeline) in read:
            continue
        read.add(id(pipeline))
        for operand in operands(pipeline):
            way = _way(operand)
            if way:
                found.add(way)
            if operand.name.startswith("$"):
                todo.extend(assigned.get(operand.name, ()))
            if operand.literal is not None:
                todo.extend(_pipelines(definitions.get(operand.literal, ())))
    return frozenset(found)


def _way(operand: Operand) -> Fields:
    """Return the fields of an operand, those of one in parentheses before them: `(.Values.web).size`."""
    fields = operand.fields
    while operand.inner is not None and len(operand.inner.commands) == 1 and len(operand.inner.commands[0]) == 1:
        ((operand,),) = operand.inner.commands
        fields = operand.fields + fields
    return fields


def _pipelines(body: Iterable[Node]) -> Iterator[Pipeline]:
    """Yield the pipelines of a template, those of its branches too."""
    for node in walk(body):
        match node:
            case Action():
                yield node.pipeline
            case Branch():
                yield from (condition for condition, _ in node.arms if condition is not None)
            case Call() if node.pipeline is not None:
                yield node.pipeline


def _definitions(body: Iterable[Node]) -> Iterator[tuple[str, list[Node]]]:
    return ((node.name, node.body) for node in walk(body) if isinstance(node, Definition))
