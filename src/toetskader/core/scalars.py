"""Unquoted scalars of YAML, read without guessing.

YAML 1.1 guesses: `NO` is false, `12:30:00` is 45000, `2025-01-01` a date. Here a scalar is `true`, `false`, `null`, a
decimal number, or text. Source: YAML 1.2.2, 10.3 (core schema), without its octal and hexadecimal numbers, `.inf` and
`.nan`, which nothing of ours needs and kubectl quotes.
"""

import re

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
# The numbers are bounded, because int() refuses more than 4300 digits. 19 hold every whole number of 64 bits.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}(?:[eE][-+]?[0-9]{1,2})?")


def plain_scalar(text: str) -> str | int | float | bool | None:
    """Return what an unquoted scalar stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-+0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text
