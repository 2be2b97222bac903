"""Who asked PayTrace for a payment, and who approved it: for screens, programs and support."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money
from integrations.instructions import queries
from integrations.instructions.models import Instruction
from integrations.posting.models import Effect

_GIVES_BACK = frozenset({EffectKind.REFUND, EffectKind.VOID})
_ASKED_FOR = frozenset({EffectKind.SALE, EffectKind.DECLINE, *_GIVES_BACK})


def instruction_behind(effect: Effect, rows: QuerySet[Any] | None = None) -> Instruction | None:
    """The instruction that led to this payment, refund, void or decline, if one did; among
    `rows`, where they are not the open company's."""
    if effect.kind not in _ASKED_FOR:
        return None
    return queries.instruction_of(
        connection_id=effect.source_id,
        transaction_id=effect.transaction_id,
        gives_back=effect.kind in _GIVES_BACK,
        rows=rows,
    )


def asked_sentence(one: Instruction) -> str:
    """`By alice@acme.example (a person): charge 740.00 USD.`"""
    told = f"By {one.asked_by} ({one.get_origin_display().lower()})"
    amount = "" if one.amount is None else f" {Money(one.amount, one.currency)}"
    return f"{told}: {one.get_kind_display().lower()}{amount}."


def decided_title(one: Instruction) -> str:
    """Whether who decided approved it, or said what had become of it."""
    return "What happened was said" if one.code == "instruction.said_by_person" else "Approved"


def decided_sentence(one: Instruction) -> str:
    """`By carol@acme.example. ‘Agreed by phone’`"""
    return f"By {one.decided_by}.{f' ‘{one.reason}’' if one.reason else ''}"
