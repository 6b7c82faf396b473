"""What a right lets somebody do: read, write, reach Secrets, act as somebody else. Pure."""

from toetskader.facts.kubernetes.questions import READ
from toetskader.facts.kubernetes.rbac import (
    ALL,
    ANONYMOUS,
    AUTHENTICATED,
    MASTERS,
    SERVICE_ACCOUNTS,
    UNAUTHENTICATED,
    RbacSubject,
    Rule,
)


def is_for_everybody(subject: RbacSubject) -> bool:
    """Tell whether a binding names a group that the API server itself puts people or accounts in, or who is nobody."""
    if subject.kind == "User":
        return subject.name == ANONYMOUS
    return subject.kind == "Group" and (
        subject.name in {MASTERS, AUTHENTICATED, UNAUTHENTICATED, SERVICE_ACCOUNTS}
        or subject.name.startswith(f"{SERVICE_ACCOUNTS}:")
    )


_REVIEWS = frozenset({"authorization", "authentication"})
ACTING = "impersonate:"
"""Start of verbs that let act as somebody else, and of nothing by themselves: `impersonate:serviceaccount`."""
ACTING_ON = "impersonate-on:"
"""Start of verbs that say what for: `impersonate-on:serviceaccount:get`."""
ACTING_SINCE = (1, 36)
"""Version of Kubernetes that first lets act as somebody else for one verb and resource (KEP-5284)."""


def reaches_secrets(rule: Rule) -> tuple[str, ...]:
    """Return the verbs that a rule gives on Secrets, all or some by name: changing one shows it as well.

    Acting as somebody who reaches them is another matter.
    """
    if not (rule.has_group("") and rule.has_resource("secrets")):
        return ()
    return tuple(verb for verb in rule.verbs if not verb.startswith((ACTING, ACTING_ON)))


def writes(verb: str, group: str, resource: str) -> bool:
    """Tell whether a verb on a resource is more than reading.

    A question to the API server about rights or identity changes nothing. Acting as somebody else for one verb
    (`impersonate-on:serviceaccount:get`) is what that verb is; the right that it needs besides is nothing by itself.
    """
    if verb.startswith(ACTING_ON):
        return writes(verb.rpartition(":")[2], group, resource)
    if verb in READ or verb.startswith(ACTING):
        return False
    return not (verb == "create" and resource.endswith("reviews") and group.partition(".")[0] in _REVIEWS)


FORWARDING = "pods/portforward"


def changes(rule: Rule, *, besides: str = "") -> bool:
    """Tell whether a rule grants more than reading. Parameters: `besides`, a resource that does not count."""
    return any(
        writes(verb, group, resource)
        for verb in rule.verbs
        for group in rule.groups
        for resource in rule.resources
        if resource != besides
    )


def is_wide(rule: Rule) -> bool:
    """Tell whether a rule grants what its writer need not have thought of: all verbs, resources or groups."""
    return bool(rule.resources) and any(ALL in items for items in (rule.verbs, rule.resources, rule.groups))
