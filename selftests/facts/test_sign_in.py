"""Settings by which people sign in, and at whose place."""

import pytest

from toetskader.facts.names import words
from toetskader.facts.sign_in import Says, is_entra, providers, says

SAYS = {
    "OIDC_ISSUER": Says.PROVIDER,
    "OIDC_PROVIDER_URL": Says.PROVIDER,
    "OIDC_OP_AUTHORIZATION_ENDPOINT": Says.PROVIDER,
    "OIDC_OP_JWKS_ENDPOINT": Says.PROVIDER,
    "SAML_IDP_METADATA_URL": Says.PROVIDER,
    "AzureAd__TenantId": Says.PROVIDER,
    "sso.issuer": Says.PROVIDER,
    "QUARKUS_OIDC_AUTH_SERVER_URL": Says.PROVIDER,
    "SPRING_SECURITY_OAUTH2_CLIENT_PROVIDER_ENTRA_ISSUERURI": Says.PROVIDER,
    "SPRING_SECURITY_OAUTH2_CLIENT_PROVIDER_ENTRA_JWKSETURI": Says.PROVIDER,
    "SPRING_SECURITY_OAUTH2_CLIENT_REGISTRATION_ENTRA_CLIENTID": Says.CLIENT,
    "SPRING_SECURITY_OAUTH2_CLIENT_REGISTRATION_ENTRA_CLIENTSECRET": Says.CLIENT,
    "OIDC_CLIENT_SECRET": Says.CLIENT,
    "OIDC_ENABLED": Says.OTHER,
    "SSO_ENABLED": Says.OTHER,
    "USE_SAML": Says.OTHER,
    "OIDC_SCOPES": Says.OTHER,
    "OIDC_REDIRECT_URL": Says.OTHER,
    "SAML_SP_ENTITY_ID": Says.OTHER,
    "LEGACY_OIDC_ISSUER": None,
    "MAIL_OAUTH2_TOKEN_URL": None,
    "DATABASE_URL": None,
    "CERT_ISSUER": None,
}


@pytest.mark.parametrize(("name", "expected"), SAYS.items())
def test_what_a_setting_says(name: str, expected: Says | None) -> None:
    assert says(words(name)) is expected


PROVIDERS = {
    ("OIDC_ISSUER", "https://sso.leverancier.example/"): ["sso.leverancier.example"],
    ("OIDC_DISCOVERY_URL", "https://SSO.leverancier.example:8443/x"): ["sso.leverancier.example"],
    ("AUTH_URL", "http://keycloak:8080/realms/app"): ["keycloak"],
    ("LOGIN_CONFIG", "{a: 'https://sso.leverancier.example/.well-known/openid-configuration'}"): [
        "sso.leverancier.example"
    ],
    ("OIDC_AUTHORITY", "sso.leverancier.example/realms/app"): ["sso.leverancier.example"],
    ("SIGN_IN", "https://login.microsoftonline.com/tenant/v2.0"): ["login.microsoftonline.com"],
    ("OIDC_USERINFO_ENDPOINT", "https://graph.microsoft.com/oidc/userinfo"): ["graph.microsoft.com"],
    ("GRAPH_URL", "https://graph.microsoft.com/v1.0"): [],
    ("SMTP_TOKEN_URL", "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"): [],
    ("OIDC_REDIRECT_URI", "https://app.gemeente.example/oidc/callback"): [],
    ("OIDC_POST_LOGOUT_REDIRECT_URL", "https://app.gemeente.example/"): [],
    ("AZURE_AD_TENANT_ID", "gemeente.onmicrosoft.com"): [],
    ("ZAKEN_API", "https://zaken.gemeente.example/api"): [],
    ("OIDC_ISSUER", ""): [],
    ("OIDC_ISSUER", "https://[bad"): [""],
}


@pytest.mark.parametrize(("setting", "expected"), PROVIDERS.items())
def test_whose_place_it_is(setting: tuple[str, str], expected: list[str]) -> None:
    assert list(providers(words(setting[0]), setting[1])) == expected


def test_entra_is_known_by_its_hosts() -> None:
    assert is_entra("login.microsoftonline.com")
    assert is_entra("graph.microsoft.com")
    assert not is_entra("login.microsoftonline.com.leverancier.example")
