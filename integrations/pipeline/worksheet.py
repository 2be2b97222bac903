"""The worksheet's part of the story: what a person keyed is looked for in Sage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from integrations.canonical.errors import NeverWorks, TryLater
from integrations.canonical.keyed_changes import Wanted
from integrations.canonical.orders import CustomerRequest
from integrations.canonical.stock import Allocation, ChangeOutcome
from integrations.connections import worksheet, worksheet_changes
from integrations.connections.agents.connector import ASKED
from integrations.connections.worksheet_changes import Said
from integrations.pipeline.answer import answer_came
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import Connector
from tenants import work
from tenants.models import WorkKind
from tenants.scope import current_tenant_id, tenant_transaction


def keyed(
    *,
    company_id: UUID,
    entry_ids: Collection[UUID],
    actor: str,
    numbers: Mapping[UUID, str] | None = None,
) -> int:
    """A person has keyed these, some under a number that they tell: look for them now; how many
    they are, none when they were found or are being looked for already.

    Raises NotPossible when none of them was listed, somebody else took them off, or a number
    cannot be.
    """
    worksheet_changes.tell_numbers(
        {key: told for key, told in (numbers or {}).items() if key in entry_ids},
        company_id=company_id,
    )
    worksheet_changes.check_told(entry_ids, company_id=company_id)
    keys = worksheet.confirm(company_id=company_id, entry_ids=entry_ids, actor=actor)
    for key in keys:
        answer_came(tenant_id=current_tenant_id(), company_id=company_id, effect_key=key)
    # A change has no effect that waits for it.
    work.ring(WorkKind.DELIVER, tenant_id=current_tenant_id(), subject_id=company_id)
    return len(keys)


def not_to_be_keyed(
    *, company_id: UUID, entry_ids: Collection[UUID], reason: str, actor: str
) -> int:
    """A person takes these off the worksheet: a posting becomes an exception, and whoever asked
    for a change is told the reason; how many they are.

    Raises NotPossible without a reason, and when none of them is waiting to be keyed.
    """
    keys = worksheet.take_off(
        company_id=company_id, entry_ids=entry_ids, reason=reason, actor=actor
    )
    for key in keys:
        answer_came(tenant_id=current_tenant_id(), company_id=company_id, effect_key=key)
    return len(keys)


def look_for_said(
    said: Sequence[Said], connector: Connector, *, tenant_id: UUID, company_id: UUID
) -> bool:
    """Look in Sage for changes that a person says are keyed; True when some are left: they wait
    for the answer of an agent or a record in use, or are more than one drain takes.

    One that can never be found goes back to the list. Raises what else a connector raises.
    Outside transactions.
    """
    is_left = len(said) == worksheet_changes.SAID_AT_ONCE
    for one in said:
        try:
            is_left = _ask(one.wanted, connector) or is_left
        except NeverWorks as error:
            with tenant_transaction(tenant_id):
                worksheet.go_back(
                    one, company_id=company_id, said_at=one.said_at, missing=error.sentence
                )
        except TryLater as error:
            if error.code != ASKED:
                raise
            is_left = True
    return is_left


def _ask(wanted: Wanted, connector: Connector) -> bool:
    """Put the question again; True when a record is in use."""
    if not isinstance(connector, BeyondPayments):
        return False
    if isinstance(wanted, CustomerRequest):
        result = connector.create_or_match_customer(wanted)
    elif isinstance(wanted, Allocation):
        result = connector.allocate_stock(wanted)
    else:
        result = connector.upsert_order(wanted)
    return result.outcome is ChangeOutcome.WAIT
