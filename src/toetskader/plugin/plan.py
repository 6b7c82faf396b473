"""What a run is to judge: its targets, the requirements that are in scope for them, and the verdicts that it owes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from toetskader.audit.scope import InScope, Scope
from toetskader.catalogue.models import Catalogue
from toetskader.plugin.evidence import Stored
from toetskader.plugin.options import Options
from toetskader.targets.models import Target


@dataclass(frozen=True)
class Plan:
    """What was loaded for a run."""

    options: Options
    catalogue: Catalogue
    targets: tuple[Target, ...]
    scopes: Mapping[str, Scope]
    """By the name of the target."""
    today: date
    stored: Stored | None = None
    """The run whose evidence is judged again."""
    owed: set[tuple[str, str]] = field(default_factory=set)
    """Keys of the verdicts that this run owes: those of what pytest selected."""

    @property
    def is_edited(self) -> bool:
        """Tell whether this run judges evidence that is not what a run stored: it must not end well."""
        return self.stored is not None and bool(self.stored.changes)

    @cached_property
    def _by_check(self) -> dict[str, list[InScope]]:
        found: dict[str, list[InScope]] = {}
        for scope in self.scopes.values():
            for item in scope.looked_at:
                found.setdefault(item.check.id, []).append(item)
        return found

    def planned_for(self, check: str) -> list[InScope]:
        """Return every requirement × target that a check decides, by target."""
        return self._by_check.get(check, [])

    def expect(self, keys: Iterable[tuple[str, str]]) -> None:
        """Remember the verdicts that this run owes."""
        self.owed.update(keys)

    def expect_ids(self, ids: Iterable[str]) -> None:
        """The same, from pytest's ids: `tests/test_x.py::test_y[DDC-7.2-13@acme/chart]`."""
        by_id = {item.id: item.key for scope in self.scopes.values() for item in scope.looked_at}
        found = (by_id.get(id_.rpartition("[")[2].removesuffix("]")) for id_ in ids)
        self.expect(key for key in found if key is not None)

    @property
    def in_scope(self) -> frozenset[tuple[str, str]]:
        """Keys of all that is in scope, whatever pytest selected."""
        return frozenset(item.key for scope in self.scopes.values() for item in scope.looked_at)

    def gate(self, target: Target) -> int:
        """The level up to which a failure blocks: the run's, else the target's own."""
        return self.options.level or target.gate
