"""Objects, less what judgements do not need: bookkeeping, values of Secrets, and what an application wrote in a status.

What comes from a file of a supplier goes through here too, so anything can stand anywhere.
"""

from typing import Any

_METADATA = frozenset(
    {
        "name",
        "generateName",
        "namespace",
        "uid",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "resourceVersion",
    }
)
# Applied configuration repeats the whole object, and of a Secret its values.
_APPLIED = ("kubectl.kubernetes.io/last-applied-configuration", "kapp.k14s.io/original")
_CONDITION = frozenset({"type", "status", "reason", "lastTransitionTime"})
_POD_STATUS = frozenset({"phase", "reason", "startTime", "qosClass", "podIP"})
_CONTAINER_STATUSES = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
_CONTAINER_STATUS = frozenset({"name", "ready", "started", "restartCount", "image", "imageID"})
_STATES = frozenset({"running", "waiting", "terminated"})
# A container's message is left out: it may be the last lines of its log.
_STATE = frozenset({"reason", "exitCode", "signal", "startedAt", "finishedAt"})


def reduced(document: dict[str, Any], *, status: bool) -> dict[str, Any]:
    """Take from an object what judgements do not need. Changes the document.

    Parameters: `status`, whether they need its status.
    """
    if document.get("kind") == "Secret" and "/" not in str(document.get("apiVersion")):
        kind = document.get("type")
        for key in [key for key in document if key not in ("apiVersion", "kind", "metadata")]:
            del document[key]
        if isinstance(kind, str) and kind:
            document["type"] = kind
    metadata = document.get("metadata")
    if isinstance(metadata, dict):
        for key in [key for key in metadata if key not in _METADATA]:
            del metadata[key]
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict):
            for key in _APPLIED:
                annotations.pop(key, None)
    if not status:
        document.pop("status", None)
    elif document.get("kind") == "Pod":
        document["status"] = _pod_status(document.get("status"))
    if document.get("kind") == "ConfigMap" and isinstance(document.get("binaryData"), dict):
        document["binaryData"] = dict.fromkeys(document["binaryData"], "")
    return document


def secret_metadata(metadata: object, kind: object = None) -> dict[str, Any]:
    """Return a Secret of which nothing is known but its metadata and, when given, its type."""
    return reduced({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind}, status=False)


def _pod_status(status: object) -> dict[str, Any]:
    if not isinstance(status, dict):
        return {}
    found = _only(status, _POD_STATUS)
    conditions = status.get("conditions")
    if isinstance(conditions, list):
        found["conditions"] = [_only(item, _CONDITION) for item in conditions if isinstance(item, dict)]
    for key in _CONTAINER_STATUSES:
        entries = status.get(key)
        if isinstance(entries, list):
            found[key] = [_container_status(item) for item in entries if isinstance(item, dict)]
    return found


def _container_status(entry: dict[str, Any]) -> dict[str, Any]:
    found = _only(entry, _CONTAINER_STATUS)
    for key in ("state", "lastState"):
        state = entry.get(key)
        if isinstance(state, dict):
            found[key] = {
                name: _only(part, _STATE) for name, part in state.items() if name in _STATES and isinstance(part, dict)
            }
    return found


def _only(holder: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return the scalars under these keys."""
    return {key: part for key, part in holder.items() if key in keys and not isinstance(part, dict | list)}
