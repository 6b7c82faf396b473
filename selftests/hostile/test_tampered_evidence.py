"""Evidence that somebody changed ends in one plain sentence and exit code 4; nothing outside its folder is read."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from auditing import Audited, run_pytest
from every_check import places, replaced
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.collect.evidence import LARGEST_FILE, EvidenceError, read_evidence
from toetskader.facts.key import TargetFacts

SECRET = "only-in-a-file-outside"
FOLDER = "voorbeeld"
CHART = "chart.json"
RENDER = "render.standaard.json"

Change = Callable[[Path], None]


def written(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def with_key(kind: str, scene: str = "") -> Change:
    """Name one more fact in the index."""

    def change(folder: Path) -> None:
        path = folder / "index.json"
        index = json.loads(path.read_text())
        index["facts"].append({"kind": kind, "scene": scene})
        path.write_text(json.dumps(index))

    return change


def link(name: str) -> Change:
    """Put a link to the file outside in place of a file."""

    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(folder.parents[1] / "outside.json")

    return change


def pipe(folder: Path) -> None:
    (folder / CHART).unlink()
    os.mkfifo(folder / CHART)


def endless(folder: Path) -> None:
    (folder / CHART).unlink()
    (folder / CHART).symlink_to("/dev/zero")


def huge(folder: Path) -> None:
    with (folder / CHART).open("r+b") as stream:
        stream.truncate(LARGEST_FILE + 1)


def another(folder: Path) -> None:
    shutil.copyfile(folder / RENDER, folder / CHART)


def another_scene(folder: Path) -> None:
    shutil.copyfile(folder / "render.productie.json", folder / RENDER)


def folder_instead(folder: Path) -> None:
    (folder / CHART).unlink()
    (folder / CHART).mkdir()


def linked_folder(folder: Path) -> None:
    folder.rename(folder.parents[1] / "moved")
    folder.symlink_to(folder.parents[1] / "moved")


# Name → what was done to the target's folder, and the words that tell of it.
TAMPERED: dict[str, tuple[Change, str]] = {
    "outside": (with_key("../../outside"), "names '../../outside'"),
    "outside by scene": (with_key("render", "../../../outside"), "names '../../../outside'"),
    "absolute": (with_key("/etc/passwd"), "names '/etc/passwd'"),
    "null": (with_key("chart\0"), "names 'chart\\x00'"),
    "absent": (with_key("chart", "gone"), "does not exist"),
    "long": (with_key("x" * 300), "names 'xxx"),
    "not JSON": (written(CHART, "{"), "does not fit"),
    "list": (written(CHART, "[1]"), "does not fit"),
    "wrong types": (written(CHART, '{"type": "chart", "files": 3}'), "does not fit"),
    "index of wrong types": (written("index.json", '{"target": 3}'), "does not fit"),
    "no text": (lambda folder: (folder / CHART).write_bytes(b'{"type": "\xff"}') and None, "does not fit"),
    "deep": (written(CHART, '{"type": "chart", "values": ' + "[" * 100_000), "does not fit"),
    "link": (link(CHART), "is a link"),
    "linked index": (link("index.json"), "is a link"),
    "linked folder": (linked_folder, "is a link"),
    "pipe": (pipe, "no regular file"),
    "endless": (endless, "is a link"),
    "huge": (huge, "larger than 128 MB"),
    "folder": (folder_instead, "cannot be read|regular"),
    "another fact": (another, "another fact"),
    "another scene": (another_scene, "another fact"),
}


@pytest.fixture
def evidence(alone: Audited, tmp_path: Path) -> Path:
    """A copy of the golden target's evidence, with a file beside it that is nobody's business."""
    (tmp_path / "outside.json").write_text(json.dumps({"type": SECRET}), encoding="utf-8")
    shutil.copytree(alone.evidence, tmp_path / "evidence")
    return tmp_path / "evidence"


def test_evidence_as_it_was_written_is_read(evidence: Path) -> None:
    assert isinstance(read_evidence(evidence / FOLDER), TargetFacts)


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_evidence_is_refused_in_plain_words(name: str, evidence: Path) -> None:
    change, words = TAMPERED[name]
    change(evidence / FOLDER)
    with pytest.raises(EvidenceError) as caught:
        read_evidence(evidence / FOLDER)
    message = str(caught.value)
    assert any(word in message for word in words.split("|")), message
    assert SECRET not in message
    assert "toets opnieuw" in message


@pytest.mark.parametrize("name", ["outside", "deep", "endless", "another fact"])
def test_a_replay_of_it_ends_in_a_sentence(name: str, evidence: Path, tmp_path: Path) -> None:
    TAMPERED[name][0](evidence / FOLDER)
    done = run_pytest(f"--replay={evidence}", f"--reports={tmp_path / 'reports'}")
    said = done.stdout + done.stderr
    assert done.returncode == 4
    assert TAMPERED[name][1] in said
    assert "Traceback" not in said
    assert "INTERNALERROR" not in said
    assert SECRET not in said
    assert not list(tmp_path.glob("reports/**/*.json"))


@pytest.mark.parametrize("text", [b'{"date": "2026-01-01", "targets": 3}', b'{"date": "\xff"}', b"[" * 100_000])
def test_a_run_file_that_is_none_is_refused(text: bytes, evidence: Path, tmp_path: Path) -> None:
    (evidence / "run.json").write_bytes(text)
    done = run_pytest(f"--replay={evidence}", f"--reports={tmp_path / 'reports'}")
    assert done.returncode == 4
    assert "run.json" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_target_named_outside_is_refused(evidence: Path, tmp_path: Path) -> None:
    run = json.loads((evidence / "run.json").read_text())
    run["targets"][0]["name"] = "../../outside"
    (evidence / "run.json").write_text(json.dumps(run))
    done = run_pytest(f"--replay={evidence}", f"--reports={tmp_path / 'reports'}")
    assert done.returncode == 4
    assert "../../outside" in done.stderr
    assert not (tmp_path / "reports").exists()


ANYTHING: tuple[Any, ...] = (None, True, 3, -1.5, "", "../..", "\0", [], [1], {}, {"a": 1}, 10**400)


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(data=st.data())
def test_any_value_of_another_type_is_refused_or_read(data: st.DataObject, alone: Audited) -> None:
    name = data.draw(st.sampled_from(["index.json", CHART, RENDER]))
    path = alone.evidence / FOLDER / name
    before = path.read_bytes()
    document = json.loads(before)
    steps = data.draw(st.sampled_from(sorted(places(document), key=lambda found: (len(found), str(found)))[:200]))
    path.write_text(json.dumps(replaced(document, steps, data.draw(st.sampled_from(ANYTHING)))))
    try:
        with contextlib.suppress(EvidenceError):
            assert isinstance(read_evidence(path.parent), TargetFacts)
    finally:
        path.write_bytes(before)
