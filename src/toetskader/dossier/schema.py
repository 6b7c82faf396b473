"""JSON Schemas of what stands in a dossier, for editors."""

from functools import reduce
from operator import or_
from typing import Any

import msgspec

from toetskader.catalogue.schema import DIALECT, schema_of
from toetskader.collect.dossier.form_formats.accessibility_statement import AccessibilityStatement
from toetskader.collect.dossier.form_formats.answers import Answers
from toetskader.facts.dossier.documents import KINDS, Card
from toetskader.facts.dossier.envelope import Envelope


def dossier_schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas by the name they are published under."""
    documents: Any = reduce(or_, (model for model in KINDS.values() if model is not Card))
    return {
        "bewijs": {
            "$schema": DIALECT,
            "title": "Toetskader: document of a dossier",
            "description": (Envelope.__doc__ or "").partition("\n")[0],
            **msgspec.json.schema(documents),
        },
        "kaart": schema_of(Card, "Toetskader: card of a component"),
        "antwoorden": schema_of(Answers, "Toetskader: list of questions with answers"),
        "toegankelijkheidsverklaring": schema_of(AccessibilityStatement, "Toetskader: accessibility statement"),
    }
