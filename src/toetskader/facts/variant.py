"""A chart rendered with something changed, beside what it is a variant of."""

from dataclasses import dataclass
from typing import Any

from toetskader.facts.chart import Render
from toetskader.facts.kubernetes.objects import Objects


@dataclass(frozen=True, slots=True)
class Variant:
    """A render with something changed, to see whether the change arrives."""

    render: Render
    objects: Objects
    base: Objects
    """The objects of the render that this is a variant of: not those of another circumstance."""

    @property
    def overrides(self) -> dict[str, Any]:
        """Values path → value that was set."""
        return self.render.overrides
