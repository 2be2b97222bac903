"""Sales orders written: once per version, or refused with a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.orders import OrderRequest
from integrations.canonical.posting import WithdrawOutcome
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.sample.books import Books, Changes
from tests.contracts.test_sagepro_writer import PATIENT
from tests.sagepro.any_company import AnyCompany, Everything, as_left, opened
from tests.sagepro.companies import SHORT, SampleCompany
from tests.sagepro.cutting_proxy import CuttingProxy
from tests.sagepro.orders import BEARINGS, LABOR, VALVES, order

CARD = "4111 1111 1111 1111"


def done(result: ChangeResult) -> ChangeResult:
    assert result.outcome is ChangeOutcome.DONE, result
    return result


def refused(result: ChangeResult, code: str) -> str:
    assert result.outcome is ChangeOutcome.REFUSED, result
    assert result.refusal is not None
    assert result.refusal.code == code, result.refusal
    assert result.refusal.remedy
    return result.refusal.sentence


def test_a_new_order_is_written_with_its_lines_and_nothing_else(
    company: AnyCompany, books: Everything
) -> None:
    found = company.during(lambda: done(books.upsert_order(order())))
    told = [
        {key: record[key] for key in ("effkey", "revkey", "kind", "custno", "amount")}
        for record in found.added.pop("ptpost", ())
    ]
    assert (
        told
        == [
            {
                "effkey": "order:shop:4711:1",
                "revkey": "order:shop:4711",
                "kind": "order",
                "custno": "ACME01",
                "amount": "142.2700",
            }
        ][: company.leaves_record]
    )
    head = {"sono": "      7404", "custno": "ACME01"}
    meant = Changes(
        added={
            "somast": [
                head
                | {
                    "sodate": "2026-11-20",
                    "ponum": "WEB-4711",
                    "ordamt": "142.2700",
                    "tax": "5.2500",
                    "currency": "USD",
                    "adduser": "PT",
                }
            ],
            "sotran": [
                head
                | {
                    "tranlineno": "1",
                    "item": "BRG-6204",
                    "descrip": "Ball bearing 6204",
                    "price": "18.5000",
                    "qtyord": "4.0000",
                    "extprice": "74.0000",
                    "loctid": "MAIN",
                },
                head
                | {
                    "tranlineno": "2",
                    "item": "VLV-075",
                    "descrip": "Valve, brass",
                    "price": "42.0150",
                    "qtyord": "1.5000",
                    "extprice": "63.0200",
                    "loctid": "MAIN",
                },
            ],
        },
        removed={},
        changed={
            "arcust": {"ACME01": {"onorder": ("412.0000", "554.2700")}},
            "iciqty": {
                "BRG-6204/MAIN": {"qsoaloc": ("20.0000", "24.0000")},
                "VLV-075/MAIN": {"qsoaloc": ("5.0000", "6.5000")},
            },
            "sysdata": {"SO/01": {"int1": ("7403", "7404")}},
        },
    )
    assert found == as_left(company, meant)


def test_a_later_version_changes_only_what_is_different(
    company: AnyCompany, books: Everything
) -> None:
    before = company.books()
    done(books.upsert_order(order()))
    fewer = replace(BEARINGS, quantity=Decimal(3))
    found = company.during(lambda: done(books.upsert_order(order(2, fewer, LABOR))))
    found.added.pop("ptpost", None)
    assert [row["item"] for row in found.added["sotran"]] == ["LABOR"]
    assert found.changed == {
        "arcust": {"ACME01": {"onorder": ("554.2700", "567.7500")}},
        "iciqty": {
            "BRG-6204/MAIN": {"qsoaloc": ("24.0000", "23.0000")},
            "VLV-075/MAIN": {"qsoaloc": ("6.5000", "5.0000")},
        },
        "somast": {"7404": {"ordamt": ("142.2700", "155.7500")}},
        "sotran": {
            "7404/1": {"qtyord": ("4.0000", "3.0000"), "extprice": ("74.0000", "55.5000")},
            "7404/2": {
                "qtyord": ("1.5000", ""),
                "extprice": ("63.0200", ""),
                "sostat": ("", "V"),
            },
        },
    }
    again = done(books.upsert_order(replace(order(3), allocates=False)))
    assert again.number == "7404"
    assert company.books()["iciqty"] == before["iciqty"]
    (read,) = books.orders_by_number(["7404"])
    assert [(line.number, line.open_quantity) for line in read.lines] == [
        (1, Decimal(4)),
        (2, Decimal("1.5")),
        (3, Decimal(0)),
    ]


def test_a_version_is_written_once(company: AnyCompany, books: Everything) -> None:
    first = done(books.upsert_order(order()))
    done(books.upsert_order(order(3, BEARINGS)))
    after = company.books()
    asked = books.upsert_order(order())
    assert (asked.outcome, asked.number) == (ChangeOutcome.EXISTS, first.number)
    assert books.upsert_order(order(1, BEARINGS)).outcome is ChangeOutcome.CONFLICT
    sentence = refused(books.upsert_order(order(2)), "order_overtaken")
    assert sentence == (
        "Version 2 of order shop:4711 came after version 3, which stands in Sage as 7404."
    )
    assert company.books() == after
    assert books.withdraw("order:shop:4711:9") is WithdrawOutcome.WITHDRAWN
    assert books.upsert_order(order(9)).outcome is ChangeOutcome.WITHDRAWN


def _by(**changed: object) -> OrderRequest:
    return replace(order(), **changed)  # type: ignore[arg-type]


def _line(**changed: object) -> OrderRequest:
    return order(1, replace(BEARINGS, **changed))  # type: ignore[arg-type]


_REFUSED: list[tuple[OrderRequest, str, str]] = [
    (_by(customer_number="NOBODY"), "customer_missing", "Sage has no customer NOBODY ({arcust})."),
    (
        _by(customer_number="HOLD01"),
        "customer_on_hold",
        "Customer HOLD01 is on credit hold in Sage ({arcust}).",
    ),
    (
        _by(customer_number="MAPLE1"),
        "currency_mismatch",
        "Customer MAPLE1 is in CAD, the order in USD ({arcust}).",
    ),
    (
        _by(customer_po="p" * 21),
        "value_too_long",
        "{somast}.ponum holds 20 characters; ‘ppppppppppppppppppppp’ has 21.",
    ),
    (
        _by(customer_po=CARD),
        "value_refused",
        "The value for ‘customer_po’ holds a card number, which is never written to Sage.",
    ),
    (
        _line(description=CARD),
        "value_refused",
        "The value for ‘lines.1.description’ holds a card number, which is never written to Sage.",
    ),
    (_by(tax=Decimal(-1)), "value_refused", "A tax of -1 is below zero."),
    (_by(tax=Decimal("1.001")), "value_refused", "1.001 has more decimals than USD allows."),
    (_by(lines=()), "value_refused", "A sales order has lines, each with a number of its own."),
    (
        _by(lines=(BEARINGS, BEARINGS)),
        "value_refused",
        "A sales order has lines, each with a number of its own.",
    ),
    (_line(item="GONE"), "item_missing", "Line 1: Sage has no item GONE ({icitem})."),
    (
        _line(quantity=Decimal("0.0001")),
        "value_refused",
        "Line 1: 0.0001 is no quantity of 3 decimals at most ({sotran}).",
    ),
    (
        _line(price=Decimal("1.00001")),
        "value_refused",
        "Line 1: 1.00001 is no price of 4 decimals at most ({sotran}).",
    ),
    (_line(number=0), "value_refused", "0 is no number of a line ({sotran})."),
    (
        _line(location="WEST"),
        "stock_missing",
        "Sage has no quantity of BRG-6204 at location ‘WEST’ ({iciqty}).",
    ),
    (
        _line(location="EAST"),
        "stock_short",
        "Of BRG-6204 only 1.000 are free at EAST, fewer than 4 ({iciqty}).",
    ),
]  # fmt: skip


def test_what_does_not_fit_is_refused_and_nothing_written(
    company: AnyCompany, books: Everything
) -> None:
    before = company.books()
    for wanted, code, sentence in _REFUSED:
        assert refused(books.upsert_order(wanted), code) == company.named(sentence)
    company.change("sysdata", {"sysid": "SO"}, int1=7400)
    assert refused(books.upsert_order(order()), "number_taken") == company.named(
        "{sysdata} gives 7401 as the next of SO, and {somast} has it already."
    )
    company.change("sysdata", {"sysid": "SO"}, int1=7403)
    # By the writer, or before it is sent there.
    no_number = refused(books.upsert_order(_line(quantity=Decimal("NaN"))), "value_refused")
    assert "NaN is no " in no_number
    assert company.books() == before


def test_an_order_is_left_alone_that_is_shipped_closed_or_changed_in_sage(
    company: AnyCompany, books: Everything
) -> None:
    done(books.upsert_order(order()))
    after = company.books()
    mine: dict[str, object] = {"sono": "7404"}
    _refused_while(company, books, "somast", mine, "order_changed", ponum="TYPED IN SAGE")
    _refused_while(company, books, "somast", mine, "order_closed", sostat="C")
    _refused_while(company, books, "somast", mine, "order_closed", shpamt=Decimal("18.50"))
    line = mine | {"tranlineno": 1}
    _refused_while(company, books, "sotran", line, "order_closed", qtyshp=Decimal(1))
    _refused_while(company, books, "sotran", line, "order_changed", qtyord=Decimal(5))
    other = replace(VALVES, number=1)
    assert "Line 1 holds item BRG-6204 in Sage" in refused(
        books.upsert_order(order(2, other)), "value_refused"
    )
    someone = replace(order(2), customer_number="ADLER1")
    assert "is ACME01's, not ADLER1's" in refused(books.upsert_order(someone), "value_refused")
    company.change("somast", mine, lckstat="Y")
    assert books.upsert_order(order(2)).outcome is ChangeOutcome.WAIT
    company.change("somast", mine, lckstat="")
    assert company.books() == after
    company.move_order_to_history("7404")
    told = refused(books.upsert_order(order(2)), "order_closed")
    assert company.named("has gone to history ({soymst})") in told
    assert books.upsert_order(order()).outcome is ChangeOutcome.EXISTS
    company.remove("soymst", mine)
    refused(books.upsert_order(order(2)), "order_missing")
    refused(books.upsert_order(order()), "order_missing")


def _refused_while(
    company: AnyCompany,
    books: Everything,
    table: str,
    where: dict[str, object],
    code: str,
    **changed: object,
) -> None:
    ((column, value),) = changed.items()
    before = company.books()[table]
    row = next(r for r in before if r["sono"].strip() == "7404" and _line_of(r, where))
    company.change(table, where, **{column: value})
    refused(books.upsert_order(order(2)), code)
    number = Decimal(row.get(column, "0")) if isinstance(value, Decimal) else None
    company.change(table, where, **{column: row.get(column, "") if number is None else number})


def _line_of(row: dict[str, str], where: dict[str, object]) -> bool:
    return str(where.get("tranlineno", row.get("tranlineno"))) == str(row.get("tranlineno"))


def test_twenty_askers_at_once_write_one_order(company: AnyCompany) -> None:
    workers = [opened(company, limits=PATIENT) for _ in range(20)]
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda one: one.upsert_order(order()), workers))
    assert Counter(one.outcome for one in found) == {
        ChangeOutcome.DONE: 1,
        ChangeOutcome.EXISTS: 19,
    }
    assert len({one.number for one in found}) == 1
    assert [row["sono"] for row in company.books()["somast"]].count("      7404") == 1


def test_records_in_use_are_waited_for(company: AnyCompany) -> None:
    books = opened(company, limits=SHORT)
    before = company.books()
    for table, where in (("arcust", {"custno": "ACME01"}), ("iciqty", {"loctid": "MAIN"})):
        company.change(table, dict(where), lckstat="Y")
        assert books.upsert_order(order()).outcome is ChangeOutcome.WAIT
        company.change(table, dict(where), lckstat="")
    assert company.books() == before


@pytest.mark.machine("A person holds no writer lock, and is not kept waiting by one.")
def test_a_busy_writer_of_orders_is_waited_for(company: AnyCompany) -> None:
    books = opened(company, limits=SHORT)
    before = company.books()
    with company.busy():
        assert books.upsert_order(order()).outcome is ChangeOutcome.WAIT
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
            cut.upsert_order(order())
        cut.close()
    outcome = sql_company.open().upsert_order(order()).outcome
    assert outcome is (ChangeOutcome.EXISTS if reaches_server else ChangeOutcome.DONE)


def _not_offered(act: Callable[[], object]) -> str:
    with pytest.raises(NeverWorks) as told:
        act()
    assert told.value.code == "sage.not_offered"
    return told.value.sentence


def _of_sage(company: AnyCompany) -> Books:
    """The books without the row of our own table in which an agent says whose turn it is."""
    found = company.books()
    return {**found, "ptpost": [one for one in found["ptpost"] if one["kind"] != "writer"]}


def test_nothing_is_written_where_nobody_said_so(company: AnyCompany) -> None:
    profile = replace(company.profile, writes_orders=False)
    stock_alone = replace(company.profile, allocates_stock=False)
    before = _of_sage(company)
    books = opened(company, profile=profile)
    assert _not_offered(lambda: books.upsert_order(order())) == (
        "Writing sales orders is not available for this Sage Pro company."
    )
    without_stock = opened(company, profile=stock_alone)
    assert _not_offered(lambda: without_stock.upsert_order(order())).startswith("Allocating stock")
    assert _of_sage(company) == before
