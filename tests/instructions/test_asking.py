"""Who may ask for what, how much, and who has to agree; no network."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections as database_connections

from integrations.canonical.money import Money
from integrations.instructions import deciding, operations, policies
from integrations.instructions.errors import KeyReused
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction
from integrations.instructions.operations import Taken
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tenants.errors import NotPossible
from tenants.models import AuditEvent, User
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


_MONTHLY, _LATER = Frequency.MONTHLY, date(2099, 1, 1)
CHARGE = Wish(Kind.CHARGE, amount=usd("400"), vault_id="ACME01", invoice_number="10432")


@pytest.fixture
def books(db: None) -> Books:
    """A company that allows 1,000 a person and 1,500 in all a day; 500 needs a second person."""
    made = factories.company()
    with tenant_transaction(made.tenant.id):
        policies.set_policy(
            environment_id=made.environment.id,
            user_daily_limit=usd("1000"),
            company_daily_limit=usd("1500"),
            approval_above=usd("500"),
            actor=made.owner.email,
        )
    return made


def who(user: User) -> Who:
    return Who(user.email, user.id)


def ask(books: Books, wish: Wish = CHARGE, *, key: str = "k1", by: Who | None = None) -> Taken:
    with tenant_transaction(books.tenant.id):
        return operations.ask(
            wish,
            environment_id=books.environment.id,
            connection_id=books.paytrace.id,
            idempotency_key=key,
            origin=Instruction.Origin.PERSON,
            who=by or who(books.owner),
        )


def refused(books: Books, **how: Any) -> str:
    with pytest.raises(NotPossible) as error:
        ask(books, **how)
    return error.value.sentence


def decide(books: Books, row: Instruction, deed: str, by: Who) -> str:
    """The state after somebody decided, or the sentence that refuses it."""
    reason = {} if deed == "approve" else {"reason": "Not this month"}
    place = {"instruction_id": row.id, "environment_id": books.environment.id}
    try:
        with tenant_transaction(books.tenant.id):
            done: Instruction = getattr(deciding, deed)(**place, who=by, **reason)
            return done.state
    except NotPossible as error:
        return error.sentence


def test_a_key_answers_the_same_instruction_and_never_another(books: Books) -> None:
    first = ask(books)
    assert (first.is_new, first.instruction.state) == (True, "ready")
    again = ask(books)
    assert (again.is_new, again.instruction.id) == (False, first.instruction.id)
    with pytest.raises(KeyReused, match="came before with other contents"):
        ask(books, replace(CHARGE, amount=usd("401")))
    assert refused(books, key="") == "An idempotency key is 1 to 200 printable ASCII characters."


def test_the_same_key_at_once_asks_once(books: Books) -> None:
    barrier, taken = Barrier(4), []

    def run() -> None:
        barrier.wait()
        try:
            taken.append(ask(books))
        finally:
            database_connections.close_all()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.is_new for one in taken) == [False, False, False, True]
    assert len({one.instruction.id for one in taken}) == 1


def test_nothing_goes_out_until_somebody_allows_it(books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        policies.turn_off(environment_id=books.environment.id, actor="alice")
    assert refused(books) == (
        "Payments from here are off. An owner can allow them, within limits, on the page Limits."
    )


def test_limits_hold_per_person_and_for_the_company(books: Books) -> None:
    bob = who(factories.member(books.tenant, email="bob@acme.example", role=Role.ACCOUNTANT))
    ask(books)
    ask(books, key="k2")
    assert refused(books, key="k3") == (
        "400.00 USD is above what alice@acme.example may still ask for today: "
        "200.00 USD of 1,000.00 USD."
    )
    ask(books, key="k4", by=bob)
    assert refused(books, key="k5", by=bob) == (
        "400.00 USD is above what the company may still ask for today: 300.00 USD of 1,500.00 USD."
    )
    with tenant_transaction(books.tenant.id):
        row = Instruction.objects.get(idempotency_key="k4")
    assert decide(books, row, "cancel", bob) == "cancelled"
    assert ask(books, key="k5", by=bob).is_new


def test_above_the_threshold_somebody_else_decides(books: Books) -> None:
    alice = who(books.owner)
    bob = who(factories.member(books.tenant, email="bob@acme.example", role=Role.ACCOUNTANT))
    carol = who(factories.member(books.tenant, email="carol@acme.example", role=Role.APPROVER))
    stranger = who(factories.person("mallory@elsewhere.example"))
    row = ask(books, replace(CHARGE, amount=usd("500.01"))).instruction
    assert row.state == "waiting_approval"
    only = "Only an approver or owner of the company can decide this."
    assert decide(books, row, "approve", bob) == only
    assert decide(books, row, "approve", stranger) == only
    assert decide(books, row, "approve", Who("Sage")) == only
    assert decide(books, row, "approve", alice) == (
        "Who asks for money to move cannot approve it. Somebody else has to decide."
    )
    assert decide(books, row, "approve", carol) == "ready"
    assert decide(books, row, "reject", carol) == (
        "This is ‘Ready to send’ and does not wait for approval any more."
    )
    with tenant_transaction(books.tenant.id):
        found = list(AuditEvent.objects.filter(subject_id=row.id).values_list("action", "actor"))
    assert found == [
        ("instruction.asked", "alice@acme.example"),
        ("instruction.approved", "carol@acme.example"),
    ]


def test_a_plan_is_weighed_by_all_its_payments(books: Books) -> None:
    plan = Wish(
        Kind.PLAN_CREATE, amount=usd("50"), vault_id="ACME01", frequency=_MONTHLY,
        start_on=_LATER, total_count=10,
    )  # fmt: skip
    assert ask(books, plan).instruction.state == "ready"
    assert ask(books, replace(plan, total_count=11), key="k2").instruction.state == (
        "waiting_approval"
    )
    endless = replace(plan, total_count=None)
    assert ask(books, endless, key="k3").instruction.state == "waiting_approval"


def test_what_is_asked_is_frozen_by_the_database(books: Books) -> None:
    row = ask(books).instruction
    with pytest.raises(Exception, match="permission denied"), tenant_transaction(books.tenant.id):
        Instruction.objects.filter(id=row.id).update(amount=Decimal(1))
