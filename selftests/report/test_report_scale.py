"""A portfolio of 10,000 results."""

from toetskader.report import json_view
from toetskader.report.html import render_html


def test_ten_thousand_results_stay_small(make, tmp_path) -> None:
    report = make.portfolio()
    assert len(report.results) > 10_000
    (tmp_path / "results.json").write_bytes(json_view.encode(report))
    (tmp_path / "report.html").write_text(render_html(report), encoding="utf-8")
    assert (tmp_path / "report.html").stat().st_size < 8_000_000


def test_more_findings_do_not_make_the_page_larger_than_it_may_be(make) -> None:
    report = make.portfolio(20, 100, findings=14)
    html = render_html(report)
    assert len(html.encode()) < 8_000_000
    assert "bevindingen staan in results.json" in html
