"""Whatever is told of a payment, in any order, again and late, ends in the same ledger.

Each story is told whole, shuffled, with repetitions, and with Sage asked at any moment in
between. What a void meets in Sage depends on when it comes, so single entries may differ; what
every account, the invoice and the customer end with may not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.canonical.disputes import Dispute, to_transaction
from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction, PaymentMethod
from integrations.canonical.transactions import TransactionState as S
from integrations.canonical.transactions import TransactionType as T
from integrations.connections.models import Connection
from integrations.events.models import GatewayFact
from integrations.pipeline.taking_in import take_in
from integrations.posting import invariants
from integrations.posting.models import LedgerLine
from tenants.scope import tenant_transaction
from tests.walks.invoices import add_invoices
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk

CLEARING, ACH_CLEARING, RECEIVABLES = "1105-00", "1110-00", "1200-00"
BANK, FEES = "1010-00", "6100-00"
_FIRST_INVOICE = 600_001
_ids = itertools.count(900_001)


@dataclass(frozen=True)
class Story:
    """States of a payment, then of what gives it back; and how it ends, whoever told it how.

    `back` holds lists of (state, amount), one for each refund; a dispute is told by its states.
    """

    states: tuple[S, ...]
    balance: str
    """What is open of the invoice of 100.00 in the end."""
    net: dict[str, str]
    """What is left on each account: debits less credits."""
    captured: str = "100.00"
    method: PaymentMethod = PaymentMethod.CARD
    refunds: tuple[tuple[str, tuple[S, ...]], ...] = ()
    dispute: tuple[S, ...] = ()
    fee: tuple[S, ...] = ()
    """Which states of the dispute tell its fee of 15.00."""
    names_sale: bool = True


_PAID = {CLEARING: "100.00", RECEIVABLES: "-100.00"}
_TAKEN = (S.PENDING_SETTLEMENT, S.SETTLED)
_ACH = PaymentMethod.ACH
_FEE = {BANK: "-15.00", FEES: "15.00"}
STORIES = {
    "paid": Story((S.AUTHORIZED, *_TAKEN), "0.00", _PAID),
    "captured partly": Story(
        (S.AUTHORIZED, *_TAKEN), "40.00", {CLEARING: "60.00", RECEIVABLES: "-60.00"}, "60.00"
    ),
    "voided": Story((S.AUTHORIZED, S.PENDING_SETTLEMENT, S.VOIDED), "100.00", {}),
    "auto-voided": Story((S.PENDING_SETTLEMENT, S.AUTO_VOIDED), "100.00", {}),
    "declined": Story((S.DECLINED,), "100.00", {}),
    "refunded in parts": Story(
        _TAKEN, "100.00", {}, refunds=(("30.00", _TAKEN), ("70.00", _TAKEN))
    ),
    "refunded by likeness": Story(
        _TAKEN, "100.00", {}, refunds=(("100.00", _TAKEN),), names_sale=False
    ),
    "refund voided": Story(
        _TAKEN, "0.00", _PAID, refunds=(("100.00", (S.PENDING_SETTLEMENT, S.VOIDED)),)
    ),
    "part of a refund voided": Story(
        _TAKEN,
        "30.00",
        {CLEARING: "70.00", RECEIVABLES: "-70.00"},
        refunds=(("30.00", _TAKEN), ("20.00", (S.PENDING_SETTLEMENT, S.VOIDED))),
    ),
    "dispute won": Story(_TAKEN, "0.00", _PAID, dispute=(S.OPENED, S.WON)),
    "dispute lost": Story(_TAKEN, "100.00", {}, dispute=(S.OPENED, S.LOST)),
    "dispute won, its fee told at once": Story(
        _TAKEN, "0.00", {**_FEE, **_PAID}, dispute=(S.OPENED, S.WON), fee=(S.OPENED, S.WON)
    ),
    "dispute lost, its fee told late": Story(
        _TAKEN, "100.00", _FEE, dispute=(S.OPENED, S.LOST), fee=(S.LOST,)
    ),
    "returned": Story((S.PENDING, *_TAKEN, S.RETURNED), "100.00", {}, method=_ACH),
    "refused by its bank": Story(
        (S.PENDING, S.PENDING_SETTLEMENT, S.DECLINED), "100.00", {}, method=_ACH
    ),
    "settled by ACH": Story(
        (S.PENDING, S.ERROR, *_TAKEN), "0.00", {ACH_CLEARING: "100.00", RECEIVABLES: "-100.00"},
        method=_ACH,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One fact as it is told, and whether Sage is asked before the next."""

    fact: int
    is_delivered: bool


@st.composite
def tellings(draw: st.DrawFn) -> tuple[str, list[Told]]:
    name = draw(st.sampled_from(sorted(STORIES)))
    count = len(_facts(STORIES[name], invoice=1))
    again = draw(st.lists(st.integers(0, count - 1), max_size=2))
    order = draw(st.permutations([*range(count), *again]))
    return name, [Told(fact, draw(st.booleans())) for fact in order]


SETTINGS = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def invoices(world: World) -> Iterator[int]:
    """A number of an open invoice of 100.00 for each telling."""
    add_invoices(world.sage_dsn, first=_FIRST_INVOICE, count=1_500)
    return itertools.count(_FIRST_INVOICE)


@settings(SETTINGS, max_examples=6)
@given(telling=tellings())
def _some(world: World, invoices: Iterator[int], telling: tuple[str, list[Told]]) -> None:
    check(world, next(invoices), telling)


def test_any_order_ends_in_the_same_ledger(
    world: World, invoices: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each story backwards, which is the worst of orders, and some at random; `run.py
    properties` tells a thousand."""
    for name in STORIES:
        check(world, next(invoices), _backwards(name))
    _some(world, invoices)
    hold(world)
    # Without what wakes a refund whose sale comes late, the check has to notice.
    monkeypatch.setattr("integrations.pipeline.orphans.wake", lambda *_, **__: None)
    with pytest.raises(AssertionError, match=r"100\.00"):
        check(world, next(invoices), _backwards("refunded in parts"))


def _backwards(name: str) -> tuple[str, list[Told]]:
    count = len(_facts(STORIES[name], invoice=1))
    return name, [Told(fact, is_delivered=True) for fact in reversed(range(count))]


def check(world: World, invoice: int, telling: tuple[str, list[Told]]) -> None:
    name, order = telling
    story, facts = STORIES[name], _facts(STORIES[name], invoice=invoice)
    for told in order:
        _tell(world, facts[told.fact])
        if told.is_delivered:
            world.work()
    world.work()
    ids = {one.transaction_id for one in facts}
    assert (_balance(world, invoice), _net(world, ids)) == (story.balance, story.net)
    assert world.open_cases() == []


def _tell(world: World, fact: GatewayTransaction) -> None:
    with tenant_transaction(world.tenant.id):
        source = Connection.objects.get(id=world.gateway_id)
        take_in([fact], source=source, seen_by=GatewayFact.SeenBy.SYNC)


def hold(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []
        assert invariants.conservation(world.environment_id).holds


def _facts(story: Story, *, invoice: int) -> list[GatewayTransaction]:
    """Everything there is to tell, in the order it happened."""
    sale = GatewayTransaction(
        account="MID", transaction_id=str(next(_ids)), type=T.SALE, state=S.PENDING,
        method=story.method, amount=_usd("100.00"), created_at=NOON,
        invoice_reference=str(invoice), customer_id="ACME01",
        last_four=str(invoice)[-4:], status_code="told",
    )  # fmt: skip
    facts = [
        replace(sale, state=state, amount=_usd(story.captured if state in _TAKEN else "100.00"))
        for state in story.states
    ]
    for amount, states in story.refunds:
        facts += _refund(sale, amount, states, names_sale=story.names_sale)
    return facts + [
        _dispute(sale, state, fee=_usd("15.00") if state in story.fee else None)
        for state in story.dispute
    ]


def _refund(
    sale: GatewayTransaction, amount: str, states: Sequence[S], *, names_sale: bool
) -> list[GatewayTransaction]:
    made = replace(
        sale,
        type=T.REFUND,
        transaction_id=str(next(_ids)),
        amount=_usd(amount),
        created_at=sale.created_at + timedelta(hours=1),
        original_transaction_id=sale.transaction_id if names_sale else "",
    )
    return [replace(made, state=state) for state in states]


def _dispute(sale: GatewayTransaction, state: S, *, fee: Money | None) -> GatewayTransaction:
    dispute = Dispute(
        case_number=f"D{sale.transaction_id}",
        payment_id=sale.transaction_id,
        state=state,
        amount=sale.amount,
        happened_on=date(2026, 11, 20),
        fee=fee,
    )
    return to_transaction(dispute, account="MID", zone="America/Los_Angeles", payment=sale)


def _usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def _balance(world: World, invoice: int) -> str:
    with psycopg.connect(world.sage_dsn, autocommit=True) as books:
        row = books.execute(
            "SELECT balance FROM armast WHERE ltrim(invno) = %s", [str(invoice)]
        ).fetchone()
    assert row is not None
    return f"{row[0]:.2f}"


def _net(world: World, transaction_ids: set[str]) -> dict[str, str]:
    with tenant_transaction(world.tenant.id):
        lines = list(LedgerLine.objects.filter(entry__effect__transaction_id__in=transaction_ids))
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.account] = sums.get(line.account, Decimal(0)) + line.debit - line.credit
    return {account: f"{amount:.2f}" for account, amount in sorted(sums.items()) if amount}
