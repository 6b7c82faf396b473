"""The commands around a run: plain output, plain errors, and exit codes that mean something."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from toetskader import cli
from toetskader.catalogue import load_catalogue
from toetskader.cli import main, schema_text, schemas
from toetskader.kinds.chart.kind import CHART
from toetskader.kinds.chart.part import LocalChart
from toetskader.kinds.saas.kind import SAAS
from toetskader.targets import load_targets
from toetskader.targets.scaffold import SCAFFOLDS
from toetskader.text import Text
from toetskader.yamlfile import FileErrors, read_yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


Output = pytest.CaptureFixture[str]
MOMENT = "2026-11-22T13:05:00Z"


def run(capsys: Output, *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


class TestLint:
    """`toetskader lint`."""

    def test_reports_everything_in_catalogue_targets_and_deviations(self, tmp_path: Path, capsys: Output) -> None:
        target = tmp_path / "target.yaml"
        target.write_text("name: x\ngate: 9\n")
        (tmp_path / "policies").mkdir()
        arguments = ["--policies", f"{tmp_path}/policies", "--targets", str(target), "--tests", str(tmp_path)]
        code, out, err = run(capsys, "lint", *arguments)
        assert (code, out) == (1, "")
        assert f"{tmp_path}/policies/sources.yaml: bestaat niet." in err
        assert f"{target}:2: gate: verwacht: een van 1, 2, 3, 4; gevonden: 9" in err
        assert run(capsys, "lint", *arguments, "--lang", "en")[2].count("does not exist.") == 2

    def test_a_warning_is_no_error(self, tmp_path: Path, capsys: Output) -> None:
        policies = tmp_path / "policies"
        shutil.copytree("policies/profiles", policies / "profiles")
        shutil.copytree("policies/norms", policies / "norms")
        shutil.copy("policies/sources.yaml", policies)
        planned = "checks: [{id: tls.later, part: saas, title: {nl: TLS-versies, en: TLS versions}}]"
        (policies / "planned-checks.yaml").write_text(planned)
        arguments = ["--policies", str(policies), "--targets", "targets/voorbeeld", "--tests", str(tmp_path)]
        code, out, err = run(capsys, "lint", *arguments)
        assert (code, err) == (0, "")
        assert out.splitlines() == [
            f"waarschuwing: {policies}/planned-checks.yaml: geen eis noemt toets tls.later; haal hem weg",
            "0 eisen, 1 doelen: in orde",
        ]

    def test_says_so_when_a_check_exists_twice(self, tmp_path: Path, capsys: Output) -> None:
        package = tmp_path / "twice"
        package.mkdir()
        body = "from toetskader.judging import check\n@check('a.b')\ndef test_{0}(chart): ...\n"
        (package / "test_one.py").write_text(body.format("one") + body.format("two").partition("\n")[2])
        code, _, err = run(capsys, "lint", "--tests", str(package))
        assert code == 1
        assert "check a.b exists twice" in err


class TestList:
    """`toetskader list`."""

    def test_prints_one_line_per_requirement(self, capsys: Output) -> None:
        code, out, _ = run(capsys, "list")
        assert code == 0
        assert len(out.splitlines()) == len(load_catalogue(Path("policies")).requirements)

    def test_filters_combine(self, capsys: Output) -> None:
        catalogue = load_catalogue(Path("policies"))
        _, out, _ = run(capsys, "list", "--profile", "haven", "--level", "2", "--part", "chart", "--check", "workload")
        expected = [
            row.id
            for row in catalogue.requirements.values()
            if row.level == 2
            and "chart" in row.measured_on
            and row.check.startswith("workload.")
            and row.addressee == "supplier"
        ]
        assert [line.split()[0] for line in out.splitlines()] == expected
        assert "DDC-7.2-14" in expected

    def test_what_stands_beside_a_part_is_shown_with_it(self, capsys: Output) -> None:
        assert "chart,namespace,saas+chart" in run(capsys, "list", "--check", "ingress.vanity_host")[1].split()

    def test_a_check_is_matched_whole(self, capsys: Output) -> None:
        assert run(capsys, "list", "--check", "workload.read_only_root_filesystem")[1].startswith("DDC-7.2-14 ")
        code, out, err = run(capsys, "list", "--check", "work")
        assert (code, out, err) == (0, "", "Geen eis past bij deze keuze.\n")

    def test_an_unknown_profile_is_a_usage_error(self, capsys: Output) -> None:
        assert run(capsys, "list", "--profile", "havn", "--lang", "en") == (
            2,
            "",
            "Profile havn does not exist. Did you mean haven?\n",
        )


class TestExplain:
    """`toetskader explain`."""

    def test_tells_everything_about_a_requirement(self, capsys: Output) -> None:
        row = load_catalogue(Path("policies")).requirements["DDC-7.2-03"]
        code, out, _ = run(capsys, "explain", "DDC-7.2-03", "--lang", "en")
        assert code == 0
        told = [row.title.nl, row.title.en, f"lines {row.lines}", "7.2 ", "2 (given by the source)", row.mode]
        told += ["image (proof)", "image.anonymous_pull (not built yet: ", '{"anonymous": "allowed"}', row.remedy.en]
        told += [f"{row.file}:{row.line}"]
        assert [text for text in told if text not in out] == []

    @pytest.mark.parametrize(("lang", "label"), [("nl", "ernaast"), ("en", "beside it")])
    def test_tells_what_stands_beside_a_part(self, capsys: Output, lang: str, label: str) -> None:
        lines = run(capsys, "explain", "DDC-7.8-01", "--lang", lang)[1].splitlines()
        assert [line.split(label)[1].strip() for line in lines if line.strip().startswith(label)] == ["saas: chart"]
        assert label not in run(capsys, "explain", "DDC-7.2-14", "--lang", lang)[1]

    @pytest.mark.parametrize(
        ("lang", "label", "rest", "every"),
        [
            ("nl", "leest", "wat er verder is van andere soorten", "alle soorten Kubernetes-objecten"),
            ("en", "reads", "what else there is of other kinds", "Kubernetes objects of every kind"),
        ],
    )
    def test_tells_which_kinds_of_objects_are_read(
        self, capsys: Output, lang: str, label: str, rest: str, every: str
    ) -> None:
        def read(id_: str) -> str:
            out = run(capsys, "explain", id_, "--lang", lang)[1]
            found = re.search(rf"^  {label} +(.*)$", out, re.MULTILINE)
            return found[1] if found else ""

        rows = load_catalogue(Path("policies")).requirements.values()
        by_check = {id_: row.id for row in rows for part in row.measured_on if (id_ := row.check_for(part))}
        assert read(by_check["service.no_load_balancer"]) == (
            f"CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, Service, StatefulSet, {rest}"
        )
        assert read(by_check["delivery.drift"]) == every
        assert read(by_check["tls.versions"]) == ""
        assert "Ingress.networking.k8s.io" not in read(by_check["service.plain_http_port"])  # that is among Ingress

    def test_tells_them_by_part_where_checks_differ(self, capsys: Output) -> None:
        rows = load_catalogue(Path("policies")).requirements.values()
        row = next(row for row in rows if row.checks.get("namespace") == "logging.lines_json")
        out = run(capsys, "explain", row.id, "--lang", "en")[1]
        assert re.search(r"^  reads +chart: ConfigMap, .*; namespace: CronJob, ", out, re.MULTILINE)

    def test_an_unknown_id_gets_a_suggestion(self, capsys: Output) -> None:
        code, _, err = run(capsys, "explain", "DDC-7.2-1O")
        assert code == 2
        assert err.startswith("Eis DDC-7.2-1O bestaat niet. Bedoelt u DDC-7.2-1")


class TestRoles:
    """`toetskader roles`."""

    def test_they_are_shown_and_written_where_asked(self, tmp_path: Path, capsys: Output) -> None:
        code, shown, _ = run(capsys, "roles")
        assert code == 0
        assert run(capsys, "roles", "--write", f"{tmp_path}/new/rollen.yaml", "--lang", "en") == (
            0,
            f"written: {tmp_path}/new/rollen.yaml\n",
            "",
        )
        assert (tmp_path / "new/rollen.yaml").read_text(encoding="utf-8") == shown
        assert shown == Path("docs/beheer/rollen.yaml").read_text(encoding="utf-8")


class TestSchema:
    """`toetskader schema`."""

    def test_the_published_schemas_are_up_to_date(self) -> None:
        published = {path.name: path.read_text(encoding="utf-8") for path in Path("docs/schemas").iterdir()}
        assert published == {f"{name}.schema.json": schema_text(schema) for name, schema in schemas().items()}

    def test_they_are_written_where_asked(self, tmp_path: Path, capsys: Output) -> None:
        assert run(capsys, "schema", "--write", f"{tmp_path}/new")[0] == 0
        assert len(list((tmp_path / "new").iterdir())) == len(schemas())

    def test_one_is_shown_by_name(self, capsys: Output) -> None:
        shown = run(capsys, "schema", "target")[1]
        assert shown == schema_text(schemas()["target"])
        assert json.loads(shown)["title"] == "Toetskader: target"
        assert run(capsys, "schema")[1].split() == list(schemas())

    @pytest.mark.parametrize("name", [name for name in schemas() if name != "results"])
    def test_files_of_ours_allow_no_unknown_keys(self, name: str) -> None:
        objects = [item for item in schemas()[name]["$defs"].values() if item.get("type") == "object"]
        assert objects
        assert all(item["additionalProperties"] is False and item["description"] for item in objects)

    @pytest.mark.parametrize("folder", ["policies", "targets"])
    def test_every_file_of_ours_names_its_schema(self, folder: str) -> None:
        ours = [
            path
            for path in Path(folder).rglob("*.yaml")
            if not {"chart", "values", "norms", "documenten", ".laboratorium"} & {*path.parts}
        ]
        assert ours
        for path in ours:
            first = path.read_text(encoding="utf-8").partition("\n")[0]
            schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
            assert schema.resolve().is_relative_to(ROOT / "docs/schemas"), path
            assert schema.is_file(), path


def filled_in(text: str) -> str:
    return text.replace("VUL IN: ", "").replace("FILL IN: ", "")


class TestScaffold:
    """`toetskader scaffold target`."""

    @pytest.mark.parametrize("lang", ["nl", "en"])
    def test_makes_a_file_that_loads(self, tmp_path: Path, capsys: Output, lang: str) -> None:
        output = tmp_path / "doelen/acme/target.yaml"
        arguments = ["--chart", f'{tmp_path}/charts/a "b"', "--output", str(output), "--lang", lang]
        assert run(capsys, "scaffold", "target", "acme.1", *arguments)[0] == 0
        catalogue = load_catalogue(Path("policies"))
        with pytest.raises(FileErrors) as unfilled:
            load_targets([output], today=date(2026, 1, 1), catalogue=catalogue)
        assert f"{output}:4: supplier: is nog niet ingevuld" in unfilled.value.text("nl")
        assert f"{output}:5: component: was not filled in yet" in unfilled.value.text("en")
        output.write_text(filled_in(output.read_text()))
        (target,) = load_targets([output], today=date(2026, 1, 1), catalogue=catalogue)
        part = CHART.of(target.parts)
        assert part is not None
        assert isinstance(part.source, LocalChart)
        assert (target.name, part.release) == ("acme.1", "acme-1")
        assert part.source.path.resolve() == tmp_path / 'charts/a "b"'

    @pytest.mark.parametrize("lang", ["nl", "en"])
    def test_what_is_commented_out_fits_too(self, tmp_path: Path, capsys: Output, lang: str) -> None:
        chart = "oci://registry.example/acme:1.0.0"
        _, out, _ = run(capsys, "scaffold", "target", "acme", "--chart", chart, "--lang", lang)
        path = tmp_path / "target.yaml"
        path.write_text(re.sub(r"(?m)^(\s*)# (?=\s*[a-z_]+:( |$)|\s+- )", r"\1", filled_in(out)), encoding="utf-8")
        (tmp_path / "values").mkdir()
        (tmp_path / "values/productie.yaml").touch()
        (tmp_path / "deviations.yaml").write_text("deviations: []")
        (target,) = load_targets([path], today=date(2026, 1, 1))
        assert target.parameters.mail_host == "mail.gemeente.example"
        part = CHART.of(target.parts)
        assert part is not None
        assert [values.name for values in part.values] == ["standaard", "productie"]
        assert {"agreements", "deviations"} <= read_yaml(path).data.keys()

    @pytest.mark.parametrize("lang", ["nl", "en"])
    def test_endpoints_make_a_file_that_loads(self, tmp_path: Path, capsys: Output, lang: str) -> None:
        hosts = ["app.acme.example", "https://portaal.acme.example/start"]
        named = [argument for host in hosts for argument in ("--endpoint", host)]
        _, out, _ = run(capsys, "scaffold", "target", "acme", *named, "--lang", lang)
        path = tmp_path / "target.yaml"
        path.write_text(re.sub(r"(?m)^(    )# (?=[a-z_]+: )", r"\1", filled_in(out)), encoding="utf-8")
        (target,) = load_targets([path], today=date(2026, 1, 1), catalogue=load_catalogue(Path("policies")))
        assert CHART.of(target.parts) is None
        part = SAAS.of(target.parts)
        assert part is not None
        assert [endpoint.host for endpoint in part.endpoints] == ["app.acme.example", "portaal.acme.example"]
        assert (part.resolver, target.profiles) == ("192.0.2.53", ("saas",))

    def test_says_that_a_chart_is_not_there(self, tmp_path: Path, capsys: Output) -> None:
        code, out, err = run(capsys, "scaffold", "target", "acme", "--chart", str(tmp_path / "weg"))
        assert (code, err) == (0, f"--chart: {tmp_path}/weg bestaat niet; verbeter source in het doelbestand\n")
        assert "weg" in out
        assert run(capsys, "scaffold", "target", "acme", "--chart", str(tmp_path))[2] == ""

    def test_something_must_be_audited(self, capsys: Output) -> None:
        code, out, err = run(capsys, "scaffold", "target", "acme")
        assert (code, out, err) == (2, "", "noem --chart, --endpoint, --dossier of meer daarvan\n")

    def test_another_kind_that_can_be_begun_has_its_option(
        self, capsys: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = replace(SCAFFOLDS[-1], option="mail", profile="mail", text=lambda *_: Text("  mail: {}\n", ""))
        monkeypatch.setattr(cli, "SCAFFOLDS", (*SCAFFOLDS, other))
        assert (
            run(capsys, "scaffold", "target", "acme")[2]
            == "noem --chart, --endpoint, --dossier, --mail of meer daarvan\n"
        )
        made = yaml.safe_load(run(capsys, "scaffold", "target", "acme", "--mail", "acme.example")[1])
        assert (made["profiles"], made["parts"]) == (["mail"], {"mail": {}})

    def test_overwrites_nothing(self, tmp_path: Path, capsys: Output) -> None:
        output = tmp_path / "target.yaml"
        output.write_text("mine")
        code, _, err = run(capsys, "scaffold", "target", "acme", "--chart", str(tmp_path), "--output", str(output))
        assert (code, output.read_text()) == (2, "mine")
        assert err == f"{output} is niet te schrijven: bestaat al\n"

    def test_refuses_a_name_that_is_no_folder_name(self, capsys: Output) -> None:
        code, out, err = run(capsys, "scaffold", "target", "../acme", "--chart", "x", "--lang", "en")
        assert (code, out) == (2, "")
        assert err.startswith("NAME: expected: at most 63 lower case letters")


class TestDiff:
    """`toetskader diff`."""

    def test_files_that_are_none_are_told_in_one_language(self, tmp_path: Path, capsys: Output) -> None:
        wrong = tmp_path / "fout.json"
        wrong.write_text("<html>")
        absent = f"{tmp_path}/weg.json"
        code, _, err = run(capsys, "diff", absent, absent)
        assert (code, err) == (2, f"{absent}: niet te lezen: bestaat niet; controleer het pad\n")
        assert "geen resultaten van toetskader" in run(capsys, "diff", str(wrong), str(wrong))[2]
        assert "does not exist; check the path" in run(capsys, "diff", absent, absent, "--lang", "en")[2]

    def test_tells_what_changed_and_whether_it_got_worse(self, tmp_path: Path, capsys: Output) -> None:
        run_ = {
            "started": MOMENT,
            "finished": MOMENT,
            "date": "2026-11-22",
            "lang": "nl",
            "versions": {},
            "options": {},
        }
        content = {"schema_version": 1, "run": {**run_, "complete": True, "exit_code": 0}, "targets": [], "results": []}
        target = {"target": "acme", "supplier": "", "component": "", "gate": 3, "profiles": [], "parts": {}}
        counts = {"level_reached": 0, "blocked_by": [], "looked_at": 0, "total": 0, "levels": []}
        summary = {**target, **counts, "not_looked_at": [], "deviations": []}
        older, newer = tmp_path / "older.json", tmp_path / "newer.json"
        older.write_text(json.dumps({**content, "targets": [summary]}))
        newer.write_text(json.dumps(content))
        code, out, err = run(capsys, "diff", str(older), str(newer))
        assert (code, out.splitlines()[0], err) == (1, "acme wordt niet meer getoetst", "")
        assert run(capsys, "diff", str(older), str(older))[0] == 0

    def test_what_is_no_run_is_said_in_one_line(self, tmp_path: Path, capsys: Output) -> None:
        code, out, err = run(capsys, "diff", str(tmp_path), str(tmp_path))
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert f"{tmp_path}/results.json: niet te lezen" in err
