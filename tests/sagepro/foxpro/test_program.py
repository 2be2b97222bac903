"""Our FoxPro program, played by its model: killed anywhere, locked out, overtaken by clerks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.posting import PostingOutcome, PostingRequest, WithdrawOutcome
from integrations.sagepro.backends.dbf import site
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.sample.books import changes
from tests.sagepro.dbf.company01 import live_bytes
from tests.sagepro.foxpro.company import TODAY, FoxProCompany
from tests.sagepro.foxpro.engine import Table
from tests.sagepro.foxpro.model import Killed, Program
from tests.sagepro.postings import on_account, receipt, reversal

SPLIT = receipt(
    amount="1000.00",
    invoices={"10432": "725.00", "10433": "200.00"},
    discounts={"10432": "15.00"},
    fields={"reference": "79388123", "comment": "Visa"},
)


def hand_over(company: FoxProCompany, request: PostingRequest) -> FoxProConnector:
    """A connector that has handed this over, with nobody at the site yet."""
    sage = company.connect(kind=FoxProConnector)
    assert sage.post_if_absent(request).outcome is PostingOutcome.HANDED_OVER
    return sage


def steps_of(request: PostingRequest, company: FoxProCompany) -> list[str]:
    steps: list[str] = []
    hand_over(company, request)
    company.run_program(before=steps.append)
    return steps


def killer(at: int) -> Callable[[str], None]:
    left = [at]

    def before(_step: str) -> None:
        if not left[0]:
            raise Killed
        left[0] -= 1

    return before


def test_killed_at_every_step_it_goes_on_and_posts_once(
    foxpro_company: FoxProCompany,
    foxpro_template: Path,
    tmp_path: Path,
) -> None:
    """Whatever was half there, the next pass completes it: the tables are those of one posting,
    byte by byte."""
    steps = steps_of(SPLIT, foxpro_company)
    meant = live_bytes(foxpro_company.folder)
    assert {"take", "do N", "do R", "do D", "do O", "do C", "do J", "finish"} <= set(steps)
    for number, step in enumerate(steps):
        if step in steps[:number] and step in steps[number + 1 :]:
            continue  # each kind of step at its first and at its last line
        folder = Path(shutil.copytree(foxpro_template, tmp_path / f"killed-{number}"))
        company = FoxProCompany(folder)
        sage = hand_over(company, SPLIT)
        with pytest.raises(Killed):
            company.run_program(before=killer(number))
        company.run_program()
        assert sage.post_if_absent(SPLIT).outcome is PostingOutcome.POSTED, step
        # A number that was taken and not noted is skipped, as Sage's own numbers are.
        if step != "done N":
            assert live_bytes(folder) == meant, step
        shutil.rmtree(folder)


def test_a_reversal_killed_half_way_is_completed(foxpro_company: FoxProCompany) -> None:
    sage = foxpro_company.connect()
    before = foxpro_company.books()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    hand_over(foxpro_company, reversal())
    with pytest.raises(Killed):
        foxpro_company.run_program(before=killer(6))
    foxpro_company.run_program()
    assert sage.post_if_absent(reversal()).outcome is PostingOutcome.POSTED
    found = changes(before, foxpro_company.books())
    paid = sorted(row["paidamt"] for row in found.added["arcash"])
    assert paid == ["-740.0000", "740.0000"]
    assert "balance" not in found.changed["arcust"]["ACME01"]


def test_interrupted_and_changed_by_a_clerk_goes_to_a_person(
    foxpro_company: FoxProCompany,
) -> None:
    sage = hand_over(foxpro_company, receipt())
    steps = ["take", "begin N", "do N", "done N", "begin R", "do R", "done R", "begin D"]
    with pytest.raises(Killed):
        foxpro_company.run_program(before=killer(len(steps) - 1))
    foxpro_company.change("armast", {"invno": "10432"}, paidamt=Decimal(740), balance=Decimal(0))
    before = foxpro_company.books()
    foxpro_company.run_program()
    result = sage.post_if_absent(receipt())
    assert result.outcome is PostingOutcome.PARTIAL
    assert result.evidence["conflict"] == "It was interrupted, and 10432 was changed meanwhile."
    assert changes(before, foxpro_company.books()).changed == {}
    assert sage.withdraw("sale-1") is WithdrawOutcome.EXISTS


@pytest.mark.parametrize("steps", [5, 7])
def test_interrupted_and_moved_to_history_goes_to_a_person(
    steps: int, foxpro_company: FoxProCompany
) -> None:
    """The document is gone from the current table: nothing is copied from another one."""
    sage = hand_over(foxpro_company, receipt())
    with pytest.raises(Killed):
        foxpro_company.run_program(before=killer(steps))
    foxpro_company.move_to_history("10432")
    before = foxpro_company.books()
    foxpro_company.run_program()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.PARTIAL
    assert foxpro_company.books()["arcash"] == before["arcash"]


def test_interrupted_before_the_first_row_it_is_given_back(foxpro_company: FoxProCompany) -> None:
    """The counter vanished: nothing of it stands, so nothing needs a person's look at the books."""
    sage = hand_over(foxpro_company, receipt())
    with pytest.raises(Killed):
        foxpro_company.run_program(before=killer(1))
    foxpro_company.change("sysdata", {"sysid": "AR"}, sysid="AX")
    before = foxpro_company.books()
    foxpro_company.run_program()
    assert foxpro_company.books() == before
    foxpro_company.change("sysdata", {"sysid": "AX"}, sysid="AR")
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    foxpro_company.run_program()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_what_the_program_has_taken_cannot_be_withdrawn(foxpro_company: FoxProCompany) -> None:
    sage = hand_over(foxpro_company, receipt())
    with pytest.raises(Killed):
        foxpro_company.run_program(before=killer(1))
    assert sage.withdraw("sale-1") is WithdrawOutcome.PENDING
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    foxpro_company.run_program()
    assert sage.withdraw("sale-1") is WithdrawOutcome.EXISTS


def test_what_is_only_staged_is_withdrawn_and_never_posted(foxpro_company: FoxProCompany) -> None:
    sage = hand_over(foxpro_company, receipt())
    before = foxpro_company.books()
    assert sage.withdraw("sale-1") is WithdrawOutcome.WITHDRAWN
    foxpro_company.run_program()
    found = changes(before, foxpro_company.books())
    assert (set(found.added), found.changed) == ({"ptpost"}, {})
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.WITHDRAWN


@pytest.mark.parametrize(
    ("table", "column", "key"), [("armast", "invno", "10432"), ("arcust", "custno", "ACME01")]
)
def test_a_record_in_use_in_sage_leaves_it_staged(
    table: str, column: str, key: str, foxpro_company: FoxProCompany
) -> None:
    """RLOCK() held by a clerk's program, and Sage's own marker on a screen: both are waited for."""
    sage = hand_over(foxpro_company, receipt())
    before = foxpro_company.books()
    with foxpro_company.table(table) as clerk:
        (number,) = clerk.found({column: key})
        assert clerk.rlock(number)
        foxpro_company.run_program()
        clerk.unlock()
        clerk.replace(number, {"lckstat": "Y"})
        foxpro_company.run_program()
        assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
        clerk.replace(number, {"lckstat": ""})
    assert foxpro_company.books() == before
    foxpro_company.run_program()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_one_row_that_waits_does_not_hold_up_the_others(foxpro_company: FoxProCompany) -> None:
    sage = hand_over(foxpro_company, receipt())
    hand_over(foxpro_company, on_account(customer="ZENITH"))
    foxpro_company.change("armast", {"invno": "10432"}, lckstat="Y")
    foxpro_company.run_program()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    again = sage.post_if_absent(on_account(customer="ZENITH"))
    assert again.outcome is PostingOutcome.POSTED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paidamt": Decimal(740), "balance": Decimal(0)}, "invoice_paid"),
        ({"arstat": "V"}, "invoice_void"),
    ],
)
def test_an_invoice_changed_after_it_was_handed_over_is_given_back(
    change: dict[str, object], code: str, foxpro_company: FoxProCompany
) -> None:
    sage = hand_over(foxpro_company, receipt())
    foxpro_company.change("armast", {"invno": "10432"}, **change)
    before = foxpro_company.books()
    foxpro_company.run_program()
    refusal = sage.post_if_absent(receipt()).refusal
    assert refusal is not None
    assert refusal.code == code
    assert foxpro_company.books() == before


def test_a_part_paid_meanwhile_is_planned_anew(foxpro_company: FoxProCompany) -> None:
    request = receipt(amount="100.00")
    sage = hand_over(foxpro_company, request)
    foxpro_company.change("armast", {"invno": "10432"}, paidamt=Decimal(40), balance=Decimal(700))
    foxpro_company.run_program()
    assert sage.post_if_absent(request).outcome is PostingOutcome.HANDED_OVER
    foxpro_company.run_program()
    assert sage.post_if_absent(request).outcome is PostingOutcome.POSTED
    invoice = sage.invoices_by_number(["10432"])[0]
    assert (str(invoice.paid), str(invoice.balance)) == ("140.0000", "600.0000")


def test_a_period_closed_after_it_was_handed_over_is_refused(
    foxpro_company: FoxProCompany,
) -> None:
    sage = hand_over(foxpro_company, receipt())
    with foxpro_company.table("sycdfis") as periods:
        (november,) = [
            number
            for number in periods.found({})
            if periods.value(number, "begdate") == date(2026, 11, 1)
        ]
        periods.replace(november, {"closed": True})
    foxpro_company.run_program()
    refusal = sage.post_if_absent(receipt()).refusal
    assert refusal is not None
    assert refusal.code == "period_closed"


def test_a_receipt_keyed_with_our_marker_meanwhile_is_found(foxpro_company: FoxProCompany) -> None:
    sage = hand_over(foxpro_company, receipt())
    foxpro_company.change("arcash", {"custno": "NON_AR"}, refno=receipt().marker)
    foxpro_company.run_program()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.CONFLICT


def test_a_missing_counter_is_refused_in_words_and_may_be_asked_again(
    foxpro_company: FoxProCompany,
) -> None:
    sage = hand_over(foxpro_company, receipt())
    foxpro_company.change("sysdata", {"sysid": "AR"}, sysid="AX")
    foxpro_company.run_program()
    refusal = sage.post_if_absent(receipt()).refusal
    assert refusal is not None
    assert (refusal.code, refusal.sentence) == ("counter", "Returned: counter.")
    foxpro_company.change("sysdata", {"sysid": "AX"}, sysid="AR")
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    foxpro_company.run_program()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_handed_over_with_other_contents_is_a_conflict(foxpro_company: FoxProCompany) -> None:
    sage = hand_over(foxpro_company, receipt(amount="100.00"))
    result = sage.post_if_absent(receipt(amount="101.00"))
    assert result.outcome is PostingOutcome.CONFLICT
    assert result.evidence["conflict"] == "The key was handed over with other contents."


def test_an_older_pairing_may_not_write(foxpro_company: FoxProCompany) -> None:
    """The epoch beside the books rises with the newer pairing; the program refuses older rows."""
    older = hand_over(foxpro_company, receipt())
    newer = foxpro_company.connect(kind=FoxProConnector, writer_epoch=2)
    assert newer.withdraw("something-else") is WithdrawOutcome.WITHDRAWN
    for act in (
        lambda: older.post_if_absent(on_account()),
        lambda: older.withdraw("sale-1"),
        lambda: site.prepare(foxpro_company.folder, foxpro_company.profile, epoch=1, today=TODAY),
    ):
        with pytest.raises(Exception, match="Another pairing of this company is newer") as no:
            act()
        assert getattr(no.value, "code", "") == "sage.newer_writer"
    before = foxpro_company.books()
    foxpro_company.run_program()
    assert foxpro_company.books() == before
    assert newer.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    foxpro_company.run_program()
    assert newer.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_taking_over_ends_the_older_pairing_at_once(foxpro_company: FoxProCompany) -> None:
    older = hand_over(foxpro_company, receipt())
    newer = foxpro_company.connect(kind=FoxProConnector, writer_epoch=2)
    newer.take_over()
    for act in (older.take_over, lambda: older.post_if_absent(receipt())):
        with pytest.raises(FixConfiguration) as no:
            act()
        assert no.value.code == "sage.newer_writer"


def test_the_newer_pairing_takes_over_what_is_staged(foxpro_company: FoxProCompany) -> None:
    hand_over(foxpro_company, receipt())
    newer = foxpro_company.connect(kind=FoxProConnector, writer_epoch=2)
    assert newer.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    foxpro_company.run_program()
    assert newer.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_switched_to_read_only_nothing_is_handed_over_or_posted(
    foxpro_company: FoxProCompany,
) -> None:
    sage = hand_over(foxpro_company, receipt())
    control = Table(foxpro_company.folder / "PTCTRL01.DBF")
    (switch,) = control.found({"name": site.READ_ONLY})
    control.replace(switch, {"value": "Y"})
    before = foxpro_company.books()
    foxpro_company.run_program()
    result = sage.post_if_absent(on_account())
    assert (result.outcome, result.evidence) == (
        PostingOutcome.WAIT,
        {
            "waiting_for": "Writing to this company is switched off on its own side "
            "(PTCTRL, readonly)."
        },
    )
    assert foxpro_company.books() == before
    assert sage.withdraw("sale-1") is WithdrawOutcome.WITHDRAWN
    control.close()


def test_a_site_is_not_written_before_its_self_test_has_passed(
    foxpro_company: FoxProCompany,
) -> None:
    test = Table(foxpro_company.folder / "PTTEST01.DBF")
    (lock,) = test.found({"name": "lock"})
    test.replace(lock, {"passed": False})
    sage = foxpro_company.connect(kind=FoxProConnector)
    with pytest.raises(Exception, match="self-test has not passed: sage pro waits for our") as no:
        sage.post_if_absent(receipt())
    assert getattr(no.value, "code", "") == "sage.site_not_proven"
    assert not sage.self_test().is_passed
    test.replace(lock, {"passed": True})
    assert sage.self_test().is_passed
    test.close()
    profile = foxpro_company.profile
    other = foxpro_company.connect(profile=replace(profile, user_code="XX"), kind=FoxProConnector)
    with pytest.raises(Exception, match="prepared for another posting profile"):
        other.post_if_absent(receipt())


def test_a_site_that_counts_the_next_number_is_followed(foxpro_company: FoxProCompany) -> None:
    profile = foxpro_company.profile
    counts_next = replace(profile, session=replace(profile.session, is_next=True))
    folder = foxpro_company.folder
    site.prepare(folder, counts_next, epoch=1, today=TODAY)
    program = Program(folder)
    assert program.setting("sessnext") == "Y"
    program.close()


def test_a_payment_status_is_written_by_the_program_alone(foxpro_company: FoxProCompany) -> None:
    """Handed over once, taken back for a newer one, and left to a person who has the invoice."""
    sage = foxpro_company.connect(kind=FoxProConnector)
    before = live_bytes(foxpro_company.folder)
    for status in ("Declined", "Declined", "Payment Failed"):
        assert sage.note_status(invoice_number="10432", status=status) is True
    assert live_bytes(foxpro_company.folder) == before
    with foxpro_company.table("armast") as armast:
        (row,) = armast.found({"invno": "10432"})
        assert armast.rlock(row)
        foxpro_company.run_program()
        assert armast.text(row, "paystat") == ""
    foxpro_company.run_program()
    assert _status(foxpro_company) == "Payment Failed"
    assert sage.note_status(invoice_number="10432", status="Payment Failed") is True
    foxpro_company.change("armast", {"invno": "10432"}, paystat="By hand")
    assert sage.note_status(invoice_number="10432", status="By hand") is True
    assert sage.note_status(invoice_number="10432", status="Declined") is True
    foxpro_company.run_program()
    assert _status(foxpro_company) == "Declined"


@pytest.mark.parametrize("at", ["take", "begin S", "do S", "done S", "finish"])
def test_a_status_the_program_was_killed_over_is_finished(
    at: str, foxpro_company: FoxProCompany
) -> None:
    sage = foxpro_company.connect(kind=FoxProConnector)
    assert sage.note_status(invoice_number="10432", status="Declined") is True

    def strike(now: str) -> None:
        if now == at:
            raise Killed

    with pytest.raises(Killed):
        foxpro_company.run_program(before=strike)
    foxpro_company.run_program()
    assert _status(foxpro_company) == "Declined"
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER


def _status(company: FoxProCompany) -> str:
    (row,) = [row for row in company.books()["armast"] if row["invno"].strip() == "10432"]
    return row.get("paystat", "")
