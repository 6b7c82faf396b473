"""The words of the reports, in Dutch and English."""

from dataclasses import dataclass
from datetime import date, datetime

from toetskader.results.model import LevelCount, PartResult, Result, Run, TargetSummary, Verdict
from toetskader.text import Lang

VERDICTS = (
    Verdict.FAIL,
    Verdict.UNPROVEN,
    Verdict.UNDETERMINED,
    Verdict.EXPLAINED,
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
)
"""The order in which verdicts are shown: what needs attention first."""

LEVELS = (1, 2, 3, 4)

_EN_DASH = "\u2013"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Every fixed word and phrase of the reports in one language; `{…}` is filled in with `format`."""

    lang: Lang
    months: str
    """From January to December, with spaces between."""
    verdicts: dict[Verdict, str]
    levels: dict[int, str]
    kinds: dict[str, str]
    modes: dict[str, str]
    deviation_states: dict[str, str]
    # the level reached
    reached: str
    reached_none: str
    gate: str
    gate_met: str
    gate_not_met: str
    gate_unknown: str
    gate_edited: str
    blocking_count: str
    level: str
    level_reached: str
    level_not_reached: str
    level_empty: str
    level_is_gate: str
    forecast: str
    forecast_mark: str
    best_effort_mark: str
    not_counted_mark: str
    blocks_mark: str
    indication_mark: str
    proof: str
    indication: str
    worths: dict[str, str]
    """What a pass on a part is worth, in one word."""
    # a result
    seen: str
    expected: str
    remedy: str
    strengths: dict[str, str]
    """Of findings that do not fail a requirement."""
    remarks: str
    """Of a requirement that is met."""
    by_part: str
    beside: str
    measured: str
    difference: str
    claim: str
    dossier: str
    dossier_intro: str
    document: str
    issuer: str
    issued_on: str
    valid_until: str
    days_to_go: str
    has_expired: str
    used_for: str
    used_for_nothing: str
    unreadable: str
    contradicted: str
    contradicted_by: str
    contradicts: str
    contradictions: str
    contradictions_intro: str
    by_hand: str
    scene: str
    more_findings: str
    more_findings_terminal: str
    evidence: str
    lines: str
    deviation_expired: str
    deviation_superfluous: str
    deviation_applied: str
    reason: str
    risk: str
    mitigation: str
    owner: str
    approved: str
    expires: str
    requirements: str
    # the page
    report: str
    portfolio: str
    product: str
    skip: str
    contents: str
    conclusion: str
    target: str
    targets: str
    supplier: str
    component: str
    looked_at: str
    coverage: str
    profiles: str
    when: str
    with_what: str
    ladder: str
    not_looked_at: str
    not_looked_at_count: str
    not_looked_at_intro: str
    all_targets: str
    count: str
    results: str
    results_intro: str
    deviations: str
    deviations_intro: str
    expiring: str
    no_deviations: str
    undetermined: str
    undetermined_intro: str
    unproven: str
    unproven_intro: str
    none: str
    about_requirements: str
    about_intro: str
    check: str
    part: str
    worth: str
    outcome: str
    about_run: str
    started: str
    finished: str
    judged_on: str
    versions: str
    options: str
    exit_code: str
    incomplete: str
    broken_off: str
    replayed: str
    replayed_edited: str
    replayed_mark: str
    edited: str
    evidence_digest: str
    added: str
    evidence_files: str
    evidence_intro: str
    level_no_rows: str
    no_chapter: str
    top: str
    # filters
    filters: str
    by_verdict: str
    by_level: str
    by_text: str
    by_target: str
    by_blocking: str
    every: str
    reset: str
    fold: str
    unfold: str
    shown: str
    filtered: str
    # terminal
    blocked_by: str
    and_more: str
    more_blocking: str
    no_verdict_on: str
    report_at: str
    deviation_expires_in: str
    counts_zero: str


NL = Words(
    lang="nl",
    months="januari februari maart april mei juni juli augustus september oktober november december",
    verdicts={
        Verdict.PASS: "voldoet",
        Verdict.FAIL: "voldoet niet",
        Verdict.EXPLAINED: "leg uit",
        Verdict.NOT_APPLICABLE: "n.v.t.",
        Verdict.UNDETERMINED: "niet te bepalen",
        Verdict.UNPROVEN: "niet aangetoond",
    },
    levels={1: "experiment", 2: "past", 3: "productie", 4: "verbeterafspraak"},
    kinds={},
    modes={
        "hard": "verplicht",
        "conditional/exemptible": "verplicht, ontheffing mogelijk",
        "comply-or-explain": "pas toe of leg uit",
        "best-effort/option": "naar beste kunnen",
        "recurring after go-live": "terugkerend na livegang",
    },
    deviation_states={"applied": "toegepast", "expired": "verlopen", "superfluous": "overbodig"},
    reached="niveau {level} op {looked_at} van {total} eisen",
    reached_none="geen niveau bereikt op {looked_at} van {total} eisen",
    gate="Poort",
    gate_met="Poort {gate} is gehaald: geen enkele bekeken eis blokkeert.",
    gate_not_met="Poort {gate} is niet gehaald: {count}.",
    gate_unknown="Over poort {gate} is niets te zeggen: geen enkele eis is bekeken.",
    gate_edited="Over poort {gate} is niets te zeggen: het bewijs is gewijzigd.",
    blocking_count="{n} eisen blokkeren|{n} eis blokkeert",
    level="Niveau",
    level_reached="bereikt",
    level_not_reached="niet bereikt",
    level_empty="niets bekeken",
    level_is_gate="dit is de poort",
    forecast="prognose",
    forecast_mark="prognose: telt niet mee voor poort {gate}",
    best_effort_mark="waarschuwing: naar beste kunnen, blokkeert niet",
    not_counted_mark="telt niet mee voor de poort: {mode}",
    blocks_mark="blokkeert",
    indication_mark="aanwijzing",
    proof="bewijs",
    indication="aanwijzing: bewijs vraagt een andere meting",
    worths={"proof": "bewijs", "indication": "aanwijzing"},
    seen="gezien",
    expected="verwacht",
    remedy="Herstel",
    strengths={"recommended": "aanbevolen", "optional": "ter informatie"},
    remarks="{n} opmerkingen|{n} opmerking",
    by_part="Per onderdeel",
    beside="{part} naast {others}",
    measured="Gemeten",
    difference="Bewust verschil",
    claim="De bron zegt",
    dossier="Dossier",
    dossier_intro="De documenten die gelezen zijn, en wat elk aantoont. Wat het eerst verloopt staat bovenaan.",
    document="Document",
    issuer="Uitgever",
    issued_on="Datum",
    valid_until="Geldig tot en met",
    days_to_go="nog {n} dagen|nog {n} dag",
    has_expired="verlopen",
    used_for="Voor eisen",
    used_for_nothing="geen eis in deze run",
    unreadable="Niet te lezen",
    contradicted="Tegengesproken door {id} ({title}: {verdict}). {why}",
    contradicted_by="tegengesproken door {ids}: {why}",
    contradicts="Spreekt tegen wat het dossier zegt bij {id} ({title}). {why}",
    contradictions="Papier en meting spreken elkaar tegen",
    contradictions_intro="Wat hier op papier staat en wat in dezelfde run gemeten is, kan niet allebei waar zijn. De "
    "eis op papier houdt haar oordeel, en geldt niet meer als bewijs.",
    by_hand="Zelf zien",
    scene="waardenset",
    more_findings="Nog {n} bevindingen staan in results.json.|Nog {n} bevinding staat in results.json.",
    more_findings_terminal="Nog {n} bevindingen: zie het rapport.|Nog {n} bevinding: zie het rapport.",
    evidence="bewijs",
    lines="regels {lines}|regel {lines}",
    deviation_expired="Afwijking {id} verliep op {expires} en telt niet meer.",
    deviation_superfluous="Afwijking {id} is overbodig: er is niets dat uitleg vraagt.",
    deviation_applied="Afwijking {id}, geldig tot en met {expires}",
    reason="Reden",
    risk="Risico",
    mitigation="Maatregel",
    owner="Eigenaar",
    approved="Goedgekeurd door",
    expires="Geldig tot en met",
    requirements="Eisen",
    report="Toetsrapport",
    portfolio="portfolio van {n} toetsobjecten",
    product="Toetskader",
    skip="Naar de inhoud",
    contents="In dit rapport",
    conclusion="Conclusie",
    target="Toetsobject",
    targets="Toetsobjecten",
    supplier="Leverancier",
    component="Component",
    looked_at="Bekeken",
    coverage="Bereikt",
    profiles="Profiel",
    when="Uitgevoerd",
    with_what="Versies",
    ladder="Ladder van vier niveaus",
    not_looked_at="Niet bekeken",
    not_looked_at_count="{n} niet bekeken",
    not_looked_at_intro=(
        "Deze eisen vielen buiten deze run. Ze tellen nergens als voldaan; "
        "per niveau staat waarom ze niet zijn bekeken."
    ),
    all_targets="alle {n} toetsobjecten",
    count="{n} eisen|{n} eis",
    results="Resultaten per niveau",
    results_intro="Een eis boven de poort is een prognose en blokkeert niet.",
    deviations="Afwijkingen",
    deviations_intro="Een goedgekeurde afwijking verandert wat een bevinding betekent, niet wat er is gezien.",
    expiring="verloopt binnen {n} dagen",
    no_deviations="Er zijn geen afwijkingen opgegeven.",
    undetermined="Niet te bepalen",
    undetermined_intro="Een gegeven dat voor het oordeel nodig is, kon niet worden opgehaald.",
    unproven="Niet aangetoond",
    unproven_intro="Het dossier bevat hiervoor geen (geldig) bewijs.",
    none="Geen.",
    about_requirements="Over de eisen",
    about_intro="Van elke beoordeelde eis de herkomst, de manier van meten en hoe eraan te voldoen is.",
    check="Toets",
    part="Gemeten aan",
    worth="Waarde van 'voldoet'",
    outcome="Uitkomst",
    about_run="Over deze run",
    started="Begonnen",
    finished="Klaar",
    judged_on="Afwijkingen beoordeeld op",
    versions="Versies",
    options="Opties",
    exit_code="Afsluitcode",
    incomplete=(
        "Deze run is niet volledig: niet elke gekozen eis kreeg een oordeel. Gebruik dit rapport niet als uitslag; "
        "zoek de fout in de uitvoer van de run en voer de toets opnieuw uit."
    ),
    broken_off=(
        "Deze run is afgebroken (Ctrl-C of SIGTERM): niet elke gekozen eis kreeg een oordeel. Gebruik dit rapport niet "
        "als uitslag; toets opnieuw."
    ),
    replayed=(
        "Opnieuw beoordeeld: dit gaat over feiten die een run van {day} opsloeg; er is nu niets bekeken. "
        "Vergelijk het kenmerk van het bewijs met dat in het rapport van die run: {digest}."
    ),
    replayed_edited="Opnieuw beoordeeld: dit zijn niet de feiten die een run opsloeg. Er is nu niets bekeken.",
    replayed_mark="opnieuw beoordeeld",
    edited=(
        "Het bewijs is gewijzigd nadat een run het opsloeg: {changes}. Gebruik dit rapport niet als uitslag; "
        "toets opnieuw zonder --replay."
    ),
    evidence_digest="Kenmerk van het bewijs",
    added="Toegevoegd bij deze run",
    evidence_files="Bewijsstukken",
    evidence_intro="Bestanden in de bewijsmap van deze run; de nummers bij de eisen verwijzen hierheen.",
    level_no_rows="Op dit niveau is geen enkele eis bekeken.",
    no_chapter="Overig",
    top="Naar boven",
    filters="Filter de resultaten",
    by_verdict="Oordeel",
    by_level="Niveau",
    by_text="Zoek in eisen en bevindingen",
    by_target="Toetsobject",
    by_blocking="Alleen wat blokkeert",
    every="alle",
    reset="Wis filters",
    fold="Klap bevindingen in",
    unfold="Klap bevindingen uit",
    shown="{n} van {m} eisen getoond",
    filtered="Let op: dit is een gefilterde weergave.",
    blocked_by="nodig voor niveau {level}",
    and_more="en nog {n}",
    more_blocking="… en nog {n}; zie het rapport.",
    no_verdict_on="Geen oordeel over",
    report_at="rapport",
    deviation_expires_in=(
        "afwijking {id} verloopt op {expires} (over {n} dagen)|afwijking {id} verloopt op {expires} (over {n} dag)"
    ),
    counts_zero="niets bekeken",
)

EN = Words(
    lang="en",
    months="January February March April May June July August September October November December",
    verdicts={
        Verdict.PASS: "met",
        Verdict.FAIL: "not met",
        Verdict.EXPLAINED: "explained",
        Verdict.NOT_APPLICABLE: "n/a",
        Verdict.UNDETERMINED: "undetermined",
        Verdict.UNPROVEN: "unproven",
    },
    levels={1: "experiment", 2: "fits", 3: "production", 4: "agreed improvement"},
    kinds={
        "kwaliteitseis": "quality requirement",
        "werkwijzeafspraak": "working agreement",
        "dienstverleningseis": "service requirement",
    },
    modes={
        "hard": "mandatory",
        "conditional/exemptible": "mandatory, exemption possible",
        "comply-or-explain": "comply or explain",
        "best-effort/option": "best effort",
        "recurring after go-live": "recurring after go-live",
    },
    deviation_states={"applied": "applied", "expired": "expired", "superfluous": "superfluous"},
    reached="level {level} on {looked_at} of {total} requirements",
    reached_none="no level reached on {looked_at} of {total} requirements",
    gate="Gate",
    gate_met="Gate {gate} is met: no requirement that was looked at blocks.",
    gate_not_met="Gate {gate} is not met: {count}.",
    gate_unknown="Nothing can be said of gate {gate}: no requirement was looked at.",
    gate_edited="Nothing can be said of gate {gate}: the evidence was edited.",
    blocking_count="{n} requirements block|{n} requirement blocks",
    level="Level",
    level_reached="reached",
    level_not_reached="not reached",
    level_empty="nothing looked at",
    level_is_gate="this is the gate",
    forecast="forecast",
    forecast_mark="forecast: does not count for gate {gate}",
    best_effort_mark="warning: best effort, does not block",
    not_counted_mark="does not count for the gate: {mode}",
    blocks_mark="blocks",
    indication_mark="indication",
    proof="proof",
    indication="indication: proof needs another measurement",
    worths={"proof": "proof", "indication": "indication"},
    seen="seen",
    expected="expected",
    remedy="Remedy",
    strengths={"recommended": "recommended", "optional": "for information"},
    remarks="{n} remarks|{n} remark",
    by_part="By part",
    beside="{part} beside {others}",
    measured="Measured",
    difference="Deliberate difference",
    claim="The source says",
    dossier="Dossier",
    dossier_intro="The documents that were read, and what each shows. What expires first stands on top.",
    document="Document",
    issuer="Issuer",
    issued_on="Date",
    valid_until="Valid until",
    days_to_go="{n} days to go|{n} day to go",
    has_expired="expired",
    used_for="For requirements",
    used_for_nothing="no requirement in this run",
    unreadable="Unreadable",
    contradicted="Contradicted by {id} ({title}: {verdict}). {why}",
    contradicted_by="contradicted by {ids}: {why}",
    contradicts="Contradicts what the dossier says for {id} ({title}). {why}",
    contradictions="Paper and measurement contradict each other",
    contradictions_intro="What stands here on paper and what the same run measured cannot both be true. The "
    "requirement on paper keeps its verdict, and is no proof any more.",
    by_hand="See for yourself",
    scene="values set",
    more_findings="{n} more findings are in results.json.|{n} more finding is in results.json.",
    more_findings_terminal="{n} more findings: see the report.|{n} more finding: see the report.",
    evidence="evidence",
    lines="lines {lines}|line {lines}",
    deviation_expired="Deviation {id} expired on {expires} and no longer counts.",
    deviation_superfluous="Deviation {id} is superfluous: nothing here needs explaining.",
    deviation_applied="Deviation {id}, valid up to and including {expires}",
    reason="Reason",
    risk="Risk",
    mitigation="Mitigation",
    owner="Owner",
    approved="Approved by",
    expires="Valid up to and including",
    requirements="Requirements",
    report="Audit report",
    portfolio="portfolio of {n} targets",
    product="Toetskader",
    skip="Skip to content",
    contents="In this report",
    conclusion="Conclusion",
    target="Target",
    targets="Targets",
    supplier="Supplier",
    component="Component",
    looked_at="Looked at",
    coverage="Reached",
    profiles="Profile",
    when="Carried out",
    with_what="Versions",
    ladder="Ladder of four levels",
    not_looked_at="Not looked at",
    not_looked_at_count="{n} not looked at",
    not_looked_at_intro=(
        "These requirements fell outside this run. They never count as met; "
        "per level it says why they were not looked at."
    ),
    all_targets="all {n} targets",
    count="{n} requirements|{n} requirement",
    results="Results per level",
    results_intro="A requirement above the gate is a forecast and does not block.",
    deviations="Deviations",
    deviations_intro="An approved deviation changes what a finding means, not what was seen.",
    expiring="expires within {n} days",
    no_deviations="No deviations were given.",
    undetermined="Undetermined",
    undetermined_intro="A fact that the verdict needs could not be collected.",
    unproven="Unproven",
    unproven_intro="The dossier holds no (valid) evidence for these.",
    none="None.",
    about_requirements="About the requirements",
    about_intro="Of every requirement judged: where it comes from, how it is measured and how to meet it.",
    check="Check",
    part="Measured on",
    worth="Worth of 'met'",
    outcome="Outcome",
    about_run="About this run",
    started="Started",
    finished="Finished",
    judged_on="Deviations judged on",
    versions="Versions",
    options="Options",
    exit_code="Exit code",
    incomplete=(
        "This run is not complete: not every selected requirement got a verdict. Do not use this report as an outcome; "
        "find the error in the output of the run and run the audit again."
    ),
    broken_off=(
        "This run was broken off (Ctrl-C or SIGTERM), so not every selected requirement got a verdict. Do not use this "
        "report as an outcome; audit again."
    ),
    replayed=(
        "Replayed: this is about facts that a run of {day} stored; nothing was looked at now. "
        "Compare the digest of the evidence with the one in the report of that run: {digest}."
    ),
    replayed_edited="Replayed: these are not the facts that a run stored. Nothing was looked at now.",
    replayed_mark="replayed",
    edited=(
        "The evidence was edited after a run stored it: {changes}. Do not use this report as an outcome; "
        "audit again without --replay."
    ),
    evidence_digest="Digest of the evidence",
    added="Added in this run",
    evidence_files="Evidence",
    evidence_intro="Files in the evidence folder of this run; the numbers beside the requirements refer to these.",
    level_no_rows="No requirement of this level was looked at.",
    no_chapter="Other",
    top="Back to top",
    filters="Filter the results",
    by_verdict="Verdict",
    by_level="Level",
    by_text="Search requirements and findings",
    by_target="Target",
    by_blocking="Only what blocks",
    every="all",
    reset="Clear filters",
    fold="Collapse findings",
    unfold="Expand findings",
    shown="{n} of {m} requirements shown",
    filtered="Note: this is a filtered view.",
    blocked_by="needed for level {level}",
    and_more="and {n} more",
    more_blocking="… and {n} more; see the report.",
    no_verdict_on="No verdict on",
    report_at="report",
    deviation_expires_in=(
        "deviation {id} expires on {expires} (in {n} days)|deviation {id} expires on {expires} (in {n} day)"
    ),
    counts_zero="nothing looked at",
)

CHANGES_SHOWN = 5
"""Changes in evidence that a headline names."""

EXPIRING_DAYS = 30
"""A deviation that ends within this many days of the run is shown as expiring."""


def words_of(lang: Lang) -> Words:
    """Give the words of language `lang`."""
    return NL if lang == "nl" else EN


def plural(phrase: str, n: int, **values: object) -> str:
    """Fill in a phrase of the form `more than one|exactly one` for the number `n`."""
    many, _, one = phrase.partition("|")
    return (one if n == 1 and one else many).format(n=n, **values)


def coverage(summary: TargetSummary, w: Words) -> str:
    """Say the level reached, always with the number of requirements it rests on (DESIGN, level reached)."""
    phrase = w.reached if summary.level_reached else w.reached_none
    return phrase.format(level=summary.level_reached, looked_at=summary.looked_at, total=summary.total)


def alarms(run: Run, w: Words) -> list[str]:
    """Say what the reader must know before anything else: a run that is not whole, or of edited evidence."""
    found = [] if run.complete else [w.broken_off if run.broken_off else w.incomplete]
    if run.evidence_edited:
        shown = ", ".join(run.evidence_changes[:CHANGES_SHOWN])
        more = len(run.evidence_changes) - CHANGES_SHOWN
        found.append(w.edited.format(changes=f"{shown} {w.and_more.format(n=more)}" if more > 0 else shown))
    return found


def replayed(run: Run, w: Words) -> str:
    """Say that stored facts were judged again, and which; empty for a run that collected for itself.

    Of edited evidence no digest is given to compare: the list of checksums may be the one that the run stored.
    """
    if run.evidence_edited:
        return w.replayed_edited
    return w.replayed.format(day=day(run.replayed_day, w), digest=run.replayed) if run.replayed else ""


def gate_verdict(summary: TargetSummary, judged: int, blocking: int, w: Words, *, edited: bool) -> str:
    """Say whether the gate is met: never when nothing was judged, or when the evidence was edited."""
    if edited:
        return w.gate_edited.format(gate=summary.gate)
    if blocking:
        return w.gate_not_met.format(gate=summary.gate, count=plural(w.blocking_count, blocking))
    return (w.gate_met if judged else w.gate_unknown).format(gate=summary.gate)


def source_place(result: Result, w: Words) -> str:
    """Say where the requirement stands: source, section and lines."""
    place = f"{result.source} {result.section}".strip()
    if not result.lines:
        return place
    first, _, last = result.lines.partition("-")
    lines = first if first == last else result.lines
    several = "-" in lines or "," in lines
    return f"{place}, {plural(w.lines, 2 if several else 1, lines=lines.replace('-', _EN_DASH))}"


def scene(result: Result, part: str, w: Words) -> str:
    """Say what a scene of a part is called: a values set of a chart, an environment in which something runs."""
    known = {name: called for item in result.parts for name, called in {**item.beside, item.part: item.scene}.items()}
    return known.get(part) or w.scene


def by_part(result: Result, w: Words) -> list[str]:
    """Say what each part came to, of a result that several were judged for, or laid beside each other.

    Why it does not apply to one of them stands with that part, as the reason of the result is another's.
    """
    if len(result.parts) < 2 and not any(item.beside for item in result.parts):
        return []
    return [
        f"{_beside(item, w)}: {w.verdicts[item.verdict]} ({w.worths[item.proof]}){_why_not(item, result)}"
        for item in result.parts
    ]


def _why_not(item: PartResult, result: Result) -> str:
    if item.verdict is not Verdict.NOT_APPLICABLE or not item.reason or item.reason in result.reason:
        return ""
    return f": {item.reason.removesuffix('.')}"


def _beside(item: PartResult, w: Words) -> str:
    return w.beside.format(part=item.part, others=", ".join(item.beside)) if item.beside else item.part


def contradictions(result: Result, w: Words) -> list[str]:
    """Say what speaks against a result: of what paper says a measurement, of a measurement what paper says."""
    return [
        (w.contradicted if item.is_claim else w.contradicts).format(
            id=item.requirement, title=item.title, verdict=w.verdicts[item.verdict], why=item.why
        )
        for item in result.contradictions
    ]


def mark(result: Result, gate: int, w: Words) -> str:
    """Say why a result does not count for the gate, or that it blocks; empty when neither needs saying."""
    if result.blocks:
        return w.blocks_mark
    if result.gated:
        return ""
    if result.level > gate:
        return w.forecast_mark.format(gate=gate)
    if result.mode.startswith("best-effort"):
        return w.best_effort_mark
    return w.not_counted_mark.format(mode=w.modes.get(result.mode, result.mode))


def level_counts(count: LevelCount, w: Words) -> str:
    """Say the counts of one level in words, without the verdicts that do not occur."""
    parts = [f"{count.verdicts[v]} {w.verdicts[v]}" for v in VERDICTS if count.verdicts.get(v)]
    if count.not_looked_at:
        parts.append(w.not_looked_at_count.format(n=count.not_looked_at))
    return ", ".join(parts) or w.counts_zero


def day(value: str, w: Words) -> str:
    """Write an ISO 8601 date out in words; anything else comes back as it is."""
    try:
        parsed = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{parsed.day} {w.months.split()[parsed.month - 1]} {parsed.year}"


def moment(value: datetime, w: Words) -> str:
    """Write a moment out in words, with its offset from UTC when it has one."""
    zone = value.strftime("%z")
    zone = "" if not zone else " UTC" if zone == "+0000" else f" (UTC{zone[:3]}:{zone[3:]})"
    return f"{day(value.date().isoformat(), w)}, {value:%H:%M}{zone}"


def days_left(expires: str, today: str) -> int | None:
    """Count the days from `today` up to `expires` (both ISO 8601); None when either is not a date."""
    try:
        return (date.fromisoformat(expires) - date.fromisoformat(today)).days
    except ValueError:
        return None
