"""Stock allocated once per key, and one unit that two orders want; what is not offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.posting import PostingOutcome, WithdrawOutcome
from integrations.canonical.stock import Allocation, ChangeOutcome
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.columns import UNNUMBERED
from integrations.sagepro.sample.books import Changes
from tests.contracts.test_sagepro_writer import PATIENT
from tests.sagepro.any_company import AnyCompany, Everything, as_left, opened
from tests.sagepro.companies import SHORT, SampleCompany
from tests.sagepro.cutting_proxy import CuttingProxy
from tests.sagepro.postings import on_account

DAY = date(2026, 11, 20)


def wanted(
    key: str = "order:1:line:1", quantity: str = "1", *, location: str = "EAST"
) -> Allocation:
    return Allocation(key, "BRG-6204", location, Decimal(quantity))


def test_an_allocation_raises_one_quantity_and_nothing_else(
    company: AnyCompany, books: Everything
) -> None:
    found = company.during(lambda: _done(books, wanted(quantity="2.5", location="MAIN")))
    for record in found.added.get("ptpost", ()):
        assert len(record.pop("payhash")) == 64
        assert len(record.pop("marker")) == 10
    meant = Changes(
        added={
            "ptpost": [
                {
                    "effkey": "order:1:line:1",
                    "company": "01",
                    "kind": "allocation",
                    "state": "written",
                }
            ]
        },
        removed={},
        changed={"iciqty": {"BRG-6204/MAIN": {"qsoaloc": ("20.0000", "22.5000")}}},
    )
    assert found == as_left(company, meant)


def _done(books: Everything, allocation: Allocation) -> None:
    result = books.allocate_stock(allocation)
    assert result.outcome is ChangeOutcome.DONE, result


def test_a_key_is_used_once(company: AnyCompany, books: Everything) -> None:
    """Asked again it stands; with other contents, or as a payment's key, it is a conflict."""
    _done(books, wanted())
    after = company.books()
    assert books.allocate_stock(wanted()).outcome is ChangeOutcome.EXISTS
    assert books.allocate_stock(wanted(quantity="1.000")).outcome is ChangeOutcome.EXISTS
    assert books.allocate_stock(wanted(location="MAIN")).outcome is ChangeOutcome.CONFLICT
    payment = books.post_if_absent(on_account("order:1:line:1"))
    assert payment.outcome is PostingOutcome.CONFLICT
    assert company.books() == after
    assert books.withdraw("order:2:line:1") is WithdrawOutcome.WITHDRAWN
    buried = books.allocate_stock(wanted("order:2:line:1", location="MAIN"))
    assert buried.outcome is ChangeOutcome.WITHDRAWN


def test_an_allocation_is_given_back(company: AnyCompany, books: Everything) -> None:
    before = company.books()["iciqty"]
    _done(books, wanted())
    _done(books, wanted("order:1:cancelled", "-1"))
    assert company.books()["iciqty"] == before


_REFUSALS: dict[str, tuple[str, Allocation]] = {
    "stock_short": (
        "Of BRG-6204 only 1.000 are free at EAST, fewer than 1.001 ({iciqty}).",
        wanted(quantity="1.001"),
    ),
    "value_refused": (
        "Of BRG-6204 only 0.000 are allocated at EAST, fewer than the 1 to give back ({iciqty}).",
        wanted(quantity="-1"),
    ),
    "value_refused ": (
        "0.0001 is no quantity of 3 decimals at most ({iciqty}).",
        wanted(quantity="0.0001"),
    ),
    "value_refused  ": ("0 is no quantity of 3 decimals at most ({iciqty}).", wanted(quantity="0")),
    "stock_missing": (
        "Sage has no quantity of BRG-6204 at location ‘WEST’ ({iciqty}).",
        wanted(location="WEST"),
    ),
    "value_too_long": (
        "{ptpost}.effkey holds 200 characters; ‘" + "k" * 40 + "…’ has 201.",
        wanted(key="k" * 201),
    ),
}


def test_what_does_not_fit_is_refused_and_nothing_written(
    company: AnyCompany, books: Everything
) -> None:
    before = company.books()
    for code, (sentence, allocation) in _REFUSALS.items():
        result = books.allocate_stock(allocation)
        assert result.outcome is ChangeOutcome.REFUSED, code
        assert result.refusal is not None
        meant = (code.strip(), company.named(sentence))
        assert (result.refusal.code, result.refusal.sentence) == meant
    assert company.books() == before


def test_a_quantity_that_is_no_number_is_refused(company: AnyCompany, books: Everything) -> None:
    """By the writer, or before it is sent there."""
    before = company.books()
    result = books.allocate_stock(wanted(quantity="NaN"))
    assert result.outcome is ChangeOutcome.REFUSED
    assert result.refusal is not None
    assert result.refusal.code == "value_refused"
    assert result.refusal.sentence.startswith("NaN is no ")
    assert company.books() == before


def test_a_company_may_let_stock_go_below_zero(company: AnyCompany) -> None:
    books = opened(company, profile=replace(company.profile, may_oversell=True))
    _done(books, wanted(quantity="3"))
    east, _ = books.stock(["BRG-6204"])
    assert east.available == Decimal(-2)


def test_twenty_askers_at_once_allocate_once(company: AnyCompany) -> None:
    workers = [opened(company, limits=PATIENT) for _ in range(20)]
    request = wanted(quantity="4", location="MAIN")
    with ThreadPoolExecutor(20) as threads:
        answers = Counter(threads.map(lambda one: one.allocate_stock(request).outcome, workers))
    assert answers == {ChangeOutcome.DONE: 1, ChangeOutcome.EXISTS: 19}
    _, main = workers[0].stock(["BRG-6204"])
    assert main.allocated == Decimal(24)


def test_of_two_orders_for_the_last_item_one_is_refused(company: AnyCompany) -> None:
    workers = [opened(company, limits=PATIENT) for _ in range(2)]
    requests = [wanted("order:1:line:1"), wanted("order:2:line:1")]
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(lambda one, it: one.allocate_stock(it), workers, requests))
    assert sorted(one.outcome for one in results) == [ChangeOutcome.DONE, ChangeOutcome.REFUSED]
    assert [one.refusal.code for one in results if one.refusal] == ["stock_short"]
    east, _ = workers[0].stock(["BRG-6204"])
    assert east.available == Decimal(0)


def test_a_quantity_in_use_is_waited_for(company: AnyCompany) -> None:
    books = opened(company, limits=SHORT)
    company.change("iciqty", {"loctid": "EAST"}, lckstat="Y")
    assert books.allocate_stock(wanted()).outcome is ChangeOutcome.WAIT
    company.change("iciqty", {"loctid": "EAST"}, lckstat="")
    _done(books, wanted())


@pytest.mark.machine("A person holds no writer lock, and is not kept waiting by one.")
def test_a_busy_writer_of_stock_is_waited_for(company: AnyCompany) -> None:
    books = opened(company, limits=SHORT)
    before = company.books()
    with company.busy():
        assert books.allocate_stock(wanted()).outcome is ChangeOutcome.WAIT
    assert company.books() == before


@pytest.mark.parametrize("reaches_server", [True, False])
def test_a_lost_answer_is_unknown_until_asked_again(
    reaches_server: bool,  # noqa: FBT001 - a pytest parameter
    sql_company: SampleCompany,
    tmp_path: Path,
) -> None:
    with CuttingProxy(sql_company.dsn, folder=tmp_path, reaches_server=reaches_server) as proxy:
        cut = sql_company.open(dsn=proxy.dsn)
        with pytest.raises(OutcomeUnknown):
            cut.allocate_stock(wanted())
        cut.close()
    again = sql_company.open()
    outcome = again.allocate_stock(wanted()).outcome
    assert outcome is (ChangeOutcome.EXISTS if reaches_server else ChangeOutcome.DONE)
    east, _ = again.stock(["BRG-6204"])
    assert east.allocated == Decimal(1)


_CALLS: dict[str, Callable[[BeyondPayments], object]] = {
    "Sales orders are": lambda one: one.orders_by_number(["7401"]),
    "Sales orders are ": lambda one: one.open_orders("ACME01"),
    "Items are": lambda one: one.items(["LABOR"]),
    "Quantities are": lambda one: one.stock(["LABOR"]),
    "Allocating stock is": lambda one: one.allocate_stock(wanted()),
    "Changed customers are": lambda one: one.customers_changed_since(DAY),
}


def _refused(call: Callable[[BeyondPayments], object], one: BeyondPayments) -> str:
    with pytest.raises(NeverWorks) as told:
        call(one)
    assert told.value.code == "sage.not_offered"
    return told.value.sentence


def test_a_company_that_maps_no_orders_says_so(company: AnyCompany) -> None:
    profile = company.profile
    beside = {"orders", "order_lines", "items", "stock"}
    tables = {name: table for name, table in profile.tables.items() if name not in beside}
    customers = tables["customers"]
    columns = {key: one for key, one in customers.columns.items() if key != "changed_date"}
    tables["customers"] = replace(customers, columns=columns)
    books = opened(
        company,
        profile=replace(
            profile,
            tables=tables,
            allocates_stock=False,
            writes_orders=False,
            order_numbers=UNNUMBERED,
            creates_customers=False,
            customer_numbers=UNNUMBERED,
        ),
    )
    before = company.books()
    told = [_refused(call, books) for call in _CALLS.values()]
    assert told == [f"{what.strip()} not available for this Sage Pro company." for what in _CALLS]
    assert company.books() == before


def test_stock_is_only_read_where_nobody_said_it_may_be_allocated(
    company: AnyCompany,
) -> None:
    books = opened(company, profile=replace(company.profile, allocates_stock=False))
    before = company.books()
    assert _refused(lambda one: one.allocate_stock(wanted()), books).startswith("Allocating")
    assert len(books.stock(["BRG-6204"])) == 2
    assert company.books() == before
