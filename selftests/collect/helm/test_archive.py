"""Charts are read with limits before Helm sees them."""

import gzip
import io
import os
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from toetskader.collect.helm.archive import copy_chart, open_source, read_text
from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.core.failure import Failed, Reason

CHART = {"Chart.yaml": "apiVersion: v2\nname: proef\nversion: 1.2.3\n"}
HEAD = {"Chart.yaml": CHART["Chart.yaml"].encode()}
Make = Callable[..., Path]
LIMITS = Limits()


def refusal(path: Path, limits: Limits = LIMITS) -> tuple[Reason, str]:
    with pytest.raises(Failed) as caught:
        open_source(path, limits)
    stop = caught.value.failure
    assert stop.message.nl != stop.message.en
    return stop.reason, stop.message.en


def packed_entry(path: Path, entry: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        head = tarfile.TarInfo("proef/Chart.yaml")
        head.size = len(HEAD["Chart.yaml"])
        archive.addfile(head, io.BytesIO(HEAD["Chart.yaml"]))
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return path


def test_directory_and_archive_of_the_same_chart_read_the_same(make_chart: Make, tmp_path: Path, pack: Make) -> None:
    chart = make_chart({"values.yaml": "a: 1\n", "templates/a.yaml": "b: 2\n"})
    (chart / "icon.png").write_bytes(b"\x89PNG\0\xff")
    contents = {str(file.relative_to(chart)): file.read_bytes() for file in chart.rglob("*") if file.is_file()}
    with open_source(chart, LIMITS) as opened, open_source(pack(tmp_path / "p.tgz", contents), LIMITS) as unpacked:
        assert opened.files == unpacked.files
        assert sorted(opened.files) == ["Chart.yaml", "templates/a.yaml", "values.yaml"]
        assert opened.binary_files == unpacked.binary_files == ("icon.png",)
        assert opened.digest == unpacked.digest
        assert opened.directory == chart
        private = unpacked.directory
        assert (private / "templates/a.yaml").read_text() == "b: 2\n"
    assert not private.exists()
    assert chart.exists()


def test_digest_changes_with_content(make_chart: Make) -> None:
    chart = make_chart()
    before = open_source(chart, LIMITS).digest
    (chart / "values.yaml").write_text("a: 1\n")
    assert open_source(chart, LIMITS).digest != before


def test_packed_subcharts_are_read_as_if_unpacked(make_chart: Make, tmp_path: Path, pack: Make) -> None:
    deep = pack(tmp_path / "deep.tgz", HEAD, top="deep").read_bytes()
    sub = pack(tmp_path / "sub.tgz", {**HEAD, "charts/deep-1.0.0.tgz": deep}, top="sub").read_bytes()
    chart = make_chart({"charts/README.md": "none\n"})
    (chart / "charts/sub-1.0.0.tgz").write_bytes(sub)
    opened = open_source(chart, LIMITS)
    assert {"charts/sub/Chart.yaml", "charts/sub/charts/deep/Chart.yaml"} <= opened.files.keys()
    reason, message = refusal(chart, Limits(packed_depth=1))
    assert reason is Reason.TOO_LARGE
    assert "too deep" in message


@pytest.mark.parametrize("nested", [False, True])
def test_a_gigabyte_from_a_megabyte_is_refused_at_once(nested: bool, make_chart: Make, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.tgz"
    entry = tarfile.TarInfo("proef/zeros")
    entry.size = 1024 * MEGABYTE
    with gzip.open(bomb, "wb", compresslevel=9) as stream:
        stream.write(entry.tobuf())
        stream.write(bytes(8 * MEGABYTE))  # the rest need not be there to be refused
    target = bomb
    if nested:
        target = make_chart()
        (target / "charts").mkdir()
        (target / "charts/bomb-1.tgz").write_bytes(bomb.read_bytes())
    assert bomb.stat().st_size < MEGABYTE
    tracemalloc.start()
    reason, message = refusal(target)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reason is Reason.TOO_LARGE
    assert "proef/zeros is larger than 5 MB" in message
    assert peak < 8 * MEGABYTE


def test_many_small_files_share_one_budget(tmp_path: Path, pack: Make) -> None:
    files = HEAD | {f"f{number}": bytes(1000) for number in range(50)}
    reason, message = refusal(pack(tmp_path / "p.tgz", files), Limits(unpacked_bytes=20_000))
    assert reason is Reason.TOO_LARGE
    assert "when unpacked" in message


def test_a_forged_header_does_not_fill_the_memory(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("proef/x")
    entry.type = tarfile.XHDTYPE
    entry.size = 900 * MEGABYTE
    bomb = tmp_path / "bomb.tgz"
    with gzip.open(bomb, "wb") as stream:
        stream.write(entry.tobuf())
        stream.write(bytes(16 * MEGABYTE))
    tracemalloc.start()
    reason, message = refusal(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (reason, "header" in message) == (Reason.TOO_LARGE, True)
    assert peak < 8 * MEGABYTE


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (Limits(entries=2), "more than 2 files"),
        (Limits(path_length=12), "path too long"),
        (Limits(path_depth=2), "path too long or too deep"),
        (Limits(file_bytes=50), "templates/a.yaml is larger"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_limits_hold_for_directories_and_archives(
    packed: bool, limits: Limits, word: str, make_chart: Make, tmp_path: Path, pack: Make
) -> None:
    files = CHART | {"templates/a.yaml": "#" * 60, "templates/b/c.yaml": "b: 1\n"}
    path = make_chart(files)
    if packed:
        path = pack(tmp_path / "p.tgz", {name: text.encode() for name, text in files.items()})
    reason, message = refusal(path, limits)
    assert reason is Reason.TOO_LARGE
    assert word in message


@pytest.mark.parametrize("name", ["/etc/evil", "proef/../../evil", "../evil", "proef\\..\\..\\evil", "C:\\evil\\x"])
def test_archive_paths_stay_inside(name: str, tmp_path: Path) -> None:
    reason, message = refusal(packed_entry(tmp_path / "p.tgz", tarfile.TarInfo(name), b"x"))
    assert reason is Reason.REFUSED_INPUT
    assert "leaves the chart" in message
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE]
)
def test_archives_hold_regular_files_only(kind: bytes, tmp_path: Path) -> None:
    entry = tarfile.TarInfo("proef/x")
    entry.type = kind
    entry.linkname = "/etc/passwd"
    reason, message = refusal(packed_entry(tmp_path / "p.tgz", entry))
    assert reason is Reason.REFUSED_INPUT
    assert "link or special file" in message


def test_archives_have_one_top_folder(tmp_path: Path, pack: Make) -> None:
    reason, message = refusal(packed_entry(tmp_path / "p.tgz", tarfile.TarInfo("other/x"), b"x"))
    assert (reason, "outside" in message) == (Reason.REFUSED_INPUT, True)
    assert "does not lie in the chart's folder" in refusal(pack(tmp_path / "q.tgz", HEAD, top=""))[1]


def test_a_file_cannot_be_the_folder_of_another(tmp_path: Path, pack: Make) -> None:
    assert "cannot be unpacked" in refusal(pack(tmp_path / "p.tgz", HEAD | {"a": b"", "a/b": b""}))[1]


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", gzip.compress(b"no tar" * 200, mtime=0)[:-30]],
    ids=["empty", "text", "cut off"],
)
def test_what_is_no_archive_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.tgz"
    path.write_bytes(data)
    assert refusal(path)[0] is Reason.REFUSED_INPUT


def test_links_that_leave_the_chart_are_refused(make_chart: Make, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    chart = make_chart()
    (chart / "a").symlink_to(secret)
    assert "a is a symbolic link that leaves the chart" in refusal(chart)[1]
    (chart / "a").unlink()
    (chart / "a").symlink_to("Chart.yaml")
    assert open_source(chart, LIMITS).files["a"] == CHART["Chart.yaml"]
    (chart / "loop").symlink_to(".")
    assert "symbolic link to a directory" in refusal(chart)[1]


def test_special_files_in_a_directory_are_refused(make_chart: Make) -> None:
    chart = make_chart()
    os.mkfifo(chart / "pipe")
    assert "no regular file" in refusal(chart)[1]
    (chart / "pipe").unlink()
    (chart / "gone").symlink_to("nowhere")
    assert "cannot be read" in refusal(chart)[1]


def test_what_is_no_chart_says_so(tmp_path: Path, pack: Make) -> None:
    (tmp_path / "empty").mkdir()
    assert "Chart.yaml is missing" in refusal(tmp_path / "empty")[1]
    assert "Chart.yaml is missing" in refusal(pack(tmp_path / "p.tgz", {"x": b""}))[1]
    assert "does not exist" in refusal(tmp_path / "nowhere")[1]


def test_text_that_is_not_utf8_is_named_with_its_line(make_chart: Make, tmp_path: Path) -> None:
    chart = make_chart()
    (chart / "values.yaml").write_bytes(b"a: 1\nb: \xe9\n")
    assert "values.yaml, line 2: not UTF-8" in refusal(chart)[1]
    with pytest.raises(Failed, match=r"line 2: not UTF-8"):
        read_text(chart / "values.yaml", LIMITS)
    with pytest.raises(Failed, match="does not exist"):
        read_text(tmp_path / "nowhere.yaml", LIMITS)
    with pytest.raises(Failed, match="larger"):
        read_text(chart / "values.yaml", Limits(file_bytes=3))


def test_helmignore_is_honoured_as_helm_does(make_chart: Make, tmp_path: Path) -> None:
    chart = make_chart(
        {
            ".helmignore": "# comment\n.git/\n*.bak\n/only-root.txt\ndocs/*.md\n[xy]?.tmp\n",
            "a.bak": "",
            "deep/b.bak": "",
            "only-root.txt": "",
            "deep/only-root.txt": "kept",
            "docs/a.md": "",
            "docs/b.txt": "kept",
            "x1.tmp": "",
            "z1.tmp": "kept",
            "templates/.hidden": "",
        }
    )
    (chart / ".git").mkdir()
    (chart / ".git/pack").write_bytes(bytes(100))
    opened = open_source(chart, Limits(file_bytes=99))
    assert set(opened.files) == {".helmignore", "Chart.yaml", "deep/only-root.txt", "docs/b.txt", "z1.tmp"}
    copy_chart(opened, tmp_path / "copy")
    assert open_source(tmp_path / "copy", LIMITS).digest == opened.digest


def test_a_negated_ignore_rule_drops_all_else(make_chart: Make) -> None:
    chart = make_chart({".helmignore": "!Chart.yaml\n", "a": "", "b": ""})
    assert set(open_source(chart, LIMITS).files) == {"Chart.yaml"}
