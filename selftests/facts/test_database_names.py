"""How a text names a relational database, and that what stands for a secret tells the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.database_names import SETTING, database_in
from toetskader.facts.redaction.markers import Markers, is_public

TEXTS = {
    "postgres://app:Zq8!kd03xYw@db/app": "postgres://",
    "postgresql+psycopg://db.example/app": "postgresql://",
    "jdbc:oracle:thin:@db:1521/x": "jdbc:oracle:",
    "sqlite:////data/app.db": "sqlite://",
    "Server=db;Database=app;User Id=x;Password=Zq8!kd03xYw": SETTING,
    "database:\n  host: db\n": SETTING,
    '{"db": {"host": "x"}}': SETTING,
    "spring.datasource.username=app": SETTING,
    '{"dbconfig": "./app.db"}': SETTING,
    "store:\n  driver: mysql\n": SETTING,
    "dbus_address: unix:/run/dbus": "",
    "type: file": "",
    "redis://cache:6379/0": "",
    "redis_db: 0": "",
    "clients: [{url: http://loki/push}]": "",
    "Zq8!kd03xYw": "",
    "": "",
}


@pytest.mark.parametrize(("text", "form"), TEXTS.items())
def test_the_form_of_a_database(text: str, form: str) -> None:
    assert database_in(text) == form


@pytest.mark.parametrize("text", TEXTS)
def test_a_marker_names_the_same_database(text: str) -> None:
    marker = Markers().marker(text)
    assert database_in(marker) == database_in(text)
    assert "Zq8!kd03xYw" not in marker
    assert Markers().marker(marker) == marker or not is_public(marker)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60), st.sampled_from([form for form in TEXTS.values() if form]), st.text(max_size=60))
def test_any_text_that_names_one_keeps_it(before: str, form: str, after: str) -> None:
    text = f"{before} {form}{after}"
    assert database_in(Markers().marker(text)) == database_in(text)
