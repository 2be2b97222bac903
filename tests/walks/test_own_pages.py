"""A payment link on PayTrace's own page: made once, paid there, found by its number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from integrations import pipeline
from integrations.canonical.money import Money
from integrations.connections import notices
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import deciding, link_mail, links
from integrations.instructions.links import NewLink, Page
from integrations.instructions.models import Instruction, InstructionAttempt, PaymentLink
from integrations.instructions.policies import Who
from tenants.errors import NotPossible
from tenants.models import Membership, PayToken
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.paytrace.receiver import receiver
from tests.walks import test_instructions, test_instructions_v3
from tests.walks.test_payment_links import at_paytrace, look_now
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk
__all__ = ["till", "till_v1"]
till = test_instructions_v3.till
till_v1 = test_instructions.till

ALICE = Who("alice@example.com")
INVOICE = NewLink(
    "ACME01", Money(Decimal("740.00"), "USD"), invoice_number="10432", page=Page.PAYTRACE,
    email="ap@acme.example", is_mailed=True,
)  # fmt: skip


def made(world: World, new: NewLink = INVOICE, *, key: str = "form-1") -> PaymentLink:
    """A link, after a worker has had its turn."""

    row = world.within(lambda: make(world, new, key=key))
    assert isinstance(row, PaymentLink)
    assert row.state == "making"
    return again(world, row)


def make(world: World, new: NewLink = INVOICE, *, key: str = "form-1") -> PaymentLink:
    """Inside the company's transaction."""
    return links.make(
        new,
        environment_id=world.environment_id,
        connection_id=world.gateway_id,
        idempotency_key=key,
        who=ALICE,
    )


def calls(world: World) -> int:
    """How often PayTrace was told to make a page, in all tests so far."""
    found: int = world.simulator.look("calls")["calls"].get("/v3/invoice", 0)
    return found


def again(world: World, row: PaymentLink) -> PaymentLink:
    with tenant_transaction(world.tenant.id):
        return PaymentLink.objects.select_related("instruction").get(id=row.id)


def number_of(world: World, row: PaymentLink) -> str:
    with tenant_transaction(world.tenant.id):
        return InstructionAttempt.objects.get(instruction=row.instruction).invoice_id


def visit(world: World, address: str, card: str = "visa") -> int:
    return world.simulator.raw("POST", urlsplit(address).path, data={"card": card}).status_code


def pay(world: World, row: PaymentLink) -> str:
    """The customer pays on PayTrace's page; the number of the payment."""
    assert visit(world, row.page_address) == 200
    held = world.simulator.look("state", account=world.account)
    return str(held["accounts"][world.account]["transactions"][-1]["id"])


def cases(world: World) -> list[tuple[str, str]]:
    with tenant_transaction(world.tenant.id):
        rows = ExceptionCase.objects.filter(state="open").order_by("opened_at")
        return [(one.code, one.sentence) for one in rows]


def refusal(act: Any) -> tuple[str, str]:
    with pytest.raises(NotPossible) as refused:
        act()
    return refused.value.field, refused.value.sentence


def test_a_page_is_made_paid_and_posted_to_the_invoice(till: World) -> None:
    row = made(till)
    assert row.instruction is not None
    number = number_of(till, row)
    assert (row.state, row.instruction.kind, row.instruction.state, row.instruction.sentence) == (
        "open", "make_page", "done", f"PayTrace made its page under the number {number}.",
    )  # fmt: skip
    assert number.startswith("10432-T")
    assert row.page_address.startswith(till.simulator.url)
    assert not PayToken.objects.exists()
    assert row.page_address not in str((row.instruction.request, row.instruction.result))
    payment = pay(till, row)
    assert visit(till, row.page_address) == 200
    till.poll()
    effect = till.effect(payment)
    assert (effect.state, effect.customer_number) == ("posted", "ACME01")
    assert till.changed().changed["armast"]["10432"]["balance"] == ("740.0000", "")
    row = again(till, row)
    assert row.instruction is not None
    assert (row.state, row.transaction_id, row.instruction.result_id) == ("paid", payment, payment)
    assert at_paytrace(till) == [("pending_settlement", "740.00")]


def test_the_silent_post_is_a_hint_that_is_asked_about(till: World, settings: Any) -> None:
    with receiver() as hook:
        settings.PORTAL_URL = hook.url
        row = made(till)
        payment = pay(till, row)
        (post,) = hook.wait_for(1)
    with tenant_transaction(till.tenant.id):
        path = notices.address_of(row.id, connection_id=till.gateway_id).reveal()
    form = "application/x-www-form-urlencoded"
    wrong = Client().post(path[:-1] + "x", data=post.body, content_type=form)
    right = Client().post(path, data=post.body, content_type=form)
    assert (wrong.status_code, right.status_code) == (401, 202)
    assert again(till, row).state == "open"
    till.work()
    assert again(till, row).state == "paid"
    assert till.effect(payment).state == "posted"


def test_a_refused_card_leaves_the_link_open(till: World) -> None:
    row = made(till)
    assert visit(till, row.page_address, card="declined") == 402
    till.poll()
    assert again(till, row).state == "open"
    pay(till, row)
    till.poll()
    assert again(till, row).state == "paid"


def test_what_comes_after_it_was_cancelled_goes_to_a_person(till: World) -> None:
    row = made(till)
    with tenant_transaction(till.tenant.id):
        links.cancel(link_id=row.id, environment_id=till.environment_id, who=ALICE)
    payment = pay(till, row)
    till.poll()
    told = (
        "It came by a payment link that asked ACME01 for 740.00 USD, and that had been cancelled "
        "by alice@example.com. PayTrace’s own page cannot be taken back."
    )
    assert cases(till) == [("link_used_up", told)]
    assert till.changed_tables() == []
    row = again(till, row)
    assert (row.state, row.transaction_id) == ("cancelled", payment)
    effect_id = till.effect(payment).id
    till.within(lambda: pipeline.retry(effect_id=effect_id, actor="alice@example.com"))
    assert till.effect(payment).state == "posted"
    assert till.changed().changed["armast"]["10432"]["balance"] == ("740.0000", "")


@pytest.mark.parametrize("is_told_between", [True, False])
def test_a_second_payment_of_one_page_goes_to_a_person(
    till: World, *, is_told_between: bool
) -> None:
    row = made(till, replace(INVOICE, invoice_number=""))
    first = pay(till, row)
    if is_told_between:
        till.poll()
    second = till.pay(amount="740.00", invoice_id=number_of(till, row))
    till.poll()
    asked = dict(cases(till))
    assert set(asked) == {"invoice_not_found", "link_used_up"}
    assert asked["link_used_up"] == (
        "A payment link that asked ACME01 for 740.00 USD was paid before, by payment "
        f"{first}. This is a second payment on the same page of PayTrace."
    )
    assert again(till, row).transaction_id == first
    assert till.effect(second).state == "parked"


def test_the_number_of_a_page_beside_a_smaller_amount_pays_no_link(till: World) -> None:
    """Whoever opens the page reads its number, and may type it where the merchant takes any."""
    row = made(till)
    small = till.pay(amount="1.00", invoice_id=number_of(till, row))
    till.poll()
    told = (
        "It carries the number of a payment link that asks ACME01 for 740.00 USD, and is not that. "
        "PayTrace’s own page takes no other amount, so it was paid elsewhere; the link is not paid "
        "by it."
    )
    assert cases(till) == [("link_used_up", told)]
    assert (again(till, row).state, again(till, row).transaction_id) == ("open", "")
    assert till.effect(small).state == "parked"
    payment = pay(till, row)
    till.poll()
    assert (again(till, row).state, again(till, row).transaction_id) == ("paid", payment)
    assert till.effect(payment).state == "posted"


@pytest.mark.parametrize("kind", ["reply_lost", "offline"])
def test_a_lost_answer_goes_to_a_person_and_is_never_sent_again(till: World, kind: str) -> None:
    performed = kind == "reply_lost"
    fault = {"kind": kind, "performed": performed}
    till.simulator.control("faults", count=1, path_prefix="/v3/invoice", **fault)
    before = calls(till)
    row = made(till)
    number = number_of(till, row)
    look_now(till)
    row = again(till, row)
    assert row.instruction is not None
    assert (row.state, row.instruction.state) == ("making", "unknown")
    assert f"Look in PayTrace for an invoice numbered {number}" in row.instruction.sentence
    assert refusal(lambda: made(till, key="form-2"))[1].startswith(
        "A link that asks ACME01 for 10432 is open already."
    )
    assert calls(till) == before + 1
    eve = Who("eve@example.com", _approver(till))

    def say() -> Instruction:
        return deciding.say_what_happened(
            instruction_id=row.instruction_id, environment_id=till.environment_id, who=eve,  # type: ignore[arg-type]
            happened=performed, reason="Looked in PayTrace",
        )  # fmt: skip

    till.within(say)
    row = again(till, row)
    if performed:
        assert (row.state, row.page_address) == ("open", "")
        till.pay(amount="740.00", invoice_id=number)
        till.poll()
        assert again(till, row).state == "paid"
    else:
        assert (row.state, row.ended_by) == ("cancelled", "PayTrace, which did not make its page")
        assert made(till, key="form-3").state == "open"


def test_whoever_pays_on_it_shows_that_it_was_made(till: World) -> None:
    till.simulator.control(
        "faults", kind="reply_lost", performed=True, count=1, path_prefix="/v3/invoice"
    )
    row = made(till)
    payment = till.pay(amount="740.00", invoice_id=number_of(till, row))
    till.poll()
    row = again(till, row)
    assert row.instruction is not None
    assert (row.state, row.transaction_id, row.instruction.state) == ("paid", payment, "done")
    assert till.effect(payment).state == "posted"


def test_what_paytrace_refuses_ends_the_link(till: World) -> None:
    user = {"username": f"api-{till.account}", "password": "right-password", "sale_ceiling": "100"}
    till.simulator.control("accounts", account=till.account, merchant_id=till.account, users=[user])
    row = made(till)
    assert row.instruction is not None
    assert (row.state, row.instruction.state) == ("cancelled", "refused")
    assert row.instruction.sentence.startswith("The PayTrace user is not allowed to do this.")


def test_it_ends_with_its_last_day_also_before_paytrace_was_told(till: World) -> None:
    before = calls(till)
    with tenant_transaction(till.tenant.id):
        row = make(till, replace(INVOICE, days=1))
    with time_machine.travel(NOON + timedelta(days=1, minutes=5), tick=True):
        link_mail.tend(tenant_id=till.tenant.id)
        till.wait_over()
        row = again(till, row)
        assert row.instruction is not None
        assert (row.state, row.instruction.state, row.instruction.sentence) == (
            "expired", "refused", "The link had ended before PayTrace was told. Nothing was made.",
        )  # fmt: skip
    assert calls(till) == before


def test_one_that_is_taken_back_before_it_was_told_is_over(till: World) -> None:
    before = calls(till)
    with tenant_transaction(till.tenant.id):
        row = make(till)
        assert row.instruction_id is not None
        deciding.cancel(
            instruction_id=row.instruction_id, environment_id=till.environment_id, who=ALICE,
            reason="A slip",
        )  # fmt: skip
    till.work()
    assert (again(till, row).state, calls(till)) == ("cancelled", before)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": None, "invoice_number": ""}, "page"),
        ({"may_keep": True}, "may_keep"),
        ({"email": ""}, "email"),
        ({"customer_number": " "}, "customer_number"),
    ],
)
def test_what_such_a_page_cannot_do_is_said_and_makes_nothing(
    till: World, changes: dict[str, Any], field: str
) -> None:
    assert refusal(lambda: made(till, replace(INVOICE, **changes)))[0] == field
    with tenant_transaction(till.tenant.id):
        assert not PaymentLink.objects.exists()
        assert not Instruction.objects.exists()


def test_an_account_of_v1_makes_none(till_v1: World) -> None:
    field, sentence = refusal(lambda: made(till_v1))
    assert field == "page"
    assert sentence.endswith(
        "uses PayTrace’s API v1, which makes no page of PayTrace’s own. Connect the account by "
        "API v3, or let the customer pay on Tieout’s page."
    )


def _approver(world: World) -> Any:
    user = factories.member(world.tenant, email="eve@example.com", role=Role.OWNER)
    assert Membership.objects.filter(user=user).exists()
    return user.id
