"""What each kind of part is held to: its golden target and its mutants, which are found by its name.

A kind lacks nothing here that new files cannot give it. Its golden target is `selftests/mutants/<kind>/golden`, or else
the embedded `targets/voorbeeld-<kind>`, or `targets/voorbeeld` where that has such a part. Its mutants are edits of the
files of that target, in `selftests/mutants/<kind>/*.yaml`; what cannot be made so (servers, what kubectl does) has a
module `<kind>_mutants` with `MUTANTS`, and tests of its own that make them.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import yaml
from auditor import ROOT
from file_mutants import MUTANTS_FOLDER, load_mutants
from mutant import Mutant

from toetskader.catalogue.models import Part
from toetskader.kinds.registry import ENTRIES
from toetskader.kinds.registry import KINDS as REGISTERED

KINDS = cast("tuple[Part, ...]", tuple(REGISTERED))
"""Every kind of part that this version measures."""

STORED = tuple(kind for kind in KINDS if find_spec(f"{kind.replace('-', '_')}_mutants") is None)
"""Kinds of which the mutants are edits of files: one test makes them all."""


@cache
def golden_target(kind: Part) -> Path | None:
    """Return the target that meets everything that can be measured on a kind; None when there is none."""
    own = (MUTANTS_FOLDER / kind / "golden", ROOT / f"targets/voorbeeld-{kind}")
    example = ROOT / "targets/voorbeeld"
    found = next((path for path in own if (path / "target.yaml").is_file()), None)
    if found is None and kind in ENTRIES and kind in parts_named(example):
        return example
    return found


def parts_named(target: Path) -> Mapping[str, object]:
    """Return what stands under `parts` in the file of a target."""
    found: Mapping[str, object] = yaml.safe_load((target / "target.yaml").read_text(encoding="utf-8"))["parts"]
    return found


@cache
def mutants_of(kind: Part) -> tuple[Mutant, ...]:
    """Return the mutants of a kind; none when there are none."""
    if kind in STORED:
        return load_mutants(MUTANTS_FOLDER / kind)
    found: tuple[Mutant, ...] = import_module(f"{kind.replace('-', '_')}_mutants").MUTANTS
    return found
