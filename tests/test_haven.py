"""Judgements on the cluster by the Haven Compliancy Checker's report."""

from datetime import date

import msgspec

from toetskader.facts.haven import REQUIRED_CHECKS, HavenReport, HavenResult
from toetskader.judging import EndpointPlace, Findings, Text, check, undetermined


class HavenCompliancy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of `cluster.haven_compliancy`."""

    max_failed_checks: int
    max_age_days: int


@check("cluster.haven_compliancy", params=HavenCompliancy)
def test_the_cluster_follows_the_haven_standard(
    haven: HavenReport, findings: Findings, params: HavenCompliancy, today: date
) -> None:
    """DDC 1.1: all required checks of the Haven Compliancy Checker pass, in a recent report."""
    made = haven.finished.date()
    findings.saw(
        f"Haven Compliancy Checker {haven.version}, {made}: {len(haven.required)} verplichte controles.",
        f"Haven Compliancy Checker {haven.version}, {made}: {len(haven.required)} required checks.",
    )
    age = (today - made).days
    where = f"Haven {haven.version} ({made})"
    if age > params.max_age_days:
        findings.add(
            EndpointPlace(where, "StopTS"),
            seen=Text(f"{age} dagen oud", f"{age} days old"),
            expected=Text(f"≤ {params.max_age_days} dagen", f"≤ {params.max_age_days} days"),
        )
    if age < -1:  # a day more or less is a time zone
        findings.add(
            EndpointPlace(where, "StopTS"),
            seen=Text("een datum in de toekomst", "a date in the future"),
            expected=Text("een rapport dat al gemaakt is", "a report that was made already"),
        )
    failed = [item for item in haven.required if item.result in {HavenResult.NO, HavenResult.SKIPPED}]
    if len(failed) > params.max_failed_checks:
        for item in failed:
            findings.add(EndpointPlace(where, item.label), seen=item.result.value, expected=HavenResult.YES.value)
    elif haven.compliant is False and not failed:
        findings.add(EndpointPlace(where, "HavenCompliant"), seen="false", expected="true")
    unknown = [item.label for item in haven.required if item.result is HavenResult.UNKNOWN]
    if unknown:
        undetermined(
            f"De checker kon niet alles nagaan: {', '.join(unknown[:5])}. Draai hem opnieuw, als clusterbeheerder.",
            f"The checker could not tell everything: {', '.join(unknown[:5])}. Run it again, as cluster administrator.",
        )
    if len(haven.required) < REQUIRED_CHECKS:
        count = len(haven.required)
        undetermined(
            f"Het rapport heeft {count} verplichte controles in plaats van {REQUIRED_CHECKS}; draai de hele checker.",
            f"The report has {count} required checks instead of {REQUIRED_CHECKS}; run the whole checker.",
        )
