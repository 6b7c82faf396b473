"""The mutants of each kind of part."""

from collections.abc import Mapping

from file_mutants import MUTANTS_FOLDER, load_mutants
from mutant import Mutant
from service_mutants import MUTANTS as ON_SERVICES

from toetskader.catalogue.models import Part

MUTANTS: Mapping[Part, tuple[Mutant, ...]] = {"chart": load_mutants(MUTANTS_FOLDER / "chart"), "saas": ON_SERVICES}
"""Kind of part → its mutants."""
