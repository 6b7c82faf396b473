"""Facts without secrets: nothing of a secret is left, and judgements see what they saw.

Samples are put together from parts, so that no scanner takes this file for a leak.
"""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.helm.hide import without_secrets
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.chart import ChartAttempt, ChartFiles, LintMessage, Render, RenderedObject
from toetskader.facts.key import FactKey
from toetskader.facts.placeholders import is_placeholder
from toetskader.facts.redaction import MOST_SECRETS, Redaction
from toetskader.facts.redaction.forms import is_distinctive
from toetskader.facts.redaction.markers import WORD, Markers, is_public
from toetskader.facts.redaction.spans import hidden
from toetskader.facts.secrets.encoded import decoded, holds_certificate, holds_private_key
from toetskader.facts.secrets.readers import assignments
from toetskader.facts.secrets.shapes import PRIVATE_KEY, SHAPES, leaks
from toetskader.facts.secrets.values import gives_secret, is_dummy, looks_random
from toetskader.text import Text

SEEN = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test")
RANDOM = "Zx8Qm2Lr7Tn4Vb9Kp1Wd"
KEY_LINES = ["MIIEowIBAAKCAQEAz5Jm0Qw", "kT8u1Yc3Vb7Nn2Lp9Xr4Sd6", "Fg0Hj5Kl=="]
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "\n".join(KEY_LINES) + "\n-----END RSA " + "PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----\n"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# --- markers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.form], ids=lambda shape: shape.literals[0])
@pytest.mark.parametrize("filler", ["REDACTED", "REDACTED2345UVWXYZ67", "EXAMPLEREDACTED"])
def test_a_form_has_its_shape(shape: Any, filler: str) -> None:
    (leak,) = leaks(shape.filled(filler, "AAAB"))
    assert leak.shape is shape


def test_every_token_has_a_form() -> None:
    assert [shape for shape in SHAPES if not shape.form and not any(shape.around)] == [PRIVATE_KEY]


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if any(shape.around)], ids=lambda shape: shape.literals[0])
def test_what_stands_around_a_password_has_its_shape(shape: Any) -> None:
    (leak,) = leaks("REDACTED-1".join(shape.around))
    assert leak.shape is shape


TOKEN = "x7Kp2Lm9" + "Qr4Tv6Wz1Bn3" + "Cd5Fg8Hj0SyUaEiO"
VALUES = {
    "a word": ("hunter", "hunter"),
    "a sentence": ("correct paard batterij", "paard"),
    "random": (RANDOM, RANDOM),
    "random and long": (RANDOM * 30, RANDOM),
    "digits": ("48151623", "48151623"),
    "a placeholder with something real": ("test-Zx8Qm2", "Zx8Qm2"),
    "a sample with something real": ("password-Hunter2", "Hunter2"),
    "an unknown default": ("default-Zx8Qm2", "Zx8Qm2"),
    "a placeholder of digits": ("123456777", "777"),
    "the name of an object": ("mijn-app-credentials", "mijn-app"),
    "a lower-case name": ("mijn-app", "mijn-app"),
    "an address": ("https://kluis.example/pad", "kluis"),
    "a URL with a password": ("postgres://app:Zx8Qm2Lr@db/app", "Zx8Qm2Lr"),
    "a sample URL": ("postgres://app:mijn-password@db/app", "mijn-password"),
    "a GitHub token": (f"ghp_{TOKEN}", TOKEN),
    "an AWS key": ("AKIA" + "QWERTYUIOPASDFGH", "QWERTYUIOPASDFGH"),
    "a JSON Web Token": (
        "eyJhbGciOiJIUzI1NiIs." + "eyJzdWIiOiIxMjM0NTY3." + "dozjgNryP4J3jVmNHl0w",
        "dozjgNryP4J3jVmNHl0w",
    ),
    "a private key": (PEM, KEY_LINES[0]),
    "a private key in base64": (b64(PEM), KEY_LINES[1]),
    "a certificate and a key": (CERTIFICATE + PEM, KEY_LINES[1]),
    "text around a key": (f"eerst {RANDOM}\n{PEM}daarna", RANDOM),
}


@pytest.mark.parametrize(("value", "secret"), VALUES.values(), ids=VALUES)
def test_a_marker_is_judged_like_its_value(value: str, secret: str) -> None:
    marker = Markers().marker(value)
    assert not any(piece in marker or piece in decoded(marker) for piece in pieces(secret, 6) or [secret])
    for name in ("PASSWORD", "secret", "secretKey", "clientSecret", "SORT_KEY", "LOG_LEVEL"):
        for in_values in (False, True):
            before, after = (gives_secret(name, text, in_values=in_values) for text in (value, marker))
            assert before == after, name
    for documentation in (False, True):
        shapes = [[leak.shape for leak in leaks(text, documentation=documentation)] for text in (value, marker)]
        assert shapes[0] == shapes[1]
    assert looks_random(marker) == looks_random(value)
    assert is_placeholder(marker) == is_placeholder(value)
    assert is_dummy(marker) == is_dummy(value)
    assert holds_private_key(marker) == holds_private_key(value)
    assert holds_certificate(marker) == holds_certificate(value)


def pieces(value: str, size: int) -> set[str]:
    """Return every piece of a value of some size."""
    return {value[at : at + size] for at in range(len(value) - size + 1)}


def test_a_header_without_a_secret_gets_no_marker_that_looks_like_one() -> None:
    text = "# - key: Authorization\n#   value: Basic SomeSecretValue\n"
    assert leaks(text) == leaks(hidden("values.yaml", text, Markers())) == ()


def test_a_word_with_digits_gets_a_marker_with_digits() -> None:
    """Where a text may be prose, a mere word after a colon says nothing."""
    text = "cat > /x <<EOF\npassword: zomer2024\nEOF\n"
    assert [item.line for item in assignments("", hidden("", text, Markers()))] == [2]


def test_a_text_of_two_targets_has_the_markers_of_each() -> None:
    text = "password: kX8mQ2vL9pR4\n"
    second = Markers()
    other = second.marker("another-Secret-1")
    first_text, second_text = hidden("values.yaml", text, Markers()), hidden("values.yaml", text, second)
    assert WORD in first_text
    assert other not in second_text
    assert first_text != second_text
    assert "kX8mQ2vL9pR4" in second.given()


def test_one_secret_has_one_marker_and_two_have_two() -> None:
    markers = Markers()
    values = [
        "hunter2x",
        "hunter3x",
        RANDOM,
        RANDOM[::-1],
        "ghp_" + "a1B2" * 9,
        "ghp_" + "b1B2" * 9,
        "4815162342",
        "48151623",
    ]
    given_first = [markers.marker(value) for value in values]
    assert len(set(given_first)) == len(values)
    assert [markers.marker(value) for value in values] == given_first


@pytest.mark.parametrize("number", [98765432101, 4815, 48.15, 1e300, float("inf"), 10**400, -7])
def test_a_number_stays_a_number_of_its_type(number: float) -> None:
    marker = Markers().number(number)
    assert type(marker) is type(number)
    assert marker != number


@pytest.mark.parametrize(
    "value", ["changeme", "change-me", "your-password-here", "********", "xxxx", "<secret>", "123456", "password1"]
)
def test_what_is_nobodys_secret_stays(value: str) -> None:
    assert is_public(value)
    assert Markers().marker(value) == value


@pytest.mark.parametrize(
    "value", ["test-Zx8Qm2", "hunter2", "Password9!x", "123456777", f"{WORD}hunter", "a" * 61, "welkomJan"]
)
def test_what_may_be_somebodys_secret_does_not(value: str) -> None:
    assert not is_public(value)


# --- texts ---------------------------------------------------------------------------------------------------------

SECRET = "Gr0eneKikker!Sprong"
TEXTS = {
    "plain": ("values.yaml", f"auth:\n  password: {SECRET}  # kies zelf\n  name: app\n"),
    "single quotes": ("values.yaml", f"password: 'it''s {SECRET}'\nx: 1\n"),
    "double quotes": ("values.yaml", f'password: "a\\"{SECRET}"\nx: 1\n'),
    "quotes over lines": ("values.yaml", f'password: "een\n  {SECRET}\n  eind"\nx: 1\n'),
    "plain over lines": ("values.yaml", f"password: een\n  {SECRET}\nx: 1\n"),
    "a block": ("values.yaml", f"password: |-\n\n  eerste\n  {SECRET}\nx: 1\n"),
    "a folded block": ("values.yaml", f"apiToken: >-\n  {SECRET}\nx: 1\n"),
    "on the next line": ("values.yaml", f"password:\n  {SECRET}\nx: 1\n"),
    "a list": ("values.yaml", f"token:\n  - {SECRET}\n  - 'b {SECRET}'\nx: 1\n"),
    "a list beside its key": ("values.yaml", f"token:\n- {SECRET}\nx: 1\n"),
    "flow": ("values.yaml", f"auth: {{username: app, password: {SECRET}, tls: true}}\nx: 1\n"),
    "flow with quotes": ("values.yaml", f'auth: {{"password": "{SECRET} b", x: 1}}\n'),
    "an anchor": ("values.yaml", f"password: &p {SECRET}\nx: *p\n"),
    "JSON": ("a.json", json.dumps({"db": {"password": SECRET}, "x": 1})),
    "JSON over lines": ("a.json", json.dumps({"db": {"password": SECRET}, "x": 1}, indent=1)),
    "a variable": ("values.yaml", f"env:\n  - name: DB_PASSWORD\n    value: {SECRET}\n  - name: X\n    value: y\n"),
    "a variable, value first": ("values.yaml", f"env:\n  - value: {SECRET}\n    name: DB_PASSWORD\n"),
    "a variable on a line": ("values.yaml", f'env: [{{name: DB_PASSWORD, value: "{SECRET}"}}]\n'),
    "a variable with a block": ("values.yaml", f"env:\n  - name: DB_PASSWORD\n    value: |\n      {SECRET}\n"),
    "arguments": ("values.yaml", f'args: ["--db-password={SECRET}", "--token {SECRET}", -v]\n'),
    "a comment": ("values.yaml", f"x: 1\n# password: {SECRET}\n"),
    "a Secret": (
        "templates/s.yaml",
        f"kind: Secret\nmetadata:\n  name: x\nstringData:\n  iets: {SECRET}\n  USER: app\n",
    ),
    "a Secret with a block": (
        "templates/s.yaml",
        f"kind: Secret\nstringData:\n  app.conf: |\n    iets {SECRET}\n    z\n",
    ),
    "a default in a template": ("templates/a.yaml", f'password: {{{{ .Values.password | default "{SECRET}" }}}}\n'),
    "properties": ("app.properties", f"spring.datasource.password={SECRET}\nlevel=INFO\n"),
    "a connection string": ("app.conf", f"db=Server=db;User Id=sa;Password={SECRET};Encrypt=true\n"),
    "XML": ("web.xml", f"<db><password>{SECRET}</password></db>\n"),
    "a script": ("files/run.sh", f'export DB_PASSWORD="{SECRET}"\npsql "$DB"\n'),
    "a command": ("files/run.sh", f"curl -fsS -u app:{SECRET} http://app\n"),
    "PHP": ("config.php", f"define('DB_PASSWORD', '{SECRET}');\n$password = \"{SECRET}\";\n"),
    "Python": ("settings.py", f"DATABASES = {{'default': {{'PASSWORD': '{SECRET}', 'USER': 'app'}}}}\n"),
    "XML attributes": ("web.config", f'<add key="ApiKey" value="{SECRET}" />\n<user password="{SECRET}"/>\n'),
    "SQL": ("init.sql", f"CREATE USER 'app'@'%' IDENTIFIED BY '{SECRET}';\n"),
    "a file of its own": ("files/db-password.txt", f"{SECRET}\n"),
    "a connection string in YAML": ("values.yaml", f'db: "Server=db;Password={SECRET};User Id=sa"\n'),
    "a URL to a variable": ("values.yaml", f"url: postgres://app:{SECRET}@$(HOST)/app\n"),
    "a command in a README": ("README.md", f"helm install app . --set auth.password={SECRET}\n"),
    "a URL": ("README.md", f"postgres://app:{SECRET}@db.gemeente.nl/app\n"),
    "a URL with odd characters": ("values.yaml", f"url: amqp://app:{SECRET}/x@mq:5672\n"),
    "a header": ("templates/a.yaml", f'value: "Basic {b64("app:" + SECRET)}"\n'),
    "notes": ("NOTES.txt", f"Log in as app.\n  Password: {SECRET}\n"),
    "TOML over lines": ("app.toml", f'[db]\npassword = """\n{SECRET}\n"""\nhost = "pg"\n'),
    "YAML in base64": ("values.yaml", f"config: {b64('db:' + chr(10) + '  password: ' + SECRET)}\nx: 1\n"),
    "JSON in base64 over lines": (
        "values.yaml",
        "config: |\n"
        + "".join(
            f"  {line}\n"
            for line in base64.encodebytes(json.dumps({"host": "x" * 40, "password": SECRET}).encode())
            .decode()
            .splitlines()
        )
        + "x: 1\n",
    ),
    "a private key in base64": ("values.yaml", f"iets: {b64(PEM + SECRET)}\n"),
    "a private key on a line": ("values.yaml", 'iets: "' + PEM.replace("\n", "\\n") + f'"\npassword: {SECRET}\n'),
    "a private key": (
        "values.yaml",
        "iets: |\n" + "".join(f"  {line}\n" for line in PEM.splitlines()) + f"token: {SECRET}\n",
    ),
    "a private key under its name": (
        "values.yaml",
        "privateKey: |\n" + "".join(f"  {line}\n" for line in PEM.splitlines()),
    ),
}


@pytest.mark.parametrize(("name", "text"), TEXTS.values(), ids=TEXTS)
def test_texts_keep_nothing_of_a_secret(name: str, text: str) -> None:
    safe = hidden(name, text, Markers())
    assert safe != text
    for piece in [*pieces(SECRET, 6), b64("app:" + SECRET), *(line[:12] for line in KEY_LINES), *map(b64, KEY_LINES)]:
        assert piece not in safe
    assert safe.count("\n") == text.count("\n")
    assert seen(name, safe) == seen(name, text)
    assert hidden(name, safe, Markers()) == safe
    if name == "values.yaml":
        assert shape_of(yaml.safe_load(safe)) == shape_of(yaml.safe_load(text))
    if name == "a.json":
        assert shape_of(json.loads(safe)) == shape_of(json.loads(text))


def seen(name: str, text: str) -> object:
    """Return all that judgements report of a file."""
    return (
        [(leak.line, leak.shape.name.en) for leak in leaks(text, documentation=name.endswith((".md", ".txt")))],
        [(a.line, a.name) for a in assignments(name, text) if gives_secret(a.name, a.value, in_values=True)],
    )


def shape_of(value: object) -> object:
    """Return a document with every text in it the same."""
    match value:
        case dict():
            return {key: shape_of(part) for key, part in value.items()}
        case list():
            return [shape_of(part) for part in value]
        case str():
            return "text"
    return value


SAFE = {
    "references": (
        "values.yaml",
        "password: ${DB_PASSWORD}\ntoken: vault:kv/app#token\nexistingSecret: app-db\nsecretName: tls\n",
    ),
    "templates": (
        "templates/a.yaml",
        'password: {{ .Values.password | quote }}\n{{- $secret := include "app.secret" . }}\n',
    ),
    "placeholders": ("values.yaml", "password: changeme\nclientSecret: your-secret-here\n"),
    "a certificate": (
        "values.yaml",
        f"iets: {b64(CERTIFICATE)}\ncert: |\n  -----BEGIN CERTIFICATE-----\n  MIIDdzCCAl\n",
    ),
    "sealed": ("values.yaml", f"password: Ag{'By9x' * 30}\n"),
    "documentation": (
        "README.md",
        "| `auth.password` | The password: see below | `changeme` |\npassword: see the wiki\n",
    ),
    "a sample": ("README.md", "postgres://user:password@host/db\n"),
    "dots": ("README.md", "`Host=…;Username=…;Password=…`\n"),
    "a shell": ("files/run.sh", 'PASSWORD="$(cat /run/secret)"\nTOKEN=$TOKEN\nexport KEY_FILE=/run/key\n'),
    "a port": ("values.yaml", "url: http://host:8080/pad/naam@gemeente.example\n"),
}


@pytest.mark.parametrize(("name", "text"), SAFE.values(), ids=SAFE)
def test_what_is_no_secret_stays(name: str, text: str) -> None:
    assert hidden(name, text, Markers()) == text


PARTS = [
    *("password: ", "token:", "\n", "  ", "- ", "'", '"', "{", "}", ",", "|-", "x=", "--key ", "a1B2c3D4e5F6g7H8"),
    *("{{", "}}", "name: DB_PASSWORD", "value: ", "kind: Secret", "stringData:", "://u:p@h", PEM, "Basic ", "é", "# "),
]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), max_size=25).map("".join),
    st.sampled_from(["values.yaml", "README.md", "app.env", "x"]),
)
def test_any_text_keeps_its_lines_and_what_is_seen_in_it(text: str, name: str) -> None:
    safe = hidden(name, text, Markers())
    assert safe.count("\n") == text.count("\n")
    assert seen(name, safe) == seen(name, text)


HOSTILE = {
    "lines": "password: x\n" * 40_000,
    "one line": "password: " * 100_000,
    "pairs": '"password":' * 50_000,
    "addresses": "://a:" * 100_000,
    "base64": "LS0tLS1CRUdJTi" * 40_000,
    "keys": ("-----BEGIN " + "PRIVATE KEY-----\n") * 20_000,
    "stairs": "".join(f"{' ' * n}password:\n" for n in range(1200)),
    "headers": "Basic " * 100_000,
    "defaults": "default " * 400 + "password {{",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_end_and_show_what_they_did(text: str) -> None:
    safe = hidden("values.yaml", text, Markers())
    assert safe.count("\n") == text.count("\n")
    assert seen("values.yaml", safe) == seen("values.yaml", text)


# --- facts ---------------------------------------------------------------------------------------------------------


def chart(**fields: Any) -> ChartFiles:
    return ChartFiles(provenance=SEEN, name="app", version="1.0.0", **{"metadata": {}, "values": {}, **fields})


def render(*documents: dict[str, Any], **fields: Any) -> Render:
    objects = tuple(RenderedObject(template="t.yaml", document=document) for document in documents)
    given = {"scene": "standaard", "release": "app", "namespace": "app", "kubernetes": "1.35", **fields}
    return Render(provenance=SEEN, objects=objects, **given)


def safe(*facts: ChartAttempt, **given_by_target: Any) -> list[Any]:
    keyed = {FactKey(f"{index}"): fact for index, fact in enumerate(facts)}
    return list(without_secrets(keyed, Redaction(), **given_by_target).values())


def test_entries_of_a_secret() -> None:
    data = {
        "geheim": b64("hunter2x"),
        "binair": base64.b64encode(bytes([255, 0, 254, 1])).decode(),
        "tls.crt": b64(CERTIFICATE),
        "tls.key": b64(PEM),
        "DB_USER": b64("beheer"),
        "clientId": b64("a1B2c3D4e5F6g7H8i9"),
        "adres": b64("https://kluis.example"),
        "leeg": "",
        "vreemd": 481516,
        "diep": {"a": ["hunter3x"]},
        "kapot": "geen base64 !",
    }
    document = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": data}
    (found,) = safe(render(document | {"stringData": {"pin": "4815162", "verwijzing": "${X}"}}))
    new = found.objects[0].document
    assert {key for key in data if new["data"][key] == data[key]} == {"tls.crt", "DB_USER", "adres", "leeg"}
    assert WORD in decoded(new["data"]["geheim"])
    assert WORD in decoded(new["data"]["kapot"])
    assert holds_private_key(new["data"]["tls.key"])
    assert isinstance(new["data"]["vreemd"], int)
    assert new["data"]["diep"]["a"][0].startswith(WORD)
    assert new["stringData"]["verwijzing"] == "${X}"
    assert new["stringData"]["pin"].isdigit()
    assert document["data"]["geheim"] == b64("hunter2x"), "the fact it was made from stays as it was"


def test_objects_and_values() -> None:
    pod = {
        "kind": "Pod",
        "spec": {
            "containers": [
                {
                    "env": [
                        {"name": "DB_PASSWORD", "value": "konijn-credentials"},
                        {"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                        {"name": "URL", "value": "amqp://app:konijn@mq"},
                    ],
                    "args": ["--token", "konijn", "--level", "info", "--api-key=konijn"],
                }
            ],
            "imagePullSecrets": [{"name": "register"}],
        },
    }
    settings_map = {"kind": "ConfigMap", "data": {"API_TOKEN": "konijn-token", "app.ini": "[db]\npassword = konijn\n"}}
    sealed = {"kind": "SealedSecret", "spec": {"encryptedData": {"password": "AgBy1234"}}}
    values = {"auth": {"password": 4815, "username": "app", "list": {"token": ["konijn"]}}, "secretName": "konijn"}
    (found,) = safe(render(pod, settings_map, sealed, values=values, notes="Password: konijn9"))
    documents = [item.document for item in found.objects]
    assert "konijn" not in json.dumps(documents)
    assert documents[0]["spec"]["containers"][0]["env"][1] == pod["spec"]["containers"][0]["env"][1]  # type: ignore[index]
    assert re.fullmatch(
        rf"amqp://app:{WORD}(?:-?\d|[A-P]{{4}})@mq", documents[0]["spec"]["containers"][0]["env"][2]["value"]
    )
    assert documents[2] is sealed
    assert found.values["auth"]["username"] == "app"
    assert found.values["auth"]["password"] > 8_888_880_000
    assert found.values["auth"]["list"]["token"][0].startswith(WORD)
    assert found.values["secretName"] == "konijn"
    assert "konijn" not in found.notes


PAIRS = {
    "key and value": {"key": "DB_PASSWORD", "value": "konijn"},
    "value first": {"value": "konijn", "key": "smtp.password"},
    "a number": {"key": "API_TOKEN", "value": 4815162342},
    "name and value": {"name": "DB_PASSWORD", "value": "konijn"},
    "a name before a key": {"key": "titel", "name": "ADMIN_PASSWORD", "value": "konijn"},
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_pair_gives_its_value_a_name_in_values_and_objects(pair: dict[str, Any]) -> None:
    document = {"apiVersion": "example.nl/v1", "kind": "Instelling", "spec": {"extra": [pair]}}
    text = f"extra: {json.dumps([pair])}\n"
    found = safe(chart(values={"extra": [pair]}, files={"values.yaml": text}), render(document, values={"a": pair}))
    assert str(pair["value"]) not in "".join(map(str, found))


def test_a_section_is_read_with_what_stands_around_it() -> None:
    """Texts for people are known by the catalogue that they are in, which may be more than one small section."""
    catalogue = {
        "aanmelden": {"password": "Vul uw wachtwoord in."},
        "begin": {"titel": "Welkom bij de gemeente"},
        "einde": {"titel": "U bent nu afgemeld"},
        "fout": {"titel": "Er ging iets mis"},
    }
    settings = {**dict.fromkeys(("host", "naam", "klasse", "zone"), "a1.b2"), "poort": 80}
    few = {"titel": "Welkom bij de gemeente", "password": "Toon wachtwoord"}
    found = safe(chart(values=catalogue), render(values={"app": few, "db": settings}))
    assert found[0].values == catalogue
    assert found[1].values["app"]["password"].startswith(WORD)


def test_a_pair_at_the_top_gives_its_value_a_name() -> None:
    settings = {f"naam{number}": "waarde" for number in range(4)}
    pair = {"name": "encryptedData", "value": {"password": "konijn", **settings}}
    (found,) = safe(chart(values=pair))
    assert "konijn" not in json.dumps(found.values)


def test_pairs_without_a_secret_stay() -> None:
    pairs = [
        {"key": "secret-nodes", "operator": "Equal", "value": "zwaar"},
        {"key": "TITLE", "value": "konijn"},
        {"name": "titel", "key": "DB_PASSWORD", "value": "konijn"},
        {"key": "DB_PASSWORD", "path": "konijn"},
    ]
    files = chart(values={"extra": pairs})
    assert safe(files, render({"kind": "Pod", "spec": {"extra": pairs}}))[0].values["extra"] == pairs


def test_a_secret_is_hidden_wherever_else_it_occurs() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"iets": b64(SECRET), "naam": b64("openzaak")}}
    other = {"kind": "ConfigMap", "data": {"welkom": f"zeg {SECRET} tegen openzaak", "code": b64(f"a:{SECRET}:b")}}
    failed = NotSeen(
        reason=Reason.TOOL_FAILED, message=Text(f"nl {SECRET}", f"en {SECRET[:9]} … {SECRET[-9:]} x"), provenance=SEEN
    )
    lint = LintMessage(severity="error", path="values.yaml", message=f"{SECRET} past niet")
    files = chart(
        files={"README.md": f"Zoals {SECRET}.\n", "a.txt": b64(SECRET)}, lint=(lint,), lint_failure=Text(SECRET, SECRET)
    )
    result = safe(files, render(secret, other, notes=f"{SECRET}\n"), failed)
    text = "".join(map(str, result))
    assert not [piece for piece in pieces(SECRET, 6) if piece in text]
    assert b64(SECRET)[:12] not in text
    assert "tegen openzaak" in text
    assert WORD in result[1].objects[1].document["data"]["code"]


def test_why_a_values_set_is_not_rendered_tells_no_secret() -> None:
    (found, _) = safe(
        chart(not_rendered={"productie": Text(f"nl: {SECRET}", f"en: {SECRET}")}),
        render({"apiVersion": "v1", "kind": "Secret", "stringData": {"iets": SECRET}}),
    )
    assert SECRET not in str(found.not_rendered)


def test_what_the_target_gives_is_known_when_no_render_shows_it() -> None:
    failed = NotSeen(reason=Reason.TOOL_FAILED, message=Text(f"a {SECRET}", f"b {RANDOM}"), provenance=SEEN)
    (found,) = safe(failed, texts=[f"auth: {{password: '{SECRET}'}}\n"], settings=[{"a.token": RANDOM}])
    assert SECRET not in found.message.nl
    assert RANDOM not in found.message.en


def test_schema_metadata_and_dependencies() -> None:
    schema = {"properties": {"password": {"type": "string", "default": "konijn9"}, "name": {"default": "konijn9"}}}
    (found,) = safe(chart(schema=schema, metadata={"home": "https://u:konijn9@x.example"}))
    assert found.schema["properties"]["password"]["default"].startswith(WORD)
    assert found.schema["properties"]["name"]["default"] == "konijn9"
    assert re.fullmatch(rf"https://u:{WORD}(?:-?\d|[A-P]{{4}})@x\.example", found.metadata["home"])


def test_a_target_s_settings() -> None:
    found = Redaction().settings(
        {"auth.password": SECRET, "replicas": 2, "auth": {"token": SECRET}, "a.secret.pin": 4815}
    )
    assert SECRET not in json.dumps(found)
    assert found["replicas"] == 2
    assert Redaction().settings(found) == found


@pytest.mark.parametrize(
    "value",
    [
        "openzaak",
        "openzaak1",
        "db.gemeente.nl",
        "app-db-credentials",
        "DB_PASSWORD",
        "2026-01-01",
        "kort1!",
        "https://db.example/x",
    ],
)
def test_a_value_that_may_be_something_else_is_not_looked_for(value: str) -> None:
    assert not is_distinctive(value)


@pytest.mark.parametrize("value", [SECRET, RANDOM, "Welkom01!", "a1b2c3d4", "correct paard batterij"])
def test_a_value_that_can_be_nothing_else_is(value: str) -> None:
    assert is_distinctive(value)


def test_nothing_is_copied_where_nothing_is_hidden() -> None:
    before = render({"kind": "Pod", "spec": {"containers": []}}, values={"a": {"b": 1}})
    (after,) = safe(before)
    assert after.objects[0] is before.objects[0]
    assert after.values is before.values


def test_lines_of_a_long_value_are_not_looked_for() -> None:
    block = "kind: Secret\nstringData:\n  app.yaml: |\n    debug-logs: false99\n    wachtrij: aan\n"
    files = {"templates/s.yaml": block, "values.yaml": "debug-logs: false99\n"}
    (found,) = safe(chart(files=files))
    assert "false99" not in found.files["templates/s.yaml"]
    assert found.files["values.yaml"] == files["values.yaml"]


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "abcde", "abcdef"])
def test_a_certificate_stays_whole_beside_its_key(name: str) -> None:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = builder.serial_number(1234).not_valid_before(SEEN.at).not_valid_after(SEEN.at + timedelta(days=9))
    certificate = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    disguised = certificate.replace("CERTIFICATE", "X") + private.replace("RSA PRIVATE KEY", "CERTIFICATE")
    data = {"tls.crt": b64(certificate), "tls.key": b64(private)}
    settings_of_it = {"crt": certificate, "both": certificate + private, "disguised": disguised}
    (found,) = safe(
        render({"kind": "Secret", "apiVersion": "v1", "data": data}, {"kind": "ConfigMap", "data": settings_of_it})
    )
    secret, configmap = (item.document["data"] for item in found.objects)
    assert secret["tls.crt"] == data["tls.crt"]
    assert configmap["crt"] == certificate
    for line in private.splitlines()[10:-1]:  # its numbers that stand in no certificate
        assert line not in json.dumps([secret, configmap])


def test_a_chart_with_far_too_many_secrets_is_refused() -> None:
    (found,) = safe(chart(values={"list": {"password": [f"Geheim!{number}x" for number in range(MOST_SECRETS + 1)]}}))
    assert isinstance(found, NotSeen)
