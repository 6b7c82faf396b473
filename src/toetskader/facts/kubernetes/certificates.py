"""Certificates that objects ask for or hold: the names in them, and key material."""

import re
from collections.abc import Iterator

from toetskader.facts.kubernetes.known_images import image_name
from toetskader.facts.kubernetes.literals import config_map_entries
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.routes import ROUTE_KINDS, routes
from toetskader.facts.kubernetes.workloads import POD_KINDS, Workloads
from toetskader.facts.secrets.documents import texts
from toetskader.facts.secrets.encoded import holds_certificate, holds_private_key, may_hold_pem

_CERTIFICATE = "Certificate.cert-manager.io"
CERTIFICATE_NAMES = (*ROUTE_KINDS, _CERTIFICATE)
"""Kinds of objects that name the hosts of a certificate (`certificate_names`)."""
CERTIFICATE_SECRETS = (
    "Ingress",
    "Gateway.gateway.networking.k8s.io",
    "Gateway.networking.istio.io",
    "ApisixTls.apisix.apache.org",
    "IngressRoute",
    _CERTIFICATE,
)
"""Kinds of objects that name the Secret of a certificate (`certificate_secrets`)."""


def certificate_names(objects: Objects) -> Iterator[Node]:
    """Yield every host name for which an object of the scene asks or uses a certificate.

    From the TLS sections of routes and OpenShift routes, Gateways (Gateway API and Istio), ApisixTls, and the subject
    names of cert-manager's Certificates. A TLS section without hosts holds for those of the whole route.
    """
    for route in routes(objects):
        yield from route.tls_names
        if route.object.kind == "Ingress" and not route.tls_names:
            yield from (host.node for host in route.hosts if host.name and host.tls)
        if route.object.kind == "Route" and route.object.get("spec", "tls"):
            yield from (host.node for host in route.hosts if host.name)
    for item in objects.of_kind("Gateway", group="gateway.networking.k8s.io"):
        for listener in item.get("spec", "listeners").each():
            if listener.get("protocol").text() in ("HTTPS", "TLS") and listener.get("hostname"):
                yield listener.get("hostname")
    for item in objects.of_kind("Gateway", group="networking.istio.io"):
        for server in item.get("spec", "servers").each():
            if server.get("tls"):
                yield from server.get("hosts").each()
    for item in objects.of_kind("ApisixTls", group="apisix.apache.org"):
        yield from item.get("spec", "hosts").each()
    for item in certificate_requests(objects):
        yield from item.get("spec", "dnsNames").each()
        if item.get("spec", "commonName"):
            yield item.get("spec", "commonName")


def certificate_secrets(objects: Objects) -> Iterator[Node]:
    """Yield where objects of the scene name the Secret that holds a certificate for the edge."""
    for item in objects.of_kind("Ingress"):
        for entry in item.get("spec", "tls").each():
            yield entry.get("secretName")
    for item in objects.of_kind("Gateway", group="gateway.networking.k8s.io"):
        for listener in item.get("spec", "listeners").each():
            for reference in listener.get("tls", "certificateRefs").each():
                yield reference.get("name")
    for item in objects.of_kind("Gateway", group="networking.istio.io"):
        for server in item.get("spec", "servers").each():
            yield server.get("tls", "credentialName")
    for item in objects.of_kind("ApisixTls", group="apisix.apache.org"):
        yield item.get("spec", "secret", "name")
    for item in objects.of_kind("IngressRoute"):
        yield item.get("spec", "tls", "secretName")
    for item in certificate_requests(objects):
        yield item.get("spec", "secretName")


def certificate_requests(objects: Objects) -> Iterator[KubernetesObject]:
    """Yield the Certificates that cert-manager would have issued, and issued again in time."""
    return (item for item in objects.of_kind("Certificate", group="cert-manager.io") if item.stays)


# What a component's own text can stand in. Secrets are left out: what is in them is not collected.
FREE_FORM_KINDS = (
    *POD_KINDS,
    "ConfigMap",
    "SealedSecret",
    "Ingress",
    "HelmRelease",
    "Kustomization",
    "ApisixRoute",
    "ApisixPluginConfig",
    "PluginConfig",
    "KongPlugin",
    "Middleware",
)


def private_keys_in_namespace(objects: Objects) -> Iterator[Node]:
    """Yield the places in objects of a namespace that hold a private key.

    Raises `Unseen` when a kind that can hold one was not seen.
    """
    for item in objects.of_kind(*FREE_FORM_KINDS):
        yield from private_keys(item)


def private_keys(item: KubernetesObject) -> Iterator[Node]:
    """Yield the places in an object that hold a private key, in base64 or not."""
    if not may_hold_pem(item.haystack):
        return iter(())
    return (node for node in texts(item.root) if holds_private_key(node.value))


# Commands and images that make a certificate and sign it themselves.
_SIGNS = re.compile(
    r"\bopenssl\s+(?:req\b[^\n;&|]{0,400}\s-x509\b|x509\b[^\n;&|]{0,400}\s-(?:signkey|CAkey)\b)"
    r"|\bkeytool\b[^\n;&|]{0,400}\s-(?:genkey|genkeypair|selfcert)\b|\bmkcert\b|\bdev-certs\s+https\b"
)
_SIGNING_IMAGE = re.compile(r"(?:.*[-_])?(?:webhook-)?certgen")


def signing_commands(workloads: Workloads, objects: Objects) -> Iterator[Node]:
    """Yield where a container is told to sign a certificate: by its command, a script of a ConfigMap, or its image."""
    for container in workloads.containers():
        if _SIGNING_IMAGE.fullmatch(image_name(container)):
            yield container.get("image")
        elif _SIGNS.search(container.command_text):
            yield container.get("command" if container.get("command") else "args")
    for entry in config_map_entries(objects):
        if _SIGNS.search(entry.text):
            yield entry.node


def has_certificate(item: KubernetesObject) -> bool:
    """Tell whether an object holds a certificate, in base64 or not."""
    return may_hold_pem(item.haystack) and any(holds_certificate(node.value) for node in texts(item.root))
