"""What looks like a secret, and what only resembles one.

Samples are put together from parts, so that no scanner takes this file for a leak.
"""

import base64

import pytest
from from_yaml import objects, workloads
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.kubernetes.literals import literals, options
from toetskader.facts.kubernetes.secret_uses import filled_entries, made_by_controllers, secret_names, secret_uses
from toetskader.facts.secrets.documents import named_secrets
from toetskader.facts.secrets.documents import settings as settings_of
from toetskader.facts.secrets.encoded import holds_certificate, holds_private_key
from toetskader.facts.secrets.names import names_secret
from toetskader.facts.secrets.readers import assignments
from toetskader.facts.secrets.shapes import SHAPES, leaks
from toetskader.facts.secrets.values import gives_secret, is_literal, looks_random

RANDOM = "Zx8Qm2Lr7Tn4Vb9Kp1Wd"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----\n"

SECRET_NAMES = [
    *("DB_PASSWORD", "password", "adminPassword", "REDIS_PASSWD", "dbPass", "DB_PW", "password2", "wachtwoord"),
    *("SECRET_KEY", "clientSecret", "apiToken", "API_KEY", "apikey", "AWS_SECRET_ACCESS_KEY", "storageAccountKey"),
    *("spring.datasource.password", ".dockerconfigjson", "JWT_SECRET", "ENCRYPTION_KEY", "privateKey", "APP_KEY"),
    *("SECRET_KEY_BASE", "JWT_SECRET_BASE64", "requirepass", "CLIENT_GEHEIM", "API_SLEUTEL", "toegangssleutel2"),
]
OTHER_NAMES = [
    *("PASSWORD_FILE", "tokenUrl", "secretName", "existingSecret", "existingSecretPasswordKey", "passwordKey"),
    *("topologyKey", "SORT_KEY", "PUBLIC_KEY", "publicKey", "key", "KEYCLOAK_URL", "CACHE_KEY_PREFIX", "TOKEN_TTL"),
    *("automount", "username", "secretKeyRef", "AUTH_METHOD", "passwordPolicy", "compass", "bypass_cache"),
    *("zaaksleutel", "KNOWLEDGE_BASE", "artifacthub.io/signKey"),
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_secrets(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_other_names(name: str) -> None:
    assert not names_secret(name)


LITERALS = ["changeme", "SUPER-SECRET", RANDOM, 12345, "${PASSWORD:-changeme}", "a b", "p@ss/word", "postgres://db"]
NO_LITERALS = [
    *("", "  ", None, True, "false", "null", "${PASSWORD}", "${env:TOKEN}", "$(PASSWORD)", "$PASSWORD"),
    *("{{ .Values.password }}", "<path:secret/data#key>", "<fill in>", "__PASSWORD__", "#{password}#", "********"),
    *("/run/secrets/password", "./key.pem", "tls.key", "vault:secret/data/db#password", "ref+vault://db/password"),
    *(
        "DB_PASSWORD",
        "REP_API_TOKEN_REP",
        CERTIFICATE,
        "ssh-ed25519 AAAAC3Nz",
        "Ag" + "By" * 60,
        "ENC[AES256_GCM,data:abc]",
    ),
]


@pytest.mark.parametrize("value", LITERALS)
def test_literals(value: object) -> None:
    assert is_literal(value)


@pytest.mark.parametrize("value", NO_LITERALS)
def test_what_is_no_literal(value: object) -> None:
    assert not is_literal(value)


@pytest.mark.parametrize(
    ("name", "value", "in_variable", "in_values"),
    [
        ("clientSecret", "changeme", True, True),
        ("clientSecret", "my-client-secret", True, False),
        ("secretKey", "redis-password", True, False),
        ("secret", "voorbeeld-tls", True, False),
        ("secret", "changeme", True, True),
        ("password", "redis-password", True, True),
        ("SORT_KEY", "name", False, False),
        ("SORT_KEY", RANDOM, True, True),
        ("LOG_LEVEL", RANDOM, False, False),
        ("API_KEY", "", False, False),
    ],
)
def test_name_and_value_together(name: str, value: str, in_variable: bool, in_values: bool) -> None:
    assert gives_secret(name, value) is in_variable
    assert gives_secret(name, value, in_values=True) is in_values


@pytest.mark.parametrize(
    ("text", "random"),
    [
        (RANDOM, True),
        ("4f1c2d9ab07e4c55", True),
        ("een-lange-naam-met-streepjes-1", False),
        ("registry.gemeente.example", False),
        ("aaaaaaaaaaaaaaaa1", False),
        ("kort1", False),
    ],
)
def test_randomness(text: str, random: bool) -> None:
    assert looks_random(text) is random


LEAKING = {
    "a private key": PEM,
    "a private key in JSON": '{"key": "-----BEGIN ' + 'PRIVATE KEY-----\\nMIIEvQIBADANBg"}',
    "a password in a URL": "redis://:geheim@redis:6379/1",
    "a password in a URL to a variable": "postgres://app:geheim@$(HOST)/app",
    "a password in a URL in a template": "postgres://app:geheim@{{ .Values.host }}/app",
    "a connection string": "Host=db;Username=app;Password=Zomer-2024;Database=app",
    "a connection string that starts with it": "Pwd=Zomer-2024;Server=db",
    "SQL": "CREATE USER app WITH PASSWORD 'Zomer-2024';",
    "SQL of others": "create user 'app'@'%' identified by 'Zomer-2024';",
    "curl": "curl -fsS -u app:Zomer-2024 http://app",
    "AWS": "id: AKIA" + "IOSFODNN7ABCDEFG",
    "Basic header": "value: Basic " + "YWRtaW46YWRtaW4=",
    "Basic header, with a colon": "value: Basic:" + "YWRtaW46YWRtaW4=",
    "Bearer header": "-H 'Authorization: Bearer " + "abcdef0123456789abcdef'",
    "GitHub": "ghp_" + "a1B2" * 9,
    "GitLab": "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "Slack": "xoxb-" + "123456789012-abcdefghij",
    "Azure storage": "AccountKey=" + "A1b2" * 21 + "aa==",
    "Google": "AIza" + "a1B2c" * 7,
    "npm": "npm_" + "a1B2" * 9,
    "JWT": "eyJhbGciOiJIUzI1NiIs." + "eyJzdWIiOiIxMjM0NTY3." + "dozjgNryP4J3jVmNHl0w",
}
HARMLESS = {
    "a key's header alone": "-----BEGIN " + "PRIVATE KEY-----\n...\n",
    "a key from values": "-----BEGIN " + "PRIVATE KEY-----\n{{ .Values.key }}",
    "a certificate": CERTIFICATE,
    "a reference in a URL": "redis://:$(REDIS_PASSWORD)@redis:6379/1",
    "a template in a URL": "redis://:{{ .Values.password }}@redis",
    "a format in a URL": 'printf "amqp://%s:%s@%s"',
    "a sample in a comment": "# brokerUrl: amqp://username:password@rabbitmq:5672",
    "a port and a mail address": "http://host:8080/pad/naam@gemeente.example",
    "a digest": "sha256:" + "a1b2c3d4" * 8,
    "a connection string with a reference": "Host=db;Password=$(DB_PASSWORD);Database=app",
    "a connection string with dots": "Host=…;Username=…;Password=…",
    "a folder in a shell": "cd /app; PWD=/app",
    "SQL with a variable": "CREATE USER app WITH PASSWORD ':password';",
    "a client's own option": "curl --user-agent app:1 http://app",
    "Basic without credentials": "Basic authentication is off",
    "Bearer of a variable": "Authorization: Bearer ${TOKEN}",
    "part of a longer text": "xAKIA" + "IOSFODNN7ABCDEFG",
}


@pytest.mark.parametrize("text", LEAKING.values(), ids=LEAKING)
def test_shapes_of_secrets(text: str) -> None:
    (leak,) = leaks("eerste regel\n" + text)
    assert leak.line == 2
    assert text not in repr(leak)


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_shapes_of_nothing(text: str) -> None:
    assert leaks(text) == ()


@pytest.mark.parametrize(
    "sample",
    [
        "postgres://user:password@host/db",
        "Server=db;Password=your-password",
        PEM.replace("\n-----END", "\n...\nMIIEowIB\n-----END"),
    ],
)
def test_a_sample_is_harmless_in_documentation_only(sample: str) -> None:
    assert leaks(sample)
    assert not leaks(sample, documentation=True)


@pytest.mark.parametrize("text", [PEM, base64.b64encode(PEM.encode()).decode()])
def test_keys_are_seen_through_base64(text: str) -> None:
    assert holds_private_key(text)
    assert not holds_certificate(text)


VALUES = """\
# password: in een comment
auth:
  username: beheer
  password: geheim  # standaard
  "token": "abc" # waarom
  existingSecret: ""
  privateKey: |-

    MIIEvQIBADANBg
  apiKey: &anker waarde
  anotherPassword: *anker
list: [{password: in één regel}]
 - secretKey: {{ .Values.x }}
"""


def test_lines_that_set_a_secret() -> None:
    found = [(item.line, item.name, item.value) for item in assignments("values.yaml", VALUES)]
    assert found == [
        (4, "password", "geheim"),
        (5, "token", "abc"),
        (7, "privateKey", "MIIEvQIBADANBg"),
        (10, "apiKey", "waarde"),
        (11, "anotherPassword", ""),
        (13, "secretKey", "{{ .Values.x }}"),
    ]
    assert [item.line for item in assignments("app.properties", "a=b\nspring.password=x\n")] == [2]
    assert not assignments("README.md", VALUES)
    found_in = assignments("values.yaml", VALUES)
    assert all(VALUES[item.start : item.start + len(item.value)] == item.value for item in found_in)


CODE = {
    "PHP": (
        "config.php",
        "define('DB_PASSWORD', 'abc');\n$CONFIG = ['dbpassword' => \"abc\"];\n$password = 'abc';\n",
        3,
    ),
    "Python": ("settings.py", "DB = {'PASSWORD': 'abc', 'USER': 'app'}\nSECRET_KEY = os.environ['SECRET_KEY']\n", 1),
    "XML": ("web.config", '<add key="ApiKey" value="abc"/>\n<password>abc</password>\n<user password="abc"/>\n', 3),
    "a shell": ("run.sh", 'export DB_PASSWORD=abc\nTOKEN="$(cat /run/token)"\nKEY=`cat x`\n', 1),
    "a default in a template": (
        "a.yaml",
        'password: {{ .Values.password | default "abc" | quote }}\nsecret: {{ .Values.name | default "app" }}\n',
        1,
    ),
    "a file of its own": ("files/db-password.txt", "abc\n", 1),
    "a text about it": ("files/password.txt", "abc\ndef\n", 0),
}


@pytest.mark.parametrize(("name", "text", "number"), CODE.values(), ids=CODE)
def test_secrets_in_code(name: str, text: str, number: int) -> None:
    found = [item for item in assignments(name, text) if gives_secret(item.name, item.value, in_values=True)]
    assert [item.value for item in found] == ["abc"] * number
    assert all(text[item.start : item.start + 3] == "abc" for item in found)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["values.yaml", "app.env", "config.php", "password"]))
def test_any_text_can_be_read(text: str, name: str) -> None:
    lines = len(text.splitlines()) + 1
    found = assignments(name, text)
    assert all(1 <= item.line <= lines for item in found)
    assert all(text[item.start : item.start + len(item.value)] == item.value for item in found if item.value)
    assert all(leak.shape in SHAPES for leak in leaks(text))


@pytest.mark.parametrize(
    "text", ["key" * 300_000, "://" * 300_000, "a:" * 300_000, "eyJ" * 300_000, "token: " * 200_000]
)
def test_long_lines_take_no_long_time(text: str) -> None:
    assert not assignments("values.yaml", text)
    assert leaks(text) == ()


SCENE = """
{apiVersion: v1, kind: Secret, metadata: {name: gevuld}, data: {a: Z2VoZWlt, b: /wAA, c: "", d: 5, e: null}}
---
apiVersion: v1
kind: Secret
metadata: {name: leeg, annotations: {avp.kubernetes.io/path: kluis}}
stringData: {leeg: "", naar: "<path:kluis#sleutel>", DB_USER: beheer, clientId: abc, url: "http://redis:6379/1"}
---
{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: verzegeld}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: verwijzing}
spec: {target: {name: extern}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: app}, imagePullSecrets: [{name: register}]}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {A: "1"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      serviceAccountName: app
      imagePullSecrets: [{name: pull}]
      containers:
        - name: app
          env:
            - {name: X, valueFrom: {secretKeyRef: {name: env, key: x}}}
            - {name: Y, value: y}
          envFrom: [{secretRef: {name: envfrom}}]
          args: ["--password=geheim", "sh -c 'run --api-token \\"$TOKEN\\"'", naam-met-secret waarde]
      volumes:
        - {name: a, secret: {secretName: volume}}
        - {name: b, projected: {sources: [{secret: {name: projectie}}]}}
"""


def test_filled_entries_of_secrets() -> None:
    filled, empty = (filled_entries(item) for item in objects(SCENE).of_kind("Secret"))
    assert [node.path for node in filled] == ["data.a", "data.b", "data.d"]
    assert empty == ()


CONNECTIONS = """
{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {host: db, port: "5432", database: zaken, username: z}}
---
{apiVersion: v1, kind: Secret, metadata: {name: b}, stringData: {DB_HOST: db.example, DB_NAME: zaken, DB_PORT: "1"}}
---
{apiVersion: v1, kind: Secret, metadata: {name: c}, data: {region: ZXU=, bucket: emFrZW4=, sslmode: cmVxdWlyZQ==}}
---
{apiVersion: v1, kind: Secret, metadata: {name: d}, stringData: {host: db, password: zomer}}
---
{apiVersion: v1, kind: Secret, metadata: {name: e}, stringData: {host: "amqp://app:zomer@mq", database: Welkom-2024}}
---
{apiVersion: v1, kind: Secret, metadata: {name: f}, stringData: {app.conf: "host=db", name: zaken}}
"""


def test_where_something_is_found_makes_no_secret_filled() -> None:
    filled = [[node.path for node in filled_entries(item)] for item in objects(CONNECTIONS).of_kind("Secret")]
    assert filled == [
        [],
        [],
        [],
        ["stringData.password"],
        ["stringData.host", "stringData.database"],
        ["stringData.app.conf", "stringData.name"],
    ]


NAMED = """
{apiVersion: v1, kind: Secret, metadata: {name: zelf}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [rol]}, {resources: [pods], resourceNames: [pod]}]
---
{apiVersion: x.example/v1, kind: X, metadata: {name: x}, spec: {tlsSecretName: tls, secretRef: {name: ref}, name: geen}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  imagePullSecrets: [{name: register}]
  containers: [{name: c, env: [{name: X, valueFrom: {secretKeyRef: {name: env, key: k}}}]}]
  volumes: [{name: v, secret: {secretName: volume}}, {name: w, projected: {sources: [{secret: {name: deel}}]}}]
"""


def test_names_of_secrets_in_objects_of_any_kind() -> None:
    documents = [item.root.value for item in objects(NAMED)]
    assert named_secrets(documents) == {"zelf", "rol", "tls", "ref", "register", "env", "volume", "deel"}
    assert secret_names(objects(NAMED)) == named_secrets(documents)


def test_uses_and_makers_of_secrets() -> None:
    scene = objects(SCENE)
    (app,) = workloads(SCENE)
    names = {use.name for use in secret_uses(app, scene)}
    assert names == {"env", "envfrom", "volume", "projectie", "pull", "register"}
    assert {name for _, name in made_by_controllers(scene)} == {"verzegeld", "extern"}


def test_literals_of_a_scene() -> None:
    found = {(item.name, item.text) for item in literals(workloads(SCENE), objects(SCENE))}
    assert found == {("Y", "y"), ("A", "1")}
    assert {(item.name, item.text) for item in options(workloads(SCENE))} == {
        ("password", "geheim"),
        ("api-token", "$TOKEN"),
        ("c", "run"),
    }


def test_settings_know_what_they_go_by() -> None:
    (deployment,) = objects(SCENE).of_kind("Deployment")
    found = {item.name: item.node.path for item in settings_of(deployment.root)}
    assert found["Y"] == "spec.template.spec.containers[0].env[1].value"
    assert found["secretName"] == "spec.template.spec.volumes[0].secret.secretName"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("host=db port=5432 user=app password=Fiets-84zomer dbname=zaken", True),
        ("primary_conninfo = 'host=db user=r password=Fiets-84zomer'", True),
        ('psql "host=db password=Fiets-84zomer"', True),
        ("jdbc:oracle:thin:app/Fiets-84zomer@//db:1521/zaken", True),
        ("jdbc:oracle:oci:app/Fiets-84zomer@zaken", True),
        ("host=db user=app password=$PGPASSWORD", False),
        ("host=db user=app password=${PW} dbname=x", False),
        ("host=db user=app passfile=/run/pgpass", False),
        ("jdbc:oracle:thin:@//db:1521/zaken", False),
        ("jdbc:oracle:thin:/@zaken", False),
        ("jdbc:oracle:thin:app/${PW}@db:1521/x", False),
    ],
)
def test_passwords_in_pairs_and_in_addresses_of_oracle(text: str, given: bool) -> None:
    assert bool(leaks(text)) is given
