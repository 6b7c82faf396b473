"""Which values set of a target's chart is in use where: in a namespace, behind an endpoint."""

from collections.abc import Collection

from toetskader.kinds.entry import Problems
from toetskader.text import Text
from toetskader.yamlfile import did_you_mean, joined, shown


def values_set_of(
    environment: str, named: str | None, sets: Collection[str], environments: Collection[str]
) -> str | None:
    """Return the values set that is in use in an environment: the one that is named, or that can be no other.

    That is the one with the environment's name, or the only one when there is but one environment. None when the
    target does not tell.
    Parameters: `named`, what the target file names there, if anything; `sets`, names of all of the chart, none without
    one; `environments`, all that may have a values set of their own.
    """
    if named is not None or not sets:
        return named
    if environment in sets:
        return environment
    return next(iter(sets)) if len(sets) == len(environments) == 1 else None


def values_errors(named: str | None, sets: Collection[str] | None) -> Problems:
    """Yield what is wrong with a values set that a target file names in the key `values`.

    Parameters: `sets`, names of all of the chart, None without one.
    """
    if named is None:
        return
    if sets is None:
        yield ("values",), goes_with_a_chart("values")
    elif named not in sets:
        name = shown(named)
        message = Text(
            f"waardenset {name} staat niet bij de chart.", f"values set {name} is not among those of the chart."
        )
        yield ("values",), joined(message, did_you_mean(named, sets))


def goes_with_a_chart(key: str) -> Text:
    """Say that a key has no meaning in a target without a chart."""
    return Text(
        f"{key} hoort bij een chart; geef het doel ook het deel chart, of haal {key} weg",
        f"{key} goes with a chart; give the target the part chart too, or remove {key}",
    )
