"""What is swept: delivering three kinds of posting, reading a notice, polling, two controls."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from integrations.connections import operations as connections
from integrations.events.models import InboundNotice
from integrations.exceptions.models import ExceptionCase
from integrations.posting.models import Effect
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction
from tests.faults.scene import Scene, Totals
from tests.faults.sweep import Verdict
from tests.faults.workers import Job
from tests.walks.world import ACTOR, World

AMOUNT = Decimal("0.01")
# What one posting of one cent does to the company's totals.
_CENT = {
    "receipt": Totals(1, AMOUNT, 0, -AMOUNT, -AMOUNT, 2, Decimal(0), 1),
    "on account": Totals(1, AMOUNT, 1, -AMOUNT, -AMOUNT, 2, Decimal(0), 1),
    "reversal": Totals(1, -AMOUNT, 0, AMOUNT, AMOUNT, 2, Decimal(0), 1),
}
KINDS = tuple(_CENT)
# One entry of the GL with its two lines, and nothing of a customer.
_ENTRY = Totals(0, Decimal(0), 0, Decimal(0), Decimal(0), 2, Decimal(0), 1)


@dataclass
class Delivery:
    """Claim, intend, ask the single writer, record: for one walked effect."""

    name: str
    scene: Scene
    template: UUID
    effect_id: UUID | None = None
    before: Totals | None = None

    def prepare(self) -> Job:
        self.scene.forget_bells()
        self.effect_id = self.scene.ready_effect(self.template)
        self.before = self.scene.totals()
        return drain_job(self.scene.world, WorkKind.DELIVER, self.scene.world.company_id)

    def take_over(self) -> None:
        self.scene.time_passes()

    def verdict(self) -> Verdict:
        assert self.before is not None
        assert self.effect_id is not None
        moved = self.scene.totals().since(self.before)
        problems = self.scene.problems(self.effect_id)
        if moved.records == 1 and moved != _CENT.get(self.name, _ENTRY):
            problems.append(f"the books moved by {moved}")
        return Verdict(max(moved.receipts, moved.lines // 2), tuple(problems))


@dataclass
class Reading:
    """From a notice, or from the export, to an effect that was walked to a person.

    Its invoice does not exist, so it must end as one case, and Sage stays as it is.
    """

    name: str
    scene: Scene
    transaction_id: str = ""

    def prepare(self) -> Job:
        world = self.scene.world
        self.scene.forget_bells()
        self.transaction_id = world.pay(amount="0.01", invoice_id="99999")
        if self.name == "notice":
            world.notify(self.transaction_id)
            return drain_job(world, WorkKind.PROCESS, world.gateway_id)
        with tenant_transaction(world.tenant.id):
            work.ring(WorkKind.POLL, tenant_id=world.tenant.id, subject_id=world.gateway_id)
        return drain_job(world, WorkKind.POLL, world.gateway_id)

    def take_over(self) -> None:
        self.scene.time_passes()

    def verdict(self) -> Verdict:
        with tenant_transaction(self.scene.world.tenant.id):
            effects = Effect.objects.filter(transaction_id=self.transaction_id)
            states = list(effects.values_list("state", flat=True))
            cases = ExceptionCase.objects.filter(
                effect__in=effects, state=ExceptionCase.State.OPEN
            ).count()
            unread = InboundNotice.objects.filter(state=InboundNotice.State.RECEIVED).count()
        problems = [f"the effects are {states}"] if states != ["parked"] else []
        problems += [f"{cases} open cases"] if cases != 1 else []
        problems += [f"{unread} notices are unread"] if unread else []
        return Verdict(len(states), tuple(problems))


@dataclass
class Control:
    """A way of posting that must be caught; see `controls`."""

    name: str
    scene: Scene
    template: UUID
    before: Totals | None = None
    job: Job = field(default_factory=lambda: Job("", {}))

    def prepare(self) -> Job:
        world = self.scene.world
        effect_id = self.scene.ready_effect(self.template)
        self.before = self.scene.totals()
        arguments = {
            "tenant_id": str(world.tenant.id),
            "company_id": str(world.company_id),
            "effect_id": str(effect_id),
            "dsn": world.sage_dsn,
        }
        self.job = Job(self.name, arguments)
        return self.job

    def take_over(self) -> None:
        self.scene.is_gone()
        self.scene.do(self.job)

    def verdict(self) -> Verdict:
        assert self.before is not None
        return Verdict(self.scene.totals().since(self.before).receipts)


def drain_job(world: World, kind: WorkKind, subject_id: UUID) -> Job:
    """Answering one doorbell, as the task queue would have it done."""
    arguments = {
        "kind": str(kind),
        "tenant_id": str(world.tenant.id),
        "subject_id": str(subject_id),
    }
    return Job("drain", arguments)


def templates(world: World) -> dict[str, UUID]:
    """One posted effect of a cent of each kind, made the way every payment is."""
    receipt = world.pay(amount="0.01", invoice_id="10432", customer_id="ACME01")
    unmatched = world.pay(amount="0.01", invoice_id="99999", customer_id="ACME01")
    returned = world.pay(amount="0.02", invoice_id="10432", customer_id="ACME01")
    for one in (receipt, unmatched, returned):
        world.notify(one)
    world.work()
    world.put_on_account(unmatched, "ACME01")
    world.simulator.control("settle", account=world.account)
    refund = world.simulator.control(
        "refund", account=world.account, transaction_id=returned, amount="0.01"
    )
    refund_id = str(refund["transaction_id"])
    world.notify(refund_id)
    world.work()
    made = {
        "receipt": world.effect(receipt),
        "on account": world.effect(unmatched),
        "reversal": world.effect(refund_id, kind="refund"),
    }
    assert {name: effect.state for name, effect in made.items()} == dict.fromkeys(KINDS, "posted")
    return {name: effect.id for name, effect in made.items()}


def settlement_template(world: World) -> UUID:
    """The posted GL entry of a settled batch of one cent."""
    world.within(
        lambda: connections.update_settings(
            connection_id=world.gateway_id, settle_from="2026-11-01", actor=ACTOR
        )
    )
    world.pay(amount="0.01", invoice_id="100431", customer_id="ADLER1")
    world.simulator.control("settle", account=world.account)
    world.poll_now()
    made = world.within(lambda: Effect.objects.get(kind="settlement"))
    assert (made.state, made.amount) == ("posted", AMOUNT)
    return UUID(str(made.id))
