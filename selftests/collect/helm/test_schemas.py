"""Schemas that refer to others: these are never fetched or opened, and only what depends on them is not known."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.helm.engine import Helm, render_chart
from toetskader.collect.helm.protocol import Rendered, RenderRequest
from toetskader.collect.helm.schemas import without_outside
from toetskader.core.failure import Failure

Make = Callable[..., Path]
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
REMOTE = "https://schemas.klein.example/pod.json"

INSIDE = {
    "a place in itself": {"properties": {"a": {"$ref": "#/definitions/n"}}, "definitions": {"n": {}}},
    "by its own name": {"properties": {"a": {"$ref": "values.schema.json#/definitions/n"}}, "definitions": {"n": {}}},
    "by its own address": {"$id": f"{REMOTE}", "properties": {"a": {"$ref": f"{REMOTE}#/definitions/n"}}},
    "from its own address": {"$id": REMOTE, "properties": {"a": {"$ref": "pod.json#/definitions/n"}}},
    "a part with an address": {"$defs": {"n": {"$id": REMOTE}}, "properties": {"a": {"$ref": REMOTE}}},
    "a draft": {"$schema": "https://json-schema.org/draft/2020-12/schema"},
    "a property by that name": {"properties": {"$ref": {"type": "string"}}},
}
OUTSIDE = {
    "an address": ({"properties": {"a": {"$ref": f"{REMOTE}#/definitions/n"}}}, REMOTE, True),
    "an address from its own": ({"$id": REMOTE, "allOf": [{"$ref": "other.json"}]}, "other.json", True),
    "without a scheme": ({"anyOf": [{"$ref": "//schemas.klein.example/x"}]}, "//schemas.klein.example/x", False),
    "a dynamic one": ({"items": {"$dynamicRef": f"{REMOTE}#n"}}, REMOTE, True),
    "another dialect": ({"$schema": "http://klein.example/meta"}, "http://klein.example/meta", True),
    "a file beside": ({"properties": {"a": {"$ref": "parts/a.json"}}}, "parts/a.json", False),
    "a file of the machine": ({"not": {"$ref": "file:///etc/hostname"}}, "file:///etc/hostname", False),
}


@pytest.mark.parametrize("schema", INSIDE.values(), ids=INSIDE.keys())
def test_what_is_in_the_file_stays(schema: dict[str, object]) -> None:
    text = json.dumps(schema)
    assert without_outside(text) == (text, ())


@pytest.mark.parametrize(("schema", "reference", "is_remote"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_what_is_not_is_taken_out(schema: dict[str, object], reference: str, is_remote: bool) -> None:
    text, outside = without_outside(json.dumps(schema))
    assert [(item.reference, item.is_remote) for item in outside] == [(reference, is_remote)]
    assert reference not in text
    assert without_outside(text) == (text, ())


SCHEMAS = st.recursive(
    st.one_of(st.none(), st.integers(), st.sampled_from(["#/a", REMOTE, "x.json", "", "http://[", "::"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["$ref", "$id", "$schema", "$defs", "a", "id", "$dynamicRef"]), inner, max_size=4
        ),
    ),
    max_leaves=15,
)


@given(SCHEMAS)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_nothing_outside_is_left_in_any_schema(schema: object) -> None:
    text, _ = without_outside(json.dumps(schema))
    assert without_outside(text)[1] == ()


class _Counting(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass


@pytest.fixture(params=["sdk", "program"])
def tool(request: pytest.FixtureRequest) -> Helm:
    found: Helm = request.getfixturevalue("helm" if request.param == "sdk" else "binary_helm")
    return found


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("path", ["values.schema.json", "charts/sub/values.schema.json"])
def test_a_remote_schema_is_not_asked_for(
    tool: Helm, make_chart: Make, pack: Callable[..., Path], tmp_path: Path, path: str, packed: bool
) -> None:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Counting,), {"asked": asked}))
    Thread(target=server.serve_forever, daemon=True).start()
    schema = {"properties": {"a": {"$ref": f"http://127.0.0.1:{server.server_port}/x"}, "b": {"type": "number"}}}
    files = {
        "Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.2.3\n",
        "templates/a.yaml": OBJECT,
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        path: json.dumps(schema),
    }
    chart = pack(tmp_path / "p.tgz", {k: v.encode() for k, v in files.items()}) if packed else make_chart(files)
    own = "b" if path == "values.schema.json" else "sub.b"
    requests = [RenderRequest(key="s"), RenderRequest(key="wrong", overrides={own: "text"})]
    answer = render_chart(tool, chart, requests, lint="s")
    server.shutdown()
    server.server_close()
    assert not isinstance(answer, Failure)
    assert isinstance(answer.renders["s"], Rendered)
    assert isinstance(answer.renders["wrong"], Failure)  # what the schema says itself still holds
    assert asked == []


def test_a_schema_in_a_packed_subchart_of_a_packed_chart(helm: Helm, pack: Callable[..., Path], tmp_path: Path) -> None:
    schema = json.dumps({"properties": {"a": {"$ref": REMOTE}}}).encode()
    inner = {"Chart.yaml": b"apiVersion: v2\nname: sub\nversion: 1.0.0\n", "values.schema.json": schema}
    sub = pack(tmp_path / "sub.tgz", inner, "sub")
    files = {"Chart.yaml": b"apiVersion: v2\nname: proef\nversion: 1.2.3\n", "charts/sub-1.0.0.tgz": sub.read_bytes()}
    opened = helm.open(pack(tmp_path / "p.tgz", files | {"templates/a.yaml": OBJECT.encode()}))
    assert not isinstance(opened, Failure)
    with opened:
        assert [(path, item.reference) for path, item in opened.source.outside] == [
            ("charts/sub/values.schema.json", REMOTE)
        ]
        assert opened.source.files["charts/sub/values.schema.json"] == schema.decode()
        answer = opened.read([RenderRequest(key="s", overrides={"sub.a": 1})])
    assert not isinstance(answer, Failure)
    assert isinstance(answer.renders["s"], Rendered)
