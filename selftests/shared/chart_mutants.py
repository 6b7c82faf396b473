"""All mutants of charts; they are made with one pool of Helm processes, as starting these takes long."""

from file_mutants import MUTANTS_FOLDER, load_mutants

MUTANTS = load_mutants(MUTANTS_FOLDER / "chart")
