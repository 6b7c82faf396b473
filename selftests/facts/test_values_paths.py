"""Which values are changed to see a number of replicas or a host name arrive."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.attempt import Provenance
from toetskader.facts.chart import Render, RenderedObject
from toetskader.facts.kubernetes.objects import Objects
from toetskader.facts.values_paths import VANITY_HOST, for_helm, host_paths, join_path, replica_paths, split_path

NEW_HOSTS = [{"host": VANITY_HOST, "paths": [{"path": "/", "pathType": "Prefix"}]}]
# As `helm create` writes it.
FILES = {
    "templates/ingress.yaml": """
spec:
  rules:
    {{- range .Values.ingress.hosts }}
    - host: {{ .host | quote }}
      http:
        paths:
          {{- range .paths }}
          - path: {{ .path }}
            {{- with .pathType }}
            pathType: {{ . }}
            {{- end }}
          {{- end }}
    {{- end }}
"""
}


def objects(*documents: dict[str, Any]) -> Objects:
    provenance = Provenance(at=datetime(2026, 1, 1, tzinfo=UTC), by="test", source="test")
    rendered = tuple(RenderedObject(template="t.yaml", document=document) for document in documents)
    return Objects.of(
        Render(provenance=provenance, scene="s", release="r", namespace="n", kubernetes="1.35", objects=rendered)
    )


def ingress(*hosts: str) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web"},
        "spec": {"rules": [{"host": host} for host in hosts]},
    }


REPLICAS: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "at the top": ({"replicaCount": 1}, {"replicaCount": 2}),
    "as Helm gives numbers": ({"replicaCount": 2.0}, {"replicaCount": 3}),
    "as text": ({"replicas": "3"}, {"replicas": "4"}),
    "none yet": ({"worker": {"replicas": 0}}, {"worker.replicas": 1}),
    "in a subchart": ({"redis": {"replica": {"replicaCount": 3}}}, {"redis.replica.replicaCount": 4}),
    "in a list": ({"apps": [{"replicas": 1}]}, {"apps[0].replicas": 2}),
    "a prefix": ({"workerReplicas": 1, "web_replica_count": 1}, {"workerReplicas": 2, "web_replica_count": 2}),
    "a dot in a key": ({"a.b": {"replicas": 1}}, {r"a\.b.replicas": 2}),
    "bounds of autoscaling": ({"autoscaling": {"minReplicas": 1, "maxReplicas": 9}}, {}),
    "no numbers": ({"replicas": None, "replicaCount": True, "r": {"replicas": {}}}, {}),
}


@pytest.mark.parametrize(("values", "expected"), REPLICAS.values(), ids=REPLICAS.keys())
def test_replica_paths(values: dict[str, Any], expected: dict[str, int]) -> None:
    assert replica_paths(values) == expected


HOSTS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]] = {
    "equal to a host, wherever it stands": (
        {"host": "app.test.nl", "database": {"host": "db.test.nl"}, "url": "x"},
        [ingress("app.test.nl")],
        {"host": VANITY_HOST},
    ),
    "in a list of objects": (
        {"ingress": {"enabled": True, "hosts": [{"host": "a.nl", "paths": [{"path": "/"}]}], "tls": []}},
        [ingress("a.nl")],
        {"ingress.hosts[0].host": VANITY_HOST},
    ),
    "in a list of names, with its certificate": (
        {"ingress": {"hosts": ["a.nl"], "tls": [{"secretName": "tls", "hosts": ["a.nl"]}]}},
        [ingress("a.nl")],
        {"ingress.hosts[0]": VANITY_HOST, "ingress.tls[0].hosts[0]": VANITY_HOST},
    ),
    "name and domain apart": (
        {"subdomain": "app", "domain": "test.nl", "mail": {"domain": "elsewhere.nl"}},
        [ingress("app.test.nl")],
        {"subdomain": "mooietoepassingsnaam", "domain": "gemeente.nl"},
    ),
    "an ingress that is off": (
        {"ingress": {"enabled": False, "hosts": [], "tls": []}, "redis": {"ingress": {"enabled": False}}},
        [],
        {"ingress.enabled": True, "ingress.hosts": NEW_HOSTS},
    ),
    "an ingress with one host": (
        {"otelIngress": {"enabled": False, "hostname": ""}},
        [],
        {"otelIngress.enabled": True, "otelIngress.hostname": VANITY_HOST},
    ),
    "ingress and gateway, both off: one of them": (
        {"gateway": {"enabled": False, "host": "x"}, "ingress": {"enabled": False, "host": "x"}},
        [],
        {"ingress.enabled": True, "ingress.host": VANITY_HOST},
    ),
    "a route with host names": (
        {"httpRoute": {"enabled": False, "hostnames": ["chart-example.local"]}},
        [],
        {"httpRoute.enabled": True, "httpRoute.hostnames[0]": VANITY_HOST},
    ),
    "no route, a host at the top": (
        {"host": "a.nl", "settings": {"siteDomain": "", "database": {"host": "db"}}},
        [],
        {"host": VANITY_HOST, "settings.siteDomain": VANITY_HOST},
    ),
    "network policies are no routes": (
        {"networkPolicy": {"ingress": {"enabled": False, "hosts": []}}},
        [],
        {},
    ),
}


@pytest.mark.parametrize(("values", "documents", "expected"), HOSTS.values(), ids=HOSTS.keys())
def test_host_paths(values: dict[str, Any], documents: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert host_paths(values, objects(*documents), FILES).changes == expected


SHAPES = {
    "text": ("{{ range .Values.ingress.hosts }}{{ . | quote }}{{ end }}", [VANITY_HOST]),
    "text of a variable": ("{{ range $i, $h := .Values.ingress.hosts }}{{ tpl $h $ }}{{ end }}", [VANITY_HOST]),
    "a name": (
        "{{ with .Values.ingress }}{{ range .hosts }}{{ .name }}{{ default `/` .path }}{{ end }}{{ end }}",
        [{"name": VANITY_HOST, "path": "/"}],
    ),
    "paths in text": (
        "{{ range $.Values.ingress.hosts }}{{ .host }}{{ range .paths }}{{ . }}{{ end }}{{ end }}",
        [{"host": VANITY_HOST, "paths": ["/"]}],
    ),
    "names written out": ("hosts: {{ toYaml .Values.ingress.hosts | nindent 2 }}", [VANITY_HOST]),
    "rules written out": ("rules: {{ toYaml .Values.ingress.hosts | nindent 2 }}", None),
    "an element handed on": ("{{ range .Values.ingress.hosts }}{{ toYaml . }}{{ end }}", None),
    "no host in it": ("{{ range .Values.ingress.hosts }}{{ .backend }}{{ end }}", None),
    "beside a list of that name": (
        "{{ range .Values.ingress.tls }}{{ range .hosts }}{{ . }}{{ end }}{{ end }}"
        "{{ range .Values.ingress.hosts }}{{ .host }}{{ end }}",
        [{"host": VANITY_HOST}],
    ),
    "another list": ("{{ range .Values.api.hosts }}{{ . }}{{ end }}", None),
    "no template": ("{{ range", None),
}


@pytest.mark.parametrize(("template", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_an_empty_list_of_hosts_gets_what_the_templates_take(template: str, expected: list[Any] | None) -> None:
    values = {"ingress": {"enabled": False, "hosts": []}}
    found = host_paths(values, objects(), {"templates/i.yaml": template})
    assert found.changes.get("ingress.hosts") == expected
    assert found.unknown == (("ingress.hosts",) if expected is None else ())


def test_what_a_render_shows_is_certain() -> None:
    values = {"ingress": {"hosts": ["a.nl"], "extraHosts": [], "admin": {"host": "b.nl"}}}
    found = host_paths(values, objects(ingress("a.nl")), {})
    assert found.certain == {"ingress.hosts[0]": VANITY_HOST}
    assert found.changes == found.certain | {"ingress.admin.host": VANITY_HOST}
    assert found.unknown == ("ingress.extraHosts",)


def test_lists_are_given_to_helm_whole() -> None:
    values = {"a.b": 1, "ingress": {"hosts": [{"host": "a.nl", "paths": ["/"]}, {"host": "b.nl"}], "host": "c"}}
    changes = {"ingress.hosts[0].host": "new", "ingress.hosts[1].host": "new", "ingress.host": "new", r"a\.b": 2}
    assert for_helm(values, changes) == {
        "ingress.hosts": [{"host": "new", "paths": ["/"]}, {"host": "new"}],
        "ingress.host": "new",
        r"a\.b": 2,
    }
    assert values["ingress"] == {"hosts": [{"host": "a.nl", "paths": ["/"]}, {"host": "b.nl"}], "host": "c"}


def test_a_path_into_a_list_that_is_not_there_is_left_out() -> None:
    assert for_helm({"a": 3}, {"a[0].host": "new", "b[1]": "new"}) == {}
    assert for_helm({"a": [1]}, {"a[7]": "new"}) == {"a": [1]}


KEYS = st.one_of(st.text(min_size=1, max_size=4), st.sampled_from(["a.b", "a[0]", "\\", "hosts", "replicas", "."]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


@given(st.lists(st.one_of(KEYS, st.integers(0, 99)), min_size=1, max_size=5))
@settings(derandomize=True, max_examples=200)
def test_a_path_reads_back(steps: list[str | int]) -> None:
    assert split_path(join_path(tuple(steps))) == tuple(steps)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_values_are_walked(values: dict[str, Any]) -> None:
    for path, number in replica_paths(values).items():
        assert str(number).isdigit() or isinstance(number, int)
        assert (
            str(split_path(path)[-1]).lower().endswith(("replicas", "replica_count", "replica-count", "replicacount"))
        )
    for path in for_helm(values, host_paths(values, objects(), FILES).changes):
        assert path


def test_a_number_under_a_key_without_a_name_is_no_number_of_replicas() -> None:
    assert replica_paths({"": 1, "web": {"replicas": 2}}) == {"web.replicas": 3}
