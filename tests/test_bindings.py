"""Judgements on bindings: access that is asked for and ends, who reads secrets, whose accounts are bound."""

import re
from collections import Counter
from datetime import date
from typing import Literal

import msgspec

from tests.test_rights import Environments, RightsDoubts, Terms, in_environment, moment_of, placed, shortfall, tell
from toetskader.facts.kubernetes.deeds import FORWARDING, changes, is_for_everybody, reaches_secrets, writes
from toetskader.facts.kubernetes.rbac import RbacSubject, home, is_control_plane
from toetskader.facts.kubernetes.rights import Bound, Right, RightPlace, Rights
from toetskader.judging import Findings, Text, check, not_applicable, undetermined

# Access that is asked for and ends


class TemporaryWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of `rbac.temporary_write`."""

    environments: Environments
    terms: Terms


@check("rbac.temporary_write", params=TemporaryWrite)
def test_emergency_access_is_temporary(rights: Rights, findings: Findings, params: TemporaryWrite, today: date) -> None:
    """DDC 6.2: writing in production is granted on request, for an emergency, and ends soon."""
    in_environment(rights, params.environments)
    doubts = RightsDoubts()
    for unseen in (rights.cluster_bindings_unseen, rights.own_bindings_unseen, rights.other_bindings_unseen):
        if unseen is not None:
            doubts.keep(unseen)
    writing = {
        bound.binding.shown: bound
        for holder in rights.holders
        for bound in rights.of(holder)
        if any(changes(rule, besides=FORWARDING) for rule in bound.rules)
        and (
            bound.binding.namespace in {rights.namespace, *rights.siblings}
            or bound.binding.namespace not in rights.own_namespaces
        )
    }
    moment = moment_of(rights, today)
    for bound in writing.values():
        short = shortfall(bound.binding, params.terms, moment)
        if short is not None:
            findings.add(
                RightPlace(placed(bound.binding.shown, bound.binding.namespace), bound.binding.role),
                seen=short,
                expected=_agreed(params.terms),
                command=bound.binding.command,
            )
    for right in rights.rights:
        if right.allowed is None and _writes(right) and right.reason is not None:
            doubts.keep(right.reason)
    unexplained = _without_binding(rights)
    for right in unexplained[:1]:
        if rights.bindings_unseen(right.namespace) is None:
            findings.add(
                RightPlace(placed(right.holder.shown, right.namespace), right.resource),
                seen=Text("schrijfrecht buiten RBAC om", "a right to write from outside RBAC"),
                expected=_agreed(params.terms),
                command=right.command,
            )
    tell(rights, findings)
    doubts.end()
    if not writing and not unexplained:
        not_applicable(
            "Niemand van de leverancier heeft nu schrijfrechten in productie.",
            "Nobody of the supplier has a right to write in production now.",
        )


def _without_binding(rights: Rights) -> list[Right]:
    """Return rights to write that no binding explains."""
    return [right for right in rights.rights if right.allowed and _writes(right) and not rights.granting(right)]


def _writes(right: Right) -> bool:
    what = f"{right.resource}/{right.subresource}" if right.subresource else right.resource
    return what != FORWARDING and writes(right.verb, right.group, right.resource)


def _agreed(terms: Terms) -> Text:
    hours = f", ≤ {terms.max_hours} h" if terms.max_hours else ""
    return Text(
        f"annotaties {terms.record} en {terms.until}, met een einde in de toekomst{hours}",
        f"annotations {terms.record} and {terms.until}, with an end in the future{hours}",
    )


# Who reads the application's secrets


class SecretReaders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of `rbac.secret_readers`."""

    max_foreign_subjects: int
    require_resource_names: bool
    platform_namespaces: tuple[str, ...]
    """Namespaces whose ServiceAccounts run the platform: they keep secrets and put them in place."""


@check("rbac.secret_readers", params=SecretReaders)
def test_only_the_application_reads_its_secrets(rights: Rights, findings: Findings, params: SecretReaders) -> None:
    """DDC 6.2: access to the secrets is granted to the application alone, for what it needs."""
    foreign: list[tuple[Bound, RbacSubject, str]] = []
    doubts = RightsDoubts()
    counted = Counter[_Whose]()
    for bound in rights.bindings:
        reaching = [(rule, verbs) for rule in bound.rules if (verbs := reaches_secrets(rule))]
        if not reaching or bound.binding.namespace not in {"", rights.namespace}:
            continue
        shown = ", ".join(dict.fromkeys(verb for _, verbs in reaching for verb in verbs))
        # Making a Secret shows none, and carries no name that a rule could be limited to.
        nameless = any(not rule.names and set(verbs) != {"create"} for rule, verbs in reaching)
        for subject in bound.binding.subjects:
            whose = _whose(rights, bound, subject, params.platform_namespaces)
            counted[whose] += 1
            if whose == "own" and params.require_resource_names and nameless:
                _report_reader(bound, subject, Text("alle secrets", "all secrets"), _BY_NAME, findings)
            elif whose == "foreign":
                foreign.append((bound, subject, shown))
            elif whose == "unknown":
                doubts.keep(_perhaps_of_the_platform(rights, bound, subject))
    if len(foreign) > params.max_foreign_subjects:
        for bound, subject, shown in foreign:
            seen = Text(f"kan bij secrets: {shown}", f"reaches secrets: {shown}")
            _report_reader(bound, subject, seen, _ONLY_OWN, findings)
    findings.saw(
        f"{counted['own']} eigen lezers van secrets, {counted['platform']} van het platform, {len(foreign)} anderen.",
        f"{counted['own']} own readers of secrets, {counted['platform']} of the platform, {len(foreign)} others.",
    )
    for unseen in (rights.cluster_bindings_unseen, rights.own_bindings_unseen):
        if unseen is not None:
            doubts.keep(unseen)
    if rights.beyond_rbac is not None:  # who else may read them cannot be asked without knowing who that is
        beyond = rights.beyond_rbac
        doubts.keep(
            Text(
                f"{beyond.nl}; bekijk daar zelf wie op dit cluster secrets mag lezen",
                f"{beyond.en}; look there yourself who may read secrets on this cluster",
            )
        )
    doubts.end()


_BY_NAME = Text("alleen secrets bij naam (resourceNames)", "only secrets by name (resourceNames)")
_ONLY_OWN = Text("alleen ServiceAccounts van de applicatie", "ServiceAccounts of the application only")


_Whose = Literal["own", "platform", "unknown", "foreign"]


def _whose(rights: Rights, bound: Bound, subject: RbacSubject, platform: tuple[str, ...]) -> _Whose:
    """Tell whether a subject is the application, the platform that the cluster runs on, or somebody else."""
    place = home(subject, bound.binding.namespace)
    if place == rights.namespace:
        return "own"
    if place in platform or is_control_plane(subject):
        return "platform"
    is_reserved = subject.kind in ("User", "Group") and subject.name.startswith("system:")
    if rights.distribution and is_reserved and not place and not is_for_everybody(subject):
        return "unknown"
    return "foreign"


def _perhaps_of_the_platform(rights: Rights, bound: Bound, subject: RbacSubject) -> Text:
    who = f"{subject.shown} ({bound.binding.shown})"
    return Text(
        f"of {who} een deel van {rights.distribution} is, staat nergens; bekijk dat zelf",
        f"whether {who} is a part of {rights.distribution} stands nowhere; look at that yourself",
    )


def _report_reader(bound: Bound, subject: RbacSubject, seen: Text, expected: Text, findings: Findings) -> None:
    findings.add(
        RightPlace(placed(subject.shown, bound.binding.namespace), "secrets", bound.binding.shown),
        seen=seen,
        expected=expected,
        command=bound.binding.command,
    )


# Accounts of persons


class PersonalAccounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of `rbac.personal_accounts`."""

    max_shared_accounts: int


_ROLES = (
    "admin administrator admins beheer beheerder beheerders account accounts algemeen build builder ci cd cicd "
    "deploy deployer deployment dev developer developers devops dienst guest gast helpdesk info kubernetes k8s "
    "leverancier operations operator ops ontwikkelaar ontwikkelaars ontwikkeling pipeline root service servicedesk "
    "shared sre support supplier system sysadmin team teams test tester tst acc prd prod productie user users "
    "gebruiker vendor"
)
"""Words that name a role or a team, and no person."""


@check("rbac.personal_accounts", params=PersonalAccounts)
def test_accounts_belong_to_persons(rights: Rights, findings: Findings, params: PersonalAccounts) -> None:
    """DDC 7.3: every employee of the supplier logs in with an account of their own."""
    users = [holder.name for holder in rights.holders if holder.kind == "User"]
    bound = [
        subject.name
        for item in rights.bindings
        if item.binding.namespace == rights.namespace
        for subject in item.binding.subjects
        if subject.kind == "User" and not (home(subject) or is_control_plane(subject) or is_for_everybody(subject))
    ]
    found = list(dict.fromkeys([*users, *bound]))
    doubts = RightsDoubts()
    if rights.own_bindings_unseen is not None:
        doubts.keep(rights.own_bindings_unseen)
    if not found:
        undetermined(
            "Rechten hangen hier aan groepen; wie er achter zit weet de identiteitsprovider. Noem de gebruikers bij de "
            "namespace ('users') om hun namen te laten beoordelen.",
            "Rights hang on groups here; who is behind them is known to the identity provider. Name the users of the "
            "namespace ('users') to have their names judged.",
        )
    shared = [name for name in found if _is_shared(name)]
    for name in found:
        if name in shared:
            if len(shared) > params.max_shared_accounts:
                findings.add(
                    RightPlace(f"User {name}", "users"),
                    seen=Text("een naam van een rol of team", "a name of a role or team"),
                    expected=Text("een account op naam", "a named account"),
                )
        elif not _words(name):
            doubts.keep(Text(f"{name} is een nummer, geen naam", f"{name} is a number, no name"))
    findings.saw(f"{len(found)} accounts bekeken.", f"{len(found)} accounts looked at.")
    doubts.end()


def _words(name: str) -> list[str]:
    """Return the words in the part of an account's name that tells who it is; none for a number or identifier."""
    local = re.split(r"[#|]|:(?=[^/])", name)[-1].partition("@")[0].lower()
    if re.fullmatch(r"[0-9a-f-]{16,}", local):
        return []
    return re.findall(r"[^\W\d_]+", local)


def _is_shared(name: str) -> bool:
    words = _words(name)
    return name.startswith("system:serviceaccount:") or (bool(words) and all(word in _ROLES.split() for word in words))
