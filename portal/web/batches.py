"""Batches and ACH deposits: what settled, what of it stands in Sage, and what it waits for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations.canonical.money import Money
from integrations.canonical.transactions import PartKind
from integrations.events import batches as settled_batches
from integrations.events import queries as events
from integrations.events.models import GatewayBatch
from integrations.exceptions import queries as exceptions
from integrations.matching.batches import Member, Totals, noun_of, own_totals
from integrations.posting import queries as posting
from integrations.posting.models import Effect, EffectState
from integrations.posting.words import CHECKING, sentence_of, word_of
from integrations.workflows import settled
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.books import journal_of
from portal.web.forms.payments import read_place, write_place
from portal.web.spreadsheet import MAX_ROWS, attached, safe

PAGE_SIZE = 50
_COMPARED_NEXT = "It is being compared with our own transactions of it."
# More transactions than this are counted, not listed.
MOST_SHOWN = 500
_SWITCHED_OFF = (
    "Not posted: this account posts no {noun} of that day. The connection's settings say from "
    "which day on {plural} are posted."
)
_TAGS = {PartKind.REFUND: "Refund", PartKind.RETURN: "Return"}


@dataclass(frozen=True)
class Row:
    """A batch or ACH deposit with where its settlement stands."""

    batch: GatewayBatch
    effect: Effect | None

    @property
    def noun(self) -> str:
        return noun_of(settled_batches.method_of(self.batch))

    @property
    def title(self) -> str:
        return f"{self.noun[0].upper()}{self.noun[1:]} {self.batch.number}"

    @property
    def totals(self) -> Totals:
        return settled_batches.totals(self.batch)

    @property
    def state(self) -> str:
        """Of a batch that is not posted: there is nothing to post."""
        return self.effect.state if self.effect else EffectState.NOTED

    @property
    def sentence(self) -> str:
        if self.effect is None:
            plural = "batches" if self.noun == "batch" else "ACH deposits"
            return _SWITCHED_OFF.format(noun=self.noun, plural=plural)
        if word_of(self.effect.state) == CHECKING:
            return self.effect.sentence or _COMPARED_NEXT
        return self.effect.sentence or sentence_of(self.effect.state)


@dataclass(frozen=True)
class Compared:
    """One line of the totals: what PayTrace tells, what we know. None is unknown."""

    label: str
    told: Money | int | None
    ours: Money | int

    @property
    def is_money(self) -> bool:
        return isinstance(self.ours, Money)

    @property
    def differs(self) -> bool:
        return self.told is not None and self.told != self.ours


@require_safe
@member_view()
def batches(request: PlacedRequest) -> HttpResponse:
    """Every batch and ACH deposit that settled, the latest first."""
    environment_id = request.place.environment.id
    place = read_place(request.GET.get("after", ""))
    page = events.batch_page(
        environment_id=environment_id,
        after=(place.occurred_at, place.id) if place else None,
        size=PAGE_SIZE,
    )
    older = write_place(posting.Place(*page.next)) if page.next else ""
    context = {"rows": _rows(page.rows), "older": older, "is_first": place is None}
    return render(request, "batches/list.html", context)


@require_safe
@member_view()
def batches_csv(request: PlacedRequest) -> HttpResponse:
    """The list as a file, all of it, at most 50,000 rows."""
    found = events.batches(environment_id=request.place.environment.id)
    text = _csv(_rows(list(found[:MAX_ROWS])))
    return attached(text, name=f"{request.place.tenant.slug}-batches.csv")


@require_safe
@member_view()
def batch(request: PlacedRequest, gateway_batch_id: str) -> HttpResponse:
    """One batch: its totals beside ours, its transactions, its journal."""
    found = get_or_404(
        events.batches(environment_id=request.place.environment.id), id=parse_id(gateway_batch_id)
    )
    row = _rows([found])[0]
    members = settled.members_of(found, zone=str(found.connection.settings["zone"]))
    context = {
        "row": row,
        "compared": _compared(row.totals, members),
        "lines": _lines(found, members[:MOST_SHOWN]),
        "hidden": max(len(members) - MOST_SHOWN, 0),
        **(_settlement(row.effect) if row.effect else {}),
    }
    return render(request, "batches/batch.html", context)


def _rows(found: Sequence[GatewayBatch]) -> list[Row]:
    effects = posting.by_id(one.effect_id for one in found if one.effect_id)
    return [Row(one, effects.get(one.effect_id) if one.effect_id else None) for one in found]


def _compared(told: Totals, members: Sequence[Member]) -> list[Compared]:
    ours = own_totals(members, currency=told.net.currency)
    nothing = Money.zero(told.net.currency)
    returns = [Compared("Returns", None, ours.returns)] if ours.returns is not None else []
    fees = told.fees or nothing
    kept_back = [Compared("Fees kept back", fees, fees)] if told.fees is not None else []
    return [
        Compared("Transactions", told.count, ours.count),
        Compared("Sales", told.sales, ours.sales or nothing),
        Compared("Refunds", told.refunds, ours.refunds or nothing),
        *returns,
        *kept_back,
        Compared("Net", told.net, ours.net - fees),
    ]


def _lines(found: GatewayBatch, members: Sequence[Member]) -> list[dict[str, Any]]:
    """Its transactions, each with its payment here, if it has one."""
    known = posting.movements(
        source_id=found.connection_id, transaction_ids=[one.transaction_id for one in members]
    )
    return [
        {
            "member": one,
            "effect": known.get(one.transaction_id),
            "tag": _TAGS.get(one.kind, ""),
        }
        for one in members
    ]


def _settlement(effect: Effect) -> dict[str, Any]:
    case = exceptions.open_case_of(environment_id=effect.environment_id, effect_id=effect.id)
    return {
        "effect": effect,
        "case": case,
        "journal": journal_of(effect, posting.ledger_lines(effect_id=effect.id)),
    }


_HEADING = (
    "Settled on", "Account", "Batch", "Transactions", "Sales", "Refunds", "Net", "Currency",
    "State", "Why", "Settlement in Sage", "Kind", "Fees",
)  # fmt: skip


def _csv(rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADING)
    for row in rows:
        totals = row.totals
        writer.writerow(
            [
                row.batch.settled_on.isoformat(),
                safe(row.batch.connection.name),
                safe(row.batch.number),
                totals.count,
                totals.sales.plain if totals.sales else "unknown",
                totals.refunds.plain if totals.refunds else "unknown",
                totals.net.plain,
                totals.net.currency,
                word_of(row.state).text,
                safe(row.sentence),
                safe(row.effect.sage_reference) if row.effect else "",
                row.noun[0].upper() + row.noun[1:],
                totals.fees.plain if totals.fees else "",
            ]
        )
    return out.getvalue()
