"""Secrets in trees of mappings and lists, by the names that their scalars go by."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from toetskader.facts.command_secrets import in_list
from toetskader.facts.redaction.changes import Change, Steps
from toetskader.facts.redaction.markers import Markers
from toetskader.facts.secrets.messages import Surroundings, is_message
from toetskader.facts.secrets.names import name_of_pair
from toetskader.facts.secrets.values import gives_secret, is_literal

_IN_SCHEMA = frozenset({"default", "const", "examples", "example", "enum"})
_OPTION = re.compile(r"--?(?P<name>[A-Za-z][\w.-]{0,100})")


class Trees:
    """Finds what to replace in trees.

    Parameters: `markers`, to put there; `text`, takes the secrets out of a text, given its name.
    """

    def __init__(self, markers: Markers, text: Callable[[str, str], str]) -> None:
        self._markers = markers
        self._text = text

    def changes(
        self,
        root: dict[str, Any],
        *,
        plain: tuple[str, ...] = (),
        schema: bool = False,
        called: str = "",
        around: Surroundings | None = None,
    ) -> Iterator[Change]:
        """Yield what to replace in a tree: scalars by the name they go by, texts by what is in them.

        Parameters: `plain`, sections whose keys are names of variables; `schema`, whether it is a JSON schema, whose
        `default` goes by the name of its property; `called`, the name that everything goes by; `around`, what the
        scalars of the root stand in, where parts of it are left out here.
        """
        stack: list[tuple[Steps, str, Any, Surroundings]] = [((), "", root, around or Surroundings(root))]
        while stack:
            steps, name, holder, around = stack.pop()
            parts: Iterable[tuple[Any, str, Any]]
            if isinstance(holder, dict):
                pair = name_of_pair(holder)
                parts = ((key, pair if pair and key == "value" else key, part) for key, part in holder.items())
            else:
                pair = None
                parts = _listed(name, holder)
                for index, start in in_list(holder):
                    value = holder[index][start:]
                    if is_literal(value) and not value.startswith("$"):
                        yield (index, steps), holder[index][:start] + self._markers.marker(value)
            in_values = not (steps and steps[0] in plain and not steps[1])
            for step, known_as, part in parts:
                if part is None or part is True or part is False or part == "":
                    continue
                if isinstance(part, dict | list):
                    if step != "encryptedData":
                        within = Surroundings(part if isinstance(part, dict) else {}, around)
                        stack.append(((step, steps), known_as, part, within))
                    continue
                by = called or (name if schema and step in _IN_SCHEMA else known_as)
                new = self.scalar(
                    by,
                    part,
                    in_values=in_values and not (pair and step == "value"),
                    above=name,
                    around=around,
                )
                if new is not part:
                    yield (step, steps), new

    def scalar(
        self, name: str, value: Any, *, in_values: bool, above: str = "", around: Surroundings | None = None
    ) -> Any:
        """Return what stands for a scalar: itself where it is no secret and holds none.

        Parameters: as of `gives_secret`.
        """
        if gives_secret(name, value, in_values=in_values, above=above, around=around):
            if isinstance(value, str) and "\n" in value:
                self._text(name, value)  # for the secrets within, which may stand elsewhere by themselves
            return self._markers.named(value, name) if isinstance(value, str) else self._markers.number(value)
        if not isinstance(value, str) or (around is not None and is_message(name, value, around)):
            return value
        return self._text(name, value)


def _listed(name: str, items: list[Any]) -> Iterator[tuple[int, str, Any]]:
    """Yield the items of a list with the name they go by: after `--password`, that of the option."""
    option = None
    for index, item in enumerate(items):
        yield index, option or name, item
        match = _OPTION.fullmatch(item) if isinstance(item, str) else None
        option = match["name"] if match else None
