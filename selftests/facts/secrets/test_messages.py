"""Texts for people in a catalogue of them: no secrets, though they go by the names of secrets; passwords there are."""

import json

import pytest

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.redaction.markers import Markers
from toetskader.facts.redaction.spans import hidden
from toetskader.facts.secrets.documents import settings
from toetskader.facts.secrets.messages import Surroundings, is_language
from toetskader.facts.secrets.readers import secrets_in
from toetskader.facts.secrets.values import gives_secret
from toetskader.judging import FilePlace

TEXTS = "welcome=Welkom bij het portaal\nusername=Gebruikersnaam\nlogin=Inloggen bij uw gemeente\nlogout=Uitloggen\n"
NESTED = {
    "login": {"username": "Gebruikersnaam", "password": "Wachtwoord", "forgot": "Wachtwoord vergeten?"},
    "home": {"title": "Welkom bij uw gemeente", "subtitle": "Zaken", "apiToken": "Uw API-token"},
}


def found(name: str, text: str) -> list[str]:
    """Return the values that a text gives away."""
    return [item.value for item in secrets_in(name, text)]


MESSAGES = {
    "the word": "password=Wachtwoord",
    "in lower case": "password=wachtwoord",
    "of another language": "password=Hasło",
    "escaped": "password=Contrase\\u00f1a",
    "with a mark": "password=Wachtwoord:",
    "a sentence": "login.password=Voer uw wachtwoord in",
    "a question": "reset.password=Vergeten?",
    "an act": "show.password=Tonen",
    "of several words": "password=Mot de passe",
    "with something to fill in": "password=Vul {0} in",
    "with a number": "password=Kies een wachtwoord (minimaal 12 tekens)",
    "of a key": "api.token=Uw API-token",
}


@pytest.mark.parametrize("name", ["messages_nl.properties", "messages_nl"])
@pytest.mark.parametrize("line", MESSAGES.values(), ids=MESSAGES)
def test_a_text_for_people_is_no_secret_and_stays_in_evidence(name: str, line: str) -> None:
    text = f"{TEXTS}{line}\n"
    assert found(name, text) == []
    assert hidden(name, text, Markers()) == text


PASSWORDS = {
    "a password": "password=Zomer2024",
    "with a mark": "db.password=Welkom01!",
    "a word that greets people": "password=Welkom",
    "a word that shouts": "password=Wachtwoord!",
    "the word for another thing": "admin.password=geheim",
    "the word with a number": "password=Wachtwoord1",
    "a word and a number": "smtp.password=Zomer 2024",
    "a name": "client.secret=Zaaksysteem",
}


@pytest.mark.parametrize("line", PASSWORDS.values(), ids=PASSWORDS)
def test_a_password_among_texts_for_people_is_one(line: str) -> None:
    text = f"{TEXTS}{line}\n"
    value = line.partition("=")[2]
    assert found("messages_nl.properties", text) == [value]
    assert len(found("messages_nl.properties", hidden("messages_nl.properties", text, Markers()))) == 1


FORMS = {
    "JSON": ("nl.json", json.dumps(NESTED)),
    "JSON with a part of single words": (
        "nl.json",
        json.dumps({**NESTED, "login": {**NESTED["login"], "showPassword": "Tonen", "send": "Verstuur"}}),
    ),
    "JSON by its content": ("vertalingen", json.dumps(NESTED)),
    "YAML": ("nl.yml", "nl:\n  login:\n    password: Wachtwoord\n    a: Uw naam\n    b: Uw adres\n    c: Straat\n"),
    "YAML in YAML": (
        "values-nl.yaml",
        "files:\n  nl.yml: |\n    password: Wachtwoord\n    a: Uw naam\n    b: Uw adres\n    c: Straat\n",
    ),
    "gettext": (
        "nl.po",
        'msgid "password"\nmsgstr "Wachtwoord"\n\nmsgid "Forgot password?"\nmsgstr "Wachtwoord vergeten?"\n',
    ),
    "PHP": (
        "nl.php",
        "<?php\nreturn [\n'password' => 'Wachtwoord',\n'change_password' => 'Wachtwoord wijzigen',\n];\n",
    ),
    "strings": ("nl.strings", '"password" = "Wachtwoord";\n"forgot.password" = "Wachtwoord vergeten?";\n'),
    "two lines": ("messages.properties", "password=Wachtwoord\nlogin.password.label=Wachtwoord vergeten?\n"),
}


@pytest.mark.parametrize(("name", "text"), FORMS.values(), ids=FORMS)
def test_catalogues_are_known_in_any_form_and_a_password_in_them_is_found(name: str, text: str) -> None:
    assert found(name, text) == []
    assert found(name, text.replace("Wachtwoord", "Fiets-8421", 1))[0] == "Fiets-8421"


SETTINGS = {
    "beside an address": "db.url=jdbc:postgresql://db/app\ndb.password=Wachtwoord",
    "beside a port": "smtp.port=25\nsmtp.password=Wachtwoord",
    "beside a name that is no word": "db.user=app_rw\ndb.password=Wachtwoord",
}


@pytest.mark.parametrize("lines", SETTINGS.values(), ids=SETTINGS)
def test_what_stands_beside_a_setting_is_one(lines: str) -> None:
    assert found("messages.properties", f"{TEXTS}{lines}\n") == ["Wachtwoord"]


@pytest.mark.parametrize(
    "text",
    [
        "password=Wachtwoord\n",
        "username=Beheer\npassword=Wachtwoord\n",
        "username=Beheer\npassword=Wachtwoord\nname=Het account voor beheer\n",
        "host=db\nport=5432\nuser=app\npassword=Wachtwoord\n",
        "mode=strict\nlevel=info\nengine=postgres\nuser=app\npassword=wachtwoord\n",
    ],
)
def test_a_few_settings_are_no_catalogue(text: str) -> None:
    assert found("application.properties", text)


def test_a_part_of_values_is_a_catalogue_and_the_rest_of_them_is_not() -> None:
    values = {"replicas": 2, "messages": {"nl": NESTED}, "db": {"host": "pg", "password": "Wachtwoord"}}
    given = {
        item.node.path
        for item in settings(Node(values, "", FilePlace("values.yaml")))
        if gives_secret(item.name, item.node.value, in_values=True, above=item.above, around=item.around)
    }
    assert given == {"db.password"}


@pytest.mark.parametrize("text", ["app_rw", "jdbc:x", "fooBar", "a=b", "x@y.nl", "1234", "", "v1.2", "db.example"])
def test_what_no_language_has_is_no_language(text: str) -> None:
    assert not is_language(text)


def test_a_catalogue_without_end_is_read_so_far() -> None:
    deep: dict[str, object] = {"password": "Wachtwoord"}
    for _ in range(60):
        deep = {"a": deep, "b": deep}
    assert gives_secret("password", "Wachtwoord", in_values=True, around=Surroundings({"x": deep}))
