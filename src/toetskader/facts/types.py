"""Which kinds of facts there are, and what each is."""

from collections.abc import Mapping

import msgspec

from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.endpoint.dns import DnsFacts
from toetskader.facts.endpoint.dnssec import DnssecFacts
from toetskader.facts.endpoint.http import HttpFacts
from toetskader.facts.endpoint.names import Endpoint, Endpoints
from toetskader.facts.endpoint.rpki import RpkiFacts
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.facts.haven import HavenReport
from toetskader.facts.kubernetes.live import Inside, Live, Logs, Metrics, Usage
from toetskader.facts.kubernetes.rights import Rights

FACT_TYPES: Mapping[str, type[msgspec.Struct]] = {
    "chart": ChartFiles,
    **dict.fromkeys(("render", "render_next", "render_vanity", "render_scaled", "contracted"), Render),
    "endpoint": Endpoint,
    "endpoints": Endpoints,
    "dns": DnsFacts,
    "dnssec": DnssecFacts,
    "tls": TlsFacts,
    "http": HttpFacts,
    "rpki": RpkiFacts,
    "live": Live,
    "logs": Logs,
    "metrics": Metrics,
    "usage": Usage,
    "inside": Inside,
    "rights": Rights,
    "haven": HavenReport,
}
"""Kind of fact → its type; each type has a tag of its own, so that a file tells which it holds."""
