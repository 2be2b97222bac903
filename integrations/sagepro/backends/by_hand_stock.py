"""Stock that a person allocates: listed as a quantity to reach, and read back as a quantity.

The books hold how much is allocated, and not for whom. Whether that proves this one is for the
worksheet to say, which knows what else a person moves.
"""

from __future__ import annotations

from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen
from integrations.canonical.stock import Allocation, ChangeOutcome
from integrations.sagepro.backends import allocating, changing, listed_rows, planned
from integrations.sagepro.backends.books import Changeable, H


def look(
    connection: H, company: Changeable[H], question: ChangeQuestion, wanted: Allocation
) -> ChangeSeen:
    """Raises Answered where the books or our record beside them have another answer."""
    allocating.check(company, wanted)
    if found := changing.earlier(connection, company, allocating.asked_of(wanted)):
        return ChangeSeen(allocating.result(connection, company, wanted, found[0]))
    if question.is_seen:
        return ChangeSeen(allocating.result(connection, company, wanted, ChangeOutcome.EXISTS))
    row = allocating.stock_row(connection, company, wanted)
    waits = allocating.result(connection, company, wanted, ChangeOutcome.HANDED_OVER)
    if question.is_listed:
        return ChangeSeen(waits, stands=row["allocated"])
    planned.check(company, question.moves, lambda plan: allocating.move(connection, plan, wanted))
    meant = {"allocated": row["allocated"] + wanted.quantity}
    key = f"{wanted.item.strip()} at {wanted.location.strip()}"
    listed = listed_rows.changed_row(company, "stock", row, meant, key=key)
    rows = (listed,) if listed else ()
    return ChangeSeen(waits, listed=rows, stands=row["allocated"], moves=(wanted,))
