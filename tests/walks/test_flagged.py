"""Rows flagged in Sage: one instruction each, charged once, and the row learns of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from integrations import pipeline
from integrations.canonical.money import Money
from integrations.connections import flagged
from integrations.connections.models import Connection
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import deciding, policies, sage_looks, sage_rows
from integrations.instructions.models import (
    FlaggedLook,
    Instruction,
    InstructionAttempt,
    StoredPaymentMethod,
)
from integrations.instructions.policies import Who
from integrations.pipeline import flagged as flagged_pages
from integrations.posting.models import Effect
from tenants.errors import NotPossible
from tenants.models import DueWork
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.sagepro.flagged import change_row, flag_many, flag_row, remove_row, row_in_sage
from tests.walks import test_holds, test_instructions_v3
from tests.walks.test_instructions import SALES, at_paytrace, look_now
from tests.walks.world import ACTOR, World

pytestmark = pytest.mark.walk
__all__ = ["till_v3"]
till_v3 = test_instructions_v3.till


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


@pytest.fixture
def till(world: World) -> World:
    """A company whose flagged rows are taken in: up to 3,000 a day, 1,000 without a second
    person."""
    with tenant_transaction(world.tenant.id):
        policies.set_policy(
            environment_id=world.environment_id,
            user_daily_limit=usd("3000"),
            company_daily_limit=usd("5000"),
            approval_above=usd("1000"),
            actor=ACTOR,
        )
        flagged.switch_on(connection_id=world.gateway_id, actor=ACTOR)
    world.work()
    return world


def flag(world: World, number: str = "1", **values: Any) -> None:
    """Somebody in Sage flags a row for a charge of 740.00, or for something else."""
    usual = {"custno": "ACME01", "vaultid": "ACME01", "invno": "     10432", "reqamt": "740.00"}
    flag_row(world.sage_dsn, reqno=number, **{**usual, **values})


def look(world: World) -> None:
    """The next look comes round."""
    world._make_due("flagged", world.company_id)
    world.work()


def says(world: World, number: str = "1") -> tuple[str, ...]:
    """Flag, generation, status, PayTrace's number and message of the row."""
    row = row_in_sage(world.sage_dsn, number)
    return tuple(row.get(name, "") for name in ("reqflag", "reqgen", "reqstat", "reqid", "reqmsg"))


def asked(world: World) -> list[Instruction]:
    with tenant_transaction(world.tenant.id):
        return list(Instruction.objects.order_by("asked_at", "id"))


def test_a_flagged_row_is_charged_reaches_sage_and_learns_it(till: World) -> None:
    flag(till)
    look(till)
    (row,) = asked(till)
    assert (row.state, row.origin, row.asked_by) == ("done", "sage", "Sage, row 1")
    assert says(till) == ("", "1", "Done", row.result_id, "740.00 USD was charged.")
    till.poll()
    effect = till.effect(row.result_id)
    assert (effect.state, effect.amount) == ("posted", Decimal("740.00"))
    assert till.changed().changed["armast"]["10432"]["balance"] == ("740.0000", "")
    look(till)
    assert at_paytrace(till) == [("sale", "pending_settlement", "740.00")]
    # Flagged again it is a new question.
    change_row(till.sage_dsn, "1", reqflag="Y", reqamt="1.00")
    look(till)
    assert says(till)[:3] == ("", "2", "Done")
    assert [one[2] for one in at_paytrace(till)] == ["740.00", "1.00"]


def test_a_customer_with_a_bank_account_alone_is_charged_by_ach(till: World) -> None:
    """Which API v1 offers to nobody, and says so."""
    with tenant_transaction(till.tenant.id):
        StoredPaymentMethod.objects.create(
            environment_id=till.environment_id, connection_id=till.gateway_id, vault_id="A-1",
            customer_number="ACME01", method="ach", last_four="6789", stored_by=ACTOR,
        )  # fmt: skip
    flag(till, vaultid="")
    look(till)
    assert says(till)[2] == "Refused"
    assert "API v1, which tells nothing of" in says(till)[4]


def test_a_second_person_approves_what_a_row_asks_for(till: World) -> None:
    """Whatever becomes of it in between, the row is told; edited meanwhile it changes nothing."""
    flag(till, reqamt="1500.00")
    flag(till, "2", reqamt="1200.00")
    look(till)
    assert says(till) == ("Y", "", "Waiting", "", "A second person has to approve this in Tieout.")
    first, second = asked(till)
    change_row(till.sage_dsn, "1", reqamt="9.00")
    boss = _approver(till)
    till.within(
        lambda: deciding.approve(
            instruction_id=first.id, environment_id=till.environment_id, who=boss
        )
    )
    till.within(
        lambda: deciding.reject(
            instruction_id=second.id, environment_id=till.environment_id, who=boss, reason="Twice"
        )
    )
    look(till)
    assert says(till)[:3] == ("", "1", "Done")
    assert says(till, "2") == ("", "1", "Not approved", "", "Not approved. Twice")
    assert [one[2] for one in at_paytrace(till)] == ["1500.00"]


REFUSALS = {
    "unknown word": (
        {"reqkind": "LUNCH"},
        "'LUNCH' is no word of the posting profile for what a row asks...",
    ),
    "card": ({"reqdesc": "4111111111111111"}, "This row holds something like a card number"),
    "no card": ({"vaultid": ""}, "Customer ACME01 has no stored payment method."),
    "nothing": ({"reqamt": "0"}, "The amount 0.00 USD is not above zero."),
    "currency": ({"currency": "EUR"}, "PayTrace takes USD, and this is 740.00 EUR."),
    "too much": ({"reqamt": "3000.01"}, "3,000.01 USD is above what all rows in Sage together"),
    "fraction": ({"reqamt": "1.0050"}, "1.0050 has more decimals than USD allows."),
    "often": ({"reqkind": "PLAN", "planfreq": "OFTEN"}, "'OFTEN' is not how often"),
    "lost": ({"reqstat": "Sending"}, "This row says 'Sending', but Tieout has no record of it."),
}


def test_a_row_that_cannot_be_asked_for_says_why(till: World) -> None:
    """It is on record as refused, nothing is sent, and mended and flagged again it is taken in."""
    for number, (values, _) in enumerate(REFUSALS.values(), start=1):
        flag(till, str(number), **values)
    look(till)
    for number, (name, (_, sentence)) in enumerate(REFUSALS.items(), start=1):
        found = says(till, str(number))
        assert found[:4] == ("", "1", "Refused", ""), name
        assert found[4].startswith(sentence[:60]), (name, found[4])
    rows = asked(till)
    assert {(one.state, one.code) for one in rows} == {("refused", "sage.row_refused")}
    assert len(rows) == len(REFUSALS)
    assert at_paytrace(till) == []


def cases(world: World) -> list[tuple[str, str, str, str]]:
    """Each case of a row with what became of its effect, oldest first."""
    with tenant_transaction(world.tenant.id):
        found = ExceptionCase.objects.select_related("effect").order_by("opened_at", "id")
        return [
            (one.effect.transaction_id, one.effect.state, one.resolution, str(one.amount))
            for one in found
        ]


def test_a_row_that_cannot_be_asked_for_is_a_case_until_it_is_taken_in(till: World) -> None:
    """One for each generation; the next one closes it, and asks again where it is no better."""
    flag(till, reqkind="LUNCH")
    look(till)
    look(till)
    (case,) = till.within(lambda: list(ExceptionCase.objects.select_related("effect")))
    assert (case.code, case.sentence, case.remedy) == (
        "row_refused",
        "‘LUNCH’ is no word of the posting profile for what a row asks for.",
        "Mend row 1 in Sage and flag it again.",
    )
    assert case.evidence["record"] == {
        "row": "1", "asks_for": "LUNCH", "amount": "740.0000 USD", "customer": "ACME01",
        "stored_card": "ACME01", "payment": "", "invoice": "10432", "how_often": "",
        "description": "",
    }  # fmt: skip
    assert case.evidence["instruction_id"] == str(asked(till)[0].id)
    assert cases(till) == [("ROW-1", "parked", "", "740.0000")]
    change_row(till.sage_dsn, "1", reqflag="Y", reqkind="CHARGE", reqamt="-5.00")
    look(till)
    assert cases(till) == [
        ("ROW-1", "noted", "by_itself", "740.0000"),
        ("ROW-1", "parked", "", "0.0000"),
    ]
    change_row(till.sage_dsn, "1", reqflag="Y", reqamt="1.00")
    # A person says that it is mended; Sage is looked through without waiting for the minute.
    effect_id = till.within(lambda: Effect.objects.get(state="parked").id)
    till.within(lambda: pipeline.retry(effect_id=effect_id, actor=ACTOR))
    assert says(till)[:3] == ("", "3", "Done")
    assert cases(till) == [
        ("ROW-1", "noted", "by_itself", "740.0000"),
        ("ROW-1", "noted", "by_itself", "0.0000"),
    ]
    assert till.changed_tables() == ["arpayrq", "ptpost"]
    assert at_paytrace(till) == [("sale", "pending_settlement", "1.00")]


def test_what_is_wrong_with_a_row_is_dismissed_and_asked_anew_when_it_is_flagged_again(
    till: World,
) -> None:
    flag(till, currency="us$")
    look(till)
    effect_id = till.within(lambda: Effect.objects.get(state="parked").id)
    till.within(
        lambda: pipeline.dismiss(effect_id=effect_id, actor=ACTOR, reason="Nobody wants it")
    )
    look(till)
    assert cases(till) == [("ROW-1", "dismissed", "dismissed", "0.0000")]
    change_row(till.sage_dsn, "1", reqflag="Y")
    look(till)
    assert cases(till)[1:] == [("ROW-1", "parked", "", "0.0000")]
    with tenant_transaction(till.tenant.id):
        flagged.switch_off(connection_id=till.gateway_id, actor=ACTOR)
        parked = Effect.objects.get(state="parked")
        with pytest.raises(NotPossible, match="are not taken in any more"):
            pipeline.retry(effect_id=parked.id, actor=ACTOR)


def test_a_row_that_is_unflagged_takes_back_what_was_not_sent(till: World) -> None:
    """One that waits for approval, one that waits to be sent, and a row that is deleted; the one
    that is still flagged stays."""
    with tenant_transaction(till.tenant.id):
        policies.set_policy(
            environment_id=till.environment_id, user_daily_limit=usd("5000"),
            company_daily_limit=usd("5000"), approval_above=usd("1000"), actor=ACTOR,
        )  # fmt: skip
    for number in ("1", "2", "3"):
        flag(till, number, reqamt="1100.00")
    look(till)
    change_row(till.sage_dsn, "1", reqflag="")
    remove_row(till.sage_dsn, "3")
    with tenant_transaction(till.tenant.id):
        # PayTrace cannot be asked for an hour: what is approved waits to be sent.
        row = Instruction.objects.filter(sage_row="1")
        row.update(state="ready", due_at=timezone.now() + timedelta(hours=1))
        flagged.switch_off(connection_id=till.gateway_id, actor=ACTOR)
    look(till)
    assert [(one.sage_row, one.state, one.decided_by) for one in asked(till)] == [
        ("1", "cancelled", "Sage, row 1"),
        ("2", "waiting_approval", ""),
        ("3", "cancelled", "Sage, row 3"),
    ]
    assert says(till) == (
        "", "1", "Cancelled", "",
        "Cancelled before it was sent. The row is not flagged in Sage a...",
    )  # fmt: skip
    assert says(till, "2")[:3] == ("Y", "", "Waiting")
    with tenant_transaction(till.tenant.id):
        flagged.switch_on(connection_id=till.gateway_id, actor=ACTOR)
    change_row(till.sage_dsn, "1", reqflag="Y", reqamt="7.00")
    look(till)
    assert at_paytrace(till) == [("sale", "pending_settlement", "7.00")]


@pytest.mark.parametrize("state", ["claimed", "sent", "unknown"])
def test_what_was_sent_is_not_taken_back_by_unflagging_its_row(till: World, state: str) -> None:
    flag(till, reqamt="1500.00")
    look(till)
    with tenant_transaction(till.tenant.id):
        Instruction.objects.update(
            state=state, lease_until=timezone.now() + timedelta(hours=1),
            due_at=timezone.now() + timedelta(hours=1),
        )  # fmt: skip
        (listed,) = Instruction.objects.all()
    change_row(till.sage_dsn, "1", reqflag="")
    look(till)
    assert not till.within(lambda: sage_rows.take_back(listed))
    assert [one.state for one in asked(till)] == [state]


def test_the_other_kinds(till: World) -> None:
    """A refund, a stored card found by its customer, a recurring plan."""
    flag(till)
    look(till)
    paid = asked(till)[0].result_id
    flag(till, "2", reqkind="STORE", paytrid=paid, vaultid="", custno="ADLER1", reqamt="0")
    look(till)
    with tenant_transaction(till.tenant.id):
        stored = StoredPaymentMethod.objects.get()
    assert stored.vault_id.startswith("ADLER1-")
    assert says(till, "2")[2:4] == ("Done", stored.vault_id)
    plan_values = {"planfreq": "monthly", "planstrt": "2026-12-15", "plancnt": 6}
    flag(till, "3", reqkind="PLAN", custno="ADLER1", vaultid="", reqamt="99.00", **plan_values)
    flag(till, "4", reqkind="REFUND", paytrid=paid, reqamt="740.00", vaultid="")
    look(till)
    assert [says(till, number)[2] for number in ("3", "4")] == ["Done", "Done"]
    plan = asked(till)[2]
    assert (plan.kind, plan.vault_id) == ("plan_create", stored.vault_id)
    assert says(till, "4")[4] == "740.00 USD was voided before it settled."


def test_a_row_holds_an_amount_and_another_captures_a_part_of_it(till: World) -> None:
    flag(till, reqkind="HOLD")
    look(till)
    (held,) = asked(till)
    assert says(till) == (
        "", "1", "Done", held.result_id,
        "740.00 USD is held. Nothing is charged before the hold is capt...",
    )  # fmt: skip
    flag(till, "2", reqkind="CAPTURE", paytrid=held.result_id, vaultid="", reqamt="500.00",
         reqdesc="Shipped on Friday")  # fmt: skip
    flag(till, "3", reqkind="CAPTURE", paytrid="", vaultid="", reqamt="5.00")
    look(till)
    assert says(till, "2")[2:] == (
        "Done", held.result_id, "500.00 USD was captured: it settles next.",
    )  # fmt: skip
    assert says(till, "3")[2::2] == ("Refused", "'Capture' needs the payment it is about.")
    assert at_paytrace(till) == [("authorization", "pending_settlement", "500.00")]
    assert till.effect(held.result_id).state == "posted"


def test_a_row_cannot_change_a_hold_through_api_v1(till: World) -> None:
    flag(till, reqkind="HOLD")
    look(till)
    (held,) = asked(till)
    flag(till, "2", reqkind="ADJUST", paytrid=held.result_id, vaultid="", reqamt="800.00")
    look(till)
    assert says(till, "2")[2] == "Refused"
    assert at_paytrace(till) == [("authorization", "authorized", "740.00")]


def test_a_row_changes_the_held_amount_through_api_v3(till_v3: World) -> None:
    vault = test_holds.stored_in(till_v3)
    with tenant_transaction(till_v3.tenant.id):
        flagged.switch_on(connection_id=till_v3.gateway_id, actor=ACTOR)
    till_v3.work()
    flag(till_v3, reqkind="HOLD", vaultid=vault)
    look(till_v3)
    (held,) = asked(till_v3)
    flag(till_v3, "2", reqkind="ADJUST", paytrid=held.result_id, vaultid="", reqamt="800.00")
    flag(till_v3, "3", reqkind="ADJUST", paytrid=held.result_id, vaultid="", reqamt="9.00")
    look(till_v3)
    assert says(till_v3, "2")[2:4] == ("Done", held.result_id)
    assert says(till_v3, "3")[2] == "Refused"
    assert at_paytrace(till_v3) == [("authorization", "authorized", "800.00")]


def test_a_lost_answer_is_found_out_and_told(till: World) -> None:
    till.simulator.control("faults", kind="reply_lost", count=1, path_prefix=SALES, performed=True)
    flag(till)
    look(till)
    assert says(till) == ("Y", "", "Sending", "", "It is sent to PayTrace.")
    look_now(till)
    look(till)
    assert says(till)[:3] == ("", "1", "Done")
    assert at_paytrace(till) == [("sale", "pending_settlement", "740.00")]


def test_a_decline_is_told_and_a_row_in_use_is_waited_for(till: World) -> None:
    flag(till, reqamt="1.12", lckstat="Y")
    look(till)
    assert asked(till) == []
    change_row(till.sage_dsn, "1", lckstat="")
    look(till)
    assert says(till)[1:4] == ("1", "Declined", asked(till)[0].result_id)


_PAUSES = (10, 20, 40, 80, 160, 300)


def _again_now(world: World) -> None:
    """The pause of a row that was in use is over."""
    with tenant_transaction(world.tenant.id):
        Instruction.objects.exclude(sage_due_at=None).update(sage_due_at=Now())
    look(world)


def _waits(world: World, number: str, *, since: datetime) -> tuple[int, int]:
    """How often in a row a row was found in use, and the pause in seconds that was begun since
    then, however long ago that is; 0 for none."""
    with tenant_transaction(world.tenant.id):
        row = Instruction.objects.annotate(now=Now()).get(sage_row=number)
    if row.sage_due_at is None:
        return row.sage_waits, 0
    least, most = row.sage_due_at - row.now, row.sage_due_at - since
    (pause,) = (one for one in _PAUSES if least <= timedelta(seconds=one) <= most)
    return row.sage_waits, pause


def _moment(world: World) -> datetime:
    with tenant_transaction(world.tenant.id):
        row = Instruction.objects.annotate(now=Now()).first()
    assert row is not None
    now: datetime = row.now
    return now


def test_a_row_in_use_is_told_later_with_growing_pauses_and_holds_up_no_other(till: World) -> None:
    flag(till, reqamt="1500.00")
    look(till)
    change_row(till.sage_dsn, "1", lckstat="Y")
    (row,) = asked(till)
    boss, began = _approver(till), _moment(till)
    till.within(
        lambda: deciding.approve(
            instruction_id=row.id, environment_id=till.environment_id, who=boss
        )
    )
    assert [one.state for one in asked(till)] == ["done"]
    assert _waits(till, "1", since=began) == (1, 10)
    # Looked through again before its pause is over, it is left alone; others are told.
    flag(till, "2", reqamt="1.00")
    look(till)
    assert says(till, "2")[:3] == ("", "1", "Done")
    assert _waits(till, "1", since=began)[0] == 1
    for waits, pause in ((2, 20), (3, 40), (4, 80), (5, 160), (6, 300), (7, 300)):
        began = _moment(till)
        _again_now(till)
        assert _waits(till, "1", since=began) == (waits, pause)
    bell = DueWork.objects.get(kind="flagged", subject_id=till.company_id)
    assert bell.due_at is not None
    assert says(till)[:3] == ("Y", "", "Waiting")
    change_row(till.sage_dsn, "1", lckstat="")
    _again_now(till)
    assert says(till)[:4] == ("", "1", "Done", row_id(till, "1"))
    assert _waits(till, "1", since=began) == (0, 0)
    with tenant_transaction(till.tenant.id):
        assert InstructionAttempt.objects.filter(instruction=row).count() == 1


def row_id(world: World, number: str) -> str:
    """PayTrace's number of what the row asked for."""
    with tenant_transaction(world.tenant.id):
        return Instruction.objects.get(sage_row=number).result_id


def test_a_look_goes_through_all_that_is_flagged_in_several_turns(till: World) -> None:
    """Beyond what one turn reads a row is taken in, and one that is unflagged taken back."""
    many = flagged_pages.PAGE * flagged_pages.MOST_PAGES + 50
    for number in ("A1", "Z1"):
        flag(till, number, reqamt="1100.00")
    look(till)
    flag_many(till.sage_dsn, many, like="A1", prefix="M", lckstat="Y")
    flag(till, "Z2", reqamt="7.00")
    change_row(till.sage_dsn, "A1", reqflag="")
    look(till)
    assert [(one.sage_row, one.state) for one in asked(till)] == [
        ("A1", "cancelled"), ("Z1", "waiting_approval"), ("Z2", "done"),
    ]  # fmt: skip
    with tenant_transaction(till.tenant.id):
        turn = FlaggedLook.objects.get()
    assert (turn.began_at, turn.after) == (None, "")


def test_a_look_that_was_cut_short_goes_on_where_it_was(till: World) -> None:
    """What was seen before counts, and what is asked for meanwhile is not taken back by it."""
    for number in ("A1", "Z1"):
        flag(till, number, reqamt="1100.00")
    look(till)
    with tenant_transaction(till.tenant.id):
        sage_looks.begin(company_id=till.company_id)
        sage_looks.note_flagged(["A1"], accounts=[till.gateway_id])
        sage_looks.advance(company_id=till.company_id, after="A1")
    flag(till, "A0", reqamt="1.00")
    remove_row(till.sage_dsn, "Z1")
    look(till)
    assert [(one.sage_row, one.state) for one in asked(till)] == [
        ("A1", "waiting_approval"), ("Z1", "cancelled"),
    ]  # fmt: skip
    look(till)
    assert asked(till)[2].sage_row == "A0"


def test_what_a_row_cannot_be_told_is_shown_on_the_instruction(till: World) -> None:
    """The row is gone by then."""
    flag(till, reqamt="1500.00")
    look(till)
    (row,) = asked(till)
    remove_row(till.sage_dsn, "1")
    boss = _approver(till)
    till.within(
        lambda: deciding.approve(
            instruction_id=row.id, environment_id=till.environment_id, who=boss
        )
    )
    look(till)
    (row,) = asked(till)
    assert (row.state, row.told_sage) == ("done", "done")
    assert row.result["not_in_sage"] == "Sage has no row 1 any more (arpayrq)."


def test_switched_off_no_row_is_taken_in_but_results_are_told(till: World) -> None:
    flag(till, reqamt="1500.00")
    look(till)
    (row,) = asked(till)
    with tenant_transaction(till.tenant.id):
        flagged.switch_off(connection_id=till.gateway_id, actor=ACTOR)
        account = Connection.objects.get(id=till.gateway_id)
    assert not flagged.takes_rows(account)
    flag(till, "2")
    till.within(
        lambda: deciding.cancel(
            instruction_id=row.id, environment_id=till.environment_id,
            who=Who(ACTOR), reason="Not now",
        )
    )  # fmt: skip
    look(till)
    assert says(till) == ("", "1", "Cancelled", "", "Cancelled before it was sent. Not now")
    assert len(asked(till)) == 1
    assert says(till, "2")[0] == "Y"


def test_paid_after_all_puts_the_words_right(till: World) -> None:
    """The row was told that nothing was done, and PayTrace's answer came even later."""
    flag(till)
    look(till)
    (row,) = asked(till)
    with tenant_transaction(till.tenant.id):
        Instruction.objects.filter(id=row.id).update(told_sage="refused")
    change_row(till.sage_dsn, "1", reqstat="Refused", reqid="")
    look(till)
    assert says(till) == ("", "1", "Done", row.result_id, "740.00 USD was charged.")


def _approver(world: World) -> Who:
    user = factories.member(world.tenant, email="boss@example.com", role=Role.APPROVER)
    return Who(user.email, user.id)
