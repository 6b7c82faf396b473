"""What metrics-server serves, as an API of its own behind the API server's aggregation layer.

There is nothing to measure in pods that do not run, so that a test says what they use. All else is real: the API server
finds this server by its APIService, checks that it is available, asks RBAC, and proxies the request.
"""

import http.server
import json
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

GROUP, VERSION = "metrics.k8s.io", "v1beta1"
ROOT = f"/apis/{GROUP}/{VERSION}"
NAME, NAMESPACE = "metrics-server", "kube-system"
# The service's address and that of a pod behind it; both exist in the API server only.
SERVICE_ADDRESS, POD_ADDRESS = "10.96.0.99", "10.244.255.254"

# What a container uses, such as {"cpu": "12m", "memory": "40Mi"}.
Use = dict[str, str]


class MetricsApi:
    """Serves the use of pods; `pods(namespace, selector)` lists the running ones (all namespaces for "")."""

    def __init__(self, certificate: Path, key: Path, pods: Callable[[str, str], list[dict[str, Any]]]) -> None:
        self._pods = pods
        self._uses: dict[tuple[str, str, str], Use] = {}
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = api.answer(self.path)
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """The API server's audit log has every request."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        # The handshake is left to the connection's own thread, so that none can hold up the others.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def uses(self, namespace: str, use: Use, pod: str = "", container: str = "") -> None:
        """Say what containers use: of a namespace, of one pod, or one container of it; the most precise counts."""
        self._uses[namespace, pod, container] = use

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and body for a request."""
        asked = urlsplit(path)
        selector = parse_qs(asked.query).get("labelSelector", [""])[0]
        match asked.path.removeprefix(ROOT).strip("/").split("/"):
            case [""] if asked.path.startswith(ROOT):
                resource = {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics"}
                resources = [{**resource, "verbs": ["get", "list"]}]
                return 200, {
                    "kind": "APIResourceList",
                    "apiVersion": "v1",
                    "groupVersion": f"{GROUP}/{VERSION}",
                    "resources": resources,
                }
            case ["pods"]:
                return 200, self._list("", selector)
            case ["namespaces", namespace, "pods"]:
                return 200, self._list(namespace, selector)
            case ["namespaces", namespace, "pods", name]:
                for pod in self._list(namespace, "")["items"]:
                    if pod["metadata"]["name"] == name:
                        return 200, pod
        return 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _list(self, namespace: str, selector: str) -> dict[str, Any]:
        items = [metrics for pod in self._pods(namespace, selector) if (metrics := self._metrics(pod))["containers"]]
        return {"kind": "PodMetricsList", "apiVersion": f"{GROUP}/{VERSION}", "metadata": {}, "items": items}

    def _metrics(self, pod: dict[str, Any]) -> dict[str, Any]:
        metadata = pod["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        containers = []
        for container in pod["spec"]["containers"]:
            known = ((namespace, name, container["name"]), (namespace, name, ""), (namespace, "", ""))
            if use := next((self._uses[key] for key in known if key in self._uses), None):
                containers.append({"name": container["name"], "usage": use})
        return {
            "kind": "PodMetrics",
            "apiVersion": f"{GROUP}/{VERSION}",
            "metadata": {"name": name, "namespace": namespace, "labels": metadata.get("labels") or {}},
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "window": "15s",
            "containers": containers,
        }


def objects(authority: str) -> list[dict[str, Any]]:
    """Return what makes the API server send requests for metrics here; `authority` is its CA, base64 of PEM."""
    metadata = {"name": NAME, "namespace": NAMESPACE}
    service = {"clusterIP": SERVICE_ADDRESS, "ports": [{"name": "https", "port": 443, "targetPort": 10250}]}
    ports = [{"name": "https", "port": 10250, "protocol": "TCP"}]
    slice_metadata = {**metadata, "labels": {"kubernetes.io/service-name": NAME}}
    spec = {
        "group": GROUP,
        "version": VERSION,
        "service": {"name": NAME, "namespace": NAMESPACE, "port": 443},
        "caBundle": authority,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    }
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": slice_metadata,
            "addressType": "IPv4",
            "ports": ports,
            "endpoints": [{"addresses": [POD_ADDRESS], "conditions": {"ready": True}}],
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": f"{VERSION}.{GROUP}"},
            "spec": spec,
        },
    ]
