"""Settings in a text, in whatever form it is written: by the ending of its name, else by what it can be read as."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from toetskader.facts import command_secrets
from toetskader.facts.references import Resolves
from toetskader.facts.secrets.accounts import may_hold, passwords
from toetskader.facts.secrets.comments import ACTION, PROSE, without_actions, without_template_comments
from toetskader.facts.secrets.files import is_documentation
from toetskader.facts.secrets.lines import (
    Assignment,
    careful_lines,
    cells,
    code_lines,
    default_in,
    lines_in_quotes,
    pairs,
    plain_lines,
    translations,
    yaml_lines,
)
from toetskader.facts.secrets.messages import Surroundings
from toetskader.facts.secrets.names import may_name, strength, strength_below
from toetskader.facts.secrets.values import gives_secret, is_told_apart
from toetskader.facts.secrets.yaml_text import Found, Scalar, may_be_yaml, yaml_settings

_YAML = (".yaml", ".yml", ".json", ".tpl", ".gotmpl")
_PLAIN = (".env", ".properties", ".ini", ".conf", ".cfg", ".cnf", ".toml", ".sh", ".tfvars")
_CODE = (
    ".php",
    ".py",
    ".rb",
    ".js",
    ".ts",
    ".groovy",
    ".xml",
    ".config",
    ".java",
    ".go",
    ".lua",
    ".pl",
    ".html",
    ".css",
)
_TABLES = (".csv", ".tsv")
_TRANSLATIONS = (".po", ".pot")
_MOST_NESTED = 3
"""Texts within texts: a file in a ConfigMap in the values of a chart."""


def assignments(name: str, text: str) -> tuple[Assignment, ...]:
    """Return the settings in a text whose name may be a secret's, with their values.

    JSON, YAML, INI, properties, files of accounts and assignments in a shell or another language; a template is read by
    line. A file of one line is the value of its own name (`db-password.txt`). Prose gives nothing.

    Parameters: `name`, of the file, the entry or the variable.
    """
    return _assignments(name_alone(name), text)


def name_alone(path: str) -> str:
    """Return the name of a file without its folders, which tell nothing of how it is written.

    Charts carry the same subcharts in several folders, and what is found in their files is remembered.
    """
    return path.rpartition("/")[2] or path


@lru_cache(maxsize=1024)
def _assignments(name: str, text: str) -> tuple[Assignment, ...]:
    return tuple(_read(name, text, 0))


def secrets_in(name: str, text: str, resolves: Resolves | None = None) -> Iterator[Assignment]:
    """Yield the settings in a text that give a secret away, by their names, their values and what stands around them.

    Parameters: `name`, as `assignments` has it; `resolves`, as `gives_secret` has it.
    """
    return (item for item in assignments(name, text) if gives_away(item, resolves))


def gives_away(item: Assignment, resolves: Resolves | None = None) -> bool:
    """Tell whether a setting in a text gives a secret away. Parameters: `resolves`, as `gives_secret` has it."""
    return gives_secret(item.name, item.value, in_values=True, resolves=resolves, above=item.above, around=item.around)


def told_apart(name: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where in a text values stand that only go by the name of a secret, as what stands around them shows."""
    return tuple(
        (item.start, item.end if item.end >= 0 else item.start + len(item.value))
        for item in assignments(name, text)
        if item.start >= 0 and is_told_apart(item.name, item.value, item.around)
    )


def _by_line(text: str, *readings: Iterator[Assignment]) -> Iterator[Assignment]:
    """Yield what was read by line, each with all that the text gives around it."""
    found = list(_unique(*readings))
    around = Surroundings(pairs(text)) if found else None
    return (replace(item, around=around) for item in found)


def _read(name: str, text: str, depth: int) -> Iterator[Assignment]:
    if name.endswith(_CODE):
        yield from _by_line(text, lines_in_quotes(text), code_lines(text))
        return
    if name.endswith(_TABLES):
        yield from cells(text)
        return
    if name.endswith(_TRANSLATIONS):
        entries = list(translations(text))
        around = Surroundings({item.name: item.value for item in entries})
        yield from (replace(item, around=around) for item in entries if strength(item.name))
        return
    if is_documentation(name):
        if name.endswith(".txt"):
            yield from _accounts(text, name)
        return
    if name.endswith(_YAML):
        text = without_template_comments(text)
        yield from _structured(text, depth) if may_name(text) else ()
        return
    if name.endswith(_PLAIN):
        yield from _by_line(text, lines_in_quotes(text), plain_lines(text), careful_lines(text), code_lines(text))
    elif may_name(text):
        found = yaml_settings(text) if may_be_yaml(text) else None
        if found is None:
            yield from _by_line(text, lines_in_quotes(text), careful_lines(text), code_lines(text))
        else:
            yield from (item for item in _of_parsed(text, found, depth) if not _is_prose(item.value))
    yield from _accounts(text, name)
    yield from _commands(text)


def _structured(text: str, depth: int) -> Iterator[Assignment]:
    found = yaml_settings(text)
    if found is not None:
        return _of_parsed(text, found, depth)
    bare = without_actions(text) if "{{" in text else ""
    parsed = _of_parsed(bare, yaml_settings(bare) or (), depth)
    return _unique((item for item in parsed if ACTION not in item.value), yaml_lines(text))


def _unique(*readings: Iterator[Assignment]) -> Iterator[Assignment]:
    seen: set[tuple[int, str]] = set()
    for reading in readings:
        for item in reading:
            if (item.line, item.name) not in seen:
                seen.add((item.line, item.name))
                yield item


def _of_its_name(name: str, text: str) -> Iterator[Assignment]:
    known_as = name.rpartition("/")[2].removesuffix(".txt")
    value = text.strip()
    if "." not in known_as and "\n" not in value and strength(known_as):
        yield Assignment(1, known_as, value, text.index(value))


def _accounts(text: str, name: str) -> Iterator[Assignment]:
    """Yield the passwords in a file of accounts; of another one that is a line, the line, by the name of the file."""
    found = [*passwords(text)] if may_hold(text) else []
    if not found:
        yield from _of_its_name(name, text)
    for start, end in found:
        yield Assignment(text.count("\n", 0, start) + 1, "password", text[start:end], start)


def _commands(text: str) -> Iterator[Assignment]:
    for start, end in command_secrets.in_text(text):
        value = text[start:end]
        if not value.startswith(("$", "`", "{{", "<", "%")):  # what a shell or a reader puts there
            yield Assignment(text.count("\n", 0, start) + 1, "password", value, start)


def _of_parsed(text: str, found: tuple[Found, ...], depth: int) -> Iterator[Assignment]:
    for item in found:
        scalar = item.scalar
        if strength(item.name) or strength_below(item.above, item.name):
            yield _assignment(text, item)
        if depth < _MOST_NESTED:
            yield from _within(text, item.name, scalar, depth)


def _assignment(text: str, item: Found) -> Assignment:
    start, end, value = _shown(text, item.name, item.scalar)
    return Assignment(item.scalar.line, item.name, value, start, end, item.above, item.around)


def _shown(text: str, name: str, scalar: Scalar) -> tuple[int, int, str]:
    """Return where what a setting gives starts and ends, as `Assignment` has it, and what it is."""
    if scalar.is_block:
        return _first_of_block(text, scalar)
    default = default_in(name, scalar.value)
    if default:
        return text.find(default["value"], scalar.start, scalar.end), -1, default["value"]
    if scalar.start < 0 or "\n" not in text[scalar.start : scalar.end]:
        return scalar.start, scalar.end, scalar.value
    return scalar.start, -1, text[scalar.start : text.find("\n", scalar.start)].rstrip()


def _first_of_block(text: str, scalar: Scalar) -> tuple[int, int, str]:
    """Return the same of the first line of a block scalar that is no comment; no text when all are."""
    at = text.find("\n", scalar.start) + 1
    while 0 < at < scalar.end:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        content = text[at:end].strip()
        if content and not content.startswith("#"):
            return text.index(content, at), -1, content
        at = end + 1
    return scalar.start, -1, ""


def _within(text: str, name: str, scalar: Scalar, depth: int) -> Iterator[Assignment]:
    """Yield the settings in a value that is a text of its own: a file in a block, JSON between quotes."""
    if scalar.is_block and name not in PROSE:
        start = text.find("\n", scalar.start) + 1
        if start and may_name(text[start : scalar.end]):
            before = text.count("\n", 0, start)
            for item in _read(name, text[start : scalar.end], depth + 1):
                yield replace(
                    item,
                    line=item.line + before,
                    start=item.start + start if item.start >= 0 else -1,
                    end=item.end + start if item.end >= 0 else -1,
                )
    elif scalar.value[:1] in ("{", "[") and may_name(scalar.value):
        for item in _read(name, scalar.value, depth + 1):
            yield replace(item, line=scalar.line, start=-1, end=-1)


def _is_prose(value: str) -> bool:
    """Tell whether a value is a sentence, as a text may have that is no file of settings."""
    words = value.split()
    return len(words) > 2 and all(word.strip(".,;:!?()'\"").isalpha() for word in words)
