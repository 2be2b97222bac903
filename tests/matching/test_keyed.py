"""What was keyed is known again: by its reference, or by likeness if it is the only one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.canonical.ledger_documents import Receipt
from integrations.canonical.money import Money
from integrations.canonical.posting import Application, PostingKind, PostingRequest
from integrations.matching.keyed import Keyed, NotKeyed, find_keyed

DAY = date(2026, 11, 20)
REQUEST = PostingRequest(
    effect_key="paytrace:a:1:sale:1",
    marker="PT0000000A",
    kind=PostingKind.RECEIPT,
    customer_number="ACME01",
    amount=Money(Decimal("740.00"), "USD"),
    accounting_date=DAY,
    applications=(
        Application("10432", Decimal("700.00")),
        Application("10433", Decimal("40.00"), Decimal("2.00")),
    ),
)
FIRST = Receipt(
    key="arcash:1", invoice_number="10432", customer_number="ACME01", paid_date=DAY,
    amount=Decimal("700.00"), discount=Decimal(0), currency="USD", reference="PT0000000A",
)  # fmt: skip
SECOND = replace(
    FIRST, key="arcash:2", invoice_number="10433", amount=Decimal("40.00"), discount=Decimal("2.00")
)


def _find(
    *marked: Receipt, alike: tuple[Receipt, ...] = (), taken: frozenset[str] = frozenset()
) -> Keyed | NotKeyed:
    on_invoices: dict[str, list[Receipt]] = {}
    for receipt in alike:
        on_invoices.setdefault(receipt.invoice_number, []).append(receipt)
    return find_keyed(REQUEST, marked=marked, on_invoices=on_invoices, taken=taken)


def test_receipts_with_the_reference_are_the_posting() -> None:
    assert _find(FIRST, SECOND) == Keyed((FIRST, SECOND), "It carries the reference.")


def test_a_wrong_amount_is_told_and_not_believed() -> None:
    wrong = replace(FIRST, amount=Decimal("70.00"))
    assert _find(wrong, SECOND) == NotKeyed(
        "PT0000000A: 700.00 on invoice 10432 is missing; "
        "70.00 on invoice 10432 does not belong to it. Correct it in Sage."
    )


def test_half_of_a_split_receipt_is_not_the_receipt() -> None:
    assert _find(FIRST) == NotKeyed(
        "PT0000000A: 40.00 on invoice 10433 is missing. Correct it in Sage."
    )


def test_another_currency_is_not_believed() -> None:
    assert _find(replace(FIRST, currency="CAD"), SECOND) == NotKeyed(
        "The receipt PT0000000A is not in USD. Correct it in Sage."
    )


def test_without_the_reference_one_alike_on_each_invoice_will_do() -> None:
    plain = (replace(FIRST, reference="CHK 1"), replace(SECOND, reference=""))
    assert _find(alike=plain) == Keyed(
        plain, "Invoice, amount and date are the same, and only one receipt is."
    )


def test_two_alike_are_a_question() -> None:
    twin = replace(FIRST, key="arcash:9", reference="")
    assert _find(alike=(FIRST, twin, SECOND)) == NotKeyed(
        "2 receipts of 700.00 USD stand on invoice 10432. "
        "Type PT0000000A as the reference of the right one."
    )


def test_one_that_belongs_to_another_posting_or_day_is_not_taken() -> None:
    missing = NotKeyed("No receipt of 700.00 USD on invoice 10432 is in Sage yet.")
    assert _find(alike=(FIRST, SECOND), taken=frozenset({"arcash:1"})) == missing
    assert _find(alike=(replace(FIRST, paid_date=date(2026, 11, 10)), SECOND)) == missing


def test_a_reversal_and_a_payment_on_account_are_known_by_reference_only() -> None:
    back = replace(REQUEST, kind=PostingKind.REVERSAL, applications=())
    taken_back = replace(FIRST, amount=Decimal("-740.00"))
    assert find_keyed(back, marked=(), on_invoices={"10432": [taken_back]}, taken=set()) == (
        NotKeyed("No receipt with the reference PT0000000A is in Sage yet.")
    )
    assert find_keyed(back, marked=(taken_back,), on_invoices={}, taken=set()) == (
        Keyed((taken_back,), "It carries the reference.")
    )
    assert find_keyed(back, marked=(FIRST,), on_invoices={}, taken=set()) == NotKeyed(
        "PT0000000A adds up to 700.00 in Sage and should be -740.00."
    )
