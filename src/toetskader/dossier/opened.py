"""The dossier of one target, as a command names it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Catalogue
from toetskader.core.failure import UsageError
from toetskader.kinds.dossier import DOSSIER, DossierPart
from toetskader.targets.load import load_targets
from toetskader.targets.models import Target
from toetskader.text import Text


@dataclass(frozen=True, slots=True)
class Opened:
    """A target with a dossier, and all that must hold."""

    target: Target
    part: DossierPart
    catalogue: Catalogue

    @property
    def base(self) -> Path:
        """Folder of the target file, from which places are told."""
        return self.target.file.parent

    @property
    def folder(self) -> Path:
        """The folder that new documents go into: the first of the dossier."""
        return self.part.folders[0]


def opened(path: Path, policies: Path, today: date) -> Opened:
    """Open the dossier of a target.

    Parameters: `path`, its file or the folder of that, or its name when that folder stands in `targets`; `policies`,
    the folder of the catalogue; `today`, the day that deviations are judged on. Raises FileErrors for what is wrong in
    a file, and UsageError when there is not one target, or it names no dossier.
    """
    catalogue = load_catalogue(policies)
    by_name = Path("targets") / path
    targets = load_targets(
        [path if path.exists() else by_name if by_name.exists() else path], today=today, catalogue=catalogue
    )
    if len(targets) != 1:
        raise UsageError(
            Text(f"{path} heeft {len(targets)} doelen; noem er een", f"{path} holds {len(targets)} targets; name one")
        )
    target = targets[0]
    part = DOSSIER.of(target.parts)
    if part is None:
        raise UsageError(
            Text(
                f"{target.file} noemt geen dossier; zet onder parts: dossier: {{folders: [dossier]}}",
                f"{target.file} names no dossier; add under parts: dossier: {{folders: [dossier]}}",
            )
        )
    return Opened(target, part, catalogue)
