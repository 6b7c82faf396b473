"""Passwords on command lines: what stands after the options of which programs.

By the programs' own manuals. Options that say by their name what they hold (`--password`, `--token`) need no table.
"""

import re
from collections.abc import Iterator, Sequence

from toetskader.patterns import linear

_WITH_LOGIN = ("docker", "podman", "buildah", "oras", "crane", "az", "oc", "helm")
"""Programs of which the option is a password's only after the word `login`; else it is a port, or a profile."""
_APART: dict[str, frozenset[str]] = {
    "redis-cli": frozenset({"-a", "--pass"}),
    "valkey-cli": frozenset({"-a", "--pass"}),
    "sshpass": frozenset({"-p"}),
    "openssl": frozenset({"-k", "-K", "-pass", "-passin", "-passout"}),
    "sqlcmd": frozenset({"-P"}),
    **dict.fromkeys(
        ("ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldapwhoami", "ldappasswd"), frozenset({"-w"})
    ),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "mongorestore", "mongoexport"), frozenset({"-p"})),
    **dict.fromkeys(_WITH_LOGIN, frozenset({"-p"})),
    "rabbitmqctl": frozenset({"add_user", "change_password", "authenticate_user"}),
}
"""Program → options after which a password stands as the next word."""
_ATTACHED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("mysql", "mysqldump", "mysqladmin", "mysqlcheck", "mysqlimport", "mariadb", "mariadb-dump", "mariadb-admin"),
        ("-p",),
    ),
    **dict.fromkeys(("sshpass", "mongo", "mongosh", "mongodump", "7z", "unzip", "zip"), ("-p", "-P")),
    "redis-cli": ("-a",),
    "sqlcmd": ("-P",),
    "ldapsearch": ("-w",),
}
"""Program → options with a password in the same word."""
_AFTER_NAME = frozenset({"add_user", "change_password", "authenticate_user"})
"""Options after which a name stands first."""
_ENDS_IN_PASS = re.compile(r"--?[a-z]{0,12}(?:store|key|src|dest)[a-z]{0,12}pass")
"""Options of Java's keytool and jarsigner."""
_OF_JAVA = "changeit"
"""The password of the trust store that comes with each Java runtime, by keytool's manual: it guards nothing."""
_WORD = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|[^\s;|&]+|[;|&\n]")
_STARTS = re.compile(r"[A-Za-z_]\w*=|(?:sudo|exec|env|time|nohup|then|do|else|if|\(|!)$")
_PROGRAMS = tuple({*_APART, *_ATTACHED, "htpasswd"})
_HINT = linear(
    r"\s-p[^\s/.:,=-]{6}|--password-stdin|chpasswd|(?:store|key)pass\b|\b(?:"
    + "|".join(map(re.escape, _PROGRAMS))
    + r")\s"
)
# After `-p` of a program that is not known: a port, a path or a word is as likely as a password.
_MIXED = re.compile(r"(?=[^\s]{0,100}[0-9])(?=[^\s]{0,100}[A-Z])(?=[^\s]{0,100}[a-z])[^\s/.:,=-]{6,100}")
_LONGEST = 20_000


def may_hold(text: str) -> bool:
    """Tell quickly whether a text can hold such a command."""
    return _HINT.search(text) is not None


def in_text(text: str) -> Iterator[tuple[int, int]]:
    """Yield where in the text of a shell, or in prose about it, a password stands: start and end."""
    last = -1
    for hint in _HINT.finditer(text):
        if hint.start() < last:
            continue
        start = text.rfind("\n", 0, hint.start()) + 1
        last = text.find("\n", hint.end())
        last = len(text) if last < 0 else last
        yield from _in_line(text, start, min(last, start + _LONGEST))


def _in_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words: list[tuple[int, str]] = []
    before: list[tuple[int, str]] = []
    for match in _WORD.finditer(text, start, end):
        if match[0] not in (";", "|", "&", "\n"):
            words.append((match.start(), match[0]))
            continue
        yield from _in_command(words)
        yield from _piped(before, words)
        before, words = (words, []) if match[0] == "|" else ([], [])
    yield from _in_command(words)
    yield from _piped(before, words)


def in_list(items: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Yield position in a list of arguments, and start in the argument, of each password."""
    words = [(0, item) if isinstance(item, str) else (0, "") for item in items]
    yield from _found(words)


def _in_command(words: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    for index, start in _found(words):
        at, word = words[index]
        quoted = start == 0 and word[:1] in ("'", '"') and len(word) > 2
        yield (at + 1, at + len(word) - 1) if quoted else (at + start, at + len(word.rstrip("'\"`")))


def _found(words: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Yield which words hold a password, and where in the word it starts."""
    first = 0
    while first < len(words) and (_STARTS.match(words[first][1]) or not words[first][1].strip("'\"`($")):
        first += 1
    if first == len(words):
        return
    program = words[first][1].strip("'\"`($").rpartition("/")[2]
    if program == "htpasswd":  # with `-b` the password is its last word, after the file or not
        if any(word.startswith("-") and "b" in word for _, word in words[first:]):
            yield len(words) - 1, 0
        return
    if program in _WITH_LOGIN and all(word != "login" for _, word in words):
        return
    apart, attached = _APART.get(program, frozenset()), _ATTACHED.get(program, ())
    for index in range(first + 1, len(words)):
        word, option = words[index][1], words[index - 1][1]
        named = words[index - 2][1] if index > first + 2 else ""
        if (option in apart and option not in _AFTER_NAME) or (named in apart and named in _AFTER_NAME):
            start = len("pass:") if word.startswith("pass:") else 0
            if not word.startswith(("-", "$", "env:", "file:", "stdin", "fd:")):
                yield index, start
        elif _ENDS_IN_PASS.fullmatch(option) and not word.startswith(("-", "$", _OF_JAVA)):
            yield index, 0
        elif attached:
            if word.startswith(attached) and word[2:3] not in ("", "$", "'", '"'):
                yield index, 2
        elif word.startswith("-p") and _MIXED.fullmatch(word, 2):
            yield index, 2


def _piped(before: list[tuple[int, str]], words: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Yield what is given to a program that reads a password: `echo x | docker login --password-stdin`."""
    if len(before) < 2 or before[0][1] not in ("echo", "printf"):
        return
    if not any(word in ("--password-stdin", "chpasswd") for _, word in words):
        return
    at, word = before[-1]
    if not word.startswith(("$", '"$')):
        inner = word.strip("'\"")
        start = at + word.index(inner)
        yield start + inner.rfind(":") + 1, start + len(inner)
