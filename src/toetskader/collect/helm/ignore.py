"""The `.helmignore` file of a chart directory, read as Helm reads it, so that both see the same files.

Source of the rules: Helm's `pkg/ignore`: shell patterns without `**`; a leading slash ties a pattern to the chart's
root; a pattern without slash is matched on the file's name alone; a trailing slash means directories only; a negated
rule drops everything that it does not match.
"""

import re
from collections.abc import Callable

Matches = Callable[[str, bool], bool]


class IgnoreRules:
    """Rules in order; the first that decides wins. Helm always ignores hidden files in templates/."""

    def __init__(self, text: str = "") -> None:
        lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
        rules = [line for line in lines if line and not line.startswith("#") and "**" not in line]
        self._rules = [_rule(line) for line in [*rules, "templates/.?*"]]

    def ignores(self, path: str, *, directory: bool) -> bool:
        """Tell whether Helm skips `path` (relative to the chart, with `/`); a skipped directory is skipped whole."""
        return any(rule(path, directory) for rule in self._rules)


def _rule(line: str) -> Matches:
    negated = line.startswith("!")
    pattern = line.removeprefix("!")
    directories_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    name_only = "/" not in pattern
    regex = re.compile(_translate(pattern.removeprefix("/")), re.DOTALL)

    def matches(path: str, directory: bool) -> bool:
        found = regex.fullmatch(path.rpartition("/")[2] if name_only else path) is not None
        if negated:
            return not found or (directories_only and not directory)
        return found and (directory or not directories_only)

    return matches


def _translate(pattern: str) -> str:
    """Turn Go's `filepath.Match` syntax into a regular expression: no wildcard crosses a slash."""
    out: list[str] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        close = pattern.find("]", index + 2) if char == "[" else -1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif close > 0:
            body = pattern[index + 1 : close].replace("[", r"\[")
            out.append(f"(?!/)[{body}]")
            index = close
        elif char == "\\" and index + 1 < len(pattern):
            index += 1
            out.append(re.escape(pattern[index]))
        else:
            out.append(re.escape(char))
        index += 1
    return "".join(out)
