"""Loading of the catalogue, and every error that makes it unsound, with file and line."""

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from toetskader.catalogue.models import (
    Beside,
    Catalogue,
    CheckInfo,
    Contradiction,
    ContradictionsFile,
    Norm,
    Part,
    PlannedCheck,
    PlannedChecksFile,
    PolicyFile,
    PolicyRow,
    Profile,
    Requirement,
    Source,
    SourcesFile,
    TargetParameters,
)
from toetskader.norms.difference import MEASURING, MOST_SHOWN
from toetskader.norms.iso import IsoNorm
from toetskader.norms.tls import TlsNorm
from toetskader.norms.web import WebNorm
from toetskader.text import Text, natural
from toetskader.yamlfile import (
    FileError,
    FileErrors,
    Steps,
    YamlFile,
    did_you_mean,
    joined,
    misfits,
    read_yaml,
    shown,
)

SOURCES = "sources.yaml"
PLANNED = "planned-checks.yaml"
CONTRADICTIONS = "tegenspraak.yaml"
PROFILES = "profiles"
NORMS = "norms"
_NOT_SOURCES = (PROFILES, NORMS)
NORM_KINDS: Mapping[str, type[Norm]] = {"tls": TlsNorm, "web": WebNorm, "iso": IsoNorm}
"""Kind of norm → its model; the parameter `<kind>_norm` of a target chooses one."""

Model = TypeVar("Model")


def load_catalogue(folder: Path, checks: Mapping[str, CheckInfo] | None = None) -> Catalogue:
    """Load all files under a `policies/` folder.

    Parameters: `checks`, the checks that are built, by id; None when they are not known, and then a check that is
    not planned is taken to be built. Raises `FileErrors` with everything found wrong: what does not fit the models,
    duplicate ids, references that lead nowhere, parameters that a check does not know, parts it cannot measure.
    """
    return _Loader(folder, checks).load()


def parameter_errors(parameters: TargetParameters, norms: Mapping[str, Norm] | None) -> Iterator[tuple[Steps, Text]]:
    """Yield what is wrong with parameters beyond their types: the path below `parameters`, and why.

    Parameters: `norms`, those that can be chosen; None when they are not known.
    """
    for kind, model in NORM_KINDS.items() if norms is not None else ():
        chosen = getattr(parameters, f"{kind}_norm")
        if norms is not None and chosen is not None and not isinstance(norms.get(chosen), model):
            known = [id_ for id_, norm in norms.items() if isinstance(norm, model)]
            message = Text(
                f"geen norm van soort {kind} onder {NORMS}/ heet {shown(chosen)}.",
                f"no norm of kind {kind} under {NORMS}/ is named {shown(chosen)}.",
            )
            yield (f"{kind}_norm",), joined(message, did_you_mean(chosen, known))
    for index, text in enumerate(parameters.diginetwerk_ranges or ()):
        try:
            ipaddress.ip_network(text)
        except ValueError:
            message = Text(
                f"{shown(text)} is geen adresreeks; schrijf 203.0.113.0/24, zonder bits na het netwerkdeel",
                f"{shown(text)} is not an address range; write 203.0.113.0/24, without bits after the network part",
            )
            yield ("diginetwerk_ranges", index), message


class _Loader:
    """Collects the parts of one catalogue, and what is wrong with them."""

    def __init__(self, folder: Path, checks: Mapping[str, CheckInfo] | None) -> None:
        self._folder = folder
        self._checks = checks
        self._errors: list[FileError] = []
        self._claimed: dict[str, str] = {}
        self._sources: dict[str, Source] | None = None
        self._planned: dict[str, PlannedCheck] | None = None
        self._norms: dict[str, Norm] | None = None
        self._profiles: dict[str, Profile] | None = None
        self._requirements: dict[str, Requirement] = {}
        self._covered: dict[str, str] = {}
        self._contradictions: tuple[Contradiction, ...] = ()

    def load(self) -> Catalogue:
        if not self._folder.is_dir():
            message = Text("is geen map; noem de map met policies", "is not a folder; name the policies folder")
            raise FileErrors([FileError(self._folder, message)])
        self._load_sources()
        self._load_planned()
        self._load_norms()
        self._load_profiles()
        for path in self._policy_files():
            self._load_policies(path)
        self._load_contradictions()
        for path in self._folder.rglob("*.yml"):
            self._errors.append(FileError(path, Text("heet geen .yaml; hernoem het", "is not named .yaml; rename it")))
        if self._errors:
            raise FileErrors(self._errors)
        return Catalogue(
            self._requirements,
            self._sources or {},
            self._planned or {},
            self._profiles or {},
            self._covered,
            self._norms or {},
            self._contradictions,
        )

    def _read(self, path: Path, model: type[Model]) -> tuple[YamlFile, Model] | None:
        try:
            file = read_yaml(path)
            return file, file.convert(model)
        except FileError as error:
            self._errors.append(error)
        except FileErrors as errors:
            self._errors.extend(errors.errors)
        return None

    def _error(self, file: YamlFile, path: Steps, message: Text) -> None:
        self._errors.append(file.error(path, message))

    def _claim(self, file: YamlFile, path: Steps, id_: str) -> None:
        """Reserve an id; report it when it was taken before."""
        place = f"{file.path}:{file.line(path)}"
        first = self._claimed.setdefault(id_, place)
        if first != place:
            message = Text(
                f"id {id_} bestaat al ({first}); elk id mag een keer voorkomen, ook onder covers",
                f"id {id_} exists already ({first}); every id may stand once, under covers too",
            )
            self._error(file, path, message)

    def _load_sources(self) -> None:
        loaded = self._read(self._folder / SOURCES, SourcesFile)
        if loaded is None:
            return
        file, content = loaded
        for index, source in enumerate(content.sources):
            self._claim(file, ("sources", index, "id"), source.id)
        self._sources = {source.id: source for source in content.sources}

    def _load_planned(self) -> None:
        loaded = self._read(self._folder / PLANNED, PlannedChecksFile)
        if loaded is None:
            return
        file, content = loaded
        for index, check in enumerate(content.checks):
            path: Steps = ("checks", index, "id")
            self._claim(file, path, check.id)
            if self._checks is not None and check.id in self._checks:
                message = Text(
                    f"toets {check.id} is al gebouwd; haal hem hier weg",
                    f"check {check.id} is built already; remove it here",
                )
                self._error(file, path, message)
        self._planned = {check.id: check for check in content.checks}

    def _load_contradictions(self) -> None:
        """Load what paper says beside what is measured; a catalogue need not have any."""
        path = self._folder / CONTRADICTIONS
        loaded = self._read(path, ContradictionsFile) if path.exists() else None
        if loaded is None:
            return
        file, content = loaded
        for index, pair in enumerate(content.contradictions):
            place: Steps = ("contradictions", index)
            self._check_side(file, (*place, "claim"), pair.claim, on_paper=True)
            for number, id_ in enumerate(pair.measured):
                self._check_side(file, (*place, "measured", number), id_, on_paper=False)
        self._contradictions = content.contradictions

    def _check_side(self, file: YamlFile, place: Steps, id_: str, *, on_paper: bool) -> None:
        row = self._requirements.get(id_)
        if row is None:
            unknown = Text(f"geen eis heet {shown(id_)}.", f"no requirement is named {shown(id_)}.")
            self._error(file, place, joined(unknown, did_you_mean(id_, self._requirements)))
        elif on_paper and "dossier" not in row.measured_on:
            self._error(file, place, Text(f"{id_} rust niet op papier", f"{id_} does not rest on paper"))
        elif not on_paper and not row.measured_on.keys() - {"dossier"}:
            self._error(file, place, Text(f"{id_} wordt niet gemeten", f"{id_} is not measured"))

    def _load_norms(self) -> None:
        paths = sorted((self._folder / NORMS).glob("*.yaml"))
        loaded = [norm for path in paths if (norm := self._read_norm(path)) is not None]
        if len(loaded) == len(paths):
            self._norms = {norm.id: norm for norm in loaded}

    def _read_norm(self, path: Path) -> Norm | None:
        try:
            file = read_yaml(path)
            kind = str(file.data.get("kind", "")) if isinstance(file.data, dict) else ""
            if not kind:
                choices = ", ".join(NORM_KINDS)
                message = Text(
                    f"sleutel kind ontbreekt; zet er een van {choices} neer",
                    f"key kind is missing; give one of {choices}",
                )
                raise file.error((), message)
            if kind not in NORM_KINDS:
                message = Text(
                    f"kind is {shown(kind)}; kies uit {', '.join(NORM_KINDS)}",
                    f"kind is {shown(kind)}; choose from {', '.join(NORM_KINDS)}",
                )
                raise file.error(("kind",), message)
            norm = file.convert(NORM_KINDS[kind])
        except FileError as error:
            self._errors.append(error)
        except FileErrors as errors:
            self._errors.extend(errors.errors)
        else:
            self._check_name(file, norm.id)
            self._check_differences(file, norm)
            return norm
        return None

    def _check_differences(self, file: YamlFile, norm: Norm) -> None:
        """Report differences on what is no part of the norm, and a second one on the same."""
        told: set[str] = set()
        for index, difference in enumerate(norm.differences):
            place: Steps = ("differences", index, "about")
            field = difference.about.partition(".")[0]
            if field != MEASURING and field not in norm.__struct_fields__:
                message = Text(
                    f"{shown(field)} is geen veld van deze norm, en niet {MEASURING}.",
                    f"{shown(field)} is no field of this norm, and not {MEASURING}.",
                )
                self._error(file, place, joined(message, did_you_mean(field, norm.__struct_fields__)))
            for name, text in (("note", difference.note), ("remedy", difference.remedy)):
                if text is not None and max(len(text.nl), len(text.en)) > MOST_SHOWN:
                    message = Text(
                        f"langer dan {MOST_SHOWN} tekens, en een rapport toont niet meer; maak het korter",
                        f"longer than {MOST_SHOWN} characters, and a report shows no more; make it shorter",
                    )
                    self._error(file, ("differences", index, name), message)
            if difference.about in told:
                message = Text(
                    f"over {shown(difference.about)} staat er al een verschil; voeg ze samen",
                    f"there is a difference on {shown(difference.about)} already; make them one",
                )
                self._error(file, place, message)
            told.add(difference.about)

    def _check_name(self, file: YamlFile, id_: str) -> None:
        if id_ != file.path.stem:
            message = Text(
                f"het id is {id_}, het bestand heet {file.path.stem}; maak ze gelijk",
                f"the id is {id_}, the file is named {file.path.stem}; make them equal",
            )
            self._error(file, ("id",), message)

    def _load_profiles(self) -> None:
        paths = sorted((self._folder / PROFILES).glob("*.yaml"))
        if not paths:
            message = Text("bevat geen profiel; voeg een .yaml-bestand toe", "holds no profile; add a .yaml file")
            self._errors.append(FileError(self._folder / PROFILES, message))
            return
        loaded = [self._read(path, Profile) for path in paths]
        for file, profile in filter(None, loaded):
            self._check_profile(file, profile)
        if None not in loaded:
            self._profiles = {profile.id: profile for _, profile in filter(None, loaded)}

    def _check_profile(self, file: YamlFile, profile: Profile) -> None:
        self._check_name(file, profile.id)
        for index, source in enumerate(profile.sources):
            self._check_source(file, ("sources", index), source)
        for path, message in parameter_errors(profile.parameters, self._norms):
            self._error(file, ("parameters", *path), message)

    def _policy_files(self) -> list[Path]:
        folders = [entry for entry in self._folder.iterdir() if entry.is_dir() and entry.name not in _NOT_SOURCES]
        return sorted(
            (path for folder in folders for path in folder.rglob("*.yaml")), key=lambda path: natural(str(path))
        )

    def _load_policies(self, path: Path) -> None:
        loaded = self._read(path, PolicyFile)
        if loaded is None:
            return
        file, content = loaded
        self._check_source(file, ("source",), content.source)
        for index, row in enumerate(content.requirements):
            place: Steps = ("requirements", index)
            self._claim(file, (*place, "id"), row.id)
            for number, covered in enumerate(row.covers):
                self._claim(file, (*place, "covers", number), covered)
                self._covered[covered] = row.id
            self._check_row(file, place, row, content.source)
            self._requirements[row.id] = Requirement(
                **{name: getattr(row, name) for name in PolicyRow.__struct_fields__},
                source=content.source,
                chapter=content.chapter,
                chapter_title=content.title,
                file=str(path),
                line=file.line(place),
            )

    def _check_row(self, file: YamlFile, place: Steps, row: PolicyRow, source: str) -> None:
        if not row.id.startswith(f"{source}-"):
            message = Text(
                f"id {row.id} hoort niet bij bron {shown(source)}; laat het met {shown(source)}- beginnen",
                f"id {row.id} does not belong to source {shown(source)}; make it start with {shown(source)}-",
            )
            self._error(file, (*place, "id"), message)
        if self._profiles is not None:
            self._check_profile_label(file, (*place, "profile"), row.profile, self._profiles)
        if self._checks is not None and row.check in self._checks:
            self._check_built(file, place, row, self._checks[row.check])
        elif self._planned is not None:
            self._check_planned(file, place, row, self._planned)
        for part, id_ in row.checks.items():
            self._check_for_part(file, (*place, "checks", part), row, part, id_)
        if row.beside is not None and self._checks is not None:
            self._check_beside(file, (*place, "beside"), row, row.beside, self._checks)

    def _check_source(self, file: YamlFile, path: Steps, source: str) -> None:
        if self._sources is not None and source not in self._sources:
            message = Text(
                f"bron {shown(source)} staat niet in {SOURCES}.", f"source {shown(source)} is not in {SOURCES}."
            )
            self._error(file, path, joined(message, did_you_mean(source, self._sources)))

    def _check_profile_label(self, file: YamlFile, path: Steps, label: str, profiles: Mapping[str, Profile]) -> None:
        known = {name for profile in profiles.values() for name in profile.profiles}
        for name in label.split("+"):
            if name not in known:
                message = Text(
                    f"geen profiel onder {PROFILES}/ kiest {shown(name)}, dus deze eis telt nooit mee.",
                    f"no profile under {PROFILES}/ selects {shown(name)}, so this requirement never counts.",
                )
                self._error(file, path, joined(message, did_you_mean(name, known)))

    def _check_planned(self, file: YamlFile, place: Steps, row: PolicyRow, planned: Mapping[str, PlannedCheck]) -> None:
        check = planned.get(row.check)
        if check is not None and check.part not in row.measured_on:
            message = Text(
                f"toets {check.id} is gepland voor {check.part}; noem dat deel hier of wijzig het in {PLANNED}",
                f"check {check.id} is planned for {check.part}; name that part here or change it in {PLANNED}",
            )
            self._error(file, (*place, "measured_on"), message)
        if check is None and self._checks is not None:
            message = Text(
                f"toets {row.check} bestaat niet: niet in tests/ en niet in {PLANNED}.",
                f"check {row.check} does not exist: neither in tests/ nor in {PLANNED}.",
            )
            suggestion = did_you_mean(row.check, [*self._checks, *planned])
            self._error(file, (*place, "check"), joined(message, suggestion))

    def _check_built(self, file: YamlFile, place: Steps, row: PolicyRow, check: CheckInfo) -> None:
        if check.parts.isdisjoint(row.measured_on):
            parts = ", ".join(sorted(check.parts))
            message = Text(
                f"toets {check.id} meet op {parts}; noem een van die delen",
                f"check {check.id} measures on {parts}; name one of those parts",
            )
            self._error(file, (*place, "measured_on"), message)
        for path, message in _params_errors(row.params, check):
            self._error(file, (*place, "params", *path), message)

    def _check_beside(
        self, file: YamlFile, place: Steps, row: PolicyRow, beside: Beside, checks: Mapping[str, CheckInfo]
    ) -> None:
        """Report a check beside paper that is not built, measures no part of the requirement, or wants other
        parameters.
        """
        check = checks.get(beside.check)
        if check is None or check.parts.isdisjoint(row.measured_on):
            message = Text(
                f"geen toets {beside.check} legt dit naast een meting.", f"no check {beside.check} lays this beside."
            )
            self._error(file, (*place, "check"), joined(message, did_you_mean(beside.check, checks)))
            return
        for path, message in _params_errors(beside.params, check):
            self._error(file, (*place, "params", *path), message)

    def _check_for_part(self, file: YamlFile, path: Steps, row: PolicyRow, part: Part, id_: str) -> None:
        """Report a check for one part that is not built, measures something else, or wants parameters."""
        if part not in row.measured_on:
            message = Text(f"noem {part} ook onder measured_on", f"name {part} under measured_on too")
            self._error(file, path, message)
        if self._checks is None:
            return
        check = self._checks.get(id_)
        if check is None or part not in check.parts:
            message = Text(f"geen toets {id_} meet op {part}.", f"no check {id_} measures on {part}.")
            known = [name for name, built in self._checks.items() if part in built.parts]
            self._error(file, path, joined(message, did_you_mean(id_, known)))
        elif check.params is not None:
            message = Text(f"toets {id_} wil parameters", f"check {id_} wants parameters")
            self._error(file, path, message)
        elif check.fixtures:
            names = ", ".join(sorted(check.fixtures))
            message = Text(
                f"toets {id_} vraagt om fixtures van pytest ({names}); dat kan alleen de toets die bij check staat",
                f"check {id_} asks for fixtures of pytest ({names}); only the one that stands at check can",
            )
            self._error(file, path, message)


def _params_errors(params: Mapping[str, Any], check: CheckInfo) -> list[tuple[Steps, Text]]:
    if check.params is not None:
        return misfits(params, check.params)
    if params:
        return [((), Text(f"toets {check.id} heeft geen parameters", f"check {check.id} has no parameters"))]
    return []
