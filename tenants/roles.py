"""Who may do what in a company."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ACCOUNTANT = "accountant", "Accountant"
    APPROVER = "approver", "Approver"
    IT = "it", "IT administrator"
    VIEWER = "viewer", "Viewer"


class Ability(StrEnum):
    """One thing a person can be allowed to do."""

    VIEW = "view"
    CLEAR_EXCEPTIONS = "clear_exceptions"
    CHANGE_RULES = "change_rules"
    MANAGE_CONNECTIONS = "manage_connections"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_KEYS = "manage_keys"
    MOVE_MONEY = "move_money"
    APPROVE_PAYMENTS = "approve_payments"


_ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.OWNER: frozenset(Ability),
    Role.ACCOUNTANT: frozenset(
        {Ability.VIEW, Ability.CLEAR_EXCEPTIONS, Ability.CHANGE_RULES, Ability.MOVE_MONEY}
    ),
    Role.APPROVER: frozenset({Ability.VIEW, Ability.CLEAR_EXCEPTIONS, Ability.APPROVE_PAYMENTS}),
    Role.IT: frozenset({Ability.VIEW, Ability.MANAGE_CONNECTIONS, Ability.MANAGE_KEYS}),
    Role.VIEWER: frozenset({Ability.VIEW}),
}


def may(role: str, ability: Ability) -> bool:
    """Whether this role has this ability; an unknown role has none."""
    return role in Role.values and ability in _ABILITIES[Role(role)]
