"""Judgements on the Secrets of a namespace: where they come from. What is in them is never collected."""

from tests.test_live_images import require_running
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.kubernetes.sealed_secrets import (
    Origin,
    SecretOrigin,
    is_unsealed,
    leaves_owner_out,
    origin,
    sealed_by,
)
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, Text, check, not_applicable

_SEALED = Text("een SealedSecret als eigenaar", "a SealedSecret as owner")
_SEAL = Text(
    "Versleutel de inhoud met kubeseal, zet het SealedSecret in de GitOps-repository en verwijder dit Secret, zodat de "
    "controller het opnieuw maakt.",
    "Encrypt the content with kubeseal, put the SealedSecret in the GitOps repository and remove this Secret, so that "
    "the controller makes it anew.",
)


@check("secrets.sealed_in_namespace", objects=("Secret", "SealedSecret.bitnami.com"))
def test_every_secret_comes_from_a_sealed_secret(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 7.16: secrets are taken from Sealed Secrets at deployment, so a SealedSecret owns every Secret.

    Exempt is what has no content of the component's to seal: tokens of service accounts, Helm's own records, and
    certificates that cert-manager asked for. A Secret that a controller fills from a store outside the cluster is
    right by the norm on workloads, and is remarked on: the contract names Sealed Secrets.
    """
    found = [origin(item) for item in objects.of_kind("Secret", group="")]
    exempt = [item for item in found if item.origin in (Origin.PLATFORM, Origin.CERTIFICATE)]
    judged = [item for item in found if item not in exempt]
    _tell_exempt(exempt, findings)
    unowned = [item for item in judged if item.origin is Origin.BY_HAND]
    if not objects.is_seen("SealedSecret", "bitnami.com"):
        for item in unowned:
            _report_unsealed(item, findings)
    sealed = sealed_by(objects)
    for item in judged:
        maker = sealed.get(item.secret.name)
        match item.origin:
            case Origin.BY_HAND if maker is None or not leaves_owner_out(maker):
                _report_unsealed(item, findings)
            case Origin.STORE:
                findings.add(
                    item.secret,
                    seen=Text(f"gevuld door {item.owner}", f"filled by {item.owner}"),
                    expected=_SEALED,
                    strength="recommended",
                )
            case Origin.SEALED if maker is None:
                findings.add(
                    item.secret.get("metadata", "ownerReferences"),
                    seen=Text(
                        f"SealedSecret {item.owner}, dat er niet is", f"SealedSecret {item.owner}, which is not there"
                    ),
                    expected=Text("een SealedSecret in deze namespace", "a SealedSecret in this namespace"),
                )
    for maker in dict.fromkeys(sealed.values()):
        if is_unsealed(maker) is False:
            findings.add(
                maker.get("status", "conditions"),
                seen=Text("niet te ontsleutelen (Synced: False)", "could not be unsealed (Synced: False)"),
                expected=Text("Synced: True", "Synced: True"),
                remedy=Text(
                    "Versleutel opnieuw met het huidige certificaat van de controller, voor deze naam en namespace.",
                    "Seal again with the controller's present certificate, for this name and namespace.",
                ),
            )
    if not judged and not findings and not sealed:
        require_running(workloads)
        not_applicable(
            "De namespace heeft geen Secrets met inhoud van het component.",
            "The namespace has no Secrets with content of the component.",
        )


def _report_unsealed(item: SecretOrigin, findings: Findings) -> None:
    findings.add(
        item.secret,
        seen=Text("een Secret zonder eigenaar", "a Secret without owner"),
        expected=_SEALED,
        remedy=_SEAL,
    )


def _tell_exempt(exempt: list[SecretOrigin], findings: Findings) -> None:
    certificate = Text("certificaten van cert-manager", "certificates of cert-manager")
    counts: dict[Text, int] = {}
    for item in exempt:
        reason = item.reason or certificate
        counts[reason] = counts.get(reason, 0) + 1
    for reason, count in counts.items():
        findings.saw(f"{count} vrijgesteld: {reason.nl}", f"{count} exempt: {reason.en}")
