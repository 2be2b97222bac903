"""The simulator's tables, and the rows that are not transactions or customers."""

from __future__ import annotations

from dataclasses import dataclass, field

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
"""
TABLES = (
    "meta", "accounts", "users", "customers", "transactions", "tokens", "faults", "targets",
    "calls", "logins",
)  # fmt: skip


@dataclass(frozen=True)
class User:
    username: str
    account: str
    password: str = field(repr=False)
    permissions: tuple[str, ...]
    """What the user may do; empty means everything."""
    failures: int = 0


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
