"""Telling PayTrace the level 3 detail of a sale, for a lower rate. Outside of transactions."""

# Every kind is called alike, needed or not.
# ruff: noqa: ARG001
from __future__ import annotations

from integrations.canonical.errors import NeverWorks
from integrations.canonical.transactions import GatewayTransaction, TransactionState
from integrations.instructions import level_three
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.protocol import Told
from integrations.instructions.subjects import Subject
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.level_three import CardBrand
from integrations.paytrace.people import HostedFields
from integrations.paytrace.reports import ExportFilter


def add_level_three(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    """Look at the sale first: only one that has not settled can be described, and the calls for
    Visa and MasterCard differ. There are none for other brands."""
    detail = told.wish.level_three
    assert detail is not None  # noqa: S101 checked when it was asked
    sale = client.transaction(told.wish.transaction_id)
    if sale is None:
        raise NeverWorks(
            "PayTrace knows no transaction with this id.", code="paytrace.transaction_unknown"
        )
    if sale.state is not TransactionState.PENDING_SETTLEMENT:
        raise NeverWorks(
            "Level 3 detail is taken only between the sale and its settlement in the evening.",
            code="paytrace.not_describable",
        )
    client.cards.add_level_three(level_three.read(detail, sale=sale, brand=_brand(sale, client)))
    sentence = f"PayTrace has the level 3 detail of {sale.amount}."
    return Outcome(InstructionState.DONE, "", sentence, sale.transaction_id)


def _brand(sale: GatewayTransaction, client: PayTraceClient) -> CardBrand:
    """Shown only where the first digits are asked for."""
    day = sale.created_at.date()
    only = ExportFilter(transaction_id=sale.transaction_id, with_bin=True)
    listed = client.transactions(start=day, end=day, only=only)
    found = [one.card_brand for one in listed if one.transaction_id == sale.transaction_id]
    try:
        return CardBrand(next(iter(found), "") or sale.card_brand)
    except ValueError:
        raise NeverWorks(
            "Level 3 detail is taken for Visa and MasterCard only, and this is another card.",
            code="paytrace.not_describable",
        ) from None
