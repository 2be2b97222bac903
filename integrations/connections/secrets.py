"""Sealed secrets of a connection: written by the browser, opened by workers.

Each is encrypted with the company's data key and bound to company, connection and field, so a
ciphertext copied into another row does not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from integrations.canonical.errors import FixConfiguration
from integrations.connections.models import ConnectionSecret
from tenants.keys import CannotOpen, MasterKeyMissing, Sealed, Secret, seal, unseal


def keep_secrets(*, connection_id: UUID, values: Mapping[str, str]) -> None:
    """Seal these values under their field names; a former value of a field is replaced."""
    for field, value in values.items():
        sealed = seal(value, connection_id=connection_id, field_name=field)
        ConnectionSecret.objects.update_or_create(
            connection_id=connection_id,
            field=field,
            defaults={
                "ciphertext": sealed.ciphertext,
                "key_version": sealed.key_version,
                "changed_at": Now(),
            },
        )


def open_secrets(*, connection_id: UUID) -> dict[str, Secret]:
    """The connection's secrets by field name. For workers and the intake only.

    Raises FixConfiguration naming the field that does not open: its row was tampered with, or
    its key is gone.
    """
    rows = ConnectionSecret.objects.filter(connection_id=connection_id)
    return {row.field: open_secret(row) for row in rows}


def open_secret(row: ConnectionSecret) -> Secret:
    """The value of one sealed row. Raises FixConfiguration when it does not open."""
    sealed = Sealed(bytes(row.ciphertext), row.key_version)
    try:
        return unseal(sealed, connection_id=row.connection_id, field_name=row.field)
    except CannotOpen:
        raise FixConfiguration(
            "A stored secret of this connection cannot be opened any more.",
            code="connection.secret_unreadable",
            field=row.field,
            remedy="Enter it again on the connection's page.",
        ) from None
    except MasterKeyMissing:
        raise FixConfiguration(
            "The key that protects this connection's secrets is not installed here.",
            code="connection.key_missing",
            field=row.field,
            remedy="Ask the administrator of this portal to put the former master key back.",
        ) from None


def secret_fields(*, connection_id: UUID) -> dict[str, datetime]:
    """Which secrets are set, and since when; never what they are."""
    rows = ConnectionSecret.objects.filter(connection_id=connection_id).order_by("field")
    return dict(rows.values_list("field", "changed_at"))
