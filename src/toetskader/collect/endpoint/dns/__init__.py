"""Names: asking a resolver and name servers, and validating what they say from the trust anchor down."""

from toetskader.collect.endpoint.dns.collector import Addresses, Dns

__all__ = ["Addresses", "Dns"]
