"""Taking the next number of a kind from the company's own counter row, as Sage does."""

from __future__ import annotations

from integrations.sagepro.backends.books import Changeable, H
from integrations.sagepro.backends.plan import wait
from integrations.sagepro.backends.sentences import schema_changed


def next_number(
    connection: H, company: Changeable[H], key: str, *, digits: int, is_next: bool = False
) -> int:
    """Raise the counter row `key` by one; the number it gave. After the highest comes 0.

    `is_next`: the row holds the number to use, not the last one used. Raises Answered with WAIT
    when somebody took the same number, FixConfiguration when there is no such row.
    """
    where = company.matches("counters", "key", [key])
    if company.has("counters", "company"):
        where &= company.matches("counters", "company", [company.profile.company_number])
    rows = company.rows(connection, "counters", where)
    if len(rows) != 1:
        name = company.profile.physical_table("counters")
        raise schema_changed(f"Sage Pro's table {name} has no single counter row {key}.")
    value = int(rows[0]["value"])
    following = (value + 1) % 10**digits
    where &= company.holds("counters", "value", value)
    if company.update(connection, "counters", where, {"value": following}) != 1:
        raise wait("Somebody in Sage took the same number.")
    return value if is_next else following
