"""The `.helmignore` file of a chart directory, read as Helm reads it, so that both see the same files.

Source of the rules: Helm's `pkg/ignore`: shell patterns without `**`; a leading slash ties a pattern to the chart's
root; a pattern without slash is matched on the file's name alone; a trailing slash means directories only; a negated
rule drops everything that it does not match. Source of the patterns: Go's `path/filepath.Match`, which takes for every
star the first place that fits and never comes back to it: the work is bounded by pattern × name.
"""

from collections.abc import Callable, Iterator

from toetskader.core.failure import Unreadable

Matches = Callable[[str, bool], bool]
_Fits = Callable[[str], bool]
"""Tells whether one character fits."""
_Chunk = tuple[bool, str | tuple[_Fits, ...]]
"""What fits: a text, or for each character what does; and whether a star stands before it."""


class BadRule(Unreadable):
    """A rule that Helm does not take, so that it does not load the chart either."""


class IgnoreRules:
    """Rules in order; the first that decides wins. Helm always ignores hidden files in templates/.

    Raises `BadRule` for a text that has a rule Helm does not take.
    """

    def __init__(self, text: str = "") -> None:
        lines = [line.strip() for line in text.removeprefix("\ufeff").split("\n")]
        rules = [line for line in lines if line and not line.startswith("#")]
        self._rules = [_rule(line) for line in [*rules, "templates/.?*"]]

    def ignores(self, path: str, *, directory: bool) -> bool:
        """Tell whether Helm skips `path` (relative to the chart, with `/`); a skipped directory is skipped whole."""
        return any(rule(path, directory) for rule in self._rules)


def _rule(line: str) -> Matches:
    if "**" in line:
        raise BadRule(line)
    negated = line.startswith("!")
    pattern = line.removeprefix("!")
    directories_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    name_only = "/" not in pattern
    chunks = tuple(_chunks(pattern.removeprefix("/")))

    def matches(path: str, directory: bool) -> bool:
        found = _match(chunks, path.rpartition("/")[2] if name_only else path)
        if negated:
            return not found or (directories_only and not directory)
        return found and (directory or not directories_only)

    return matches


def _match(chunks: tuple[_Chunk, ...], name: str) -> bool:
    start = 0
    for number, (star, chunk) in enumerate(chunks):
        last = number == len(chunks) - 1
        if star and not chunk:
            return "/" not in name[start:]
        end = start + 1
        if star:  # which skips no slash
            slash = name.find("/", start)
            end = (len(name) if slash < 0 else slash) + 1
        fits = (at for at in range(start, end) if _fits(chunk, name, at) and (not last or at + len(chunk) == len(name)))
        at = next(fits, None)
        if at is None:
            return False
        start = at + len(chunk)
    return start == len(name)


def _fits(chunk: str | tuple[_Fits, ...], name: str, at: int) -> bool:
    if isinstance(chunk, str):
        return name.startswith(chunk, at)
    return at + len(chunk) <= len(name) and all(fits(name[at + index]) for index, fits in enumerate(chunk))


def _chunks(pattern: str) -> Iterator[_Chunk]:
    """Split a pattern at its stars. Raises `BadRule`."""
    star, chunk, index = False, list[str | _Fits](), 0
    while index < len(pattern):
        char = pattern[index]
        index += 1
        if char == "*":
            if chunk:
                yield star, _chunk(chunk)
            star, chunk = True, []
        elif char == "?":
            chunk.append(lambda seen: seen != "/")
        elif char == "[":
            fits, index = _class(pattern, index)
            chunk.append(fits)
        else:
            if char == "\\":
                char, index = _one(pattern, index - 1)
            chunk.append(char)
    if chunk or star:
        yield star, _chunk(chunk)


def _chunk(parts: list[str | _Fits]) -> str | tuple[_Fits, ...]:
    """Return what fits as a text where it is one: most rules have no other."""
    plain = [part for part in parts if isinstance(part, str)]
    if len(plain) == len(parts):
        return "".join(plain)
    return tuple(part.__eq__ if isinstance(part, str) else part for part in parts)


def _class(pattern: str, index: int) -> tuple[_Fits, int]:
    """Read the characters between brackets, of which the first was read; return them and where they end."""
    negated = pattern[index : index + 1] == "^"
    index += negated
    ranges: list[tuple[str, str]] = []
    while not ranges or pattern[index : index + 1] != "]":
        if pattern[index : index + 1] in ("-", "]"):
            raise BadRule(pattern)
        low, index = _one(pattern, index)
        high = low
        if pattern[index : index + 1] == "-":
            if pattern[index + 1 : index + 2] in ("-", "]"):
                raise BadRule(pattern)
            high, index = _one(pattern, index + 1)
        ranges.append((low, high))
    return (lambda seen: negated != any(low <= seen <= high for low, high in ranges)), index + 1


def _one(pattern: str, index: int) -> tuple[str, int]:
    """Read one character, that a backslash may stand before; return it and where the next one is."""
    index += pattern[index : index + 1] == "\\"
    if index >= len(pattern):
        raise BadRule(pattern)
    return pattern[index], index + 1
