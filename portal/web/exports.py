"""Charges, holds, recurring plans, payment links and chargebacks as files for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.canonical.attempt_numbers import invoice_in
from integrations.canonical.money import exponent
from integrations.events import holds
from integrations.events.holds import Hold
from integrations.instructions import operations, queries
from integrations.instructions.models import Instruction, PaymentLink, RecurringPlan
from integrations.instructions.paying import state_at
from integrations.posting import chargebacks
from integrations.posting.chargebacks import Case
from integrations.posting.words import kind_word, word_of
from portal.access import PlacedRequest, member_view
from portal.instruction_words import instruction_word, plan_word
from portal.link_words import link_word
from portal.web.forms.instructions import frequency_words
from portal.web.instructions import asked_for
from portal.web.links import links_wanted
from portal.web.moments import zone_word
from portal.web.plans import plans_wanted
from portal.web.spreadsheet import MAX_ROWS, file_of, safe, time_of

_CHUNK = 2000


@require_safe
@member_view()
def instructions_csv(request: PlacedRequest) -> HttpResponse:
    """What was asked of PayTrace and matches the filter, newest first, at most 50,000 rows."""
    zone = request.place.environment.zone
    found = asked_for(request).defer("request")[:MAX_ROWS].iterator(chunk_size=_CHUNK)
    heading = [
        f"Asked at ({zone_word(zone)})", "What", "Customer number", "Invoice", "Amount",
        "Currency", "State", "What happened", "Asked by", "Decided by", "Account",
        "Of the payment", "In PayTrace", "Key",
    ]  # fmt: skip
    return _file(request, "charges", heading, (_instruction(one, zone) for one in found))


@require_safe
@member_view()
def holds_csv(request: PlacedRequest) -> HttpResponse:
    """What the page Holds shows."""
    zone = request.place.environment.zone
    found = holds.holds(environment_id=request.place.environment.id, now=timezone.now())
    heading = [
        f"Held at ({zone_word(zone)})", "Customer", "Customer number", "For", "Amount",
        "Held first", "Currency", "Card", "Last four", "Account", "In PayTrace",
    ]  # fmt: skip
    return _file(request, "holds", heading, (_hold(one, zone) for one in found))


@require_safe
@member_view()
def plans_csv(request: PlacedRequest) -> HttpResponse:
    """The recurring plans that match the filter."""
    heading = [
        "Customer number", "What it is for", "How often", "Amount", "Currency", "Next payment",
        "Payments in all", "State", "Account", "In PayTrace",
    ]  # fmt: skip
    return _file(request, "plans", heading, map(_plan, plans_wanted(request)))


@require_safe
@member_view()
def payment_links_csv(request: PlacedRequest) -> HttpResponse:
    """The payment links that match the filter, newest first, without their addresses: whoever
    has one can pay. At most 50,000 rows."""
    zone, now = request.place.environment.zone, timezone.now()
    found = links_wanted(request)[:MAX_ROWS].iterator(chunk_size=_CHUNK)
    where = zone_word(zone)
    heading = [
        f"Made at ({where})", "Customer number", "Invoice", "Amount", "Currency", "State",
        f"Good until ({where})", "E-mail", "Made by", "Account",
    ]  # fmt: skip
    return _file(request, "links", heading, (_link(one, zone, now) for one in found))


@require_safe
@member_view()
def chargebacks_csv(request: PlacedRequest) -> HttpResponse:
    """The cases that the page Chargebacks shows; days are those of the PayTrace account."""
    heading = [
        "Case", "Told on", "Customer", "Payment", "Amount", "Currency", "State", "Outcome",
        "Contest by", "Fee", "Account",
    ]  # fmt: skip
    found = chargebacks.cases(environment_id=request.place.environment.id)
    return _file(request, "chargebacks", heading, map(_case, found))


def _file(
    request: PlacedRequest, what: str, heading: Sequence[str], lines: Iterable[Sequence[str]]
) -> HttpResponse:
    return file_of([heading, *lines], name=f"{request.place.tenant.slug}-{what}.csv")


def _instruction(one: Instruction, zone: str) -> list[str]:
    told = [one.customer_number, one.invoice_number]
    state = instruction_word(one.state).text
    after = [
        state, one.sentence, one.asked_by, one.decided_by, str(one.connection),
        one.transaction_id, one.result_id, one.idempotency_key,
    ]  # fmt: skip
    before = [time_of(one.asked_at, zone), one.get_kind_display()]
    return [*before, *map(safe, told), _amount(one.amount, one.currency), one.currency,
            *map(safe, after)]  # fmt: skip


def _hold(one: Hold, zone: str) -> list[str]:
    told = one.transaction
    reference = told.customer_reference or invoice_in(told.invoice_reference)
    before = [told.customer_name, told.customer_id, reference]
    after = [told.card_brand, told.last_four, str(one.connection), told.transaction_id]
    return [
        time_of(told.created_at, zone), *map(safe, before), told.amount.plain, one.first.plain,
        told.amount.currency, *map(safe, after),
    ]  # fmt: skip


def _plan(one: RecurringPlan) -> list[str]:
    coming = queries.next_days(one, today=operations.day_of(one.connection), most=1)
    before = [one.customer_number, one.description, frequency_words(one.frequency)]
    return [
        *map(safe, before), _amount(one.amount, one.currency), one.currency,
        coming[0].isoformat() if coming else "",
        str(one.total_count or ""), plan_word(one.state).text, safe(str(one.connection)),
        safe(one.recurrence_id),
    ]  # fmt: skip


def _link(one: PaymentLink, zone: str, now: datetime) -> list[str]:
    state = link_word(state_at(one, now=now), one.purpose).text
    return [
        time_of(one.made_at, zone), safe(one.customer_number), safe(one.invoice_number),
        _amount(one.amount, one.currency), one.currency, state, time_of(one.expires_at, zone),
        safe(one.email), safe(one.made_by), safe(str(one.connection)),
    ]  # fmt: skip


def _case(one: Case) -> list[str]:
    opened, account = one.opened, one.opened.source
    day = opened.occurred_at.astimezone(ZoneInfo(account.settings["zone"])).date()
    payment = opened.parent.transaction_id if opened.parent else ""
    return [
        safe(one.number), day.isoformat(), safe(opened.customer_name), safe(payment),
        _amount(opened.amount, opened.currency), opened.currency, word_of(opened.state).text,
        kind_word(one.end.kind) if one.end else "Open",
        one.contest_by.isoformat() if one.contest_by else "",
        _amount(one.fee.amount, one.fee.currency) if one.fee else "", safe(account.name),
    ]  # fmt: skip


def _amount(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{amount:.{exponent(currency)}f}"
