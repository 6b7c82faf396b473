"""One secret has one marker in all environments and in the chart, whichever of them was seen first."""

import json
from pathlib import Path
from threading import Event

import pytest

from toetskader.collect.helm.hide import without_secrets
from toetskader.collect.kubernetes.collector import NamespaceCollector
from toetskader.collect.kubernetes.hide import Seen
from toetskader.collect.namespaces import collect_namespaces
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen
from toetskader.facts.key import Attempt, FactKey
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.live import Live
from toetskader.facts.redaction import Redaction
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.text import Text

SHARED = "Gr0eneKikker!Sprong"
OWN = {"test": "Rod3Salamander!Duik", "production": "Blauw3Reiger!Vlucht"}
KINDS = frozenset({"live"})


def entry(tmp_path: Path, environment: str) -> NamespaceEntry:
    """An environment, as `kubectl get -o json` shows it, with a password of its own before the one of both."""
    file = tmp_path / f"{environment}.json"
    data = {"DB_PASSWORD": OWN[environment], "API_PASSWORD": SHARED}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "zaken"}, "data": data}
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [settings]}))
    return NamespaceEntry(environment=environment, namespace="zaken", dumps=(file,))


def collected(tmp_path: Path, redaction: Redaction) -> dict[FactKey, Attempt]:
    entries = [entry(tmp_path, environment) for environment in OWN]
    return collect_namespaces(entries, KINDS, frozenset({EVERY_KIND}), redaction)


def data_of(attempt: Attempt) -> dict[str, str]:
    assert isinstance(attempt, Live), attempt
    found: dict[str, str] = attempt.objects[0].document["data"]
    return found


def test_one_secret_has_one_marker_in_all_environments_and_the_chart(tmp_path: Path) -> None:
    redaction = Redaction()
    found = collected(tmp_path, redaction)
    test, production = (data_of(found[FactKey("live", environment)]) for environment in OWN)
    assert SHARED not in str(found)
    assert test["API_PASSWORD"] == production["API_PASSWORD"]
    assert len({test["API_PASSWORD"], test["DB_PASSWORD"], production["DB_PASSWORD"]}) == 3
    failed = NotSeen(
        reason=Reason.TOOL_FAILED,
        message=Text(f"'{SHARED}' past niet", f"'{SHARED}' does not fit"),
        provenance=found[FactKey("live", "test")].provenance,  # type: ignore[attr-defined]
    )
    chart = without_secrets({FactKey("chart"): failed}, redaction, settings=[{"api.password": SHARED}])
    assert test["API_PASSWORD"] in str(chart)


def test_markers_do_not_depend_on_who_answers_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_comes = collected(tmp_path, Redaction())
    last_is_in, see = Event(), NamespaceCollector.seen

    def late(collector: NamespaceCollector, kinds: frozenset[str]) -> Seen:
        if collector._entry.environment == "test":
            last_is_in.wait(60)
        try:
            return see(collector, kinds)
        finally:
            last_is_in.set()

    monkeypatch.setattr(NamespaceCollector, "seen", late)
    for key, attempt in collected(tmp_path, Redaction()).items():
        assert data_of(attempt) == data_of(as_it_comes[key])
