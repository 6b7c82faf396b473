"""Rendered YAML into Kubernetes objects, read as Helm and the API server do.

Rendered text is hostile: it runs in the child process that can be killed, and is bounded here as well.
"""

from typing import Any

import yaml

from toetskader.facts.chart import RenderedObject

MAX_DEPTH = 100
MAX_VALUES = 2_000_000


class ManifestError(Exception):
    """Rendered text that is not YAML, or too deep or too large; the message says which template and where."""


class _Loader(yaml.CSafeLoader):
    """YAML 1.1 as Kubernetes reads it: no sexagesimal numbers, dates stay text, a plain `=` is text."""


# Kubernetes turns YAML into JSON (sigs.k8s.io/yaml), which has no dates, no base-60 and no value type.
_AS_TEXT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value", "tag:yaml.org,2002:binary")
for _tag in _AS_TEXT:
    _Loader.add_constructor(_tag, yaml.constructor.SafeConstructor.construct_yaml_str)


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int | str:
    if ":" in node.value:
        return str(node.value)
    return yaml.constructor.SafeConstructor.construct_yaml_int(loader, node)


def _construct_float(loader: _Loader, node: yaml.ScalarNode) -> float | str:
    if ":" in node.value:
        return str(node.value)
    return yaml.constructor.SafeConstructor.construct_yaml_float(loader, node)


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


def parse_manifests(template: str, text: str) -> list[RenderedObject]:
    """Read the objects of one rendered template; a `List` is read as its items.

    Parameters: `template`, path of the template, used in messages. Raises ManifestError.
    """
    if not text.strip():
        return []
    try:
        documents = list(yaml.load_all(text, Loader=_Loader))  # noqa: S506 - a safe loader of our own
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ManifestError(f"{template}: {' '.join(str(error).split())[:400]}") from error
    found: list[RenderedObject] = []
    for document in documents:
        if document is None:
            continue
        if not isinstance(document, dict):
            raise ManifestError(f"{template}: a Kubernetes object expected, {type(document).__name__} found")
        _bound(template, document)
        items = document.get("items") if document.get("kind") == "List" else None
        for item in items if isinstance(items, list) else [document]:
            if not isinstance(item, dict):
                raise ManifestError(f"{template}: a Kubernetes object expected in a List")
            found.append(RenderedObject(template=template, document=_text_keys(item)))
    return found


def _bound(template: str, document: Any) -> None:
    """Refuse what is too deep, or too large once its aliases are written out."""
    sizes: dict[int, int] = {}

    def size(value: Any, depth: int) -> int:
        if not isinstance(value, dict | list):
            return 1
        if depth > MAX_DEPTH:
            raise ManifestError(f"{template}: nested more than {MAX_DEPTH} deep")
        known = sizes.get(id(value))
        if known is None:
            parts = value.values() if isinstance(value, dict) else value
            known = 1 + sum(size(part, depth + 1) for part in parts)
            if known > MAX_VALUES:
                raise ManifestError(f"{template}: more than {MAX_VALUES} values in one object")
            sizes[id(value)] = known
        return known

    size(document, 0)


def _text_keys(value: Any) -> Any:
    """Give mappings text keys, as JSON has (`8080: http` in a ConfigMap)."""
    if isinstance(value, dict):
        return {_key(key): _text_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text_keys(item) for item in value]
    return value


def _key(key: object) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)
