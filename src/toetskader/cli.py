"""The command line: what is not a run. A run is `pytest`."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

from toetskader.catalogue.lint import lint_catalogue
from toetskader.catalogue.load import load_catalogue
from toetskader.catalogue.models import Catalogue, Level, Part, Requirement
from toetskader.catalogue.schema import catalogue_schemas
from toetskader.core.failure import Failed, UsageError
from toetskader.core.fields import Name
from toetskader.dossier import commands as dossier
from toetskader.dossier.schema import dossier_schemas
from toetskader.facts.kubernetes.declared import AT_HAND, EVERY_KIND
from toetskader.judging.check import Check
from toetskader.judging.registry import RegistryError, load_checks
from toetskader.kinds.namespace.part import NamespaceEntry
from toetskader.oserrors import why
from toetskader.report import changes, json_view
from toetskader.targets.load import load_targets
from toetskader.targets.scaffold import SCAFFOLDS, target_text
from toetskader.targets.schema import target_schemas
from toetskader.text import Lang, Text
from toetskader.vocabulary import Environment
from toetskader.yamlfile import FileErrors, did_you_mean, joined, misfits, shown

POLICIES = Path("policies")
TARGETS = Path("targets")
TESTS = Path("tests")
SCHEMAS = Path("docs/schemas")
ROLES = Path("docs/beheer/rollen.yaml")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code.

    That is 0, 1 when something is wrong in a file or got worse (`diff`), or 2 when the arguments are wrong.
    """
    arguments = _parser().parse_args(argv)
    lang: Lang = arguments.lang
    try:
        return int(arguments.run(arguments, lang))
    except FileErrors as errors:
        _complain(errors.text(lang))
        return 1
    except RegistryError as error:
        _complain(str(error))
        return 1
    except UsageError as error:
        _complain(error.message[lang])
        return 2
    except BrokenPipeError:  # `toetskader list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def schemas() -> dict[str, dict[str, Any]]:
    """Return every JSON Schema that is published, by name."""
    return {**catalogue_schemas(), **target_schemas(), **dossier_schemas(), "results": json_view.schema()}


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as it is published: stable, readable JSON."""
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("nl", "en"), default="nl", help="taal van de meldingen (nl)")
    catalogue = argparse.ArgumentParser(add_help=False, parents=[common])
    catalogue.add_argument("--policies", type=Path, default=POLICIES, metavar="DIR", help="map met eisen (policies)")

    parser = argparse.ArgumentParser(
        prog="toetskader", description="Alles buiten een toetsing om; toetsen gaat met pytest."
    )
    commands = parser.add_subparsers(required=True, metavar="OPDRACHT")

    lint = commands.add_parser("lint", parents=[catalogue], help="controleer eisen, doelen en afwijkingen")
    lint.add_argument("--targets", type=Path, nargs="+", metavar="PATH", help="doelen of portfolio's (targets)")
    lint.add_argument("--tests", type=Path, default=TESTS, metavar="DIR", help="map met toetsen (tests)")
    lint.set_defaults(run=_lint)

    rows = commands.add_parser("list", parents=[catalogue], help="som eisen op, een per regel")
    rows.add_argument("--profile", metavar="NAAM", help="alleen eisen die dit profiel kiest")
    rows.add_argument("--level", type=int, choices=get_args(Level), help="alleen dit niveau")
    rows.add_argument("--part", choices=get_args(Part), metavar="DEEL", help="alleen wat op dit deel te meten is")
    rows.add_argument("--check", metavar="TOETS", help="alleen deze toets of familie, zoals workload")
    rows.add_argument("--tests", type=Path, default=TESTS, metavar="DIR", help="map met toetsen (tests)")
    rows.set_defaults(run=_list)

    explain = commands.add_parser("explain", parents=[catalogue], help="vertel alles over een eis")
    explain.add_argument("id", metavar="EIS", help="zoals DDC-7.2-14")
    explain.add_argument("--tests", type=Path, default=TESTS, metavar="DIR", help="map met toetsen (tests)")
    explain.set_defaults(run=_explain)

    schema = commands.add_parser("schema", parents=[common], help="toon of schrijf de JSON Schema's")
    schema.add_argument("name", nargs="?", choices=sorted(schemas()), metavar="NAAM", help="welk schema te tonen")
    schema.add_argument("--write", type=Path, nargs="?", const=SCHEMAS, metavar="DIR", help="schrijf ze (docs/schemas)")
    schema.set_defaults(run=_schema)

    roles = commands.add_parser(
        "roles", parents=[catalogue], help="toon of schrijf de rollen waarmee een cluster te toetsen is"
    )
    roles.add_argument("--tests", type=Path, default=TESTS, metavar="DIR", help="map met toetsen (tests)")
    roles.add_argument("--write", type=Path, nargs="?", const=ROLES, metavar="BESTAND", help=f"schrijf ze ({ROLES})")
    roles.set_defaults(run=_roles)

    diff = commands.add_parser("diff", parents=[common], help="toon wat er tussen twee runs veranderde")
    diff.add_argument("before", type=Path, metavar="EERST", help="results.json of map van de eerste run")
    diff.add_argument("after", type=Path, metavar="DAARNA", help="results.json of map van de latere run")
    diff.set_defaults(run=_diff)

    scaffold = commands.add_parser("scaffold", help="maak een beginnetje")
    kinds = scaffold.add_subparsers(required=True, metavar="SOORT")
    target = kinds.add_parser("target", parents=[common], help="een doelbestand met uitleg")
    target.add_argument("name", metavar="NAAM", help="naam van het doel: kleine letters, cijfers, punten, streepjes")
    for kind in SCAFFOLDS:
        target.add_argument(
            f"--{kind.option}", action="append" if kind.many else "store", metavar=kind.metavar, help=kind.help
        )
    target.add_argument("--output", type=Path, metavar="BESTAND", help="schrijf hierheen; anders naar het scherm")
    target.set_defaults(run=_scaffold_target)
    dossier.add(commands, common, catalogue)
    snapshot = commands.add_parser(
        "snapshot", parents=[common], help="schrijf wat er in een namespace draait naar een map om mee te geven"
    )
    snapshot.add_argument("folder", type=Path, metavar="MAP", help="map om te schrijven; mag nog niet bestaan")
    snapshot.add_argument("--namespace", required=True, metavar="NAAM", help="namespace om te lezen")
    snapshot.add_argument(
        "--environment", required=True, choices=get_args(Environment), metavar="OMGEVING", help="welke omgeving het is"
    )
    snapshot.add_argument("--kubeconfig", type=Path, metavar="BESTAND", help="adres en gegevens van het cluster")
    snapshot.add_argument("--context", metavar="NAAM", help="context van de kubeconfig")
    snapshot.add_argument("--in-cluster", action="store_true", help="met het serviceaccount van deze pod")
    snapshot.add_argument("--selector", default="", metavar="LABELS", help="labels van het component")
    snapshot.set_defaults(run=_snapshot)
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")


# lint


def _lint(arguments: argparse.Namespace, lang: Lang) -> int:
    """Report everything wrong with the catalogue, the targets and their deviations."""
    checks = load_checks(arguments.tests)
    paths = arguments.targets or ([TARGETS] if TARGETS.is_dir() else [])
    catalogue: Catalogue | None = None
    wrong: list[FileErrors] = []
    try:
        catalogue = load_catalogue(arguments.policies, checks)
    except FileErrors as errors:
        wrong.append(errors)
    targets = 0
    try:
        targets = len(load_targets(paths, today=date.today(), catalogue=catalogue))
    except FileErrors as errors:
        wrong.append(errors)
    for found in wrong:
        _complain(found.text(lang))
    if catalogue is None or wrong:
        return 1
    _say_warnings(arguments.policies, catalogue, checks, lang)
    _say(
        Text(
            f"{len(catalogue.requirements)} eisen, {targets} doelen: in orde",
            f"{len(catalogue.requirements)} requirements, {targets} targets: fine",
        )[lang]
    )
    return 0


def _say_warnings(folder: Path, catalogue: Catalogue, checks: Mapping[str, Check], lang: Lang) -> None:
    word = Text("waarschuwing", "warning")[lang]
    for warning in lint_catalogue(folder, catalogue, checks):
        _say(f"{word}: {warning.text(lang)}")


# list


def _list(arguments: argparse.Namespace, lang: Lang) -> int:
    """Print the requirements that fit all filters, one per line."""
    checks = load_checks(arguments.tests)
    catalogue = load_catalogue(arguments.policies)
    rows = [row for row in catalogue.requirements.values() if _listed(row, arguments, catalogue)]
    id_width = max((len(row.id) for row in rows), default=0)
    check_width = max((len(row.check) for row in rows), default=0)
    for row in rows:
        beside = _beside(row, checks)
        parts = ",".join("+".join((part, *beside.get(part, ()))) for part in row.measured_on)
        _say(f"{row.id:<{id_width}}  {row.level}  {row.check:<{check_width}}  {parts}  {row.title[lang]}")
    if not rows:
        _complain(Text("Geen eis past bij deze keuze.", "No requirement fits this choice.")[lang])
    return 0


def _listed(row: Requirement, arguments: argparse.Namespace, catalogue: Catalogue) -> bool:
    if arguments.profile is not None and arguments.profile not in catalogue.profiles:
        message = Text(f"Profiel {arguments.profile} bestaat niet.", f"Profile {arguments.profile} does not exist.")
        raise UsageError(joined(message, did_you_mean(arguments.profile, catalogue.profiles)))
    return (
        (arguments.profile is None or catalogue.profiles[arguments.profile].selects(row))
        and (arguments.level is None or row.level == arguments.level)
        and (arguments.part is None or arguments.part in row.measured_on)
        and (arguments.check is None or f"{row.check}.".startswith(f"{arguments.check}."))
    )


# explain


def _explain(arguments: argparse.Namespace, lang: Lang) -> int:
    """Print everything the catalogue says about one requirement."""
    checks = load_checks(arguments.tests)
    catalogue = load_catalogue(arguments.policies)
    row = catalogue.find(arguments.id)
    if row is None:
        message = Text(f"Eis {shown(arguments.id)} bestaat niet.", f"Requirement {shown(arguments.id)} does not exist.")
        raise UsageError(joined(message, did_you_mean(arguments.id, catalogue.requirements)))
    _say(f"{row.id}  {row.title[lang]}")
    _say(f"{' ' * len(row.id)}  {row.title['en' if lang == 'nl' else 'nl']}")
    facts = _facts(row, catalogue, checks, lang)
    width = max(len(label[lang]) for label, _ in facts)
    for label, value in facts:
        if value:
            _say(f"  {label[lang]:<{width}}  {value}")
    return 0


def _facts(row: Requirement, catalogue: Catalogue, checks: Mapping[str, Check], lang: Lang) -> list[tuple[Text, str]]:
    source = catalogue.sources[row.source]
    worth = {"proof": Text("bewijs", "proof"), "indication": Text("aanwijzing", "indication")}
    origin = {
        "source": Text("volgens de bron", "given by the source"),
        "proposed": Text("ons voorstel", "our proposal"),
    }
    planned = catalogue.planned.get(row.check)
    not_built = f" ({Text('nog niet gebouwd', 'not built yet')[lang]}: {planned.title[lang]})" if planned else ""
    return [
        (Text("bron", "source"), f"{source.title[lang]}, {source.version}"),
        (
            Text("plaats", "place"),
            f"{row.section} {row.chapter_title[lang]}, {Text('regels', 'lines')[lang]} {row.lines} ({source.file})",
        ),
        (Text("niveau", "level"), f"{row.level} ({origin[row.level_origin][lang]})"),
        (Text("soort", "kind"), row.kind),
        (Text("weging", "mode"), row.mode),
        (Text("profiel", "profile"), row.profile),
        (Text("voor", "addressee"), row.addressee),
        (Text("wijze", "verified"), row.verify),
        (
            Text("meten op", "measured on"),
            ", ".join(f"{part} ({worth[value][lang]})" for part, value in row.measured_on.items()),
        ),
        (
            Text("ernaast", "beside it"),
            "; ".join(f"{part}: {', '.join(others)}" for part, others in _beside(row, checks).items()),
        ),
        (
            Text("toets", "check"),
            f"{row.check}{not_built}{''.join(f'; {part}: {id_}' for part, id_ in row.checks.items())}",
        ),
        (Text("leest", "reads"), _kinds_read(row, checks, lang)),
        (Text("parameters", "parameters"), json.dumps(row.params, ensure_ascii=False) if row.params else ""),
        (Text("dekt ook", "covers too"), ", ".join(row.covers)),
        (Text("remedie", "remedy"), row.remedy[lang]),
        (Text("notities", "notes"), row.notes),
        (Text("bestand", "file"), f"{row.file}:{row.line}"),
    ]


def _beside(row: Requirement, checks: Mapping[str, Check]) -> dict[Part, tuple[str, ...]]:
    """Return the other kinds of parts that the checks of a requirement take, by the part that they measure."""
    return {part: tuple(item.part for item in check.beside) for part, check in _built(row, checks) if check.beside}


_ALL = {
    EVERY_KIND: Text("alle soorten Kubernetes-objecten", "Kubernetes objects of every kind"),
    AT_HAND: Text("wat er verder is van andere soorten", "what else there is of other kinds"),
}


def _kinds_read(row: Requirement, checks: Mapping[str, Check], lang: Lang) -> str:
    """Name the kinds of Kubernetes objects that the checks of a requirement read, by part where these differ."""
    by_part = {part: _named_kinds(check.reads, lang) for part, check in _built(row, checks) if check.reads}
    if len(set(by_part.values())) == 1:
        return next(iter(by_part.values()))
    return "; ".join(f"{part}: {kinds}" for part, kinds in by_part.items())


def _named_kinds(reads: frozenset[str], lang: Lang) -> str:
    if EVERY_KIND in reads:
        return _ALL[EVERY_KIND][lang]
    named = sorted(kind for kind in reads - {AT_HAND} if "." not in kind or kind.partition(".")[0] not in reads)
    return ", ".join((*named, *([_ALL[AT_HAND][lang]] if AT_HAND in reads else ())))


# schema


def _schema(arguments: argparse.Namespace, lang: Lang) -> int:
    """Write the published schemas, or show one, or their names."""
    if arguments.write is not None:
        arguments.write.mkdir(parents=True, exist_ok=True)
        for name, schema in schemas().items():
            path = arguments.write / f"{name}.schema.json"
            path.write_text(schema_text(schema), encoding="utf-8")
            _say(f"{Text('geschreven', 'written')[lang]}: {path}")
    elif arguments.name is not None:
        sys.stdout.write(schema_text(schemas()[arguments.name]))
    else:
        _say("\n".join(schemas()))
    return 0


# roles


def roles_text(policies: Path, tests: Path) -> str:
    """Return the manifest with the roles that the requirements of these policies need.

    Raises FileErrors for a policy that is wrong, and RegistryError for tests that cannot be imported.
    """
    from toetskader.collect.kubernetes.roles import Need, roles  # noqa: PLC0415 - its library loads slowly

    checks = load_checks(tests)
    catalogue = load_catalogue(policies, checks)
    return roles(
        Need(" ".join(row.id.split("-")[:2]), check.fact_kinds(part), check.listed_objects(part))
        for row in catalogue.requirements.values()
        for part, check in _built(row, checks)
    )


def _built(row: Requirement, checks: Mapping[str, Check]) -> Iterator[tuple[Part, Check]]:
    """Yield the parts that a requirement is measured on, each with the check that decides it there, if it is built."""
    for part in row.measured_on:
        check = checks.get(row.check_for(part))
        if check is not None and part in check.parts:
            yield part, check


def _roles(arguments: argparse.Namespace, lang: Lang) -> int:
    """Write the roles for operators, or show them."""
    text = roles_text(arguments.policies, arguments.tests)
    if arguments.write is None:
        sys.stdout.write(text)
        return 0
    arguments.write.parent.mkdir(parents=True, exist_ok=True)
    arguments.write.write_text(text, encoding="utf-8")
    _say(f"{Text('geschreven', 'written')[lang]}: {arguments.write}")
    return 0


# diff


def _diff(arguments: argparse.Namespace, lang: Lang) -> int:
    """Print what changed between two runs; 1 when something got worse."""
    try:
        before, after = changes.read_run(arguments.before), changes.read_run(arguments.after)
    except json_view.ResultsError as error:
        raise UsageError(error.message) from None
    for line in changes.change_lines(before, after, lang):
        _say(line)
    return int(changes.got_worse(before, after))


# snapshot


def _snapshot(arguments: argparse.Namespace, lang: Lang) -> int:
    """Write the facts of a namespace to a folder; nothing in the cluster is changed, and no secret is written."""
    from toetskader.collect.kubernetes.collector import write_snapshot  # noqa: PLC0415 - its library loads slowly

    folder: Path = arguments.folder
    if folder.exists():
        raise UsageError(Text(f"{folder} bestaat al; noem een nieuwe map", f"{folder} exists; name a new folder"))
    if bool(arguments.kubeconfig) == arguments.in_cluster:
        raise UsageError(Text("noem --kubeconfig of --in-cluster", "name --kubeconfig or --in-cluster"))
    entry = NamespaceEntry(
        environment=arguments.environment,
        namespace=arguments.namespace,
        kubeconfig=arguments.kubeconfig,
        context=arguments.context,
        in_cluster=arguments.in_cluster,
        selector=arguments.selector,
    )
    try:
        written = write_snapshot(entry, folder)
    except Failed as outcome:
        raise UsageError(outcome.failure.message) from None
    except OSError as error:
        message = Text(
            f"{folder} is niet te schrijven: {why(error).nl}", f"{folder} cannot be written: {why(error).en}"
        )
        raise UsageError(message) from None
    _say(f"{Text('geschreven', 'written')[lang]}: {folder} ({len(written)})")
    return 0


# scaffold


def _given(given: str | list[str] | None) -> tuple[str, ...]:
    """Return what was given to an option, once, more often or not at all."""
    return (given,) if isinstance(given, str) else tuple(given or ())


def _scaffold_target(arguments: argparse.Namespace, lang: Lang) -> int:
    """Write a target file to start from. Without `--output`, its paths fit `targets/NAME/target.yaml`."""
    for _, message in misfits(arguments.name, Name):
        raise UsageError(Text(f"NAAM: {message.nl}", f"NAME: {message.en}"))
    named = {kind: _given(getattr(arguments, kind.option)) for kind in SCAFFOLDS}
    named = {kind: values for kind, values in named.items() if values}
    if not named:
        options = ", ".join(f"--{kind.option}" for kind in SCAFFOLDS)
        more = Text("allebei", "both") if len(SCAFFOLDS) == 2 else Text("meer daarvan", "several of them")
        raise UsageError(Text(f"noem {options} of {more.nl}", f"name {options} or {more.en}"))
    output: Path | None = arguments.output
    folder = output.parent if output else TARGETS / arguments.name
    schema = os.path.relpath(SCHEMAS / "target.schema.json", folder)
    text = target_text(arguments.name, named, folder=folder, schema=schema)[lang]
    for kind, values in named.items():
        if said := kind.remark(values):
            _complain(f"--{kind.option}: {said[lang]}")
    if output is None:
        sys.stdout.write(text)
        return 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with output.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        message = Text(
            f"{output} is niet te schrijven: {why(error).nl}", f"{output} cannot be written: {why(error).en}"
        )
        raise UsageError(message) from None
    _say(f"{Text('geschreven', 'written')[lang]}: {output}")
    return 0
