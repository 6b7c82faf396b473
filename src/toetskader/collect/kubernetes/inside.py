"""What containers show from within: who they run as, and where they may write. By exec, and only where that is allowed.

The commands read and never write: `id -u`, `cat /proc/mounts` and `test -w`. testinfra runs them through kubectl, which
is given a kubeconfig of ours, with nothing in it that starts a program.
"""

import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from toetskader.collect.kubernetes.client import ApiServer
from toetskader.collect.kubernetes.selection import selected
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.escape import escaped, escaped_bytes
from toetskader.facts.kubernetes.live import Inside, InsideContainer, Live
from toetskader.facts.kubernetes.pods import ContainerState, LivePod
from toetskader.text import Text

WORKLOADS = 20
_SECONDS = 15
_MOST_MOUNTS = 100
_LOOK = "id -u; cat /proc/mounts"
# The kernel's own, which no application keeps anything in.
_KERNEL = re.compile(r"/(?:proc|sys|dev)(?:/.*)?")
_OCTAL = re.compile(r"\\([0-7]{3})")


def collect_inside(server: ApiServer, live: Live, *, allowed: bool, now: datetime) -> Inside | NotSeen:
    """Look inside the containers of one running pod of each workload, `WORKLOADS` at most.

    Parameters: `allowed`, whether the target says `exec: true`; without it nothing is entered. Raises `Failed` when
    pods were not seen, or kubectl is not there.
    """
    provenance = Provenance(
        at=now, by="testinfra: kubectl exec", source=f"{server.access.name}: {live.namespace}, pods/exec"
    )
    if not allowed:
        return NotSeen(reason=Reason.NOT_COLLECTED, message=_not_asked(), provenance=provenance)
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise Failed(_no_kubectl())
    chosen = selected(live, per_workload=1, most=WORKLOADS)
    wanted = [
        (pod, state)
        for pod in chosen.pods
        for state in pod.containers
        if state.container.runs_continuously and state.phase == "running"
    ]
    with tempfile.TemporaryDirectory(prefix="toetskader-") as folder:
        kubeconfig = Path(folder, "kubeconfig")
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_bytes(msgspec.json.encode(server.access.config))
        containers = tuple(
            _container(_Kubectl(kubectl, kubeconfig, live.namespace, server), pod, state) for pod, state in wanted
        )
    return Inside(
        provenance=provenance,
        commands=tuple(
            f"kubectl --namespace={live.namespace} exec {pod.name} --container={state.container.name} -- "
            f"/bin/sh -c {shlex.quote(_LOOK)}"
            for pod, state in wanted
        ),
        containers=containers,
        left_out=chosen.left_out,
    )


class _Kubectl:
    """testinfra's kubectl backend, with an end to how long a command may take."""

    def __init__(self, kubectl: str, kubeconfig: Path, namespace: str, server: ApiServer) -> None:
        self._kubectl = kubectl
        self._kubeconfig = kubeconfig
        self._namespace = namespace
        self._server = server

    def run(self, pod: str, container: str, command: str) -> tuple[int, str, str]:
        """Run a command in a container, and return its exit status, output and errors."""
        # 0.3 s to import, for runs that look inside alone.
        from testinfra.backend.base import CommandResult  # type: ignore[import-untyped]  # noqa: PLC0415
        from testinfra.backend.kubectl import KubectlBackend  # type: ignore[import-untyped]  # noqa: PLC0415

        program, seconds = self._kubectl, min(_SECONDS, self._server.remaining)

        class Bounded(KubectlBackend):  # type: ignore[misc]
            def run_local(self, command: str, *args: str) -> Any:
                words = [program, *shlex.split(self.quote(command, *args))[1:]]
                done = subprocess.run(  # noqa: S603 - a list of words, kubectl first
                    words, stdin=subprocess.DEVNULL, capture_output=True, timeout=max(seconds, 0.1), check=False
                )
                return CommandResult(self, done.returncode, command, done.stdout, done.stderr)

        backend = Bounded(pod, container=container, namespace=self._namespace, kubeconfig=str(self._kubeconfig))
        try:
            result = backend.run(command)
        except subprocess.TimeoutExpired:
            return 124, "", f"no answer in {seconds:.0f} s"
        return result.rc, result.stdout[:200_000], escaped_bytes(result.stderr_bytes[:400], 200)


def _container(kubectl: _Kubectl, pod: LivePod, state: ContainerState) -> InsideContainer:
    name = state.container.name
    seen = InsideContainer(pod=pod.name, container=name, workload=pod.managed_by)
    _, output, errors = kubectl.run(pod.name, name, _LOOK)
    uid, _, rest = output.partition("\n")
    mounts = list(_mounts(rest.splitlines()))
    if not uid.strip().isdigit() or not mounts:
        return msgspec.structs.replace(seen, not_seen=_no_answer(errors))
    # The last mount on a place is the one that counts.
    options = dict(mounts)
    read_only = "ro" in options["/"] if "/" in options else None
    places = [place for place, flags in options.items() if "rw" in flags and not _KERNEL.fullmatch(place)]
    test = "; ".join(f"test -w {shlex.quote(place)} && echo {number}" for number, place in enumerate(places))
    _, output, _ = kubectl.run(pod.name, name, f"{test}; true") if places else (0, "", "")
    numbers = {int(line) for line in output.split() if line.isascii() and line.isdigit()}
    return msgspec.structs.replace(
        seen,
        uid=int(uid.strip()[:10]),
        read_only_root=read_only,
        writable=tuple(escaped(place, 300) for number, place in enumerate(places) if number in numbers),
    )


def _mounts(lines: Iterable[str]) -> Iterable[tuple[str, frozenset[str]]]:
    """Yield where something is mounted, and how (`/proc/mounts`, see fstab(5))."""
    for line, _ in zip(lines, range(_MOST_MOUNTS), strict=False):
        parts = line.split(" ")
        if len(parts) == 6 and parts[1].startswith("/"):
            place = _OCTAL.sub(lambda match: chr(int(match[1], 8)), parts[1])
            yield place, frozenset(parts[3].split(","))


def _no_answer(errors: str) -> Text:
    said = f" ({escaped(errors, 200).strip()})" if errors else ""
    return Text(
        f"Binnen de container was niets te zien{said}: geen shell, of exec is geweigerd.",
        f"Nothing could be seen inside the container{said}: no shell, or exec was refused.",
    )


def _not_asked() -> Text:
    return Text(
        "In containers is niet gekeken; zet 'exec: true' bij de namespace als dat mag.",
        "Containers were not entered; set 'exec: true' for the namespace if that is allowed.",
    )


def _no_kubectl() -> Failure:
    return Failure(
        Reason.TOOL_MISSING,
        Text("kubectl staat niet op het pad; installeer het.", "kubectl is not on the path; install it."),
    )
