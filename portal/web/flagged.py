"""Rows flagged in Sage: switched on and off on the page of a PayTrace account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404

from integrations.connections import flagged
from integrations.connections.models import Connection
from integrations.instructions import queries as instructions
from integrations.instructions import sage_rows
from integrations.instructions.models import Instruction
from integrations.instructions.sage_words import WORDS
from portal.access import PlacedRequest


def flagged_context(found: Connection) -> dict[str, Any]:
    """What the card on the account's page shows."""
    is_on = flagged.takes_rows(found)
    return {
        "takes_flagged": is_on,
        "flagged_hindered": flagged.why_not(found),
        "flagged_without_policy": instructions.policy_of(found.environment_id) is None,
        "flagged_waiting": sage_rows.waiting(account_id=found.id).count(),
    }


def switch_flagged(request: PlacedRequest, found: Connection) -> None:
    """Switch it as the form says. Raises NotPossible with a sentence."""
    if found.kind != Connection.Kind.PAYTRACE:
        raise Http404("Not found")
    actor = request.place.actor
    if request.POST.get("flagged") == "on":
        flagged.switch_on(connection_id=found.id, actor=actor)
        messages.success(request, "Rows flagged in Sage are taken in from now on.")
    else:
        flagged.switch_off(connection_id=found.id, actor=actor)
        messages.success(request, "No new row is taken in. What was taken in is finished.")


def in_sage(one: Instruction) -> dict[str, Any]:
    """What the row in Sage that asked for it says now; empty where no row asked."""
    if one.origin != Instruction.Origin.SAGE:
        return {}
    return {
        "row": one.sage_row,
        "says": WORDS[one.told_sage] if one.told_sage else "",
        "problem": str(one.result.get("not_in_sage", "")),
        "is_behind": one.told_sage != one.state,
        "tried_at": one.sage_due_at if one.sage_waits else None,
    }
