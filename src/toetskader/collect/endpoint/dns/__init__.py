"""Names: asking a resolver and name servers, and validating what they say from the trust anchor down."""
