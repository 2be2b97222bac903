"""Everything a person does to a connection. Inside the open company's transaction; no network.

Raises NotPossible with a sentence, and the field at fault, for whatever cannot be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from integrations.connections import folders, forms, logins, profiles
from integrations.connections.agents.pairing import WAY
from integrations.connections.asking import have_reset_password, request_test
from integrations.connections.authorities import FIELD, read_authority
from integrations.connections.errors import NeedsConfirmation
from integrations.connections.models import Connection
from integrations.connections.notices import NoticeAddress, new_notice_address
from integrations.connections.passwords import USER_KIND
from integrations.connections.rows import locked_connection, record_change, start_over
from integrations.connections.secrets import keep_secrets
from integrations.connections.waking import wake
from tenants.errors import NotPossible

__all__ = [
    "NeedsConfirmation",
    "NoticeAddress",
    "create_paytrace",
    "create_sagepro",
    "have_reset_password",
    "lift_halt",
    "new_notice_address",
    "pause",
    "replace_address",
    "replace_authority",
    "replace_secrets",
    "request_test",
    "resume",
    "update_settings",
]

_SECRET_LABELS = {
    Connection.Kind.PAYTRACE: {"username": "user name", "password": "password"},
    Connection.Kind.SAGEPRO: {"dsn": "database address"},
}


def create_paytrace(
    *,
    environment_id: UUID,
    name: str,
    api_version: str,
    gateway_environment: str,
    base_url: str,
    username: str,
    password: str,
    merchant_id: str,
    zone: str,
    currency: str,
    posts_to_id: UUID | None,
    actor: str,
) -> Connection:
    """A PayTrace account, not tested yet. An empty `base_url` is PayTrace's documented host.

    For v3 `username` and `password` are the client id and secret. `zone` is an IANA name, the
    zone of the account's dates; `currency` an ISO code.
    """
    forms.check_environment(environment_id)
    address = forms.gateway_address(
        environment_id=environment_id,
        api_version=api_version,
        gateway_environment=gateway_environment,
        base_url=base_url,
    )
    secrets = _checked(Connection.Kind.PAYTRACE, {"username": username, "password": password})
    connection = Connection.objects.create(
        environment_id=environment_id,
        kind=Connection.Kind.PAYTRACE,
        name=forms.check_name(name, environment_id=environment_id, kind=Connection.Kind.PAYTRACE),
        posts_to_id=forms.check_posts_to(posts_to_id, environment_id=environment_id),
        settings={
            **_address_settings(address, username=secrets["username"]),
            "merchant_id": forms.check_merchant(
                merchant_id, environment_id=environment_id, base_url=address.base_url
            ),
            "zone": forms.check_zone(zone),
            "currency": forms.check_currency(currency),
        },
    )
    keep_secrets(connection_id=connection.id, values=secrets)
    record_change("connection.created", connection, actor, kind=connection.kind)
    return connection


def create_sagepro(
    *,
    environment_id: UUID,
    name: str,
    edition: str = "sql",
    company_number: str,
    dsn: str,
    profile: Mapping[str, Any],
    actor: str,
    authority: bytes = b"",
) -> Connection:
    """A Sage Pro company, not tested yet. `dsn` is `mssql://user:password@host:port/database`;
    `profile` its posting profile as JSON; `authority` the PEM of who vouches for its server."""
    forms.check_environment(environment_id)
    if edition != "sql":
        raise NotPossible("Only the SQL edition is reached by a database.", field="edition")
    address = forms.sage_address(dsn)
    checked = forms.check_profile(profile, edition=edition, company_number=company_number)
    vouched = read_authority(authority, now=timezone.now()).as_setting() if authority else None
    connection = Connection.objects.create(
        environment_id=environment_id,
        kind=Connection.Kind.SAGEPRO,
        name=forms.check_name(name, environment_id=environment_id, kind=Connection.Kind.SAGEPRO),
        settings={
            "edition": edition,
            "company_number": checked["company_number"],
            "profile": checked,
            **address.as_settings,
            **({FIELD: vouched} if vouched else {}),
        },
    )
    profiles.keep_first(connection, actor=actor)
    keep_secrets(connection_id=connection.id, values={"dsn": address.dsn})
    record_change("connection.created", connection, actor, kind=connection.kind)
    return connection


def _merchant(connection: Connection, merchant_id: str) -> str:
    return forms.check_merchant(
        merchant_id,
        environment_id=connection.environment_id,
        base_url=str(connection.settings["base_url"]),
        but=connection.id,
    )


def _first_days(**given: str | None) -> dict[str, str]:
    return {key: forms.check_day(day, field=key) for key, day in given.items() if day is not None}


def update_settings(
    *,
    connection_id: UUID,
    actor: str,
    name: str | None = None,
    merchant_id: str | None = None,
    zone: str | None = None,
    currency: str | None = None,
    posts_to_id: UUID | None = None,
    settle_from: str | None = None,
    deposit_from: str | None = None,
    profile: Mapping[str, Any] | None = None,
) -> Connection:
    """Change what is given and leave the rest. Another merchant id or posting profile sends the
    connection back to *Not tested yet*; the profile becomes a new version. The address changes
    with its secrets only. `settle_from` is the first settlement day whose batches are posted, and
    `deposit_from` the first day whose ACH deposits are, as ISO dates; empty for none."""
    connection = locked_connection(connection_id)
    changes: dict[str, Any] = {}
    if merchant_id is not None:
        changes["merchant_id"] = _merchant(connection, merchant_id)
    if zone is not None:
        changes["zone"] = forms.check_zone(zone)
    if currency is not None:
        changes["currency"] = forms.check_currency(currency)
    changes |= _first_days(settle_from=settle_from, deposit_from=deposit_from)
    place = {"environment_id": connection.environment_id}
    new_name = connection.name
    if name is not None:
        new_name = forms.check_name(name, **place, kind=connection.kind, but=connection.id)
    new_posts_to = forms.check_posts_to(posts_to_id, **place) or connection.posts_to_id
    if profile is not None:
        profiles.put_in_force(
            connection, profile, actor=actor, note="", origin=profiles.Origin.UPLOADED
        )
    before = dict(connection.settings)
    connection.name, connection.posts_to_id = new_name, new_posts_to
    connection.settings = before | changes
    connection.save(update_fields=["name", "posts_to", "settings"])
    changed = sorted(key for key, value in changes.items() if before.get(key) != value)
    if "merchant_id" in changed:
        start_over(connection)
    record_change("connection.settings_changed", connection, actor, changed=changed)
    return connection


def replace_secrets(*, connection_id: UUID, secrets: Mapping[str, str], actor: str) -> Connection:
    """Store new secrets by field name (`username`, `password`; `dsn`) and wait for a test."""
    connection = locked_connection(connection_id)
    if connection.settings.get("way") == WAY:
        raise NotPossible("The secrets of this company stay with the agent on its own network.")
    if connection.settings.get("way") == folders.WAY:
        raise NotPossible("A company in a folder of this server has no secrets to replace.")
    values = _checked(connection.kind, secrets)
    changes: dict[str, Any] = {}
    if "username" in values:
        changes = _user_settings(connection.settings["base_url"], values["username"])
    if "dsn" in values:
        changes = dict(forms.sage_address(values["dsn"]).as_settings)
    _store(connection, changes, values)
    record_change("connection.credentials_replaced", connection, actor, fields=sorted(values))
    return connection


def replace_authority(*, connection_id: UUID, content: bytes, actor: str) -> Connection:
    """Trust who vouches for the company's server from now on, and wait for a test.

    Empty `content` forgets the certificate: then only public authorities are trusted.
    """
    connection = locked_connection(connection_id)
    if connection.kind != Connection.Kind.SAGEPRO:
        raise NotPossible("Only a Sage Pro server has a certificate of its own.", field=FIELD)
    found = read_authority(content, now=timezone.now()) if content else None
    _store(connection, {FIELD: found.as_setting() if found else None}, {})
    record_change(
        "connection.authority_replaced", connection, actor, name=found.name if found else ""
    )
    return connection


def replace_address(
    *,
    connection_id: UUID,
    api_version: str,
    gateway_environment: str,
    base_url: str,
    username: str,
    password: str,
    actor: str,
) -> Connection:
    """Point a PayTrace connection elsewhere. User name and password are entered again, so that
    nobody can have the stored ones sent to an address of their own."""
    connection = locked_connection(connection_id)
    address = forms.gateway_address(
        environment_id=connection.environment_id,
        api_version=api_version,
        gateway_environment=gateway_environment,
        base_url=base_url,
    )
    values = _checked(Connection.Kind.PAYTRACE, {"username": username, "password": password})
    _store(connection, _address_settings(address, username=values["username"]), values)
    record_change("connection.address_replaced", connection, actor, host=address.base_url)
    return connection


def pause(*, connection_id: UUID, reason: str, actor: str) -> None:
    """Stop using the connection until `resume`. Nothing is lost meanwhile."""
    if not reason.strip():
        raise NotPossible("Say why, so that others understand.", field="reason")
    locked_connection(connection_id)
    row = Connection.objects.filter(pk=connection_id, paused_at=None)
    if not row.update(paused_at=Now(), paused_reason=reason.strip()[:300]):
        raise NotPossible("This connection is paused already.")
    record_change(
        "connection.paused", locked_connection(connection_id), actor, reason=reason.strip()[:300]
    )


def resume(*, connection_id: UUID, actor: str) -> None:
    """Use a paused connection again; what waited goes on. Raises NotPossible besides where another
    one reads its merchant's payments meanwhile."""
    paused = locked_connection(connection_id)
    if paused.kind == Connection.Kind.PAYTRACE and paused.paused_at is not None:
        _merchant(paused, str(paused.settings["merchant_id"]))
    row = Connection.objects.filter(pk=connection_id, paused_at__isnull=False)
    if not row.update(paused_at=None, paused_reason=""):
        raise NotPossible("This connection is not paused.")
    connection = locked_connection(connection_id)
    wake(connection)
    record_change("connection.resumed", connection, actor)


def lift_halt(*, connection_id: UUID, actor: str, reason: str) -> None:
    """Let a Sage company be posted to again, after a person has looked at the conflict."""
    if not reason.strip():
        raise NotPossible("Say what you found, so that others understand.", field="reason")
    row = Connection.objects.filter(pk=connection_id, halted_at__isnull=False)
    if not row.update(halted_at=None, halted_reason=""):
        raise NotPossible("Posting to this company is not halted.")
    connection = locked_connection(connection_id)
    wake(connection)
    record_change("connection.halt_lifted", connection, actor, reason=reason.strip()[:500])


def _checked(kind: str, secrets: Mapping[str, str]) -> dict[str, str]:
    labels = _SECRET_LABELS[Connection.Kind(kind)]
    unknown = sorted(set(secrets) - set(labels))
    if unknown or not secrets:
        raise NotPossible("There is no such secret on this connection.")
    return {
        field: forms.check_secret(value, field=field, label=labels[field])
        for field, value in secrets.items()
    }


def _store(connection: Connection, changes: Mapping[str, Any], secrets: dict[str, str]) -> None:
    connection.settings = {**connection.settings, **changes}
    connection.save(update_fields=["settings"])
    keep_secrets(connection_id=connection.id, values=secrets)
    start_over(connection)


def _address_settings(address: forms.GatewayAddress, *, username: str) -> dict[str, Any]:
    return {
        "api_version": address.api_version,
        "gateway_environment": address.gateway_environment,
        "base_url": address.base_url,
        **_user_settings(address.base_url, username),
    }


def _user_settings(base_url: str, username: str) -> dict[str, str]:
    """What may be known of the user without opening the secret: a hint, and whose count it is.
    Which kind of user it is was said of the former one."""
    return {
        USER_KIND: "",
        "username_hint": f"{username[:2]}…{username[-2:]}" if len(username) > 5 else "…",
        "login_key": logins.login_key(base_url=base_url, username=username),
    }
