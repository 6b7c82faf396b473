"""Which of a chart's values its templates read: a value that no template reads sets nothing."""

import itertools
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from toetskader.facts.kubernetes.served_apis import builtin_groups, is_builtin_kind
from toetskader.facts.kubernetes.unseen import is_known, is_known_under_some_group
from toetskader.facts.kubernetes.workloads import POD_KINDS

# One that does not end runs to the end of the text, so that its end is looked for once.
COMMENT = re.compile(r"\{\{-?\s*/\*.*?(?:\*/\s*-?\}\}|\Z)|^[ \t]*#[^\n]*$", re.DOTALL | re.MULTILINE)
"""What a template does not render or a manifest does not say."""
# `.Values.mail.host`, `$mail.host`, and keys by their text: `index .Values "mail-relay"`, `get . "host"`.
_FIELDS = re.compile(r"(?:[.$][A-Za-z_][\w-]{0,200})+|[\"`]([A-Za-z_][\w-]{0,200})[\"`]")
_STEP = re.compile(r"[.$]")
_ALL_VALUES = re.compile(r"(?:toYaml|toJson|range\b[^{}]{0,80})\s\$?\.Values\s*[})|]")
_ALIAS = re.compile(r"^[ \t-]*alias:[ \t]*[\"']?([\w-]+)", re.MULTILINE)
RUNS_PODS = re.compile(
    rf"^[ \t]*kind:[ \t]*[\"']?(?:{'|'.join(POD_KINDS)})[\"']?[ \t]*$",
    re.MULTILINE,
)
"""Text of a template that makes a workload."""
_SUFFIXES = (".yaml", ".yml", ".tpl", ".txt", ".json", ".gotmpl")


class _Fields(NamedTuple):
    """What templates name."""

    pairs: frozenset[tuple[str, str]]
    """A key with the one before it: (`mail`, `host`)."""
    whole: frozenset[str]
    """Keys with no further key behind them, so that all below them may be read, and those named by their text."""


class Templates:
    """The templates of a chart and its subcharts, as text."""

    def __init__(self, files: Mapping[str, str], rendered: Mapping[str, str] | None = None) -> None:
        """Parameters: `files`, path inside the chart → text; `rendered`, those that take part, None for all."""
        self._files = files
        self._rendered = files if rendered is None else rendered

    @cached_property
    def run_pods(self) -> bool:
        """True when a template makes a workload, Helm tests left out: with other values, if not with the present.

        So does one of a custom resource whose controller may make pods, and one of a kind that values decide on.
        """
        return any(
            "templates/" in path
            and "/tests/" not in path
            and path.endswith(_SUFFIXES)
            and (RUNS_PODS.search(text) is not None or makes_what_may_run(text))
            for path, text in self._files.items()
        )

    def read(self, path: str) -> bool:
        """Tell whether a template may read a value, given its keys joined with dots.

        Names decide: the value's key stands in a template behind the key before it, or a section around it is handed
        on as a whole. In doubt the answer is yes.
        """
        keys = ["Values", *(key for key in path.split(".") if key and not key.isdigit())]
        if (keys[-2:][0], keys[-1]) in self._fields.pairs or not self._fields.whole.isdisjoint(keys[:-1]):
            return True
        # A subchart reads its own values without its name before them.
        return len(keys) == 3 and keys[1] in self._subcharts and ("Values", keys[-1]) in self._fields.pairs

    def read_from_the_top(self, path: str) -> bool:
        """Tell whether a template reads a value by every key from `.Values` on, or hands on a section around it."""
        keys = ["Values", *(key for key in path.split(".") if key and not key.isdigit())]
        for key, below in itertools.pairwise(keys):
            if key != "Values" and key in self._fields.whole:
                return True
            if (key, below) not in self._fields.pairs:
                return key in self._fields.whole
        return True

    @cached_property
    def _subcharts(self) -> frozenset[str]:
        folders = {path.split("/")[1] for path in self._files if path.startswith("charts/")}
        return frozenset(folders.union(_ALIAS.findall(self._files.get("Chart.yaml", ""))))

    @cached_property
    def _fields(self) -> _Fields:
        found = [
            _fields_of(text)
            for path, text in self._rendered.items()
            if "templates/" in path and path.endswith(_SUFFIXES)
        ]
        return _Fields(
            frozenset().union(*(fields.pairs for fields in found)),
            frozenset().union(*(fields.whole for fields in found)),
        )


_DOCUMENT = re.compile(r"^---", re.MULTILINE)
_KIND = re.compile(r"^[\"']?kind[\"']?:[ \t]*([^\n]*)", re.MULTILINE)
_API_VERSION = re.compile(r"^[\"']?apiVersion[\"']?:[ \t]*([^\n]*)", re.MULTILINE)
_WORD = re.compile(r"[A-Z][A-Za-z]+")


@lru_cache(maxsize=2048)
def makes_what_may_run(text: str) -> bool:
    """Tell whether a template makes something of which pods may come, though its text names no kind of workload."""
    for document in _DOCUMENT.split(COMMENT.sub("", text)):
        group = next((match[1] for match in _API_VERSION.finditer(document)), "").strip("\"' \t\r")
        for match in _KIND.finditer(document):
            written = match[1].partition(" #")[0].strip("\"' \t\r")
            kinds = _WORD.findall(_without_paths(written)) if "{{" in written else [written]
            if (kinds and any(_may_run(kind, group) for kind in kinds)) or (written and not kinds):
                return True
    return False


def _without_paths(action: str) -> str:
    """Return a template action without the values it reads, whose names are no kinds."""
    return re.sub(r"[.$][\w.$]*", "", action)


def _may_run(kind: str, api_version: str) -> bool:
    if kind in POD_KINDS or kind == "PodTemplate":
        return True
    if "{{" in api_version or not api_version:
        return not (is_builtin_kind(kind) or is_known_under_some_group(kind))
    group = api_version.rpartition("/")[0]
    return group not in builtin_groups() and not is_known(kind, group)


@lru_cache(maxsize=4096)
def _fields_of(text: str) -> _Fields:
    """Read one template; the same subcharts come along in many charts."""
    plain = COMMENT.sub("", text)
    pairs: set[tuple[str, str]] = set()
    whole: set[str] = set()
    for name in {match[1] or match[0].lstrip(".$") for match in _FIELDS.finditer(plain)}:
        keys = _STEP.split(name)
        pairs.update(itertools.pairwise(keys))
        if keys[-1] != "Values":
            whole.add(keys[-1])
    if _ALL_VALUES.search(plain):
        whole.add("Values")
    return _Fields(frozenset(pairs), frozenset(whole))
