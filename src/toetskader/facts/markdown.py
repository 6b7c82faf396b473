"""What each line of a Markdown text is, as CommonMark has it: a heading, code, HTML, or none of these.

markdown-it-py reads the blocks; what stands in a line is left to who asks. It is imported when a first text is read:
an import takes longer than to read most texts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 300_000
"""Characters of a text whose blocks are read; what follows is taken for plain lines. It takes seconds at worst."""
_LONGEST_LINE = 2_000
"""Characters of a line that are read, to find its block; a line that is longer is no heading."""
_LINE_END = re.compile(r"\r\n?|\n")


class Block(Enum):
    """The block that a line stands in."""

    TEXT = auto()
    """A paragraph, list or quote, and whatever has no other name here: also a table."""
    HEADING = auto()
    """A heading of the text itself; in a list or quote it is text."""
    FENCED = auto()
    """Code between fences, these included."""
    INDENTED = auto()
    """Code by its indentation."""
    HTML = auto()
    COMMENT = auto()
    """HTML that is not shown."""
    NOTHING = auto()
    """A blank line between blocks, the definition of a link, or the line below the text of a heading."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text."""

    number: int
    """From 1."""
    text: str
    """As it stands there; of a heading its text alone."""
    block: Block
    level: int = 0
    """Of a heading, 1 to 6; 0 for any other line."""


@lru_cache(maxsize=16)
def lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a text with the blocks they stand in."""
    given = _split(text)
    clipped = _clipped(given)
    blocks = [Block.NOTHING] * len(clipped) + [Block.TEXT] * (len(given) - len(clipped))
    headings: dict[int, tuple[int, str]] = {}
    for block, start, end in _blocks(clipped, headings):
        blocks[start:end] = [block] * (end - start)
    return tuple(
        Line(index + 1, headings[index][1], block, headings[index][0])
        if index in headings
        else Line(index + 1, line, block)
        for index, (line, block) in enumerate(zip(given, blocks, strict=True))
    )


def unread_from(text: str) -> int:
    """Return the number of the first line whose block is not read; 0 when all are."""
    given = _split(text)
    read = len(_clipped(given))
    return read + 1 if read < len(given) else 0


def _split(text: str) -> list[str]:
    return _LINE_END.split(text.removeprefix("\ufeff"))


def _clipped(given: list[str]) -> list[str]:
    """Return the beginnings of lines, as far as these are read."""
    length = 0
    for index, line in enumerate(given):
        length += min(len(line), _LONGEST_LINE) + 1
        if length > LONGEST:
            return [line[:_LONGEST_LINE] for line in given[:index]]
    return [line[:_LONGEST_LINE] for line in given]


def _blocks(clipped: list[str], headings: dict[int, tuple[int, str]]) -> Iterator[tuple[Block, int, int]]:
    """Yield blocks, outer ones first, with their first line from 0 and the line after them.

    Parameters: `headings`, is given the level and the text of each heading, by its line.
    """
    tokens = _parser().parse("\n".join(clipped))
    for at, token in enumerate(tokens):
        if token.map is None or token.nesting < 0 or token.type == "inline":
            continue
        start, end = token.map[0], min(token.map[1], len(clipped))
        block = Block.TEXT
        match token.type:
            case "heading_open" if token.level == 0 and len(clipped[start]) < _LONGEST_LINE:
                headings[start] = int(token.tag[1:]), tokens[at + 1].content.replace("\n", " ")
                yield Block.NOTHING, start, end
                block, end = Block.HEADING, start + 1
            case "fence":
                block = Block.FENCED
            case "code_block":
                block = Block.INDENTED
            case "html_block":
                block = Block.COMMENT if token.content.lstrip().startswith("<!--") else Block.HTML
        yield block, start, end


@cache
def _parser() -> "MarkdownIt":
    """A reader of blocks, that leaves alone what stands in them."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - see the docstring of this module

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
