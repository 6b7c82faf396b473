"""Redaction of the facts of one target, whatever kind they are of."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from toetskader.core.failure import ToetskaderError
from toetskader.facts.redaction.finding import Finding
from toetskader.facts.redaction.hider import Hider
from toetskader.facts.redaction.markers import Markers, Register
from toetskader.facts.redaction.needles import Needles

Key = TypeVar("Key")
Part = TypeVar("Part")

MOST_SECRETS = 500
"""Different secrets in what is gone through at once. Each is looked for in every text of it; real charts hold fewer
than twenty."""


class TooManySecretsError(ToetskaderError):
    """More than `MOST_SECRETS` different secrets: they are not looked for, so nothing of it can be kept."""


class Redaction:
    """Hides the secrets of one target: one secret gets one marker in all of its facts, two secrets get two."""

    def __init__(self) -> None:
        self._register = Register()

    def hidden(
        self,
        parts: Mapping[Key, Part],
        through: Callable[[Hider], Callable[[Part], Part]],
        *,
        names: Callable[[], frozenset[str]] = frozenset,
        texts: Iterable[str] = (),
        settings: Iterable[Mapping[str, Any]] = (),
    ) -> dict[Key, Part]:
        """Return parts of facts without secrets: what is one by its place, name or shape, and wherever it is again.

        Parameters: `through`, makes of a `Hider` what goes through a part with it, and is called for each of the two
        looks; `names`, gives the names of Secrets that the parts refer to, which are no secrets; `texts` of YAML files
        and `settings` by path that stand in no part, whose secrets may. Raises TooManySecretsError.
        """
        markers = Markers(self._register, cache(names))
        finding = Finding(markers)
        for text in texts:
            finding.file("values.yaml", text)
        for paths in settings:
            finding.settings(paths)
        look = through(finding)
        found = {key: look(part) for key, part in parts.items()}
        given = markers.given()
        if len(given) > MOST_SECRETS:
            raise TooManySecretsError
        needles = Needles(given)
        if not needles:
            return found
        look = through(needles)
        return {key: look(part) for key, part in found.items()}

    def settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that a target sets by path (`auth.password`), without the secrets among them."""
        return Finding(Markers(self._register)).settings(settings)
