"""What an ACH payment is and which moves it allows. Pure: time and ids are arguments.

The fourteen states are PayTrace's (ACHTransactionRecords page); the arrows between them follow
the ACH network and are inferred. A return may come after settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from integrations.canonical.ach import AchStatus, AchType
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator.state import PACIFIC, RefusedError

SETTLES_AFTER = timedelta(days=2)
"""From the evening it goes to the bank to the evening it settles (inferred)."""

_S = AchStatus
_WAITING = frozenset({_S.INITIATED, _S.ACCEPTED, _S.VERIFYING})
_REFUSED = frozenset(
    {_S.ERROR, _S.DECLINED, _S.NSF_DECLINED, _S.REJECTED, _S.FAILED, _S.TECHNICAL_ERROR}
)
ALLOWED: Mapping[AchStatus, frozenset[AchStatus]] = {
    _S.INITIATED: frozenset({_S.VERIFYING, _S.ACCEPTED, _S.VOIDED, _S.ORIGINATED}) | _REFUSED,
    _S.VERIFYING: frozenset({_S.ACCEPTED, _S.VOIDED, _S.ORIGINATED}) | _REFUSED,
    _S.ACCEPTED: frozenset({_S.VOIDED, _S.ORIGINATED}) | _REFUSED,
    _S.ORIGINATED: frozenset({_S.SETTLED, _S.PARTIALLY_SETTLED, _S.RETURNED}) | _REFUSED,
    _S.PARTIALLY_SETTLED: frozenset({_S.SETTLED, _S.RETURNED}),
    _S.SETTLED: frozenset({_S.RETURNED}),
}


@dataclass(frozen=True)
class Check:
    """One ACH payment. `id` is v3's UUID, `number` v1's integer."""

    account: str
    id: str
    number: int
    type: AchType
    status: AchStatus
    amount: Decimal
    created_at: datetime
    created_by: str = ""
    is_held: bool = False
    """Taken by v1's hold; goes to the bank only after fund."""
    idempotency_key: str = ""
    entry_class: str = ""
    invoice_id: str = ""
    description: str = ""
    customer_id: str = ""
    customer_number: int = 0
    customer_name: str = ""
    email: str = ""
    last_four: str = ""
    account_type: str = "checking"
    originated_at: datetime | None = None
    settled_at: datetime | None = None
    returned_at: datetime | None = None
    return_code: str = ""
    deposit_id: str = ""
    fee: Decimal = Decimal(0)
    """What the processor keeps back of the deposit for it."""
    returned_in: str = ""
    """The deposit that a return after settlement is kept back from."""
    original_id: str = ""


def move(check: Check, status: AchStatus, *, at: datetime, return_code: str = "") -> Check:
    """The payment in its next state. Raises RefusedError 80 for a move that no arrow allows."""
    if status not in ALLOWED.get(check.status, frozenset()):
        raise RefusedError(ErrorCode.CHECK_UNKNOWN, response_code=ResponseCode.CHECK_NOT_PROCESSED)
    moved = replace(check, status=status)
    if status is AchStatus.ORIGINATED:
        return replace(moved, originated_at=at)
    if status in {AchStatus.SETTLED, AchStatus.PARTIALLY_SETTLED}:
        return replace(moved, settled_at=at, deposit_id=deposit_id(check.account, at))
    if status is AchStatus.RETURNED:
        kept_back = deposit_id(check.account, at) if check.deposit_id else ""
        return replace(
            moved, returned_at=at, return_code=return_code or "R01", returned_in=kept_back
        )
    return moved


def next_by_clock(check: Check, *, at: datetime) -> Check:
    """What an evening does to a payment: out to the bank, and settled two evenings later."""
    if check.status in _WAITING and not check.is_held:
        return move(check, AchStatus.ORIGINATED, at=at)
    is_out = check.status is AchStatus.ORIGINATED and check.originated_at is not None
    if is_out and check.originated_at is not None and at >= check.originated_at + SETTLES_AFTER:
        return move(check, AchStatus.SETTLED, at=at)
    return check


def fund(check: Check, *, amount: Decimal | None) -> Check:
    """Let a held payment go, whole or in part. Raises RefusedError 80."""
    sent = check.amount if amount is None else amount
    if not check.is_held or check.status not in _WAITING or not 0 < sent <= check.amount:
        raise RefusedError(ErrorCode.CHECK_UNKNOWN, response_code=ResponseCode.CHECK_NOT_PROCESSED)
    return replace(check, is_held=False, amount=sent, status=AchStatus.ACCEPTED)


def reversible(check: Check, *, refunded: Decimal) -> Decimal:
    """How much of it can still be given back."""
    is_standing = check.status in {AchStatus.SETTLED, AchStatus.PARTIALLY_SETTLED}
    if check.type is AchType.REFUND or not is_standing:
        return Decimal(0)
    return check.amount - refunded


def refund(check: Check, *, amount: Decimal | None, refunded: Decimal) -> Decimal:
    """How much a refund gives back. Raises RefusedError 80 when it may not."""
    left = reversible(check, refunded=refunded)
    given = left if amount is None else amount
    if not 0 < given <= left:
        raise RefusedError(ErrorCode.CHECK_UNKNOWN, response_code=ResponseCode.CHECK_NOT_PROCESSED)
    return given


def deposit_id(account: str, at: datetime) -> str:
    """`20200110-D9999` (ACHDepositDetails page): one per account and day of settlement."""
    return f"{at.astimezone(PACIFIC):%Y%m%d}-D{sum(account.encode()) % 10_000:04d}"
