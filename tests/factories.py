"""The smallest valid rows, made as the application makes them. Inside `tenant_transaction`
where a company's rows are meant."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.accounting import operations as accounting
from integrations.accounting.models import GLAccount
from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.money import Money
from integrations.canonical.posting import (
    Application,
    JournalLine,
    PostingKind,
    PostingRequest,
    marker_for,
)
from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)
from integrations.connections import site_tests
from integrations.connections.models import Connection
from integrations.events.facts import to_details
from integrations.events.models import (
    Backfill,
    DayCount,
    GatewayBatch,
    GatewayFact,
    HeldAmount,
    Rhythm,
)
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import links
from integrations.instructions.kinds import Kind
from integrations.instructions.links import NewLink
from integrations.instructions.models import (
    Instruction,
    InstructionAttempt,
    InstructionPolicy,
    RecurringPlan,
    StoredPaymentMethod,
)
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from integrations.posting.models import (
    Effect,
    EffectState,
    LedgerEntry,
    LedgerLine,
    PostingAttempt,
)
from integrations.sagepro.sample.profile import sample_profile
from integrations.sagepro.self_test import Check, SelfTest
from integrations.workflows.models import StepRun, WorkflowRun
from tenants import operations
from tenants.ids import new_id
from tenants.models import Environment, Membership, Tenant, User
from tenants.roles import Role
from tenants.scope import tenant_transaction

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(79388123)


@dataclass(frozen=True)
class Books:
    """A company with both connections in Production, both connected."""

    tenant: Tenant
    owner: User
    environment: Environment
    dev: Environment
    paytrace: Connection
    sage: Connection


def person(
    email: str = "alice@acme.example", *, name: str = "", password: str | None = None
) -> User:
    """Somebody; without a password they sign in by `force_login` only (hashing one is slow)."""
    return User.objects.create_user(email, password, name=name)


def member(tenant: Tenant, *, email: str, role: Role) -> User:
    """Somebody with a role in the company."""
    user = person(email)
    with tenant_transaction(tenant.id):
        Membership.objects.create(tenant=tenant, user=user, role=role)
    return user


def company(name: str = "Acme Supply", *, owner: User | None = None) -> Books:
    """A company with its owner, environments and connections. Opens its own transactions."""
    owner = owner or person()
    tenant = operations.create_company(name=name, owner=owner)
    with tenant_transaction(tenant.id):
        environments = {e.kind: e for e in Environment.objects.all()}
        production = environments["production"]
        sage = sage_company(production)
        paytrace = paytrace_account(production, posts_to=sage)
        for number, words in _CHART:
            GLAccount.objects.create(company=sage, number=number, description=words)
    return Books(tenant, owner, production, environments["dev"], paytrace, sage)


_CHART = (
    ("1010", "Card clearing"),
    ("1011", "Amex clearing"),
    ("1020", "ACH clearing"),
    ("1200", "Accounts receivable"),
    ("2300", "Customer deposits"),
)


def sage_company(environment: Environment, **values: Any) -> Connection:
    """A Sage company; a connected one has passed its self-test."""
    made = Connection.objects.create(
        **{
            "environment": environment,
            "kind": Connection.Kind.SAGEPRO,
            "name": "Sage Pro, company 01",
            "state": Connection.State.CONNECTED,
            "last_ok_at": timezone.now(),
            "settings": {
                "edition": "sql",
                "company_number": "01",
                "server": "books.acme.example",
                "database": "sage01",
                "profile": sample_profile().as_json(),
            },
        }
        | values
    )
    if made.state == Connection.State.CONNECTED:
        site_tests.keep(made, PROVED, actor="Tieout")
    return made


PROVED = SelfTest("PostgreSQL 15.4", (Check("Rights", is_ok=True, sentence="All are there."),))


def paytrace_account(environment: Environment, **values: Any) -> Connection:
    """A connected account; by another name it is another merchant."""
    merchant_id = f"MID-{values['name']}" if "name" in values else "MID-4417"
    return Connection.objects.create(
        **{
            "environment": environment,
            "kind": Connection.Kind.PAYTRACE,
            "name": "PayTrace, store",
            "state": Connection.State.CONNECTED,
            "last_ok_at": timezone.now(),
            "settings": {
                "api_version": "v3",
                "gateway_environment": "production",
                "base_url": "https://api.paytrace.example",
                "username_hint": "t…t",
                "merchant_id": merchant_id,
                "zone": "America/Los_Angeles",
                "currency": "USD",
                "login_key": "00" * 32,
            },
        }
        | values
    )


def disputes_provider(account: Connection, **values: Any) -> Connection:
    """A disputes provider of this PayTrace account, tested."""
    return Connection.objects.create(
        **{
            "environment": account.environment,
            "kind": Connection.Kind.DISPUTES,
            "name": "Acquirer",
            "state": Connection.State.CONNECTED,
            "last_ok_at": timezone.now(),
            "tells_of": account,
            "settings": {
                "provider": "cases_api",
                "base_url": "https://acquirer.example/disputes",
            },
        }
        | values
    )


def instructed(
    books: Books, *, word: str = "ACME01", amount: str = "99.00", by: str = "alice@acme.example"
) -> Instruction:
    """A policy, a stored card, a plan, its end that waits for approval after an attempt, and a
    payment link."""
    place = {"environment": books.environment, "connection": books.paytrace}
    number, limit = word[:6].upper(), Decimal(amount)
    InstructionPolicy.objects.get_or_create(
        environment=books.environment,
        defaults={
            "currency": "USD", "user_daily_limit": limit, "company_daily_limit": limit,
            "approval_above": 0, "set_by": by,
        },
    )  # fmt: skip
    plan = RecurringPlan.objects.create(
        **place, recurrence_id=word, customer_number=number, vault_id=word, amount=limit,
        currency="USD", frequency="3", counts_from=date(2026, 12, 1),
    )  # fmt: skip
    StoredPaymentMethod.objects.create(
        **place, vault_id=word, customer_number=number, last_four="5439", stored_by=by
    )
    links.make(
        NewLink(number, Money(limit, "USD"), invoice_number="10432", email=by),
        environment_id=books.environment.id, connection_id=books.paytrace.id,
        idempotency_key=f"{word}-link", who=Who(by),
    )  # fmt: skip
    wish = Wish(Kind.PLAN_CANCEL, plan_id=plan.id)
    made = Instruction.objects.create(
        **place, kind=wish.kind, idempotency_key=word, origin="person", asked_by=by,
        asked_on=date(2026, 11, 20), request=wish.as_json(), request_hash=wish.digest,
        plan=plan, customer_number=number, state="waiting_approval",
    )  # fmt: skip
    InstructionAttempt.objects.create(
        instruction=made,
        number=1,
        fence=1,
        invoice_id=f"{word}-{made.id.hex[-8:]}",
        gateway_day=date(2026, 11, 20),
    )
    return made


def charged(books: Books, effect: Effect) -> Instruction:
    """The charge that led to a payment: asked by Alice, approved by Carol."""
    wish = Wish(Kind.CHARGE, amount=Money(effect.amount, effect.currency), vault_id="ACME01")
    return Instruction.objects.create(
        environment=books.environment, connection=books.paytrace, kind=wish.kind,
        idempotency_key=f"charge-{effect.transaction_id}", origin="person",
        asked_by="alice@acme.example", asked_on=date(2026, 11, 20), request=wish.as_json(),
        request_hash=wish.digest, amount=effect.amount, currency=effect.currency, state="done",
        decided_by="carol@acme.example", decided_at=timezone.now() + timedelta(minutes=2),
        result_id=effect.transaction_id,
    )  # fmt: skip


def effect(books: Books, **values: Any) -> Effect:
    """A payment as it arrives, with the fact behind it: `method` and `customer_reference` are of
    that."""
    method = PaymentMethod(values.pop("method", PaymentMethod.CARD))
    reference = values.pop("customer_reference", "")
    number = str(next(_numbers))
    key = f"paytrace:MID-4417:{number}:{values.get('kind', 'sale')}:1"
    given: dict[str, Any] = {
        "environment": books.environment,
        "company": books.sage,
        "source": books.paytrace,
        "effect_key": key,
        "marker": marker_for(key),
        "kind": "sale",
        "transaction_id": number,
        "amount": Decimal("740.00"),
        "currency": "USD",
        "occurred_at": timezone.now(),
        "found_by": "notice",
        "invoice_reference": "INV-10432",
        "customer_name": "Acme Tools Inc.",
        "customer_number": "ACME01",
        "card_brand": "Visa",
        "last_four": "5454",
        "approval_code": "TAS123",
        "gateway_state": "pending_settlement",
    } | values
    made = Effect.objects.create(**given)
    fact(books, made, method=method, customer_reference=reference)
    return made


def fact(
    books: Books,
    of: Effect,
    *,
    method: PaymentMethod = PaymentMethod.CARD,
    customer_reference: str = "",
) -> GatewayFact:
    """What the gateway told about the effect's transaction."""
    kinds = {"refund": TransactionType.REFUND}
    transaction = GatewayTransaction(
        account="MID-4417",
        transaction_id=of.transaction_id,
        type=kinds.get(of.kind, TransactionType.SALE),
        state=TransactionState(of.gateway_state),
        method=method,
        amount=Money(of.amount, of.currency),
        created_at=of.occurred_at,
        invoice_reference=of.invoice_reference,
        customer_reference=customer_reference,
        customer_id=of.customer_number,
        customer_name=of.customer_name,
        card_brand=of.card_brand,
        last_four=of.last_four,
        approval_code=of.approval_code,
        discretionary={"po_number": "PO-7"},
    )
    return GatewayFact.objects.create(
        connection=books.paytrace,
        transaction_id=of.transaction_id,
        type=transaction.type,
        state=transaction.state,
        seen_by=of.found_by,
        amount=of.amount,
        currency=of.currency,
        created_at=of.occurred_at,
        details=to_details(transaction),
    )


def hold(books: Books, **values: Any) -> GatewayFact:
    """An amount held on a card, which does nothing to the books."""
    about: dict[str, Any] = {
        "transaction_id": str(next(_numbers)),
        "amount": Decimal("740.00"),
        "invoice_reference": "INV-10432",
        "customer_name": "Acme Tools Inc.",
        "created_at": timezone.now(),
    } | values
    amount = Money(about.pop("amount"), "USD")
    told = GatewayTransaction(
        account="MID-4417", type=TransactionType.AUTHORIZATION,
        state=TransactionState.AUTHORIZED, method=PaymentMethod.CARD, amount=amount,
        card_brand="Visa", last_four="5454", approval_code="TAS124", **about,
    )  # fmt: skip
    return GatewayFact.objects.create(
        connection=books.paytrace, transaction_id=told.transaction_id, type=told.type,
        state=told.state, seen_by="sync", amount=amount.amount, currency="USD",
        created_at=told.created_at, details=to_details(told),
    )  # fmt: skip


def held_amount(books: Books, fact_id: str, amount: str) -> HeldAmount:
    """Another amount of a hold, told later."""
    one = GatewayFact.objects.get(id=fact_id)
    return HeldAmount.objects.create(
        connection=books.paytrace, transaction_id=one.transaction_id, amount=Decimal(amount),
        currency="USD", seen_by="sync",
    )  # fmt: skip


def posted(books: Books, **values: Any) -> Effect:
    """A payment that stands in Sage: walk, attempt with evidence, and ledger entry."""
    now = timezone.now()
    made = effect(
        books,
        **{
            "state": EffectState.POSTED,
            "posted_at": now,
            "accounting_date": now.date(),
            "attempts": 1,
        }
        | values,
    )
    request = request_of(made)
    Effect.objects.filter(id=made.id).update(
        payload=request.as_json(),
        payload_hash=request.payload_hash,
        sage_reference=f"Receipt {made.marker} on invoice 10432",
    )
    walk(made)
    PostingAttempt.objects.create(
        effect=made,
        number=1,
        fence=1,
        ended_at=now,
        outcome="posted",
        sentence=f"Receipt {made.marker} on invoice 10432",
        evidence={
            "arcash": [{"invno": "10432", "custno": "ACME01", "paidamt": f"{made.amount:.2f}"}],
            "armast": [{"invno": "10432", "balance": "0.00"}],
        },
    )
    entry = LedgerEntry.objects.create(
        effect=made,
        company=books.sage,
        accounting_date=now.date(),
        amount=made.amount,
        currency=made.currency,
        sage_reference=f"Receipt {made.marker} on invoice 10432",
    )
    for position, line in enumerate(request.journal, start=1):
        LedgerLine.objects.create(
            entry=entry,
            position=position,
            account=line.account,
            debit=line.debit,
            credit=line.credit,
            memo=line.memo,
            reason=line.reason,
        )
    made.refresh_from_db()
    return made


def parked(books: Books, *, code: str = "invoice_not_found", **values: Any) -> ExceptionCase:
    """A payment that needs a person, with its open case."""
    case_values = {
        key.removeprefix("case_"): values.pop(key) for key in list(values) if key[:5] == "case_"
    }
    sentence = case_values.pop("sentence", "None of the documents the payment names is in Sage.")
    made = effect(
        books,
        **{"state": EffectState.PARKED, "reason_code": code, "sentence": sentence} | values,
    )
    return ExceptionCase.objects.create(
        effect=made,
        code=code,
        sentence=sentence,
        amount=made.amount,
        currency=made.currency,
        **case_values,
    )


def failed_run(books: Books, plan: RecurringPlan, **values: Any) -> ExceptionCase:
    """A recurring plan's payment that was declined, with its open case."""
    return parked(
        books,
        code="plan_run_failed",
        case_evidence={"plan_id": str(plan.id)},
        case_sentence="A recurring plan charged, and it was declined. No money came.",
        **{
            "kind": "failed_run", "amount": plan.amount, "customer_number": plan.customer_number,
            "gateway_state": "declined",
        }
        | values,
    )  # fmt: skip


def flagged_row(books: Books, **values: Any) -> ExceptionCase:
    """A row of Sage that could not be taken in, with its refused instruction and open case."""
    refused = Instruction.objects.create(
        environment=books.environment, connection=books.paytrace, kind="", origin="sage",
        idempotency_key=f"sage:{books.sage.id}:17:0", asked_by="Sage, row 17",
        asked_on=at("2026-11-20 12:00").date(), request={"kind": "LUNCH"}, request_hash="",
        sage_row="17", state="refused", code="sage.row_refused", told_sage="refused",
        sentence="‘LUNCH’ is no word of the posting profile for what a row asks for.",
    )  # fmt: skip
    return parked(
        books,
        code="row_refused",
        case_sentence=refused.sentence,
        case_remedy="Mend row 17 in Sage and flag it again.",
        case_evidence={
            "instruction_id": str(refused.id), "record": {"row": "17", "asks_for": "LUNCH"},
        },
        **{
            "kind": "flagged_row", "transaction_id": "ROW-17", "customer_name": "",
            "customer_number": "ACME01", "last_four": "", "card_brand": "",
        } | values,
    )  # fmt: skip


def polled(
    source: Connection,
    *,
    name: str = "Before go-live",
    amount: str = "740.00",
    by: str = "alice@acme.example",
) -> Backfill:
    """What polling leaves beside its runs: a day's count, a batch, a rhythm, a backfill."""
    day, now = date(2026, 11, 20), timezone.now()
    DayCount.objects.create(connection=source, day=day, told=2)
    GatewayBatch.objects.create(
        connection=source,
        number="571",
        settled_on=day,
        settled_at=now,
        transaction_count=2,
        net=Decimal(amount),
        currency="USD",
    )
    Rhythm.objects.create(connection=source, stream="payments", hours=[0.0] * 168)
    return Backfill.objects.create(
        connection=source,
        name=name,
        first_day=day,
        last_day=day,
        next_day=day,
        requested_by=by,
    )


def publish_rules(books: Books) -> None:
    """One rule without conditions for each part of today's journals."""
    rules = (
        GLRule("Cards", AccountRole.CARD_CLEARING, "1010"),
        GLRule("Bank debits", AccountRole.ACH_CLEARING, "1020"),
        GLRule("Receivables", AccountRole.RECEIVABLES, "1200"),
        GLRule("Deposits", AccountRole.CUSTOMER_DEPOSITS, "2300"),
    )
    accounting.publish_rules(
        environment_id=books.environment.id, rules=rules, actor=books.owner.email
    )


def walk(of: Effect) -> WorkflowRun:
    """One walk through match and account."""
    run = WorkflowRun.objects.create(
        effect_id=of.id,
        number=1,
        version_id=new_id(),
        version=0,
        mapping_version=3,
        gl_rules_version=2,
        profile_version=1,
        trigger="arrival",
        result="ready",
        started_at=timezone.now() - timedelta(seconds=1),
    )
    steps: tuple[tuple[str, str, list[str]], ...] = (
        ("match", "Pays invoice 10432 in full.", ["Looked for invoice 10432: found, open balance"]),
        ("map", "Filled 4 receipt fields.", ["reference: transaction id → ‘79388123’"]),
        ("account", "Debits 1010 and credits 1200.", ["By rule ‘Cards’: Card clearing is 1010."]),
        ("guard", "Not in Sage yet, and nothing there looks the same.", []),
        ("post", "Ready to post a cash receipt.", []),
    )
    for position, (step, sentence, trace) in enumerate(steps, start=1):
        StepRun.objects.create(
            run=run, position=position, step=step, result="passed", sentence=sentence, trace=trace
        )
    return run


def at(text: str) -> datetime:
    """A moment written as `2026-11-20 14:05`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def request_of(of: Effect) -> PostingRequest:
    """What the writer is asked about this payment: one receipt on invoice 10432."""
    nothing = Decimal(0)
    return PostingRequest(
        effect_key=of.effect_key,
        marker=of.marker,
        kind=PostingKind.RECEIPT,
        customer_number=of.customer_number,
        amount=Money(of.amount, of.currency),
        accounting_date=timezone.now().date(),
        applications=(Application("10432", of.amount),),
        journal=(
            JournalLine("1010", of.amount, nothing, "", "Card clearing. By rule ‘Cards’."),
            JournalLine("1200", nothing, of.amount, "", "Accounts receivable. By rule ‘AR’."),
        ),
        fields={"reference": of.marker},
    )
