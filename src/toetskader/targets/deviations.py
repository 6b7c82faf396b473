"""Every error that makes a deviation file unsound (DESIGN, how it is used), with its line."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from itertools import islice

from toetskader.catalogue.models import Catalogue
from toetskader.targets.models import Deviation
from toetskader.targets.people import may_be_one_person, names_somebody
from toetskader.text import Text
from toetskader.yamlfile import MAX_ERRORS, FileError, Steps, YamlFile, did_you_mean, joined, shown

LONGEST_DAYS = 731
"""Days that a deviation may hold: two years, of which one may be a leap year. Who decided may have left by then, and
what could not be mended may be mendable."""


def deviation_errors(
    file: YamlFile,
    deviations: tuple[Deviation, ...],
    *,
    targets: Collection[str],
    catalogue: Catalogue | None,
    today: date,
) -> list[FileError]:
    """List what is wrong with deviations beyond their types, up to `MAX_ERRORS`.

    Parameters: `targets`, names of the targets of this run that name the file; `catalogue`, None when requirements
    are not to be looked up; `today`, after which nothing can have been approved.
    """
    found = deviation_problems(deviations, targets, catalogue, today)
    return [file.error(("deviations", *path), message) for path, message in islice(found, MAX_ERRORS)]


def deviation_problems(
    deviations: tuple[Deviation, ...], targets: Collection[str], catalogue: Catalogue | None, today: date
) -> Iterator[tuple[Steps, Text]]:
    """Yield what is wrong with deviations, with the steps to it, wherever they come from; see `deviation_errors`."""
    first: dict[str, int] = {}
    for index, item in enumerate(deviations):
        if first.setdefault(item.id, index) != index:
            id_ = shown(item.id)
            yield (
                (index, "id"),
                Text(f"id {id_} staat er twee keer; hernoem er een", f"id {id_} is used twice; rename one"),
            )
        if not any(item.holds_for(target) for target in targets):
            yield (index, "targets"), _no_target(item, targets)
        for path, message in _own_errors(item, catalogue, today):
            yield (index, *path), message
    yield from _overlaps(deviations, targets)


def _own_errors(item: Deviation, catalogue: Catalogue | None, today: date) -> Iterator[tuple[Steps, Text]]:
    if catalogue is not None:
        for index, id_ in enumerate(item.requirements):
            if problem := unknown_requirement(id_, catalogue):
                yield ("requirements", index), problem
    nobody = [name for name in ("owner", "approved_by") if not names_somebody(getattr(item, name))]
    for name in nobody:
        yield (name,), Text("noemt niemand; noem een mens of een rol", "names nobody; name a person or a role")
    if not nobody and may_be_one_person(item.owner, item.approved_by):
        message = Text(
            f"{shown(item.approved_by)} en eigenaar {shown(item.owner)} kunnen één mens zijn (dezelfde naam of rol). "
            "Laat iemand anders goedkeuren, of schrijf bij beiden de naam van de persoon",
            f"{shown(item.approved_by)} and owner {shown(item.owner)} may be one person (the same name or role). "
            "Have somebody else approve, or write the name of the person for both",
        )
        yield ("approved_by",), message
    if item.approved_on > today:
        message = Text(
            f"{item.approved_on} ligt na vandaag ({today}); noem de dag van het besluit",
            f"{item.approved_on} lies after today ({today}); name the day of the decision",
        )
        yield ("approved_on",), message
    if item.approved_on > item.expires:
        message = Text(
            f"verloopt op {item.expires}, voor de goedkeuring op {item.approved_on}; verbeter een van beide",
            f"expires on {item.expires}, before its approval on {item.approved_on}; correct one of them",
        )
        yield ("expires",), message
    if (item.expires - item.approved_on).days > LONGEST_DAYS:
        message = Text(
            f"verloopt op {item.expires}, meer dan twee jaar na de goedkeuring op {item.approved_on}; laat eerder "
            "opnieuw beslissen",
            f"expires on {item.expires}, more than two years after its approval on {item.approved_on}; have it decided "
            "anew before that",
        )
        yield ("expires",), message


def unknown_requirement(id_: str, catalogue: Catalogue) -> Text | None:
    """Say why an id is not that of a requirement, with the one that was perhaps meant; None when it is."""
    if id_ in catalogue.requirements:
        return None
    if id_ in catalogue.covered:
        by = catalogue.covered[id_]
        return Text(f"eis {id_} wordt gemeten als {by}; noem die", f"requirement {id_} is measured as {by}; name that")
    message = Text(f"eis {shown(id_)} bestaat niet.", f"requirement {shown(id_)} does not exist.")
    return joined(message, did_you_mean(id_, catalogue.requirements))


def _no_target(item: Deviation, targets: Collection[str]) -> Text:
    names = ", ".join(shown(name) for name in item.targets[:5])
    here = ", ".join(sorted(targets))
    message = Text(
        f"geldt voor {names}, maar van de doelen van deze run verwijst alleen {here} naar dit bestand.",
        f"holds for {names}, but of this run's targets only {here} refers to this file.",
    )
    return joined(message, did_you_mean(item.targets[0], targets))


def _overlaps(deviations: tuple[Deviation, ...], targets: Collection[str]) -> Iterator[tuple[Steps, Text]]:
    """Yield a deviation that is in force together with another on the same requirement and target."""
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, item in enumerate(deviations):
        for target in filter(item.holds_for, targets):
            for id_ in dict.fromkeys(item.requirements):
                together[id_, target].append(index)
    reported: set[int] = set()
    for (id_, target), indexes in together.items():
        indexes.sort(key=lambda index: deviations[index].approved_on)
        longest = indexes[0]
        for index in indexes[1:]:
            item, before = deviations[index], deviations[longest]
            if item.approved_on <= before.expires and index not in reported:
                reported.add(index)
                yield (index,), _overlap(item, before, id_, target)
            if item.expires > before.expires:
                longest = index


def _overlap(item: Deviation, before: Deviation, id_: str, target: str) -> Text:
    one, other = shown(item.id), shown(before.id)
    return Text(
        f"{one} en {other} gelden tegelijk voor {id_} van {target}; laat er een staan, of beëindig de eerste eerder",
        f"{one} and {other} hold for {id_} of {target} at the same time; keep one, or end the first earlier",
    )
