"""Values: what looks chosen, what is an account, and what only names a Secret or an entry of one."""

import pytest

from toetskader.facts.secrets.messages import Surroundings
from toetskader.facts.secrets.values import (
    gives_secret,
    holds_account,
    is_comment,
    is_made_up,
    looks_chosen,
    names_entry,
    names_known_secret,
)

CHOSEN = ["Welkom-2024", "zomer!Fiets9", "k-83012-regen-fiets", "Aap0Noot!", "Zx8Qm2Lr7Tn4Vb9Kp1Wd"]
NOT_CHOSEN = [
    *("zomer", "mijn-app-2", "ES256", "AES-256-GCM", "v1.29.3", "2.0.1-rc.1", "https://sso.example/T1", "/run/Pw-1"),
    *(
        "db.zaken1.example",
        "Beheer1@zaken.example",
        "Een zin met 3 Woorden",
        "length(8)",
        "9b2e1c1a-8a2d-4f0e-9a66-0c1d2e3f4a5b",
    ),
    *("scram-sha-256", "12345678", "", "kort"),
]


@pytest.mark.parametrize("value", CHOSEN)
def test_what_is_made_up_to_be_hard_to_guess(value: str) -> None:
    assert looks_chosen(value)
    assert gives_secret("PASSWORD_KLANT", value)
    assert gives_secret("tokens", value, in_values=True)


@pytest.mark.parametrize("value", NOT_CHOSEN)
def test_what_is_not(value: str) -> None:
    assert not looks_chosen(value)
    assert not gives_secret("PASSWORD_KLANT", value)


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("DB_CREDENTIALS", "app:zomer", True),
        ("ES_BASIC_AUTH", "elastic:zomer", True),
        ("REGISTRY_AUTH", "robot:Welkom-1", True),
        ("NEO4J_AUTH", "neo4j/zomer2024", True),
        ("REGISTRY_AUTH", "group/app-2", False),
        ("MEDIA_AUTH", "application/json", False),
        ("BASIC_AUTH", "YXBwOldlbGtvbS0yMDI0", True),  # app:Welkom-2024
        ("REGISTRY_AUTH", "ldap:simple", False),
        ("DB_CREDENTIALS", "file:creds.json", False),
        ("DB_CREDENTIALS", "db:5432", False),
        ("CREDENTIALS", "app:/run/pw", False),
        ("CREDENTIALS", "tool:1.2.3", False),
        ("CREDENTIALS", "my-credentials", False),
    ],
)
def test_an_account_with_its_password(name: str, value: str, held: bool) -> None:
    assert holds_account(name, value) is held
    assert gives_secret(name, value) is held


BESIDE = [
    ("secretKey", "licentie", {"secretName": ""}, False),
    ("passwordKey", "Wachtwoord", {"existingSecret": "app"}, False),
    ("WEBHOOK_SECRET_KEY", "sleutel", {"WEBHOOK_SECRET_NAME": "app-webhook"}, False),
    ("clientSecret", "mijnapp", {"clientSecretKey": "pw"}, False),
    ("secretKey", "licentie", {"username": "x"}, True),
    ("apiKey", "Zx8Qm2Lr7Tn4Vb9Kp1Wd", {"secretName": "app"}, True),
    ("clientSecret", "mijnapp", {"apiKey": "pw"}, True),
    ("password", "zomer", {"existingSecret": ""}, True),
    ("secretKey", "een zin", {"secretName": "app"}, True),
]


@pytest.mark.parametrize(("name", "value", "beside", "secret"), BESIDE)
def test_the_name_of_an_entry_stands_beside_that_of_its_secret(
    name: str, value: str, beside: dict[str, str], secret: bool
) -> None:
    assert gives_secret(name, value, in_values=True, around=Surroundings({name: value, **beside})) is secret
    assert names_entry(name, value, {name: value, **beside}) is not secret


@pytest.mark.parametrize(
    "value",
    ["changeme", "zomer", "root1", "00000000000000000000", "1234567890abcdef", "dGVzdA==", "not-a-real-key", "dummy-1"],
)
def test_what_fills_a_place_for_a_lint_job(value: str) -> None:
    assert is_made_up(value)


@pytest.mark.parametrize("value", ["Welkom-2024", "Zx8Qm2Lr7Tn4Vb9Kp1Wd", "zomer-fiets", "V2Vsa29tLTIwMjQ="])
def test_what_may_be_used_elsewhere_is_not_made_up(value: str) -> None:
    assert not is_made_up(value)


def test_the_name_of_a_secret_that_is_known() -> None:
    known = {"app-db", "app"}
    assert names_known_secret("dbCredential", "app-db", known)
    assert names_known_secret("WEBHOOK_SECRET", "app-db", known)
    assert not names_known_secret("dbCredential", "elders", known)
    assert not names_known_secret("dbPassword", "app", known)  # a weak password is called like the Secret


def test_pull_secrets_are_names_of_objects() -> None:
    assert not gives_secret("image-pull-secret", "regcred", in_values=True)
    assert not gives_secret("imagePullSecrets", "register-2024-01", in_values=True)
    assert gives_secret("image-pull-secret", "Welkom-2024", in_values=True)
    assert not gives_secret("image-pull-secret", "regcred")  # in a ConfigMap that an operator reads
    assert not gives_secret("WEBHOOK_TLS_SECRET", "app-webhook-2")
    assert gives_secret("WEBHOOK_TLS_SECRET", "Welkom-2024")
    assert gives_secret("WEBHOOK_SECRET", "app-webhook-2")


def test_a_header_with_what_is_done_with_it() -> None:
    for value in ("redacted", "keep", "drop", "mask"):
        assert not gives_secret("X-Api-Key", value, in_values=True)
        assert not gives_secret("X-Auth-Token", value)
    for value in ("zomer", "keep-Zomer-1"):
        assert gives_secret("X-Api-Key", value, in_values=True)
    assert gives_secret("apiKey", "keep", in_values=True)


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("# apiKey: x\n", True),
        ("#  een\n\n  # twee", True),
        ("# een regel", True),
        ("#zomer", False),
        ("# een\nwaarde", False),
        ("zomer # twee\n", False),
        ("", False),
    ],
)
def test_a_block_of_comments_is_no_value(text: str, comment: bool) -> None:
    assert is_comment(text) is comment
    assert gives_secret("extraSecret", text, in_values=True) is (bool(text) and not comment)


WORDS = "zebra regen fiets kaas molen dijk water brug haven storm winter klomp"


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("MNEMONIC", WORDS, True),
        ("WALLET_MNEMONIC", WORDS.upper(), True),
        ("MNEMONIC", WORDS.rpartition(" ")[0], False),
        ("mnemonic", "F", False),
        ("RANDOM_SEED", "42", False),
        ("TOTP_SEED", "JBSWY3DPEHPK3PXP", True),
        ("TOTP_SEED", "zaad", True),
        ("SEED", "JBSWY3DPEHPK3PXP", True),
        ("backupCodes", "10", False),
        ("backupCodes", "4821-9930-Kaas", True),
        ("MEDIA_PATH", WORDS, False),
    ],
)
def test_what_a_key_is_made_from_is_secret_as_the_key_is(name: str, value: str, secret: bool) -> None:
    assert gives_secret(name, value) is secret
    assert gives_secret(name, value, in_values=True) is secret


def test_a_number_of_codes_is_no_code() -> None:
    assert not gives_secret("backupCodes", 10, in_values=True)
    assert gives_secret("HSM_PIN", 482193)
