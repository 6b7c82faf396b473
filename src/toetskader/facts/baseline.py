"""The estimate of resources in a chart's documentation: so much CPU and memory, so many replicas, for that load."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from toetskader.patterns import linear

_WORK = (
    r"(?:transact\w*|tpm|tps|requests?|reqs?|verzoek\w*|aanvra\w*|aanroep\w*|bericht\w*|messages?|meldingen|zaken"
    r"|objecten|documenten|bestanden|records?|events?|gebeurtenissen|gebruikers?|users?|sessies|sessions?|calls?)"
)
_PER = r"(?:per|/|in een|a|an)\s*(?:second\w*|sec\b|s\b|minu\w*|min\b|uur|hour|dag\b|day)"
_NUMBER = r"(?:^|[^0-9.,])[0-9][0-9.,]*\s*"
_THROUGHPUT = linear(
    rf"{_NUMBER}(?:\w+\s+)?{_WORK}\s*{_PER}|{_NUMBER}(?:rps|rpm|tps|tpm)\b"
    rf"|{_NUMBER}(?:gelijktijdige|concurrent|simultaneous)\s+{_WORK}",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")  # cheap test that most lines fail
_CPU = re.compile(r"[0-9]\s*(?:m\b|milli-?cpu|v?cpus?\b|cores?\b|kernen\b|core\b)", re.IGNORECASE)
_CPU_WORD = re.compile(r"cpu|processor|kernen|cores?\b", re.IGNORECASE)
_MEMORY = re.compile(r"[0-9]\s*(?:[MG]i?B?|[mg]i?b)\b")  # `m` alone is milli
_REPLICAS = re.compile(r"replica|instanties|instances|exemplaren|\bpods\b", re.IGNORECASE)

# A baseline is one passage: figures for another subject pages away do not belong to the load that is named.
_LINES_AROUND = 30


class Mention(NamedTuple):
    """A place in a file where the load is named, and what is missing near it."""

    file: str
    line: int
    missing: tuple[str, ...]
    """Of `cpu`, `memory` and `replicas`."""


def baseline_mentions(files: Mapping[str, str]) -> tuple[Mention, ...]:
    """Return every place in the chart's own documentation that names a load, with what is missing around it.

    Parameters: `files`, path inside the chart → text. Read are README files, Markdown in docs/, and the comments in
    values.yaml; subcharts' files are not.
    """
    return tuple(mention for name, text in files.items() for mention in _mentions(name, text))


@lru_cache(maxsize=512)
def _mentions(name: str, text: str) -> tuple[Mention, ...]:
    found = []
    lines = _documentation(name, text)
    for number, line in enumerate(lines):
        if len(line) < 2000 and _DIGIT.search(line) and _THROUGHPUT.search(line):
            near = "\n".join(lines[max(number - _LINES_AROUND, 0) : number + _LINES_AROUND + 1])
            found.append(Mention(name, number + 1, tuple(_missing(near))))
    return tuple(found)


def _missing(passage: str) -> list[str]:
    missing = [] if _CPU.search(passage) and _CPU_WORD.search(passage) else ["cpu"]
    missing += [] if _MEMORY.search(passage) else ["memory"]
    return missing + ([] if _REPLICAS.search(passage) else ["replicas"])


def _documentation(name: str, text: str) -> list[str]:
    path = PurePosixPath(name)
    if path.parts[0] == "charts":
        return []
    if path.name == "values.yaml" and len(path.parts) == 1:
        return [line if line.lstrip().startswith("#") else "" for line in text.splitlines()]
    is_readme = path.stem.lower().startswith("readme") and len(path.parts) == 1
    in_docs = path.parts[0].lower() in ("docs", "doc") and path.suffix.lower() in (".md", ".adoc", ".rst", ".txt")
    return text.splitlines() if is_readme or in_docs else []
