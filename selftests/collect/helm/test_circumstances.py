"""A chart is rendered as a cluster would have it rendered: it cannot tell that it is audited."""

import base64
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from toetskader.collect.charts import collect_chart
from toetskader.collect.evidence import read_evidence, write_evidence
from toetskader.collect.helm.engine import Helm
from toetskader.facts.attempt import NotSeen
from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.key import FactKey, Need, TargetFacts
from toetskader.facts.redaction import Redaction
from toetskader.kinds.chart.kind import CHART
from toetskader.targets.load import load_targets
from toetskader.text import Text

KINDS = frozenset({"chart", "render", "render_next", "render_vanity", "render_scaled"})
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: kwaad}
spec: {containers: [{name: kwaad, image: "kwaad:latest"}]}
"""
GOOD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: goed}
spec: {replicas: {{ .Values.replicaCount }}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: goed}
spec: {rules: [{host: {{ .Values.host }}}]}
"""
VALUES = "host: app.gemeente.nl\nreplicaCount: 2\n"
TARGET = """\
name: proef
supplier: Proef BV
component: Proef
gate: 1
profiles: [haven]
parts: {chart: {source: chart, release: proef, namespace: proef, kubernetes: "1.35", values: {vast: []}}}
"""

Collect = Callable[..., dict[str, Any]]


@pytest.fixture
def collect(tmp_path: Path, helm: Helm) -> Collect:
    """Collect a chart of one template; kind of fact → fact."""

    def collected(template: str, *, kinds: frozenset[str] = KINDS, tool: Helm = helm, **files: str) -> dict[str, Any]:
        (tmp_path / "target.yaml").write_text(TARGET, encoding="utf-8")
        (tmp_path / "chart").mkdir(exist_ok=True)
        texts = {
            "Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.2.3\n",
            "values.yaml": VALUES,
            "templates/goed.yaml": GOOD,
            "templates/kwaad.yaml": template,
            **files,
        }
        for name, text in texts.items():
            path = tmp_path / "chart" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (target,) = load_targets([tmp_path / "target.yaml"], today=date(2026, 11, 22))
        part = CHART.of(target.parts)
        assert part is not None
        needs = {Need(kind, "mooi.gemeente.nl" if kind == "render_vanity" else "") for kind in kinds}
        found = collect_chart(tool, target, part, frozenset(needs), by="Helm", redaction=Redaction())
        return {key.kind: attempt for key, attempt in found.items()}

    return collected


def names(render: Any) -> list[str]:
    assert not isinstance(render, NotSeen), render.message
    return sorted(item.document.get("metadata", {}).get("name", "") for item in render.objects)


def when(render: Render) -> dict[str, list[str]]:
    """Circumstance, in English → names of the objects that it adds."""
    known = names(render)
    return {item.when.en: [name for name in names(item) if name not in known] for item in render.otherwise}


@pytest.mark.parametrize(
    "condition",
    [
        ".Release.IsUpgrade",
        "not .Release.IsInstall",
        "gt .Release.Revision 1",
        'index .Release (printf "Is%s" "Upgrade")',
        'regexMatch "v1[.]35[.]1[0-9]" .Capabilities.KubeVersion.Version',
    ],
)
def test_what_an_upgrade_adds_is_seen(collect: Collect, condition: str) -> None:
    render = collect(f"{{{{ if {condition} }}}}\n{POD}{{{{ end }}}}\n")["render"]
    assert names(render) == ["goed", "goed"]
    assert when(render)["at an upgrade"] == ["kwaad"]


@pytest.mark.parametrize(
    "condition",
    [
        'has "metrics.k8s.io/v1beta1" .Capabilities.APIVersions',
        '.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor"',
        '.Capabilities.APIVersions.Has "apps/v1/Deployment"',
        'regexMatch "^v1[.]35[.][0-9]+$" .Capabilities.KubeVersion.Version',
        "gt (len .Capabilities.APIVersions) 60",
        'ne .Release.Name "release-name"',
    ],
)
def test_what_a_real_cluster_has_is_told(collect: Collect, condition: str) -> None:
    assert names(collect(f"{{{{ if {condition} }}}}\n{POD}{{{{ end }}}}\n")["render"]) == ["goed", "goed", "kwaad"]


def test_passwords_drawn_by_chance_are_no_other_circumstance(collect: Collect) -> None:
    render = collect(
        """\
apiVersion: v1
kind: Secret
metadata: {name: geheim, annotations: {checksum/x: {{ randAlphaNum 20 | sha256sum }}}}
data: {wachtwoord: {{ randAlphaNum 20 | b64enc }}}
"""
    )["render"]
    assert render.otherwise == ()


@pytest.mark.parametrize("answer", ["mooi.gemeente.nl", "mooietoepassingsnaam.gemeente.nl"])
def test_the_probed_host_cannot_be_known_beforehand(collect: Collect, answer: str) -> None:
    facts = collect(
        f'{{{{ if eq .Values.host "{answer}" }}}}\n{POD}{{{{ end }}}}\n',
        **{"templates/vast.yaml": GOOD.replace("{{ .Values.host }}", "mooi.gemeente.nl").replace("goed", "vast")},
    )
    vanity = facts["render_vanity"]
    assert "kwaad" not in names(vanity)
    hosts = {
        item.document["metadata"]["name"]: item.document["spec"]["rules"][0]["host"]
        for item in vanity.objects
        if item.document["kind"] == "Ingress"
    }
    # What follows the value has the name that was asked for; what was written in the chart does not pass for it.
    assert hosts == {"goed": "mooi.gemeente.nl", "vast": "mooi-vast.gemeente.nl"}
    assert vanity.overrides == {"host": "mooi.gemeente.nl"}


def test_two_runs_probe_with_other_values_and_say_the_same(collect: Collect) -> None:
    one, other = (collect("")["render_vanity"] for _ in range(2))
    assert (one.objects, one.overrides, one.values) == (other.objects, other.overrides, other.values)
    assert one.stand_ins.keys() == other.stand_ins.keys() == {"mooi.gemeente.nl"}
    assert one.stand_ins != other.stand_ins


def test_each_probe_has_a_render_of_its_own(collect: Collect) -> None:
    """What a new version of Kubernetes changes must not be taken for what a value changes."""
    template = f'{{{{ if eq .Capabilities.KubeVersion.Minor "36" }}}}\n{POD}{{{{ end }}}}\n'
    together = collect(template)
    for kind in ("render_next", "render_vanity", "render_scaled"):
        alone = collect(template, kinds=frozenset({"chart", "render", kind}))[kind]
        assert names(alone) == names(together[kind])
    assert "kwaad" in names(together["render_next"])
    assert "kwaad" not in names(together["render_vanity"])


def test_circumstances_come_back_from_evidence(collect: Collect, tmp_path: Path) -> None:
    render = collect(f"{{{{ if .Release.IsUpgrade }}}}\n{POD}{{{{ end }}}}\n")["render"]
    assert render.otherwise[0].when == Text("bij een upgrade", "at an upgrade")
    facts = TargetFacts("proef", {"chart": ("vast",)}, {FactKey("render", "vast"): render})
    write_evidence(facts, tmp_path / "evidence")
    assert read_evidence(tmp_path / "evidence") == facts


def test_a_template_of_the_chart_cannot_stand_where_ours_stands(collect: Collect, binary_helm: Helm) -> None:
    facts = collect("", tool=binary_helm, **{"templates/toetskader-probe.yaml": POD})
    assert "kwaad" in names(facts["render"])
    assert isinstance(facts["chart"], ChartFiles)


def seen_somewhere(render: Render) -> str:
    """Say in which circumstance the hidden pod is made; empty when in none."""
    assert not isinstance(render, NotSeen), render
    for item in render.otherwise:
        if item.unseen is None and "kwaad" in names(item):
            return item.when.en
    return ""


NODE = 'lookup "v1" "Node" "" ""'
"""What finds something on every cluster, and nothing without one."""


REFUSES = '{{ fail "x" }}'


def hidden(condition: str, word: str = "if") -> str:
    return f"{{{{ {word} {condition} }}}}\n{POD}{{{{ end }}}}\n"


@pytest.mark.parametrize(
    ("template", "source"),
    [
        (hidden('lookup "v1" "Namespace" "" "kube-system"'), "lookup"),
        (hidden('(lookup "v1" "Namespace" "" "").items', "range"), "lookup"),
        (hidden('lookup "v1" "Secret" .Release.Namespace "x"', "with"), "lookup"),
        ('{{ $x := lookup "v1" "Node" "" "" }}' + hidden("not (empty $x)"), "lookup"),
        (f'{{{{ $x := {NODE} }}}}' + hidden('and $x (eq (dig "data" "stage" "" $x) "prod")'), "lookup"),
        (f'{{{{ define "e" }}}}{{{{ if {NODE} }}}}ja{{{{ end }}}}{{{{ end }}}}' + hidden('include "e" .'), "lookup"),
        ('{{ define "w" }}' + hidden(".x") + f'{{{{ end }}}}{{{{ include "w" (dict "x" ({NODE})) }}}}', "lookup"),
        (f'{{{{ $_ := set .Values "echt" ({NODE}) }}}}' + hidden(".Values.echt"), "lookup"),
        (hidden('eq (dig "metadata" "uid" "" (lookup "v1" "Node" "" "x")) "1234"'), "lookup"),
        (hidden("gt (now | unixEpoch | int64) 1911808000"), "clock"),
        (hidden('eq (now | date "2006") "2031"'), "clock"),
        (hidden('ne (date "2006" "x") (date "2006" "y")'), "clock"),
        (hidden('eq now.Weekday.String "Moesday"'), "clock"),
        (hidden('hasPrefix "99" (htmlDate 0)'), "clock"),
        (hidden("eq (randInt 0 100000) 3"), "chance"),
        (hidden('hasPrefix "0000" uuidv4'), "chance"),
        (hidden('eq (shuffle "abcdefghij") "jihgfedcba"'), "chance"),
        (hidden('.Capabilities.APIVersions.Has "acme.nl/v1"'), "APIs"),
        (hidden('not (.Capabilities.APIVersions.Has "extensions/v1beta1")'), "APIs"),
        (hidden("eq (len .Capabilities.APIVersions) 411"), "APIs"),
        (hidden('eq .Capabilities.KubeVersion.Version "v1.35.9"'), "version"),
        (hidden('contains "gke" .Capabilities.KubeVersion.GitVersion'), "version"),
        (hidden('semverCompare "=1.35.7" .Capabilities.KubeVersion.Version'), "version"),
        (hidden('hasSuffix "+" .Capabilities.KubeVersion.Minor'), "version"),
        (hidden('eq .Release.Namespace "gemeente-productie"'), "release"),
        (hidden('hasSuffix "-prod" .Release.Name'), "release"),
        (hidden("eq .Release.Revision 37"), "release"),
        (hidden('eq .Capabilities.HelmVersion.GitCommit "abc"'), "Helm"),
        (hidden('ne (getHostByName "x.nl") ""'), "DNS"),
        (hidden('getHostByName "x.nl"'), "DNS"),
        # Inside each other, behind one another, and behind what is so in the cluster that is told of.
        (hidden(NODE).replace(POD, "{{ else if gt now.Year 2090 }}\n" + POD), "clock"),
        (f"{{{{ if {NODE} }}}}a: 1{{{{ else }}}}" + hidden("gt now.Year 2090") + "{{ end }}", "clock"),
        (f"{{{{ if {NODE} }}}}" + hidden("lt now.Year 2090").replace(POD, "{{ else }}\n" + POD) + "{{ end }}", "clock"),
        (hidden(f"and .Release.IsUpgrade ({NODE})"), "lookup"),
        (hidden('and (gt .Values.replicaCount 1.0) (eq (now | date "02") "33")'), "clock"),
        (hidden(".Release.IsUpgrade").replace(POD, f"{{{{ if not ({NODE}) }}}}{REFUSES}{{{{ end }}}}\n{POD}"), "grade"),
        (hidden(".Release.IsUpgrade").replace(POD, '{{ required "x" .Values.nieuw }}\n' + POD), "upgrade"),
        (hidden("ternary true false (gt now.Year 2090)"), "clock"),
        # By a method of what a function gives, and by what is left of it.
        (hidden('(toDate "2006" "2090").Before now'), "clock"),
        (hidden('or false (and true (now.After (toDate "2006" "2090")))'), "clock"),
        (hidden('now | date "2006" | replace "2090" "" | len | eq 0'), "clock"),
        (hidden('pick (dict "2090" 1) (now | date "2006")'), "clock"),
        (hidden('now | date "2006" | trimPrefix "20" | int | sub 90 | min 0'), "clock"),
        (hidden("randInt 0 9 | mul 0"), "chance"),
        (hidden("ne .Release.Name .Release.Namespace"), "release"),
        (hidden("gt (len .Release.Name) 9"), "release"),
        # Code that is put together, or stands in the values.
        ('{{ tpl (printf "{{ if %s%s `v1` `Node` `` `` }}%s{{ end }}" "loo" "kup" (.Files.Get "pod.txt")) . }}', ""),
        ("{{ tpl .Values.code . }}", ""),
        ('{{ tpl (.Files.Get "code.txt") . }}', ""),
    ],
)  # fmt: skip
def test_what_a_chart_hides_until_something_else_is_so_is_seen(collect: Collect, template: str, source: str) -> None:
    code = hidden('lookup "v1" "Node" "" ""')
    values = f"{VALUES}code: |\n" + "".join(f"  {line}\n" for line in code.splitlines())
    render = collect(
        template, kinds=frozenset({"chart", "render"}), **{"values.yaml": values, "code.txt": code, "pod.txt": POD}
    )["render"]
    assert "kwaad" not in names(render)
    when = seen_somewhere(render)
    assert when
    assert source in when
    assert "templates/kwaad.yaml:1" in when or not source


@pytest.mark.parametrize(
    "template",
    [
        "{{ if gt now.Year 3000 }}a: 1"
        + "".join(f"{{{{ else if gt now.Year {3000 - number} }}}}a: 1" for number in range(30))
        + "{{ else if gt now.Year 2090 }}\n" + POD + "{{ end }}",
        '{{ range until (randInt 0 2 | int) }}' + POD + "{{ end }}",
        '{{ if index (list false false true) (mod (now | unixEpoch) 3 | int) }}' + POD + "{{ end }}",
        '{{ get (dict "2031" (.Files.Get "pod.txt")) (now | date "2006") }}',
        '{{ if get (dict "proef" "" "echt" "ja") .Release.Name }}' + POD + "{{ end }}",
        '{{ if index (list "" "" "" "" "" "ja") .Release.Revision }}' + POD + "{{ end }}",
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_taken_is_a_doubt_with_its_place(collect: Collect, template: str) -> None:
    render = collect(template, kinds=frozenset({"chart", "render"}), **{"pod.txt": POD})["render"]
    doubts = [item.unseen.en for item in render.otherwise if item.unseen]
    assert seen_somewhere(render) or any("templates/kwaad.yaml:1" in text for text in doubts)


NOW = "ge now.Year {year}"


def nested(levels: int, innermost: str) -> str:
    """Put something into so many conditions that all hold today."""
    around = "".join(f"{{{{ if {NOW.format(year=2000 + level)} }}}}" for level in range(levels))
    return around + innermost + "{{ end }}" * levels


OTHERWISE = "{{ if ge now.Year 1999 }}{{ else }}\n" + POD + "{{ end }}"
"""What is made when a condition that holds today no longer does."""


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 6, 9, 14])
def test_what_is_not_made_within_decisions_is_reached_however_deep(collect: Collect, levels: int) -> None:
    assert seen_somewhere(collect(nested(levels, OTHERWISE), kinds=frozenset({"render"}))["render"])


@pytest.mark.parametrize(
    "template",
    [
        # Within what includes it, and again within that.
        '{{ define "kwaad" }}' + OTHERWISE + "{{ end }}" + nested(3, '{{ include "kwaad" . }}'),
        '{{ define "a" }}' + nested(2, OTHERWISE) + '{{ end }}{{ define "b" }}' + nested(2, '{{ template "a" . }}')
        + "{{ end }}" + nested(2, '{{ include "b" . }}'),
        # In the last arm of several, the middle one, and in `else` within another's `else`.
        nested(3, "{{ if lt now.Year 1999 }}a: 1{{ else if lt now.Year 2001 }}b: 1{{ else if gt now.Year 2900 }}\n"
        + POD + "{{ else }}c: 1{{ end }}"),
        nested(2, "{{ if lt now.Year 1999 }}{{ else }}" + nested(2, OTHERWISE) + "{{ end }}"),
        # Where something is found, or nothing, while the clock decides as well.
        nested(3, f"{{{{ with {NODE} }}}}" + OTHERWISE + "{{ end }}"),
        "{{ if lt now.Year 1999 }}" + f"{{{{ with {NODE} }}}}{{{{ else }}}}\n" + POD + "{{ end }}{{ end }}",
        nested(2, "{{ if .Values.replicaCount }}" + OTHERWISE + "{{ end }}"),
        nested(3, "{{ if ternary true false (gt now.Year 2090) }}\n" + POD + "{{ end }}"),
    ],
)  # fmt: skip
def test_what_stands_within_other_decisions_is_reached(collect: Collect, template: str) -> None:
    render = collect(template, kinds=frozenset({"render"}))["render"]
    assert "kwaad" not in names(render)
    assert seen_somewhere(render)


CLOCK = "ge now.Year 1999"
"""What holds today and for a long time to come."""


def set_aside(how: str, first: str, second: str) -> str:
    """Put what two decisions come to into a variable, a mapping or a template, each apart from the other."""
    no_more = f"{{{{ if {second} }}}}{{{{ else }}}}%s{{{{ end }}}}"
    found = f"{{{{ if {first} }}}}%s{{{{ end }}}}"
    match how:
        case "variables":
            both = "{{ $a := false }}{{ $b := false }}" + found % "{{ $a = true }}" + no_more % "{{ $b = true }}"
            return both + "{{ if and $a $b }}\n" + POD + "{{ end }}"
        case "values":
            both = found % '{{ $_ := set .Values "a" 1 }}' + no_more % '{{ $_ := set .Values "b" 1 }}'
            return both + "{{ if and .Values.a .Values.b }}\n" + POD + "{{ end }}"
        case "taken away":
            away = no_more % '{{ $_ := unset $d "b" }}'
            return (
                '{{ $d := dict "b" 1 }}'
                + found % '{{ $_ := set $d "a" 1 }}'
                + away
                + ('{{ if and (hasKey $d "a") (not (hasKey $d "b")) }}\n' + POD + "{{ end }}")
            )
        case "templates":
            both = '{{ define "a" }}' + found % "ja" + '{{ end }}{{ define "b" }}' + no_more % "ja" + "{{ end }}"
            return both + '{{ if and (include "a" .) (include "b" .) }}\n' + POD + "{{ end }}"
        case "text":
            return POD.replace("kwaad", "k" + found % "wa" + no_more % "ad")
        case _:
            both = (
                f"{{{{ $a := ternary 1 0 (not (not ({first}))) }}}}{{{{ $b := ternary 0 1 (not (not ({second}))) }}}}"
            )
            return both + "{{ if eq (add $a $b) 2 }}\n" + POD + "{{ end }}"


@pytest.mark.parametrize(
    ("first", "second"),
    [(NODE, CLOCK), ("gt now.Year 2090", NODE), ('.Capabilities.APIVersions.Has "acme.nl/v1"', CLOCK)],
)
@pytest.mark.parametrize("how", ["variables", "values", "taken away", "templates", "text", "ternary"])
def test_what_decisions_come_to_together_is_reached(collect: Collect, how: str, first: str, second: str) -> None:
    render = collect(set_aside(how, first, second), kinds=frozenset({"render"}))["render"]
    assert "kwaad" not in names(render)
    assert seen_somewhere(render)


def test_what_is_found_of_one_thing_and_not_of_another_is_reached(collect: Collect) -> None:
    template = (
        f"{{{{ $a := 0 }}}}{{{{ with {NODE} }}}}{{{{ $a = 1 }}}}{{{{ end }}}}"
        '{{ $b := 0 }}{{ range (lookup "v1" "Secret" "" "").items }}{{ else }}{{ $b = 1 }}{{ end }}'
        "{{ if and $a $b }}\n" + POD + "{{ end }}"
    )
    assert seen_somewhere(collect(template, kinds=frozenset({"render"}))["render"])


def test_more_decisions_than_can_be_taken_together_are_a_doubt(collect: Collect) -> None:
    template = "".join(f"{{{{ if ge now.Year {1990 + number} }}}}{{{{ end }}}}" for number in range(9)) + POD
    render = collect(template, kinds=frozenset({"render"}))["render"]
    assert any("templates/kwaad.yaml:1" in item.unseen.en for item in render.otherwise if item.unseen)


@pytest.mark.parametrize(
    "helpers",
    [
        # One template calls the next, which is read before it or after it.
        [f'{{{{ define "h{n}" }}}}{{{{ include "h{n + 1}" . }}}}{{{{ end }}}}' for n in range(40)],
        [f'{{{{ define "h{n}" }}}}{{{{ include "h{n + 1}" . }}}}{{{{ end }}}}' for n in range(39, -1, -1)],
    ],
)
def test_templates_that_call_each_other_too_deeply_are_a_doubt(collect: Collect, helpers: list[str]) -> None:
    last = '{{ define "h40" }}{{ if eq . "2090" }}' + POD + "{{ end }}{{ end }}"
    year = '{{ include "h0" (now | date "2006") }}'
    render = collect(year, kinds=frozenset({"render"}), **{"templates/_h.tpl": "".join(helpers) + last})["render"]
    doubts = [item.unseen.en for item in render.otherwise if item.unseen]
    assert seen_somewhere(render) or any("templates/" in text for text in doubts)


FIELD = """\
apiVersion: v1
kind: Pod
metadata: {name: goed, labels: {app: goed}}
spec: {hostNetwork: HIER, containers: [{name: goed, image: "goed@sha256:0"}]}
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: budget}
spec: {selector: {matchLabels: {app: goed}}}
---
"""
COMMENTED = "".join("{{ $m }}" + line + "\n" for line in POD.splitlines())


@pytest.mark.parametrize(
    ("template", "line"),
    [
        (FIELD.replace("HIER", '{{ gt (now | unixEpoch | int64) 1911808000 }}'), 4),
        (FIELD.replace("HIER", '{{ .Capabilities.APIVersions.Has "acme.nl/v1" }}'), 4),
        (FIELD.replace("HIER", '{{ regexReplaceAll "^2090$" (now | date "2006") "true" }}'), 4),
        (FIELD.replace("HIER", "false").replace("goed@", '{{ now | date "2006" | replace "2090" "kwaad" }}@'), 4),
        (BUDGET + FIELD.replace("HIER", "false").replace("app: goed", "app: {{ now.Year }}"), 8),
        (POD.replace("{name: kwaad}", "{name: goed}").replace("kind: Pod", 'kind: {{ now | date "ConfigMap" }}'), 2),
        ("{{ $m := repeat (max 0 (sub 2090 now.Year) | int) `#` }}" + COMMENTED, 1),
        ('{{ substr 0 (sub now.Year 2026 | mul 1000 | int) (.Files.Get "pod.txt") }}', 1),
        ('{{ .Files.Get (printf "%d.txt" now.Year) }}', 1),
        ('{{ define "x.abc" }}{{ end }}{{ include (now | date "abc" | printf "x.%s") . }}', 1),
        (FIELD.replace("HIER", '{{ include "j" (dict "x" now.IsDST) }}') + '{{ define "j" }}{{ .x }}{{ end }}', 5),
        ('{{ tpl (.Files.Get "code.txt" | replace "[[" "{{" | replace "]]" "}}") . }}', 1),
        ("{{ tpl (printf `%s%s` .Values.een .Values.twee) . }}", 1),
        ("{{ tpl .Values.code . }}", 1),
        ('{{ $x := .Files.Get "code64.txt" | b64dec }}{{ tpl $x . }}', 1),
    ],
)  # fmt: skip
def test_what_is_written_out_by_clock_or_chance_is_a_doubt_with_its_place(
    collect: Collect, template: str, line: int
) -> None:
    code = "{{ $m := repeat (max 0 (sub 2090 now.Year) | int) `#` }}\n" + COMMENTED
    values = f"{VALUES}een: '{{{{ with gt no'\ntwee: 'w.Year 2090 }}}}a: 1{{{{ end }}}}'\ncode: |\n"
    files = {
        "values.yaml": values + "".join(f"  {part}\n" for part in code.splitlines()),
        "pod.txt": POD,
        "code.txt": code.replace("{{", "[[").replace("}}", "]]"),
        "code64.txt": base64.b64encode(code.encode()).decode(),
    }
    render = collect(template, kinds=frozenset({"chart", "render"}), **files)["render"]
    assert "kwaad" not in names(render)
    doubts = [item.unseen.en for item in render.otherwise if item.unseen]
    assert any(f"templates/kwaad.yaml:{line}" in text for text in doubts)


def test_what_is_found_is_judged_wherever_it_is_written(collect: Collect) -> None:
    field = '{{ (lookup "v1" "ConfigMap" "x" "y").opslag | default "goed" }}'
    render = collect(FIELD.replace("HIER", "false").replace("goed@", field + "@"), kinds=frozenset({"chart", "render"}))
    (other,) = render["render"].otherwise
    assert "toetsing" in str(other.objects)


HONEST = {
    "text in the values that names the release": """\
apiVersion: v1
kind: Pod
metadata: {name: goed}
spec: {containers: [{name: goed, image: {{ tpl (print .Values.host "/{{ .Release.Name }}") . | quote }}}]}
""",
    "an existing password": """\
{{ $there := lookup "v1" "Secret" .Release.Namespace "geheim" }}
apiVersion: v1
kind: Secret
metadata: {name: geheim}
data: {wachtwoord: {{ if $there }}{{ index $there.data "wachtwoord" }}{{ else }}{{ randAlphaNum 20 | b64enc }}{{ end }}}
""",
    "a secret that is made once": """\
{{ if not (lookup "v1" "Secret" .Release.Namespace "geheim") }}
apiVersion: v1
kind: Secret
metadata: {name: geheim}
{{ end }}
""",
    "a monitor where its API is": """\
{{ if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: monitor}
{{ end }}
""",
    "the API version of a budget": """\
apiVersion: {{ semverCompare ">=1.21-0" .Capabilities.KubeVersion.Version | ternary "policy/v1" "policy/v1beta1" }}
kind: PodDisruptionBudget
metadata: {name: budget}
""",
    "the version of Kubernetes as numbers": """\
{{ if ge (int .Capabilities.KubeVersion.Minor) 19 }}
apiVersion: networking.k8s.io/v1
{{ else }}
apiVersion: extensions/v1beta1
{{ end }}
kind: NetworkPolicy
metadata: {name: beleid}
""",
    "a full name": """\
{{ define "naam" }}{{ $n := default .Chart.Name .Values.nameOverride }}{{ if contains $n .Release.Name }}\
{{ .Release.Name }}{{ else }}{{ printf "%s-%s" .Release.Name $n | trunc 63 }}{{ end }}{{ end }}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ include "naam" . }}, labels: {x: {{ .Release.Service }}}}
""",
    "a refusal": """\
{{ if eq .Release.Namespace "default" }}{{ fail "not in default" }}{{ end }}
""",
    "values as a template": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: waarden}
data: {x: {{ tpl .Values.host . | quote }}}
""",
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_chart_has_no_other_circumstances(collect: Collect, name: str) -> None:
    render = collect(HONEST[name], kinds=frozenset({"chart", "render"}))["render"]
    assert [item.when.en for item in render.otherwise] == []


DRAWN = {
    "a moment that renews pods": """\
apiVersion: v1
kind: Pod
metadata: {name: goed, labels: {since: "{{ now.Unix }}"}, annotations: {restarted: "{{ now }}", x: {{ randAlpha 5 }}}}
""",
    "a job with a name of its own": """\
apiVersion: batch/v1
kind: Job
metadata: {name: goed-{{ now | date "20060102150405" }}-{{ randAlphaNum 5 | lower }}}
""",
    "a certificate of a webhook": """\
{{ $ca := genCA "ca" 365 }}{{ $cert := genSignedCert "x" nil nil 365 $ca }}
apiVersion: v1
kind: Secret
metadata: {name: geheim}
data: {tls.crt: {{ $cert.Cert | b64enc }}, tls.key: {{ $cert.Key | b64enc }}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: haak}
webhooks: [{name: a.b.nl, clientConfig: {caBundle: {{ $ca.Cert | b64enc }}}}]
""",
    "a minute to run at": """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: nacht}
spec: {schedule: "{{ randInt 0 59 }} 3 * * *"}
""",
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_may_be_drawn_each_time_is_no_doubt(collect: Collect, name: str) -> None:
    render = collect(DRAWN[name], kinds=frozenset({"chart", "render"}))["render"]
    assert [item.unseen for item in render.otherwise if item.unseen] == []


def test_a_date_that_renews_pods_is_judged_as_any_pod(collect: Collect) -> None:
    pod = POD.replace(
        "name: kwaad}", 'name: goed, annotations: {since: "{{ now | date "2006-01-02T15:04:05.000000000" }}"}}'
    )
    render = collect(pod, kinds=frozenset({"chart", "render"}))["render"]
    assert all(item.unseen is None for item in render.otherwise)


def test_a_packed_subchart_is_looked_into(collect: Collect, tmp_path: Path) -> None:
    folder = tmp_path / "sub"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: sub\nversion: 1.0.0\n", encoding="utf-8")
    (folder / "templates/kwaad.yaml").write_text(hidden("gt now.Year 2090"), encoding="utf-8")
    (tmp_path / "chart/charts").mkdir(parents=True)
    with tarfile.open(tmp_path / "chart/charts/sub-1.0.0.tgz", "w:gz") as packed:
        packed.add(folder, "sub")
    chart = "apiVersion: v2\nname: proef\nversion: 1.2.3\ndependencies: [{name: sub, version: 1.0.0}]\n"
    render = collect("", kinds=frozenset({"chart", "render"}), **{"Chart.yaml": chart})["render"]
    assert "charts/sub/templates/kwaad.yaml:1" in seen_somewhere(render)


def test_a_secret_in_another_circumstance_is_not_kept(collect: Collect, tmp_path: Path) -> None:
    secret = "Zq8vK2mTx91LpW7r"
    pod = POD.replace('image: "kwaad:latest"', f'image: a, env: [{{name: DB_PASSWORD, value: "{secret}"}}]')
    facts = collect(f"{{{{ if .Release.IsUpgrade }}}}\n{pod}{{{{ end }}}}\n")
    assert when(facts["render"])["at an upgrade"] == ["kwaad"]
    attempts = {FactKey("chart"): facts["chart"], FactKey("render", "vast"): facts["render"]}
    write_evidence(TargetFacts("proef", {"chart": ("vast",)}, attempts), tmp_path / "evidence")
    assert all(secret not in path.read_text(encoding="utf-8") for path in (tmp_path / "evidence").iterdir())


GONE_OTHERWISE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: komt}
spec: {replicas: 1}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: eenmalig, annotations: {"helm.sh/hook": "HOOK"}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1.0.0"}]}}}
"""


def when_so(condition: str, objects: str = GONE_OTHERWISE) -> str:
    return f"{{{{ if {condition} }}}}\n{objects}{{{{ end }}}}\n"


def comes(render: Render) -> dict[str, tuple[list[str], list[str]]]:
    """Object that comes by what no value decides → by what, and where."""
    return {item.what: ([text.en for text in item.by], list(item.places)) for item in render.undecided}


@pytest.mark.parametrize(
    ("template", "source"),
    [
        (when_so('eq (mod (now | date "4" | int) 2) 0'), "clock"),
        (when_so('eq (mod (now | date "4" | int) 2) 1'), "clock"),
        (when_so("gt now.Year 2090"), "clock"),
        (when_so("lt now.Year 2090"), "clock"),
        (when_so(NODE), "lookup"),
        (when_so(f"not ({NODE})"), "lookup"),
        (f"{{{{ with {NODE} }}}}\n{GONE_OTHERWISE}{{{{ end }}}}\n", "lookup"),
        (f"{{{{ with {NODE} }}}}{{{{ else }}}}\n{GONE_OTHERWISE}{{{{ end }}}}\n", "lookup"),
        (when_so('.Capabilities.APIVersions.Has "acme.nl/v1"'), "APIs"),
        (when_so('not (.Capabilities.APIVersions.Has "acme.nl/v1")'), "APIs"),
        (when_so('semverCompare "=1.35.7" .Capabilities.KubeVersion.Version'), "version"),
        (when_so('eq .Release.Namespace "proef"'), "release"),
        (when_so("eq (randInt 0 2) 0"), "chance"),
        (when_so(".Release.IsInstall"), "installation"),
        (when_so(".Release.IsUpgrade"), "installation"),
        ('{{ define "d" }}' + when_so("lt now.Year 2090") + '{{ end }}{{ include "d" . }}', "clock"),
        ('{{ define "aan" }}{{ lt now.Year 2090 }}{{ end }}' + when_so('eq (include "aan" .) "true"'), "clock"),
        (f'{{{{ $_ := set .Values "uit" ({NODE}) }}}}' + when_so("not .Values.uit"), "lookup"),
        (GONE_OTHERWISE.replace("Deployment", '{{ ternary "Deployment" "Role" (lt now.Year 2090) }}'), "clock"),
        (when_so("and .Release.IsInstall (lt now.Year 2090)"), "clock"),
        # One of two, under another name: neither is sure to come.
        (when_so("lt now.Year 2090").replace("{{ end }}", "{{ else }}\n" + POD + "{{ end }}"), "clock"),
        (when_so("lt now.Year 2090", GONE_OTHERWISE + "{{ else }}\n" + GONE_OTHERWISE.replace("komt", "x")), "clock"),
        # What decides within it has no part in whether it comes.
        (when_so("lt now.Year 2090", GONE_OTHERWISE + f"# {{{{ if {NODE} }}}}x{{{{ end }}}}\n"), "clock"),
    ],
)  # fmt: skip
def test_a_workload_that_is_not_always_there_is_told_with_what_decides(
    collect: Collect, template: str, source: str
) -> None:
    found = comes(collect(template, kinds=frozenset({"chart", "render"}))["render"])
    by, places = found["Deployment/komt"]
    assert any(source in text for text in by)
    assert "lookup" in source or not any("lookup" in text for text in by)
    assert all(place.startswith("templates/kwaad.yaml:") for place in places)
    assert places


@pytest.mark.parametrize("kind", ["NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Service"])
@pytest.mark.parametrize("condition", ["lt now.Year 2090", "gt now.Year 2090", NODE])
def test_a_protection_that_is_not_always_there_is_told(collect: Collect, kind: str, condition: str) -> None:
    groups = {"NetworkPolicy": "networking.k8s.io/v1", "PodDisruptionBudget": "policy/v1", "Service": "v1"}
    template = f"apiVersion: {groups.get(kind, 'autoscaling/v2')}\nkind: {kind}\nmetadata: {{name: komt}}\nspec: {{}}\n"
    render = collect(when_so(condition, template), kinds=frozenset({"chart", "render"}))["render"]
    assert list(comes(render)) == [f"{kind}/komt"]


@pytest.mark.parametrize(
    ("group", "kind", "condition", "runs"),
    [
        ("kibana.k8s.elastic.co/v1", "Kibana", "lt now.Year 2090", True),
        ("argoproj.io/v1alpha1", "CronWorkflow", NODE, True),
        ("acme.nl/v1", "Zaaksysteem", "gt now.Year 2090", True),
        ("argoproj.io/v1alpha1", "Rollout", ".Release.IsUpgrade", True),
        ("v1", "PodTemplate", "lt now.Year 2090", True),
        ("monitoring.coreos.com/v1", "ServiceMonitor", "lt now.Year 2090", False),
        ("cert-manager.io/v1", "Certificate", NODE, False),
    ],
)
def test_a_custom_resource_of_which_pods_may_come_counts_as_a_workload(
    collect: Collect, group: str, kind: str, condition: str, runs: bool
) -> None:
    template = f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: komt}}\nspec: {{}}\n"
    render = collect(when_so(condition, template), kinds=frozenset({"chart", "render"}))["render"]
    assert {item.what: item.runs for item in render.undecided} == {f"{kind}/komt": runs}


@pytest.mark.parametrize("kind", ["Kibana", "ServiceMonitor"])
def test_a_custom_resource_is_made_where_its_api_is(collect: Collect, kind: str) -> None:
    template = f"apiVersion: acme.nl/v1\nkind: {kind}\nmetadata: {{name: komt}}\nspec: {{}}\n"
    condition = '.Capabilities.APIVersions.Has "acme.nl/v1"'
    render = collect(when_so(condition, template), kinds=frozenset({"chart", "render"}))["render"]
    assert comes(render) == {}


HONEST_OBJECTS = {
    "a Job at the installation": when_so(".Release.IsInstall", JOB.replace("HOOK", "post-install")),
    "a Job of an installation that is no hook": when_so(".Release.IsInstall", JOB.replace("helm.sh/hook", "x")),
    "a Job at an upgrade": when_so(".Release.IsUpgrade", JOB.replace("HOOK", "pre-upgrade")),
    "a Job with something to find in it": when_so(
        "not .Release.IsInstall", JOB.replace("HOOK", "pre-upgrade") + f"# {{{{ if {NODE} }}}}x{{{{ end }}}}\n"
    ),
    "a test": when_so(NODE, JOB.replace("HOOK", "test")),
    "a Job whose name has the revision": JOB.replace("eenmalig", "eenmalig-{{ .Release.Revision }}").replace(
        "spec:", "spec: # {{ if .Release.IsUpgrade }}x{{ end }}\n ", 1
    ),
    "a claim that is left as it is": when_so(
        'not (lookup "v1" "PersistentVolumeClaim" .Release.Namespace "data")',
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n",
    ),
    "a right that OpenShift needs": when_so(
        '.Capabilities.APIVersions.Has "security.openshift.io/v1"',
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: scc}\n",
    ),
    "a security context by platform": when_so("true", GONE_OTHERWISE).replace(
        "replicas: 1",
        'x: {{ if has "security.openshift.io/v1" .Capabilities.APIVersions }}1{{ else }}2{{ end }}',
    ),
    "the API version of an ingress": """\
apiVersion: {{ semverCompare ">=1.19-0" .Capabilities.KubeVersion.Version | ternary "networking.k8s.io/v1" "x/v1" }}
kind: Ingress
metadata: {name: in}
""",
    "a kind by a value": when_so(".Values.replicaCount", GONE_OTHERWISE),
    **HONEST,
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST_OBJECTS)
def test_what_honest_charts_have_the_cluster_decide_is_no_doubt(collect: Collect, name: str) -> None:
    assert comes(collect(HONEST_OBJECTS[name], kinds=frozenset({"chart", "render"}))["render"]) == {}


def test_what_comes_by_the_clock_comes_back_from_evidence(collect: Collect, tmp_path: Path) -> None:
    render = collect(when_so("lt now.Year 2090"))["render"]
    assert comes(render)
    facts = TargetFacts("proef", {"chart": ("vast",)}, {FactKey("render", "vast"): render})
    write_evidence(facts, tmp_path / "evidence")
    assert read_evidence(tmp_path / "evidence") == facts
