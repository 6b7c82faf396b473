"""What a website must offer over HTTP and in the DNS: thresholds, and how heavily each rule weighs."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from toetskader.norms.difference import Difference, Differences, find_difference
from toetskader.text import Text

Strength = Literal["required", "recommended", "optional"]
"""What is required fails, what is recommended warns, what is optional informs."""
Whole = Annotated[int, Meta(ge=0)]


class WebNorm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="web"):
    """One version of the rules for a website; what weighs must be in the file, so that nothing weighs by accident."""

    id: str
    title: Text
    source: str
    """Where the rules come from, for people."""

    https: Strength
    """HTTPS answers on every address."""
    https_redirect: Strength
    """Plain HTTP is closed, or its first hop goes to HTTPS on the same host."""
    hsts: Strength
    hsts_min_age_s: Whole
    """Shortest `max-age` of Strict-Transport-Security, in seconds."""
    compression: Strength
    x_content_type_options: Strength
    x_frame_options: Strength
    referrer_policy: Strength
    referrer_policies_good: tuple[str, ...]
    referrer_policies_sufficient: tuple[str, ...]
    """Policies that pass with a remark; a missing policy means the last of these to a browser."""
    content_security_policy: Strength
    security_txt: Strength
    security_txt_longest_days: Whole
    """How far ahead `Expires` may be, in days."""
    cookies: Strength
    server_banner: Strength
    same_service: Strength
    """IPv4 and IPv6 give the same ports, status and document."""
    same_service_percent: Annotated[int, Meta(ge=0, le=100)]
    """How much of a document may differ between IPv4 and IPv6, in percent."""

    dnssec: Strength
    ipv6: Strength
    min_name_servers: Whole
    """Name servers of the zone that must be reachable over IPv6."""
    address_records: Strength
    """Municipal names: A and AAAA records, no alias."""
    caa: Strength
    rpki: Strength
    rpki_min_peers: Whole
    """Peers of the source of routes that must see a route for it to count."""
    tlsa: Strength

    differences: Differences = ()

    def difference(self, about: str) -> Difference | None:
        """Return what differs on purpose in a field of this norm, or in a part of it: `hsts`."""
        return find_difference(self.differences, about)
