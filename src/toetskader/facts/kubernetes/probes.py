"""What a probe asks of a container."""

import re
import shlex
from collections.abc import Iterator

from toetskader.facts.kubernetes.node import Node

_SHELL = re.compile(
    r"(?:/\S*/)?(?:ba|da|a|k|z)?sh\s+(?P<flags>(?:-\w+\s+){0,4})-(?P<last>\w*c)\s+(?P<script>.*)", re.DOTALL
)
_ENDS = frozenset({";", "\n", "&", ";;"})
_SUCCEEDS = frozenset({"true", ":", "echo", "printf"})
_COMPOUND = frozenset({"if", "then", "else", "elif", "for", "while", "until", "do", "case", "{", "!", "(", "function"})
_OPENS = frozenset({"if", "for", "while", "until", "case", "{", "("})
_CLOSES = frozenset({"fi", "done", "esac", "}", ")"})
_FAILS, _WORKS = "fails", "works"
_Outcomes = frozenset[str]
_EITHER: _Outcomes = frozenset({_FAILS, _WORKS})


def asks_something(probe: Node) -> bool:
    """Tell whether a probe can fail: it names a port to reach, or a command that does not always succeed.

    Raises `Malformed` for a probe that the API could not read.
    """
    if any(probe.get(handler, "port").text_or_number() for handler in ("httpGet", "tcpSocket", "grpc")):
        return True
    command = " ".join(node.text() or "" for node in probe.get("exec", "command").each()).strip()
    return bool(command) and not always_succeeds(command)


def always_succeeds(command: str) -> bool:
    """Tell whether a command line succeeds whatever state the application is in: `true`, `sh -c "check || true"`.

    A shell gives the status of what it did last (POSIX, Shell Command Language, 2.8.2 and 2.9). In doubt the answer is
    no.
    """
    match = _SHELL.fullmatch(command.strip())
    if match is None:
        return _simple(command.strip().rstrip(";").strip("\"'").split()) == {_WORKS}
    script = match["script"].strip()
    if len(script) > 1 and script[0] == script[-1] and script[0] in "\"'":
        script = script[1:-1]
    tokens = _tokens(script)
    if tokens is None:
        return False
    lists = list(_lists(tokens))
    stops = "e" in match["flags"] + match["last"] or any(_sets(words, "e", "errexit") for words, _ in lists)
    if any(_sets(words, "", "pipefail") for words, _ in lists) and "|" in tokens:
        return False
    outcome: _Outcomes = frozenset({_WORKS})
    for words, in_background in lists:
        if _exits(words) == {_WORKS} and len(words) <= 2:
            return True
        outcome = frozenset({_WORKS}) if in_background else _and_or(words)
        if _may_end(words) or (stops and _FAILS in outcome):
            return False
    return outcome == {_WORKS}


def _tokens(script: str) -> list[str] | None:
    """Split a script into words and operators; None for one that cannot be split."""
    reader = shlex.shlex(script, posix=True, punctuation_chars=";&|()\n")
    reader.whitespace = " \t\r"
    reader.commenters = ""
    try:
        return [part for token in reader for part in _operators(token)]
    except ValueError:  # a quotation mark without an end
        return None


def _operators(token: str) -> Iterator[str]:
    """Yield the operators in a run of them (`;` and a new line), and any other token as it is."""
    if token.strip(";&|()\n"):
        yield token
    else:
        yield from re.findall(r"&&|\|\||;;|[;&|()\n]", token)


def _lists(tokens: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield the lists of a script: what stands between the ends of commands, and whether it is left to itself."""
    words: list[str] = []
    depth = 0
    for part in tokens:
        depth += (part in _OPENS) - (part in _CLOSES)
        if part in _ENDS and depth <= 0:
            if words:
                yield words, part == "&"
            words = []
        else:
            words.append(part)
    if words:
        yield words, False


def _and_or(words: list[str]) -> _Outcomes:
    """Return how a list can end: commands joined by `&&` and `||`, from left to right."""
    outcome: _Outcomes = frozenset({_WORKS})
    operator, command = "&&", list[str]()
    for token in [*words, ""]:
        if token not in ("&&", "||", ""):
            command.append(token)
            continue
        goes_on, stays = (_WORKS, _FAILS) if operator == "&&" else (_FAILS, _WORKS)
        if goes_on in outcome:
            outcome = (outcome & {stays}) | _simple(command)
        operator, command = token, []
    return outcome


def _simple(words: list[str]) -> _Outcomes:
    """Return how one command can end; of a pipeline the last command says it."""
    last = words[len(words) - words[::-1].index("|") :] if "|" in words else words
    if not last or not _COMPOUND.isdisjoint(last):
        return _EITHER
    name = last[0].rpartition("/")[2]
    if name == "exit":
        return _exits(last)
    if name == "false":
        return frozenset({_FAILS})
    return frozenset({_WORKS}) if name in _SUCCEEDS else _EITHER


def _exits(words: list[str]) -> _Outcomes:
    """Return how `exit` ends; without a number as the command before it did."""
    if words[:1] != ["exit"] or len(words) < 2:
        return _EITHER
    return frozenset({_WORKS if words[1] == "0" else _FAILS})


def _may_end(words: list[str]) -> bool:
    """Tell whether a list may end the script with a failure before its last command."""
    after = (following for word, following in zip(words, [*words[1:], ""], strict=True) if word in ("exit", "return"))
    return any(following != "0" for following in after)


def _sets(words: list[str], letter: str, option: str) -> bool:
    """Tell whether a command sets an option of the shell: `set -e`, `set -euo pipefail`."""
    flags = words[1:] if words[:1] == ["set"] else []
    return any((letter and word.startswith("-") and letter in word) or word == option for word in flags)
