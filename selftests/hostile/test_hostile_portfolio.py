"""Every hostile target ends in plain reasons, and harms no other."""

import re
import tempfile
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from auditing import Audited
from hostile_targets import HOSTILE, MARK, Hostile

from toetskader.results import Verdict

REFUSED = [target for target in HOSTILE if target.said]
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.hostile("chart")
@pytest.mark.parametrize("target", REFUSED, ids=lambda target: target.name)
def test_what_cannot_be_rendered_is_undetermined_for_a_reason(target: Hostile, portfolio: Audited) -> None:
    results = portfolio.of(target.name).values()
    unseen = [result for result in results if "Not seen (values set s)" in result.reason]
    assert len(unseen) > 50
    assert {result.verdict for result in unseen} == {Verdict.UNDETERMINED}
    assert all(any(word in result.reason for word in target.said.split("|")) for result in unseen), unseen[0].reason
    assert not [result for result in results if "Traceback" in result.reason or "is a fault" in result.reason]
    on_files = [result for result in results if result not in unseen]
    if target.whole:
        assert {result.verdict for result in on_files} == {Verdict.UNDETERMINED}
    elif target.whole is False:
        assert Verdict.FAIL in {result.verdict for result in on_files}  # none of these charts has a changelog


@pytest.mark.parametrize("name", [target.name for target in HOSTILE if not target.said])
def test_what_can_be_rendered_is_judged(name: str, portfolio: Audited) -> None:
    results = portfolio.of(name).values()
    assert len({result.verdict for result in results}) > 2
    assert not [result for result in results if "is a fault" in result.reason]


def test_a_secret_with_binary_data_is_found(portfolio: Audited) -> None:
    result = portfolio.of("binary-secret")["DDC-7.5-06"]
    assert result.verdict is Verdict.FAIL
    assert any("a Secret with values for a, b, c" in finding.seen for finding in result.findings)


def test_nothing_hides_in_a_list(portfolio: Audited) -> None:
    result = portfolio.of("hidden-in-a-list")["DDC-7.2-14"]
    assert [finding.where for finding in result.findings] == ["Deployment/hidden, container a"]


def test_other_targets_are_unharmed(portfolio: Audited, alone: Audited) -> None:
    def seen(audited: Audited) -> dict[str, object]:
        return {
            requirement: (result.verdict, result.findings, result.reason)
            for requirement, result in audited.of("voorbeeld").items()
        }

    assert len(seen(alone)) > 60
    assert seen(portfolio) == seen(alone)


def test_the_run_ends_as_a_run_does(portfolio: Audited) -> None:
    assert portfolio.code == 1
    assert portfolio.report.run.complete
    assert "INTERNALERROR" not in portfolio.terminal
    assert "Traceback" not in portfolio.terminal
    assert {summary.target for summary in portfolio.report.targets} == {*(t.name for t in HOSTILE), "voorbeeld"}


def test_nothing_is_written_beside_the_report(portfolio: Audited) -> None:
    folder = portfolio.evidence.parents[3]
    assert {path.name for path in folder.iterdir()} == {"portfolio", "reports"}
    assert not list(Path(tempfile.gettempdir()).glob("gone*"))
    files = [path for path in portfolio.evidence.rglob("*") if path.is_file()]
    assert {path.name for path in files if path.suffix != ".json"} == {"SHA256SUMS"}


def test_hostile_text_stays_text(portfolio: Audited) -> None:
    seen = [f"{f.where} {f.path} {f.source} {f.seen}" for r in portfolio.of("spoken").values() for f in r.findings]
    assert any(MARK in text for text in seen)
    assert HIDDEN.search(portfolio.terminal) is None
    assert HIDDEN.search(portfolio.html) is None
    tags = _Tags()
    tags.feed(portfolio.html)
    assert "img" not in tags.found
    assert MARK not in portfolio.html
    ET.fromstring(portfolio.files["junit.xml"])
    assert HIDDEN.search(portfolio.files["results.csv"].decode().replace("\r\n", "\n")) is None


class _Tags(HTMLParser):
    """Every tag of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
