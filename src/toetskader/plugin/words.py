"""Verdicts as pytest shows them: a category in the totals, a letter, and a word with `-v`."""

from toetskader.results import Result, Verdict
from toetskader.text import Lang, Text

_WORDS: dict[Verdict, tuple[Text, str]] = {
    Verdict.PASS: (Text("voldoet", "met"), "."),
    Verdict.FAIL: (Text("voldoet niet", "not met"), "F"),
    Verdict.EXPLAINED: (Text("leg uit", "explained"), "u"),
    Verdict.NOT_APPLICABLE: (Text("n.v.t.", "n/a"), "-"),
    Verdict.UNDETERMINED: (Text("niet te bepalen", "undetermined"), "?"),
    Verdict.UNPROVEN: (Text("niet aangetoond", "unproven"), "N"),
}
_NOT_DECIDING = Text("telt niet mee", "not deciding")
_GREEN, _RED, _YELLOW = {"green": True}, {"red": True}, {"yellow": True}


def status_of(result: Result, lang: Lang) -> tuple[str, str, tuple[str, dict[str, bool]]]:
    """Return category, letter and word with colour of a result."""
    text, letter = _WORDS[result.verdict]
    word = text[lang]
    if result.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.EXPLAINED):
        colour = _GREEN if result.verdict is Verdict.PASS else _YELLOW
        return word, letter, (word.upper(), colour)
    if result.gated:
        return word, letter, (word.upper(), _RED)
    word = f"{word} ({_NOT_DECIDING[lang]})"
    return word, letter.lower(), (word.upper(), _YELLOW)
