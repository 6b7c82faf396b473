"""A copy of a chart renders what the chart itself does, but for the texts that are given to it."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from toetskader.collect.helm.engine import Helm, OpenChart
from toetskader.collect.helm.protocol import Rendered, RenderRequest
from toetskader.collect.helm.rewritten import ChartCopy
from toetskader.core.failure import Failure, Reason

Make = Callable[..., Path]
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
LONG = "templates/" + "/".join(["een-lange-naam"] * 12) + ".yaml"


@pytest.fixture(params=["sdk", "binary"])
def tool(request: pytest.FixtureRequest) -> Helm:
    found: Helm = request.getfixturevalue("helm" if request.param == "sdk" else "binary_helm")
    return found


def opened(tool: Helm, chart: Path) -> OpenChart:
    found = tool.open(chart)
    assert isinstance(found, OpenChart), found
    return found


def names(answer: dict[str, Rendered | Failure] | Failure) -> list[str]:
    assert isinstance(answer, dict), answer
    rendered = answer["s"]
    assert isinstance(rendered, Rendered), rendered
    return [item.document["metadata"]["name"] for item in rendered.objects]


def packed(name: str, files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return whole.getvalue()


def subchart(name: str, **more: bytes) -> dict[str, bytes]:
    return {
        "Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n".encode(),
        "templates/a.yaml": (OBJECT % name).encode(),
        **more,
    }


def test_a_copy_renders_what_the_chart_does(tool: Helm, make_chart: Make) -> None:
    chart = make_chart(
        {
            ".helmignore": "weg.txt\n",
            "values.yaml": "naam: eigen\n",
            "values.schema.json": '{"required": ["bestaat-niet"]}',
            "lijst.txt": "uit-bestand",
            "weg.txt": "genegeerd",
            LONG: OBJECT % "lang",
            "templates/a.yaml": OBJECT % "{{ .Values.naam }}",
            "templates/b.yaml": OBJECT % '{{ .Files.Get "lijst.txt" }}{{ .Files.Get "weg.txt" }}',
        }
    )
    (chart / "logo.bin").write_bytes(bytes(range(256)))
    requests = [RenderRequest(key="s")]
    with opened(tool, chart) as source, ChartCopy(source.source) as copy:
        assert isinstance(source.read(requests).renders["s"], Failure)  # by its schema, which a copy is not held to
        assert names(source.render_copy(copy, {}, requests)) == ["eigen", "uit-bestand", "lang"]
        changed = source.render_copy(copy, {"templates/a.yaml": OBJECT % "ander"}, requests)
        assert names(changed) == ["ander", "uit-bestand", "lang"]
        assert names(source.render_copy(copy, {}, requests)) == ["eigen", "uit-bestand", "lang"]


def test_a_packed_subchart_is_unpacked_where_its_text_changes(tool: Helm, make_chart: Make) -> None:
    chart = make_chart({"templates/a.yaml": OBJECT % "boven", "charts/map/Chart.yaml": "name: map\nversion: 1.0.0\n"})
    (chart / "charts/map/charts").mkdir()
    schema = {"values.schema.json": b'{"required": ["bestaat-niet"]}'}
    (chart / "charts/map/charts/diep-1.0.0.tgz").write_bytes(packed("diep", subchart("diep")))
    inner = packed("binnen", subchart("binnen"))
    (chart / "charts/buiten-1.0.0.tgz").write_bytes(
        packed("buiten", subchart("buiten", **{"charts/binnen-1.0.0.tgz": inner}, **schema))
    )
    requests = [RenderRequest(key="s")]
    texts = {
        "charts/map/charts/diep/templates/a.yaml": OBJECT % "diep-2",
        "charts/buiten/charts/binnen/templates/a.yaml": OBJECT % "binnen-2",
    }
    with opened(tool, chart) as source, ChartCopy(source.source) as copy:
        assert sorted(names(source.render_copy(copy, texts, requests))) == ["binnen-2", "boven", "buiten", "diep-2"]


@pytest.mark.parametrize("name", ["templates/a\\b.yaml", "..a.txt", "c:/a.txt"])
def test_what_helm_reads_otherwise_in_an_archive_is_refused(helm: Helm, make_chart: Make, name: str) -> None:
    chart = make_chart({"templates/a.yaml": OBJECT % "boven", name: ""})
    with opened(helm, chart) as source, ChartCopy(source.source) as copy:
        answer = source.render_copy(copy, {}, [RenderRequest(key="s")])
        assert isinstance(answer, Failure), answer
        assert answer.reason is Reason.REFUSED_INPUT
        assert repr(name) in answer.message.en


def test_a_copy_does_not_tell_the_values_again(helm: Helm, make_chart: Make) -> None:
    chart = make_chart({"templates/a.yaml": OBJECT % "{{ .Values.naam }}", "values.yaml": "naam: eigen\n"})
    requests = [RenderRequest(key="s")]
    with opened(helm, chart) as source, ChartCopy(source.source) as copy:
        answers = source.render_copy(copy, {}, requests)
        assert names(answers) == ["eigen"]
        assert isinstance(answers, dict)
        told = [answers["s"], source.read(requests).renders["s"]]
        assert [item.values for item in told if isinstance(item, Rendered)] == [{}, {"naam": "eigen"}]


def test_a_copy_is_the_same_whenever_it_is_written(helm: Helm, make_chart: Make) -> None:
    chart = make_chart({"templates/a.yaml": OBJECT % "boven"})
    with opened(helm, chart) as source, ChartCopy(source.source) as copy:
        first = copy.write({"templates/a.yaml": "anders"}).read_bytes()
        copy.write({})
        again = copy.write({"templates/a.yaml": "anders"})
        assert again.read_bytes() == first
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(first))) as archive:
            assert archive.getnames() == ["chart/Chart.yaml", "chart/templates/a.yaml"]
