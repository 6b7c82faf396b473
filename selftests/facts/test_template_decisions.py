"""What templates decide by is followed through variables, arguments and other templates."""

import os
import subprocess
import sys

import pytest

from toetskader.facts.template_decisions import Decisions
from toetskader.facts.template_sources import Source

POD = "kind: Pod\n"


def sources(text: str, **files: str) -> set[Source]:
    chart = Decisions({"templates/a.yaml": text, **files}, kubernetes="1.35")
    return {source for one in chart.decisions for source in one.sources}


@pytest.mark.parametrize(
    "text",
    [
        "{{ if .Values.a }}{{ end }}",
        '{{ if .Capabilities.APIVersions.Has "apps/v1/Deployment" }}{{ end }}',
        '{{ if semverCompare ">=1.19-0" .Capabilities.KubeVersion.Version }}{{ end }}',
        '{{ if eq .Capabilities.KubeVersion.Minor "35" }}{{ end }}',
        "{{ if contains .Chart.Name .Release.Name }}{{ end }}",
        "{{ randAlphaNum 5 }}{{ now }}",
        "{{ range keys .Values.a | sortAlpha }}{{ end }}",
        '{{ define "unused" }}{{ if now.Year }}{{ end }}{{ end }}',
        '{{ $_ := set .Values "a" (lookup "v1" "Pod" "" "") }}{{ if .Values.b }}{{ end }}',
    ],
)
def test_what_the_chart_or_its_values_settle_is_no_decision(text: str) -> None:
    assert sources(text) == set()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ('{{ $a := dict "x" now }}{{ if eq ($a.x | date "06") "99" }}{{ end }}', Source.CLOCK),
        ('{{ define "d" }}{{if .x}}{{ end }}{{ end }}{{ include "d" (dict "x" (lookup "" "" "" ""))}}', Source.LOOKUP),
        ('{{ define "d" }}{{ now }}{{ end }}{{ if eq (include "d" .) "x" }}{{ end }}', Source.CLOCK),
        ('{{ range $k := keys .Values.a }}{{ end }}{{ if eq (keys .Values.a | first) "b" }}{{ end }}', Source.CHANCE),
        ('{{ if eq (toYaml .Release) "x" }}{{ end }}', Source.RELEASE),
        ('{{ if contains "prod" (toJson .) }}{{ end }}', Source.RELEASE),
        ('{{ if eq (get .Release "Name") "x" }}{{ end }}', Source.RELEASE),
        ('{{ if has "x/v1" .Capabilities.APIVersions }}{{ end }}', Source.APIS),
        ('{{ $_ := set .Values "a" (lookup "v1" "Pod" "" "") }}{{ if .Values.a }}{{ end }}', Source.LOOKUP),
    ],
)  # fmt: skip
def test_what_comes_from_elsewhere_is(text: str, source: Source) -> None:
    assert source in sources(text)


def test_code_in_values_counts_where_a_template_renders_it() -> None:
    files = {"templates/a.yaml": "{{ if tpl .Values.a . }}{{ end }}"}
    assert Decisions(files, values=["{{ .Release.Name }}"]).are_unsettled is False
    assert Decisions(files, values=["{{ now }}"]).makes_code
    assert Decisions(files, values=['{{ lookup "v1" "Pod" "" "" }}']).are_unsettled


def test_a_chart_that_takes_long_to_follow_is_not_followed() -> None:
    files = {
        f"templates/{number}.yaml": '{{ if lookup "v1" "Pod" "" "" }}{{ include "x" . }}{{ end }}' * 60 + str(number)
        for number in range(300)
    }
    chart = Decisions(files)
    assert chart.decisions == ()
    assert chart.unread in files


def test_a_template_that_cannot_be_read_is_named() -> None:
    assert Decisions({"templates/a.yaml": "{{ if now }}", "templates/b.yaml": "{{ if }}"}).unread == "templates/a.yaml"


SEEDED = """
from toetskader.facts.template_decisions import Decisions

asked = [f"(.Capabilities.APIVersions.Has `acme{n}.nl/v1`)" for n in range(90)]
helpers = "".join('{{ define "h%d" }}{{ .a }}{{ end }}' % n for n in range(30))
calls = '{{ include "h%d" (dict "a" (list %s)) }}'
file = "".join(calls % (n, " ".join(asked[3 * n :] + asked[:n])) for n in range(30))
print(repr(Decisions({"templates/_h.tpl": helpers, "templates/x.yaml": file}, kubernetes="1.35").unread))
"""


def test_what_is_read_does_not_depend_on_the_order_of_sets() -> None:
    for seed in range(8):  # of which three gave no end to reading when sets were compared as they are printed
        given = {**os.environ, "PYTHONHASHSEED": str(seed)}
        done = subprocess.run([sys.executable, "-c", SEEDED], env=given, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "''"


@pytest.mark.parametrize("step", [1, -1])
def test_what_templates_include_is_followed_in_whatever_order_they_stand(step: int) -> None:
    last = 20
    chain = [f'{{{{ define "t{n}" }}}}{{{{ include "t{n + 1}" .x }}}}{{{{ end }}}}' for n in range(last)]
    circle = f'{{{{ define "t{last}" }}}}{{{{ if .y }}}}{{{{ include "t0" . }}}}{{{{ end }}}}{{{{ now }}}}{{{{ end }}}}'
    helpers = "".join([*chain, circle][::step])
    file = '{{ if eq (include "t0" (dict "x" (lookup "" "" "" ""))) "x" }}{{ end }}'
    assert sources(file, **{"templates/_h.tpl": helpers}) == {Source.CLOCK, Source.LOOKUP}
    assert Decisions({"templates/_h.tpl": helpers, "templates/a.yaml": file}).unread == ""


def test_a_variable_that_a_loop_sets_at_its_end_is_known_at_its_beginning() -> None:
    text = '{{ $a := 1 }}{{ range .Values.l }}{{ if $a }}{{ end }}{{ $a = lookup "" "" "" "" }}{{ end }}'
    assert sources(text) == {Source.LOOKUP}
