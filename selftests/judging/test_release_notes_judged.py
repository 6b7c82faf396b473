"""What release notes must tell of, judged: what they leave unsaid is undetermined, unless their own number tells."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import ChartFiles
from toetskader.judging.findings import Findings
from toetskader.judging.outcomes import NotApplicable, Undetermined
from toetskader.judging.registry import load_checks

CHECKS = load_checks(Path(__file__).parents[2] / "tests")
AT = Provenance(at=datetime(2026, 3, 1, tzinfo=UTC), by="test", source="chart")


def chart(version: str, files: dict[str, str], **metadata: Any) -> ChartFiles:
    return ChartFiles(
        provenance=AT, name="proef", version=version, metadata={"name": "proef", **metadata}, values={}, files=files
    )


def judged(given: ChartFiles, topic: Any = None) -> tuple[str, str]:
    """Return the verdict, and the first finding's strength or the reason."""
    findings = Findings()
    try:
        if topic is None:
            CHECKS["changelog.keep_a_changelog"].function(chart=given, findings=findings)
        else:
            check = CHECKS["changelog.release_notes"]
            assert check.params is not None
            check.function(chart=given, params=msgspec.convert({"topic": topic}, check.params), findings=findings)
    except NotApplicable as outcome:
        return "not_applicable", outcome.reason.en
    except Undetermined as outcome:
        return "undetermined", outcome.reason.en
    return ("fail" if findings.fail else "pass"), findings.items[0].strength if findings.items else ""


def notes(version: str, text: str) -> ChartFiles:
    return chart(
        version, {"CHANGELOG.md": f"# Changelog\n\n## {version}\n\n{text}\n\n## 0.0.9\n\n- Older, fixed and new\n"}
    )


VERDICTS = {
    ("1.5.0", "### Features\n\n* Search"): "pass undetermined undetermined undetermined",
    ("1.5.1", "### Bug Fixes\n\n* A leak"): "not_applicable pass undetermined undetermined",
    ("1.5.0", "### Bug Fixes\n\n* A leak"): "fail pass undetermined undetermined",
    ("0.5.0", "### Bug Fixes\n\n* A leak"): "undetermined pass undetermined undetermined",
    ("2026.5.0", "* Fix a leak"): "undetermined pass undetermined undetermined",
    ("1.5.1", "* Bump redis from 7.0 to 7.2"): "not_applicable undetermined undetermined undetermined",
    ("1.5.0", "* Bump redis from 7.0 to 7.2"): "undetermined undetermined undetermined undetermined",
    ("1.5.0", "* Various improvements\n* Bugfixes"): "fail fail fail fail",
    ("1.5.0", ""): "fail fail fail fail",
    (
        "1.5.0",
        "### Nieuw\n\n- Zoeken\n\n### Fouten\n\nGeen bekende fouten.\n\n### Breaking\n\nGeen.",
    ): "pass pass pass undetermined",
    ("1.5.0", "### Breaking\n\n- `a` is now `b`"): "pass undetermined pass undetermined",
    ("1.5.1", "### Breaking\n\n- `a` no longer works"): "pass undetermined fail undetermined",
    ("1.5.1", "* fix!: `a` is now `b`"): "pass pass fail undetermined",
    ("2.0.0", "### Breaking\n\n- `a` no longer works"): "pass undetermined pass undetermined",
    ("0.5.1", "### Breaking\n\n- `a` no longer works"): "pass undetermined pass undetermined",
    ("2026.5.1", "### Breaking\n\n- `a` no longer works"): "pass undetermined pass undetermined",
    ("1.5.1", "### Breaking\n\n- Nothing breaks."): "not_applicable undetermined pass undetermined",
    ("1.5.0", "- De koppeling met de Zaken-API stuurt nu PATCH"): "pass undetermined undetermined pass",
    ("1.5.0", "### Externe communicatie\n\n- geen\n\n### Nieuw\n\n- Zoeken"): "pass undetermined undetermined pass",
}
TOPICS = ("added", "fixed", "breaking", "external_communication")


@pytest.mark.parametrize(("given", "verdicts"), VERDICTS.items())
def test_what_notes_tell_of(given: tuple[str, str], verdicts: str) -> None:
    assert " ".join(judged(notes(*given), topic)[0] for topic in TOPICS) == verdicts


def test_a_break_in_a_minor_version_is_a_remark() -> None:
    assert judged(notes("1.5.0", "- **Breaking**: `a` is now `b`"), "breaking") == ("pass", "recommended")
    assert judged(notes("2.0.0", "- **Breaking**: `a` is now `b`"), "breaking") == ("pass", "")


def test_every_file_with_notes_is_read_and_chart_yaml_too() -> None:
    rst = {"CHANGES.rst": "Changes\n=======\n\n1.5.0 (2026-03-01)\n------------------\n\n* Add search\n"}
    assert judged(chart("1.5.0", rst), "added")[0] == "pass"
    assert judged(chart("1.5.0", rst)) == ("fail", "required")
    listed = {"artifacthub.io/changes": "- kind: security\n  description: CVE-2026-12345\n"}
    assert judged(chart("1.5.0", {}, annotations=listed), "fixed")[0] == "pass"
    assert judged(chart("1.6.0", rst, annotations=listed), "fixed")[0] == "pass"
    assert judged(chart("1.6.0", rst), "fixed")[0] == "fail"


def test_a_changelog_elsewhere_is_undetermined_and_none_at_all_fails() -> None:
    link = {"README.md": "See the [changelog](https://git.acme.example/team/proef/releases)."}
    for topic in (*TOPICS, None):
        verdict, reason = judged(chart("1.5.0", link, sources=["https://git.acme.example/team/proef"]), topic)
        assert (verdict, "https://git.acme.example/team/proef/releases" in reason) == ("undetermined", True)
        assert judged(chart("1.5.0", link, sources=["https://git.other.example/x/y"]), topic)[0] == "fail"
        assert judged(chart("1.5.0", {}), topic)[0] == "fail"
