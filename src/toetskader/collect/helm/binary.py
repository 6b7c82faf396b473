"""Helm through a `helm` program (`--helm PATH`): the same answers as the SDK gives, each command run within limits.

The program renders and lints. What it prints is read with the same YAML reader as the SDK's own renders, in the child
process, so that both ways lead to the same objects.
"""

import re
import secrets
import tempfile
from pathlib import Path

import msgspec

from toetskader.collect.helm import archive
from toetskader.collect.helm.archive import OpenSource
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.process import HelmProcess, ProgramError, run
from toetskader.collect.helm.protocol import ParseAnswer, ParseRequest, Rendered, RenderRequest, Version
from toetskader.collect.helm.sentences import lint_failed, lint_message, render_failed
from toetskader.collect.helm.values import merge, nested
from toetskader.core.failure import Failed, Failure, Reason, failed
from toetskader.facts.chart import LintMessage

# `helm template` prints no values and no NOTES.txt. A template of ours, added to a private copy, prints both. It has
# another name in every render, so that no template of a chart can have that name, or include it.
_PROBE_NAME = "templates/{}.yaml"
_PROBE_TEXT = '{{ dict "values" .Values "notes" %s | toJson }}\n'
_NOTES = '(include (print .Template.BasePath "/NOTES.txt") .)'
# Helm ends every document with a separator and names its template; a document cannot hold a separator itself.
_SOURCE = re.compile(r"(?:^|\n)---\n# Source: ([^\n]*)\n")
_LINT = re.compile(r"^\[(INFO|WARNING|ERROR)\] ([^:\n]*): ?", re.MULTILINE)


class _Probe(msgspec.Struct):
    values: dict[str, object]
    notes: str


def version(program: Path, limits: Limits) -> Version | Failure:
    """Ask the program which Helm it is."""
    try:
        with tempfile.TemporaryDirectory(prefix="toetskader-helm-") as scratch:
            text = run([str(program), "version", "--template", "{{.Version}}"], Path(scratch), limits, 10)
    except Failed as stop:
        return stop.failure
    except ProgramError:
        return failed(
            Reason.TOOL_MISSING,
            nl=f"{program} is geen werkend helm-programma. Wijs met --helm een helm aan.",
            en=f"{program} is no working helm program. Point --helm to one.",
        ).failure
    return Version(tool="binary", where=str(program), helm=text.strip())


def render(
    program: Path, source: OpenSource, request: RenderRequest, reader: HelmProcess, limits: Limits
) -> Rendered | Failure:
    """Render a chart once with `helm template`.

    Parameters: `reader`, the process that turns the printed YAML into objects.
    """
    forged = next((path for path, text in source.files.items() if "crds/" in path and _SOURCE.search(text)), None)
    if forged is not None:  # the only text that Helm prints without splitting it
        return failed(
            Reason.REFUSED_INPUT,
            nl=f"{forged} bevat een regel '# Source:', zodat de uitvoer van Helm niet te lezen is; haal die regel weg.",
            en=f"{forged} holds a line '# Source:', so that the output of Helm cannot be read; take that line out.",
        ).failure
    with tempfile.TemporaryDirectory(prefix="toetskader-helm-") as directory:
        scratch = Path(directory)
        chart = scratch / "chart"
        archive.copy_chart(source, chart)
        notes = _NOTES if "templates/NOTES.txt" in source.files else '""'
        probe = _PROBE_NAME.format(secrets.token_hex(16))
        (chart / probe).parent.mkdir(exist_ok=True)
        with (chart / probe).open("x", encoding="utf-8") as stream:
            stream.write(_PROBE_TEXT % notes)
        command = [str(program), "template", "--include-crds", *_flags(scratch, request)]
        command += ["--api-versions", ",".join(request.api_versions)] if request.api_versions else []
        command += ["--is-upgrade"] if request.revision > 1 else []
        try:
            given = archive.pack_again(source, chart) if source.packed else chart
            printed = run([*command, "--", request.release, str(given)], scratch, limits, limits.deadline_s)
        except Failed as stop:
            return stop.failure
        except ProgramError as stop:
            return render_failed(_what_failed(stop)).failure
    parts = _SOURCE.split(printed)
    documents = tuple(zip(parts[1::2], parts[2::2], strict=True))
    answer = reader.ask(ParseRequest(documents=documents), limits.deadline_s)
    if not isinstance(answer, ParseAnswer):
        return _refusal(answer)
    kept = tuple(item for item in answer.objects if not item.template.endswith(f"/{probe}"))
    printed_by_probe = next((item.document for item in answer.objects if item.template.endswith(f"/{probe}")), None)
    said = msgspec.convert(printed_by_probe, _Probe) if printed_by_probe else _Probe(values={}, notes="")
    return Rendered(objects=kept, values=said.values, notes=said.notes)


def lint(
    program: Path, source: OpenSource, request: RenderRequest, limits: Limits
) -> tuple[LintMessage, ...] | Failure:
    """Run `helm lint` with the values of one render."""
    chart = str(source.directory)
    with tempfile.TemporaryDirectory(prefix="toetskader-helm-") as directory:
        scratch = Path(directory)
        command = [str(program), "lint", *_flags(scratch, request), "--", chart]
        try:
            printed = run(command, scratch, limits, limits.deadline_s)
        except Failed as stop:
            return stop.failure
        except ProgramError as stop:
            # It ends with an error when it has something to report; that is its answer.
            printed = stop.output
            if not _LINT.search(printed):
                return lint_failed(_what_failed(stop)).failure
    body = printed.partition("==> Linting")[2].partition("\n")[2].rpartition("\n\n")[0]
    parts = _LINT.split(body)
    return tuple(
        lint_message(severity.lower(), path, message, chart)
        for severity, path, message in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    )


def _flags(scratch: Path, request: RenderRequest) -> list[str]:
    flags = ["--namespace", request.namespace]
    if request.kube_version:
        flags += ["--kube-version", request.kube_version]
    texts = list(request.values)
    overrides: dict[str, object] = {}
    for path, value in request.overrides.items():
        overrides = merge(overrides, nested(path, value))
    if overrides:
        texts.append(msgspec.json.encode(overrides).decode())
    for number, text in enumerate(texts, 1):
        name = f"values-{number}.yaml"
        (scratch / name).write_text(text, encoding="utf-8")
        flags += ["--values", name]
    return flags


def _what_failed(stop: ProgramError) -> str:
    text = stop.words.rpartition("Error: ")[2] or stop.words
    return text.partition("\n\nUse --debug flag")[0]


def _refusal(answer: object) -> Failure:
    if isinstance(answer, Failure):
        return answer
    raise TypeError(answer)
