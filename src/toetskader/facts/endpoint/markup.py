"""Tags of an HTML page, read in time that grows no faster than the page, whatever is in it.

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


def tags(page: str) -> Iterator[Tag]:
    """Yield the start tags of a page; what stands in comments and scripts is no tag."""
    position = 0
    while (position := page.find("<", position)) >= 0:
        if page.startswith("<!--", position):
            # "<!-->" is a whole comment
            end = _COMMENT_END.search(page, position + 2)
            if end is None:
                return
            position = end.end()
        elif page.startswith(("<!", "<?", "</"), position):
            position = page.find(">", position + 2) + 1
            if not position:
                return
        elif match := _TAG.match(page, position):
            name = match[1].lower()
            attributes, position = _attributes(page, match.end())
            if position < 0:
                return
            if name == "plaintext":
                return
            text = ""
            if name in _RAW:
                close = _RAW_END[name].search(page, position)
                end_of_text = close.start() if close else len(page)
                text, position = page[position:end_of_text], end_of_text
            yield Tag(name, attributes, text)
        else:
            position += 1


def _attributes(page: str, position: int) -> tuple[dict[str, str], int]:
    """Return the attributes of a tag and where it ends; -1 when it does not end."""
    found: dict[str, str] = {}
    while match := _ATTRIBUTE.match(page, position):
        position = match.end()
        if match["end"]:
            return found, position
        if match["open"]:
            return found, -1
        name = match["name"].lower()
        if name not in found and len(found) < MOST_ATTRIBUTES:
            found[name] = html.unescape(match["double"] or match["single"] or match["bare"] or "")
    return found, -1
