"""What the agent refuses by itself, whatever the portal asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.canonical.card_numbers import passes_luhn
from integrations.canonical.errors import IntegrationError, NeverWorks, TryLater
from integrations.canonical.identifiers import is_identifier
from integrations.canonical.posting import PostingOutcome, PostingResult, Refusal
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.agent import calls
from integrations.sagepro.agent.codec import encode
from integrations.sagepro.agent.settings import HOLD, STOP, Settings
from integrations.sagepro.agent.wire import Job

_LONGEST_REASON = 200
_CARD_DIGITS = range(13, 20)
_DIGITS = re.compile(r"[0-9]+")
# Four by four, or 4-6-5 and 4-6-4, with one blank or dash between groups.
_PRINTED = re.compile(
    r"(?<![0-9])(?:[0-9]{4}(?:[ -][0-9]{4}){2,3}(?:[ -][0-9]{1,3})?"
    r"|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5})(?![0-9])"
)


def is_stopped(folder: Path) -> bool:
    """Whether the kill switch is set."""
    return (folder / STOP).exists()


def held(folder: Path) -> str:
    """Why a person holds the agent back, in a sentence; empty when nobody does."""
    try:
        why = (folder / HOLD).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
    told = f": {why[:_LONGEST_REASON]}" if why else "."
    return f"The agent is held on its own computer{told}"


def why_no_writes(settings: Settings, *, stopped: bool, hold: str, now: datetime) -> str:
    """Why nothing may be written now, in a sentence; empty when it may. `now` in local time."""
    if stopped:
        return "The agent is stopped by the switch on its own computer."
    if hold:
        return hold
    if settings.read_only:
        return "The agent is set to read only on its own computer."
    if settings.quiet_hours is not None and settings.quiet_hours.holds(now):
        ends = settings.quiet_hours.ends
        return f"The agent keeps quiet hours and writes again at {ends:%H:%M}, its own time."
    return ""


def refusal(job: Job, *, company_number: str, epoch: int, now: datetime) -> IntegrationError | None:
    """Why this job is not begun; None when it may be. `now` on the portal's clock."""
    if job.epoch != epoch:
        return TryLater("The job was made for another pairing.", code="agent.other_pairing")
    if job.company_number != company_number:
        return NeverWorks("The job is for another company.", code="agent.other_company")
    if job.is_expired(now):
        return TryLater("The job came too late and was not begun.", code="agent.expired")
    return None


def card_refusal(job: Job) -> dict[str, Any] | None:
    """The answer to a write that would put something shaped like a card number into Sage."""
    for name, text in _texts(job):
        if not is_identifier(name.rpartition(".")[2], text) and _looks_like_card(text):
            # The same words as the writer has for the numbers it knows by their brand.
            sentence = (
                f"The value for ‘{name}’ holds a card number, which is never written to Sage."
            )
            if job.name in calls.CHANGES:
                refusal = Refusal("value_refused", sentence, name, "Mask it, or leave it out.")
                return {"value": encode(ChangeResult(ChangeOutcome.REFUSED, refusal=refusal))}
            if job.name != calls.POST:
                return calls.failure(NeverWorks(sentence, code="agent.card_number", field=name))
            remedy = "Map another field, or mask it in the field mapping."
            refused = Refusal("value_refused", sentence, name, remedy)
            return {"value": encode(PostingResult(PostingOutcome.REFUSED, refusal=refused))}
    return None


def _texts(job: Job) -> Iterator[tuple[str, str]]:
    """What people typed or mapped; keys and markers are ours."""
    if job.name in calls.CHANGES:
        yield from _all_texts(job.arguments[calls.CHANGES[job.name]], "")
        return
    request = job.arguments.get("request")
    if not isinstance(request, Mapping):
        yield "status", str(job.arguments.get("status", ""))
        return
    yield from ((str(name), str(text)) for name, text in request["fields"].items())
    yield from (("memo", str(line["memo"])) for line in request["journal"])


def _all_texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each with its place, as the writer says it: `lines.2.description` is of line number 2."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _all_texts(one, f"{name}.{key}".lstrip("."))
    elif isinstance(value, Sequence):
        for position, one in enumerate(value, start=1):
            number = one.get("number", position) if isinstance(one, Mapping) else position
            yield from _all_texts(one, f"{name}.{number}")


def _looks_like_card(text: str) -> bool:
    """13 to 19 digits that pass the Luhn check, in one run or in groups as printed on a card.

    Digits that merely stand near each other, such as two references, are not taken together.
    """
    groups = _DIGITS.findall(text)
    return any(_is_card(digits) for digits in groups) or any(
        _is_card("".join(sign for sign in found if sign.isdigit()))
        for found in _PRINTED.findall(text)
    )


def _is_card(run: str) -> bool:
    return len(run) in _CARD_DIGITS and passes_luhn(run.encode())
