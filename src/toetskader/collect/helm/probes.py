"""Values to render a chart with as a probe, that it cannot know beforehand.

What is the same in every run can be recognised, and answered with what an auditor wants to see. So a run draws its
own. A fact then names them by words that are always the same: two runs of one chart say the same.
"""

import random
import secrets
from typing import TypeVar

import msgspec

_Value = TypeVar("_Value")

_CONSONANTS, _VOWELS = "bdfghklmnprstvwz", "aeiou"
_MOST_REPLICAS_ADDED = 6


class Probes(msgspec.Struct, frozen=True):
    """What one run draws by chance: `host`, a host name; `replicas`, by how much to raise numbers of replicas."""

    host: str
    replicas: int

    @classmethod
    def drawn(cls, seed: int | None = None) -> "Probes":
        """Draw them; from a `seed` always the same."""
        source = random.Random(secrets.randbits(64) if seed is None else seed)  # noqa: S311 - a name, not a secret
        return cls(f"{_word(source, 4)}.{_word(source, 4)}.nl", source.randint(1, _MOST_REPLICAS_ADDED))

    def named(self, value: _Value, host: str) -> _Value:
        """Return what was rendered with the drawn host name, with `host` in its place.

        A chart that writes `host` itself must not pass for one that follows the values: what it writes gets another
        name first. The name's first label and the domain behind it may each stand somewhere alone.
        """
        label, _, domain = host.partition(".")
        drawn_label, _, drawn_domain = self.host.partition(".")
        text = msgspec.json.encode(value).decode()
        text = text.replace(label, f"{label}-vast").replace(drawn_label, label).replace(drawn_domain, domain)
        return msgspec.json.decode(text, type=type(value))


def _word(source: random.Random, syllables: int) -> str:
    return "".join(source.choice(_CONSONANTS) + source.choice(_VOWELS) for _ in range(syllables))
