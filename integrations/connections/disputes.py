"""Disputes providers of PayTrace accounts: connecting one, its client, and testing it.

Inside the open company's transaction where a person acts; raises NotPossible with the field at
fault. A client is made and used outside of transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings as portal_settings
from django.db import connection as database

from integrations.canonical.errors import FixConfiguration, IntegrationError
from integrations.connections import addresses, forms
from integrations.connections.clients import Opened
from integrations.connections.findings import Findings
from integrations.connections.guarded_http import guarded_session
from integrations.connections.models import Connection
from integrations.connections.rows import locked_connection, record_change, start_over
from integrations.connections.secrets import keep_secrets
from integrations.disputes.provider import DisputesProvider
from integrations.disputes.registry import ADDRESS, KINDS, Access, Kind
from tenants.errors import NotPossible

# Seconds for one page, which a worker waits for with its lease on the drain.
_PATIENCE = 25.0
_MOST_BYTES = 4_000_000


def create(
    *,
    environment_id: UUID,
    name: str,
    provider: str,
    account_id: UUID,
    given: Mapping[str, str],
    actor: str,
) -> Connection:
    """A disputes provider of one PayTrace account, not tested yet. `given` is what it needs, by
    name."""
    forms.check_environment(environment_id)
    kind = KINDS.get(provider)
    if kind is None:
        raise NotPossible("Choose a provider from the list.", field="provider")
    accounts = Connection.objects.filter(
        environment_id=environment_id, kind=Connection.Kind.PAYTRACE
    )
    account = accounts.filter(pk=account_id).first()
    if account is None:
        raise NotPossible("Choose a PayTrace account of this environment.", field="account")
    values, secrets = _checked(kind, given)
    connection = Connection.objects.create(
        environment_id=environment_id,
        kind=Connection.Kind.DISPUTES,
        name=forms.check_name(name, environment_id=environment_id, kind=Connection.Kind.DISPUTES),
        tells_of=account,
        settings={"provider": kind.code, **values},
    )
    keep_secrets(connection_id=connection.id, values=secrets)
    record_change("connection.created", connection, actor, kind=connection.kind)
    return connection


def replace_access(*, connection_id: UUID, given: Mapping[str, str], actor: str) -> Connection:
    """Enter address and key anew, and wait for a test. Always both, so that nobody can have the
    stored key sent to an address of their own."""
    connection = locked_connection(connection_id)
    if connection.kind != Connection.Kind.DISPUTES:
        raise NotPossible("Only a disputes provider is connected in this way.")
    values, secrets = _checked(kind_of(connection), given)
    connection.settings = {**connection.settings, **values}
    connection.save(update_fields=["settings"])
    keep_secrets(connection_id=connection.id, values=secrets)
    start_over(connection)
    record_change("connection.credentials_replaced", connection, actor, fields=sorted(secrets))
    return connection


def kind_of(connection: Connection) -> Kind:
    """Which provider it is."""
    return KINDS[str(connection.settings["provider"])]


def of_account(account_id: UUID) -> list[Connection]:
    """The disputes providers that tell of one PayTrace account, by name."""
    return list(Connection.objects.filter(tells_of_id=account_id).order_by("name"))


def provider_with(opened: Opened) -> DisputesProvider:
    """A client of its own, to be closed. May look the host's name up.

    Raises FixConfiguration when a setting or secret keeps it from being made.
    """
    if database.in_atomic_block:
        raise RuntimeError("Clients talk to the network; leave the transaction first.")
    kind = KINDS[str(opened.settings["provider"])]
    url = str(opened.settings[ADDRESS])
    addresses.check_web_address(url, whose=_WHOSE)
    may_loop = bool(portal_settings.ALLOW_LOOPBACK_CONNECTIONS)
    if not may_loop:
        addresses.resolve_public(addresses.name_of(url), field=ADDRESS)
    return kind.connect(
        Access(
            account=str(opened.settings["merchant_id"]),
            values={
                need.name: str(opened.settings[need.name])
                for need in kind.needs
                if not need.is_secret
            },
            secrets={
                need.name: opened.secret(need.name).reveal()
                for need in kind.needs
                if need.is_secret
            },
            session=guarded_session(
                allow_loopback=may_loop, total_seconds=_PATIENCE, most_bytes=_MOST_BYTES
            ),
        )
    )


def check_disputes(opened: Opened, findings: Findings, *, now: datetime) -> dict[str, Any]:
    """Ask for the newest page of cases, once. Raises what the provider raises, as a finding."""
    host = addresses.host_of(str(opened.settings[ADDRESS]))
    try:
        provider = provider_with(opened)
        try:
            provider.check()
        finally:
            provider.close()
    except IntegrationError as error:
        findings.add("Read cases", f"{error.sentence} {error.remedy}".strip(), ok=False)
        raise
    account = opened.settings["merchant_id"]
    findings.add(
        "Read cases",
        f"The provider at {host} accepted the key and tells cases of merchant account {account}.",
        ok=True,
    )
    return {"cases": {"available": True, "sentence": f"Read on {now:%Y-%m-%d}."}}


_WHOSE = "disputes provider"


def _checked(kind: Kind, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What may be shown and what is secret, each checked. Raises NotPossible."""
    values: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for need in kind.needs:
        text = forms.check_secret(given.get(need.name, ""), field=need.name, label=need.label)
        if need.name == ADDRESS:
            text = _address(text)
        (secrets if need.is_secret else values)[need.name] = text
    return values, secrets


def _address(text: str) -> str:
    url = text.rstrip("/")
    try:
        addresses.check_web_address(url, whose=_WHOSE)
    except FixConfiguration as error:
        raise NotPossible(error.sentence, field=ADDRESS) from None
    return url
