"""The inbox: notices stored once, as redacted bytes, before anybody reads them."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from integrations.canonical.redaction import redact_bytes, redact_text
from integrations.events.models import InboundNotice
from tenants.ids import new_id
from tenants.models import DueNotice
from tenants.scope import current_tenant_id, tenant_statement, tenant_transaction


@dataclass(frozen=True)
class Delivery:
    """One notice as it arrived, authenticated and not yet looked at."""

    source: InboundNotice.Source
    content_type: str
    body: bytes
    event_id: str = ""
    """The sender's id of the event; empty where the sender gives none."""


# One round trip, and plans that are kept: the key decides, and only a new key brings a notice
# and a due row with it.
_STORE = """
SELECT is_new, is_reader_due FROM events_take_notice(
    %(id)s, %(tenant)s, %(connection)s, %(key)s, %(source)s,
    %(content_type)s, %(body)s, %(length)s, %(hmac)s, %(redactions)s)
"""


@dataclass(frozen=True)
class Stored:
    """What became of a delivery."""

    is_new: bool
    """False for a duplicate."""
    is_reader_due: bool
    """Whether somebody was about to read the inbox a moment before this was committed."""


def store(delivery: Delivery, *, tenant_id: uuid.UUID, connection_id: uuid.UUID) -> Stored:
    """Redact and store one delivery once, committed when this returns.

    Its own transaction. Where the body cannot be tokenised safely, only its length and keyed
    hash are kept.
    """
    redacted = redact_bytes(delivery.body, content_type=delivery.content_type)
    digest = _keyed_hash(delivery.body)
    row = tenant_statement(
        tenant_id,
        _STORE,
        {
            "id": new_id(),
            "tenant": tenant_id,
            "connection": connection_id,
            "key": _key(delivery, digest),
            "source": delivery.source.value,
            "content_type": redact_text(_readable(delivery.content_type))[:100],
            "body": redacted.body,
            "length": len(delivery.body),
            "hmac": digest,
            "redactions": redacted.count,
        },
    )
    return Stored(*row) if row else Stored(is_new=False, is_reader_due=False)


def refuse(*, tenant_id: uuid.UUID, connection_id: uuid.UUID, reason: str) -> None:
    """Count one refused notice; nothing of it is kept."""
    with tenant_transaction(tenant_id), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO events_noticerefusal AS r (id, tenant_id, connection_id, day, reason, count)
            VALUES (%s, %s, %s, current_date, %s, 1)
            ON CONFLICT (tenant_id, connection_id, day, reason)
            DO UPDATE SET count = r.count + 1
            """,
            [new_id(), tenant_id, connection_id, reason[:40]],
        )


def count_unknown_address() -> None:
    """Count one notice to an address that does not exist."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tenants_unknowntokencount AS u (day, count) VALUES (current_date, 1)
            ON CONFLICT (day) DO UPDATE SET count = u.count + 1
            """
        )


def unread(*, connection_id: uuid.UUID, limit: int) -> list[InboundNotice]:
    """The oldest notices nobody has read yet (the due rows say which)."""
    ids = (
        DueNotice.objects.filter(tenant_id=current_tenant_id(), connection_id=connection_id)
        .order_by("id")
        .values_list("notice_id", flat=True)[:limit]
    )
    by_id = InboundNotice.objects.in_bulk(list(ids))
    return [by_id[notice_id] for notice_id in ids if notice_id in by_id]


def mark_read(
    notice_id: uuid.UUID,
    *,
    state: InboundNotice.State,
    transaction_id: str = "",
    sentence: str = "",
) -> bool:
    """Set a received notice's end state and drop its due row; False when it was read before."""
    DueNotice.objects.filter(notice_id=notice_id, tenant_id=current_tenant_id()).delete()
    changed = InboundNotice.objects.filter(id=notice_id, state=InboundNotice.State.RECEIVED).update(
        state=state, transaction_id=transaction_id[:64], sentence=sentence[:300], read_at=Now()
    )
    return changed == 1


def _readable(text: str) -> str:
    """A header without control characters: a NUL in it could not be stored."""
    return "".join(character for character in text if character.isprintable())


def _keyed_hash(body: bytes) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), b"notice:" + body, hashlib.sha256).digest()


def _key(delivery: Delivery, digest: bytes) -> bytes:
    if not delivery.event_id:
        return digest
    return hashlib.sha256(b"event:" + delivery.event_id.encode()).digest()
