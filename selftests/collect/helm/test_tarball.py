"""A packed chart is read as Helm reads it, or refused: whatever is accepted, Helm has the same files."""

import gzip
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import helm_python
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_tar import BLOCK, CHART, EVIL, entry, header, long_name, packed, padded, pax, record

from toetskader.collect.helm.archive import open_source
from toetskader.collect.helm.engine import Helm
from toetskader.collect.helm.limits import Limits
from toetskader.core.failure import Failed, Failure

LIMITS = Limits()
EVIL_NAME = b"proef/templates/evil.yaml"
OTHER = b"proef/docs/a.md"


def ours(data: bytes, folder: Path) -> dict[str, bytes] | str:
    """Return the files that we read, or why the archive is refused."""
    path = folder / "p.tgz"
    path.write_bytes(data)
    try:
        with open_source(path, LIMITS) as opened:
            assert opened.packed is not None
            assert opened.packed.read_bytes() == data
            return {name: text.encode() for name, text in opened.files.items()}
    except Failed as stop:
        return stop.failure.message.en


def helms(data: bytes, folder: Path) -> dict[str, bytes] | None:
    """Return the files that Helm unpacks, or None when it refuses."""
    path, target = folder / "h.tgz", folder / "unpacked"
    path.write_bytes(data)
    try:
        helm_python.expand(target, path)
    except helm_python.HelmError:
        return None
    chart = target / "proef"
    return {str(file.relative_to(chart)): file.read_bytes() for file in chart.rglob("*") if file.is_file()}


REFUSED: dict[str, tuple[bytes, str]] = {
    "a pax name and a long name": (
        packed(pax(record(b"path", OTHER)), long_name(EVIL_NAME), entry(b"proef/docs/z", EVIL)),
        "proef/docs/a.md, proef/templates/evil.yaml, proef/docs/z has more than one name",
    ),
    "a long name and a pax name": (
        packed(long_name(OTHER), pax(record(b"path", EVIL_NAME)), entry(b"proef/docs/z", EVIL)),
        "more than one name",
    ),
    "two pax names": (
        packed(pax(record(b"path", OTHER)), pax(record(b"path", EVIL_NAME)), entry(b"proef/docs/z", EVIL)),
        "more than one name",
    ),
    "a pax header of which a second one takes the name away": (
        packed(pax(record(b"path", OTHER)), pax(record(b"mtime", b"1")), entry(EVIL_NAME, EVIL)),
        "more than one name",
    ),
    "two long names": (packed(long_name(OTHER), long_name(EVIL_NAME), entry(b"x/y", EVIL)), "more than one name"),
    "one record twice": (
        packed(pax(record(b"path", OTHER), record(b"path", EVIL_NAME)), entry(b"proef/z", EVIL)),
        "proef/docs/a.md, proef/z has a pax header with no single name",
    ),
    "a name for all files": (
        packed(pax(record(b"path", OTHER), kind=b"g"), entry(EVIL_NAME, EVIL)),
        "proef/docs/a.md, proef/templates/evil.yaml has a name that holds for all",
    ),
    "a header for all files between a name and its file": (
        packed(pax(record(b"path", OTHER)), pax(record(b"comment", b"c"), kind=b"g"), entry(EVIL_NAME, EVIL)),
        "more than one name",
    ),
    "an empty name": (
        packed(pax(record(b"path", b"")), entry(EVIL_NAME, EVIL)),
        "proef/templates/evil.yaml has a pax header with no single name",
    ),
    "a name with a zero byte": (
        packed(pax(record(b"path", EVIL_NAME + b"\0.md")), entry(OTHER, EVIL)),
        "proef/docs/a.md has a pax header with no single name",
    ),
    "a long name with a zero byte": (
        packed(long_name(OTHER + b"\0" + b"x"), entry(OTHER, EVIL)),
        "proef/docs/a.md has a long name that cannot be read",
    ),
    "a name for nothing": (packed(pax(record(b"path", OTHER))), "breaks off"),
    "a size in a record": (
        packed(pax(record(b"size", b"0")), header(OTHER, BLOCK), entry(EVIL_NAME, EVIL)),
        "proef/docs/a.md has a pax header with size",
    ),
    "a sparse file": (
        packed(pax(record(b"GNU.sparse.major", b"0"), record(b"GNU.sparse.name", EVIL_NAME)), entry(OTHER, EVIL)),
        "proef/docs/a.md has a pax header with GNU.sparse.major",
    ),
    "a sparse file of GNU tar": (
        packed(entry(OTHER, EVIL, type=b"S", magic=b"ustar  \0")),
        "proef/docs/a.md is a link or special file",
    ),
    "another character set": (
        packed(pax(record(b"hdrcharset", b"BINARY")), entry(OTHER, EVIL)),
        "proef/docs/a.md has a pax header with hdrcharset",
    ),
    "a record that is none": (
        packed(pax(b"11 path=abc"), entry(OTHER, EVIL)),
        "proef/docs/a.md has a pax header that cannot",
    ),
    "a record that is longer than its header": (packed(pax(b"999 path=abc\n"), entry(OTHER, EVIL)), "cannot be read"),
    "a doubled Chart.yaml": (packed(entry(b"proef/Chart.yaml", CHART)), "proef/Chart.yaml is in it more than once"),
    "a doubled template by a long name": (
        packed(entry(EVIL_NAME, b"a: 1\n"), long_name(EVIL_NAME), entry(b"proef/z", EVIL)),
        "proef/templates/evil.yaml is in it more than once",
    ),
    "a block of zeros in the middle": (
        packed(bytes(BLOCK), entry(EVIL_NAME, EVIL)),
        "proef/templates/evil.yaml is behind the archive's end",
    ),
    "an entry behind the end": (
        packed(bytes(2 * BLOCK), entry(EVIL_NAME, EVIL)),
        "proef/templates/evil.yaml is behind the archive's end",
    ),
    "an archive behind the archive": (
        packed(entry(OTHER, b"a")) + packed(entry(EVIL_NAME, EVIL)),
        "is behind the archive's end",
    ),
    "something behind the compressed part": (packed(entry(OTHER, b"a")) + b"extra", "cannot be read"),
    "a file that is cut off": (packed(header(OTHER, 4 * BLOCK), b"a" * BLOCK, end=b""), "breaks off"),
    "a header that is cut off": (packed(end=header(OTHER, 0)[:100]), "breaks off"),
    "a wrong checksum": (packed(header(OTHER, 0, error=1)), "proef/docs/a.md has a damaged header"),
    "a size in bits": (packed(entry(OTHER, b"", size=b"\x80" + bytes(10) + b"\x01")), "size that cannot be read"),
    "a size that is no number": (packed(entry(OTHER, b"", size=b"0x10\0")), "size that cannot be read"),
    "a size behind zeros": (packed(entry(OTHER, b"", size=b"\0" * 4 + b"1\0")), "size that cannot be read"),
    "a size below nothing": (packed(entry(OTHER, b"", size=b"-1\0")), "size that cannot be read"),
    "a header of star": (packed(entry(OTHER, EVIL, trailer=b"tar\0")), "header of star's"),
    "a header of long ago": (packed(entry(OTHER, EVIL, magic=bytes(8))), "unknown header"),
    "a prefix that only some read": (
        packed(entry(b"templates/evil.yaml", EVIL, magic=b"ustar  \0", prefix=b"proef")),
        "unknown header",
    ),
    "a folder with content": (packed(entry(b"proef/docs/", EVIL, type=b"5")), "folder with content"),
    "a file that is a folder": (packed(entry(b"proef/docs/", EVIL)), "file and a folder"),
    "a file with the rights of a folder": (packed(entry(EVIL_NAME, EVIL, mode=b"0040755\0")), "file and a folder"),
    "a link": (packed(entry(EVIL_NAME, type=b"2")), "link or special file"),
    "a hard link": (packed(entry(EVIL_NAME, type=b"1")), "link or special file"),
    "a long link": (packed(entry(b"x", OTHER, type=b"K"), entry(EVIL_NAME, EVIL)), "link or special file"),
    "a type of somebody's own": (packed(entry(EVIL_NAME, EVIL, type=b"Z")), "link or special file"),
    "a contiguous file": (packed(entry(EVIL_NAME, EVIL, type=b"7")), "link or special file"),
    "both slashes": (packed(entry(b"proef/docs\\templates/evil.yaml", EVIL)), "no plain path"),
    "a slash before the other": (packed(entry(b"docs\\templates/evil.yaml", EVIL)), "no plain path"),
    "a dot in front": (packed(entry(b"./proef/templates/evil.yaml", EVIL)), "outside the chart's one folder"),
    "a dot in between": (packed(entry(b"proef/./templates/evil.yaml", EVIL)), "no plain path"),
    "a slash more": (packed(entry(b"proef//templates/evil.yaml", EVIL)), "no plain path"),
    "there and back": (packed(entry(b"proef/docs/../templates/evil.yaml", EVIL)), "leaves the chart"),
    "an absolute path": (packed(head=[b"/Chart.yaml"]), "leaves the chart"),
    "a drive": (packed(entry(b"proef/c:/evil.yaml", EVIL)), "leaves the chart"),
    "another top folder": (packed(entry(b"ander/templates/evil.yaml", EVIL)), "outside the chart's one folder"),
    "a name that is no UTF-8": (packed(entry(b"proef/templates/\xe9.yaml", EVIL)), "not UTF-8"),
    "a hidden template": (packed(entry(b"proef/templates/.evil.yaml", EVIL)), "templates/.evil.yaml is a hidden"),
    "a template in a hidden folder": (packed(entry(b"proef/templates/.x/evil.yaml", EVIL)), "is a hidden template"),
    "a doubled entry in a packed subchart": (
        packed(entry(b"proef/charts/sub-1.tgz", packed(entry(b"proef/Chart.yaml", CHART)))),
        "proef/Chart.yaml is in it more than once",
    ),
}

READ: dict[str, tuple[bytes, set[str]]] = {
    "a plain template": (packed(entry(EVIL_NAME, EVIL)), {"templates/evil.yaml"}),
    "a rule that would leave it out": (
        packed(entry(b"proef/.helmignore", b"templates/\n*.yaml\n"), entry(EVIL_NAME, EVIL)),
        {".helmignore", "templates/evil.yaml"},
    ),
    "a pax name": (packed(pax(record(b"path", EVIL_NAME)), entry(OTHER, EVIL)), {"templates/evil.yaml"}),
    "a pax header without a name": (packed(pax(record(b"mtime", b"1.5")), entry(OTHER, EVIL)), {"docs/a.md"}),
    "a long name": (packed(long_name(b"proef/" + b"x" * 120), entry(b"proef/z", EVIL)), {"x" * 120}),
    "a prefix": (packed(entry(b"evil.yaml", EVIL, prefix=b"proef/templates")), {"templates/evil.yaml"}),
    "a comment for all files": (
        packed(pax(record(b"comment", b"a" * 40), kind=b"g"), entry(OTHER, EVIL)),
        {"docs/a.md"},
    ),
    "attributes of a Mac": (packed(pax(record(b"LIBARCHIVE.xattr.x", b"\0\1")), entry(OTHER, EVIL)), {"docs/a.md"}),
    "a header of GNU tar": (packed(entry(OTHER, EVIL, magic=b"ustar  \0")), {"docs/a.md"}),
    "an old mark of a file": (packed(entry(OTHER, EVIL, type=b"\0")), {"docs/a.md"}),
    "a size between spaces": (packed(entry(OTHER, b"a" * 8, size=b"         10 ")), {"docs/a.md"}),
    "rights with the mark of a file": (packed(entry(OTHER, EVIL, mode=b"0100644\0")), {"docs/a.md"}),
    "something behind a name": (packed(entry(OTHER + b"\0rest", EVIL)), {"docs/a.md"}),
    "folders": (packed(entry(b"./", type=b"5"), entry(b"elders/", type=b"5")), set()),
    "backslashes": (packed(entry(b"proef\\templates\\evil.yaml", EVIL)), {"templates/evil.yaml"}),
    "a space at the end": (packed(entry(EVIL_NAME + b" ", EVIL)), {"templates/evil.yaml "}),
    "names that differ in case": (
        packed(entry(EVIL_NAME, EVIL), entry(b"proef/templates/EVIL.yaml", EVIL)),
        {"templates/evil.yaml", "templates/EVIL.yaml"},
    ),
    "letters in two forms": (
        packed(entry("proef/é".encode(), EVIL), entry("proef/e\u0301".encode(), EVIL)),
        {"é", "e\u0301"},
    ),
    "a mark of byte order": (packed(entry(OTHER, b"\xef\xbb\xbfa: 1\n")), {"docs/a.md"}),
    "no end": (packed(entry(OTHER, EVIL), end=b""), {"docs/a.md"}),
    "one block of zeros as end": (packed(entry(OTHER, EVIL), end=bytes(BLOCK)), {"docs/a.md"}),
    "a long end": (packed(entry(OTHER, EVIL), end=bytes(20 * BLOCK)), {"docs/a.md"}),
    "compressed in two parts": (
        gzip.compress(entry(b"proef/Chart.yaml", CHART), mtime=0) + gzip.compress(entry(OTHER, EVIL), mtime=0),
        {"docs/a.md"},
    ),
    "a file of nothing": (packed(entry(OTHER)), {"docs/a.md"}),
    "a top folder that is a dot": (packed(entry(b"./docs/a.md", EVIL), head=[b"./Chart.yaml"]), {"docs/a.md"}),
    "a subchart that is put aside": (packed(entry(b"proef/charts/_sub.tgz", b"none")), {"charts/_sub.tgz"}),
    "an archive among documents": (packed(entry(b"proef/docs/charts/sub.tgz", b"none")), {"docs/charts/sub.tgz"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_readers_may_read_in_two_ways_is_refused_with_its_name(name: str, tmp_path: Path) -> None:
    data, reason = REFUSED[name]
    found = ours(data, tmp_path)
    assert isinstance(found, str)
    assert reason in found


@pytest.mark.parametrize("name", READ)
def test_what_packers_write_is_read_as_helm_reads_it(name: str, tmp_path: Path) -> None:
    data, extra = READ[name]
    found = ours(data, tmp_path)
    assert not isinstance(found, str)
    assert found.keys() == {"Chart.yaml"} | extra
    assert found == helms(data, tmp_path)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_python_are_read(form: int, tmp_path: Path, make_chart: Callable[..., Path]) -> None:
    chart = make_chart({f"docs/{'x' * 90}.md": "a", "templates/a.yaml": "b: 1", "docs/é.md": "c"})
    with tarfile.open(tmp_path / "a.tgz", "w:gz", format=form) as archive:
        archive.add(chart, "proef")
    data = (tmp_path / "a.tgz").read_bytes()
    found = ours(data, tmp_path)
    assert len(found) == 4
    assert found == helms(data, tmp_path)


def test_a_chart_that_helm_packed_is_read(tmp_path: Path, make_chart: Callable[..., Path]) -> None:
    sub = {
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/sub/templates/a.yaml": "a: 1",
    }
    data = Path(helm_python.package(make_chart(sub), destination=tmp_path)).read_bytes()
    found = ours(data, tmp_path)
    assert not isinstance(found, str)
    assert found == helms(data, tmp_path)
    assert found.keys() == {"Chart.yaml", *sub}


PARTS = [
    entry(EVIL_NAME, EVIL),
    entry(OTHER, b"a"),
    long_name(EVIL_NAME),
    pax(record(b"path", EVIL_NAME)),
    pax(record(b"mtime", b"1")),
    pax(record(b"comment", b"x"), kind=b"g"),
    entry(b"proef/docs/", type=b"5"),
    bytes(BLOCK),
    padded(EVIL),
]
CHANGES = st.lists(st.tuples(st.integers(0, 3 * BLOCK - 1), st.integers(0, 255)), max_size=3)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(PARTS), max_size=4), changes=CHANGES, mend=st.booleans())
def test_whatever_is_accepted_helm_reads_in_the_same_way(
    parts: list[bytes], changes: list[tuple[int, int]], mend: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tar = bytearray(b"".join(parts))
    for position, value in changes:
        if position < len(tar):
            tar[position] = value
    if mend:  # so that more than the checksum stands in the way
        for start in range(0, len(tar), BLOCK):
            block = tar[start : start + BLOCK]
            if block[257:262] == b"ustar":
                tar[start + 148 : start + 156] = b"%06o\0 " % (sum(block[:148]) + 256 + sum(block[156:]))
    folder = tmp_path_factory.mktemp("tar")
    data = packed(bytes(tar))
    found, theirs = ours(data, folder), helms(data, folder)
    assert isinstance(found, str) or theirs is None or found == theirs


def test_two_versions_of_one_subchart_lie_apart(tmp_path: Path) -> None:
    versions = [packed(entry(b"proef/values.yaml", b"v: %d\n" % number)) for number in (1, 2)]
    data = packed(*(entry(b"proef/charts/sub-%d.tgz" % number, part) for number, part in enumerate(versions, 1)))
    found = ours(data, tmp_path)
    assert not isinstance(found, str)
    assert (found["charts/proef/values.yaml"], found["charts/sub-2/values.yaml"]) == (b"v: 1\n", b"v: 2\n")


@pytest.mark.parametrize("difference", ["more", "fewer"])
def test_a_chart_of_which_helm_has_other_files_is_refused(
    difference: str, make_chart: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = make_chart({"templates/a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "docs/b.md": "b"})
    with Helm(processes=1) as helm:
        opened = helm.open(chart)
        assert not isinstance(opened, Failure)
        if difference == "more":
            (chart / "templates/evil.yaml").write_bytes(EVIL)
        else:
            (chart / "docs/b.md").unlink()
        answer = opened.read([])
    assert isinstance(answer, Failure)
    expected = {"more": "Helm reads templates/evil.yaml, which", "fewer": "Helm does not read docs/b.md, which"}
    assert expected[difference] in answer.message.en
    assert json.dumps(answer.message.nl) != json.dumps(answer.message.en)
