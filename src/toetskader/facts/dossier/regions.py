"""Where the regions of cloud providers stand."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_AZURE = {
    "austriaeast": "AT", "belgiumcentral": "BE", "francecentral": "FR", "francesouth": "FR",
    "germanynorth": "DE", "germanywestcentral": "DE", "italynorth": "IT", "northeurope": "IE", "norwayeast": "NO",
    "norwaywest": "NO", "polandcentral": "PL", "spaincentral": "ES", "swedencentral": "SE", "swedensouth": "SE",
    "westeurope": "NL",
    "australiacentral": "AU", "australiacentral2": "AU", "australiaeast": "AU", "australiasoutheast": "AU",
    "brazilsouth": "BR", "brazilsoutheast": "BR", "canadacentral": "CA", "canadaeast": "CA", "centralindia": "IN",
    "centralus": "US", "chilecentral": "CL", "eastasia": "HK", "eastus": "US", "eastus2": "US",
    "indonesiacentral": "ID", "israelcentral": "IL", "japaneast": "JP", "japanwest": "JP", "jioindiacentral": "IN",
    "jioindiawest": "IN", "koreacentral": "KR", "koreasouth": "KR", "malaysiawest": "MY", "mexicocentral": "MX",
    "newzealandnorth": "NZ", "northcentralus": "US", "qatarcentral": "QA", "southafricanorth": "ZA",
    "southafricawest": "ZA", "southcentralus": "US", "southeastasia": "SG", "southindia": "IN",
    "switzerlandnorth": "CH", "switzerlandwest": "CH", "uaecentral": "AE", "uaenorth": "AE", "uksouth": "GB",
    "ukwest": "GB", "westcentralus": "US", "westindia": "IN", "westus": "US", "westus2": "US", "westus3": "US",
}  # fmt: skip
REGIONS: Mapping[str, str] = MappingProxyType(_AZURE)
"""Region of Azure, as its programs name it → country. From learn.microsoft.com/azure/reliability/regions-list, 2026."""


def region_name(region: str) -> str:
    """Return a region as programs name it: of `West Europe`, `westeurope`."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", region).casefold()))


def country_of(region: str) -> str | None:
    """Return the country (ISO 3166) of a region of Azure, however it is written: `westeurope`, `West Europe`.

    None for a region that is not known here, and for what is in no one place (`global`).
    """
    return REGIONS.get(region_name(region))
