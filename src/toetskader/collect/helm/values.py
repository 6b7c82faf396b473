"""Merging of Helm values."""

import re
from typing import Any


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Merge two values mappings as Helm's `MergeMaps` does: mappings deeply, anything else replaced, null kept.

    A null is left in place: it removes the chart's own default when Helm coalesces the values.
    """
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        out[key] = merge(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return out


def nested(path: str, value: Any) -> dict[str, Any]:
    """Turn a dotted values path into nested mappings; `\\.` is a dot inside a key, as in Helm's `--set`."""
    first, *rest = re.split(r"(?<!\\)\.", path)
    return {first.replace("\\.", "."): nested(".".join(rest), value) if rest else value}
