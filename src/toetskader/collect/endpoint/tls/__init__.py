"""TLS and certificates of an endpoint."""

from toetskader.collect.endpoint.tls.collector import collect_tls

__all__ = ["collect_tls"]
