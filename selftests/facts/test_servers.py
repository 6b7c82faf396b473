"""Servers that others make, told by what a container shows of itself under an image name that tells nothing."""

import pytest
from from_yaml import workloads

from toetskader.facts.kubernetes.known_images import data_stores, server_in
from toetskader.facts.kubernetes.servers import Server

IMAGE = "image: 'registry.nl/team/opslag:1.4.2'"
PG, SQL, OTHER, QUEUE = Server.POSTGRESQL, Server.OTHER_SQL, Server.OTHER_DATABASE, Server.CACHE_OR_QUEUE
ON_CLAIM = "volumeMounts: [{name: d, mountPath: PATH}]"
POD = "volumes: [{name: d, persistentVolumeClaim: {claimName: d}}, {name: c, configMap: {name: c}}]"


def found(container: str, more: str = "", kind: str = "Deployment") -> Server | None:
    document = (
        f"{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: x}}, spec: {{template: {{metadata: {{labels: "
        f"{{app: x}}}}, spec: {{{POD}, containers: [{{name: c, {IMAGE}, {container}}}]}}}}}}}}\n---\n{more}"
    )
    (only,) = workloads(document)
    return server_in(only.containers[0])


def env(*names: str, value: str = "x") -> str:
    return f"env: [{', '.join(f'{{name: {name}, value: {value!r}}}' for name in names)}]"


def probe(command: str, which: str = "readinessProbe") -> str:
    return f"{which}: {{exec: {{command: [sh, -c, {command!r}]}}}}"


def mount(path: str) -> str:
    return ON_CLAIM.replace("PATH", path)


SERVERS = {
    # What only the server's own image is set up with.
    "variable of PostgreSQL": (env("PGDATA"), PG),
    "variable of MariaDB": (env("MARIADB_ROOT_PASSWORD_FILE"), SQL),
    "variable of SQL Server": (env("ACCEPT_EULA", "MSSQL_SA_PASSWORD"), SQL),
    "variable of Elasticsearch": (env("discovery.type", value="single-node"), OTHER),
    "variable of MinIO, with its own address": (env("MINIO_ROOT_USER", "MINIO_SERVER_URL"), OTHER),
    "variable of RabbitMQ": (env("RABBITMQ_DEFAULT_PASS"), QUEUE),
    "variable of Kafka": (env("KAFKA_ADVERTISED_LISTENERS"), QUEUE),
    "variable of a server that listens here": (
        "env: [{name: MYSQL_ROOT_PASSWORD, value: x}, {name: MYSQL_HOST, value: 127.0.0.1}]",
        SQL,
    ),
    "variable of a replica": (env("POSTGRESQL_REPLICATION_MODE", "POSTGRESQL_MASTER_HOST"), PG),
    # The program.
    "program": ("command: [postgres, -c, max_connections=200]", PG),
    "program by its path": ("command: [/usr/local/bin/mongod, --bind_ip_all]", OTHER),
    "program in a shell": ("command: [sh, -c, 'exec redis-server --appendonly yes']", QUEUE),
    "program behind another": ("command: [sh, -c, 'chown -R 999 /d && exec mysqld']", SQL),
    "program as arguments": ("args: [docker-entrypoint.sh, mariadbd]", SQL),
    # What a probe asks.
    "asked by its client": (probe("pg_isready -U app -d app"), PG),
    "asked on localhost": (probe("mysqladmin ping -h localhost -p$MYSQL_PWD", "livenessProbe"), SQL),
    "asked at the address of its pod": (probe("exec pg_isready --host $POD_IP"), PG),
    "asked with a path": (probe("/usr/bin/mongosh --quiet --eval 'db.hello().ok'", "startupProbe"), OTHER),
    "asked without a shell": ("livenessProbe: {exec: {command: [redis-cli, ping]}}", QUEUE),
    "asked as a URL of itself": (probe("redis-cli -u redis://localhost:6379 ping"), QUEUE),
    "asked as a user": (probe("mysqladmin ping -u root -p$MYSQL_ROOT_PASSWORD"), SQL),
    "asked by its socket": (probe("mysql -S /run/mysqld/mysqld.sock -e 'select 1'"), SQL),
    "asked how its node is": (probe("rabbitmq-diagnostics -q ping"), QUEUE),
    # Its port.
    "asked at its port": ("readinessProbe: {tcpSocket: {port: 3306}}", SQL),
    "asked over gRPC at its port": ("readinessProbe: {grpc: {port: 2379}}", OTHER),
    # Its data.
    "data of PostgreSQL": (mount("/var/lib/postgresql/data"), PG),
    "data of OpenSearch": (mount("/usr/share/opensearch/data/"), OTHER),
    "data of Redis at Bitnami": (mount("/bitnami/redis/data"), QUEUE),
    "data that others could have too": (mount("/data/db"), OTHER),
    "password that others have too, with data": (f"{env('POSTGRES_PASSWORD')}, {mount('/srv')}", PG),
}
NONE = {
    "uses PostgreSQL": env("POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB"),
    "uses PostgreSQL and keeps files": f"{env('POSTGRES_PASSWORD', 'POSTGRES_HOST')}, {mount('/media')}",
    "uses PostgreSQL and serves": (
        f"{env('POSTGRES_PASSWORD')}, {mount('/media')}, readinessProbe: {{httpGet: {{path: /, port: 8000}}}}"
    ),
    "uses PostgreSQL and is told where by a ConfigMap": (
        f"{env('POSTGRES_PASSWORD')}, {mount('/media')}, envFrom: [{{configMapRef: {{name: c}}}}]"
    ),
    "uses PostgreSQL and serves something else": (
        f"{env('POSTGRES_PASSWORD')}, {mount('/media')}, ports: [{{containerPort: 8000}}]"
    ),
    "uses Redis and keeps files": f"{env('REDIS_PASSWORD')}, {mount('/media')}",
    "manages MySQL elsewhere": env("MYSQL_ROOT_PASSWORD", "PMA_HOST"),
    "uses MongoDB with its set-up": env("MONGO_INITDB_DATABASE", "MONGO_URL"),
    "asks a database elsewhere": probe("pg_isready -h $DB_HOST -p 5432"),
    "asks a cache elsewhere": probe("redis-cli -h cache ping"),
    "asks a database at an address": probe("mongosh --host mongo.elders.nl --eval 1"),
    "asks a database at a URL": probe("psql postgresql://app@db/app -c 'select 1'"),
    "names a program in passing": "command: [sh, -c, 'python wait_for.py postgres && exec gunicorn']",
    "starts something like it": "command: [postgres-exporter-eigen]",
    "its own port": "ports: [{name: http, containerPort: 8080}], readinessProbe: {tcpSocket: {port: 8080}}",
    "configuration at the place of data": "volumeMounts: [{name: c, mountPath: /var/lib/mysql/conf}]",
    "data it only reads": "volumeMounts: [{name: d, mountPath: /var/lib/mysql, readOnly: true}]",
    "files of an application": mount("/data"),
    "a database in a file": f"{mount('/data/db')}, ports: [{{name: http, containerPort: 8080}}]",
    "a proxy in front of a database": "name: sql-proxy, ports: [{containerPort: 5432}]",
}


@pytest.mark.parametrize(("container", "server"), SERVERS.values(), ids=SERVERS)
def test_a_server_shows_itself(container: str, server: Server) -> None:
    assert found(container) is server


@pytest.mark.parametrize("container", NONE.values(), ids=NONE)
def test_what_uses_a_server_is_none(container: str) -> None:
    assert found(container) is None


def service(ports: str, selects: str = "x") -> str:
    return f"{{apiVersion: v1, kind: Service, metadata: {{name: s}}, spec: {{selector: {{app: {selects}}}, {ports}}}}}"


def test_a_service_tells_of_a_container_that_declares_no_port() -> None:
    assert found("", service("ports: [{port: 5432}]")) is PG
    assert found("", service("ports: [{port: 80, targetPort: 6379}]")) is QUEUE
    assert found("", service("ports: [{port: 5432}]", selects="y")) is None
    assert found("ports: [{containerPort: 8080}]", service("ports: [{port: 5432}]")) is None


def test_what_runs_before_or_beside_is_no_server() -> None:
    (only,) = workloads(
        "{kind: Job, metadata: {name: backup}, spec: {template: {spec: {containers: "
        f"[{{name: c, {IMAGE}, {env('PGDATA')}}}]}}}}}}}}"
    )
    assert data_stores(only) == ()
    (only,) = workloads(
        "{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {initContainers: "
        f"[{{name: i, {IMAGE}, command: [chown, '999', /d], volumeMounts: [{{name: d, mountPath: /var/lib/mysql}}]}}], "
        f"containers: [{{name: c, {IMAGE}}}], volumes: [{{name: d, emptyDir: {{}}}}]}}}}}}}}"
    )
    assert [server_in(item) for item in only.containers] == [None, None]
