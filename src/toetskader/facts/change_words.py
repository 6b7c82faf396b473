"""What a heading or a sentence of release notes is about, by the words that people and tools write there.

Tools have their own fixed words: Keep a Changelog (`Added`), release-please and semantic-release (`Features`, `Bug
Fixes`), conventional commits (`feat!:`), towncrier (`Bugfixes`), git-cliff (`Miscellaneous Tasks`), GitHub (`What's
Changed`), Renovate and Dependabot (`update … docker tag to v2`). People begin a sentence with what was done: `Add …`.
"""

import re
from enum import StrEnum

from toetskader.patterns import linear


class Topic(StrEnum):
    """What a change is: what DDC 7.23 asks release notes to tell of, and what it does not."""

    ADDED = "added"
    CHANGED = "changed"
    DEPRECATED = "deprecated"
    REMOVED = "removed"
    FIXED = "fixed"
    SECURITY = "security"
    BREAKING = "breaking"
    EXTERNAL = "external"
    DEPENDENCIES = "dependencies"
    """A newer version of something that others make, or of the application that a chart deploys."""
    HOUSEKEEPING = "housekeeping"
    """Work that users do not notice: documentation, tests, pipelines, names of contributors."""


# Beginnings of words; a heading can have several (`Bug fixes and improvements`).
_TITLES = (
    (
        Topic.BREAKING,
        linear(r"(?i)breaking|incompatib|brekend|niet achterwaarts|niet[- ]compatib|backwards?[- ]incompat"),
    ),
    (Topic.BREAKING, linear(r"(?i)^(?:upgrading|(?:upgrade|migration) (?:notes?|procedure|impact|guide|steps))$")),
    (Topic.EXTERNAL, linear(r"(?i)extern\w* (?:communicat|interface)|koppelvlak|koppeling")),
    (Topic.SECURITY, linear(r"(?i)\bsecurity|vulnerabilit|\bcves?\b|beveiliging|veiligheid|kwetsba")),
    (
        Topic.FIXED,
        linear(r"(?i)\b(?:bug|fix|hot-?fix|opgelost|opgeloste|hersteld|herstel|gerepareerd|verholpen|correct)"),
    ),
    (Topic.DEPENDENCIES, linear(r"(?i)\b(?:dependenc|deps\b|afhankelijkhe)")),
    (Topic.DEPRECATED, linear(r"(?i)\b(?:deprecat|verouderd|uitgefaseerd)")),
    (Topic.REMOVED, linear(r"(?i)\b(?:remov|verwijderd|vervallen)")),
    (
        Topic.ADDED,
        linear(
            r"(?i)\b(?:add(?:ed|itions?)?\b|features?\b|feat\b|new\b|enhanc|improv|performance|toegevoegd"
            r"|toevoeging|nieuw"
            r"|verbeter|functionaliteit|highlights)"
        ),
    ),
    (Topic.CHANGED, linear(r"(?i)\b(?:change|update|gewijzigd|wijziging|veranderd|verandering|aangepast|aanpassing)")),
    (
        Topic.HOUSEKEEPING,
        linear(
            r"(?i)\b(?:docs?\b|documentati|chores?\b|tests?\b|testing|styl|ci\b|build|internal|intern\b"
            r"|contributor|refactor"
            r"|maintenance|housekeeping|miscellaneous tasks|credits|checksums|downloads|release info)"
        ),
    ),
)
_NOT_NEW = ("new contributors", "full changelog")


def topics_of_title(title: str) -> frozenset[Topic]:
    """Return what a heading says that the changes below it are; empty when it does not say (`What's Changed` is
    `changed`, `Redis` nothing).
    """
    plain = title.strip("*_: \t").lower()
    if plain.startswith(_NOT_NEW):
        return frozenset({Topic.HOUSEKEEPING})
    found = {topic for topic, words in _TITLES if words.search(plain)}
    if Topic.BREAKING in found or Topic.EXTERNAL in found:
        return frozenset(found & {Topic.BREAKING, Topic.EXTERNAL})
    return frozenset(found - {Topic.CHANGED}) if found - {Topic.CHANGED} else frozenset(found)


# `feat(web)!: …`, as conventionalcommits.org 1.0.0 defines it.
_CONVENTIONAL = linear(
    r"(?i)^(?P<type>[a-z]{2,12})(?:\((?P<scope>[^()]{0,80})\))?(?P<breaks>!)?: \s*(?P<rest>.*)$", re.DOTALL
)
_TYPES = {
    "feat": Topic.ADDED,
    "feature": Topic.ADDED,
    "perf": Topic.ADDED,
    "fix": Topic.FIXED,
    "bugfix": Topic.FIXED,
    "hotfix": Topic.FIXED,
    "sec": Topic.SECURITY,
    "security": Topic.SECURITY,
    "deps": Topic.DEPENDENCIES,
    "revert": Topic.CHANGED,
    **dict.fromkeys(("build", "chore", "ci", "doc", "docs", "refactor", "style", "test", "tests"), Topic.HOUSEKEEPING),
}
_SCOPES = linear(r"(?i)^(?:deps|deps-dev|dependencies|docker|renovate|dependabot)$")
# What stands before the sentence itself: `[bitnami/redis]`, `:bug:`, `#123`, `**web:**`, an emoji.
_BEFORE = linear(r"^(?:\[[^\[\]]{0,80}\]|:[a-z0-9_+-]{1,40}:|#[0-9]+|\(#[0-9]+\)|[^0-9A-Za-z`'\"<]+)\s*")
_MARKED = linear(r"^(?:\*\*|__|`)(?P<label>[^*_`]{1,60})(?:\*\*|__|`)\s*(?P<colon>[:–-]?)\s*")
_VERBS = (
    (
        Topic.FIXED,
        linear(
            r"(?i)^(?:(?:bug|hot)-?fix\w*|fix(?:e[sd]|ing)?|correct(?:s|ed|ly)?|resolv\w+|repair\w*|mend\w*|prevent\w*"
            r"|herstel\w*|verhelp\w*|verholpen|opgelost|oplossing|los\w* .{1,60} op|repareer\w*|gerepareerd"
            r"|corrigeer\w*)\b"
        ),
    ),
    (Topic.SECURITY, linear(r"(?i)^(?:security|patch(?:es|ed)? (?:cve|ghsa|vulnerab)|mitigat\w+|beveiliging\w*)\b")),
    (Topic.DEPRECATED, linear(r"(?i)^(?:deprecat\w+|uitgefaseerd)\b")),
    (Topic.REMOVED, linear(r"(?i)^(?:remov\w+|delet\w+|drop(?:s|ped)?|verwijder\w*)\b")),
    (
        Topic.ADDED,
        linear(r"(?i)^(?:add(?:s|ed|ing)?|introduc\w+|support\w*|implement\w*|new|nieuwe?|toegevoegd|voeg\w*)\b"),
    ),
)
_MOVES_TO = linear(
    r"(?i)^(?:update|upgrade|bump|set|pin|move|migrate|switch)\w* .{0,300}?\b(?:to|from|naar"
    r"|van) (?:\S{1,80} ){0,4}?[`'\"=v]{0,5}"
    r"(?:[0-9]+\.[0-9a-z]|v[0-9]|[0-9]+\W{0,3}$)"
    r"|^(?:update|upgrade|bump)\w* \S{1,80} [`'\"v]{0,2}[0-9]+\.[0-9]|\bupdated? to [`'\"]?v?[0-9]"
    r"|\b(?:bijgewerkt|opgehoogd) naar v?[0-9]"
    r"|^(?:update|upgrade|bump)\w* (?:the )?(?:(?:chart|helm|all|non-major) )*(?:dependenc\w*|digests?"
    r"|docker tags?|images?|lock ?files?)\b"
    r"|\bdependency (?:references?|updates?)\b|\bdocker tag\b|\bdigests?(?: \S{1,20})?$|^tested with\b"
    r"|^update chart\.lock\b"
)
_ADVISORY = linear(r"(?i)\b(?:CVE-[0-9]{4}-[0-9]{3,8}|GHSA-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})\b")
# What tools put behind a sentence: `(#12)`, `(1f302b9)`, `, closes #12`, `by @someone in https://…`.
_BEHIND = linear(
    r"(?i)(?:\s*[([]+(?:[a-z0-9_./-]{0,80}#[0-9]+|[0-9a-f]{7,40}|(?:closes|fixes) [^()]{1,60})[)\]]+"
    r"|,? (?:closes|fixes|see|refs?) (?:[a-z0-9_./-]{0,80}#[0-9]+[, ]*)+|\s+by @\S{1,60}(?: in \S{1,200})?|\s*[.,])+$"
)
_NO_NEWS = linear(
    r"(?i)^(?:chore[^:]{0,30}: *)?(?:(?:prepare |publish |new )?(?:releas(?:e|ed|ing)|version|versie)(?: bump)?"
    r"|version bump"
    r"|(?:bump|upgrade|update|raise|increase)\w*(?: the)?(?: helm)?(?: chart(?:'s)?)? versions?"
    r"|merge (?:pull request|branch) .*)"
    r"(?: (?:to|of|naar))?[ :#`v]{0,4}(?:[0-9][0-9a-z.+-]{0,40})?[`. ]*(?:updating components versions)?$"
)
_ABOUT_THE_PROJECT = linear(
    r"(?i)^(?:update|reorder|regenerat|refresh|chang|improv|add|fix|remov|modif|mention|clarif|correct|extend"
    r"|rewrit|includ)\w*\b.{0,60}"
    r"\b(?:readmes?|readme\.md|documentation|docs|typos?|copyright|changelog|contributing|badges?"
    r"|github actions?|workflows?"
    r"|unit ?tests?|e2e tests?|test suite|linter|notes\.txt)(?:\W|$)"
)


# Words that say that there are changes, and not which.
_VAGUE = linear(
    r"(?i)^(?:(?:diverse|verschillende|various|several|multiple|many|minor|small|kleine|algemene|general|other"
    r"|overige|some|enkele"
    r"|de|the|and|en|&|,|of|van|internal|interne|stability|performance|code|bug|misc\w*|technische) *)*"
    r"(?:(?:bug)? *-?fix(?:es)?|bugs?|improvements?|verbeteringen|wijzigingen|changes|updates?|aanpassingen"
    r"|tweaks|onderhoud"
    r"|maintenance|cleanups?)(?: *(?:and|en|&|,) *(?:[a-z]{1,20} ){0,2}(?:fixes|bugfixes|improvements"
    r"|verbeteringen|changes"
    r"|wijzigingen|updates|aanpassingen))?[ .!]*$"
)


def is_no_news(text: str) -> bool:
    """Tell whether a line only says that there is a version, or changes: `Release 1.2.3`, `Various improvements`."""
    sentence = _BEHIND.sub("", _sentence(text)[0])
    return _NO_NEWS.match(sentence) is not None or _VAGUE.match(sentence) is not None


def topics_of_statement(text: str) -> frozenset[Topic]:
    """Return what a sentence by itself says that a change is: `changed` when it says no more than that there is one."""
    sentence, label = _sentence(text)
    sentence = _BEHIND.sub("", sentence)
    found = set(topics_of_title(label)) if label else set()
    conventional = _CONVENTIONAL.match(sentence)
    topic = _TYPES.get(conventional["type"].lower()) if conventional else None
    if conventional and topic is not None:
        sentence = _sentence(conventional["rest"])[0]
        moves = _SCOPES.match(conventional["scope"] or "") or _MOVES_TO.search(sentence)
        found.add(Topic.DEPENDENCIES if topic is Topic.HOUSEKEEPING and moves else topic)
    if (conventional and conventional["breaks"]) or warns_of_break(text):
        found.add(Topic.BREAKING)
    if _ADVISORY.search(text):
        found.add(Topic.SECURITY)
    elif not found and _ABOUT_THE_PROJECT.search(sentence):
        found.add(Topic.HOUSEKEEPING)
    if not found - {Topic.BREAKING, Topic.CHANGED} or Topic.SECURITY in found:
        verbs = {topic for topic, verb in _VERBS if verb.search(sentence)}
        moves_to = {Topic.DEPENDENCIES} if not verbs and _MOVES_TO.search(sentence) else set()
        found |= verbs or moves_to or (set() if found else {Topic.CHANGED})
    return frozenset(found)


def _sentence(text: str) -> tuple[str, str]:
    """Split what stands before a sentence from it, and return the sentence and its label (`**Breaking**: …`)."""
    rest, label = text.strip(), ""
    for _ in range(8):
        marked = _MARKED.match(rest)
        if marked and (marked["colon"] or marked["label"].endswith(":") or topics_of_title(marked["label"])):
            label, rest = label or marked["label"].strip(": "), rest[marked.end() :]
            continue
        before = _BEFORE.match(rest)
        if before is None or before.end() == 0:
            break
        rest = rest[before.end() :]
    return rest, label


# --- changes that break ----------------------------------------------------------------------------------------------

_BREAKS = linear(
    r"(?i)(?:^|[^\w-])(?:breaking(?:[^\w-]|$)|bc[- ]break|brekende?\b|breekt\b|breken\b|incompatib)"
    r"|\bbackwards?[- ]*(?:incompatib|compatible)|\bachterwaarts\b|\bneerwaarts\b|\bniet[- ]compatib|⚠"
)
# A sentence that mends a break, or writes about one.
_NO_BREAK_ITSELF = linear(
    r"(?i)^(?:fix\w*|revert\w*|undo\w*|restor\w*|herstel\w*|repair\w*|correct\w*|clarif\w*|document\w*"
    r"|add (?:an? )?notes?"
    r"|\S{0,80} ?update .{0,60}(?:release notes|readme|documentation))\b"
)
_LABEL = linear(r"^[*_\s⚠️]*[^:.!?]{0,80}?[*_]*:[*_]*\s*")
_EXCEPT = re.compile(r"\b(?:except|but|however|unless|behalve|maar|tenzij|uitgezonderd)\b", re.IGNORECASE)
_NONE = linear(
    r"(?i)^(?:none|geen|niets|nothing|nihil|no|n\.?/?a\.?|n\.?v\.?t\.?|-+|not applicable"
    r"|niet van toepassing)\s*(?:[.,;:!(]|$)"
    r"|^(?:none|nothing|niets)\b (?:known|to report|te melden|bekend|changes?|changed|breaks?|breekt|verandert"
    r"|veranderd"
    r"|gewijzigd|wijzigt)\b"
    r"|\b(?:no|geen|zonder|without|not? any)\b (?:[a-z-]{1,20} ){0,2}?(?:breaking|brekende|incompatib\w*"
    r"|(?:backwards?|achterwaarts)"
    r"[- ]*incompatib\w*|niet[- ]\w{1,20} compatib\w*)"
    r"|^(?:no|geen) (?:[a-z-]{1,20} )?(?:changes?|wijzigingen|veranderingen|aanpassingen|bijzonderheden"
    r"|gevolgen|impact)\b"
    r"|\b(?:nothing breaks|niets breekt|breekt niets|breaks nothing|non-?breaking|not breaking|niet[- ]brekend)\b"
    r"|\b(?:is|are|remains?|stays?|fully|blijft|blijven|zijn|volledig)\b (?:[a-z]{1,20} ){0,2}?(?:backwards?"
    r"|achterwaarts|neerwaarts)"
    r"[- ]*compatib"
    r"|\b(?:unchanged|not changed|niet gewijzigd|niet veranderd|ongewijzigd)\b"
)
_NOT_COMPATIBLE = linear(
    r"(?i)\b(?:not|n't|niet|no longer|niet meer|niet langer)\b (?:[a-z]{1,20} ){0,2}?(?:backwards?|achterwaarts"
    r"|neerwaarts)"
)


def warns_of_break(text: str) -> bool:
    """Tell whether a sentence is about changes that break, also when it says that there are none."""
    return _BREAKS.search(text) is not None and _NO_BREAK_ITSELF.search(_sentence(text)[0]) is None


def denies(text: str) -> bool:
    """Tell whether a sentence on changes says that there are none: `Geen.`, `No breaking changes`.

    What `no longer works` is a change, and so is what follows an `except`.
    """
    said = _LABEL.match(text)
    for part in (text[said.end() :] if said else "", text.strip(" *_")):
        if part and _NONE.search(part) and not _EXCEPT.search(part) and not _NOT_COMPATIBLE.search(part):
            return True
    return False


# --- other things that are asked of release notes --------------------------------------------------------------------

_OTHERS = linear(
    r"(?i)\bextern(?:e|al|ally)?[- ]+communicat|\bcommunicat\w+ (?:met|with|between|tussen) |\bkoppeling(?:en)?\b"
    r"|\bkoppelvlak\w*|\bexternal interfaces?\b|\binterfaces? (?:met|with|to|naar)\b|\bnetwerktoegang\b"
    r"|\bnetwork access\b|\b(?:API|webhook)s?[- ]?(?:wijziging|change|contract)\w*"
)
_NO_FIXES = linear(r"(?i)\b(?:geen|no)\b.{0,40}\b(?:bugs?|fouten|kwetsbaarheden|vulnerabilit\w+|fixes|oplossingen)\b")


def speaks_of_others(text: str) -> bool:
    """Tell whether a sentence is about the communication with other components."""
    return _OTHERS.search(text) is not None


def says_no_fixes(text: str) -> bool:
    """Tell whether a sentence says that no bugs or vulnerabilities were mended."""
    return _NO_FIXES.search(text) is not None
