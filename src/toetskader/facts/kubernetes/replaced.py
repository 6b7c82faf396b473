"""What is replaced at the places of a scene where a value can stand, by the table in `facts.references`."""

import re
from collections.abc import Iterator

from toetskader.facts.kubernetes.declared import must_be_declared
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.workloads import Container, Workload, Workloads
from toetskader.facts.references import Replaced, Resolves, in_shell, injected_folders, nothing, programs

_MAY_REFER = frozenset("$<%#_/:{[*…")
_MAY_BE_SEALED = "Ag"
_PLACEHOLDER = "placeholder"
_SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_REFERENCE = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)")
_LONG_ENOUGH = re.compile(r"[^\s:;,@/&?=.-]{4}")
_SHEBANG = "#!"
_OF_SHELL = (".sh", ".bash")

MADE_SECRETS = ("Secret", "SealedSecret.bitnami.com", "ExternalSecret.external-secrets.io")
"""Kinds of objects that are a Secret with entries, or have a controller make one (`Replacements`)."""

_Holder = tuple[str, str]
"""Namespace and name of a ConfigMap."""


class Replacements:
    """What is replaced in the containers of a scene and in the ConfigMaps that they read.

    Parameters: `objects` of the scene; without them what `envFrom` gives cannot be seen.
    """

    def __init__(self, workloads: Workloads, objects: Objects | None = None) -> None:
        if objects is not None:
            must_be_declared(*MADE_SECRETS)
        self._workloads = workloads
        self._objects = objects
        self._keys: dict[tuple[str, str, str], frozenset[str]] | None = None
        self._texts: dict[tuple[str, str], dict[str, object]] = {}
        self._of_container: dict[int, Replaced] = {}
        self._readers: dict[_Holder, list[Container]] | None = None
        self._as_variables: set[_Holder] = set()

    # --- containers

    def in_variable(self, container: Container, position: int) -> Resolves:
        """Return what is replaced in the value of a container's variable, given its position in `env`."""

        def resolves(text: str) -> bool:
            if not _may_refer(text):
                return False
            before = {
                entry.get("name").text() or "": entry for entry in list(container.env())[:position]
            }  # later ones are not replaced: Kubernetes goes through them in order
            return self._with_secrets(text, container, before)

        return resolves

    def in_command(self, container: Container, line: tuple[Node, ...]) -> Resolves:
        """Return what is replaced in a command that a container runs."""
        shell = _runs_shell(line)

        def resolves(text: str) -> bool:
            if not _may_refer(text):
                return False
            every = {entry.get("name").text() or "": entry for entry in container.env()}
            if self._with_secrets(text, container, every):
                return True
            replaced = self._replaced(container, every)
            return Replaced(
                variables=frozenset(every) | replaced.variables,
                maybe_more=replaced.maybe_more,
                mounts=(*replaced.mounts, "/"),  # an option of a program may name a file of its image
                in_shell=shell,
                any_form=True,
                programs=replaced.programs,
            )(text)

        return resolves

    def _with_secrets(self, text: str, container: Container, given: dict[str, Node]) -> bool:
        """Tell whether a value is put together from what others give, with nothing secret of its own between."""
        replaced = self._replaced(container, given)
        if replaced(text):
            return True
        parts = _REFERENCE.split(text.replace("$$(", "\0"))
        if len(parts) < 3 or not all(replaced(f"$({name})") for name in parts[1::2]):
            return False
        return not any(_LONG_ENOUGH.search(part) for part in parts[::2])

    def _replaced(self, container: Container, given: dict[str, Node]) -> Replaced:
        """Return what is replaced, given the variables of `env` that count: what is literal there stays a literal."""
        names = {name for name, entry in given.items() if _is_from_elsewhere(entry)}
        literal = set(given) - names
        more = False
        for known, optional in self._from_whole_sources(container):
            if known is None:
                more = more or not optional
            else:
                names |= known - literal
        return Replaced(
            variables=frozenset(names),
            maybe_more=more,
            mounts=self._mounts(container),
            programs=programs(container.workload.pod_metadata.get("annotations").mapping()) | _runners(container),
        )

    def _from_whole_sources(self, container: Container) -> Iterator[tuple[frozenset[str] | None, bool]]:
        """Yield the names that each `envFrom` gives from a Secret, None where that is unseen; and if it is optional.

        What a ConfigMap gives is no secret store's: it stays a literal.
        """
        for source in container.get("envFrom").each():
            reference = source.get("secretRef")
            name = reference.get("name").text()
            if not name:
                continue
            prefix = source.get("prefix").text() or ""
            keys = self._secrets().get(("Secret", container.workload.namespace, name))
            known = None if keys is None else frozenset(prefix + key for key in keys)
            yield known, reference.get("optional").flag() is True

    def _secrets(self) -> dict[tuple[str, str, str], frozenset[str]]:
        """Return the entries of the Secrets that the scene holds, or has a controller make."""
        if self._keys is None:
            self._keys = {}
            for item in self._objects.present(*MADE_SECRETS) if self._objects is not None else ():
                for name, entries in _entries(item):
                    self._keys["Secret", item.namespace, name] = frozenset(entries)
        return self._keys

    def _mounts(self, container: Container) -> tuple[str, ...]:
        mounted = (mount.get("mountPath").text() for mount in container.get("volumeMounts").each())
        annotations = container.workload.pod_metadata.get("annotations").mapping()
        # A mount of everything would make every path a file.
        folders = [path for path in mounted if path and path.strip("/")]
        return (*folders, *injected_folders(annotations), _SERVICE_ACCOUNT)

    # --- ConfigMaps

    def in_config_map(self, item: KubernetesObject) -> Resolves:
        """Return what is replaced in an entry of a ConfigMap: nothing where it is read as a variable."""
        holder = item.namespace, item.name

        def resolves(text: str) -> bool:
            return _may_refer(text) and self._in_entry(holder, text)

        return resolves

    def in_file(self, item: KubernetesObject, text: str, name: str = "") -> Resolves:
        """Return what is replaced in a file of a ConfigMap, given the text of the file and its name."""
        holder = item.namespace, item.name
        script = name.endswith(_OF_SHELL) or (
            text.startswith(_SHEBANG) and any(shell in text[:40] for shell in _SHELLS)
        )

        def resolves(value: str) -> bool:
            if script and in_shell(value):  # whoever runs it, also what the chart does not show
                return True
            return _may_refer(value) and self._in_file(holder, value, script=script)

        return resolves

    def _in_entry(self, holder: _Holder, text: str) -> bool:
        readers = self._reading(holder)
        if holder in self._as_variables:
            return nothing(text)
        return self._in_any(readers, text, script=False)

    def _in_file(self, holder: _Holder, text: str, *, script: bool) -> bool:
        return self._in_any(self._reading(holder), text, script=script)

    def _in_any(self, readers: list[Container], text: str, *, script: bool) -> bool:
        return any(self._for_programs(container, script=script)(text) for container in readers)

    def _for_programs(self, container: Container, *, script: bool) -> Replaced:
        found = self._of_container.get(id(container))
        if found is None:
            every = {entry.get("name").text() or "": entry for entry in container.env()}
            replaced = self._replaced(container, every)
            given = {name for known, _ in self._from_whole_sources(container) if known for name in known}
            found = self._of_container[id(container)] = Replaced(
                variables=frozenset(every) | given,
                maybe_more=replaced.maybe_more or bool(container.get("envFrom")),
                mounts=replaced.mounts,
                any_form=True,
                programs=replaced.programs,
                commands="\n".join(
                    str(node.value) for one in container.workload.containers for node in one.command_line()
                ),
            )
        if not script:
            return found
        return Replaced(
            found.variables, found.maybe_more, found.mounts, in_shell=True, any_form=True, programs=found.programs
        )

    def _reading(self, holder: _Holder) -> list[Container]:
        """Return the containers that mount a ConfigMap; where none does, those of its namespace."""
        if self._readers is None:
            self._readers = {}
            for workload in self._workloads.with_tests:
                for container, name in _config_maps(workload):
                    self._readers.setdefault((workload.namespace, name), []).append(container)
                for name in _variables_from(workload):
                    self._as_variables.add((workload.namespace, name))
        found = self._readers.get(holder)
        if found is not None:
            return found
        return [
            container
            for workload in self._workloads.with_tests
            if workload.namespace == holder[0]
            for container in workload.containers
        ]


def _may_refer(text: str) -> bool:
    return text.startswith(_MAY_BE_SEALED) or _PLACEHOLDER in text or not _MAY_REFER.isdisjoint(text)


def _is_from_elsewhere(entry: Node) -> bool:
    """Tell whether a variable's value comes from a Secret or the pod itself, not from the chart's own text."""
    source = entry.get("valueFrom")
    return bool(source) and not source.get("configMapKeyRef")


def _runs_shell(line: tuple[Node, ...]) -> bool:
    """Tell whether a command is a shell's that is given its text: `sh -c`."""
    parts = [str(node.value) for node in line[:4]]
    return any(part.rpartition("/")[2] in _SHELLS for part in parts) and any(
        part.startswith("-") and not part.startswith("--") and "c" in part for part in parts
    )


_RUNNERS = (
    (re.compile(r"(?:^|[/\s])op\s+run\s"), "op://"),
    (re.compile(r"(?:^|[/\s])vals\s+(?:exec|env|eval)\s"), "ref+"),
    (re.compile(r"(?:^|[/\s])vault-env(?:\s|$)"), "vault:"),
)


def _runners(container: Container) -> frozenset[str]:
    """Return how the references start of the programs that start a container's own and replace its variables."""
    line = container.command_text + " "
    return frozenset(start for pattern, start in _RUNNERS if pattern.search(line))


def _entries(item: KubernetesObject) -> Iterator[tuple[str, list[str]]]:
    """Yield name and entries of a Secret that an object is, or that a controller makes of it."""
    match item.kind, item.group:
        case "Secret", "":
            yield item.name, [*item.get("data").mapping(), *item.get("stringData").mapping()]
        case "SealedSecret", "bitnami.com":
            name = item.get("spec", "template", "metadata", "name").text() or item.name
            entries = [*item.get("spec", "encryptedData").mapping(), *item.get("spec", "template", "data").mapping()]
            yield name, entries
        case "ExternalSecret", "external-secrets.io":
            if not item.get("spec", "dataFrom"):
                name = item.get("spec", "target", "name").text() or item.name
                yield name, [entry.get("secretKey").text() or "" for entry in item.get("spec", "data").each()]


def _config_maps(workload: Workload) -> Iterator[tuple[Container, str]]:
    """Yield each container with the ConfigMaps that it mounts."""
    names: dict[str, list[str]] = {}
    for volume in workload.volumes():
        sources = (volume, *volume.get("projected", "sources").each())
        found = [source.get("configMap", "name").text() for source in sources]
        names[volume.get("name").text() or ""] = [name for name in found if name]
    for container in workload.containers:
        for mount in container.get("volumeMounts").each():
            for name in names.get(mount.get("name").text() or "", ()):
                yield container, name


def _variables_from(workload: Workload) -> Iterator[str]:
    """Yield the ConfigMaps of which entries become variables."""
    for container in workload.containers:
        for source in container.get("envFrom").each():
            yield source.get("configMapRef", "name").text() or ""
        for entry in container.env():
            yield entry.get("valueFrom", "configMapKeyRef", "name").text() or ""
