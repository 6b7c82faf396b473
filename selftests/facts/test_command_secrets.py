"""Passwords on command lines, by what programs take."""

import pytest

from toetskader.facts.command_secrets import in_list, in_text

SECRET = "Kaas!12Markt"
COMMANDS = [
    *("mysql -uroot -p%s -h db", "mariadb-dump -p%s app", "redis-cli -a %s ping", "/usr/bin/redis-cli -a '%s' ping"),
    *("sshpass -p %s ssh x", "sshpass -p%s ssh x", "openssl enc -k %s", "openssl rsa -passin pass:%s -in x"),
    *("keytool -list -storepass %s", "jarsigner -keypass %s x", "ldapsearch -w %s -D cn=x", "mongosh -u a -p %s"),
    *("echo %s | docker login -u x --password-stdin", "echo 'root:%s' | chpasswd", "rabbitmqctl add_user app %s"),
    *("htpasswd -bc file app %s", "htpasswd -nb app %s", "PGHOST=db sudo mysql -p%s", "true && exec redis-cli -a %s"),
    *("onbekend -p%s", "docker login -u x -p %s r.example", "helm registry login -u x -p %s r.example"),
]
HARMLESS = [
    *("docker run -p 8080:80 app", "helm upgrade -p prod app", "az aks show -p prod", "mysql -P 3306 -h db"),
    *("mkdir -p /var/lib/app", "mysql -p -h db", "psql -p 5432", "redis-cli -h db ping", "mysql -p$DB_PASSWORD"),
    *(
        "docker login --password-stdin < /run/pw",
        "echo $PW | docker login --password-stdin",
        "openssl enc -pass env:PW",
    ),
    *(
        "sshpass -p $PW ssh x",
        "ssh -p2222 host",
        "nc -p8080",
        "cp -pr a b",
        "keytool -list -storepass $PW",
        "echo | mysql",
    ),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_where_a_password_stands(command: str) -> None:
    text = f"set -e\n{command % SECRET}; ls\nls\n"
    assert [text[start:end] for start, end in in_text(text)] == [SECRET]


@pytest.mark.parametrize("command", HARMLESS)
def test_where_none_stands(command: str) -> None:
    assert list(in_text(command)) == []


def test_a_list_of_arguments() -> None:
    for items in (["mysql", f"-p{SECRET}"], ["redis-cli", "-a", SECRET], ["app", f"-p{SECRET}"]):
        ((index, start),) = in_list(items)
        assert str(items[index])[start:] == SECRET
    assert list(in_list(["psql", "-p", "5432", 5, None])) == []


LONG = ["mysql " * 100_000, "mysql -p" * 50_000, "echo x | " * 50_000, " -pabcdef" * 50_000, "'" * 300_000]


@pytest.mark.parametrize("text", LONG)
def test_long_texts_end(text: str) -> None:
    ends = 0
    for start, end in in_text(text):
        assert ends <= start < end <= len(text)
        ends = end
