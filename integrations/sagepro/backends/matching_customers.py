"""The number of an outside customer in Sage: recognised where it is there, else a new row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import IntegrityError

from integrations.canonical.orders import CustomerRequest, MatchBy
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.matching.names import plain_name, plain_postal_code
from integrations.sagepro.backends import changing, evidence, numbering, writing
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.changing import Change
from integrations.sagepro.backends.faults import is_duplicate
from integrations.sagepro.backends.plan import refuse, wait
from integrations.sagepro.backends.values import check_no_card, check_text
from integrations.sagepro.beyond_payments import not_offered

_TEXTS = (
    "name", "email", "contact", "address1", "address2", "city", "state", "postal_code",
    "country", "phone", "currency",
)  # fmt: skip
# Postal codes are written with and without blanks; these many characters are the same.
_SAME_START = 3


def create_or_match(connection: H, company: Changeable[H], wanted: CustomerRequest) -> ChangeResult:
    """The result to commit. Raises Answered for what must be rolled back."""
    check(company, wanted)
    asked = asked_of(wanted)
    if found := changing.earlier(connection, company, asked):
        outcome, record = found
        return known(connection, company, outcome, record["customer_number"])
    number = recognised(connection, company, wanted)
    if number:
        changing.remember(connection, company, asked, customer_number=number)
        return known(connection, company, ChangeOutcome.MATCHED, number)
    number = numbering.customer_number(connection, company, name=wanted.name)
    _create(connection, company, wanted, number)
    changing.remember(connection, company, asked, customer_number=number)
    return known(connection, company, ChangeOutcome.DONE, number)


def asked_of(wanted: CustomerRequest) -> Change:
    """What our record holds of it."""
    contents = [getattr(wanted, name).strip() for name in ("number", *_TEXTS)]
    ways = [way.value for way in wanted.match_by]
    return changing.change(wanted.key, kind="customer", contents=[*contents, ways])


def check(company: Changeable[Any], wanted: CustomerRequest) -> None:
    """Raises NeverWorks where nobody said that customers may be added, and Answered for a text
    that Sage cannot hold as it is, or should not."""
    if not company.profile.creates_customers:
        raise not_offered("Creating customers is")
    profile = company.profile
    if not wanted.key.strip() or not plain_name(wanted.name):
        raise refuse("value_refused", "A customer needs a key and a name.", field="name")
    check_text(profile, "postings", "effect_key", wanted.key, field="key")
    for name in ("number", *_TEXTS):
        text = getattr(wanted, name).strip()
        check_no_card(name, text)
        if text and profile.has("customers", name):
            check_text(profile, "customers", name, text, field=name)
    _check_currency(company, wanted.currency.strip())


def _check_currency(company: Changeable[Any], currency: str) -> None:
    is_code = len(currency) == 3 and currency.isascii() and currency.isupper()
    has_place = currency == company.profile.home_currency or company.has("customers", "currency")
    if currency and not (is_code and has_place):
        raise refuse(
            "currency_mismatch",
            f"‘{currency}’ is no currency that the customers of this company can have.",
            field="currency",
            remedy="Write a code such as USD that the posting profile has a column for.",
        )


def recognised(connection: H, company: Changeable[H], wanted: CustomerRequest) -> str:
    """The number of the one customer that this is; empty when there is none. Raises Answered
    when several are."""
    for way in wanted.match_by:
        found = _WAYS[way](connection, company, wanted)
        if len(found) > 1:
            raise _several(company, wanted, way, found)
        if found:
            return str(found[0]["number"])
    return ""


def _by_number(connection: H, company: Changeable[H], wanted: CustomerRequest) -> list[Row]:
    if not wanted.number.strip():
        return []
    where = company.matches("customers", "number", [wanted.number])
    return company.rows(connection, "customers", where)


def _by_email(connection: H, company: Changeable[H], wanted: CustomerRequest) -> list[Row]:
    address = wanted.email.strip().lower()
    if not address or not company.has("customers", "email"):
        return []
    where = company.reads("customers", "email", address)
    return company.rows(connection, "customers", where, order_by=("number",))


def _by_name(connection: H, company: Changeable[H], wanted: CustomerRequest) -> list[Row]:
    code = plain_postal_code(wanted.postal_code)
    if not code or not company.has("customers", "postal_code"):
        return []
    near = company.begins("customers", "postal_code", code[:_SAME_START])
    rows = company.rows(connection, "customers", near, order_by=("number",), whole=True)
    name = plain_name(wanted.name)
    return [
        row
        for row in rows
        if plain_name(row["name"]) == name and plain_postal_code(row["postal_code"]) == code
    ]


_Way = Callable[[Any, Changeable[Any], CustomerRequest], list[Row]]
_WAYS: dict[MatchBy, _Way] = {
    MatchBy.NUMBER: _by_number,
    MatchBy.EMAIL: _by_email,
    MatchBy.NAME_AND_POSTAL_CODE: _by_name,
}
_SAME = {
    MatchBy.NUMBER: ("number", "number"),
    MatchBy.EMAIL: ("e-mail address", "email"),
    MatchBy.NAME_AND_POSTAL_CODE: ("name and postal code", "name"),
}


def _several(
    company: Changeable[Any], wanted: CustomerRequest, way: MatchBy, found: list[Row]
) -> Exception:
    numbers = ", ".join(str(row["number"]) for row in found)
    what, field = _SAME[way]
    table = company.profile.physical_table("customers")
    return refuse(
        "customers_alike",
        f"Customers {numbers} have the {what} of ‘{wanted.name.strip()}’ ({table}).",
        field=field,
        remedy="Choose one of them, and ask again with its number.",
    )


def texts(company: Changeable[Any], wanted: CustomerRequest) -> Row:
    """What a new customer's columns hold but for the number."""
    found = {name: getattr(wanted, name).strip() for name in _TEXTS}
    if not found["currency"]:
        found["currency"] = company.profile.home_currency
    return found


def _create(connection: H, company: Changeable[H], wanted: CustomerRequest, number: str) -> None:
    row = {"number": number, **texts(company, wanted), **writing.audit(connection, company)}
    try:
        company.insert(connection, "customers", company.only_mapped("customers", row))
    except IntegrityError as error:
        if is_duplicate(error):
            raise wait(f"Somebody in Sage took the number {number} at the same moment.") from error
        raise


def known(
    connection: H, company: Changeable[H], outcome: ChangeOutcome, number: str
) -> ChangeResult:
    """The outcome with the customer as it stands; EXISTS is answered from the books alone."""
    if outcome in {ChangeOutcome.CONFLICT, ChangeOutcome.WITHDRAWN}:
        return ChangeResult(outcome)
    where = company.matches("customers", "number", [number])
    rows = company.rows(connection, "customers", where, whole=True)
    table = company.profile.physical_table("customers")
    if len(rows) != 1:
        raise refuse(
            "customer_missing",
            f"Customer {number}, which this key was used for, is not in Sage any more ({table}).",
            field="key",
            remedy="Bring the customer back in Sage, or ask with another key.",
        )
    told = evidence.as_evidence(company, {"customers": rows})
    return ChangeResult(outcome, evidence=told, number=number)
