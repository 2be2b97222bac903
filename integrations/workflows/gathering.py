"""Gathering what a walk may look at: our rows in one transaction, Sage's outside of any."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import time
from decimal import Decimal
from functools import cached_property

from integrations.accounting import queries as accounting
from integrations.canonical.effects import UNDONE, EffectKind, behind, happened_at
from integrations.canonical.fields import record_of
from integrations.canonical.ledger_documents import (
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    Receipt,
)
from integrations.canonical.money import Money
from integrations.canonical.posting import PostingKind, marker_for
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections import profiles, writing
from integrations.connections.models import Connection
from integrations.events import facts
from integrations.instructions import own_pages
from integrations.mapping import queries as mapping
from integrations.mapping.company_targets import targets_of
from integrations.matching.batches import SettledBatch
from integrations.matching.duplicates import PlainReceipt
from integrations.matching.references import numbers_to_look_up
from integrations.posting.models import Effect
from integrations.sagepro.connector import Connector
from integrations.sagepro.profile import PostingProfile
from integrations.workflows import asked_refunds, parents, settled
from integrations.workflows import queries as workflows
from integrations.workflows.steps.match import LADDER
from integrations.workflows.subject import AskedRefund, PaidLink, Parent, Subject

# Receipts are read for the few invoices a payment names; more is a remittance for a person.
MOST_INVOICES = 5
# Everything else goes by what its parent did to the books.
_KEYED = frozenset({PostingKind.RECEIPT, PostingKind.ON_ACCOUNT, PostingKind.REVERSAL})
_LOOKS_AT_INVOICES = frozenset({EffectKind.SALE, EffectKind.DECLINE})


@dataclass(frozen=True)
class Policy:
    """What an environment's walks to one company follow, as it stood when it was read."""

    profile: PostingProfile
    kinds: frozenset[PostingKind]
    """What may be posted: of a company that a person writes, what can be read back as keyed."""
    profile_version: int
    workflow: workflows.InForce
    mapping: mapping.InForce
    rules: accounting.InForce
    accounts: tuple[GLAccount, ...]


@dataclass(frozen=True)
class Loaded:
    """Our own rows about one effect."""

    effect: Effect
    transaction: GatewayTransaction
    """The fact the effect stands on, which need not be the latest."""
    undone: GatewayTransaction | None
    """The fact that says that none of its money moves, if there is one."""
    policy: Policy
    zone: str
    cut_off: time | None
    base_currency: str
    parent: Parent | None
    parent_id: uuid.UUID | None
    """What it takes back; of a fee, the chargeback it waits for; of a settlement, the
    transaction of its batch."""
    beside: Effect | None = None
    asked_refund: AskedRefund | None = None
    batch: SettledBatch | None = None
    """Of a settlement."""
    asked: own_pages.Asked | None = None
    """Of a payment that came by PayTrace's own page of a payment link: what that asked for."""


@dataclass(frozen=True)
class Seen:
    """What Sage showed."""

    periods: tuple[FiscalPeriod, ...]
    invoices: tuple[Invoice, ...] = ()
    payer: Customer | None = None
    receipts: tuple[Receipt, ...] = ()


@dataclass
class Company:
    """One Sage company during one drain: what does not change in a minute is read once."""

    connector: Connector
    policies: dict[uuid.UUID, Policy] = field(default_factory=dict)
    """By environment; whoever walks says when they are read anew."""

    @cached_property
    def periods(self) -> tuple[FiscalPeriod, ...]:
        return tuple(self.connector.fiscal_periods())


def load(effect_id: uuid.UUID, *, policies: dict[uuid.UUID, Policy] | None = None) -> Loaded:
    """Read our rows; inside the tenant transaction. Raises Effect.DoesNotExist.

    A policy that stands in `policies` is believed, and one that was read is added.
    """
    effect = Effect.objects.select_related("environment", "company", "source").get(id=effect_id)
    policy = _policy(effect, {} if policies is None else policies)
    if effect.kind == EffectKind.SETTLEMENT:
        return _settlement(effect, policy)
    history = facts.history(connection_id=effect.source_id, transaction_id=effect.transaction_id)
    if not history:
        raise LookupError(f"No fact stands behind effect {effect.id}")
    transaction = behind(history, effect_key=effect.effect_key) or history[-1]
    found = parents.find(effect, transaction)
    beside = parents.beside(effect)
    environment = effect.environment
    return Loaded(
        effect=effect,
        transaction=transaction,
        undone=next((one for one in reversed(history) if one.state in UNDONE), None),
        policy=policy,
        zone=_zone(effect.source),
        cut_off=environment.cutoff_time,
        base_currency=environment.base_currency,
        parent=parents.describe(found, but=effect, profile=policy.profile) if found else None,
        parent_id=_waits_for(effect, found, beside),
        beside=beside,
        asked=own_pages.asked_by(transaction, connection_id=effect.source_id),
        asked_refund=None if found else asked_refunds.of(effect, transaction),
    )


def _settlement(effect: Effect, policy: Policy) -> Loaded:
    """No fact stands behind it: the batch does."""
    found = settled.find(effect)
    return Loaded(
        effect=effect,
        transaction=found.transaction,
        undone=None,
        policy=policy,
        zone=_zone(effect.source),
        cut_off=effect.environment.cutoff_time,
        base_currency=effect.environment.base_currency,
        parent=None,
        parent_id=found.waits_for,
        batch=found.batch,
    )


def _waits_for(
    effect: Effect, found: parents.Found | None, beside: Effect | None
) -> uuid.UUID | None:
    if effect.kind == EffectKind.FEE:
        return beside.id if beside else None
    return found.effect.id if found else None


def _policy(effect: Effect, policies: dict[uuid.UUID, Policy]) -> Policy:
    found = policies.get(effect.environment_id)
    if found is None:
        profile = PostingProfile.from_json(effect.company.settings["profile"])
        is_assisted = writing.is_assisted(effect.company.settings)
        found = policies[effect.environment_id] = Policy(
            profile=profile,
            kinds=profile.kinds & _KEYED if is_assisted else profile.kinds,
            profile_version=profiles.version_in_force(effect.company),
            workflow=workflows.in_force(effect.environment_id),
            mapping=mapping.in_force(effect.environment_id),
            rules=accounting.rules_in_force(effect.environment_id),
            accounts=tuple(accounting.accounts(effect.company_id)),
        )
    return found


def look(loaded: Loaded, company: Company) -> Seen:
    """Read what the walk needs from Sage; outside any transaction. Raises IntegrationError."""
    periods = company.periods
    kind = EffectKind(loaded.effect.kind)
    if kind not in _LOOKS_AT_INVOICES:
        return Seen(periods)
    connector = company.connector
    chosen = str(loaded.effect.decision.get("invoice_number", ""))
    if not chosen and loaded.asked is not None:
        chosen = loaded.asked.invoice_number
    numbers = [chosen] if chosen else numbers_to_look_up(loaded.transaction, ladder=LADDER)
    invoices = tuple(connector.invoices_by_number(numbers)) if numbers else ()
    if kind is EffectKind.DECLINE:
        return Seen(periods, invoices)
    decided = str(loaded.effect.decision.get("customer_number", ""))
    wanted = decided or loaded.transaction.customer_id
    payer = connector.customer(wanted) if wanted and not invoices else None
    if loaded.effect.decision.get("on_account") and payer is None and wanted:
        payer = connector.customer(wanted)
    return Seen(periods, invoices, payer, _receipts(connector, invoices))


def subject_of(loaded: Loaded, seen: Seen, *, ours: dict[str, str]) -> Subject:
    """Everything as plain values. `ours` maps the markers of our postings to transactions."""
    effect, policy = loaded.effect, loaded.policy
    rule = policy.profile.marker
    return Subject(
        effect_key=effect.effect_key,
        marker=marker_for(effect.effect_key, rule.width, rule.prefix),
        kind=EffectKind(effect.kind),
        amount=Money(effect.amount, effect.currency),
        transaction=loaded.transaction,
        happened_at=happened_at(loaded.transaction, EffectKind(effect.kind)),
        undone=loaded.undone,
        record=record_of(loaded.transaction, zone=loaded.zone),
        zone=loaded.zone,
        cut_off=loaded.cut_off,
        base_currency=loaded.base_currency,
        rows=policy.mapping.rows,
        targets=targets_of(policy.profile),
        rules=policy.rules.rules,
        accounts=policy.accounts,
        periods=seen.periods,
        invoices=seen.invoices,
        payer=seen.payer,
        receipts=tuple(_plain(receipt, ours) for receipt in seen.receipts if receipt.paid_date),
        parent=loaded.parent,
        beside=parents.describe_beside(loaded.beside) if loaded.beside else None,
        asked_refund=loaded.asked_refund,
        batch=loaded.batch,
        link=PaidLink(**asdict(loaded.asked)) if loaded.asked else None,
        kinds=policy.kinds,
        decision=effect.decision,
    )


def markers_of(receipts: Sequence[Receipt]) -> dict[str, str]:
    """Which of these receipts we posted: marker → transaction id. Inside the transaction."""
    references = [receipt.reference for receipt in receipts if receipt.reference]
    if not references:
        return {}
    found = Effect.objects.filter(marker__in=references).values_list("marker", "transaction_id")
    return dict(found)


def _zone(source: Connection) -> str:
    return str(source.settings.get("zone", "America/Los_Angeles"))


def _receipts(connector: Connector, invoices: Sequence[Invoice]) -> tuple[Receipt, ...]:
    paid = [invoice.number for invoice in invoices if invoice.paid and not invoice.is_history]
    return tuple(
        receipt
        for number in paid[:MOST_INVOICES]
        for receipt in connector.receipts_for_invoice(number)
    )


def _plain(receipt: Receipt, ours: dict[str, str]) -> PlainReceipt:
    assert receipt.paid_date is not None  # noqa: S101 the caller filtered; this tells the type
    return PlainReceipt(
        receipt_key=receipt.key,
        customer_number=receipt.customer_number,
        invoice_number=receipt.invoice_number,
        amount=Money(receipt.amount.quantize(Decimal("0.01")), receipt.currency),
        received_date=receipt.paid_date,
        texts=(receipt.reference, receipt.check_number),
        transaction_id=ours.get(receipt.reference, ""),
    )
