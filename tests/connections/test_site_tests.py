"""A company's server proves itself before the first write, again after every new setting."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integrations.connections import site_tests
from integrations.connections.models import Connection
from integrations.connections.operations import replace_secrets, update_settings
from integrations.pipeline import resume
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import WorkKind
from tenants.scope import tenant_transaction
from tests import factories
from tests.connections.scene import ACTOR, Scene, told
from tests.factories import Books
from tests.sagepro.companies import SampleCompany


def _may_post(supply: Scene, connection: Connection) -> bool:
    with tenant_transaction(supply.tenant.id):
        return site_tests.may_post(Connection.objects.get(pk=connection.pk))


def test_a_passed_test_keeps_every_check_with_time_and_server(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    assert not _may_post(supply, connection)
    test = supply.test(connection)
    with tenant_transaction(supply.tenant.id):
        ((row),) = site_tests.history(connection.id, limit=5)
    assert [check["label"] for check in row.checks] == [
        "Login", "Rights", "One writer", "Uniqueness", "Time-out", "Rollback", "Read back",
    ]  # fmt: skip
    assert (row.is_passed, row.asked_by, test.state) == (True, ACTOR, "passed")
    assert row.server.startswith("PostgreSQL ")
    assert told(test)[-1][0] == "Self-test"
    assert _may_post(supply, connection)


def test_a_server_that_falls_short_fails_the_test_and_nothing_is_posted(
    supply: Scene, company: SampleCompany
) -> None:
    company.execute("ALTER TABLE ptpost DROP CONSTRAINT ptpost_marker")
    connection = supply.sagepro(company.dsn)
    test = supply.test(connection)
    row = supply.row(connection)
    assert (test.state, row.state) == ("failed", Connection.State.MISCONFIGURED)
    assert row.state_sentence == (
        "Nothing is posted, because the self-test failed. "
        "Uniqueness: The same marker could be written twice."
    )
    assert told(test)[-1] == (
        "Self-test", False, "Uniqueness: The same marker could be written twice."
    )  # fmt: skip
    assert not _may_post(supply, connection)
    company.execute("ALTER TABLE ptpost ADD CONSTRAINT ptpost_marker UNIQUE (marker)")
    supply.test(connection)
    assert _may_post(supply, connection)
    with tenant_transaction(supply.tenant.id):
        kept = [one.is_passed for one in site_tests.history(connection.id, limit=5)]
    assert kept == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        lambda one, dsn: replace_secrets(connection_id=one.id, secrets={"dsn": dsn}, actor=ACTOR),
        lambda one, _: update_settings(
            connection_id=one.id,
            profile={**sample_profile().as_json(), "user_code": "XX"},
            actor=ACTOR,
        ),
    ],
    ids=["the address", "the posting profile"],
)
def test_another_setting_asks_for_another_self_test(
    change: Callable[[Connection, str], object], supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    supply.test(connection)
    with tenant_transaction(supply.tenant.id):
        change(connection, company.dsn)
    assert not _may_post(supply, connection)
    supply.test(connection)
    assert _may_post(supply, connection)


def test_another_name_does_not(supply: Scene, company: SampleCompany) -> None:
    connection = supply.sagepro(company.dsn)
    supply.test(connection)
    with tenant_transaction(supply.tenant.id):
        update_settings(connection_id=connection.id, name="Our books", actor=ACTOR)
    assert _may_post(supply, connection)


def test_a_profile_that_allows_nothing_needs_no_self_test(
    supply: Scene, company: SampleCompany
) -> None:
    profile = {**sample_profile().as_json(), "kinds": []}
    connection = supply.sagepro(company.dsn, profile=profile)
    before = company.books()
    supply.test(connection)
    assert company.books() == before
    assert _may_post(supply, connection)


@pytest.fixture
def books(db: None) -> Books:
    return factories.company()


def test_a_company_connected_before_there_were_self_tests_waits_with_a_sentence(
    books: Books,
) -> None:
    with tenant_transaction(books.tenant.id):
        old = factories.sage_company(books.dev, state=Connection.State.NEW)
        Connection.objects.filter(pk=old.pk).update(state=Connection.State.CONNECTED)
        old.refresh_from_db()
        assert not resume.may_go(old, WorkKind.DELIVER)
        assert resume.may_go(books.sage, WorkKind.DELIVER)
        waiting = factories.effect(books, company=old)
        resume.show_waiting(old.id)
        waiting.refresh_from_db()
    assert waiting.sentence == (
        "Posting to Sage Pro, company 01 waits: its server has not passed the self-test for the "
        "settings of now. Test the connection; nothing is lost."
    )
