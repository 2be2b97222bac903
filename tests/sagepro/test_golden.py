"""The T-SQL of everything the connector does, kept in files and compared.

This proves the text and nothing about how SQL Server behaves: no server is asked. That the
statements do what they say is proved on PostgreSQL by the contract, and on a customer's server
by the self-test before the first write. After a wanted change, write the files anew with
`WRITE_GOLDEN=1` in the environment, and read what changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import ClauseElement, select, update

from integrations.canonical.flagged import FlagAnswer
from integrations.canonical.keyed import KeyedQuestion
from integrations.canonical.keyed_changes import ChangeQuestion
from integrations.canonical.posting import PostingKind
from integrations.canonical.stock import Allocation
from integrations.sagepro.backends import fingerprint, permission
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.rights import rights
from integrations.sagepro.rights_script import script
from integrations.sagepro.sample.profile import sample_profile
from tests import database_plugin
from tests.sagepro.flagged import flag_row
from tests.sagepro.orders import BEARINGS, NEWCOMER, order
from tests.sagepro.postings import (
    application,
    chargeback,
    journal,
    on_account,
    receipt,
    reversal,
)
from tests.sagepro.recorded import Recorder, in_mssql
from tests.sagepro.system_tables import with_system_tables

FOLDER = Path(__file__).with_name("golden")

_TWO = receipt(
    amount="1000.00",
    invoices={"10432": "725.00", "10433": "200.00"},
    discounts={"10432": "15.00"},
    fields={"reference": "79388123", "comment": "Visa"},
)
_APPLICATION_BACK = replace(
    reversal("undo-1", "40.00", of="apply-1", customer="ZENITH"), journal=()
)
_SETTLEMENT = journal(debited={"1010-00": "970.00"}, credited={"1105-00": "970.00"})
_SETTLEMENT_BACK = journal(
    "undo-2",
    PostingKind.REVERSAL,
    debited={"1105-00": "970.00"},
    credited={"1010-00": "970.00"},
    of="batch-1",
)
_CHARGEBACK = chargeback(amount="50.00", of="account-1")
_DAY = date(2026, 11, 20)
_WAITING = FlagAnswer("flagged:7:0", "7", 0, "Waiting", "", "A second person.", is_final=False)
_ANSWER = replace(
    _WAITING, status="Done", result_id="105", message="740.00 USD was charged.", is_final=True
)
_ALLOCATION = Allocation("order:1:line:1", "BRG-6204", "MAIN", Decimal("2.5"))
_ANOTHER = replace(NEWCOMER, key="shop:customer:89", email="other@raeder.example", name="Other")
# In this order on one company, so that each finds what the former ones left.
DEEDS: dict[str, Callable[[SqlConnector], object]] = {
    "receipt": lambda sage: sage.post_if_absent(_TWO),
    "asked_again": lambda sage: sage.post_if_absent(_TWO),
    "on_account": lambda sage: sage.post_if_absent(on_account()),
    "reversal": lambda sage: sage.post_if_absent(reversal(amount="1000.00")),
    "application": lambda sage: sage.post_if_absent(application(amount="100.00")),
    "application_back": lambda sage: sage.post_if_absent(_APPLICATION_BACK),
    "settlement": lambda sage: sage.post_if_absent(_SETTLEMENT),
    "settlement_back": lambda sage: sage.post_if_absent(_SETTLEMENT_BACK),
    "chargeback": lambda sage: sage.post_if_absent(_CHARGEBACK),
    "withdraw": lambda sage: sage.withdraw("never-came"),
    "status": lambda sage: sage.note_status(invoice_number="10433", status="Declined"),
    "company_profile": lambda sage: sage.company_profile(),
    "gl_accounts": lambda sage: sage.gl_accounts(),
    "fiscal_periods": lambda sage: sage.fiscal_periods(),
    "customer": lambda sage: sage.customer("ACME01"),
    "invoices_by_number": lambda sage: sage.invoices_by_number(["10432", "10433"]),
    "open_invoices": lambda sage: sage.open_invoices("ACME01"),
    "invoices_by_order": lambda sage: sage.invoices_by_order("20011"),
    "receipts_by_reference": lambda sage: sage.receipts_by_reference("PT00000001"),
    "receipts_between": lambda sage: sage.receipts_between(first=_DAY, last=_DAY),
    "customers_after": lambda sage: sage.customers_after(number="ACME01", limit=2),
    "customers_changed_since": lambda sage: sage.customers_changed_since(_DAY),
    "orders_by_number": lambda sage: sage.orders_by_number(["7402", "6990"]),
    "open_orders": lambda sage: sage.open_orders("ACME01"),
    "items": lambda sage: sage.items(["LABOR"]),
    "flagged_rows": lambda sage: sage.flagged_rows(after="1", limit=50),
    "stock": lambda sage: sage.stock(["BRG-6204"]),
    "allocate_stock": lambda sage: sage.allocate_stock(_ALLOCATION),
    "upsert_order": lambda sage: sage.upsert_order(order()),
    "change_order": lambda sage: sage.upsert_order(order(2, BEARINGS)),
    "create_customer": lambda sage: sage.create_or_match_customer(NEWCOMER),
    "answer_flagged_waiting": lambda sage: sage.answer_flagged(_WAITING),
    "answer_flagged": lambda sage: sage.answer_flagged(_ANSWER),
    "receipts_for_invoice": lambda sage: sage.receipts_for_invoice("10432"),
    "look_for_customer": lambda sage: sage.look_for_change(ChangeQuestion(_ANOTHER)),
    "look_for_order": lambda sage: sage.look_for_change(
        ChangeQuestion(order=order(name="shop:4712"))
    ),
    "look_for_stock": lambda sage: sage.look_for_change(
        ChangeQuestion(allocation=replace(_ALLOCATION, key="order:2:line:1"))
    ),
    "look_for_keyed": lambda sage: sage.look_for_keyed(KeyedQuestion("PT00000001", receipt())),
}


@pytest.fixture(scope="module")
def texts(company_template: str) -> Iterator[dict[str, str]]:
    """Every deed's statements, done once on one company."""
    name = f"sage_golden_{uuid4().hex[:8]}"
    database_plugin.make_database(name, template=company_template)
    flag_row(database_plugin.superuser_url(name), reqno="7", reqamt=Decimal(740))
    sage = SqlConnector(database_plugin.superuser_url(name), profile=sample_profile())
    found = {}
    for deed, act in DEEDS.items():
        recorder = Recorder()
        with recorder.listening(sage._session.engine):
            act(sage)
        found[deed] = recorder.text()
    found["fingerprint"] = _fingerprint(sample_profile())
    found["fingerprint_with_system"] = _fingerprint(with_system_tables("PROSYS.dbo"))
    found["rights"] = script(sample_profile(), product="mssql")
    found["rights_tried"] = _rights_tried()
    found["rights_with_system"] = script(with_system_tables("PROSYS.dbo"), product="mssql")
    found["counter_with_system"] = _counter()
    yield found
    sage.close()
    database_plugin.drop_database(name)


ALL = sorted([
    *DEEDS, "fingerprint", "rights", "rights_tried", "rights_with_system",
    "fingerprint_with_system", "counter_with_system",
])  # fmt: skip


def _fingerprint(profile: PostingProfile) -> str:
    asked = fingerprint.statements(SqlCompany.of(profile), dialect="mssql")
    return "\n".join(line for one in asked for line in in_mssql(one)) + "\n"


def _counter() -> str:
    """A table in a database of its own is named with it."""
    counters = SqlCompany.of(with_system_tables("PROSYS.dbo")).tables["counters"]
    return "\n".join(in_mssql(select(counters)) + in_mssql(update(counters).values(value=1))) + "\n"


def _rights_tried() -> str:
    tried = [permission.attempt(right) for right in rights(sample_profile())]
    lines = [line for one in tried for line in in_mssql(cast("ClauseElement", one))]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("deed", ALL)
def test_the_words_to_sql_server_are_the_ones_we_read(deed: str, texts: dict[str, str]) -> None:
    file = FOLDER / f"{deed}.sql"
    if os.environ.get("WRITE_GOLDEN") == "1":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(texts[deed])
    assert texts[deed] == file.read_text()


def test_no_file_is_left_of_what_is_no_longer_done() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.sql")) == ALL
