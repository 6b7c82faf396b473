"""What Helm says, made short and safe to show."""

import re
import signal

from toetskader.collect.helm.limits import MEGABYTE, Limits, Refused, refused
from toetskader.facts.attempt import Reason

# A failing `tpl` quotes its whole template text, which may hold values; secrets must not end up in a message.
_QUOTED_TEMPLATE = re.compile(r'((?:function execution for|cannot parse template) )"(?:[^"\\]|\\.)*"')
_LONGEST = 600


def shorten(message: str) -> str:
    """Collapse white space, and cut the middle of a long message: its start and end say where and what."""
    text = " ".join(_QUOTED_TEMPLATE.sub(r"\1a template", message).split())
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"


def render_failed(message: str) -> Refused:
    """Say that Helm refused to render, in its own words."""
    text = shorten(message)
    return refused(
        Reason.TOOL_FAILED,
        nl=f"Helm kan de chart met deze waarden niet weergeven: {text}",
        en=f"Helm cannot render the chart with these values: {text}",
    )


def dependencies_missing(names: tuple[str, ...]) -> Refused:
    """Say that dependencies are declared but not there."""
    listed = ", ".join(names)
    return refused(
        Reason.REFUSED_INPUT,
        nl=f"Chart.yaml noemt afhankelijkheden die niet in charts/ staan: {listed}. "
        "Neem ze op met 'helm dependency update'.",
        en=f"Chart.yaml declares dependencies that are not in charts/: {listed}. "
        "Include them with 'helm dependency update'.",
    )


def timed_out(seconds: float) -> Refused:
    """Say that the deadline passed."""
    return refused(
        Reason.TIMED_OUT,
        nl=f"Helm was na {seconds:g} seconden niet klaar met de chart. Zoek een lus zonder einde in de templates.",
        en=f"Helm had not finished the chart after {seconds:g} seconds. Find an endless loop in its templates.",
    )


def too_much_memory(limits: Limits) -> Refused:
    """Say that memory ran out."""
    size = f"{limits.memory_bytes // MEGABYTE} MB"
    return refused(
        Reason.TOO_LARGE,
        nl=f"De chart kost Helm meer dan {size} geheugen. Zoek de lus of waarde die zoveel uitvoer geeft.",
        en=f"The chart takes Helm more than {size} of memory. Find the loop or value that gives so much output.",
    )


def too_much_output(limits: Limits) -> Refused:
    """Say that the output is too large."""
    size = f"{limits.output_bytes // MEGABYTE} MB"
    return refused(
        Reason.TOO_LARGE,
        nl=f"De weergegeven chart is groter dan {size}. Zoek de lus of waarde die zoveel uitvoer geeft.",
        en=f"The rendered chart is larger than {size}. Find the loop or value that gives so much output.",
    )


def why_ended(code: int, words: str, limits: Limits) -> Refused:
    """Turn a process's exit code and last words into a refusal."""
    if "out of memory" in words or "MemoryError" in words or "cannot allocate" in words or code == -signal.SIGKILL:
        return too_much_memory(limits)
    if code in {-signal.SIGXCPU, -signal.SIGALRM}:
        return timed_out(limits.deadline_s)
    if "stack overflow" in words or "stack exceeds" in words:
        return refused(
            Reason.TOO_LARGE,
            nl="Helm stopte op een template of waarde die zichzelf zonder einde aanroept. Zoek de recursie.",
            en="Helm stopped on a template or value that calls itself without end. Find the recursion.",
        )
    last = next((line.strip() for line in words.splitlines() if line.startswith(("fatal error", "panic:"))), "")
    last = last or (words.strip().splitlines() or [f"exit {code}"])[-1][:200]
    return refused(
        Reason.TOOL_FAILED,
        nl=f"Helm is op deze chart vastgelopen: {last}",
        en=f"Helm crashed on this chart: {last}",
    )
