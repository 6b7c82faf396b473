"""A node that really runs containers: a kubelet, containerd and runc, next to kwok's nodes in the same control plane.

All of it is in a process and a mount namespace of its own: when that ends, containers and mounts are gone with it. Pods
share the machine's network (there is no CNI plugin), so that they listen on loopback; their image is made here and has
busybox in it, and no registry is asked for anything.
"""

import contextlib
import hashlib
import io
import json
import os
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cluster_processes import free_ports
from control_plane import SECONDS_TO_START, ControlPlane, until

NAME = "node-real"
IMAGE = "docker.io/toetskader/busybox:1.0.0"
COMMANDS = ("cat", "grep", "httpd", "id", "ls", "mount", "sh", "sleep", "stat", "test", "touch", "[")


def missing() -> str:
    """Say what this machine lacks to run containers; empty when it has everything."""
    needed = ("containerd", "containerd-shim-runc-v2", "runc", "unshare", "busybox", "ip")
    if absent := [program for program in needed if not shutil.which(program)]:
        return f"no {', '.join(absent)} (Debian: containerd runc busybox-static util-linux iproute2)"
    if os.geteuid():
        return "only root may make the mounts, namespaces and cgroups of a container"
    return "" if _address() else "a kubelet wants an address that is not of loopback, and this machine has none"


class RealNode:
    """A kubelet that runs as long as the `with` block; `image` is what its pods can run."""

    image = IMAGE

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.folder = plane.folder / "node"
        self.folder.mkdir()
        self.address = _address()
        self._open = contextlib.ExitStack()

    def __enter__(self) -> "RealNode":
        try:
            self._open.callback(self._remove_cgroups)
            self._open.enter_context(self.plane.network.reaching(self.address))
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
        """Return a pod for this node with one container, `app`."""
        made = {"name": "app", "image": IMAGE, "imagePullPolicy": "Never", **container}
        spec = {
            "nodeName": NAME,
            "hostNetwork": True,
            # Without a CNI plugin the node is not Ready, which a pod on the machine's own network does not need.
            "tolerations": [{"operator": "Exists"}],
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 0,
            "containers": [made],
            "volumes": list(volumes),
        }
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}

    def _start(self) -> None:
        (self.folder / "image.tar").write_bytes(_image())
        (self.folder / "containerd.toml").write_text(self._containerd())
        kubelet = [
            str(self.plane.binaries / "kubelet"),
            f"--config={self._kubelet()}",
            f"--root-dir={self.folder}/kubelet",
        ]
        kubelet += [f"--kubeconfig={self.plane.client('node-client', f'system:node:{NAME}', 'system:masters')}"]
        kubelet += [f"--hostname-override={NAME}", f"--node-ip={self.address}", "--v=1"]
        socket = shlex.quote(f"{self.folder}/containerd.sock")
        script = f"""
            set -e
            containerd --config {shlex.quote(str(self.folder / "containerd.toml"))} --log-level warn &
            until ctr --address {socket} version >/dev/null 2>&1; do sleep 0.1; done
            ctr --address {socket} --namespace k8s.io images import {shlex.quote(str(self.folder / "image.tar"))}
            exec {shlex.join(kubelet)}
        """
        own = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        self.plane.processes.start("node", [*own, "sh", "-c", script])
        self._open.callback(self.plane.processes.kill, "node")

        def is_registered() -> bool:
            if ended := self.plane.processes.ended():
                raise RuntimeError(ended)
            return not self.plane.kubectl("get", "node", NAME, check=False).returncode

        until(is_registered, "the kubelet has registered its node", SECONDS_TO_START)

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
        """

    def _kubelet(self) -> Path:
        (port,) = free_ports(1)
        certificate, key = self.plane.authority.server("node-server", (self.address, "127.0.0.1"))
        never = ("memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available")
        settings = {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": "127.0.0.1",
            "port": port,
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


def _address() -> str:
    shown = subprocess.run(["ip", "-json", "-4", "address"], capture_output=True, text=True, check=True).stdout
    for interface in json.loads(shown):
        for address in interface.get("addr_info", ()):
            if interface["ifname"] != "lo":
                return str(address["local"])
    return ""


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
