"""Fixtures of the contract suites: `company` and `sage` are every way into a Sage company.

The five ways, and what stands behind each here:

- `sqlserver`: a process of its own per company (its driver wants that), on PostgreSQL. Slow.
- `agent`: the SQL edition behind a real agent and a real portal. Slow.
- `foxpro`: FoxPro tables, with Sage Pro's own program played by its model.
- `sample`: the sample company's database, reached from this process.
- `assisted`: the same, read by us and keyed by a bookkeeper, who keys whatever is listed on the
  worksheet, says so, and is asked again.

And `agent_foxpro`: FoxPro tables behind a real agent and a real portal, as sites have it. Slow.

Every test runs on all of them, but for those marked `machine`, with the reason: they are about what
only a writing program does. The reasons, and what a way does not offer, are in the tables of
test_sagepro_ways.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast
from uuid import UUID

import psycopg
import pytest
from django.db import connection as database
from django.db import connections as database_connections

from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import Hands, PostingOutcome, PostingRequest, PostingResult
from integrations.canonical.stock import Allocation, ChangeResult
from integrations.connections import worksheet, worksheet_changes
from integrations.connections.assisted import AssistedConnector
from integrations.connections.models import WorksheetEntry
from integrations.sagepro.apart.connector import ApartConnector
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.connector import Connector
from integrations.sagepro.profile import PostingProfile
from tenants.scope import tenant_transaction
from tests import database_plugin, factories
from tests.agent.company import agent_company, agent_foxpro_company, portal_of_agents
from tests.sagepro.any_company import AnyCompany, Everything
from tests.sagepro.bookkeeper import Bookkeeper
from tests.sagepro.companies import SampleCompany, company_template
from tests.sagepro.companies import company as sql_company
from tests.sagepro.foxpro.company import foxpro_company, foxpro_template

__all__ = [
    "agent_company",
    "agent_foxpro_company",
    "company_template",
    "foxpro_company",
    "foxpro_template",
    "portal_of_agents",
    "sql_company",
]

AGENT_FOXPRO = "agent_foxpro"
_SLOW = ("sqlserver", "agent", AGENT_FOXPRO)
_NOWHERE = UUID(int=0)
MACHINES = ("sqlserver", "agent", "foxpro", "sample")
WAYS = (*MACHINES, "assisted")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The one place where the suites get their ways."""
    if "company" not in metafunc.fixturenames:
        return
    ways = MACHINES if metafunc.definition.get_closest_marker("machine") else WAYS
    slow = pytest.mark.slow
    wanted = [
        pytest.param(way, marks=slow) if way in _SLOW else way for way in (*ways, AGENT_FOXPRO)
    ]
    metafunc.parametrize("company", wanted, indirect=True)


@pytest.fixture
def company(request: pytest.FixtureRequest) -> AnyCompany:
    """A fresh company, reached in the way of this variant."""
    found: AnyCompany = request.getfixturevalue(f"{request.param}_company")
    return found


@dataclass
class ApartCompany(SampleCompany):
    """The sample company, with a process of its own between."""

    def connect(
        self,
        *,
        dsn: str = "",
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> Connector:
        made = ApartConnector(
            dsn or self.dsn,
            profile=profile or self.profile,
            limits=limits,
            expected_fingerprint=expected_fingerprint,
        )
        self.opened.append(made)
        return made


Answer = TypeVar("Answer", PostingResult, ChangeResult)


class KeptByHand(AssistedConnector):
    """An assisted connector whose bookkeeper keys whatever it lists, until nothing is listed."""

    desk: AssistedCompany
    profile: PostingProfile

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        return self._until_it_ends(
            lambda: super(KeptByHand, self).post_if_absent(request),
            lambda: self.desk.key(request, profile=self.profile),
        )

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        return self._until_it_ends(
            lambda: super(KeptByHand, self).create_or_match_customer(customer), self._key_changes
        )

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._until_it_ends(
            lambda: super(KeptByHand, self).upsert_order(order), self._key_changes
        )

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        return self._until_it_ends(
            lambda: super(KeptByHand, self).allocate_stock(allocation), self._key_changes
        )

    def _key_changes(self) -> None:
        self.desk.key_changes(profile=self.profile)

    def _until_it_ends(self, ask: Callable[[], Answer], key: Callable[[], None]) -> Answer:
        try:
            for _ in range(4):
                result = ask()
                is_ended = result.outcome.value != PostingOutcome.HANDED_OVER.value
                if is_ended and result.evidence.get("held_by") != Hands.PERSON.value:
                    return result
                key()
        finally:
            if threading.current_thread() is not threading.main_thread():
                database_connections.close_all()
        raise AssertionError("The worksheet never let go of it")


@dataclass
class AssistedCompany(SampleCompany):
    """The sample company, which a person writes."""

    tenant_id: UUID = _NOWHERE
    company_id: UUID = _NOWHERE

    @cached_property
    def bookkeeper(self) -> Bookkeeper:
        return Bookkeeper(self.dsn)

    @property
    def leaves_record(self) -> bool:
        return False

    def forget_posting(self, effect_key: str) -> None:
        """Our database as it was before; the application itself may never delete an entry."""
        ours = database_plugin.superuser_url(str(database.settings_dict["NAME"]))
        with psycopg.connect(ours, autocommit=True) as restored:
            restored.execute(
                "DELETE FROM connections_worksheetentry WHERE tenant_id = %s AND effect_key = %s",
                [self.tenant_id, effect_key],
            )

    def key(self, request: PostingRequest, *, profile: PostingProfile) -> None:
        """The bookkeeper looks at the list: what stands there is keyed, or taken off."""
        with self.bookkeeper.at_work:
            with tenant_transaction(self.tenant_id):
                waiting = WorksheetEntry.objects.filter(
                    effect_key=request.effect_key, state=worksheet.EntryState.WAITING
                )
                listed = list(waiting.values_list("id", flat=True))
            if not listed:
                return
            wrong = self.bookkeeper.key(request, profile=profile)
            place, actor = self.company_id, "mb@acme.example"
            with tenant_transaction(self.tenant_id):
                if wrong:
                    worksheet.take_off(
                        company_id=place, entry_ids=listed, reason=wrong, actor=actor
                    )
                else:
                    worksheet.confirm(company_id=place, entry_ids=listed, actor=actor)

    def key_changes(self, *, profile: PostingProfile) -> None:
        """The bookkeeper keys every order, customer and allocation that is listed."""
        with self.bookkeeper.at_work:
            with tenant_transaction(self.tenant_id):
                listed = worksheet_changes.open_changes([self.company_id])
            for entry in listed:
                if entry.state == worksheet.EntryState.WAITING:
                    self._key_change(entry, profile=profile)

    def _key_change(self, entry: WorksheetEntry, *, profile: PostingProfile) -> None:
        result = self.bookkeeper.change(worksheet_changes.wanted_of(entry), profile=profile)
        place, ids, actor = self.company_id, [entry.id], "mb@acme.example"
        with tenant_transaction(self.tenant_id):
            if result.refusal:
                wrong = result.refusal.sentence
                worksheet.take_off(company_id=place, entry_ids=ids, reason=wrong, actor=actor)
            else:
                numbers = {entry.id: result.number}
                worksheet_changes.tell_numbers(numbers, company_id=place)
                worksheet.confirm(company_id=place, entry_ids=ids, actor=actor)

    def connect(
        self,
        *,
        dsn: str = "",
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> Connector:
        reader = super().connect(
            dsn=dsn, profile=profile, limits=limits, expected_fingerprint=expected_fingerprint
        )
        made = KeptByHand(
            reader,
            tenant_id=self.tenant_id,
            company_id=self.company_id,
            profile=profile or self.profile,
        )
        made.desk, made.profile = self, profile or self.profile
        return made


@pytest.fixture
def sample_company(sql_company: SampleCompany) -> SampleCompany:
    return sql_company


@pytest.fixture
def sqlserver_company(sql_company: SampleCompany) -> Iterator[ApartCompany]:
    made = ApartCompany(sql_company.dsn)
    yield made
    for connector in made.opened:
        connector.close()


@pytest.fixture
def assisted_company(db: None, sql_company: SampleCompany) -> Iterator[AssistedCompany]:
    books = factories.company()
    made = AssistedCompany(sql_company.dsn, tenant_id=books.tenant.id, company_id=books.sage.id)
    yield made
    for connector in made.opened:
        connector.close()


@pytest.fixture
def sage(company: AnyCompany) -> Connector:
    """A connector on the fresh company."""
    return company.connect()


@pytest.fixture
def books(sage: Connector) -> Everything:
    """The same, for what it offers beside payments."""
    return cast("Everything", sage)


@pytest.fixture
def sql_sage(sql_company: SampleCompany) -> Connector:
    """A connector on a fresh SQL company, where a test is about SQL."""
    return sql_company.connect()
