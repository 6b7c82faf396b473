"""Where the templates of a chart decide by what no render can settle: what is in the cluster, the clock, chance, the
cluster's APIs and exact version, or the name of the release.

What each template and each `define` depends on, as `template_reader` reads it, is followed through the chart until
nothing new is found. What a value may depend on is counted on the large side: a condition too many costs a render, one
too few hides what runs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from toetskader.facts.kubernetes.served_apis import builtin_groups, minor_version, served
from toetskader.facts.kubernetes.workloads import POD_KINDS
from toetskader.facts.template_reader import Argument, Unit, units
from toetskader.facts.template_sources import SOURCES, Site, Source
from toetskader.facts.template_syntax import parsed
from toetskader.facts.template_tokens import (
    BY_ACCIDENT,
    MADE,
    MARKS,
    NONE,
    VALUES,
    WHOLE_CLUSTER,
    WHOLE_RELEASE,
    Tokens,
    counts,
    decides,
    is_written,
)
from toetskader.facts.templates import RUNS_PODS, makes_what_may_run

Chain = tuple[str, int]
"""A template, and the number of an `if` in it."""
Arm = tuple[str, int, int]
"""The same, and which arm of it is taken."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One place that decides."""

    path: str
    line: int
    site: Site
    sources: frozenset[Source]
    start: int
    end: int
    """Where its expression stands in the text of the template."""
    negated: bool
    chain: int
    """Number of the `if` that it belongs to, in its template."""
    arm: int
    """Which arm of that `if`, counted from 0."""
    unit: str
    """The named template that it stands in, or the file."""
    outer: tuple[tuple[int, int], ...] = ()
    """The arms that it stands inside of, in the same template: chain and arm."""

    @property
    def can_be_taken(self) -> bool:
        """True when a render can be made in which it holds, and one in which it does not.

        What `with` or `range` finds in the cluster is there, or it is not; anything else that they are given is there.
        """
        return self.site is Site.CONDITION or (self.site is Site.CONTENT and Source.LOOKUP in self.sources)

    @property
    def key(self) -> Chain:
        """The chain that it belongs to; a decision outside of any is one by itself."""
        return self.unit, self.chain if self.chain >= 0 else -1 - self.start


_WORD_OF_A_SOURCE = re.compile(
    r"\b(?:lookup|now|ago|date\w*|htmlDate\w*|rand[A-Z]\w*|uuidv4|shuffle|gen[A-Z]\w*|getHostByName|bcrypt|htpasswd"
    r"|Capabilities|Release|keys|values)\b"
)

_KIND = re.compile(r"\bkind[\"']?[ \t]*:[ \t]*(?=([^\n]{0,80}))")

_PLAIN_KIND = re.compile(r"[\"']?([A-Z][A-Za-z]*)[\"']?[ \t\r]*(?:[,}#]|$)")

_MOST_CONTEXTS = 64
"""Ways to come to one template through decisions; the most of any real chart seen is 10."""

_MOST_STEPS = 2_000_000
"""Calls of templates × files; some thousand files that include all of each other would take minutes."""

_MOST_FOUND = 5_000
"""Conditions and choices; the largest real chart seen has 1,700."""

_TEMPLATE = re.compile(r"(?:charts/[^/]+/)*templates/")
"""Paths of what Helm reads as templates, whatever the files are called."""


class Decisions:
    """The decisions of a chart's templates, those of its subcharts included."""

    def __init__(self, files: Mapping[str, str], *, values: Iterable[str] = (), kubernetes: str = "") -> None:
        """Parameters: `files`, path inside the chart → text; `values`, texts in the values, which a template may use as
        a template; `kubernetes`, the version that says which built-in APIs are always there.
        """
        self.files = {path: text for path, text in files.items() if _TEMPLATE.match(path)}
        self._others = [text for path, text in files.items() if path not in self.files and "{{" in text]
        self._values = [text for text in values if "{{" in text]
        self._served = frozenset(served(minor_version(kubernetes))) if kubernetes else frozenset()

    @cached_property
    def _all(self) -> list[tuple[str, Unit]]:
        first = {text: path for path, text in reversed(self.files.items())}
        return [(path, unit) for text, path in first.items() for unit in units(text)]

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, (path, unit) in enumerate(self._all):
            found.setdefault(unit.name or path, []).append(number)
        return found

    @cache  # noqa: B019 - as long as the chart is looked at
    def _called(self, name: str) -> list[int]:
        """Return the templates that go by a name, or by the end of one where that is put together (`*…`)."""
        if not name.startswith("*"):
            return self._by_name.get(name, [])
        return [number for path in self.files if name[1:] and path.endswith(name[1:]) for number in self._file(path)]

    def _file(self, path: str) -> list[int]:
        """Return the number of a file's own text, which another file may have too."""
        first = next(other for other, text in self.files.items() if text == self.files[path])
        return self._by_name.get(first, [])

    @cached_property
    def _in_texts(self) -> Tokens:
        """What template code in values and files depends on."""
        found: set[str] = set()
        for text in (*self._values, *self._others):
            if _WORD_OF_A_SOURCE.search(text):
                for unit in units(text):
                    found |= unit.output
                    found |= NONE.union(*(one.tokens for one in unit.found))
        return frozenset(found)

    @cached_property
    def _known(self) -> "_Known":
        return _Known(self)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """All decisions that no render settles."""
        found: list[Decision] = []
        if self._is_too_much:
            return ()
        used = self._used
        for number, (path, unit) in enumerate(self._all):
            for one in unit.found if self._name(number) in used else ():
                tokens = self._known.tokens(one.tokens, number)
                sources = frozenset(self._sources(tokens))
                if sources:
                    found.append(
                        Decision(
                            path=path,
                            line=self.files[path].count("\n", 0, one.start) + 1,
                            site=one.site,
                            sources=sources,
                            start=one.start,
                            end=one.end,
                            negated=one.negated,
                            chain=one.chain,
                            arm=one.arm,
                            unit=unit.name or path,
                            outer=one.outer,
                        )
                    )
        return tuple(found)

    @cached_property
    def outputs(self) -> tuple[Decision, ...]:
        """What the templates write out that comes out otherwise by what no render settles."""
        found: list[Decision] = []
        used = self._used
        for number, (path, unit) in enumerate(self._all):
            for one in unit.written if self._name(number) in used and not self._is_too_much else ():
                known = self._known.tokens(one.tokens, number)
                tokens = frozenset(item.lstrip("~") for item in known & BY_ACCIDENT) | known
                sources = frozenset(self._sources(frozenset(item for item in tokens if is_written(item))))
                if sources:
                    line = self.files[path].count("\n", 0, one.start) + 1
                    name = unit.name or path
                    found.append(Decision(path, line, one.site, sources, one.start, one.end, False, -1, 0, name))
        return tuple(found)

    @cached_property
    def makes_code(self) -> bool:
        """True when a template has text rendered that stands nowhere as it is, or that asks the clock."""
        texts = (
            frozenset(token for token in self._known.tokens(frozenset(unit.code), number))
            | frozenset(token for token in unit.code if token.startswith("include:"))
            for number, (_, unit) in enumerate(self._all)
            if unit.code and not self._is_too_much
        )
        return any(MADE in one or any(token.startswith("include:") for token in one) for one in texts) or bool(
            self._in_texts & (BY_ACCIDENT | {"apis", "version", "helm"})
        )

    @cached_property
    def are_unsettled(self) -> bool:
        """True when renders as an installation and as an upgrade do not show all that the chart can make."""
        return (
            any(one.sources != {Source.UPGRADE} for one in self.decisions)
            or any("lookup" in text for text in self.files.values())
            or self.makes_code
            or bool(self.outputs)
            or bool(self._in_texts & SOURCES)
        )

    @cached_property
    def _used(self) -> frozenset[str]:
        """The templates that some file comes to include: what none includes decides nothing."""
        found: set[str] = set()
        numbers = [number for number, (_, unit) in enumerate(self._all) if not unit.name]
        if any(name == "*" for _, unit in self._all for name, *_ in unit.calls) or self._in_texts or self.makes_code:
            return frozenset(self._name(number) for number in range(len(self._all)))
        while numbers:
            number = numbers.pop()
            if self._name(number) not in found:
                found.add(self._name(number))
                numbers.extend(other for name, *_ in self._all[number][1].calls for other in self._called(name))
        return frozenset(found)

    @cached_property
    def unread(self) -> str:
        """A template of which this reader cannot tell what decides, though a source stands in it; empty for none."""
        if self._is_too_much:
            return max(self.files, key=lambda path: len(self.files[path]))
        if not self._known.is_whole:
            return max(self.files, key=lambda path: sum(len(unit.calls) for unit in units(self.files[path])))
        intricate = (name for name, ways in self.contexts.items() if len(ways) > _MOST_CONTEXTS)
        for name in intricate:
            return self._all[self._by_name[name][0]][0]
        return next(
            (path for path, text in self.files.items() if parsed(text) is None and _WORD_OF_A_SOURCE.search(text)), ""
        )

    @cached_property
    def _is_too_much(self) -> bool:
        """True when following all that the templates do would take long: real charts stay far below."""
        steps = sum(len(unit.calls) for _, unit in self._all)
        return steps * len(self.files) > _MOST_STEPS or sum(len(unit.found) for _, unit in self._all) > _MOST_FOUND

    def pods_of(self, decision: Decision) -> str:
        """Return the file that makes pods in which a decision plays a part; empty when there is none."""
        return next((path for path, names in self._pod_files.items() if decision.unit in names), "")

    @cached_property
    def _pod_files(self) -> Mapping[str, Mapping[str, int]]:
        """The files that make pods, or whatever the values or another template say, with what they include."""
        found = {}
        for path, text in self.files.items():
            file = path.rpartition("/")[2]
            if file == "NOTES.txt" or file.startswith("_"):
                continue
            names = self.included_by(path)
            defined = (self._all[number] for name in names for number in self._by_name.get(name, ()))
            texts = {text, *(self.files[other] for other, unit in defined if unit.name)}
            if any(map(_names_pods, texts)) or _may_run_pods(text) or makes_what_may_run(text):
                found[path] = names
        return found

    @cached_property
    def met_in_pods(self) -> tuple[tuple[Decision, ...], ...]:
        """The decisions that can be taken and have a part in one file that makes pods, for each such file.

        What stands where a template changes a mapping in place counts for every file: each may read that.
        """
        changing = {self._name(number) for number, (_, unit) in enumerate(self._all) if unit.changes}
        taken = [one for one in self.decisions if one.can_be_taken]
        met = (
            tuple(one for one in taken if one.unit in names or one.unit in changing)
            for names in self._pod_files.values()
        )
        return tuple(dict.fromkeys(met))

    @cached_property
    def contexts(self) -> Mapping[str, frozenset[frozenset[Arm]]]:
        """For every template in use, which arms of decisions are taken where it is included, one set for each way."""
        deciding = {one.key for one in self.decisions if one.can_be_taken}
        found = {self._name(number): {frozenset[Arm]()} for number, (_, unit) in enumerate(self._all) if not unit.name}
        calls = [
            (
                self._name(number),
                frozenset((self._name(number), *arm) for arm in outer if (self._name(number), arm[0]) in deciding),
                {self._name(other) for other in self._called(called)},
            )
            for number, (_, unit) in enumerate(self._all)
            for called, _, outer in unit.calls
        ]
        new = True
        while new:
            new = False
            for name, around, inside in calls:
                ways = {context | around for context in found.get(name, ())}
                for inner in inside:
                    known = found.setdefault(inner, set())
                    if len(known) <= _MOST_CONTEXTS and not ways <= known:
                        known |= ways
                        new = True
        return {name: frozenset(ways) for name, ways in found.items()}

    def _sources(self, tokens: Tokens) -> Iterator[Source]:
        for token in tokens:
            if token.startswith("apis:"):
                name = token[5:]
                parts = name.split("/")
                group = parts[0] if len(parts) > 1 and not parts[0].startswith("v1") else ""
                if group not in builtin_groups() or name not in self._served:
                    yield Source.APIS
            elif token in SOURCES:
                yield Source(token)

    @cache  # noqa: B019 - as long as the chart is looked at
    def included_by(self, path: str) -> Mapping[str, int]:
        """Return the names of all templates that a file comes to include, the file itself among them, with how far off.

        Files that are included whole are left out: that is done for their checksum.
        """
        found: dict[str, int] = {}
        numbers = list(self._by_name.get(path, []))
        while numbers:
            new = [number for number in numbers if self._name(number) not in found]
            found |= {self._name(number): len(found) for number in new}
            numbers = [
                other
                for number in new
                for name, *_ in self._all[number][1].calls
                if not name.startswith("*")
                for other in self._called(name)
            ]
        return found

    def _name(self, number: int) -> str:
        path, unit = self._all[number]
        return unit.name or path


def _add(found: dict[str, Tokens], more: Mapping[str, Tokens]) -> bool:
    """Add tokens to what is known by key; tell whether any of it is new."""
    is_new = False
    for key, tokens in more.items():
        known = found.get(key)
        if known is None or not tokens <= known:
            found[key] = tokens | (known or NONE)
            is_new = True
    return is_new


@lru_cache(maxsize=2048)
def _names_pods(text: str) -> bool:
    # One text with templates is included by many files, and comes along in many charts.
    return RUNS_PODS.search(text) is not None


def _may_run_pods(text: str) -> bool:
    """Tell whether a file says that something runs pods, no kind at all, or one in a way that cannot be read."""
    plain = [_PLAIN_KIND.match(match[1]) for match in _KIND.finditer(text)]
    return not plain or any(one is None or one[1] in POD_KINDS for one in plain)


def _parted(tokens: Tokens) -> tuple[Tokens, tuple[tuple[str, str], ...]]:
    """Part tokens in those that stand for themselves and those that stand for others, the latter without marks too."""
    others = []
    for token in tokens:
        plain = token.lstrip(MARKS)
        if plain in _FOR_OTHERS or plain.startswith(("include:", "part:", "set:")):
            others.append((token, plain))
    return tokens.difference(token for token, _ in others), tuple(others)


def _hands_on(argument: Argument) -> bool:
    """Tell whether a call hands on the argument of its own template, as it is."""
    return "dot" in argument.get("", NONE)


_FOR_OTHERS = frozenset({"dot", "tpl", "dump"})


class _Known:
    """What every template's argument and output depend on, once nothing new is found."""

    _MOST_ROUNDS = 30

    def __init__(self, chart: Decisions) -> None:
        self._chart = chart
        units = [unit for _, unit in chart._all]
        self._arguments: list[dict[str, Tokens]] = [{} for _ in units]
        self._outputs: list[Tokens] = [NONE] * len(units)
        self._stored = [item for unit in units for item in unit.stored]
        self._parted = cache(_parted)
        self._known: list[dict[Tokens, Tokens]] = [{} for _ in units]
        """What tokens of each template come to, until something changes that they stand for."""
        self.is_whole = self._find(units)
        """False when templates call each other so deeply that there may be more to find."""

    def _find(self, units: Sequence[Unit]) -> bool:
        """Follow all calls until nothing new is found; tell whether it came to that."""
        callers = [
            (
                number,
                self._chart._called(name),
                {key: tokens - {"dot"} for key, tokens in given.items()},
                _hands_on(given),
            )
            for number, unit in enumerate(units)
            for name, given, _ in unit.calls
        ]
        outputs = [frozenset(unit.output) for unit in units]
        including = self._including(units)
        for _ in range(self._MOST_ROUNDS):
            is_settled = True
            for number, called, argument, whole in callers:
                given = self._passed(argument, number, whole=whole)
                for other in called:
                    if _add(self._arguments[other], given):
                        self._known[other].clear()
                        is_settled = False
            for number, output in enumerate(outputs):
                found = self.tokens(output, number)
                if not found <= self._outputs[number]:
                    self._outputs[number] |= found
                    for other in including[number]:
                        self._known[other].clear()
                    is_settled = False
            if is_settled:
                return True
        return False

    def _including(self, units: Sequence[Unit]) -> list[set[int]]:
        """Return for every template which others go by its output."""
        found: list[set[int]] = [set() for _ in units]
        for number, unit in enumerate(units):
            for tokens in (frozenset(unit.output), *(one for _, given, _ in unit.calls for one in given.values())):
                for _, plain in self._parted(tokens)[1]:
                    if plain.startswith("include:"):
                        for other in self._chart._called(plain[8:]):
                            found[other].add(number)
        return found

    def _passed(self, argument: Argument, number: int, *, whole: bool) -> dict[str, Tokens]:
        """Return what a call in a template hands on. Parameters: `whole`, whether its own argument is among it."""
        found = {key: self.tokens(tokens, number) for key, tokens in argument.items()}
        if whole:
            _add(found, self._arguments[number])
        return found

    def tokens(self, tokens: Tokens, number: int) -> Tokens:
        """Return what tokens of a template come to."""
        known = self._known[number]
        found = known.get(tokens)
        if found is None:
            found = known[tokens] = self._followed(tokens, number)
        return found

    def _followed(self, tokens: Tokens, number: int) -> Tokens:
        as_they_are, others = self._parted(tokens)
        if not others:
            return as_they_are
        found = set(as_they_are)
        for token, plain in others:
            if plain.startswith("include:"):
                got = NONE.union(*(self._outputs[other] for other in self._chart._called(plain[8:])))
            elif plain == "dot":
                got = NONE.union(*self._arguments[number].values()) - {"root"}
            elif plain.startswith("part:"):
                given = self._arguments[number]
                got = given.get(plain[5:], NONE) | given.get("", NONE)
            elif plain.startswith("set:"):
                fields = plain[4:].split(".") if self._stored else []
                got = NONE.union(*(given for key, given in self._stored if not key or key in fields))
            elif plain == "tpl":
                got = frozenset(one for one in self._chart._in_texts if one in SOURCES or one in VALUES)
            else:
                got = WHOLE_RELEASE | WHOLE_CLUSTER if "root" in self._arguments[number].get("", NONE) else NONE
            if token[0] in MARKS:
                got = frozenset().union(
                    *({one} if one not in VALUES else decides(one, (), "") for one in got if counts(one, token[0]))
                )
            found |= got
        return frozenset(found)
