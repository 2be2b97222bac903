"""What a look at all open items moves: the first one, and others after so many changed."""

from __future__ import annotations

import time

import psycopg

from integrations.canonical.open_items import Holding, OpenItemsAnswer, OpenItemsQuestion
from integrations.sagepro.agent import wire
from integrations.sagepro.agent.codec import encode
from integrations.sagepro.connector import Connector
from tests.bench.report import Aim, Row

_CHANGED = (10, 1_000)
# A few leaves of a dozen items each, and the digests that lead there.
_MOST = {10: 0.01, 1_000: 0.2}
_CHANGE = """
    UPDATE armast SET balance = balance - 0.01
    WHERE invno IN (SELECT lpad((500000 + n)::text, 10) FROM generate_series(1, %s) AS n)
"""


def measure(sage: Connector, *, dsn: str) -> list[Row]:
    """Bytes of questions and answers as they travel, each look beside the first."""
    held = Holding()
    first = _look(sage, held, "first look")
    none = _look(sage, held, "nothing changed", aim=Aim(most=1_000))
    rows = [first, none]
    for count in _CHANGED:
        with psycopg.connect(dsn) as connection:
            connection.execute(_CHANGE, [count])
        aim = Aim(most=_MOST[count])
        rows.append(_look(sage, held, f"{count:,} changed", aim=aim, beside=first))
    return rows


def _look(
    sage: Connector, held: Holding, what: str, *, aim: Aim | None = None, beside: Row | None = None
) -> Row:
    began = time.perf_counter()
    moved, answers = 0, 0

    def ask(question: OpenItemsQuestion) -> OpenItemsAnswer:
        nonlocal moved, answers
        answer = sage.open_items(question)
        moved += sum(len(wire.canonical(encode(one)).encode()) for one in (question, answer))
        answers += 1
        return answer

    told = ask(OpenItemsQuestion(what, known=held.digest))
    wanted = held.differing(told.groups) if told.digest != held.digest else {}
    while wanted:
        answer = ask(OpenItemsQuestion(what, groups=wanted))
        held.take(answer.changed)
        wanted = {} if answer.is_whole else held.differing(told.groups)
    return Row(
        f"Open items moved, {what}",
        float(moved),
        "bytes",
        limit=beside.ours if beside else None,
        beside="first look" if beside else "",
        aim=aim or Aim(),
        details={"answers": answers, "seconds": round(time.perf_counter() - began, 2)},
    )
