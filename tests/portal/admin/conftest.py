"""Two companies with a whole story each, and support staff who look at both."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.test import Client

from integrations.alerts.models import Alert
from integrations.connections.models import ConnectionTest
from integrations.connections.secrets import keep_secrets
from integrations.events.models import (
    ContestDeadline,
    DepositPart,
    GatewayBatch,
    HeldAmount,
    HoldLook,
    InboundNotice,
    NoticeRefusal,
    SyncRun,
    Watermark,
)
from integrations.exceptions.models import ExceptionCase
from integrations.open_items.models import OpenItem, OpenItemsCopy
from integrations.posting.models import Effect
from integrations.workflows.operations import publish as publish_workflow
from integrations.workflows.queries import in_force
from tenants import operations
from tenants.scope import tenant_transaction
from tenants.support_staff import create_support_user
from tests import factories

SECRET = "sup3r-s3cret-passw0rd"
PAYLOAD = "raw-bytes-of-a-notice"


@dataclass(frozen=True)
class Scene:
    """One company with a posted payment and a parked one; `told` may never be shown."""

    books: factories.Books
    posted: Effect
    case: ExceptionCase
    api_key: str = field(repr=False)


def _scene(name: str, email: str) -> Scene:
    books = factories.company(name, owner=factories.person(email))
    with tenant_transaction(books.tenant.id):
        posted = factories.posted(books)
        case = factories.parked(books)
        keep_secrets(connection_id=books.paytrace.id, values={"password": SECRET})
        _rows_around(books, posted)
        _, plain = operations.create_api_key(
            environment_id=books.environment.id,
            name="Shop",
            scopes=["payments:read"],
            created_by=books.owner,
        )
        operations.invite(email=f"new-{email}", role="viewer", invited_by=books.owner)
    return Scene(books, posted, case, plain)


def _rows_around(books: factories.Books, posted: Effect) -> None:
    InboundNotice.objects.create(
        connection=books.paytrace,
        source="signed",
        body=PAYLOAD.encode(),
        body_length=len(PAYLOAD),
        body_hmac=b"\x01" * 32,
        state="read",
        transaction_id=posted.transaction_id,
    )
    NoticeRefusal.objects.create(
        connection=books.paytrace, day="2026-11-20", reason="bad_signature", count=2
    )
    SyncRun.objects.create(
        connection=books.paytrace, state="done", first_day="2026-11-19", last_day="2026-11-20"
    )
    Watermark.objects.create(
        connection=books.paytrace, complete_up_to=factories.at("2026-11-20 14:05")
    )
    ContestDeadline.objects.create(
        connection=books.paytrace, transaction_id="CB-77", respond_by="2026-12-05",
        seen_by="person", told_by="alice@acme.example",
    )  # fmt: skip
    HeldAmount.objects.create(
        connection=books.paytrace, transaction_id="9007", amount=Decimal(800), currency="USD",
        seen_by="sync",
    )  # fmt: skip
    HoldLook.objects.create(connection=books.paytrace, transaction_id="9001", is_listed=False)
    factories.polled(books.paytrace)
    DepositPart.objects.create(
        deposit=GatewayBatch.objects.get(), transaction_id=posted.transaction_id, kind="sale",
        amount=posted.amount, currency="USD",
    )  # fmt: skip
    factories.instructed(books)
    ConnectionTest.objects.create(connection=books.paytrace, requested_by="alice@acme.example")
    OpenItemsCopy.objects.create(company=books.sage, items=1)
    OpenItem.objects.create(
        company=books.sage, leaf=1, customer_number="ACME01", number="10432",
        amount=Decimal(740), balance=Decimal(740), currency="USD",
    )  # fmt: skip
    Alert.objects.create(
        environment=books.environment, kind="sage.offline", subject_key="x", sentence="Sage is off."
    )
    publish_workflow(
        environment_id=books.environment.id,
        steps=in_force(books.environment.id).steps,
        actor="alice@acme.example",
    )


@pytest.fixture
def alice(db: None) -> Scene:
    return _scene("Acme Supply", "alice@acme.example")


@pytest.fixture
def charlie(db: None) -> Scene:
    return _scene("Charlie Parts", "charlie@parts.example")


@pytest.fixture
def staff(db: None) -> Client:
    """A signed-in member of support staff."""
    client = Client()
    client.force_login(create_support_user(email="sam@tieout.example", password="x" * 12))
    return client
