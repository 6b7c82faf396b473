"""A run over a target that leaks: nothing it writes or says holds a secret, and its verdicts are the raw facts'."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from leaky import BINARY, DOCKER_AUTH, KEY_LINES, SECRETS, write_target

import toetskader.collect.charts
from toetskader.audit.judgement import judged_in_scope
from toetskader.audit.scope import scope_of
from toetskader.catalogue.load import load_catalogue
from toetskader.collect.charts import collect_chart
from toetskader.collect.helm.engine import Helm
from toetskader.facts.chart import ChartAttempt
from toetskader.facts.key import FactKey, Need, TargetFacts
from toetskader.facts.redaction import Redaction
from toetskader.judging.combining import Judged
from toetskader.judging.outcomes import Parameters
from toetskader.judging.registry import load_checks
from toetskader.judging.subjects import TargetSubjects
from toetskader.kinds.chart.kind import CHART
from toetskader.targets.load import load_targets
from toetskader.targets.models import with_defaults

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)


def pieces(secret: str | bytes) -> Iterator[bytes]:
    """Yield every piece of eight characters of a secret, and of what base64 makes of it wherever it starts."""
    plain = secret.encode() if isinstance(secret, str) else secret
    yield from (plain[at : at + 8] for at in range(len(plain) - 7))
    for shift in range(3):
        written = b64encode(bytes(shift) + plain)[shift + 1 if shift else 0 : (shift + len(plain)) * 8 // 6]
        yield from (written[at : at + 8] for at in range(len(written) - 7))


# The first eight characters of a token tell its kind; `eyJ` and what follows is how JSON starts in base64.
PIECES = {
    where: frozenset(pieces(secret[10:] if where in ("README, token", "JSON Web Token") else secret))
    for where, secret in (
        *SECRETS.items(),
        *((f"key, line {number}", line) for number, line in enumerate(KEY_LINES)),
        ("binary", BINARY),
        ("docker config, as it is written", DOCKER_AUTH),
    )
}


def leaked(content: bytes) -> set[str]:
    """Return which secrets a text holds a piece of, also as JSON writes it."""
    present = {content[at : at + 8] for at in range(len(content) - 7)}
    return {where for where, parts in PIECES.items() if not present.isdisjoint(parts)}


class Ran:
    """What a run left behind."""

    def __init__(self, reports: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "pytest", f"--reports={reports}", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 1, done.stdout.decode() + done.stderr.decode()
        self.said = done.stdout + done.stderr
        (self.folder,) = (path for path in (reports / "lek").iterdir() if not path.is_symlink())

    @property
    def results(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads((self.folder / "results.json").read_bytes())["results"]
        return [{key: value for key, value in result.items() if key != "duration_s"} for result in found]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_target(tmp_path_factory.mktemp("lek"))


@pytest.fixture(scope="module")
def run(target: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(tmp_path_factory.mktemp("reports"), f"--target={target}", "-vv", "--tb=long", "-ra")


def test_the_target_leaks_all_of_them(target: Path) -> None:
    """Else the other tests would say nothing."""
    given = b"".join(path.read_bytes() for path in target.parent.rglob("*") if path.is_file())
    # What is escaped or in base64 twice stands nowhere as it is.
    assert set(PIECES) - leaked(given) <= {"values.yaml, quoted with escapes", "docker config"}


def test_the_raw_facts_hold_all_of_them(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, _ = facts_of(target, monkeypatch)
    held = leaked(" ".join(map(str, raw.attempts.values())).encode())
    assert set(PIECES) - held <= {"values.yaml, quoted with escapes", "values set, block", "docker config"}


def test_no_file_of_the_run_holds_a_secret(run: Ran) -> None:
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert {"run.json", "report.html", "results.json", "junit.xml", "chart.json"} <= {path.name for path in files}
    assert {
        str(path.relative_to(run.folder)): leaked(path.read_bytes()) for path in files if leaked(path.read_bytes())
    } == {}


def test_the_run_says_no_secret(run: Ran) -> None:
    assert leaked(run.said) == set()


def test_a_replay_says_the_same(run: Ran, tmp_path: Path) -> None:
    again = Ran(tmp_path, f"--replay={run.folder / 'evidence'}", "-q")
    assert again.results == run.results
    assert leaked(again.said) == set()


def facts_of(target_file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[TargetFacts, TargetFacts]:
    """Return the facts of a target as they were seen, and as they are kept."""
    seen: list[Mapping[FactKey, ChartAttempt]] = []
    hide = toetskader.collect.charts.without_secrets

    def spy(
        attempts: Mapping[FactKey, ChartAttempt], redaction: Redaction, **given: object
    ) -> dict[FactKey, ChartAttempt]:
        seen.append(attempts)
        return hide(attempts, redaction, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(toetskader.collect.charts, "without_secrets", spy)
    catalogue = load_catalogue(ROOT / "policies", load_checks(ROOT / "tests"))
    (target,) = load_targets([target_file], today=TODAY, catalogue=catalogue)
    needs = {Need(kind) for kind in ("chart", "render", "render_next", "render_scaled")}
    needs.add(Need("render_vanity", "mooietoepassingsnaam.gemeente.nl"))
    part = CHART.of(target.parts)
    assert part is not None
    with Helm() as helm:
        kept = collect_chart(
            helm,
            target,
            part,
            frozenset(needs),
            by="Helm",
            redaction=Redaction(),
        )
    whole = [TargetFacts(target.name, target.scenes, dict(attempts)) for attempts in (seen[0], kept)]
    return whole[0], whole[1]


def verdicts(facts: TargetFacts, target_file: Path) -> dict[str, tuple[str, list[tuple[str, ...]]]]:
    """Return what every requirement comes to: its verdict, and the places of its findings."""
    checks = load_checks(ROOT / "tests")
    catalogue = load_catalogue(ROOT / "policies", checks)
    (target,) = load_targets([target_file], today=TODAY, catalogue=catalogue)
    subjects, parameters = TargetSubjects(facts), Parameters(with_defaults(target, catalogue.profiles))

    def told(judged: Judged) -> tuple[str, list[tuple[str, ...]]]:
        assert judged.crash is None
        return judged.verdict.value, [(one.scene, one.where, one.path, one.source) for one in judged.findings]

    return {
        item.requirement.id: told(judged_in_scope(item, subjects, parameters=parameters, today=TODAY).judged)
        for item in scope_of(target, catalogue, checks, profiles=(), lang="nl").looked_at
    }


@pytest.mark.parametrize("name", ["lek", "voorbeeld", "voorbeeld-gebrekkig"])
def test_verdicts_are_those_of_the_raw_facts(name: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = target if name == "lek" else ROOT / "targets" / name
    raw, kept = facts_of(file, monkeypatch)
    assert (raw == kept) is (name == "voorbeeld")
    assert verdicts(kept, file) == verdicts(raw, file)


def test_a_render_that_fails_tells_no_secret(target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = write_target(tmp_path / "kapot")
    (broken.parent / "chart/templates/fail.yaml").write_text(
        '{{ fail (printf "%s en %s" .Values.database.password (.Values.database.password | b64enc)) }}'
    )
    _, kept = facts_of(broken, monkeypatch)
    assert all("`fail`" in fact.message.nl for key, fact in kept.attempts.items() if key.kind == "render")  # type: ignore[union-attr]
    assert {
        str(key): leaked(str(fact).encode()) for key, fact in kept.attempts.items() if leaked(str(fact).encode())
    } == {}
