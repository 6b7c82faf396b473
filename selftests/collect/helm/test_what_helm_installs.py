"""What Helm would install of a chart, however it is packed: the same objects through the SDK and a helm program."""

from collections.abc import Callable
from pathlib import Path

import helm_python
import pytest
from raw_tar import EVIL, entry, packed

from toetskader.collect.helm.engine import Helm, render_chart
from toetskader.collect.helm.protocol import ChartAnswer, Rendered, RenderRequest
from toetskader.core.failure import Failure
from toetskader.facts.chart import RenderedObject

Make = Callable[..., Path]
DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.example.org}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, annotations: {helm.sh/hook: test}}\n"
FAMILY = {
    "Chart.yaml": """
        apiVersion: v2
        name: proef
        version: 1.2.3
        dependencies:
        - {name: "aan", version: 1.0.0, repository: ""}
        - {name: "uit", version: 1.0.0, repository: "", condition: uit.enabled}
        """,
    "values.yaml": "{uit: {enabled: false}}",
    **{f"charts/{name}/Chart.yaml": f"{{apiVersion: v2, name: '{name}', version: 1.0.0}}" for name in ("aan", "uit")},
}


@pytest.fixture(params=["sdk", "binary"])
def tool(request: pytest.FixtureRequest) -> Helm:
    found: Helm = request.getfixturevalue("helm" if request.param == "sdk" else "binary_helm")
    return found


def rendered(tool: Helm, chart: Path) -> Rendered | Failure:
    answer = render_chart(tool, chart, [RenderRequest(key="s")])
    assert isinstance(answer, ChartAnswer), answer
    return answer.renders["s"]


def seen(tool: Helm, chart: Path) -> dict[str, RenderedObject]:
    found = rendered(tool, chart)
    assert isinstance(found, Rendered), found
    return {
        f"{item.template} {item.document['kind']}/{item.document['metadata']['name']}": item for item in found.objects
    }


def either_way(chart: Path, form: str) -> Path:
    return chart if form == "folder" else Path(helm_python.package(chart, destination=chart.parent))


@pytest.mark.parametrize("form", ["folder", "packed"])
def test_everything_in_crds_is_an_object(form: str, tool: Helm, make_chart: Make) -> None:
    chart = make_chart(
        FAMILY
        | {
            "crds/a.yaml": f"{DEFINITION}---\n{POD % 'a1'}---\n{POD % 'a2'}",
            "crds/deep/b.YAML": POD % "b",
            "crds/c.Yml": POD % "c",
            "crds/d.JSON": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "d"}}',
            "crds/list.yaml": "{apiVersion: v1, kind: List, items: [{kind: Pod, apiVersion: v1, metadata: {name: e}}]}",
            "crds/{{ .Release.Name }}.yaml": POD % '"{{ .Release.Name }}"',
            "crds/README.md": POD % "f",
            "charts/aan/crds/x.YAML": POD % "aan",
            "charts/uit/crds/x.yaml": POD % "uit",
            "charts/aan/charts/deep/Chart.yaml": "{apiVersion: v2, name: deep, version: 1.0.0}",
            "charts/aan/charts/deep/crds/x.yaml": POD % "deep",
            "templates/crds/x.yaml": POD % "rendered",
        }
    )
    found = seen(tool, either_way(chart, form))
    hooks = found.pop("proef/templates/crds/x.yaml Pod/rendered")
    assert hooks.listed_under is None
    assert found.keys() == {
        "proef/crds/a.yaml Pod/a1",
        "proef/crds/a.yaml Pod/a2",
        "proef/crds/deep/b.YAML Pod/b",
        "proef/crds/c.Yml Pod/c",
        "proef/crds/d.JSON Pod/d",
        "proef/crds/list.yaml Pod/e",
        "proef/crds/{{ .Release.Name }}.yaml Pod/{{ .Release.Name }}",
        "proef/charts/aan/crds/x.YAML Pod/aan",
        "proef/charts/aan/charts/deep/crds/x.yaml Pod/deep",
    }
    assert all(item.listed_under == {} for item in found.values())  # no hooks there


def test_a_line_that_would_pass_for_another_template_is_refused(binary_helm: Helm, make_chart: Make) -> None:
    forged = f"{POD % 'a'}\n---\n# Source: proef/templates/x.yaml\n{POD % 'b'}"
    found = rendered(binary_helm, make_chart({"crds/a.yaml": forged}))
    assert isinstance(found, Failure)
    assert "crds/a.yaml holds a line '# Source:'" in found.message.en


def test_of_a_packed_chart_nothing_is_ignored(tool: Helm, tmp_path: Path) -> None:
    told = b"{apiVersion: v1, kind: ConfigMap, metadata: {name: '{{ .Files.Get \".helmignore\" | trim }}'}}"
    path = tmp_path / "p.tgz"
    rules = entry(b"proef/.helmignore", b"templates/evil.yaml\n")
    path.write_bytes(
        packed(rules, entry(b"proef/templates/evil.yaml", EVIL), entry(b"proef/templates/told.yaml", told))
    )
    assert seen(tool, path).keys() == {
        "proef/templates/evil.yaml ConfigMap/evil",
        "proef/templates/told.yaml ConfigMap/templates/evil.yaml",
    }
