"""A target file to start from, with what it can say."""

import json
from collections.abc import Mapping
from pathlib import Path

from toetskader.kinds.registry import KINDS
from toetskader.kinds.scaffold import Scaffold, Values
from toetskader.text import Text

SCAFFOLDS = tuple(kind.scaffold for kind in KINDS.values() if kind.scaffold is not None)
"""How parts can be begun, one for each kind that can be."""

_HEAD = Text(
    """\
# yaml-language-server: $schema={schema}
# Doel van toetsing. Paden gelden vanaf dit bestand.
name: {name}
supplier: "VUL IN: naam van de leverancier"
component: "VUL IN: wat er geleverd wordt"
gate: 3              # niveau tot en met waar een gebrek blokkeert (1-4)
profiles: {profiles}    # zie policies/profiles/
parts:
""",
    """\
# yaml-language-server: $schema={schema}
# What is audited. Paths start at this file.
name: {name}
supplier: "FILL IN: name of the supplier"
component: "FILL IN: what is delivered"
gate: 3              # level up to which a shortcoming blocks (1-4)
profiles: {profiles}    # see policies/profiles/
parts:
""",
)
_PARAMETERS = Text(
    """\
# parameters:        # wat het contract open laat; wat ervan afhangt is zonder opgave niet te bepalen
#   trusted_image_locations: [registry.example.nl/]
#   third_party_images: []
#   diginetwerk_ranges: [203.0.113.0/24]
#   in_cluster_peers:
#     - {name: zaken-api, public_host: zaken.gemeente.example}
#   mail_host: mail.gemeente.example
#   database_changes: false
#   common_ground: false
#   production_values_sets: [productie]
#   entra_tenant: gemeente.example
# own_namespaces:    # van andere componenten van dezelfde leverancier: zie docs/beheerders.md
#   production: [klantcontact]
# agreements: []     # eisen van niveau 4 die met de leverancier zijn afgesproken
# deviations: deviations.yaml
""",
    """\
# parameters:        # what the contract leaves open; what depends on it cannot be determined without
#   trusted_image_locations: [registry.example.nl/]
#   third_party_images: []
#   diginetwerk_ranges: [203.0.113.0/24]
#   in_cluster_peers:
#     - {name: zaken-api, public_host: zaken.gemeente.example}
#   mail_host: mail.gemeente.example
#   database_changes: false
#   common_ground: false
#   production_values_sets: [productie]
#   entra_tenant: gemeente.example
# own_namespaces:    # of other components of the same supplier: see docs/beheerders.md
#   production: [klantcontact]
# agreements: []     # requirements of level 4 that were agreed with the supplier
# deviations: deviations.yaml
""",
)


def target_text(name: str, parts: Mapping[Scaffold, Values], *, folder: Path, schema: str) -> Text:
    """Return a target file.

    Parameters: `name`, of the target; `parts`, what was given for each part that it is begun with; `folder`, in which
    it will stand; `schema`, the path of its schema from there.
    """
    profiles = f"[{', '.join(part.profile for part in parts)}]"
    filled = {"schema": schema, "name": json.dumps(name), "profiles": profiles}
    texts = [part.text(values, name, folder) for part, values in parts.items()]
    return Text(
        _HEAD.nl.format(**filled) + "".join(text.nl for text in texts) + _PARAMETERS.nl,
        _HEAD.en.format(**filled) + "".join(text.en for text in texts) + _PARAMETERS.en,
    )
