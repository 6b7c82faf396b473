"""How strong the evidence of a dossier is."""

from typing import Literal

import msgspec

from toetskader.text import Text

Strength = Literal[0, 1, 2, 3, 4]
STATED: Literal[0] = 0
ATTACHED: Literal[1] = 1
FOUND: Literal[2] = 2
SIGNED: Literal[3] = 3
MEASURED: Literal[4] = 4


class Worth(msgspec.Struct, frozen=True):
    """What a verdict rests on, from only stated (0) to confirmed by a measurement of the same run (4)."""

    strength: Strength
    why: Text
    """What it rests on, and what would make it stronger, in a sentence."""
