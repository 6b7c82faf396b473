"""A catalogue loads only when it is sound, and everything that is wrong is said at once, with file and line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from toetskader.catalogue import Catalogue, CheckInfo, load_catalogue
from toetskader.text import natural
from toetskader.yamlfile import FileErrors

ROOT = Path(__file__).parents[2]

SOURCES = """\
sources:
  - {id: ABC, title: {nl: Bron, en: Source}, owner: Gemeente, version: "1", file: abc.txt}
"""
PLANNED = """\
checks:
  - id: rbac.can_i
    part: rbac
    title: {nl: Wie wat mag, en: Who may do what}
"""
HAVEN = """\
id: haven
title: {nl: Haven, en: Haven}
sources: [ABC]
profiles: [haven, all]
addressee: supplier
parameters:
  internal_ingress_class: nginx-internal
"""
CHAPTER = """\
source: ABC
chapter: "1"
title: {nl: Hoofdstuk, en: Chapter}
requirements:
  - id: ABC-1-01
    section: "1"
    lines: 10-12
    kind: norm
    level: 2
    level_origin: proposed
    profile: haven
    addressee: supplier
    mode: hard
    verify: automatic
    measured_on: {chart: proof}
    check: image.tag
    params: {registry: example.nl}
    title: {nl: Titel, en: Title}
    remedy: {nl: Doe iets, en: Do something}
  - id: ABC-1-02
    section: "1"
    lines: "13"
    kind: norm
    level: 1
    level_origin: source
    profile: all
    addressee: municipality
    mode: best-effort/option
    verify: semi
    measured_on: {rbac: proof, dossier: indication}
    check: rbac.can_i
    covers: [ABC-1-03]
    title: {nl: Titel twee, en: Title two}
    remedy: {nl: Doe iets anders, en: Do something else}
    notes: "[proposed]"
"""
FILES = {
    "sources.yaml": SOURCES,
    "planned-checks.yaml": PLANNED,
    "profiles/haven.yaml": HAVEN,
    "abc/1-chapter.yaml": CHAPTER,
}


class TagParams(msgspec.Struct, frozen=True):
    registry: str
    strict: bool = False


@dataclass(frozen=True)
class Built:
    id: str
    parts: frozenset[str]
    params: type[msgspec.Struct] | None = None
    is_aspect: bool = False
    fixtures: frozenset[str] = frozenset()


CHECKS: Mapping[str, CheckInfo] = {
    "image.tag": Built("image.tag", frozenset({"chart", "image"}), TagParams),
    "tls.suites": Built("tls.suites", frozenset({"saas"})),
    "tls.names": Built("tls.names", frozenset({"saas"}), TagParams),
    "tls.reach": Built("tls.reach", frozenset({"saas"}), fixtures=frozenset({"tmp_path"})),
}


def load(folder: Path, *, checks: Mapping[str, CheckInfo] | None = CHECKS, **changed: str) -> Catalogue:
    """Write the sound catalogue with some files changed (named by their stem, with underscores) and load it."""
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(changed.get(path.stem.replace("-", "_"), content), encoding="utf-8")
    return load_catalogue(folder, checks)


def errors(folder: Path, *, checks: Mapping[str, CheckInfo] | None = CHECKS, **changed: str) -> list[str]:
    with pytest.raises(FileErrors) as refusal:
        load(folder, checks=checks, **changed)
    return [line.removeprefix(f"{folder}/") for line in refusal.value.text("en").splitlines()]


def test_a_sound_catalogue_loads(tmp_path: Path) -> None:
    catalogue = load(tmp_path)
    assert list(catalogue.requirements) == ["ABC-1-01", "ABC-1-02"]
    row = catalogue.requirements["ABC-1-01"]
    assert (row.source, row.chapter, row.chapter_title.en) == ("ABC", "1", "Chapter")
    assert (row.file, row.line) == (str(tmp_path / "abc/1-chapter.yaml"), 5)
    assert (row.lines, row.level, row.measured_on, row.params) == (
        "10-12",
        2,
        {"chart": "proof"},
        {"registry": "example.nl"},
    )
    assert list(catalogue.planned) == ["rbac.can_i"]
    assert catalogue.sources["ABC"].version == "1"


def test_a_covered_id_leads_to_the_requirement_that_covers_it(tmp_path: Path) -> None:
    catalogue = load(tmp_path)
    covering = catalogue.requirements["ABC-1-02"]
    assert catalogue.find("ABC-1-03") is covering
    assert catalogue.find("ABC-1-02") is covering
    assert catalogue.find("ABC-1-99") is None


# What is changed in the chapter, the place that is named, and how the message begins.
_MISTAKES = [
    ("    lines: 10-12\n", "", "5: requirements[0]", "key lines is missing"),
    ("    check: image.tag\n", "", "5: requirements[0]", "key check is missing"),
    ("kind: norm", "kidn: norm", "8: requirements[0].kidn", "unknown key kidn. Did you mean kind?"),
    ("    level: 2\n", "    level: 2\n    level: 3\n", "10", "key level stands here twice, first on line 9"),
    ("lines: 10-12", "lines: 10", "7: requirements[0].lines", "expected: text; found: 10. Put quotation marks"),
    ("lines: 10-12", "lines: 12+", "7: requirements[0].lines", 'expected: lines such as 581-582; found: "12+"'),
    ('chapter: "1"', "chapter: 1", "2: chapter", "expected: text; found: 1. Put quotation marks"),
    ("id: ABC-1-01", "id: abc-1", "5: requirements[0].id", "expected: an id such as DDC-7.2-14"),
    ("{nl: Titel, en: Title}", "{nl: Titel}", "18: requirements[0].title", "key en is missing"),
    ("{chart: proof}", "{chart: prof}", "15: requirements[0].measured_on.chart", "expected: one of indication, proof"),
    ("{chart: proof}", "{}", "15: requirements[0].measured_on", "at least one key must stand here"),
    ("{chart: proof}", "{mail: proof}", "15: requirements[0].measured_on", "check image.tag measures on chart, image"),
    ("{rbac: proof, ", "{", "30: requirements[1].measured_on", "check rbac.can_i is planned for rbac"),
    ("id: ABC-1-02", "id: ABC-1-01", "20: requirements[1].id", "id ABC-1-01 exists already (abc/1-chapter.yaml:5)"),
    ("[ABC-1-03]", "[ABC-1-01]", "32: requirements[1].covers[0]", "id ABC-1-01 exists already (abc/1-chapter.yaml:5)"),
    ("[ABC-1-03]", "[ABC-1-02]", "32: requirements[1].covers[0]", "id ABC-1-02 exists already"),
    ("id: ABC-1-01", "id: XYZ-1-01", "5: requirements[0].id", "id XYZ-1-01 does not belong to source ABC"),
    ("profile: haven", "profile: havn", "11: requirements[0].profile", "no profile under profiles/ selects havn"),
    ("check: image.tag", "check: image.tags", "16: requirements[0].check", "check image.tags does not exist"),
    ("registry: ", "regisrty: ", "17: requirements[0].params.regisrty", "unknown key regisrty. Did you mean registry?"),
    ("registry: ", "strict: 1, registry: ", "17: requirements[0].params.strict", "expected: true or false; found: 1"),
]


@pytest.mark.parametrize(("before", "after", "place", "words"), _MISTAKES)
def test_what_is_wrong_in_a_policy_file_is_said_with_its_line(
    tmp_path: Path, before: str, after: str, place: str, words: str
) -> None:
    found = errors(tmp_path, **{"1_chapter": CHAPTER.replace(before, after, 1)})
    assert any(line.replace(f"{tmp_path}/", "").startswith(f"abc/1-chapter.yaml:{place}: {words}") for line in found)


def test_everything_in_all_files_is_reported_at_once(tmp_path: Path) -> None:
    found = errors(
        tmp_path,
        haven=HAVEN.replace("sources: [ABC]", "sources: [ABD]").replace(
            "internal_ingress_class: nginx-internal", "diginetwerk_ranges: [10.0.0.1/8]"
        ),
        planned_checks=PLANNED.replace("rbac.can_i", "image.tag"),
        **{"1_chapter": CHAPTER.replace("source: ABC", "source: ABX").replace("check: rbac.can_i", "check: rbac.cani")},
    )
    assert found == [
        "abc/1-chapter.yaml:1: source: source ABX is not in sources.yaml.",
        "abc/1-chapter.yaml:5: requirements[0].id: id ABC-1-01 does not belong to source ABX; make it start with ABX-",
        "abc/1-chapter.yaml:20: requirements[1].id: id ABC-1-02 does not belong to source ABX; make it start with ABX-",
        "abc/1-chapter.yaml:31: requirements[1].check: check rbac.cani does not exist: neither in tests/ nor in "
        "planned-checks.yaml.",
        "planned-checks.yaml:2: checks[0].id: check image.tag is built already; remove it here",
        "profiles/haven.yaml:3: sources[0]: source ABD is not in sources.yaml.",
        "profiles/haven.yaml:7: parameters.diginetwerk_ranges[0]: 10.0.0.1/8 is not an address range; write "
        "203.0.113.0/24, without bits after the network part",
    ]


def test_a_broken_file_does_not_make_what_refers_to_it_wrong_too(tmp_path: Path) -> None:
    found = errors(tmp_path, sources="sources: 1", planned_checks="checks: [", haven="id: haven")
    assert {line.partition(":")[0] for line in found} == {"sources.yaml", "planned-checks.yaml", "profiles/haven.yaml"}


def test_a_check_without_parameters_takes_none(tmp_path: Path) -> None:
    checks = {"image.tag": Built("image.tag", frozenset({"chart"}))}
    assert errors(tmp_path, checks=checks) == [
        "abc/1-chapter.yaml:17: requirements[0].params: check image.tag has no parameters"
    ]


def test_without_knowledge_of_checks_only_the_files_are_judged(tmp_path: Path) -> None:
    assert len(load(tmp_path, checks=None).requirements) == 2


def test_ids_are_unique_across_files(tmp_path: Path) -> None:
    (tmp_path / "abc").mkdir()
    (tmp_path / "abc/2-more.yaml").write_text(CHAPTER, encoding="utf-8")
    found = errors(tmp_path)
    assert [line.partition(": id ")[0] for line in found] == [
        "abc/2-more.yaml:5: requirements[0].id",
        "abc/2-more.yaml:20: requirements[1].id",
        "abc/2-more.yaml:32: requirements[1].covers[0]",
    ]


def test_a_file_that_would_be_passed_over_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "abc").mkdir()
    (tmp_path / "abc/2-more.yml").write_text(CHAPTER, encoding="utf-8")
    assert errors(tmp_path) == ["abc/2-more.yml: is not named .yaml; rename it"]


def test_a_folder_without_a_catalogue_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(FileErrors) as refusal:
        load_catalogue(tmp_path / "absent")
    assert refusal.value.text("en") == f"{tmp_path}/absent: is not a folder; name the policies folder"
    with pytest.raises(FileErrors) as refusal:
        load_catalogue(tmp_path)
    assert [error.file.name for error in refusal.value.errors] == ["planned-checks.yaml", "profiles", "sources.yaml"]


def test_a_profile_selects_by_source_delivery_and_addressee(tmp_path: Path) -> None:
    catalogue = load(tmp_path)
    haven = catalogue.profiles["haven"]
    row = catalogue.requirements["ABC-1-01"]
    replace = msgspec.structs.replace
    assert haven.selects(row)
    assert haven.selects(replace(row, profile="saas+haven"))
    assert haven.selects(replace(row, addressee="community"))
    assert not haven.selects(replace(row, profile="saas"))
    assert not haven.selects(replace(row, source="XYZ"))
    assert not haven.selects(replace(row, addressee="municipality"))
    assert replace(haven, addressee=None).selects(replace(row, addressee="municipality"))


def test_numbers_sort_by_value() -> None:
    assert sorted(["ABC-7.10-01", "ABC-7.2-14", "ABC-7.2-2", "ABC-7-01"], key=natural) == [
        "ABC-7-01",
        "ABC-7.2-2",
        "ABC-7.2-14",
        "ABC-7.10-01",
    ]


def test_the_published_catalogue_is_sound() -> None:
    catalogue = load_catalogue(ROOT / "policies")
    contract = [row for row in catalogue.requirements.values() if row.source == "DDC"]
    covered = [id_ for row in contract for id_ in row.covers]
    ours = [row for row in contract if row.notes.startswith("Ours, not in the inventory")]
    assert len(contract) + len(covered) - len(ours) == 194


class TestNorms:
    """Norms are files of the catalogue, and parameters choose them."""

    NORM = (ROOT / "policies/norms/internetnl-web-2025.yaml").read_text(encoding="utf-8")

    def load(
        self, folder: Path, content: str = NORM, name: str = "internetnl-web-2025", haven: str = HAVEN
    ) -> Catalogue:
        (folder / "norms").mkdir()
        (folder / f"norms/{name}.yaml").write_text(content, encoding="utf-8")
        return load(folder, haven=haven)

    def errors(self, folder: Path, **given: str) -> str:
        with pytest.raises(FileErrors) as refusal:
            self.load(folder, **given)
        return refusal.value.text("en").replace(f"{folder}/", "")

    def test_a_norm_is_found_by_its_id(self, tmp_path: Path) -> None:
        chosen = f"{HAVEN}  web_norm: internetnl-web-2025\n"
        assert self.load(tmp_path, haven=chosen).norms["internetnl-web-2025"].id == "internetnl-web-2025"

    def test_a_norm_of_another_kind_cannot_be_chosen(self, tmp_path: Path) -> None:
        said = self.errors(tmp_path, haven=f"{HAVEN}  tls_norm: internetnl-web-2025\n")
        assert "parameters.tls_norm: no norm of kind tls under norms/ is named internetnl-web-2025" in said

    def test_its_kind_must_be_known(self, tmp_path: Path) -> None:
        said = self.errors(tmp_path, content=self.NORM.replace("kind: web", "kind: webb"))
        assert "kind: kind is webb; choose from tls, web" in said

    def test_its_kind_is_named(self, tmp_path: Path) -> None:
        said = self.errors(tmp_path, content=self.NORM.replace("kind: web\n", ""))
        assert "key kind is missing; give one of tls, web" in said

    def test_its_kind_is_no_unknown_key_beside_one_that_is(self, tmp_path: Path) -> None:
        said = self.errors(tmp_path, content=self.NORM.replace("- about: hsts", "- abuot: hsts"))
        assert "unknown key abuot. Did you mean about?" in said
        assert "unknown key kind" not in said

    @pytest.mark.parametrize("key", ["note", "remedy"])
    def test_a_difference_that_a_report_would_cut_is_refused(self, tmp_path: Path, key: str) -> None:
        texts = {"note": "{nl: kort, en: short}"} | {key: f"{{nl: kort, en: {'x' * 501}}}"}
        given = "".join(f"    {name}: {text}\n" for name, text in texts.items())
        content = self.NORM.replace("differences:\n", f"differences:\n  - about: cookies.one\n{given}")
        assert f"differences[0].{key}: longer than 500 characters" in self.errors(tmp_path, content=content)

    def test_its_file_has_its_name(self, tmp_path: Path) -> None:
        assert "make them equal" in self.errors(tmp_path, name="other")

    @pytest.mark.parametrize(
        ("about", "line"),
        [
            ("hstss", "hstss is no field of this norm, and not measuring. Did you mean hsts?"),
            ("cookies", "there is a difference on cookies already; make them one"),
            ("Hsts age", "expected: a field such as groups.ffdhe"),
        ],
    )
    def test_a_difference_is_about_a_field_and_stands_once(self, tmp_path: Path, about: str, line: str) -> None:
        said = self.errors(tmp_path, content=self.NORM.replace("about: hsts\n", f"about: {about}\n"))
        assert line in said

    def test_every_threshold_must_stand_in_it(self, tmp_path: Path) -> None:
        said = self.errors(tmp_path, content=self.NORM.replace("hsts_min_age_s: 31536000\n", ""))
        assert "key hsts_min_age_s is missing" in said


@pytest.mark.parametrize(
    ("parts", "checks", "said"),
    [
        ("{chart: proof, saas: proof}", "{saas: tls.suites}", ""),
        ("{chart: proof}", "{saas: tls.suites}", "name saas under measured_on too"),
        (
            "{chart: proof, saas: proof}",
            "{saas: tls.suits}",
            "no check tls.suits measures on saas. Did you mean tls.suites?",
        ),
        ("{chart: proof, saas: proof}", "{saas: image.tag}", "no check image.tag measures on saas."),
        ("{chart: proof, saas: proof}", "{saas: tls.names}", "check tls.names wants parameters"),
        (
            "{chart: proof, saas: proof}",
            "{saas: tls.reach}",
            "check tls.reach asks for fixtures of pytest (tmp_path); only the one that stands at check can",
        ),
    ],
)
def test_a_part_may_have_a_check_of_its_own(tmp_path: Path, parts: str, checks: str, said: str) -> None:
    changed = CHAPTER.replace("{chart: proof}", parts).replace(
        "    check: image.tag\n", f"    check: image.tag\n    checks: {checks}\n"
    )
    if said:
        assert any(line.endswith(said) for line in errors(tmp_path, **{"1_chapter": changed}))
    else:
        row = load(tmp_path, **{"1_chapter": changed}).requirements["ABC-1-01"]
        assert (row.check_for("chart"), row.check_for("saas")) == ("image.tag", "tls.suites")
