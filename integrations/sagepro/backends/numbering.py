"""The next number of an order or a customer, by the posting profile's rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from integrations.sagepro.backends.books import Changeable, H
from integrations.sagepro.backends.counting import next_number
from integrations.sagepro.backends.plan import refuse
from integrations.sagepro.columns import NumberRule


def order_number(connection: H, company: Changeable[H]) -> str:
    """Raises the counter. Raises Answered: somebody took the same, or it stands already."""
    number = _counted(connection, company, company.profile.order_numbers, stem="")
    for table in ("orders", "order_history"):
        if _is_taken(connection, company, table, number):
            raise _taken(company, table, number, company.profile.order_numbers.counter)
    return number


def customer_number(
    connection: H, company: Changeable[H], *, name: str, but: Sequence[str] = ()
) -> str:
    """By counter, or the lowest number that is free behind prefix and letters of `name`; none
    of `but`, which somebody is about to use."""
    rule = company.profile.customer_numbers
    stem = rule.prefix + _letters(name, rule)
    if not rule.counter:
        return _lowest_free(connection, company, rule, stem, but)
    number = _counted(connection, company, rule, stem=stem)
    if _is_taken(connection, company, "customers", number):
        raise _taken(company, "customers", number, rule.counter)
    return number


def _counted(connection: H, company: Changeable[H], rule: NumberRule, *, stem: str) -> str:
    value = next_number(connection, company, rule.counter, digits=rule.digits, is_next=rule.is_next)
    return _written(rule, stem, value)


def _written(rule: NumberRule, stem: str, value: int) -> str:
    # Alone it is filled as its column is.
    return f"{stem}{value:0{rule.digits}}" if stem else str(value)


def _lowest_free(
    connection: H, company: Changeable[H], rule: NumberRule, stem: str, but: Sequence[str]
) -> str:
    begins = company.begins("customers", "number", stem)
    taken = {*but, *(row["number"] for row in company.rows(connection, "customers", begins))}
    for value in range(1, 10**rule.digits):
        number = _written(rule, stem, value)
        if number not in taken:
            return number
    name = company.profile.physical_table("customers")
    raise refuse(
        "numbers_used_up",
        f"Every customer number that begins with {stem} is taken ({name}).",
        field="name",
        remedy="Create the customer in Sage, or change the rule in the posting profile.",
    )


def _letters(name: str, rule: NumberRule) -> str:
    bare = unicodedata.normalize("NFKD", name).upper()
    found = "".join(sign for sign in bare if sign.isascii() and sign.isalnum())[: rule.letters]
    if rule.letters and not found:
        raise refuse(
            "value_refused",
            f"‘{name}’ has no letter that a customer number could begin with.",
            field="name",
            remedy="Create the customer in Sage, and ask again with its number.",
        )
    return found


def _is_taken(connection: H, company: Changeable[H], table: str, number: str) -> bool:
    return company.count(connection, table, company.matches(table, "number", [number])) > 0


def _taken(company: Changeable[Any], table: str, number: str, counter: str) -> Exception:
    physical, counters = (company.profile.physical_table(one) for one in (table, "counters"))
    return refuse(
        "number_taken",
        f"{counters} gives {number} as the next of {counter}, and {physical} has it already.",
        field="number",
        remedy="Set the counter in Sage above the numbers that are in use.",
    )
