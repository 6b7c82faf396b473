"""One chart: what judging costs beside rendering, without pytest around it."""

import gc
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.process import ROOT
from toetskader.audit.judgement import judged_in_scope
from toetskader.audit.scope import scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.facts.key import TargetFacts
from toetskader.facts.redaction import Redaction
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.chart.kind import CHART
from toetskader.plugin import OBJECTS_PER_COLLECTION
from toetskader.targets.load import load_targets
from toetskader.targets.models import with_defaults

Figures = list[tuple[str, str]]


def measure_chart(target_file: Path = ROOT / "targets/voorbeeld", rounds: int = 15) -> Figures:
    """Measure collecting and judging the golden example, warm, with Python's garbage collection as in a run."""
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    today = datetime.now(UTC).date()
    checks = load_checks(ROOT / "tests")
    started = time.perf_counter()
    catalogue = load_catalogue(ROOT / "policies", checks=checks)
    loading = time.perf_counter() - started
    (target,) = load_targets([target_file], today=today, catalogue=catalogue)
    scope = scope_of(target, catalogue, checks, profiles=(), lang="nl")
    needs = frozenset(need for item in scope.looked_at for need in item.needs)
    parameters = Parameters(with_defaults(target, catalogue.profiles))
    part = CHART.of(target.parts)
    assert part is not None
    collecting, judging = [], []
    with Helm() as helm:
        collect_chart(helm, target, part, needs, by="", redaction=Redaction())
        for _ in range(rounds):
            started = time.perf_counter()
            attempts = collect_chart(helm, target, part, needs, by="", redaction=Redaction())
            collected = time.perf_counter()
            subjects = TargetSubjects(TargetFacts(target.name, target.scenes, {**attempts}))
            for item in scope.looked_at:
                judged_in_scope(item, subjects, parameters=parameters, today=today)
            collecting.append(collected - started)
            judging.append(time.perf_counter() - collected)
    collect_s, judge_s = statistics.median(collecting), statistics.median(judging)
    return [
        ("catalogus laden", f"{loading * 1000:.0f} ms"),
        (f"verzamelen ({len(part.values)} waardensets, lint, proefrenders)", f"{collect_s * 1000:.1f} ms"),
        (f"beoordelen ({len(scope.looked_at)} eisen)", f"{judge_s * 1000:.1f} ms"),
        ("beoordelen naast verzamelen (doel ≤ 30 %)", f"{judge_s / collect_s:.0%}"),
        ("samen per waardenset (doel ≤ 60 ms)", f"{(collect_s + judge_s) / len(part.values) * 1000:.1f} ms"),
    ]
