"""Where charts and dependencies are fetched from, on a small internet of our own: nobody else hears of us."""

import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import helm_python
import pytest
from fetch_lab import (
    NEVER,
    PRIVATE,
    PUBLIC,
    Internet,
    Reply,
    chart_pages,
    internet_in_a_namespace,
    redirect,
    registry_pages,
    sha256,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.helm.dependencies import RemoteChart
from toetskader.collect.helm.engine import Helm, render_chart
from toetskader.collect.helm.limits import Limits
from toetskader.collect.helm.protocol import ChartAnswer, Rendered, RenderRequest
from toetskader.collect.helm.registry import read_reference
from toetskader.core.failure import Failed, Failure, Reason

Make = Callable[..., Path]
RENDER = [RenderRequest(key="s")]
CHARTS = "https://charts.public.test"
REGISTRY = "https://registry.public.test/v2"
HERE = ("127.0.0.1", "::1")
INSIDE = (*HERE, *PRIVATE, *NEVER)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace of its own needs root")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Internet, Path]]:
    with internet_in_a_namespace(tmp_path_factory.mktemp("internet")) as found:
        yield found


@pytest.fixture
def internet(built: tuple[Internet, Path], monkeypatch: pytest.MonkeyPatch) -> Internet:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    found, authority = built
    found.forget()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    for name in ("charts", "registry"):
        found.names[f"{name}.public.test"] = [["8.8.8.8"]]
    for name in ("other", "auth", "storage"):
        found.names[f"{name}.public.test"] = [["9.9.9.9", "2001:4860:4860::8888"]]
    found.names["inside.evil.test"] = [["10.1.2.3"]]
    return found


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("packed")
    chart = folder / "sub"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: sub\nversion: 1.0.0\n")
    (chart / "templates/a.yaml").write_text("kind: ConfigMap\nmetadata: {name: fetched}\n")
    return Path(helm_python.package(chart, destination=folder)).read_bytes()


class Auditor:
    """Renders a chart that needs `sub` from somewhere, inside the namespace."""

    def __init__(self, internet: Internet, helm: Helm, make_chart: Make) -> None:
        self._internet, self._helm, self._make_chart = internet, helm, make_chart

    def ask(self, repository: str, *, version: str = "1.0.0", allow_private: bool = False) -> Rendered | Failure:
        dependency = json.dumps([{"name": "sub", "version": version, "repository": repository}])
        text = f"apiVersion: v2\nname: proef\nversion: 1.0.0\ndependencies: {dependency}\n"
        chart = self._make_chart({"Chart.yaml": text, "templates/a.yaml": ""})
        answer = self._internet.run(lambda: render_chart(self._helm, chart, RENDER, allow_private=allow_private))
        assert isinstance(answer, ChartAnswer), answer
        return answer.renders["s"]

    def refused(self, repository: str, *, version: str = "1.0.0", allow_private: bool = False) -> Failure:
        """Ask, and see that it was refused in words, and that nobody inside was contacted."""
        found = self.ask(repository, version=version, allow_private=allow_private)
        assert isinstance(found, Failure), found
        assert not self._internet.contacted() & set(INSIDE)
        for text in (found.message.nl, found.message.en):
            assert "'sub' (Chart.yaml, dependencies[0])" in text
            assert "helm dependency update" in text
        return found

    def fetched(self, repository: str, *, version: str = "1.0.0", allow_private: bool = False) -> None:
        found = self.ask(repository, version=version, allow_private=allow_private)
        assert isinstance(found, Rendered), found
        assert [item.document["metadata"]["name"] for item in found.objects] == ["fetched"]


@pytest.fixture
def auditor(internet: Internet, helm: Helm, make_chart: Make) -> Auditor:
    return Auditor(internet, helm, make_chart)


def at(address: str) -> str:
    return f"[{address}]" if ":" in address else address


# The place that the chart names.


@pytest.mark.parametrize(("address", "scheme"), list(zip(INSIDE, cycle(["http", "https", "oci"]))))
def test_no_dependency_from_inside(address: str, scheme: str, auditor: Auditor) -> None:
    found = auditor.refused(f"{scheme}://{at(address)}/charts")
    assert found.reason is Reason.REFUSED_INPUT
    assert "an address that is not public" in found.message.en


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost.",
        "LOCALHOST",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "0x7f000001",
        "10.66051",
        "①②⑦.0.0.1",
        "１２７.0.0.1",
        "0",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[0:0:0:0:0:ffff:10.1.2.3]",
        "[::ffff:0:a9fe:a9fe]",
        "[fe80::1%25lo]",
        "inside.evil.test",
        "inside.evil.test.",
    ],
)
def test_a_name_is_what_it_leads_to(host: str, auditor: Auditor) -> None:
    assert auditor.refused(f"https://{host}/charts").reason is Reason.REFUSED_INPUT


@pytest.mark.parametrize(
    "repository",
    [
        "http://8.8.8.8\\@127.0.0.1/",
        "http://8.8.8.8\t@127.0.0.1/",
        "http://127.0.0.1\\.public.test/",
        "http:///127.0.0.1/",
        "http://8.8.8.8:80:80/",
        "http://8.8.8.8@127.0.0.1/",
        "https://user:hunter2@charts.public.test/",
        "http://[::1/",
        "http://8.8.8.8/ http://127.0.0.1/",
        "oci://8.8.8.8\\127.0.0.1/x",
        "oci://user@127.0.0.1/charts",
        "@stable",
        "alias:stable",
        "ftp://8.8.8.8/",
        "file:///etc",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_asked(repository: str, internet: Internet, auditor: Auditor) -> None:
    found = auditor.refused(repository)
    assert found.reason is Reason.REFUSED_INPUT
    assert "hunter2" not in found.message.nl + found.message.en
    assert not internet.contacts


# Where that place sends us.


@pytest.mark.parametrize("address", INSIDE)
def test_an_index_does_not_choose_an_address_inside(
    address: str, internet: Internet, auditor: Auditor, packed: bytes
) -> None:
    internet.pages |= chart_pages(CHARTS, packed, url=f"https://{at(address)}/sub-1.0.0.tgz")
    found = auditor.refused(CHARTS)
    assert "an address that is not public" in found.message.en
    assert internet.contacted() == {"8.8.8.8"}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.tgz",
        "//127.0.0.1/x.tgz",
        "https://inside.evil.test/x.tgz",
        "oci://127.0.0.1:5000/charts/sub:1.0.0",
        "oci://10.1.2.3/charts/sub:1.0.0",
        "http://charts.public.test:8000/x.tgz",
        "https://2130706433/x.tgz",
        "https://user:pw@10.1.2.3/x.tgz",
        "file:///etc/passwd",
        "ftp://8.8.8.8/x",
        "https://[::ffff:a9fe:a9fe]/x",
        "\\\\127.0.0.1\\x",
    ],
)
def test_an_index_does_not_choose_another_way(url: str, internet: Internet, auditor: Auditor, packed: bytes) -> None:
    internet.pages |= chart_pages(CHARTS, packed, url=url)
    assert auditor.refused(CHARTS).reason in (Reason.REFUSED_INPUT, Reason.TOOL_FAILED)
    assert internet.contacted() == {"8.8.8.8"}


@pytest.mark.parametrize("page", ["index.yaml", "sub-1.0.0.tgz"])
@pytest.mark.parametrize(
    ("status", "target"),
    [
        (301, "https://10.1.2.3/"),
        (302, "http://169.254.169.254/latest"),
        (303, "https://inside.evil.test/x"),
        (307, "//127.1/x"),
        (308, "https://[::ffff:a9fe:a9fe]/x"),
    ],
)
def test_a_redirect_does_not_lead_inside(
    page: str, status: int, target: str, internet: Internet, auditor: Auditor, packed: bytes
) -> None:
    internet.pages |= chart_pages(CHARTS, packed) | {f"{CHARTS}/{page}": redirect(target, status)}
    assert auditor.refused(CHARTS).reason is Reason.REFUSED_INPUT


def test_the_last_of_many_redirects_counts(internet: Internet, auditor: Auditor) -> None:
    internet.pages |= {
        f"{CHARTS}/index.yaml": redirect("https://other.public.test/a"),
        "https://other.public.test/a": redirect("https://storage.public.test/b"),
        "https://storage.public.test/b": redirect("https://[fd12:3456::1]/c"),
    }
    assert "fd12:3456::1 (unique local)" in auditor.refused(CHARTS).message.en


def test_redirects_end(internet: Internet, auditor: Auditor) -> None:
    internet.pages[f"{CHARTS}/index.yaml"] = redirect("/index.yaml")
    assert "do not end" in auditor.refused(CHARTS).message.en


@pytest.mark.parametrize("what", ["index", "redirect"])
def test_plain_http_leads_nowhere_else(what: str, internet: Internet, auditor: Auditor, packed: bytes) -> None:
    there = "http://8.8.8.8:8000/abs"
    internet.pages |= chart_pages(there, packed, url="http://9.9.9.9/x.tgz")
    if what == "redirect":
        internet.pages |= {f"{there}/index.yaml": redirect("https://other.public.test/index.yaml")}
    assert "only from https:// to https://" in auditor.refused(there).message.en
    assert internet.contacted() == {"8.8.8.8"}


def test_https_does_not_lead_to_plain_http(internet: Internet, auditor: Auditor, packed: bytes) -> None:
    internet.pages |= chart_pages(CHARTS, packed) | {f"{CHARTS}/sub-1.0.0.tgz": redirect("http://other.public.test/x")}
    assert "only from https:// to https://" in auditor.refused(CHARTS).message.en


@pytest.mark.parametrize("later", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "fd00:ec2::254"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_changes_gains_nothing(
    scheme: str, later: str, internet: Internet, auditor: Auditor, packed: bytes
) -> None:
    internet.names["rebind.evil.test"] = [["8.8.8.8"], [later]]
    internet.pages |= chart_pages(f"{scheme}://rebind.evil.test", packed)
    auditor.refused(f"{scheme}://rebind.evil.test")
    assert internet.contacted() <= {"8.8.8.8"}


def test_a_name_with_one_address_inside_is_refused(internet: Internet, auditor: Auditor) -> None:
    internet.names["both.evil.test"] = [["8.8.8.8", "10.1.2.3"]]
    assert "10.1.2.3 (private use)" in auditor.refused("https://both.evil.test").message.en
    assert not internet.contacts


def test_a_name_server_that_never_answers_meets_the_deadline(internet: Internet, make_chart: Make) -> None:
    internet.names["silent.evil.test"] = []
    with Helm(limits=Limits(fetch_deadline_s=1), processes=1) as helm:
        found = Auditor(internet, helm, make_chart).refused("https://silent.evil.test")
    assert found.reason is Reason.UNREACHABLE


# Registries.


@pytest.mark.parametrize(
    "realm",
    [
        "https://10.1.2.3/token",
        "http://169.254.169.254/token",
        "https://inside.evil.test/token",
        "http://9.9.9.9/token",
        "https://[::1]/token",
        "//127.0.0.1/token",
        "file:///etc/passwd",
        "https://user:pw@127.0.0.1/",
    ],
)
def test_a_registry_does_not_choose_where_tokens_are(
    realm: str, internet: Internet, auditor: Auditor, packed: bytes
) -> None:
    wanted = Reply(status=401, headers={"WWW-Authenticate": f'Bearer realm="{realm}",service="x"'})
    internet.pages |= registry_pages(REGISTRY, packed) | {f"{REGISTRY}/charts/sub/manifests/1.0.0": wanted}
    assert auditor.refused("oci://registry.public.test/charts").reason is Reason.REFUSED_INPUT
    assert internet.contacted() == {"8.8.8.8"}


@pytest.mark.parametrize(
    "target", ["https://10.1.2.3/x", "http://127.0.0.1/x", "https://[fd00:ec2::254]/", "http://9.9.9.9/"]
)
@pytest.mark.parametrize("what", ["blob", "manifest", "tags"])
def test_a_registry_redirects_nobody_inside(
    what: str, target: str, internet: Internet, auditor: Auditor, packed: bytes
) -> None:
    pages = registry_pages(REGISTRY, packed)
    kind = {"blob": "blobs", "manifest": "manifests", "tags": "tags"}[what]
    internet.pages |= {address: redirect(target) if f"/{kind}/" in address else page for address, page in pages.items()}
    assert auditor.refused("oci://registry.public.test/charts", version="^1").reason is Reason.REFUSED_INPUT
    assert internet.contacted() == {"8.8.8.8"}


def test_what_was_not_promised_is_refused(internet: Internet, auditor: Auditor, packed: bytes) -> None:
    pages = registry_pages(REGISTRY, packed)
    blob = f"{REGISTRY}/charts/sub/blobs/{sha256(packed)}"
    internet.pages |= pages | {blob: Reply(packed[:-1] + b"x")}
    assert "its digest differs" in auditor.refused("oci://registry.public.test/charts").message.en
    internet.pages |= chart_pages(CHARTS, packed, digest="0" * 64)
    assert "its digest differs" in auditor.refused(CHARTS).message.en


def test_an_image_is_no_chart(internet: Internet, auditor: Auditor, packed: bytes) -> None:
    manifest = f"{REGISTRY}/charts/sub/manifests/1.0.0"
    page = registry_pages(REGISTRY, packed)[manifest]
    internet.pages[manifest] = Reply(page.body.replace(b"cncf.helm.config", b"oci.image.config"))
    assert "no chart of Helm" in auditor.refused("oci://registry.public.test/charts").message.en


MANIFEST = f"{REGISTRY}/charts/sub/manifests/1.0.0"
LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
CONFIG = {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "x", "size": 1}


def layer(**changes: object) -> dict[str, object]:
    return {"mediaType": LAYER, "digest": "sha256:" + "0" * 64, "size": 10} | changes


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"[" * 50_000,
        b"\xff",
        {},
        {"config": CONFIG, "layers": []},
        {"config": CONFIG, "layers": {}},
        {"config": CONFIG, "layers": [layer(), layer()]},
        {"config": CONFIG, "layers": [layer(size=-1)]},
        {"config": CONFIG, "layers": [layer(size=10**12)]},
        {"config": CONFIG, "layers": [layer(size="10")]},
        {"config": CONFIG, "layers": [layer(digest="md5:" + "0" * 32)]},
        {"config": CONFIG, "layers": [layer(digest="sha256:../../../../v2/other/blobs/x")]},
        {"config": CONFIG, "layers": [layer(digest="sha256:" + "0" * 64 + "?x=https://127.0.0.1/")]},
        {"config": CONFIG, "layers": [layer(urls=["http://127.0.0.1/x"])]},
        {"config": None, "layers": [layer()]},
    ],
)
def test_manifests_that_are_none(manifest: object, internet: Internet, auditor: Auditor) -> None:
    internet.pages[MANIFEST] = Reply(manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode())
    auditor.refused("oci://registry.public.test/charts")
    assert internet.contacted() == {"8.8.8.8"}


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Bearer",
        "Bearer realm",
        'Bearer realm="',
        'Basic realm="https://127.0.0.1/"',
        "bearer realm=,",
        'Bearer ="x"',
        'Bearer realm="https://auth.public.test/none"',
        'Bearer realm="https://auth.public.test/odd"',
        "," * 5000,
    ],
)
def test_challenges_that_are_none(challenge: str, internet: Internet, auditor: Auditor) -> None:
    internet.pages[MANIFEST] = Reply(status=401, headers={"WWW-Authenticate": challenge})
    internet.pages["https://auth.public.test/odd"] = Reply(json.dumps({"token": "a\r\nX-Injected: b"}).encode())
    auditor.refused("oci://registry.public.test/charts")
    assert not any("X-Injected" in headers for _, headers in internet.requests)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_reference_is_read_or_refused(text: str) -> None:
    for reference in (text, f"oci://{text}", f"oci://registry.example/{text}", f"oci://{text}/charts/sub:1"):
        with suppress(Failed):
            found = read_reference(reference)
            assert found.at.target == "/v2/"
            assert re.fullmatch(r"[a-z0-9._/-]+", found.repository)
            assert "/" not in found.name + found.tag


# Honest twins.


def test_a_public_repository(internet: Internet, auditor: Auditor, packed: bytes) -> None:
    internet.pages |= chart_pages(CHARTS, packed, digest=sha256(packed).removeprefix("sha256:"))
    auditor.fetched(f"{CHARTS}/", version=">=0.5 <2")
    assert internet.contacted() == {"8.8.8.8"}


def test_a_chart_that_the_target_names(internet: Internet, helm: Helm, packed: bytes) -> None:
    internet.pages |= chart_pages(CHARTS, packed) | registry_pages(REGISTRY, packed)
    for remote in (
        RemoteChart(chart="sub", repository=CHARTS),
        RemoteChart(chart="oci://registry.public.test/charts/sub:1.0.0"),
    ):
        assert isinstance(internet.run(lambda remote=remote: render_chart(helm, remote, RENDER)), ChartAnswer)
    internet.names["charts.public.test"] = [["10.1.2.3"]]
    answer = internet.run(lambda: render_chart(helm, RemoteChart(chart="sub", repository=CHARTS), RENDER))
    assert isinstance(answer, Failure)
    assert "allow_private" in answer.message.nl
    assert not internet.contacted() & set(INSIDE)


@pytest.mark.parametrize("target", ["https://other.public.test/x.tgz", "https://[2001:4860:4860::8888]/x.tgz"])
@pytest.mark.parametrize("what", ["index", "redirect"])
def test_https_may_lead_to_another_public_place(
    what: str, target: str, internet: Internet, auditor: Auditor, packed: bytes
) -> None:
    internet.pages |= chart_pages(CHARTS, packed, url=target if what == "index" else "sub-1.0.0.tgz")
    internet.pages |= {f"{CHARTS}/sub-1.0.0.tgz": redirect(target), target: Reply(packed)}
    auditor.fetched(CHARTS)
    assert len(internet.contacted()) == 2


def test_a_site_may_move_to_tls(internet: Internet, auditor: Auditor, packed: bytes) -> None:
    internet.pages |= chart_pages(CHARTS, packed)
    internet.pages["http://charts.public.test/index.yaml"] = redirect(f"{CHARTS}/index.yaml")
    internet.pages["http://charts.public.test/sub-1.0.0.tgz"] = redirect(f"{CHARTS}/sub-1.0.0.tgz")
    auditor.fetched("http://charts.public.test")


@pytest.mark.parametrize("version", ["1.0.0", "^1", "", ">=0.9 <2"])
def test_a_registry_with_tokens_and_storage_elsewhere(
    version: str, internet: Internet, auditor: Auditor, packed: bytes
) -> None:
    wanted = {"WWW-Authenticate": 'Bearer realm="https://auth.public.test/token",service="r",scope="all:of:it"'}

    def guarded(reply: Reply) -> Callable[[Mapping[str, str]], Reply]:
        return lambda headers: (
            reply if headers.get("Authorization") == "Bearer t0ken" else Reply(status=401, headers=wanted)
        )

    blob = f"{REGISTRY}/charts/sub/blobs/{sha256(packed)}"
    pages = registry_pages(REGISTRY, packed) | {blob: redirect("https://storage.public.test/blob?signature=s", 307)}
    internet.pages |= {address: guarded(reply) for address, reply in pages.items()}
    internet.pages |= {"https://auth.public.test/token": Reply(b'{"token": "t0ken"}')}
    internet.pages |= {"https://storage.public.test/blob": Reply(packed)}
    auditor.fetched("oci://registry.public.test/charts", version=version)
    told = {address for address, headers in internet.requests if "Authorization" in headers}
    assert told
    assert all(address.startswith(REGISTRY) for address in told)


def test_an_index_may_name_a_public_registry(internet: Internet, auditor: Auditor, packed: bytes) -> None:
    internet.pages |= chart_pages(CHARTS, packed, url="oci://registry.public.test/charts/sub:1.0.0")
    internet.pages |= registry_pages(REGISTRY, packed)
    auditor.fetched(CHARTS)


@pytest.mark.parametrize("host", ["10.1.2.3", "[fd12:3456::1]", "inside.evil.test", "127.0.0.1:8000", "[::1]:8000"])
def test_private_places_when_the_target_says_so(host: str, internet: Internet, auditor: Auditor, packed: bytes) -> None:
    internet.pages |= chart_pages(f"http://{host}/charts", packed)
    auditor.fetched(f"http://{host}/charts", allow_private=True)


def test_a_private_registry_when_the_target_says_so(internet: Internet, auditor: Auditor, packed: bytes) -> None:
    internet.pages |= registry_pages("https://10.1.2.3/v2", packed) | registry_pages("http://127.0.0.1:5000/v2", packed)
    auditor.fetched("oci://10.1.2.3/charts", allow_private=True)
    auditor.fetched("oci://127.0.0.1:5000/charts", allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_metadata_is_not_private(address: str, auditor: Auditor) -> None:
    found = auditor.refused(f"http://{at(address)}/latest", allow_private=True)
    assert "never contacted" in found.message.en
    assert "allow_private" not in found.message.en


@pytest.mark.parametrize("target", ["https://192.168.7.7/x", "https://169.254.169.254/x", "http://10.1.2.3:8000/x"])
def test_one_private_place_is_not_all(
    target: str, internet: Internet, helm: Helm, make_chart: Make, packed: bytes
) -> None:
    internet.pages |= chart_pages("https://10.1.2.3", packed) | {"https://10.1.2.3/index.yaml": redirect(target)}
    found = Auditor(internet, helm, make_chart).ask("https://10.1.2.3", allow_private=True)
    assert isinstance(found, Failure)
    assert internet.contacted() == {"10.1.2.3"}
    assert {contact.port for contact in internet.contacts} == {443}


def test_a_proxy_is_asked_for_an_address_that_was_judged(
    internet: Internet, auditor: Auditor, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    internet.pages |= chart_pages(CHARTS, packed, url="https://other.public.test/x.tgz")
    internet.pages |= {"https://other.public.test/x.tgz": Reply(packed)}
    auditor.fetched(CHARTS)
    assert internet.tunnels[0] == "8.8.8.8:443"
    assert not any("public.test" in there for there in internet.tunnels)
    asked = len(internet.tunnels)
    auditor.refused("https://inside.evil.test")
    assert len(internet.tunnels) == asked


def test_the_internet_records_who_is_contacted(internet: Internet) -> None:
    """What the others rely on: an address inside that is contacted is seen."""
    for address in (*INSIDE, *PUBLIC):
        internet.run(lambda address=address: socket.create_connection((address, 443), timeout=5).close())
    for _ in range(100):
        if internet.contacted() == {*INSIDE, *PUBLIC}:
            break
        time.sleep(0.05)
    assert internet.contacted() == {*INSIDE, *PUBLIC}
