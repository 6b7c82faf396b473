"""Helm through `helm_python` (Helm's Go SDK). Imported in the child process only: the library is large, and a chart
can exhaust or crash it.

`helm_python.Chart.render` offers no Kubernetes version, no API versions and no choice on DNS; the native function
below it does (`helm_render` takes them as JSON), so the native calls are made here and nowhere else. That function
also removes disabled subcharts from the loaded chart: a loaded chart is therefore rendered once. It does what `helm
template` does except four checks, which are made here first: release name, chart type, missing dependencies and the
chart's `kubeVersion`.
"""

import io
import json
import tarfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import helm_python
import msgspec
from helm_python import _native

from toetskader.collect.helm import manifests, picking
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.protocol import (
    ChartRequest,
    ParseRequest,
    PickRequest,
    RawAnswer,
    RawChartAnswer,
    RawDescription,
    RawObject,
    RawParseAnswer,
    RawRendered,
    RenderRequest,
    Request,
    Version,
    VersionRequest,
)
from toetskader.collect.helm.sentences import (
    cannot_render,
    lint_failed,
    lint_message,
    nested_too_deeply,
    render_failed,
    told_of_chart,
    too_much_output,
)
from toetskader.collect.helm.values import merge, nested
from toetskader.core.failure import Failed, Failure, Reason, failed
from toetskader.facts.chart import LintMessage

_Load = Callable[[], AbstractContextManager[helm_python.Chart]]
_SHORT = 16 * 1024
"""Characters of a document that is remembered: all of them together take little memory, whatever a chart holds."""
_SEVERITY = {1: "info", 2: "warning", 3: "error"}


def answer(request: Request, workers: ThreadPoolExecutor, limits: Limits) -> RawAnswer:
    """Do what is asked. Raises `Failed` or `helm_python.HelmError` when there is no answer at all.

    Parameters: `workers`, threads for renders and lint: Go runs outside the interpreter lock.
    """
    if isinstance(request, ChartRequest):
        return _chart(request, workers, limits)
    if isinstance(request, ParseRequest):
        try:
            found = manifests.objects(request.documents, yaml_to_json, helm_python.HelmError, limits)
        except manifests.NoManifest as error:
            raise render_failed(str(error)) from error
        return RawParseAnswer(objects=found)
    if isinstance(request, PickRequest):
        return picking.pick(request, yaml_to_json, helm_python.dependency_list)
    if isinstance(request, VersionRequest):
        return Version(tool="sdk", where=f"helm-python {helm_python.__version__}", helm=helm_python.helm_sdk_version())
    raise TypeError(request)


def yaml_to_json(text: str) -> str:
    """Read one YAML document with Helm's own reader. Raises `helm_python.HelmError`: no YAML mapping."""
    return _short_yaml_to_json(text) if len(text) <= _SHORT else _native.call_string("helm_values_from_yaml", text)


@lru_cache(maxsize=4096)
def _short_yaml_to_json(text: str) -> str:
    # Renders of one chart have most documents in common, and to read them takes as long as to render them.
    return _native.call_string("helm_values_from_yaml", text)


def _chart(request: ChartRequest, workers: ThreadPoolExecutor, limits: Limits) -> RawChartAnswer:
    try:
        chart = helm_python.Chart.load(request.packed or request.path)
    except helm_python.HelmError as error:
        told = told_of_chart(str(error))
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"Helm kan de chart niet laden: {told.nl}",
            en=f"Helm cannot load the chart: {told.en}",
        ) from error
    with chart:
        metadata_json = _native.call_string("helm_chart_metadata", chart._raw())
        metadata = json.loads(metadata_json)
        missing = _missing(metadata, chart)
        stop = cannot_render(metadata, missing)
        values = {render.key: _values(render) for render in request.renders}
        description = None
        if request.describe:
            if request.files is not None:
                _check_files(chart, request.files)
            description = _describe(request.path, chart, metadata_json, missing, limits)
        renders: dict[str, Future[RawRendered | Failure]] = {}
        lint = None
        for render in request.renders:
            # What was loaded to describe the chart does for the first render.
            load: _Load = (
                (lambda: helm_python.Chart.load(request.packed or request.path))
                if renders
                else (lambda: nullcontext(chart))
            )
            given = values[render.key]
            rendered = renders[render.key] = workers.submit(_render, load, render, stop or given, metadata, limits)
            if render.key == request.lint:
                lint = workers.submit(_lint, request.path, render, given, rendered)
        return RawChartAnswer(
            renders={key: future.result() for key, future in renders.items()},
            description=description,
            lint=lint.result() if lint else None,
        )


def _describe(
    path: str, chart: helm_python.Chart, metadata: str, missing: tuple[str, ...], limits: Limits
) -> RawDescription:
    schema = _native.call_string("helm_chart_schema", chart._raw())
    try:
        read = json.loads(schema)
    except RecursionError as error:
        raise nested_too_deeply("values.schema.json", limits) from error
    except ValueError as error:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"values.schema.json is geen JSON die te lezen is: {error}",
            en=f"values.schema.json is no readable JSON: {error}",
        ) from error
    if not isinstance(read, dict):
        schema = "null"
    # Listing dependencies loads the chart once more.
    dependencies = _native.call_string("helm_dependency_list", path) if '"dependencies"' in metadata else "[]"
    return RawDescription(
        metadata=_raw(metadata, "Chart.yaml", limits),
        values=_raw(_native.call_string("helm_chart_merge_values", chart._raw(), "{}"), "values.yaml", limits),
        schema=_raw(schema, "values.schema.json", limits),
        dependencies=_raw(dependencies, "Chart.yaml", limits),
        missing=missing,
    )


# What Helm reads into the chart itself, and does not keep as a file.
_READ_APART = frozenset(
    {"Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", "requirements.yaml", "requirements.lock"}
)


class _Named(msgspec.Struct):
    name: str


@lru_cache(maxsize=32)
def _in_crds(filename: str, text: str, limits: Limits) -> tuple[RawObject, ...]:
    # The same in every render, and definitions are the longest texts that charts have.
    return manifests.objects([(filename, text)], yaml_to_json, helm_python.HelmError, limits)


class _InCrds(msgspec.Struct):
    filename: str
    data: str


def _check_files(chart: helm_python.Chart, seen: tuple[str, ...]) -> None:
    """Refuse a chart of which Helm has other files than were looked at."""
    lists = (_native.call_string(call, chart._raw()) for call in ("helm_chart_files", "helm_chart_templates"))
    loaded = {item.name for text in lists for item in msgspec.json.decode(text, type=list[_Named])}
    loaded = {name for name in loaded if not name.startswith("charts/")} - _READ_APART
    for name in sorted(loaded ^ (set(seen) - _READ_APART)):
        if name in loaded:
            nl, en = f"Helm leest {name}, dat hier niet gelezen is", f"Helm reads {name}, which was not read here"
        else:
            nl, en = (
                f"Helm leest {name} niet, dat hier wel gelezen is",
                f"Helm does not read {name}, which was read here",
            )
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{nl}; lever de chart zoals 'helm package' haar maakt.",
            en=f"{en}; deliver the chart as 'helm package' makes it.",
        )


def _missing(metadata: dict[str, Any], chart: helm_python.Chart) -> tuple[str, ...]:
    declared = [str(item.get("name")) for item in metadata.get("dependencies") or ()]
    if not declared:
        return ()
    present = {str(item.get("name")) for item in chart.dependencies}
    return tuple(name for name in declared if name not in present)


def _values(render: RenderRequest) -> str | Failure:
    """Merge values texts and overrides into one JSON object, as `helm -f a -f b` does."""
    merged: dict[str, Any] = {}
    for number, text in enumerate(render.values, 1):
        try:
            merged = merge(merged, msgspec.json.decode(yaml_to_json(text)))
        except (helm_python.HelmError, msgspec.DecodeError, RecursionError, ValueError) as error:
            told = told_of_chart(str(error))
            return failed(
                Reason.REFUSED_INPUT,
                nl=f"Waardenbestand {number} van '{render.key}' is niet te lezen: {told.nl}",
                en=f"Values file {number} of '{render.key}' cannot be read: {told.en}",
            ).failure
    for path, value in render.overrides.items():
        merged = merge(merged, nested(path, value))
    return msgspec.json.encode(merged).decode()


def _render(
    load: _Load,
    render: RenderRequest,
    values: str | Failure,
    metadata: dict[str, Any],
    limits: Limits,
) -> RawRendered | Failure:
    if isinstance(values, Failure):
        return values
    try:
        helm_python.validate_release_name(render.release)
        _check_kubernetes(metadata, render)
        with load() as chart:
            options = {
                "name": render.release,
                "namespace": render.namespace,
                "is_install": render.revision == 1,
                "is_upgrade": render.revision > 1,
                "revision": render.revision,
                "kube_version": render.kube_version,
                "api_versions": render.api_versions,
                "enable_dns": False,
            }
            text = _native.call_string("helm_render", chart._raw(), values, json.dumps(options))
            # Rendering has left the subcharts that take part: of those Helm installs crds/.
            files = msgspec.json.decode(_native.call_string("helm_chart_crds", chart._raw()), type=list[_InCrds])
            merged = ("helm_chart_merge_values", chart._raw(), values)
            seen = _native.call_string(*merged) if render.with_values else "{}"
        if len(text) > limits.render_bytes:
            return too_much_output(limits.render_bytes).failure
        rendered = msgspec.json.decode(text, type=dict[str, str])
        return RawRendered(
            objects=manifests.in_order(
                chain(
                    manifests.objects(manifests.documents(rendered), yaml_to_json, helm_python.HelmError, limits),
                    *(_in_crds(file.filename, file.data, limits) for file in files),
                ),
                limits,
            ),
            values=_raw(seen, "values", limits),
            notes=rendered.get(f"{metadata.get('name')}/templates/{manifests.NOTES}", ""),
        )
    except (helm_python.HelmError, manifests.NoManifest) as error:
        return render_failed(str(error)).failure
    except Failed as stop:
        return stop.failure


def _check_kubernetes(metadata: dict[str, Any], render: RenderRequest) -> None:
    """Let Helm's own installer compare the chart's `kubeVersion` with the version asked, on a chart without templates.

    Raises `helm_python.HelmError`: the versions do not fit.
    """
    if not metadata.get("kubeVersion"):
        return
    head = {"apiVersion": "v2", "name": "check", "version": "0.0.0", "kubeVersion": metadata["kubeVersion"]}
    data = json.dumps(head).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("check/Chart.yaml")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    options = {"dry_run": "client", "namespace": "default", "kube_version": render.kube_version}
    with helm_python.Chart.load_archive(packed.getvalue()) as chart, helm_python.Config() as config:
        no_context = _native.HANDLE(0)
        _native.call_string(
            "helm_install", config._raw(), no_context, chart._raw(), None, "check", "{}", json.dumps(options)
        )


def _lint(
    path: str, render: RenderRequest, values: str | Failure, rendered: Future[RawRendered | Failure]
) -> tuple[LintMessage, ...] | Failure:
    if isinstance(values, Failure):
        return values
    options: dict[str, str | bool] = {"namespace": render.namespace, "kube_version": render.kube_version}
    # The schemas of subcharts take lint a quarter of its time. A render with the same values has checked them; only
    # the chart's own schema is checked by lint in another way.
    if (Path(path) / "charts").exists() and not (Path(path) / "values.schema.json").exists():
        options["skip_schema_validation"] = isinstance(rendered.result(), RawRendered)
    try:
        report = json.loads(_native.call_string("helm_lint_run_opts", path, values, json.dumps(options)))
    except helm_python.HelmError as error:
        return lint_failed(str(error)).failure
    found = [
        lint_message(_SEVERITY[item["severity"]], item["path"], item["error"], path) for item in report["messages"]
    ]
    return tuple(found or [lint_message("error", "", error, path) for error in report["errors"]])


def _raw(text: str, what: str, limits: Limits) -> msgspec.Raw:
    """Pass on what Helm wrote. Raises `Failed`: nested too deeply."""
    if manifests.is_deeper(text, limits.nesting):
        raise nested_too_deeply(what, limits)
    return msgspec.Raw(text.encode())
