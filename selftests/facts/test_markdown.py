"""Which block each line of a Markdown text stands in."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from toetskader.facts import markdown
from toetskader.facts.markdown import Block, lines, unread_from

TEXT = """# Changelog

Words
on two lines.

Setext 1.0
==========
- a

      indented
  ## in a list

```sh
# no heading
```
<!-- ## none
# either -->
<details>
## in HTML
</details>

    ## code

[1.0.0]: https://example.nl
## Last ##"""


def test_each_line_has_its_block() -> None:
    assert [(line.block.name, line.level, line.text) for line in lines(TEXT)] == [
        ("HEADING", 1, "Changelog"),
        ("NOTHING", 0, ""),
        ("TEXT", 0, "Words"),
        ("TEXT", 0, "on two lines."),
        ("NOTHING", 0, ""),
        ("HEADING", 1, "Setext 1.0"),
        ("NOTHING", 0, "=========="),
        ("TEXT", 0, "- a"),
        ("TEXT", 0, ""),
        ("INDENTED", 0, "      indented"),
        ("TEXT", 0, "  ## in a list"),
        ("TEXT", 0, ""),
        ("FENCED", 0, "```sh"),
        ("FENCED", 0, "# no heading"),
        ("FENCED", 0, "```"),
        ("COMMENT", 0, "<!-- ## none"),
        ("COMMENT", 0, "# either -->"),
        ("HTML", 0, "<details>"),
        ("HTML", 0, "## in HTML"),
        ("HTML", 0, "</details>"),
        ("NOTHING", 0, ""),
        ("INDENTED", 0, "    ## code"),
        ("NOTHING", 0, ""),
        ("NOTHING", 0, "[1.0.0]: https://example.nl"),
        ("HEADING", 2, "Last"),
    ]


def test_a_fence_is_closed_by_a_bare_one_only() -> None:
    """What stands behind the marks makes it code: three more lines of it, and the heading is a comment of a shell."""
    read = lines("```\n```sh\n# a\n```\n# b\n")
    assert [line.text for line in read if line.level] == ["b"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_in_markdown(end: str) -> None:
    read = lines(f"a\u2028b{end}{end}# c{end}")
    assert [(line.number, line.text) for line in read if line.text] == [(1, "a\u2028b"), (3, "c")]


HOSTILE = {
    "quotes": ">" * 100_000 + " a",
    "lines of quotes": (">" * 100 + " a\n") * 5_000,
    "items": "- " * 100_000,
    "deeper and deeper": "".join("  " * depth + "- a\n" for depth in range(700)),
    "links": "[a]: b\n" * 20_000,
    "open links": "[a\n" * 30_000,
    "comments": "<!--\n" * 30_000,
    "items that go on": "- a\nb\n" * 20_000,
    "marks": "#" * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_read_in_time(text: str) -> None:
    """All lines are there, and none is nested so deep that Python gives up."""
    assert len(lines(text)) == text.count("\n") + 1
    assert not any(line.level for line in lines(text))


def test_what_is_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "LONGEST", 20)
    text = "# first\n\n# second\n# third\n"
    assert (unread_from(text), unread_from("# first\n# second")) == (4, 0)
    lines.cache_clear()
    read = [(line.number, line.block, line.text) for line in lines(text) if line.text]
    lines.cache_clear()
    assert read == [(1, Block.HEADING, "first"), (3, Block.HEADING, "second"), (4, Block.TEXT, "# third")]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["# a", "=", "-", "- ", "> ", "  ", "\n", "\n\n", "```", "<!--", "-->", "[a]: b", "<p>"]))
)
def test_headings_are_those_that_markdown_shows(parts: list[str]) -> None:
    """The whole library, inline rules and all, has the same headings."""
    text = "".join(parts)
    tokens: list[Any] = MarkdownIt("commonmark").parse(text)
    shown = [token.map[0] + 1 for token in tokens if token.type == "heading_open" and token.level == 0]
    assert [line.number for line in lines(text) if line.level] == shown
