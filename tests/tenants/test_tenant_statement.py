"""One statement, one round trip, one company: the way in for notices."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.utils import ProgrammingError

from tenants.models import Environment, Tenant
from tenants.scope import tenant_statement, tenant_transaction

pytestmark = pytest.mark.usefixtures("db")
KINDS = "SELECT count(*), min(tenant_id::text) FROM tenants_environment WHERE kind = %(kind)s"
ADD = (
    "INSERT INTO tenants_environment (id, tenant_id, kind, zone, base_currency)"
    " SELECT gen_random_uuid(), %(tenant)s, 'dev', 'UTC', 'USD' RETURNING kind"
)


@pytest.fixture
def alice() -> Tenant:
    return _company("Alice Supply", "alice")


@pytest.fixture
def charlie() -> Tenant:
    return _company("Charlie Parts", "charlie")


def _company(name: str, slug: str) -> Tenant:
    tenant = Tenant.objects.create(name=name, slug=slug)
    with tenant_transaction(tenant.id):
        Environment.objects.create(tenant=tenant, kind=Environment.Kind.PRODUCTION)
    return tenant


def test_only_this_company_s_rows_exist(alice: Tenant, charlie: Tenant) -> None:
    assert tenant_statement(alice.id, KINDS, {"kind": "production"}) == (1, str(alice.id))
    assert tenant_statement(charlie.id, KINDS, {"kind": "production"}) == (1, str(charlie.id))


def test_no_row_is_none(alice: Tenant) -> None:
    assert tenant_statement(alice.id, "SELECT 1 WHERE %(no)s", {"no": False}) is None


def test_what_it_writes_is_committed(alice: Tenant, superuser_url: str) -> None:
    assert tenant_statement(alice.id, ADD, {"tenant": alice.id}) == ("dev",)
    with psycopg.connect(superuser_url) as other:
        row = other.execute("SELECT count(*) FROM tenants_environment WHERE kind = 'dev'")
        assert row.fetchone() == (1,)


def test_the_wall_refuses_another_company_s_row(alice: Tenant, charlie: Tenant) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        tenant_statement(alice.id, ADD, {"tenant": charlie.id})
    # The connection is fit for the next one.
    assert tenant_statement(alice.id, KINDS, {"kind": "production"}) == (1, str(alice.id))


def test_the_company_is_forgotten_afterwards(alice: Tenant) -> None:
    tenant_statement(alice.id, "SELECT 1", {})
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tieout.tenant', true)")
        assert cursor.fetchone() in {("",), (None,)}


def test_inside_a_transaction_it_refuses(alice: Tenant) -> None:
    with tenant_transaction(alice.id), pytest.raises(RuntimeError, match="leave this one"):
        tenant_statement(alice.id, "SELECT 1", {})


def test_a_dead_connection_is_replaced(alice: Tenant, superuser_url: str) -> None:
    """A kept connection may have been cut since the last request."""
    _cut(superuser_url)
    assert tenant_statement(alice.id, ADD, {"tenant": alice.id}) == ("dev",)


def test_a_statement_that_fails_is_not_told_twice(alice: Tenant) -> None:
    """Cancelled by the server, with the connection alive: the caller hears of it."""
    with pytest.raises(OperationalError, match="statement timeout"):
        tenant_statement(
            alice.id, "SELECT set_config('statement_timeout', '5', true); SELECT pg_sleep(2)", {}
        )


def _cut(superuser_url: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(superuser_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
