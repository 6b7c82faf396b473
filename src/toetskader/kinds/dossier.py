"""The dossier of a target: folders with a document each, which prove what no machine can see."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from toetskader.core.fields import FileName, Model, below
from toetskader.facts.dossier.fact import Dossier
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.key import Attempt, FactKey
from toetskader.kinds.entry import Entry, Problems, Written
from toetskader.kinds.kind import Kind, Listed, SceneEntry, no_secrets, nothing_to_say
from toetskader.kinds.scaffold import Scaffold, Values, no_remark
from toetskader.kinds.subject import Scene, Subject
from toetskader.text import Lang, Text


class DossierEntry(Model, frozen=True, kw_only=True):
    """The dossier, as the target file writes it."""

    folders: Annotated[
        tuple[FileName, ...],
        Meta(min_length=1, description="Folders with a folder for each document, relative to this file"),
    ]
    trust: Annotated[
        FileName | None,
        Meta(
            description="Folder with the roots (PEM) that signatures are trusted by; without it a signature is there, "
            "and cannot be checked"
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPart:
    """The dossier of a target, its references resolved."""

    folders: tuple[Path, ...]
    trust: Path | None


def _errors(entry: DossierEntry, written: Written) -> Problems:
    """Yield what is wrong: a folder that stands twice. That one is absent is no error here: what needs it is
    undetermined and says so.
    """
    seen: dict[Path, int] = {}
    for index, name in enumerate(entry.folders):
        folder = written.folder / name
        if seen.setdefault(folder.resolve(), index) != index:
            yield ("folders", index), Text("deze map staat er twee keer; haal er een weg", "this folder stands twice")


def _resolve(entry: DossierEntry, written: Written) -> DossierPart:
    return DossierPart(
        folders=tuple(written.folder / name for name in entry.folders), trust=below(written.folder, entry.trust)
    )


def _places(part: DossierPart) -> Iterator[Path]:
    yield from part.folders
    if part.trust is not None:
        yield part.trust


def _no_scenes(_: DossierPart) -> tuple[SceneEntry, ...]:
    return ()


def _describe(part: DossierPart, attempts: Mapping[FactKey, Attempt], _: Path, lang: Lang) -> str:
    names = ", ".join(place.name for place in part.folders)
    seen = attempts.get(FactKey("dossier"))
    if not isinstance(seen, Dossier):
        return Text(f"{names}: niet gezien", f"{names}: not seen")[lang]
    count, unread = len(seen.documents), len(seen.unread)
    if unread:
        return Text(
            f"{names}: {count} documenten, {unread} niet te lezen", f"{names}: {count} documents, {unread} unreadable"
        )[lang]
    return Text(f"{names}: {count} documenten", f"{names}: {count} documents")[lang]


def _documents(attempts: Mapping[FactKey, Attempt]) -> tuple[Listed, ...]:
    seen = attempts.get(FactKey("dossier"))
    if not isinstance(seen, Dossier):
        return ()
    read = (
        Listed(
            id=item.document.id,
            title=item.document.title,
            about=f"{item.document.__struct_config__.tag} {item.document.type}",
            issuer=item.document.issuer.organisation,
            issued_on=item.document.issued_on.isoformat(),
            valid_until=item.document.valid_until.isoformat() if item.document.valid_until else "",
        )
        for item in seen.documents
    )
    unread = (
        Listed(id=item.where, title=item.where, about=f"{item.kind} {item.type}".strip(), problem=item.why)
        for item in seen.unread
    )
    return (*read, *unread)


def _papers(_: Scene, fact: Dossier) -> Papers:
    return Papers(fact)


def _text(values: Values, _: str, __: Path) -> Text:
    (folder,) = values
    named = f"  dossier:\n    folders: [{json.dumps(folder, ensure_ascii=False)}]\n"
    return Text(
        f"{named}    # trust: stamcertificaten   # map met pem-bestanden, om handtekeningen te controleren\n",
        f"{named}    # trust: roots              # folder with PEM files, to verify signatures\n",
    )


DOSSIER = Kind(
    name="dossier",
    given=Entry(model=DossierEntry, errors=_errors, resolve=_resolve, part=DossierPart),
    scenes=_no_scenes,
    redacted=no_secrets,
    places=_places,
    describe=_describe,
    facts={"dossier": Dossier},
    subjects={Subject("papers", _papers, per_scene=False): "dossier"},
    always=(),
    collector="toetskader.collect.dossier.collector:dossiers",
    after=(),
    scene=Text("", ""),
    scene_asked=Text("dossier", "dossier"),
    places_name_scene=False,
    are_variants=False,
    varies="",
    lists_objects=False,
    nothing_there=nothing_to_say,
    left_out=nothing_to_say,
    scaffold=Scaffold(
        option="dossier",
        metavar="MAP",
        help="map met een map per document",
        many=False,
        profile="saas",
        text=_text,
        remark=no_remark,
    ),
    docs=("dossier.md", "## De mappen"),
    documents=_documents,
)
