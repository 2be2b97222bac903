"""Orders, customers, allocations and answers at a FoxPro site: handed over, killed, overtaken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.posting import WithdrawOutcome
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.columns import NumberRule
from integrations.sagepro.sample.books import changes
from tests.contracts.test_sagepro_flagged import WAITING, told
from tests.sagepro.dbf.company01 import company01_profile, live_bytes
from tests.sagepro.flagged import flag
from tests.sagepro.foxpro.company import FoxProCompany
from tests.sagepro.foxpro.engine import Table
from tests.sagepro.foxpro.model import Killed
from tests.sagepro.foxpro.test_program import killer
from tests.sagepro.orders import BEARINGS, LABOR, NEWCOMER, order

Act = Callable[[FoxProConnector], ChangeResult]


def unit(key: str, quantity: str = "1") -> Allocation:
    """Of the one that lies in the east."""
    return Allocation(key, "BRG-6204", "EAST", Decimal(quantity))


ACTS: dict[str, Act] = {
    "order": lambda sage: sage.upsert_order(order()),
    "customer": lambda sage: sage.create_or_match_customer(NEWCOMER),
    "allocation": lambda sage: sage.allocate_stock(unit("a-1")),
    "words": lambda sage: sage.answer_flagged(WAITING),
    "flagged": lambda sage: sage.answer_flagged(told()),
}


def at_site(company: FoxProCompany, epoch: int = 1) -> FoxProConnector:
    """A connector with nobody at the site."""
    return company.connect(kind=FoxProConnector, writer_epoch=epoch)


def handed_over(result: ChangeResult) -> None:
    assert result.outcome is ChangeOutcome.HANDED_OVER, result
    assert result.evidence["held_by"] == "with_sage"


def refused(result: ChangeResult) -> str:
    assert result.refusal is not None, result
    return result.refusal.code


def test_handing_over_changes_no_byte_of_a_live_table(foxpro_company: FoxProCompany) -> None:
    flag(foxpro_company, reqno="1")
    sage = at_site(foxpro_company)
    before = live_bytes(foxpro_company.folder)
    for act in ACTS.values():
        handed_over(act(sage))
        handed_over(act(sage))
    handed_over(sage.upsert_order(order(2, BEARINGS, LABOR)))
    assert live_bytes(foxpro_company.folder) == before
    assert sage.flagged_rows(after="", limit=9)[0].status == ""
    assert sage.orders_by_number(["7404"]) == []


def test_nor_a_byte_of_an_index(company01: Path) -> None:
    """The tables with compound indexes that another engine wrote: a customer for them."""
    profile = replace(
        company01_profile(), creates_customers=True, customer_numbers=NumberRule(prefix="N")
    )
    sage = FoxProConnector([company01], profile=profile, writer_epoch=1)
    before = live_bytes(company01)
    handed_over(sage.create_or_match_customer(replace(NEWCOMER, match_by=())))
    assert live_bytes(company01) == before


@pytest.mark.parametrize("kind", ACTS)
def test_killed_at_every_step_it_goes_on_and_is_written_once(
    kind: str, foxpro_company: FoxProCompany, foxpro_template: Path, tmp_path: Path
) -> None:
    """The tables are those of one change, byte by byte."""
    act, steps = ACTS[kind], list[str]()
    flag(foxpro_company, reqno="1")
    handed_over(act(at_site(foxpro_company)))
    foxpro_company.run_program(before=steps.append)
    meant = live_bytes(foxpro_company.folder)
    assert steps[0] == "take"
    assert steps[-1] == "finish"
    for number, step in enumerate(steps):
        if step in steps[:number] and step in steps[number + 1 :]:
            continue  # each kind of step at its first and at its last line
        company = FoxProCompany(Path(shutil.copytree(foxpro_template, tmp_path / f"at-{number}")))
        flag(company, reqno="1")
        sage = at_site(company)
        handed_over(act(sage))
        with pytest.raises(Killed):
            company.run_program(before=killer(number))
        handed_over(act(sage))
        company.run_program()
        assert act(sage).outcome is ChangeOutcome.DONE, step
        assert act(sage).outcome is ChangeOutcome.EXISTS, step
        assert live_bytes(company.folder) == meant, step
        shutil.rmtree(company.folder)


def test_interrupted_and_changed_by_a_clerk_goes_to_a_person(
    foxpro_company: FoxProCompany,
) -> None:
    sage = at_site(foxpro_company)
    handed_over(sage.upsert_order(order()))
    with pytest.raises(Killed):
        foxpro_company.run_program(before=killer(9))
    foxpro_company.change("iciqty", {"item": "VLV-075", "loctid": "MAIN"}, qsoaloc=Decimal(6))
    foxpro_company.run_program()
    result = sage.upsert_order(order())
    assert (result.outcome, result.evidence) == (
        ChangeOutcome.CONFLICT,
        {"conflict": "It was interrupted, and VLV-075 was changed meanwhile."},
    )
    assert sage.withdraw(order().key) is WithdrawOutcome.EXISTS


def test_orders_handed_over_together_are_written_in_one_pass(
    foxpro_company: FoxProCompany,
) -> None:
    """Each is planned upon those before it: number, open orders and stock go on from there. A
    change of one that is not written yet too."""
    sage = at_site(foxpro_company)
    before = foxpro_company.books()
    wanted = [order(), order(name="shop:4712"), order(2, BEARINGS, LABOR)]
    for one in wanted:
        handed_over(sage.upsert_order(one))
    foxpro_company.run_program()
    told = [sage.upsert_order(one) for one in wanted]
    assert [(one.outcome, one.number) for one in told] == [
        (ChangeOutcome.DONE, "7404"),
        (ChangeOutcome.DONE, "7405"),
        (ChangeOutcome.DONE, "7404"),
    ]
    found = changes(before, foxpro_company.books())
    assert [(row["sono"].strip(), row["ordamt"]) for row in found.added["somast"]] == [
        ("7404", "174.2500"),
        ("7405", "142.2700"),
    ]
    assert found.changed == {
        "arcust": {"ACME01": {"onorder": ("412.0000", "728.5200")}},
        "iciqty": {
            "BRG-6204/MAIN": {"qsoaloc": ("20.0000", "28.0000")},
            "VLV-075/MAIN": {"qsoaloc": ("5.0000", "6.5000")},
        },
        "sysdata": {"SO/01": {"int1": ("7403", "7405")}},
    }


def test_a_number_taken_in_sage_meanwhile_is_not_used_twice(
    foxpro_company: FoxProCompany,
) -> None:
    sage = at_site(foxpro_company)
    handed_over(sage.upsert_order(order()))
    foxpro_company.change("sysdata", {"sysid": "SO"}, int1=7409)
    before = foxpro_company.books()
    foxpro_company.run_program()
    assert foxpro_company.books() == before
    handed_over(sage.upsert_order(order()))
    foxpro_company.run_program()
    result = sage.upsert_order(order())
    assert (result.outcome, result.number) == (ChangeOutcome.DONE, "7410")


def test_a_change_that_waits_does_not_hold_up_the_others(foxpro_company: FoxProCompany) -> None:
    """A clerk has a record of the first: the second comes back once, and goes on without it."""
    sage = at_site(foxpro_company)
    other = replace(order(name="shop:4712"), customer_number="ADLER1")
    later = order(2, BEARINGS, LABOR)
    handed_over(sage.upsert_order(order()))
    handed_over(sage.upsert_order(other))
    handed_over(sage.upsert_order(later))
    assert sage.upsert_order(order(2)).outcome is ChangeOutcome.CONFLICT
    with foxpro_company.table("arcust") as clerk:
        (number,) = clerk.found({"custno": "ACME01"})
        assert clerk.rlock(number)
        foxpro_company.run_program()
        handed_over(sage.upsert_order(other))
        assert sage.upsert_order(later).outcome is ChangeOutcome.WAIT
        foxpro_company.run_program()
        assert sage.upsert_order(other).number == "7404"
    foxpro_company.run_program()
    handed_over(sage.upsert_order(order()))
    foxpro_company.run_program()
    assert sage.upsert_order(order()).number == "7405"
    handed_over(sage.upsert_order(later))
    foxpro_company.run_program()
    assert sage.upsert_order(later).number == "7405"


def test_what_is_refused_only_for_what_is_not_written_yet_waits(
    foxpro_company: FoxProCompany,
) -> None:
    sage = at_site(foxpro_company)
    handed_over(sage.allocate_stock(unit("a-1")))
    result = sage.allocate_stock(unit("a-2"))
    assert (result.outcome, result.evidence["held_by"]) == (ChangeOutcome.WAIT, "with_sage")
    assert refused(sage.allocate_stock(unit("a-3", "2"))) == "stock_short"
    assert sage.withdraw("a-1") is WithdrawOutcome.WITHDRAWN
    handed_over(sage.allocate_stock(unit("a-2")))
    foxpro_company.run_program()
    assert sage.allocate_stock(unit("a-2")).outcome is ChangeOutcome.DONE
    assert sage.allocate_stock(unit("a-1")).outcome is ChangeOutcome.WITHDRAWN
    assert refused(sage.allocate_stock(unit("a-3"))) == "stock_short"


def test_a_customer_who_is_not_written_yet_is_not_recognised(
    foxpro_company: FoxProCompany,
) -> None:
    """The number may come back and be another's; once it stands, it is hers."""
    sage = at_site(foxpro_company)
    same = replace(NEWCOMER, key="shop:customer:89")
    handed_over(sage.create_or_match_customer(NEWCOMER))
    assert sage.create_or_match_customer(same).outcome is ChangeOutcome.WAIT
    foxpro_company.run_program()
    found = sage.create_or_match_customer(same)
    assert (found.outcome, found.number) == (ChangeOutcome.MATCHED, "ACME02")


def test_a_version_that_changes_nothing_waits_for_the_one_before(
    foxpro_company: FoxProCompany,
) -> None:
    sage = at_site(foxpro_company)
    handed_over(sage.upsert_order(order()))
    assert sage.upsert_order(order(2)).outcome is ChangeOutcome.WAIT
    foxpro_company.run_program()
    assert sage.upsert_order(order(2)).outcome is ChangeOutcome.DONE


def test_a_line_that_somebody_typed_is_told(foxpro_company: FoxProCompany) -> None:
    sage = at_site(foxpro_company)
    handed_over(sage.allocate_stock(unit("a-1")))
    lines = Table(foxpro_company.folder / "PTLINE01.DBF")
    (line,) = lines.found({"kind": "V"})
    lines.replace(line, {"value": "one"})
    lines.close()
    with pytest.raises(FixConfiguration, match="Row 1 of our staging table has a line"):
        sage.allocate_stock(unit("a-2"))


def test_the_key_of_what_is_handed_over_is_for_nothing_else(
    foxpro_company: FoxProCompany,
) -> None:
    sage = at_site(foxpro_company)
    handed_over(sage.allocate_stock(unit("a-1")))
    assert sage.allocate_stock(unit("a-1", "-1")).outcome is ChangeOutcome.CONFLICT
    as_order = replace(NEWCOMER, key="a-1")
    assert sage.create_or_match_customer(as_order).outcome is ChangeOutcome.CONFLICT


def test_a_row_flagged_anew_in_sage_is_not_answered(foxpro_company: FoxProCompany) -> None:
    """Its generation rose after the answer was handed over: it comes back, and is refused."""
    flag(foxpro_company, reqno="1")
    sage = at_site(foxpro_company)
    handed_over(sage.answer_flagged(told()))
    foxpro_company.change("arpayrq", {"reqno": "1"}, reqgen=1)
    before = live_bytes(foxpro_company.folder)
    foxpro_company.run_program()
    assert live_bytes(foxpro_company.folder) == before
    assert refused(sage.answer_flagged(told())) == "row_changed"


def test_words_that_are_overtaken_are_not_written(foxpro_company: FoxProCompany) -> None:
    flag(foxpro_company, reqno="1")
    sage = at_site(foxpro_company)
    handed_over(sage.answer_flagged(WAITING))
    handed_over(sage.answer_flagged(replace(WAITING, status="Sending")))
    handed_over(sage.answer_flagged(told()))
    found = foxpro_company.during(foxpro_company.run_program)
    assert found.changed["arpayrq"]["1"]["reqstat"] == ("", "Done")
    assert sage.answer_flagged(told()).outcome is ChangeOutcome.DONE
    assert sage.answer_flagged(WAITING).outcome is ChangeOutcome.EXISTS


def test_the_newer_pairing_takes_over_what_is_staged(foxpro_company: FoxProCompany) -> None:
    flag(foxpro_company, reqno="1")
    older = at_site(foxpro_company)
    handed_over(older.answer_flagged(WAITING))
    handed_over(older.upsert_order(order()))
    newer = at_site(foxpro_company, epoch=2)
    newer.take_over()
    before = foxpro_company.books()
    foxpro_company.run_program()
    assert foxpro_company.books() == before
    for act in (ACTS["words"], ACTS["order"]):
        handed_over(act(newer))
    foxpro_company.run_program()
    for act in (ACTS["words"], ACTS["order"]):
        assert act(newer).outcome is ChangeOutcome.DONE
