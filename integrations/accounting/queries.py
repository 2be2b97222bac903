"""Reads on GL accounts and rules. Inside the open company's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from integrations.accounting.models import GLAccount as StoredAccount
from integrations.accounting.models import GLRuleVersion
from integrations.accounting.rule_json import from_json
from integrations.accounting.rules import GLRule
from integrations.canonical.ledger_documents import GLAccount


@dataclass(frozen=True)
class InForce:
    """The rules journals are made with now. Version 0 has none: accounts are never guessed."""

    version: int
    rules: tuple[GLRule, ...]


def rules_in_force(environment_id: UUID) -> InForce:
    """The highest published version, or version 0 without rules."""
    found = GLRuleVersion.objects.filter(environment_id=environment_id).first()
    if found is None:
        return InForce(0, ())
    return InForce(found.version, from_json(found.rules))


def accounts(company_id: UUID) -> list[GLAccount]:
    """The company's chart as last read, by number, inactive accounts included and marked."""
    rows = StoredAccount.objects.filter(company_id=company_id).order_by("number")
    return [GLAccount(row.number, row.description, is_active=row.is_active) for row in rows]


def rule_versions(environment_id: UUID) -> list[GLRuleVersion]:
    """Every published version, newest first."""
    return list(GLRuleVersion.objects.filter(environment_id=environment_id))
