"""Judgements on certificates: no wildcards, none signed by the chart itself, none that the chart supplies."""

import re

from toetskader.facts.chart import ChartFiles
from toetskader.facts.kubernetes.certificates import (
    CERTIFICATE_NAMES,
    CERTIFICATE_SECRETS,
    certificate_names,
    certificate_requests,
    certificate_secrets,
    has_certificate,
    private_keys,
    signing_commands,
)
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.routes import can_route, routes
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.secrets.encoded import decoded
from toetskader.facts.secrets.files import is_documentation, is_key_store
from toetskader.facts.secrets.shapes import PRIVATE_KEY, leaks
from toetskader.facts.secrets.values import is_literal
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable, not_shown, undetermined

_A_KEY = Text("een privésleutel (niet getoond)", "a private key (not shown)")
_NO_KEY = Text("geen sleutel: een Secret van de gemeente, bij naam", "no key: a Secret of the municipality, by name")


@check("certificate.no_wildcard", objects=(*CERTIFICATE_NAMES, *CERTIFICATE_SECRETS))
def test_certificates_have_no_wildcards(chart: ChartFiles, objects: Objects, findings: Findings) -> None:
    """DDC 1.4: certificates are SAN certificates, and components have no wildcard.

    An indication: the certificate that is served is the proof. A Secret that is called a wildcard is taken for one.
    """
    names = list(certificate_names(objects))
    for node in names:
        if "*" in (node.text() or ""):
            findings.add(node, seen=node.text(), expected=Text("een volledige hostnaam", "a full host name"))
    secrets = [node for node in certificate_secrets(objects) if node.text()]
    for node in secrets:
        if _WILDCARD_NAME.search(node.text() or ""):
            expected = Text("een certificaat van dit component alleen", "a certificate of this component alone")
            findings.add(node, seen=node.text(), expected=expected)
    requests = list(certificate_requests(objects))
    for item in requests:
        alternatives = ("dnsNames", "ipAddresses", "uris", "emailAddresses", "otherNames")
        if not any(any(item.get("spec", field).each()) for field in alternatives):
            findings.add(
                item.get("spec"),
                seen=Text("een certificaat zonder alternatieve namen", "a certificate without alternative names"),
                expected=Text("namen in dnsNames (SAN)", "names in dnsNames (SAN)"),
            )
    if secrets and not names and not findings:
        undetermined(
            f"Voor welke namen het certificaat in Secret {secrets[0].text()} is, blijkt niet; noem de hosts daar.",
            f"For what names the certificate in Secret {secrets[0].text()} is does not show; name the hosts there.",
        )
    if not names and not requests and not secrets:
        if not routes(objects) and can_route(chart.files):
            not_shown(
                "De chart rendert met deze waardenset geen route, en kan dat wel; voeg bij het doel een waardenset toe "
                "waarin de ingress of route met TLS aan staat.",
                "With this values set the chart renders no route, though it can; add a values set to the target in "
                "which the ingress or route with TLS is on.",
            )
        not_applicable(
            "De chart gebruikt of vraagt met deze waardenset geen certificaten.",
            "With this values set the chart uses or asks for no certificates.",
        )


_WILDCARD_NAME = re.compile(r"wildcard|(?:^|[-_.])star(?:$|[-_.])", re.IGNORECASE)
_SIGNING = re.compile(r"\b(genSelfSignedCert(?:WithKey)?|genCA(?:WithKey)?|genSignedCert(?:WithKey)?|genPrivateKey)\b")


@check("certificate.no_self_signed", objects=(EVERY_KIND,))
def test_chart_signs_no_certificates(
    chart: ChartFiles, objects: Objects, workloads: Workloads, findings: Findings
) -> None:
    """DDC 1.4: self-signed certificates are made by the platform manager only.

    So no issuer that signs by itself or with a key of the chart, no private key in files or objects, no template that
    makes a certificate with Helm's functions for it, and no container that is told to make one.
    """
    _need_objects(objects)
    own_secrets = {(item.namespace, item.name) for item in objects.of_kind("Secret", group="") if _key_entries(item)}
    for item in objects.of_kind("Issuer", "ClusterIssuer", group="cert-manager.io"):
        spec = item.get("spec")
        authority = spec.get("ca", "secretName").text()
        if spec.get("selfSigned"):
            findings.add(spec.get("selfSigned"), seen="selfSigned", expected=_MANAGED)
        elif authority and (item.namespace or objects.namespace, authority) in own_secrets:
            seen = Text("een CA met een sleutel uit de chart", "a CA with a key from the chart")
            findings.add(spec.get("ca"), seen=seen, expected=_MANAGED)
    for item in objects:
        for node in private_keys(item):
            findings.add(node, seen=_A_KEY, expected=_NO_KEY)
    for path, text in sorted(chart.files.items()):
        for leak in leaks(text, documentation=is_documentation(path)):
            if leak.shape is PRIVATE_KEY:
                findings.add(FilePlace(path, leak.line), seen=_A_KEY, expected=_NO_KEY)
    _templates_sign_none(chart, objects, findings)
    for place in signing_commands(workloads, objects):
        findings.add(
            place,
            seen=Text("een opdracht die een certificaat ondertekent", "a command that signs a certificate"),
            expected=_MANAGED,
            remedy=Text(
                "Haal deze opdracht weg en vraag de platformbeheerder om het certificaat.",
                "Remove this command and ask the platform manager for the certificate.",
            ),
        )


_MANAGED = Text("een issuer van de platformbeheerder", "an issuer of the platform manager")


def _templates_sign_none(chart: ChartFiles, objects: Objects, findings: Findings) -> None:
    """Report templates that made a certificate in this render. Those that are switched off made none."""
    made = {item.source.partition("/")[2] for item in objects if has_certificate(item)}
    for path in sorted(made & chart.files.keys()):
        text = chart.files[path]
        match = _SIGNING.search(text)
        if match:
            findings.add(
                FilePlace(path, text.count("\n", 0, match.start()) + 1),
                seen=match[1],
                expected=Text("geen certificaat uit een template", "no certificate made by a template"),
            )


@check("certificate.not_from_chart", objects=(EVERY_KIND,))
def test_certificates_are_not_supplied_by_the_chart(objects: Objects, findings: Findings) -> None:
    """DDC 7.17: the municipality supplies the certificates of ingress controller and API gateway.

    So the chart renders no TLS Secret with key material, and no private key in any object.
    """
    _need_objects(objects)
    for item in objects:
        entries = _key_entries(item) if item.kind in ("Secret", "ConfigMap") and not item.group else ()
        for node in entries or private_keys(item):
            findings.add(node, seen=_A_KEY, expected=_NO_KEY)


def _key_entries(item: KubernetesObject) -> tuple[Node, ...]:
    """Return the entries of a Secret or ConfigMap that hold a key.

    By their name, as in a TLS Secret or that of a key store (which is no text), or by what they hold.
    """
    named = tuple(
        node
        for field in ("data", "stringData", "binaryData")
        for name, node in item.get(field).entries()
        if (name == "tls.key" or is_key_store(name))
        and is_literal(node.value if field == "stringData" else decoded(node.text() or ""))
    )
    return named or tuple(private_keys(item))


def _need_objects(objects: Objects) -> None:
    if not len(objects):
        not_applicable("De chart rendert geen objecten.", "The chart renders no objects.")
