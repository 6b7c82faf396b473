"""What Helm says, told in words of ours.

A message of Helm quotes what the supplier wrote: the text of `fail` and `required`, arguments of functions, values that
a schema refuses, lines of YAML. A secret can stand there in any form, so nothing of it is shown: only the place, the
function or rule of Helm's own, and how to see the message itself.
"""

import re
import signal
from collections.abc import Iterator
from typing import Any

from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.core.failure import Failed, Failure, Reason, failed
from toetskader.facts.chart import LintMessage
from toetskader.facts.references import looks_generated
from toetskader.text import Text

_NOT_SHOWN = Text(
    "De melding zelf wordt niet getoond: daarin kan een geheim staan.",
    "The message itself is not shown: a secret can stand in it.",
)
_AT_MOST = 4
"""Rules of a schema that one message names."""

_PATH = r"(?P<path>[\w.@+-]{1,100}(?:/[\w.@+-]{1,100}){0,20})"
_STOPPED = re.compile(rf"execution error at \({_PATH}:(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?\)")
_NOT_PARSED = re.compile(rf"parse error at \({_PATH}:(?P<line>[0-9]+)\)")
_TEMPLATE = re.compile(rf"(?:^|template: |Error: |\n){_PATH}:(?P<line>[0-9]+):(?P<column>[0-9]+)")
_YAML_IN = re.compile(rf"(?:YAML parse error on|cannot load|unable to parse) {_PATH}")
_YAML_LINE = re.compile(r"yaml: (?:unmarshal errors:\s{1,8})?line (?P<line>[0-9]+)")
_CALLING = re.compile(r"error calling (?P<function>[A-Za-z]\w{0,40}):")
_FIELD = re.compile(r" at <(?P<field>\$?(?:\.[A-Za-z_]\w{0,60}){1,12})>")
_UNKNOWN = re.compile(r"function \"(?P<function>[A-Za-z]\w{0,40})\" not defined")
_REMOVED = frozenset({"env", "expandenv"})
"""Functions of Sprig that Helm leaves out."""
_AT = re.compile(r"at '(?P<pointer>(?:/[^'/\n]{1,80}){0,20})': (?P<rule>[^\n]{1,200})")
_TYPE = r"(?:array|boolean|integer|null|number|object|string)"
_WRONG_TYPE = re.compile(rf"got {_TYPE}, want {_TYPE}(?: or {_TYPE}){{0,6}}")
_KEYWORD = re.compile(r"'?(?P<keyword>[a-z][A-Za-z]{2,24})'?(?::| failed)")
_KEYWORDS = frozenset(
    {
        *("allOf", "anyOf", "oneOf", "not", "minLength", "maxLength", "minimum", "maximum", "multipleOf", "minItems"),
        *("exclusiveMinimum", "exclusiveMaximum", "maxItems", "minProperties", "maxProperties", "contains"),
        *("minContains", "maxContains", "uniqueItems", "dependentRequired", "propertyNames"),
    }
)
"""JSON Schema Validation 2020-12, chapters 6 and 10 of Core."""
_OF_ITSELF = re.compile(
    r"'?(?:maximum|minimum|exclusiveMaximum|exclusiveMinimum|multipleOf)'?(?::| failed)|value must be"
)
"""Rules of a schema on one number by itself, as Helm's validator words them."""
_YAML_WORDS = (
    (
        "excessive aliasing",
        Text("YAML met te veel verwijzingen naar zichzelf", "YAML with excessive aliasing"),
    ),
    ("max depth", Text("YAML die te diep genest is", "YAML nested too deeply")),
    ("recursion depth", Text("YAML die te diep genest is", "YAML nested too deeply")),
    (
        "unsupported value",
        Text("een getal dat JSON niet heeft (.inf, .nan)", "a number that JSON does not have (.inf, .nan)"),
    ),
    ("Unicode", Text("tekst die geen Unicode is", "text that is no Unicode")),
    (
        "Expected `",
        Text(
            "apiVersion, kind, metadata of items van het verkeerde type",
            "apiVersion, kind, metadata or items of the wrong type",
        ),
    ),
)
"""What the readers of YAML and JSON say of the text as a whole, and of the head of an object."""
_INTO = re.compile(rf"cannot unmarshal (?P<given>{_TYPE}|bool) into Go ")
_CHART_FIELD = re.compile(r"chart\.metadata\.(?P<field>[a-zA-Z]{1,20})")
_CONSTRAINT = re.compile(
    r"kubeVersion: (?P<wanted>[<>=~^!|, v0-9.xX*-]{1,60}) which is incompatible with Kubernetes "
    r"v?(?P<given>[0-9.]{1,12})"
)


def cause(message: str) -> Text | None:
    """Return place and rule of what Helm reports, without what the supplier wrote; None when it has neither."""
    found = _stopped(message) or _in_schema(message) or _in_template(message) or _in_yaml(message)
    return found or next((told for told in _others(message)), None)


def _stopped(message: str) -> Text | None:
    match = _STOPPED.search(message)
    if match is None:
        return None
    return Text(
        f"{_place(match)}: de template stopt zelf, met `fail` of `required`. Lees die regel, en vul in een waardenset "
        "van het doel in wat hij vraagt",
        f"{_place(match)}: the template stops by itself, with `fail` or `required`. Read that line, and fill in what "
        "it asks for in a values set of the target",
    )


def _in_template(message: str) -> Text | None:
    match = _NOT_PARSED.search(message)
    if match:
        unknown = _UNKNOWN.search(message)
        named = f" `{unknown['function']}`" if unknown and unknown["function"] in _REMOVED else ""
        if unknown:
            return Text(
                f"{_place(match)}: een functie{named} die Helm niet heeft (function{named} not defined)",
                f"{_place(match)}: a function{named} that Helm does not have (function{named} not defined)",
            )
        return Text(f"{_place(match)}: geen geldige template", f"{_place(match)}: no valid template")
    match = _TEMPLATE.search(message)
    if match is None:
        return None
    calling, field = _CALLING.search(message), _FIELD.search(message)
    what = Text("de template kan niet worden uitgevoerd", "the template cannot be executed")
    if "nil pointer" in message:
        what = Text("een waarde die er niet is (nil pointer)", "a value that is not there (nil pointer)")
    elif "template depth" in message or "nested reference name" in message:
        what = Text("templates roepen elkaar zonder einde aan", "templates call each other without end")
    elif calling:
        name = calling["function"]
        what = Text(f"de functie `{name}` geeft een fout", f"the function `{name}` gives an error")
    named = f" `{field['field']}`" if field and not looks_generated(field["field"]) else ""
    return Text(f"{_place(match)}{named}: {what.nl}", f"{_place(match)}{named}: {what.en}")


def _in_yaml(message: str) -> Text | None:
    match = _YAML_IN.search(message)
    line, types = _YAML_LINE.search(message), _INTO.search(message)
    words = next((told for said, told in _YAML_WORDS if said in message), None)
    if match is None and line is None and types is None and words is None:
        return None
    path = match["path"] if match and match["path"] != "YAML" else ""
    where = ", ".join(
        part for part in (path if not looks_generated(path) else "", f"{{line}} {line['line']}" if line else "") if part
    )
    what = words or Text("geen geldige YAML", "no valid YAML")
    if types:
        given = types["given"]
        what = Text(f"YAML van het verkeerde type ({given})", f"YAML of the wrong type ({given})")
    nl, en = (f"{where}: ".replace("{line}", word) if where else "" for word in ("regel", "line"))
    return Text(f"{nl}{what.nl}", f"{en}{what.en}")


def _in_schema(message: str) -> Text | None:
    found = [_rule(match["pointer"], match["rule"]) for match in _AT.finditer(message)]
    if not found:
        return None
    more = len(found) - _AT_MOST
    nl = "; ".join(dict.fromkeys(item.nl for item in found[:_AT_MOST]))
    en = "; ".join(dict.fromkeys(item.en for item in found[:_AT_MOST]))
    rest = Text(f"; en nog {more}", f"; and {more} more") if more > 0 else Text("", "")
    return Text(
        f"waarden voldoen niet aan values.schema.json: {nl}{rest.nl}",
        f"values do not meet values.schema.json: {en}{rest.en}",
    )


def _rule(pointer: str, rule: str) -> Text:
    """Tell which rule of a schema refuses the value at a place; names that are no words are left out."""
    where = "/".join("…" if looks_generated(part) else part for part in pointer.split("/")) or "/"
    keyword = _KEYWORD.match(rule)
    kind = _WRONG_TYPE.match(rule)
    if kind:
        what = Text(kind[0], kind[0])
    elif keyword and keyword["keyword"] in _KEYWORDS:
        what = Text(f"`{keyword['keyword']}`", f"`{keyword['keyword']}`")
    elif rule.startswith("additional propert"):
        what = Text("een eigenschap die het schema niet kent", "a property that the schema does not know")
    elif rule.startswith("missing propert"):
        what = Text("een verplichte eigenschap ontbreekt", "a required property is missing")
    elif rule.startswith("value must be"):
        what = Text("geen van de waarden die mogen (`enum`, `const`)", "none of the values allowed (`enum`, `const`)")
    elif "does not match pattern" in rule:
        what = Text("past niet op `pattern`", "does not match `pattern`")
    else:
        what = Text("een regel van het schema", "a rule of the schema")
    return Text(f"{where}: {what.nl}", f"{where}: {what.en}")


def _others(message: str) -> Iterator[Text]:
    field, constraint = _CHART_FIELD.search(message), _CONSTRAINT.search(message)
    if constraint:
        wanted, given = constraint["wanted"].strip(), constraint["given"]
        yield Text(
            f"Chart.yaml vraagt kubeVersion {wanted}, het doel noemt {given}",
            f"Chart.yaml asks for kubeVersion {wanted}, the target says {given}",
        )
    if field:
        name = field["field"]
        yield Text(f"Chart.yaml: {name} is niet geldig", f"Chart.yaml: {name} is not valid")
    for words, told in _SENTENCES:
        if words in message:
            yield told


_SENTENCES = (
    ("release name", Text("de naam van de release (release name) is niet geldig", "the release name is not valid")),
    ("Release name", Text("de naam van de release (release name) is niet geldig", "the release name is not valid")),
    ("nvalid Semantic Version", Text("een versie is geen semantische versie", "a version is no semantic version")),
    ("not a valid SemVer", Text("de versie is geen semantische versie", "version is not a valid SemVer")),
    ("kubeVersion", Text("de versie van Kubernetes past niet", "the version of Kubernetes does not fit")),
    ('" as version', Text("de versie van Kubernetes past niet", "the version of Kubernetes does not fit")),
    ("kube version", Text("de versie van Kubernetes past niet", "the version of Kubernetes does not fit")),
    ("apiVersion", Text("Chart.yaml: apiVersion is niet geldig", "Chart.yaml: apiVersion is not valid")),
    (
        "missing in charts/",
        Text(
            "een afhankelijkheid uit Chart.yaml staat niet in charts/", "a dependency of Chart.yaml is not in charts/"
        ),
    ),
    (
        "missing these dependencies",
        Text(
            "een afhankelijkheid uit Chart.yaml staat niet in charts/", "a dependency of Chart.yaml is not in charts/"
        ),
    ),
    (
        "Kubernetes naming requirements",
        Text(
            "de naam van het object mag in Kubernetes niet", "object name does not conform to Kubernetes' requirements"
        ),
    ),
    ("invalid character", Text("geen geldige JSON", "no valid JSON")),
)


def _place(match: re.Match[str]) -> str:
    """Return file, line and column; a path that is no words is left out."""
    groups = match.groupdict()
    path = "…" if looks_generated(groups["path"]) else groups["path"]
    return ":".join(part for part in (path, groups.get("line"), groups.get("column")) if part)


def _told(message: str, see: Text, fallback: Text) -> Text:
    found = cause(message) or fallback
    return Text(f"{found.nl}. {_NOT_SHOWN.nl} {see.nl}", f"{found.en}. {_NOT_SHOWN.en} {see.en}")


_SEE_RENDER = Text(
    "Wie Helm heeft: `helm template` met dezelfde waarden laat haar zien.",
    "Who has Helm: `helm template` with the same values shows it.",
)
_SEE_LINT = Text(
    "Wie Helm heeft: `helm lint` met dezelfde waarden laat haar zien.",
    "Who has Helm: `helm lint` with the same values shows it.",
)
_NO_CAUSE = Text("Helm geeft een fout", "Helm gives an error")


def told_of_chart(message: str) -> Text:
    """Tell why a chart or its values cannot be read."""
    return _told(message, _SEE_RENDER, _NO_CAUSE)


def render_failed(message: str) -> Failed:
    """Say that Helm refused to render, and where."""
    told = _told(message, _SEE_RENDER, _NO_CAUSE)
    return Failed(
        Failure(
            reason=Reason.TOOL_FAILED,
            message=Text(
                f"Helm kan de chart met deze waarden niet weergeven: {told.nl}",
                f"Helm cannot render the chart with these values: {told.en}",
            ),
            pointers=tuple(
                dict.fromkeys(match["pointer"] for match in _AT.finditer(message) if _OF_ITSELF.match(match["rule"]))
            ),
        )
    )


def lint_failed(message: str) -> Failed:
    """Say that Helm's lint could not run, and on what."""
    told = _told(message, _SEE_LINT, _NO_CAUSE)
    return failed(
        Reason.TOOL_FAILED,
        nl=f"'helm lint' kan de chart niet beoordelen: {told.nl}",
        en=f"'helm lint' cannot judge the chart: {told.en}",
    )


# What lint says of a chart in words of its own, without a value.
_LINT_WORDS = re.compile(
    r"icon is recommended|directory (?:does not exist|not found)|file (?:does not exist|is empty)"
    r"|[a-z]{2,12}(?:\.[a-z]{2,12})? is required|chart type is not valid[a-z ]{0,40}"
    r"|[\w./]{3,60}/v[0-9][a-z0-9]{0,10} [A-Z][A-Za-z]{2,60} is deprecated in v[0-9.]+\+, unavailable in v[0-9.]+\+"
    r"(?:; use [\w./]{3,60}/v[0-9][a-z0-9]{0,10} [A-Z][A-Za-z]{2,60})?"
    r"|file extension '\.[a-z]{1,8}' not valid\. Valid extensions are [a-z., ]{1,60}"
)


def lint_message(severity: str, path: str, message: str, directory: str) -> LintMessage:
    """Make one lint message; `directory` is where the chart lay, which says nothing to a reader."""
    words = " ".join(message.replace(directory, ".").split())
    if _LINT_WORDS.fullmatch(words) is None:
        found = cause(message)
        if words.startswith("unable to parse YAML"):
            found = cause(message.partition(":")[2]) or Text("geen geldige YAML", "no valid YAML")
            found = Text(found.nl, f"unable to parse YAML: {found.en}")
        words = found.en if found else "a message that is not shown, since it can hold a secret: run `helm lint`"
    return LintMessage(severity=severity, path=path.replace(directory, ".", 1), message=words)


def cannot_render(metadata: dict[str, Any], missing: tuple[str, ...]) -> Failure | None:
    """Say why Helm would not even try: its own checks before an install, the same for the SDK and the binary.

    Parameters: `metadata`, Chart.yaml; `missing`, declared dependencies that are not in charts/.
    """
    kind = metadata.get("type")
    if kind not in {None, "", "application"}:
        named = kind if kind == "library" else "…"
        return failed(
            Reason.REFUSED_INPUT,
            nl=f"Dit is een {named}-chart; Helm installeert die niet. Wijs een toepassingschart aan.",
            en=f"This is a {named} chart; Helm does not install those. Point to an application chart.",
        ).failure
    if missing:
        listed = ", ".join("…" if looks_generated(name) else name for name in missing)
        return failed(
            Reason.REFUSED_INPUT,
            nl=f"Chart.yaml noemt afhankelijkheden die niet in charts/ staan: {listed}. "
            "Neem ze op met 'helm dependency update'.",
            en=f"Chart.yaml declares dependencies that are not in charts/: {listed}. "
            "Include them with 'helm dependency update'.",
        ).failure
    return None


def timed_out(seconds: float) -> Failed:
    """Say that the deadline passed."""
    return failed(
        Reason.TIMED_OUT,
        nl=f"Helm was na {seconds:g} seconden niet klaar met de chart. Zoek een lus zonder einde in de templates.",
        en=f"Helm had not finished the chart after {seconds:g} seconds. Find an endless loop in its templates.",
    )


def too_much_memory(limits: Limits) -> Failed:
    """Say that memory ran out."""
    size = f"{limits.memory_bytes // MEGABYTE} MB"
    return failed(
        Reason.TOO_LARGE,
        nl=f"De chart kost Helm meer dan {size} geheugen. Zoek de lus of waarde die zoveel uitvoer geeft.",
        en=f"The chart takes Helm more than {size} of memory. Find the loop or value that gives so much output.",
    )


def too_much_output(limit: int) -> Failed:
    """Say that the output is larger than so many bytes."""
    size = f"{limit // MEGABYTE} MB"
    return failed(
        Reason.TOO_LARGE,
        nl=f"De weergegeven chart is groter dan {size}. Zoek de lus of waarde die zoveel uitvoer geeft.",
        en=f"The rendered chart is larger than {size}. Find the loop or value that gives so much output.",
    )


def too_many_objects(limits: Limits) -> Failed:
    """Say that a render holds more objects than are judged."""
    return failed(
        Reason.TOO_LARGE,
        nl=f"De weergegeven chart bevat meer dan {limits.objects} objecten. Zoek de lus die er zoveel geeft.",
        en=f"The rendered chart holds more than {limits.objects} objects. Find the loop that gives so many.",
    )


def nested_too_deeply(what: str, limits: Limits) -> Failed:
    """Say that data lie too deep inside each other; `what` is the template or file that holds them."""
    return failed(
        Reason.REFUSED_INPUT,
        nl=f"{what} bevat gegevens die dieper dan {limits.nesting} lagen genest zijn. Maak de structuur vlakker.",
        en=f"{what} holds data nested more than {limits.nesting} levels deep. Make its structure flatter.",
    )


def why_ended(code: int, peak: int, words: str, limits: Limits) -> Failed:
    """Turn the end of a process into a refusal.

    Parameters: `code`, its exit code (negative for a signal); `peak`, the most memory it held, in bytes; `words`,
    what it said on standard error.
    """
    if "stack overflow" in words or "stack exceeds" in words:
        return failed(
            Reason.TOO_LARGE,
            nl="Helm stopte op een template of waarde die zichzelf zonder einde aanroept. Zoek de recursie.",
            en="Helm stopped on a template or value that calls itself without end. Find the recursion.",
        )
    if code == -signal.SIGXCPU:
        return timed_out(limits.deadline_s)
    # Go crashes in many ways when the kernel gives it no more memory; not all of them say so.
    if "out of memory" in words or "MemoryError" in words or code == -signal.SIGKILL or peak > limits.memory_bytes // 2:
        return too_much_memory(limits)
    match = _CRASH.search(words)
    line = match[0] if match else f"exit {code}"
    return failed(
        Reason.TOOL_FAILED,
        nl=f"Helm is op deze chart vastgelopen: {line}",
        en=f"Helm crashed on this chart: {line}",
    )


# How Go and Python begin to say what happened; what follows can quote anything.
_CRASH = re.compile(
    r"^(?:fatal error: [a-z][a-z ]{2,60}|panic: runtime error|panic|[A-Z]\w{2,40}Error)(?=:|\s|$)", re.MULTILINE
)
