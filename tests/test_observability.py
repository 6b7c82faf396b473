"""Judgements on logging and metrics, as far as a chart shows what the application is set to do."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from tests.test_environment import require_zones_seen
from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.kubernetes.environment import ContainerEnvironment, Environment, Origin, Variable
from toetskader.facts.kubernetes.known_images import applications, own_code, server_in
from toetskader.facts.kubernetes.monitors import MONITOR_KINDS, is_monitored, offers_metrics
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.servers import SERVER_KINDS
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads
from toetskader.facts.log_levels import OFF, enumerated_levels, is_extended, missing_levels, names_debug, names_level
from toetskader.facts.mounts import FILE_KINDS, mounted_files
from toetskader.facts.names import words
from toetskader.facts.own_templates import OwnTemplates
from toetskader.facts.possible_variables import READ_WHOLE, possible_variables
from toetskader.facts.subcharts import enabled_subcharts
from toetskader.facts.template_text import is_fixed
from toetskader.facts.template_values import Decided, TemplateValues
from toetskader.facts.templates import Templates
from toetskader.facts.time_zones import is_utc, time_zone_settings
from toetskader.facts.values import Leaf
from toetskader.judging import FilePlace, Findings, Strength, Text, check, not_applicable, undetermined
from toetskader.patterns import linear

_STANDARD_OUTPUT = re.compile(
    r"stdout|stderr|console|-|/dev/std(out|err)|/proc/self/fd/[12]|/dev/fd/[12]|/dev/null", re.IGNORECASE
)

_LOG_FILE = linear(
    r"\blog(s|ging|ger)? (file|file name|filename|path|dir|directory|folder|location)$|\blogfile$|\blogdir$|\blogpath$"
    r"|\blog to file$|\b(access|error) logfile$|\blog file (name|path)$|\bserilog .*\bfile\b.*\bpath$"
    r"|\bfile log(ging)? enabled$"
)
_LOG_TARGET = linear(
    r"\blog(s|ging|ger)?\b.*\b(output|target|destination|sink|to|stream|channel|driver|appender|handler)$"
    r"|\bserilog\b.*\bwrite to\b.*\bname$"
)
_ELSEWHERE = frozenset(
    {"file", "rollingfile", "rolling file", "rotating file", "single", "daily", "syslog", "eventlog"}
)
_LOG_FILE_VALUE = re.compile(r"(file:)?[\w./-]{1,200}\.log")
_STDOUT_SWITCH = re.compile(r"\blog(s|ging)? (to )?(stdout|console)$|\bstdout log(s|ging)?$")
_LOG_PLACE = linear(r"(.*/)?logs?(/.*)?|.*\.log", re.IGNORECASE)
_LOG_OPTION = re.compile(
    r"--?log(?:ging)?[-._]?(?:file|path|dir|to-file)(?:[-._]?(?:name|path))?(?:[= ]\s*(?P<value>\S+))?|(?:>>?"
    r"|\btee\b(?:\s+-a)?)\s*(?P<file>/?[\w./-]+\.log)\b"
)


@check("logging.stdout")
def test_all_logging_goes_to_standard_output(
    workloads: Workloads, environment: Environment, findings: Findings
) -> None:
    """DDC 7.20: all logging goes to standard output.

    In a chart: no setting that names a log file, and no volume where log files go. Read-only mounts are left out, for a
    collector reads the node's logs so.
    """
    report_other_logs(workloads, environment, findings)


def report_other_logs(workloads: Workloads, environment: Environment, findings: Findings) -> None:
    """Report settings that name a log file, and volumes where log files go."""
    _require_workloads(workloads)
    for container in workloads.containers():
        _log_volumes(container, findings)
        for match in _LOG_OPTION.finditer(container.command_text):
            target = match["value"] or match["file"] or ""
            if not _STANDARD_OUTPUT.fullmatch(target.strip("\"'")):
                findings.add(container, seen=match[0][:80], expected="stdout")
    for variable in environment.variables():
        name, value = words(variable.name), variable.text
        if _STDOUT_SWITCH.search(name) and value and value.lower() in OFF:
            findings.add(variable.place, seen=f"{variable.name}: {value}", expected=f"{variable.name}: true")
        elif _names_log_file(name, value):
            findings.add(variable.place, seen=f"{variable.name}: {value[:120]}", expected="stdout")
    elsewhere = list(dict.fromkeys(item.name for item in environment.unseen if item.origin is Origin.CONFIG_MAP))
    if elsewhere:
        names = ", ".join(elsewhere[:20])
        undetermined(
            f"Niet te zien of deze ConfigMaps een logbestand noemen: {names}. Render ze mee.",
            f"Cannot see whether these ConfigMaps name a log file: {names}. Render them along.",
        )


def _names_log_file(name: str, value: str) -> bool:
    """Tell whether a variable names a file to log to: by its name, or by a value that is a log file."""
    if value.lower() in OFF or _STANDARD_OUTPUT.fullmatch(value):
        return False
    elsewhere = value.startswith(("/", "./", "file:", "syslog:")) or words(value) in _ELSEWHERE
    to_elsewhere = elsewhere and _LOG_TARGET.search(name) is not None
    return _LOG_FILE.search(name) is not None or to_elsewhere or _LOG_FILE_VALUE.fullmatch(value) is not None


def _log_volumes(container: Container, findings: Findings) -> None:
    for mount in container.get("volumeMounts").each():
        path = mount.get("mountPath").text() or ""
        if _LOG_PLACE.fullmatch(path.rstrip("/")) and mount.get("readOnly").flag() is not True:
            findings.add(
                mount.get("mountPath"),
                seen=Text(f"een volume op {path}", f"a volume on {path}"),
                expected=Text("geen plek voor logbestanden", "no place for log files"),
            )


@check("logging.debug_variable", objects=(*READ_WHOLE, *SERVER_KINDS))
def test_debug_logging_can_be_switched_on(
    workloads: Workloads,
    objects: Objects,
    render: Render,
    environment: Environment,
    values: tuple[Leaf, ...],
    defaults: tuple[Leaf, ...],
    chart: ChartFiles,
    templates: Templates,
    findings: Findings,
) -> None:
    """DDC 7.16: a debug variable and a restart extend the application's logging; unset, it does not.

    A variable for the log level serves as well. It is set through the values, and off by default. Each workload has
    one: rendered, in its own templates behind a condition, or as a sample at the list of variables that they read.
    """
    own = OwnTemplates(chart.files)
    settable = _Settable(values, own, templates, _extends, chart.files)
    always: list[Workload] = []
    for workload in _applications(workloads):
        seen = _variables(environment, workload, _extends)
        if not seen and not _possible(environment, workload, objects, own, chart, _extends):
            _require_seen(environment, workload)
            findings.add(
                workload,
                seen=Text("geen variabele om uitgebreid te loggen", "no variable for extended logging"),
                expected=Text("een variabele als DEBUG of LOG_LEVEL", "a variable such as DEBUG or LOG_LEVEL"),
            )
        elif seen and not any(settable.decides(variable, workload) for variable in seen):
            _not_settable(findings, seen)
        if (
            seen
            and not _is_as_usual(seen)
            and not _possible(environment, workload, objects, own, chart, _extends, seen)
        ):
            always.append(workload)
    _report_on_by_default(environment, workloads, values, defaults, render, chart, always, findings)


def _extends(name: str, value: str | None = None) -> bool:
    """Tell whether a variable can have an application log more: one for debugging, or for the level."""
    return names_debug(words(name)) or _levels(name, value)


def _levels(name: str, value: str | None = None) -> bool:
    return names_level(words(name), value)


def _report_on_by_default(
    environment: Environment,
    workloads: Workloads,
    values: tuple[Leaf, ...],
    defaults: tuple[Leaf, ...],
    render: Render,
    chart: ChartFiles,
    always: list[Workload],
    findings: Findings,
) -> None:
    """Report extended logging that nobody asked for: a flag of the chart's own values, or what the variables come to.

    What a values set fills in otherwise than the chart is asked for. Only in workloads of `always` all variables that
    there can be have logging extended; elsewhere one is left to extend it with, and a level besides is remarked on.
    """
    off = {name for name, included in enabled_subcharts(chart.metadata, render.values).items() if not included}
    default = {leaf.path: leaf for leaf in defaults if leaf.path.partition(".")[0] not in off}
    asked_for = {leaf.text.lower() for leaf in values if not _says_the_same(leaf, default.get(leaf.path))}
    found: dict[str, tuple[Leaf | Variable, Strength]] = {
        path: (leaf, "required") for path, leaf in default.items() if leaf.value is True and _is_debug_flag(leaf)
    }
    alike: dict[str, list[Leaf]] = {}
    for workload in _applications(workloads):
        for item in _variables(environment, workload, _extends):
            if not is_extended(words(item.name), item.text) or item.text.lower() in asked_for:
                continue
            flag_or_all = workload in always or not _levels(item.name, item.text)
            strength: Strength = "required" if flag_or_all else "recommended"
            text = item.text.lower()
            if text not in alike:
                alike[text] = [leaf for leaf in default.values() if leaf.text.lower() == text]
            for key, place in _set_by(item, alike[text]).items():
                if found.get(key, (place, "optional"))[1] != "required":
                    found[key] = (place, strength)
    for place, strength in found.values():
        value = place.value if isinstance(place, Leaf) else f"{place.name}: {place.text[:80]}"
        findings.add(
            place if isinstance(place, Leaf) else place.place,
            seen=value,
            expected=False if value is True else Text("standaard uit", "off by default"),
            remedy=_OFF_BY_DEFAULT,
            strength=strength,
        )


def _says_the_same(leaf: Leaf, other: Leaf | None) -> bool:
    if other is None:
        return False
    if type(leaf.value) is type(other.value) and leaf.value == other.value:  # as almost all of thousands
        return True
    return leaf.text == other.text


def _set_by(variable: Variable, alike: Iterable[Leaf]) -> Mapping[str, Leaf | Variable]:
    """Return the values that a variable for extended logging comes from; without any the variable itself.

    Parameters: `alike`, the default values that say the same.
    """
    same = {leaf.path: leaf for leaf in alike if is_extended(leaf.words, leaf.text)}
    return same or {variable.name: variable}


_OFF_BY_DEFAULT = Text(
    "Laat de chart standaard gewoon loggen, bijvoorbeeld op niveau info; wie meer wil zien, zet de waarde aan.",
    "Have the chart log as usual by default, for instance at level info; who wants to see more sets the value.",
)


def _is_debug_flag(leaf: Leaf) -> bool:
    return "debug" in leaf.words and names_debug(leaf.words) and "diagnostic" not in leaf.words


@check("logging.level_variable", objects=(*READ_WHOLE, *SERVER_KINDS))
def test_log_level_is_a_variable(
    workloads: Workloads,
    objects: Objects,
    environment: Environment,
    values: tuple[Leaf, ...],
    chart: ChartFiles,
    templates: Templates,
    findings: Findings,
) -> None:
    """DDC 7.20: an environment variable sets the log level, with the usual levels debug, info, warn, error and fatal.

    Where the values' schema or the documentation lists the levels, all five (or their usual other names) are there.
    """
    own = OwnTemplates(chart.files)
    settable = _Settable(values, own, templates, _levels, chart.files)
    names: set[str] = set()
    for workload in _applications(workloads):
        seen = _variables(environment, workload, _levels)
        names.update(variable.name for variable in seen)
        if not seen and not _possible(environment, workload, objects, own, chart, _levels):
            _require_seen(environment, workload)
            findings.add(
                workload,
                seen=Text("geen variabele voor het logniveau", "no variable for the log level"),
                expected=Text("een variabele als LOG_LEVEL", "a variable such as LOG_LEVEL"),
            )
        elif seen and not any(settable.decides(variable, workload) for variable in seen):
            _not_settable(findings, seen)
    for source, line, levels in enumerated_levels(chart, frozenset(names)):
        missing = missing_levels(levels)
        if missing:
            findings.add(
                FilePlace(source, line),
                seen=Text(f"zonder {', '.join(missing)}", f"without {', '.join(missing)}"),
                expected="debug, info, warn, error, fatal",
            )


# Settings of the form of log lines: by a name of their own, or by one that may also say where lines go.
_FORMAT = linear(
    r"\blog(s|ging|ger)?\b.*\b(format|formatter|formatter name|encoding|encoder|renderer|layout|style)$|\blogformat\b"
)
_MAY_BE_FORMAT = linear(
    r"\blog(s|ging|ger)?\b.*\b(format|formatter|output|type|structured)\b|\blog(s|ging)?\b.*\bjson\b"
    r"|\bjson (log|logs|logging)\b|\bstructured log(s|ging)?\b"
)
_OF_TIME = linear(r"\b(date|time|timestamp|datetime|zone)\b")
_PLAIN_FORM = linear(
    r"(plain|text|txt|logfmt|pretty|human|simple|line|lines|colou?r|tty|dev|development|common|combined|classic|%)",
    re.IGNORECASE,
)
_JSON = linear(r"\b(json|ecs|logstash|gelf|bunyan|stackdriver|jsonl)|json\b|^\s*\{\s*\"", re.IGNORECASE)
_JSON_OPTION = linear(
    r"--?log[-.]?(?:format|encoding|output|style|type)?[-.\w]{0,60}[= ]\s*[\"']?(?:json|ecs|gelf|logstash)"
    r"|--json-?logs?\b|--log-?json\b",
    re.IGNORECASE,
)
# A proxy's configuration that writes its access log as JSON.
_JSON_FILE = linear(r"escape=json|format\s*[:=]\s*\"?json", re.IGNORECASE)


@check("logging.json", objects=(*FILE_KINDS, *SERVER_KINDS))
def test_logs_are_json(workloads: Workloads, objects: Objects, environment: Environment, findings: Findings) -> None:
    """DDC 7.20: application logs are written as JSON. A chart shows the setting that asks for it, or for another form.

    Each container with code of its own is looked at; the setting of a sidecar or init container says nothing of it. The
    document asks for lines in JSON, not for a setting: software that writes them by itself has none.
    """
    silent = []
    for workload in _applications(workloads):
        for item in _own_code(environment, workload):
            if _is_json(item, objects):
                continue
            other = next((found for found in item.variables.values() if _sets_format(found)), None)
            if other is not None:
                findings.add(other.place, seen=f"{other.name}: {other.text[:80]}", expected="json")
            else:
                silent.append((workload, item.container))
    for workload, _ in silent:
        _require_seen(environment, workload)
    if silent:
        _, container = silent[0]
        undetermined(
            f"De chart zegt niet in welke vorm {container.where} logt ({len(silent)} container(s) in totaal), en een "
            "applicatie kan uit zichzelf JSON schrijven. De regels zelf laten het zien: toets ook de namespace, of zet "
            "de vorm met een instelling als LOG_FORMAT: json.",
            f"The chart does not say in which form {container.where} logs ({len(silent)} container(s) in all), and an "
            "application can write JSON by itself. The lines themselves show it: audit the namespace too, or set the "
            "form with a setting such as LOG_FORMAT: json.",
        )


def _sets_format(variable: Variable) -> bool:
    """Tell whether a variable asks for log lines in another form than JSON."""
    name, value = words(variable.name), variable.text
    if not value or _OF_TIME.search(name):
        return False
    if _FORMAT.search(name):
        return True
    asked_for = "json" in name or "structured" in name
    return _MAY_BE_FORMAT.search(name) is not None and bool(
        value.lower() in OFF if asked_for else _PLAIN_FORM.match(value)
    )


def _is_json(item: ContainerEnvironment, objects: Objects) -> bool:
    """Tell whether a container is told to log JSON: by a variable, an option, or a configuration file it mounts."""
    for variable in item.variables.values():
        name = words(variable.name)
        if "log" not in name or not (_FORMAT.search(name) or _MAY_BE_FORMAT.search(name)):
            continue
        if _JSON.search(variable.text):
            return True
        if ("json" in name or "structured" in name) and variable.text.lower() not in OFF:
            return True
    if _JSON_OPTION.search(item.container.command_text):
        return True
    return any(file.text and _JSON_FILE.search(file.text) for file in mounted_files(item.container, objects))


@check("logging.utc", objects=SERVER_KINDS)
def test_log_timestamps_are_utc(workloads: Workloads, environment: Environment, findings: Findings) -> None:
    """DDC 7.20: log lines have timestamps in UTC. A container's clock shows UTC unless a setting says otherwise."""
    report_other_zones(workloads, environment, findings)


def report_other_zones(workloads: Workloads, environment: Environment, findings: Findings) -> None:
    """Report settings by which the time of log lines is not in UTC."""
    _applications(workloads)
    for setting in time_zone_settings(environment.of_containers, of_logging=True):
        if not is_utc(setting.zone):
            findings.add(setting.place, seen=f"{setting.name}: {setting.zone[:80]}", expected="UTC")
    for container in workloads.containers():
        for mount in container.get("volumeMounts").each():
            if mount.get("mountPath").text() in ("/etc/localtime", "/etc/timezone"):
                findings.add(
                    mount,
                    seen=Text("de tijdzone van een volume", "the time zone of a volume"),
                    expected="UTC",
                )
    for workload in _applications(workloads):
        require_zones_seen(environment.of_workload(workload), of_logging=True)


@check("metrics.exposed", objects=MONITOR_KINDS)
def test_metrics_can_be_collected(
    workloads: Workloads, objects: Objects, environment: Environment, findings: Findings
) -> None:
    """DDC 7.21: the component provides metrics, for a Prometheus to collect or by OpenTelemetry.

    Counted are the component's own workloads, not the servers it brings along.
    """
    report_no_metrics(workloads, objects, environment, findings)


def report_no_metrics(workloads: Workloads, objects: Objects, environment: Environment, findings: Findings) -> None:
    """Report the workloads whose metrics nothing can collect, as far as their objects say."""
    own = _applications(workloads)
    if any(_exposes(workload, objects) or _exports(environment, workload) for workload in own):
        return
    if all(workload.is_batch for workload in own):
        not_applicable(
            "De chart rendert alleen taken die eindigen; die hebben geen metrieken om op te halen.",
            "The chart renders only jobs that end; these have no metrics to collect.",
        )
    for workload in own:
        _require_seen(environment, workload)
    off = next((item for item in environment.variables() if _switches_metrics_off(item)), None)
    if off is not None:
        findings.add(
            off.place,
            seen=f"{off.name}: {off.text}",
            expected=Text("OpenTelemetry aan, met een adres", "OpenTelemetry switched on, with an address"),
        )
        return
    findings.add(
        own[0],
        seen=Text(
            "geen poort of annotatie voor metrieken, geen monitor en geen OpenTelemetry-adres",
            "no port or annotation for metrics, no monitor and no OpenTelemetry address",
        ),
        expected=Text(
            "prometheus.io/scrape, een ServiceMonitor of PodMonitor, een poort metrics, of OTEL_EXPORTER_OTLP_ENDPOINT",
            "prometheus.io/scrape, a ServiceMonitor or PodMonitor, a port metrics, or OTEL_EXPORTER_OTLP_ENDPOINT",
        ),
    )


def _exposes(workload: Workload, objects: Objects) -> bool:
    """Tell whether a Prometheus is told to collect from a workload, or could from a port named for it."""
    if workload.pod_annotations.get("prometheus.io/scrape", "").lower() == "true":
        return True
    return offers_metrics(objects, workload) or is_monitored(objects, workload)


def _exports(environment: Environment, workload: Workload) -> bool:
    """Tell whether a workload is given an OpenTelemetry address, and not told to keep metrics to itself."""
    for item in environment.of_workload(workload):
        if server_in(item.container) is not None and item.container not in own_code(workload):
            continue
        address = any(item.variables[name].text for name in _OTLP_ADDRESSES if name in item.variables)
        if address and not any(_switches_metrics_off(variable) for variable in item.variables.values()):
            return True
    return False


_OTLP_ADDRESSES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")


def _switches_metrics_off(variable: Variable) -> bool:
    value = variable.text.lower()
    return (variable.name, value) in (("OTEL_SDK_DISABLED", "true"), ("OTEL_METRICS_EXPORTER", "none"))


# --- shared ----------------------------------------------------------------------------------------------------------


def _require_workloads(workloads: Workloads) -> None:
    if not len(workloads):
        not_applicable("De chart rendert geen workload.", "The chart renders no workload.")


def _applications(workloads: Workloads) -> tuple[Workload, ...]:
    """Return the workloads that run the component's own code; without any there is no logging of its own."""
    _require_workloads(workloads)
    found = applications(workloads)
    if not found:
        not_applicable(
            "De chart rendert geen workload met eigen code.",
            "The chart renders no workload with code of its own.",
        )
    return found


_Names = Callable[[str, str | None], bool]
"""Tells of a variable, by its name and value (None when that does not show), whether it is one that is looked for."""


def _variables(environment: Environment, workload: Workload, names: _Names) -> list[Variable]:
    return [
        variable
        for item in _own_code(environment, workload)
        for variable in item.variables.values()
        if names(variable.name, variable.text)
    ]


def _possible(
    environment: Environment,
    workload: Workload,
    objects: Objects,
    own: OwnTemplates,
    chart: ChartFiles,
    names: _Names,
    but: Iterable[Variable] = (),
) -> bool:
    """Tell whether the workload's own code can be given such a variable, that these values leave out.

    Parameters: `but`, variables that are there.
    """
    containers = [item.container for item in _own_code(environment, workload)]
    there = {item.name for item in but}
    possible = possible_variables(containers, objects, own, chart.files)
    return any(name not in there and names(name, None) for name in possible)


def _is_as_usual(variables: Iterable[Variable]) -> bool:
    """Tell whether one of these variables leaves logging as it usually is."""
    return any(item.text and not is_extended(words(item.name), item.text) for item in variables)


_OF_LOGGING = re.compile(r"debug|verbos|log|level")


class _Settable:
    """Tells whether values decide a variable."""

    def __init__(
        self,
        values: tuple[Leaf, ...],
        own: OwnTemplates,
        templates: Templates,
        names: _Names,
        files: Mapping[str, str],
    ) -> None:
        self._own = own
        self._helpers = {path: text for path, text in files.items() if path.endswith(".tpl")}
        self._filled = [item for item in values if not isinstance(item.value, dict | list)]
        self._setting = any(
            names(item.words, item.text) and templates.read(item.path)
            for item in self._filled
            if _OF_LOGGING.search(item.words)
        )

    @cached_property
    def _ends(self) -> set[str]:
        """The last keys of the paths of values, one and more."""
        paths = [item.path for item in self._filled]
        return {path[at + 1 :] for path in paths for at, char in enumerate(path) if char == "."}

    def decides(self, variable: Variable, workload: Workload) -> bool:
        """True when it comes from a Secret or a ConfigMap of others, or from values, whatever they are called there.

        A setting of that name decides nothing where the workload's template has a fixed value all the same.
        """
        if variable.origin is Origin.SECRET or (variable.origin is Origin.CONFIG_MAP and variable.holder is None):
            return True
        item = variable.holder if variable.origin is Origin.CONFIG_MAP and variable.holder else workload.object
        path, texts = item.source.partition("/")[2], self._own.of(item)
        if is_fixed(variable, {path: "\n".join(texts)}):
            return False
        if self._setting or variable.name in self._ends:
            return True
        return any(TemplateValues(self._helpers | {path: text}).decided(variable) is Decided.VALUES for text in texts)


def _not_settable(findings: Findings, seen: list[Variable]) -> None:
    for variable in {variable.name: variable for variable in seen}.values():
        findings.add(
            variable.place,
            seen=Text(f"{variable.name} staat vast in de template", f"{variable.name} is fixed in the template"),
            expected=Text("een waarde uit values.yaml", "a value from values.yaml"),
        )


def _own_code(environment: Environment, workload: Workload) -> list[ContainerEnvironment]:
    """Return the environments of the containers of a workload that run its own code."""
    own = own_code(workload)
    return [item for item in environment.of_workload(workload) if item.container in own]


def _require_seen(environment: Environment, workload: Workload) -> None:
    names = list(
        dict.fromkeys(
            source.name for item in environment.of_workload(workload) for source in item.unseen if not source.optional
        )
    )
    if names:
        undetermined(
            f"{workload.where} leest variabelen uit {', '.join(names[:20])}, die de chart niet rendert. Noem ze in "
            f"`env` "
            "met `secretKeyRef` of `configMapKeyRef`, of render het object mee.",
            f"{workload.where} reads variables from {', '.join(names[:20])}, which the chart does not render. Name "
            f"them in "
            "`env` with `secretKeyRef` or `configMapKeyRef`, or render the object along.",
        )
