"""What a rule makes of a header or file: in order, or what is wrong with it, in words."""

from dataclasses import dataclass
from enum import IntEnum

from toetskader.text import Text


class Status(IntEnum):
    """The outcomes of one rule, from good to bad; a rule's strength says how heavily a bad one weighs."""

    GOOD = 0
    SUFFICIENT = 1
    """In order, with a remark."""
    BAD = 2


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about a header or file."""

    code: str
    """Stable name of what is wrong."""
    seen: Text
    expected: Text
    status: Status = Status.BAD


def told_over_http2(seen: Text) -> Text:
    """Return what was seen of an answer, with that it came over HTTP/2, as another came without it."""
    return Text(f"over HTTP/2: {seen.nl}", f"over HTTP/2: {seen.en}")


@dataclass(frozen=True, slots=True)
class Graded:
    """What a rule made of something."""

    remarks: tuple[Remark, ...] = ()

    @property
    def status(self) -> Status:
        """The worst of its remarks."""
        return max((remark.status for remark in self.remarks), default=Status.GOOD)

    @property
    def codes(self) -> tuple[str, ...]:
        """Names of what is wrong, sorted, each once."""
        return tuple(sorted({remark.code for remark in self.remarks}))
