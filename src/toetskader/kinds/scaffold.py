"""How a target file is begun: a part of it, from what was given to an option of `toetskader scaffold target`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from toetskader.text import Text

Values = tuple[str, ...]
"""What was given to the option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """The option that names a part, and the text of that part."""

    option: str
    """Without dashes in front: `chart`."""
    metavar: str
    help: str
    """For `--help`, in Dutch as all of it is."""
    many: bool
    """Whether the option may be given more often."""
    profile: str
    """The profile, under policies/profiles/, for which such a part is audited."""
    text: Callable[[Values, str, Path], Text]
    """Takes what was given, the name of the target and the folder of its file; returns the lines below `parts`."""
    remark: Callable[[Values], Text | None]
    """Takes what was given, and returns what must be mended in the file; None for nothing."""


def no_remark(_: Values) -> None:
    """For an option of which nothing can be said before the target is loaded."""
