"""The service part of a target: endpoints by name or address, and what is wrong with them."""

from datetime import date
from pathlib import Path

import pytest

from toetskader.facts.endpoint.names import Endpoint
from toetskader.kinds.saas.kind import SAAS
from toetskader.kinds.saas.part import RpkiSource, SaasPart
from toetskader.targets import load_targets
from toetskader.yamlfile import FileErrors

HEAD = "name: acme\nsupplier: Acme BV\ncomponent: Register\ngate: 3\nprofiles: [saas]\nparts:\n"


def load(folder: Path, saas: str) -> SaasPart:
    path = folder / "target.yaml"
    path.write_text(f"{HEAD}  saas:\n" + "".join(f"    {line}\n" for line in saas.splitlines()), encoding="utf-8")
    (target,) = load_targets([path], today=date(2026, 6, 1))
    part = SAAS.of(target.parts)
    assert part is not None
    return part


def errors(folder: Path, saas: str) -> str:
    with pytest.raises(FileErrors) as refusal:
        load(folder, saas)
    return refusal.value.text("en")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("App.Example.NL.", Endpoint(host="app.example.nl")),
        ("https://app.example.nl:8443/start", Endpoint(host="app.example.nl", port=8443, path="/start")),
        ("café.example.nl", Endpoint(host="xn--caf-dma.example.nl")),
    ],
)
def test_an_endpoint_is_a_host_or_an_address(tmp_path: Path, written: str, expected: Endpoint) -> None:
    assert load(tmp_path, f"endpoints: ['{written}']").endpoints == (expected,)


def test_everything_about_an_endpoint_arrives(tmp_path: Path) -> None:
    part = load(
        tmp_path,
        "endpoints: [{url: app.gemeente.nl, role: api, environment: acceptance, http_port: 8080}]\n"
        "municipal_domain: gemeente.nl\nallow_private: true\nresolver: 192.0.2.1\nname_server_port: 5353\n"
        "trust_anchors: anchors\ncertificate_authorities: ca.pem\nrpki: {vrps: vrps.json, routes: routes.txt}",
    )
    (endpoint,) = part.endpoints
    assert (endpoint.role, endpoint.environment, endpoint.http_port) == ("api", "acceptance", 8080)
    assert endpoint.allow_private
    assert endpoint.is_municipal
    assert (part.resolver, part.name_server_port) == ("192.0.2.1", 5353)
    assert (part.trust_anchors, part.certificate_authorities) == (tmp_path / "anchors", tmp_path / "ca.pem")
    assert part.rpki == RpkiSource(None, tmp_path / "vrps.json", tmp_path / "routes.txt", None)


def test_a_name_that_only_ends_like_the_municipality_is_not_its_own() -> None:
    assert not Endpoint(host="evilgemeente.nl", municipal_domain="gemeente.nl").is_municipal
    assert not Endpoint(host="app.acme.nl").is_municipal


@pytest.mark.parametrize(
    ("saas", "said"),
    [
        ("endpoints: []", "endpoints"),
        ("endpoints: ['192.0.2.1']", "is no host name or address"),
        ("endpoints: ['http://app.example.nl']", "is no host name or address"),
        ("endpoints: ['https://app.example.nl:99999']", "is no host name or address"),
        ("endpoints: ['app..nl']", "is no host name or address"),
        ("endpoints: ['https://app.example.nl/?a=b']", "is no host name or address"),
        ("endpoints: [app.example.nl, 'https://app.example.nl/']", "stands here twice"),
        ("endpoints: [app.example.nl]\nmunicipal_domain: gemeente", "a domain such as gemeente.nl"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, saas: str, said: str) -> None:
    assert said in errors(tmp_path, saas)


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    said = errors(tmp_path, "endpoints: [{url: 'https://jan:geheim@app.example.nl/'}]")
    assert "geheim" not in said


def test_a_target_has_a_part(tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(f"{HEAD}  {{}}\n", encoding="utf-8")
    with pytest.raises(FileErrors, match="noem een deel"):
        load_targets([path], today=date(2026, 6, 1))
