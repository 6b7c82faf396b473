"""What runs when Python starts, by `toetskader-start.pth`: our guard must be there before pytest looks around.

pytest chooses its root by what looks like a path on the command line, and obeys the settings found there (`pythonpath`,
`addopts = -p …`) before it loads the first installed plugin. A guard that comes as such a plugin comes too late, and
finds the options of an audit taken for folders of tests. So it is loaded with pytest's own plugins instead.

It costs other programs nothing: until something imports pytest this only compares names. Only with
`python -m` a supplier's folder is closed at once: what is imported before pytest would be looked for there first. What
PYTHONPATH names Python itself searches before anything of ours runs: that is for whoever sets it.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing's own costs every start of Python more than the rest of this module
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType, TracebackType
    from typing import Any

GUARD = "toetskader.entry"


class BeforePytest:
    """A finder that finds nothing itself, and prepares what must be ready when pytest is imported."""

    def __init__(self) -> None:
        self._closed = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Close suppliers' folders when pytest is first imported, and add the guard to its own plugins."""
        if name not in ("pytest", "_pytest", "_pytest.config"):
            return None
        if not self._closed:
            self._closed = True
            sys.excepthook = _without_traceback
            from toetskader.supplied import close_to_imports  # noqa: PLC0415 - for pytest only

            close_to_imports()
        if name != "_pytest.config":
            return None
        sys.meta_path.remove(self)
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            _with_guard(spec.loader)
        return spec


def _without_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """End in a sentence when somebody breaks off an audit that is still being loaded, and with pytest's exit code."""
    from os import _exit  # noqa: PLC0415 - for a run that is broken off only

    from toetskader.supplied import is_project  # noqa: PLC0415

    if kind is not KeyboardInterrupt or not is_project("."):
        sys.__excepthook__(kind, error, trace)
        return
    sys.stderr.write("Afgebroken voordat er iets getoetst was; er is geen rapport. Broken off: nothing was audited.\n")
    sys.stderr.flush()
    _exit(2)


def _with_guard(loader: Any) -> None:
    """Let a loader of `_pytest.config` add the guard to the plugins that pytest always loads, and loads first."""
    execute = loader.exec_module

    def exec_module(module: Any) -> None:
        execute(module)
        module.default_plugins = (*module.default_plugins, GUARD)

    loader.exec_module = exec_module


def prepare() -> None:
    """Wait for pytest. `python -m` searches the working folder for all it needs: close suppliers' folders before."""
    if sys.argv[:1] == ["-m"]:
        from toetskader.supplied import close_to_imports  # noqa: PLC0415 - other programs need none of it

        close_to_imports()
    sys.meta_path.insert(0, BeforePytest())
