"""Whose it is: people, companies, environments, and the directory that is read before a
tenant is known.

Directory tables (no row-level security; they hold ids, hashes and roles, never money):
User, Tenant, Membership, Invitation, ApiKey, HookToken, AgentToken, PayToken, DueWork, DueNotice,
LoginCounter, UnknownTokenCount, ApiUse, Heartbeat. Everything else derives from TenantModel.
"""

from tenants.models.doors import (
    AgentToken,
    ApiKey,
    ApiUse,
    HookToken,
    LoginCounter,
    PayToken,
    UnknownTokenCount,
)
from tenants.models.owned import ApiAnswer, AuditEvent, DataKey, Environment
from tenants.models.people import Invitation, Membership, Tenant, User, UserManager
from tenants.models.work import DueNotice, DueWork, Heartbeat, WorkKind

__all__ = [
    "AgentToken",
    "ApiAnswer",
    "ApiKey",
    "ApiUse",
    "AuditEvent",
    "DataKey",
    "DueNotice",
    "DueWork",
    "Environment",
    "Heartbeat",
    "HookToken",
    "Invitation",
    "LoginCounter",
    "Membership",
    "PayToken",
    "Tenant",
    "UnknownTokenCount",
    "User",
    "UserManager",
    "WorkKind",
]
