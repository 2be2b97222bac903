"""A person says what became of an instruction that nobody else can find out about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrations.instructions import deciding, protocol, sending
from integrations.instructions.kinds import Kind
from integrations.instructions.models import (
    Instruction,
    InstructionAttempt,
    RecurringPlan,
    StoredPaymentMethod,
)
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tenants.errors import NotPossible
from tenants.models import AuditEvent
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.instructions.test_asking import CHARGE, ask, books, usd, who

__all__ = ["books"]
PLAN = Wish(
    Kind.PLAN_CREATE, amount=usd("10"), vault_id="ACME01", frequency=Frequency.MONTHLY,
    start_on=date(2099, 1, 1), total_count=6,
)  # fmt: skip


@pytest.fixture
def boss(books: Books) -> Who:
    return who(factories.member(books.tenant, email="boss@acme.example", role=Role.APPROVER))


def unknown(books: Books, wish: Wish = CHARGE) -> Instruction:
    """An instruction that PayTrace was told and gave no answer to."""
    ask(books, wish)
    return _unanswered(books)


def _unanswered(books: Books) -> Instruction:
    with tenant_transaction(books.tenant.id):
        claimed = protocol.claim_ready(connection_id=books.paytrace.id)
        assert claimed is not None
        told = protocol.intend(claimed, gateway_day=date(2026, 11, 20))
        assert told is not None
        protocol.record(told, sending.unknown("PayTrace did not answer.", code="lost"))
        return Instruction.objects.get()


def say(books: Books, row: Instruction, by: Who, **told: Any) -> Instruction:
    with tenant_transaction(books.tenant.id):
        return deciding.say_what_happened(
            instruction_id=row.id, environment_id=books.environment.id, who=by,
            **{"happened": True, "result_id": "105", "reason": "Seen in PayTrace", **told},
        )  # fmt: skip


def refused(books: Books, row: Instruction, by: Who, **told: Any) -> str:
    with pytest.raises(NotPossible) as error:
        say(books, row, by, **told)
    return error.value.sentence


def test_it_was_done(books: Books, boss: Who) -> None:
    done = say(books, unknown(books), boss)
    assert (done.state, done.result_id, done.decided_by, done.reason) == (
        "done", "105", "boss@acme.example", "Seen in PayTrace",
    )  # fmt: skip
    assert done.sentence == "boss@acme.example looked in PayTrace: it was done."
    with tenant_transaction(books.tenant.id):
        attempt = InstructionAttempt.objects.get()
        said = AuditEvent.objects.get(action="instruction.said_what_happened")
    assert (attempt.outcome, attempt.ended_at is None) == ("done", False)
    assert (said.actor, said.details["reason"]) == ("boss@acme.example", "Seen in PayTrace")


def test_nothing_was_done(books: Books, boss: Who) -> None:
    """It ends, and is never sent again."""
    ended = say(books, unknown(books), boss, happened=False, result_id="")
    assert (ended.state, ended.code) == ("refused", "instruction.said_by_person")
    assert ended.sentence == "boss@acme.example looked in PayTrace: nothing was done."
    with tenant_transaction(books.tenant.id):
        assert protocol.claim_ready(connection_id=books.paytrace.id) is None
        assert protocol.claim_open(connection_id=books.paytrace.id) is None


def test_a_plan_that_was_made_is_kept(books: Books, boss: Who) -> None:
    assert say(books, unknown(books, PLAN), boss, result_id="77").state == "done"
    with tenant_transaction(books.tenant.id):
        plan = RecurringPlan.objects.get()
    assert (plan.recurrence_id, plan.state, plan.total_count) == ("77", "active", 6)


def test_a_card_that_was_stored_can_be_charged(books: Books, boss: Who) -> None:
    wish = Wish(Kind.STORE_CUSTOMER, customer_number="ACME01", transaction_id="79388123")
    done = say(books, unknown(books, wish), boss, result_id=" ACME01-2Q9ABCDE ")
    assert (done.state, done.result_id) == ("done", "ACME01-2Q9ABCDE")
    with tenant_transaction(books.tenant.id):
        card = StoredPaymentMethod.objects.get()
    assert (card.vault_id, card.customer_number, card.last_four) == (
        "ACME01-2Q9ABCDE", "ACME01", "",
    )  # fmt: skip


def test_only_somebody_else_who_may_approve_says_so_in_full(books: Books, boss: Who) -> None:
    row = unknown(books)
    viewer = who(factories.member(books.tenant, email="bob@acme.example", role=Role.VIEWER))
    assert refused(books, row, who(books.owner)).startswith("Who asks for money to move cannot")
    assert refused(books, row, viewer).startswith("Only an approver or owner")
    assert refused(books, row, boss, result_id=" ") == "Give PayTrace’s id of what was made."
    assert refused(books, row, boss, reason="").startswith("Say why")
    with tenant_transaction(books.tenant.id):
        assert Instruction.objects.get().state == "unknown"


@pytest.mark.parametrize("text", ["7" * 65, "7\x007"])
def test_what_can_be_no_id_of_paytraces_is_refused(books: Books, boss: Who, text: str) -> None:
    told = (
        "An id of PayTrace’s has at most 64 characters, none of them invisible. Copy it from "
        "PayTrace."
    )
    assert refused(books, unknown(books, PLAN), boss, result_id=text) == told
    with tenant_transaction(books.tenant.id):
        assert not RecurringPlan.objects.exists()


def test_what_is_known_already_is_not_said_again(books: Books, boss: Who) -> None:
    row = ask(books).instruction
    assert refused(books, row, boss) == "This is ‘Ready to send’: there is nothing to find out."
    unknown_row = say(books, _unanswered(books), boss)
    assert refused(books, unknown_row, boss) == "This is ‘Done’: there is nothing to find out."
