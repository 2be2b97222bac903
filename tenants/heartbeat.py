"""Signs of life of background processes, on the database's clock."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection


def beat(name: str) -> None:
    """Say that the process called `name` is alive now. Safe inside and outside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tenants_heartbeat (name, beat_at) VALUES (%s, clock_timestamp())
            ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at
            """,
            [name],
        )


def age(name: str) -> timedelta | None:
    """How long ago `name` last beat; None when it never did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp() - beat_at FROM tenants_heartbeat WHERE name = %s", [name]
        )
        row = cursor.fetchone()
    return row[0] if row else None
