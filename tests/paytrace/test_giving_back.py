"""Giving back: void or refund as it must be, and never more than is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.canonical.errors import NeverWorks, TryLater
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.giving_back import Choice, GivenBack, Way, choose, give_back, left
from integrations.paytrace.simulator.state import RefusedError
from tests.examples import examples
from tests.paytrace.bench import refused, usd
from tests.paytrace.table_gateway import TODAY, TableGateway


def back(gateway: TableGateway, sale: str, amount: str = "", known: str = "") -> GivenBack:
    return give_back(
        gateway.client,
        transaction_id=sale,
        amount=usd(amount) if amount else None,
        already_given={"77": usd(known)} if known else {},
        today=TODAY,
    )


def test_an_unsettled_payment_is_voided_and_a_settled_one_refunded() -> None:
    gateway = TableGateway()
    first, second = gateway.sell(Decimal("20.00"), "A"), gateway.sell(Decimal("30.00"), "B")
    assert back(gateway, first) == GivenBack(Way.VOID, first, first, usd("20.00"))
    gateway.settle()
    made = back(gateway, second, "12.50")
    assert made == GivenBack(Way.REFUND, made.transaction_id, second, usd("12.50"))
    assert back(gateway, second).amount == usd("17.50")
    assert gateway.refusals == []


def test_a_part_of_an_unsettled_payment_waits_for_its_settlement() -> None:
    gateway = TableGateway()
    sale = gateway.sell(Decimal("20.00"))
    waiting = refused(back, gateway, sale, "5.00")
    assert (type(waiting), waiting.code) == (TryLater, "paytrace.part_before_settlement")
    assert back(gateway, sale, "20.00").way is Way.VOID


def test_what_settles_between_the_look_and_the_move_is_looked_at_once_more() -> None:
    gateway = TableGateway()
    sale = gateway.sell(Decimal("20.00"))
    gateway.meanwhile = gateway.settle
    assert back(gateway, sale).way is Way.REFUND
    assert gateway.refusals == ["paytrace.not_voidable"]


def test_records_that_never_agree_stop_after_the_second_look() -> None:
    """An export that lags shows a settled payment as waiting, however often it is asked."""
    gateway = TableGateway()
    sale = gateway.sell(Decimal("20.00"))
    shown = gateway.transaction(sale)
    assert shown is not None
    gateway.settle()
    gateway.shown_instead[sale] = shown
    error = refused(back, gateway, sale)
    assert (type(error), error.code) == (TryLater, "paytrace.records_disagree")
    assert gateway.given_back(sale) == 0


@pytest.mark.parametrize("amount", ["20.01", "99.00"])
@pytest.mark.parametrize("is_settled", [False, True])
def test_more_than_was_paid_is_never_asked_for(amount: str, *, is_settled: bool) -> None:
    gateway = TableGateway()
    sale = gateway.sell(Decimal("20.00"))
    if is_settled:
        gateway.settle()
    error = refused(back, gateway, sale, amount)
    assert (type(error), error.field) == (NeverWorks, "amount")
    assert str(error) == "Only 20.00 USD of this payment is left to give back."
    assert gateway.refusals == []


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (TransactionType.SALE, TransactionState.VOIDED, "was voided"),
        (TransactionType.SALE, TransactionState.DECLINED, "was declined"),
        (TransactionType.SALE, TransactionState.AUTO_VOIDED, "by itself"),
        (TransactionType.SALE, TransactionState.UNKNOWN, "not known"),
        (TransactionType.REFUND, TransactionState.SETTLED, "a refund itself"),
        (TransactionType.UNKNOWN, TransactionState.SETTLED, "a refund itself"),
    ],
)
def test_what_was_never_paid_is_never_given_back(
    kind: TransactionType, state: TransactionState, words: str
) -> None:
    gateway = TableGateway()
    paid = gateway.transaction(gateway.sell(Decimal("20.00")))
    assert paid is not None
    with pytest.raises(NeverWorks, match=words):
        choose(replace(paid, type=kind, state=state), amount=None, refunds=())


def test_a_refund_that_waits_to_settle_can_be_voided() -> None:
    gateway = TableGateway()
    sale = gateway.sell(Decimal("20.00"))
    gateway.settle()
    refund = back(gateway, sale).transaction_id
    assert back(gateway, refund) == GivenBack(Way.VOID, refund, refund, usd("20.00"))
    assert gateway.given_back(sale) == 0


def test_an_id_nobody_knows_is_named() -> None:
    assert refused(back, TableGateway(), "111222333").code == "paytrace.transaction_unknown"


def test_the_callers_own_records_count_where_the_export_is_behind() -> None:
    gateway = TableGateway()
    sale = gateway.sell(Decimal("20.00"))
    gateway.settle()
    assert refused(back, gateway, sale, "5.01", "15.00").field == "amount"
    assert refused(back, gateway, sale, "", "20.00").code == "paytrace.nothing_left"
    assert back(gateway, sale, "", "15.00").amount == usd("5.00")


def test_what_was_given_back_otherwise_counts_before_the_settlement_too() -> None:
    gateway = TableGateway()
    sale = gateway.sell(Decimal("20.00"))
    assert refused(back, gateway, sale, "", "20.00").code == "paytrace.nothing_left"
    assert refused(back, gateway, sale, "20.00", "5.00").code == "paytrace.above_what_is_left"
    waiting = refused(back, gateway, sale, "", "5.00")
    assert (type(waiting), waiting.code) == (TryLater, "paytrace.part_before_settlement")
    gateway.settle()
    assert back(gateway, sale, "", "5.00").amount == usd("15.00")


@pytest.mark.parametrize("names_sales", [True, False])
def test_what_paytrace_knows_and_what_only_the_caller_knows_count_together(
    *, names_sales: bool
) -> None:
    """A refund from PayTrace's own terminal, and a chargeback that PayTrace is not told of."""
    gateway = TableGateway(names_sales=names_sales)
    sale = gateway.sell(Decimal("740.00"))
    gateway.settle()
    back(gateway, sale, "200.00")
    over = refused(back, gateway, sale, "440.00", "300.00")
    assert over.sentence == "Only 240.00 USD of this payment is left to give back."
    assert back(gateway, sale, "", "300.00").amount == usd("240.00")


def test_a_refund_that_both_know_counts_once_and_not_at_all_once_it_is_voided() -> None:
    gateway = TableGateway()
    sale = gateway.sell(Decimal("740.00"))
    gateway.settle()
    refund = back(gateway, sale, "200.00").transaction_id
    seen = gateway.transaction(sale)
    assert seen is not None

    def rest() -> Money:
        listed = gateway.transactions(start=TODAY, end=TODAY)
        return left(seen, others=listed, already_given={refund: usd("200.00")})

    assert rest() == usd("540.00")
    back(gateway, refund)
    assert rest() == usd("740.00")


def test_an_unnamed_refund_counts_against_payments_like_it() -> None:
    gateway = TableGateway(names_sales=False)
    first, twin = gateway.sell(Decimal("20.00"), "A"), gateway.sell(Decimal("20.00"), "A")
    other = gateway.sell(Decimal("20.00"), "B")
    gateway.settle()
    back(gateway, first)
    assert back(gateway, twin).amount == usd("20.00")
    assert refused(back, gateway, twin).code == "paytrace.nothing_left"
    assert back(gateway, other).amount == usd("20.00")
    assert gateway.refusals == []


def test_without_an_invoice_only_named_refunds_count() -> None:
    gateway = TableGateway(names_sales=False)
    first, twin = gateway.sell(Decimal("20.00"), ""), gateway.sell(Decimal("20.00"), "")
    gateway.settle()
    back(gateway, first)
    assert back(gateway, twin).amount == usd("20.00")


# Properties

# Not the two amounts that the sandbox declines.
cents = (
    st.integers(min_value=1, max_value=3000)
    .filter(lambda n: n not in {29, 112})
    .map(lambda n: Decimal(n) / 100)
)
events = st.lists(
    st.one_of(
        st.tuples(st.just("give"), cents),
        st.tuples(st.just("all"), st.just(Decimal(0))),
        st.tuples(st.just("settle"), st.just(Decimal(0))),
        st.tuples(st.just("by_hand"), cents),
        st.tuples(st.just("settle_meanwhile"), cents),
        st.tuples(st.just("by_hand_meanwhile"), cents),
    ),
    max_size=12,
)


@settings(max_examples=examples(60), deadline=None)
@given(price=cents, story=events, names_sales=st.booleans())
def test_never_more_than_was_paid_whatever_happens_in_between(
    *, price: Decimal, story: list[tuple[str, Decimal]], names_sales: bool
) -> None:
    gateway = TableGateway(names_sales=names_sales)
    sale = gateway.sell(price)
    for what, amount in story:
        _happen(gateway, sale, what, amount)
        assert 0 <= gateway.given_back(sale) <= price


def _happen(gateway: TableGateway, sale: str, what: str, amount: Decimal) -> None:
    if what == "settle":
        gateway.settle()
    elif what == "by_hand":
        _by_hand(gateway, sale, amount)
    else:
        calls = {
            "settle_meanwhile": gateway.settle,
            "by_hand_meanwhile": lambda: _by_hand(gateway, sale, amount),
        }
        gateway.meanwhile = _once(gateway, calls[what]) if what in calls else _nothing
        _try(gateway, sale, None if what == "all" else amount)
        gateway.meanwhile = _nothing


def _nothing() -> None:
    """Nothing happens."""


def _once(gateway: TableGateway, act: Callable[[], None]) -> Callable[[], None]:
    def happen() -> None:
        gateway.meanwhile = _nothing
        act()

    return happen


def _by_hand(gateway: TableGateway, sale: str, amount: Decimal) -> None:
    """Somebody else refunds in PayTrace's own terminal."""
    with suppress(RefusedError):
        gateway._till.refund("acme", int(sale), amount, user="clerk")


def _try(gateway: TableGateway, sale: str, amount: Decimal | None) -> None:
    wanted = Money(amount, "USD") if amount is not None else None
    with suppress(NeverWorks, TryLater):
        give_back(gateway.client, transaction_id=sale, amount=wanted, today=TODAY)


@settings(max_examples=examples(60), deadline=None)
@given(price=cents, parts=st.lists(cents, max_size=8), names_sales=st.booleans())
def test_alone_it_never_asks_for_what_the_gateway_would_refuse(
    *, price: Decimal, parts: list[Decimal], names_sales: bool
) -> None:
    gateway = TableGateway(names_sales=names_sales)
    sale = gateway.sell(price)
    gateway.settle()
    for part in parts:
        _try(gateway, sale, part)
    assert gateway.refusals == []
    seen = gateway.transaction(sale)
    assert seen is not None
    rest = left(seen, others=gateway.transactions(start=TODAY, end=TODAY))
    assert rest.amount == price - gateway.given_back(sale)
    if rest.amount:
        everything = choose(seen, amount=None, refunds=gateway.transactions(start=TODAY, end=TODAY))
        assert everything == Choice(Way.REFUND, rest)
