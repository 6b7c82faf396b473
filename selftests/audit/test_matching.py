"""What goes with what: the values set of an endpoint's environment, and never the first of several."""

from datetime import date
from pathlib import Path

import pytest

from toetskader.audit.matching import matched
from toetskader.targets import load_targets
from toetskader.targets.models import Target
from toetskader.text import Text
from toetskader.yamlfile import FileErrors

HEAD = "name: acme\nsupplier: Acme BV\ncomponent: Register\ngate: 3\nprofiles: [haven]\nparts:\n"
CHART = "  chart: {{source: chart, release: a, namespace: a, kubernetes: '1.35', values: {{{sets}}}}}\n"
PRODUCTION, ACCEPTANCE = "app.acme.nl", "acc.acme.nl"


def load(folder: Path, *parts: str, sets: str = "productie: [], acceptatie: []") -> Target:
    """Load a target. Parameters: `parts`, lines below `parts` besides the chart; `sets`, of the chart, in YAML."""
    path = folder / "target.yaml"
    chart = CHART.format(sets=sets) if sets else ""
    path.write_text(HEAD + chart + "".join(f"  {part}\n" for part in parts), encoding="utf-8")
    (target,) = load_targets([path], today=date(2026, 6, 1))
    return target


def saas(production: str = "", acceptance: str = "") -> str:
    """Return a service of two endpoints. Parameters: the values set that each names, if any."""
    hosts = ((PRODUCTION, "production", production), (ACCEPTANCE, "acceptance", acceptance))
    entries = (
        f"{{url: {host}, environment: {environment}{f', values: {named}' if named else ''}}}"
        for host, environment, named in hosts
    )
    return f"saas: {{endpoints: [{', '.join(entries)}]}}"


def namespace(environment: str, values: str = "") -> str:
    named = f", values: {values}" if values else ""
    return f"{{environment: {environment}, namespace: {environment}, in_cluster: true{named}}}"


def sets_of(target: Target) -> dict[str, str | Text]:
    """Return the values set of each endpoint."""
    return {scene: found for scene, found in matched(target, "saas", "chart").items() if scene}


@pytest.mark.parametrize(
    ("sets", "parts", "expected"),
    [
        ("productie: [], acceptatie: []", (saas("productie", "acceptatie"),), ("productie", "acceptatie")),
        ("production: [], acceptance: []", (saas(),), ("production", "acceptance")),
        ("production: [], acceptatie: []", (saas(acceptance="acceptatie"),), ("production", "acceptatie")),
        (
            "productie: [], acceptatie: []",
            (saas(), f"namespace: [{namespace('production', 'productie')}, {namespace('acceptance', 'acceptatie')}]"),
            ("productie", "acceptatie"),
        ),
    ],
)
def test_an_endpoint_goes_with_the_values_set_of_its_environment(
    tmp_path: Path, sets: str, parts: tuple[str, ...], expected: tuple[str, str]
) -> None:
    found = sets_of(load(tmp_path, *parts, sets=sets))
    assert found == {PRODUCTION: expected[0], ACCEPTANCE: expected[1]}


def test_the_only_values_set_goes_with_the_only_environment(tmp_path: Path) -> None:
    one = f"saas: {{endpoints: [{PRODUCTION}, api.acme.nl]}}"
    assert set(sets_of(load(tmp_path, one, sets="standaard: []")).values()) == {"standaard"}
    elsewhere = f"namespace: {namespace('acceptance')}"
    found = sets_of(load(tmp_path, one, elsewhere, sets="standaard: []"))
    assert all(isinstance(item, Text) for item in found.values()), found


@pytest.mark.parametrize(
    ("sets", "parts"),
    [
        ("productie: [], acceptatie: []", (saas(),)),
        ("standaard: []", (saas(),)),
        (
            "productie: [], acceptatie: []",
            (
                f"saas: {{endpoints: [{PRODUCTION}, {{url: api.acme.nl, values: productie}}]}}",
                f"namespace: {namespace('production', 'acceptatie')}",
            ),
        ),
    ],
)
def test_what_goes_with_nothing_is_named_with_what_to_write(tmp_path: Path, sets: str, parts: tuple[str, ...]) -> None:
    """Also where two values sets are named for one environment: none is chosen."""
    found = sets_of(load(tmp_path, *parts, sets=sets))[PRODUCTION]
    assert isinstance(found, Text)
    for text in (found.nl, found.en):
        assert PRODUCTION in text
        assert "(production)" in text
        assert "values" in text
        assert all(name.partition(":")[0] in text for name in sets.split(", "))


def test_a_values_set_goes_with_the_one_endpoint_that_it_serves(tmp_path: Path) -> None:
    target = load(tmp_path, saas("productie", "acceptatie"), sets="productie: [], acceptatie: [], proef: []")
    found = matched(target, "chart", "saas")
    assert (found["productie"], found["acceptatie"]) == (PRODUCTION, ACCEPTANCE)
    assert isinstance(found["proef"], Text)
    assert "waardenset proef" in found["proef"].nl


def test_of_several_of_one_environment_none_is_chosen(tmp_path: Path) -> None:
    target = load(
        tmp_path,
        f"saas: {{endpoints: [{PRODUCTION}, www.acme.nl]}}",
        f"namespace: {namespace('production')}",
        sets="production: []",
    )
    found = matched(target, "namespace", "saas")["production"]
    assert isinstance(found, Text)
    assert all(host in found.nl for host in (PRODUCTION, "www.acme.nl"))
    assert matched(target, "saas", "namespace")[PRODUCTION] == "production"


def test_what_has_no_scenes_goes_with_all(tmp_path: Path) -> None:
    target = load(tmp_path, saas(), "cluster: {haven_report: haven.json}", sets="")
    assert set(matched(target, "saas", "cluster").values()) == {""}
    assert isinstance(matched(target, "cluster", "saas")[""], Text)


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ("productie: []", "values set production is not among those of the chart. Did you mean productie?"),
        ("", "values goes with a chart; give the target the part chart too, or remove values"),
    ],
)
def test_a_values_set_that_is_not_there_is_refused(tmp_path: Path, sets: str, said: str) -> None:
    with pytest.raises(FileErrors) as refusal:
        load(tmp_path, saas(production="production"), sets=sets)
    text = refusal.value.text("en")
    assert "parts.saas.endpoints[0].values" in text
    assert said in text


def test_an_endpoint_is_named_as_the_target_file_writes_it(tmp_path: Path) -> None:
    target = load(tmp_path, f"saas: {{endpoints: ['https://{PRODUCTION}:8443']}}", sets="productie: [], acceptatie: []")
    found = sets_of(target)[f"{PRODUCTION}_8443"]
    assert isinstance(found, Text)
    for said in (found.nl, found.en):
        assert said.count(f"{PRODUCTION}:8443") == 2
        assert "_8443" not in said
