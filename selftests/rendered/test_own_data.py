"""A part that may be a data store under any name: others reach it, and all that it keeps is with itself."""

import pytest
from rendered_chart import Settings, container, judged, workload

from toetskader.results import Verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED
CLAIM = "volumes: [{name: d, persistentVolumeClaim: {claimName: kaart-data}}]"
PORT = "ports: [{containerPort: PORT}]"
SERVICE = (
    "---\n{apiVersion: v1, kind: Service, metadata: {name: kaart}, spec: {selector: {app: kaart}, "
    "ports: [{name: NAME, port: 4100}]}}\n"
)


def mount(path: str, more: str = "") -> str:
    return f"volumeMounts: [{{name: d, mountPath: {path}{more}}}]"


def part(more: str, pod: str = CLAIM, name: str = "kaart") -> str:
    return workload(name, f"{container(more, name=name, image=f'registry.example/{name}:1.4.2')}, {pod}")


def env(name: str, value: str = "x") -> str:
    return f"env: [{{name: {name}, value: {value!r}}}]"


def served(more: str = "", path: str = "/data", port: int = 7687) -> str:
    return ", ".join(filter(None, (PORT.replace("PORT", str(port)), mount(path), more)))


SIGNS = {
    "a graph": served(path="/data", port=7687),
    "time series": served(path="/prometheus", port=9090),
    "log lines": served(path="/var/loki", port=3100),
    "vectors": served(path="/var/lib/weaviate", port=8080),
    "a coordinator": served(path="/datalog", port=2181),
    "a ledger on a port that says http": f"ports: [{{name: http, containerPort: 3322}}], {mount('/var/lib/grootboek')}",
    "a queue that is told where it is": served(env("PUBLIC_URL", "https://wachtrij.example.nl")),
    "one that is told of itself": served(env("CLUSTER_HOSTS", "kaart-0.kaart:5000,kaart-1.kaart:5000")),
    "one that listens to all addresses": served(env("GRAPH_ADDRESS", "0.0.0.0:7687")),
    "one that sends traces": served(env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4317")),
    "one that has nothing filled in": served("env: [{name: API_URL, value: ''}]"),
    "a database in a file": served(env("DATABASE_URL", "sqlite:////data/app.db"), port=8000),
    "one with a password from a Secret": served(
        "env: [{name: GRAPH_PASSWORD, valueFrom: {secretKeyRef: {name: s, key: p}}}]"
    ),
}
NONE = {
    "an application with a database": served(env("DB_HOST", "db.example.nl"), "/app/media", 8000),
    "one with an address from a Secret": served(
        "env: [{name: DATABASE_URL, valueFrom: {secretKeyRef: {name: s, key: u}}}]", "/uploads"
    ),
    "one that keeps what it has with a service": served(env("ZAKEN_API_URL", "https://zaken.example.nl/"), "/bijlagen"),
    "one with objects elsewhere": served(env("S3_BUCKET", "bijlagen"), "/tmp/cache"),
    "one with a queue elsewhere": served(env("TRANSPORT", "amqp://mq.example.nl"), "/spool"),
    "one that is told so on its command line": served("args: ['--broker=nats://nats.example.nl']"),
    "a worker that nobody reaches": mount("/data"),
    "a worker with metrics": f"ports: [{{name: metrics, containerPort: 9090}}], {mount('/data')}",
    "one that only reads": f"{PORT.replace('PORT', '7687')}, {mount('/data', ', readOnly: true')}",
    "one that keeps nothing": PORT.replace("PORT", "8080"),
}


@pytest.mark.parametrize("more", SIGNS.values(), ids=SIGNS)
def test_what_may_be_a_data_store_is_left_open_with_what_shows_it(more: str) -> None:
    found = judged("workload.stateless", part(more))
    assert found.verdict is UNKNOWN
    assert "kaart-data" in str(found.reason)
    assert "external_storage_claims" in str(found.reason)


@pytest.mark.parametrize("more", NONE.values(), ids=NONE)
def test_an_application_that_keeps_files_is_none(more: str) -> None:
    assert judged("workload.stateless", part(more)).verdict is PASS


def test_what_a_config_map_says_counts() -> None:
    config = "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {DATA}}\n"
    whole = part(served("envFrom: [{configMapRef: {name: c}}]"))
    assert judged("workload.stateless", whole + config.replace("DATA", "DB_HOST: db.example.nl")).verdict is PASS
    assert judged("workload.stateless", whole + config.replace("DATA", "LOG_LEVEL: info")).verdict is UNKNOWN
    pod = f"{CLAIM[:-1]}, {{name: c, configMap: {{name: c}}}}]"
    file = f"ports: [{{containerPort: 80}}], {mount('/data')[:-1]}, {{name: c, mountPath: /etc/kaart}}]"
    told = config.replace("DATA", "c.yaml: 'bewaar: mongodb://db.example.nl/kaart'")
    assert judged("workload.stateless", part(file, pod) + told).verdict is PASS
    assert (
        judged("workload.stateless", part(file, pod) + told.replace("mongodb://db.example.nl", "")).verdict is UNKNOWN
    )


@pytest.mark.parametrize(("name", "verdict"), [("bolt", UNKNOWN), ("metrics", PASS)])
def test_a_service_tells_that_others_reach_it(name: str, verdict: Verdict) -> None:
    assert judged("workload.stateless", part(mount("/data")) + SERVICE.replace("NAME", name)).verdict is verdict


VOLUMES = {
    "a network disk": ("volumes: [{name: d, nfs: {server: s, path: /}}]", UNKNOWN),
    "a claim that is only read": (CLAIM.replace("kaart-data", "kaart-data, readOnly: true"), PASS),
    "secrets of a vault": ("volumes: [{name: d, csi: {driver: secrets-store.csi.k8s.io}}]", PASS),
    "gone with the pod": ("volumes: [{name: d, emptyDir: {}}]", PASS),
    "on the node": ("volumes: [{name: d, hostPath: {path: /d}}]", FAIL),
}


@pytest.mark.parametrize(("volumes", "verdict"), VOLUMES.values(), ids=VOLUMES)
def test_what_lasts_is_what_counts(volumes: str, verdict: Verdict) -> None:
    assert judged("workload.stateless", part(served(), volumes)).verdict is verdict


def test_files_that_two_programs_have_are_no_data_of_a_store() -> None:
    other = part(mount("/media", ", readOnly: true"), name="beeld")
    assert judged("workload.stateless", part(served()) + other).verdict is PASS


def test_a_claim_that_is_declared_holds_files() -> None:
    declared = Settings(external_storage_claims=("kaart-data",))
    assert judged("workload.stateless", part(served()), settings=declared).verdict is PASS
    other = Settings(external_storage_claims=("iets-anders",))
    assert judged("workload.stateless", part(served()), settings=other).verdict is UNKNOWN
