"""Who writes into a Sage company, and by which way: changed while nothing is under way there.

What was handed over is asked about at the writer that has it. Another one would know nothing of
it, and could write the same.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from integrations.connections import writing
from integrations.connections.models import Connection
from integrations.posting import outbox
from tenants import work
from tenants.errors import NotPossible
from tenants.models import WorkKind
from tenants.scope import current_tenant_id

_SECONDS = 30


def change_way(*, company_id: UUID, change: Callable[[], Connection]) -> Connection:
    """Make this change of `integrations.connections.ways`; the company's next work waits for a
    test. Inside the tenant transaction.

    Raises NotPossible while a drain holds the company, and while postings are under way in
    Sage; those on the worksheet go with it, since a person has them.
    """
    _ring(company_id)
    fence = work.take(WorkKind.DELIVER, subject_id=company_id, seconds=_SECONDS)
    if fence is None:
        raise NotPossible("Tieout is just posting to this company. Try again in a minute.")
    try:
        _check_nothing_under_way(company_id)
        return change()
    finally:
        work.release(WorkKind.DELIVER, subject_id=company_id, fence=fence)
        # Holding it took the bell away that was set for what waits there.
        _ring(company_id)


def choose_writing(*, connection_id: UUID, writes: str, actor: str) -> Connection:
    """Let Tieout write (`direct`) or a person from the worksheet (`assisted`), as
    `writing.choose` says. Inside the tenant transaction; raises NotPossible as `change_way`."""

    def choose() -> Connection:
        return writing.choose(connection_id=connection_id, writes=writes, actor=actor)

    return change_way(company_id=connection_id, change=choose)


def _ring(company_id: UUID) -> None:
    work.ring(WorkKind.DELIVER, tenant_id=current_tenant_id(), subject_id=company_id)


def _check_nothing_under_way(company_id: UUID) -> None:
    count = outbox.under_way(company_id=company_id)
    if count:
        postings = "1 posting is" if count == 1 else f"{count} postings are"
        raise NotPossible(
            f"{postings} under way in Sage, and only its writer of now can say what became of "
            "them. Wait until they have ended, then change it."
        )
