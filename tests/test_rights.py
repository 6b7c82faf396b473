"""Judgements on rights: what the supplier's users and groups may do on the cluster, in each environment."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from toetskader.facts.kubernetes.deeds import (
    ACTING,
    ACTING_ON,
    ACTING_SINCE,
    FORWARDING,
    changes,
    is_for_everybody,
    is_wide,
    reaches_secrets,
    writes,
)
from toetskader.facts.kubernetes.questions import Resource, fits, questions, resources
from toetskader.facts.kubernetes.rbac import ALL, SERVICE_ACCOUNTS, Access, Binding, RbacSubject
from toetskader.facts.kubernetes.request_numbers import is_request_number
from toetskader.facts.kubernetes.rights import (
    EVERY_NAMESPACE,
    Answers,
    Bound,
    Holder,
    Right,
    RightPlace,
    Rights,
    SeenBy,
    is_meant,
)
from toetskader.facts.kubernetes.served_apis import major_minor
from toetskader.judging import Findings, Text, check, not_applicable, undetermined
from toetskader.judging.doubts import Doubts

Environments = tuple[Literal["test", "acceptance", "production"], ...]
Scope = Literal["own", "other", "all"]


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be allowed, or must not. Of what must not, all is judged that roles give, besides what is always asked.

    Reading what is in no namespace is reading in nobody's namespace. Forwarding a port is asked for apart, and counts
    only where it is named.
    """

    verbs: tuple[str, ...]
    """`get`; `write` for all but reading; `any` for all; with `*` for those that fit."""
    resources: tuple[str, ...]
    """`pods/exec`; a name for several; `everything`; with `*` for those that fit."""
    namespaces: Scope
    allowed: bool
    before: str = ""
    """Version of Kubernetes from which on it opens nothing: `1.35`."""

    @property
    def closed_since(self) -> tuple[int, int] | None:
        """Major and minor version from which on it opens nothing; None when it always opens something."""
        return major_minor(self.before)

    def names(self, verb: str, resource: Resource) -> bool:
        """Tell whether a right is meant."""
        if self.namespaces == "other" and not resource.namespaced and not _writes(verb, resource):
            return False
        return any(self._is_verb(item, verb, resource) for item in self.verbs) and any(
            _is_resource(item, resource) for item in self.resources
        )

    @staticmethod
    def _is_verb(wanted: str, verb: str, resource: Resource) -> bool:
        match wanted:
            case "any":
                return not verb.startswith(ACTING)
            case "write":
                return _writes(verb, resource)
            case _:
                return fits(verb, wanted)


def _writes(verb: str, resource: Resource) -> bool:
    return writes(verb, resource.group, resource.resource)


def _is_resource(wanted: str, resource: Resource) -> bool:
    if wanted == "everything":
        return resource.shown != FORWARDING
    if resource.resource == ALL and not resource.subresource:
        return any(resource.group in (ALL, item.group) for item in resources(wanted))
    if ALL in wanted:
        return fits(resource.shown, wanted)
    return any(item.shown == resource.shown for item in resources(wanted))


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a binding must tell of itself to count as asked for and temporary."""

    record: str
    """Annotation with the number of the request."""
    until: str
    """Annotation with the end: a moment with its time zone, or a day."""
    max_hours: Annotated[int, Meta(ge=1)] | None = None
    """From the making of the binding to its end; None for any end in the future."""


class CanI(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of `rbac.can_i`."""

    environments: Environments
    expect: tuple[Expected, ...]
    layers: tuple[int, ...] = ()
    """Common Ground layers it holds for; empty for all."""
    unless: Terms | None = None
    """A right that all its bindings grant on these terms is not held against the supplier."""
    no_broad_bindings: bool = False
    """Whether bindings of the cluster, wildcards and groups of everybody are findings."""


class RightsDoubts(Doubts):
    """Reasons why not all rights could be judged. The first few are told."""

    def told(self, reasons: tuple[Text, ...]) -> Text:
        """Return the first three, and how many more there are."""
        shown, more = reasons[:3], len(reasons[3:])
        rest = Text("", "")
        if more:
            word = Text("reden" if more == 1 else "redenen", "reason" if more == 1 else "reasons")
            rest = Text(f"; en nog {more} {word.nl}", f"; and {more} more {word.en}")
        return Text(
            f"Niet alle rechten zijn te zien: {_once(text.nl for text in shown)}{rest.nl}.",
            f"Not all rights can be seen: {_once(text.en for text in shown)}{rest.en}.",
        )


def _once(reasons: Iterable[str]) -> str:
    """Join reasons; what several of them say is said once."""
    return "; ".join(dict.fromkeys(part for reason in reasons for part in _bare(reason).split("; ")))


def _bare(sentence: str) -> str:
    return sentence.rstrip(". ")


# What users and groups can do


@check("rbac.can_i", params=CanI)
def test_rights_are_as_agreed(rights: Rights, findings: Findings, params: CanI, today: date) -> None:
    """DDC 6.2, 7.11: the supplier can do what it should in its environment, and nothing else."""
    in_environment(rights, params.environments)
    _on_layer(rights, params.layers)
    doubts = RightsDoubts()
    answers = rights.asked()
    for expected in params.expect:
        if expected.allowed:
            _report_lacking(rights, answers, expected, findings, doubts)
        else:
            for grant in _surplus(rights, answers, expected, doubts, params.unless, moment_of(rights, today)):
                _report_surplus(rights, grant, findings)
    if params.no_broad_bindings:
        _report_broad(rights, findings, doubts)
    tell(rights, findings)
    doubts.end()


def in_environment(rights: Rights, environments: Environments) -> None:
    """End the judgement in an environment that a requirement is not about."""
    if rights.environment not in environments:
        named = ", ".join(environments)
        not_applicable(
            f"Deze eis gaat over {named}; dit is {rights.environment}.",
            f"This requirement is about {named}; this is {rights.environment}.",
        )


def _on_layer(rights: Rights, layers: tuple[int, ...]) -> None:
    """End the judgement unless the component is on one of the layers."""
    if not layers:
        return
    found = {label.value for label in rights.layers}
    shown = ", ".join(f"{label.where}: {label.value[:40]}" for label in rights.layers[:5])
    if len(found) > 1:
        undetermined(
            f"De laaglabels zijn het niet eens ({shown}); maak common-ground.nl/laag overal gelijk.",
            f"The layer labels disagree ({shown}); make common-ground.nl/laag the same everywhere.",
        )
    value = next(iter(found), "")
    if value not in {"1", "2", "3", "4", "5"}:
        unseen = rights.layers_unseen
        why = Text(f" ({_bare(unseen.nl)})", f" ({_bare(unseen.en)})") if unseen else Text("", "")
        undetermined(
            f"De laag van het component is onbekend{why.nl}: zet het label common-ground.nl/laag (1 tot en met 5) op "
            "de namespace of de workloads.",
            f"The component's layer is not known{why.en}: put the label common-ground.nl/laag (1 to 5) on the "
            "namespace or the workloads.",
        )
    if int(value) not in layers:
        named = ", ".join(map(str, layers))
        not_applicable(
            f"Deze eis gaat over laag {named}; dit component is van laag {value}.",
            f"This requirement is about layer {named}; this component is of layer {value}.",
        )


def moment_of(rights: Rights, today: date) -> datetime:
    """Return the moment to judge ends of requests on: when it was seen, or later when that is judged again."""
    return max(rights.provenance.at, datetime.combine(today, time.min, UTC))


class Surplus(msgspec.Struct, frozen=True):
    """Verbs on a resource that somebody has and should not."""

    holder: Holder
    resource: Resource
    namespace: str
    verbs: tuple[str, ...]
    sources: tuple[str, ...]
    command: str


def _surplus(
    rights: Rights,
    answers: Answers,
    expected: Expected,
    doubts: RightsDoubts,
    unless: Terms | None,
    moment: datetime,
) -> Iterator[Surplus]:
    """Yield the rights that should not be there, one for each holder, resource and namespace."""
    if expected.namespaces != "own" and rights.others_unseen is not None:
        doubts.keep(rights.others_unseen)
    if expected.closed_since is not None and rights.version is not None and rights.version >= expected.closed_since:
        return
    for holder in rights.holders:
        for resource, asked in _meant(rights, answers, expected, holder).items():
            everywhere: set[str] = set()  # what is allowed in all namespaces is not told of each
            for namespace in _where(rights, expected.namespaces, resource):
                verbs, sources, command = [], {}, ""
                for verb, always in asked.items():
                    right = _answer(answers, holder, verb, resource, namespace, doubts if always else None)
                    if right is None or verb in everywhere:
                        continue
                    shown, bindings, shows = _held(rights, right, answers.by_name(right), doubts, unless, moment)
                    if not shown or not _is_in_force(rights, answers, holder, verb, expected, doubts):
                        continue
                    verbs.append(shown)
                    sources.update(dict.fromkeys(bindings))
                    command = command or shows
                    if namespace == EVERY_NAMESPACE and right.allowed:
                        everywhere.add(verb)
                if verbs:
                    yield Surplus(holder, resource, namespace, tuple(verbs), tuple(sources), command)


def _meant(rights: Rights, answers: Answers, expected: Expected, holder: Holder) -> dict[Resource, dict[str, bool]]:
    """Return the verbs that are meant by resource, each with whether it is always asked about."""
    found: dict[Resource, dict[str, bool]] = {}
    for question in questions():
        if expected.names(question.verb, question.resource):
            found.setdefault(question.resource, {})[question.verb] = True
    always = {verb for verbs in found.values() for verb in verbs}
    for access in answers.of(holder):
        resource = rights.resource_of(access)
        if resource.resource == ALL and access.verb in always:  # told by the resources that are named
            continue
        if expected.names(access.verb, resource):
            found.setdefault(resource, {}).setdefault(access.verb, False)
    return found


def _is_in_force(
    rights: Rights, answers: Answers, holder: Holder, verb: str, expected: Expected, doubts: RightsDoubts
) -> bool:
    """Tell whether a right opens anything on this version of the API server, and with what else there is."""
    if verb.startswith(ACTING_ON):
        mode = verb.removeprefix(ACTING_ON).partition(":")[0]
        if not answers.acts_as(holder, mode) or (rights.version is not None and rights.version < ACTING_SINCE):
            return False
        since = ACTING_SINCE
    elif expected.closed_since is not None:
        since = expected.closed_since
    else:
        return True
    if rights.version is None:
        number = ".".join(map(str, since))
        doubts.keep(
            Text(
                f"of {verb} iets opent, is vanaf Kubernetes {number} anders, en de versie hier is niet gezien",
                f"whether {verb} opens anything differs from Kubernetes {number} on, and the version was not seen",
            )
        )
    return rights.version is not None


def _where(rights: Rights, scope: Scope, resource: Resource) -> tuple[str, ...]:
    """Return the namespaces that are meant, all of them at once first."""
    if not resource.namespaced:
        return (EVERY_NAMESPACE,)
    match scope:
        case "own":
            return (rights.namespace,)
        case "other":
            return (EVERY_NAMESPACE, *rights.other_namespaces)
        case _:
            # What a component of another layer may in acceptance is judged with that component.
            siblings = rights.siblings if rights.environment == "production" else ()
            return (EVERY_NAMESPACE, rights.namespace, *siblings, *rights.other_namespaces)


def _answer(
    answers: Answers, holder: Holder, verb: str, resource: Resource, namespace: str, doubts: RightsDoubts | None
) -> Right | None:
    access = Access(
        verb=verb,
        group=resource.group,
        resource=resource.resource,
        subresource=resource.subresource,
        namespace=namespace,
    )
    right = answers.get(holder, access)
    if right is None and doubts is not None:
        text = f"{verb} {resource.shown}"
        doubts.keep(Text(f"{text} is niet gevraagd", f"{text} was not asked"))
    return right


def _held(
    rights: Rights, right: Right, by_name: Iterable[Right], doubts: RightsDoubts, unless: Terms | None, moment: datetime
) -> tuple[str, tuple[str, ...], str]:
    """Return a verb that is held, as a finding shows it, with the bindings that grant it and the command that shows it.

    Nothing when it is not held.

    Parameters: `by_name`, answers about one object each. What is asked of the API server outweighs what roles say.
    """
    granting = rights.granting(right) if right.allowed else rights.limited(right)
    names = {name for item in granting for name in item.names_for(right.access)}
    names |= {item.name for item in by_name if item.allowed}
    names -= {item.name for item in by_name if item.allowed is False}
    if not right.allowed and not names:
        granting = ()
    unseen = rights.bindings_unseen(right.namespace)
    if right.allowed is None:
        doubts.keep(right.reason or Text("geen antwoord", "no answer"))
    if not right.allowed and not names:
        if unseen is not None and (right.subresource or right.verb not in {"create", "deletecollection"}):
            doubts.keep(
                Text(
                    f"rechten op objecten met naam staan alleen in rollen: {unseen.nl}",
                    f"rights on named objects stand in roles only: {unseen.en}",
                )
            )
        return "", (), ""
    if unless is not None and granting and all(shortfall(item.binding, unless, moment) is None for item in granting):
        return "", (), ""
    if unless is not None and not granting and unseen is not None:
        doubts.keep(
            Text(
                f"of een goedgekeurde aanvraag dit dekt, staat bij de binding: {unseen.nl}",
                f"whether an approved request covers this stands at the binding: {unseen.en}",
            )
        )
        return "", (), ""
    sources = tuple(item.binding.shown for item in granting)
    of_binding = granting[0].binding.command if granting and right.what in rights.unserved else ""
    if right.allowed:
        return right.verb, sources, of_binding or right.command
    # Asked without a name, the API server says no.
    one = msgspec.structs.replace(right, name=min(names))
    return f"{right.verb} ({', '.join(sorted(names)[:5])})", sources, of_binding or one.command


def _report_surplus(rights: Rights, grant: Surplus, findings: Findings) -> None:
    verbs = ", ".join(grant.verbs)
    findings.add(
        RightPlace(placed(grant.holder.shown, grant.namespace), grant.resource.shown, ", ".join(grant.sources[:5])),
        seen=Text(f"mag: {verbs}", f"may: {verbs}"),
        expected=Text("niet toegestaan", "not allowed"),
        remedy=_remedy(grant, verbs, elsewhere=grant.namespace in rights.other_namespaces),
        command=grant.command,
    )


def placed(who: str, namespace: str) -> str:
    """Say whose right it is and where; `*` for all namespaces."""
    return f"{who} in {namespace or ALL}"


def _remedy(grant: Surplus, verbs: str, *, elsewhere: bool) -> Text | None:
    if not grant.sources:
        return None
    first, resource = grant.sources[0], grant.resource.shown
    own = (
        Text(
            f" Is {grant.namespace} ook van deze leverancier, noem hem dan in het doel bij 'own_namespaces'.",
            f" If {grant.namespace} is of this supplier too, name it in 'own_namespaces' of the target.",
        )
        if elsewhere
        else Text("", "")
    )
    return Text(
        f"Laat {verbs} op {resource} uit de rol achter {first} halen, of die binding intrekken.{own.nl}",
        f"Have {verbs} on {resource} taken out of the role behind {first}, or that binding withdrawn.{own.en}",
    )


def _report_lacking(
    rights: Rights, answers: Answers, expected: Expected, findings: Findings, doubts: RightsDoubts
) -> None:
    """Report what none of the supplier's users and groups can do, and one of them should."""
    who = ", ".join(holder.shown for holder in rights.holders[:5])
    for resource in (item for name in expected.resources for item in resources(name)):
        for namespace in _where(rights, expected.namespaces, resource):
            lacking = []
            for verb in expected.verbs:
                found = [_answer(answers, holder, verb, resource, namespace, doubts) for holder in rights.holders]
                if any(right is not None and right.allowed for right in found):
                    continue
                unknown = [right for right in found if right is None or right.allowed is None]
                for right in unknown:
                    if right is not None:
                        doubts.keep(right.reason or Text("geen antwoord", "no answer"))
                if not unknown:
                    lacking.append(verb)
            if lacking:
                verbs = ", ".join(lacking)
                findings.add(
                    RightPlace(placed(who, namespace), resource.shown),
                    seen=Text(f"mag niet: {verbs}", f"may not: {verbs}"),
                    expected=Text("toegestaan", "allowed"),
                    remedy=Text(
                        f"Laat {verbs} op {resource.shown} in namespace {namespace} geven met een RoleBinding.",
                        f"Have {verbs} on {resource.shown} granted in namespace {namespace} with a RoleBinding.",
                    ),
                    command=_command(rights.holders[0], lacking[0], resource, namespace),
                )


def _command(holder: Holder, verb: str, resource: Resource, namespace: str) -> str:
    return Right(
        holder=holder,
        verb=verb,
        group=resource.group,
        resource=resource.resource,
        subresource=resource.subresource,
        namespace=namespace,
        allowed=None,
    ).command


def tell(rights: Rights, findings: Findings) -> None:
    """Tell how much was asked, of whom, and how."""
    evaluated = sum(right.seen_by is SeenBy.EVALUATED for right in rights.rights)
    others = len(rights.other_namespaces)
    findings.saw(
        f"{len(rights.rights)} vragen over {len(rights.holders)} gebruikers en groepen, in {rights.namespace} en "
        f"{others} andere namespaces.",
        f"{len(rights.rights)} questions about {len(rights.holders)} users and groups, in {rights.namespace} and "
        f"{others} other namespaces.",
    )
    if evaluated:
        findings.saw(
            f"{evaluated} antwoorden zijn uitgerekend uit rollen en bindingen, niet gevraagd aan de API-server: "
            "autorisatie buiten RBAC is niet gezien.",
            f"{evaluated} answers were worked out from roles and bindings, not asked of the API server: authorization "
            "outside RBAC was not seen.",
        )


# Bindings that reach further than a namespace, or people

_DEFAULTS = {
    "cluster-admin",
    "system:basic-user",
    "system:discovery",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
}
"""Bindings that every API server makes for its own groups, each to the cluster role of the same name."""


def _report_broad(rights: Rights, findings: Findings, doubts: RightsDoubts) -> None:
    """Report bindings of the supplier that hold for the whole cluster or grant more than is named, and those of all."""
    for unseen in (rights.cluster_bindings_unseen, rights.own_bindings_unseen, rights.other_bindings_unseen):
        if unseen is not None:
            doubts.keep(unseen)
    for holder in rights.holders:
        if holder.kind == "Group" and is_for_everybody(RbacSubject(kind="Group", name=holder.name)):
            findings.add(
                RightPlace(placed(holder.shown, EVERY_NAMESPACE), "groups"),
                seen=Text("een groep van de API-server zelf", "a group of the API server itself"),
                expected=Text("een groep van de leverancier", "a group of the supplier"),
            )
    for bound in rights.bindings:
        theirs = [holder for holder in rights.holders if _is_named(bound.binding, holder)]
        if theirs:
            _report_reach(rights, bound, ", ".join(holder.shown for holder in theirs), findings)
        if not _is_default(bound.binding):
            _report_everybody(bound, findings)


def _is_named(binding: Binding, holder: Holder) -> bool:
    return any(is_meant(subject, holder, binding.namespace) for subject in binding.subjects)


def _is_default(binding: Binding) -> bool:
    return not binding.namespace and binding.name in _DEFAULTS and binding.role == binding.name


def _report_reach(rights: Rights, bound: Bound, who: str, findings: Findings) -> None:
    binding = bound.binding
    harms = any(changes(rule) or reaches_secrets(rule) for rule in bound.rules)
    place = RightPlace(placed(who, binding.namespace), binding.role, binding.shown)
    if not binding.namespace:
        findings.add(
            place,
            seen=Text("een binding voor het hele cluster", "a binding for the whole cluster"),
            expected=Text("een RoleBinding in de eigen namespace", "a RoleBinding in the own namespace"),
            strength="required" if harms else "recommended",
            command=binding.command,
        )
    wide = [rule for rule in bound.rules if is_wide(rule)]
    if wide:
        rule = wide[0]
        shown = f"{', '.join(rule.verbs)}: {', '.join(rule.resources)}"
        findings.add(
            place,
            seen=Text(f"een '*' in de rol ({shown})", f"a '*' in the role ({shown})"),
            expected=Text("verbs en resources bij naam", "verbs and resources by name"),
            strength="recommended" if binding.namespace in rights.own_namespaces or not harms else "required",
            command=binding.command,
        )
    if not bound.role_found and rights.bindings_unseen(binding.namespace) is None:
        findings.add(
            place,
            seen=Text("een rol die niet bestaat", "a role that does not exist"),
            expected=Text("geen binding zonder rol", "no binding without its role"),
            strength="recommended",
            command=binding.command,
        )


def _report_everybody(bound: Bound, findings: Findings) -> None:
    harms = any(changes(rule) or reaches_secrets(rule) for rule in bound.rules)
    # Who has not logged in may read what lets nodes join (kubeadm), and health: that is no finding.
    groups = [
        subject.name
        for subject in bound.binding.subjects
        if is_for_everybody(subject) and (harms or subject.kind == "Group")
    ]
    # The accounts of one namespace are that namespace's own affair.
    shared = [name for name in groups if not name.startswith(f"{SERVICE_ACCOUNTS}:")]
    if not shared:
        return
    findings.add(
        RightPlace(placed(", ".join(shared), bound.binding.namespace), bound.binding.role, bound.binding.shown),
        seen=Text("rechten voor iedereen die is ingelogd, of meer", "rights for everybody who is logged in, or more"),
        expected=Text("een binding aan wie het nodig heeft", "a binding to whoever needs it"),
        strength="required" if harms else "recommended",
        command=bound.binding.command,
    )


# Integration facilities


class IntegrationAdmins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of `rbac.integration_admins`."""

    max_supplier_admins: int
    resources: tuple[str, ...]


@check("rbac.integration_admins", params=IntegrationAdmins)
def test_integration_is_not_the_suppliers(
    rights: Rights, findings: Findings, params: IntegrationAdmins, today: date
) -> None:
    """DDC 4: the municipality's specialists configure gateways and what else integrates, not the supplier."""
    doubts = RightsDoubts()
    expected = Expected(("create", "update", "patch", "delete"), params.resources, "all", allowed=False)
    found = list(_surplus(rights, rights.asked(), expected, doubts, None, moment_of(rights, today)))
    if len({grant.holder for grant in found}) > params.max_supplier_admins:
        for grant in found:
            _report_surplus(rights, grant, findings)
    tell(rights, findings)
    doubts.end()


# What counts as asked for


def shortfall(binding: Binding, terms: Terms, moment: datetime) -> Text | None:
    """Return what a binding lacks to count as asked for and temporary; None when it lacks nothing."""
    number = binding.annotations.get(terms.record, "").strip()
    if not number:
        return Text(f"geen nummer in {terms.record}", f"no number in {terms.record}")
    if not is_request_number(number):
        return Text(
            f"geen nummer van een aanvraag in {terms.record}: {number[:60]}",
            f"no number of a request in {terms.record}: {number[:60]}",
        )
    written = binding.annotations.get(terms.until, "").strip()
    end = _end(written)
    if end is None:
        return Text(f"geen leesbaar einde in {terms.until}: {written}", f"no readable end in {terms.until}: {written}")
    if end <= moment:
        return Text(f"verlopen op {written}", f"ended on {written}")
    if terms.max_hours is None:
        return None
    if binding.created is None:
        return Text("onbekend sinds wanneer", "not known since when")
    if end - binding.created > timedelta(hours=terms.max_hours):
        made = binding.created.isoformat()
        return Text(f"van {made} tot {written}", f"from {made} to {written}")
    return None


def _end(written: str) -> datetime | None:
    """Read the end of access: a moment with its time zone, or a day, which counts in full."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", written):
            return datetime.combine(date.fromisoformat(written), time.max, UTC)
        end = datetime.fromisoformat(written)
    except ValueError:
        return None
    return end if end.tzinfo else None
