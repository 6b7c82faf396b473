"""`publiccode.yml`: what somebody publishes of software, with who maintains it (publiccode.yml 0.4)."""

from typing import Any

from toetskader.collect.dossier.form_formats.fields import Problems, below, day, identifier, is_filled, items, present
from toetskader.facts.dossier.forms import FormSeen

_TYPES = ("internal", "contract", "community", "none")


def read(data: Any) -> FormSeen:
    """Return what was seen of a publiccode.yml: how it is maintained, and until when."""
    problems = Problems()
    if not problems.require("", data, dict, "een object met sleutels", "an object with keys"):
        return FormSeen(format="publiccode", problems=problems.found)
    for name in ("publiccodeYmlVersion", "name", "url"):
        if not is_filled(data.get(name)):
            problems.add(name, "ontbreekt; vul het in", "is missing; fill it in")
    kind = below(data, "maintenance", "type")
    if kind not in _TYPES:
        problems.add("maintenance.type", f"hier hoort {', '.join(_TYPES)}", f"{', '.join(_TYPES)} belongs here")
        kind = ""
    contractors = [item for item in items(below(data, "maintenance", "contractors")) if is_filled(item.get("name"))]
    contacts = [item for item in items(below(data, "maintenance", "contacts")) if is_filled(item.get("name"))]
    until = [found for item in contractors if (found := day(item.get("until")))]
    return FormSeen(
        format="publiccode",
        problems=problems.found,
        dates=present(contractor_until=max(until, default=None), released=day(data.get("releaseDate"))),
        words=present(
            maintenance_type=kind,
            licence=identifier(below(data, "legal", "license")),
            version=identifier(data.get("softwareVersion")),
        ),
        numbers={"contractors": len(contractors), "contacts": len(contacts)},
    )
