"""Collectors: everything that reads files, runs programs or reaches a network. All I/O lives here."""
