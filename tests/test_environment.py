"""Judgements on environment variables, and what the judgements on settings share."""

from collections.abc import Iterable

from toetskader.facts.chart import ChartFiles
from toetskader.facts.documentation import documents, undescribed
from toetskader.facts.kubernetes.environment import ContainerEnvironment, Environment, Origin
from toetskader.facts.kubernetes.known_images import is_helper, server_in
from toetskader.facts.kubernetes.node import Place
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.servers import SERVER_KINDS
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.mounts import FILE_KINDS, Content, MountedFile, mounted_files
from toetskader.facts.template_text import options_from_values
from toetskader.facts.time_zones import hidden_time_zones
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

# A finding lists this many names; the rest is counted.
SHOWN = 60


@check("config.by_environment", objects=(*FILE_KINDS, *SERVER_KINDS))
def test_whole_configuration_goes_through_the_environment(
    workloads: Workloads, objects: Objects, chart: ChartFiles, findings: Findings
) -> None:
    """DDC 7.16: the whole configuration goes through environment variables.

    So no file but a certificate is mounted: a Secret's single values (a password per file) are no configuration, nor
    are scripts. And no value of the chart goes to an option of the component's own command line.
    """
    require_workloads(workloads)
    unknown: list[str] = []
    for container in workloads.containers():
        mounted: dict[str, list[MountedFile]] = {}
        for file in mounted_files(container, objects):
            if file.content is Content.CONFIGURATION:
                mounted.setdefault(file.mount.path, []).append(file)
            elif file.content is Content.UNKNOWN:
                unknown.append(f"{kind_of(file.from_secret)}/{file.holder} ({file.mount.where})")
        own = container.runs_continuously and server_in(container) is None and not is_helper(container)
        options = options_from_values(container, chart.files) if own else ()
        if options:
            findings.add(
                container.get("args" if container.get("args") else "command"),
                seen=Text(
                    f"instellingen op de opdrachtregel: {listed(list(options))}",
                    f"settings on the command line: {listed(list(options))}",
                ),
                expected=_BY_ENVIRONMENT,
                remedy=Text(
                    "Laat de toepassing deze instellingen uit omgevingsvariabelen lezen, of verwijs ernaar: "
                    "`--naam=$(NAAM)`.",
                    "Have the application read these settings from environment variables, or refer to them: "
                    "`--name=$(NAME)`.",
                ),
            )
        for files in mounted.values():
            names = listed([file.name for file in files])
            holder = f"{kind_of(files[0].from_secret)} {files[0].holder}"
            findings.add(
                files[0].mount,
                seen=Text(
                    f"configuratiebestanden uit {holder}: {names}", f"configuration files from {holder}: {names}"
                ),
                expected=_BY_ENVIRONMENT,
            )
    if unknown:
        undetermined(
            f"Niet te zien welke bestanden erin staan: {listed(unknown)}. Noem ze met `items` in het volume, of "
            f"render "
            "het object mee.",
            f"Cannot see which files are in: {listed(unknown)}. Name them with `items` in the volume, or render the "
            "object along.",
        )


_BY_ENVIRONMENT = Text("instellingen als omgevingsvariabelen", "settings as environment variables")


@check("config.environment_documented")
def test_environment_variables_are_documented(
    workloads: Workloads, environment: Environment, chart: ChartFiles, findings: Findings
) -> None:
    """DDC 7.16: the environment variables for configuration are documented, each by name and meaning."""
    _require_environment(workloads, environment)
    wanted = dict.fromkeys(variable.name for variable in environment.variables())
    absent = frozenset(undescribed(wanted, documents(chart.files).values()))
    missing: dict[int, tuple[Place, dict[str, None]]] = {}
    for item in environment.of_containers:
        for variable in item.variables.values():
            if variable.name in absent:
                place: Place = variable.holder or item.container
                missing.setdefault(id(place), (place, {}))[1][variable.name] = None
    for place, absent_here in missing.values():
        names = list(absent_here)
        findings.add(
            place,
            seen=Text(f"niet beschreven: {listed(names)}", f"not described: {listed(names)}"),
            expected=Text(
                "elke variabele met haar betekenis in een tabel of lijst in README of docs van de chart",
                "every variable with its meaning in a table or list in the chart's README or docs",
            ),
        )
    require_seen(environment)


@check("config.environment_from_config_maps")
def test_environment_comes_from_config_maps(workloads: Workloads, environment: Environment, findings: Findings) -> None:
    """DDC 7.16: environment variables are set through ConfigMaps in the chart.

    Allowed beside them: Secrets, the downward API, and values composed of other variables (`$(HOST):8080`), which
    Kubernetes expands in the pod specification only.
    """
    _require_environment(workloads, environment)
    for item in environment.of_containers:
        names = [variable.name for variable in item.variables.values() if variable.origin is Origin.LITERAL]
        if names:
            findings.add(
                item.container.get("env"),
                seen=Text(f"vaste waarden voor {listed(names)}", f"literal values for {listed(names)}"),
                expected=Text(
                    "waarden uit een ConfigMap van de chart, of uit een Secret als ze geheim zijn",
                    "values from a ConfigMap of the chart, or from a Secret where they are secret",
                ),
            )
        for source in item.unseen:
            if source.origin is Origin.CONFIG_MAP and not source.optional:
                findings.add(
                    source.node,
                    seen=Text(
                        f"ConfigMap {source.name}, niet in de chart", f"ConfigMap {source.name}, not in the chart"
                    ),
                    expected=Text("een ConfigMap van de chart", "a ConfigMap of the chart"),
                )


# --- shared ----------------------------------------------------------------------------------------------------------


def require_workloads(workloads: Workloads) -> None:
    """End not applicable without any workload: nothing is set."""
    if not len(workloads):
        not_applicable("De chart rendert geen workload.", "The chart renders no workload.")


def _require_environment(workloads: Workloads, environment: Environment) -> None:
    """End not applicable without any variable: such a component has nothing to set in this way."""
    require_workloads(workloads)
    if not any(True for _ in environment.variables()) and not environment.unseen:
        not_applicable(
            "Geen container krijgt omgevingsvariabelen.",
            "No container gets environment variables.",
        )


def require_seen(environment: Environment) -> None:
    """End undetermined when variables may stand in objects that the chart does not render."""
    names_of = {origin: [item.name for item in environment.unseen if item.origin is origin] for origin in Origin}
    secrets = [f"Secret/{name}" for name in dict.fromkeys(names_of[Origin.SECRET])]
    config_maps = [f"ConfigMap/{name}" for name in dict.fromkeys(names_of[Origin.CONFIG_MAP])]
    if secrets or config_maps:
        names = listed([*secrets, *config_maps])
        along = Text(", of render de ConfigMap mee", ", or render the ConfigMap along") if config_maps else Text("", "")
        undetermined(
            f"Niet te zien welke omgevingsvariabelen in {names} staan. Noem ze in `env` met `secretKeyRef` of "
            f"`configMapKeyRef`{along.nl}.",
            f"Cannot see which environment variables are in {names}. Name them in `env` with `secretKeyRef` or "
            f"`configMapKeyRef`{along.en}.",
        )


def require_zones_seen(
    containers: Iterable[ContainerEnvironment], *, of_database: bool = False, of_logging: bool = False
) -> None:
    """End undetermined when a time zone stands where it cannot be seen.

    A Secret that a container reads whole is not taken to hold one: what is not sensitive comes from a ConfigMap of the
    chart, and only what is sensitive from a Secret that the municipality makes (DDC 7.16, 941-947).
    """
    containers = tuple(containers)
    names = hidden_time_zones(containers, of_database=of_database, of_logging=of_logging)
    if names:
        undetermined(
            f"De tijdzone staat in een Secret of in een object buiten de chart ({listed(list(names))}). Zet hem in een "
            "ConfigMap van de chart.",
            f"The time zone is in a Secret or in an object outside the chart ({listed(list(names))}). Put it in a "
            "ConfigMap of the chart.",
        )
    elsewhere = [
        source.name
        for item in containers
        for source in item.unseen
        if source.origin is Origin.CONFIG_MAP and not source.optional
    ]
    if elsewhere:
        names_there = listed(list(dict.fromkeys(elsewhere)))
        undetermined(
            f"Niet te zien of hierin een tijdzone staat: ConfigMap {names_there}. Render het object mee.",
            f"Cannot see whether a time zone is in: ConfigMap {names_there}. Render the object along.",
        )


def kind_of(from_secret: bool) -> str:
    """Return the kind of the object that holds settings."""
    return "Secret" if from_secret else "ConfigMap"


def listed(names: list[str]) -> str:
    """Return names for people, those beyond `SHOWN` counted."""
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" (+{rest})" if rest > 0 else "")
