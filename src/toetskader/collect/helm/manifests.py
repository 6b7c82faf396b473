"""From rendered templates to objects, by the rules Helm applies before it sends them to a cluster.

Source: Helm's `releaseutil.SortManifests` and `action.renderResources`: partials, empty files and NOTES.txt are left
out, a file is split at lines that begin with `---`, every document must have a readable head, and a document whose
hook Helm does not know is dropped. Helm looks at documents only: the items of a list share the list's annotations.
What lies in crds/ is sent as it is, whatever its kind: Helm looks for no hooks there (`Install.installCRDs`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

import msgspec

from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.protocol import RawObject
from toetskader.collect.helm.sentences import nested_too_deeply, too_many_objects
from toetskader.core.failure import Reason, Unreadable, failed
from toetskader.facts.kubernetes.objects import words

HOOKS = frozenset(
    {
        "pre-install",
        "post-install",
        "pre-delete",
        "post-delete",
        "pre-upgrade",
        "post-upgrade",
        "pre-rollback",
        "post-rollback",
        "test",
        "test-success",
    }
)
_HOOK = "helm.sh/hook"
_DELETE = "helm.sh/hook-delete-policy"
_POLICIES = frozenset({"before-hook-creation", "hook-succeeded", "hook-failed"})
NOTES = "NOTES.txt"
_CRDS = re.compile(r"[^/]+(?:/charts/[^/]+)*/crds/")
_SEPARATOR = re.compile(r"(?:^|\n)---\s*")


# Keys that Helm reads in any case, as Go does, and Kubernetes in this one only.
_TOP = {key.casefold(): key for key in ("apiVersion", "kind", "metadata")}
_IN_METADATA = {key.casefold(): key for key in ("name", "annotations")}


class NoManifest(Unreadable):
    """A rendered document that Helm would not accept."""


class _Metadata(msgspec.Struct):
    name: str | None = None
    annotations: dict[str, str | None] | None = None


class _Head(msgspec.Struct):
    """What Helm reads of every document; a wrong type in it fails the whole render."""

    api_version: str | None = msgspec.field(name="apiVersion", default=None)
    kind: str | None = None
    metadata: _Metadata | None = None
    items: list[msgspec.Raw] | None = None


def objects(
    documents: Iterable[tuple[str, str]], to_json: Callable[[str], str], unreadable: type[Exception], limits: Limits
) -> tuple[RawObject, ...]:
    """Read documents as Helm does.

    Parameters: `documents`, (template path, text) pairs, those of files in crds/ whole; `to_json`, Helm's own YAML
    reader; `unreadable`, what that raises; `limits`, of which those on nesting and objects hold here. Custom resource
    definitions in crds/ are left out. Raises `NoManifest` for a document that is no YAML mapping, or whose head has
    wrong types, and `Failed` for one nested too deeply, or too many of them, or keys that only Helm reads.
    """
    found: list[RawObject] = []
    for template, text in _apart(documents):
        try:
            document = to_json(text)
            if is_deeper(document, limits.nesting):
                raise nested_too_deeply(template, limits)
            parts = list(_of_crds(document.encode()) if _CRDS.match(template) else _sent(template, document.encode()))
        except (unreadable, msgspec.DecodeError, RecursionError) as error:
            raise NoManifest(f"YAML parse error on {template}: {error}") from error
        # A document of comments alone is empty: there is nothing in it to send.
        if document != "{}":
            found += [
                RawObject(template=template, document=msgspec.Raw(part), listed_under=under) for part, under in parts
            ]
        if len(found) > limits.objects:
            raise too_many_objects(limits)
    return in_order(found, limits)


def in_order(found: Iterable[RawObject], limits: Limits) -> tuple[RawObject, ...]:
    """Put objects in the order of their templates, and then of their text, which is the same for SDK and binary.

    Raises `Failed`: too many of them.
    """
    ordered = tuple(sorted(found, key=lambda item: (item.template, bytes(item.document))))
    if len(ordered) > limits.objects:
        raise too_many_objects(limits)
    return ordered


def documents(rendered: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Split rendered templates into (template path, document text) pairs, without NOTES.txt and partials."""
    for template, text in sorted(rendered.items()):
        if template.endswith(NOTES) or template.rpartition("/")[2].startswith("_"):
            continue
        yield from ((template, document) for document in _split(text))


def _split(text: str) -> Iterator[str]:
    *ended, last = _SEPARATOR.split(text.lstrip())
    # White space before a separator belongs to it; to look for it first would take long where there is much.
    for document in (*(part.rstrip() for part in ended), last):
        if document.strip():
            yield document.lstrip()


def _apart(documents: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield documents, of files in crds/ each by itself."""
    for template, text in documents:
        yield from ((template, part) for part in (_split(text) if _CRDS.match(template) else (text,)))


def _of_crds(document: bytes) -> Iterator[tuple[bytes | msgspec.Raw, dict[str, str] | None]]:
    """Yield what a document in crds/ has besides definitions. None of it is a hook."""
    for part in _unpacked(document):
        if msgspec.json.decode(part, type=_Head).kind != "CustomResourceDefinition":
            yield part, {}


def _sent(template: str, document: bytes) -> Iterator[tuple[bytes | msgspec.Raw, dict[str, str] | None]]:
    """Yield what Helm sends of a document: itself, or the objects in it with the annotations of the whole."""
    head = msgspec.json.decode(document, type=_Head)
    if not _known_hook(head):
        return
    keys = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    _check_spelling(template, keys, _TOP)
    if head.metadata is not None:
        _check_spelling(template, msgspec.json.decode(keys["metadata"], type=dict[str, msgspec.Raw]), _IN_METADATA)
    if head.items is None:
        yield document, None
        return
    annotations = _annotations(head)
    hooks = {_HOOK: annotations[_HOOK] or ""} if _HOOK in annotations else {}
    policies = sorted(words(annotations.get(_DELETE) or "") & _POLICIES)
    under = hooks | ({_DELETE: ",".join(policies)} if policies else {})
    for item in head.items:
        yield from ((part, under) for part in _unpacked(item))


def _unpacked(document: bytes | msgspec.Raw) -> Iterator[bytes | msgspec.Raw]:
    """Yield an object, or the objects in a list: whatever has `items` is a list, of which those are sent.

    Source: apimachinery's `UnstructuredJSONScheme`, and the `Flatten` with which Helm has objects read.
    """
    head = msgspec.json.decode(document, type=_Head)
    if head.items is None:
        yield document
        return
    for item in head.items:
        yield from _unpacked(item)


def is_deeper(document: str, levels: int) -> bool:
    """Tell whether mappings and lists of a JSON document lie more than so many levels deep."""
    if document.count("{") + document.count("[") <= levels:
        return False  # almost every document, at the cost of two counts
    try:
        layer = _collections([msgspec.json.decode(document)])
    except RecursionError:
        return True
    for _ in range(levels):
        layer = _collections(chain.from_iterable(part.values() if isinstance(part, dict) else part for part in layer))
    return bool(layer)


def _collections(values: Iterable[object]) -> list[dict[str, object] | list[object]]:
    return [value for value in values if isinstance(value, dict | list)]


def _check_spelling(template: str, keys: Iterable[str], known: Mapping[str, str]) -> None:
    """Raise `Failed` for a key that Helm takes for another than Kubernetes does."""
    for key in keys:
        meant = known.get(key.casefold(), key)
        if meant != key:
            raise failed(
                Reason.REFUSED_INPUT,
                nl=f"{template}: Helm leest {key!r} als {meant!r}, en Kubernetes niet; schrijf {meant!r}.",
                en=f"{template}: Helm reads {key!r} as {meant!r}, and Kubernetes does not; write {meant!r}.",
            )


def _annotations(head: _Head) -> dict[str, str | None]:
    return (head.metadata.annotations if head.metadata else None) or {}


def _known_hook(head: _Head) -> bool:
    """Tell whether Helm knows the hooks of a document, if it has any. An annotation without value names none."""
    annotations = _annotations(head)
    return _HOOK not in annotations or words(annotations[_HOOK] or "") <= HOOKS
