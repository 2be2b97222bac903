"""What is read from a company: padding, history, allow-listed columns, redacted text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import Engine, event

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.canonical.ledger_documents import Customer, Invoice, InvoiceStatus
from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.connector import Connector
from integrations.sagepro.sample.demo import open_invoices_for_demo
from integrations.sagepro.sample.profile import sample_profile
from integrations.sagepro.sample.rights import create_role
from integrations.sagepro.sample.schema import SENSITIVE
from tests.sagepro.any_company import AnyCompany
from tests.sagepro.companies import SampleCompany
from tests.sagepro.postings import on_account, receipt, reversal


def test_the_company_tells_who_it_is(company: AnyCompany, sage: Connector) -> None:
    profile = sage.company_profile()
    assert (profile.company_number, profile.name, profile.edition) == (
        "01",
        "Northfield Industrial Supply",
        company.profile.edition,
    )
    assert (profile.customer_count, profile.gl_account_count) == (40, 18)
    assert profile.open_invoice_count > 100
    assert (profile.open_periods[0].starts_on, profile.open_periods[0].ends_on) == (
        date(2026, 10, 1),
        date(2026, 10, 31),
    )


@pytest.mark.parametrize("number", ["10432", "     10432", "10432     ", " 10432 "])
def test_an_invoice_is_found_however_its_number_is_padded(number: str, sage: Connector) -> None:
    assert sage.invoices_by_number([number]) == [
        Invoice(
            number="10432",
            customer_number="ACME01",
            invoice_date=date(2026, 10, 18),
            amount=Decimal("740.0000"),
            paid=Decimal(0),
            balance=Decimal("740.0000"),
            currency="USD",
            status=InvoiceStatus.OPEN,
        )
    ]


@pytest.mark.parametrize("stored", ["     10432", "10432"])
def test_an_invoice_is_paid_however_sage_padded_its_number(
    stored: str, company: AnyCompany, sage: Connector
) -> None:
    """The site pads to its own taste; the receipt is found again and stands on its invoice."""
    company.change("armast", {"invno": "10432"}, invno=stored)
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    assert [one.amount for one in sage.receipts_for_invoice("10432")] == [Decimal(740)]
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.EXISTS


def test_numbers_of_differing_digits_are_found_in_current_and_history(sage: Connector) -> None:
    found = sage.invoices_by_number(["998", "10432", "100431", "", "  "])
    assert [(one.number, one.is_history, one.status.value) for one in found] == [
        ("10432", False, "open"),
        ("100431", False, "open"),
        ("998", True, "paid"),
    ]
    assert sage.invoices_by_number([]) == []


def test_invoices_are_found_by_their_order(sage: Connector) -> None:
    assert [one.number for one in sage.invoices_by_order("7063")] == ["10203"]
    assert [one.order_number for one in sage.invoices_by_order("    7063")] == ["7063"]
    assert sage.invoices_by_order("") == []


def test_open_invoices_leave_out_void_and_paid(sage: Connector) -> None:
    found = sage.open_invoices("ACME01")
    assert {one.number for one in found} >= {"10432", "10433"}
    assert all(one.balance != 0 and one.status is not InvoiceStatus.VOID for one in found)
    owner = sage.customer("ACME01")
    assert owner is not None
    assert sum(one.balance for one in found) == owner.balance


def test_a_locked_invoice_and_a_void_one_say_so(sage: Connector) -> None:
    found = {one.number: one for one in sage.invoices_by_number(["10477", "10205", "OC00017"])}
    assert found["10477"].is_locked
    assert found["10205"].status is InvoiceStatus.VOID
    assert found["OC00017"].status is InvoiceStatus.CREDIT


def test_customers_carry_hold_parent_and_currency(sage: Connector) -> None:
    held, child, foreign = (sage.customer(one) for one in ("HOLD01", "NATNL2", "MAPLE1"))
    assert held is not None
    assert held.on_credit_hold
    assert child is not None
    assert child.parent_number == "NATNL0"
    assert foreign is not None
    assert foreign.currency == "CAD"
    assert sage.customer("NOBODY") is None
    accented = sage.customer("CREME1")
    assert isinstance(accented, Customer)
    assert accented.name == "Crème & Café Équipement"


def test_receipts_keyed_by_hand_are_seen(company: AnyCompany, sage: Connector) -> None:
    """Adoption and reconciliation need receipts that do not carry our marker."""
    keyed = {"invno": "     10432", "refno": "CHK 991", "paidamt": Decimal("12.34")}
    company.change("arcash", {"custno": "NON_AR"}, **keyed)
    seen = sage.receipts_for_invoice("10432")
    assert [(one.reference, one.amount, one.customer_number) for one in seen] == [
        ("CHK 991", Decimal("12.34"), "NON_AR")
    ]
    assert seen[0].key.startswith(company.named("{arcash}:"))
    assert seen[0].values_hash != replace(seen[0], amount=Decimal("12.35")).values_hash
    assert seen[0].values_hash == replace(seen[0], key="arycsh:1", is_history=True).values_hash


def test_receipts_are_found_by_what_was_typed_as_their_reference(
    company: AnyCompany, sage: Connector
) -> None:
    company.change("arcash", {"custno": "NON_AR"}, invno="     10432", refno="CHK 77991")
    assert [one.invoice_number for one in sage.receipts_by_reference("CHK 77991")] == ["10432"]
    assert sage.receipts_by_reference("CHK 77992") == []
    assert sage.receipts_by_reference("  ") == []


def test_receipts_in_history_are_seen(sage: Connector) -> None:
    assert [one.is_history for one in sage.receipts_for_invoice("998")] == [True]


def test_card_numbers_typed_into_free_text_are_redacted(sage: Connector) -> None:
    text = sage.invoices_by_number(["10217"])[0].customer_po
    assert "4012" not in text
    assert text


def test_a_card_number_is_redacted_in_evidence_and_kept_in_sage(
    company: AnyCompany, sage: Connector
) -> None:
    company.change("armast", {"invno": "10432"}, ponum="4012 8888 8888 1881")
    result = sage.post_if_absent(receipt())
    assert result.outcome is PostingOutcome.POSTED
    assert "4012" not in repr(result)
    assert company.books()["arcash"][-1].get("ponum") != ""


def test_sensitive_columns_are_never_named_in_a_statement(
    sql_company: SampleCompany, sql_sage: Connector
) -> None:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note, named=False)
    try:
        _everything(sql_sage)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    text = " ".join(statements)
    assert "arcust" in text
    assert [name for name in SENSITIVE if name in text] == []
    assert "*" not in text.replace("count(*)", "")


def test_a_login_with_the_mapped_columns_only_is_enough(sql_company: SampleCompany) -> None:
    role = f"sage_{sql_company.dsn.rsplit('/sage_', 1)[1][:8]}"
    create_role(sql_company.dsn, role=role, password="only-for-tests", profile=sample_profile())
    dsn = sql_company.dsn.replace(
        sql_company.dsn.split("//")[1].split("@")[0], f"{role}:only-for-tests", 1
    )
    try:
        sage = sql_company.connect(dsn=dsn)
        _everything(sage)
        with pytest.raises(FixConfiguration) as refused:
            _read_cards(sql_company, dsn)
        assert refused.value.code == "sage.permission"
    finally:
        sage.close()
        sql_company.execute(f"DROP OWNED BY {role}")
        sql_company.execute(f"DROP ROLE {role}")


def _read_cards(sql_company: SampleCompany, dsn: str) -> None:
    profile = sample_profile()
    customers = profile.tables["customers"]
    card = replace(customers.columns["name"], name="cc_num")
    greedy = replace(customers, columns={**customers.columns, "name": card})
    sage = sql_company.connect(
        dsn=dsn, profile=replace(profile, tables={**profile.tables, "customers": greedy})
    )
    sage.customer("GLENN1")


def _everything(sage: Connector) -> None:
    for request in (receipt(), on_account(), reversal(), receipt()):
        assert sage.post_if_absent(request).outcome in {
            PostingOutcome.POSTED,
            PostingOutcome.EXISTS,
        }
    sage.withdraw("never-posted")
    assert sage.note_status(invoice_number="10433", status="Failed")
    assert sage.company_profile().name
    sage.fingerprint()
    sage.gl_accounts()
    sage.fiscal_periods()
    sage.open_invoices("ACME01")
    sage.invoices_by_order("7063")
    sage.receipts_for_invoice("10432")


def test_a_renamed_column_stops_before_anything_is_written(
    sql_company: SampleCompany, sql_sage: Connector
) -> None:
    checked = sql_company.connect(expected_fingerprint=sql_sage.fingerprint())
    before = sql_company.books()
    sql_company.execute("ALTER TABLE arcash RENAME COLUMN paynote TO note")
    for connector in (sql_sage, checked):
        with pytest.raises(FixConfiguration, match="paynote") as stopped:
            connector.post_if_absent(receipt())
        assert stopped.value.code == "sage.schema_changed"
    with pytest.raises(FixConfiguration, match="arcash has no column paynote any more"):
        checked.withdraw("sale-1")
    sql_company.execute("ALTER TABLE arcash RENAME COLUMN note TO paynote")
    assert sql_company.books() == before


def test_a_new_column_changes_the_fingerprint(
    sql_company: SampleCompany, sql_sage: Connector
) -> None:
    before = sql_sage.fingerprint()
    assert before == sql_sage.fingerprint()
    checked = sql_company.connect(expected_fingerprint=before)
    sql_company.execute("ALTER TABLE armast ADD COLUMN shipper char(4) NOT NULL DEFAULT ''")
    assert sql_sage.fingerprint() != before
    with pytest.raises(FixConfiguration, match="have changed since the calibration"):
        checked.post_if_absent(receipt())


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE arcash RENAME COLUMN paynote TO note",
        "ALTER TABLE arcash ALTER COLUMN paynote TYPE varchar(80)",
        "ALTER TABLE armast ALTER COLUMN ponum DROP NOT NULL",
        "ALTER TABLE armast ADD COLUMN shipper char(4) NOT NULL DEFAULT ''",
        "ALTER TABLE ardist DROP COLUMN glbatch",
        "ALTER TABLE arycsh RENAME TO oldcash",
        """BEGIN; CREATE TABLE copied (LIKE sysdata); ALTER TABLE copied DROP COLUMN int2;
           DROP TABLE sysdata; ALTER TABLE copied RENAME TO sysdata; COMMIT""",
    ],
)
def test_a_change_after_a_good_posting_is_seen_before_the_next(
    sql_company: SampleCompany, sql_sage: Connector, change: str
) -> None:
    """The tables are compared once and then watched by a cheaper sign."""
    checked = sql_company.connect(expected_fingerprint=sql_sage.fingerprint())
    assert checked.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    assert checked.post_if_absent(receipt()).outcome is PostingOutcome.EXISTS
    sql_company.execute(change)
    for _ in range(2):
        with pytest.raises(FixConfiguration) as stopped:
            checked.post_if_absent(receipt("sale-2", "312.50", invoices={"10433": "312.50"}))
        assert stopped.value.code == "sage.schema_changed"


def test_what_is_no_change_of_the_tables_stops_nothing(
    sql_company: SampleCompany, sql_sage: Connector
) -> None:
    checked = sql_company.connect(expected_fingerprint=sql_sage.fingerprint())
    assert checked.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    sql_company.execute("ANALYZE arcash")
    sql_company.execute("CREATE INDEX ON armast (ponum)")
    sql_company.execute("ALTER TABLE armast ALTER COLUMN ponum SET STATISTICS 50")
    assert checked.post_if_absent(receipt()).outcome is PostingOutcome.EXISTS


def test_failures_name_what_to_fix_and_hold_no_secret(sql_company: SampleCompany) -> None:
    login = sql_company.dsn.split("//")[1].split("@")[0]
    wrong = {
        "sage.login_refused": sql_company.dsn.replace(login, "nobody_here:hunter2", 1),
        "sage.database_missing": sql_company.dsn.replace("/sage_", "/no_sage_", 1),
        "sage.address_invalid": "not an address",
        "sage.database_unsupported": "sqlite:///file",
    }
    for code, dsn in wrong.items():
        with pytest.raises(FixConfiguration) as failure:
            sql_company.connect(dsn=dsn).company_profile()
        assert failure.value.code == code
        assert "hunter2" not in repr(failure.value) + str(failure.value)


def test_a_server_that_is_away_is_waited_for(sql_company: SampleCompany) -> None:
    away = sql_company.connect(dsn="postgresql://sage:hunter2@127.0.0.1:1/sage")
    with pytest.raises(TryLater) as failure:
        away.post_if_absent(receipt())
    assert failure.value.code == "sage.unreachable"
    assert "hunter2" not in repr(failure.value) + str(failure.value)


def test_the_demo_pays_open_invoices_in_the_home_currency(sql_company: SampleCompany) -> None:
    found = open_invoices_for_demo(sql_company.dsn)
    numbers = {one.number for one in found}
    assert {"10432", "10433", "100431"} <= numbers
    assert "10477" not in numbers
    assert {one.currency for one in found} == {"USD"}
    assert all(one.balance > 0 and one.status is InvoiceStatus.OPEN for one in found)


def test_accounts_and_periods_say_what_is_usable(sage: Connector) -> None:
    accounts = {one.number: one for one in sage.gl_accounts()}
    assert [number for number, one in accounts.items() if not one.is_active] == ["1015-00"]
    assert accounts["1105-00"].description == "Card clearing"
    closed = [one for one in sage.fiscal_periods() if one.is_closed]
    assert (closed[-1].year, closed[-1].period) == (2026, 9)


def test_looking_up_a_key_uses_the_index(sql_company: SampleCompany, sql_sage: Connector) -> None:
    """A sql_company has a hundred thousand receipts; a posting must not read them all."""
    statements: list[tuple[str, dict[str, object]]] = []

    def note(*arguments: object) -> None:
        statements.append((str(arguments[2]), dict(arguments[3])))  # type: ignore[call-overload]

    event.listen(Engine, "before_cursor_execute", note)
    try:
        sql_sage.receipts_for_invoice("10432")
        sql_sage.invoices_by_number(["10432"])
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    lookups = [one for one in statements if "FROM ar" in one[0]]
    assert len(lookups) == 4
    with psycopg.connect(sql_company.dsn) as connection:
        connection.execute("SET enable_seqscan = off")
        for statement, parameters in lookups:
            plan = connection.execute(f"EXPLAIN {statement}".encode(), parameters).fetchall()
            assert "Index Cond: (invno = ANY" in repr(plan)
