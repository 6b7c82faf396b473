"""A portfolio of charts, from the command line to the report."""

from pathlib import Path

from bench.chart import Figures
from bench.process import ROOT, run_pytest

_TARGET = """\
name: {name}
supplier: Meting
component: {name}
gate: 3
profiles: [haven]
parts:
  chart: {{source: {source}, release: meting, namespace: meting, kubernetes: "1.35", values: {{standaard: []}}}}
"""


def measure_portfolio(folder: Path, charts: Path | None, copies: int = 17) -> Figures:
    """Measure a whole run over a folder of charts, or over copies of the example."""
    if charts is None:
        sources = {f"kaart-{index:02}": ROOT / "targets/voorbeeld/chart" for index in range(copies)}
    else:
        sources = {path.parent.name: path.parent for path in sorted(charts.glob("*/Chart.yaml"))}
    targets = folder / "targets"
    targets.mkdir(parents=True)
    for name, source in sources.items():
        (targets / f"{name}.yaml").write_text(_TARGET.format(name=name, source=source.resolve()))
    figures: Figures = []
    for label, extra in (("één proces", ()), ("-n 2", ("-n", "2"))):
        run = run_pytest(folder / f"reports-{len(figures)}", f"--target={targets}", *extra)
        figures.append((f"{len(sources)} kaarten, {label} (doel ≤ 4 s)", f"{run.seconds:.2f} s"))
        figures.append((f"  hoogste geheugen, {label} (doel ≤ 400 MB)", f"{run.peak_mb:.0f} MB"))
    return figures
