"""What a card says of images and the chart, beside the images and the sources of Flux that are there."""

from collections.abc import Mapping
from typing import Any

import pytest
from auditor import ROOT
from from_yaml import objects, workloads
from looking import TODAY, Bench, stated

from toetskader.facts.attempt import Unseen
from toetskader.facts.dossier.fact import Stated
from toetskader.facts.kubernetes.declared import reading
from toetskader.judging import Findings, Undetermined
from toetskader.judging.registry import load_checks
from toetskader.text import Text

REGISTRY, CHARTS = "ghcr.io/acme", "oci://ghcr.io/acme/charts"
UNSEEN = Undetermined(Text("de chart geeft een fout", "the chart fails"))
CHECKS = load_checks(ROOT / "tests")
IMAGES, CHART = CHECKS["card.image_locations"], CHECKS["card.chart_location"]
PARAMS = IMAGES.converted({"document": "card"})


def card(**says: Any) -> Stated:
    given = {"component": "Meldingen", "registries": [REGISTRY], "chart_repository": CHARTS}
    return stated("card", "component", **{**given, **says})


def deployment(*images: str) -> Any:
    containers = ", ".join(f"{{name: c{number}, image: '{image}'}}" for number, image in enumerate(images))
    return workloads(
        f"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: app}}, spec: {{template: {{spec: "
        f"{{containers: [{containers}]}}}}}}}}"
    )


class Beside(Bench):
    """A card, and what a judgement makes of it beside other parts."""

    def __init__(self, document: Stated) -> None:
        super().__init__(document)
        self.findings = Findings(beside={"chart": "", "namespace": ""})

    def images(self, chart: Mapping[str, Any] | None, namespace: Mapping[str, Any] | None = None) -> "Beside":
        """Lay it beside images."""
        IMAGES.function(
            papers=self.papers,
            workloads_of_every_chart=chart,
            workloads_of_every_namespace=namespace,
            findings=self.findings,
            params=PARAMS,
            parameters=self.parameters,
            today=TODAY,
        )
        return self

    def sources(self, *found: str) -> "Beside":
        """Lay it beside sources of Flux, written `kind url`."""
        documents = "---".join(
            f"\napiVersion: source.toolkit.fluxcd.io/v1\nkind: {kind}\nmetadata: {{name: s{number}}}\n"
            f"spec: {{url: '{url}'}}\n"
            for number, (kind, url) in enumerate(item.split(" ") for item in found)
        )
        with reading(CHART.may_read):
            CHART.function(
                papers=self.papers,
                objects_of_every_namespace={"production": objects(documents)},
                findings=self.findings,
                params=PARAMS,
                parameters=self.parameters,
                today=TODAY,
            )
        return self

    @property
    def strength(self) -> int:
        """What it is worth."""
        assert self.findings.worth is not None
        return self.findings.worth.strength


@pytest.mark.parametrize(
    "image", ["ghcr.io/acme/app:1.2.0", "ghcr.io/acme/a/b@sha256:" + "0" * 64, "GHCR.io/acme/app:1"]
)
def test_images_within_the_location_confirm_it(image: str) -> None:
    found = Beside(card()).images({"groot": deployment(image), "klein": deployment(image, image)})
    assert (found.wrong, found.lacking, found.strength) == ([], "", 4)


@pytest.mark.parametrize("image", ["docker.io/acme/app:1.2.0", "ghcr.io/acme-evil/app:1", "nginx:1.27"])
def test_an_image_from_elsewhere_contradicts_it(image: str) -> None:
    found = Beside(card()).images({"groot": deployment("ghcr.io/acme/app:1"), "klein": deployment(image)})
    (finding,) = found.findings.items
    assert (finding.part, finding.scene, finding.strength) == ("chart", "klein", "required")
    assert getattr(finding.expected, "en", "") == "component (card-component): ghcr.io/acme"
    assert found.strength < 4


def test_what_runs_is_laid_beside_as_well() -> None:
    found = Beside(card()).images(None, {"production": deployment("quay.io/other/app:1")})
    assert [item.part for item in found.findings.items] == ["namespace"]


def test_without_anything_beside_the_card_counts_as_paper() -> None:
    found = Beside(card()).images(None)
    assert (found.wrong, found.lacking) == ([], "")
    assert found.strength < 4


@pytest.mark.parametrize("beside", [{"groot": UNSEEN}, {"groot": deployment("ghcr.io/acme/app:1"), "klein": UNSEEN}])
def test_what_could_not_be_seen_leaves_it_open(beside: Mapping[str, Any]) -> None:
    found = Beside(card())
    with pytest.raises(Unseen, match="the chart fails"):
        found.images(beside)
    assert found.strength < 4


def test_an_image_that_cannot_be_read_leaves_it_open() -> None:
    with pytest.raises(Unseen, match="is no image"):
        Beside(card()).images({"groot": deployment("ghcr.io/acme/app:1", "Not An Image")})


def test_a_card_without_locations_proves_nothing() -> None:
    found = Beside(card(registries=[])).images({"groot": deployment("ghcr.io/acme/app:1")})
    assert "names no location of images" in found.lacking


@pytest.mark.parametrize(
    "source",
    [f"HelmRepository {CHARTS}", f"OCIRepository {CHARTS}/app", "HelmRepository OCI://GHCR.io/acme/charts/"],
)
def test_a_source_of_flux_at_the_location_confirms_it(source: str) -> None:
    found = Beside(card()).sources(source, "HelmRepository https://charts.other.example")
    assert (found.wrong, found.lacking, found.strength) == ([], "", 4)


@pytest.mark.parametrize(
    "source",
    ["HelmRepository https://charts.other.example", "OCIRepository oci://ghcr.io/acme/charts-evil", "HelmRepository -"],
)
def test_no_source_of_flux_at_the_location_contradicts_it(source: str) -> None:
    found = Beside(card()).sources(source)
    assert [(item.part, item.scene) for item in found.findings.items] == [("namespace", "production")]


def test_a_namespace_without_sources_says_nothing() -> None:
    found = Beside(card()).sources()
    assert (found.wrong, found.lacking) == ([], "")
    assert found.strength < 4


@pytest.mark.parametrize(
    "address", ["http://charts.acme.example", "charts.acme.example", "oci://user@ghcr.io/x", "oci:// x"]
)
def test_a_location_is_an_address(address: str) -> None:
    assert Beside(card(chart_repository=address)).sources(f"HelmRepository {address.replace(' ', '')}").wrong == [
        "chart_repository"
    ]


def test_a_card_of_another_component_is_wrong() -> None:
    assert Beside(card(component="Zaken")).sources(f"HelmRepository {CHARTS}").wrong == ["component"]
