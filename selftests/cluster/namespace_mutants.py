"""Mutants of a namespace that runs: what kubectl does to it, and the verdicts that change."""

import contextlib
import json
import shlex
from collections.abc import Iterator

import msgspec
from control_plane import ControlPlane, Object
from file_mutants import MUTANTS_FOLDER
from golden_live import ADDONS, METRICS_PORT, NAMESPACE, OPENMETRICS, RELEASE, controllers, log
from mutant import WrittenMutant, unique
from pod_network import Answer

from toetskader.yamlfile import read_yaml

FILE = MUTANTS_FOLDER / "namespace/live.yaml"
_WHERE = f"--namespace={NAMESPACE}"
_WEB = "app.kubernetes.io/component=web"
_OF_SERVER = ("resourceVersion", "uid", "generation", "creationTimestamp", "managedFields")


class LiveMutant(WrittenMutant, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mutant of the golden namespace."""

    of: tuple[str, ...] = ()
    """Objects (`kind/name`) that are changed or removed, and put back afterwards."""
    kubectl: tuple[str, ...] = ()
    """What kubectl is told, as in a shell."""
    create: str | None = None
    """Objects that are made, and removed afterwards."""
    log: str | None = None
    """What pods log from then on: see `golden_live.log`."""
    metrics: str | None = None
    """What pods answer for their metrics."""
    until: tuple[str, ...] = ()
    """What `kubectl wait` is told before a look at the namespace: what a controller says of the change in the end."""

    @property
    def restarts(self) -> bool:
        """Whether pods are replaced by others."""
        return any(name.startswith("deployment/") for name in self.of)

    @contextlib.contextmanager
    def made(self, plane: ControlPlane) -> Iterator[None]:
        """Make the change, wait for what follows from it in the end, and keep both for as long as the block."""
        pod = _new_pod(plane) if any("{pod}" in name for name in self.of) else ""
        commands = [shlex.split(command.replace("{pod}", pod)) for command in self.kubectl]
        saved = [plane.get(name.replace("{pod}", pod), _WHERE) for name in self.of]
        with contextlib.ExitStack() as undo:
            if self.metrics is not None:
                answers = {"/metrics": Answer(self.metrics, content_type=OPENMETRICS)}
                undo.enter_context(
                    plane.answers(NAMESPACE, f"app.kubernetes.io/instance={RELEASE}", METRICS_PORT, answers)
                )
            if self.log is not None:
                undo.callback(log, plane)
                log(plane, self.log)
            if self.create is not None:
                # A claim goes when no pod uses it any more.
                gone = ("--wait=false", "--ignore-not-found")
                undo.callback(plane.kubectl, "delete", "--filename=-", _WHERE, *gone, stdin=self.create)
                plane.apply(self.create, namespace=NAMESPACE)
            if any(name.startswith(ADDONS) for name in self.of):
                undo.callback(controllers, plane)
            for item in saved:
                undo.callback(_put_back, plane, item, status=any("--subresource=status" in words for words in commands))
            for words in commands:
                plane.kubectl(*words, _WHERE)
            for condition in self.until:
                plane.kubectl("wait", *shlex.split(condition), _WHERE, "--timeout=120s")
            yield


def _new_pod(plane: ControlPlane) -> str:
    """Replace a pod of web and return the name of the new one: how long ago it was made decides on some verdicts."""
    replaced: str = plane.wait_for_pods(NAMESPACE, _WEB)[0]["metadata"]["name"]
    plane.kubectl("delete", "pod", replaced, _WHERE)
    pods = plane.wait_for_pods(NAMESPACE, _WEB, 3)
    log(plane)
    name: str = max(pods, key=lambda pod: pod["metadata"]["creationTimestamp"])["metadata"]["name"]
    return name


def _put_back(plane: ControlPlane, item: Object, *, status: bool) -> None:
    kept = {key: value for key, value in item["metadata"].items() if key not in _OF_SERVER}
    text = json.dumps(item | {"metadata": kept})
    if plane.kubectl("get", item["kind"], kept["name"], _WHERE, check=False).returncode:
        plane.kubectl("create", "--filename=-", stdin=text)
        return
    plane.kubectl("replace", "--filename=-", *(["--subresource=status"] if status else []), stdin=text)


class LiveMutantFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mutants of the golden namespace."""

    mutants: tuple[LiveMutant, ...]


MUTANTS = unique(read_yaml(FILE).convert(LiveMutantFile).mutants)
"""All mutants of what runs. Importing raises FileErrors, with file and line, and ValueError for a name given twice."""
