"""Judgements on logging as it comes out of the containers that run. Only the shape of lines is known, never their text.

Judged are the containers with the component's own code, as for a chart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.test_live_images import require_running
from tests.test_observability import report_other_logs, report_other_zones
from toetskader.facts.kubernetes.environment import Environment, Origin, Variable
from toetskader.facts.kubernetes.known_images import applications, own_code
from toetskader.facts.kubernetes.live import Logs, LogTail
from toetskader.facts.kubernetes.servers import SERVER_KINDS
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads
from toetskader.facts.log_levels import LEVELS, names_debug, names_level
from toetskader.facts.names import words
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

_ON = frozenset({"1", "true", "yes", "on", "enabled"})
_DEBUG_NAMES = LEVELS["debug"] | {"all"}


@dataclass(frozen=True, slots=True)
class _Log:
    """The log of a container of the component's own code, as far as it was read."""

    container: Container
    tails: tuple[LogTail, ...]

    @property
    def readable(self) -> tuple[LogTail, ...]:
        return tuple(tail for tail in self.tails if tail.failure is None and tail.lines)


def _own_logs(workloads: Workloads, logs: Logs, findings: Findings) -> tuple[list[_Log], list[Text]]:
    """Return the logs of own code, and why some could not be judged; end when there is none to judge."""
    require_running(workloads)
    own = applications(workloads)
    if not own:
        not_applicable("Er draait geen workload met eigen code.", "No workload with code of its own runs.")
    tails: dict[tuple[str, str], list[LogTail]] = defaultdict(list)
    for tail in logs.tails:
        tails[tail.workload, tail.container].append(tail)
    found = [
        _Log(container, tuple(tails[workload.where, container.name]))
        for workload in own
        for container in own_code(workload)
    ]
    if logs.left_out is not None:
        findings.saw(logs.left_out.nl, logs.left_out.en)
    for log in found:
        for tail in log.readable:
            findings.saw(
                f"{tail.pod}, {tail.container}: {tail.lines} regels, {tail.json} JSON, {tail.levels} met niveau, "
                f"{tail.utc} met UTC-tijd",
                f"{tail.pod}, {tail.container}: {tail.lines} lines, {tail.json} JSON, {tail.levels} with level, "
                f"{tail.utc} with a time in UTC",
            )
    return found, [reason for log in found for reason in _unread(log)]


def _unread(log: _Log) -> Iterator[Text]:
    if log.readable:
        return
    where = log.container.where
    failure = next((tail.failure for tail in log.tails if tail.failure is not None), None)
    if failure is not None:
        yield Text(f"{where}: {failure.nl}", f"{where}: {failure.en}")
    elif log.tails:
        yield Text(f"{where} schreef nog niets naar stdout", f"{where} wrote nothing to stdout yet")
    else:
        yield Text(f"van {where} is geen log gelezen", f"of {where} no log was read")


def _end_for(doubts: list[Text]) -> None:
    if doubts:
        undetermined(
            f"Niet te beoordelen: {'; '.join(doubt.nl for doubt in doubts[:5])}. Meet opnieuw als het component "
            "draait en logt, met leesrecht op pods/log.",
            f"Cannot be judged: {'; '.join(doubt.en for doubt in doubts[:5])}. Measure again when the component runs "
            "and logs, with read rights on pods/log.",
        )


@check("logging.on_stdout", objects=SERVER_KINDS)
def test_logs_come_out_on_standard_output(
    workloads: Workloads, environment: Environment, logs: Logs, findings: Findings
) -> None:
    """DDC 7.20: all logging goes to standard output: lines come out of every container, and no setting names a file."""
    _, doubts = _own_logs(workloads, logs, findings)
    report_other_logs(workloads=workloads, environment=environment, findings=findings)
    _end_for(doubts)


@check("logging.lines_json", objects=SERVER_KINDS)
def test_log_lines_are_json(workloads: Workloads, logs: Logs, findings: Findings) -> None:
    """DDC 7.20: application logs are written as JSON: every line that was read is one JSON object.

    The rest of a stack trace on lines of its own is no JSON either: it tears a message apart. Lines without a level
    cannot be filtered; that is remarked on.
    """
    found, doubts = _own_logs(workloads, logs, findings)
    for log in found:
        for tail in log.readable:
            if tail.json < tail.lines:
                findings.add(
                    log.container,
                    seen=Text(
                        f"{tail.lines - tail.json} van {tail.lines} regels van {tail.pod} zijn geen JSON",
                        f"{tail.lines - tail.json} of {tail.lines} lines of {tail.pod} are no JSON",
                    ),
                    expected=Text("elke regel een JSON-object", "every line a JSON object"),
                )
                break
            if tail.levels < tail.lines:
                findings.add(
                    log.container,
                    seen=Text(
                        f"{tail.lines - tail.levels} van {tail.lines} regels van {tail.pod} zonder niveau",
                        f"{tail.lines - tail.levels} of {tail.lines} lines of {tail.pod} without level",
                    ),
                    expected=Text("elke regel een niveau", "a level on every line"),
                    strength="recommended",
                )
                break
    _end_for(doubts)


@check("logging.lines_utc", objects=SERVER_KINDS)
def test_log_lines_have_moments_in_utc(
    workloads: Workloads, environment: Environment, logs: Logs, findings: Findings
) -> None:
    """DDC 7.20: log lines have timestamps in UTC.

    Lines of JSON have one each. Where messages are no JSON, lines without a moment can be the rest of a message, and
    then nothing is said of them. A moment that names no zone may be UTC: a setting of another zone shows that it is
    not, and without one it cannot be told.
    """
    found, doubts = _own_logs(workloads, logs, findings)
    for log in found:
        for tail in log.readable:
            bare = tail.lines - tail.utc - tail.other_times
            if tail.utc + tail.other_times == 0 or (bare > 0 and tail.json == tail.lines):
                findings.add(
                    log.container,
                    seen=Text(
                        f"{bare} van {tail.lines} regels van {tail.pod} zonder tijdstempel",
                        f"{bare} of {tail.lines} lines of {tail.pod} without a timestamp",
                    ),
                    expected=Text("elke regel een tijdstempel in UTC", "a timestamp in UTC on every line"),
                )
            elif tail.elsewhere:
                findings.add(
                    log.container,
                    seen=Text(
                        f"{tail.elsewhere} van {tail.lines} regels van {tail.pod} in een andere tijdzone",
                        f"{tail.elsewhere} of {tail.lines} lines of {tail.pod} in another time zone",
                    ),
                    expected=Text("elke regel een tijdstempel in UTC", "a timestamp in UTC on every line"),
                )
            elif tail.other_times:
                doubts.append(
                    Text(
                        f"{tail.other_times} van {tail.lines} regels van {tail.pod} ({tail.container}) hebben een tijd "
                        "die niet zegt dat ze UTC is; schrijf een Z achter de tijd",
                        f"{tail.other_times} of {tail.lines} lines of {tail.pod} ({tail.container}) have a time that "
                        "does not say it is UTC; write a Z behind the time",
                    )
                )
            elif bare > 0:
                doubts.append(
                    Text(
                        f"{bare} van {tail.lines} regels van {tail.pod} ({tail.container}) hebben geen tijd, wat het "
                        "vervolg van een bericht kan zijn; schrijf elk bericht als één regel JSON",
                        f"{bare} of {tail.lines} lines of {tail.pod} ({tail.container}) have no time, which may be the "
                        "rest of a message; write each message as one line of JSON",
                    )
                )
    report_other_zones(workloads=workloads, environment=environment, findings=findings)
    _end_for(doubts)


@check("logging.level_in_use", objects=SERVER_KINDS)
def test_log_level_variable_is_heeded(
    workloads: Workloads, environment: Environment, logs: Logs, findings: Findings
) -> None:
    """DDC 7.20: an environment variable sets the log level, with the usual levels.

    The variable is there, its value is a usual level, and no line came out below it.
    """
    found, doubts = _own_logs(workloads, logs, findings)
    by_workload: dict[Workload, list[_Log]] = defaultdict(list)
    for log in found:
        by_workload[log.container.workload].append(log)
    for workload, own in by_workload.items():
        variables = [item for log in own for item in _named(environment, log.container, names_level)]
        if not variables:
            doubts += _require_variable(environment, workload, own, findings)
        names = {name for log in own for tail in log.readable for name in tail.level_names}
        if not names and any(log.readable for log in own):
            doubts.append(
                Text(f"geen regel van {workload.where} noemt een niveau", f"no line of {workload.where} names a level")
            )
        for variable in {item.name: item for item in variables}.values():
            if variable.origin is Origin.SECRET or not variable.text:
                continue
            threshold = _rank(variable.text)
            if threshold is None:
                if not variable.text.isdigit():
                    findings.add(
                        variable.place,
                        seen=f"{variable.name}: {variable.text[:40]}",
                        expected="debug, info, warn, error, fatal",
                        strength="recommended",
                    )
                continue
            lower = sorted(name for name in names if (rank := _rank(name)) is not None and rank < threshold)
            if lower:
                findings.add(
                    variable.place,
                    seen=Text(
                        f"{variable.name}: {variable.text}, en toch regels met {', '.join(lower)}",
                        f"{variable.name}: {variable.text}, and lines with {', '.join(lower)} all the same",
                    ),
                    expected=Text("alleen regels vanaf het gekozen niveau", "only lines of the chosen level and above"),
                )
    _end_for(doubts)


def _require_variable(
    environment: Environment, workload: Workload, own: list[_Log], findings: Findings
) -> Iterator[Text]:
    """Report that no variable sets the level, unless a source that was not seen may hold one."""
    hidden = [name for log in own for name in _hidden(environment, log.container)]
    if hidden:
        names = ", ".join(dict.fromkeys(hidden))
        yield Text(
            f"{workload.where} leest alle variabelen uit {names}, waarvan de namen niet te zien zijn; noem ze in env",
            f"{workload.where} reads all variables from {names}, whose names cannot be seen; name them in env",
        )
        return
    findings.add(
        workload,
        seen=Text("geen variabele voor het logniveau", "no variable for the log level"),
        expected=Text("een variabele als LOG_LEVEL", "a variable such as LOG_LEVEL"),
    )


def _hidden(environment: Environment, container: Container) -> Iterator[str]:
    """Yield the sources of a container's variables whose keys cannot be seen: Secrets, of which no content is read."""
    for entry in container.get("envFrom").each():
        name = entry.get("secretRef", "name").text()
        if name:
            yield f"Secret {name}"
    for item in environment.of_workload(container.workload):
        if item.container is container:
            yield from (f"ConfigMap {source.name}" for source in item.unseen if source.origin is Origin.CONFIG_MAP)


def _named(environment: Environment, container: Container, fits: Callable[[str, str], bool]) -> list[Variable]:
    return [
        variable
        for item in environment.of_workload(container.workload)
        if item.container is container
        for variable in item.variables.values()
        if fits(words(variable.name), variable.text)
    ]


def _rank(level: str) -> int | None:
    for rank, names in enumerate(LEVELS.values()):
        if level.lower() in names:
            return rank
    return None


def _extends(name: str, value: str) -> bool:
    return names_debug(name) or names_level(name, value)


@check("logging.debug_switch", objects=SERVER_KINDS)
def test_debug_logging_has_a_switch(
    workloads: Workloads, environment: Environment, logs: Logs, findings: Findings
) -> None:
    """DDC 7.16: a debug variable and a restart extend the application's logging; unset, it does not.

    A variable for the log level serves as well. In acceptance and production it is off: debugging that is on there is
    remarked on, for somebody may be looking for a fault. Lines for debugging come out only where it is on.
    """
    found, doubts = _own_logs(workloads, logs, findings)
    for log in found:
        variables = _named(environment, log.container, _extends)
        on = [item for item in variables if _is_on(item)]
        if not variables:
            hidden = list(_hidden(environment, log.container))
            if hidden:
                doubts.append(
                    Text(
                        f"{log.container.where} leest alle variabelen uit {', '.join(hidden)}; noem ze in env",
                        f"{log.container.where} reads all variables from {', '.join(hidden)}; name them in env",
                    )
                )
            else:
                findings.add(
                    log.container,
                    seen=Text("geen variabele om uitgebreid te loggen", "no variable for extended logging"),
                    expected=Text("een variabele als DEBUG of LOG_LEVEL", "a variable such as DEBUG or LOG_LEVEL"),
                )
        if workloads.scene != "test":
            for item in on:
                findings.add(
                    item.place,
                    seen=f"{item.name}: {item.text}",
                    expected=Text("uit, zolang niemand een storing zoekt", "off, as long as nobody looks for a fault"),
                    strength="recommended",
                )
        known = all(item.origin is not Origin.SECRET and item.value is not None for item in variables)
        debugs = any(_DEBUG_NAMES & set(tail.level_names) for tail in log.readable)
        if variables and debugs and not on and known:
            findings.add(
                log.container,
                seen=Text("regels met debug, terwijl dat uit staat", "lines for debugging, while that is off"),
                expected=Text("geen regels met debug", "no lines for debugging"),
            )
    _end_for(doubts)


def _is_on(variable: Variable) -> bool:
    text = variable.text.lower()
    return text in _DEBUG_NAMES or (names_debug(words(variable.name)) and text in _ON)
