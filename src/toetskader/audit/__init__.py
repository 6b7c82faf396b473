"""One audit: what is in scope, what a verdict comes to, and how it adds up per target. Pure."""
