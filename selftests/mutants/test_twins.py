"""The example targets as a whole: the golden one meets everything, the flawed twin fails as it is meant to."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from auditor import ROOT, Auditor, Outcome
from measurements import by_requirement

from toetskader.results import Verdict

GOLDEN = ROOT / "targets/voorbeeld"
FLAWED = ROOT / "targets/voorbeeld-gebrekkig"

GOLDEN_NOT_APPLICABLE = {
    "ingress.external_measures",  # every route is internal
    "image.prerelease_form",  # no image has a preliminary version
}

FLAWED_VERDICTS = {
    Verdict.FAIL: (
        "changelog.keep_a_changelog",
        "changelog.release_notes",
        "chart.deployment_test",
        "chart.lint",
        "chart.no_manual_steps",
        "chart.portable",
        "config.database_timezone_utc",
        "config.entra_identity",
        "config.environment_documented",
        "config.environment_from_config_maps",
        "config.external_postgresql",
        "config.mail_route",
        "image.prerelease_form",
        "image.semver_labels",
        "image.semver_tag",
        "image.third_party_pinned",
        "image.trusted_location",
        "ingress.external_measures",
        "ingress.internal_by_default",
        "ingress.rate_limit",
        "ingress.tls_at_edge",
        "logging.debug_variable",
        "logging.json",
        "logging.level_variable",
        "logging.stdout",
        "logging.utc",
        "metrics.exposed",
        "network.declared_peers",
        "network.in_cluster_traffic",
        "network.minimal_egress",
        "network.policy_coverage",
        "scaling.adjustable",
        "scaling.graceful_stop",
        "secrets.by_reference",
        "secrets.none_in_chart",
        "secrets.sealed_or_existing",
        "service.no_load_balancer",
        "storage.class_configurable",
        "storage.external_state",
        "storage.no_local_persistence",
        "storage.object_storage_settings",
        "workload.non_root",
        "workload.one_layer_per_container",
        "workload.probes",
        "workload.read_only_root_filesystem",
        "workload.resource_estimate",
        "workload.rolling_update",
        "workload.stateless",
        "workload.writable_paths_on_volumes",
    ),
    Verdict.PASS: (
        "certificate.no_self_signed",
        "certificate.not_from_chart",
        "chart.no_operators",
        "chart.own_namespace",
        "chart.served_apis",
        "config.by_environment",
        "database.migrations",
        "ingress.vanity_host",
        "ingress.xor_gateway",
        "service.plain_http_port",
        "workload.delivered_as_containers",
    ),
    Verdict.NOT_APPLICABLE: (
        "certificate.no_wildcard",
        "storage.file_share_rwx",
    ),
    Verdict.UNDETERMINED: ("network.no_direct_diginetwerk",),
}
"""Verdict → the measurements that get it."""


def verdicts(outcome: Outcome) -> dict[str, Verdict]:
    return {id_: judged.verdict for id_, judged in outcome.items()}


def test_golden_target_is_judged_on_every_chart_requirement(auditor: Auditor, golden: Outcome) -> None:
    assert golden.keys() == auditor.requirements.keys()


def test_golden_target_meets_everything_that_applies(auditor: Auditor, golden: Outcome) -> None:
    for id_, judged in golden.items():
        applies = auditor.check_of(id_).id not in GOLDEN_NOT_APPLICABLE
        assert judged.verdict is (Verdict.PASS if applies else Verdict.NOT_APPLICABLE), id_


def test_what_does_not_apply_to_the_golden_target_has_a_reason(golden: Outcome) -> None:
    reasons = [judged.reason for judged in golden.values() if judged.verdict is Verdict.NOT_APPLICABLE]
    assert reasons
    assert all(reason is not None and reason.nl and reason.en for reason in reasons)


def test_flawed_twin_fails_as_it_is_meant_to(auditor: Auditor, flawed: Outcome) -> None:
    said = {name: verdict for verdict, names in FLAWED_VERDICTS.items() for name in names}
    assert verdicts(flawed) == by_requirement(said, auditor.requirements.values(), "chart")


def test_findings_say_where_and_what(flawed: Outcome) -> None:
    for id_, judged in flawed.items():
        for finding in judged.findings:
            assert finding.where, id_
            assert finding.source, id_
            assert finding.expected is not None, id_
    assert all(judged.findings for judged in flawed.values() if judged.verdict is Verdict.FAIL)


def test_deviations_of_the_flawed_twin_are_about_what_fails(auditor: Auditor, flawed: Outcome) -> None:
    deviations = auditor.load(FLAWED).deviations
    explained = {id_: flawed[id_].verdict for deviation in deviations for id_ in deviation.requirements}
    assert explained == {
        "DDC-7.2-14": Verdict.FAIL,
        "DDC-7.5-03": Verdict.PASS,  # superfluous, on purpose
        "DDC-7.5-04": Verdict.FAIL,
        "DDC-7.17-02": Verdict.FAIL,  # expired, on purpose
    }


def with_comments(text: str) -> str:
    """A comment on top, and one below every top-level key."""
    return "# eerste regel\n" + re.sub(r"^(\w+):\n", r"\1:\n  # een opmerking\n", text, flags=re.MULTILINE)


def with_blank_lines(text: str) -> str:
    """Blank lines around the content, and spaces at the end of every third line that no block scalar holds."""
    return "\n\n" + "\n".join(line + "   " * (number % 3 == 0) for number, line in enumerate(text.split("\n"))) + "\n\n"


def with_carriage_returns(text: str) -> str:
    """Line ends as on Windows."""
    return text.replace("\n", "\r\n")


def with_labels_reversed(text: str) -> str:
    """Labels in the opposite order, wherever they stand below each other."""
    label = r"(?:[ ]*(?:app\.kubernetes\.io|common-ground\.nl|helm\.sh)/(?:name|instance|version|component|laag|chart"
    return re.sub(rf"(?:^{label}|part-of|managed-by): .*\n)){{2,}}", _reversed, text, flags=re.MULTILINE)


def _reversed(match: re.Match[str]) -> str:
    return "".join(reversed(match[0].splitlines(keepends=True)))


def manifests(target: Path) -> Iterator[Path]:
    """The templates and values of a target."""
    for pattern in ("chart/templates/**/*.yaml", "chart/templates/*.tpl", "chart/values.yaml", "values/*.yaml"):
        yield from sorted(target.glob(pattern))


@pytest.mark.parametrize("rewrite", [with_comments, with_blank_lines, with_carriage_returns, with_labels_reversed])
def test_how_it_is_written_changes_no_verdict(
    rewrite: Callable[[str], str], auditor: Auditor, golden: Outcome, tmp_path: Path
) -> None:
    target = Path(shutil.copytree(GOLDEN, tmp_path / "target"))
    changed = 0
    for path in manifests(target):
        text = path.read_text(encoding="utf-8")
        path.write_text(rewrite(text), encoding="utf-8", newline="")
        changed += rewrite(text) != text
    assert changed
    assert verdicts(auditor.audit(target)) == verdicts(golden)


def test_what_does_not_render_is_met_nowhere(auditor: Auditor, tmp_path: Path) -> None:
    """Values that the chart's own schema refuses: whatever needs a render is undetermined, with Helm's message."""
    target = Path(shutil.copytree(GOLDEN, tmp_path / "target"))
    values = target / "chart/values.yaml"
    values.write_text(values.read_text(encoding="utf-8").replace("requestsPerSecond: 20", "requestsPerSecond: 0"))
    outcome = auditor.audit(target)
    rendered = {id_ for id_ in outcome if auditor.check_of(id_).per_scene}
    # It reads the README, of a chart that must deploy something.
    rendered |= {id_ for id_ in outcome if auditor.check_of(id_).id == "chart.no_manual_steps"}
    assert {id_ for id_, judged in outcome.items() if judged.verdict is Verdict.UNDETERMINED} == rendered
    assert outcome["DDC-7.5-01"].verdict is Verdict.FAIL
    assert all("requestsPerSecond" in str(outcome[id_].reason) for id_ in rendered)


def test_what_cannot_be_read_is_met_nowhere(auditor: Auditor, tmp_path: Path) -> None:
    """A pod whose containers are a number: no requirement on workloads passes, and none is said not to apply."""
    target = Path(shutil.copytree(GOLDEN, tmp_path / "target"))
    pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kapot\nspec:\n  containers: 3\n"
    (target / "chart/templates/pod.yaml").write_text(pod)
    outcome = auditor.audit(target)
    about = {id_ for id_ in outcome if "workloads" in auditor.check_of(id_).subjects}
    met = {id_ for id_ in about if outcome[id_].verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)}
    assert met == set()
    assert [judged.crash for judged in outcome.values() if judged.crash] == []


@pytest.mark.parametrize("folder", [GOLDEN, FLAWED], ids=["golden", "flawed"])
def test_a_requirement_alone_gives_the_verdict_of_the_whole_run(auditor: Auditor, folder: Path) -> None:
    """What is collected for other requirements decides nothing."""
    together = auditor.audit(folder)
    needs = {item.needs for item in auditor.scope(auditor.load(folder))}
    alone = {id_: judged for need in needs for id_, judged in auditor.audit(folder, need).items()}
    assert alone.keys() == together.keys()
    for id_, judged in together.items():
        assert (alone[id_].verdict, alone[id_].findings) == (judged.verdict, judged.findings), id_
