"""One payment's walk, told in order: asked → received → checked → … → posted → read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.canonical.transactions import TransactionType
from integrations.events.models import ContestDeadline, GatewayFact, InboundNotice
from integrations.instructions.models import Instruction
from integrations.posting.models import Effect, EffectState, PostingAttempt
from integrations.posting.words import POSTED, Word, sentence_of, word_of
from integrations.workflows.models import StepRun, WorkflowRun
from portal.asked import asked_sentence, decided_sentence, decided_title

_STEPS = {
    "match": ("Matched", "file-search"),
    "map": ("Mapped", "list-tree"),
    "account": ("Accounted", "scale"),
    "guard": ("Guarded", "shield-check"),
    "post": ("Prepared", "file-check"),
}
_RESULT_TONES = {"waits": "waiting", "needs_person": "attention"}
_OUTCOMES = {
    "posted": ("Posted", "circle-check", "good"),
    "exists": ("Already in Sage", "circle-check", "good"),
    "partial": ("Partly in Sage", "circle-dot", "moving"),
    "conflict": ("Conflict in Sage", "octagon-x", "attention"),
    "refused": ("Refused by Sage", "circle-x", "attention"),
    "wait": ("Sage asked us to wait", "clock", "waiting"),
    "handed_over": ("Handed over", "arrow-up-right", "moving"),
    "withdrawn": ("Withdrawn", "circle-slash", "quiet"),
    "unknown": ("No answer from Sage", "circle-question-mark", "waiting"),
    "absent": ("Not in Sage", "circle-minus", "waiting"),
    "": ("Asking Sage", "arrow-up-right", "moving"),
}
_TRIGGERS = {"retry": "tried again by a person", "decision": "after a person decided"}


@dataclass(frozen=True)
class Moment:
    """One thing that happened, in words, with what the step thought."""

    title: str
    icon: str
    tone: str
    sentence: str
    at: datetime | None = None
    trace: tuple[str, ...] = ()


def timeline(
    effect: Effect,
    *,
    facts: Sequence[GatewayFact],
    notices: Sequence[InboundNotice],
    runs: Sequence[WorkflowRun],
    steps: Sequence[StepRun],
    attempts: Sequence[PostingAttempt],
    asked: Instruction | None = None,
    moved: Sequence[ContestDeadline] = (),
) -> list[Moment]:
    """Everything that happened to the payment, oldest first; the steps are of its last walk."""
    told = [
        *(_notice(notice) for notice in notices),
        *(_fact(fact) for fact in facts),
        *(_deadline(one) for one in moved),
    ]
    told.sort(key=lambda moment: moment.at or effect.created_at)
    walked = [_step(step, runs[-1], is_first=index == 0) for index, step in enumerate(steps)]
    posted = [_attempt(attempt) for attempt in attempts]
    return [*_asked(asked), *told, *walked, *posted, *_end(effect)]


def _asked(one: Instruction | None) -> list[Moment]:
    """Who wanted it, and who let it go out."""
    if one is None:
        return []
    moments = [Moment("Asked", "pencil-line", "quiet", asked_sentence(one), one.asked_at)]
    if one.decided_at:
        title, sentence = decided_title(one), decided_sentence(one)
        moments.append(Moment(title, "user-check", "quiet", sentence, one.decided_at))
    return moments


def _notice(notice: InboundNotice) -> Moment:
    sentence = f"{notice.get_source_display()}. Only a hint: PayTrace itself is asked."
    return Moment("Received", "inbox", "quiet", sentence, notice.received_at)


def _fact(fact: GatewayFact) -> Moment:
    state = fact.state.replace("_", " ")
    how = {
        GatewayFact.SeenBy.NOTICE: "after a notice",
        GatewayFact.SeenBy.SYNC: "found by sync, no notice told of it",
        GatewayFact.SeenBy.PERSON: "told by a person",
    }[GatewayFact.SeenBy(fact.seen_by)]
    sentence = f"PayTrace says: {fact.type} {state} ({how})."
    if fact.type == TransactionType.CHARGEBACK:
        # PayTrace tells of none.
        by_person = fact.seen_by == GatewayFact.SeenBy.PERSON
        teller = "A person" if by_person else "The disputes provider"
        sentence = f"{teller} says: the chargeback was {state}."
    is_bad = fact.state in {"declined", "auto_voided", "unknown"}
    return Moment(
        "Checked", "search-check", "waiting" if is_bad else "good", sentence, fact.seen_at
    )


def _deadline(one: ContestDeadline) -> Moment:
    day = f"{one.respond_by:%b} {one.respond_by.day}, {one.respond_by.year}"
    sentence = f"The last day to contest it is {day}, says {one.told_by}."
    return Moment("Last day to contest", "clock", "quiet", sentence, one.told_at)


def _step(step: StepRun, run: WorkflowRun, *, is_first: bool) -> Moment:
    title, icon = _STEPS.get(step.step, (step.step.capitalize(), "circle-dot"))
    tone = _RESULT_TONES.get(step.result, "good")
    trace = tuple(str(line) for line in step.trace)
    if is_first:
        return Moment(title, icon, tone, step.sentence, run.ended_at, _versions(run) + trace)
    return Moment(title, icon, tone, step.sentence, None, trace)


def _versions(run: WorkflowRun) -> tuple[str, ...]:
    how = _TRIGGERS.get(run.trigger, "when it arrived")
    number = f"Walk {run.number}, " if run.number > 1 else "Walked "
    versions = f"posting policy {_version(run.version)}, field mapping "
    versions += f"{_version(run.mapping_version)}, GL rules {_version(run.gl_rules_version)} "
    versions += f"and posting profile {_version(run.profile_version)}"
    return (f"{number}{how}, with {versions}.",)


def _version(number: int) -> str:
    return f"version {number}" if number else "as shipped"


def _attempt(attempt: PostingAttempt) -> Moment:
    title, icon, tone = _OUTCOMES.get(attempt.outcome, _OUTCOMES[""])
    sentence = attempt.sentence or "Sage's single writer was asked; it checks and writes at once."
    return Moment(title, icon, tone, sentence, attempt.ended_at or attempt.started_at)


def _end(effect: Effect) -> list[Moment]:
    """The last line: where it stands now, when the walk alone does not say it."""
    word = word_of(effect.state)
    if word is POSTED and effect.state == EffectState.POSTED:
        sentence = f"Read back from Sage and compared: {effect.sage_reference or 'it is there'}."
        return [Moment("Read back", "book-check", "good", sentence, effect.posted_at)]
    return [_now(effect, word)]


def _now(effect: Effect, word: Word) -> Moment:
    sentence = effect.sentence or sentence_of(effect.state)
    return Moment(word.text, word.icon, word.tone, sentence, effect.state_since)
