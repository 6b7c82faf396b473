"""Tags and text of an HTML page, read in time that grows no faster than the page, whatever is in it.

Python's own parser takes minutes for some pages of 60 kB, so it is no choice for pages of strangers.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"<([A-Za-z][^\s/>]*)")
# One attribute of the tokenizer in HTML, 13.2.5.32 to 40, at the place where the last one ended.
_ATTRIBUTE = re.compile(
    r"[\s/]*(?:(?P<end>>)|(?P<name>[^\s/>][^\s/>=]*)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>(?![\"'])[^\s>]*)|(?P<open>[\"'])))?)"
)
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"})
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}
_END_TAG = re.compile(r"</([A-Za-z][^\s/>]*)")
_COMMENT_END = re.compile(r"--!?>")
MOST_ATTRIBUTES = 100
"""Attributes of one tag that are kept."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    """What stands in a script, style or the like; empty for other elements."""


@dataclass(frozen=True, slots=True)
class EndTag:
    """An end tag."""

    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text between tags, or in a comment."""

    text: str
    in_comment: bool = False


Token = Tag | EndTag | Words


def tags(page: str) -> Iterator[Tag]:
    """Yield the start tags of a page; what stands in comments and scripts is no tag."""
    return (token for token in tokens(page) if isinstance(token, Tag))


def tokens(page: str) -> Iterator[Token]:  # noqa: PLR0912 - one branch for each kind of markup
    """Yield the tags, texts and comments of a page, as a browser with scripts on reads it."""
    position = 0
    drawing = 0  # how deep in SVG, where an element that closes itself has no text
    while (start := page.find("<", position)) >= 0:
        if start > position:
            yield Words(page[position:start])
        position = start
        if page.startswith("<!--", position):
            # "<!-->" is a whole comment
            end = _COMMENT_END.search(page, position + 2)
            if end is None:
                return
            yield Words(page[position + 4 : end.start()], in_comment=True)
            position = end.end()
        elif page.startswith(("<!", "<?", "</"), position):
            close = _END_TAG.match(page, position)
            position = page.find(">", position + 2) + 1
            if close is not None:
                drawing -= drawing > 0 and close[1].lower() == "svg"
                yield EndTag(close[1].lower())
            if not position:
                return
        elif match := _TAG.match(page, position):
            name = match[1].lower()
            attributes, position, closed = _attributes(page, match.end())
            if position < 0:
                return
            if name == "plaintext":
                return
            text = ""
            drawing += name == "svg" and not closed
            if name in _RAW and not (drawing and closed):
                close = _RAW_END[name].search(page, position)
                end_of_text = close.start() if close else len(page)
                text, position = page[position:end_of_text], end_of_text
            yield Tag(name, attributes, text)
        else:
            yield Words("<")
            position += 1
    if position < len(page):
        yield Words(page[position:])


def _attributes(page: str, position: int) -> tuple[dict[str, str], int, bool]:
    """Return the attributes of a tag, where it ends (-1 when it does not), and whether a slash closes it."""
    found: dict[str, str] = {}
    while match := _ATTRIBUTE.match(page, position):
        position = match.end()
        if match["end"]:
            return found, position, match[0].endswith("/>")
        if match["open"]:
            return found, -1, False
        name = match["name"].lower()
        if name not in found and len(found) < MOST_ATTRIBUTES:
            found[name] = html.unescape(match["double"] or match["single"] or match["bare"] or "")
    return found, -1, False
