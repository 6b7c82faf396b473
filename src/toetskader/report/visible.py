"""Make what a supplier wrote safe to show: text that hides or reorders itself becomes text that can be seen."""

import re

# C0 and C1 controls but tab and newline, soft hyphen, fillers, zero-width and bidirectional controls, line and
# paragraph separators, tag characters, surrogates and non-characters (also what XML 1.0 cannot hold).
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def _shown(match: re.Match[str]) -> str:
    return f"[U+{ord(match[0]):04X}]"


def visible(text: str) -> str:
    """Replace every hidden character of `text` by its code point, such as `[U+202E]`; tabs and newlines stay.

    Terminal sequences thereby lose their effect, but can still be read. Code points, and not the pictures that Unicode
    has for control characters: many fonts lack those.
    """
    return _HIDDEN.sub(_shown, text)


def one_line(text: str) -> str:
    """Like `visible`, on one line: a newline becomes `↵`, and any run of blanks one space."""
    return " ".join(visible(text.replace("\n", " ↵ ")).split())


def clip(text: str, limit: int) -> str:
    """Keep the first `limit` characters of `text`, and say how many were left out."""
    return text if len(text) <= limit else f"{text[:limit]}… (+{len(text) - limit})"
