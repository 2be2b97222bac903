"""What PayTrace is asked by programs: once, within limits, approved by somebody else."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.canonical.money import Money
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import policies
from integrations.instructions.models import Instruction, RecurringPlan, StoredPaymentMethod
from tenants import operations as tenants
from tenants.models import Membership
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.api.conftest import MakeProgram, Program

CHARGE = {
    "kind": "charge",
    "amount": "400.00",
    "vault_id": "ACME01",
    "customer_number": "ACME01",
    "invoice_number": "10432",
    "description": "Order 17",
}
_A_CARD = "This holds what looks like a card number, and those never enter Tieout."


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


@pytest.fixture
def till(books: Books) -> Books:
    """1,000 a person or key, 1,500 in all a day; above 500 somebody else approves."""
    with tenant_transaction(books.tenant.id):
        policies.set_policy(
            environment_id=books.environment.id,
            user_daily_limit=usd("1000"),
            company_daily_limit=usd("1500"),
            approval_above=usd("500"),
            actor=books.owner.email,
        )
    return books


def ask(program: Program, key: str = "one", **changes: Any) -> Any:
    body = {name: value for name, value in (CHARGE | changes).items() if value is not None}
    return program.post("instructions", body, **{"Idempotency-Key": key})


def error(answer: Any) -> tuple[int, str, str]:
    told = answer.json()["error"]
    return answer.status_code, told["field"], told["message"]


def rows(books: Books) -> int:
    with tenant_transaction(books.tenant.id):
        return Instruction.objects.count()


@pytest.fixture
def second(till: Books) -> Program:
    """A key that may only approve, made by another owner."""
    owner = factories.member(till.tenant, email="olga@acme.example", role=Role.OWNER)
    with tenant_transaction(till.tenant.id):
        _, plain = tenants.create_api_key(
            environment_id=till.environment.id,
            name="Treasury",
            scopes=["instructions:read", "instructions:approve"],
            created_by=owner,
        )
    return Program(plain)


def test_a_charge_is_told_whole(program: Program, till: Books) -> None:
    answer = ask(program)
    told = dict(answer.json())
    for name in ("asked_at", "state_since"):
        assert datetime.fromisoformat(told.pop(name)).tzinfo is not None
    assert told.pop("asked_by").startswith("API key Shop …")
    with tenant_transaction(till.tenant.id):
        row = Instruction.objects.get()
    assert (answer.status_code, told) == (
        201,
        {
            "id": str(row.id),
            "kind": "charge",
            "state": "ready",
            "sentence": "It is sent to PayTrace in a moment.",
            "reason_code": "",
            "is_ended": False,
            "connection_id": str(till.paytrace.id),
            "amount": "400.00",
            "currency": "USD",
            "customer_number": "ACME01",
            "invoice_number": "10432",
            "vault_id": "ACME01",
            "transaction_id": "",
            "plan_id": None,
            "description": "Order 17",
            "origin": "api",
            "idempotency_key": "one",
            "decided_by": "",
            "decided_at": None,
            "decision_reason": "",
            "next_try_at": None,
            "result": {"id": "", "way": "", "approval_code": "", "last_four": "", "message": ""},
            "attempts": [],
            "payment_ids": [],
        },
    )
    assert program.get(f"instructions/{row.id}").json() == answer.json()
    assert row.asked_by_user_id == till.owner.id


def test_a_key_answers_the_same_for_ever_and_another_request_is_refused(
    program: Program, till: Books, make_program: MakeProgram
) -> None:
    first, again = ask(program), ask(program)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert error(ask(program, amount="401.00")) == (
        409,
        "Idempotency-Key",
        "This Idempotency-Key came before with another request.",
    )
    # A key that replaced the first one asks again what the first one asked, and once only.
    renewed = make_program(till)
    assert ask(renewed).json()["id"] == first.json()["id"]
    refused = ask(make_program(till), amount="401.00")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "idempotency_key_reused"
    assert rows(till) == 1


def test_it_needs_an_idempotency_key(program: Program, till: Books) -> None:
    assert error(program.post("instructions", CHARGE)) == (
        400,
        "Idempotency-Key",
        "This request needs an Idempotency-Key, so that asking twice moves money once.",
    )
    assert rows(till) == 0


@pytest.mark.parametrize("key", ["link:5f0b7a2e:1", "sage:01:7:1"])
def test_a_key_that_begins_as_our_own_do_is_refused(
    program: Program, till: Books, key: str
) -> None:
    """It would keep the link from being paid, or the row from being asked for."""
    assert error(ask(program, key)) == (
        400, "Idempotency-Key", "Keys that begin with link: or sage: are Tieout's own."
    )  # fmt: skip
    assert rows(till) == 0


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"kind": "gift"}, "kind", "\"gift\" is not a valid choice."),
        ({"amount": ""}, "amount", "‘Charge’ needs an amount."),
        ({"amount": "-1.00"}, "amount", "The amount -1.00 USD is not above zero."),
        ({"amount": "1.005"}, "amount", "1.005 has more decimals than USD allows."),
        ({"amount": "much"}, "amount", "'much' is not an amount such as 740.00."),
        ({"amount": 1.5}, "amount", "Write the amount as text, such as \"740.00\"."),
        ({"currency": "usd"}, "currency", "'usd' is not a currency code such as USD."),
        ({"transaction_id": "79388123"}, "transaction_id",
         "What to charge is named twice: a stored payment method and a payment."),
        ({"invoice_number": "1" * 21}, "invoice_number",
         "The invoice number is longer than 20 characters."),
        ({"description": "4012 0000 9876 5439"}, "description",
         _A_CARD),
        ({"card_number": "4012000098765439"}, "card_number", _A_CARD),
        ({"card": "Visa"}, "card", "This field is not known here."),
        ({"kind": "plan_create", "invoice_number": "", "start_on": "2020-01-31",
          "frequency": "monthly"},
         "start_on",
         "A recurring payment cannot begin on 31 January 2020: that is not after today."),
    ],
)  # fmt: skip
def test_bad_input_names_its_field_and_asks_nothing(
    program: Program, till: Books, changes: dict[str, Any], field: str, sentence: str
) -> None:
    assert error(ask(program, **changes)) == (400, field, sentence)
    assert rows(till) == 0


def test_what_does_not_fit_is_refused_in_a_sentence(
    program: Program, till: Books, foreign: Books
) -> None:
    absent = "00000000-0000-7000-8000-000000000000"
    nowhere = "There is no such PayTrace account in this environment."
    for connection_id in (str(foreign.paytrace.id), str(till.sage.id), absent):
        answer = ask(program, connection_id=connection_id)
        assert error(answer) == (409, "connection_id", nowhere)
    with tenant_transaction(foreign.tenant.id):
        theirs = factories.instructed(foreign).plan_id
    for plan_id in (str(theirs), absent):
        body = {"kind": "plan_pause", "plan_id": plan_id}
        answer = program.post("instructions", body, **{"Idempotency-Key": "pause"})
        assert error(answer) == (409, "plan_id", "There is no such recurring plan.")
    assert error(ask(program, currency="EUR"))[:2] == (409, "amount")
    with tenant_transaction(till.tenant.id):
        factories.paytrace_account(till.environment, name="Second till", posts_to=till.sage)
    several = ask(program)
    assert error(several) == (
        409, "connection_id", "This environment has several PayTrace accounts."
    )  # fmt: skip
    assert ask(program, connection_id=str(till.paytrace.id)).status_code == 201


def test_every_kind_can_be_asked_for(program: Program, till: Books) -> None:
    with tenant_transaction(till.tenant.id):
        till.paytrace.settings = {**till.paytrace.settings, "api_version": "v1"}
        till.paytrace.save(update_fields=["settings"])
        plan = RecurringPlan.objects.create(
            environment=till.environment, connection=till.paytrace, recurrence_id="77",
            vault_id="ACME01", customer_number="ACME01", amount=Decimal(10), currency="USD",
            frequency="3", counts_from=factories.at("2026-12-01 12:00").date(),
        )  # fmt: skip
    bodies: list[dict[str, Any]] = [
        {"kind": "charge", "amount": "1.00", "transaction_id": "79388123"},
        {"kind": "give_back", "amount": "1.00", "transaction_id": "79388123"},
        {"kind": "hold", "amount": "1.00", "vault_id": "ACME01"},
        {"kind": "capture", "amount": "1.00", "transaction_id": "79388124"},
        {"kind": "send_receipt", "transaction_id": "79388123", "email": "ap@acme.example"},
        {"kind": "add_level_three", "transaction_id": "79388123",
         "level_three": {"items": [{
             "description": "Bolts", "product_id": "B-7", "quantity": "2", "unit_of_measure": "EA",
             "unit_cost": "4.00", "amount": "8.00"}]}},
        {"kind": "store_customer", "customer_number": "ACME01", "transaction_id": "79388123"},
        {"kind": "forget_customer", "vault_id": "ACME01-OLD"},
        {"kind": "plan_create", "amount": "1.00", "vault_id": "ACME01", "frequency": "monthly",
         "start_on": "2099-01-31", "total_count": 3},
        {"kind": "plan_change", "plan_id": str(plan.id), "amount": "12.00"},
    ]  # fmt: skip
    found = []
    for number, body in enumerate(bodies):
        answer = program.post("instructions", body, **{"Idempotency-Key": f"k{number}"})
        assert answer.status_code == 201, answer.content
        found.append((answer.json()["kind"], answer.json()["state"]))
    assert found == [(body["kind"], "ready") for body in bodies]
    for kind in ("plan_pause", "plan_cancel", "plan_resume"):
        body = {"kind": kind, "plan_id": str(plan.id)}
        body |= {"start_on": "2099-01-31"} if kind == "plan_resume" else {}
        refused = program.post("instructions", body, **{"Idempotency-Key": kind})
        assert error(refused)[:2] == (409, "plan_id")
    asked = program.get("instructions", plan_id=str(plan.id)).json()["instructions"]
    assert [one["kind"] for one in asked] == ["plan_change"]


def test_a_bank_account_is_charged_only_where_its_payment_can_be_followed(
    program: Program, till: Books
) -> None:
    body = {"kind": "charge", "amount": "1.00", "vault_id": "ACME01", "method": "ach"}
    assert program.post("instructions", body, **{"Idempotency-Key": "v3"}).status_code == 201
    with tenant_transaction(till.tenant.id):
        till.paytrace.settings = {**till.paytrace.settings, "api_version": "v1"}
        till.paytrace.save(update_fields=["settings"])
    plan = {
        **body, "kind": "plan_create", "frequency": "monthly", "start_on": "2099-01-31",
    }  # fmt: skip
    for number, wanted in enumerate((body, plan)):
        refused = program.post("instructions", wanted, **{"Idempotency-Key": f"v1-{number}"})
        status, field, sentence = error(refused)
        assert (status, field) == (409, "method")
        assert "API v1, which tells nothing of a bank payment" in sentence
    with tenant_transaction(till.tenant.id):
        assert Instruction.objects.count() == 1


def test_a_stored_bank_account_says_its_method_and_is_charged_by_no_other(
    program: Program, till: Books
) -> None:
    with tenant_transaction(till.tenant.id):
        factories.instructed(till)
        StoredPaymentMethod.objects.update(method="ach")
    (method,) = program.get("payment-methods").json()["payment_methods"]
    assert (method["method"], method["last_four"]) == ("ach", "5439")
    body = {"kind": "charge", "amount": "1.00", "vault_id": method["vault_id"]}
    refused = program.post("instructions", body, **{"Idempotency-Key": "a"})
    assert error(refused) == (
        409, "method", "This payment method is a bank account. Give ach as the method.",
    )  # fmt: skip
    by_ach = {**body, "method": "ach"}
    assert program.post("instructions", by_ach, **{"Idempotency-Key": "b"}).status_code == 201
    held = program.post("instructions", {**body, "kind": "hold"}, **{"Idempotency-Key": "c"})
    assert error(held)[:2] == (409, "vault_id")
    kept = {
        "kind": "store_customer", "customer_number": "ACME01", "transaction_id": "x-1",
        "method": "ach",
    }  # fmt: skip
    assert program.post("instructions", kept, **{"Idempotency-Key": "d"}).status_code == 201
    with tenant_transaction(till.tenant.id):
        till.paytrace.settings = {**till.paytrace.settings, "api_version": "v1"}
        till.paytrace.save(update_fields=["settings"])
    refused = program.post("instructions", kept, **{"Idempotency-Key": "e"})
    assert error(refused)[:2] == (409, "method")
    assert "stores a bank account by its clear number only" in error(refused)[2]


def test_each_key_has_a_limit_of_its_own_and_the_company_one_for_all(
    program: Program, till: Books, make_program: MakeProgram
) -> None:
    for key in ("k1", "k2"):
        assert ask(program, key).status_code == 201
    status, field, sentence = error(ask(program, "k3"))
    assert (status, field) == (409, "amount")
    assert sentence.startswith("400.00 USD is above what API key Shop …")
    assert sentence.endswith("may still ask for today: 200.00 USD of 1,000.00 USD.")
    other = make_program(till)
    assert ask(other, "k3").status_code == 201
    assert error(ask(other, "k4")) == (
        409,
        "amount",
        "400.00 USD is above what the company may still ask for today: 300.00 USD of 1,500.00 USD.",
    )
    with tenant_transaction(till.tenant.id):
        policies.turn_off(environment_id=till.environment.id, actor="alice")
    assert error(ask(program, "k5", amount="1.00"))[2].startswith("Payments from here are off.")


def test_somebody_else_approves_and_never_the_key_that_asked(
    program: Program, till: Books, second: Program, make_program: MakeProgram
) -> None:
    told = ask(program, amount="500.01").json()
    assert (told["state"], told["sentence"]) == (
        "waiting_approval",
        "Nothing is sent to PayTrace before somebody else approves it.",
    )
    path = f"instructions/{told['id']}/approve"
    not_own = "Who asks for money to move cannot approve it. Somebody else has to decide."
    assert error(program.post(path)) == (409, "", not_own)
    assert error(make_program(till, "instructions:approve").post(path)) == (409, "", not_own)
    assert make_program(till, "instructions:write").post(path).status_code == 403
    assert error(second.post("instructions", CHARGE))[0] == 403
    done = second.post(path).json()
    assert (done["state"], done["decided_by"][:16]) == ("ready", "API key Treasury")
    assert error(second.post(path)) == (
        409, "", "This is ‘Ready to send’ and does not wait for approval any more."
    )  # fmt: skip


def test_a_key_approves_only_while_its_maker_may(
    program: Program, till: Books, second: Program
) -> None:
    told = ask(program, amount="500.01").json()
    Membership.objects.filter(user__email="olga@acme.example").update(role=Role.ACCOUNTANT)
    gone = (403, "", "Whoever made this API key may not do this in the company any more.")
    assert error(second.post(f"instructions/{told['id']}/approve")) == gone
    Membership.objects.filter(user=till.owner).update(role=Role.VIEWER)
    assert error(ask(program, "two")) == gone
    assert error(program.post(f"instructions/{told['id']}/cancel", {"reason": "Mine"})) == gone
    assert program.get(f"instructions/{told['id']}").json()["state"] == "waiting_approval"


def test_it_is_rejected_or_taken_back_with_a_reason(
    program: Program, till: Books, second: Program
) -> None:
    told = ask(program, amount="500.01").json()
    path = f"instructions/{told['id']}/reject"
    assert error(second.post(path, {}))[:2] == (400, "reason")
    assert error(second.post(path, {"reason": " "}))[:2] == (400, "reason")
    rejected = second.post(path, {"reason": "Not this month"}).json()
    assert (rejected["state"], rejected["decision_reason"], rejected["is_ended"]) == (
        "rejected", "Not this month", True
    )  # fmt: skip
    taken = ask(program, "two").json()
    path = f"instructions/{taken['id']}/cancel"
    done = program.post(path, {"reason": "Paid by check"}, **{"Idempotency-Key": "c"}).json()
    assert (done["state"], done["decision_reason"]) == ("cancelled", "Paid by check")
    again = program.post(path, {"reason": "Paid by check"}, **{"Idempotency-Key": "c"})
    assert (again.status_code, again.json()) == (200, done)
    assert error(program.post(path, {"reason": "Again"})) == (
        409, "", "This is ‘Cancelled’ and cannot be cancelled any more."
    )  # fmt: skip


def test_the_list_is_paged_newest_first_and_filtered(program: Program, till: Books) -> None:
    made = [ask(program, f"k{number}", amount="1.00").json()["id"] for number in range(5)]
    seen: list[str] = []
    query: dict[str, object] = {"limit": 2}
    while True:
        page = program.get("instructions", **query).json()
        seen += [one["id"] for one in page["instructions"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == made[::-1]
    for wanted, count in (
        ({"state": "ready"}, 5),
        ({"state": "done"}, 0),
        ({"kind": "give_back"}, 0),
        ({"search": "k3"}, 1),
        ({"search": "ACME01"}, 5),
    ):
        assert len(program.get("instructions", **wanted).json()["instructions"]) == count
    assert error(program.get("instructions", state="gone"))[:2] == (400, "state")


def test_a_list_asks_the_database_as_often_for_one_as_for_many(
    program: Program, till: Books
) -> None:
    counts = []
    for number in range(3):
        ask(program, f"k{number}", amount="1.00")
        program.get("instructions")
        with CaptureQueriesContext(connection) as queries:
            program.get("instructions")
        counts.append(len(queries))
    assert counts == [counts[0]] * 3


def test_nobody_reads_or_decides_about_anothers(
    program: Program, till: Books, foreign: Books, make_program: MakeProgram
) -> None:
    mine = ask(program).json()["id"]
    absent = "00000000-0000-7000-8000-000000000000"
    for stranger in (make_program(foreign), make_program(till, dev=True)):
        assert stranger.get("instructions").json() == {"instructions": [], "next_cursor": None}
        assert stranger.get(f"instructions/{mine}").status_code == 404
        for deed, body in (
            ("approve", {}),
            ("reject", {"reason": "x"}),
            ("cancel", {"reason": "x"}),
        ):
            answers = [stranger.post(f"instructions/{one}/{deed}", body) for one in (mine, absent)]
            assert [answer.status_code for answer in answers] == [404, 404]
    assert program.get(f"instructions/{mine}").json()["state"] == "ready"


def test_what_can_be_charged_is_listed_without_more_of_a_card_than_its_end(
    program: Program, till: Books, foreign: Books
) -> None:
    with tenant_transaction(till.tenant.id):
        factories.instructed(till)
        method = StoredPaymentMethod.objects.get()
    with tenant_transaction(foreign.tenant.id):
        factories.instructed(foreign)
    listed = program.get("payment-methods", customer_number="ACME01").json()
    assert datetime.fromisoformat(listed["payment_methods"][0].pop("stored_at")).tzinfo is not None
    assert listed == {
        "payment_methods": [
            {
                "id": str(method.id),
                "connection_id": str(till.paytrace.id),
                "vault_id": "ACME01",
                "customer_number": "ACME01",
                "customer_name": "",
                "method": "card",
                "brand": "",
                "last_four": "5439",
                "expiry_month": None,
                "expiry_year": None,
                "unlisted_since": None,
            }
        ]
    }
    assert program.get("payment-methods", customer_number="NONE").json() == {"payment_methods": []}
    assert error(program.get("payment-methods", customer="ACME01"))[:2] == (400, "customer")


def test_plans_are_listed_with_their_next_days(program: Program, till: Books) -> None:
    with tenant_transaction(till.tenant.id):
        plan = RecurringPlan.objects.create(
            environment=till.environment, connection=till.paytrace, recurrence_id="77",
            vault_id="ACME01", customer_number="ACME01", amount=Decimal("99.00"), currency="USD",
            frequency="1", counts_from=date(2099, 1, 31), total_count=2, description="Service",
        )  # fmt: skip
    (told,) = program.get("recurring-plans").json()["recurring_plans"]
    assert told.pop("created_at") == told.pop("state_since")
    assert told == {
        "id": str(plan.id),
        "connection_id": str(till.paytrace.id),
        "state": "active",
        "recurrence_id": "77",
        "customer_number": "ACME01",
        "vault_id": "ACME01",
        "amount": "99.00",
        "currency": "USD",
        "frequency": "annual",
        "method": "card",
        "description": "Service",
        "total_count": 2,
        "done_count": 0,
        "next_days": ["2099-01-31", "2100-01-31"],
        "unlisted_since": None,
    }


@pytest.fixture
def failed(till: Books) -> ExceptionCase:
    """A recurring plan's payment of 99.00 that was declined."""
    with tenant_transaction(till.tenant.id):
        plan = RecurringPlan.objects.create(
            environment=till.environment, connection=till.paytrace, recurrence_id="77",
            vault_id="ACME01", customer_number="ACME01", amount=Decimal("99.00"), currency="USD",
            frequency="3", counts_from=date(2026, 11, 20),
        )  # fmt: skip
        return factories.failed_run(till, plan)


@pytest.mark.parametrize(
    ("what", "kind", "amount", "resolution"),
    [
        ("charge-again", "charge", "99.00", "charged_again"),
        ("pause-plan", "plan_pause", None, "plan_paused"),
    ],
)
def test_a_failed_run_is_charged_again_or_its_plan_paused_once(  # noqa: PLR0917 fixtures, a table
    program: Program,
    till: Books,
    failed: ExceptionCase,
    what: str,
    kind: str,
    amount: str | None,
    resolution: str,
) -> None:
    address = f"exceptions/{failed.id}/{what}"
    assert error(program.post(address)) == (
        400,
        "Idempotency-Key",
        "This request needs an Idempotency-Key, so that asking twice moves money once.",
    )
    answer = program.post(address, **{"Idempotency-Key": "again"})
    told = answer.json()
    assert (answer.status_code, told["kind"], told["amount"], told["state"], told["origin"]) == (
        201, kind, amount, "ready", "api"
    )  # fmt: skip
    same = program.post(address, **{"Idempotency-Key": "again"})
    assert (same.status_code, same.json()) == (201, told)
    assert error(program.post(address, **{"Idempotency-Key": "more"})) == (
        409, "", "Somebody has decided about this already."
    )  # fmt: skip
    with tenant_transaction(till.tenant.id):
        failed.refresh_from_db()
    assert (failed.state, failed.resolution) == ("resolved", resolution)
    assert failed.resolved_by.startswith("API key Shop …")
    assert rows(till) == 1


def test_a_failed_run_stays_open_where_nothing_may_be_asked(
    program: Program, till: Books, failed: ExceptionCase, make_program: MakeProgram
) -> None:
    reader = make_program(till, "exceptions:write", "instructions:read")
    address = f"exceptions/{failed.id}/charge-again"
    assert reader.post(address, **{"Idempotency-Key": "a"}).status_code == 403
    with tenant_transaction(till.tenant.id):
        other = factories.parked(till)
        policies.turn_off(environment_id=till.environment.id, actor=till.owner.email)
    nothing = f"exceptions/{other.id}/charge-again"
    assert program.post(nothing, **{"Idempotency-Key": "b"}).status_code == 404
    assert error(program.post(address, **{"Idempotency-Key": "c"}))[0] == 409
    with tenant_transaction(till.tenant.id):
        failed.refresh_from_db()
    assert (failed.state, rows(till)) == ("open", 0)
