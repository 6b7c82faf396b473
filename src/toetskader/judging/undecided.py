"""What is said of objects that are there at one time, and with the same values not at another."""

from collections.abc import Sequence

from toetskader.facts.chart import Undecided
from toetskader.text import Text

_MOST_NAMED = 3


def whether_they_come(items: Sequence[Undecided]) -> Text:
    """Say of which objects it cannot be told whether they come, what decides that and where. Takes one or more."""
    named = [item.what for item in items]
    by = dict.fromkeys(text for item in items for text in item.by)
    places = _some([*dict.fromkeys(place for item in items for place in item.places)])
    return Text(
        f"Of {_some(named, ' en ')} er komt, hangt af van {' en '.join(text.nl for text in by)} ({places}). Laat een "
        "waarde uit values.yaml dat beslissen; daarna kan dit beoordeeld worden.",
        f"Whether {_some(named, ' and ')} is made depends on {' and '.join(text.en for text in by)} ({places}). Have a "
        "value from values.yaml decide that; then this can be judged.",
    )


def _some(names: Sequence[str], last: str = ", ") -> str:
    """Join names; of many, the first few and how many more there are."""
    if len(names) > _MOST_NAMED:
        names = [*names[:_MOST_NAMED], f"+ {len(names) - _MOST_NAMED}"]
        return ", ".join(names)
    return last.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
