"""ACH in both versions: v1 moves money and lists nothing, v3 lists and gives nothing back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.canonical.ach import (
    AchDeposit,
    AchDepositPart,
    AchStatus,
    AchTransaction,
    AchType,
)
from integrations.canonical.errors import NeverWorks, OutcomeUnknown, TryLater
from integrations.canonical.money import Money
from integrations.canonical.transactions import PartKind
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.ach import (
    AccountType,
    AchCharge,
    AchDateKind,
    AchResult,
    BankAccount,
    EntryClass,
)
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.giving_back import give_back
from integrations.paytrace.people import Address, VaultPayer
from integrations.paytrace.settings import Secret
from integrations.paytrace.v3.client import V3Client
from tests.paytrace.bench import NOON, TODAY, Bench, bench, client, refused, simulator, usd

__all__ = ["bench", "client", "simulator"]

ROUTING = "325070760"
# Of the bench's account, on the bench's day.
DEPOSIT = "20260310-D0406"


def account(bench: Bench, *, number: str = "123456", routing: str = ROUTING) -> BankAccount:
    """A bank account as this version takes it."""
    return BankAccount(
        account_number=Secret(number),
        routing_number=Secret(routing),
        account_type=AccountType.CHECKING,
        is_encrypted=bench.version == "v3",
    )


def charge(bench: Bench, amount: str = "250.00", key: str = "key-1") -> AchCharge:
    return AchCharge(
        payer=account(bench),
        amount=usd(amount),
        invoice_id="10432",
        idempotency_key=key,
        description="June",
        entry_class=EntryClass.INTERNET,
        billing=Address(name="Haven Supply"),
        email="ap@haven.test",
    )


# What one version alone has; the other's refusal is tested below by itself.
only_v1 = pytest.mark.parametrize("bench", ["v1"], indirect=True)
only_v3 = pytest.mark.parametrize("bench", ["v3"], indirect=True)


# Charging


def test_a_bank_account_is_charged(bench: Bench, client: PayTraceClient) -> None:
    made = client.ach.sale(charge(bench))
    (kept,) = bench.simulator.look("state")["accounts"]["acme"]["checks"]
    assert made == AchResult(str(kept["number"] if bench.version == "v1" else kept["id"]))
    assert (kept["status"], kept["amount"], kept["invoice_id"]) == ("accepted", "250.00", "10432")
    assert "123456" not in str(bench.records)
    assert ROUTING not in str(bench.records)


def test_a_stored_customer_is_charged(bench: Bench, client: PayTraceClient) -> None:
    payer = VaultPayer(bench.customer_id)
    client.ach.sale(AchCharge(payer, usd("5.00"), "10432", idempotency_key="k"))
    (kept,) = bench.simulator.look("state")["accounts"]["acme"]["checks"]
    assert kept["customer_id"] == "HAVEN"


def test_the_other_versions_account_number_is_refused_before_anything_is_sent(
    bench: Bench, client: PayTraceClient
) -> None:
    other = BankAccount(Secret("1"), Secret("2"), is_encrypted=bench.version == "v1")
    error = refused(lambda: client.ach.sale(AchCharge(other, usd("5.00"), "1", "k")))
    assert (type(error), error.field) == (NeverWorks, "account_number")
    assert bench.calls()["calls"] == {}


def test_a_routing_number_that_is_none_is_named(bench: Bench, client: PayTraceClient) -> None:
    wrong = AchCharge(account(bench, routing="123456789"), usd("5.00"), "1", "k")
    error = refused(lambda: client.ach.sale(wrong))
    assert (error.code, error.field) == ("paytrace.routing_invalid", "routing_number")


def test_an_unknown_customer_is_named(bench: Bench, client: PayTraceClient) -> None:
    for nobody in ("NOBODY", "999"):
        charge_of_nobody = AchCharge(VaultPayer(nobody), usd("5.00"), "1", "k")
        error = refused(client.ach.sale, charge_of_nobody)
        assert error.code == "paytrace.customer_unknown"


# What v1 does and v3 does not


@only_v1
def test_v1_holds_funds_voids_and_refunds(bench: Bench, client: PayTraceClient) -> None:
    held = client.ach.hold(charge(bench)).transaction_id
    client.ach.fund(transaction_id=held, amount=usd("200.00"))
    sold = client.ach.sale(charge(bench, "80.00")).transaction_id
    client.ach.void(sold)
    error = refused(lambda: client.ach.void(sold))
    assert error.code == "paytrace.ach_not_found"
    for evening in ("10", "12"):
        bench.simulator.control("clock", now=f"2026-03-{evening}T20:00:01-07:00")
    client = bench.client()
    back = client.ach.refund(transaction_id=held, amount=usd("50.00"))
    assert back.original_transaction_id == held
    over = refused(lambda: client.ach.refund(transaction_id=held, amount=usd("150.01")))
    assert type(over) is NeverWorks
    kept = bench.simulator.look("state")["accounts"]["acme"]["checks"]
    assert [(c["type"], c["status"], c["amount"]) for c in kept] == [
        ("sale", "settled", "200.00"),
        ("sale", "voided", "80.00"),
        ("refund", "accepted", "50.00"),
    ]


@only_v1
def test_a_held_payment_waits_until_it_is_funded(bench: Bench, client: PayTraceClient) -> None:
    held = client.ach.hold(charge(bench)).transaction_id
    bench.simulator.control("clock", now="2026-03-13T20:00:01-07:00")
    (kept,) = bench.simulator.look("state")["accounts"]["acme"]["checks"]
    assert kept["status"] == "initiated"
    client = bench.client()
    over = refused(lambda: client.ach.fund(transaction_id=held, amount=usd("250.01")))
    assert type(over) is NeverWorks


LACKS: dict[str, dict[str, Callable[[PayTraceClient], object]]] = {
    "v1": {
        "transaction": lambda c: c.ach.transaction("5"),
        "find": lambda c: c.ach.find(idempotency_key="k"),
        "transactions": lambda c: c.ach.transactions(start=TODAY, end=TODAY),
        "deposits": lambda c: c.ach.deposits(start=TODAY, end=TODAY),
        "deposit_transactions": lambda c: c.ach.deposit_transactions("20200110-D9999"),
    },
    "v3": {
        "hold": lambda c: c.ach.hold(AchCharge(VaultPayer("5"), usd("1.00"), "1", "k")),
        "fund": lambda c: c.ach.fund(transaction_id="5"),
        "void": lambda c: c.ach.void("5"),
        "refund": lambda c: c.ach.refund(transaction_id="5"),
    },
}


def test_what_a_version_lacks_is_said_without_asking(bench: Bench, client: PayTraceClient) -> None:
    for call in LACKS[bench.version].values():
        error = refused(call, client)
        assert (type(error), error.code) == (NeverWorks, "paytrace.not_offered")
        assert error.sentence.startswith(f"API {bench.version} ")
        assert error.remedy
    assert bench.calls()["calls"] == {}


def test_a_bank_payment_is_not_given_back_as_if_it_were_unknown(
    bench: Bench, client: PayTraceClient
) -> None:
    """v3 says that there is no such call; v1, which lists none, knows no such payment."""
    made = client.ach.sale(charge(bench))
    error = refused(give_back, client, transaction_id=made.transaction_id, today=TODAY)
    expected = {"v1": "paytrace.transaction_unknown", "v3": "paytrace.not_offered"}
    assert (type(error), error.code) == (NeverWorks, expected[bench.version])
    assert refused(give_back, client, transaction_id="5", today=TODAY).code == (
        "paytrace.transaction_unknown"
    )


# What v3 reports


@only_v3
def test_an_ach_payment_is_read_whole(bench: Bench, client: PayTraceClient) -> None:
    payer = VaultPayer(bench.customer_id)
    made = client.ach.sale(
        AchCharge(payer, usd("250.00"), "10432", "key-1", "June", EntryClass.CORPORATE)
    )
    expected = AchTransaction(
        account="777001",
        transaction_id=made.transaction_id,
        type=AchType.SALE,
        status=AchStatus.ACCEPTED,
        amount=usd("250.00"),
        created_at=NOON,
        invoice_reference="10432",
        description="June",
        customer_id="HAVEN",
        customer_name="Haven Supply",
        email="ap@haven.test",
        entry_class="CCD",
        idempotency_key="key-1",
        reversible=usd("0.00"),
        status_text="ACCEPTED",
    )
    assert client.ach.transaction(made.transaction_id) == expected
    assert client.ach.find(idempotency_key="key-1") == expected
    assert client.ach.transactions(start=TODAY, end=TODAY) == [expected]
    assert client.ach.transaction("no-such-id") is None
    assert client.ach.find(idempotency_key="no-such-key") is None


@only_v3
def test_it_settles_after_two_evenings_and_may_come_back(
    bench: Bench, client: PayTraceClient
) -> None:
    number = client.ach.sale(charge(bench)).transaction_id
    seen = []
    for moment in ("10T20:00:01", "11T20:00:01", "12T20:00:01"):
        bench.simulator.control("clock", now=f"2026-03-{moment}-07:00")
        found = client.ach.transaction(number)
        assert found is not None
        seen.append(found.status)
    assert seen == [AchStatus.ORIGINATED, AchStatus.ORIGINATED, AchStatus.SETTLED]
    bench.simulator.control("clock", now="2026-05-01T09:00:00-07:00")
    fields = {"transaction_id": number, "status": "returned", "return_code": "R10"}
    bench.simulator.control("ach_move", account="acme", **fields)
    found = client.ach.transaction(number)
    assert found is not None
    assert (found.status, found.return_code, found.settled_at, found.returned_at) == (
        AchStatus.RETURNED,
        "R10",
        datetime(2026, 3, 13, 3, 0, tzinfo=UTC),
        datetime(2026, 5, 1, 16, 0, tzinfo=UTC),
    )


@only_v3
@pytest.mark.parametrize("status", [one for one in AchStatus if one is not AchStatus.UNKNOWN])
def test_each_of_the_fourteen_states_is_read_as_itself(
    bench: Bench, client: PayTraceClient, status: AchStatus
) -> None:
    bench.simulator.control("ach", account="acme", amount="5.00", status=status.value)
    (found,) = client.ach.transactions(start=TODAY, end=TODAY)
    assert (found.status, found.status_text) == (status, status.value.upper())
    narrowed = client.ach.transactions(start=TODAY, end=TODAY, statuses=[status])
    assert [t.transaction_id for t in narrowed] == [found.transaction_id]
    others = [one for one in AchStatus if one not in {status, AchStatus.UNKNOWN}]
    assert client.ach.transactions(start=TODAY, end=TODAY, statuses=others[:2]) == []


@only_v3
def test_days_are_the_gateways_by_processing_or_settlement(
    bench: Bench, client: PayTraceClient
) -> None:
    for name, created, settled in (
        ("late", "2026-03-09T23:59:59-07:00", "2026-03-11T20:00:00-07:00"),
        ("first", "2026-03-10T00:00:00-07:00", "2026-03-12T20:00:00-07:00"),
        ("last", "2026-03-10T23:59:59-07:00", "2026-03-12T20:00:00-07:00"),
    ):
        bench.simulator.control(
            "ach",
            account="acme",
            amount="5.00",
            invoice_id=name,
            status="settled",
            created_at=created,
            settled_at=settled,
        )
    by_processing = client.ach.transactions(start=TODAY, end=TODAY)
    thursday = date(2026, 3, 12)
    by_settlement = client.ach.transactions(start=thursday, end=thursday, by=AchDateKind.SETTLED)
    both = [[t.invoice_reference for t in found] for found in (by_processing, by_settlement)]
    assert both == [["first", "last"], ["first", "last"]]


@only_v3
def test_deposits_and_what_they_are_made_of(bench: Bench, client: PayTraceClient) -> None:
    for amount, kind in (("100.00", "sale"), ("30.00", "refund")):
        bench.simulator.control("ach", account="acme", amount=amount, type=kind, status="settled")
    (deposit,) = client.ach.deposits(start=TODAY, end=TODAY)
    assert deposit == AchDeposit("777001", DEPOSIT, TODAY, usd("70.00"), 2)
    assert lines(client, DEPOSIT) == [
        (PartKind.SALE, "settled", usd("100.00")),
        (PartKind.REFUND, "settled", usd("30.00")),
    ]


@only_v3
def test_a_return_is_kept_back_from_the_deposit_of_its_day_and_fees_from_their_own(
    bench: Bench, client: PayTraceClient
) -> None:
    paid = bench.simulator.control(
        "ach", account="acme", amount="100.00", fee="0.25", status="settled",
        settled_at="2026-03-09T20:00:00-07:00",
    )  # fmt: skip
    bench.simulator.control("ach", account="acme", amount="40.00", status="settled")
    bench.simulator.control(
        "ach_move", account="acme", transaction_id=paid["transaction_id"], status="returned"
    )
    yesterday = TODAY - timedelta(days=1)
    first = DEPOSIT.replace("20260310", "20260309")
    assert client.ach.deposits(start=yesterday, end=TODAY) == [
        AchDeposit("777001", first, yesterday, usd("99.75"), 1, fees=usd("0.25")),
        AchDeposit("777001", DEPOSIT, TODAY, usd("-60.00"), 2),
    ]
    assert lines(client, first) == [(PartKind.SALE, "returned", usd("100.00"))]
    assert lines(client, DEPOSIT) == [
        (PartKind.RETURN, "returned", usd("100.00")),
        (PartKind.SALE, "settled", usd("40.00")),
    ]


def lines(client: PayTraceClient, deposit_id: str) -> list[tuple[PartKind, str, Money]]:
    found = client.ach.deposit_transactions(deposit_id)
    parts = [one for one in found if isinstance(one, AchDepositPart)]
    assert len(parts) == len(found)
    return [(one.kind, one.payment.status.value, one.payment.amount) for one in parts]


# Reading many


def _make_many(bench: Bench, count: int) -> None:
    for number in range(count):
        bench.simulator.control("ach", account="acme", amount="1.00", invoice_id=f"{number:03}")


@only_v3
def test_every_page_is_read(bench: Bench, client: PayTraceClient) -> None:
    _make_many(bench, 70)
    found = client.ach.transactions(start=TODAY, end=TODAY)
    assert sorted(t.invoice_reference for t in found) == [f"{n:03}" for n in range(70)]


@only_v3
@pytest.mark.parametrize("shifts", [1, 2])
def test_rows_that_slide_forward_while_pages_are_read_are_not_missed(
    bench: Bench, client: PayTraceClient, shifts: int
) -> None:
    _make_many(bench, 70)
    bench.simulator.control("faults", kind="page_shift", count=shifts)
    found = client.ach.transactions(start=TODAY, end=TODAY)
    assert sorted(t.invoice_reference for t in found) == [f"{n:03}" for n in range(70)]


@only_v3
def test_reading_each_page_once_by_plain_offsets_would_miss_a_row(
    bench: Bench, client: PayTraceClient
) -> None:
    """The control: the fault of the test above is a real one."""
    _make_many(bench, 70)
    bench.simulator.control("faults", kind="page_shift", count=1)
    assert isinstance(client, V3Client)
    pages = [client._speaker.read(at.ACH_LIST, limit=30, offset=at_) for at_ in (0, 30, 60)]
    assert len({row["transaction_id"] for page in pages for row in page["items"]}) == 69


# When the answer is lost


@only_v3
def test_a_422_after_acceptance_is_looked_up_by_its_key(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.fault("ach_422", "ach")
    made = client.ach.sale(charge(bench))
    (kept,) = bench.simulator.look("state")["accounts"]["acme"]["checks"]
    assert made == AchResult(kept["id"])


@only_v3
def test_a_422_whose_key_cannot_be_asked_is_unknown(bench: Bench, client: PayTraceClient) -> None:
    bench.fault("ach_422", "ach")
    bench.simulator.control(
        "faults", kind="http_500", path_prefix="/v3/checks/transactions/idempotency-keys"
    )
    error = refused(lambda: client.ach.sale(charge(bench)))
    assert (type(error), error.code) == (OutcomeUnknown, "paytrace.ach_unclear")


@pytest.mark.parametrize("kind", ["http_500", "truncated_json", "html_page", "reply_lost"])
def test_a_disturbed_ach_charge_is_unknown_and_found_by_its_key(
    bench: Bench, client: PayTraceClient, kind: str
) -> None:
    bench.fault(kind, "ach", performed=True)
    assert type(refused(lambda: client.ach.sale(charge(bench)))) is OutcomeUnknown
    if bench.version == "v3":
        found = client.ach.find(idempotency_key="key-1")
        assert found is not None
        again = client.ach.sale(charge(bench))
        assert again.transaction_id == found.transaction_id


@only_v3
def test_a_disturbed_list_is_tried_later(bench: Bench, client: PayTraceClient) -> None:
    bench.simulator.control("faults", kind="http_500", path_prefix="/v3/checks/transactions")
    assert type(refused(lambda: client.ach.transactions(start=TODAY, end=TODAY))) is TryLater


@only_v3
@pytest.mark.parametrize("key", ["", "k" * 51])
def test_an_idempotency_key_must_fit(bench: Bench, client: PayTraceClient, key: str) -> None:
    error = refused(lambda: client.ach.sale(charge(bench, key=key)))
    assert error.field == "idempotency_key"
    assert bench.calls()["calls"] == {}
