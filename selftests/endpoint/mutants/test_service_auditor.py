"""What each addressee is asked of a service comes to the same by hand as in the audit of a scene."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from auditor import Outcome
from scenes import Scenes
from service_auditor import AUDITED, ServiceAuditor

from toetskader.targets.load import load_targets


def test_a_service_is_judged_for_every_addressee(scenes: Scenes, goldens: Mapping[str, Outcome]) -> None:
    auditor = ServiceAuditor()
    with scenes.served(scenes.golden("supplier")) as path:
        (target,) = load_targets([path], today=date.today(), catalogue=auditor.catalogue)
        asked = [replace(target, addressee=who, profiles=profiles) for who, profiles in AUDITED.items()]
        outcome = auditor.judged(asked)
    assert outcome
    expected = goldens["supplier"]
    assert {id_: judged.verdict for id_, judged in outcome.items()} == {id_: expected[id_].verdict for id_ in outcome}
