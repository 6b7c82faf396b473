"""Targets and portfolios load only when sound; everything wrong is said at once, with file and line."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from toetskader.catalogue import Catalogue, TargetParameters, load_catalogue
from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.chart.part import HelmRepositoryChart, LocalChart, OciChart, ValuesSet
from toetskader.kinds.namespace.kind import NAMESPACE
from toetskader.targets import Target, load_targets, with_defaults
from toetskader.yamlfile import MAX_ERRORS, FileErrors

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 6, 1)

TARGET = """\
name: acme
supplier: Acme BV
component: Register
gate: 3
profiles: [haven]
parts:
  chart:
    source: chart
    release: acme
    namespace: acme-ns
    kubernetes: "1.35"
    values:
      standaard: []
      productie: [values/productie.yaml]
parameters:
  diginetwerk_ranges: [203.0.113.0/24]
  production_values_sets: [productie]
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "policies")


def write(folder: Path, content: str = TARGET, name: str = "target.yaml") -> Path:
    (folder / "values").mkdir(parents=True, exist_ok=True)
    (folder / "values/productie.yaml").touch()
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def load(*paths: Path, catalogue: Catalogue | None = None) -> tuple[Target, ...]:
    return load_targets(paths, today=TODAY, catalogue=catalogue)


def errors(*paths: Path, catalogue: Catalogue | None = None) -> list[str]:
    with pytest.raises(FileErrors) as refusal:
        load(*paths, catalogue=catalogue)
    return refusal.value.text("en").splitlines()


def test_a_target_is_loaded_with_its_paths_resolved_against_its_file(tmp_path: Path, catalogue: Catalogue) -> None:
    path = write(tmp_path)
    (target,) = load(path, catalogue=catalogue)
    assert (target.name, target.supplier, target.gate, target.profiles) == ("acme", "Acme BV", 3, ("haven",))
    assert (target.addressee, set(target.parts), target.file) == ("supplier", {"chart"}, path)
    chart = CHART.of(target.parts)
    assert chart.source == LocalChart(tmp_path / "chart")
    assert (chart.release, chart.namespace, chart.kubernetes) == ("acme", "acme-ns", "1.35")
    assert chart.values == (
        ValuesSet("standaard", (), {}),
        ValuesSet("productie", (tmp_path / "values/productie.yaml",), {}),
    )
    assert (target.parameters.mail_host, target.parameters.diginetwerk_ranges) == (None, ("203.0.113.0/24",))
    assert (target.deviations, target.agreements) == ((), ())


def test_a_values_set_can_set_single_values(tmp_path: Path) -> None:
    full = "productie: {files: [values/productie.yaml], set: {ingress.host: x.example, replicas: 2}}"
    (target,) = load(write(tmp_path, TARGET.replace("productie: [values/productie.yaml]", full)))
    assert CHART.of(target.parts).values[1] == ValuesSet(
        "productie", (tmp_path / "values/productie.yaml",), {"ingress.host": "x.example", "replicas": 2}
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("oci://registry.example/charts/acme:1.2.3", OciChart("oci://registry.example/charts/acme:1.2.3")),
        (
            "{repository: https://charts.example, name: acme, version: 1.2.3}",
            HelmRepositoryChart(repository="https://charts.example", name="acme", version="1.2.3"),
        ),
    ],
)
def test_a_chart_can_come_from_elsewhere(tmp_path: Path, source: str, expected: object) -> None:
    (target,) = load(write(tmp_path, TARGET.replace("source: chart", f"source: {source}")))
    assert CHART.of(target.parts).source == expected


_MISTAKES = [
    ("name: acme", "name: ../acme", "1: name", "expected: at most 63 lower case letters"),
    ("name: acme", 'name: "acme\\n"', "1: name", "expected: at most 63 lower case letters"),
    ("name: acme", "name: .acme", "1: name", "expected: at most 63 lower case letters"),
    ("gate: 3", "gate: 5", "4: gate", "expected: one of 1, 2, 3, 4; found: 5"),
    ("gate: 3\n", "", "1", "key gate is missing"),
    ("supplier:", "suplier:", "2: suplier", "unknown key suplier. Did you mean supplier?"),
    ("[haven]", "[havn]", "5: profiles[0]", "profile havn does not exist. Did you mean haven?"),
    ("  chart:\n", "  image:\n", "7: parts.image", "unknown key image. Here can stand: chart, "),
    ("source: chart", "source: https://x.example/c", "8: parts.chart.source", "an address belongs in three keys"),
    ("source: chart", "source: oci://u:pw@x.example/c", "8: parts.chart.source", "put no user name or password"),
    ("source: chart", "source: [chart]", "8: parts.chart.source", "expected: text or a mapping; found: a list"),
    ("release: acme", "release: --acme", "9: parts.chart.release", "expected: lower case letters, digits and dashes"),
    ('"1.35"', "1.35", "11: parts.chart.kubernetes", "expected: text; found: 1.35. Put quotation marks"),
    ('"1.35"', "v1.35", "11: parts.chart.kubernetes", 'expected: a version such as "1.35"'),
    (
        "values/prod",
        "values/prdo",
        "14: parts.chart.values.productie[0]",
        "file values/prdouctie.yaml does not exist. Did",
    ),
    (
        "[values/prod",
        "[values, values/prod",
        "14: parts.chart.values.productie[0]",
        "file values is not a regular",
    ),
    ("values/prod", "x" * 300 + "/prod", "14: parts.chart.values.productie[0]", "file xxx"),
    ("      standaard: []", "      ../x: []", "13: parts.chart.values.../x", "expected: at most 63 lower case"),
    (
        "203.0.113.0/24",
        "203.0.113.300",
        "16: parameters.diginetwerk_ranges[0]",
        "203.0.113.300 is not an address",
    ),
    (
        "sets: [productie]",
        "sets: [prodctie]",
        "17: parameters.production_values_sets[0]",
        "values set prodctie does",
    ),
    (
        "parameters:",
        "parameters:\n  mail_hots: x",
        "16: parameters.mail_hots",
        "unknown key mail_hots. Did you mean",
    ),
    ("gate: 3", "gate: 3\ndeviations: devs.yaml", "5: deviations", "devs.yaml does not exist."),
    ("gate: 3", "gate: 3\nagreements: [DDC-7.2-99]", "5: agreements[0]", "requirement DDC-7.2-99 does not exist."),
]


@pytest.mark.parametrize(("before", "after", "place", "words"), _MISTAKES)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, catalogue: Catalogue, before: str, after: str, place: str, words: str
) -> None:
    path = write(tmp_path, TARGET.replace(before, after, 1))
    found = errors(path, catalogue=catalogue)
    assert any(line.startswith(f"{path}:{place}: {words}") for line in found)


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    repository = "{repository: https://user:hunter2@charts.example, name: acme, version: 1.2.3}"
    (line,) = errors(write(tmp_path, TARGET.replace("source: chart", f"source: {repository}")))
    assert "without user name or password" in line
    assert "hunter2" not in line


def test_a_chart_that_is_not_there_is_no_error_of_the_file(tmp_path: Path) -> None:
    (target,) = load(write(tmp_path))
    assert isinstance(CHART.of(target.parts).source, LocalChart)
    assert not CHART.of(target.parts).source.path.exists()


def test_everything_wrong_in_all_targets_is_reported_at_once(tmp_path: Path) -> None:
    one = write(tmp_path / "one", TARGET.replace("gate: 3", "gate: 0"))
    two = write(tmp_path / "two", TARGET.replace("productie.yaml", "absent.yaml"))
    found = errors(tmp_path / "one", tmp_path / "two", tmp_path / "three.yaml")
    assert [line.partition(": ")[0] for line in found] == [f"{one}:4", f"{tmp_path}/three.yaml", f"{two}:14"]


class TestPortfolio:
    """A folder of targets."""

    def test_holds_files_and_folders_each_read_once(self, tmp_path: Path) -> None:
        write(tmp_path / "b")
        write(tmp_path, TARGET.replace("name: acme", "name: zeta"), name="a.yaml")
        (tmp_path / "notes.md").write_text("no target")
        assert [target.name for target in load(tmp_path)] == ["zeta", "acme"]
        assert [target.name for target in load(tmp_path / "b", tmp_path)] == ["acme", "zeta"]
        assert [target.name for target in load(tmp_path / "b/target.yaml", tmp_path / "b")] == ["acme"]

    def test_leaves_a_shared_deviation_file_to_the_targets_that_name_it(self, tmp_path: Path) -> None:
        write(tmp_path, TARGET + "deviations: deviations.yaml", name="acme.yaml")
        (tmp_path / "deviations.yaml").write_text("deviations: []")
        assert [target.name for target in load(tmp_path)] == ["acme"]

    def test_refuses_two_targets_of_one_name(self, tmp_path: Path) -> None:
        first, second = write(tmp_path / "one"), write(tmp_path / "two")
        assert errors(tmp_path) == [f"{second}:1: name: target acme exists already ({first}:1); rename one"]

    def test_without_targets_is_an_error(self, tmp_path: Path) -> None:
        assert errors(tmp_path)[0].startswith(f"{tmp_path}: holds no targets")
        (tmp_path / "deviations.yaml").write_text("deviations: []")
        assert errors(tmp_path)[0].startswith(f"{tmp_path}: holds no targets")

    def test_does_not_pass_over_a_file_in_silence(self, tmp_path: Path) -> None:
        write(tmp_path / "one")
        path = write(tmp_path, "deviations: []", name="one.yml")
        assert errors(tmp_path) == [f"{path}: is not named .yaml; rename it"]


def test_a_name_that_is_almost_right_gets_a_suggestion(tmp_path: Path) -> None:
    write(tmp_path, name="acme.yaml")
    assert errors(tmp_path / "acmee.yaml") == [f"{tmp_path}/acmee.yaml: does not exist. Did you mean acme.yaml?"]


def test_profiles_fill_in_what_a_target_leaves_open(tmp_path: Path, catalogue: Catalogue) -> None:
    (target,) = load(write(tmp_path))
    haven = replace(target, parameters=TargetParameters(internal_ingress_class="own", third_party_images=()))
    filled = with_defaults(haven, catalogue.profiles)
    defaults = catalogue.profiles["haven"].parameters
    assert filled.internal_ingress_class == "own"
    assert filled.third_party_images == ()
    assert filled.external_ingress_class == defaults.external_ingress_class == "nginx-external"
    assert filled.mail_host is None


def test_a_hostile_target_says_little(tmp_path: Path, catalogue: Catalogue) -> None:
    many = ", ".join(f"values/a{number}.yaml" for number in range(10_000))
    sets = ", ".join(f"set{number}" for number in range(10_000))
    hostile = TARGET.replace("values/productie.yaml", many).replace("sets: [productie]", f"sets: [{sets}]")
    path = write(tmp_path, hostile)
    assert len(errors(path, catalogue=catalogue)) == MAX_ERRORS


def test_the_published_targets_are_sound(catalogue: Catalogue) -> None:
    targets = load(ROOT / "targets", catalogue=catalogue)
    assert {"voorbeeld", "voorbeeld-gebrekkig", "voorbeeld-saas"} <= {target.name for target in targets}
    assert all(target.parameters.production_values_sets for target in targets if "chart" in target.parts)


class TestNamespaceOfAChart:
    """A namespace says which values set of the chart runs in it."""

    CHART_AND = TARGET.replace("parameters:", "  namespace: %s\nparameters:")

    def entry(self, folder: Path, namespace: str, text: str = CHART_AND) -> tuple[tuple[str | None, str], ...]:
        (target,) = load(write(folder, text % namespace))
        assert target.scenes["release"] == target.scenes["namespace"]
        return tuple((item.values, item.release) for item in NAMESPACE.of(target.parts))

    @pytest.mark.parametrize(
        ("namespace", "expected"),
        [
            (
                "{environment: production, namespace: n, in_cluster: true, values: productie}",
                (("productie", "acme"),),
            ),
            (
                "{environment: production, namespace: n, in_cluster: true, values: productie, release: acme-p}",
                (("productie", "acme-p"),),
            ),
            ("{environment: production, namespace: n, in_cluster: true}", ((None, "acme"),)),
        ],
    )
    def test_that_it_names(self, tmp_path: Path, namespace: str, expected: object) -> None:
        assert self.entry(tmp_path, namespace) == expected

    def test_or_that_bears_the_name_of_the_environment(self, tmp_path: Path) -> None:
        text = self.CHART_AND.replace("standaard: []", "acceptance: []")
        one = "{environment: acceptance, namespace: a, in_cluster: true}"
        other = "{environment: production, namespace: p, in_cluster: true}"
        assert self.entry(tmp_path, f"[{one}, {other}]", text) == (("acceptance", "acme"), (None, "acme"))

    def test_or_the_only_one_of_the_only_namespace(self, tmp_path: Path) -> None:
        text = self.CHART_AND.replace("      standaard: []\n", "")
        one = "{environment: acceptance, namespace: a, in_cluster: true}"
        other = "{environment: production, namespace: p, in_cluster: true}"
        assert self.entry(tmp_path, one, text) == (("productie", "acme"),)
        assert self.entry(tmp_path, f"[{one}, {other}]", text) == ((None, "acme"), (None, "acme"))

    @pytest.mark.parametrize(
        ("namespace", "place", "words"),
        [
            ("values: prodctie", "values", "values set prodctie is not among those of the chart. Did you mean produ"),
            ("values: Productie", "values", "expected: at most 63 lower case letters"),
            ("release: -x", "release", "expected: lower case letters, digits and dashes"),
            ("selector: dit is er geen", "selector", "dit is er geen is no label selector"),
        ],
    )
    def test_and_what_is_wrong_with_that_has_its_line(
        self, tmp_path: Path, namespace: str, place: str, words: str
    ) -> None:
        entry = f"{{environment: production, namespace: n, in_cluster: true, {namespace}}}"
        path = write(tmp_path, self.CHART_AND % entry)
        assert any(line.startswith(f"{path}:15: parts.namespace.{place}: {words}") for line in errors(path))

    @pytest.mark.parametrize("key", ["values", "release"])
    def test_without_chart_there_is_none(self, tmp_path: Path, key: str) -> None:
        start = TARGET.index("  chart:")
        entry = f"  namespace: [{{environment: test, namespace: n, in_cluster: true, {key}: acme}}]\n"
        path = write(tmp_path, TARGET[:start] + entry)
        (line,) = errors(path)
        assert line == (
            f"{path}:7: parts.namespace[0].{key}: {key} goes with a chart; give the target the part chart too, or "
            f"remove {key}"
        )

    def test_a_target_without_both_has_no_release(self, tmp_path: Path) -> None:
        (target,) = load(write(tmp_path))
        assert "release" not in target.parts
        assert "release" not in target.scenes


NAMESPACES = """\
name: acme
supplier: Acme BV
component: Register
gate: 3
profiles: [haven]
parts:
  namespace:
    - {environment: test, namespace: acme-t, in_cluster: true}
    - {environment: production, namespace: acme-p, in_cluster: true}
"""


def test_further_namespaces_of_the_supplier_are_of_an_environment(tmp_path: Path) -> None:
    path = write(
        tmp_path, NAMESPACES + "own_namespaces: {test: [kl-t], acceptance: [acme-a], production: [kl-p, x-p]}\n"
    )
    test, production = NAMESPACE.of(load(path)[0].parts)
    assert (test.siblings, production.siblings) == (("kl-t",), ("kl-p", "x-p"))
    assert test.own == production.own == ("kl-t", "acme-a", "kl-p", "x-p")
    assert NAMESPACE.of(load(write(tmp_path, NAMESPACES))[0].parts)[0].own == ()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("{test: [kl], production: [kl]}", "kl staat ook bij test"),
        ("{production: [acme-t]}", "acme-t staat ook bij test"),
        ("{test: [KL]}", "kleine letters"),
        ("{elders: [kl]}", "elders"),
    ],
)
def test_a_further_namespace_is_of_one_environment(tmp_path: Path, key: str, said: str) -> None:
    with pytest.raises(FileErrors) as error:
        load(write(tmp_path, f"{NAMESPACES}own_namespaces: {key}\n"))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("everyting", "verwacht: een lijst of everything"),
        ("all", "verwacht: een lijst of everything"),
        ("[everything]", "schrijf asked: everything, zonder lijst"),
        ("[pods, deploymnts]", "deploymnts is geen soort die Kubernetes kent. Bedoelt u deployments?"),
        ("['svc,ingreses']", "ingreses is geen soort die Kubernetes kent. Bedoelt u ingresses?"),
        ("[pods, everything]", "schrijf asked: everything, zonder lijst"),
    ],
)
def test_what_kubectl_was_asked_is_a_list_or_everything(tmp_path: Path, asked: str, said: str) -> None:
    given = NAMESPACES.replace("in_cluster: true}", f"dumps: [a.yaml], asked: {asked}}}")
    with pytest.raises(FileErrors) as error:
        load(write(tmp_path, given))
    assert said in str(error.value)


def test_what_kubectl_was_asked_goes_with_its_files(tmp_path: Path) -> None:
    with pytest.raises(FileErrors) as error:
        load(write(tmp_path, NAMESPACES.replace("in_cluster: true}", "in_cluster: true, asked: everything}")))
    assert "noem daar de bestanden" in str(error.value)
    for asked in ("everything", "[all, ingresses]", "[]"):
        given = NAMESPACES.replace("in_cluster: true}", f"dumps: [a.yaml], asked: {asked}}}")
        assert load(write(tmp_path, given))
