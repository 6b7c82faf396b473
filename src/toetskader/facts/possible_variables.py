"""Which environment variables the containers of a workload can be given, that a render does not show.

A chart writes some only when a value is filled in, or leaves a list for them that its values show a sample of. Only
what the workload's own templates write counts: a variable of another workload sets nothing for it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.workloads import Container
from toetskader.facts.own_templates import OwnTemplates
from toetskader.facts.value_samples import samples
from toetskader.patterns import linear

_NAME = r"[\"']?(?P<name>[A-Za-z_][\w.-]*)[\"']?"
# An entry of `env`: a name with a value behind it, perhaps in a condition. A port or volume has no value.
_ENTRY = linear(
    rf"(?:^|[^\w/.-])name[\"']?:[ \t]*{_NAME}[ \t\r]*(?:,|\n)"
    r"(?:\s*\{\{[^}]*\}\})*\s*[\"']?value(?:From)?[\"']?:"
)
_DATA = linear(r"(?P<indent>[ \t]*)(?:data|stringData):(?P<rest>.*)")
_KEY = linear(rf"(?P<indent>[ \t]*){_NAME}[ \t]*:(?:\s.*)?")
_IN_FLOW = linear(rf"[{{,]\s*{_NAME}\s*:")
_WORD = re.compile(r"[\w-]+")


READ_WHOLE = ("ConfigMap", "Secret")
"""Kinds of objects that containers read whole (`possible_variables`)."""


def possible_variables(
    containers: Sequence[Container], objects: Objects, own: OwnTemplates, files: Mapping[str, str]
) -> frozenset[str]:
    """Return the names of variables that templates can set for containers of one workload, whatever values it takes.

    Parameters: `objects`, of the same render, of which a container may read ConfigMaps and Secrets whole; `files`,
    those of the chart, of which the values files show samples. What another container of the same pod is given in the
    render is its own: a name counts as often as the templates write it beyond that.
    """
    must_be_declared(*READ_WHOLE)
    if not containers:
        return frozenset()
    workload = containers[0].workload
    texts = own.of(workload.object)
    written = Counter(match["name"] for text in texts for match in _ENTRY.finditer(text))
    of_others = [item for item in workload.containers if item not in containers]
    given = Counter(entry.get("name").text() for item in of_others for entry in item.env())
    found = {name for name, times in written.items() if times > given[name]}
    for source in _read_whole(containers, objects):
        more = own.of(source)
        found.update(name for text in more for name in _keys(text))
        texts += more
    found.update(_sampled(workload.object, texts, files))
    return frozenset(found)


def _read_whole(containers: Iterable[Container], objects: Objects) -> Iterator[KubernetesObject]:
    """Yield the ConfigMaps and Secrets that containers read whole."""
    for container in containers:
        for entry in container.get("envFrom").each():
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                name = entry.get(key, "name").text()
                source = objects.find(kind, name, container.workload.namespace) if name else None
                if source is not None:
                    yield source


@lru_cache(maxsize=4096)
def _keys(text: str) -> tuple[str, ...]:
    """Return the entries that a template of a ConfigMap or Secret writes; keys of a file in one of these are none."""
    lines, names = text.splitlines(), list[str]()
    start, depth = 0, -1
    for number, line in enumerate(lines):
        data = _DATA.fullmatch(line)
        if data:
            names.extend(match["name"] for match in _IN_FLOW.finditer(data["rest"]))
            start, depth = number + 1, len(data["indent"])
            break
    keys = [match for match in map(_KEY.fullmatch, _region(lines[start:], depth)) if match]
    least = min((len(match["indent"]) for match in keys), default=0)
    return (*names, *(match["name"] for match in keys if len(match["indent"]) == least))


def _region(lines: list[str], depth: int) -> Iterator[str]:
    """Yield the lines that lie deeper than a depth, until the first that does not; actions lie anywhere."""
    for line in lines:
        plain = line.strip()
        if not plain or plain.startswith("{{"):
            continue
        if len(line) - len(line.lstrip()) <= depth:
            return
        yield line


def _sampled(item: KubernetesObject, texts: tuple[str, ...], files: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables of samples at keys that an object's templates read."""
    read = frozenset(word for text in texts for word in _WORD.findall(text))
    folder = item.source.partition("/")[2].rpartition("templates/")[0]
    # A chart's values hold those of its subcharts, under their names.
    while True:
        inside = item.source.partition("/")[2].removeprefix(folder).split("templates/")[0].split("/")[1::2]
        for sample in samples(files.get(f"{folder}values.yaml", "")):
            path = sample.path
            if list(path[: len(inside)]) == inside and read.issuperset(path[len(inside) :]):
                yield from sample.names
        if not folder:
            return
        folder = folder.rstrip("/").rpartition("charts/")[0]
