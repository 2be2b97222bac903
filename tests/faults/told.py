"""Stories of what PayTrace is told: a charge, a hold, its capture, money back, a flagged row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from integrations.canonical.money import Money
from integrations.connections import flagged
from integrations.instructions import deciding, operations, policies
from integrations.instructions.kinds import ALWAYS_APPROVED, Kind
from integrations.instructions.models import Instruction, StoredPaymentMethod
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from tenants.ids import new_id
from tenants.models import Membership, WorkKind
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.faults.scene import Scene
from tests.faults.stories import drain_job
from tests.faults.sweep import Verdict
from tests.faults.workers import Job
from tests.sagepro.flagged import flag_row, row_in_sage
from tests.walks.world import ACTOR, World

CENT = Money(Decimal("0.01"), "USD")
_LOTS = Money(Decimal(1000), "USD")
_CHARGE = Wish(Kind.CHARGE, amount=CENT, vault_id="ACME01", customer_number="ACME01")
# What the gateway calls a transaction of each kind, and the states in which it counts.
_COUNTED = {
    "charge": ("sale", ()),
    "hold": ("authorization", ()),
    "capture": ("authorization", ("pending_settlement", "settled")),
    "give back": ("refund", ()),
    "refund to a stored card": ("refund", ()),
}
SENT = tuple(_COUNTED)
_CAROL = "carol@example.com"


def open_till(world: World) -> None:
    """Let anything be asked for without a second person, except what always needs one: Carol."""
    carol = factories.person(_CAROL)
    with tenant_transaction(world.tenant.id):
        Membership.objects.create(tenant=world.tenant, user=carol, role=Role.APPROVER)
        StoredPaymentMethod.objects.create(
            environment_id=world.environment_id, connection_id=world.gateway_id,
            vault_id="ACME01", customer_number="ACME01", brand="visa", last_four="5439",
            stored_by=ACTOR,
        )  # fmt: skip
        policies.set_policy(
            environment_id=world.environment_id,
            user_daily_limit=_LOTS,
            company_daily_limit=_LOTS,
            approval_above=_LOTS,
            actor=ACTOR,
        )


def count_at_paytrace(world: World, kind: str) -> int:
    """How many transactions of this kind the gateway holds of the account."""
    account: dict[str, Any] = world.simulator.look("state", account=world.account)["accounts"]
    name, states = _COUNTED[kind]
    return sum(
        one["type"] == name and (not states or one["state"] in states)
        for one in account[world.account]["transactions"]
    )


@dataclass
class Sending:
    """Claim, put on record, tell PayTrace, record: for one instruction of a cent.

    What a struck worker put on record and never sent ends as refused after a day, and says so:
    nothing is lost then. Whatever an instruction says must be what the gateway holds.
    """

    name: str
    scene: Scene
    instruction_id: UUID | None = None
    before: int = 0

    def prepare(self) -> Job:
        world = self.scene.world
        self.scene.forget_bells()
        wish = self._wish()
        self.before = count_at_paytrace(world, self.name)
        self.instruction_id = ask(world, wish)
        if wish.kind in ALWAYS_APPROVED:
            approve(world, self.instruction_id)
        return drain_job(world, WorkKind.INSTRUCT, world.gateway_id)

    def take_over(self) -> None:
        self.scene.time_passes()
        self.scene.a_day_passes()
        self.scene.time_passes()

    def verdict(self) -> Verdict:
        assert self.instruction_id is not None
        times = count_at_paytrace(self.scene.world, self.name) - self.before
        with tenant_transaction(self.scene.world.tenant.id):
            row = Instruction.objects.get(id=self.instruction_id)
        if times == 0 and (row.state, row.code) == ("refused", "paytrace.never_arrived"):
            return Verdict(1)
        problems = [f"it is {row.state} ({row.code})"] if row.state != "done" else []
        return Verdict(times, tuple(problems))

    def _wish(self) -> Wish:
        return _WISHES[self.name](self.scene.world)


def _hold(_: World) -> Wish:
    return Wish(Kind.HOLD, amount=CENT, vault_id="ACME01", customer_number="ACME01")


def _capture(world: World) -> Wish:
    """Of a hold that was made and is known."""
    held = ask(world, _hold(world))
    world.work()
    with tenant_transaction(world.tenant.id):
        row = Instruction.objects.get(id=held)
    assert row.state == "done", row.sentence
    return Wish(Kind.CAPTURE, amount=CENT, transaction_id=row.result_id)


def _give_back(world: World) -> Wish:
    paid = world.pay(amount="0.02", invoice_id="99999")
    world.simulator.control("settle", account=world.account)
    return Wish(Kind.GIVE_BACK, amount=CENT, transaction_id=paid)


def _refund(_: World) -> Wish:
    return Wish(
        Kind.REFUND_CUSTOMER, amount=CENT, vault_id="ACME01", customer_number="ACME01",
        description="Goodwill",
    )  # fmt: skip


_WISHES: dict[str, Callable[[World], Wish]] = {
    "charge": lambda _: _CHARGE,
    "hold": _hold,
    "capture": _capture,
    "give back": _give_back,
    "refund to a stored card": _refund,
}


@dataclass
class Flagging:
    """A row flagged in Sage: taken in, sent by whoever comes, and its result written back."""

    name: str
    scene: Scene
    count: int = 0
    before: int = 0

    def __post_init__(self) -> None:
        with tenant_transaction(self.scene.world.tenant.id):
            flagged.switch_on(connection_id=self.scene.world.gateway_id, actor=ACTOR)

    def prepare(self) -> Job:
        world = self.scene.world
        self.scene.forget_bells()
        self.count += 1
        self.before = count_at_paytrace(world, "charge")
        flag_row(world.sage_dsn, reqno=str(self.count), vaultid="ACME01", reqamt="0.01")
        return drain_job(world, WorkKind.FLAGGED, world.company_id)

    def take_over(self) -> None:
        self.scene.look_for_flagged_rows()
        self.scene.time_passes()
        self.scene.look_for_flagged_rows()
        self.scene.time_passes()

    def verdict(self) -> Verdict:
        world = self.scene.world
        times = count_at_paytrace(world, "charge") - self.before
        row = row_in_sage(world.sage_dsn, str(self.count))
        told = [row.get(name, "") for name in ("reqflag", "reqgen", "reqstat")]
        problems = [f"the row says {told}"] if told != ["", "1", "Done"] else []
        return Verdict(times, tuple(problems))


@dataclass
class Unrecorded:
    """Sending without an attempt on record, which must be caught; see `controls`."""

    name: str
    scene: Scene
    before: int = 0
    job: Job = field(default_factory=lambda: Job("", {}))

    def prepare(self) -> Job:
        world = self.scene.world
        self.before = count_at_paytrace(world, "charge")
        ask(world, _CHARGE)
        arguments = {"tenant_id": str(world.tenant.id), "connection_id": str(world.gateway_id)}
        self.job = Job(self.name, arguments)
        return self.job

    def take_over(self) -> None:
        self.scene.is_gone()
        self.scene.do(self.job)

    def verdict(self) -> Verdict:
        return Verdict(count_at_paytrace(self.scene.world, "charge") - self.before)


def ask(world: World, wish: Wish) -> UUID:
    """Ask for it as a person would; its drain is due."""
    with tenant_transaction(world.tenant.id):
        taken = operations.ask(
            wish,
            environment_id=world.environment_id,
            connection_id=world.gateway_id,
            idempotency_key=f"sweep-{new_id()}",
            origin=Instruction.Origin.PERSON,
            who=Who(ACTOR),
        )
    return taken.instruction.id


def approve(world: World, instruction_id: UUID) -> None:
    """Carol approves what somebody else asked for."""
    with tenant_transaction(world.tenant.id):
        carol = Membership.objects.select_related("user").get(user__email=_CAROL).user
        deciding.approve(
            instruction_id=instruction_id, environment_id=world.environment_id,
            who=Who(carol.email, carol.id),
        )  # fmt: skip
