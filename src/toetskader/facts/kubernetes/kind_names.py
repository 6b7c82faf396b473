"""Names of kinds of objects as people give them to kubectl: plural, singular, short, with or without a group."""

import difflib
from functools import cache

from toetskader.facts.kubernetes.served_apis import builtin_groups, builtin_kinds
from toetskader.facts.kubernetes.unseen import known_custom_kinds

SHORT = {
    "po": "pods",
    "deploy": "deployments",
    "sts": "statefulsets",
    "ds": "daemonsets",
    "rs": "replicasets",
    "rc": "replicationcontrollers",
    "cj": "cronjobs",
    "svc": "services",
    "ing": "ingresses",
    "netpol": "networkpolicies",
    "cm": "configmaps",
    "sa": "serviceaccounts",
    "pvc": "persistentvolumeclaims",
    "pv": "persistentvolumes",
    "sc": "storageclasses",
    "hpa": "horizontalpodautoscalers",
    "pdb": "poddisruptionbudgets",
    "crd": "customresourcedefinitions",
    "crds": "customresourcedefinitions",
}
"""Short names of Kubernetes' own resources (`kubectl api-resources`); those of others are written out."""
_ALIKE = 0.85
_OTHERS = ("all", "ns", "no", "ev", "ep", "limits", "quota", "csr", "pc", "cs")
"""A category, and short names of what no judgement reads."""


def meant_by(word: str) -> str:
    """Return the name that a misspelled name of a kind is nearly; empty for one that is known, or like no other.

    A kind of a group of others is known to their cluster alone. Parameters: `word`, as kubectl takes it.
    """
    name, _, group = word.strip().lower().partition(".")
    if name in _known() or (group and group not in builtin_groups() and not group.endswith(".k8s.io")):
        return ""
    return next(iter(difflib.get_close_matches(name[:100], _known(), n=1, cutoff=_ALIKE)), "")


@cache
def _known() -> frozenset[str]:
    kinds = [kind.lower() for kind in (*builtin_kinds(), *known_custom_kinds())]
    return frozenset({*kinds, *map(_plural, kinds), *SHORT, *SHORT.values(), *_OTHERS})


def _plural(kind: str) -> str:
    if kind.endswith(("s", "x", "ch")):
        return f"{kind}es"
    return f"{kind.removesuffix('y')}ies" if kind.endswith("y") and kind[-2] not in "aeou" else f"{kind}s"
