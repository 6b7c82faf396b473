"""Collectors for a public endpoint: everything here talks to a network."""
