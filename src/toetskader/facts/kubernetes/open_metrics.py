"""Metrics as text: OpenMetrics, or the older format of Prometheus. Names and types are kept, and no values."""

from collections.abc import Iterator
from typing import Any, Literal

from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.kubernetes.live import Family
from toetskader.text import Text

Form = Literal["openmetrics", "prometheus"]
MOST_FAMILIES = 5_000
MOST_LINES = 200_000
ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"

_SHOWN = 200
_LONGEST_NAME = 200
_MOST_LABELS = 50


def form_of(content_type: str) -> Form | Literal[""]:
    """Return the format that a content type names; empty for another one.

    Source: OpenMetrics 1.0, "Protocol Negotiation"; Prometheus "Exposition formats", text format 0.0.4.
    """
    kind = content_type.partition(";")[0].strip().lower()
    return "openmetrics" if kind == "application/openmetrics-text" else "prometheus" if kind == "text/plain" else ""


def families(data: bytes, form: Form, *, cut: bool = False) -> tuple[tuple[Family, ...], tuple[Text, ...]]:
    """Parse metrics, and return the families up to the first place where the text breaks its format, and that place.

    Parameters: `cut`, whether there was more: then the last line, and that the text has no end, do not count. Families
    go by the names of OpenMetrics in both formats: a counter without `_total`.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (), (_problem(line, "is no UTF-8"),)
    if cut:
        text = text[: text.rfind("\n") + 1]
        if form == "openmetrics":
            text += "# EOF\n"
    lines = _Lines(text)
    found: list[Family] = []
    try:
        for metric in _parsed(lines, form):
            found.append(_family(metric))
            if len(found) > MOST_FAMILIES or lines.number > MOST_LINES:
                return tuple(found[:MOST_FAMILIES]), (_problem(lines.number, "more than is read"),)
    # The library raises what its Python happens to raise on text that is wrong, not ValueError alone.
    except Exception as error:
        # A family that was cut in two breaks rules at the end, and is left out.
        at_cut = cut and lines.number >= lines.total
        return tuple(found), () if at_cut else (_problem(lines.number, _reason(error)),)
    return tuple(found), ()


class _Lines:
    """Lines of a text, counted as they are read."""

    def __init__(self, text: str) -> None:
        self.number = 0
        self._lines = text.splitlines(keepends=True)
        self.total = len(self._lines)

    def __iter__(self) -> Iterator[str]:
        for self.number, line in enumerate(self._lines, start=1):  # noqa: B020 - the count is the point
            yield line


def _parsed(lines: _Lines, form: Form) -> Iterator[Any]:
    # 0.1 s to import, for runs that look at metrics alone.
    from prometheus_client.openmetrics import parser as openmetrics  # noqa: PLC0415
    from prometheus_client.parser import text_fd_to_metric_families  # noqa: PLC0415

    parse: Any = openmetrics.text_fd_to_metric_families if form == "openmetrics" else text_fd_to_metric_families
    yield from parse(lines)


def _family(metric: Any) -> Family:
    labels = {name for sample in metric.samples for name in sample.labels}
    return Family(
        name=escaped(metric.name, _LONGEST_NAME),
        type=escaped(metric.type, 30),
        unit=escaped(metric.unit or "", 60),
        documented=bool(metric.documentation),
        samples=len(metric.samples),
        labels=tuple(escaped(name, _LONGEST_NAME) for name in sorted(labels)[:_MOST_LABELS]),
    )


def _reason(error: Exception) -> str:
    """Return what the parser says, without the line itself: label values may be anything."""
    said = str(error).partition(":")[0] if isinstance(error, ValueError) else ""
    words = said.isascii() and said.replace(" ", "").replace("#", "").replace("_", "").isalpha()
    return escaped(said, _SHOWN) if words else "is no line of this format"


def _problem(line: int, reason: str) -> Text:
    return Text(f"regel {line}: {reason}", f"line {line}: {reason}")
