"""The copy of a company's open documents: filled once, then only what changed is moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from integrations import pipeline
from integrations.canonical.open_items import OpenItem as Item
from integrations.connections import clients
from integrations.connections.models import Connection
from integrations.open_items import nights, operations, queries
from integrations.open_items.models import OpenItem, OpenItemsCopy
from tenants.errors import NotPossible
from tenants.models import AuditEvent, DueWork, WorkKind
from tenants.scope import tenant_transaction
from tests.agent.scene import AgentScene
from tests.connections.scene import ACTOR, Scene
from tests.sagepro.companies import SampleCompany


@pytest.fixture
def books(supply: Scene, company: SampleCompany) -> Iterator[Connection]:
    """The sample company, tested before."""
    connection = supply.sagepro(company.dsn)
    with tenant_transaction(supply.tenant.id):
        Connection.objects.update(state=Connection.State.CONNECTED)
    yield connection
    clients.close_all()


def _read(connection: Connection, *, wished: bool = True) -> OpenItemsCopy:
    with tenant_transaction(connection.tenant_id):
        if wished:
            operations.wish(company_id=connection.id)
    assert not pipeline.read_open_items(tenant_id=connection.tenant_id, company_id=connection.id)
    with tenant_transaction(connection.tenant_id):
        return OpenItemsCopy.objects.get(company_id=connection.id)


def _balances(connection: Connection) -> dict[str, Decimal]:
    with tenant_transaction(connection.tenant_id):
        return dict(OpenItem.objects.values_list("number", "balance"))


def _due_in(connection: Connection) -> timedelta:
    row = DueWork.objects.get(kind=WorkKind.OPEN_ITEMS, subject_id=connection.id)
    assert row.due_at is not None
    return row.due_at - timezone.now()


def test_the_first_look_takes_everything_and_comes_back_at_night(books: Connection) -> None:
    began = timezone.now()
    copy = _read(books, wished=False)
    found = _balances(books)
    assert found["10432"] == Decimal("740.0000")
    assert "10205" not in found, "void"
    assert copy.complete_as_of is not None
    assert began <= copy.complete_as_of <= timezone.now()
    assert (copy.items, copy.look_began_at, copy.sentence) == (len(found), None, "")
    assert timedelta(0) < _due_in(books) <= timedelta(days=1)


def test_a_look_that_finds_nothing_new_moves_less_than_a_kilobyte(books: Connection) -> None:
    first = _read(books)
    before = _balances(books)
    again = _read(books)
    assert again.moved < 1_000 < first.moved
    assert again.complete_as_of is not None
    assert first.complete_as_of is not None
    assert again.complete_as_of > first.complete_as_of
    assert _balances(books) == before


def test_what_changed_is_changed_and_what_is_paid_is_gone(
    books: Connection, company: SampleCompany
) -> None:
    _read(books)
    before = _balances(books)
    company.change("armast", {"invno": "10433"}, balance=Decimal("12.50"))
    company.change("armast", {"invno": "10432"}, balance=Decimal(0))
    _read(books)
    expected = before | {"10433": Decimal("12.5000")}
    del expected["10432"]
    assert _balances(books) == expected


def test_a_copy_that_was_damaged_mends_itself(books: Connection) -> None:
    _read(books)
    before = _balances(books)
    with tenant_transaction(books.tenant_id):
        OpenItem.objects.filter(number="10432").update(balance=1)
        OpenItem.objects.filter(number="10433").delete()
    _read(books)
    assert _balances(books) == before


def test_nothing_is_read_again_before_the_night_unless_somebody_asks(books: Connection) -> None:
    first = _read(books)
    assert _read(books, wished=False).complete_as_of == first.complete_as_of
    with tenant_transaction(books.tenant_id):
        pipeline.read_open_items_now(company_id=books.id, actor=ACTOR)
        assert AuditEvent.objects.filter(action="connection.open_items_asked").count() == 1
    assert _due_in(books) <= timedelta(0)
    assert _read(books, wished=False).complete_as_of != first.complete_as_of


def test_only_a_sage_company_that_is_not_paused_is_read(books: Connection, supply: Scene) -> None:
    gateway = supply.paytrace("http://127.0.0.1:1")
    with tenant_transaction(books.tenant_id):
        Connection.objects.filter(id=books.id).update(paused_at=timezone.now())
        for connection, said in ((gateway, "Only a Sage Pro company"), (books, "is paused")):
            with pytest.raises(NotPossible, match=said):
                pipeline.read_open_items_now(company_id=connection.id, actor=ACTOR)


def test_books_that_cannot_be_read_leave_the_copy_and_posting_alone(
    books: Connection, company: SampleCompany
) -> None:
    first = _read(books)
    before = _balances(books)
    company.execute("ALTER TABLE armast RENAME COLUMN balance TO owed")
    failed = _read(books)
    assert failed.complete_as_of == first.complete_as_of
    assert "balance" in failed.sentence
    assert _balances(books) == before
    with tenant_transaction(books.tenant_id):
        assert Connection.objects.get(id=books.id).state == Connection.State.CONNECTED
    assert timedelta(minutes=29) < _due_in(books) <= timedelta(minutes=30)
    company.execute("ALTER TABLE armast RENAME COLUMN owed TO balance")
    assert _read(books, wished=False).sentence == ""


def test_a_worker_that_was_paused_changes_nothing(books: Connection) -> None:
    _read(books)
    before = _balances(books)
    with tenant_transaction(books.tenant_id):
        late = operations.take_over(
            {"0000": []}, company_id=books.id, began_at=datetime(2026, 11, 20, tzinfo=UTC), moved=0
        )
    assert not late
    assert _balances(books) == before


def test_behind_an_agent_nobody_waits_and_the_copy_is_the_same(
    scene: AgentScene, sage: SampleCompany
) -> None:
    with scene.inside():
        Connection.objects.update(state=Connection.State.CONNECTED)
    agent = scene.worker(scene.pair())
    agent.once(wait=0)
    for _ in range(5):
        pipeline.read_open_items(tenant_id=scene.tenant.id, company_id=scene.connection_id)
        if not agent.once(wait=0):
            break
    with scene.inside():
        copy = OpenItemsCopy.objects.get()
        found = set(OpenItem.objects.values_list("number", flat=True))
    assert copy.complete_as_of is not None
    assert len(found) == copy.items == sage.connect().company_profile().open_invoice_count


def _item(number: str, balance: str, *, customer: str = "ACME01", currency: str = "USD") -> Item:
    return Item(customer, number, None, Decimal(balance), Decimal(balance), currency)


@pytest.fixture
def shelf(supply: Scene, company: SampleCompany) -> UUID:
    """A copy with a handful of documents."""
    connection = supply.sagepro(company.dsn)
    items = [
        _item("10432", "740.00"),
        _item("10433", "312.50"),
        _item("20432", "740.00", customer="GLENN1"),
        _item("C-1", "-50.00"),
        _item("30001", "10.00", currency="CAD"),
    ]
    began = timezone.now()
    with tenant_transaction(supply.tenant.id):
        operations.begin(company_id=connection.id, zone="UTC", now=began)
        operations.take_over(
            {f"{one.leaf:04x}": [one.line] for one in items},
            company_id=connection.id, began_at=began, moved=0,
        )  # fmt: skip
    return connection.id


@pytest.mark.parametrize(
    ("customer", "typed", "numbers"),
    [
        ("ACME01", "", ["10433", "10432"]),
        ("ACME01", "43", ["10433", "10432"]),
        ("ACME01", "10432", ["10432"]),
        ("ACME01", "740", ["10432"]),
        ("ACME01", "1,740.00", []),
        ("ACME01", "2043", ["20432"]),
        ("", "", ["10433", "10432", "20432"]),
        ("", "glenn", ["20432"]),
        ("NOBODY", "", []),
        ("ACME01", "9" * 40, []),
        ("ACME01", "NaN", []),
        ("ACME01", "50%", []),
    ],
)
def test_what_fits_is_found_with_the_exact_amount_first(
    supply: Scene, shelf: UUID, customer: str, typed: str, numbers: list[str]
) -> None:
    with tenant_transaction(supply.tenant.id):
        found = queries.find(
            company_id=shelf, customer_number=customer, typed=typed,
            amount=Decimal("312.50"), currency="USD",
        )  # fmt: skip
    assert ([one.number for one in found.items], found.is_cut) == (numbers, False)
    assert found.complete_as_of is None, "the first look has not ended"


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-20T09:59:00+00:00", "2026-11-19T10:00:00+00:00"),
        ("2026-11-20T10:00:00+00:00", "2026-11-20T10:00:00+00:00"),
        ("2026-11-21T07:00:00+00:00", "2026-11-20T10:00:00+00:00"),
    ],
)
def test_the_night_is_that_of_the_companys_zone(now: str, night: str) -> None:
    moment, last = datetime.fromisoformat(now), datetime.fromisoformat(night)
    assert nights.last_night(moment, zone="America/Los_Angeles") == last
    assert nights.until_next(moment, zone="America/Los_Angeles") == (
        last + timedelta(days=1) - moment
    )
