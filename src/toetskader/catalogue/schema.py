"""JSON Schemas of the catalogue's files, for editors."""

from typing import Any

import msgspec

from toetskader.catalogue.models import ContradictionsFile, PlannedChecksFile, PolicyFile, Profile, SourcesFile
from toetskader.norms.iso import IsoNorm
from toetskader.norms.tls import TlsNorm
from toetskader.norms.web import WebNorm

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def catalogue_schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas by the name they are published under."""
    return {
        "policy": schema_of(PolicyFile, "Toetskader: policies"),
        "planned-checks": schema_of(PlannedChecksFile, "Toetskader: planned checks"),
        "contradictions": schema_of(ContradictionsFile, "Toetskader: paper beside measurement"),
        "sources": schema_of(SourcesFile, "Toetskader: sources"),
        "profile": schema_of(Profile, "Toetskader: profile"),
        "norm-tls": schema_of(TlsNorm, "Toetskader: norm for TLS"),
        "norm-web": schema_of(WebNorm, "Toetskader: norm for HTTP and DNS"),
        "norm-iso": schema_of(IsoNorm, "Toetskader: editions of standards"),
    }


def schema_of(model: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """Return the JSON Schema of one of our files, with a title and the model's description on top."""
    return {
        "$schema": DIALECT,
        "title": title,
        "description": (model.__doc__ or "").partition("\n")[0],
        **msgspec.json.schema(model),
    }
