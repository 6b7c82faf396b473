"""What the conclusion of a report comes to, in the words that it has: favourable, or not."""

from toetskader.facts.dossier.text import holds, normal
from toetskader.patterns import linear

_WORD = linear(r"[^\s.,;:()/!?-]+")
_GOOD_NEWS = (
    "zonder voorbehoud", "zonder beperking", "zonder beperkingen", "zonder opmerkingen", "zonder bevindingen",
    "geen afwijkingen", "geen bevindingen", "geen tekortkomingen", "geen opmerkingen", "geen openstaande bevindingen",
    "no findings", "no exceptions", "no deviations", "no open findings", "without reservation", "without exceptions",
    "without findings",
)  # fmt: skip
"""Good news that is told with a word of bad news."""
_YES = frozenset({
    "voldoet", "voldoen", "voldaan", "conform", "positief", "goedgekeurd", "goedkeurend", "akkoord", "geslaagd",
    "meets", "met", "complies", "compliant", "conformant", "conforms", "passed", "positive", "approved", "unqualified",
})  # fmt: skip
_NO = frozenset({
    "niet", "negatief", "afgekeurd", "afkeurend", "gezakt", "onvoldoende", "oordeelonthouding", "not", "non",
    "negative", "rejected", "failed", "fails", "insufficient", "adverse", "disclaimer",
})  # fmt: skip
_IN_PART = frozenset({
    "geen", "deels", "gedeeltelijk", "bijna", "nog", "voorbehoud", "beperking", "beperkingen", "uitzondering",
    "uitzonderingen", "behalve", "mits", "tenzij", "tekortkoming", "tekortkomingen", "onbekend", "concept", "no",
    "partly", "partially", "almost", "yet", "qualified", "except", "exceptions", "unless", "provided", "unknown",
    "draft",
})  # fmt: skip


def is_favourable(text: str) -> bool | None:
    """Tell whether a conclusion is favourable; None when its words do not say, or say so in part."""
    plain = normal(text)
    for phrase in _GOOD_NEWS:
        plain = plain.replace(phrase, "")
    words = frozenset(_WORD.findall(plain))
    if words & _NO:
        return False
    return True if words & _YES and not words & _IN_PART else None


def says_result(text: str, result: str) -> bool:
    """Tell whether quoted text says what a norm came to. Parameters: `result`, as `NormResult` has it."""
    if any(holds(normal(text), words) for words in _NOT_APPLICABLE):
        return result == "not applicable"
    return is_favourable(text) is {"met": True, "not met": False}.get(result, ...)


_NOT_APPLICABLE = ("niet van toepassing", "n.v.t.", "nvt", "not applicable", "n/a")
