"""Refunds to a stored customer without an earlier payment, and several payments in one call."""

from __future__ import annotations

import pytest

from integrations.canonical.errors import FixConfiguration, OutcomeUnknown
from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.batch_calls import BatchItem, ItemKind
from integrations.paytrace.cards import CustomerRefund
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.settings import Secret
from tests.paytrace.bench import TODAY, Bench, bench, client, refused, simulator, usd

__all__ = ["bench", "client", "simulator"]
PATH = {"v1": "/v1/transactions/refund/to_customer", "v3": "/v3/card/batch/transactions"}


def refund(bench: Bench, invoice: str = "10432-T1", amount: str = "25.00") -> CustomerRefund:
    return CustomerRefund(bench.customer_id, usd(amount), invoice, description="Goodwill")


def test_a_stored_customer_is_refunded_without_a_payment(
    bench: Bench, client: PayTraceClient
) -> None:
    done = client.cards.refund_to_customer(refund(bench))
    assert done.original_transaction_id == ""
    found = client.transaction(done.transaction_id)
    assert found is not None
    assert (
        found.type, found.state, found.amount, found.invoice_reference,
        found.original_transaction_id, found.last_four,
    ) == (
        TransactionType.REFUND, TransactionState.PENDING_SETTLEMENT, usd("25.00"), "10432-T1",
        "", "5439",
    )  # fmt: skip
    bench.settle()
    (batch,) = client.batches(start=TODAY, end=TODAY)
    assert getattr(batch, "net", None) == usd("-25.00")


def test_it_is_found_again_by_its_invoice_id_when_the_answer_is_lost(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.simulator.control("faults", kind="reply_lost", path_prefix=PATH[bench.version])
    assert type(refused(client.cards.refund_to_customer, refund(bench))) is OutcomeUnknown
    attempt = client.find_attempt(invoice_id="10432-T1", start=TODAY, end=TODAY)
    assert [(t.type, t.amount) for t in attempt.found] == [(TransactionType.REFUND, usd("25.00"))]


def test_who_may_not_is_told_what_to_ask_paytrace_for(bench: Bench) -> None:
    allowed = ["sale", "refund", "export", "batches"]
    bench.account(users=[{"username": "clerk", "password": "Clerk1", "permissions": allowed}])
    client = bench.client(username="clerk", password=Secret("Clerk1"))
    error = refused(client.cards.refund_to_customer, refund(bench))
    assert (type(error), error.code) == (FixConfiguration, "paytrace.not_permitted")
    assert "support to allow unreferenced refunds" in error.remedy
    assert client.transactions(start=TODAY, end=TODAY) == []


@pytest.mark.parametrize(
    ("customer", "invoice", "code"),
    [("999", "i", "paytrace.customer_unknown"), ("", " ", "paytrace.invalid_field")],
)
def test_nobody_and_nothing_to_find_it_by_are_refused(
    bench: Bench, client: PayTraceClient, customer: str, invoice: str, code: str
) -> None:
    wanted = CustomerRefund(customer or bench.customer_id, usd("5.00"), invoice)
    assert refused(client.cards.refund_to_customer, wanted).code == code


# Several in one call


def item(bench: Bench, kind: ItemKind, amount: str, invoice: str) -> BatchItem:
    return BatchItem(kind, bench.customer_id, usd(amount), invoice)


def test_several_payments_are_made_in_one_call_by_v3_only(
    bench: Bench, client: PayTraceClient
) -> None:
    wanted = [
        item(bench, ItemKind.SALE, "20.00", "A"),
        item(bench, ItemKind.SALE, "1.12", "B"),
        item(bench, ItemKind.HOLD, "30.00", "C"),
        item(bench, ItemKind.REFUND, "5.00", "D"),
        BatchItem(ItemKind.SALE, "999", usd("6.00"), "E"),
    ]
    if bench.version == "v1":
        assert refused(client.cards.run_batch, wanted).code == "paytrace.not_offered"
        return
    found = client.cards.run_batch(wanted)
    assert [(one.item.invoice_id, one.outcome.value) for one in found] == [
        ("A", "approved"), ("B", "declined"), ("C", "approved"), ("D", "approved"),
        ("E", "refused"),
    ]  # fmt: skip
    sent = next(one.request for one in bench.records if one.path == PATH["v3"])
    assert {name for one in sent["batch_items"] for name in one} == {
        "amount", "customer_id", "transaction_type", "invoice_number",
    }  # fmt: skip
    listed = client.transactions(start=TODAY, end=TODAY)
    assert [(t.transaction_id, t.invoice_reference, t.state.value) for t in listed] == [
        (found[0].transaction_id, "A", "pending_settlement"),
        (found[1].transaction_id, "B", "declined"),
        (found[2].transaction_id, "C", "authorized"),
        (found[3].transaction_id, "D", "pending_settlement"),
    ]


def test_a_lost_answer_to_several_is_found_item_by_item(
    bench: Bench, client: PayTraceClient
) -> None:
    if bench.version == "v1":
        pytest.skip("API v1 does not offer it")
    bench.simulator.control("faults", kind="reply_lost", path_prefix=PATH["v3"])
    wanted = [item(bench, ItemKind.SALE, "20.00", "A"), item(bench, ItemKind.REFUND, "5.00", "B")]
    assert type(refused(client.cards.run_batch, wanted)) is OutcomeUnknown
    for one in wanted:
        attempt = client.find_attempt(invoice_id=one.invoice_id, start=TODAY, end=TODAY)
        assert [t.amount for t in attempt.found] == [one.amount]
