"""Settings by which people sign in elsewhere (OpenID Connect, OAuth 2.0, SAML), and at whose place they do.

What such a setting says, its last words tell: where the identity provider is, which client the component is there, or
something else, such as a switch or an address of the component itself. A switch alone signs nobody in: a provider knows
its clients, and a client must know its provider (OpenID Connect Core 1.0, 2 and 3.1.2.1; SAML 2.0 Metadata, 2.4.3).
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import urlsplit

from toetskader.patterns import linear


class Says(StrEnum):
    """What a setting for signing in says."""

    PROVIDER = "provider"
    """Who says who somebody is: an issuer, tenant, discovery document or endpoint."""
    CLIENT = "client"
    """Whom the component is to the provider."""
    OTHER = "other"
    """A switch, a scope, a claim, or where the component itself is."""


HINT = re.compile(r"oidc|openid|saml|entra|azure ?ad|adfs|msal|oauth|sso|idp|issuer|identity")
"""Cheap test on the words of a name, that most names fail."""
_ABOUT = linear(
    r"\b(oidc|openid|open id|saml|saml2|entra|entra id|azure ad|azuread|adfs|msal|oauth|oauth2|sso|idp"
    r"|identity provider)\b|\bissuer ur[il]\b"
)
_OF_ENTRA = linear(r"\b(entra|azure ad|azuread|msal)\b")
# Switches that keep old addresses of a component alive set nothing of an issuer or client; and no person signs in with
# the accounts that mail, storage and calls of other programs have.
_NO_PEOPLE = re.compile(r"\b(legacy|mail|email|mailer|smtp|imap|graph|storage|backup|webhook)\b")
_ADDRESS = (
    r"(?: (?:base|public|internal|external|url|uri|endpoint|host|hostname|address|domain|location|document|file|xml))"
)
_PROVIDER = linear(
    rf".*\b(?:issuer|authority|idp|identity provider|metadata|discovery|well ?known|openid configuration){_ADDRESS}*"
    r"|.*\b(?:tenant|tenant id|directory id|idp entity id|idp metadata|realm)"
    r"|.*\b(?:authori[sz]ation|authori[sz]e|authori[sz]ation server|auth|auth server|token|user ?info|introspection"
    r"|end session|jwks?|jwks? ?set|op|sso|sso service|single sign on|single sign on service|provider|server)"
    rf"{_ADDRESS}+"
    r"|.*\b(?:oidc|openid|saml|saml2|entra|adfs|sso|oauth2?) (?:url|uri|endpoint|host|domain|server)"
)
_CLIENT = linear(r".*\b(?:client|app|application)(?: id| secret| key| certificate| name)+")
# Addresses of the component itself, which it tells the provider.
_OWN = re.compile(
    r"\b(redirect|redirection|callback|return|returns|post|origin|origins|audience|acs|assertion|consumer|sp|frontend"
    r"|success|failure|error|landing|icon|logo|image)\b"
)
_URL = re.compile(r"https?://[^\s\"'<>,;|\\{}]{1,2000}", re.IGNORECASE)
# How addresses end that only an identity provider has: OpenID Connect Discovery 1.0, 4; Keycloak; AD FS.
_OF_A_PROVIDER = re.compile(
    r"/\.well-known/(?:openid-configuration|oauth-authorization-server)|/realms/[^/]|/protocol/(?:openid-connect|saml)"
    r"|/oauth2/(?:v[0-9.]+/)?(?:authorize|token)|/adfs/",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,10}[a-z]{2,63}(?::[0-9]{1,5})?(?:/\S{0,300})?", re.IGNORECASE)
_ENTRA_HOSTS = frozenset({"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"})
_ENTRA_USER_INFO = "graph.microsoft.com"  # as Entra's own discovery document says


def says(name: str) -> Says | None:
    """Return what a setting says of signing in, given its name in words; None for one that is about something else."""
    if not HINT.search(name) or not _ABOUT.search(name) or _NO_PEOPLE.search(name):
        return None
    if _OWN.search(name):
        return Says.OTHER
    if _CLIENT.fullmatch(name):
        return Says.CLIENT
    return Says.PROVIDER if _PROVIDER.fullmatch(name) else Says.OTHER


def is_of_entra(name: str) -> bool:
    """Tell whether a setting, by its name in words, is for Entra ID and no other provider."""
    return _OF_ENTRA.search(name) is not None


def providers(name: str, value: str) -> Iterator[str]:
    """Yield the hosts of identity providers that a setting names, given its name in words and its value as text.

    They are those of every address under a name that says where the provider is, and under any name those of
    addresses that only a provider has.
    """
    if _OWN.search(name) or _NO_PEOPLE.search(name):
        return
    told = says(name) is Says.PROVIDER
    found = list(_URL.finditer(value)) if "://" in value else []
    for match in found:
        if told or _OF_A_PROVIDER.search(match[0]) or _host(match[0]) in _ENTRA_HOSTS:
            yield _host(match[0])
    if told and not found and not name.endswith(("tenant", "id", "realm", "file")) and _HOST.fullmatch(value):
        yield _host(f"https://{value}")


def is_entra(host: str) -> bool:
    """Tell whether a host is where Entra ID lets people sign in (Microsoft identity platform, "Endpoints")."""
    return host in _ENTRA_HOSTS or host == _ENTRA_USER_INFO


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # brackets that hold no address
        return ""
