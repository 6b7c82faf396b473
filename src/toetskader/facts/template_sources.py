"""By what a template can decide that neither chart nor values say, what that is called, and how it is written."""

from enum import StrEnum


class Source(StrEnum):
    """What a template can decide by that is not in the chart or its values."""

    LOOKUP = "lookup"
    CLOCK = "clock"
    CHANCE = "chance"
    APIS = "apis"
    VERSION = "version"
    RELEASE = "release"
    HELM = "helm"
    DNS = "dns"
    CODE = "code"
    """Template text put together by the template itself."""
    UPGRADE = "upgrade"


class Site(StrEnum):
    """How a decision is written."""

    CONDITION = "condition"
    """A condition, or the test of `ternary`: it can be given another outcome."""
    CONTENT = "content"
    """`with` or `range`: what is there decides, and not only whether something is."""
    CHOICE = "choice"
    """An element taken by a number or key that is not in the chart."""
    OUTPUT = "output"
    """What is written out as it is: no condition, but what it says comes out otherwise."""


SOURCES = frozenset(item.value for item in Source)


def words_of(source: Source) -> tuple[str, str]:
    """Name a source for people, in Dutch and English."""
    return _WORDS[source]


_WORDS = {
    Source.LOOKUP: ("wat `lookup` in het cluster vindt", "what `lookup` finds in the cluster"),
    Source.CLOCK: ("de klok", "the clock"),
    Source.CHANCE: ("toeval", "chance"),
    Source.APIS: ("de API's van het cluster", "the APIs of the cluster"),
    Source.VERSION: ("de precieze versie van Kubernetes", "the exact version of Kubernetes"),
    Source.RELEASE: ("naam, namespace of revisie van de release", "name, namespace or revision of the release"),
    Source.HELM: ("de versie van Helm", "the version of Helm"),
    Source.DNS: ("een naam in DNS", "a name in DNS"),
    Source.CODE: ("samengestelde templatecode", "template code that is put together"),
    Source.UPGRADE: ("installatie of upgrade", "installation or upgrade"),
}
