"""Names of kinds as people give them to kubectl, and what a misspelled one is nearly."""

import pytest

from toetskader.facts.kubernetes.kind_names import meant_by


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("deploymnts", "deployments"),
        ("ingreses", "ingresses"),
        ("Networkpolicys", "networkpolicy"),
        ("configmpas", "configmaps"),
        ("deploymets.apps", "deployments"),
        ("ingresess.networking.k8s.io", "ingresses"),
        ("servicemonitrs", "servicemonitors"),
    ],
)
def test_a_misspelled_name_is_nearly_another(word: str, meant: str) -> None:
    assert meant_by(word) == meant


@pytest.mark.parametrize(
    "word",
    [
        *("deployments", "Deployment", "deploy", "ing", "all", "ingresses.networking.k8s.io", "pods", "po", "svc"),
        *("servicemonitors", "certificates.cert-manager.io", "kafkas", "clusters", "zaaksystemen.acme.nl", "ns"),
        *("storageclasses", "endpointslices", "networkpolicies", "deploymnts.acme.nl", "", "x" * 10_000),
    ],
)
def test_a_name_that_is_known_or_of_others_is_taken_as_it_is(word: str) -> None:
    assert meant_by(word) == ""
