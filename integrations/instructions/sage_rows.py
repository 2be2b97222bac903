"""Rows flagged in Sage as instructions: each generation of a row is exactly one.

Inside the open company's transaction; no network. What a row asks for is frozen when it is
taken in, and what is changed in it later counts only when it is flagged again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Now

from integrations.canonical.flagged import FlaggedKind, FlaggedRow
from integrations.canonical.money import Money, MoneyError
from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.instructions import deciding, kept_cards, operations
from integrations.instructions.errors import KeyReused
from integrations.instructions.held import Held
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionState, StoredPaymentMethod
from integrations.instructions.outcomes import ROW_REFUSED
from integrations.instructions.own_keys import OF_ROW
from integrations.instructions.policies import Who
from integrations.instructions.sage_words import IN_PROGRESS
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tenants import audit
from tenants.errors import NotPossible
from tenants.insert import insert_once

# A row that is in use in Sage is tried again after these pauses, each twice the one before.
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)
# About a payment that PayTrace has already, named by its number.
_OF_PAYMENTS = {
    FlaggedKind.GIVE_BACK: Kind.GIVE_BACK,
    FlaggedKind.CAPTURE: Kind.CAPTURE,
    FlaggedKind.ADJUST: Kind.ADJUST,
}
_OF_CARDS = {FlaggedKind.CHARGE: Kind.CHARGE, FlaggedKind.HOLD: Kind.HOLD}
_FREQUENCIES = {one.name.replace("_", " "): one for one in Frequency}


def key_of(row: FlaggedRow, *, company_id: UUID) -> str:
    """The idempotency key of a row's generation."""
    return f"{OF_ROW}{company_id}:{quote(row.number, safe='')}:{row.generation}"


def generation_of(instruction: Instruction) -> int:
    """The generation of the row that asked for it."""
    return int(instruction.idempotency_key.rpartition(":")[2])


def unknown(rows: Sequence[FlaggedRow], *, account: Connection) -> list[FlaggedRow]:
    """Those whose generation was not taken in yet, in their order."""
    keys = {key_of(row, company_id=_company(account)): row for row in rows}
    known = Instruction.objects.filter(
        environment_id=account.environment_id, idempotency_key__in=keys
    )
    taken = set(known.values_list("idempotency_key", flat=True))
    return [row for key, row in keys.items() if key not in taken]


def take_in(
    row: FlaggedRow, *, account: Connection, held: Held | None = None
) -> Instruction | None:
    """The instruction that the row asks for; refused at once, with its sentence, when it cannot
    be asked. None when it was taken in before. `held` is the hold that it is about."""
    if not unknown([row], account=account):
        return None
    try:
        with transaction.atomic():
            taken = operations.ask(
                _wish(row, account),
                environment_id=account.environment_id,
                connection_id=account.id,
                idempotency_key=key_of(row, company_id=_company(account)),
                origin=Instruction.Origin.SAGE,
                who=who(row.number),
                sage_row=row.number,
                held=held,
            )
    except KeyReused:
        # Another look was faster, and somebody edited the row in between.
        return None
    except NotPossible as error:
        return _refused(row, account, error)
    return taken.instruction if taken.is_new else None


def who(number: str) -> Who:
    """Who asks: the row, by a name that people understand. All rows share one person's limit."""
    return Who(f"Sage, row {number}", is_sage=True)


def untold(*, account_id: UUID) -> QuerySet[Instruction]:
    """Those whose row in Sage is to be told their state now, oldest first."""
    due = Q(sage_due_at=None) | Q(sage_due_at__lte=Now())
    return _behind(account_id).filter(due).order_by("asked_at", "id")


def waiting(*, account_id: UUID) -> QuerySet[Instruction]:
    """Those whose row cannot be told yet, because it is in use in Sage."""
    return _behind(account_id).filter(sage_waits__gt=0)


def put_off(instruction: Instruction) -> None:
    """The row is in use in Sage: it is told later, after a pause that grows."""
    pause = min(FIRST_PAUSE * 2 ** min(instruction.sage_waits, 10), LONGEST_PAUSE)
    Instruction.objects.filter(id=instruction.id).update(
        sage_waits=F("sage_waits") + 1, sage_due_at=Now() + pause
    )


def next_due(*, account_ids: Collection[UUID]) -> timedelta | None:
    """How long until the next row that was in use is tried again; None with none."""
    rows = Instruction.objects.filter(
        ~Q(told_sage=F("state")),
        connection_id__in=account_ids,
        origin=Instruction.Origin.SAGE,
        sage_due_at__gt=Now(),
    )
    wait: timedelta | None = rows.aggregate(wait=Min("sage_due_at") - Now())["wait"]
    return wait


def _behind(account_id: UUID) -> QuerySet[Instruction]:
    rows = Instruction.objects.filter(connection_id=account_id, origin=Instruction.Origin.SAGE)
    return rows.filter(~Q(told_sage=F("state")))


def take_back(instruction: Instruction) -> bool:
    """The row is not flagged any more, so what it asked for is cancelled; False where it was
    sent, decided or taken by a worker meanwhile."""
    try:
        deciding.cancel(
            instruction_id=instruction.id,
            environment_id=instruction.environment_id,
            who=who(instruction.sage_row),
            reason="The row is not flagged in Sage any more.",
        )
    except NotPossible:
        return False
    return True


def note_told(instruction: Instruction, *, problem: str = "") -> bool:
    """The row shows this state now, or never will, with `problem` saying why. False when the
    instruction has moved meanwhile, so that there is something new to tell."""
    rows = Instruction.objects.filter(id=instruction.id, state=instruction.state)
    result = dict(instruction.result)
    result.pop("not_in_sage", None)
    if problem:
        result["not_in_sage"] = problem[:500]
    changed = {} if result == instruction.result else {"result": result}
    told = {"told_sage": instruction.state, "sage_waits": 0, "sage_due_at": None}
    return rows.update(**told, **changed) == 1


def _company(account: Connection) -> UUID:
    if account.posts_to_id is None:
        raise LookupError("Rows are taken in only through an account that posts somewhere")
    return account.posts_to_id


def _refused(row: FlaggedRow, account: Connection, error: NotPossible) -> Instruction | None:
    """A row that cannot be asked for is on record as well, so that nobody wonders."""
    made = Instruction(
        environment_id=account.environment_id,
        connection=account,
        kind=row.kind.value if row.kind else "",
        idempotency_key=key_of(row, company_id=_company(account)),
        origin=Instruction.Origin.SAGE,
        asked_by=who(row.number).name[:254],
        asked_on=operations.local_day(account.environment_id),
        request={"kind": row.kind_word, "description": row.description},
        request_hash="",
        amount=row.amount or None,
        currency=row.currency[:3],
        customer_number=row.customer_number[:20],
        invoice_number=row.invoice_number[:20],
        sage_row=row.number,
        state=InstructionState.REFUSED,
        code=ROW_REFUSED,
        sentence=error.sentence[:600],
    )
    if not insert_once(made):
        return None
    audit.record(
        "instruction.row_refused",
        actor=made.asked_by,
        subject=made.get_kind_display(),
        subject_id=made.id,
        details={"reason": made.sentence},
    )
    return made


def _wish(row: FlaggedRow, account: Connection) -> Wish:
    """What the row asks for. Raises NotPossible naming what to repair in Sage."""
    _check(row)
    wish = Wish(
        Kind.STORE_CUSTOMER,
        customer_number=row.customer_number,
        transaction_id=row.transaction_id,
        vault_id=row.vault_id,
    )
    if row.kind is FlaggedKind.STORE_CUSTOMER:
        return wish
    amount = _amount(row)
    if row.kind in _OF_PAYMENTS:
        kind = _OF_PAYMENTS[row.kind]
        return replace(
            wish, kind=kind, amount=amount, vault_id="", invoice_number=row.invoice_number,
            description=row.description if kind is Kind.GIVE_BACK else "",
        )  # fmt: skip
    vault_id = _vault(row, account)
    is_bank_account = kept_cards.method_of(vault_id, account) is PaymentMethod.ACH
    charge = replace(
        wish, kind=Kind.CHARGE, amount=amount, vault_id=vault_id, transaction_id="",
        invoice_number=row.invoice_number, description=row.description,
        method=PaymentMethod.ACH if is_bank_account else None,
    )  # fmt: skip
    if row.kind in _OF_CARDS:
        return replace(charge, kind=_OF_CARDS[row.kind])
    return replace(
        charge, kind=Kind.PLAN_CREATE, invoice_number="", frequency=_frequency(row),
        start_on=row.start_on, total_count=row.count or None,
    )  # fmt: skip


def _check(row: FlaggedRow) -> None:
    if row.holds_card:
        raise NotPossible(
            "This row holds something like a card number, and those never enter Tieout. Take it "
            "out of the row."
        )
    if row.status in IN_PROGRESS:
        raise NotPossible(
            f"This row says ‘{row.status}’, but Tieout has no record of it. Look in PayTrace "
            "whether it was done before you flag it again."
        )
    if row.kind is None:
        word = f"‘{row.kind_word}’" if row.kind_word else "Nothing"
        raise NotPossible(f"{word} is no word of the posting profile for what a row asks for.")


def _amount(row: FlaggedRow) -> Money:
    try:
        return Money(row.amount, row.currency)
    except MoneyError as error:
        raise NotPossible(f"{error}.", field="amount") from error


def _vault(row: FlaggedRow, account: Connection) -> str:
    """The stored card or bank account named, or the only one of the customer."""
    if row.vault_id or not row.customer_number:
        return row.vault_id
    methods = StoredPaymentMethod.objects.filter(
        connection=account,
        customer_number__iexact=row.customer_number,
        forgotten_at=None,
        unlisted_since=None,
    )
    found = list(methods.values_list("vault_id", flat=True)[:2])
    if len(found) != 1:
        many = "several stored payment methods" if found else "no stored payment method"
        raise NotPossible(
            f"Customer {row.customer_number} has {many}. Name PayTrace’s id of one in the row."
        )
    return str(found[0])


def _frequency(row: FlaggedRow) -> Frequency:
    word = row.frequency.upper().replace("_", " ").replace("-", " ")
    found = _FREQUENCIES.get(word)
    if found is None:
        raise NotPossible(
            f"‘{row.frequency}’ is not how often a plan charges: MONTHLY, WEEKLY, QUARTERLY or "
            "ANNUAL."
        )
    return found
