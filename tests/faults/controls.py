"""Ways of posting, and of telling PayTrace, that look right and are not: all must be caught.

The Sage they write to is the sample company without its single writer: whoever asks for a
receipt gets one.
"""

from __future__ import annotations

import uuid

import psycopg
from django.utils import timezone

from integrations.canonical.posting import PostingOutcome, PostingRequest, PostingResult
from integrations.connections import clients
from integrations.instructions import protocol as telling
from integrations.instructions import sending
from integrations.instructions.models import Instruction
from integrations.instructions.subjects import subject_of
from integrations.instructions.wishes import Wish
from integrations.posting import claiming, protocol
from integrations.posting.models import Effect, EffectState
from tenants.ids import new_id
from tenants.scope import tenant_transaction
from tests.walks.world import NOON


def flag_in_transaction(*, tenant_id: str, effect_id: str, dsn: str, **_: str) -> None:
    """Write to Sage inside our own transaction, and remember it by a flag in there."""
    with tenant_transaction(uuid.UUID(tenant_id)):
        effect = Effect.objects.select_for_update().get(id=effect_id)
        if effect.state == EffectState.POSTED:
            return
        write_receipt(dsn, PostingRequest.from_json(effect.payload or {}))
        Effect.objects.filter(id=effect_id).update(state=EffectState.POSTED)


def read_back_then_write(*, tenant_id: str, company_id: str, dsn: str, **_: str) -> None:
    """Claim, fence and lease as they should be; but the look and the write are two calls."""
    tenant = uuid.UUID(tenant_id)
    with tenant_transaction(tenant):
        claimed = claiming.claim(company_id=uuid.UUID(company_id), since=timezone.now(), limit=1)
    for one in claimed:
        with tenant_transaction(tenant):
            asked = protocol.intend(one)
        if asked is None:
            continue
        if not is_written(dsn, asked.request):
            write_receipt(dsn, asked.request)
        with tenant_transaction(tenant):
            protocol.record_result(asked, PostingResult(PostingOutcome.POSTED))


def tell_without_record(*, tenant_id: str, connection_id: str, **_: str) -> None:
    """Claim and fence as they should be; but what is told is on record only when answered."""
    tenant, account = uuid.UUID(tenant_id), uuid.UUID(connection_id)
    with tenant_transaction(tenant):
        claimed = telling.claim_ready(connection_id=account)
        if claimed is None:
            return
        wish = Wish.from_json(Instruction.objects.get(id=claimed.instruction_id).request)
        subject = subject_of(claimed.instruction_id, today=NOON.date())
    client = clients.paytrace_client(tenant_id=tenant, connection_id=account)
    told = telling.Told(
        claimed.instruction_id, new_id(), claimed.fence, wish, new_id().hex, NOON.date()
    )
    outcome = sending.send(told, subject, client=client)
    with tenant_transaction(tenant):
        Instruction.objects.filter(id=claimed.instruction_id).update(state=outcome.state)


def is_written(dsn: str, request: PostingRequest) -> bool:
    """Whether a receipt carries the marker."""
    with psycopg.connect(dsn) as sage:
        found = sage.execute("SELECT 1 FROM arcash WHERE refno = %s", [request.marker]).fetchone()
    return found is not None


def write_receipt(dsn: str, request: PostingRequest) -> None:
    """A receipt on the first invoice of the request, in one transaction, unasked."""
    paid = request.applications[0]
    with psycopg.connect(dsn) as sage:
        sage.execute("CREATE TEMP TABLE given ON COMMIT DROP AS SELECT * FROM arcash LIMIT 1")
        sage.execute("ALTER TABLE given DROP COLUMN id_col")
        sage.execute(
            "UPDATE given SET (invno, custno, paidamt, refno) = "
            "(SELECT invno, custno, %s::numeric, %s FROM armast WHERE ltrim(invno) = %s)",
            [paid.amount, request.marker, paid.invoice_number],
        )
        found = sage.execute(
            "SELECT string_agg(attname, ', ') FROM pg_attribute "
            "WHERE attrelid = 'given'::regclass AND attnum > 0 AND NOT attisdropped"
        ).fetchone()
        columns = found[0] if found else ""
        sage.execute(f"INSERT INTO arcash ({columns}) SELECT {columns} FROM given".encode())
        sage.execute(
            "UPDATE armast SET paidamt = paidamt + %s, balance = balance - %s "
            "WHERE ltrim(invno) = %s",
            [paid.amount, paid.amount, paid.invoice_number],
        )
