"""What each of the five ways into Sage Pro offers, in one table that is read out loud."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.errors import NeverWorks, TryLater
from integrations.canonical.keyed import KeyedQuestion
from integrations.canonical.keyed_changes import ChangeQuestion
from integrations.canonical.open_items import OpenItemsQuestion
from integrations.canonical.posting import PostingOutcome, PostingResult
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.connections.agents.connector import ASKED
from integrations.sagepro.agent import calls
from integrations.sagepro.connector import Connector
from tests.agent.scene import Patient
from tests.contracts import (
    test_sagepro,
    test_sagepro_beyond,
    test_sagepro_customers,
    test_sagepro_kinds,
    test_sagepro_lists,
    test_sagepro_orders,
    test_sagepro_writer,
)
from tests.contracts.conftest import WAYS
from tests.contracts.test_sagepro_flagged import told
from tests.sagepro.any_company import AnyCompany
from tests.sagepro.orders import NEWCOMER, order
from tests.sagepro.postings import receipt

DAY = date(2026, 11, 20)
NO = "not_offered"

# sqlserver, agent, foxpro, sample, assisted: `yes`, an outcome, or not_offered.
TABLE: dict[str, tuple[str, str, str, str, str]] = {
    "company_profile": ("yes", "yes", "yes", "yes", "yes"),
    "fingerprint": ("yes", "yes", "yes", "yes", "yes"),
    "layout": ("yes", "yes", "yes", "yes", "yes"),
    "gl_accounts": ("yes", "yes", "yes", "yes", "yes"),
    "fiscal_periods": ("yes", "yes", "yes", "yes", "yes"),
    "customer": ("yes", "yes", "yes", "yes", "yes"),
    "invoices_by_number": ("yes", "yes", "yes", "yes", "yes"),
    "open_invoices": ("yes", "yes", "yes", "yes", "yes"),
    "open_items": ("yes", "yes", "yes", "yes", "yes"),
    "invoices_by_order": ("yes", "yes", "yes", "yes", "yes"),
    "receipts_for_invoice": ("yes", "yes", "yes", "yes", "yes"),
    "receipts_by_reference": ("yes", "yes", "yes", "yes", "yes"),
    "receipts_between": ("yes", "yes", "yes", "yes", "yes"),
    "customers_after": ("yes", "yes", "yes", "yes", "yes"),
    "customers_changed_since": ("yes", "yes", "yes", "yes", "yes"),
    "orders_by_number": ("yes", "yes", "yes", "yes", "yes"),
    "open_orders": ("yes", "yes", "yes", "yes", "yes"),
    "items": ("yes", "yes", "yes", "yes", "yes"),
    "stock": ("yes", "yes", "yes", "yes", "yes"),
    "flagged_rows": ("yes", "yes", "yes", "yes", NO),
    "snapshot": ("yes", "yes", "yes", "yes", NO),
    "look_for_keyed": ("yes", "yes", "yes", "yes", "yes"),
    "look_for_change": ("yes", "yes", "yes", "yes", "yes"),
    # By a person, from the worksheet.
    "post_if_absent": ("posted", "posted", "posted", "posted", "posted"),
    "withdraw": ("withdrawn", "withdrawn", "withdrawn", "withdrawn", "withdrawn"),
    "note_status": ("True", "True", "True", "True", "False"),
    "allocate_stock": ("done", "done", "done", "done", "done"),
    "upsert_order": ("done", "done", "done", "done", "done"),
    # No row of that number was flagged.
    "answer_flagged": ("refused", "refused", "refused", "refused", NO),
    "create_or_match_customer": ("done", "done", "done", "done", "done"),
    # A person needs no proof of a server; nothing of ours is written there.
    "self_test": ("yes", "yes", "yes", "yes", NO),
}
# Contract tests that are about what only a writing program does, and why.
NOT_BY_A_PERSON = {
    "test_a_kind_the_profile_does_not_name_is_refused": (
        "A person keys every kind; none has to be calibrated."
    ),
    "test_a_kind_nobody_calibrated_is_entered_by_hand": (
        "A person keys every kind; none has to be calibrated."
    ),
    "test_a_payment_status_is_noted_once": ("A status is no posting: nobody is asked to type one."),
    "test_flagged_rows_are_read_typed_by_page": (
        "Rows are flagged for a program, which writes its answers into them."
    ),
    "test_a_busy_writer_of_customers_is_waited_for": (
        "A person holds no writer lock, and is not kept waiting by one."
    ),
    "test_a_busy_writer_of_orders_is_waited_for": (
        "A person holds no writer lock, and is not kept waiting by one."
    ),
    "test_a_busy_writer_of_stock_is_waited_for": (
        "A person holds no writer lock, and is not kept waiting by one."
    ),
    "test_a_busy_writer_is_waited_for": (
        "A person holds no writer lock, and is not kept waiting by one."
    ),
}
ARGUMENTS: dict[str, dict[str, object]] = {
    "customer": {"number": "ACME01"},
    "invoices_by_number": {"numbers": ["10432"]},
    "open_invoices": {"customer_number": "ACME01"},
    "open_items": {"question": OpenItemsQuestion("look-1")},
    "invoices_by_order": {"order_number": "7001"},
    "receipts_for_invoice": {"number": "10432"},
    "receipts_by_reference": {"reference": "CHK 1"},
    "look_for_keyed": {"question": KeyedQuestion(receipt().marker, receipt())},
    "look_for_change": {"question": ChangeQuestion(NEWCOMER)},
    "receipts_between": {"first": DAY, "last": DAY},
    "customers_after": {"number": "", "limit": 3},
    "customers_changed_since": {"day": DAY},
    "orders_by_number": {"numbers": ["7401"]},
    "open_orders": {"customer_number": "ACME01"},
    "items": {"numbers": ["LABOR"]},
    "stock": {"items": ["LABOR"]},
    "post_if_absent": {"request": receipt()},
    "withdraw": {"effect_key": "never-came"},
    "note_status": {"invoice_number": "10433", "status": "Declined"},
    "allocate_stock": {"allocation": Allocation("order:1", "BRG-6204", "EAST", Decimal(1))},
    "upsert_order": {"order": order()},
    "create_or_match_customer": {"customer": NEWCOMER},
    "flagged_rows": {"after": "", "limit": 3},
    "answer_flagged": {"answer": told()},
}


def test_the_table_names_every_call_there_is() -> None:
    assert set(TABLE) == calls.READS | calls.WRITES
    assert {len(row) for row in TABLE.values()} == {len(WAYS)}


def test_a_person_is_asked_everything_but_what_the_second_table_says() -> None:
    suites = (
        test_sagepro,
        test_sagepro_beyond,
        test_sagepro_customers,
        test_sagepro_kinds,
        test_sagepro_lists,
        test_sagepro_orders,
        test_sagepro_writer,
    )
    told = {
        name: mark.args[0]
        for suite in suites
        for name, test in vars(suite).items()
        for mark in getattr(test, "pytestmark", ())
        if mark.name == "machine"
    }
    assert told == NOT_BY_A_PERSON


def test_a_way_offers_what_the_table_says_and_says_so_of_the_rest(
    company: AnyCompany, sage: Connector, request: pytest.FixtureRequest
) -> None:
    # Behind an agent a FoxPro company offers what it offers otherwise.
    named = request.node.callspec.params["company"].removeprefix("agent_")
    way = WAYS.index(named)
    before = company.books()
    reads = {name: _told(sage, name) for name in sorted(calls.READS - {"self_test"})}
    assert company.books() == before
    writes = {name: _told(sage, name) for name in sorted(calls.WRITES | {"self_test"})}
    assert reads | writes == {name: row[way] for name, row in TABLE.items()}


def _told(sage: Connector, name: str) -> str:
    """The answer in the words of the table."""
    asked = sage.connector if isinstance(sage, Patient) else sage
    if not hasattr(asked, name):
        return NO
    try:
        answer = _asked(sage, lambda: getattr(asked, name)(**ARGUMENTS.get(name, {})))
    except NeverWorks as error:
        return error.code.removeprefix("sage.")
    if isinstance(answer, PostingResult | ChangeResult):
        return answer.outcome.value
    return str(answer) if name in calls.WRITES else "yes"


def _asked(sage: Connector, ask: Callable[[], object]) -> object:
    """Behind an agent an answer takes a turn of it; elsewhere it is there at once."""
    for _ in range(9):
        try:
            answer = ask()
        except TryLater as error:
            if error.code != ASKED or not isinstance(sage, Patient):
                raise
        else:
            outcome = getattr(answer, "outcome", None)
            is_later = outcome in {PostingOutcome.HANDED_OVER, ChangeOutcome.HANDED_OVER}
            if not is_later or not isinstance(sage, Patient):
                return answer
        sage.work()
    raise AssertionError("The agent never answered")
