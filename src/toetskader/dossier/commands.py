"""The commands around a dossier: `toetskader dossier …`."""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from toetskader.core.failure import UsageError
from toetskader.dossier.words import KINDS
from toetskader.dossier.yaml_text import flow
from toetskader.facts.attempt import NotSeen
from toetskader.oserrors import why
from toetskader.report import changes, json_view
from toetskader.report.visible import visible
from toetskader.report.words import contradictions, words_of
from toetskader.text import Lang, Text
from toetskader.yamlfile import FileError

if TYPE_CHECKING:  # what they import takes longer than most other commands
    from toetskader.dossier.opened import Opened

SCHEMAS = Path("docs/schemas")
REFERENCE = Path("docs/dossier-soorten.md")


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
    catalogue: argparse.ArgumentParser,
) -> None:
    """Add the commands to those of the command line.

    Parameters: `common`, with the options of every command; `catalogue`, with those of what reads the policies.
    """
    dossier = commands.add_parser("dossier", help="begin, volg en vul het dossier van een doel")
    below = dossier.add_subparsers(required=True, metavar="OPDRACHT")

    scaffold = below.add_parser("scaffold", parents=[catalogue], help="maak een map met formulier voor elk document")
    _target(scaffold)
    scaffold.set_defaults(run=_scaffold)

    status = below.add_parser(
        "status",
        parents=[catalogue],
        help="toon hoe elk document ervoor staat; exitcode 1 als een gevraagd document ontbreekt of niets bewijst",
    )
    _target(status)
    status.add_argument("--csv", type=Path, metavar="BESTAND", help="schrijf het ook als CSV")
    status.add_argument("--ics", type=Path, metavar="BESTAND", help="schrijf de einddatums als agenda")
    status.add_argument(
        "--results", type=Path, metavar="RUN", help="results.json of een run: wat daarin een document tegenspreekt"
    )
    status.set_defaults(run=_status)

    hashes = below.add_parser(
        "hash",
        parents=[catalogue],
        help="leg in bewijs.yaml vast welke bestanden het zijn; exitcode 1 als er een gewijzigd is of ontbreekt",
    )
    _target(hashes)
    hashes.add_argument("--check", action="store_true", help="wijzig niets; exitcode 1 als er iets vast te leggen is")
    hashes.add_argument("--update", action="store_true", help="leg ook gewijzigde bestanden opnieuw vast")
    hashes.set_defaults(run=_hash)

    find = below.add_parser("find", parents=[catalogue], help="zoek waar in de pdf's staat wat bewijs.yaml zegt")
    _target(find)
    find.add_argument("--write", action="store_true", help="zet het onder places, na een ja per document")
    find.add_argument("--yes", action="store_true", help="met --write: zonder te vragen")
    find.set_defaults(run=_find)

    export = below.add_parser("export", parents=[catalogue], help="schrijf de documenten naar een werkmap voor Excel")
    _target(export)
    export.add_argument("file", type=Path, metavar="BESTAND.xlsx", help="werkmap om te schrijven; mag nog niet bestaan")
    export.set_defaults(run=_export)

    take = below.add_parser("import", parents=[catalogue], help="neem documenten over uit zo'n werkmap")
    take.add_argument("file", type=Path, metavar="BESTAND.xlsx", help="werkmap om te lezen")
    _target(take)
    take.add_argument("--overwrite", action="store_true", help="overschrijf ook documenten die verschillen")
    take.set_defaults(run=_import)

    kinds = below.add_parser("kinds", parents=[common], help="toon de soorten documenten, of de velden van een soort")
    kinds.add_argument("kind", nargs="?", choices=sorted(KINDS), metavar="SOORT", help="welke soort")
    kinds.add_argument(
        "--write", type=Path, nargs="?", const=REFERENCE, metavar="BESTAND", help=f"schrijf de bladzijde ({REFERENCE})"
    )
    kinds.set_defaults(run=_kinds)


def _target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=Path, metavar="DOEL", help="doelbestand, de map ervan, of een naam in targets/")


def _opened(arguments: argparse.Namespace) -> "Opened":
    from toetskader.dossier.opened import opened  # noqa: PLC0415 - it imports much

    return opened(arguments.target, arguments.policies, date.today())


def _say(line: str) -> None:
    sys.stdout.write(f"{visible(line)}\n")


def _complain(line: str) -> None:
    sys.stderr.write(f"{visible(line)}\n")


def not_written(path: Path, error: OSError) -> UsageError:
    """Return the error that says why a file cannot be written."""
    reason = why(error)
    return UsageError(
        Text(f"{path} is niet te schrijven: {reason.nl}", f"{path} cannot be written: {reason.en}"),
    )


# scaffold


def _scaffold(arguments: argparse.Namespace, lang: Lang) -> int:
    """Write a form for each document that the target needs and has none of; nothing is overwritten."""
    from toetskader.dossier import begin  # noqa: PLC0415 - it imports much

    made, there = 0, 0
    for item in begin.begun(_opened(arguments), SCHEMAS, lang):
        if item.is_new:
            made += 1
            _say(f"{Text('gemaakt', 'made')[lang]}: {item.path}")
        else:
            there += 1
    _say(
        Text(
            f"{made} gemaakt, {there} waren er al. Begin bovenaan: die documenten dienen de meeste eisen.",
            f"{made} made, {there} were there. Begin at the top: those documents serve most requirements.",
        )[lang]
    )
    return 0


# status


def _status(arguments: argparse.Namespace, lang: Lang) -> int:
    """Print how each document stands; 1 when one that is asked for is lacking, or proves nothing as it is."""
    from toetskader.collect.dossier.collector import read_dossier  # noqa: PLC0415 - it imports much
    from toetskader.collect.dossier.hide import without_secrets  # noqa: PLC0415
    from toetskader.dossier import status_views  # noqa: PLC0415
    from toetskader.dossier.asked import asked_of  # noqa: PLC0415
    from toetskader.dossier.status import status  # noqa: PLC0415
    from toetskader.facts.redaction import Redaction  # noqa: PLC0415

    today = date.today()
    dossier = _opened(arguments)
    target = dossier.target
    read = without_secrets(
        read_dossier(dossier.part, dossier.base, supplier=target.supplier, component=target.component), Redaction()
    )
    if isinstance(read, NotSeen):
        raise UsageError(read.message)
    lines = status(
        read, asked_of(target, dossier.catalogue), today, _contradicted(arguments.results, target.name, lang)
    )
    for line in status_views.text_lines(lines, target.name, lang):
        _say(line)
    _write(arguments.csv, lambda: status_views.csv_text(lines, today, lang))
    _write(arguments.ics, lambda: status_views.calendar(lines, target.name, today, lang))
    return int(any(line.blocks for line in lines))


def _contradicted(run: Path | None, target: str, lang: Lang) -> dict[str, tuple[Text, ...]]:
    """Return what a run measured that speaks against documents, by their ids. Raises UsageError for what is no run."""
    if run is None:
        return {}
    try:
        report = changes.read_run(run)
    except json_view.ResultsError as error:
        raise UsageError(error.message) from None
    words = words_of(lang)
    found: dict[str, list[Text]] = {}
    for result in report.results:
        if result.target == target and any(item.is_claim for item in result.contradictions):
            for said in contradictions(result, words):
                for id_ in result.documents:
                    found.setdefault(id_, []).append(Text(said, said))
    return {id_: tuple(texts) for id_, texts in found.items()}


def _write(path: Path | None, content: Callable[[], bytes]) -> None:
    """Write a file that was asked for. Raises UsageError when it cannot be written."""
    if path is None:
        return
    try:
        path.write_bytes(content())
    except OSError as error:
        raise not_written(path, error) from None


# hash


def _hash(arguments: argparse.Namespace, lang: Lang) -> int:
    """Record the digests of files; 1 when a file was changed or is not there, or with `--check` is not recorded."""
    from toetskader.dossier import sealing  # noqa: PLC0415 - it imports much

    dossier = _opened(arguments)
    wrong, written = False, 0
    for item in sealing.seal(dossier.part.folders, dossier.base, update=arguments.update, check=arguments.check):
        if isinstance(item, Text):
            _complain(item[lang])
            wrong = True
            continue
        reason = f": {item.why[lang]}" if item.why else ""
        _say(f"{item.where}: {item.path} {sealing.TOLD[item.what][lang]}{reason}")
        wrong = wrong or item.what in sealing.WRONG
        written += item.what in sealing.WRITTEN
    _say(
        Text(f"{written} vast te leggen", f"{written} to record")[lang]
        if arguments.check
        else Text(f"{written} vastgelegd", f"{written} recorded")[lang]
    )
    return int(wrong or (arguments.check and written > 0))


# find


def _find(arguments: argparse.Namespace, lang: Lang) -> int:
    """Print the places that were found, as YAML to paste; with `--write` each document gets them after a yes."""
    from toetskader.dossier import finding_places  # noqa: PLC0415 - it imports much

    if arguments.yes and not arguments.write:
        raise UsageError(Text("--yes hoort bij --write", "--yes goes with --write"))
    if arguments.write and not arguments.yes and not sys.stdin.isatty():
        raise UsageError(
            Text(
                "--write vraagt per document om een ja, en hier kan niemand antwoorden; noem ook --yes",
                "--write asks for a yes for each document, and nobody can answer here; name --yes as well",
            )
        )
    dossier = _opened(arguments)
    searched, unread = finding_places.search(dossier.part.folders, dossier.base)
    unreadable = [item for item in unread if not item.is_blank]
    wrong = bool(unreadable)
    for item in unreadable:
        _complain(item.why[lang])
    for one in searched:
        _say(f"# {one.found.where}")
        for entry in one.entries:
            _say(f"  - {flow(entry)}")
        if one.missed:
            _say(f"# {Text('niet gevonden', 'not found')[lang]}: {', '.join(one.missed)}")
        if arguments.write and one.proposals and (arguments.yes or _agreed(lang)):
            try:
                one.write()
            except FileError as error:
                _complain(error.text(lang))
                wrong = True
                continue
            _say(f"# {Text('geschreven', 'written')[lang]}: {one.found.where} ({len(one.proposals)})")
    if blank := len(unread) - len(unreadable):
        _say(Text(f"# {blank} nog niet ingevuld, en niet doorzocht", f"# {blank} to be filled in, not searched")[lang])
    if not searched:
        _say(
            Text("Er is niets te zoeken: elk feit heeft een plaats.", "Nothing to search: every fact has a place.")[
                lang
            ]
        )
    return int(wrong)


def _agreed(lang: Lang) -> bool:
    """Ask whether to write; only a plain yes is one."""
    _say(
        Text(
            "Kloppen deze plaatsen, en mogen ze erbij? [ja/nee]", "Are these places right, may they be added? [yes/no]"
        )[lang]
    )
    return sys.stdin.readline().strip().casefold() in {"j", "ja", "y", "yes"}


# export and import


def _export(arguments: argparse.Namespace, lang: Lang) -> int:
    """Write the documents of a dossier to a workbook; 1 when one of them cannot be read."""
    from toetskader.dossier.asked import asked_of  # noqa: PLC0415 - it imports much
    from toetskader.dossier.stored import stored  # noqa: PLC0415
    from toetskader.dossier.workbook import save  # noqa: PLC0415

    dossier = _opened(arguments)
    documents, wrong = stored([folder for folder in dossier.part.folders if folder.exists()], dossier.base)
    for why_not in wrong:
        _complain(why_not[lang])
    try:
        count = save(documents, asked_of(dossier.target, dossier.catalogue), arguments.file, lang)
    except OSError as error:
        raise not_written(arguments.file, error) from None
    _say(f"{Text('geschreven', 'written')[lang]}: {arguments.file} ({count})")
    return int(bool(wrong))


def _import(arguments: argparse.Namespace, lang: Lang) -> int:
    """Take documents over from a workbook; 1 when something in it was not taken over."""
    from toetskader.dossier import importing  # noqa: PLC0415 - it imports much

    dossier = _opened(arguments)
    wrong, counts = False, 0
    for item in importing.take_over(arguments.file, dossier, SCHEMAS, overwrite=arguments.overwrite):
        if isinstance(item, Text):
            _complain(item[lang])
            wrong = True
            continue
        counts += item.what in ("made", "filled", "overwritten")
        wrong = wrong or item.what == "differs"
        if item.what == "same":
            continue
        said = f"{item.id}: {importing.TOLD[item.what][lang]}"
        _say(f"{said} ({', '.join(item.differs)})" if item.differs else said)
        if item.empty:
            _say(f"    {Text('nog in te vullen', 'yet to be filled in')[lang]}: {', '.join(item.empty)}")
    _say(Text(f"{counts} overgenomen", f"{counts} taken over")[lang])
    return int(wrong)


# kinds


def _kinds(arguments: argparse.Namespace, _: Lang) -> int:
    """Print the kinds of documents, or the fields of one, in Dutch; or write the page of docs with all of them."""
    from toetskader.dossier.reference import kind_lines, reference  # noqa: PLC0415 - it imports much

    if arguments.write is not None:
        _write(arguments.write, lambda: reference().encode())
        _say(f"geschreven: {arguments.write}")
    elif arguments.kind is not None:
        _say(kind_lines(arguments.kind).rstrip())
    else:
        for kind, words in KINDS.items():
            _say(f"{kind:<12} {words.name:<13} {words.what}")
    return 0
