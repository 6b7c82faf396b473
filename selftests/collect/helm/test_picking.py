"""Which version is picked: what Helm's own client picks, and what of an index is not believed."""

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import helm_python
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.collect.helm.picking import is_version
from toetskader.collect.helm.process import HelmProcess
from toetskader.collect.helm.protocol import PickAnswer, PickRequest
from toetskader.core.failure import Failure, Reason

VERSIONS = [
    "1.0.0",
    "1.2.0",
    "1.10.0",
    "1.9.0",
    "2.0.0-rc.1",
    "2.0.0-rc.10",
    "2.0.0-rc.9",
    "2.0.0-alpha",
    "0.9",
    "v3.1.0",
]
VERSIONS += ["1.2.0+build.5", "10.0.0-0", "not-a-version", "1.2.3-01", "01.4.0"]


@pytest.fixture(scope="module")
def reader() -> Iterator[HelmProcess]:
    with HelmProcess(Limits(memory_bytes=700 * MEGABYTE)) as found:
        yield found


def index(folder: Path, entries: object) -> str:
    path = folder / "index.yaml"
    path.write_text(json.dumps({"apiVersion": "v1", "entries": entries}))
    return str(path)


def entry(version: object, **more: object) -> dict[str, object]:
    return {"name": "sub", "apiVersion": "v2", "version": version, "urls": [f"sub-{version}.tgz"], **more}


def picked(answer: object) -> str:
    assert isinstance(answer, PickAnswer), answer
    return answer.version


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("", "v3.1.0"),
        ("*", "v3.1.0"),
        ("^1", "1.10.0"),
        ("~1.2", "1.2.0"),
        (">=1 <1.10", "1.9.0"),
        ("1.x || 0.x", "1.10.0"),
        ("1.0 - 1.9", "1.9.0"),
        (">=2.0.0-0 <3", "2.0.0-rc.10"),
        ("2.0.0-alpha", "2.0.0-alpha"),
        ("1.2.0", "1.2.0"),
        ("0.9.0", "0.9"),
        (">9.0.0-0", "10.0.0-0"),
    ],
)
def test_versions_as_helm_orders_and_admits_them(constraint: str, expected: str, reader: HelmProcess) -> None:
    assert picked(reader.ask(PickRequest(name="sub", version=constraint, tags=tuple(VERSIONS)))) == expected


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """What Helm's own client pulls from a repository with these versions."""
    folder = tmp_path_factory.mktemp("repository")
    for version in (version for version in VERSIONS if is_version(version)):
        source = folder / f"source-{version}" / "sub"
        source.mkdir(parents=True)
        (source / "Chart.yaml").write_text(f"apiVersion: v2\nname: sub\nversion: {version}\n")
        helm_python.package(source, destination=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    helm_python.repo_index_generate(folder)

    def pull(constraint: str) -> str:
        destination = tmp_path_factory.mktemp("pulled")
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            helm_python.pull("sub", repo_url=address, version=constraint or None, destination=destination)
        except helm_python.HelmError:
            return ""
        return next(destination.iterdir()).name.removeprefix("sub-").removesuffix(".tgz")

    yield pull
    server.shutdown()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


NUMBERS = st.sampled_from(["0", "1", "2", "3", "9", "10", "x", "*"])
CONSTRAINTS = st.builds(
    lambda operator, parts, tail: f"{operator}{'.'.join(parts)}{tail}",
    st.sampled_from(["", "=", "!=", ">", ">=", "<", "<=", "~", "^"]),
    st.lists(NUMBERS, min_size=1, max_size=3),
    st.sampled_from(["", "", "", "-0", "-rc.9", " || ^3", ", <10", " - 3"]),
)


@given(CONSTRAINTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_as_helms_own_client(pulled: Callable[[str], str], reader: HelmProcess, constraint: str) -> None:
    known = tuple(version for version in VERSIONS if is_version(version))
    answer = reader.ask(PickRequest(name="sub", version=constraint, tags=known))
    assert (answer.version if isinstance(answer, PickAnswer) else "") == pulled(constraint)


@pytest.mark.parametrize(
    "text", ["", "^1", ">=1", "1.2.3.4", "1.2.3-01", "x", "1.2.3/../x", "1" * 200, "1.2.3+a/b", "1.2.3\n", "9" * 20]
)
def test_what_is_no_version(text: str) -> None:
    assert not is_version(text)


def test_entries_that_are_wrong_are_passed_over(reader: HelmProcess, tmp_path: Path) -> None:
    entries = [
        None,
        entry(1.5),
        entry("3.0.0", urls=None),
        entry("3.0.1", urls=[]),
        entry("3.0.2", urls=[5]),
        entry("x"),
    ]
    entries += [entry("1.0.0", digest=7), entry("1.0.0", urls=["later.tgz"])]
    request = PickRequest(name="sub", index=index(tmp_path, {"sub": entries, "other": "x"}))
    assert reader.ask(request) == PickAnswer("1.0.0", url="sub-1.0.0.tgz")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: [", "cannot be read"),
        ("[1]", "cannot be read"),
        ("entries: []", "cannot be read"),
        ("entries: {sub: 5}", "cannot be read"),
        ("entries: {sub: [5]}", "cannot be read"),
        ("{}", "cannot be read"),
        ("entries: {other: []}", "knows no chart sub"),
        ("entries: {sub: []}", "no version of sub fits"),
        ("entries: {sub: null}", "no version of sub fits"),
        ("<html>", "cannot be read"),
        ("\x00", "cannot be read"),
    ],
)
def test_an_index_that_is_none(text: str, part: str, reader: HelmProcess, tmp_path: Path) -> None:
    path = tmp_path / "index.yaml"
    path.write_text(text)
    answer = reader.ask(PickRequest(name="sub", index=str(path)))
    assert isinstance(answer, Failure)
    assert part in answer.message.en


def test_a_constraint_that_is_none(reader: HelmProcess) -> None:
    answer = reader.ask(PickRequest(name="sub", version="latest please", tags=("1.0.0",)))
    assert isinstance(answer, Failure)
    assert "no version or constraint" in answer.message.en


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join([*lines, "entries: {sub: *a9}"])


@pytest.mark.parametrize(
    "text",
    [bomb(), "entries: {sub: " + "[" * 20_000, "entries: {sub: " + "{a: " * 9_000 + "1" + "}" * 9_001],
    ids=["aliases", "lists", "mappings"],
)
def test_a_bomb_for_an_index_ends_and_the_next_is_read(text: str, reader: HelmProcess, tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(text)
    assert isinstance(reader.ask(PickRequest(name="sub", index=str(path)), 20), Failure)
    assert picked(reader.ask(PickRequest(name="sub", tags=("1.0.0",)))) == "1.0.0"


def test_a_large_index_is_read(tmp_path: Path) -> None:
    many = {f"chart-{n}": [entry(f"{n}.{m}.0", description="x" * 400) for m in range(50)] for n in range(250)}
    path = index(tmp_path, many | {"sub": [entry(f"1.{m}.0") for m in range(1_000)]})
    assert Path(path).stat().st_size > 5_000_000
    with HelmProcess(Limits()) as reader:
        answer = reader.ask(PickRequest(name="sub", version="~1.2", index=path), 120)
    assert picked(answer) == "1.2.0"


def test_many_versions_none_of_which_fits(reader: HelmProcess) -> None:
    answer = reader.ask(PickRequest(name="sub", version=">5", tags=tuple(f"1.{n}.0" for n in range(250))), 120)
    assert isinstance(answer, Failure)
    assert answer.reason is Reason.TOOL_FAILED
