"""What each kind of part is held to: its golden target, its mutants, and where the documentation tells of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from auditor import ROOT
from file_mutants import MUTANTS_FOLDER, load_mutants
from live_mutations import load_live_mutants
from mutant import Mutant
from service_mutants import MUTANTS as ON_SERVICES

from toetskader.catalogue.models import Part
from toetskader.kinds.registry import KINDS as REGISTERED

KINDS = cast("tuple[Part, ...]", tuple(REGISTERED))
"""Every kind of part that this version measures."""

STORED: tuple[Part, ...] = ("rbac", "cluster", "release")
"""Kinds of which the golden target is stored with the mutants, as what was seen and written down elsewhere."""

GOLDEN: Mapping[Part, Path] = {
    "chart": ROOT / "targets/voorbeeld",
    "saas": ROOT / "targets/voorbeeld-saas",
    "namespace": MUTANTS_FOLDER / "namespace/golden",
    **{kind: MUTANTS_FOLDER / kind / "golden" for kind in STORED},
}
"""Kind of part → the target that meets everything that can be measured on it."""

MUTANTS: Mapping[Part, tuple[Mutant, ...]] = {
    "chart": load_mutants(MUTANTS_FOLDER / "chart"),
    "saas": ON_SERVICES,
    "namespace": load_live_mutants(),
    **{kind: load_mutants(MUTANTS_FOLDER / kind) for kind in STORED},
}
"""Kind of part → its mutants."""

SECTIONS: Mapping[Part, tuple[str, str]] = {
    "chart": ("auditors.md", "### Zo wordt een chart gerenderd"),
    "saas": ("saas-toetsen.md", "## Aan de slag"),
    "namespace": ("beheerders.md", "## Het doel"),
    "release": ("beheerders.md", "## Draait wat er geleverd is"),
    "rbac": ("beheerders.md", "## De rechten"),
    "cluster": ("beheerders.md", "## Het doel"),
}
"""Kind of part → page of the documentation, and the heading under which it tells how that kind is named and read."""
