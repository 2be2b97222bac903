"""The calls that are recorded, in order: one of each kind that needs no card number.

Each step makes its own calls under the running invoice ids `rec-<n>-…`, so that a person finds
them in the account. A step that cannot be done here says why and is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from integrations.canonical.ach import AchDeposit
from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import Batch
from integrations.paytrace.ach import AchCharge
from integrations.paytrace.batch_calls import BatchItem, ItemKind
from integrations.paytrace.cards import Charge, CustomerRefund
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.hosted_invoices import Action, NewInvoice
from integrations.paytrace.people import VaultPayer
from integrations.paytrace.recurring import Frequency, NewPlan
from integrations.paytrace.reports import ExportFilter, ExportKind
from integrations.paytrace.vault import NewCustomer


class SkippedError(Exception):
    """This step cannot be done here; the text says why."""


@dataclass
class Scene:
    """What the steps share: the account, its stored customer, and the names of this run."""

    client: PayTraceClient
    customer_id: str
    today: date
    run: str
    settle: Callable[[], None]
    """Settles what is pending. Raises SkippedError where only the evening does."""
    known: dict[str, str] = field(default_factory=dict)

    def charge(self, amount: str, name: str) -> Charge:
        invoice = f"rec-{self.run}-{name}"
        return Charge(VaultPayer(self.customer_id), Money.parse(amount, "USD"), invoice)

    def recall(self, name: str) -> str:
        """What an earlier step found. Raises SkippedError when it did not."""
        if name not in self.known:
            raise SkippedError(f"an earlier step gave no {name}")
        return self.known[name]


Step = Callable[[Scene], object]


def _log_in(scene: Scene) -> None:
    scene.client.log_in()


def _sale(scene: Scene) -> None:
    scene.known["sale"] = scene.client.cards.sale(scene.charge("10.00", "sale")).transaction_id


def _decline(scene: Scene) -> None:
    """1.12 is declined by the sandbox (ActiveMerchant's PayTrace tests)."""
    scene.client.cards.sale(scene.charge("1.12", "decline"))


def _unknown_customer(scene: Scene) -> None:
    nobody = Charge(VaultPayer("999999999"), Money.parse("5.00", "USD"), f"rec-{scene.run}-nobody")
    scene.client.cards.sale(nobody)


def _refund_too_early(scene: Scene) -> None:
    scene.client.cards.refund(transaction_id=scene.recall("sale"))


def _authorize(scene: Scene) -> None:
    held = scene.client.cards.authorize(scene.charge("12.00", "hold"))
    scene.known["hold"] = held.transaction_id


def _adjust(scene: Scene) -> None:
    amount = Money.parse("13.00", "USD")
    scene.client.cards.adjust(transaction_id=scene.recall("hold"), amount=amount)


def _capture(scene: Scene) -> None:
    amount = Money.parse("8.00", "USD")
    scene.client.cards.capture(transaction_id=scene.recall("hold"), amount=amount)


def _void(scene: Scene) -> None:
    scene.client.cards.void(scene.recall("hold"))


def _settle(scene: Scene) -> None:
    scene.settle()


def _refund(scene: Scene) -> None:
    month_ago = scene.today - timedelta(days=30)
    only = ExportFilter(kind=ExportKind.SETTLED)
    settled = scene.client.transactions(start=month_ago, end=scene.today, only=only)
    mine = [one for one in settled if one.invoice_reference.startswith("rec-")]
    if not mine:
        raise SkippedError("nothing of the recorder's own has settled yet; run it again tomorrow")
    given = scene.client.cards.refund(
        transaction_id=mine[-1].transaction_id, amount=Money.parse("0.50", "USD")
    )
    scene.known["refund"] = given.transaction_id


def _refund_to_customer(scene: Scene) -> None:
    """Off by default at PayTrace: then the refusal is recorded."""
    invoice = f"rec-{scene.run}-credit"
    scene.client.cards.refund_to_customer(
        CustomerRefund(scene.customer_id, Money.parse("0.40", "USD"), invoice)
    )


def _several(scene: Scene) -> None:
    def item(kind: ItemKind, amount: str) -> BatchItem:
        invoice = f"rec-{scene.run}-several-{kind}"
        return BatchItem(kind, scene.customer_id, Money.parse(amount, "USD"), invoice)

    scene.client.cards.run_batch([item(ItemKind.SALE, "3.00"), item(ItemKind.HOLD, "4.00")])


def _one(scene: Scene) -> None:
    scene.client.transaction(scene.recall("sale"))


def _unknown(scene: Scene) -> None:
    scene.client.transaction("1")


def _day(scene: Scene) -> None:
    scene.client.transactions(start=scene.today, end=scene.today)


def _batches(scene: Scene) -> None:
    month_ago = scene.today - timedelta(days=30)
    found = scene.client.batches(start=month_ago, end=scene.today)
    readable = [one for one in found if isinstance(one, Batch)]
    if readable:
        scene.known["batch"] = readable[-1].number


def _batch(scene: Scene) -> None:
    scene.client.batch()


def _batch_transactions(scene: Scene) -> None:
    scene.client.batch_transactions(scene.recall("batch"))


def _customer_create(scene: Scene) -> None:
    new = NewCustomer(f"rec-{scene.run}")
    made = scene.client.vault.create_from_transaction(new, transaction_id=scene.recall("sale"))
    scene.known["customer"] = made.customer_id


def _customer(scene: Scene) -> None:
    scene.client.vault.customer(scene.recall("customer"))


def _bank_customer_create(scene: Scene) -> None:
    new = NewCustomer(f"rec-{scene.run}-ach")
    paid = scene.recall("ach_sale")
    made = scene.client.vault.create_from_bank_payment(new, transaction_id=paid)
    scene.known["bank_customer"] = made.customer_id


def _bank_customer(scene: Scene) -> None:
    scene.client.vault.bank_customer(scene.recall("bank_customer"))


def _bank_customer_delete(scene: Scene) -> None:
    scene.client.vault.delete(scene.recall("bank_customer"))


def _customer_delete(scene: Scene) -> None:
    scene.client.vault.delete(scene.recall("customer"))


def _plan_create(scene: Scene) -> None:
    plan = NewPlan(
        customer_id=scene.customer_id,
        amount=Money.parse("1.00", "USD"),
        frequency=Frequency.ANNUAL,
        start_on=scene.today + timedelta(days=300),
        total_count=1,
    )
    scene.known["plan"] = scene.client.recurring.create(plan)


def _plans(scene: Scene) -> None:
    scene.client.recurring.plans(customer_id=scene.customer_id)


def _plan_delete(scene: Scene) -> None:
    scene.client.recurring.delete(scene.recall("plan"))


def _ach_sale(scene: Scene) -> None:
    """By the stored customer, which may have no bank account: then the refusal is recorded."""
    key = f"rec-{scene.run}-ach"
    payer = VaultPayer(scene.customer_id)
    amount = Money.parse("2.00", "USD")
    made = scene.client.ach.sale(AchCharge(payer, amount, key, idempotency_key=key))
    scene.known["ach_sale"] = made.transaction_id


def _ach_list(scene: Scene) -> None:
    scene.client.ach.transactions(start=scene.today, end=scene.today)


def _ach_deposits(scene: Scene) -> None:
    found = scene.client.ach.deposits(start=scene.today - timedelta(days=30), end=scene.today)
    readable = [one for one in found if isinstance(one, AchDeposit)]
    if readable:
        scene.known["deposit"] = readable[-1].deposit_id


def _ach_deposit_lines(scene: Scene) -> None:
    scene.client.ach.deposit_transactions(scene.recall("deposit"))


def _hosted_invoice(scene: Scene) -> None:
    """Nobody is mailed: it names no address. It ends by itself tomorrow."""
    tomorrow = datetime.combine(scene.today + timedelta(days=1), time(23), tzinfo=UTC)
    invoice = NewInvoice(
        Action.SALE,
        f"rec-{scene.run}-hosted",
        amount=Money.parse("3.00", "USD"),
        expires_at=tomorrow,
    )
    scene.client.hosted_invoices.make(invoice)


def _client_key(scene: Scene) -> None:
    scene.client.account.client_key()


def _user(scene: Scene) -> None:
    scene.client.account.user()


STEPS: dict[str, Step] = {
    "login": _log_in,
    "sale_approved": _sale,
    "sale_declined": _decline,
    "sale_unknown_customer": _unknown_customer,
    "refund_not_settled": _refund_too_early,
    "authorization": _authorize,
    "adjust": _adjust,
    "capture": _capture,
    "void": _void,
    "settle": _settle,
    "refund": _refund,
    "refund_to_customer": _refund_to_customer,
    "several": _several,
    "export_by_id": _one,
    "export_by_id_unknown": _unknown,
    "export_by_days": _day,
    "batches": _batches,
    "batch": _batch,
    "batch_transactions": _batch_transactions,
    "customer_create": _customer_create,
    "customer": _customer,
    "customer_delete": _customer_delete,
    "recurring_create": _plan_create,
    "recurring_list": _plans,
    "recurring_delete": _plan_delete,
    "ach_sale": _ach_sale,
    "ach_list": _ach_list,
    "ach_deposits": _ach_deposits,
    "ach_deposit_lines": _ach_deposit_lines,
    "hosted_invoice": _hosted_invoice,
    "bank_customer_create": _bank_customer_create,
    "bank_customer": _bank_customer,
    "bank_customer_delete": _bank_customer_delete,
    "client_key": _client_key,
    "user": _user,
}


def play(step: Step, scene: Scene) -> str:
    """Make one step; why it was skipped, or nothing. A refusal of PayTrace is an answer too."""
    try:
        step(scene)
    except SkippedError as skipped:
        return str(skipped)
    except NeverWorks as refused:
        return refused.sentence if refused.code == "paytrace.not_offered" else ""
    return ""
