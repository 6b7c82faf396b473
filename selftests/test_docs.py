"""The documentation is true: every option is in it, nothing in it is unknown, and its examples load."""

import argparse
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from _pytest.config.argparsing import Parser

from toetskader.catalogue import load_catalogue
from toetskader.catalogue.models import PolicyRow, TargetParameters
from toetskader.cli import _parser
from toetskader.entry import audit_options as added
from toetskader.entry import pytest_addoption
from toetskader.report.csv_view import COLUMNS
from toetskader.results import Finding, LevelCount, NotLookedAt, Result, Run, TargetSummary, Verdict
from toetskader.targets import load_targets

ROOT = Path(__file__).parents[1]
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in DOCS}
ALL = "\n".join(TEXTS.values())
PYTESTS_OWN = {"--html", "--junitxml", "--lf", "--collect-only"}


def audit_options() -> set[str]:
    """The options under Toetskader in `pytest --help`."""
    parser = Parser(_ispytest=True)
    pytest_addoption(parser)
    return {name for option in added(parser) for name in option.names()}


def commands(parser: argparse.ArgumentParser, name: str = "toetskader") -> Iterator[tuple[str, set[str]]]:
    """Every subcommand with its options, `--help` left out."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        named = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
        yield name, named - {"--help"}
    for action in below:
        for sub, child in action.choices.items():
            yield from commands(child, f"{name} {sub}")


def shown_commands() -> list[str]:
    """Every command line in a block of code, without its comment."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", ALL, re.DOTALL | re.MULTILINE)
    lines = [
        line.partition("  #")[0].strip() for kind, block in blocks if kind != "yaml" for line in block.splitlines()
    ]
    return [line for line in lines if line.startswith((".venv/bin/", "toetskader ", "pytest "))]


@pytest.mark.parametrize("option", sorted(audit_options()))
def test_every_option_of_an_audit_is_documented(option: str) -> None:
    assert re.search(rf"(?<![\w-]){option}(?![\w-])", ALL)


@pytest.mark.parametrize(("command", "named"), [pytest.param(*found, id=found[0]) for found in commands(_parser())])
def test_every_subcommand_is_documented_with_its_options(command: str, named: set[str]) -> None:
    assert re.search(rf"\b{command}\b", ALL)
    assert [option for option in sorted(named) if not re.search(rf"(?<![\w-]){option}(?![\w-])", ALL)] == []


@pytest.mark.parametrize("line", shown_commands())
def test_a_command_that_is_shown_has_only_options_that_exist(line: str) -> None:
    program, *words = line.split()
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    if program.endswith("pytest"):
        assert given <= audit_options() | PYTESTS_OWN
        # One way of writing throughout: with =.
        assert not [word for word in words if word in audit_options()]
    else:
        known = {f"{name} ": named for name, named in commands(_parser())}
        said = line.removeprefix(".venv/bin/") + " "
        assert given <= next(named for name, named in known.items() if said.startswith(name))


@pytest.mark.parametrize("path", DOCS, ids=[path.name for path in DOCS])
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", TEXTS[path.name]):
        assert (path.parent / link).exists(), link


def fields(*structs: type[msgspec.Struct]) -> list[str]:
    return sorted({name for struct in structs for name in struct.__struct_fields__})


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("results.md", fields(Result, Run, Finding, TargetSummary, LevelCount, NotLookedAt)),
        ("results.md", [verdict.value for verdict in Verdict]),
        ("results.md", list(COLUMNS)),
        ("policy-authors.md", fields(PolicyRow)),
        ("leveranciers.md", fields(TargetParameters)),
    ],
)
def test_a_page_names_every_field(page: str, names: list[str]) -> None:
    assert [name for name in names if not re.search(rf"\b{name}\b", TEXTS[page])] == []


def write_examples(page: str, folder: Path) -> None:
    """Write each YAML example to the file that its first line names."""
    for block in re.findall(r"```yaml\n# (.*?)```", TEXTS[page], re.DOTALL):
        name, _, text = block.partition("\n")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_example_of_a_catalogue_loads(tmp_path: Path) -> None:
    write_examples("policy-authors.md", tmp_path)
    catalogue = load_catalogue(tmp_path / "policies")
    assert list(catalogue.requirements) == ["DDC-7.2-14"]
    assert catalogue.profiles["haven"].selects(catalogue.requirements["DDC-7.2-14"])
    assert list(catalogue.planned) == ["rbac.can_i"]


@pytest.mark.parametrize("page", ["auditors.md", "leveranciers.md"])
def test_the_examples_of_a_target_and_its_deviations_load(page: str, tmp_path: Path) -> None:
    write_examples(page, tmp_path)
    (tmp_path / "targets/acme/productie.yaml").write_text("{}")
    file = tmp_path / "targets/acme/target.yaml"
    if (tmp_path / "targets/acme/deviations.yaml").exists():
        file.write_text(file.read_text() + "deviations: deviations.yaml\n")
    [target] = load_targets([file], today=date(2026, 6, 1), catalogue=load_catalogue(ROOT / "policies"))
    assert target.name == "acme"
    assert [item.id for item in target.deviations] == (["ACME-2026-01"] if page == "auditors.md" else [])
