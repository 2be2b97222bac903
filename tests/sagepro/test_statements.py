"""Statements told to the driver's own cursor: values there and back, and who listens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, String, bindparam, create_engine, event, func, literal, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.types import Boolean, DateTime

from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.decoding import Decoding
from integrations.sagepro.backends.statements import Statement
from integrations.sagepro.columns import ColumnMap, ColumnType
from integrations.sagepro.sample.profile import sample_profile


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A product whose driver knows neither true nor days."""
    engine = create_engine("sqlite://", paramstyle="named")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_values_travel_as_the_types_say_where_the_driver_knows_no_better(
    connection: Connection,
) -> None:
    moment = datetime(2026, 11, 20, 9, 30)
    asked = Statement(
        select(
            bindparam("moment", type_=DateTime),
            bindparam("is_new", type_=Boolean),
            literal("50%", String),
        )
    )
    given = {"moment": moment, "is_new": True}
    assert [tuple(row) for row in asked.rows(connection, given)] == [(moment, True, "50%")]
    later = {"moment": datetime(2027, 1, 1), "is_new": False}
    assert [tuple(row) for row in asked.rows(connection, later)] == [
        (datetime(2027, 1, 1), False, "50%")
    ]


def test_who_listens_to_the_engine_hears_the_words_and_the_values(connection: Connection) -> None:
    heard: list[object] = []
    event.listen(
        connection.engine, "before_cursor_execute", lambda *told: heard.append((told[2], told[3]))
    )
    Statement(select(bindparam("number", type_=String))).rows(connection, {"number": "10432"})
    assert heard == [("SELECT :number AS anon_1", {"number": "10432"})]


def test_a_transaction_is_begun_and_what_is_rolled_back_is_gone(connection: Connection) -> None:
    company = SqlCompany.of(sample_profile())
    table = company.tables["postings"]
    table.create(connection)
    connection.commit()
    company.insert(connection, "postings", {"effect_key": "sale-1", "marker": "PT1"})
    assert (connection.in_transaction(), company.count(connection, "postings")) == (True, 1)
    connection.rollback()
    assert company.count(connection, "postings") == 0


def test_an_error_of_the_driver_is_told_as_ever_and_holds_no_value(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE one (number TEXT UNIQUE)")
    connection.exec_driver_sql("INSERT INTO one VALUES ('10432')")
    again = Statement(select(func.nosuch(bindparam("number", type_=String))))
    with pytest.raises(DBAPIError) as told:
        again.rows(connection, {"number": "secret"})
    assert not told.value.connection_invalidated
    assert "secret" not in str(told.value)
    assert not isinstance(told.value, IntegrityError)


def test_money_of_a_site_that_keeps_floats_is_exact() -> None:
    columns = {"balance": ColumnMap("balance", ColumnType.parse("Y"))}
    found = Decoding.of(columns, empty_date=date(1900, 1, 1)).rows([[740.1], [None], [Decimal(7)]])
    assert [row["balance"] for row in found] == [Decimal("740.1"), None, Decimal(7)]
