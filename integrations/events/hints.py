"""What a stored notice points at: a transaction id and nothing more is believed."""

from __future__ import annotations

from integrations.events.envelope import Unreadable, read
from integrations.events.models import InboundNotice
from integrations.paytrace.silent_post import parse_silent_post

__all__ = ["Unreadable", "transaction_id"]


def transaction_id(notice: InboundNotice) -> str:
    """The transaction a notice names. Raises Unreadable with a sentence for a person."""
    body = bytes(notice.body)
    if not body:
        raise Unreadable("The notice could not be read safely, so only its size was kept.", "body")
    if notice.source == InboundNotice.Source.SILENT_POST:
        try:
            return parse_silent_post(body).transaction_id
        except ValueError as error:
            raise Unreadable(str(error), "parmList") from error
    return read(body).transaction_id
