"""A private copy of an opened chart, in which templates can have another text, and values are held to no schema.

It is for values that Helm took for the chart itself, or that it must take for once: to hold values to a schema takes a
third of the time of a render.
"""

import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from toetskader.collect.helm.archive import PACKED, OpenSource, copy_chart


class ChartCopy:
    """A copy of a chart on disk, made when it is first written to.

    Use as a context manager: leaving it removes the copy.
    """

    def __init__(self, source: OpenSource) -> None:
        self._source = source
        self._scratch = tempfile.TemporaryDirectory(prefix="toetskader-chart-")
        self.directory = Path(self._scratch.name) / "chart"
        self._changed: Mapping[str, str] = {}

    def write(self, texts: Mapping[str, str]) -> None:
        """Give templates another text, and all others their own again.

        Parameters: `texts`, path inside the chart → what stands there; of a packed subchart too, which is then unpacked
        in the copy.
        """
        if not self.directory.exists():
            copy_chart(self._source, self.directory)
            _without_schemas(self.directory)
        for name in {path.split("/")[1] for path in texts if path.startswith("charts/")}:
            if not (self.directory / "charts" / name).is_dir():
                self._unpack(name)
                _without_schemas(self.directory / "charts" / name)
        for path in {*self._changed, *texts}:
            own = self._source.for_helm(path)
            text = texts.get(path, own)
            if text != self._changed.get(path, own):
                (self.directory / path).write_text(text, encoding="utf-8")
        self._changed = texts

    def _unpack(self, name: str) -> None:
        """Put a subchart's files, which were read before, in the place of its archive."""
        charts = self.directory / "charts"
        for archive in list(charts.iterdir()):
            if archive.name.endswith(PACKED) and _top(archive) == name:
                archive.unlink()
        for path in self._source.files:
            if path.startswith(f"charts/{name}/"):
                file = self.directory / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(self._source.for_helm(path), encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.cleanup()


def _without_schemas(folder: Path) -> None:
    for schema in list(folder.rglob("values.schema.json")):
        schema.unlink()


def _top(archive: Path) -> str:
    with tarfile.open(archive) as opened:
        first = opened.next()
    return first.name.split("/")[0] if first else ""
