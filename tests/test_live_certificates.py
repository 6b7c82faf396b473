"""Judgements on certificates in a namespace: by who made them and for what names. Keys in Secrets are not collected."""

from tests.test_certificates import _MANAGED, _WILDCARD_NAME
from tests.test_live_images import require_running
from toetskader.facts.kubernetes.certificates import (
    CERTIFICATE_NAMES,
    CERTIFICATE_SECRETS,
    FREE_FORM_KINDS,
    certificate_names,
    certificate_requests,
    certificate_secrets,
    private_keys_in_namespace,
)
from toetskader.facts.kubernetes.drift import RELEASE_NAME
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.sealed_secrets import Origin, origin
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

_A_KEY = Text("een privésleutel (niet getoond)", "a private key (not shown)")
_NO_KEY = Text("geen sleutel: een Secret van de gemeente, bij naam", "no key: a Secret of the municipality, by name")


@check("certificate.names_in_use", objects=(*CERTIFICATE_NAMES, *CERTIFICATE_SECRETS))
def test_certificates_in_use_name_their_hosts(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 1.4: certificates are SAN certificates, and components have no wildcard. What is served is the proof."""
    require_running(workloads)
    names = list(certificate_names(objects))
    for node in names:
        if "*" in (node.text() or ""):
            findings.add(node, seen=node.text(), expected=Text("een volledige hostnaam", "a full host name"))
    secrets = [node for node in certificate_secrets(objects) if node.text()]
    for node in secrets:
        if _WILDCARD_NAME.search(node.text() or ""):
            expected = Text("een certificaat van dit component alleen", "a certificate of this component alone")
            findings.add(node, seen=node.text(), expected=expected)
    for item in certificate_requests(objects):
        alternatives = ("dnsNames", "ipAddresses", "uris", "emailAddresses", "otherNames")
        if not any(any(item.get("spec", field).each()) for field in alternatives):
            findings.add(
                item.get("spec"),
                seen=Text("een certificaat zonder alternatieve namen", "a certificate without alternative names"),
                expected=Text("namen in dnsNames (SAN)", "names in dnsNames (SAN)"),
            )
    if secrets and not names:
        undetermined(
            f"Voor welke namen het certificaat in Secret {secrets[0].text()} is, blijkt niet; noem de hosts daar.",
            f"For what names the certificate in Secret {secrets[0].text()} is does not show; name the hosts there.",
        )
    if not names and not secrets and not findings:
        not_applicable(
            "In deze namespace worden geen certificaten gebruikt of gevraagd.",
            "No certificates are used or asked for in this namespace.",
        )


@check("certificate.issuers_in_use", objects=("Issuer.cert-manager.io", "Secret", *FREE_FORM_KINDS))
def test_no_issuer_signs_by_itself(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 1.4: self-signed certificates are made by the platform manager only: no issuer in the namespace does so."""
    require_running(workloads)
    for item in objects.of_kind("Issuer", group="cert-manager.io"):
        own = item.get("spec", "selfSigned")
        if own:
            findings.add(own, seen="selfSigned", expected=_MANAGED)
        authority = item.get("spec", "ca")
        if authority:  # whose key that is, does not show
            findings.add(authority, seen="ca", expected=_MANAGED, strength="recommended")
    for node in private_keys_in_namespace(objects):
        findings.add(node, seen=_A_KEY, expected=_NO_KEY)
    for item in objects.of_kind("Secret", group=""):
        if item.get("type").text() == "kubernetes.io/tls" and RELEASE_NAME in item.annotations:
            findings.add(
                item,
                seen=Text("een TLS-Secret uit een Helm-release", "a TLS Secret from a Helm release"),
                expected=_MANAGED,
            )


@check("certificate.not_from_release", objects=("Secret", *CERTIFICATE_SECRETS, *FREE_FORM_KINDS))
def test_certificates_do_not_come_with_the_release(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 7.17: the municipality supplies the certificates of ingress controller and API gateway.

    So no Secret with a certificate came with a Helm release, and no other object holds a private key. Of a Secret whose
    type was not seen, and that nothing owns, it cannot be told whether it holds a certificate.
    """
    require_running(workloads)
    named = {node.text() for node in certificate_secrets(objects)}
    unknown: list[str] = []
    for item in objects.of_kind("Secret", group=""):
        kind = item.get("type").text()
        if RELEASE_NAME not in item.annotations:
            continue
        if kind == "kubernetes.io/tls" or item.name in named:
            findings.add(
                item,
                seen=Text("een certificaat uit een Helm-release", "a certificate from a Helm release"),
                expected=_NO_KEY,
            )
        elif origin(item).origin is Origin.BY_HAND:
            unknown.append(item.where)
    for node in private_keys_in_namespace(objects):
        findings.add(node, seen=_A_KEY, expected=_NO_KEY)
    if unknown:
        undetermined(
            f"Of {', '.join(unknown[:5])} een sleutel bevat, is niet te zien: wat in Secrets staat, wordt niet "
            "gelezen. Laat de chart geen Secrets schrijven.",
            f"Whether {', '.join(unknown[:5])} holds a key cannot be seen: the content of Secrets is not read. Have "
            "the chart write no Secrets.",
        )
