"""Names of secrets: which of several they are, what they are for, and what is only said about them."""

import pytest

from toetskader.facts.secrets.names import Grade, names_accounts, strength, strength_below, strength_of_variable

ANY = [
    *("DB_PASSWORD_PROD", "DB_PASSWORD_V2", "API_TOKEN_ACC", "dbPasswordTest", "WACHTWOORD_OUD", "REDIS_PASS_PRIMARY"),
    *("TOEGANGSCODE", "INLOGCODE", "PIN_CODE", "PUKCODE", "ACCESS_CODE", "KLUIS_BEVEILIGINGSCODE", "zugangscode"),
    *("KENNWORT", "BIND_PASSWORT", "GEHEIMNIS", "API_SCHLUESSEL", "apiSchlüssel", "VERSLEUTELINGSSLEUTEL", "WACHTZIN"),
    *("PASSWORD_SALT", "COOKIE_SALT", "adminPasswords", "WACHTWOORDEN", "TOKEN_FOR_MAIL", "SECRET_VOOR_ZAAKSYSTEEM"),
    *("ENCRYPTIONKEY", "SESSIONKEY", "TOTP_SEED", "mfaSeed", "MASTER_SEED", "VERSLEUTELING_ZAAD", "SIGNING_MATERIAL"),
    *("WALLET_MNEMONIC", "seedPhrase", "APP_PEPPER", "pepper", "WIFI_PSK", "OTP_KEY"),
    *("RECOVERY_CODE", "mfaBackupCode", "HERSTELCODE", "NOODCODE", "TOTP_KEY", "HMAC_SEED", "UNSEAL_SHARE", "otpSalt"),
]
OTHER = [
    *("STATUS_CODE", "POSTCODE", "COUNTRY_CODE", "BARCODE_KEY", "SALT_MASTER", "PASSWORD_POLICY", "tokenLifetime"),
    *("PASSWORD_HASHER", "SECRET_PROVIDER", "X-Xsrftoken", "csrfToken", "monkey", "TOKEN_FOR_MAIL_URL", "codePage"),
    *("RANDOM_SEED", "seedData", "SEED_JOB", "DB_SEED", "OTP_ISSUER", "otpEnabled", "TOTP_DIGITS", "SIGNING_ALGORITHM"),
    *("signingCert", "HMAC_ALGORITHM", "peppermint", "RECOVERY_MODE", "BACKUP_CODEC", "PRIVATE_SHARE", "pinCount"),
    *("RECOVERY_POINT", "privateEndpoint", "mnemonic", "ledPin", "SIGNING_ENABLED", "SIGN_IN_URL", "phraseList"),
    *("SECRET_STORE_PROD", "secretName", "passwordField", "keyboard", "authorized", "BYPASS_CODE_CHECK"),
]


@pytest.mark.parametrize("name", ANY)
def test_a_name_says_that_its_value_is_secret(name: str) -> None:
    assert strength(name) == strength_of_variable(name) == Grade.ANY


@pytest.mark.parametrize("name", OTHER)
def test_a_name_says_something_else(name: str) -> None:
    assert strength(name) < Grade.CHOSEN
    assert strength_of_variable(name) < Grade.CHOSEN


def test_what_follows_the_secret_may_say_whose_it_is() -> None:
    for name in ("PASSWORD_KLANT", "TOKEN_GITHUB", "secretsZaken", "ADMIN_WACHTWOORD_BEHEER"):
        assert strength(name) == strength_of_variable(name) == Grade.CHOSEN


def test_codes_that_let_somebody_in_are_known_from_their_number() -> None:
    for name in ("RECOVERY_CODES", "backupCodes", "HERSTELCODES", "MFA_SCRATCH_CODES"):
        assert strength(name) == strength_of_variable(name) == Grade.CHOSEN


def test_a_pin_is_one_of_somebody_or_a_foot_of_a_chip() -> None:
    assert strength_of_variable("HSM_PIN") == strength_of_variable("userPin") == Grade.ANY
    assert strength_of_variable("LED_PIN") < Grade.CHOSEN


def test_a_variable_that_is_called_after_its_form_holds_the_thing_itself() -> None:
    assert strength_of_variable("DB_PASSWORD_VALUE") == strength_of_variable("SMTP_WW") == Grade.ANY
    assert strength("passwordText") < Grade.ANY


@pytest.mark.parametrize(
    ("above", "name", "grade"),
    [
        ("password", "value", Grade.ANY),
        ("clientSecret", "waarde", Grade.ANY),
        ("passwords", "beheer", Grade.ANY),
        ("geheim", "sleutel", Grade.CHOSEN),
        ("secrets", "maildienst", Grade.CHOSEN),
        ("secretKeyRef", "key", Grade.NOTHING),
        ("secret", "key", Grade.NOTHING),
        ("passwords", "username", Grade.NOTHING),
        ("existingSecret", "value", Grade.NOTHING),
        ("database", "value", Grade.NOTHING),
    ],
)
def test_a_name_below_that_of_a_secret(above: str, name: str, grade: Grade) -> None:
    assert strength_below(above, name) == grade


def test_names_of_accounts_with_their_passwords() -> None:
    assert all(
        map(names_accounts, ("DB_CREDENTIALS", "ES_BASIC_AUTH", "mailCreds", "INLOGGEGEVENS", "DB_CREDENTIALS_2"))
    )
    assert not any(map(names_accounts, ("AUTH_METHOD", "author", "CREDENTIALS_FILE")))
