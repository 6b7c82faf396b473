"""Reading and rendering charts: the collector's way to Helm, whichever Helm that is."""

import itertools
import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from toetskader.collect.helm import archive, binary, dependencies
from toetskader.collect.helm.archive import OpenSource
from toetskader.collect.helm.dependencies import RemoteChart
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.process import HelmProcess, workers
from toetskader.collect.helm.protocol import (
    ChartAnswer,
    ChartRequest,
    Description,
    Rendered,
    RenderRequest,
    Version,
    VersionRequest,
)
from toetskader.collect.helm.rewritten import ChartCopy
from toetskader.collect.helm.sentences import cannot_render
from toetskader.core.failure import Failed, Failure


class Helm:
    """A small pool of Helm processes. Use as a context manager; safe to use from several threads.

    Parameters: `program`, a `helm` binary to render and lint with, or None for Helm's SDK; `limits`, the bounds on
    each chart; `processes`, how many charts at once (default: one per core, at most 4; workers of pytest-xdist share
    the cores); `charts`, how many take a turn: no more processes are started, and they end after the last.
    """

    def __init__(
        self,
        program: Path | None = None,
        limits: Limits | None = None,
        processes: int | None = None,
        charts: int | None = None,
    ) -> None:
        # Commands run in a directory of their own, where a relative path means nothing.
        self.program = Path(shutil.which(program) or program).absolute() if program else None
        self.limits = limits or Limits()
        count = processes or max(1, min(os.cpu_count() or 1, 4) // workers())
        count = min(count, charts or count)
        self._charts = charts
        self._ended = itertools.count(1)
        self._all = [HelmProcess(self.limits, siblings=count) for _ in range(count)]
        # One more than Helm works on: its files are read in the meantime.
        self._turns = threading.BoundedSemaphore(count + 1)
        # Reads locks and indexes, also while all the others render.
        self._reader = HelmProcess(self.limits, siblings=count + 1)
        # Last in, first out: a single-threaded caller keeps using the one process that is warm.
        self._free: queue.LifoQueue[HelmProcess] = queue.LifoQueue()
        for process in reversed(self._all):
            self._free.put(process)

    def version(self) -> Version | Failure:
        """Tell which Helm does the work."""
        if self.program is not None:
            return binary.version(self.program, self.limits)
        with self._process() as process:
            answer = process.ask(VersionRequest())
        if isinstance(answer, Version | Failure):
            return answer
        raise TypeError(answer)

    def open(self, source: Path | RemoteChart, *, allow_private: bool = False) -> "OpenChart | Failure":
        """Open a chart directory, a packed chart or a remote chart; close it to remove what was unpacked.

        Parameters: `allow_private`, whether it and its dependencies may be fetched from private and loopback addresses.
        """
        try:
            if isinstance(source, Path):
                opened = archive.open_source(source, self.limits)
                return OpenChart(self, opened, source if source.is_dir() else None, allow_private)
            with tempfile.TemporaryDirectory(prefix="toetskader-pull-") as directory:
                path = dependencies.pull(
                    source,
                    Path(directory),
                    self._reader,
                    self.limits,
                    self.limits.fetch_deadline_s,
                    allow_private=allow_private,
                )
                return OpenChart(self, archive.open_source(path, self.limits), None, allow_private)
        except Failed as stop:
            return stop.failure

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is a chart's turn: what charts hold in memory is held for a few at a time.

        After the last one all processes end: their memory is free while what was collected is judged.
        """
        try:
            with self._turns:
                yield
        finally:
            if next(self._ended) == self._charts:
                self.close()

    def close(self) -> None:
        """End all processes."""
        for process in [*self._all, self._reader]:
            process.close()

    def __enter__(self) -> Self:
        for process in self._all:
            process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _process(self) -> Iterator[HelmProcess]:
        process = self._free.get()
        try:
            yield process
        finally:
            self._free.put(process)

    def _ask(self, source: OpenSource, request: ChartRequest) -> ChartAnswer:
        """Have one chart done. Raises `Failed`."""
        program = self.program
        with self._process() as process:
            process.make_room(_characters_of_values(source, request))
            if program is None:
                return _chart_answer(process.ask(request))
            answer = _chart_answer(process.ask(msgspec.structs.replace(request, renders=(), describe=True, lint="")))
            description = answer.description
            stop = cannot_render(description.metadata, description.missing) if description else None

            def render(one: RenderRequest) -> Rendered | Failure:
                return stop or binary.render(program, source, one, process, self.limits)

            with ThreadPoolExecutor(2) as workers:
                renders = list(workers.map(render, request.renders))
            linted = next((one for one in request.renders if one.key == request.lint), None)
            return ChartAnswer(
                renders={one.key: result for one, result in zip(request.renders, renders, strict=True)},
                description=description,
                lint=binary.lint(program, source, linted, self.limits) if linted else None,
            )


class OpenChart:
    """A chart that may be read and rendered, several times. Use as a context manager.

    Attributes: `source`, its files, binary files and digest (see `OpenSource`).
    """

    def __init__(self, helm: Helm, source: OpenSource, given: Path | None, allow_private: bool) -> None:
        self._helm = helm
        self._given = given
        self._allow_private = allow_private
        self.source = source

    @property
    def limits(self) -> Limits:
        """The bounds on each request."""
        return self._helm.limits

    def read(self, renders: Sequence[RenderRequest], lint: str = "") -> ChartAnswer | Failure:
        """Describe, lint and render the chart.

        Dependencies that are declared but absent are fetched first when they can be; if not, the description still
        comes back, and each render says which dependency is missing and why.
        Parameters: `lint`, key of the render whose values and cluster `helm lint` uses; empty for no lint.
        """
        try:
            answer = self._ask(renders, lint=lint)
            if answer.description is None or not answer.description.missing:
                return answer
            try:
                self._complete(answer.description)
            except Failed as stop:
                refusals: dict[str, Rendered | Failure] = {render.key: stop.failure for render in renders}
                return ChartAnswer(renders=refusals, description=answer.description, lint=answer.lint)
            return self._ask(renders, lint=lint)
        except Failed as stop:
            return stop.failure

    def render(self, renders: Sequence[RenderRequest]) -> dict[str, Rendered | Failure] | Failure:
        """Render only, for instance with other values after `read` showed what they are."""
        try:
            return self._ask(renders, describe=False).renders
        except Failed as stop:
            return stop.failure

    def render_copy(
        self, copy: ChartCopy, texts: Mapping[str, str], renders: Sequence[RenderRequest]
    ) -> dict[str, Rendered | Failure] | Failure:
        """Render a copy of the chart in which some templates have another text; `texts`, by path.

        What comes back has no values: they are those of the chart itself.
        """
        try:
            packed = copy.write(texts)
            without_values = tuple(msgspec.structs.replace(one, with_values=False) for one in renders)
            request = ChartRequest(path=str(packed), renders=without_values, describe=False)
            if self._helm.program is None:
                return self._helm._ask(self.source, request).renders
            with archive.open_source(packed, self._helm.limits) as opened:
                return self._helm._ask(opened, request).renders
        except Failed as stop:
            return stop.failure

    def close(self) -> None:
        """Remove what was unpacked."""
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, renders: Sequence[RenderRequest], *, describe: bool = True, lint: str = "") -> ChartAnswer:
        stop = self.source.stop
        if stop is not None:
            refusals: dict[str, Rendered | Failure] = {render.key: stop for render in renders}
            described = self._helm._ask(self.source, self._request((), describe=describe, lint=""))
            return msgspec.structs.replace(described, renders=refusals, lint=stop if lint else None)
        return self._helm._ask(self.source, self._request(renders, describe=describe, lint=lint))

    def _request(self, renders: Sequence[RenderRequest], *, describe: bool, lint: str) -> ChartRequest:
        return ChartRequest(
            path=str(self.source.directory),
            packed=str(self.source.packed or ""),
            files=self.source.own_files,
            renders=tuple(renders),
            describe=describe,
            lint=lint,
        )

    def _complete(self, description: Description) -> None:
        completed = dependencies.complete(
            self.source,
            self._given,
            description,
            self._helm._reader,
            self._helm.limits,
            allow_private=self._allow_private,
        )
        self.source.close()
        self.source = completed


def render_chart(
    helm: Helm,
    source: Path | RemoteChart,
    renders: Sequence[RenderRequest],
    lint: str = "",
    *,
    allow_private: bool = False,
) -> ChartAnswer | Failure:
    """Open, read and close a chart in one go; see `Helm.open` and `OpenChart.read`."""
    opened = helm.open(source, allow_private=allow_private)
    if isinstance(opened, Failure):
        return opened
    with opened:
        return opened.read(renders, lint)


def _characters_of_values(source: OpenSource, request: ChartRequest) -> int:
    """Return how much text the values of a chart and its subcharts are, with the largest values set on top."""
    of_chart = sum(len(text) for path, text in source.files.items() if path.endswith("values.yaml"))
    return of_chart + max((sum(map(len, render.values)) for render in request.renders), default=0)


def _chart_answer(answer: object) -> ChartAnswer:
    if isinstance(answer, Failure):
        raise Failed(answer)
    if not isinstance(answer, ChartAnswer):
        raise TypeError(answer)
    return answer
