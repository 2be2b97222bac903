"""The rights script is run, and the connector works with exactly these rights and no fewer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import ProgrammingError

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.flagged import FlagAnswer
from integrations.canonical.posting import PostingKind, PostingOutcome, WithdrawOutcome
from integrations.canonical.stock import Allocation, ChangeOutcome
from integrations.sagepro.backends import permission
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.rights import rights
from integrations.sagepro.rights_script import Product, grants, script
from integrations.sagepro.sample.profile import sample_profile, standard_profile
from integrations.sagepro.sample.schema import SENSITIVE
from tests import database_plugin
from tests.sagepro.companies import SampleCompany
from tests.sagepro.flagged import flag_row
from tests.sagepro.orders import BEARINGS, NEWCOMER, VALVES, order
from tests.sagepro.postings import on_account, receipt, reversal

_numbers = count(1)


@dataclass(frozen=True)
class Site:
    """A company whose administrator has run the script for a login of its own."""

    company: SampleCompany
    role: str
    profile: PostingProfile

    def everything(self) -> None:
        """Every call of the connector once, each kind of posting among them."""
        number = next(_numbers)
        sage = self.connect()
        try:
            self._read(sage)
            self._write(sage, f"right-{number}")
        finally:
            sage.close()

    def connect(self) -> SqlConnector:
        return SqlConnector(self.dsn, profile=self.profile)

    @property
    def dsn(self) -> str:
        url = make_url(self.company.dsn).set(username=self.role, password="p")
        return url.render_as_string(hide_password=False)

    def _read(self, sage: SqlConnector) -> None:
        sage.company_profile()
        sage.gl_accounts()
        sage.customer("ACME01")
        sage.invoices_by_number(["10432"])
        sage.open_invoices("ACME01")
        sage.invoices_by_order("20011")
        sage.receipts_for_invoice("10432")
        sage.orders_by_number(["7402", "6990"])
        sage.items(["LABOR"])
        sage.stock(["VLV-075"])
        sage.flagged_rows(after="", limit=9)

    def _write(self, sage: SqlConnector, key: str) -> None:
        flag_row(self.company.dsn, reqno=key)
        told = FlagAnswer(f"flagged:{key}:0", key, 0, "Done", "105", "Charged.", is_final=True)
        assert sage.answer_flagged(told).outcome is ChangeOutcome.DONE
        paid = receipt(key, "1.00", customer="ACME01", invoices={"10433": "1.00"})
        for request in (paid, on_account(f"{key}-a", "1.00"), reversal(f"{key}-r", "1.00", of=key)):
            result = sage.post_if_absent(request)
            assert result.outcome is PostingOutcome.POSTED, (result.refusal, result.evidence)
        assert sage.withdraw(f"{key}-never") is WithdrawOutcome.WITHDRAWN
        assert sage.note_status(invoice_number="10433", status=f"Noted {key[-8:]}")
        allocation = Allocation(f"{key}-s", "BRG-6204", "MAIN", Decimal("0.001"))
        assert sage.allocate_stock(allocation).outcome is ChangeOutcome.DONE
        for version in (1, 2):
            asked = order(version, (BEARINGS, VALVES)[version - 1], name=key)
            assert sage.upsert_order(asked).outcome is ChangeOutcome.DONE
        person = replace(
            NEWCOMER, key=f"{key}-c", name=f"Newcomer {key}", email=f"{key}@raeder.example"
        )
        assert sage.create_or_match_customer(person).outcome is ChangeOutcome.DONE
        assert sage.self_test().is_passed


@pytest.fixture
def site(company: SampleCompany) -> Iterator[Site]:
    role = f"tieout_{uuid4().hex[:8]}"
    company.execute("DROP TABLE ptpost")
    company.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER PASSWORD 'p'")
    with psycopg.connect(company.dsn, autocommit=True) as connection:
        connection.execute(script(sample_profile(), product="postgresql", role=role).encode())
    yield Site(company, role, sample_profile())
    company.execute(f"DROP OWNED BY {role}")
    with psycopg.connect(database_plugin.superuser_url(), autocommit=True) as connection:
        connection.execute(f"DROP ROLE {role}".encode())


def test_a_company_that_is_only_read_is_asked_and_decided_about_with_its_rights(
    company: SampleCompany,
) -> None:
    """As a new company is: an agent takes it over, a payment is refused and then given up."""
    role = f"tieout_{uuid4().hex[:8]}"
    profile = standard_profile("sql")
    company.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER PASSWORD 'p'")
    with psycopg.connect(company.dsn, autocommit=True) as connection:
        connection.execute(script(profile, product="postgresql", role=role).encode())
    sage = SqlConnector(Site(company, role, profile).dsn, profile=profile, writer_epoch=7)
    try:
        sage.take_over()
        assert sage.invoices_by_number(["10432"])
        refused = sage.post_if_absent(receipt())
        assert refused.refusal is not None
        assert refused.refusal.code == "profile_missing"
        assert sage.withdraw(receipt().effect_key) is WithdrawOutcome.WITHDRAWN
    finally:
        sage.close()
        company.execute(f"DROP OWNED BY {role}")
        with psycopg.connect(database_plugin.superuser_url(), autocommit=True) as connection:
            connection.execute(f"DROP ROLE {role}".encode())


def test_the_connector_does_everything_with_these_rights(site: Site) -> None:
    site.everything()


def test_each_single_right_is_needed(site: Site) -> None:
    for statement in grants(site.profile, product="postgresql", role=site.role)[1:]:
        taken = statement.replace("GRANT", "REVOKE", 1).replace(" TO ", " FROM ", 1)
        site.company.execute(taken)
        with pytest.raises(FixConfiguration) as refused:
            site.everything()
        assert refused.value.code == "sage.permission", taken
        site.company.execute(statement)
    site.everything()


def test_the_self_test_misses_every_single_column(site: Site) -> None:
    """What it asks for a right is refused as soon as one column of it is not granted."""
    sage = site.connect()
    admin = psycopg.connect(site.company.dsn, autocommit=True)
    with admin, sage._session.engine.connect() as login:
        for right in rights(site.profile):
            for column in right.columns:
                what = f'{right.verb} ("{column}") ON "{right.table}"'
                admin.execute(f"REVOKE {what} FROM {site.role}".encode())
                with pytest.raises(ProgrammingError, match="permission denied"):
                    login.execute(permission.attempt(right))
                login.rollback()
                admin.execute(f"GRANT {what} TO {site.role}".encode())
    assert sage.self_test().is_passed
    sage.close()


def test_the_self_test_names_the_right_that_is_missing(site: Site) -> None:
    site.company.execute(f'REVOKE UPDATE ("balance") ON "arcust" FROM {site.role}')
    sage = site.connect()
    failed = [check for check in sage.self_test().checks if check.is_ok is False]
    sage.close()
    ((rights_check),) = failed
    assert rights_check.label == "Rights"
    assert rights_check.sentence == (
        "UPDATE on arcust: The Sage Pro login may not do this: permission denied for table "
        "arcust. Grant the login the rights listed on the connection page."
    )


def test_no_column_for_cards_or_passwords_can_be_read(site: Site) -> None:
    with psycopg.connect(site.dsn, autocommit=True) as connection:
        for column in sorted(SENSITIVE):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT {column} FROM arcust".encode())


@pytest.mark.parametrize("product", ["mssql", "postgresql"])
def test_a_profile_that_maps_a_card_column_is_still_not_granted_it(product: Product) -> None:
    profile = sample_profile()
    customers = profile.tables["customers"]
    email = replace(customers.columns["email"], name="cc_num")
    bad = replace(customers, columns={**customers.columns, "email": email})
    mapped = replace(profile, tables={**profile.tables, "customers": bad})
    told = "\n".join(grants(mapped, product=product))
    assert "cc_num" not in told
    assert "company" in told


def payments_alone() -> PostingProfile:
    profile = replace(sample_profile(), writes_orders=False, creates_customers=False)
    tables = {name: table for name, table in profile.tables.items() if name != "flagged"}
    return replace(profile, tables=tables)


def test_of_flagged_rows_only_the_answer_is_written() -> None:
    profile = replace(sample_profile(), kinds=frozenset(), status_column="")
    written = [one for one in rights(profile) if one.table == "arpayrq" and one.verb != "SELECT"]
    assert [(one.verb, one.columns) for one in written] == [
        ("UPDATE", ("reqflag", "reqgen", "reqstat", "reqid", "reqmsg"))
    ]


def test_orders_and_customers_are_written_only_where_the_profile_says_so() -> None:
    profile = replace(payments_alone(), kinds=frozenset(), status_column="", allocates_stock=False)
    told = {
        switch: [
            (right.verb, right.table)
            for right in rights(replace(profile, **{switch: True}))  # type: ignore[arg-type]
            if right.verb != "SELECT"
        ]
        for switch in ("writes_orders", "creates_customers")
    }
    assert told == {
        "writes_orders": [
            ("INSERT", "ptpost"),
            ("INSERT", "somast"),
            ("INSERT", "sotran"),
            ("UPDATE", "arcust"),
            ("UPDATE", "sysdata"),
            ("UPDATE", "somast"),
            ("UPDATE", "sotran"),
        ],
        "creates_customers": [("INSERT", "ptpost"), ("INSERT", "arcust")],
    }


def test_a_profile_that_allows_nothing_is_granted_reading_and_our_own_table_only() -> None:
    nothing = replace(payments_alone(), kinds=frozenset(), status_column="")
    profile = replace(nothing, allocates_stock=False)
    only = [right for right in rights(profile) if right.verb != "SELECT"]
    assert [(right.verb, right.table) for right in only] == [("INSERT", "ptpost")]
    written = [right for right in rights(nothing) if right.verb != "SELECT"]
    assert [(right.verb, right.table) for right in written] == [
        ("INSERT", "ptpost"),
        ("UPDATE", "iciqty"),
    ]
    assert written[1].columns == ("qsoaloc",)


def test_a_profile_of_journals_alone_touches_no_document_and_no_customer() -> None:
    kinds = frozenset({PostingKind.SETTLEMENT, PostingKind.FEE})
    profile = replace(payments_alone(), allocates_stock=False, status_column="")
    needed = rights(replace(profile, kinds=kinds))
    written = [(right.verb, right.table) for right in needed if right.verb != "SELECT"]
    assert written == [("INSERT", "ardist"), ("INSERT", "ptpost"), ("UPDATE", "sysdata")]


def test_without_payments_on_account_no_document_may_be_added() -> None:
    kinds = frozenset({PostingKind.RECEIPT, PostingKind.REVERSAL})
    needed = rights(replace(payments_alone(), kinds=kinds))
    assert [right.table for right in needed if right.verb == "INSERT"] == [
        "ardist",
        "ptpost",
        "arcash",
    ]


def test_names_cannot_break_out_of_their_quotes() -> None:
    profile = replace(sample_profile(), database_schema='a]b"c', company_number="01\nDROP TABLE x")
    for product, quoted in (("mssql", '[a]]b"c].'), ("postgresql", '"a]b""c".')):
        told = script(profile, product=product)  # type: ignore[arg-type]
        assert quoted in told
        assert "\nDROP" not in told
