"""Content-Security-Policy: whether it is there, and tight enough to stop injected content.

What must be present is read as internet.nl reads it (names in lower case, the fields taken together) and as a browser
does (of a repeated directive the first counts); what weakens is read as a browser reads it, in any case. So a policy
passes only when it holds for both.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from toetskader.facts.endpoint.graded import Graded, Remark
from toetskader.patterns import linear
from toetskader.text import Text

_SOURCE_LISTS = frozenset(
    {
        "child-src",
        "connect-src",
        "default-src",
        "font-src",
        "frame-src",
        "img-src",
        "manifest-src",
        "media-src",
        "object-src",
        "prefetch-src",
        "script-src",
        "script-src-attr",
        "script-src-elem",
        "style-src",
        "style-src-attr",
        "style-src-elem",
        "worker-src",
        "base-uri",
        "form-action",
        "navigate-to",
    }
)
_ANCESTORS = "frame-ancestors"
"""Takes hosts, schemes, 'self' and 'none' only."""

# host-source of CSP level 3, 2.3.1, as wide as it is written in practice: anything that is no keyword
_HOST = linear(r"(?:(?P<scheme>[^:/']{1,100})://)?(?P<host>\[[^\]]+\]|[^:/'\[]+)(?::(?:[0-9]+|\*))?(?:/.*)?", re.DOTALL)
_SCHEME = re.compile(r"(?P<scheme>https?|data|mediastream|blob|filesystem):", re.IGNORECASE)
_NONCE_OR_HASH = re.compile(r"'(?:nonce|sha256|sha384|sha512)-[A-Za-z0-9+/_-]+=*'", re.IGNORECASE)
_UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'")
LONGEST_HEADER = 65_536
"""Characters of a policy that are read; browsers take no more headers than this in total."""
MOST_NAMED = 5
"""Sources of one kind that are named."""


@dataclass(frozen=True, slots=True)
class Source:
    """One member of a source list."""

    text: str
    keyword: str = ""
    """`self`, `none`, `unsafe-inline` and so on; `nonce` for nonces and hashes."""
    scheme: str = ""
    """Of a scheme or host source, in lower case."""
    host: str = ""
    exact: bool = True
    """False for a keyword in capitals, which browsers take and internet.nl does not."""


@dataclass(slots=True)
class _Policy:
    """Directives by name in lower case; every occurrence, in order."""

    directives: dict[str, list[list[Source]]] = field(default_factory=dict)
    lower_case: set[str] = field(default_factory=set)


def grade_csp(value: str | None, *, host: str) -> Graded:
    """Judge the policies that an answer carries.

    Parameters: `value`, the values of all Content-Security-Policy fields, joined by commas; `host`, the name the page
    was asked from, to which hosts in `default-src` and `base-uri` must belong.
    """
    if not value or not value.strip():
        return Graded((Remark("no-csp", Text("geen header", "no header"), _PRESENT),))
    if len(value) > LONGEST_HEADER:
        seen = Text(f"een beleid van {len(value)} tekens", f"a policy of {len(value)} characters")
        return Graded((Remark("too-long", seen, _PRESENT),))
    policies = [_parsed(part) for part in value.split(",")]
    return Graded((*_weaknesses(policies), *_missing(policies, host)))


def has_frame_ancestors(value: str | None) -> bool:
    """Tell whether the policy says who may frame the page, and no more than itself by name."""
    if not value or len(value) > LONGEST_HEADER:
        return False
    policies = [_parsed(part) for part in value.split(",")]
    return _holds(policies, _ANCESTORS, _names_self) and not any(
        remark.code in ("has-http", "has-bare-https", "has-invalid-host")
        for remark in _weaknesses([_only(policy, _ANCESTORS) for policy in policies])
    )


def _only(policy: _Policy, name: str) -> _Policy:
    return _Policy({name: policy.directives[name]} if name in policy.directives else {}, policy.lower_case)


_PRESENT = Text(
    "default-src, base-uri, frame-ancestors en form-action, elk met zo weinig mogelijk bronnen",
    "default-src, base-uri, frame-ancestors and form-action, each with as few sources as possible",
)


def _parsed(text: str) -> _Policy:
    policy = _Policy()
    for part in text.split(";"):
        words = part.split()
        if len(words) < 2:  # nothing is named; an empty list lets nothing in, and internet.nl takes it for absent
            continue
        name = words[0].lower()
        if name not in _SOURCE_LISTS and name != _ANCESTORS:
            continue
        if name == words[0]:
            policy.lower_case.add(name)
        sources = [source for word in words[1:] if (source := _source(name, word)) is not None]
        policy.directives.setdefault(name, []).append(sources)
    return policy


def _source(directive: str, word: str) -> Source | None:
    """Read one member of a source list; None for what browsers take for nothing."""
    if match := _SCHEME.fullmatch(word):
        return Source(word, scheme=match["scheme"].lower())
    if found := _HOST.fullmatch(word):
        return Source(word, scheme=(found["scheme"] or "").lower(), host=found["host"].lower().rstrip("."))
    keyword = word.lower()
    if keyword in ("'self'", "'none'"):
        return Source(word, keyword=keyword.strip("'"), exact=keyword == word)
    if directive == _ANCESTORS:
        return None
    if keyword in _UNSAFE:
        return Source(word, keyword=keyword.strip("'"))
    if _NONCE_OR_HASH.fullmatch(word):
        return Source(word, keyword="nonce")
    if directive == "base-uri" and keyword == "'strict-dynamic'":
        return Source(word, keyword="strict-dynamic")
    return None


def _weaknesses(policies: list[_Policy]) -> Iterator[Remark]:
    """Yield what makes policies weak: sources that let in what an attacker can supply."""
    found: dict[str, dict[str, None]] = {}
    for policy in policies:
        for name, occurrences in policy.directives.items():
            for source in itertools.chain.from_iterable(occurrences):
                for code in _flaws(source):
                    found.setdefault(code, {})[f"{name} {source.text}"] = None
    for code, places in found.items():
        yield Remark(code, _named(list(places)), _INSTEAD[code])
    in_scripts = [
        f"{name} {source.text}"
        for name in _script_directives(policies)
        for policy in policies
        for sources in policy.directives.get(name, ())
        for source in sources
        if source.scheme in ("data", "*") and not source.host
    ]
    if in_scripts:
        expected = Text("geen data: voor scripts en objecten", "no data: for scripts and objects")
        yield Remark("has-data", _named(list(dict.fromkeys(in_scripts))), expected)


def _named(found: list[str]) -> Text:
    text = ", ".join(found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    return Text(f"{text} en nog {more}", f"{text} and {more} more") if more > 0 else Text(text, text)


def _without(what: str) -> Text:
    return Text(f"niet {what}", f"no {what}")


_INSTEAD = {
    "has-unsafe-inline": _without("'unsafe-inline'"),
    "has-unsafe-eval": _without("'unsafe-eval'"),
    "has-unsafe-hashes": _without("'unsafe-hashes'"),
    "has-http": Text("alleen https", "https only"),
    "has-bare-https": Text("een host achter https:", "a host after https:"),
    "has-host-without-scheme": Text("een host met https:// ervoor", "a host with https:// before it"),
    "has-invalid-host": Text("geen * en geen 127.0.0.1 als host", "neither * nor 127.0.0.1 for a host"),
}


def _flaws(source: Source) -> Iterator[str]:
    """Yield what is wrong with a source wherever it stands, by code."""
    if source.keyword.startswith("unsafe-"):
        yield f"has-{source.keyword}"
    if source.scheme in ("http", "*"):
        yield "has-http"
    if source.scheme == "https" and not source.host:
        yield "has-bare-https"
    if source.host and not source.scheme:
        yield "has-host-without-scheme"
    if source.host in ("*", "127.0.0.1"):
        yield "has-invalid-host"


def _script_directives(policies: list[_Policy]) -> list[str]:
    """Return which directives decide on scripts and objects; without them it is `default-src`."""
    present = {name for policy in policies for name in policy.directives}
    deciding: list[str] = [name for name in ("object-src", "script-src", "script-src-elem") if name in present]
    if not {"object-src", "script-src"} <= present:
        deciding.append("default-src")
    return deciding


def _missing(policies: list[_Policy], host: str) -> Iterator[Remark]:
    """Yield the directives that are not there, or allow more than they may."""

    def stays_at_home(sources: list[Source]) -> bool:
        return _stays_at_home(sources, host)

    own = Text(
        "'none', of 'self' met zo nodig https-adressen van het eigen domein",
        "'none', or 'self' with https addresses of the own domain where needed",
    )
    for name, holds, expected in (
        ("default-src", stays_at_home, own),
        ("frame-ancestors", _names_self, Text("'none' of 'self'", "'none' or 'self'")),
        ("base-uri", stays_at_home, own),
        ("form-action", _names_some, Text("'none', 'self' of een https-adres", "'none', 'self' or an https address")),
    ):
        if _holds(policies, name, holds):
            continue
        yield Remark(f"missing-invalid-{name}", _as_written(policies, name), expected)


def _as_written(policies: list[_Policy], name: str) -> Text:
    occurrences = [sources for policy in policies for sources in policy.directives.get(name, ())]
    if not occurrences:
        return Text(f"geen {name}", f"no {name}")
    if not any(name in policy.lower_case for policy in policies):
        return Text(
            f"{name} met hoofdletters, wat niet iedere lezer herkent",
            f"{name} in capitals, which not every reader knows",
        )
    return _named([f"{name} {' '.join(source.text for source in sources)}".strip() for sources in occurrences])


def _holds(policies: list[_Policy], name: str, holds: Callable[[list[Source]], bool]) -> bool:
    """Tell whether a directive is tight in both readings: all its sources together, and the first of some policy."""
    present = [policy for policy in policies if name in policy.lower_case]
    together = [source for policy in present for sources in policy.directives[name] for source in sources]
    return holds(together) and any(holds(policy.directives[name][0]) for policy in present)


def _names_self(sources: list[Source]) -> bool:
    return any(source.keyword in ("self", "none") and source.exact for source in sources)


def _names_some(sources: list[Source]) -> bool:
    return any(source.host or (source.keyword in ("self", "none") and source.exact) for source in sources)


def _stays_at_home(sources: list[Source], host: str) -> bool:
    """Tell whether sources are 'none' alone, or 'self' with hosts of the page's own domain."""
    if [source.keyword for source in sources] == ["none"]:
        return sources[0].exact
    if not any(source.keyword == "self" and source.exact for source in sources):
        return False
    own = host.lower().rstrip(".")
    hosts = [source.host for source in sources if source.host]
    if not all(source.keyword == "self" or (source.host and _is_own(source.host, own)) for source in sources):
        return False
    base = min(hosts, key=len, default="")
    return all(named.endswith(base) for named in hosts)  # internet.nl: they share the shortest of them as their base


def _is_own(named: str, host: str) -> bool:
    """Tell whether a host source lies in the domain of `host`: it, a name below it, or a wildcard that covers it."""
    if named.startswith("*."):
        domain = named[2:]
        # a wildcard below a top-level domain is everybody's
        return "." in domain and (host == domain or host.endswith(f".{domain}"))
    return named == host or named.endswith(f".{host}")


def internetnl_passes(value: str | None, *, host: str) -> bool:
    """Tell whether internet.nl (v1.11) passes a policy: it sees directives and sources in lower case only, and all of
    a name together; a host is of the own domain when its name ends in it, whatever stands before.

    Parameters: as for `grade_csp`.
    """
    seen: dict[str, list[Source]] = {}
    for policy in map(_parsed, (value or "").split(",")):
        for name in policy.lower_case:
            sources = [source for listed in policy.directives[name] for source in listed]
            seen.setdefault(name, []).extend(source for source in sources if source.host or source.text.islower())
    everywhere = [source for sources in seen.values() for source in sources]
    for_scripts = [seen.get(name, seen.get("default-src", ())) for name in ("object-src", "script-src")]
    own = host.lower().rstrip(".")
    return (
        not any(True for source in everywhere for _ in _flaws(source))
        and not any(source.scheme == "data" and not source.host for sources in for_scripts for source in sources)
        and all(_internetnl_keeps_home(seen.get(name, []), own) for name in ("default-src", "base-uri"))
        and _names_self(seen.get(_ANCESTORS, []))
        and _names_some(seen.get("form-action", []))
    )


def _internetnl_keeps_home(sources: list[Source], own: str) -> bool:
    """Tell whether internet.nl takes sources for 'none', or for 'self' with hosts of the page's own domain."""
    hosts = [source.host for source in sources if source.host]
    if any(source.keyword == "none" for source in sources) and not (
        hosts or any(source.keyword == "self" for source in sources)
    ):
        return True
    alike = all(own.endswith(named[2:]) if named.startswith("*.") else named.endswith(own) for named in hosts)
    base = min(hosts, key=len, default="")
    return (
        any(source.keyword == "self" for source in sources)
        and alike
        and all(named.endswith(base) for named in hosts)
        and all(source.keyword == "self" or source.host for source in sources)
    )
