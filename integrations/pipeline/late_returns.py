"""Returns that no ACH deposit tells: where the bank takes a payment back directly, its amount stays
on ACH clearing, and a person is asked. Inside the tenant transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from integrations.canonical.effects import EffectKind, effect_key
from integrations.canonical.money import Money, round_to
from integrations.canonical.posting import marker_for
from integrations.canonical.transactions import PartKind, PaymentMethod
from integrations.connections.models import Connection
from integrations.events.batches import POST_FROM
from integrations.events.models import DepositPart, GatewayFact
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from tenants.insert import insert_once

CODE = "return_in_no_deposit"
KIND = EffectKind.REVIEW
# What came back is kept back from a deposit of the next days (inferred); then it is not any more.
WAIT = timedelta(days=10)
_PREFIX = "RETURN-"
# Of those that are asked about in one night.
_MOST = 200


def look(*, source: Connection, now: datetime) -> None:
    """Ask once about each return of an account that posts its deposits which none of them told;
    close what one has told since."""
    if not source.settings.get(POST_FROM[PaymentMethod.ACH]):
        return
    for asked in _told_since(source):
        outbox.begin_walk(asked.id)
        outbox.note(asked.id, code="return_in_deposit", sentence="An ACH deposit tells it now.")
        cases.resolve(asked.id, resolution=ExceptionCase.Resolution.BY_ITSELF)
    for one in _untold(source, now):
        _ask(one, source=source)


def _untold(source: Connection, now: datetime) -> QuerySet[Effect]:
    """The payment itself was deposited, and that deposit's journal has cleared it."""
    parts = DepositPart.objects.filter(
        deposit__connection_id=source.id, transaction_id=OuterRef("transaction_id")
    )
    posted = Effect.objects.filter(
        source_id=source.id, kind=EffectKind.SETTLEMENT, state=EffectState.POSTED
    )
    deposited = parts.filter(kind=PartKind.SALE, deposit__effect_id__in=posted.values("id"))
    found = Effect.objects.filter(
        source_id=source.id,
        kind=EffectKind.ACH_RETURN,
        state=EffectState.POSTED,
        occurred_at__lt=now - WAIT,
    )
    known = Effect.objects.filter(source_id=source.id, kind=KIND, reason_code=CODE)
    names = known.values_list("transaction_id", flat=True)
    asked = [name.removeprefix(_PREFIX) for name in names]
    return found.filter(Exists(deposited), ~Exists(parts.filter(kind=PartKind.RETURN))).exclude(
        transaction_id__in=asked
    )[:_MOST]


def _told_since(source: Connection) -> Iterator[Effect]:
    open_ones = Effect.objects.filter(
        source_id=source.id, kind=KIND, reason_code=CODE, state=EffectState.PARKED
    )
    by_payment = {one.transaction_id.removeprefix(_PREFIX): one for one in open_ones}
    told = DepositPart.objects.filter(
        deposit__connection_id=source.id, kind=PartKind.RETURN, transaction_id__in=by_payment
    )
    for number in set(told.values_list("transaction_id", flat=True)):
        yield by_payment[number]


def _ask(returned: Effect, *, source: Connection) -> None:
    row = _row(returned, account=str(source.settings["merchant_id"]))
    if not insert_once(row):
        return
    amount = Money(round_to(returned.amount, returned.currency), returned.currency)
    day = returned.occurred_at.astimezone(ZoneInfo(str(source.settings["zone"]))).date()
    sentence = (
        f"The bank payment {returned.transaction_id} of {amount} came back on {day:%B} {day.day}, "
        f"{day.year}, after its deposit was posted, and no ACH deposit since has kept it back. If "
        f"the bank took it directly, {amount} stand on ACH clearing until that is in Sage."
    )
    outbox.park(row.id, code=CODE, sentence=sentence)
    cases.open_case(
        row.id,
        code=CODE,
        sentence=sentence,
        remedy="Look for it on the bank statement and enter it in Sage by hand: debit ACH "
        "clearing, credit the bank. Then dismiss this with a note. It closes by itself if a "
        "deposit tells it.",
        evidence={"payment": returned.transaction_id},
    )


def _row(returned: Effect, *, account: str) -> Effect:
    name = f"{_PREFIX}{returned.transaction_id}"
    key = effect_key(account=account, transaction_id=name, kind=KIND)
    return Effect(
        environment_id=returned.environment_id,
        company_id=returned.company_id,
        source_id=returned.source_id,
        effect_key=key,
        kind=KIND,
        transaction_id=name,
        amount=returned.amount,
        currency=returned.currency,
        occurred_at=returned.occurred_at,
        found_by=GatewayFact.SeenBy.SYNC,
        invoice_reference=returned.invoice_reference,
        customer_number=returned.customer_number,
        customer_name=returned.customer_name,
        last_four=returned.last_four,
        gateway_state=returned.gateway_state,
        marker=marker_for(key),
    )
