"""Who writes into a Sage company: Tieout, or a bookkeeper from the worksheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from integrations.connections import worksheet
from integrations.connections.models import Connection
from integrations.connections.rows import locked_connection, record_change
from tenants.errors import NotPossible

SETTING = "way"
DIRECT = "direct"
ASSISTED = "assisted"


def is_assisted(settings: Mapping[str, Any]) -> bool:
    """Whether a person keys what is posted to this company."""
    return bool(settings.get(SETTING, DIRECT) == ASSISTED)


def choose(*, connection_id: UUID, writes: str, actor: str) -> Connection:
    """Let Tieout write (`direct`) or a person from the worksheet (`assisted`).

    Raises NotPossible for anything else, for a PayTrace connection, and while entries stand on
    the worksheet: two who write could write the same.
    """
    connection = locked_connection(connection_id)
    if connection.kind != Connection.Kind.SAGEPRO or writes not in (DIRECT, ASSISTED):
        raise NotPossible("Choose who writes into Sage.", field="writes")
    if writes == DIRECT and (left := len(worksheet.open_entries([connection.id]))):
        entries = "1 entry stands" if left == 1 else f"{left} entries stand"
        raise NotPossible(
            f"{entries} on the worksheet. Key what is there, or dismiss it, and switch then.",
            field="writes",
        )
    way = connection.settings.get(SETTING, DIRECT)
    if way == writes:
        return connection
    if way not in (DIRECT, ASSISTED):
        raise NotPossible("Another program writes into this company; end that first.")
    connection.settings = {**connection.settings, SETTING: writes}
    connection.save(update_fields=["settings"])
    record_change("connection.writing_chosen", connection, actor, writes=writes)
    return connection
