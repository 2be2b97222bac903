"""Keeping the chart of accounts, and publishing GL rules. Inside the open company's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Now

from integrations.accounting.models import GLAccount as StoredAccount
from integrations.accounting.models import GLRuleVersion
from integrations.accounting.queries import accounts as accounts_of
from integrations.accounting.rule_checks import validate
from integrations.accounting.rule_json import to_json
from integrations.accounting.rules import GLRule
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.problems import Problem, Unpublishable
from integrations.connections.queries import sage_companies
from integrations.connections.waking import wake_companies
from tenants.scope import current_tenant_id
from tenants.versions import publish_next


def publish_rules(
    *, environment_id: UUID, rules: Sequence[GLRule], actor: str, note: str = ""
) -> GLRuleVersion:
    """Make these the rules in force for payments from now on, and try again what waited.

    Raises Unpublishable when a rule could not work, or names an account that is not an active
    one of every Sage company of the environment.
    """
    problems = _problems(environment_id, rules)
    if problems:
        raise Unpublishable(problems)
    version = publish_next(
        GLRuleVersion,
        "gl_rules.published",
        environment_id=environment_id,
        actor=actor,
        rules=to_json(rules),
        note=note.strip()[:300],
    )
    wake_companies(environment_id)
    return version


def refresh_accounts(*, company_id: UUID, accounts: Sequence[GLAccount]) -> None:
    """Keep the chart as Sage has it now. An account that is gone stays, marked inactive."""
    numbers = [account.number for account in accounts]
    gone = StoredAccount.objects.filter(company_id=company_id, is_active=True)
    gone.exclude(number__in=numbers).update(is_active=False, read_at=Now())
    rows = [
        StoredAccount(
            tenant_id=current_tenant_id(),
            company_id=company_id,
            number=account.number[:24],
            description=account.description[:60],
            is_active=account.is_active,
            read_at=Now(),
        )
        for account in accounts
    ]
    StoredAccount.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["tenant", "company", "number"],
        update_fields=["description", "is_active", "read_at"],
    )


def _problems(environment_id: UUID, rules: Sequence[GLRule]) -> list[Problem]:
    charts = [accounts_of(company.id) for company in sage_companies(environment_id)]
    if not any(charts):
        return [
            Problem(
                "",
                "The chart of accounts has not been read from Sage yet.",
                remedy="Test the Sage Pro connection, then publish.",
            )
        ]
    found = [problem for chart in charts for problem in validate(rules, accounts=chart)]
    return list(dict.fromkeys(found))
