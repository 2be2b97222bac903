"""Both walls: the scope in Python and row-level security below it."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django_scopes.exceptions import ScopeError

from tenants.models import Environment, Tenant
from tenants.scope import NoTenant, current_tenant_id, tenant_transaction
from tenants.tenant_model import CrossTenantWrite

pytestmark = pytest.mark.usefixtures("db")


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


def test_inside_a_company_only_its_rows_exist(alice: Tenant, charlie: Tenant) -> None:
    with tenant_transaction(alice.id):
        assert [row.tenant_id for row in Environment.objects.all()] == [alice.id]
        assert current_tenant_id() == alice.id


def test_without_a_company_the_orm_refuses(alice: Tenant) -> None:
    with pytest.raises(ScopeError):
        list(Environment.objects.all())
    with pytest.raises(NoTenant):
        current_tenant_id()


def test_without_a_company_the_database_refuses(alice: Tenant) -> None:
    connection.close()  # a fresh connection has never heard of the setting
    with pytest.raises(ProgrammingError, match=r"tieout\.tenant"), transaction.atomic():
        list(Environment.across_tenants.all())


def test_the_company_is_forgotten_at_commit(alice: Tenant) -> None:
    with tenant_transaction(alice.id):
        pass
    with pytest.raises(Exception, match="invalid input syntax for type uuid"):
        list(Environment.across_tenants.all())


def test_the_database_hides_other_companies_from_unscoped_queries(
    alice: Tenant, charlie: Tenant
) -> None:
    with tenant_transaction(alice.id):
        assert Environment.across_tenants.count() == 1
        assert Environment.across_tenants.filter(tenant_id=charlie.id).update(zone="UTC") == 0


def test_writing_for_another_company_is_refused_twice(alice: Tenant, charlie: Tenant) -> None:
    with pytest.raises(CrossTenantWrite), tenant_transaction(alice.id):
        Environment.objects.create(tenant=charlie, kind=Environment.Kind.DEV)
    row = Environment(tenant=charlie, kind=Environment.Kind.DEV)
    with pytest.raises(ProgrammingError, match="row-level security"), tenant_transaction(alice.id):
        Environment.across_tenants.bulk_create([row])


def test_companies_do_not_nest(alice: Tenant, charlie: Tenant) -> None:
    with (
        pytest.raises(RuntimeError, match="durable"),
        tenant_transaction(alice.id),
        tenant_transaction(charlie.id),
    ):
        pass


def test_every_tenant_table_has_both_policies_and_is_forced(superuser_url: str) -> None:
    query = """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE a.attname = 'tenant_id' AND c.relkind = 'r'
        AND c.relnamespace = 'public'::regnamespace
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) = 2)
        ORDER BY 1
    """
    with psycopg.connect(superuser_url) as raw:
        open_tables = [row[0] for row in raw.execute(query)]
    assert open_tables == [
        "tenants_agenttoken",
        "tenants_apikey",
        "tenants_duenotice",
        "tenants_duework",
        "tenants_hooktoken",
        "tenants_invitation",
        "tenants_membership",
        "tenants_paytoken",
    ]


def test_a_foreign_key_cannot_cross_companies(alice: Tenant, charlie: Tenant) -> None:
    with tenant_transaction(alice.id):
        theirs = Environment.objects.get().id
    statement = """
        INSERT INTO mapping_mappingversion
            (id, tenant_id, environment_id, version, rows, published_by, note)
        VALUES (%s, %s, %s, 1, '[]', 'x', '')
    """
    with (
        pytest.raises(Exception, match="same_tenant"),
        tenant_transaction(charlie.id),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [uuid.uuid4(), charlie.id, theirs])


def test_the_application_role_has_no_way_around() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("tieout_app", False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
