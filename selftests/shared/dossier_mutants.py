"""All mutants of dossiers: edits of the templates that the golden dossier is made from."""

from file_mutants import MUTANTS_FOLDER, load_mutants

MUTANTS = load_mutants(MUTANTS_FOLDER / "dossier")
