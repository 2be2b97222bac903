"""Every way to charge, hold, capture and describe a card payment, in both versions."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.canonical.errors import FixConfiguration, NeverWorks, OutcomeUnknown
from integrations.canonical.transactions import Batch, TransactionState, TransactionType
from integrations.paytrace.cards import AdjustResult, CaptureResult, Charge
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.giving_back import Way, give_back
from integrations.paytrace.level_three import CardBrand, LevelThree, LineItem
from integrations.paytrace.people import (
    Address,
    CardPayer,
    EarlierPayment,
    HostedFields,
    HostedFieldsKept,
    VaultPayer,
)
from integrations.paytrace.reports import ExportFilter, ExportKind
from integrations.paytrace.settings import Secret
from tests.paytrace.bench import TODAY, Bench, bench, client, refused, simulator, usd

__all__ = ["bench", "client", "simulator"]

HOME = Address("Mark Smith", "8320 E. West St.", "", "Spokane", "WA", "85284", "US")


def charge_of(payer: CardPayer, amount: str = "20.00", invoice: str = "10432") -> Charge:
    return Charge(payer, usd(amount), invoice, billing=HOME, email="mark@haven.test")


# Who pays


def test_a_card_typed_into_paytraces_own_form_is_charged_once(
    bench: Bench, client: PayTraceClient
) -> None:
    hosted = bench.hosted(last_four="0057")
    sale = client.cards.sale(charge_of(hosted))
    assert (sale.state, sale.last_four) == (TransactionState.PENDING_SETTLEMENT, "0057")
    found = client.transaction(sale.transaction_id)
    assert found is not None
    assert (found.customer_name, found.email, found.amount) == (
        "Mark Smith",
        "mark@haven.test",
        usd("20.00"),
    )
    assert refused(lambda: client.cards.sale(charge_of(hosted))).code == "paytrace.card_invalid"


def test_the_payer_can_be_stored_along_the_way(bench: Bench, client: PayTraceClient) -> None:
    kept = HostedFieldsKept(bench.hosted(last_four="0057"), "NEWCO")
    sale = client.cards.sale(charge_of(kept))
    assert sale.customer_id == ("NEWCO" if bench.version == "v1" else sale.customer_id)
    again = client.cards.sale(charge_of(VaultPayer(sale.customer_id), "5.00", "10433"))
    assert (again.is_approved, again.last_four) == (True, "0057")


def test_the_card_of_an_earlier_payment_is_charged_by_v1_only(
    bench: Bench, client: PayTraceClient
) -> None:
    first = client.cards.sale(charge_of(bench.hosted(last_four="0057")))
    again = charge_of(EarlierPayment(first.transaction_id), "5.00", "10433")
    if bench.version == "v3":
        error = refused(lambda: client.cards.sale(again))
        assert (error.code, str(error)) == (
            "paytrace.not_offered",
            "API v3 has no call that charges the card of an earlier payment.",
        )
        return
    assert client.cards.sale(again).last_four == "0057"


def test_a_charge_tells_everything_it_was_given(bench: Bench, client: PayTraceClient) -> None:
    charge = dataclasses.replace(
        bench.charge("108.10"),
        description="June",
        customer_reference="PO123456",
        tax=usd("8.10"),
        shipping=HOME,
        discretionary={"order": "W-7"},
    )
    sale = client.cards.sale(charge)
    found = client.transaction(sale.transaction_id)
    assert found is not None
    assert (
        found.invoice_reference,
        found.description,
        found.customer_reference,
        found.discretionary,
    ) == ("10432", "June", "PO123456", {"order": "W-7"})
    kept = bench.simulator.look("state")["accounts"]["acme"]["transactions"][0]
    assert kept["tax_amount"] == "8.10"


def test_a_charge_without_an_invoice_id_is_never_sent(bench: Bench, client: PayTraceClient) -> None:
    error = refused(lambda: client.cards.sale(bench.charge("5.00", invoice=" ")))
    assert (type(error), error.field) == (NeverWorks, "invoice_id")
    assert bench.calls()["calls"] == {}


# Hold and capture


def test_a_hold_is_captured_under_its_own_id(bench: Bench, client: PayTraceClient) -> None:
    held = client.cards.authorize(bench.charge("50.00"))
    assert (held.state, held.is_approved) == (TransactionState.AUTHORIZED, True)
    taken = client.cards.capture(transaction_id=held.transaction_id)
    assert taken == CaptureResult(held.transaction_id)
    found = client.transaction(held.transaction_id)
    assert found is not None
    assert (found.type, found.state, found.amount) == (
        TransactionType.AUTHORIZATION,
        TransactionState.PENDING_SETTLEMENT,
        usd("50.00"),
    )


def test_a_part_of_a_hold_is_captured_and_never_more(bench: Bench, client: PayTraceClient) -> None:
    held = client.cards.authorize(bench.charge("50.00"))
    number = held.transaction_id
    for amount in ("50.01", "999.00"):
        error = refused(
            lambda much=amount: client.cards.capture(transaction_id=number, amount=usd(much))
        )
        assert error.code == "paytrace.not_capturable"
    client.cards.capture(transaction_id=number, amount=usd("30.00"))
    found = client.transaction(number)
    assert found is not None
    assert found.amount == usd("30.00")
    again = refused(lambda: client.cards.capture(transaction_id=number))
    assert again.code == "paytrace.not_capturable"


def test_a_hold_is_voided_before_it_is_captured(bench: Bench, client: PayTraceClient) -> None:
    held = client.cards.authorize(bench.charge("50.00"))
    client.cards.void(held.transaction_id)
    found = client.transaction(held.transaction_id)
    assert found is not None
    assert found.state is TransactionState.VOIDED


def test_a_hold_of_nothing_checks_the_card(bench: Bench, client: PayTraceClient) -> None:
    assert client.cards.authorize(charge_of(bench.hosted(), "0.00")).is_approved
    assert refused(lambda: client.cards.sale(bench.charge("0.00"))).field == "amount"


@pytest.mark.parametrize("kind", [EarlierPayment, HostedFieldsKept])
def test_who_cannot_be_held_is_told_without_asking(
    bench: Bench, client: PayTraceClient, kind: type[EarlierPayment | HostedFieldsKept]
) -> None:
    hosted = HostedFields("t", "k")
    payer = EarlierPayment("5") if kind is EarlierPayment else HostedFieldsKept(hosted, "N")
    error = refused(lambda: client.cards.authorize(charge_of(payer)))
    assert error.code == "paytrace.not_offered"
    assert bench.calls()["calls"] == {}


# Another amount for a hold


def test_a_hold_is_changed_before_it_is_captured_by_v3_only(
    bench: Bench, client: PayTraceClient
) -> None:
    number = client.cards.authorize(bench.charge("50.00")).transaction_id
    if bench.version == "v1":
        error = refused(client.cards.adjust, transaction_id=number, amount=usd("60.00"))
        assert (error.code, error.remedy) == (
            "paytrace.not_offered",
            "Let the hold go and make another, or connect the account by API v3.",
        )
        return
    done = client.cards.adjust(transaction_id=number, amount=usd("65.00"))
    assert done == AdjustResult(number)
    found = client.transaction(number)
    assert found is not None
    assert (found.state, found.amount) == (TransactionState.AUTHORIZED, usd("65.00"))
    client.cards.capture(transaction_id=number, amount=usd("64.00"))
    gone = refused(client.cards.adjust, transaction_id=number, amount=usd("60.00"))
    assert type(gone) is NeverWorks


def test_a_hold_is_changed_by_no_more_than_its_first_amount_allows(
    bench: Bench, client: PayTraceClient
) -> None:
    """In the simulator too, so that a second change cannot go on from the first."""
    if bench.version == "v1":
        pytest.skip("API v1 does not offer it")
    number = client.cards.authorize(bench.charge("50.00")).transaction_id
    client.cards.adjust(transaction_id=number, amount=usd("65.00"))
    for amount in ("65.01", "34.99"):
        error = refused(client.cards.adjust, transaction_id=number, amount=usd(amount))
        assert type(error) is NeverWorks
    client.cards.adjust(transaction_id=number, amount=usd("35.00"))
    nothing = refused(client.cards.adjust, transaction_id=number, amount=usd("0.00"))
    assert nothing.field == "amount"


def test_a_refund_is_changed_before_it_settles(bench: Bench, client: PayTraceClient) -> None:
    if bench.version == "v1":
        pytest.skip("API v1 does not offer it")
    sale = bench.sell(client, "50.00")
    too_early = refused(
        client.cards.adjust, transaction_id=sale.transaction_id, amount=usd("60.00")
    )
    assert type(too_early) is NeverWorks
    bench.settle()
    made = client.cards.refund(transaction_id=sale.transaction_id, amount=usd("10.00"))
    client.cards.adjust(transaction_id=made.transaction_id, amount=usd("9.00"))
    found = client.transaction(made.transaction_id)
    assert found is not None
    assert found.amount == usd("9.00")


@pytest.mark.parametrize("kind", ["http_500", "reply_lost"])
def test_a_lost_answer_to_a_change_is_told_by_the_record(
    bench: Bench, client: PayTraceClient, kind: str
) -> None:
    if bench.version == "v1":
        pytest.skip("API v1 does not offer it")
    number = client.cards.authorize(bench.charge("50.00")).transaction_id
    bench.fault(kind, "adjust", performed=True)
    error = refused(client.cards.adjust, transaction_id=number, amount=usd("60.00"))
    assert type(error) is OutcomeUnknown
    found = client.transaction(number)
    assert found is not None
    assert found.amount == usd("60.00")


# Rules of the account


def test_a_wrong_security_code_is_taken_back_where_the_account_says_so(
    bench: Bench, client: PayTraceClient
) -> None:
    assert client.cards.sale(charge_of(bench.hosted(is_code_wrong=True))).is_approved
    bench.account(options={"auto_void": True})
    sale = client.cards.sale(charge_of(bench.hosted(is_code_wrong=True), "21.00", "10433"))
    assert (sale.state, sale.is_approved, sale.code_check) == (
        TransactionState.AUTO_VOIDED,
        False,
        "No Match",
    )


def test_the_duplicate_filter_refuses_and_nothing_happens(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.account(options={"duplicate_minutes": 5})
    bench.sell(client, "20.00", "A")
    error = refused(lambda: bench.sell(client, "20.00", "A"))
    assert (type(error), error.code) == (NeverWorks, "paytrace.refused")
    bench.sell(client, "20.00", "B")
    bench.simulator.control("clock", advance_seconds=301)
    bench.sell(client, "20.00", "A")
    found = client.transactions(start=TODAY, end=TODAY)
    assert [t.invoice_reference for t in found] == ["A", "B", "A"]


def test_a_ceiling_refuses_as_a_missing_permission(bench: Bench) -> None:
    user = {"username": "small", "password": "Small1", "sale_ceiling": "10", "refund_ceiling": "5"}
    bench.account(users=[user])
    client = bench.client(username="small", password=Secret("Small1"))
    error = refused(lambda: bench.sell(client, "10.01"))
    assert (type(error), error.code) == (FixConfiguration, "paytrace.not_permitted")
    assert "ceilings" in error.remedy
    sale = bench.sell(client, "10.00")
    bench.settle()
    number = sale.transaction_id
    assert (
        refused(lambda: client.cards.refund(transaction_id=number)).code == "paytrace.not_permitted"
    )
    client.cards.refund(transaction_id=number, amount=usd("5.00"))


# Describing


def _detail(transaction_id: str, brand: CardBrand = CardBrand.VISA) -> LevelThree:
    item = LineItem(
        description="Bolts, stainless, a description that is longer than it may be",
        product_id="B-7",
        quantity=Decimal("2.5"),
        unit_of_measure="KG",
        unit_cost=Decimal("4.00"),
        amount=usd("10.00"),
        discount=usd("1.00"),
    )
    return LevelThree(
        transaction_id=transaction_id,
        brand=brand,
        items=(item,),
        invoice_id="10999",
        customer_reference="PO9",
        tax=usd("0.80"),
        freight=usd("2.00"),
        shipping_postal_code="85284",
    )


@pytest.mark.parametrize("brand", list(CardBrand))
def test_level_three_is_added_before_settlement_by_v1_only(
    bench: Bench, client: PayTraceClient, brand: CardBrand
) -> None:
    sale = bench.sell(client, "10.00")
    detail = _detail(sale.transaction_id, brand)
    if bench.version == "v3":
        assert refused(lambda: client.cards.add_level_three(detail)).code == "paytrace.not_offered"
        return
    client.cards.add_level_three(detail)
    (kept,) = bench.simulator.look("state")["accounts"]["acme"]["transactions"]
    assert kept["level_three"] == {
        "invoice_id": "10999",
        "customer_reference_id": "PO9",
        "tax_amount": "0.80",
        "freight_amount": "2.00",
        "shipping_address": {"zip": "85284"},
        "line_items": [
            {
                "description": "Bolts, stainless, a description tha",
                "product_id": "B-7",
                "quantity": Decimal("2.5"),
                "unit_of_measure": "KG",
                "unit_cost": Decimal("4.00"),
                "amount": "10.00",
                "discount_amount": "1.00",
                "debit_or_credit": "D",
                "tax_included": False,
            }
        ],
    }
    found = client.transaction(sale.transaction_id)
    assert found is not None
    assert (found.invoice_reference, found.customer_reference) == ("10999", "PO9")
    bench.settle()
    assert type(refused(lambda: client.cards.add_level_three(detail))) is NeverWorks


def test_a_receipt_is_mailed_by_v1_only(bench: Bench, client: PayTraceClient) -> None:
    number = bench.sell(client, "10.00").transaction_id
    if bench.version == "v3":
        error = refused(lambda: client.cards.email_receipt(transaction_id=number, email="a@b.test"))
        assert error.code == "paytrace.not_offered"
        return
    client.cards.email_receipt(transaction_id=number, email="new@haven.test")
    found = client.transaction(number)
    assert found is not None
    assert found.email == "new@haven.test"


# Exports


def test_an_export_is_narrowed_as_asked(bench: Bench, client: PayTraceClient) -> None:
    sale = bench.sell(client, "10.00", "A-1")
    bench.sell(client, "1.12", "A-2")
    client.cards.authorize(bench.charge("7.00", "A-3"))
    client.cards.sale(charge_of(bench.hosted(), "9.00", "B-4"))
    bench.settle()
    client.cards.refund(transaction_id=sale.transaction_id)
    invoices = {
        "sales": ExportFilter(kind=ExportKind.SALE),
        "refunds": ExportFilter(kind=ExportKind.REFUND),
        "held": ExportFilter(kind=ExportKind.AUTHORIZATION),
        "declined": ExportFilter(kind=ExportKind.DECLINED),
        "settled": ExportFilter(kind=ExportKind.SETTLED),
        "text": ExportFilter(text="a-"),
        "customer": ExportFilter(customer_id="HAVEN"),
        "one": ExportFilter(transaction_id=sale.transaction_id),
    }
    found = {
        name: [t.invoice_reference for t in client.transactions(start=TODAY, end=TODAY, only=only)]
        for name, only in invoices.items()
    }
    assert found == {
        "sales": ["A-1", "A-2", "B-4"],
        "refunds": ["A-1"],
        "held": ["A-3"],
        "declined": ["A-2"],
        "settled": ["A-1", "B-4"],
        "text": ["A-1", "A-2", "A-3", "A-1"],
        "customer": ["A-1", "A-2", "A-3", "A-1"],
        "one": ["A-1"],
    }


def test_the_brand_shows_only_when_the_first_digits_are_asked_for(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.sell(client, "10.00")
    (plain,) = client.transactions(start=TODAY, end=TODAY)
    (named,) = client.transactions(start=TODAY, end=TODAY, only=ExportFilter(with_bin=True))
    assert [(t.card_brand, t.last_four) for t in (plain, named)] == [
        ("", "5439"),
        ("visa", "5439"),
    ]


def test_one_batch_is_the_latest_or_the_named_one(bench: Bench, client: PayTraceClient) -> None:
    assert client.batch() is None
    bench.sell(client, "10.00")
    bench.settle()
    bench.sell(client, "20.00")
    bench.settle()
    latest, first = client.batch(), client.batch("1")
    assert latest is not None
    assert first is not None
    assert [(b.number, b.net) for b in (latest, first)] == [
        ("2", usd("20.00")),
        ("1", usd("10.00")),
    ]
    assert client.batch("77") is None
    assert refused(lambda: client.batch("latest")).field == "batch_number"


def test_batch_numbers_wrap_and_the_settled_date_tells_them_apart(
    bench: Bench, client: PayTraceClient
) -> None:
    for moment in ("2026-03-09T20:00:00-07:00", "2026-03-10T11:00:00-07:00"):
        bench.simulator.control(
            "transactions",
            account="acme",
            amount="5.00",
            state="settled",
            batch_number=7,
            created_at="2026-03-09T10:00:00-07:00",
            settled_at=moment,
        )
    days = TODAY.replace(day=9), TODAY
    listed = client.batches(start=days[0], end=days[1])
    found = [one for one in listed if isinstance(one, Batch)]
    assert len({(b.account, b.number, b.settled_at) for b in found}) == 2
    assert {b.number for b in found} == {"7"}


# Finding what became of a charge


def test_a_charge_is_found_again_by_its_invoice_id(bench: Bench, client: PayTraceClient) -> None:
    bench.fault("reply_lost", "sale")
    error = refused(lambda: bench.sell(client, "20.00", "try-7"))
    assert error.code == "paytrace.no_answer"
    bench.sell(client, "20.00", "try-77")
    attempt = client.find_attempt(invoice_id="try-7", start=TODAY, end=TODAY)
    assert [(t.invoice_reference, t.amount) for t in attempt.found] == [("try-7", usd("20.00"))]
    assert attempt.is_real_time is (bench.version == "v3")


def test_only_real_time_records_see_what_the_export_does_not_show_yet(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.simulator.control("faults", kind="export_lag", seconds=60)
    bench.sell(client, "20.00", "try-8")
    client.cards.authorize(bench.charge("5.00", "try-8"))
    attempt = client.find_attempt(invoice_id="try-8", start=TODAY, end=TODAY)
    assert len(attempt.found) == (0 if bench.version == "v1" else 2)


def test_a_settled_a_declined_and_a_voided_charge_are_found_too(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.sell(client, "20.00", "try-9")
    bench.settle()
    bench.sell(client, "1.12", "try-9")
    client.cards.void(bench.sell(client, "7.00", "try-9").transaction_id)
    attempt = client.find_attempt(invoice_id="try-9", start=TODAY, end=TODAY)
    assert [t.state for t in attempt.found] == [
        TransactionState.SETTLED,
        TransactionState.DECLINED,
        TransactionState.VOIDED,
    ]


# Giving back, over the wire


def test_giving_back_voids_before_and_refunds_after_settlement(
    bench: Bench, client: PayTraceClient
) -> None:
    first, second = bench.sell(client, "20.00", "A"), bench.sell(client, "30.00", "B")
    voided = give_back(client, transaction_id=first.transaction_id, today=TODAY)
    bench.settle()
    part = usd("12.50")
    refunded = give_back(client, transaction_id=second.transaction_id, amount=part, today=TODAY)
    rest = give_back(client, transaction_id=second.transaction_id, today=TODAY)
    assert [(one.way, one.amount) for one in (voided, refunded, rest)] == [
        (Way.VOID, usd("20.00")),
        (Way.REFUND, usd("12.50")),
        (Way.REFUND, usd("17.50")),
    ]
    over = refused(give_back, client, transaction_id=second.transaction_id, today=TODAY)
    assert over.code == "paytrace.nothing_left"


@pytest.mark.parametrize("kind", ["http_500", "reply_lost"])
def test_giving_back_once_and_never_again_when_the_answer_is_lost(
    bench: Bench, client: PayTraceClient, kind: str
) -> None:
    sale = bench.sell(client, "20.00")
    bench.settle()
    bench.fault(kind, "refund", performed=True)
    error = refused(give_back, client, transaction_id=sale.transaction_id, today=TODAY)
    assert type(error) is OutcomeUnknown
    found = client.transactions(start=TODAY, end=TODAY)
    assert [t.type.value for t in found] == ["sale", "refund"]
    again = refused(give_back, client, transaction_id=sale.transaction_id, today=TODAY)
    assert again.code == "paytrace.nothing_left"


def test_which_holds_can_be_captured_is_listed_over_v3_alone(
    bench: Bench, client: PayTraceClient
) -> None:
    if bench.version == "v1":
        assert refused(client.capturable, start=TODAY, end=TODAY).code == "paytrace.not_offered"
        return
    held = [client.cards.authorize(bench.charge("1.00", f"H{n}")).transaction_id for n in range(52)]
    client.cards.capture(transaction_id=held[0])
    bench.simulator.control("lapse", account="acme", transaction_id=held[1])
    bench.sell(client, "5.00")
    assert client.capturable(start=TODAY, end=TODAY) == set(held[2:])
    tomorrow = TODAY + timedelta(days=1)
    assert client.capturable(start=tomorrow, end=tomorrow) == set()
