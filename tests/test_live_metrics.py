"""Judgements on metrics as they come out of the pods, asked through the API server."""

import re

from tests.test_live_images import require_running
from tests.test_observability import _exports, report_no_metrics
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.known_images import applications
from toetskader.facts.kubernetes.live import Family, Metrics, MetricsPage
from toetskader.facts.kubernetes.monitors import MONITOR_KINDS
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.servers import SERVER_KINDS
from toetskader.facts.kubernetes.workloads import Workload, Workloads
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

# Families that a language's runtime or library brings along: they say nothing of the component's work.
_RUNTIME = re.compile(
    r"(?:go|process|python|jvm|nodejs|dotnet|promhttp|scrape|system|runtime|tomcat|logback|executor|rust|ruby|php)_.*"
    r"|up|target(?:_info)?|.*_(?:created|build_info)"
)
_WORK = re.compile(r"request|transaction|call|message|event|job|task|operation|quer|http|grpc|rpc|zaken|verzoek")
_DURATION = re.compile(r"duration|latency|response_?time|_seconds|_milliseconds|_ms\b|elapsed|time_taken")
_FAILED = re.compile(r"error|fail|exception|reject|5xx|fault")
_INCOMPLETE = re.compile(
    r"in_?flight|in_?progress|active|pending|queue|backlog|pool|utili[sz]ation|saturation|timeout|abort|cancel"
    r"|incomplete|concurren|connections|threads|waiting|retr(?:y|ies)|open_fds"
)
_OUTCOME_LABELS = frozenset(
    {
        "status", "status_code", "code", "http_status", "http_status_code", "http_response_status_code", "grpc_code",
        "grpc_status", "outcome", "result", "error", "error_type", "exception", "success", "failed",
    }
)  # fmt: skip

_SIGNALS = {
    "traffic": Text("aantal transacties (verkeer)", "number of transactions (traffic)"),
    "latency": Text("vertraging (latency)", "latency"),
    "errors": Text("mislukte transacties (fouten)", "failed transactions (errors)"),
    "saturation": Text("onvolledige transacties of verzadiging", "incomplete transactions or saturation"),
}


def signals(family: Family) -> frozenset[str]:
    """Return which golden signals a family of metrics gives, by its name, type and labels.

    Traffic: a counter of work, or the count that a histogram of it has. Latency: a histogram or summary of durations.
    Errors: a name that says so, or a label with the outcome on what counts work. Saturation: what is waiting, running
    or full. Families of a runtime give the last only.
    """
    name, found = family.name.lower(), set()
    counts = family.type in ("counter", "histogram", "summary")
    if _INCOMPLETE.search(name):
        found.add("saturation")
    if _RUNTIME.fullmatch(name):
        return frozenset(found)
    if counts and _WORK.search(name):
        found.add("traffic")
        if _OUTCOME_LABELS & {label.lower() for label in family.labels}:
            found.add("errors")
    if family.type in ("histogram", "summary") and (
        _DURATION.search(name) or family.unit in ("seconds", "milliseconds")
    ):
        found.add("latency")
    if _FAILED.search(name):
        found.add("errors")
    return frozenset(found)


@check("metrics.golden_signals", objects=SERVER_KINDS)
def test_metrics_tell_of_the_work(
    workloads: Workloads, environment: Environment, metrics: Metrics, findings: Findings
) -> None:
    """DDC 7.21: the component provides metrics of its work: transactions, latency, incomplete and failed ones.

    These are the golden signals traffic, latency, saturation and errors, looked for in the names, types and labels of
    what the endpoints of all its pods give. The document names them as examples: the first, second and last are asked
    of everything that does work for others, the third is remarked on. What is sent by OpenTelemetry does not show here.
    """
    own = _own(workloads)
    pages = _own_pages(metrics, own, findings)
    read = [page for page in pages if page.families]
    found: dict[str, list[str]] = {}
    for page in read:
        for family in page.families:
            for signal in signals(family):
                found.setdefault(signal, []).append(family.name)
    for signal, names in found.items():
        known = ", ".join(sorted(set(names))[:3])
        findings.saw(f"{_SIGNALS[signal].nl}: {known}", f"{_SIGNALS[signal].en}: {known}")
    doubts = [page for page in pages if page.failure is not None or page.cut or page.problems]
    if not read:
        _end_without(own, environment, pages, findings)
        return
    missing = [signal for signal in _SIGNALS if signal not in found]
    if doubts and missing:
        where = ", ".join(f"{page.workload} {page.path}" for page in doubts[:3])
        undetermined(
            f"Niet alle metrieken zijn gelezen ({where}); herstel dat endpoint en meet opnieuw.",
            f"Not all metrics were read ({where}); mend that endpoint and measure again.",
        )
    for signal in missing:
        findings.add(
            own[0],
            seen=Text(f"geen metriek voor {_SIGNALS[signal].nl}", f"no metric for {_SIGNALS[signal].en}"),
            expected=_SIGNALS[signal],
            strength="recommended" if signal == "saturation" else "required",
        )


@check("metrics.parsed", objects=MONITOR_KINDS)
def test_metrics_can_be_read(
    workloads: Workloads, objects: Objects, environment: Environment, metrics: Metrics, findings: Findings
) -> None:
    """DDC 7.21: a Prometheus can collect the metrics, or they are exchanged by OpenTelemetry.

    What is told to be collected answers, says in what format, and keeps to it (OpenMetrics 1.0, or the older format of
    Prometheus).
    """
    own = _own(workloads)
    pages = _own_pages(metrics, own, findings)
    report_no_metrics(workloads=workloads, objects=objects, environment=environment, findings=findings)
    for page in pages:
        if page.failure is None:
            _report_form(page, own, findings)
    if not pages and not findings.fail and not any(_exports(environment, item) for item in own):
        undetermined(
            "Er is geen endpoint voor metrieken bevraagd. Draait er een pod, en noemt een monitor, annotatie of poort "
            "het endpoint? Meet dan opnieuw.",
            "No endpoint for metrics was asked. Does a pod run, and does a monitor, annotation or port name the "
            "endpoint? Then measure again.",
        )
    _end_for_failures(pages)


def _report_form(page: MetricsPage, own: tuple[Workload, ...], findings: Findings) -> None:
    place = next((item for item in own if item.where == page.workload), own[0])
    where = f"{page.pod}:{page.port}{page.path}"
    for problem in page.problems[:3]:
        findings.add(
            place,
            seen=Text(f"{where}: {problem.nl}", f"{where}: {problem.en}"),
            expected=Text("tekst volgens OpenMetrics of Prometheus", "text by OpenMetrics or Prometheus"),
        )
    if not page.form:
        findings.add(
            place,
            seen=Text(
                f"{where}: Content-Type {page.content_type or '-'}", f"{where}: Content-Type {page.content_type or '-'}"
            ),
            expected=Text("application/openmetrics-text of text/plain", "application/openmetrics-text or text/plain"),
        )
    if not page.families and not page.problems:
        findings.add(
            place,
            seen=Text(f"{where}: geen enkele metriek", f"{where}: no metric at all"),
            expected=Text("metrieken", "metrics"),
        )


def _own(workloads: Workloads) -> tuple[Workload, ...]:
    require_running(workloads)
    own = applications(workloads)
    if not own:
        not_applicable("Er draait geen workload met eigen code.", "No workload with code of its own runs.")
    if all(item.is_batch for item in own):
        not_applicable(
            "Er draaien alleen taken die eindigen; die hebben geen metrieken om op te halen.",
            "Only jobs that end run; these have no metrics to collect.",
        )
    return own


def _own_pages(metrics: Metrics, own: tuple[Workload, ...], findings: Findings) -> list[MetricsPage]:
    """Return the pages of own workloads; tell what was left out, and report a pod that answers with an error."""
    if metrics.left_out is not None:
        findings.saw(metrics.left_out.nl, metrics.left_out.en)
    by_where = {item.where: item for item in own}
    pages = [page for page in metrics.pages if page.workload in by_where]
    for page in pages:
        if page.failure is not None and page.status:
            findings.add(
                by_where[page.workload],
                seen=Text(f"{page.path}: {page.failure.nl}", f"{page.path}: {page.failure.en}"),
                expected=Text("een antwoord met metrieken (200)", "an answer with metrics (200)"),
            )
    return pages


def _end_without(
    own: tuple[Workload, ...], environment: Environment, pages: list[MetricsPage], findings: Findings
) -> None:
    """End without any metrics: sent elsewhere, not to be asked, or not there."""
    if any(_exports(environment, item) for item in own):
        undetermined(
            "De metrieken gaan met OpenTelemetry naar elders; welke dat zijn, is hier niet te zien. Toon ze in de "
            "monitoring.",
            "The metrics go elsewhere by OpenTelemetry; which they are does not show here. Show them in the "
            "monitoring.",
        )
    if findings.fail:
        return
    _end_for_failures(pages)
    findings.add(
        own[0],
        seen=Text("geen endpoint met metrieken", "no endpoint with metrics"),
        expected=Text(
            "prometheus.io/scrape, een ServiceMonitor of PodMonitor, of een poort metrics",
            "prometheus.io/scrape, a ServiceMonitor or PodMonitor, or a port metrics",
        ),
    )


def _end_for_failures(pages: list[MetricsPage]) -> None:
    unread = [(page.workload, page.failure) for page in pages if page.failure is not None and not page.status]
    for workload, failure in unread[:1]:
        undetermined(
            f"Niet gelezen van {workload}: {failure.nl} Geef recht op pods/proxy en meet opnieuw.",
            f"Not read of {workload}: {failure.en} Give rights on pods/proxy and measure again.",
        )
