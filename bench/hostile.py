"""Charts made to cost time: everything that selects beside everything that is selected, and very many values."""

import json
import shutil
from pathlib import Path

from bench.chart import Figures
from bench.process import ROOT, run_pytest

_MANY = """\
{{{{- range $at := until {workloads} }}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: w{{{{ $at }}}}}}
spec:
  selector: {{matchLabels: {{app: w{{{{ $at }}}}}}}}
  template:
    metadata: {{labels: {{app: w{{{{ $at }}}}}}}}
    spec: {{containers: [{{name: c, image: "registry.example/x:1"}}]}}
{{{{- end }}}}
{{{{- range $at := until {policies} }}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p{{{{ $at }}}}}}
spec:
  podSelector:
    matchExpressions:
{{{{- range $key := until {expressions} }}}}
    - {{key: "k{{{{ $at }}}}-{{{{ $key }}}}", operator: NotIn, values: [a, b]}}
{{{{- end }}}}
  policyTypes: [Ingress, Egress]
  ingress: [{{from: [{{podSelector: {{matchLabels: {{app: x}}}}}}]}}]
{{{{- end }}}}
"""


def measure_hostile(
    folder: Path, *, workloads: int = 950, policies: int = 1_000, expressions: int = 20, values: int = 90_000
) -> Figures:
    """Measure the golden chart with a template of many objects, and with many values; each a whole run."""
    pairs = _copy(folder / "paren")
    template = _MANY.format(workloads=workloads, policies=policies, expressions=expressions)
    (pairs / "chart/templates/veel.yaml").write_text(template, encoding="utf-8")
    many = _copy(folder / "waarden")
    file = many / "chart/values.yaml"
    more = "".join(f"  sleutel{at}: waarde{at}\n" for at in range(values))
    file.write_text(f"{file.read_text(encoding='utf-8')}\nveel:\n{more}", encoding="utf-8")
    schema = json.loads((many / "chart/values.schema.json").read_text(encoding="utf-8"))
    schema["properties"]["veel"] = {"type": "object"}
    (many / "chart/values.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    figures: Figures = []
    for target, label in (
        (pairs, f"{workloads} workloads × {policies} policies × {expressions} uitdrukkingen (doel ≤ 10 s)"),
        (many, f"{values} waarden (doel ≤ 20 s)"),
    ):
        run = run_pytest(folder / f"reports-{target.name}", f"--target={target}")
        figures.append((label, f"{run.seconds:.1f} s"))
        figures.append(("  hoogste geheugen", f"{run.peak_mb:.0f} MB"))
    return figures


def _copy(folder: Path) -> Path:
    shutil.copytree(ROOT / "targets/voorbeeld", folder)
    return folder
