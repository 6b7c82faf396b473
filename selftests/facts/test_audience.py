"""Whether people may use what runs."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.audience import people_may_use
from toetskader.facts.kubernetes.workloads import Workloads

SERVICE = "{kind: Service, metadata: {name: s}, spec: {selector: {app: a}, ports: [%s]}}"
RUNS = {
    "{image: x/web, ports: [{containerPort: 8080}]}": True,
    "{image: x/web, ports: [{name: ui, containerPort: 9999}]}": True,
    "{image: x/web, ports: [{name: http-metrics, containerPort: 9090}]}": False,
    "{image: x/worker, ports: [{name: metrics, containerPort: 9090}, {name: health, containerPort: 8081}]}": False,
    "{image: x/relay, ports: [{name: smtp, containerPort: 25}]}": False,
    "{image: x/resolver, ports: [{name: dns, containerPort: 53, protocol: UDP}]}": False,
    "{image: x/postgis, ports: [{containerPort: 5432}]}": False,
    "{image: 'docker.io/library/redis:8', ports: [{containerPort: 6379}]}": False,
    "{image: [x], ports: [{name: http, containerPort: 80}]}": True,
    "{image: x/web}": False,
    "{image: x/push-proxy, ports: [{containerPort: 8066}]}": True,  # a helper beside others, here all there is
}


@pytest.mark.parametrize(("container", "expected"), RUNS.items())
def test_by_the_ports_of_containers(container: str, expected: bool) -> None:
    everything = objects(f"{{kind: Pod, metadata: {{name: p}}, spec: {{containers: [{container}]}}}}")
    assert people_may_use(Workloads(everything), everything) is expected


FRONTS = {
    ("{image: x/web}", "{port: 80}"): True,
    ("{image: x/web}", "{name: tcp-ldap, port: 389}"): False,
    ("{image: 'docker.io/library/postgres:17'}", "{port: 5432}"): False,
}


@pytest.mark.parametrize(("runs", "expected"), FRONTS.items())
def test_by_the_ports_of_services(runs: tuple[str, str], expected: bool) -> None:
    container, port = runs
    everything = objects(
        f"{{kind: Pod, metadata: {{name: p, labels: {{app: a}}}}, spec: {{containers: [{container}]}}}}\n---\n"
        + SERVICE % port
    )
    assert people_may_use(Workloads(everything), everything) is expected
