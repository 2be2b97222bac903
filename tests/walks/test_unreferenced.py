"""Money for a stored card of no earlier payment: approved by another, made once, and in Sage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations import pipeline
from integrations.canonical.transactions import TransactionState
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import deciding, kept_cards
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionAttempt, StoredPaymentMethod
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from portal.web.decisions import evidence_lines
from tenants.errors import NotPossible
from tenants.models import Membership
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.walks import test_holds, test_instructions_v3
from tests.walks.test_instructions import (
    _make_older,
    again,
    ask,
    at_paytrace,
    look_now,
    till,
    usd,
)
from tests.walks.world import World

pytestmark = pytest.mark.walk
__all__ = ["till", "till_v3"]
till_v3 = test_instructions_v3.till

REFUND = Wish(
    Kind.REFUND_CUSTOMER,
    amount=usd("100.00"),
    vault_id="ACME01",
    customer_number="ACME01",
    invoice_number="10432",
    description="Goodwill for the late truck",
)
ASKED = (
    "100.00 USD went to a stored card of ACME01, of no earlier payment, naming 10432. "
    "alice@example.com asked for it and carol@example.com approved: ‘Goodwill for the late "
    "truck’. Nothing of it is in Sage yet."
)
PATH = "/v1/transactions/refund/to_customer"


def store(world: World, vault_id: str = "ACME01") -> None:
    with tenant_transaction(world.tenant.id):
        StoredPaymentMethod.objects.create(
            environment_id=world.environment_id, connection_id=world.gateway_id,
            vault_id=vault_id, customer_number="ACME01", brand="visa", last_four="5439",
            stored_by="alice@example.com",
        )  # fmt: skip


@pytest.fixture
def shop(till: World) -> World:
    store(till)
    return till


def approved(world: World, row: Instruction) -> Instruction:
    """Carol approves, and the workers work."""
    carol = factories.person("carol@example.com")
    with tenant_transaction(world.tenant.id):
        Membership.objects.create(tenant=world.tenant, user=carol, role=Role.APPROVER)
        deciding.approve(
            instruction_id=row.id, environment_id=world.environment_id,
            who=Who(carol.email, carol.id),
        )  # fmt: skip
    world.work()
    return again(world, row)


def case(world: World) -> ExceptionCase:
    with tenant_transaction(world.tenant.id):
        return ExceptionCase.objects.select_related("effect").get(resolved_at=None)


def paid_and_settled(world: World) -> str:
    """A payment of 740.00 for invoice 10432, in Sage."""
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01")
    world.notify(paid)
    world.work()
    world.simulator.control("settle", account=world.account)
    return paid


def states(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["amount"]) for one in world.effects()]


def test_it_is_approved_made_once_and_taken_from_the_payment_that_a_person_chooses(
    shop: World,
) -> None:
    paid = paid_and_settled(shop)
    row = ask(shop, REFUND)
    assert row.state == "waiting_approval"
    done = approved(shop, row)
    assert (done.state, done.sentence) == (
        "done", "100.00 USD was refunded to the stored card, of no earlier payment.",
    )  # fmt: skip
    shop.poll()
    assert states(shop) == [("sale", "posted", "740.00"), ("refund", "parked", "100.00")]
    open_one = case(shop)
    assert (open_one.code, open_one.sentence) == ("refund_without_payment", ASKED)
    assert evidence_lines(open_one) == [f"Payment {paid} of 2026-11-20 for 10432: 740.00 USD."]
    with tenant_transaction(shop.tenant.id):
        pipeline.choose_payment(
            effect_id=open_one.effect_id, payment_id=paid, actor="bob", reason="Late truck"
        )
    shop.work()
    assert states(shop) == [("sale", "posted", "740.00"), ("refund", "posted", "100.00")]
    assert shop.open_cases() == []
    assert shop.ledger() == [
        ("1105-00", "740.00", "0.00"),
        ("1200-00", "0.00", "740.00"),
        ("1105-00", "0.00", "100.00"),
        ("1200-00", "100.00", "0.00"),
    ]
    receipts = [(one["invno"].strip(), one["paidamt"]) for one in shop.changed().added["arcash"]]
    assert sorted(receipts) == [("10432", "-100.0000"), ("10432", "740.0000")]


def test_what_it_gave_back_of_a_payment_cannot_be_given_back_again(shop: World) -> None:
    """PayTrace ties it to no payment and would refund all of that once more."""
    paid = paid_and_settled(shop)
    approved(shop, ask(shop, REFUND))
    shop.poll()
    open_one = case(shop)
    with tenant_transaction(shop.tenant.id):
        pipeline.choose_payment(
            effect_id=open_one.effect_id, payment_id=paid, actor="bob", reason="Late truck"
        )
    shop.work()
    back = Wish(Kind.GIVE_BACK, amount=usd("740.00"), transaction_id=paid)
    over = ask(shop, back, key="over")
    assert (over.state, over.sentence) == (
        "refused", "Only 640.00 USD of this payment is left to give back.",
    )  # fmt: skip
    assert ask(shop, replace(back, amount=usd("240.00")), key="some").state == "done"
    # Of what was given back here, nothing counts twice once PayTrace has told it.
    shop.poll()
    assert ask(shop, replace(back, amount=usd("400.00")), key="rest").state == "done"
    assert [one[2] for one in at_paytrace(shop) if one[0] == "refund"] == [
        "100.00", "240.00", "400.00",
    ]  # fmt: skip


def test_what_the_payer_took_back_by_a_dispute_is_not_given_back_besides(shop: World) -> None:
    paid = paid_and_settled(shop)
    shop.chargeback(paid, "opened", on="2026-12-03")
    back = Wish(Kind.GIVE_BACK, amount=usd("740.00"), transaction_id=paid)
    both = ask(shop, back, key="both")
    assert (both.state, both.sentence) == (
        "refused", "All of this payment was given or taken back already.",
    )  # fmt: skip
    shop.chargeback(paid, "won", on="2026-12-17")
    assert ask(shop, back, key="won").state == "done"
    assert [one[2] for one in at_paytrace(shop) if one[0] == "refund"] == ["740.00"]


def test_a_dispute_counts_before_sage_could_be_told_of_it(shop: World) -> None:
    """Sage is away, so no walk has tied the case to its payment yet."""
    paid = paid_and_settled(shop)
    with shop.sage_away():
        shop.chargeback(paid, "opened", on="2026-12-03")
        back = Wish(Kind.GIVE_BACK, amount=usd("740.00"), transaction_id=paid)
        assert ask(shop, back, key="away").sentence == (
            "All of this payment was given or taken back already."
        )
    assert [one[0] for one in at_paytrace(shop)] == ["sale"]


def test_it_is_approved_by_another_whatever_the_amount_and_counts_for_the_day(
    shop: World,
) -> None:
    cent = ask(shop, replace(REFUND, amount=usd("0.01")))
    assert cent.state == "waiting_approval"
    with tenant_transaction(shop.tenant.id), pytest.raises(NotPossible, match="Only an approver"):
        deciding.approve(
            instruction_id=cent.id, environment_id=shop.environment_id,
            who=Who("alice@example.com"),
        )  # fmt: skip
    with pytest.raises(NotPossible, match="is above what alice"):
        ask(shop, replace(REFUND, amount=usd("3000.00")), key="k2")
    assert at_paytrace(shop) == []


def test_a_lost_answer_is_found_by_its_invoice_id_and_the_case_knows_who_asked(
    shop: World,
) -> None:
    shop.simulator.control("faults", kind="reply_lost", count=1, path_prefix=PATH, performed=True)
    row = approved(shop, ask(shop, REFUND))
    assert row.state == "unknown"
    # The look through PayTrace's list is quicker than the one for the answer.
    shop.poll()
    assert case(shop).sentence == ASKED
    look_now(shop)
    assert again(shop, row).state == "done"
    assert at_paytrace(shop) == [("refund", "pending_settlement", "100.00")]


def test_what_never_arrived_is_said_and_found_late(shop: World, superuser_url: str) -> None:
    shop.simulator.control("faults", kind="offline", count=1, path_prefix=PATH)
    row = approved(shop, ask(shop, REFUND))
    _make_older(superuser_url, hours=25)
    look_now(shop)
    ended = again(shop, row)
    assert (ended.state, ended.code, at_paytrace(shop)) == (
        "refused", "paytrace.never_arrived", []
    )  # fmt: skip
    with tenant_transaction(shop.tenant.id):
        attempt = InstructionAttempt.objects.get()
    late = shop.pay(amount="100.00", type="refund", invoice_id=attempt.invoice_id)
    shop.poll()
    corrected = again(shop, row)
    assert (corrected.state, corrected.result_id) == ("done", late)
    assert corrected.sentence == (
        "100.00 USD was refunded to the stored card, of no earlier payment. PayTrace’s record of "
        "it came late."
    )
    assert case(shop).sentence == ASKED


def test_who_may_not_is_told_what_to_ask_paytrace_for(shop: World) -> None:
    shop.simulator.control(
        "accounts", account=shop.account, merchant_id=shop.account,
        users=[{"username": f"api-{shop.account}", "password": "right-password",
                "permissions": ["sale", "refund", "export", "batches"]}],
    )  # fmt: skip
    row = approved(shop, ask(shop, REFUND))
    assert row.state == "refused"
    assert "support to allow unreferenced refunds for the account" in row.sentence


def test_only_a_card_that_is_known_as_the_customers_is_refunded(shop: World) -> None:
    for wrong in (replace(REFUND, vault_id="HAVEN"), replace(REFUND, customer_number="ZENITH")):
        with pytest.raises(NotPossible) as error:
            ask(shop, wrong)
        assert error.value.field == "vault_id"
    with pytest.raises(NotPossible, match="needs a reason"):
        ask(shop, replace(REFUND, description=""))


def test_a_card_that_is_said_to_be_anothers_meanwhile_is_not_refunded(shop: World) -> None:
    row = ask(shop, REFUND)
    with tenant_transaction(shop.tenant.id):
        kept_cards.assign(
            method_id=StoredPaymentMethod.objects.get().id, environment_id=shop.environment_id,
            customer_number="ZENITH", actor="alice@example.com",
        )  # fmt: skip
    with pytest.raises(NotPossible, match="No stored card under this id is ACME01’s"):
        approved(shop, row)
    shop.work()
    assert (again(shop, row).state, at_paytrace(shop)) == ("waiting_approval", [])


def test_another_refund_without_a_payment_goes_the_way_it_always_did(shop: World) -> None:
    shop.pay(amount="55.00", type="refund", invoice_id="10432", state="settled")
    shop.poll()
    assert shop.open_cases() == ["parent_not_found"]


def test_api_v3_is_believed_to_have_made_none_only_after_a_day(
    till_v3: World, superuser_url: str
) -> None:
    """Its real-time lists are of payments; a refund of none may stand in the export alone."""
    vault_id = test_holds.stored_in(till_v3)
    store(till_v3, vault_id)
    path = "/v3/card/batch/transactions"
    till_v3.simulator.control("faults", kind="offline", count=1, path_prefix=path)
    row = approved(till_v3, ask(till_v3, replace(REFUND, vault_id=vault_id)))
    _make_older(superuser_url, hours=23)
    look_now(till_v3)
    assert again(till_v3, row).state == "unknown"
    _make_older(superuser_url, hours=2)
    look_now(till_v3)
    assert again(till_v3, row).code == "paytrace.never_arrived"


def test_api_v3_makes_it_by_a_batch_of_one(till_v3: World) -> None:
    vault_id = test_holds.stored_in(till_v3)
    store(till_v3, vault_id)
    path = "/v3/card/batch/transactions"
    till_v3.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix=path, performed=True
    )
    row = approved(till_v3, ask(till_v3, replace(REFUND, vault_id=vault_id)))
    assert row.state == "unknown"
    look_now(till_v3)
    assert again(till_v3, row).state == "done"
    assert at_paytrace(till_v3) == [("refund", TransactionState.PENDING_SETTLEMENT, "100.00")]
    till_v3.poll()
    assert case(till_v3).code == "refund_without_payment"
