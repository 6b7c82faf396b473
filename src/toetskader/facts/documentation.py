"""What a chart's own documentation says: which names it describes, and which commands it asks to run."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from toetskader.facts.markdown import Block, Line, lines
from toetskader.patterns import linear

_PROSE = (".md", ".markdown", ".rst", ".adoc", ".txt", ".md.gotmpl")
_README = re.compile(r"(readme|install(ation|atie|eren)?|notes)(\.[\w.]+)?", re.IGNORECASE)
_NOT_DOCUMENTATION = re.compile(r"(^|/)(CHANGELOG|LICEN[CS]E|NOTICE|requirements)[^/]*$", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,200}")
_LIST_ITEM = re.compile(
    r"\s*(?:[-*+]|[0-9]{1,3}[.)]|[^\s:]{1,200}::)\s+(?P<text>.*)|(?P<term>`{1,2}[^`]{1,200}`{1,2}\s*[:–-].*)"
)
_ONE_NAME = re.compile(r"[`*_ ]*[A-Za-z][A-Za-z0-9_.-]{0,200}[`* ]*")
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def documents(files: Mapping[str, str]) -> dict[str, str]:
    """Return the chart's documentation: READMEs, and prose in `docs/`; those of subcharts too. A changelog is none."""
    return {
        path: text
        for path, text in files.items()
        if path.lower().endswith(_PROSE)
        and not _NOT_DOCUMENTATION.search(path)
        and (_README.fullmatch(path.rpartition("/")[2]) or "docs/" in path or "doc/" in path)
        and not path.rpartition("/")[2].upper().startswith("NOTES")
    }


def undescribed(names: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
    """Return which names no documentation describes: in a table row, list item or heading, with other words.

    Names in code blocks do not count: an example is no description.
    """
    missing = dict.fromkeys(names)
    for text in texts:
        # Most documentation names none of them, which is cheaper to see.
        if not missing.keys().isdisjoint(_names(text)):
            for name in _described_names(text):
                missing.pop(name, None)
    return tuple(missing)


@lru_cache(maxsize=64)
def _names(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(text))


@lru_cache(maxsize=64)
def _described_names(text: str) -> frozenset[str]:
    return frozenset(name for part in _describing(text) for name in _NAME.findall(part))


def says_at_start(text: str, subject: str) -> bool:
    """Tell whether a sentence of documentation says that something happens by itself or as the application starts.

    Parameters: `subject`, the beginning of a word in lower case, such as `migrati`.
    """
    return any(
        subject in sentence and _AT_START.search(sentence) is not None and not _NEGATED.search(sentence)
        for line in text.lower().splitlines()
        if subject in line and len(line) < 5000
        for sentence in re.split(r"[.;]\s|\|", line)
    )


_AT_START = re.compile(r"\bautomati|\b(at|on|during|bij( het)?) (the )?(op)?start|\bstart-?up|\bentry ?point")


def _describing(text: str) -> Iterator[str]:
    """Yield the parts of a text in which a name is described."""
    shown = [line for line in lines(text) if line.block is not Block.FENCED]
    for index, line in enumerate(shown):
        if len(line.text) > 20_000:
            continue
        stripped = line.text.strip()
        if line.level:
            below = next((other for other in shown[index + 1 : index + 4] if other.text.strip("=- ")), None)
            if below is not None and not below.level and _LETTERS.search(below.text):
                yield line.text
        elif "|" in stripped:
            cells = [cell.strip() for cell in stripped.strip("|").split("|")]
            for at, cell in enumerate(cells):
                is_name = at == 0 or _ONE_NAME.fullmatch(cell)
                if is_name and any(_LETTERS.search(other) for other in (*cells[:at], *cells[at + 1 :])):
                    yield cell
        elif match := _LIST_ITEM.fullmatch(stripped):
            item = match["text"] or match["term"] or ""
            name, explanation = _split_item(item)
            follows = shown[index + 1].text if index + 1 < len(shown) else ""
            if _LETTERS.search(explanation) or (follows[:1].isspace() and _LETTERS.search(follows)):
                yield name


def _split_item(item: str) -> tuple[str, str]:
    """Split a list item into the names it is about and what it says of them."""
    parts = re.split(r":\s|\s[–—-]\s|\s\(|=", item, maxsplit=1)
    if len(parts) == 1:
        parts = item.split(maxsplit=1)
    return parts[0] if parts else "", parts[1] if len(parts) > 1 else ""


@dataclass(frozen=True, slots=True)
class ManualStep:
    """A command that documentation asks a person to run."""

    line: int
    command: str
    """The command's first words, enough to find it by; no arguments that might be secret."""
    configures: bool = False
    """True when all it makes or changes is configuration, which DDC 7.7 excepts: Secrets, ConfigMaps, the namespace."""


_CHANGING = r"(?:apply|create|patch|edit|replace|annotate|label|taint|set|cp)"
_STEP = linear(
    r"(?P<command>"
    rf"(?:kubectl|oc|k)\s+(?:-[^\s=]+(?:=\S*| [^\s-]\S*)?\s+)*{_CHANGING}\b"
    r"|(?:kubectl|oc)\s+[^|;&]{0,200}?\bexec\b[^|;&]{0,300}?\b(?:manage\.(?:py|sh)|createsuperuser|create-admin"
    r"|migrate|psql|rake|artisan|occ|flyway|alembic)\b"
    r"|(?:psql|createdb|createuser|pg_restore|mysql)\s+(?P<argument>[-\"'<$])"
    r"|(?:python3?\s+)?(?:\S{0,100}/)?manage\.(?:py|sh)\s+[a-z_-]+"
    r"|(?:az|aws|gcloud)\s+[a-z-]+(?:\s+[a-z-]+)?\s+(?:create|update|set)\b"
    r")"
)
# What a tool of a database may be asked without changing anything: its second dash or not, and the word.
_ABOUT = re.compile(r"-?(?:version|help)\b")
# What any step has on its line, to look for before reading it.
_PROGRAMS = (
    "kubectl",
    "oc ",
    "k ",
    "psql",
    "createdb",
    "createuser",
    "pg_restore",
    "mysql",
    "manage.",
    "az ",
    "aws ",
    "gcloud",
)
# What comes before a command on its line: prompt, sudo, variables for it, the command it is fed by.
_BEFORE = re.compile(r"(?:[$#>]\s+)?(?:sudo\s+)?(?:[A-Z_][A-Z0-9_]*=\S*\s+)*")
_DRY = re.compile(r"--dry-run|\bkubeseal\b|--help\b")
# Sections that are about something other than installing.
_OTHER_SECTION = re.compile(
    r"uninstall|remov|verwijder|troubleshoot|problem|probleem|debug|develop|ontwikkel|local|lokaal|lokale|minikube"
    r"|\bkind\b"
    r"|contribut|bijdragen|\btest|known issues|upgrad|migrat|bijwerken|maintenance|onderhoud|backup|restore|herstel"
    r"|faq",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(geen|niet|zonder|nooit|hoeft|no|not|never|without|instead|in plaats)\b", re.IGNORECASE)


def manual_steps(text: str) -> tuple[ManualStep, ...]:
    """Return the commands a README asks a person to run to install, besides Helm's own.

    Commands that only look (`get`, `logs`, `describe`, `port-forward`), dry runs, and sections about removing,
    upgrading, testing or developing are no steps of an installation. A command is seen where a line or a part of a
    pipeline starts with it, and in code within a sentence that does not say it is not needed.
    """
    if not _names_program(text):
        return ()
    found = []
    levels: dict[int, bool] = {}
    shown: list[str] = []
    """Code since the last heading: the manifests that a command may apply."""
    read = lines(text)
    texts = [line.text for line in read]
    for line in read:
        in_code = line.block is Block.FENCED
        if in_code:
            shown.append(line.text)
        if line.level:
            levels = {level: other for level, other in levels.items() if level < line.level}
            levels[line.level] = _OTHER_SECTION.search(line.text) is not None
            shown.clear()
        elif not any(levels.values()) and _may_ask(line):
            whole = _continued(texts, line.number - 1)
            if _DRY.search(whole):
                continue
            found += [
                ManualStep(line.number, command, _configures(part, _here_document(texts, line.number - 1), shown))
                for command, part in _commands(whole.strip(), in_code=in_code)
            ]
    return tuple(found)


def _may_ask(line: Line) -> bool:
    """Tell whether a line may hold a command, at a glance."""
    return _names_program(line.text) and len(line.text) < 5000 and not _DRY.search(line.text)


_MOST_CONTINUED = 20


def _continued(lines: list[str], index: int) -> str:
    """Return a line with those that it goes on in, after a backslash at its end."""
    whole = lines[index]
    for line in lines[index + 1 : index + _MOST_CONTINUED]:
        if not whole.rstrip().endswith("\\"):
            break
        whole = f"{whole.rstrip()[:-1].rstrip()} {line.strip()}"[:5000]
    return whole


_HERE = re.compile(r"<<-?\s*['\"]?(\w{1,40})")
_MOST_HERE = 500


def _here_document(lines: list[str], index: int) -> str:
    """Return the text that a command is fed on the lines below it (`<<EOF`)."""
    found = _HERE.search(lines[index])
    if found is None:
        return ""
    below = lines[index + 1 : index + 1 + _MOST_HERE]
    end = next((at for at, line in enumerate(below) if line.strip() == found[1]), len(below))
    return "\n".join(below[:end])


_KIND = re.compile(r"^[ ]{0,20}kind:[ ]{0,4}['\"]?([A-Za-z]{1,60})", re.MULTILINE)
_CONFIGURATION = frozenset({"secret", "secrets", "configmap", "configmaps", "cm", "namespace", "namespaces", "ns"})
"""Resources that hold configuration, and the namespace that the municipality gives (DDC 7.6), as kubectl names them."""
_MAKES_CONFIGURATION = re.compile(r"(?:secret|configmap)s?")
"""End of a kind that is kept in the cluster as a Secret or ConfigMap: SealedSecret, ExternalSecret."""
_NAMES_CONFIGURATION = re.compile(r"secret|credential|config-?map|namespace", re.IGNORECASE)
_NAMES_MORE = re.compile(r"operator|controller|deploy|crds?\b|://", re.IGNORECASE)
_VAULTS = re.compile(r"^(?:az\s+keyvault\s+secret|aws\s+secretsmanager|gcloud\s+secrets)\s", re.IGNORECASE)
_TAKES_A_VALUE = frozenset({"-n", "--namespace", "--context", "--kubeconfig", "-s", "--server", "--user", "--as", "-l"})


def _configures(command: str, fed: str, shown: list[str]) -> bool:
    """Tell whether all that a command changes is configuration.

    Parameters: `command`, with its arguments; `fed`, the text it is fed; `shown`, code that stands before it.
    """
    if _VAULTS.match(command):
        return True
    words = command.split()
    if not words or words[0] not in ("kubectl", "oc", "k"):
        return False
    files, plain = _arguments(words[1:])
    if any(word in ("-k", "--kustomize") for word in words):
        return False
    if files:
        return all(_is_configuration_file(name, fed, shown) for name in files)
    what = plain[1] if len(plain) > 1 else ""
    return _is_configuration_kind(re.split(r"[/.]", what.lower())[0]) and plain[0] not in ("cp", "set", "exec")


def _arguments(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the files that a kubectl command names, and its words that are no options."""
    files, plain = [], []
    rest = iter(words)
    for word in rest:
        if word in ("-f", "--filename"):
            files.append(next(rest, ""))
        elif word.startswith(("--filename=", "-f=")):
            files.append(word.partition("=")[2])
        elif word.startswith("-f") and len(word) > 2 and not word.startswith("--"):
            files.append(word[2:])
        elif word in _TAKES_A_VALUE:
            next(rest, "")
        elif word.startswith("<<"):
            break
        elif not word.startswith("-"):
            plain.append(word)
    return [name for named in files for name in named.split(",")], plain


def _is_configuration_kind(kind: str) -> bool:
    """Tell whether a resource, in lower case, is configuration or something that becomes it."""
    return kind in _CONFIGURATION or any(
        _MAKES_CONFIGURATION.fullmatch(kind, at) for at in (kind.rfind("secret"), kind.rfind("configmap")) if at >= 0
    )


def _is_configuration_file(name: str, fed: str, shown: list[str]) -> bool:
    """Tell whether a manifest holds configuration only: by its kinds where they are shown, or else by its name."""
    kinds = {kind.lower() for kind in _KIND.findall(fed if name == "-" else "\n".join(shown))}
    if kinds:
        return all(map(_is_configuration_kind, kinds))
    return _NAMES_CONFIGURATION.search(name) is not None and not _NAMES_MORE.search(name)


def _names_program(text: str) -> bool:
    return any(map(text.__contains__, _PROGRAMS))


def _commands(line: str, *, in_code: bool) -> Iterator[tuple[str, str]]:
    """Yield the changing commands on a line: the first words, and all of it."""
    if in_code and line.startswith("#"):
        return
    parts = re.split(r"&&|\|\||[|;]", line)
    if not in_code and not _NEGATED.search(line):
        parts += re.findall(r"`([^`]{5,400})`", line)
    for part in parts:
        text = part.strip()
        start = _BEFORE.match(text)
        begins = start.end() if start else 0
        match = _STEP.match(text, begins)
        # In prose a program's name alone is a mention of it.
        if match and (in_code or " " in text) and not (match["argument"] and _ABOUT.match(text, match.end())):
            yield " ".join(match["command"].split()[:3]), text[begins:]
