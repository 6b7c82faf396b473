"""What Helm says, made short and safe to show."""

import re
import signal
from typing import Any

from toetskader.collect.helm.limits import MEGABYTE, Limits, Refusal, Refused, refused
from toetskader.facts.attempt import Reason
from toetskader.facts.chart import LintMessage

# A failing `tpl` quotes its whole template text, which may hold values; secrets must not end up in a message.
_QUOTED_TEMPLATE = re.compile(r'((?:function execution for|cannot parse template) )"(?:[^"\\]|\\.)*"')
# A value that its schema refuses is quoted too; where it stands is said before it.
_QUOTED_VALUE = re.compile(r"(at '[^']*': )'(?:[^'\\]|\\.)*' (?=does not match|is not valid)")
_QUOTED_NUMBER = re.compile(r"((?:maximum|minimum|exclusiveMaximum|exclusiveMinimum|multipleOf): )got [^,]*, ")
_LONGEST = 600


def shorten(message: str) -> str:
    """Collapse white space, and cut the middle of a long message: its start and end say where and what."""
    text = _QUOTED_TEMPLATE.sub(r"\1a template", message)
    text = _QUOTED_NUMBER.sub(r"\1", _QUOTED_VALUE.sub(r"\1the value ", text))
    text = " ".join(text.split())
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


def lint_failed(message: str) -> Refused:
    """Say that Helm's lint could not run, in its own words."""
    text = shorten(message)
    return refused(
        Reason.TOOL_FAILED,
        nl=f"'helm lint' kan de chart niet beoordelen: {text}",
        en=f"'helm lint' cannot judge the chart: {text}",
    )


def lint_message(severity: str, path: str, message: str, directory: str) -> LintMessage:
    """Make one lint message; `directory` is where the chart lay, which says nothing to a reader."""
    return LintMessage(
        severity=severity,
        path=path.replace(directory, ".", 1),
        message=shorten(message.replace(directory, ".")),
    )


def cannot_render(metadata: dict[str, Any], missing: tuple[str, ...]) -> Refusal | None:
    """Say why Helm would not even try: its own checks before an install, the same for the SDK and the binary.

    Parameters: `metadata`, Chart.yaml; `missing`, declared dependencies that are not in charts/.
    """
    kind = metadata.get("type")
    if kind not in {None, "", "application"}:
        return refused(
            Reason.REFUSED_INPUT,
            nl=f"Dit is een {kind}-chart; Helm installeert die niet. Wijs een toepassingschart aan.",
            en=f"This is a {kind} chart; Helm does not install those. Point to an application chart.",
        ).refusal
    if missing:
        listed = ", ".join(missing)
        return refused(
            Reason.REFUSED_INPUT,
            nl=f"Chart.yaml noemt afhankelijkheden die niet in charts/ staan: {listed}. "
            "Neem ze op met 'helm dependency update'.",
            en=f"Chart.yaml declares dependencies that are not in charts/: {listed}. "
            "Include them with 'helm dependency update'.",
        ).refusal
    return None


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


def too_much_output(limit: int) -> Refused:
    """Say that the output is larger than so many bytes."""
    size = f"{limit // MEGABYTE} MB"
    return refused(
        Reason.TOO_LARGE,
        nl=f"De weergegeven chart is groter dan {size}. Zoek de lus of waarde die zoveel uitvoer geeft.",
        en=f"The rendered chart is larger than {size}. Find the loop or value that gives so much output.",
    )


def too_many_objects(limits: Limits) -> Refused:
    """Say that a render holds more objects than are judged."""
    return refused(
        Reason.TOO_LARGE,
        nl=f"De weergegeven chart bevat meer dan {limits.objects} objecten. Zoek de lus die er zoveel geeft.",
        en=f"The rendered chart holds more than {limits.objects} objects. Find the loop that gives so many.",
    )


def nested_too_deeply(what: str, limits: Limits) -> Refused:
    """Say that data lie too deep inside each other; `what` is the template or file that holds them."""
    return refused(
        Reason.REFUSED_INPUT,
        nl=f"{what} bevat gegevens die dieper dan {limits.nesting} lagen genest zijn. Maak de structuur vlakker.",
        en=f"{what} holds data nested more than {limits.nesting} levels deep. Make its structure flatter.",
    )


def why_ended(code: int, peak: int, words: str, limits: Limits) -> Refused:
    """Turn the end of a process into a refusal.

    Parameters: `code`, its exit code (negative for a signal); `peak`, the most memory it held, in bytes; `words`,
    what it said on standard error.
    """
    if "stack overflow" in words or "stack exceeds" in words:
        return refused(
            Reason.TOO_LARGE,
            nl="Helm stopte op een template of waarde die zichzelf zonder einde aanroept. Zoek de recursie.",
            en="Helm stopped on a template or value that calls itself without end. Find the recursion.",
        )
    if code == -signal.SIGXCPU:
        return timed_out(limits.deadline_s)
    # Go crashes in many ways when the kernel gives it no more memory; not all of them say so.
    if "out of memory" in words or "MemoryError" in words or code == -signal.SIGKILL or peak > limits.memory_bytes // 2:
        return too_much_memory(limits)
    lines = [line.strip() for line in words.splitlines() if line.strip()] or [f"exit {code}"]
    # Python's last line says what happened; Go's first line does.
    line = lines[-1 if lines[0].startswith("Traceback") else 0][:200]
    return refused(
        Reason.TOOL_FAILED,
        nl=f"Helm is op deze chart vastgelopen: {line}",
        en=f"Helm crashed on this chart: {line}",
    )
