"""What is said of a signature, and that what was read comes back from the evidence as it was."""

import msgspec
import pytest

from toetskader.facts.dossier.attachments import Attachment, PlaceSeen, Read, SignatureSeen, Table, Unreadable
from toetskader.text import Text

SOUND = SignatureSeen(intact=True, has_roots=True, trusted=True, covers_whole_file=True)


def test_valid() -> None:
    assert SOUND.valid
    assert SOUND.matter is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"intact": False}, "The signature is wrong"),
        ({"intact": False, "problem": Text("x", "not to be read")}, "not to be read"),
        ({"changed_after": True}, "changed after"),
        ({"covers_whole_file": False}, "Not the whole file is signed."),
        ({"covers_whole_file": False, "bytes_after": 7}, "7 more bytes"),
        ({"trusted": False}, "not issued under any"),
        ({"trusted": False, "problem": Text("x", "ended in 2020")}, "ended in 2020"),
        ({"trusted": False, "has_roots": False}, "Signed, cannot be verified"),
        ({"trusted": False, "has_roots": False, "problem": Text("x", "no path")}, "Signed, cannot be verified"),
    ],
)
def test_what_is_the_matter(change: dict[str, object], said: str) -> None:
    seen = msgspec.structs.replace(SOUND, **change)

    assert not seen.valid
    assert seen.matter is not None
    assert said in seen.matter.en


def test_the_worst_is_said_first() -> None:
    assert SignatureSeen(bytes_after=3, changed_after=True).matter == Text(
        "De handtekening klopt niet: wat ondertekend is, is daarna veranderd.",
        "The signature is wrong: what was signed has been changed since.",
    )


def test_comes_back_from_json() -> None:
    read = Read(
        attachment=Attachment(path="a.pdf", signatures=(SOUND,), active=("javascript",)),
        places=(PlaceSeen(page=1, text="x", elsewhere=2),),
        table=Table(columns=("a", "b"), rows=((1, Unreadable("formula")), (None, "2026-12-31")), numbers=(2, 4)),
        form={"a": [1, 2.5, None, True]},
    )

    assert msgspec.json.decode(msgspec.json.encode(read), type=Read) == read
