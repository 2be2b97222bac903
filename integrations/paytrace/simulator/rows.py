"""The simulator's tables, and the rows that are not transactions or customers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, merchant_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS users (username TEXT PRIMARY KEY, account TEXT NOT NULL,
    password TEXT NOT NULL, permissions TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS customers (number INTEGER PRIMARY KEY, account TEXT NOT NULL,
    customer_id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (account, customer_id));
CREATE TABLE IF NOT EXISTS transactions (id INTEGER PRIMARY KEY, account TEXT NOT NULL,
    created REAL NOT NULL, state TEXT NOT NULL, batch_number INTEGER NOT NULL,
    settled REAL, original_id INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_created ON transactions (account, created);
CREATE INDEX IF NOT EXISTS by_settled ON transactions (account, settled);
CREATE INDEX IF NOT EXISTS by_state ON transactions (state);
CREATE INDEX IF NOT EXISTS by_original ON transactions (original_id);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, username TEXT NOT NULL,
    ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY, kind TEXT NOT NULL,
    path_prefix TEXT NOT NULL, remaining INTEGER NOT NULL, seconds REAL NOT NULL,
    is_performed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS targets (account TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL,
    secret TEXT NOT NULL, PRIMARY KEY (account, kind));
CREATE TABLE IF NOT EXISTS calls (path TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS logins (username TEXT PRIMARY KEY, accepted INTEGER NOT NULL,
    refused INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS profiles (username TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS checks (id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE,
    account TEXT NOT NULL, created REAL NOT NULL, settled REAL, status TEXT NOT NULL,
    idempotency_key TEXT NOT NULL, original_id TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS checks_by_created ON checks (account, created);
CREATE INDEX IF NOT EXISTS checks_by_settled ON checks (account, settled);
CREATE TABLE IF NOT EXISTS plans (id INTEGER PRIMARY KEY, account TEXT NOT NULL,
    customer_id TEXT NOT NULL, next_on TEXT NOT NULL, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hosted (hpf_token TEXT PRIMARY KEY, account TEXT NOT NULL,
    enc_key TEXT NOT NULL, doc TEXT NOT NULL, is_used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS invoices (token TEXT PRIMARY KEY, account TEXT NOT NULL,
    doc TEXT NOT NULL, is_used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS disputes (account TEXT NOT NULL, case_number TEXT NOT NULL,
    changed REAL NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (account, case_number));
CREATE TABLE IF NOT EXISTS dispute_keys (key TEXT PRIMARY KEY, account TEXT NOT NULL);
"""
TABLES = (
    "meta", "accounts", "users", "customers", "transactions", "tokens", "faults", "targets",
    "calls", "logins", "profiles", "checks", "plans", "hosted", "invoices", "disputes",
    "dispute_keys",
)  # fmt: skip


@dataclass(frozen=True)
class User:
    username: str
    account: str
    password: str = field(repr=False)
    permissions: tuple[str, ...]
    """What the user may do; empty means everything."""
    failures: int = 0
    kind: str = "api"
    """api or web; a web user's password ends after 90 days (PayTrace wiki, User Profiles)."""
    password_set_at: datetime | None = None
    sale_ceiling: Decimal | None = None
    refund_ceiling: Decimal | None = None


@dataclass(frozen=True)
class Options:
    """An account's security settings (PayTrace wiki, Security Settings)."""

    duplicate_minutes: int = 0
    """How long the same card, amount, invoice and user count as a duplicate; 0 switches it off."""
    auto_void: bool = False
    """Approvals whose security code does not match are taken back: code 103."""


@dataclass(frozen=True)
class Fault:
    id: int
    kind: str
    seconds: float
    is_performed: bool


@dataclass(frozen=True)
class Target:
    """Where notices of an account go; `kind` is webhook or silent_post."""

    account: str
    kind: str
    url: str
    secret: str = field(repr=False)
