"""Each of several things needs a document of its own: from a list, a parameter or the documents themselves."""

from typing import Any

import pytest
from looking import TODAY, Bench, day, stated

from toetskader.facts.attempt import Unseen
from toetskader.facts.dossier.attachments import Unreadable
from toetskader.facts.dossier.fact import Stated, Unread
from toetskader.facts.dossier.items import ItemList, Items, hold_each, items_of
from toetskader.facts.dossier.rules import Rule
from toetskader.judging import Undetermined
from toetskader.text import Text

REF = "decision:exposure"
HOSTS = ItemList(register="register:hosts", when={"exposure": ("external", "public")})
EXTERNAL = ("app.voorbeeldstad.nl", "external")


def register(*rows: tuple[Any, ...], **says: Any) -> Stated:
    columns = {"host": "Host", "exposure": "Exposure"}
    given = {"columns": columns, "table": "document.pdf", "as_of": day(-10), "key": "host", "rows": rows}
    return stated("register", "hosts", **{**given, **says})


def decision(item: str, id_: str = "besluit", **says: Any) -> Stated:
    given = {"subject": "exposure", "outcome": "allowed", "by": "persoon 1", "role": "adviser", "on": day(-5)}
    return stated("decision", "exposure", id=id_, item=item, **{**given, **says})


def items(bench: Bench, source: ItemList) -> Items:
    with bench.papers.look(bench.findings, bench.parameters, TODAY) as look:
        found = items_of(look, source, REF)
        hold_each(look, REF, found, (Rule(field="reason"),), ("municipality",))
        return found
    return Items()


@pytest.mark.parametrize("word", ["external", "Public", "EXTERNAL"])
def test_rows_that_are_meant_are_items(word: str) -> None:
    bench = Bench(register(("app.voorbeeldstad.nl", word), ("intern.voorbeeldstad.nl", "internal")))
    assert items(bench, HOSTS).names == ("app.voorbeeldstad.nl",)
    assert "no document decision:exposure about app.voorbeeldstad.nl" in bench.lacking
    assert "intern" not in bench.lacking


def test_a_list_without_rows_proves_nothing() -> None:
    bench = Bench(register())
    assert items(bench, HOSTS) == Items()
    assert "an empty list proves nothing" in bench.lacking


def test_a_list_of_which_no_row_is_meant_says_so() -> None:
    bench = Bench(register(("intern.voorbeeldstad.nl", "internal")))
    assert items(bench, HOSTS).none_meant
    assert bench.lacking == ""


@pytest.mark.parametrize(
    ("row", "lacking"),
    [
        (("", "external"), "(row 2) does not say host"),
        (("-", "external"), "(row 2) does not say host"),
        (("app.voorbeeldstad.nl", None), "(row 2) does not say exposure"),
    ],
)
def test_an_empty_cell_is_lacking(row: tuple[Any, ...], lacking: str) -> None:
    bench = Bench(register(row, EXTERNAL), decision("app.voorbeeldstad.nl"))
    assert not items(bench, HOSTS).none_meant
    assert lacking in bench.lacking


@pytest.mark.parametrize("column", [0, 1])
def test_a_cell_without_its_outcome_cannot_be_judged(column: int) -> None:
    row: list[Any] = list(EXTERNAL)
    row[column] = Unreadable("formula")
    with pytest.raises(Unseen, match="row 2"):
        items(Bench(register(tuple(row))), HOSTS)


def test_a_column_that_is_not_there_is_named() -> None:
    bench = Bench(register(EXTERNAL))
    items(bench, ItemList(register="register:hosts", column="address"))
    assert "has no column address" in bench.lacking


def test_a_list_without_key_needs_a_column() -> None:
    bench = Bench(register(EXTERNAL, key=None))
    items(bench, HOSTS)
    assert "names no column under key" in bench.lacking


def test_names_are_compared_as_people_read_them() -> None:
    bench = Bench(
        register(("App.Voorbeeldstad.nl", "external")),
        decision(
            "app.voorbeeldstad.nl",
            reason="burgers",
            signatures=[
                {
                    "name": "persoon 1",
                    "organisation": "Gemeente",
                    "side": "municipality",
                    "on": day(-5),
                    "how": "wet",
                }
            ],
        ),
    )
    items(bench, HOSTS)
    assert bench.lacking == ""


def test_the_newest_document_about_an_item_counts() -> None:
    older = decision("app.voorbeeldstad.nl", "oud", reason="burgers", issued_on=day(-300))
    bench = Bench(register(EXTERNAL), older, decision("app.voorbeeldstad.nl", "nieuw"))
    items(bench, HOSTS)
    assert "does not say reason" in bench.lacking
    assert "not signed" in bench.lacking


def test_documents_say_themselves_what_they_are_about() -> None:
    bench = Bench(decision("app.voorbeeldstad.nl"), decision("", "zonder"))
    assert items(bench, ItemList()).names == ("app.voorbeeldstad.nl",)
    assert "(zonder) does not say what it is about" in bench.lacking


def test_without_any_document_nothing_is_shown() -> None:
    bench = Bench()
    items(bench, ItemList())
    assert "lists nothing" in bench.lacking


def test_a_parameter_lists_them() -> None:
    source = ItemList(parameter="production_values_sets")
    assert items(Bench(given={"production_values_sets": ("groot", "klein")}), source).names == ("groot", "klein")
    empty = Bench(given={"production_values_sets": ()})
    items(empty, source)
    assert "lists nothing" in empty.lacking
    with pytest.raises(Undetermined, match="production_values_sets"):
        items(Bench(), source)


def test_a_document_that_cannot_be_read_may_be_the_one() -> None:
    unread = Unread(where="dossier/x/bewijs.yaml", kind="decision", type="", why=Text("kapot", "broken"))
    with pytest.raises(Unseen, match="broken"):
        items(Bench(register(EXTERNAL), unread=(unread,)), HOSTS)


@pytest.mark.parametrize(
    "given",
    [{"register": "register:a", "parameter": "b"}, {"column": "a"}, {"parameter": "a", "when": {"b": "c"}}],
)
def test_places_that_contradict_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="register"):
        ItemList(**given)
