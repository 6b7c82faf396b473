"""Judgements on forms that were filled in: whether they fit their format, are complete, and say what they must say."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from msgspec import Meta

from toetskader.core.fields import Model, Name
from toetskader.facts.dossier.accessibility import against
from toetskader.facts.dossier.envelope import Side
from toetskader.facts.dossier.filled import FilledIn
from toetskader.facts.dossier.forms import FormFormat
from toetskader.facts.dossier.papers import Papers
from toetskader.facts.dossier.rules import Rule
from toetskader.facts.dossier.tables import Rows
from toetskader.facts.dossier.wcag import ALWAYS_MET, CRITERIA
from toetskader.facts.kubernetes.images import is_within, parse_image
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.judging import Findings, Parameters, Undetermined, check


class ListBeside(Model, frozen=True, kw_only=True):
    """A list that must be there beside a form, with rows."""

    document: Annotated[str, Meta(description="Kind and type: `register:processing`")]
    columns: Annotated[tuple[Name, ...], Meta(description="Columns filled in each row")] = ()


class Completed(Model, frozen=True, kw_only=True):
    """Parameters of `form.complete`."""

    document: Annotated[str, Meta(description="Kind and type: `form:dpia`")]
    formats: Annotated[tuple[FormFormat, ...], Meta(min_length=1)]
    rules: Annotated[tuple[Rule, ...], Meta(description="On facts of the form: `dates.completed`, `words.status`")] = ()
    questions: Annotated[tuple[str, ...], Meta(description="Questions that must have an answer")] = ()
    choices: Annotated[tuple[str, ...], Meta(description="Answers that every question must have one of")] = ()
    every_question: Annotated[bool, Meta(description="Whether each question of the form must have an answer")] = True
    beside: Annotated[tuple[ListBeside, ...], Meta(description="Lists that must be there too")] = ()
    signed_by: tuple[Side, ...] = ()
    only_when: Annotated[Name | None, Meta(description="Parameter of the target: no means that it does not apply")] = (
        None
    )


@check("form.complete", params=Completed)
def test_a_form_is_filled_in_completely(
    papers: Papers, findings: Findings, params: Completed, parameters: Parameters, today: date
) -> None:
    """The form that counts fits its format, leaves no question open, and says what it must say."""
    parameters.arises(params.only_when)
    with papers.look(findings, parameters, today) as look:
        form = FilledIn(look, look.the(params.document), params.formats)
        if form.fits():
            form.answered(params.questions, every=params.every_question)
            if params.choices:
                form.hold(
                    Rule(field=f"questions.{item.id}.choice", one_of=params.choices) for item in form.seen.questions
                )
            form.hold(params.rules)
        look.require_signed(form.paper, params.signed_by)
        for beside in params.beside:
            rows = Rows(look, look.the(beside.document))
            rows.hold(rows.all, tuple(Rule(field=column) for column in beside.columns))


class WcagEm(Model, frozen=True, kw_only=True):
    """Parameters of `form.wcag_em`."""

    document: Annotated[str, Meta(description="Kind and type: `form:wcag-em`")]
    within_months: Annotated[int, Meta(ge=1, description="How long ago the last outcome may be")]


@check("form.wcag_em", params=WcagEm)
def test_an_accessibility_report_covers_all_criteria(
    papers: Papers, findings: Findings, params: WcagEm, parameters: Parameters, today: date
) -> None:
    """WCAG-EM, steps 3 and 4: a structured and a random sample, and an outcome for each criterion of A and AA.

    What an outcome is, is not asked here: a report that says what fails is a report.
    """
    with papers.look(findings, parameters, today) as look:
        form = FilledIn(look, look.the(params.document), ("wcag-em",))
        if not form.fits():
            return
        form.hold(
            (
                Rule(field="words.target", one_of=("AA", "AAA")),
                Rule(field="numbers.structured_sample", at_least=1),
                Rule(field="numbers.random_sample", at_least=1),
                Rule(field="dates.last_result", within_months=params.within_months),
            )
        )
        outcomes = form.seen.outcomes
        open_ = [
            number
            for number in CRITERIA
            if number not in ALWAYS_MET and outcomes.get(number, "untested") in {"untested", "cantTell"}
        ]
        failed = sum(outcome == "failed" for outcome in outcomes.values())
        findings.saw(
            f"{len(CRITERIA) - len(open_)} van {len(CRITERIA)} criteria hebben een uitkomst, {failed} niet gehaald",
            f"{len(CRITERIA) - len(open_)} of {len(CRITERIA)} criteria have an outcome, {failed} failed",
        )
        if open_:
            named = ", ".join(open_[:10]) + (", …" if len(open_) > 10 else "")
            look.lacks(form.paper, f"heeft geen uitkomst voor: {named}", f"has no outcome for: {named}")


class Statement(Model, frozen=True, kw_only=True):
    """Parameters of `form.accessibility_statement`."""

    document: Annotated[str, Meta(description="Kind and type: `form:accessibility-statement`")]
    within_months: Annotated[int, Meta(ge=1, description="How long ago it may have been stated")]


@check("form.accessibility_statement", params=Statement)
def test_an_accessibility_statement_has_the_status_that_its_facts_give(
    papers: Papers, findings: Findings, params: Statement, parameters: Parameters, today: date
) -> None:
    """The statement is recent and published, and its status is the one that follows from what it says."""
    with papers.look(findings, parameters, today) as look:
        form = FilledIn(look, look.the(params.document), ("accessibility-statement",))
        if not form.fits():
            return
        form.hold((Rule(field="words.url"), Rule(field="dates.stated", within_months=params.within_months)))
        status = form.value("words.status")
        for path, why in against(form.seen, today):
            form.value(path)
            findings.add(form.paper.place(path), seen=f"status {status}", expected=why)


class Matches(Model, frozen=True, kw_only=True):
    """Parameters of `form.matches`."""

    document: Annotated[str, Meta(description="Kind and type: `form:sbom`, one of each image")]


@check("form.matches", params=Matches, objects=("Pod",), absent={"namespace": None})
def test_a_bill_of_materials_is_of_what_is_delivered(
    papers: Papers,
    pods_of_every_namespace: Mapping[str, LivePods | Undetermined] | None,
    findings: Findings,
    params: Matches,
    parameters: Parameters,
    today: date,
) -> None:
    """Each bill of materials says by its digest which image it is of; what runs has one."""
    with papers.look(findings, parameters, today) as look:
        found = look.all(params.document) or (look.the(params.document),)
        digests: dict[str, FilledIn] = {}
        for paper in found:
            look.take(paper)
            form = FilledIn(look, paper, ("cyclonedx", "spdx"))
            if form.fits():
                form.hold((Rule(field="words.subject_digest"), Rule(field="numbers.components", at_least=1)))
                digests[form.seen.words.get("subject_digest", "")] = form
        for scene, pods in (pods_of_every_namespace or {}).items():
            if isinstance(pods, Undetermined):
                findings.saw(f"{scene}: {pods.reason.nl}", f"{scene}: {pods.reason.en}")
                continue
            of_others = parameters.get("third_party_images") or ()
            running = {
                state.digest: state
                for pod in pods
                for state in pod.containers
                if state.digest and not _is_listed(state.image_id, of_others)
            }
            for digest, state in running.items():
                if digest in digests:
                    digests[digest].paper.is_measured = True
                else:
                    findings.unproven(
                        f"Van {state.image_id}, dat in {scene} draait, is er geen SBOM.",
                        f"There is no SBOM of {state.image_id}, which runs in {scene}.",
                    )


def _is_listed(image_id: str, entries: Iterable[str]) -> bool:
    """Tell whether an image is from a repository on a list; its tag or digest makes no difference."""
    try:
        repository = parse_image(image_id).repository
        return any(is_within(repository, parse_image(entry.strip().rstrip("/")).repository) for entry in entries)
    except ValueError:
        return False
