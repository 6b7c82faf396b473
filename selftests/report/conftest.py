"""Reports to look at: builders of the result model, and one browser for the whole session."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from toetskader.report.html import render_html
from toetskader.results.model import (
    Contradicted,
    Deviation,
    Document,
    Finding,
    LevelCount,
    NotLookedAt,
    Report,
    Result,
    Run,
    TargetSummary,
    Verdict,
)
from toetskader.text import Lang

TODAY = "2026-11-22"


class Make:
    """Builds parts of a report; every field has a plausible default."""

    @staticmethod
    def finding(number: int = 0, **over: Any) -> Finding:
        fields: dict[str, Any] = {
            "where": f"Deployment/web, container app-{number}",
            "path": f"spec.template.spec.containers[{number}].securityContext.readOnlyRootFilesystem",
            "source": "templates/deployment.yaml",
            "scene": "productie",
            "seen": "niets",
            "expected": "true",
            "remedy": "Zet readOnlyRootFilesystem op true en geef schrijfbare paden een volume.",
        }
        return Finding(**{**fields, **over})

    @staticmethod
    def deviation(ident: str = "AFW-1", **over: Any) -> Deviation:
        fields: dict[str, Any] = {
            "id": ident,
            "status": "applied",
            "reason": "De leverancier van de databasebibliotheek ondersteunt dit nog niet.",
            "risk": "Een inbreker kan bestanden in de container veranderen.",
            "mitigation": "De container draait zonder rechten en wordt elke nacht vervangen.",
            "owner": "Productteam Meldingen",
            "approved_by": "Informatiemanager gemeente",
            "approved_on": "2026-06-01",
            "expires": "2027-06-01",
            "evidence": ("besluit-2026-17.pdf",),
        }
        return Deviation(**{**fields, **over})

    @staticmethod
    def result(ident: str = "DDC-7.2-14", **over: Any) -> Result:
        fields: dict[str, Any] = {
            "requirement": ident,
            "target": "voorbeeld",
            "part": "chart",
            "source": "DDC",
            "section": ident.split("-")[1],
            "chapter": "Containers en images",
            "lines": "581-582",
            "level": 2,
            "kind": "kwaliteitseis",
            "mode": "hard",
            "proof": "proof",
            "verdict": Verdict.PASS,
            "gated": True,
            "title": "Het bestandssysteem van een container is alleen te lezen",
            "remedy": "Zet readOnlyRootFilesystem op true en geef schrijfbare paden een volume.",
            "check": "workload.read_only_root_filesystem",
            "evidence": ("voorbeeld/chart/render-productie.json",),
            "duration_s": 0.0012,
        }
        return Result(**{**fields, **over})

    @staticmethod
    def summary(results: list[Result], **over: Any) -> TargetSummary:
        skipped: tuple[NotLookedAt, ...] = over.get("not_looked_at", ())
        levels = tuple(
            LevelCount(
                level=level,
                verdicts={
                    **dict.fromkeys((v.value for v in Verdict), 0),
                    **Counter(r.verdict.value for r in results if r.level == level),
                },
                not_looked_at=sum(entry.level == level for entry in skipped),
            )
            for level in (1, 2, 3, 4)
        )
        fields: dict[str, Any] = {
            "target": "voorbeeld",
            "supplier": "Voorbeeld Software BV",
            "component": "Meldingenregister",
            "gate": 3,
            "profiles": ("haven",),
            "parts": {"chart": "voorbeeld 1.4.2 (sha256:0f3c…), waardensets standaard en productie"},
            "level_reached": 1,
            "blocked_by": ("DDC-7.2-14",),
            "looked_at": len(results),
            "total": len(results) + len(skipped),
            "levels": levels,
            "not_looked_at": skipped,
            "deviations": (),
        }
        return TargetSummary(**{**fields, **over})

    @staticmethod
    def report(targets: list[TargetSummary], results: list[Result], lang: Lang = "nl", **over: Any) -> Report:
        fields: dict[str, Any] = {
            "started": datetime(2026, 11, 22, 13, 5, tzinfo=UTC),
            "finished": datetime(2026, 11, 22, 13, 5, 4, tzinfo=UTC),
            "date": TODAY,
            "lang": lang,
            "versions": {"toetskader": "0.1.0", "helm": "4.2.3 (helm-python-sdk 0.2.2)", "python": "3.11.7"},
            "options": {"--target": "targets/voorbeeld", "--level": "3"},
            "complete": True,
            "exit_code": 1,
        }
        return Report(run=Run(**{**fields, **over}), targets=tuple(targets), results=tuple(results))

    def everything(self, lang: Lang = "nl") -> Report:
        """A report of one target in which every verdict, mark and state of a deviation occurs."""
        soon = self.deviation("AFW-2", expires="2026-12-01")
        expired = self.deviation("AFW-3", status="expired", expires="2026-10-31")
        unneeded = self.deviation("AFW-4", status="superfluous")
        results = [
            self.result(
                "DDC-7.2-13", level=1, title="Containers draaien zonder root", proof="indication", lines="579",
                reason="De chart zet runAsNonRoot; de gebruiker in de image is niet bekeken.",
                documents=("certificaat-27001",), evidence_strength=2,
                contradictions=(
                    Contradicted(
                        requirement="DDC-7.2-14", title="Het bestandssysteem van een container is alleen te lezen",
                        verdict=Verdict.FAIL, why="Wie dit verklaart heeft dat geregeld.", is_claim=True,
                    ),
                ),
            ),
            self.result(
                "DDC-7.17-01", level=1, chapter="Certificaten en TLS", lines="",
                title="De container biedt HTTP zonder TLS op zijn netwerkpoort",
            ),
            self.result(
                "DDC-7.2-14", verdict=Verdict.FAIL,
                contradictions=(
                    Contradicted(
                        requirement="DDC-7.2-13", title="Containers draaien zonder root", verdict=Verdict.PASS,
                        why="Wie dit verklaart heeft dat geregeld.", is_claim=False,
                    ),
                ),
                findings=(
                    self.finding(0),
                    self.finding(0, scene="standaard"),
                    self.finding(1, where="CronJob/opschonen, initContainer voorbereiden", path="spec.x"),
                ),
            ),
            self.result(
                "DDC-7.2-05", verdict=Verdict.EXPLAINED, title="Images hebben een semantische versie als tag",
                deviation=soon, proof="indication",
                findings=(self.finding(2, seen="latest", expected="1.2.3", remedy="Zet een versie als tag."),),
            ),
            self.result(
                "DDC-7.5-04", verdict=Verdict.FAIL, chapter="Deployments", title="Updates verlopen stap voor stap",
                deviation=expired,
                findings=(self.finding(3, seen="Recreate", expected="RollingUpdate", remedy="Zet strategy.type."),),
            ),
            self.result(
                "DDC-7.5-05", verdict=Verdict.UNDETERMINED, chapter="Deployments",
                title="Netwerkregels dekken iedere pod",
                reason="De chart kon niet worden gerenderd met waardenset productie: "
                "execution error at (voorbeeld/templates/ingress.yaml:3:10): host is verplicht",
            ),
            self.result(
                "DDC-7.14-01", verdict=Verdict.NOT_APPLICABLE, chapter="Databases", deviation=unneeded,
                title="Databasemigraties lopen mee met de uitrol", reason="De chart bevat geen database.",
            ),
            self.result(
                "DDC-7.3-12", verdict=Verdict.UNPROVEN, level=3, part="dossier", chapter="Beveiliging",
                title="Er is een recent rapport van een kwetsbaarhedenscan", check="dossier.scan_report",
                reason="Het dossier bevat geen rapport van na 22 augustus 2026.",
                documents=("scanrapport",), evidence_strength=1,
            ),
            self.result(
                "DDC-7.20-03", verdict=Verdict.FAIL, level=3, gated=False, mode="best-effort/option",
                chapter="Logging", title="Logregels zijn JSON",
                findings=(self.finding(4, seen="LOG_FORMAT=plain", expected="json", remedy="Zet LOG_FORMAT op json."),),
            ),
            self.result(
                "DDC-7.22-01", verdict=Verdict.FAIL, level=4, gated=False, chapter="Capaciteit",
                title="De chart vraagt geheugen en rekentijd aan",
                findings=(self.finding(5, seen="niets", expected="requests en limits", remedy="Zet resources."),),
            ),
        ]  # fmt: skip
        skipped = tuple(
            NotLookedAt(
                requirement=f"DDC-1.{section}-{number:02d}",
                level=1 + (section + number) % 4,
                title=f"Afspraak {number} over beheer van het platform",
                chapter="Platform",
                part=part,
                reason=f"de toets {part}.state is er nog niet; nodig: {part}",
            )
            for section, part in ((1, "cluster"), (2, "dossier"), (3, "repository"))
            for number in range(1, 13)
        )
        summary = self.summary(
            results,
            not_looked_at=skipped,
            blocked_by=("DDC-7.2-14", "DDC-7.5-04", "DDC-7.5-05"),
            deviations=(self.deviation(), soon, expired, unneeded),
            documents=(
                Document(
                    id="certificaat-27001",
                    title="Certificaat informatiebeveiliging",
                    about="certificate 27001",
                    issuer="Keurmerk BV",
                    issued_on="2025-01-01",
                    valid_until="2026-12-15",
                ),
                Document(id="scanrapport", title="Scanrapport", about="assessment scan", valid_until="2026-08-01"),
                Document(id="kaart", title="Kaart", about="card", issued_on="2026-01-01"),
                Document(id="x", title="dossier/x/bewijs.yaml", about="", problem="dossier/x/bewijs.yaml:3 is leeg"),
            ),
        )
        return self.report([summary], results, lang)

    def portfolio(self, targets: int = 77, requirements: int = 130, findings: int = 3) -> Report:
        """Many targets; half of their results fail, each with some findings."""
        results: list[Result] = []
        summaries: list[TargetSummary] = []
        for t in range(targets):
            name = f"leverancier-{t:02d}-component"
            mine = [
                self.result(
                    f"DDC-7.{n % 24 + 1}-{n:03d}", target=name, level=1 + n % 4, gated=n % 4 < 3,
                    chapter=f"Hoofdstuk {n % 24 + 1} over containers", title=f"Eis {n}: de component gedraagt zich zo",
                    verdict=Verdict.FAIL if n % 2 else Verdict.PASS,
                    proof="indication" if n % 3 else "proof",
                    evidence=(f"{name}/chart/chart.json", f"{name}/chart/render-standaard.json"),
                    findings=tuple(
                        self.finding(i, where=f"Deployment/{name}-web-{n}, container app-{i}") for i in range(findings)
                    ) if n % 2 else (),
                )
                for n in range(requirements)
            ]  # fmt: skip
            skipped = tuple(
                NotLookedAt(
                    requirement=f"DDC-1.1-{n:02d}", level=1 + n % 4, title=f"Eis {n} van het platform",
                    chapter="Platform", part="cluster", reason="nodig: cluster",
                )
                for n in range(64)
            )  # fmt: skip
            mine.sort(key=lambda r: (r.level, r.requirement))
            results += mine
            summaries.append(
                self.summary(
                    mine, target=name, supplier=f"Leverancier {t} BV", not_looked_at=skipped, level_reached=0,
                    blocked_by=tuple(r.requirement for r in mine if r.level == 1 and r.verdict is Verdict.FAIL),
                )
            )  # fmt: skip
        return self.report(summaries, results)


HOSTILE = "<script>alert(1)</script></style>\"'&amp;{{7*7}}\x00\x1b[31mrood\u202e\u200b\ud800 \U000e0041\r\n=1+1"


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture(scope="session")
def report(make: Make) -> Report:
    return make.everything()


@pytest.fixture(scope="session")
def hostile(make: Make) -> Report:
    """A report in which every text that a supplier can influence attacks the page."""
    finding = Finding(where=HOSTILE, path=HOSTILE, source=HOSTILE, scene=HOSTILE, seen=HOSTILE, expected=HOSTILE,
                      remedy=HOSTILE)  # fmt: skip
    deviation = Deviation(id=HOSTILE, status="applied", reason=HOSTILE, risk=HOSTILE, mitigation=HOSTILE, owner=HOSTILE,
                          approved_by=HOSTILE, approved_on=HOSTILE, expires=HOSTILE, evidence=(HOSTILE,))  # fmt: skip
    results = [
        make.result(
            f"DDC-7.2-{number:02d}", target=HOSTILE, verdict=verdict, reason=HOSTILE, title=HOSTILE, remedy=HOSTILE,
            chapter=HOSTILE, lines=HOSTILE, findings=(finding, make.finding()), deviation=deviation,
            evidence=(HOSTILE,),
        )
        for number, verdict in enumerate(Verdict)
    ]  # fmt: skip
    skipped = NotLookedAt(requirement=HOSTILE, level=2, title=HOSTILE, chapter=HOSTILE, part=HOSTILE, reason=HOSTILE)
    summary = make.summary(
        results, target=HOSTILE, supplier=HOSTILE, component=HOSTILE, parts={HOSTILE: HOSTILE},
        deviations=(deviation,), not_looked_at=(skipped,), blocked_by=(HOSTILE,), profiles=(HOSTILE,),
    )  # fmt: skip
    return make.report([summary], results, versions={HOSTILE: HOSTILE}, options={HOSTILE: HOSTILE})


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("No Chromium on this machine: run `make tools`, which installs it.", pytrace=False)
    quiet = ("background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in quiet)]
        )
        yield started
        started.close()


Open = Callable[..., Page]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, make: Make, report: Report, hostile: Report) -> dict[str, Path]:
    """The pages to look at, each written once."""
    folder = tmp_path_factory.mktemp("pages")
    reports = {"nl": report, "en": make.everything("en"), "portfolio": make.portfolio(3, 4), "hostile": hostile}
    paths = {name: folder / f"{name}.html" for name in reports}
    for name, content in reports.items():
        paths[name].write_text(render_html(content), encoding="utf-8")
    return paths


@pytest.fixture
def open_page(browser: Browser, pages: dict[str, Path]) -> Iterator[Open]:
    """Open a page by name, in a context of its own: `width`, `scheme` (light or dark), `script` (False: no JavaScript).

    Every request but that for the page itself, and every error in its script, fails the test.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_(name: str, width: int = 1280, scheme: Any = "light", *, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        url = pages[name].as_uri()
        page.on("request", lambda request: wrong.append(request.url) if request.url.split("#")[0] != url else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []
