"""A node that really runs containers: a kubelet, containerd and runc, next to kwok's nodes in the same control plane.

All of it is in process, mount and network namespaces of its own: when those end, containers, mounts and the pod network
are gone with them. Pods have addresses of their own there (CNI), and kube-router sees to it that network policies hold.
Their image is made here and has busybox in it, and no registry is asked for anything.
"""

import contextlib
import hashlib
import io
import json
import os
import shlex
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from control_plane import SECONDS_TO_START, ControlPlane, until
from network_namespace import NetworkNamespace

NAME = "node-real"
IMAGE = "docker.io/toetskader/busybox:1.0.0"
COMMANDS = ("cat", "grep", "httpd", "id", "ls", "mount", "sh", "sleep", "stat", "test", "touch", "[")
PODS = "10.245.0.0/24"
"""Addresses of this node and its pods; those of kwok's pods are others."""
ADDRESS, PORT = "10.245.0.250", 10250
# Where Debian keeps iptables and ipset.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def missing() -> str:
    """Say what this machine lacks to run containers; empty when it has everything."""
    needed = ("containerd", "containerd-shim-runc-v2", "runc", "unshare", "busybox", "ip", "iptables", "ipset")
    if absent := [program for program in needed if not shutil.which(program, path=PATH)]:
        return f"no {', '.join(absent)} (Debian: containerd runc busybox-static util-linux iproute2 iptables ipset)"
    return "only root may make the mounts, namespaces and cgroups of a container" if os.geteuid() else ""


class RealNode:
    """A kubelet that runs as long as the `with` block; `network` has the programs of the pod network."""

    address = ADDRESS

    def __init__(self, plane: ControlPlane, network: Path) -> None:
        self.plane = plane
        self.folder = plane.folder / "node"
        self.folder.mkdir()
        self._network = network
        self._open = contextlib.ExitStack()

    def __enter__(self) -> "RealNode":
        try:
            self._open.callback(self._remove_cgroups)
            self._start()
        except BaseException as error:
            error.add_note(self.plane.processes.last_lines("node"))
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def pod(
        self, name: str, container: Mapping[str, Any], volumes: tuple[Mapping[str, Any], ...] = ()
    ) -> dict[str, Any]:
        """Return a pod for this node with one container, `app`; its label `app` is its name."""
        made = {"name": "app", "image": IMAGE, "imagePullPolicy": "Never", **container}
        spec = {
            "nodeName": NAME,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 0,
            "containers": [made],
            "volumes": list(volumes),
        }
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}

    @property
    def network(self) -> NetworkNamespace:
        """The network of the node itself."""
        return NetworkNamespace(Path(f"/proc/{self.plane.processes.pid('node')}/ns/net"))

    def network_of(self, address: str) -> NetworkNamespace:
        """Return the network of the pod with this address. Raises LookupError when no pod has it."""
        files = Path(f"/proc/{self.plane.processes.pid('node')}/root/run/netns").iterdir()
        found = [network for network in map(NetworkNamespace, files) if network.has(address)]
        if len(found) != 1:
            raise LookupError(f"{len(found)} pods with address {address}")
        return found[0]

    def _start(self) -> None:
        (self.folder / "image.tar").write_bytes(_image())
        (self.folder / "containerd.toml").write_text(self._containerd())
        (self.folder / "cni").mkdir()
        (self.folder / "cni/10-pods.conflist").write_text(json.dumps(self._pod_network()))
        (self.folder / "run").mkdir()
        kubelet = [
            str(self.plane.binaries / "kubelet"),
            f"--config={self._kubelet()}",
            f"--root-dir={self.folder}/kubelet",
        ]
        kubelet += [f"--kubeconfig={self.plane.client('node-client', f'system:node:{NAME}', 'system:masters')}"]
        kubelet += [f"--hostname-override={NAME}", f"--node-ip={ADDRESS}", "--v=1"]
        socket = shlex.quote(f"{self.folder}/containerd.sock")
        # The table of iptables is locked in /run, which other users of this machine have their own of.
        script = f"""
            set -e
            mount --bind {shlex.quote(str(self.folder / "run"))} /run
            ip link set lo up
            ip link add node0 type bridge && ip address add {ADDRESS}/32 dev node0 && ip link set node0 up
            echo 1 > /proc/sys/net/ipv4/ip_forward
            # What is refused is refused at once, however often it is tried.
            echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
            containerd --config {shlex.quote(str(self.folder / "containerd.toml"))} --log-level warn &
            until ctr --address {socket} version >/dev/null 2>&1; do sleep 0.1; done
            ctr --address {socket} --namespace k8s.io images import {shlex.quote(str(self.folder / "image.tar"))}
            exec {shlex.join(kubelet)}
        """
        own = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc"]
        self.plane.processes.start("node", [*own, "sh", "-c", script], os.environ | {"PATH": PATH})
        self._open.callback(self.plane.processes.kill, "node")

        node = self.network
        server = urlsplit(self.plane.server)
        until(lambda: node.is_own and node.has("127.0.0.1"), "the node has a network of its own")
        self._open.enter_context(node.leading_to((str(server.hostname), int(server.port or 443))))
        self._open.enter_context(self.plane.network.reaching(PODS, node.connect))
        self._until_done("get", "node", NAME)
        self.plane.processes.start("kube-router", self._kube_router(), os.environ | {"PATH": PATH})
        self._open.callback(self.plane.processes.kill, "kube-router")
        self._until_done("wait", "--for=condition=Ready", f"node/{NAME}", "--timeout=1s")

    def _until_done(self, *command: str) -> None:
        def is_done() -> bool:
            if ended := self.plane.processes.ended():
                raise RuntimeError(ended)
            return not self.plane.kubectl(*command, check=False).returncode

        until(is_done, f"kubectl {' '.join(command)}", SECONDS_TO_START)

    def _kube_router(self) -> list[str]:
        """Return the command that makes network policies hold, in the node's network."""
        kubeconfig = self.plane.client("kube-router", "kube-router", "system:masters")
        return [
            *("nsenter", f"--target={self.plane.processes.pid('node')}", "--mount", "--net", "--"),
            str(self._network / "kube-router"),
            *("--run-firewall=true", "--run-router=false", "--run-service-proxy=false", "--enable-cni=false"),
            *(f"--kubeconfig={kubeconfig}", f"--hostname-override={NAME}", "--health-port=0", "--v=1"),
        ]

    def _pod_network(self) -> dict[str, Any]:
        addresses = {"subnet": PODS, "rangeEnd": "10.245.0.200"}
        ipam = {"type": "host-local", "ranges": [[addresses]], "routes": [{"dst": "0.0.0.0/0"}]}
        ipam["dataDir"] = str(self.folder / "addresses")
        return {"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "ptp", "ipam": ipam}]}

    def _containerd(self) -> str:
        return f"""
            version = 2
            root = "{self.folder}/root"
            state = "{self.folder}/state"
            # What needs devices or file systems that are not asked for here.
            disabled_plugins = [
              "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
              "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
            ]
            [grpc]
              address = "{self.folder}/containerd.sock"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "{IMAGE}"
              # A machine may have no right to make a process less likely to be ended for want of memory.
              restrict_oom_score_adj = true
            [plugins."io.containerd.grpc.v1.cri".cni]
              bin_dir = "{self._network}"
              conf_dir = "{self.folder}/cni"
        """

    def _kubelet(self) -> Path:
        certificate, key = self.plane.authority.server("node-server", (ADDRESS,))
        never = ("memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available")
        settings = {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": ADDRESS,
            "port": PORT,
            "readOnlyPort": 0,
            "healthzPort": 0,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": False},
                "x509": {"clientCAFile": str(self.plane.authority.certificate)},
            },
            "authorization": {"mode": "AlwaysAllow"},
            "tlsCertFile": str(certificate),
            "tlsPrivateKeyFile": str(key),
            "containerRuntimeEndpoint": f"unix://{self.folder}/containerd.sock",
            "podLogsDir": str(self.folder / "logs"),
            # What the scheduler places goes to kwok's node, which runs any image: here come pods that name this one.
            "registerWithTaints": [{"key": "toetsen/echt", "effect": "NoSchedule"}],
            "failSwapOn": False,
            # The machine decides which version of cgroups it has; either does.
            "failCgroupV1": False,
            "cgroupDriver": "cgroupfs",
            "cgroupsPerQOS": False,
            "enforceNodeAllocatable": [],
            "localStorageCapacityIsolation": False,
            "resolvConf": "",
            "evictionHard": dict.fromkeys(never, "0%"),
        }
        return self.plane.settings("kubelet", settings)

    def _remove_cgroups(self) -> None:
        """Remove the cgroups that containerd made: those outlive their processes; what another run uses stays."""

        def are_gone() -> bool:
            left = [*Path("/sys/fs/cgroup").glob("*/k8s.io"), *Path("/sys/fs/cgroup").glob("k8s.io")]
            for folder in left:
                below = sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True)
                for path in (*below, folder):
                    with contextlib.suppress(OSError):
                        path.rmdir()
            return not any(folder.exists() for folder in left)

        # The processes of the namespace are being ended, and a cgroup goes when its last one has.
        with contextlib.suppress(TimeoutError):
            until(are_gone, "cgroups are gone", 5)


def _image() -> bytes:
    """Make an OCI image of one layer, with busybox and nothing else."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        for folder in ("bin", "tmp"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            archive.addfile(entry)
        archive.add(str(shutil.which("busybox")), "bin/busybox")
        for command in COMMANDS:
            entry = tarfile.TarInfo(f"bin/{command}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(entry)
    files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def put(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        files[f"blobs/sha256/{digest}"] = content
        media_type = f"application/vnd.oci.image.{kind}"
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    layers = [put(layer.getvalue(), "layer.v1.tar")]
    config = {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["sleep", "86400"], "Env": ["PATH=/bin"]}}
    config["rootfs"] = {"type": "layers", "diff_ids": [layers[0]["digest"]]}
    manifest: dict[str, Any] = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
    manifest |= {"config": put(json.dumps(config).encode(), "config.v1+json"), "layers": layers}
    index = put(json.dumps(manifest).encode(), "manifest.v1+json")
    index["annotations"] = {"io.containerd.image.name": IMAGE, "org.opencontainers.image.ref.name": IMAGE}
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [index]}).encode()
    image = io.BytesIO()
    with tarfile.open(fileobj=image, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return image.getvalue()
