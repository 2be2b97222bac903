"""Whether rows flagged in a Sage company start payments, and through which PayTrace account."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from integrations.connections.models import Connection
from integrations.connections.rows import locked_connection, record_change
from integrations.connections.writing import is_assisted
from tenants.errors import NotPossible
from tenants.models import DueWork, WorkKind
from tenants.work import ring

SETTING = "takes_flagged_rows"
LOOK_EVERY = timedelta(minutes=1)


def takes_rows(account: Connection) -> bool:
    """Whether rows flagged in the company that this account posts to go through it."""
    return bool(account.settings.get(SETTING, False))


def account_of(company_id: UUID) -> Connection | None:
    """The PayTrace account that the company's flagged rows go to; None while that is off."""
    accounts = Connection.objects.filter(kind=Connection.Kind.PAYTRACE, posts_to_id=company_id)
    return next((one for one in accounts.order_by("id") if takes_rows(one)), None)


def why_not(account: Connection) -> str:
    """Why rows cannot be taken in through this account, in a sentence; empty when they can."""
    company = account.posts_to
    if account.kind != Connection.Kind.PAYTRACE or company is None:
        return "This account posts to no Sage company yet."
    if is_assisted(company.settings):
        return (
            f"A person keys what is posted to {company.name}, so Tieout writes nothing back into "
            "its rows. Let Tieout post by itself first."
        )
    if "flagged" not in company.settings.get("profile", {}).get("tables", {}):
        return (
            f"The posting profile of {company.name} names no table of flagged rows. Enter it "
            "there first."
        )
    return ""


def switch_on(*, connection_id: UUID, actor: str) -> Connection:
    """Take in what is flagged in Sage from now on. Raises NotPossible with a sentence."""
    account = locked_connection(connection_id)
    if reason := why_not(account):
        raise NotPossible(reason)
    assert account.posts_to_id is not None  # noqa: S101 why_not looked
    company = locked_connection(account.posts_to_id)
    other = account_of(company.id)
    if other is not None and other.id != account.id:
        raise NotPossible(f"Rows flagged in {company.name} go through {other.name} already.")
    _store(account, is_on=True)
    ring(WorkKind.FLAGGED, tenant_id=company.tenant_id, subject_id=company.id)
    DueWork.objects.filter(kind=WorkKind.FLAGGED, subject_id=company.id).update(
        every_seconds=int(LOOK_EVERY.total_seconds())
    )
    record_change("connection.flagged_rows_on", account, actor, company=company.name)
    return account


def switch_off(*, connection_id: UUID, actor: str) -> Connection:
    """Take in no new row; what was taken in is finished, and its result still written back."""
    account = locked_connection(connection_id)
    if not takes_rows(account):
        raise NotPossible("Rows flagged in Sage are not taken in through this account.")
    _store(account, is_on=False)
    record_change("connection.flagged_rows_off", account, actor)
    return account


def _store(account: Connection, *, is_on: bool) -> None:
    account.settings = {**account.settings, SETTING: is_on}
    account.save(update_fields=["settings"])
