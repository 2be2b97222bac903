"""One full set of rows of every kind for one environment of a company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.accounting import operations as accounting
from integrations.accounting.models import GLAccount
from integrations.accounting.rules import AccountRole, GLRule
from integrations.alerts.models import Alert
from integrations.canonical.money import Money
from integrations.canonical.posting import PostingKind, PostingRequest
from integrations.connections import profiles, site_tests, worksheet
from integrations.connections.agents import companies, pairing
from integrations.connections.models import (
    AccessToken,
    Agent,
    AgentJob,
    Calibration,
    CalibrationStep,
    Connection,
    ConnectionTest,
    TableLayout,
    WorksheetEntry,
)
from integrations.connections.operations import new_notice_address
from integrations.connections.secrets import keep_secrets
from integrations.events.models import (
    ContestDeadline,
    DepositPart,
    GatewayBatch,
    HeldAmount,
    HoldLook,
    InboundNotice,
    NoticeKey,
    NoticeRefusal,
    SyncRun,
    Watermark,
)
from integrations.instructions import links
from integrations.instructions.kinds import Kind
from integrations.instructions.links import NewLink
from integrations.instructions.models import (
    FlaggedLook,
    Instruction,
    InstructionAttempt,
    PaymentLink,
    RecurringPlan,
    StoredPaymentMethod,
)
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from integrations.mapping import operations as mapping
from integrations.mapping import queries as mappings
from integrations.open_items.models import OpenItem, OpenItemsCopy
from integrations.sagepro.sample.profile import sample_profile
from integrations.workflows import operations as workflows
from integrations.workflows import queries as workflow_versions
from tenants import operations as tenants
from tenants.models import ApiAnswer, ApiKey, DueNotice, DueWork, WorkKind
from tests import factories
from tests.factories import Books

RULES = (
    GLRule("Cards", AccountRole.CARD_CLEARING, "1010"),
    GLRule("Transfers", AccountRole.ACH_CLEARING, "1020"),
    GLRule("Receivables", AccountRole.RECEIVABLES, "1200"),
    GLRule("Deposits", AccountRole.CUSTOMER_DEPOSITS, "2300"),
)
_DAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Look:
    """What a company's rows are recognised by, in every name, amount and number."""

    word: str
    amount: str
    digits: str

    @property
    def email(self) -> str:
        return f"owner@{self.word.lower()}.example"


def fill(books: Books, look: Look) -> dict[str, str]:
    """Make them; the ids that stand in URLs, by parameter. Inside the company's transaction."""
    _name(books, look)
    posted = factories.posted(books, **_values(look, "01"))
    case = factories.parked(books, **_values(look, "02"), case_evidence={"note": look.word})
    _secrets(books)
    behind_agent = _agent(books, look)
    _events(books, look)
    _versions(books, look)
    layout = _changed_tables(books, look)
    past_days = factories.polled(
        books.paytrace, name=f"{look.word} before go-live", amount=look.amount, by=look.email
    )
    quiet = factories.paytrace_account(
        books.environment, name=f"{look.word} quiet", posts_to=books.sage
    )
    entry = _worksheet(books, look)
    _open_items(books, look)
    key = _programs(books, look)
    asked = _asked(books, look)
    paused, halted = _stopped(books, look)
    provider = factories.disputes_provider(books.paytrace, name=f"{look.word} acquirer")
    keep_secrets(connection_id=provider.id, values={"api_key": "s3cret"})
    disputed = factories.parked(
        books, **_values(look, "03"), kind="chargeback", code="disputed_payment_not_found"
    )
    ContestDeadline.objects.create(
        connection=books.paytrace, transaction_id=f"CB-{look.word}", respond_by=_DAY,
        seen_by="person", told_by=look.email,
    )  # fmt: skip
    deposit = GatewayBatch.objects.create(
        connection=books.paytrace, method="ach", number=f"D-{look.word}", settled_on=_DAY,
        settled_at=timezone.now(), transaction_count=1, net=Decimal(look.amount), currency="USD",
    )  # fmt: skip
    DepositPart.objects.create(
        deposit=deposit, transaction_id=posted.transaction_id, kind="sale",
        amount=Decimal(look.amount), currency="USD",
    )  # fmt: skip
    HoldLook.objects.create(
        connection=books.paytrace, transaction_id=f"H-{look.word}", is_listed=False
    )
    FlaggedLook.objects.create(company=books.sage)
    held = factories.hold(
        books, amount=Decimal(look.amount), transaction_id=f"{look.digits}07",
        customer_name=f"{look.word} Tools Inc.", invoice_reference=f"{look.word}-10433",
    )  # fmt: skip
    HeldAmount.objects.create(
        connection=books.paytrace, transaction_id=held.transaction_id,
        amount=Decimal(look.amount), currency="USD", seen_by="sync",
    )  # fmt: skip
    return {
        "hold_id": str(held.id),
        "effect_id": str(posted.id),
        "payment": posted.transaction_id,
        "paid": look.amount,
        "case_id": str(case.id),
        "connection_id": str(books.paytrace.id),
        "sage_id": str(books.sage.id),
        "agent_company_id": str(behind_agent.id),
        "paused_id": str(paused.id),
        "backfill_id": str(past_days.id),
        "gateway_batch_id": str(deposit.id),
        "quiet_id": str(quiet.id),
        "halted_id": str(halted.id),
        "disputes_id": str(provider.id),
        "disputed_case_id": str(disputed.id),
        "environment": str(books.environment.id),
        "key_id": str(key.id),
        "payments/id": str(posted.id),
        "exceptions/id": str(case.id),
        "connections/id": str(books.paytrace.id),
        "layout": str(layout.id),
        "entry": str(entry.id),
        **asked,
    }


def _asked(books: Books, look: Look) -> dict[str, str]:
    """What PayTrace was asked: one that waits for approval, one nobody knows the end of, plans."""
    waiting = factories.instructed(books, word=look.word, amount=look.amount, by=look.email)
    # API v1 offers every call there is.
    books.paytrace.settings = {**books.paytrace.settings, "api_version": "v1"}
    books.paytrace.save(update_fields=["settings"])
    place = {"environment": books.environment, "connection": books.paytrace}
    # One that no plan charges, so that it can be forgotten.
    method = StoredPaymentMethod.objects.create(
        **place, vault_id=f"{look.word}-2", customer_number=look.word[:6].upper(),
        last_four="0057", stored_by=look.email,
    )  # fmt: skip
    plans = [
        RecurringPlan.objects.create(
            **place, recurrence_id=f"{look.word}-{state}", customer_number=look.word[:6].upper(),
            vault_id=look.word, amount=Decimal(look.amount), currency="USD", frequency="3",
            counts_from=date(2099, 1, 31), state=state,
        )
        for state in ("active", "paused")
    ]  # fmt: skip
    wish = Wish(Kind.CHARGE, amount=Money(Decimal("1.00"), "USD"), vault_id=look.word)
    unknown = Instruction.objects.create(
        **place, kind=wish.kind, idempotency_key=f"{look.word}-lost", origin="api",
        asked_by=look.email, asked_on=_DAY, request=wish.as_json(), request_hash=wish.digest,
        vault_id=look.word, state="unknown",
    )  # fmt: skip
    failed = factories.failed_run(books, plans[0], **_values(look, "03"))
    InstructionAttempt.objects.create(
        instruction=unknown, number=1, fence=1, invoice_id=f"{look.digits}-lost", gateway_day=_DAY
    )
    return {
        **_linked(books, look, unknown),
        "instruction_id": str(waiting.id),
        "instructions/id": str(waiting.id),
        "unknown_id": str(unknown.id),
        "plan_id": str(plans[0].id),
        "paused_plan_id": str(plans[1].id),
        "failed_run_id": str(failed.id),
        "method_id": str(method.id),
    }


def _linked(books: Books, look: Look, asked: Instruction) -> dict[str, str]:
    """The open link, and the token of one that was paid: its page asks nobody at PayTrace."""
    opened = PaymentLink.objects.get(environment=books.environment)
    new = NewLink(look.word[:6].upper(), Money(Decimal(look.amount), "USD"), description=look.word)
    paid = links.make(
        new, environment_id=books.environment.id, connection_id=books.paytrace.id,
        idempotency_key=f"{look.word}-paid", who=Who(look.email),
    )  # fmt: skip
    PaymentLink.objects.filter(id=paid.id).update(state="paid", instruction=asked)
    return {
        "link_id": str(opened.id),
        "payment-links/id": str(opened.id),
        "pay_token": links.tokens_of([paid])[paid.id].reveal(),
    }


def _values(look: Look, ending: str) -> dict[str, Any]:
    return {
        "amount": Decimal(look.amount),
        "transaction_id": f"{look.digits}{ending}",
        "customer_name": f"{look.word} Tools Inc.",
        "customer_number": look.word[:6].upper(),
        "invoice_reference": f"{look.word}-10432",
    }


def _name(books: Books, look: Look) -> None:
    for connection in (books.paytrace, books.sage):
        connection.name = f"{look.word} {connection.kind}"
        connection.save(update_fields=["name"])
    GLAccount.objects.filter(company=books.sage).update(description=f"{look.word} account")


def _open_items(books: Books, look: Look) -> None:
    OpenItemsCopy.objects.create(
        company=books.sage, complete_as_of=timezone.now(), items=1, sentence=look.word
    )
    OpenItem.objects.create(
        company=books.sage, leaf=1, customer_number=look.word[:6].upper(),
        number=f"{look.digits}9", amount=Decimal(look.amount), balance=Decimal(look.amount),
        currency="USD",
    )  # fmt: skip


def _secrets(books: Books) -> None:
    keep_secrets(
        connection_id=books.paytrace.id, values={"username": "api-user", "password": "s3cret"}
    )
    keep_secrets(connection_id=books.sage.id, values={"dsn": "postgresql://u:p@h/d"})
    new_notice_address(connection_id=books.paytrace.id, actor="alice")
    site_tests.keep(books.sage, factories.PROVED, actor="alice")
    AccessToken.objects.create(
        connection=books.paytrace, ciphertext=b"x", key_version=1, expires_at=timezone.now()
    )


def _agent(books: Books, look: Look) -> Connection:
    """A company behind an agent, with a job it has not answered."""
    now = timezone.now()
    connection = companies.create_company(
        environment_id=books.environment.id,
        name=f"{look.word} behind an agent",
        company_number="03",
        profile=sample_profile().as_json(),
        actor=look.email,
    )
    agent = Agent.objects.create(
        connection=connection, epoch=1, host=f"{look.word}-pc", paired_by=look.email,
        paired_at=now, last_seen_at=now, last_sequence=1,
    )  # fmt: skip
    keep_secrets(connection_id=connection.id, values={pairing.JOB_KEY: "00" * 32})
    AgentJob.objects.create(
        agent=agent, connection=connection, sequence=1, name="customer", subject=look.digits,
        about=[look.digits], body="{}", signature="0", created_at=now, expires_at=now,
    )  # fmt: skip
    pairing.new_code(connection_id=connection.id, actor=look.email, now=now)
    _copy_chart(books.sage, connection)
    return connection


def _events(books: Books, look: Look) -> None:
    notice = InboundNotice.objects.create(
        connection=books.paytrace,
        source="signed",
        body=b"{}",
        body_length=2,
        body_hmac=b"\x01" * 32,
        transaction_id=f"{look.digits}01",
    )
    NoticeKey.objects.create(connection=books.paytrace, key=b"\x02" * 32)
    NoticeRefusal.objects.create(connection=books.paytrace, day=_DAY, reason="no_match", count=2)
    SyncRun.objects.create(
        connection=books.paytrace,
        state="done",
        first_day=_DAY,
        last_day=_DAY,
        sentence=f"{look.word} was read.",
    )
    Watermark.objects.create(connection=books.paytrace, complete_up_to=timezone.now())
    ConnectionTest.objects.create(
        connection=books.paytrace,
        requested_by=look.email,
        state="passed",
        finished_at=timezone.now(),
        findings=[{"label": "Sign in", "ok": True, "sentence": f"{look.word} signed in."}],
    )
    tenant_id = books.tenant.id
    DueNotice.objects.create(
        tenant_id=tenant_id, connection_id=books.paytrace.id, notice_id=notice.id
    )
    DueWork.objects.create(kind=WorkKind.POLL, tenant_id=tenant_id, subject_id=books.paytrace.id)
    Alert.objects.create(
        environment=books.environment, kind="sage.offline", subject_key="x", sentence=look.word
    )


def _versions(books: Books, look: Look) -> None:
    environment_id, actor = books.environment.id, look.email
    profiles.keep_first(books.sage, actor=actor)
    older = {**books.sage.settings["profile"], "user_code": look.word[:4]}
    profiles.put_in_force(books.sage, older, actor=actor, note=look.word, origin="edited")
    rows = mappings.in_force(environment_id).rows
    mapping.publish(environment_id=environment_id, rows=rows, actor=actor, note=look.word)
    accounting.publish_rules(
        environment_id=environment_id, rules=RULES, actor=actor, note=look.word
    )
    steps = workflow_versions.in_force(environment_id).steps
    workflows.publish(environment_id=environment_id, steps=steps, actor=actor)


def _changed_tables(books: Books, look: Look) -> TableLayout:
    Connection.objects.filter(pk=books.sage.pk).update(state=Connection.State.CONNECTED)
    books.sage.refresh_from_db()
    calibration = Calibration.objects.create(connection=books.sage, started_by=look.email)
    CalibrationStep.objects.create(
        calibration=calibration, transaction="full", state="failed", sentence=look.word
    )
    return TableLayout.objects.create(
        connection=books.sage, fingerprint="0" * 64, tables={look.word.lower(): {}}
    )


def _worksheet(books: Books, look: Look) -> WorksheetEntry:
    books.sage.settings = {**books.sage.settings, "way": "assisted"}
    books.sage.save(update_fields=["settings"])
    # Switched on while Tieout still posted there by itself.
    books.paytrace.settings = {**books.paytrace.settings, "takes_flagged_rows": True}
    books.paytrace.save(update_fields=["settings"])
    request = PostingRequest(
        effect_key=f"{look.word}:1",
        marker=f"PT{look.digits}"[:10],
        kind=PostingKind.ON_ACCOUNT,
        customer_number=look.word[:6].upper(),
        amount=Money(Decimal(look.amount), "USD"),
        accounting_date=_DAY,
    )
    return worksheet.enter(request, company_id=books.sage.id)


def _programs(books: Books, look: Look) -> ApiKey:
    key, _ = tenants.create_api_key(
        environment_id=books.environment.id,
        name=f"{look.word} shop",
        scopes=["payments:read"],
        created_by=books.owner,
    )
    ApiAnswer.objects.create(
        api_key=key, idempotency_key=look.word, request_hash=b"\x03" * 32, status=200, answer={}
    )
    return key


def _stopped(books: Books, look: Look) -> tuple[Connection, Connection]:
    paused = factories.paytrace_account(
        books.environment, name=f"{look.word} paused", paused_at=timezone.now(), paused_reason="x"
    )
    halted = factories.sage_company(
        books.environment, name=f"{look.word} halted", halted_at=timezone.now(), halted_reason="x"
    )
    _copy_chart(books.sage, halted)
    return paused, halted


def _copy_chart(source: Connection, company: Connection) -> None:
    """Rules are published for every company of an environment, so each has the accounts."""
    for account in GLAccount.objects.filter(company=source):
        GLAccount.objects.create(
            company=company, number=account.number, description=account.description
        )
