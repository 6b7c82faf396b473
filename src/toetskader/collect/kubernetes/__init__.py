"""Collector of a namespace: read-only, bounded, one paginated list per kind of object."""
