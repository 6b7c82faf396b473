"""`python -m bench [--charts DIR] [--policies DIR]`: print every figure in a table."""

import argparse
import tempfile
from pathlib import Path

from bench.chart import Figures, measure_chart
from bench.dossier import measure_dossier
from bench.endpoints import measure_endpoints
from bench.hostile import measure_hostile
from bench.namespace import measure_namespace
from bench.portfolio import measure_portfolio
from bench.verdicts import measure_verdicts


def main() -> None:
    """Run all benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--charts", type=Path, help="folder of charts for the portfolio (default: copies of the example)"
    )
    parser.add_argument("--verdicts", type=int, default=10_000, help="how many verdicts at once (default: 10000)")
    parser.add_argument("--endpoints", type=int, default=60, help="how many endpoints on loopback (default: 60)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="toetskader-bench-") as name:
        folder = Path(name)
        _show("Eén chart: het voorbeeld", measure_chart())
        _show("Portefeuille", measure_portfolio(folder / "portfolio", options.charts))
        _show("Oordelen", measure_verdicts(folder / "verdicts", options.verdicts))
        _show("Eindpunten", measure_endpoints(folder / "endpoints", options.endpoints))
        _show("Vijandig", measure_hostile(folder / "hostile"))
        _show("Namespace", measure_namespace())
        _show("Dossier", measure_dossier(folder / "dossier"))


def _show(title: str, figures: Figures) -> None:
    print(f"\n{title}")
    for label, value in figures:
        print(f"  {label:<58} {value}", flush=True)


if __name__ == "__main__":  # the servers of a benchmark are processes that import this again
    main()
