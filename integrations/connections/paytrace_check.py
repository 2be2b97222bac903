"""Testing a PayTrace account: one login, never more, and then what the user may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from integrations.canonical.errors import FixConfiguration, IntegrationError, NeverWorks, TryLater
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections.addresses import host_of
from integrations.connections.clients import Opened, paytrace_with
from integrations.connections.findings import Findings
from integrations.connections.logins import (
    LOCKS_AFTER,
    Attempt,
    failed_logins,
    guarded_log_in,
)
from integrations.connections.passwords import has_special_characters, latest_end
from integrations.connections.secrets import secret_fields
from integrations.connections.tokens import DatabaseTokens
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.http import Timeouts
from integrations.paytrace.results import Capabilities, Capability, Token
from tenants.scope import tenant_transaction

T = TypeVar("T")
_LABELS = {
    "cards": "Read card payments",
    "batches": "Read batches",
    "customers": "Read stored customers",
    "refunds": "Refund",
    "ach": "Read ACH payments",
    "ceilings": "Ceilings",
    "user": "Kind of user",
    "settle": "Settle on request",
}
# A person waits, and the worker's own time limit must not cut the test off half-way.
_PATIENCE = Timeouts(connect=4.0, read=10.0, total=12.0)
# Said for information: nobody has to mend it where PayTrace does not offer it.
_OPTIONAL = ("settle",)
# Without these nothing can be brought to Sage.
_NEEDED = ("cards",)
_SAME = "Same merchant"
_NOT_PAYTRACE = "Something answers at {host}, but it is not PayTrace's API. Check the address."
_CHARACTERS_WORK = (
    "The password has special characters. It works; PayTrace advises against them in the "
    "passwords of API users, because they are known to break."
)
_CHARACTERS_MAY_BREAK = (
    " This password has special characters, which PayTrace advises against for API users: they "
    "may be why."
)
_WORDS = {
    "paytrace.user_locked": (
        "PayTrace has locked this user, as it does after four failed sign-ins in a row. Reset the "
        "user's password in PayTrace, enter the new one here, then choose ‘I have reset it’."
    ),
    "paytrace.unreachable": (
        "Nothing answers at {host}. Check the address; if it is right, PayTrace is down or this "
        "portal has no way out to it. No sign-in was used up."
    ),
    "connection.host_unknown": (
        "There is no server called {host}. Check the address for a typing error."
    ),
    "paytrace.unreadable_reply": _NOT_PAYTRACE,
    "paytrace.redirected": _NOT_PAYTRACE,
    "paytrace.no_token": _NOT_PAYTRACE,
    "paytrace.unavailable": (
        "PayTrace at {host} is busy or down just now. Test again in a few minutes."
    ),
    "paytrace.no_answer": (
        "PayTrace at {host} did not answer in time. Test again in a few minutes."
    ),
}


def check_paytrace(
    opened: Opened, findings: Findings, *, known: Sequence[GatewayTransaction] = ()
) -> dict[str, Any]:
    """What the user may do, as the connection keeps it. One login attempt at most.

    `known` are payments that came by this connection: a user who is shown none of them is another
    merchant's, and nothing would tell otherwise, for with API v1 the user is the merchant.

    Raises what signing in raises, FixConfiguration when a needed permission is missing or the user
    is another merchant's, and
    TryLater when PayTrace did not answer a needed question; each is a finding by then.
    """
    tokens = OneToken()
    make = partial(paytrace_with, opened, tokens=tokens, timeouts=_PATIENCE)
    client = _told(findings, opened, make)
    try:
        tokens.give(_told(findings, opened, lambda: _sign_in(opened, client)))
        findings.add("Sign in", f"PayTrace at {_host(opened)} accepted the user.", ok=True)
        found = _list(client.capabilities(), findings, opened)
        _check_is_same_account(client, known, findings)
        _warn_of_characters(opened, findings)
        return found
    finally:
        client.close()


def _check_is_same_account(
    client: PayTraceClient, known: Sequence[GatewayTransaction], findings: Findings
) -> None:
    if not known:
        return
    if any(_is_shown(one, client) for one in known):
        findings.add(_SAME, "It shows the payments that came by this connection before.", ok=True)
        return
    first = known[0]
    error = FixConfiguration(
        f"PayTrace shows this user no payment {first.transaction_id} of {first.amount}, which came "
        "by this connection before.",
        code="paytrace.another_account",
        field="username",
        remedy="It seems to be the user of another merchant. Enter one of the same merchant; or "
        "pause this connection and connect the other merchant as one of its own.",
    )
    findings.add(_SAME, f"{error.sentence} {error.remedy}", ok=False)
    raise error


def _is_shown(one: GatewayTransaction, client: PayTraceClient) -> bool:
    try:
        found = client.transaction(one.transaction_id)
    except NeverWorks:
        return False
    return found is not None and found.amount == one.amount


def _list(capabilities: Capabilities, findings: Findings, opened: Opened) -> dict[str, Any]:
    for item in capabilities.items:
        label = _LABELS.get(item.name, item.name)
        ok = None if item.name in _OPTIONAL else item.is_available
        findings.add(label, _said(item, opened), ok=ok)
    _check_needed(capabilities)
    return {item.name: _kept(item) for item in capabilities.items}


def _kept(item: Capability) -> dict[str, Any]:
    kept: dict[str, Any] = {"available": item.is_available, "sentence": item.sentence}
    return kept | {"ends_on": item.ends_on.isoformat()} if item.ends_on else kept


def _said(item: Capability, opened: Opened) -> str:
    """The sentence; where nobody tells web from API users, the last day a web user would have."""
    if item.name != "user" or item.is_available is not None:
        return item.sentence
    with tenant_transaction(opened.tenant_id):
        entered_at = secret_fields(connection_id=opened.connection_id)["password"]
    last_day = latest_end(entered_at, zone=str(opened.settings["zone"]))
    return f"{item.sentence} If it is a web user, its password ends by {last_day} at the latest."


def _warn_of_characters(opened: Opened, findings: Findings) -> None:
    if has_special_characters(opened.secret("password").reveal()):
        findings.add("Password", _CHARACTERS_WORK, ok=None)


class OneToken:
    """A token source that never signs in: it holds the one token of the test."""

    def __init__(self) -> None:
        self._token = ""

    def give(self, token: Token) -> None:
        self._token = token.value

    def token(self, log_in: Callable[[], Token]) -> str:  # noqa: ARG002 never called, on purpose
        """The token of the test. Raises FixConfiguration when PayTrace refused it."""
        if not self._token:
            raise FixConfiguration(
                "PayTrace logs this user in and then refuses it.",
                code="paytrace.token_refused",
                remedy="Check in PayTrace that the user may use the API.",
            )
        return self._token

    def discard(self, token: str) -> None:
        if token == self._token:
            self._token = ""


def _sign_in(opened: Opened, client: PayTraceClient) -> Token:
    attempt = Attempt(opened.tenant_id, opened.connection_id, opened.login_key, by_person=True)
    token = guarded_log_in(attempt, client.log_in)
    DatabaseTokens(opened.tenant_id, opened.connection_id, opened.login_key).keep(token)
    return token


def _told(findings: Findings, opened: Opened, act: Callable[[], T]) -> T:
    """What `act` gives; its failure becomes a finding first."""
    try:
        return act()
    except IntegrationError as error:
        findings.add("Sign in", _sentence(error, opened), ok=False)
        raise


def _sentence(error: IntegrationError, opened: Opened) -> str:
    if error.code == "paytrace.login_refused":
        return _refused_sentence(opened)
    words = _WORDS.get(error.code)
    return words.format(host=_host(opened)) if words else f"{error.sentence} {error.remedy}".strip()


def _refused_sentence(opened: Opened) -> str:
    used = min(failed_logins(opened.login_key), LOCKS_AFTER)
    here = str(opened.settings["gateway_environment"])
    password = opened.secret("password").reveal()
    other = "production" if here == "sandbox" else "sandbox"
    return (
        f"PayTrace refused the user name or password. {used} of {LOCKS_AFTER} failed sign-ins are "
        "used; at four PayTrace locks the user, so Tieout does not try again by itself. Check "
        f"that it is a {here} user: {other} users are refused here in the same way."
        f"{_CHARACTERS_MAY_BREAK if has_special_characters(password) else ''}"
    )


def _check_needed(capabilities: Capabilities) -> None:
    for name in _NEEDED:
        item = capabilities[name]
        if item.is_available is False:
            raise FixConfiguration(
                f"{item.sentence} Without that no payment can be found.",
                code="paytrace.not_permitted",
                remedy="Give the API user this permission in PayTrace under User Profiles.",
            )
        if item.is_available is None:
            raise TryLater(item.sentence, code="paytrace.no_answer")


def _host(opened: Opened) -> str:
    return host_of(str(opened.settings["base_url"]))
