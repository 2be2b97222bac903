"""One suite over both PayTrace versions, against the simulator in its own process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrations.canonical.errors import (
    FixConfiguration,
    NeverWorks,
)
from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    Batch,
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)
from integrations.paytrace.cards import Charge, RefundResult, SaleResult, VoidResult
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import VaultPayer
from integrations.paytrace.settings import Secret
from tests.paytrace.bench import NOON, TODAY, Bench, bench, client, simulator, usd

__all__ = ["bench", "client", "simulator"]

CARD_STATES = [
    TransactionState.AUTHORIZED,
    TransactionState.PENDING_SETTLEMENT,
    TransactionState.SETTLED,
    TransactionState.VOIDED,
    TransactionState.AUTO_VOIDED,
    TransactionState.DECLINED,
    TransactionState.UNKNOWN,
]

# Logging in


def test_a_login_gives_a_token_of_three_parts_for_two_hours(client: PayTraceClient) -> None:
    token = client.log_in()
    assert (token.value.count(":"), token.lifetime) == (2, timedelta(hours=2))


def test_a_wrong_password_is_tried_exactly_once(bench: Bench) -> None:
    with pytest.raises(FixConfiguration) as refused:
        bench.client(password=Secret("wrong")).transactions(start=TODAY, end=TODAY)
    assert refused.value.code == "paytrace.login_refused"
    assert bench.calls() == {
        "calls": {bench.path("token"): 1},
        "logins": {"api_user": {"accepted": 0, "refused": 1}},
    }


def test_the_fourth_failure_in_a_row_locks_the_user(bench: Bench) -> None:
    wrong = bench.client(password=Secret("wrong"))
    codes = [_code_of(wrong) for _ in range(4)]
    assert codes == ["paytrace.login_refused"] * 3 + ["paytrace.user_locked"]
    assert _code_of(bench.client()) == "paytrace.user_locked"


def test_a_success_in_between_starts_the_count_again(bench: Bench) -> None:
    wrong = bench.client(password=Secret("wrong"))
    for _ in range(3):
        _code_of(wrong)
    bench.client().log_in()
    assert [_code_of(wrong) for _ in range(3)] == ["paytrace.login_refused"] * 3
    assert bench.client().log_in().value


def _code_of(client: PayTraceClient) -> str:
    with pytest.raises(FixConfiguration) as refused:
        client.log_in()
    return refused.value.code


def test_one_token_serves_many_calls(bench: Bench, client: PayTraceClient) -> None:
    for _ in range(3):
        client.transactions(start=TODAY, end=TODAY)
    assert bench.calls()["calls"] == {bench.path("token"): 1, bench.path("by_date"): 3}


def test_a_closed_client_opens_again_when_asked(bench: Bench, client: PayTraceClient) -> None:
    client.transactions(start=TODAY, end=TODAY)
    client.close()
    assert client.transactions(start=TODAY, end=TODAY) == []


# Moving money


def test_a_sale_is_approved_and_exported_whole(bench: Bench, client: PayTraceClient) -> None:
    sale = bench.sell(client, "740.00")
    assert sale == SaleResult(
        transaction_id=sale.transaction_id,
        state=TransactionState.PENDING_SETTLEMENT,
        response_code="101",
        approval_code=sale.approval_code,
        message="NO MATCH - Approved and completed",
        last_four="5439",
        address_check="No Match",
        customer_id="" if bench.version == "v1" else bench.customer_id,
    )
    assert client.transaction(sale.transaction_id) == GatewayTransaction(
        account="777001",
        transaction_id=sale.transaction_id,
        type=TransactionType.SALE,
        state=TransactionState.PENDING_SETTLEMENT,
        method=PaymentMethod.CARD,
        amount=usd("740.00"),
        created_at=NOON,
        invoice_reference="10432",
        customer_id="HAVEN",
        customer_name="Haven Supply",
        email="ap@haven.test",
        last_four="5439",
        approval_code=sale.approval_code,
        message="NO MATCH - Approved and completed",
        status_code="Y",
    )


@pytest.mark.parametrize(
    ("amount", "message"),
    [("1.12", "DECLINE - Do not honor"), ("0.29", "EXPIRED CARD - Expired card")],
)
def test_a_decline_is_a_result_with_an_id(
    bench: Bench, client: PayTraceClient, amount: str, message: str
) -> None:
    sale = bench.sell(client, amount)
    assert (sale.state, sale.response_code, sale.message, sale.approval_code) == (
        TransactionState.DECLINED,
        "102",
        message,
        "",
    )
    found = client.transaction(sale.transaction_id)
    assert found is not None
    assert found.state is TransactionState.DECLINED


def test_an_approval_taken_back_by_a_rule_is_not_a_payment(
    bench: Bench, client: PayTraceClient
) -> None:
    customer = {"customer_id": "HAVEN", "name": "Haven Supply", "auto_void": True}
    bench.simulator.control("accounts", account="acme", merchant_id="777001", customers=[customer])
    sale = bench.sell(client, "50.00")
    assert (sale.state, sale.response_code) == (TransactionState.AUTO_VOIDED, "103")
    found = client.transaction(sale.transaction_id)
    assert found is not None
    assert found.state is TransactionState.AUTO_VOIDED


def test_an_unknown_customer_is_named_as_the_field(bench: Bench, client: PayTraceClient) -> None:
    nobody = "NOBODY" if bench.version == "v1" else "999"
    with pytest.raises(NeverWorks) as refused:
        client.cards.sale(Charge(VaultPayer(nobody), usd("5.00"), "1"))
    assert (refused.value.code, refused.value.field) == (
        "paytrace.customer_unknown",
        "customer_id",
    )


def test_another_currency_is_refused_before_anything_is_sent(
    bench: Bench, client: PayTraceClient
) -> None:
    charge = Charge(VaultPayer(bench.customer_id), Money.parse("5.00", "EUR"), "1")
    with pytest.raises(NeverWorks, match="takes USD, not EUR"):
        client.cards.sale(charge)
    assert bench.calls()["calls"] == {}


def test_before_settlement_void_works_and_refund_does_not(
    bench: Bench, client: PayTraceClient
) -> None:
    sale = bench.sell(client, "20.00")
    with pytest.raises(NeverWorks) as refused:
        client.cards.refund(transaction_id=sale.transaction_id)
    assert str(refused.value) == (
        "This payment has not settled yet, so it cannot be refunded; void it instead."
    )
    assert client.cards.void(sale.transaction_id) == VoidResult(sale.transaction_id)
    found = client.transaction(sale.transaction_id)
    assert found is not None
    assert found.state is TransactionState.VOIDED


def test_after_settlement_refund_works_and_void_does_not(
    bench: Bench, client: PayTraceClient
) -> None:
    sale = bench.sell(client, "20.00")
    bench.simulator.control("settle", account="acme")
    with pytest.raises(NeverWorks) as refused:
        client.cards.void(sale.transaction_id)
    assert refused.value.code == "paytrace.not_voidable"
    refund = client.cards.refund(transaction_id=sale.transaction_id)
    assert refund == RefundResult(refund.transaction_id, sale.transaction_id)
    assert refund.transaction_id != sale.transaction_id
    found = client.transaction(refund.transaction_id)
    assert found is not None
    assert (found.type, found.state, found.amount, found.original_transaction_id) == (
        TransactionType.REFUND,
        TransactionState.PENDING_SETTLEMENT,
        usd("20.00"),
        sale.transaction_id,
    )


def test_refunds_add_up_to_the_sale_and_no_further(bench: Bench, client: PayTraceClient) -> None:
    sale = bench.sell(client, "20.00")
    bench.simulator.control("settle", account="acme")
    client.cards.refund(transaction_id=sale.transaction_id, amount=usd("12.50"))
    with pytest.raises(NeverWorks) as refused:
        client.cards.refund(transaction_id=sale.transaction_id, amount=usd("7.51"))
    assert refused.value.code == "paytrace.not_refunded"
    client.cards.refund(transaction_id=sale.transaction_id)
    found = client.transactions(start=TODAY, end=TODAY)
    assert [t.amount for t in found] == [usd("20.00"), usd("12.50"), usd("7.50")]


def test_an_id_nobody_knows_is_none_to_read_and_never_works_to_move(
    client: PayTraceClient,
) -> None:
    assert client.transaction("111222333") is None
    assert client.transaction("not-an-id") is None
    for move in (client.cards.void, lambda number: client.cards.refund(transaction_id=number)):
        with pytest.raises(NeverWorks) as refused:
            move("111222333")
        assert refused.value.code == "paytrace.transaction_unknown"


def test_another_accounts_payment_is_unknown(bench: Bench, client: PayTraceClient) -> None:
    bench.simulator.control("accounts", account="other", merchant_id="777002")
    made = bench.simulator.control("transactions", account="other", amount="9.00")
    assert client.transaction(made["transaction_id"]) is None
    assert client.transactions(start=TODAY, end=TODAY) == []


def test_settling_on_request_is_for_the_v1_sandbox(bench: Bench, client: PayTraceClient) -> None:
    sale = bench.sell(client, "20.00")
    if bench.version == "v3":
        with pytest.raises(NeverWorks, match="no call to settle"):
            client.cards.settle()
        return
    client.cards.settle()
    found = client.transaction(sale.transaction_id)
    assert found is not None
    assert (found.state, found.batch_number, found.settled_at) == (
        TransactionState.SETTLED,
        "1",
        NOON,
    )


def test_production_is_never_asked_to_settle(bench: Bench) -> None:
    client = bench.client(environment="production", base_url="https://127.0.0.1:9")
    with pytest.raises(NeverWorks) as refused:
        client.cards.settle()
    assert refused.value.code == "paytrace.not_offered"


# Reading


def test_days_are_the_gateways_and_both_ends_count(bench: Bench, client: PayTraceClient) -> None:
    moments = {
        "before": "2026-03-09T23:59:59-07:00",
        "first": "2026-03-10T00:00:00-07:00",
        "last": "2026-03-11T23:59:59-07:00",
        "after": "2026-03-12T00:00:00-07:00",
    }
    bench.simulator.control("clock", now="2026-03-12T18:00:00-07:00")
    for name, moment in moments.items():
        bench.simulator.control(
            "transactions", account="acme", amount="5.00", invoice_id=name, created_at=moment
        )
    found = client.transactions(start=TODAY, end=TODAY + timedelta(days=1))
    assert [t.invoice_reference for t in found] == ["first", "last"]
    assert [t.created_at for t in found] == [
        datetime(2026, 3, 10, 7, 0, tzinfo=UTC),
        datetime(2026, 3, 12, 6, 59, 59, tzinfo=UTC),
    ]


def test_every_state_is_read_as_itself(bench: Bench, client: PayTraceClient) -> None:
    for state in CARD_STATES:
        kind = "authorization" if state is TransactionState.AUTHORIZED else "sale"
        bench.simulator.control(
            "transactions", account="acme", amount="5.00", state=state.value, type=kind
        )
    found = client.transactions(start=TODAY, end=TODAY)
    assert [t.state for t in found] == CARD_STATES


def test_a_batch_has_its_totals_and_its_transactions(bench: Bench, client: PayTraceClient) -> None:
    sales = [bench.sell(client, amount) for amount in ("100.00", "40.00")]
    bench.simulator.control("settle", account="acme")
    refund = client.cards.refund(transaction_id=sales[0].transaction_id, amount=usd("30.00"))
    bench.sell(client, "1.12")
    late = bench.sell(client, "5.00")
    bench.simulator.control("clock", now="2026-03-10T20:00:01-07:00")
    eight = datetime(2026, 3, 11, 3, 0, tzinfo=UTC)
    assert client.batches(start=TODAY, end=TODAY) == [
        _batch("1", NOON, net="140.00", sales=(2, "140.00"), refunds=(0, "0.00")),
        _batch("2", eight, net="-25.00", sales=(1, "5.00"), refunds=(1, "30.00")),
    ]
    found = client.batch_transactions("2")
    assert [t.transaction_id for t in found if isinstance(t, GatewayTransaction)] == [
        refund.transaction_id,
        late.transaction_id,
    ]
    assert client.batches(start=TODAY - timedelta(days=1), end=TODAY - timedelta(days=1)) == []


def _batch(
    number: str, at: datetime, *, net: str, sales: tuple[int, str], refunds: tuple[int, str]
) -> Batch:
    return Batch(
        account="777001",
        number=number,
        settled_at=at,
        transaction_count=sales[0] + refunds[0],
        net=usd(net),
        sales_count=sales[0],
        sales=usd(sales[1]),
        refunds_count=refunds[0],
        refunds=usd(refunds[1]),
    )


def test_exports_may_lag_and_v3s_record_does_not(bench: Bench, client: PayTraceClient) -> None:
    bench.simulator.control("faults", kind="export_lag", seconds=30)
    sale = bench.sell(client, "20.00")
    assert client.transactions(start=TODAY, end=TODAY) == []
    early = client.transaction(sale.transaction_id)
    if bench.version == "v1":
        assert early is None
    else:
        assert early is not None
        assert (early.state, early.amount) == (TransactionState.PENDING_SETTLEMENT, usd("20.00"))
    bench.simulator.control("clock", advance_seconds=31)
    assert len(client.transactions(start=TODAY, end=TODAY)) == 1


def test_capabilities_say_what_this_user_may_do(bench: Bench) -> None:
    names = ("cards", "batches", "customers", "refunds", "ach", "settle")
    full = bench.client().capabilities()
    by_version = {
        "v1": (True, True, True, None, None, True),
        "v3": (True, True, True, True, True, False),
    }
    assert tuple(full[name].is_available for name in names) == by_version[bench.version]
    reader = bench.client(username="reader", password=Secret("Reader1")).capabilities()
    limited = {
        "v1": (True, True, False, None, None, True),
        "v3": (True, True, False, False, False, False),
    }
    assert tuple(reader[name].is_available for name in names) == limited[bench.version]
    assert reader["customers"].sentence == "This user may not read stored customers."
    assert bench.calls()["logins"] == {
        "api_user": {"accepted": 1, "refused": 0},
        "reader": {"accepted": 1, "refused": 0},
    }


def test_a_missing_permission_is_a_setting_to_fix(bench: Bench) -> None:
    reader = bench.client(username="reader", password=Secret("Reader1"))
    with pytest.raises(FixConfiguration) as refused:
        bench.sell(reader, "5.00")
    assert refused.value.code == "paytrace.not_permitted"
