"""The lines on a terminal."""

from typing import Any

import msgspec

from toetskader.report.terminal import FINDINGS_SHOWN, blocking_lines, finding_lines, missing_lines, summary_lines
from toetskader.report.visible import clip, one_line, visible
from toetskader.results.model import PartResult, Report, Verdict


def test_a_finding_is_a_sentence_with_place_and_remedy(report: Report) -> None:
    result = next(r for r in report.results if r.requirement == "DDC-7.5-04")
    assert finding_lines(result, "nl", 300) == [
        "DDC-7.5-04@voorbeeld [voldoet niet] Updates verlopen stap voor stap (DDC 7.5, regels 581\u2013582; niveau 2)",
        "  - Deployment/web, container app-3: gezien Recreate, verwacht RollingUpdate "
        "(spec.template.spec.containers[3].securityContext.readOnlyRootFilesystem, templates/deployment.yaml, "
        "waardenset productie). Herstel: Zet strategy.type.",
        "  Afwijking AFW-3 verliep op 31 oktober 2026 en telt niet meer.",
    ]


def test_a_remedy_that_all_findings_share_is_said_once_and_scenes_are_joined(report: Report) -> None:
    result = next(r for r in report.results if r.requirement == "DDC-7.2-14")
    text = " ".join(line.strip() for line in finding_lines(result, "en", 100))
    assert text.count("Remedy:") == 1
    assert text.count("container app-0") == 1
    assert "values set productie, standaard" in text


def test_what_runs_is_seen_in_environments(report: Report) -> None:
    result = next(r for r in report.results if r.requirement == "DDC-7.2-14")
    for part in ("namespace", "release", "rbac"):
        seen = PartResult(part=part, proof="proof", verdict=result.verdict, check=result.check, scene="omgeving")
        live = msgspec.structs.replace(result, part=part, parts=(seen,))
        text = " ".join(line.strip() for line in finding_lines(live, "nl", 100))
        assert "omgeving productie, standaard" in text
        assert "waardenset" not in text


def test_a_result_without_findings_gives_its_reason_and_the_remedy_of_the_requirement(report: Report) -> None:
    result = next(r for r in report.results if r.requirement == "DDC-7.3-12")
    lines = finding_lines(result, "nl", 200)
    assert lines[1:] == [
        "  Het dossier bevat geen rapport van na 22 augustus 2026.",
        "  Herstel: Zet readOnlyRootFilesystem op true en geef schrijfbare paden een volume.",
    ]


def test_lines_keep_to_the_width_and_many_findings_are_counted(make: Any) -> None:
    findings = tuple(make.finding(n, seen="x" * 300) for n in range(FINDINGS_SHOWN + 3))
    for width in (40, 80):
        lines = finding_lines(make.result(verdict=Verdict.FAIL, findings=findings), "nl", width)
        assert max(map(len, lines)) <= width
        assert "Nog 3 bevindingen: zie het rapport." in " ".join(" ".join(lines).split())


def test_requirements_that_cannot_be_determined_for_one_reason_are_one_message(make: Any) -> None:
    stopped = [
        make.result(f"DDC-7.2-{n}", verdict=Verdict.UNDETERMINED, reason="templates/web.yaml:12: de template stopt.")
        for n in range(10, 50)
    ]
    other = make.result("DDC-7.3-12", verdict=Verdict.UNDETERMINED, reason="Geen rapport.")
    elsewhere = msgspec.structs.replace(stopped[0], target="acme")
    lines = blocking_lines([*stopped, other, elsewhere], "nl", 300)
    text = "\n".join(lines)
    assert lines[:3] == [
        "40 eisen @voorbeeld [niet te bepalen]",
        "  templates/web.yaml:12: de template stopt.",
        f"  {', '.join(f'DDC-7.2-{n}' for n in range(10, 22))} en nog 28",
    ]
    assert text.count("de template stopt.") == 2
    assert "DDC-7.3-12@voorbeeld [niet te bepalen]" in text
    assert "DDC-7.2-10@acme [niet te bepalen]" in text


def test_requirements_that_are_not_met_are_told_apart(make: Any) -> None:
    both = [make.result(name, verdict=Verdict.FAIL, reason="Zo is het.") for name in ("DDC-7.2-14", "DDC-7.2-15")]
    heads = [line for line in blocking_lines(both, "en", 300) if not line.startswith(" ")]
    assert [head.partition(" ")[0] for head in heads] == ["DDC-7.2-14@voorbeeld", "DDC-7.2-15@voorbeeld"]


def test_of_many_requirements_without_a_verdict_the_number_is_said() -> None:
    names = [f"DDC-7.2-{n}@acme" for n in range(10, 40)]
    assert missing_lines(names, "nl", 80) == ["Geen oordeel over 30 eisen."]
    assert missing_lines(names[:1], "en", 80) == ["No verdict on: DDC-7.2-10@acme"]


def test_hostile_text_cannot_steer_the_terminal(hostile: Report) -> None:
    lines = [line for result in hostile.results for line in finding_lines(result, "nl", 80)]
    lines += summary_lines(hostile, "reports/\x1b[2J/report.html", "nl", 80)
    assert any("[U+001B][31mrood" in line for line in lines)
    assert [line for line in lines if not line.isprintable()] == []


def test_summary_of_one_target(report: Report) -> None:
    assert summary_lines(report, "reports/voorbeeld/latest/report.html", "nl", 120) == [
        "voorbeeld (Voorbeeld Software BV, Meldingenregister): niveau 1 op 10 van 46 eisen. Poort 3 is niet gehaald: "
        "4 eisen",
        "  blokkeren.",
        "  blokkeert: DDC-7.2-14, DDC-7.5-04, DDC-7.5-05, DDC-7.3-12",
        "  niveau 1 (experiment): 2 voldoet, 9 niet bekeken",
        "  niveau 2 (past): 2 voldoet niet, 1 niet te bepalen, 1 leg uit, 1 n.v.t., 9 niet bekeken",
        "  niveau 3 (productie): 1 voldoet niet, 1 niet aangetoond, 9 niet bekeken",
        "  niveau 4 (verbeterafspraak): 1 voldoet niet, 9 niet bekeken",
        "  afwijking AFW-2 verloopt op 1 december 2026 (over 9 dagen)",
        "  Afwijking AFW-3 verliep op 31 oktober 2026 en telt niet meer.",
        "Papier en meting spreken elkaar tegen:",
        "  DDC-7.2-13@voorbeeld Containers draaien zonder root",
        "    tegengesproken door DDC-7.2-14 (voldoet niet): Wie dit verklaart heeft dat geregeld.",
        "rapport: reports/voorbeeld/latest/report.html",
    ]


def test_summary_says_what_the_next_level_needs_when_nothing_blocks(make: Any) -> None:
    result = make.result("DDC-7.22-01", level=4, gated=False, verdict=Verdict.FAIL)
    summary = make.summary([result], level_reached=3, blocked_by=("DDC-7.22-01",))
    lines = summary_lines(make.report([summary], [result]), None, "en", 100)
    assert lines[0].endswith("level 3 on 1 of 1 requirements. Gate 3 is met:")
    assert "  needed for level 4: DDC-7.22-01" in lines


def test_summary_never_calls_a_gate_met_on_nothing(make: Any) -> None:
    lines = summary_lines(make.report([make.summary([], level_reached=0)], []), None, "nl", 200)
    assert lines[0].endswith(
        "geen niveau bereikt op 0 van 0 eisen. Over poort 3 is niets te zeggen: geen enkele eis is bekeken."
    )


def test_summary_of_a_portfolio_has_a_line_per_target_and_an_incomplete_run_says_so(make: Any) -> None:
    whole = make.portfolio(7, 4, 1)
    lines = summary_lines(make.report(list(whole.targets), list(whole.results), complete=False), "r.html", "nl", 500)
    assert lines[0].startswith("Deze run is niet volledig")
    assert len(lines) == 1 + 7 + 1


def test_hidden_characters_become_visible() -> None:
    assert visible("a\x00b\x7f\u202ec\tx\n") == "a[U+0000]b[U+007F][U+202E]c\tx\n"
    assert visible("\ud800 é ümlaut Ελ") == "[U+D800] é ümlaut Ελ"
    assert one_line(" a\r\n b\t\tc ") == "a[U+000D] ↵ b c"
    assert clip("abcdef", 4) == "abcd… (+2)"
    assert clip("abcd", 4) == "abcd"


def test_what_a_measurement_contradicts_is_said_at_the_end(make: Any) -> None:
    lines = summary_lines(make.everything(), None, "nl", 100)
    at = lines.index("Papier en meting spreken elkaar tegen:")
    assert lines[at + 1].startswith("  DDC-7.2-13@voorbeeld Containers draaien zonder root")
    assert lines[at + 2].startswith("    tegengesproken door DDC-7.2-14 (voldoet niet)")
