"""The collector of HTTP: what an endpoint answers on each of its addresses."""

from toetskader.collect.endpoint.http.collector import collect_http

__all__ = ["collect_http"]
