"""Flagged rows: read typed and redacted, answered once in the single writer, never half."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.flagged import FlagAnswer
from integrations.canonical.stock import ChangeOutcome
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.sample.books import Changes
from tests.contracts.test_sagepro_writer import PATIENT
from tests.sagepro.any_company import AnyCompany, Everything, opened
from tests.sagepro.companies import SHORT, SampleCompany
from tests.sagepro.cutting_proxy import CuttingProxy
from tests.sagepro.flagged import flag, flag_row
from tests.sagepro.foxpro.company import FoxProCompany

pytestmark = pytest.mark.machine(
    "Rows are flagged for a program, which writes its answers into them."
)

CARD = "4111 1111 1111 1111"


def told(**values: Any) -> FlagAnswer:
    """The last answer to row 1, or another one."""
    usual: dict[str, Any] = {
        "key": "flagged:1:0",
        "number": "1",
        "generation": 0,
        "status": "Done",
        "result_id": "105",
        "message": "740.00 USD was charged.",
        "is_final": True,
    }
    return FlagAnswer(**{**usual, **values})


WAITING = told(status="Waiting", result_id="", message="A second person.", is_final=False)


def test_the_last_answer_takes_the_flag_away_and_nothing_else_changes(
    company: AnyCompany, books: Everything
) -> None:
    flag(company, reqno="1", custno="ACME01", reqamt=Decimal(740))
    waiting = company.during(lambda: books.answer_flagged(WAITING))
    assert waiting == Changes(
        added={},
        removed={},
        changed={
            "arpayrq": {"1": {"reqstat": ("", "Waiting"), "reqmsg": ("", "A second person.")}}
        },
    )
    found = company.during(lambda: books.answer_flagged(told()))
    (record,) = found.added.pop("ptpost")
    assert (record["effkey"], record["kind"]) == ("flagged:1:0", "flagged")
    assert found == Changes(
        added={},
        removed={},
        changed={
            "arpayrq": {
                "1": {
                    "reqflag": ("Y", ""),
                    "reqgen": ("", "1"),
                    "reqstat": ("Waiting", "Done"),
                    "reqid": ("", "105"),
                    "reqmsg": ("A second person.", "740.00 USD was charged."),
                }
            }
        },
    )


def test_an_answer_is_written_once(company: AnyCompany, books: Everything) -> None:
    """Asked again it stands, what comes late changes nothing, and other contents are a conflict.
    A row that was flagged again is a new question with a key of its own."""
    flag(company, reqno="1")
    assert books.answer_flagged(told()).outcome is ChangeOutcome.DONE
    after = company.books()
    assert books.answer_flagged(told()).outcome is ChangeOutcome.EXISTS
    assert books.answer_flagged(WAITING).outcome is ChangeOutcome.EXISTS
    assert books.answer_flagged(told(status="Declined")).outcome is ChangeOutcome.CONFLICT
    assert company.books() == after
    company.change("arpayrq", {"reqno": "1"}, reqflag="Y")
    (row,) = books.flagged_rows(after="", limit=9)
    assert row.generation == 1
    again = told(key="flagged:1:1", generation=1, result_id="106")
    assert books.answer_flagged(again).outcome is ChangeOutcome.DONE
    assert books.flagged_rows(after="", limit=9) == []


def test_what_does_not_fit_is_refused_and_nothing_written(
    company: AnyCompany, books: Everything
) -> None:
    flag(company, reqno="1", reqgen=2)
    before = company.books()
    refusals = {
        "row_missing": told(number="9"),
        "row_changed": told(),
        "value_too_long": told(generation=2, result_id="7" * 21),
    }
    for code, answer in refusals.items():
        result = books.answer_flagged(answer)
        assert result.outcome is ChangeOutcome.REFUSED, code
        assert result.refusal is not None
        assert result.refusal.code == code
    assert company.books() == before


def test_a_message_is_made_to_fit(company: AnyCompany, books: Everything) -> None:
    flag(company, reqno="1")
    books.answer_flagged(told(message="‘Łódź’ " + "much " * 20))
    (row,) = company.books()["arpayrq"]
    assert row["reqmsg"] == "'?ód?' much much much much much much much much much much much ..."


def test_a_card_number_in_a_message_is_taken_out(
    sql_company: SampleCompany, foxpro_company: FoxProCompany
) -> None:
    """By the writer itself; an agent refuses to pass such a message on."""
    for company in (sql_company, foxpro_company):
        flag(company, reqno="1")
        opened(company).answer_flagged(told(message=f"card {CARD}"))
        (row,) = company.books()["arpayrq"]
        assert row["reqmsg"] == "card [PAN …1111]"


def test_a_row_in_use_is_waited_for(company: AnyCompany) -> None:
    books = opened(company, limits=SHORT)
    flag(company, reqno="1", lckstat="Y")
    before = company.books()
    assert books.answer_flagged(told()).outcome is ChangeOutcome.WAIT
    with company.busy():
        assert books.answer_flagged(told()).outcome is ChangeOutcome.WAIT
    assert company.books() == before
    company.change("arpayrq", {"reqno": "1"}, lckstat="")
    assert books.answer_flagged(told()).outcome is ChangeOutcome.DONE


def test_ten_writers_at_once_answer_once(company: AnyCompany) -> None:
    flag(company, reqno="1")
    writers = [opened(company, limits=PATIENT) for _ in range(10)]
    with ThreadPoolExecutor(10) as threads:
        found = Counter(threads.map(lambda one: one.answer_flagged(told()).outcome, writers))
    assert found == {ChangeOutcome.DONE: 1, ChangeOutcome.EXISTS: 9}
    (row,) = company.books()["arpayrq"]
    assert row["reqgen"] == "1"


@pytest.mark.parametrize("reaches_server", [True, False])
def test_a_lost_answer_is_unknown_until_asked_again(
    reaches_server: bool,  # noqa: FBT001 - a pytest parameter
    sql_company: SampleCompany,
    tmp_path: Path,
) -> None:
    flag_row(sql_company.dsn, reqno="1")
    with CuttingProxy(sql_company.dsn, folder=tmp_path, reaches_server=reaches_server) as proxy:
        cut = sql_company.open(dsn=proxy.dsn)
        with pytest.raises(OutcomeUnknown):
            cut.answer_flagged(told())
        cut.close()
    again = sql_company.open().answer_flagged(told()).outcome
    assert again is (ChangeOutcome.EXISTS if reaches_server else ChangeOutcome.DONE)


def test_a_company_without_the_table_says_so(company: AnyCompany) -> None:
    profile = company.profile
    tables = {name: table for name, table in profile.tables.items() if name != "flagged"}
    without = opened(company, profile=replace(profile, tables=tables))
    calls: list[Callable[[BeyondPayments], object]] = [
        lambda one: one.flagged_rows(after="", limit=9),
        lambda one: one.answer_flagged(told()),
    ]
    for call in calls:
        with pytest.raises(NeverWorks) as error:
            call(without)
        assert error.value.code == "sage.not_offered"
        assert error.value.sentence == (
            "Rows flagged for PayTrace are not available for this Sage Pro company."
        )
