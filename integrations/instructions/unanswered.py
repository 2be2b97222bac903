"""What is said while nothing shows what became of an instruction: wait, never arrived, a person.

Nothing found is an answer only after a time in which neither the request nor the record can be
under way any more.
"""

from __future__ import annotations

from datetime import timedelta

from integrations.instructions.kinds import Kind
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import NEVER_ARRIVED, PERSON_NEEDED, Outcome
from integrations.instructions.protocol import Told

S = InstructionState
# PayTrace's real-time records follow within seconds; its exports lag by an unknown time
# (B2B API, TransactionRecords page), so a day of the poll's overlap must pass.
NOTHING_IN_REAL_TIME = timedelta(minutes=10)
NOTHING_IN_EXPORT = timedelta(hours=24)
_WAITS = (
    (timedelta(minutes=2), timedelta(seconds=30)),
    (timedelta(minutes=20), timedelta(minutes=2)),
    (timedelta(hours=2), timedelta(minutes=15)),
)
# What PayTrace's exports tell by themselves, should it have arrived after all (`late`).
_LISTED = frozenset({Kind.CHARGE, Kind.HOLD, Kind.GIVE_BACK, Kind.REFUND_CUSTOMER})
_LATE = (
    (timedelta(hours=1), timedelta(hours=1)),
    (timedelta(hours=24), timedelta(hours=24)),
)


def nothing(told: Told, *, is_real_time: bool) -> Outcome:
    """PayTrace shows no record of it, in lists that are real time or lag."""
    enough = NOTHING_IN_REAL_TIME if is_real_time else NOTHING_IN_EXPORT
    if told.age >= enough:
        return Outcome(
            S.REFUSED,
            NEVER_ARRIVED,
            "PayTrace holds no record of it: nothing was done. Ask for it again if it is still "
            "wanted.",
            after=None if told.wish.kind in _LISTED else _late_look(told.age),
        )
    return Outcome(
        S.UNKNOWN,
        "paytrace.not_found_yet",
        "PayTrace shows no record of it yet. We keep looking; nothing is sent again.",
        after=_wait(told.age),
    )


def _late_look(age: timedelta) -> timedelta | None:
    """When to ask once more about what nothing was found of; None for never."""
    return next((wait for until, wait in _LATE if age < until), None)


def person(sentence: str) -> Outcome:
    """Only somebody who looks at PayTrace can say it."""
    return Outcome(
        S.UNKNOWN,
        PERSON_NEEDED,
        f"{sentence} Look it up in PayTrace and say here what happened.",
        after=timedelta(hours=6),
    )


def cannot_look() -> Outcome:
    """This account's version of the API has no look-up for it."""
    return person("PayTrace’s API cannot be asked what became of this.")


def _wait(age: timedelta) -> timedelta:
    return next((wait for until, wait in _WAITS if age < until), timedelta(hours=1))
