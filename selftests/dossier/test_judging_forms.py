"""Forms as judgements look at them: of what runs there is a bill of materials; open questions and reasons are named."""

from typing import Any

import msgspec
import pytest
from auditor import ROOT
from from_live import pods
from looking import TODAY, Bench, stated

from toetskader.collect.dossier.form_formats.seen import form_seen
from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.fact import Stated
from toetskader.facts.kubernetes.pods import LivePods
from toetskader.judging import NotApplicable, Undetermined
from toetskader.judging.registry import load_checks
from toetskader.text import Text

CHECKS = load_checks(ROOT / "tests")
DIGEST = f"sha256:{'a' * 64}"
OTHER = f"sha256:{'b' * 64}"


def pods_of(digest: str) -> LivePods:
    return pods(f"""
apiVersion: v1
kind: Pod
metadata: {{name: meldingen-1, namespace: zaken}}
spec: {{containers: [{{name: web, image: "registry.example.org/meldingen:1.4.0"}}]}}
status:
  phase: Running
  containerStatuses:
    - {{name: web, imageID: "registry.example.org/meldingen@{digest}", state: {{running: {{}}}}}}
""")


def form(type_: str, format_: str, data: Any, **says: Any) -> Stated:
    document = stated("form", type_, format=format_, form="form.json", **says)
    return msgspec.structs.replace(document, form=form_seen(format_, data))  # type: ignore[arg-type]


def judged(check_id: str, bench: Bench, params: dict[str, Any], **beside: Any) -> str:
    check = CHECKS[check_id]
    assert check.params is not None
    try:
        check.function(
            papers=bench.papers,
            findings=bench.findings,
            params=msgspec.convert(params, check.params),
            parameters=bench.parameters,
            today=TODAY,
            **beside,
        )
    except NotProven as reason:
        return reason.reason.en
    return ", ".join(bench.wrong) or bench.lacking


def sbom(digest: str) -> Stated:
    subject = {"name": "meldingen", "version": digest}
    data = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": subject}}
    return form("sbom", "cyclonedx", data | {"components": [{"name": "a"}]})


def test_what_runs_has_a_bill_of_materials() -> None:
    bench = Bench(sbom(DIGEST))
    pods = {"productie": pods_of(DIGEST)}
    assert judged("form.matches", bench, {"document": "form:sbom"}, pods_of_every_namespace=pods) == ""
    assert bench.findings.worth is not None
    assert bench.findings.worth.strength == 4


def test_what_runs_without_a_bill_of_materials_is_named() -> None:
    bench = Bench(sbom(DIGEST))
    said = judged(
        "form.matches", bench, {"document": "form:sbom"}, pods_of_every_namespace={"productie": pods_of(OTHER)}
    )
    assert OTHER in said
    assert "productie" in said


def test_an_image_of_others_needs_none() -> None:
    bench = Bench(sbom(DIGEST), given={"third_party_images": ("registry.example.org/meldingen:1.4.0",)})
    pods = {"productie": pods_of(OTHER)}
    assert judged("form.matches", bench, {"document": "form:sbom"}, pods_of_every_namespace=pods) == ""


@pytest.mark.parametrize("pods", [None, {"productie": Undetermined(Text("weg", "gone"))}], ids=["absent", "unseen"])
def test_without_what_runs_the_bill_of_materials_stands_alone(pods: Any) -> None:
    bench = Bench(sbom(DIGEST))
    assert judged("form.matches", bench, {"document": "form:sbom"}, pods_of_every_namespace=pods) == ""


def answers(*questions: dict[str, Any]) -> Stated:
    return form("list", "answers", {"form": "x", "subject": "y", "questions": list(questions)})


ASKED = {"document": "form:list", "formats": ["answers"]}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"id": "q", "answer": "yes"}, ""),
        ({"id": "q"}, "leaves these questions open: q"),
        ({"id": "q", "text": "…"}, "leaves these questions open: q"),
        ({"id": "q", "answer": "explain"}, "does not say why here: q"),
        ({"id": "q", "answer": "not applicable", "reason": "-"}, "does not say why here: q"),
        ({"id": "q", "answer": "explain", "reason": "volgend jaar"}, ""),
    ],
)
def test_questions_are_answered_and_explained(question: dict[str, Any], said: str) -> None:
    found = judged("form.complete", Bench(answers(question)), ASKED)
    assert said in found
    assert bool(said) is bool(found)


def test_a_question_that_must_be_there_is_missed() -> None:
    found = judged("form.complete", Bench(answers({"id": "q", "answer": "yes"})), {**ASKED, "questions": ["dnssec"]})
    assert "dnssec" in found


def test_a_form_that_does_not_fit_is_wrong_and_no_more_is_said_of_it() -> None:
    bench = Bench(form("list", "answers", {"form": "x"}))
    assert judged("form.complete", bench, {**ASKED, "questions": ["dnssec"]})
    assert bench.wrong
    assert bench.lacking == ""


@pytest.mark.parametrize(("format_", "data"), [("publiccode", {}), ("answers", None)], ids=["other", "unread"])
def test_another_form_proves_nothing(format_: str, data: Any) -> None:
    document = form("list", format_, data)
    if data is None:
        document = msgspec.structs.replace(document, form=None)
    assert "no form that can be read as answers" in judged("form.complete", Bench(document), ASKED)


def test_what_does_not_arise_does_not_apply() -> None:
    with pytest.raises(NotApplicable):
        judged("form.complete", Bench(given={"tendered": False}), {**ASKED, "only_when": "tendered"})
    with pytest.raises(Undetermined, match="tendered"):
        judged("form.complete", Bench(), {**ASKED, "only_when": "tendered"})
