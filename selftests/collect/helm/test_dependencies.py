"""Dependencies that are not in charts/, and charts that are not on disk."""

import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import helm_python
import pytest

from toetskader.collect.helm.dependencies import RemoteChart
from toetskader.collect.helm.engine import Helm, render_chart
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.protocol import ChartAnswer, Rendered, RenderRequest
from toetskader.core.failure import Failure, Reason

Make = Callable[..., Path]
RENDER = [RenderRequest(key="s")]


def head(name: str, version: str, *dependencies: tuple[str, str, str]) -> str:
    lines = [f"apiVersion: v2\nname: {name}\nversion: {version}\n"]
    lines += ["dependencies:\n"] if dependencies else []
    lines += [f"- {{name: {n}, version: '{v}', repository: '{r}'}}\n" for n, v, r in dependencies]
    return "".join(lines)


def chart_files(name: str, version: str) -> dict[str, str]:
    template = "kind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}-{{ .Chart.Version }}}\n"
    return {"Chart.yaml": head(name, version), "templates/a.yaml": template}


def names(answer: ChartAnswer | Failure) -> list[str]:
    assert isinstance(answer, ChartAnswer), answer
    found = answer.renders["s"]
    assert isinstance(found, Rendered), found
    return [item.document["metadata"]["name"] for item in found.objects]


def refusal(answer: ChartAnswer | Failure) -> Failure:
    found = answer if isinstance(answer, Failure) else answer.renders["s"]
    assert isinstance(found, Failure), found
    return found


@pytest.fixture
def repository(make_chart: Make, tmp_path: Path, serve: Callable[[Path], str]) -> str:
    """A chart repository on loopback with two versions of `sub`."""
    directory = tmp_path / "repository"
    directory.mkdir()
    for version in ("1.0.0", "1.1.0"):
        chart = make_chart(chart_files("sub", version), name=f"source/{version}/sub")
        helm_python.package(chart, destination=directory)
    address = serve(directory)
    helm_python.repo_index_generate(directory, base_url=address)
    return address


class Registry(BaseHTTPRequestHandler):
    """The few requests of the OCI distribution API that a pull makes."""

    blobs: ClassVar[dict[str, bytes]] = {}
    manifests: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        kind, _, name = self.path.rpartition("/")
        data = (self.manifests if kind.endswith("/manifests") else self.blobs).get(name)
        self.send_response(200 if data else 404)
        if data and kind.endswith("/manifests"):
            self.send_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
        self.send_header("Docker-Content-Digest", digest(data or b""))
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data or b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture
def registry(make_chart: Make, tmp_path: Path) -> Iterator[str]:
    """An OCI registry on loopback that holds `sub` 1.0.0."""
    packed = Path(helm_python.package(make_chart(chart_files("sub", "1.0.0"), name="oci/sub"), destination=tmp_path))
    layer, config = packed.read_bytes(), json.dumps({"name": "sub", "version": "1.0.0", "apiVersion": "v2"}).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.cncf.helm.config.v1+json",
                "digest": digest(config),
                "size": len(config),
            },
            "layers": [
                {
                    "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                    "digest": digest(layer),
                    "size": len(layer),
                }
            ],
        }
    ).encode()
    handler = type(
        "Handler",
        (Registry,),
        {
            "blobs": {digest(layer): layer, digest(config): config},
            "manifests": {"1.0.0": manifest, digest(manifest): manifest},
        },
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"oci://127.0.0.1:{server.server_port}/charts"
    server.shutdown()
    server.server_close()


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_vendored_dependency_needs_no_repository(helm: Helm, make_chart: Make) -> None:
    files = {"Chart.yaml": head("proef", "1.0.0", ("sub", "1.0.0", "https://charts.invalid"))}
    files |= {f"charts/sub/{name}": text for name, text in chart_files("sub", "1.0.0").items()}
    assert names(render_chart(helm, make_chart(files), RENDER)) == ["sub-1.0.0"]


def test_a_dependency_is_fetched_and_the_supplier_left_alone(helm: Helm, make_chart: Make, repository: str) -> None:
    chart = make_chart(
        {"Chart.yaml": head("proef", "1.0.0", ("sub", ">=1.0.0", repository)), ".helmignore": "*.bak\n", "x.bak": "x"}
    )
    before = snapshot(chart)
    opened = helm.open(chart, allow_private=True)
    assert not isinstance(opened, Failure)
    with opened:
        digest_before = opened.source.digest
        answer = opened.read(RENDER)
        assert names(answer) == ["sub-1.1.0"]
        assert isinstance(answer, ChartAnswer)
        assert answer.description is not None
        assert (answer.description.missing, answer.description.dependencies[0].status) == ((), "ok")
        assert "charts/sub/templates/a.yaml" in opened.source.files
        assert opened.source.digest == digest_before
        private = opened.source.directory
        assert private != chart
    assert not private.exists()
    assert snapshot(chart) == before


def test_the_locked_version_is_fetched(helm: Helm, make_chart: Make, repository: str) -> None:
    lock = f"dependencies:\n- {{name: sub, version: 1.0.0, repository: '{repository}'}}\n"
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", ">=1.0.0", repository)), "Chart.lock": lock})
    assert names(render_chart(helm, chart, RENDER, allow_private=True)) == ["sub-1.0.0"]


def test_one_dependency_under_two_names_is_fetched_once(helm: Helm, make_chart: Make, repository: str) -> None:
    one = f"{{name: sub, version: 1.0.0, repository: '{repository}'"
    text = head("proef", "1.0.0") + f"dependencies:\n- {one}, alias: a}}\n- {one}, alias: b}}\n"
    answer = render_chart(helm, make_chart({"Chart.yaml": text}), RENDER, allow_private=True)
    assert len(names(answer)) == 2


def test_dependencies_together_have_the_room_of_one_chart(
    make_chart: Make, tmp_path: Path, serve: Callable[[Path], str]
) -> None:
    directory = tmp_path / "large"
    directory.mkdir()
    for number in range(5):
        files = {"Chart.yaml": head(f"sub{number}", "1.0.0"), "files/x": random.Random(number).randbytes(60_000).hex()}
        helm_python.package(make_chart(files, name=f"source/sub{number}"), destination=directory)
    address = serve(directory)
    helm_python.repo_index_generate(directory)
    wanted = [(f"sub{number}", "1.0.0", address) for number in range(5)]
    with Helm(limits=Limits(unpacked_bytes=260_000), processes=1) as helm:
        found = refusal(
            render_chart(helm, make_chart({"Chart.yaml": head("proef", "1.0.0", *wanted)}), RENDER, allow_private=True)
        )
    assert found.reason is Reason.TOO_LARGE
    assert "dependencies[3]" in found.message.en


def test_a_program_fetches_the_same(binary_helm: Helm, make_chart: Make, repository: str) -> None:
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", "~1.0.0", repository))})
    assert names(render_chart(binary_helm, chart, RENDER, allow_private=True)) == ["sub-1.0.0"]


def test_a_dependency_next_to_the_chart_is_copied(helm: Helm, make_chart: Make) -> None:
    make_chart(chart_files("sub", "2.0.0"), name="sub")
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", "2.0.0", "file://../sub"))})
    before = snapshot(chart)
    assert names(render_chart(helm, chart, RENDER)) == ["sub-2.0.0"]
    assert snapshot(chart) == before


@pytest.mark.parametrize(
    "repository", ["file://../../elsewhere", "file:///etc", "file://..", "@alias", "", "ftp://x/y"]
)
def test_a_dependency_from_elsewhere_is_named_and_refused(repository: str, helm: Helm, make_chart: Make) -> None:
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", "2.0.0", repository))}, name="deep/proef")
    found = refusal(render_chart(helm, chart, RENDER))
    assert found.reason is Reason.REFUSED_INPUT
    assert "'sub'" in found.message.en
    assert "helm dependency update" in found.message.nl


def test_an_unreachable_repository_is_a_reason_and_the_chart_is_still_described(helm: Helm, make_chart: Make) -> None:
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", "2.0.0", "http://127.0.0.1:9"))})
    answer = render_chart(helm, chart, RENDER, lint="s", allow_private=True)
    found = refusal(answer)
    assert found.reason is Reason.UNREACHABLE
    assert "'sub'" in found.message.en
    assert "http://127.0.0.1:9" in found.message.en
    assert isinstance(answer, ChartAnswer)
    assert answer.description is not None
    assert answer.description.missing == ("sub",)
    assert isinstance(answer.lint, tuple)
    assert any("a dependency of Chart.yaml is not in charts/" in item.message for item in answer.lint)


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost:9", "[::1]:9", "[::ffff:10.0.0.1]", "0x7f.1:9", "127.1:9"])
@pytest.mark.parametrize("scheme", ["http", "https", "oci"])
def test_a_chart_does_not_choose_what_is_asked_inside_a_network(
    scheme: str, host: str, helm: Helm, make_chart: Make
) -> None:
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", "1.0.0", f"{scheme}://{host}/charts"))})
    found = refusal(render_chart(helm, chart, RENDER))
    assert found.reason is Reason.REFUSED_INPUT
    assert "an address that is not public" in found.message.en
    assert "allow_private" in found.message.nl


def test_a_repository_that_never_answers_meets_the_deadline(make_chart: Make) -> None:
    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(3)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Helm(limits=Limits(fetch_deadline_s=1), processes=1) as helm:
        address = f"http://127.0.0.1:{server.server_port}"
        found = refusal(render_chart(helm, RemoteChart(chart="sub", repository=address), RENDER, allow_private=True))
    server.shutdown()
    assert found.reason is Reason.UNREACHABLE
    assert "within 1 seconds" in found.message.en


def test_a_chart_is_pulled_from_a_repository(helm: Helm, repository: str) -> None:
    remote = RemoteChart(chart="sub", repository=repository, version="1.0.0")
    assert names(render_chart(helm, remote, RENDER, allow_private=True)) == ["sub-1.0.0"]
    absent = refusal(render_chart(helm, RemoteChart(chart="nope", repository=repository), RENDER, allow_private=True))
    assert absent.reason is Reason.TOOL_FAILED
    assert "nope" in absent.message.en


def test_a_chart_is_pulled_from_an_oci_registry(helm: Helm, registry: str) -> None:
    remote = RemoteChart(chart=f"{registry}/sub", version="1.0.0")
    assert names(render_chart(helm, remote, RENDER, allow_private=True)) == ["sub-1.0.0"]
    gone = RemoteChart(chart="oci://127.0.0.1:9/charts/sub", version="1.0.0")
    assert refusal(render_chart(helm, gone, RENDER, allow_private=True)).reason is Reason.UNREACHABLE


def test_a_dependency_is_pulled_from_an_oci_registry(helm: Helm, make_chart: Make, registry: str) -> None:
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", "1.0.0", registry))})
    assert names(render_chart(helm, chart, RENDER, allow_private=True)) == ["sub-1.0.0"]


def test_a_pulled_archive_is_looked_through_too(
    helm: Helm, tmp_path: Path, pack: Make, serve: Callable[[Path], str]
) -> None:
    directory = tmp_path / "hostile"
    directory.mkdir()
    address = serve(directory)
    pack(directory / "sub-1.0.0.tgz", {"Chart.yaml": head("sub", "1.0.0").encode()}, top="sub")
    helm_python.repo_index_generate(directory, base_url=address)
    index = directory / "index.yaml"
    index.write_text("\n".join(line for line in index.read_text().splitlines() if "digest:" not in line))
    pack(directory / "sub-1.0.0.tgz", {"Chart.yaml": head("sub", "1.0.0").encode(), "big": bytes(6_000_000)}, top="sub")
    found = refusal(render_chart(helm, RemoteChart(chart="sub", repository=address), RENDER, allow_private=True))
    assert found.reason is Reason.TOO_LARGE
    assert "sub/big" in found.message.en


def test_a_repository_that_hands_out_another_chart_does_not_help(
    helm: Helm, make_chart: Make, tmp_path: Path, serve: Callable[[Path], str]
) -> None:
    directory = tmp_path / "other"
    directory.mkdir()
    address = serve(directory)
    helm_python.package(make_chart(chart_files("other", "1.0.0"), name="source/other"), destination=directory)
    helm_python.repo_index_generate(directory, base_url=address)
    index = directory / "index.yaml"
    index.write_text(index.read_text().replace("  other:", "  sub:").replace("name: other", "name: sub"))
    chart = make_chart({"Chart.yaml": head("proef", "1.0.0", ("sub", "1.0.0", address))})
    found = refusal(render_chart(helm, chart, RENDER, allow_private=True))
    assert found.reason is Reason.REFUSED_INPUT
    assert "not in charts/: sub" in found.message.en


def test_a_lock_that_cannot_be_read_is_refused(helm: Helm, make_chart: Make, repository: str) -> None:
    dependency = head("proef", "1.0.0", ("sub", "1.0.0", repository))
    found = refusal(render_chart(helm, make_chart({"Chart.yaml": dependency, "Chart.lock": "a: ["}), RENDER))
    assert "Chart.lock" in found.message.en
