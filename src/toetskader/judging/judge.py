"""One judgement: a check applied to a part of a target in every scene, and the verdicts combined."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import msgspec

from toetskader.core.failure import Unjudgeable
from toetskader.facts.attempt import Malformed, NotProven, Unseen
from toetskader.facts.key import FactKey
from toetskader.facts.kubernetes.declared import reading
from toetskader.judging.check import Check
from toetskader.judging.combining import Judged, is_doubtful, scenes_together
from toetskader.judging.deadline import Deadline, TooLong
from toetskader.judging.findings import Enough, Findings, clipped
from toetskader.judging.outcomes import NotApplicable, NotShown, Parameters, Undetermined
from toetskader.judging.stage import Matched, Stage, staged
from toetskader.judging.subjects import Missing, SceneSubjects, TargetSubjects
from toetskader.judging.undecided import whether_they_come
from toetskader.kinds.registry import KINDS
from toetskader.results import Verdict
from toetskader.text import Text, words

_TYPE_NAMES_NL = {
    "mapping": "een mapping",
    "list": "een lijst",
    "text": "tekst",
    "number": "een getal",
    "whole number": "een geheel getal",
    "true or false": "true of false",
    "nothing": "niets",
    "image reference": "een imageverwijzing",
}


def judge(
    check: Check,
    subjects: TargetSubjects,
    *,
    part: str,
    params: Mapping[str, Any],
    parameters: Parameters,
    today: date,
    fixtures: Mapping[str, Any],
    only: Collection[str] | None = None,
    norms: Mapping[str, Any] | None = None,
    deadline: Deadline | None = None,
    matched: Matched | None = None,
) -> Judged:
    """Apply a check in every scene it needs and combine: a requirement passes only if all scenes pass.

    Parameters: `part`, of the target, that it is measured on; `params`, the requirement's; `parameters`, the target's;
    `today`, the day to judge on; `fixtures`, values of pytest fixtures the function also asks for; `only`, scenes it
    is about, None for all; `norms`, all norms by id, of which the target's parameters choose one;
    `deadline`, how long all of it may take, None for the usual time; `matched`, the other kinds of parts that the
    target has and the check takes, each with what goes with every scene. A failure in one
    scene outweighs everything; not applicable counts only when it holds in all scenes.
    """
    matched = matched or {}
    for item in check.beside:
        if item.part not in matched and item.absent is not None:
            return _without(item.absent)
    given: dict[str, Any] = {"parameters": parameters, "today": today, **fixtures}
    if check.params is not None:
        given["params"] = check.converted(params)
    for name, kind in check.norms:
        given[name] = (norms or {}).get(parameters.get(f"{kind}_norm"))
    scenes = subjects.scenes(part, per_scene=check.per_scene)
    if only is not None and check.per_scene:
        scenes = tuple(scene for scene in scenes if scene.scene in only)
    deadline = deadline or Deadline()
    judged = [_judge_always(check, staged(check, scene, subjects, matched), given, deadline) for scene in scenes]
    if not KINDS[part].are_variants and len(scenes) > 1:
        judged = [_named(item, scene.scene) for item, scene in zip(judged, scenes, strict=True)]
    return scenes_together(judged)


def _named(judged: Judged, scene: str) -> Judged:
    """Say of what was measured on which endpoint that was, as there are several."""
    measured = tuple(Text(f"{scene}: {text.nl}", f"{scene}: {text.en}") for text in judged.measured)
    return msgspec.structs.replace(judged, measured=measured)


def _without(absent: NotApplicable | Undetermined) -> Judged:
    """Return what a check comes to on a target that lacks a kind of part, as it declares."""
    verdict = Verdict.NOT_APPLICABLE if isinstance(absent, NotApplicable) else Verdict.UNDETERMINED
    return Judged(verdict, reason=absent.reason)


def _judge_always(check: Check, stage: Stage, given: Mapping[str, Any], deadline: Deadline) -> Judged:
    """Judge a scene, and again in each circumstance that changes what is there: it must hold in all of them."""
    judged = _judge_scene(check, stage, given, deadline)
    read = {key.kind for key in judged.keys}
    for scene in stage.scenes:
        if scene.kind.varies in read:
            judged = _judge_otherwise(check, stage, scene, judged, given=given, deadline=deadline)
    return judged


def _judge_otherwise(
    check: Check, stage: Stage, scene: SceneSubjects, judged: Judged, *, given: Mapping[str, Any], deadline: Deadline
) -> Judged:
    """Judge in each other circumstance of one scene, and add what is so in that circumstance only."""
    kinds = {_kind_of_answer(judged)}
    for circumstance, subjects in scene.otherwise:
        if circumstance.unseen is not None:
            also = Judged(Verdict.UNDETERMINED, reason=circumstance.unseen)
        else:
            also = _judge_scene(check, stage.with_scene(subjects), given, deadline)
            kinds.add(_kind_of_answer(also))
        judged = _with(judged, also, circumstance.when)
    asked = check.subjects_by_part(stage.scene.part)[scene.part]
    return _if_all_is_there(asked, scene, judged, depends=len(kinds) > 1)


_OF_WORKLOADS = "workloads"
_OF_SOME_OBJECTS = frozenset({_OF_WORKLOADS, "routes", "network_policies"})


def _kind_of_answer(judged: Judged) -> tuple[Verdict, bool]:
    return judged.verdict, judged.shown


def _if_all_is_there(asked: Collection[str], scene: SceneSubjects, judged: Judged, *, depends: bool) -> Judged:
    """Leave undetermined what rests on something of which it cannot be told whether it will be there.

    Parameters: `asked`, the subjects of the scene. When an object comes by what no value decides, that is every
    judgement of all objects, and every judgement of workloads when it is one: what is away meets nothing. Any other
    judgement is so when its answer `depends` on the circumstances: when it is not the same in each. A failure remains
    one.
    """
    comes = scene.undecided
    of_all = "objects" in asked and _OF_SOME_OBJECTS.isdisjoint(asked)
    if not (of_all or depends):
        comes = tuple(item for item in comes if item.runs and _OF_WORKLOADS in asked)
    if not comes:
        return judged
    doubt = whether_they_come(comes)
    own = judged.verdict is Verdict.UNDETERMINED and judged.shown and not depends
    if judged.verdict is Verdict.FAIL or own:
        return msgspec.structs.replace(judged, doubt=judged.doubt or doubt)
    return msgspec.structs.replace(judged, verdict=Verdict.UNDETERMINED, reason=doubt, doubt=doubt, shown=True)


def _with(judged: Judged, also: Judged, when: Text) -> Judged:
    """Add to a judgement what is not so in another circumstance only, and say which one that is."""
    known = {(found.where, found.path, words(found.seen, "nl")) for found in judged.findings}
    added = tuple(
        msgspec.structs.replace(
            found, seen=Text(f"{words(found.seen, 'nl')} ({when.nl})", f"{words(found.seen, 'en')} ({when.en})")
        )
        for found in also.findings
        if (found.where, found.path, words(found.seen, "nl")) not in known
    )
    reason = also.doubt or also.reason
    doubt = Text(f"{reason.nl} ({when.nl})", f"{reason.en} ({when.en})") if reason and is_doubtful(also) else None
    open_question = judged.doubt or (judged.reason if judged.verdict is Verdict.UNDETERMINED else None)
    judged = msgspec.structs.replace(
        judged, findings=judged.findings + added, doubt=open_question or doubt, crash=judged.crash or also.crash
    )
    if judged.verdict is Verdict.FAIL or also.verdict is Verdict.FAIL:
        return msgspec.structs.replace(judged, verdict=Verdict.FAIL, reason=None, shown=True)
    if also.verdict is Verdict.UNDETERMINED and also.shown and judged.verdict is not Verdict.UNDETERMINED:
        return msgspec.structs.replace(judged, verdict=Verdict.UNDETERMINED, reason=doubt)
    if also.shown and (not judged.shown or (judged.verdict, also.verdict) == (Verdict.NOT_APPLICABLE, Verdict.PASS)):
        return msgspec.structs.replace(judged, verdict=also.verdict, reason=also.reason, doubt=None, shown=True)
    return judged


def _judge_scene(check: Check, stage: Stage, given: Mapping[str, Any], deadline: Deadline) -> Judged:
    findings = Findings(_named_in_findings(stage.scene), {item.part: _named_in_findings(item) for item in stage.others})
    try:
        with reading(check.may_read), deadline:
            return _judged(check, stage, given, findings)
    except TooLong:
        return _ended(findings, _keys(check, stage, given), _too_long(check, stage, deadline))


def _named_in_findings(scene: SceneSubjects) -> str:
    return "" if scene.kind.places_name_scene else scene.scene


def _ended(
    findings: Findings, keys: tuple[FactKey, ...], doubt: Text | None, crash: BaseException | None = None
) -> Judged:
    """Return what comes of what was found: a failure, whatever the doubt; else the doubt, if any; else a pass."""
    judged = Judged(
        Verdict.PASS,
        tuple(findings.items),
        keys=keys,
        crash=crash,
        measured=tuple(findings.measured),
        differences=tuple(findings.differences),
        documents=tuple(findings.documents),
        worth=findings.worth,
    )
    if findings.fail:
        return msgspec.structs.replace(judged, verdict=Verdict.FAIL, doubt=doubt or findings.lacking)
    if findings.lacking is not None:
        return msgspec.structs.replace(judged, verdict=Verdict.UNPROVEN, reason=findings.lacking, doubt=doubt)
    if doubt is not None:
        return msgspec.structs.replace(judged, verdict=Verdict.UNDETERMINED, reason=doubt)
    return judged


def _keys(check: Check, stage: Stage, given: Mapping[str, Any]) -> tuple[FactKey, ...]:
    """Return the keys of all facts that a judgement reads, those of what stands beside too."""
    asked, params = check.subjects_by_part(stage.scene.part), given.get("params")
    keys = (scene.key(name, check.argument(name, params)) for scene in stage.scenes for name in asked[scene.part])
    return tuple(dict.fromkeys(keys))


def _judged(check: Check, stage: Stage, given: Mapping[str, Any], findings: Findings) -> Judged:
    scene, keys = stage.scene, _keys(check, stage, given)
    arguments = {name: value for name, value in given.items() if name in check.given or name not in _ALWAYS}
    if "findings" in check.given:
        arguments["findings"] = findings
    doubt: Text | None = None
    crash: Exception | None = None
    try:
        _require_norms(check, given)
        arguments |= _subjects(check, stage, given)
        check.function(**arguments)
    except NotApplicable as outcome:
        if not findings.fail:  # what was found applies
            off = _nothing_there(scene) if check.per_scene else None
            if off is not None:
                return Judged(Verdict.UNDETERMINED, reason=off, keys=keys, shown=not scene.kind.are_variants)
            unseen = _left_out(check, stage)
            if unseen is not None:
                return Judged(Verdict.UNDETERMINED, reason=unseen, keys=keys)
            return Judged(Verdict.NOT_APPLICABLE, reason=clipped(outcome.reason), keys=keys)
    except NotShown as outcome:
        if not findings.fail:
            return Judged(Verdict.UNDETERMINED, reason=clipped(outcome.reason), keys=keys, shown=False)
    except NotProven as outcome:
        findings.unproven(outcome.reason.nl, outcome.reason.en)
    except Enough:
        pass
    except Exception as outcome:  # hostile input must cost one verdict, not the run
        doubt = clipped(_doubt(check, outcome, stage))
        crash = None if isinstance(outcome, Unjudgeable) else outcome
    variant = scene.kind.are_variants  # of which another may have what this one leaves off
    if doubt is None and findings.fail:
        doubt = None if variant else _left_out(check, stage)
    elif doubt is None:
        looked_at = stage.others if variant else stage.scenes
        idle = next(filter(None, map(_nothing_there, looked_at)), None)  # what is empty meets nothing
        doubt = idle or _left_out(check, stage)
    return _ended(findings, keys, doubt, crash)


def _require_norms(check: Check, given: Mapping[str, Any]) -> None:
    """End the judgement when the target chooses no norm of a kind that the check needs."""
    for name, kind in check.norms:
        if given[name] is None:
            given["parameters"].require(f"{kind}_norm")


def _nothing_there(scene: SceneSubjects) -> Text | None:
    """Return why a scene in which there is nothing does not tell that something does not apply; None when it does."""
    try:
        return scene.kind.nothing_there(scene)
    except (Unjudgeable, KeyError):  # not seen, or not collected at all
        return None


def _left_out(check: Check, stage: Stage) -> Text | None:
    """Return why what a check looks at is not all there is, or will be; None when it is."""
    asked = check.subjects_by_part(stage.scene.part)
    for scene in stage.scenes:
        try:
            why = scene.kind.left_out(scene, frozenset(asked[scene.part]))
        except Unjudgeable:  # then the check did not come to a verdict by these objects either
            continue
        if why is not None:
            return why
    return None


def _subjects(check: Check, stage: Stage, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the subjects that a check takes, by argument; None for those of a kind of part that is not there.

    Where a check takes that, the reason stands in the place of what was not seen, or of what cannot be laid beside.
    """
    params = given.get("params")
    found: dict[str, Any] = {}
    for name in check.subjects:
        try:
            found[name] = stage.scene.get(name, check.argument(name, params))
        except Missing as outcome:
            if name not in check.accepts_not_seen:
                raise
            found[name] = outcome.attempt
    for item in check.beside:
        scene = stage.beside[item.part]
        for argument, name in item.arguments:
            asked = check.argument(name, params)
            if isinstance(scene, tuple):
                found[argument] = {one.scene: _got_or_doubt(check, stage, one, name, asked) for one in scene}
                continue
            try:
                found[argument] = None if scene is None else _got(scene, name, asked)
            except (Missing, Undetermined) as outcome:
                if argument not in check.accepts_undetermined:
                    raise
                found[argument] = Undetermined(_doubt(check, outcome, stage))
    return found


def _got_or_doubt(check: Check, stage: Stage, scene: SceneSubjects, name: str, argument: str) -> Any:
    try:
        return scene.get(name, argument)
    except Unjudgeable as outcome:
        return Undetermined(_doubt(check, outcome, stage))


def _got(scene: SceneSubjects | Text, name: str, argument: str) -> Any:
    if isinstance(scene, Text):
        raise Undetermined(scene)
    return scene.get(name, argument)


_ALWAYS = frozenset({"parameters", "today", "params"})


def _doubt(check: Check, outcome: Exception, stage: Stage) -> Text:
    """Say why a check came to no verdict."""
    match outcome:
        case Undetermined():
            return outcome.reason
        case Missing():
            return _not_seen(outcome, stage)
        case Unseen():
            return outcome.reason
        case Malformed():
            return _malformed(outcome, stage)
        case _:
            return _broken(check, outcome)


def _in_scene(stage: Stage, scene: SceneSubjects) -> tuple[str, str]:
    """Say which scene is meant, in Dutch and in English: `values set default`, and of another part which part that is.

    Of the part that is measured there is nothing to say when it has no scenes.
    """
    kind = scene.kind
    word = Text("", "") if kind.places_name_scene or not scene.scene else kind.scene
    nl, en = (f"{text} {scene.scene}".strip() for text in (word.nl, word.en))
    if scene.part == stage.scene.part:
        return nl, en
    return f"{scene.part} {nl}".strip(), f"{scene.part} {en}".strip()


def _in_scenes(stage: Stage) -> tuple[str, str]:
    """Say which scenes are looked at, as `_in_scene`."""
    nl, en = zip(*(_in_scene(stage, scene) for scene in stage.scenes), strict=True)
    return ", ".join(filter(None, nl)), ", ".join(filter(None, en))


def _not_seen(outcome: Missing, stage: Stage) -> Text:
    nl, en = (f" ({named})" if named else "" for named in _in_scene(stage, outcome.scene))
    message = outcome.attempt.message
    return Text(f"Niet gezien{nl}: {message.nl}", f"Not seen{en}: {message.en}")


def _malformed(outcome: Malformed, stage: Stage) -> Text:
    nl, en = (f" ({named})" if named else "" for named in _in_scenes(stage))
    expected, seen = (_TYPE_NAMES_NL.get(name, name) for name in (outcome.expected, outcome.seen))
    return Text(
        f"{outcome.where}, {outcome.path or 'het object'}{nl}: {seen} gevonden "
        f"waar Kubernetes {expected} verwacht; herstel de template, daarna kan dit beoordeeld worden.",
        f"{outcome.where}, {outcome.path or 'the object'}{en}: {outcome.seen} "
        f"found where Kubernetes expects {outcome.expected}; mend the template, then this can be judged.",
    )


def _too_long(check: Check, stage: Stage, deadline: Deadline) -> Text:
    nl, en = (f", {named}" if named else "" for named in _in_scenes(stage))
    target = stage.scene.target
    return Text(
        f"De toets {check.id} was op doel {target}{nl} na {deadline.seconds:g} seconden rekentijd niet klaar. "
        "Zoek wat er ongewoon groot aan is (aantal objecten, lengte van teksten) en maak dat kleiner; is er niets "
        "groots aan, meld het dan als fout in Toetskader.",
        f"The check {check.id} was not done with target {target}{en} after {deadline.seconds:g} seconds of "
        "processor time. Look for what is uncommonly large in it (number of objects, length of texts) and make that "
        "smaller; if nothing is, report it as a fault in Toetskader.",
    )


def _broken(check: Check, fault: Exception) -> Text:
    name = type(fault).__name__  # its message may quote what it choked on, a secret too
    return Text(
        f"De toets {check.id} liep vast op deze invoer ({name}). Dat is een fout in Toetskader: meld hem.",
        f"The check {check.id} broke on this input ({name}). That is a fault in Toetskader: please report it.",
    )
