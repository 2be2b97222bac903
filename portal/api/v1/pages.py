"""Lists in pages by place: stable while rows arrive, quick at any depth."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from portal.api.v1.errors import Refusal

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


class PageQuery(serializers.Serializer[Any]):
    """How a list is read page by page."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_PAGE_SIZE, default=PAGE_SIZE, help_text="Rows per page."
    )
    cursor = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="`next_cursor` of the page before."
    )


def write_cursor(at: datetime, row_id: UUID) -> str:
    """An opaque text for the place of a row in a list by time."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode()


def read_cursor(text: str) -> tuple[datetime, UUID] | None:
    """The place in a cursor, None for an empty one. Raises Refusal for anything else."""
    if not text:
        return None
    try:
        at, row_id = (
            base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode().split("|")
        )
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a place has an aware time")
        return moment, UUID(row_id)
    except (ValueError, binascii.Error) as error:
        remedy = "Use `next_cursor` of the page before, unchanged."
        raise Refusal(
            400, "invalid", "This is not a cursor of ours.", field="cursor", remedy=remedy
        ) from error
