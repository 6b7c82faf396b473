"""The release notes of one version, in whatever form: what they say is new, mended, breaking.

Whether a changelog keeps a form is `toetskader.facts.changelog`'s question. Here headings may be those of Markdown
(`##`, or underlined) or reStructuredText, bold or plain lines that name a version; changes are list items or sentences.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import yaml

from toetskader.facts.change_words import Topic, is_no_news, topics_of_statement, topics_of_title
from toetskader.facts.versions import SemVer, parse_semver
from toetskader.patterns import linear

_NAMES = re.compile(
    r"(?:change[-_ ]?logs?|changes|history|news|release[-_ ]?notes?|releases|wijzigingen|versiehistorie)"
    r"(?:\.(?:md|markdown|mdx|rst|txt|adoc))?",
    re.IGNORECASE,
)
_FOLDERS = ("", "docs/", "doc/")


def changelog_files(files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the files of a chart that hold its release notes, those that are called a changelog first."""
    found = [
        path
        for path in files
        if any(path.startswith(folder) and _NAMES.fullmatch(path[len(folder) :]) for folder in _FOLDERS)
    ]
    return tuple(sorted(found, key=lambda path: (path.count("/"), not path.lower().startswith("change"), path)))


@dataclass(frozen=True, slots=True)
class Statement:
    """A change, or a sentence on changes."""

    text: str
    line: int
    topics: frozenset[Topic]


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one version."""

    source: str
    line: int
    version: str
    statements: tuple[Statement, ...]

    @property
    def semver(self) -> SemVer | None:
        """The version as a semantic version; None for one that counts years, whose numbers promise nothing."""
        version = parse_semver(self.version)
        return None if version is None or version.major >= _FIRST_YEAR else version

    @property
    def is_patch(self) -> bool:
        """True when the version's last number was raised."""
        version = parse_semver(self.version)
        return version is not None and version.patch > 0

    def about(self, *topics: Topic) -> tuple[Statement, ...]:
        """Return the statements on any of these topics."""
        return tuple(item for item in self.statements if not item.topics.isdisjoint(topics))


_FIRST_YEAR = 1990
LONGEST_LINE = 5_000
"""Characters of a line that are read."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading, a list item or a paragraph."""

    line: int
    text: str
    level: int = 0
    """Depth of a heading; 0 for what is none. Bold lines and labels are deeper than any heading."""
    indent: int = -1
    """Of a list item; -1 for what is none."""


_LABEL_LEVEL = 8


def notes_of(
    source: str, text: str, version: str, app_versions: Collection[str] = (), names: Collection[str] = ()
) -> Notes | None:
    """Return what a text says of a version of a chart; None when it says nothing of it.

    Parameters: `source`, the file's path; `version`, the chart's; `app_versions`, by which the application it deploys
    may be called, which counts only where the text begins with it: below that stand older versions, of the chart as
    well as of the application; `names`, of chart and application, as headings may have before the version.
    """
    blocks = _blocks(text)
    known = frozenset(word.lower() for name in names for word in _WORD.findall(name))
    starts = _release_starts(blocks, known)
    versioned = [_normal(found) for _, found in starts if found]
    wanted = {_normal(version)} | ({_normal(item) for item in app_versions} & set(versioned[:1]))
    for position, (index, found) in enumerate(starts):
        if found and _normal(found) in wanted:
            end = starts[position + 1][0] if position + 1 < len(starts) else len(blocks)
            return Notes(source, blocks[index].line, found, _statements(blocks[index + 1 : end]))
    return None


_CHANGES_HERE = linear(
    r"(?i)^#{1,6}[ \t]+.{0,40}?(?:change ?log|release notes|wijzigingen|versiegeschiedenis|what(?:'|’)?s new"
    r"|wat is er nieuw)"
)


def notes_in_readme(files: Mapping[str, str], version: str) -> Notes | None:
    """Return what a README says of a version of its chart, below a heading that says that changes stand there."""
    for path, text in files.items():
        if not path.lower().startswith("readme") or "/" in path:
            continue
        lines = text.splitlines()
        start = next((at for at, line in enumerate(lines) if _CHANGES_HERE.match(line[:LONGEST_LINE])), None)
        if start is not None:
            notes = notes_of(path, "\n" * start + "\n".join(lines[start:]), version)
            if notes is not None:
                return notes
    return None


def annotated_notes(metadata: Mapping[str, Any], version: str) -> Notes | None:
    """Return the changes that Chart.yaml lists for its own version (`artifacthub.io/changes`), or None.

    Source: Artifact Hub, Helm annotations: a list of texts, or of mappings with `kind` and `description`.
    """
    annotations = metadata.get("annotations")
    text = annotations.get("artifacthub.io/changes") if isinstance(annotations, Mapping) else None
    if not isinstance(text, str) or len(text) > _LONGEST_ANNOTATION:
        return None
    try:
        listed = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    statements = []
    for item in listed if isinstance(listed, list) else ():
        kind, said = ("", item) if isinstance(item, str) else _annotated(item)
        if said and not is_no_news(said):
            statements.append(Statement(said, 0, _topics(topics_of_title(kind), said)))
    return Notes("Chart.yaml", 0, version, tuple(statements)) if statements else None


_LONGEST_ANNOTATION = 100_000


def _annotated(item: Any) -> tuple[str, str]:
    if not isinstance(item, Mapping) or not isinstance(item.get("description"), str):
        return "", ""
    kind = item.get("kind")
    return kind if isinstance(kind, str) else "", item["description"]


def with_more(notes: Notes, more: Notes | None) -> Notes:
    """Return notes with the statements of others on the same version behind them."""
    return notes if more is None else replace(notes, statements=(*notes.statements, *more.statements))


_URL = linear(r"https?://[^\s)>\]\"'`|]{4,400}")
_TARGET = linear(r"\]\((?P<target>[^)\s]{1,400})")
_OF_CHANGES = re.compile(r"change[-_ ]?log|release[-_ ]?notes|/releases\b|\bCHANGES\b|HISTORY\.", re.IGNORECASE)


def own_changelog_link(files: Mapping[str, str], metadata: Mapping[str, Any]) -> str:
    """Return where a chart's README or Chart.yaml says that its changes are listed, elsewhere; empty when it does not.

    A link is the supplier's own when it is relative, or leads to an owner on a host that Chart.yaml names for the chart
    itself (`home`, `sources`, `maintainers`). That of a dependency or of a tool is not.
    """
    annotations = metadata.get("annotations")
    texts = [text for path, text in files.items() if path.lower().startswith("readme") and "/" not in path]
    if isinstance(annotations, Mapping):
        texts += [text for name, text in annotations.items() if "links" in str(name) and isinstance(text, str)]
    own = {owner for url in _named_urls(metadata) if (owner := _owner(url))}
    for text in texts:
        for line in text.splitlines():
            if len(line) > LONGEST_LINE or not _OF_CHANGES.search(line):
                continue
            targets = [found["target"] for found in _TARGET.finditer(line)]
            for target in (*targets, *(found[0] for found in _URL.finditer(line))):
                is_own = "://" not in target or _owner(target) in own
                if _OF_CHANGES.search(target) and not target.startswith(("#", "mailto:")) and is_own:
                    return str(target).rstrip(".,;")
    return ""


def _named_urls(metadata: Mapping[str, Any]) -> Iterator[str]:
    yield str(metadata.get("home", ""))
    for name in ("sources", "maintainers"):
        listed = metadata.get(name)
        for item in listed if isinstance(listed, list) else ():
            yield str(item.get("url", "")) if isinstance(item, Mapping) else str(item)


def _owner(url: str) -> tuple[str, str] | None:
    """Return host and first part of the path of an address: whose it is, on a forge."""
    found = _ADDRESS.match(url)
    return (found["host"].lower(), found["owner"].lower()) if found else None


_ADDRESS = linear(r"^https?://(?P<host>[^/\s]{1,200})/(?P<owner>[^/\s]{1,200})")


# --- blocks ----------------------------------------------------------------------------------------------------------

_FENCE = linear(r"^ {0,3}(?P<mark>```+|~~~+)")
# Markdown's `##`, and the `==` of AsciiDoc.
_ATX = linear(r"^ {0,3}(?:(?P<marks>#{1,6})(?P<text>[ \t].*|[\[v0-9].*|)|(?P<adoc>={1,6})[ \t]+(?P<title>[^=].*))$")
_UNDERLINE = linear(r"^(?:=+|-+|~+|\^+|\"+|'+|`+|\++|\*+|#+|:+|_+)\s*$")
_ITEM = linear(r"^(?P<indent>[ \t]*)(?:[-*+•]|[0-9]{1,3}[.)])[ \t]+(?P<text>.*)$")
_ROW = linear(r"^\s*\|(?P<cells>.*)\|\s*$")
_BOLD = linear(r"^\s*(?:\*\*|__)(?P<text>[^*]{1,120})(?:\*\*|__)\s*:?\s*$")
_COLON = linear(r"^\s*(?P<text>[^\s:][^:]{0,60}):\s*$")
_LINK = linear(r"^\s{0,3}\[[^\]]{1,200}\]:\s*\S+.*$")
_RULE = linear(r"^\s*(?:[-*_=]\s*){3,}$")
_LONGEST_UNDERLINE = 200


@lru_cache(maxsize=16)
def _blocks(text: str) -> tuple[_Block, ...]:
    return tuple(_read_blocks(text))


def _read_blocks(text: str) -> Iterator[_Block]:
    """Yield the blocks of a text; comments, code, rules and definitions of links are none."""
    underlines: list[str] = []
    held: _Block | None = None
    lines = list(_plain_lines(text))
    skip = 0
    for at, (number, line) in enumerate(lines):
        if skip:
            skip -= 1
            continue
        after = lines[at + 1][1] if at + 1 < len(lines) and lines[at + 1][0] == number + 1 else ""
        block = _block(number, line)
        if block.level == 0 and block.indent < 0 and block.text and _underlines(line, after):
            if held is not None:
                yield held
                held = None
            mark = after.strip()[0]
            if mark not in underlines:
                underlines.append(mark)
            yield _Block(
                number,
                block.text,
                1 + underlines.index(mark) if mark not in "=-" or len(underlines) > 2 else 1 + "=-".index(mark),
            )
            skip = 1
            continue
        continues = held is not None and block.text and block.level == 0 and block.indent < 0
        if continues and held is not None:
            held = _Block(held.line, f"{held.text} {block.text}"[:LONGEST_LINE], held.level, held.indent)
            continue
        if held is not None:
            yield held
            held = None
        if block.level:
            yield block
        elif block.text:
            held = block
    if held is not None:
        yield held


def _plain_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines outside code and comments, with their numbers; what is taken out leaves an empty line."""
    fence, comment, above = "", False, ""
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line, before = raw[:LONGEST_LINE].rstrip(), above
        above = line
        if comment or (not fence and line.lstrip().startswith("<!--")):
            comment = "-->" not in line
            yield number, ""
            continue
        # In reStructuredText tildes underline; what they stand below is then a heading.
        underlines = not fence and before and set(line) == {"~"} and len(line) >= len(before)
        mark = None if underlines else _FENCE.match(line)
        if mark:
            fence = "" if fence and mark["mark"].startswith(fence) else fence or mark["mark"]
        hidden = bool(fence) or mark is not None or _LINK.match(line) is not None
        yield number, "" if hidden else line


def _underlines(line: str, after: str) -> bool:
    """Tell whether `after` makes a heading of the line above it."""
    mark = after.rstrip()
    return (
        3 <= len(mark) <= _LONGEST_UNDERLINE
        and _UNDERLINE.match(mark) is not None
        and len(mark) >= min(len(line.strip()), 3)
        and not line.lstrip().startswith(("|", ">"))
    )


def _block(number: int, line: str) -> _Block:
    heading = _ATX.match(line)
    if heading:
        marks, title = heading["marks"] or heading["adoc"], heading["text"] or heading["title"] or ""
        return _Block(number, _visible(title).rstrip("#= "), len(marks))
    item = _ITEM.match(line)
    if item:
        return _Block(number, _visible(item["text"]), 0, len(item["indent"].expandtabs(4)))
    if _RULE.match(line) or (_UNDERLINE.match(line) and len(line.strip()) > 2):
        return _Block(number, "")
    row = _ROW.match(line)
    if row:
        cells = [cell.strip() for cell in row["cells"].split("|")]
        is_rule = all(set(cell) <= set(":- ") for cell in cells)
        return _Block(number, "" if is_rule else _visible(" – ".join(cells)), 0, 0)
    label = _BOLD.match(line) or (_COLON.match(line) if not line.startswith(" ") else None)
    if label:
        return _Block(number, _visible(label["text"]), _LABEL_LEVEL)
    return _Block(number, _visible(line))


_IMAGE = linear(r"!\[[^\]]{0,300}\]\([^)]{0,600}\)")
_ANCHOR = linear(r"\[(?P<text>[^\[\]]{0,300})\]\([^)\s]{0,600}(?: \"[^\"]{0,200}\")?\)")
_RST_LINK = linear(r"`(?P<text>[^`<>]{1,200}) <[^`<>\s]{1,400}>`_{1,2}")
_TAG = linear(r"</?[A-Za-z][^<>]{0,200}>")


def _visible(text: str) -> str:
    """Return a line as a reader sees it, without images, addresses of links, and HTML."""
    text = _ANCHOR.sub(r"\1", _IMAGE.sub("", text))
    return _TAG.sub("", _RST_LINK.sub(r"\1", text)).strip()


# --- releases --------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,60}")
_VERSION = linear(
    r"(?:^|[^0-9A-Za-z.])(?P<version>[vV]?[0-9]{1,6}\.[0-9]{1,6}(?:\.[0-9]{1,6})?"
    r"(?:-[0-9A-Za-z][0-9A-Za-z.-]{0,60})?(?:\+[0-9A-Za-z.-]{1,60})?)(?:[^0-9A-Za-z.]|\.?$|\.\s)"
)
_ALONE = linear(
    r"(?i)^[\s\[(*_`=>]*(?:(?:release|version|versie|uitgave)\b[\s:]*)?[v]?[0-9]{1,6}\.[0-9]{1,6}"
    r"(?:\.[0-9]{1,6})?(?:-[0-9a-z.-]{1,60})?"
    r"[\])*_`:]*[\s(,/–-]*(?:(?:[0-9]{4}|[0-9]{1,2})[-/. ][0-9a-z]{1,9}[-/. ,]+[0-9]{2,4})?[\s)*_:]*$"
)
_GENERIC = frozenset(
    (
        "release",
        "released",
        "version",
        "versie",
        "uitgave",
        "chart",
        "charts",
        "helm",
        "app",
        "application",
        "applicatie",
    )
) | {"appversion", "v", "new", "nieuw", "update", "in", "van", "of", "the"}
_NOT_A_NAME = frozenset(("to", "from", "naar", "bump", "upgrade", "upgrading", "migrating", "migrate"))


def _release_starts(blocks: tuple[_Block, ...], names: frozenset[str]) -> list[tuple[int, str]]:
    """Return where the notes of each version begin, with the version; also where those of no version do."""
    starts = _heading_starts(blocks, names)
    if any(version for _, version in starts):
        return starts
    return [
        (index, found["version"])
        for index, block in enumerate(blocks)
        if len(block.text) <= 100 and _ALONE.match(block.text) and (found := _VERSION.search(block.text))
    ]


def _heading_starts(blocks: tuple[_Block, ...], names: frozenset[str]) -> list[tuple[int, str]]:
    starts: list[tuple[int, str]] = []
    level = 0
    """Of the heading of the release that is read."""
    for index, block in enumerate(blocks):
        if not block.level or len(block.text) > 300:
            continue
        found = _VERSION.search(block.text)
        if found is None:
            if starts and block.level <= level and block.level < _LABEL_LEVEL and not topics_of_title(block.text):
                starts.append((index, ""))
            continue
        words = {word.lower() for word in _WORD.findall(block.text[: found.start("version")])}
        strange = words - names - _GENERIC
        deeper = bool(starts) and block.level > level
        directly = bool(starts) and index == starts[-1][0] + 1
        if words & _NOT_A_NAME or len(strange) > (0 if deeper else 3) or (deeper and directly):
            continue
        if block.level == _LABEL_LEVEL and not _ALONE.match(block.text):
            continue
        starts.append((index, found["version"]))
        level = block.level
    return starts


def _normal(version: str) -> str:
    """Return a version as it is compared: without `v` and build, with three numbers."""
    plain = version.strip().removeprefix("v").removeprefix("V").partition("+")[0]
    core, dash, pre = plain.partition("-")
    return ".".join([*core.split("."), "0", "0"][: max(3, core.count(".") + 1)]) + dash + pre


# --- statements ------------------------------------------------------------------------------------------------------

_META = linear(
    r"(?i)^[*_\s]*(?:release[ -]?date|released|datum|date|full changelog|autogenerated|generated by|compare"
    r"|commits|diff"
    r"|docker image|checksums?|sha256|app ?version|download)\b[^a-z]{0,3}[:\s]"
)
_DATE = linear(r"(?i)^[\s(*_]*(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2} [a-z]{3,10} [0-9]{4})[\s)*_.]*$")
_LETTERS = re.compile(r"[^\W\d_]{2}")


def _statements(blocks: tuple[_Block, ...]) -> tuple[Statement, ...]:
    found: list[Statement] = []
    sections: dict[int, frozenset[Topic]] = {}
    """By depth of heading: what it says that is below it."""
    labels: dict[int, frozenset[Topic]] = {}
    """By indent of a list item that is a heading to the items in it."""
    for index, block in enumerate(blocks):
        if block.level:
            topics = topics_of_title(block.text)
            sections = {level: kept for level, kept in sections.items() if level < block.level}
            sections[block.level] = topics
            labels.clear()
            continue
        if block.indent >= 0:
            labels = {indent: kept for indent, kept in labels.items() if indent < block.indent}
            after = blocks[index + 1] if index + 1 < len(blocks) else None
            if after is not None and after.indent > block.indent and _heads(block.text):
                labels[block.indent] = topics_of_title(block.text)
                continue
        else:
            labels.clear()
        if _says_nothing(block.text):
            continue
        around = (*reversed(labels.values()), *reversed(sections.values()))
        below = next((kept for kept in around if kept), frozenset[Topic]())
        found.append(Statement(block.text, block.line, _topics(below, block.text)))
    return tuple(found)


def _heads(text: str) -> bool:
    """Tell whether a list item is a heading to the items in it: `Added:`, `**Fixes**`."""
    return (
        len(text) <= 60 and bool(topics_of_title(text)) and (text.rstrip("*_ ").endswith(":") or len(text.split()) <= 3)
    )


def _says_nothing(text: str) -> bool:
    return (
        not (_LETTERS.search(text) or text in ("-",))
        or any(pattern.match(text) is not None for pattern in (_META, _DATE))
        or is_no_news(text)
    )


def _topics(section: frozenset[Topic], text: str) -> frozenset[Topic]:
    """Return what a statement is about: what its section says, and where that says little what it says itself."""
    own = topics_of_statement(text)
    if not section or section == {Topic.CHANGED}:
        return own
    return section | (own & {Topic.BREAKING, Topic.SECURITY})
