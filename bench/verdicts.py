"""Many verdicts at once: what pytest, the engine and the report cost beside the facts."""

import time
from dataclasses import replace
from pathlib import Path

import msgspec

from bench.chart import Figures
from bench.process import ROOT, run_pytest
from toetskader.facts.key import TargetFacts
from toetskader.plugin.evidence import EvidenceFolder
from toetskader.report import json_view
from toetskader.report.html import render_html


def measure_verdicts(folder: Path, wanted: int) -> Figures:
    """Measure a replay of the embedded example under many names, half of them the flawed twin."""
    seed = run_pytest(folder / "seed", *(f"--target={ROOT / 'targets' / name}" for name in _EXAMPLES))
    each = len(seed.results["results"]) / len(_EXAMPLES)
    evidence, count = _multiply(EvidenceFolder(seed.folder / "evidence"), folder / "evidence", round(wanted / each))
    kept = folder / "kept"
    kept.mkdir()
    started = time.perf_counter()
    for name in [target.name for target in evidence.read_run("nl").targets]:
        evidence.read(name)  # a replay reads all before it judges anything, then each again, and keeps it
        EvidenceFolder(kept).write(evidence.read(name))
    facts = time.perf_counter() - started
    run = run_pytest(folder / "reports", f"--replay={evidence.path}")
    empty = run_pytest(folder / "empty", f"--replay={seed.folder / 'evidence'}")
    verdicts = len(run.results["results"])
    report = json_view.decode((run.folder / "results.json").read_bytes())
    started = time.perf_counter()
    json_view.encode(report)
    page = render_html(report)
    writing = time.perf_counter() - started
    per_verdict = (run.seconds - empty.seconds - facts - writing) / (verdicts - len(empty.results["results"]))
    return [
        (f"{verdicts} oordelen over {count} doelen, hele run", f"{run.seconds:.2f} s"),
        ("  per oordeel, naast feiten en rapport (doel ≤ 0,6 ms)", f"{per_verdict * 1000:.2f} ms"),
        ("  rapport maken: json en html (doel ≤ 3 s)", f"{writing:.2f} s"),
        ("  grootte van het html-rapport (doel < 8 MB)", f"{len(page.encode()) / 1e6:.2f} MB"),
        ("  hoogste geheugen (doel ≤ 400 MB)", f"{run.peak_mb:.0f} MB"),
    ]


_EXAMPLES = ("voorbeeld", "voorbeeld-gebrekkig")


def _multiply(seed: EvidenceFolder, path: Path, count: int) -> tuple[EvidenceFolder, int]:
    """Store the seed's targets under many names."""
    stored = seed.read_run("nl")
    targets = stored.targets
    copies = []
    path.mkdir(parents=True)
    many = EvidenceFolder(path)
    for index in range(count):
        original = targets[index % len(targets)]
        name = f"{original.name}-{index:04}"
        facts = seed.read(original.name)
        many.write(TargetFacts(name, facts.scenes, facts.attempts))
        deviations = tuple(msgspec.structs.replace(item, targets=()) for item in original.deviations)
        copies.append(replace(original, name=name, deviations=deviations))
    many.write_run(stored.day, tuple(copies))
    many.write_sums()
    return many, count
