"""Redaction knows no kind of fact: whatever has texts and trees is gone through, with the markers of its target."""

from collections.abc import Callable

import pytest

from toetskader.facts.redaction import MOST_SECRETS, Hider, Redaction, TooManySecretsError
from toetskader.facts.redaction.markers import WORD

SECRET = "Gr0eneKikker!Sprong"
OTHER = "Rod3Salamander!Duik"
KEY = "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lHOXcwQkFRRUZBQVNDQktjCi0tLS0tRU5EIFBSSVZBVEUg"
LINE_OF_KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKc"
Files = dict[str, str]


def through_files(hider: Hider) -> Callable[[Files], Files]:
    """Go through a kind that is nothing but files, as a repository is."""
    return lambda files: {path: hider.file(path, text) for path, text in files.items()}


def hidden(files: Files, redaction: Redaction | None = None) -> Files:
    return (redaction or Redaction()).hidden({"": files}, through_files)[""]


def test_files_that_are_no_chart_are_gone_through() -> None:
    found = hidden({".env": f"DB_PASSWORD={SECRET}\n", "notes.md": f"Ask for {SECRET}.\n", "LICENSE": "EUPL\n"})
    assert WORD in found[".env"]
    assert SECRET not in "".join(found.values())
    assert found["LICENSE"] == "EUPL\n"


def test_a_secret_has_one_marker_in_all_parts_of_a_target() -> None:
    redaction = Redaction()
    (first,) = hidden({".env": f"DB_PASSWORD={SECRET}\n"}, redaction).values()
    trees = redaction.hidden({1: {"token": OTHER, "password": SECRET}}, lambda hider: hider.tree)
    marker = first.strip().partition("=")[2]
    assert trees[1]["password"] == marker
    assert WORD in trees[1]["token"]
    assert trees[1]["token"] != marker
    assert redaction.settings({"db.password": SECRET})["db.password"] == marker


def test_two_targets_know_nothing_of_each_other() -> None:
    assert hidden({".env": f"DB_PASSWORD={SECRET}\n"}) == hidden({".env": f"DB_PASSWORD={OTHER}\n"})


def test_a_key_in_base64_is_looked_for_in_every_part() -> None:
    redaction = Redaction()
    given = {"a.env": f"TLS_KEY={KEY}\n", "b.txt": f"once more {LINE_OF_KEY}\n"}
    for _ in range(2):
        assert LINE_OF_KEY not in "".join(hidden(given, redaction).values())


def test_secrets_of_another_part_do_not_count_to_the_limit() -> None:
    redaction = Redaction()
    many = {f"{number}.env": f"DB_PASSWORD=Zw4arT-g3heim-{number * 7919}\n" for number in range(MOST_SECRETS)}
    hidden(many, redaction)
    assert SECRET not in hidden({".env": f"DB_PASSWORD={SECRET}\n"}, redaction)[".env"]
    with pytest.raises(TooManySecretsError):
        hidden(many | {".env": f"DB_PASSWORD={SECRET}\n"}, redaction)
