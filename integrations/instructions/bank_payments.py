"""Bank payments (ACH) can be asked for where their outcome can be followed. Inside the open
company's transaction."""

from __future__ import annotations

from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.instructions.wishes import Wish
from tenants.errors import NotPossible


def check(wish: Wish, connection: Connection) -> None:
    """Raise NotPossible for a bank payment over API v1: it lists none, so the payment would
    never reach Sage, and nobody would learn that a bank took it back."""
    if wish.method is PaymentMethod.ACH and connection.settings.get("api_version") == "v1":
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v1, which tells nothing of a bank payment "
            "once it was taken: it would never reach Sage. Connect the account by API v3 to "
            "charge bank accounts.",
            field="method",
        )
