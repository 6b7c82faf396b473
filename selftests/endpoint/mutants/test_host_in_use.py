"""A chart beside the endpoints that it serves, audited as anybody does: verdict, evidence, report and replay."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from auditor import Outcome
from embedded import Run, audit
from mutants_hosts import led_to
from scenes import Scenes
from service_mutations import SUPPLIERS_HOST, ChartedScene, both, charted, hosts

from toetskader.facts.key import FactKey
from toetskader.laboratory.example import GOOD_DOMAIN, Scene
from toetskader.results import Verdict

ID = "DDC-7.8-01"
PRODUCTION, ACCEPTANCE = f"meldingen.{GOOD_DOMAIN}", f"meldingen.accp.{GOOD_DOMAIN}"
UNMATCHED = "niet te zeggen welke waardenset van de chart hoort (standaard, productie)"


def leading_away(scenes: Scenes) -> Scene:
    golden = scenes.golden("charted")
    return both(hosts(golden.services[0].host, SUPPLIERS_HOST), led_to(SUPPLIERS_HOST))(golden)


@pytest.fixture(scope="module")
def run(scenes: Scenes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run of the requirement alone, on an application that leads users to another host of its chart."""
    with scenes.served(leading_away(scenes)) as path:
        yield audit((path,), tmp_path_factory.mktemp("run"), "-k", ID)


def result(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run.of("dienst")[ID]
    return found


def test_the_result_tells_of_both_parts(run: Run) -> None:
    found = result(run)
    assert (found["verdict"], found["part"], found["proof"]) == ("fail", "saas", "proof")
    assert [(item["part"], item["verdict"], item["check"], item["beside"]) for item in found["parts"]] == [
        ("saas", "fail", "ingress.host_in_use", {"chart": "waardenset"}),
        ("chart", "pass", "ingress.vanity_host", {}),
    ]
    assert {item["part"] for item in found["findings"]} == {"saas"}
    assert {item["seen"] for item in found["findings"]} == {f"naar https://{SUPPLIERS_HOST}/"}
    assert any(text.endswith("waardenset productie: Ingress/meldingen") for text in found["measured"])


def test_the_evidence_holds_both_facts(run: Run) -> None:
    files = set(result(run)["evidence"])
    assert "dienst/render.productie.json" in files
    assert any(name.startswith(f"dienst/http.{PRODUCTION}") for name in files)


def test_the_report_says_what_was_laid_beside(run: Run) -> None:
    (page,) = run.reports.glob("dienst/2*/report.html")
    assert "saas naast chart: voldoet niet (bewijs)" in page.read_text(encoding="utf-8")


def test_evidence_judged_again_gives_the_same(run: Run, tmp_path: Path) -> None:
    """By the values set that the target named, though its file is gone."""
    (evidence,) = run.reports.glob("dienst/2*/evidence")
    again = audit((), tmp_path, f"--replay={evidence}", "-k", ID)
    before, after = result(run), result(again)
    for found in (before, after):
        found.pop("duration_s")
    assert json.dumps(after) == json.dumps(before)


def test_alone_it_comes_to_what_the_whole_run_gives(scenes: Scenes) -> None:
    together = scenes.audit(scene := leading_away(scenes))
    needs = next(item.needs for item in _scope(scenes, scene) if item.requirement.id == ID)
    with scenes.served(scene) as path:
        alone = scenes.auditor.audit(path, only=needs)
    assert _said(alone) == _said(together)


def _scope(scenes: Scenes, scene: Scene) -> Any:
    with scenes.served(scene) as path:
        return scenes.auditor.scope(scenes.auditor.load(path))


def _said(outcome: Outcome) -> Any:
    judged = outcome[ID]
    return judged.verdict, judged.reason, judged.findings, judged.keys, judged.measured


def several(scenes: Scenes, **over: Any) -> ChartedScene:
    """Return the whole supplier with the chart that its production and its acceptance are made with."""
    scene = charted(scenes.golden("supplier"))
    return replace(scene, **over)


def test_every_endpoint_is_laid_beside_the_values_set_of_its_environment(scenes: Scenes) -> None:
    """The customer portal is not about what the chart delivers."""
    scene = several(scenes, sets={"acceptance": (ACCEPTANCE,), "productie": (PRODUCTION,)})
    judged = scenes.audit(scene)[ID]
    assert judged.verdict is Verdict.PASS, judged
    renders = [key for key in judged.keys if key.kind == "render"]
    assert renders == [FactKey("render", "productie"), FactKey("render", "acceptance")]
    said = {text.nl.partition(": ")[2] for text in judged.measured if "waardenset" in text.nl}
    assert said == {"waardenset productie: Ingress/meldingen", "waardenset acceptance: Ingress/meldingen"}


def test_values_sets_of_other_environments_do_not_stand_in(scenes: Scenes) -> None:
    """Only acceptance answers to the name of production, and the other way round."""
    scene = several(scenes, sets={"acceptance": (PRODUCTION,), "productie": (ACCEPTANCE,)})
    judged = scenes.audit(scene)[ID]
    assert judged.verdict is Verdict.UNDETERMINED
    assert judged.reason is not None
    assert f"antwoordt alleen op {ACCEPTANCE} met waardenset productie" in judged.reason.nl
    assert f"het eindpunt is {PRODUCTION}." in judged.reason.nl


def test_an_endpoint_that_goes_with_no_values_set_leaves_it_open(scenes: Scenes) -> None:
    judged = scenes.audit(several(scenes))[ID]
    assert judged.verdict is Verdict.UNDETERMINED
    assert judged.reason is not None
    assert ACCEPTANCE in judged.reason.nl
    assert UNMATCHED in judged.reason.nl
    assert "values" in judged.reason.nl
