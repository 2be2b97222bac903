"""PayTrace's bearer token, shared by all workers: sealed in a row, fetched by one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from integrations.connections.logins import Attempt, guarded_log_in, single_flight
from integrations.connections.models import AccessToken
from integrations.paytrace.results import Token
from tenants.keys import CannotOpen, Sealed, seal, unseal
from tenants.scope import tenant_transaction

# A token this close to its end counts as spent, so that it outlives the call it goes with.
_MARGIN = timedelta(seconds=60)
TOKEN_FIELD = "access_token"  # noqa: S105 a name, not a password
"""What a sealed token is bound to, beside company and connection."""


@dataclass(frozen=True)
class DatabaseTokens:
    """A TokenSource for every worker of every host. Call outside of transactions."""

    tenant_id: UUID
    connection_id: UUID
    login_key: str

    def token(self, log_in: Callable[[], Token]) -> str:
        """The live token, or a new one from at most one login among all workers.

        Raises what `guarded_log_in` raises.
        """
        live = self._live()
        if live:
            return live
        with single_flight(self.login_key):
            # Whoever had the turn before us may have fetched one.
            live = self._live()
            if live:
                return live
            attempt = Attempt(self.tenant_id, self.connection_id, self.login_key)
            token = guarded_log_in(attempt, log_in)
            self.keep(token)
            return token.value

    def keep(self, token: Token) -> None:
        """Share a token that was just given."""
        with tenant_transaction(self.tenant_id):
            sealed = seal(token.value, connection_id=self.connection_id, field_name=TOKEN_FIELD)
            AccessToken.objects.update_or_create(
                connection_id=self.connection_id,
                defaults={
                    "ciphertext": sealed.ciphertext,
                    "key_version": sealed.key_version,
                    "expires_at": timezone.now() + token.lifetime,
                },
            )

    def discard(self, token: str) -> None:
        """Forget this token, unless a newer one has taken its place."""
        with tenant_transaction(self.tenant_id):
            row = (
                AccessToken.objects.select_for_update()
                .filter(connection_id=self.connection_id)
                .first()
            )
            if row is not None and self._open(row) in {token, ""}:
                row.delete()

    def _live(self) -> str:
        with tenant_transaction(self.tenant_id):
            row = AccessToken.objects.filter(
                connection_id=self.connection_id, expires_at__gt=timezone.now() + _MARGIN
            ).first()
            return self._open(row) if row is not None else ""

    def _open(self, row: AccessToken) -> str:
        """The token, or "" when it does not open: a new one replaces it."""
        sealed = Sealed(bytes(row.ciphertext), row.key_version)
        try:
            found = unseal(sealed, connection_id=self.connection_id, field_name=TOKEN_FIELD)
        except CannotOpen:
            return ""
        return found.reveal()
