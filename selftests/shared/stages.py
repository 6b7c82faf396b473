"""The mutants of each kind of part."""

from collections.abc import Mapping

from file_mutants import MUTANTS_FOLDER, load_mutants
from live_mutations import load_live_mutants
from mutant import Mutant
from service_mutants import MUTANTS as ON_SERVICES

from toetskader.catalogue.models import Part

STORED: tuple[Part, ...] = ("rbac", "cluster", "release")
"""Kinds of which the golden target is stored with the mutants, as what was seen and written down elsewhere."""

MUTANTS: Mapping[Part, tuple[Mutant, ...]] = {
    "chart": load_mutants(MUTANTS_FOLDER / "chart"),
    "saas": ON_SERVICES,
    "namespace": load_live_mutants(),
    **{kind: load_mutants(MUTANTS_FOLDER / kind) for kind in STORED},
}
"""Kind of part → its mutants."""
