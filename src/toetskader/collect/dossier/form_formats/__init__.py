"""Forms that were filled in: one module a format, which keeps what can be counted and nothing that people wrote."""
