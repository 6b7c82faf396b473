"""Progress of collecting, for whoever waits at a terminal; silent anywhere else."""

import sys

from toetskader.text import Lang


class Progress:
    """One line that is written over. Nothing is written when standard error is no terminal."""

    def __init__(self, lang: Lang) -> None:
        self._verb = "verzameld" if lang == "nl" else "collected"
        self._shown = sys.stderr.isatty()

    def __call__(self, name: str, done: int, total: int) -> None:
        """Show that a target's facts are in."""
        if self._shown:
            end = "\n" if done == total else ""
            print(f"\r\033[K{self._verb} {done}/{total}: {name}", end=end, file=sys.stderr, flush=True)
