"""Passwords in texts within objects: in base64, in binary data, in annotations; judged, and then hidden."""

import base64
import json
from datetime import UTC, datetime

import pytest
import yaml
from rendered_chart import container, judged, workload

from toetskader.collect.helm.hide import without_secrets as hidden_in_chart
from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.key import FactKey
from toetskader.facts.redaction import Redaction
from toetskader.results import Verdict

PASS, FAIL, NONE = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE
PW = "Gr0eneKikker!Sprong"
SEEN = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test")


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def wrapped(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


def without_secrets(text: str) -> str:
    """Return the documents as a run keeps them."""
    items = tuple(RenderedObject(template="t.yaml", document=one) for one in yaml.safe_load_all(text) if one)
    render = Render(
        provenance=SEEN, scene="s", release="r", namespace="n", kubernetes="1.35", values={}, objects=items, notes=""
    )
    kept = hidden_in_chart({FactKey("render", "s"): render}, Redaction())[FactKey("render", "s")]
    assert isinstance(kept, Render)
    return yaml.safe_dump_all([item.document for item in kept.objects])


def traces(text: str) -> list[str]:
    """Return what of the password is in a text, also in base64 at any place, and that in base64 again."""
    plain = PW[2:-2].encode()
    forms = [PW]
    for shift in range(3):
        core = base64.b64encode(bytes(shift) + plain)[4:-4].decode()
        forms += [core, base64.b64encode(core.encode())[2:-4].decode()]
    return [form for form in forms if form in text]


YAML = f"database:\n  host: pg\n  password: {PW}\n"
INI = f"[smtp]\nhost = mail\npassword = {PW}\n"
JSON = json.dumps({"smtp": {"host": "mail", "password": PW}})
TOML = f'[db]\nhost = "pg"\npassword = """\n{PW}\n"""\nport = 5432\n'
URL = f"amqp://app:{PW}@mq:5672/zaken"
GIVEN = {
    "YAML": YAML,
    "INI": INI,
    "JSON": JSON,
    "TOML over lines": TOML,
    "a URL": URL,
    "properties": f"spring.mail.password={PW}\n",
    "a connection string": f"Host=db;Username=app;Password={PW};Database=zaken",
    "base64 again": b64(JSON),
    "letters beyond ASCII": f"# privé: één\n{YAML}",
}
HARMLESS = {
    "nothing to give": "database:\n  host: pg\n  password: ''\n",
    "the path of a file": json.dumps({"smtp": {"host": "mail", "passwordFile": "/run/secrets/smtp"}}),
    "settings": "[server]\nport = 8080\ntokens_per_minute = 40\n",
    "a URL without password": "amqp://mq:5672/zaken",
    "prose": "Vraag uw wachtwoord aan bij de beheerder van de zaakapplicatie.",
}


def config_map(section: str, name: str, value: str, meta: str = "") -> str:
    return yaml.safe_dump(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, section: {name: value}}
    ) + workload("web", container("envFrom: [{configMapRef: {name: c}}]"))


def variable(value: str) -> str:
    return workload("web", container(f"env: [{{name: APP_CONFIG, value: {json.dumps(value)}}}]"))


def annotated(value: str) -> str:
    return workload("web", meta=f"annotations: {{voorbeeld.nl/uitleg: {json.dumps(value)}}}")


@pytest.mark.parametrize("text", GIVEN.values(), ids=GIVEN)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: config_map("binaryData", "app.bin", b64(text)),
        lambda text: config_map("data", "APP_CONFIG", b64(text)),
        lambda text: config_map("data", "app.b64", wrapped(f"# {'=' * 60}\n{text}")),
        lambda text: variable(b64(text)),
        lambda text: workload("web", container(f"args: ['echo {b64(text)} | base64 -d > /tmp/app']")),
    ],
    ids=["binary data", "entry", "entry over lines", "variable", "argument"],
)
def test_a_password_in_a_text_in_base64_is_one(place: object, text: str) -> None:
    assert callable(place)
    documents = place(text)
    kept = without_secrets(documents)
    assert traces(kept) == []
    assert without_secrets(kept) == kept
    for version in (documents, kept):
        assert judged("secrets.none_in_chart", version).verdict is FAIL
        assert judged("secrets.by_reference", version).verdict is FAIL


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_a_text_in_base64_without_one_is_none(text: str) -> None:
    for documents in (config_map("binaryData", "app.bin", b64(text)), variable(b64(text)), annotated(b64(text))):
        for version in (documents, without_secrets(documents)):
            assert judged("secrets.none_in_chart", version).verdict is PASS
            assert judged("secrets.by_reference", version).verdict is NONE


def test_binary_data_keeps_its_text_and_nothing_of_what_is_none() -> None:
    kept = next(yaml.safe_load_all(without_secrets(config_map("binaryData", "app.bin", b64(YAML)))))
    text = base64.b64decode(kept["binaryData"]["app.bin"]).decode()
    assert yaml.safe_load(text)["database"]["host"] == "pg"
    for name, data in (("logo.png", b"\x89PNG\r\n\x1a\n\0\0"), ("store.p12", b"password: x"), ("x", PW.encode() * 2)):
        document = config_map("binaryData", name, b64(data))
        kept = next(yaml.safe_load_all(without_secrets(document)))
        assert base64.b64decode(kept["binaryData"][name]) != data


APPLIED = {
    "a variable": {"kind": "Deployment", "spec": {"env": [{"name": "DB_PASSWORD", "value": PW}]}},
    "values": {"kind": "App", "spec": {"smtp": {"password": PW}}},
}
ANNOTATED = {
    "a setting": f"password={PW}",
    "settings": f"user=app password={PW} host=db",
    "lines": f"host: db\npassword: {PW}\n",
    "INI": INI,
    **{f"an object with {name}": json.dumps(document) for name, document in APPLIED.items()},
}
HARMLESS_ANNOTATIONS = {
    "a reference": json.dumps(
        {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"key": "password", "name": "db"}}}]}
    ),
    "what an agent fills in": '[{"host": "%%host%%", "password": "%%env_REDIS_PASSWORD%%"}]',
    "a template of an agent": '{{- with secret "kv/a" -}}\nexport DB_PASSWORD="{{ .Data.data.password }}"\n{{- end }}',
    "a proxy": "auth_request_set $token $upstream_http_x_token;\nproxy_set_header X-Token $token;\n",
    "prose": "Het wachtwoord staat in de kluis; password reset: see the wiki",
    "a name": "basic-auth",
}


@pytest.mark.parametrize("text", ANNOTATED.values(), ids=ANNOTATED)
def test_a_password_in_an_annotation_is_one(text: str) -> None:
    of_pod = workload("web").replace(
        "template: {metadata: {", f"template: {{metadata: {{annotations: {{a: {json.dumps(text)}}}, "
    )
    assert of_pod != workload("web")
    for documents in (annotated(text), of_pod):
        kept = without_secrets(documents)
        assert traces(kept) == []
        for version in (documents, kept):
            assert judged("secrets.none_in_chart", version).verdict is FAIL


@pytest.mark.parametrize("text", HARMLESS_ANNOTATIONS.values(), ids=HARMLESS_ANNOTATIONS)
def test_an_annotation_without_one_is_none(text: str) -> None:
    documents = annotated(text)
    for version in (documents, without_secrets(documents)):
        assert judged("secrets.none_in_chart", version).verdict is PASS


def test_a_password_in_base64_in_values_is_one() -> None:
    for text, verdict in ((b64(YAML), FAIL), (b64("db:\n  password: ${DATABASE_PASSWORD}\n"), PASS)):
        assert judged("secrets.none_in_chart", "", values={"app": {"config": text}}).verdict is verdict


CATALOGUE = {"welcome": "Welkom bij uw gemeente", "username": "Gebruikersnaam", "login": "Meld u aan", "exit": "Einde"}


@pytest.mark.parametrize(("message", "verdict"), [("Wachtwoord", PASS), ("Vul {0} in", PASS), ("Fietsbel-84", FAIL)])
def test_texts_for_people_in_a_config_map_are_no_passwords_and_a_password_among_them_is_one(
    message: str, verdict: Verdict
) -> None:
    texts = CATALOGUE | {"forgot": "Wachtwoord vergeten?", "password": message}
    entries = {
        "in entries": texts,
        "in JSON": {"nl.json": json.dumps({"nl": texts})},
        "in properties": {"messages_nl.properties": "".join(f"{key}={text}\n" for key, text in texts.items())},
    }
    for data in entries.values():
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}
        documents = yaml.safe_dump(document) + workload("web")
        for version in (documents, without_secrets(documents)):
            assert judged("secrets.none_in_chart", version).verdict is verdict
            assert judged("secrets.by_reference", version).verdict is (FAIL if verdict is FAIL else NONE)
    values = {"vertalingen": {"nl": texts}}
    assert judged("secrets.none_in_chart", workload("web"), values=values).verdict is verdict
