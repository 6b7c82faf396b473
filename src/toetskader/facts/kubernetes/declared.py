"""Who reads Kubernetes objects says beforehand of which kinds: what reads another is refused, as a fault of ours.

What is listed of a namespace follows from what is said here, so that reading more would find nothing where there is
something. A kind is written as kubectl takes it: `Ingress` for whatever API group, `Ingress.networking.k8s.io` for one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from toetskader.core.failure import ToetskaderError

EVERY_KIND = "every kind"
"""Declared by what reads the objects of all kinds: all that can be are listed for it."""
AT_HAND = "whatever kind is at hand"
"""Declared by what goes through the objects that are there, of whatever kind: nothing more is listed for it."""

_declared: ContextVar[frozenset[str] | None] = ContextVar("kinds that the running code says it reads", default=None)
_noted: ContextVar[set[str] | None] = ContextVar(
    "kinds that the running code reads, for who wants to know", default=None
)


class UndeclaredError(ToetskaderError):
    """Code reads objects of a kind that it does not say it reads. Never the fault of what is judged."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"reads {kind}, which it does not declare")


@contextmanager
def reading(kinds: Iterable[str]) -> Iterator[None]:
    """Within this block only objects of these kinds can be read: whatever else raises `UndeclaredError`."""
    before = _declared.set(frozenset(kinds))
    try:
        yield
    finally:
        _declared.reset(before)


@contextmanager
def noting() -> Iterator[set[str]]:
    """Note the kinds that are read within this block, for what is made once and handed to others."""
    read: set[str] = set()
    before = _noted.set(read)
    try:
        yield read
    finally:
        _noted.reset(before)


def must_be_declared(*kinds: str) -> None:
    """Raise `UndeclaredError` when the running code does not declare one of these kinds; outside `reading` it may.

    For what reads a kind in some cases only: so it is refused in the others too.
    """
    noted, declared = _noted.get(), _declared.get()
    if noted is not None:
        noted.update(kinds)
    if declared is None or declared.issuperset(kinds) or EVERY_KIND in declared:
        return
    for kind in kinds:
        if kind not in declared and kind.partition(".")[0] not in declared:
            raise UndeclaredError(kind)


def in_group(kind: str, group: str | None) -> str:
    """Write a kind as it is declared; of the core group, and of every group, it is the kind alone."""
    return f"{kind}.{group}" if group else kind


def is_among(kind: str, group: str, declared: frozenset[str]) -> bool:
    """Tell whether objects of a kind and API group are among the declared kinds."""
    return kind in declared or EVERY_KIND in declared or in_group(kind, group) in declared
