"""Charts of a few lines, each with one thing of interest, and what the requirements on charts come to for them."""

from collections.abc import Mapping
from pathlib import Path

from auditor import Auditor

from toetskader.judging.combining import Judged
from toetskader.results import Verdict

_TARGET = """\
name: klein
supplier: Klein BV
component: Klein
gate: 4
profiles: [haven]
parts:
  chart:
    source: chart
    release: klein
    namespace: klein
    kubernetes: "1.35"
    values: {standaard: %s}
"""
_CHART = """\
apiVersion: v2
name: klein
type: application
version: 1.0.0
appVersion: "2.3.4"
"""


def workload(
    name: str = "web", *, replicas: str = "2", env: str = "[]", kind: str = "Deployment", more: str = ""
) -> str:
    """Write a template of a workload.

    Parameters: `replicas` and `env`, what stands behind these keys; `more`, a line of the container.
    """
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          image: registry.klein.example/{name}:2.3.4
          {more}
          env: {env}
"""


def audited(auditor: Auditor, folder: Path, files: Mapping[str, str], *, values: str = "[]") -> Mapping[str, Judged]:
    """Write a chart and return what each requirement comes to.

    Parameters: `folder`, where there is nothing yet; `files`, path inside the chart → text, where a Chart.yaml, a
    README and a Service are unless given; `values`, the one values set of the target.
    """
    given = {
        "../target.yaml": _TARGET % values,
        "Chart.yaml": _CHART,
        "README.md": "# Klein\n\nInstalleer met `helm install`.\n",
        "values.yaml": "",
        "templates/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n"
        "  selector: {app: web}\n  ports: [{name: http, port: 80}]\n",
    }
    for path, text in {**given, **files}.items():
        file = (folder / "chart" / path).resolve()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return auditor.audit(folder)


def seen(judged: Judged, *, failing: bool = True) -> list[str]:
    """Return what was seen, in English: in findings that fail, or in those that only remark."""
    found = [item for item in judged.findings if (item.strength == "required") is failing]
    return [str(getattr(item.seen, "en", item.seen)) for item in found]


def verdict_of(judged: Judged) -> str:
    """Return a verdict, and behind one that is not a pass why, for whoever mends a test."""
    if judged.verdict is Verdict.PASS:
        return "pass"
    return "; ".join([judged.verdict.value, *seen(judged), judged.reason.en if judged.reason else ""])
