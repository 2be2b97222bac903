"""Sample answers about customers, plans, ACH and the user become our words, exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from integrations.canonical.ach import (
    AchDeposit,
    AchDepositPart,
    AchStatus,
    AchTransaction,
    AchType,
)
from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.money import Money
from integrations.canonical.transactions import PartKind, PaymentMethod, Unreadable
from integrations.paytrace.account import GatewayUser, UserKind
from integrations.paytrace.ach import AchCharge
from integrations.paytrace.ach_reading import (
    to_ach,
    to_deposit,
    to_deposit_part,
    to_deposit_record,
)
from integrations.paytrace.answers import id_of, money_answer
from integrations.paytrace.calls import Caller
from integrations.paytrace.cards import AdjustResult
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.hosted_invoices import Action, MadeInvoice, NewInvoice
from integrations.paytrace.http import Call, Reply
from integrations.paytrace.level_three import CardBrand, LevelThree
from integrations.paytrace.people import VaultPayer
from integrations.paytrace.record_fields import Reading
from integrations.paytrace.recurring import Frequency, RecurringPlan
from integrations.paytrace.settings import PayTraceSettings, Secret
from integrations.paytrace.stored import to_bank_customer, to_customer, to_plan
from integrations.paytrace.unreadable import UnreadableRecord
from integrations.paytrace.v1.account import V1Account
from integrations.paytrace.v1.cards import V1Cards
from integrations.paytrace.v1.speaker import Speaker as V1Speaker
from integrations.paytrace.v3.account import V3Account
from integrations.paytrace.v3.ach import V3Ach
from integrations.paytrace.v3.cards import V3Cards
from integrations.paytrace.v3.hosted_invoices import V3HostedInvoices
from integrations.paytrace.v3.speaker import Speaker as V3Speaker
from integrations.paytrace.vault import VaultCustomer
from tests.paytrace.bench import refused
from tests.paytrace.payloads import payload

READING = Reading(account="777001", zone=ZoneInfo("America/Los_Angeles"), currency="USD")


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def test_a_stored_customer_of_v1_is_read_whole() -> None:
    (raw,) = payload("v1_customer_export")["customers"]
    assert to_customer(raw) == VaultCustomer(
        customer_id="HAVEN",
        name="Haven Supply",
        email="ap@haven.test",
        phone="555-1",
        card_brand="visa",
        last_four="5439",
        expiry_month=12,
        expiry_year=2020,
    )


def test_a_stored_customer_of_v3_has_a_number_and_a_label() -> None:
    assert to_customer(payload("v3_customer")["data"]) == VaultCustomer(
        customer_id="118",
        label="HAVEN",
        name="Haven Supply",
        email="ap@haven.test",
        phone="555-1",
        last_four="5439",
    )


def test_what_v1_says_of_a_new_customer_is_little() -> None:
    made = to_customer(payload("v1_customer_created"))
    assert made == VaultCustomer(customer_id="HAVEN", last_four="5439")


def test_a_plan_is_read_whole() -> None:
    (raw,) = payload("v1_recurring_export")["recurrences"]
    assert to_plan(raw, reading=READING) == RecurringPlan(
        recurrence_id="4321",
        customer_id="HAVEN",
        amount=usd("24.95"),
        frequency=Frequency.MONTHLY,
        next_on=date(2024, 12, 1),
        total_count=None,
        done_count=2,
        description="Monthly fee for service.",
    )


def test_a_plan_of_a_bank_account_is_known_by_its_type() -> None:
    (raw,) = payload("v1_recurring_export")["recurrences"]
    assert to_plan({**raw, "type": "A"}, reading=READING).method is PaymentMethod.ACH


def test_a_frequency_nobody_knows_is_no_frequency() -> None:
    (raw,) = payload("v1_recurring_export")["recurrences"]
    assert to_plan({**raw, "frequency": "Z"}, reading=READING).frequency is None


def test_an_ach_record_is_read_whole() -> None:
    assert to_ach(payload("v3_ach_record")["data"], reading=READING) == AchTransaction(
        account="777001",
        transaction_id="0b6f1a52-7a5e-4cde-9a51-0f1f3f0d7a11",
        type=AchType.SALE,
        status=AchStatus.RETURNED,
        amount=usd("250.00"),
        created_at=datetime(2023, 4, 19, 17, 11, 12, tzinfo=UTC),
        settled_at=datetime(2023, 4, 22, 3, 0, tzinfo=UTC),
        returned_at=datetime(2023, 4, 28, 16, 0, tzinfo=UTC),
        return_code="R01",
        invoice_reference="INV453AB43FF",
        description="ACH Check Payment",
        customer_id="HAVEN",
        customer_name="Steve Smith",
        email="email@domain.test",
        last_four="6789",
        entry_class="CCD",
        idempotency_key="9ecaffcf-48b4-480a-91b4-a0c4d8786806",
        reversible=usd("0.00"),
        status_text="RETURNED",
    )


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"transaction_status": "MELTED"}, AchStatus.UNKNOWN, AchType.SALE),
        ({"transaction_status": "UNKNOWN"}, AchStatus.UNKNOWN, AchType.SALE),
        ({"transaction_status": "settled"}, AchStatus.SETTLED, AchType.SALE),
        ({"transaction_type": "REFUND"}, AchStatus.RETURNED, AchType.REFUND),
        ({"transaction_type": "2"}, AchStatus.RETURNED, AchType.UNKNOWN),
        ({"original_transaction_id": "x"}, AchStatus.RETURNED, AchType.REFUND),
    ],
)
def test_an_ach_state_or_type_is_known_or_unknown_and_never_guessed(
    changes: dict[str, str], status: AchStatus, kind: AchType
) -> None:
    raw = {**payload("v3_ach_record")["data"], **changes}
    found = to_ach(raw, reading=READING)
    assert (found.status, found.type) == (status, kind)


@pytest.mark.parametrize(
    ("field", "value"),
    [("transaction_id", ""), ("amount", "much"), ("processed_date", ""), ("settled_date", "soon")],
)
def test_an_ach_record_that_cannot_be_read_names_the_field(field: str, value: Any) -> None:
    raw = {**payload("v3_ach_record")["data"], field: value}
    error = refused(to_ach, raw, reading=READING)
    assert (type(error), error.code, error.field) == (
        UnreadableRecord,
        "paytrace.unreadable_record",
        field,
    )


def test_a_deposit_is_read_whole() -> None:
    (raw,) = payload("v3_ach_deposit")["data"]["deposits"]
    assert to_deposit(raw, reading=READING) == AchDeposit(
        account="777001",
        deposit_id="20200110-D9999",
        deposited_on=date(2020, 1, 10),
        net=usd("1070.25"),
        transaction_count=3,
    )
    for told in ("2020-01-10", "2020-01-10T00:00:00.000Z", "2020-01-10T20:00:00Z"):
        assert to_deposit({**raw, "deposit_date": told}, reading=READING).deposited_on == date(
            2020, 1, 10
        )
    assert to_deposit({**raw, "net_amount": "1,070.25"}, reading=READING).net == usd("1070.25")
    # A comma may be a decimal one: never a hundred times as much.
    assert refused(to_deposit, {**raw, "net_amount": "12,50"}, reading=READING).field == (
        "net_amount"
    )
    error = refused(to_deposit, {**raw, "transaction_count": "few"}, reading=READING)
    assert error.field == "transaction_count"
    for told in ("2.50", "-2.50"):
        assert to_deposit({**raw, "fee_amount": told}, reading=READING).fees == usd("2.50")
    kept = to_deposit_record({**raw, "deposit_id": "D" * 51}, reading=READING)
    assert isinstance(kept, Unreadable)
    assert (kept.record_id, kept.field) == ("D" * 51, "deposit_id")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, PartKind.SALE),
        ({"amount": "-250.00"}, PartKind.RETURN),
        ({"transaction_type": "REFUND"}, PartKind.REFUND),
        ({"transaction_type": "REFUND", "amount": "-250.00"}, PartKind.REFUND),
    ],
)
def test_a_line_of_a_deposit_counts_for_it_or_against_it(
    changes: dict[str, str], kind: PartKind
) -> None:
    raw = {**payload("v3_ach_record")["data"], "amount": "250.00", **changes}
    part = to_deposit_part(raw, reading=READING)
    assert isinstance(part, AchDepositPart)
    assert (part.kind, part.payment.amount) == (kind, usd("250.00"))


def test_a_line_of_a_deposit_whose_type_nobody_knows_is_unreadable() -> None:
    raw = {**payload("v3_ach_record")["data"], "transaction_type": "2"}
    part = to_deposit_part(raw, reading=READING)
    assert isinstance(part, Unreadable)
    assert part.field == "transaction_type"


def test_of_a_stored_bank_account_only_the_last_four_are_read() -> None:
    raw = payload("v3_bank_customer")["data"]
    account = {"account_number": "000123456789", "routing_number": "325070760"}
    clear = {**raw, "bank_account": account}
    for told in (raw, clear):
        found = to_customer(told)
        assert found == to_bank_customer(told)
        assert (found.customer_id, found.label) == ("119", "HAVEN-1")
        assert (found.method, found.last_four, found.card_brand) == (PaymentMethod.ACH, "6789", "")
        assert "12345678" not in repr(found)
        assert "325070760" not in repr(found)
    with_card = to_customer({**raw, "card_masked": "************5439"})
    assert (with_card.method, with_card.last_four) == (PaymentMethod.CARD, "5439")


def test_a_customer_or_plan_without_an_id_is_told() -> None:
    assert refused(to_customer, {}).field == "customer_id"
    (raw,) = payload("v1_recurring_export")["recurrences"]
    assert refused(to_plan, {**raw, "id": None}, reading=READING).field == "recurrence_id"


@pytest.mark.parametrize(
    ("name", "code", "number"),
    [
        ("v1_check_processed", ResponseCode.CHECK_PROCESSED, "981619"),
        ("v1_capture", ResponseCode.CAPTURED, "392483066"),
        ("v1_refund_to_customer", ResponseCode.REFUNDED, "392483071"),
    ],
)
def test_short_answers_say_that_it_happened(name: str, code: ResponseCode, number: str) -> None:
    body = money_answer(payload(name), code)
    field = "check_transaction_id" if "check" in name else "transaction_id"
    assert id_of(body, field) == number


def test_a_check_that_was_not_processed_is_a_clear_no() -> None:
    error = refused(money_answer, payload("v1_check_refused"), ResponseCode.CHECK_PROCESSED)
    assert (type(error), error.code) == (NeverWorks, "paytrace.ach_not_processed")


# Whole calls against one sample answer each


class OneAnswer:
    """Stands in for the wire: every call is answered by the same sample."""

    def __init__(self, name: str, *, status: int = 200, body: Any = None) -> None:
        self._reply = Reply(status, payload(name) if body is None else body)
        self.sent: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.sent.append(call)
        return self._reply


SETTINGS = PayTraceSettings(
    api_version="v3",
    environment="sandbox",
    base_url="http://127.0.0.1:9",
    username="u",
    password=Secret("p"),
    merchant_id="777001",
    integrator_id="tieout12",
)


def speaker_v1(answer: OneAnswer) -> V1Speaker:
    return V1Speaker(SETTINGS, cast("Caller", answer))


def speaker_v3(answer: OneAnswer) -> V3Speaker:
    return V3Speaker(SETTINGS, cast("Caller", answer))


def test_the_user_page_is_read_whole() -> None:
    assert V3Account(speaker_v3(OneAnswer("v3_user"))).user() == GatewayUser(
        username="clerk",
        kind=UserKind.WEB,
        password_expires_on=date(2026, 4, 15),
        sale_ceiling=usd("500.00"),
        refund_ceiling=usd("100.00"),
    )


def test_the_card_forms_key_is_read_in_both_versions() -> None:
    keys = (
        V1Account(speaker_v1(OneAnswer("v1_client_key"))).client_key(),
        V3Account(speaker_v3(OneAnswer("v3_client_key"))).client_key(),
    )
    assert keys == (Secret("not-a-real-key"), Secret("not-a-real-key"))


INVOICE = NewInvoice(
    Action.SALE,
    "10432-T5K2Q9ABCDE",
    amount=usd("740.00"),
    expires_at=datetime(2026, 3, 24, 12, tzinfo=UTC),
    silent_post=Secret("https://tieout.example/hooks/secret-path"),
)


def test_a_page_to_pay_on_is_asked_for_with_the_published_fields() -> None:
    answer = OneAnswer("v3_hosted_invoice")
    made = V3HostedInvoices(speaker_v3(answer)).make(INVOICE)
    assert made == MadeInvoice(
        "392483080", "https://pay.paytrace.example/hosted/invoice/not-a-real-token"
    )
    (call,) = answer.sent
    assert (call.method, call.path, call.moves_money, call.body) == (
        "POST",
        "/v3/invoice",
        True,
        {
            "transaction_type": "SALE",
            "invoice_number": "10432-T5K2Q9ABCDE",
            "is_invoice_number_editable": False,
            "invoice_amount": Decimal("740.00"),
            "is_amount_editable": False,
            "expire_at": "2026-03-24T12:00:00.000Z",
            "return_method": "HYPERLINK",
            "silent_post": "https://tieout.example/hooks/secret-path",
            "merchant_id": 777001,
        },
    )


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ({}, MadeInvoice()),
        ({"data": []}, MadeInvoice()),
        ({"id": 7, "hyperlink": "https://a.example/x"}, MadeInvoice("7", "https://a.example/x")),
        (
            {"data": {"id": "7"}, "payment_link": "https://a.example/x"},
            MadeInvoice("7", "https://a.example/x"),
        ),
        ({"data": {"link": "http://elsewhere.example/x"}}, MadeInvoice()),
        ({"data": {"link": "https://user@a.example/x"}}, MadeInvoice()),
        ({"data": {"link": "javascript:alert(1)", "url": "https://a.example/"}},
         MadeInvoice("", "https://a.example/")),
        ({"data": {"link": "http://127.0.0.1:9/x"}}, MadeInvoice("", "http://127.0.0.1:9/x")),
        ({"data": {"id": True, "link": "https://" + "a" * 2083}}, MadeInvoice()),
    ],
)  # fmt: skip
def test_id_and_link_are_read_where_they_stand_and_never_guessed(
    body: dict[str, Any], made: MadeInvoice
) -> None:
    answer = OneAnswer("v3_hosted_invoice", body=body)
    assert V3HostedInvoices(speaker_v3(answer)).make(INVOICE) == made


def test_level_three_and_a_batch_of_one_are_understood() -> None:
    detail = LevelThree(transaction_id="10130216", brand=CardBrand.VISA, items=())
    V1Cards(speaker_v1(OneAnswer("v1_level_three"))).add_level_three(detail)
    cards = V3Cards(speaker_v3(OneAnswer("v3_batch_call")))
    assert cards.capture(transaction_id="392483066").transaction_id == "392483066"


def test_an_adjusted_hold_keeps_its_id_and_another_code_is_not_clear() -> None:
    amount = usd("800.00")
    cards = V3Cards(speaker_v3(OneAnswer("v3_adjusted")))
    done = cards.adjust(transaction_id="392483066", amount=amount)
    assert done == AdjustResult("392483066")
    other = V3Cards(speaker_v3(OneAnswer("v3_sale_approved")))
    error = refused(other.adjust, transaction_id="392483066", amount=amount)
    assert type(error) is OutcomeUnknown


def test_an_accepted_ach_payment_has_its_id_at_the_top() -> None:
    charge = AchCharge(VaultPayer("118"), usd("250.00"), "INV453AB43FF", idempotency_key="k")
    made = V3Ach(speaker_v3(OneAnswer("v3_ach_accepted"))).sale(charge)
    assert made.transaction_id == "0b6f1a52-7a5e-4cde-9a51-0f1f3f0d7a11"


def test_the_quirk_is_asked_after_by_key_and_never_sent_again() -> None:
    charge = AchCharge(VaultPayer("118"), usd("250.00"), "INV453AB43FF", idempotency_key="k")
    answer = OneAnswer("v3_ach_quirk", status=422)
    error = refused(V3Ach(speaker_v3(answer)).sale, charge)
    assert (type(error), error.code) == (OutcomeUnknown, "paytrace.ach_unclear")
    assert [(call.method, call.path) for call in answer.sent] == [
        ("POST", "/v3/checks/payment"),
        ("GET", "/v3/checks/transactions/idempotency-keys/k"),
    ]
