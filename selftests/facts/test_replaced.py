"""What is replaced where: a text that only looks like a reference is a value."""

import pytest
from from_yaml import objects, workloads

from toetskader.facts.kubernetes.literals import headers, literals, options
from toetskader.facts.references import inner, looks_generated, placeholder
from toetskader.facts.secrets.shapes import leaks_at
from toetskader.facts.secrets.values import gives_secret, is_literal

CODE = "Zq8vK2mTx91LpW7r"
PW = "{name: PW, valueFrom: {secretKeyRef: {name: s, key: k}}}"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: p, annotations: {%(annotations)s}}
spec:
  containers:
    - name: a
      %(container)s
  volumes: [{name: v, secret: {secretName: s}}, {name: c, configMap: {name: cm}}]
---
{apiVersion: v1, kind: Secret, metadata: {name: known}, stringData: {PW: x}}
"""


def given(container: str, annotations: str = "", more: str = "") -> list[str]:
    """Return the names under which a container, or a ConfigMap that it reads, is given a secret."""
    text = POD % {"container": container, "annotations": annotations} + more
    scene, running = objects(text), workloads(text)
    return [
        item.name
        for item in (*literals(running, scene), *options(running), *headers(running))
        if gives_secret(item.name, item.node.value, resolves=item.resolves) or leaks_at(item.text, item.resolves)
    ]


LOOKS_LIKE_A_REFERENCE = [
    *(f"${CODE}", f"<{CODE}>", f"__{CODE}__", f"$({CODE})", f"op://{CODE}", f"file:{CODE}", f"%{CODE}%"),
    *(
        f"ENC[A,data:{CODE}]",
        "/Zq8vK2m/Tx91LpW",
        f"${{{CODE}}}",
        f"#{{{CODE}}}#",
        f"ref+vault://{CODE}",
        f"vault:{CODE}",
    ),
    *(
        "Zq8vK2m.key",
        "ZQ8V_PASSWORD",
        "{{ Zq8vK2m }}",
        "****",
        f"ssh-rsa {CODE}",
        "-----BEGIN CERTIFICATE-----\\nx y-z",
    ),
    *(
        "-----BEGIN CERTIFICATE-----\\nx y-z",
        "$$(PW)",
        "$(PW)x9Geheim",
        "akvs://Zq8v",
        "<path:Zq8v#x>",
        "${PW}",
        "$PW",
        "%PW%",
    ),
]


@pytest.mark.parametrize("value", LOOKS_LIKE_A_REFERENCE)
def test_a_variable_is_given_what_only_looks_like_a_reference(value: str) -> None:
    entry = f'{{name: DB_PASSWORD, value: "{value}"}}'
    assert given(f"env: [{PW}, {entry}]") == ["DB_PASSWORD"]


@pytest.mark.parametrize("user", ["$Zq8vK2m", "<Zq8vK2m>", "%Zq8v", "{Zq8v}", "(Zq8v)", "#Zq8v", "*Zq8v"])
def test_a_password_in_a_url_is_one_however_it_is_marked(user: str) -> None:
    assert given(f'env: [{{name: URL, value: "postgres://app:{user}@db/x"}}]') == ["URL"]


NAMES = [
    *("PGPASS", "DBPASS", "BINDPW", "ENCRYPTIONKEY", "X_TOK", "DB_CREDS"),
    *("EXISTING_DB_PASSWORD", "SITE_PASSWORD", "DB_PASSW0RD", "DB_PWORD", "DB_PASSWORD_VALUE", "DB_PASSWORD_1A"),
    *(
        "DB_PASSWORD_TEXT",
        "DBPASSWORDX",
        "DB_PASSWORDS",
        "PUBLIC_PASSWORD",
        "PGPASS",
        "DBPASS",
        "BINDPW",
        "ENCRYPTIONKEY",
        "X_TOK",
        "DB_CREDS",
        "CSRF_SECRET",
        "API_T0KEN",
        "DB_PSWD",
    ),
    *("EXISTING_TOKEN", "PUBLISHABLE_SECRET", "S3CRET", "DB_PASSWORD_RAW", "TOKEN_FOR_MAIL", "DB_PASSWORD_DATA_2"),
]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_variable_exempts_a_password(name: str) -> None:
    assert given(f'env: [{{name: {name}, value: "{CODE}"}}]') == [name]
    assert given(f'env: [{{name: {name}, value: "Zq8vK2mTx91 LpW7r"}}]') == [name]


HONEST = {
    "a variable before it": f"{PW}, {{name: DB_PASSWORD, value: $(PW)}}",
    "two of them": (
        "{name: A, valueFrom: {secretKeyRef: {name: s, key: a}}}, "
        "{name: B, valueFrom: {secretKeyRef: {name: s, key: b}}}"
        ', {name: CREDENTIALS_PASS, value: "$(A):$(B)"}'
    ),
    "in a URL": (f"{PW}, {{name: URL, value: 'postgres://app:$(PW)@db/x'}}"),
    "a file that is mounted": "{name: DB_PASSWORD_FILE, value: /run/db/pw}, {name: DB_PASSWORD, value: /run/db/pw}",
    "nothing": '{name: DB_PASSWORD, value: ""}, {name: ALLOW_EMPTY_PASSWORD, value: "yes"}',
    "about passwords": (
        '{name: PASSWORD_MIN_LENGTH, value: "12"}, {name: TOKEN_URL, value: "https://sso.example/token"}, '
        "{name: PASSWORD_HASHER, value: Argon2id}, {name: TOKEN_ISSUER, value: 9b2e1c1a-8a2d-4f0e-9a66-0c1d2e3f4a5b}, "
        "{name: TOKEN_ALGORITHM, value: ES256}, {name: RECAPTCHA_SITE_KEY, value: Zq8vK2mTx91LpW7r}"
    ),
}


@pytest.mark.parametrize("env", HONEST.values(), ids=HONEST)
def test_what_a_variable_is_really_given_by_reference(env: str) -> None:
    assert given(f"env: [{env}]\n      volumeMounts: [{{name: v, mountPath: /run/db}}]") == []


def test_what_comes_later_or_is_literal_itself_is_not_replaced() -> None:
    assert given(f"env: [{{name: DB_PASSWORD, value: $(PW)}}, {PW}]") == ["DB_PASSWORD"]
    assert given("env: [{name: A, value: zonnebloem}, {name: DB_PASSWORD, value: $(A)}]") == ["DB_PASSWORD"]


def test_variables_of_a_secret_that_is_read_whole() -> None:
    read = "envFrom: [{secretRef: {name: %s}}]\n      env: [{name: DB_PASSWORD, value: $(%s)}]"
    assert given(read % ("known", "PW")) == []
    assert given(read % ("known", "ANDERS")) == ["DB_PASSWORD"]
    assert given(read % ("elsewhere", "DB_PW")) == []
    assert given(read % ("elsewhere", "Zonnebloem")) == ["DB_PASSWORD"]


PROGRAMS = {
    "a webhook": ("vault.security.banzaicloud.io/vault-addr: x", "vault:secret/data/db#pw"),
    "an operator": ("operator.1password.io/inject: a", "op://kluis/db/pw"),
    "an agent's folder": ("vault.hashicorp.com/agent-inject: 'true'", "/vault/secrets/db"),
}


@pytest.mark.parametrize(("annotation", "value"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_that_the_pod_names_replaces_its_own_form(annotation: str, value: str) -> None:
    entry = f'env: [{{name: DB_PASSWORD, value: "{value}"}}]'
    assert given(entry, annotation) == []
    assert given(entry) == ["DB_PASSWORD"]


def test_a_program_that_the_command_names() -> None:
    entry = 'env: [{name: DB_PASSWORD, value: "op://kluis/db/pw"}]'
    assert given(f"command: [op, run, --, app]\n      {entry}") == []
    assert given(f"command: [app]\n      {entry}") == ["DB_PASSWORD"]


def test_a_shell_replaces_where_it_runs() -> None:
    assert given("command: [sh, -c, 'app --db-password $DB --token \"${TOKEN}\"']") == []
    assert given("command: [app, --db-password, $DB]") == ["db-password"]
    assert given(f"command: [sh, -c, 'app --db-password ${CODE}']") == ["db-password"]
    assert given("command: [sh, -c, \"app --db-password='$Geheim' --token='$DB_TOKEN'\"]") == ["db-password"]


CONFIG = "\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, data: {DB_PASSWORD: '%s'}}"
MOUNT = f"env: [{PW}]\n      volumeMounts: [{{name: c, mountPath: /c}}]"


def test_a_file_refers_to_variables_that_its_program_has() -> None:
    for reference in ("${PW}", "$PW", "%PW%", "__PW__", "{{ .Env.PW }}", "${env:PW}"):
        assert given(MOUNT, more=CONFIG % reference) == []
    for value in ("${ANDERS}", f"<{CODE}>", f"__{CODE}__", f"${CODE}"):
        assert given(MOUNT, more=CONFIG % value) == ["DB_PASSWORD"]


def test_nothing_is_replaced_in_a_config_map_that_is_read_as_variables() -> None:
    read = "envFrom: [{secretRef: {name: known}}, {configMapRef: {name: cm}}]"
    assert given(read, more=CONFIG % "$(PW)") == ["DB_PASSWORD"]


def test_what_a_reader_is_to_fill_in_is_none_in_a_file_of_the_chart() -> None:
    for value in (
        "<fill this in>",
        "${DB_PASSWORD}",
        "__PASSWORD__",
        "op://kluis/db/pw",
        "/run/secrets/pw",
        "ENC[A,data:x]",
    ):
        assert placeholder(value)
        assert not is_literal(value)
    for value in (f"<{CODE}>", f"${CODE}", f"__{CODE}__"):
        assert is_literal(value)


def test_what_stands_within_a_reference() -> None:
    assert [inner(text) for text in ("${A}", "$(A)", "$A", "%A%", "#{A}#", "__A__", "A")] == ["A"] * 6 + [None]


@pytest.mark.parametrize(
    ("text", "generated"),
    [
        (CODE, True),
        ("kT8u1Yc3Vb7", True),
        ("Production2Settings", False),
        ("com.example.App2GoConfig3", False),
        ("d41d8cd98f00b204e9800998ecf8427e", False),
        ("20260101T000000Z", False),
        ("x" * 200_000, False),
    ],
)
def test_what_looks_generated(text: str, generated: bool) -> None:
    assert looks_generated(text) is generated
