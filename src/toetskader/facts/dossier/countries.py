"""Countries of the European Union and the European Economic Area.

Source: the list of member states of the European Union (european-union.europa.eu, "EU countries"), as it stands since
the United Kingdom left on 1 February 2020, and article 126 of the EEA agreement for the other three. Looked at on
30 November 2026: whoever joins or leaves is to be changed here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Area = Literal["NL", "EU", "EEA"]

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""By ISO 3166, where Greece is GR (the Union itself writes EL)."""
EEA = EU | {"IS", "LI", "NO"}
AREAS: Mapping[Area, frozenset[str]] = MappingProxyType({"NL": frozenset({"NL"}), "EU": EU, "EEA": EEA})
