"""Files of anybody are read within bounds: no links unless asked, no waiting, no more than fits."""

import os
import socket
import tracemalloc
from pathlib import Path

import pytest

from toetskader.core.bounded import (
    LinkedFileError,
    NotRegularFileError,
    TooLargeFileError,
    UnfitFileError,
    open_bounded,
    read_bounded,
)


def test_a_file_that_just_fits_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bounded(tmp_path / "a", 5) == b"12345"


def test_one_byte_more_is_too_large_and_the_limit_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(TooLargeFileError) as refusal:
        read_bounded(tmp_path / "a", 4)
    assert refusal.value.text.en == "is larger than 4 bytes"
    assert TooLargeFileError(2_000_000).text.nl == "is groter dan 2 MB"


def test_a_file_that_tells_no_size_is_held_to_the_limit() -> None:
    with pytest.raises(TooLargeFileError):
        read_bounded(Path("/proc/self/status"), 10)


def test_a_link_is_followed_only_when_that_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(LinkedFileError):
        read_bounded(tmp_path / "b", 5)
    assert read_bounded(tmp_path / "b", 5, follow=True) == b"12345"


def test_a_link_to_itself_is_for_the_system_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        read_bounded(tmp_path / "a", 5, follow=True)


@pytest.mark.parametrize("follow", [True, False])
def test_what_is_no_file_is_refused_without_a_wait(tmp_path: Path, follow: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    listener = socket.socket(socket.AF_UNIX)
    with listener:
        listener.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "pipe", tmp_path / "socket", tmp_path, Path("/dev/zero")):
            with pytest.raises(NotRegularFileError):
                read_bounded(path, 5, follow=follow)


def test_what_is_refused_is_closed_again(tmp_path: Path) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(3):
        with pytest.raises(UnfitFileError):
            read_bounded(tmp_path, 5)
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_what_is_not_there_is_said_by_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "a", 5)


def test_a_file_can_be_read_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1\n2\n")
    with open_bounded(tmp_path / "a", 5) as stream:
        assert [*stream] == [b"1\n", b"2\n"]


def test_a_small_file_takes_little_memory_whatever_may_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    tracemalloc.start()
    read_bounded(tmp_path / "a", 100_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
