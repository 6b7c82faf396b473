"""A real control plane on loopback: etcd, the API server, its controllers and scheduler, and kwok for the nodes.

`Cluster` is what tests ask of any cluster; `ControlPlane` starts one of its own. There are no kubelets: kwok makes pods
run and serves their logs and exec (commands run on this machine), and `PodNetwork` lets them answer HTTP.
"""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import kubernetes.client
import kubernetes.config
import metrics_api
import yaml
from cluster_certificates import Authority, write_key
from cluster_processes import Processes, free_ports
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from metrics_api import MetricsApi
from pod_network import Answers, PodNetwork

HERE = Path(__file__).parent
KWOK = HERE / "kwok"
CRDS = HERE / "crds"

# Addresses that exist in the API server only.
NODE_ADDRESS, KUBELET_PORT = "10.10.0.1", 10250
PODS, SERVICES = "10.244.0.0/16", "10.96.0.0/16"

SECONDS_TO_START = 120
SECONDS_TO_SETTLE = 60

# As many requests as controllers have to make at once when a test applies thousands of objects.
REQUESTS_PER_SECOND = 500


# An object of Kubernetes, or part of one.
Object = dict[str, Any]


class Cluster:
    """A cluster that `kubeconfig` gives all rights in."""

    def __init__(self, kubeconfig: Path, kubectl: Path, helm: Path | None = None) -> None:
        self.kubeconfig = kubeconfig
        self.kubectl_binary = kubectl
        self.helm_binary = helm

    def kubectl(
        self, *arguments: str, stdin: str | None = None, check: bool = True, kubeconfig: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl, as the administrator or with another kubeconfig; `check` fails the test when it fails."""
        command = [str(self.kubectl_binary), f"--kubeconfig={kubeconfig or self.kubeconfig}", *arguments]
        return _run(command, stdin, check=check)

    def apply(self, *manifests: str | Path | Mapping[str, Any], namespace: str = "default") -> None:
        """Apply YAML text, files or folders of it, or objects."""
        texts: list[str] = []
        for manifest in manifests:
            if isinstance(manifest, Path):
                files = sorted(manifest.glob("*.yaml")) if manifest.is_dir() else [manifest]
                texts += [file.read_text() for file in files]
            else:
                texts.append(manifest if isinstance(manifest, str) else yaml.safe_dump(manifest))
        arguments = ["apply", "--server-side", "--force-conflicts", f"--namespace={namespace}", "--filename=-"]
        self.kubectl(*arguments, stdin="\n---\n".join(texts))

    def apply_crds(self) -> None:
        """Serve the kinds of add-ons that a namespace may have, by small schemas of our own."""
        self.apply(CRDS)
        self.kubectl("wait", "--for=condition=Established", "crd", "--all", f"--timeout={SECONDS_TO_SETTLE}s")

    def get(self, *arguments: str) -> Object:
        """Return what `kubectl get` gives, read from JSON."""
        read: Object = json.loads(self.kubectl("get", *arguments, "--output=json").stdout)
        return read

    def install(
        self, chart: Path, values: Sequence[Path] = (), *, release: str, namespace: str, arguments: Sequence[str] = ()
    ) -> None:
        """Install or upgrade a chart with Helm and wait until what it made is ready."""
        if self.helm_binary is None:
            raise RuntimeError("no helm: set HELM_BINARY")
        with tempfile.TemporaryDirectory() as home:
            command = [str(self.helm_binary), "upgrade", "--install", release, str(chart)]
            command += [f"--kubeconfig={self.kubeconfig}", f"--namespace={namespace}", "--create-namespace"]
            command += ["--wait", f"--timeout={SECONDS_TO_SETTLE}s"]
            command += [f"--values={file}" for file in values] + list(arguments)
            _run(command, environment=os.environ | {f"HELM_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA")})

    def wait_for_pods(self, namespace: str, selector: str = "", count: int = 1) -> list[Object]:
        """Wait until at least `count` pods exist and all are Ready or have succeeded; return them."""
        found: list[Object] = []

        def settled() -> bool:
            nonlocal found
            found = self.get("pods", f"--namespace={namespace}", f"--selector={selector}")["items"]
            return len(found) >= count and all(map(is_settled, found))

        until(settled, f"{count} pods of {namespace!r} {selector} are ready")
        return found

    def api(self, kubeconfig: Path | None = None) -> kubernetes.client.ApiClient:
        """Return a client, as the administrator or with another kubeconfig."""
        made: kubernetes.client.ApiClient = kubernetes.config.new_client_from_config(  # type: ignore[no-untyped-call]
            str(kubeconfig or self.kubeconfig)
        )
        return made

    @contextlib.contextmanager
    def namespace(self, name: str, labels: Mapping[str, str] | None = None) -> Iterator[str]:
        """Make a namespace for as long as the test needs it."""
        metadata = {"name": name, "labels": dict(labels or {})}
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        until(
            lambda: (
                self.kubectl("get", "serviceaccount", "default", f"--namespace={name}", check=False).returncode == 0
            ),
            f"namespace {name} has its service account",
        )
        try:
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


class ControlPlane(Cluster):
    """A control plane that runs as long as the `with` block; `binaries` has the programs, `logs` keeps their output."""

    def __init__(self, binaries: Path, logs: Path, helm: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="control-plane-"))
        super().__init__(self.folder / "admin.kubeconfig", binaries / "kubectl", helm)
        self.binaries = binaries
        self.processes = Processes(logs)
        self.audit_log = self.folder / "audit.log"
        self._commands: dict[str, list[str]] = {}
        self._said = 0

    def __enter__(self) -> "ControlPlane":
        try:
            self._start()
        except BaseException as error:
            for name in self.processes.names():
                error.add_note(f"{self.processes.output(name)}:\n{self.processes.last_lines(name)}")
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process and remove every file but the processes' output."""
        self.processes.stop()
        if hasattr(self, "network"):
            self.network.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Who may ask

    def user(self, name: str, groups: Sequence[str] = (), lifetime: timedelta = timedelta(days=1)) -> Path:
        """Return a kubeconfig for a user with a client certificate; with a negative lifetime it has expired."""
        self._said += 1
        certificate, key = self.authority.client(f"user-{self._said}", name, tuple(groups), lifetime)
        credentials = {"client-certificate": str(certificate), "client-key": str(key)}
        return self.write_kubeconfig(f"user-{self._said}", credentials)

    def token(self, service_account: str, namespace: str) -> Path:
        """Return a kubeconfig with a short-lived token of a service account."""
        made = self.kubectl("create", "token", service_account, f"--namespace={namespace}").stdout.strip()
        self._said += 1
        return self.write_kubeconfig(f"token-{self._said}", {"token": made}, namespace)

    def write_kubeconfig(
        self,
        name: str,
        credentials: Mapping[str, str],
        namespace: str = "default",
        *,
        server: str | None = None,
        authority: Path | None = None,
    ) -> Path:
        """Write a kubeconfig with one context, `test`; other addresses and authorities are for what must fail."""
        cluster = {
            "server": server or self.server,
            "certificate-authority": str(authority or self.authority.certificate),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": name, "user": dict(credentials)}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": name, "namespace": namespace}}],
            "current-context": "test",
        }
        file = self.folder / f"{name}.kubeconfig"
        file.touch(mode=0o600)
        file.write_text(yaml.safe_dump(config))
        return file

    def audit(self, user: str | None = None) -> list[Object]:
        """Return the API server's audit events, of one user or of all; each request is there once, when it is done."""
        events = [json.loads(line) for line in self.audit_log.read_text().splitlines()]
        return [event for event in events if user in (None, event["user"].get("username"))]

    # What pods do

    def says(
        self,
        namespace: str,
        lines: Sequence[str],
        *,
        pods: Sequence[str] = (),
        container: str | None = None,
        previous: Sequence[str] = (),
    ) -> None:
        """Let pods log these lines on stdout: those named, else all of the namespace; `previous` before a restart."""
        self._said += 1
        log: Object = {"logsFile": self._written(f"log-{self._said}", lines)}
        log |= {"previousLogsFile": self._written(f"log-{self._said}-previous", previous)}
        log |= {"containers": [container]} if container else {}
        self._tell("Logs", namespace, pods, {"logs": [log]})
        names = pods or [pod["metadata"]["name"] for pod in self._pods(namespace)]
        where = ["--tail=-1", f"--namespace={namespace}", *([f"--container={container}"] if container else [])]
        if names:
            until(
                lambda: self.kubectl("logs", names[0], *where, check=False).stdout.splitlines() == list(lines),
                f"{names[0]} logs what it was told to",
            )

    def enters(
        self,
        namespace: str,
        *,
        pods: Sequence[str] = (),
        user: int | None = None,
        group: int | None = None,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Let `exec` into pods run commands on this machine, as a user, in a folder, with variables."""
        local: Object = {"envs": [{"name": name, "value": value} for name, value in (environment or {}).items()]}
        local |= {"workDir": str(folder)} if folder else {}
        if user is not None:
            local["securityContext"] = {"runAsUser": user, "runAsGroup": user if group is None else group}
        self._tell("Exec", namespace, pods, {"execs": [{"local": local}]})
        names = pods or [pod["metadata"]["name"] for pod in self._pods(namespace)]
        expected = str(os.geteuid() if user is None else user)
        if names:
            command = ["exec", names[0], f"--namespace={namespace}", "--", "id", "-u"]
            until(lambda: self.kubectl(*command, check=False).stdout.strip() == expected, f"{names[0]} can be entered")

    def answers(
        self, namespace: str, selector: str, port: int, answers: Answers
    ) -> contextlib.AbstractContextManager[list[str]]:
        """Let the pods with these labels answer HTTP on a port; see `PodNetwork.serving`."""
        return self.network.serving(namespace, selector, port, answers)

    @contextlib.contextmanager
    def metrics_api(self) -> Iterator[MetricsApi]:
        """Serve metrics.k8s.io, as metrics-server does, for as long as the block."""
        certificate, key = self.authority.server("metrics", (f"{metrics_api.NAME}.{metrics_api.NAMESPACE}.svc",))
        served = MetricsApi(certificate, key, self._listed)
        made = metrics_api.objects(base64.b64encode(self.authority.certificate.read_bytes()).decode())
        api_service = made[-1]["metadata"]["name"]
        with self.network.fixing((metrics_api.SERVICE_ADDRESS, 443), ("127.0.0.1", served.port)):
            try:
                self.apply(*made, namespace=metrics_api.NAMESPACE)
                self.kubectl("wait", "--for=condition=Available", "apiservice", api_service, "--timeout=30s")
                yield served
            finally:
                for item in reversed(made):
                    where = f"--namespace={item['metadata'].get('namespace', 'default')}"
                    self.kubectl("delete", item["kind"], item["metadata"]["name"], where, "--ignore-not-found")
                served.close()

    def status(self, namespace: str, kind: str, name: str, status: Mapping[str, Any]) -> None:
        """Merge this into an object's status: what a kubelet or a controller of an add-on would have seen."""
        patch = json.dumps({"status": status})
        arguments = ["--subresource=status", "--type=merge", f"--patch={patch}"]
        self.kubectl("patch", kind, name, f"--namespace={namespace}", *arguments)

    def storage(self, storage_class: str, provisioner: str, volumes: int = 1) -> None:
        """Offer a storage class with volumes that a claim of any access mode gets."""
        made: list[Object] = [
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": storage_class},
                "provisioner": provisioner,
            }
        ]
        modes = ["ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany"]
        for _ in range(volumes):
            self._said += 1
            spec: Object = {"storageClassName": storage_class, "capacity": {"storage": "1Ti"}, "accessModes": modes}
            spec["csi"] = {"driver": provisioner, "volumeHandle": f"volume-{self._said}"}
            metadata = {"name": f"volume-{self._said}"}
            made.append({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec})
        self.apply(*made)

    def unseal(self, namespace: str) -> None:
        """Make the Secrets of the namespace's SealedSecrets, owned by them, as their controller would."""
        for sealed in self.get("sealedsecrets.bitnami.com", f"--namespace={namespace}")["items"]:
            metadata = sealed["metadata"]
            owner = {"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "controller": True}
            owner |= {"name": metadata["name"], "uid": metadata["uid"]}
            secret: Object = {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": sealed["spec"].get("template", {}).get("type", "Opaque"),
                "metadata": {"name": metadata["name"], "ownerReferences": [owner]},
                "stringData": dict.fromkeys(sealed["spec"]["encryptedData"], "niet-echt"),
            }
            self.apply(secret, namespace=namespace)

    # Faults

    def kill(self, process: str) -> None:
        """End a process at once; `revive` starts it again."""
        self.processes.kill(process)

    def revive(self, process: str) -> None:
        """Start a killed process again, on its old port and data, and wait for the API server to be ready."""
        self.processes.start(process, self._commands[process])
        self._wait_ready()

    # Starting

    def _start(self) -> None:
        etcd_client, etcd_peer, api_port, kwok_port = free_ports(4)
        self.server = f"https://127.0.0.1:{api_port}"
        self.authority = Authority(self.folder, "authority")
        self.kubeconfig = self.client("admin", "beheerder", "system:masters")
        self.network = PodNetwork(
            self.folder / "network.sock", {(NODE_ADDRESS, KUBELET_PORT): ("127.0.0.1", kwok_port)}, self._has_pod
        )
        self._run("etcd", *self._etcd(etcd_client, etcd_peer))
        self._run("kube-apiserver", *self._api_server(api_port, etcd_client))
        self._wait_ready()  # the others give up on an API server that is not ready within seconds
        self._run("kube-controller-manager", *self._controllers())
        self._run("kube-scheduler", *self._scheduler())
        self._lookup = kubernetes.client.CoreV1Api(
            self.api(self.client("network", "system:pod-network", "system:masters"))
        )
        self.apply(KWOK / "resources.yaml", KWOK / "nodes.yaml")
        self.kubectl("wait", "--for=condition=Established", "crd", "--all", f"--timeout={SECONDS_TO_SETTLE}s")
        self._run("kwok", *self._kwok(kwok_port))
        self._until_done("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=1s")
        self._until_done("get", "serviceaccount", "default")

    def _run(self, name: str, *options: str) -> None:
        self._commands[name] = [str(self.binaries / name), *options]
        self.processes.start(name, self._commands[name])

    def client(self, file: str, user: str, *groups: str) -> Path:
        certificate, key = self.authority.client(file, user, groups)
        return self.write_kubeconfig(file, {"client-certificate": str(certificate), "client-key": str(key)})

    def _wait_ready(self) -> None:
        self._until_done("get", "--raw=/readyz")

    def _until_done(self, *command: str) -> None:
        """Wait until this kubectl command succeeds; a process that ended meanwhile is an error with its output."""

        def is_done() -> bool:
            if ended := self.processes.ended():
                raise RuntimeError(ended)
            return self.kubectl(*command, check=False).returncode == 0

        until(is_done, f"kubectl {' '.join(command)}", SECONDS_TO_START)

    def _etcd(self, client: int, peer: int) -> list[str]:
        addresses = {"client": f"http://127.0.0.1:{client}", "peer": f"http://127.0.0.1:{peer}"}
        return [
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={addresses['client']}",
            f"--advertise-client-urls={addresses['client']}",
            f"--listen-peer-urls={addresses['peer']}",
            f"--initial-advertise-peer-urls={addresses['peer']}",
            f"--initial-cluster=default={addresses['peer']}",
            # Nothing has to survive this machine, and waiting for its disk is most of what a write takes.
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def _api_server(self, port: int, etcd: int) -> list[str]:
        certificate, key = self.authority.server("api-server", ("127.0.0.1", "localhost", "kubernetes.default.svc"))
        kubelet_client, kubelet_key = self.authority.client("kubelet-client", "kubelet-client", ("system:masters",))
        accounts = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        write_key(self.folder / "accounts.key", accounts)
        public = accounts.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (self.folder / "accounts.pub").write_bytes(public)
        audit: Object = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"]}
        audit["rules"] = [{"level": "Metadata"}]
        connection = {
            "proxyProtocol": "HTTPConnect",
            "transport": {"uds": {"udsName": str(self.folder / "network.sock")}},
        }
        egress: Object = {"apiVersion": "apiserver.k8s.io/v1beta1", "kind": "EgressSelectorConfiguration"}
        egress["egressSelections"] = [{"name": "cluster", "connection": connection}]
        return [
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--etcd-servers=http://127.0.0.1:{etcd}",
            f"--service-cluster-ip-range={SERVICES}",
            # An address of loopback is no endpoint for the service `kubernetes`, and nothing here uses that service.
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            f"--client-ca-file={self.authority.certificate}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.folder / 'accounts.pub'}",
            f"--service-account-signing-key-file={self.folder / 'accounts.key'}",
            f"--kubelet-certificate-authority={self.authority.certificate}",
            f"--kubelet-client-certificate={kubelet_client}",
            f"--kubelet-client-key={kubelet_key}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--egress-selector-config-file={self.settings('egress', egress)}",
            f"--audit-policy-file={self.settings('audit-policy', audit)}",
            f"--audit-log-path={self.audit_log}",
            # A request is in the log before it is answered, so that a test may read it at once.
            "--audit-log-mode=blocking-strict",
        ]

    def _controllers(self) -> list[str]:
        return [
            f"--kubeconfig={self.client('controllers', 'system:kube-controller-manager', 'system:masters')}",
            f"--service-account-private-key-file={self.folder / 'accounts.key'}",
            f"--root-ca-file={self.authority.certificate}",
            "--leader-elect=false",
            "--secure-port=0",
            "--horizontal-pod-autoscaler-sync-period=2s",
            # What a pod uses counts at once: there is no start-up that would have to be left out of it.
            "--horizontal-pod-autoscaler-cpu-initialization-period=1ms",
            f"--kube-api-qps={REQUESTS_PER_SECOND}",
            f"--kube-api-burst={REQUESTS_PER_SECOND}",
            "--concurrent-deployment-syncs=10",
        ]

    def _scheduler(self) -> list[str]:
        kubeconfig = self.client("scheduler", "system:kube-scheduler", "system:masters")
        settings: Object = {
            "apiVersion": "kubescheduler.config.k8s.io/v1",
            "kind": "KubeSchedulerConfiguration",
            "leaderElection": {"leaderElect": False},
            "clientConnection": {
                "kubeconfig": str(kubeconfig),
                "qps": REQUESTS_PER_SECOND,
                "burst": REQUESTS_PER_SECOND,
            },
        }
        return [f"--config={self.settings('scheduler', settings)}", "--secure-port=0"]

    def _kwok(self, port: int) -> list[str]:
        certificate, key = self.authority.server("kubelet", (NODE_ADDRESS,))
        return [
            f"--kubeconfig={self.client('kwok', 'kwok', 'system:masters')}",
            f"--config={KWOK / 'stages.yaml'}",
            f"--cidr={PODS}",
            f"--node-ip={NODE_ADDRESS}",
            f"--node-port={KUBELET_PORT}",
            f"--server-address=127.0.0.1:{port}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
            "--v=WARN",
        ]

    def settings(self, name: str, settings: Mapping[str, Any]) -> Path:
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(dict(settings)))
        return file

    # Telling kwok

    def _tell(self, kind: str, namespace: str, pods: Sequence[str], spec: Mapping[str, Any]) -> None:
        """Make kwok's resource of this kind for each pod by name, or the one for the whole namespace."""
        api = {"apiVersion": "kwok.x-k8s.io/v1alpha1"}
        if pods:
            told = [
                {**api, "kind": kind, "metadata": {"name": pod, "namespace": namespace}, "spec": spec} for pod in pods
            ]
        else:
            chosen = {**spec, "selector": {"matchNamespaces": [namespace]}}
            told = [{**api, "kind": f"Cluster{kind}", "metadata": {"name": namespace}, "spec": chosen}]
        self.apply(*told, namespace=namespace)

    def _pods(self, namespace: str) -> list[Object]:
        found: list[Object] = self.get("pods", f"--namespace={namespace}", "--field-selector=status.phase=Running")[
            "items"
        ]
        return found

    def _has_pod(self, namespace: str, selector: str, address: str) -> bool:
        found = self._lookup.list_namespaced_pod(
            namespace, label_selector=selector, field_selector=f"status.podIP={address}"
        )
        return bool(found.items)

    def _listed(self, namespace: str, selector: str) -> list[Object]:
        options = {"label_selector": selector, "field_selector": "status.phase=Running"}
        asked: Any = self._lookup
        found = (
            asked.list_namespaced_pod(namespace, **options)
            if namespace
            else asked.list_pod_for_all_namespaces(**options)
        )
        listed: list[Object] = self._lookup.api_client.sanitize_for_serialization(found.items)
        return listed

    def _written(self, name: str, lines: Sequence[str]) -> str:
        """Write lines as a container runtime keeps them (the CRI log format); return the file."""
        file = self.folder / f"{name}.cri"
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        file.write_text("".join(f"{now} stdout F {line}\n" for line in lines))
        return str(file)


def is_settled(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is Ready, or has done what it was for."""
    status: Object = pod.get("status", {})
    conditions: list[dict[str, str]] = status.get("conditions", [])
    is_ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
    return is_ready or status.get("phase") == "Succeeded"


def until(holds: Callable[[], bool], what: str, seconds: float = SECONDS_TO_SETTLE) -> None:
    """Wait until something holds; `what` says what was waited for when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.1)


def _run(
    command: list[str], stdin: str | None = None, *, check: bool = True, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, env=environment)
    if check and done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} {' '.join(command[1:])}: {done.stderr or done.stdout}")
    return done
