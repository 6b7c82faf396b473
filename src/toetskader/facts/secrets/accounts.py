"""Files of accounts with their passwords, each in the form that its program reads.

| form | program |
|---|---|
| `"user" "password"` | PgBouncer, `auth_file` |
| `user:$2y$…`, `user:{SHA}…` | htpasswd, Mosquitto, Dovecot: a hash, which can be guessed at |
| `host:port:database:user:password` | PostgreSQL, `.pgpass` |
| `machine … login … password …` | curl and others, `.netrc` |
| `user name on >password …` | Redis, ACL file |
| `user name insecure-password …` | HAProxy, `userlist` |
"""

from collections.abc import Iterator

from toetskader.patterns import linear

_LINES = tuple(
    linear(rf"(?m)^[ \t]*{form}[ \t]*\r?$")
    for form in (
        r'"[^"\s]{1,100}"[ \t]+"(?P<password>[^"\n]{1,400})"(?:[ \t].*)?',
        r"[\w.@+-]{1,100}:(?:\$(?:[1567]|2[abxy]?|apr1|argon2id?|y)\$|\{[A-Z0-9.-]{3,20}\})(?P<password>[^\s:]{4,400})"
        r"(?::.*)?",
        r"[\w.*-]{1,200}:(?:[0-9]{2,5}|\*):[\w*.-]{1,100}:[\w*.-]{1,100}:(?P<password>[^\s:\"'{}]{3,200})",
        r"(?:machine[ \t]+\S{1,200}|default)[ \t]+login[ \t]+\S{1,100}[ \t]+password[ \t]+(?P<password>\S{1,200})"
        r"(?:[ \t].*)?",
        r"user[ \t]+\S{1,100}[ \t]+(?:[^\s>]\S*[ \t]+){0,20}[>#](?P<password>\S{1,200})(?:[ \t].*)?",
        r"user[ \t]+\S{1,100}[ \t]+(?:insecure-)?password[ \t]+(?P<password>\S{1,200})(?:[ \t].*)?",
    )
)


def passwords(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the passwords of accounts stand in a text: start and end."""
    for form in _LINES:
        for match in form.finditer(text):
            yield match.span("password")


def may_hold(text: str) -> bool:
    """Tell quickly whether a text can be such a file."""
    return any(mark in text for mark in ('" "', '"\t"', ":$", ":{", "login", "user")) or text.count(":") >= 4
