"""Golden targets as they would have been stored on another day: every date in their files is moved by as much."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

_DATE = re.compile(r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9]")


def copied_as_of(source: Path, folder: Path, *, later: timedelta) -> Path:
    """Copy a target to a new folder, with each date in its files (ISO 8601) so much later. Returns that folder."""
    shutil.copytree(source, folder)
    for file in folder.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            file.write_text(_DATE.sub(lambda match: str(date.fromisoformat(match[0]) + later), text), encoding="utf-8")
    return folder
