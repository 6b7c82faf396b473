"""Changing a few values in a YAML file that people wrote: comments, order and layout stay as they are.

The text is changed at the places that the parser gives; what it then says is read again and held to what it had to
say, so that a layout which is not foreseen is refused and never damaged.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from toetskader.core.bounded import read_bounded
from toetskader.core.scalars import plain_scalar
from toetskader.oserrors import why
from toetskader.text import Text, spliced
from toetskader.yamlfile import MAX_BYTES, FileError, YamlFile, read_yaml

_BOM = "\ufeff"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/ ")


class YamlText:
    """The text of a file, to change. Parameters: `file`, as it was read."""

    def __init__(self, file: YamlFile) -> None:
        self._file = file
        content = read_bounded(file.path, MAX_BYTES).decode("utf-8")
        self._bom = _BOM if content.startswith(_BOM) else ""
        self._text = content.removeprefix(_BOM)
        self._newline = "\r\n" if "\r\n" in self._text else "\n"
        self._root: Any = yaml.compose(self._text, Loader=yaml.CSafeLoader)
        self._edits: list[tuple[int, int, str]] = []
        self._wanted: Any = json.loads(json.dumps(file.data))  # an alias has a value of its own in it

    def set_member(self, steps: Sequence[str | int], key: str, value: str) -> None:
        """Give a key of a mapping a text as its value, whether the key is there or not.

        Parameters: `steps`, to the mapping.
        """
        mapping = self._node(steps)
        _at(self._wanted, steps)[key] = value
        below = next((below for name, below in mapping.value if name.value == key), None)
        if below is not None:
            start, end = below.start_mark.index, below.end_mark.index
            gap = "" if start > 0 and self._text[start - 1] == " " else " "
            self._edits.append((start, end, f"{gap if start == end else ''}{scalar(value)}"))
        elif mapping.flow_style:
            end = _last_end(mapping.value[-1][1], self._text)
            self._edits.append((end, end, f", {key}: {scalar(value)}"))
        else:
            end = self._end_of_line(_last_end(mapping.value[-1][1], self._text))
            indent = " " * mapping.value[0][0].start_mark.column
            self._edits.append((end, end, f"{self._newline}{indent}{key}: {scalar(value)}"))

    def add_items(self, key: str, items: Sequence[Mapping[str, str | int]]) -> None:
        """Add blocks to the end of a list that the document has under a key, or make that list."""
        had = self._wanted.get(key)
        self._wanted[key] = [*(had or ()), *map(dict, items)]
        found = next(((name, below) for name, below in self._root.value if name.value == key), None)
        if found is None:
            ends = self._text.endswith("\n")
            lines = "" if ends else self._newline
            lines += f"{key}:{self._items(items, '  ')}{self._newline if ends else ''}"
            self._edits.append((len(self._text), len(self._text), lines))
            return
        _, node = found
        if not had:  # nothing, or []: the list goes below it
            end = self._end_of_line(node.end_mark.index)
            rest = self._text[node.end_mark.index : end]
            self._edits.append((node.start_mark.index, end, f"{rest}{self._items(items, '  ')}"))
        elif node.flow_style:
            end = _last_end(node.value[-1], self._text)
            self._edits.append((end, end, "".join(f", {flow(item)}" for item in items)))
        else:
            end = self._end_of_line(_last_end(node.value[-1], self._text))
            self._edits.append((end, end, self._items(items, " " * node.start_mark.column)))

    def _items(self, items: Iterable[Mapping[str, str | int]], indent: str) -> str:
        return "".join(f"{self._newline}{indent}- {flow(item)}" for item in items)

    def save(self) -> None:
        """Write the file, as a whole or not at all.

        Raises FileError when the changed text does not say what it had to say, or the file cannot be written.
        """
        path = self._file.path
        text = self._bom + spliced(self._text, sorted(self._edits))
        try:
            mode = path.stat().st_mode
            with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
                made = Path(stream.name)
                stream.write(text.encode("utf-8"))
            try:
                if not self._is_right(made):
                    message = Text(
                        "is zo ingedeeld dat het niet vanzelf kan worden aangevuld; vul het zelf in",
                        "is laid out so that it cannot be completed by machine; fill it in yourself",
                    )
                    raise FileError(path, message)
                made.chmod(mode & 0o777)
                made.replace(path)
            finally:
                made.unlink(missing_ok=True)
        except OSError as error:
            reason = why(error)
            message = Text(f"is niet te schrijven: {reason.nl}", f"cannot be written: {reason.en}")
            raise FileError(path, message) from None

    def _is_right(self, made: Path) -> bool:
        try:
            return bool(read_yaml(made).data == self._wanted)
        except FileError:
            return False

    def _node(self, steps: Sequence[str | int]) -> Any:
        node = self._root
        for step in steps:
            if isinstance(step, int):
                node = node.value[step]
            else:
                node = next(below for name, below in node.value if name.value == step)
        return node

    def _end_of_line(self, index: int) -> int:
        """Return where the line of a position ends, before its line break."""
        end = self._text.find("\n", index)
        if end < 0:
            return len(self._text)
        return end - 1 if end > index and self._text[end - 1] == "\r" else end


def scalar(value: str | int) -> str:
    """Write a value as YAML that is read as that value, also in a list on one line."""
    if isinstance(value, int):
        return str(value)
    if value and set(value) <= _PLAIN and value == value.strip() and value[0] != "-" and plain_scalar(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def flow(item: Mapping[str, str | int]) -> str:
    """Write a block on one line."""
    return "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in item.items()) + "}"


def _at(data: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        data = data[step]
    return data


def _last_end(node: Any, text: str) -> int:
    """Return where the text of a node ends; the parser takes what follows a block for a part of it."""
    if not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_end(last[1] if isinstance(node, yaml.MappingNode) else last, text)
    end: int = node.end_mark.index
    while end > 0 and text[end - 1] in "\r\n":  # a text of several lines
        end -= 1
    return end
