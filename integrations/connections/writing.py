"""Who writes into a Sage company: Tieout, or a bookkeeper from the worksheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from integrations.canonical.posting import PostingKind
from integrations.connections import worksheet
from integrations.connections.models import Connection
from integrations.connections.rows import locked_connection, record_change
from tenants.errors import NotPossible

SETTING = "way"
# At a company that an agent or a folder reaches, the way is taken; who writes stands beside it.
BESIDE = "writes"
DIRECT = "direct"
ASSISTED = "assisted"


def is_assisted(settings: Mapping[str, Any]) -> bool:
    """Whether a person keys what is posted to this company."""
    return ASSISTED in (settings.get(SETTING, DIRECT), settings.get(BESIDE, DIRECT))


def is_keyed_into(settings: Mapping[str, Any]) -> bool:
    """Whether a person keys something there: all of it, or the kinds nobody has calibrated.

    A company whose profile has no kind is only read.
    """
    kinds = set(settings.get("profile", {}).get("kinds", ()))
    return is_assisted(settings) or bool(kinds and kinds < {kind.value for kind in PostingKind})


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
    where = SETTING if way in (DIRECT, ASSISTED) else BESIDE
    if connection.settings.get(where, DIRECT) == writes:
        return connection
    connection.settings = {**connection.settings, where: writes}
    connection.save(update_fields=["settings"])
    record_change("connection.writing_chosen", connection, actor, writes=writes)
    return connection
