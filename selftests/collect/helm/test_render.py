"""Helm's own semantics, the same through the SDK and through a helm program."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from toetskader.collect.helm.engine import Helm, render_chart
from toetskader.collect.helm.protocol import ChartAnswer, Rendered, RenderRequest
from toetskader.collect.helm.values import merge, nested
from toetskader.core.failure import Failure, Reason

Make = Callable[..., Path]
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"


@pytest.fixture(params=["sdk", "binary"])
def tool(request: pytest.FixtureRequest) -> Helm:
    name = "helm" if request.param == "sdk" else "binary_helm"
    found: Helm = request.getfixturevalue(name)
    return found


def read(tool: Helm, chart: Path, lint: str = "", **given: Any) -> ChartAnswer:
    answer = render_chart(tool, chart, [RenderRequest(key="s", **given)], lint=lint)
    assert isinstance(answer, ChartAnswer), answer
    return answer


def render(tool: Helm, chart: Path, **given: Any) -> Rendered:
    found = read(tool, chart, **given).renders["s"]
    assert isinstance(found, Rendered), found
    return found


def fails(tool: Helm, chart: Path, **given: Any) -> tuple[Reason, str]:
    found = read(tool, chart, **given).renders["s"]
    assert isinstance(found, Failure), found
    return found.reason, found.message.en


FAMILY = {
    "Chart.yaml": """\
        apiVersion: v2
        name: proef
        version: 1.2.3
        dependencies:
        - {name: sub, version: 1.0.0, repository: "", condition: sub.enabled, import-values: [{child: out, parent: in}]}
        - {name: sub, version: 1.0.0, repository: "", alias: twin, tags: [pair]}
        """,
    "values.yaml": "sub: {enabled: true}\ntags: {pair: false}\nbase: {a: 1, b: {c: 2}}\n",
    "templates/_partial.tpl": '{{ define "name" }}x{{ end }}',
    "templates/NOTES.txt": "Installed {{ .Release.Name }} in {{ .Release.Namespace }}.\n",
    "templates/empty.yaml": "{{ if false }}a: 1{{ end }}\n",
    "templates/many.yaml": """\
        # a comment alone
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: svc}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: cm}
        data:
          kube: {{ .Capabilities.KubeVersion.Minor | quote }}
          api: {{ .Capabilities.APIVersions.Has "example.org/v1" | quote }}
          imported: {{ .Values.in | toJson | quote }}
          time: 12:30:00
          answer: NO
        """,
    "templates/hooks.yaml": """\
        apiVersion: batch/v1
        kind: Job
        metadata: {name: hook, annotations: {helm.sh/hook: "pre-install, pre-upgrade"}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: test, annotations: {helm.sh/hook: test}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: unknown, annotations: {helm.sh/hook: crd-install}}
        """,
    "crds/crd.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n",
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "charts/sub/values.yaml": "out: {v: from-sub}\nlevel: low\n",
    "charts/sub/templates/NOTES.txt": "not shown\n",
    "charts/sub/templates/a.yaml": OBJECT % "sub" + "data: {level: {{ .Values.level }}, chart: {{ .Chart.Name }}}\n",
}


def names(found: Rendered) -> list[str]:
    return [f"{item.template}#{item.document['metadata']['name']}" for item in found.objects]


def test_a_render_is_what_helm_template_prints(tool: Helm, make_chart: Make) -> None:
    found = render(
        tool, make_chart(FAMILY), release="rel", namespace="ns", kube_version="1.31", api_versions=("example.org/v1",)
    )
    assert sorted(names(found)) == [
        "proef/charts/sub/templates/a.yaml#sub",
        "proef/templates/hooks.yaml#hook",
        "proef/templates/hooks.yaml#test",
        "proef/templates/many.yaml#cm",
        "proef/templates/many.yaml#svc",
    ]
    assert found.notes == "Installed rel in ns.\n"
    data = next(item.document["data"] for item in found.objects if item.document["metadata"]["name"] == "cm")
    # Read as Kubernetes reads it: a time is text, and NO is false.
    assert data == {"kube": "31", "api": "true", "imported": '{"v":"from-sub"}', "time": "12:30:00", "answer": False}
    assert found.values["in"] == {"v": "from-sub"}
    assert found.values["sub"]["level"] == "low"


def test_renders_do_not_influence_each_other(tool: Helm, make_chart: Make) -> None:
    """The library drops a disabled subchart from the chart it holds; the next render must have it back."""
    renders = [
        RenderRequest(key="off", overrides={"sub.enabled": False}),
        RenderRequest(key="on", overrides={"tags.pair": True, "twin.level": "high"}),
        RenderRequest(key="broken", values=("a: [",)),
        RenderRequest(key="plain"),
    ]
    answer = render_chart(tool, make_chart(FAMILY), renders)
    assert isinstance(answer, ChartAnswer)
    found = {key: item for key, item in answer.renders.items() if isinstance(item, Rendered)}
    assert [key for key in answer.renders if key not in found] == ["broken"]
    subs = {key: [name for name in names(item) if "/charts/" in name] for key, item in found.items()}
    assert subs == {
        "off": [],
        "on": ["proef/charts/sub/templates/a.yaml#sub", "proef/charts/twin/templates/a.yaml#sub"],
        "plain": ["proef/charts/sub/templates/a.yaml#sub"],
    }


def test_values_merge_as_helm_merges_them(tool: Helm, make_chart: Make) -> None:
    chart = make_chart({"values.yaml": "a: {b: 1, c: {d: 2}}\nl: [1, 2]\nk.x: 0\n", "templates/t.yaml": OBJECT % "t"})
    found = render(
        tool,
        chart,
        values=("a: {b: 5, c: {e: 3}}\nl: [9]\n", "a: {c: null}\nnum: 1e3\n"),
        overrides={"a.b": "over", r"k\.x": 7},
    )
    assert found.values == {"a": {"b": "over"}, "l": [9], "num": 1000, "k.x": 7}


def test_merge_keeps_null_for_helm_to_act_on() -> None:
    assert merge({"a": {"b": 1}}, {"a": {"b": None, "c": 2}}) == {"a": {"b": None, "c": 2}}
    assert nested(r"a.b\.c.d", 1) == {"a": {"b.c": {"d": 1}}}


SCHEMA = '{"type": "object", "properties": {"a": {"type": "string"}}}'


@pytest.mark.parametrize(
    ("files", "given", "words"),
    [
        (
            {"templates/t.yaml": '{{ required "set .Values.url" .Values.url }}'},
            {},
            "t.yaml:1:3: the template stops by itself",
        ),
        ({"templates/t.yaml": "{{ .Values.a.b.c }}"}, {}, "nil pointer"),
        ({"templates/t.yaml": "{{ nope }}"}, {}, "function not defined"),
        ({"templates/t.yaml": '{{ env "HOME" }}'}, {}, "function `env` not defined"),
        ({"templates/t.yaml": '{{ expandenv "$HOME" }}'}, {}, "function `expandenv` not defined"),
        ({"templates/t.yaml": "a: b: c"}, {}, "proef/templates/t.yaml"),
        ({"templates/t.yaml": "- a\n"}, {}, "proef/templates/t.yaml"),
        ({"templates/t.yaml": "kind: 3\n"}, {}, "proef/templates/t.yaml"),
        ({"templates/t.yaml": "metadata: {annotations: {a: 1}}\n"}, {}, "proef/templates/t.yaml"),
        ({"values.schema.json": SCHEMA, "values.yaml": "a: x\n"}, {"values": ("a: 1\n",)}, "got number, want string"),
        ({"Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.0.0\nkubeVersion: '>=1.40'\n"}, {}, ">=1.40"),
        ({}, {"release": "Not Valid"}, "release name"),
        ({}, {"kube_version": "newest"}, "version of Kubernetes"),
        ({}, {"values": ("- a\n",)}, "of the wrong type (array)"),
    ],
)
def test_what_helm_refuses_is_refused_with_place_and_rule(
    tool: Helm, files: dict[str, str], given: dict[str, Any], words: str, make_chart: Make
) -> None:
    reason, message = fails(tool, make_chart(files), **given)
    assert reason in {Reason.TOOL_FAILED, Reason.REFUSED_INPUT}
    assert words in message


def test_a_library_chart_is_not_rendered(tool: Helm, make_chart: Make) -> None:
    chart = make_chart({"Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.0.0\ntype: library\n"})
    assert fails(tool, chart) == (
        Reason.REFUSED_INPUT,
        "This is a library chart; Helm does not install those. Point to an application chart.",
    )


def test_names_are_not_looked_up(tool: Helm, make_chart: Make) -> None:
    text = OBJECT % "t" + 'data: {host: "{{ getHostByName "localhost" }}"}\n'
    assert render(tool, make_chart({"templates/t.yaml": text})).objects[0].document["data"] == {"host": ""}


def test_a_chart_describes_itself(tool: Helm, make_chart: Make) -> None:
    chart = make_chart(FAMILY | {"values.schema.json": SCHEMA})
    answer = read(tool, chart, lint="s")
    assert answer.description is not None
    assert answer.description.metadata["version"] == "1.2.3"
    assert answer.description.values["sub"] == {"enabled": True, "level": "low", "out": {"v": "from-sub"}, "global": {}}
    assert answer.description.schema is not None
    assert answer.description.schema["type"] == "object"
    assert [item.status for item in answer.description.dependencies] == ["unpacked", "unpacked"]
    assert answer.description.missing == ()


def test_lint_says_the_same_either_way(tool: Helm, make_chart: Make) -> None:
    chart = make_chart({"templates/t.yaml": "a: b: c\n", "templates/odd.exe": "x"})
    lint = read(tool, chart, lint="s").lint
    assert isinstance(lint, tuple)
    assert ("info", "Chart.yaml", "icon is recommended") in [(item.severity, item.path, item.message) for item in lint]
    errors = [(item.path, item.message) for item in lint if item.severity == "error"]
    assert [path for path, _ in errors] == ["templates/odd.exe", "templates/t.yaml"]
    assert "unable to parse YAML" in errors[1][1]
    assert read(tool, chart).lint is None


@pytest.mark.parametrize(("replicas", "refused"), [(1, False), (0, True)])
def test_lint_checks_the_schemas_of_subcharts(tool: Helm, make_chart: Make, replicas: int, *, refused: bool) -> None:
    chart = make_chart(
        {
            "Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.0.0}]\n",
            "templates/a.yaml": "",
            "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
            "charts/sub/values.schema.json": '{"properties": {"replicas": {"type": "integer", "minimum": 1}}}',
        }
    )
    answer = read(tool, chart, lint="s", overrides={"sub.replicas": replicas})
    assert isinstance(answer.renders["s"], Failure) is refused
    assert isinstance(answer.lint, tuple)
    assert any("minimum" in item.message for item in answer.lint if item.severity == "error") is refused


def test_lint_of_values_that_cannot_be_read_is_no_clean_lint(tool: Helm, make_chart: Make) -> None:
    assert isinstance(read(tool, make_chart(), lint="s", values=("a: [",)).lint, Failure)


def test_both_tools_agree_to_the_last_field(helm: Helm, binary_helm: Helm, make_chart: Make) -> None:
    chart = make_chart(FAMILY)
    given: dict[str, Any] = {"release": "rel", "namespace": "ns", "kube_version": "1.34", "lint": "s"}
    assert read(helm, chart, **given) == read(binary_helm, chart, **given)


def test_a_second_render_needs_no_second_opening(helm: Helm, make_chart: Make) -> None:
    opened = helm.open(make_chart(FAMILY))
    assert not isinstance(opened, Failure)
    with opened:
        assert isinstance(opened.read([RenderRequest(key="a")]), ChartAnswer)
        again = opened.render([RenderRequest(key="b", overrides={"sub.level": "high"})])
    assert isinstance(again, dict)
    assert isinstance(again["b"], Rendered)
    assert again["b"].values["sub"]["level"] == "high"


def test_values_quoted_by_a_failing_template_are_not_repeated(helm: Helm, make_chart: Make) -> None:
    chart = make_chart({"values.yaml": 't: "hunter2 {{ .Values.a.b }}"\n', "templates/t.yaml": "{{ tpl .Values.t . }}"})
    _, message = fails(helm, chart)
    assert "nil pointer" in message
    assert "hunter2" not in message


def test_version_names_tool_and_helm(helm: Helm, binary_helm: Helm, helm_binary: Path) -> None:
    sdk, program = helm.version(), binary_helm.version()
    assert not isinstance(sdk, Failure)
    assert not isinstance(program, Failure)
    assert (sdk.tool, sdk.where.split()[0]) == ("sdk", "helm-python")
    assert (program.tool, program.where) == ("binary", str(helm_binary))
    assert re.match(r"v\d+\.\d+", sdk.helm)
    assert re.match(r"v\d+\.\d+", program.helm)


def test_a_program_that_is_not_there_is_a_reason(tmp_path: Path, make_chart: Make) -> None:
    with Helm(tmp_path / "no-helm", processes=1) as absent:
        answers = [absent.version(), read(absent, make_chart()).renders["s"]]
    for answer in answers:
        assert isinstance(answer, Failure)
        assert answer.reason is Reason.TOOL_MISSING
        assert "--helm" in answer.message.nl
