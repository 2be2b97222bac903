"""What a connection that waits for a credential means, in words people can act on."""

from __future__ import annotations

from integrations.connections.models import Connection

_PAYTRACE = (
    "Tieout does not sign in again by itself, because PayTrace locks a user after four failures. "
    "Meanwhile no new payment is looked for. Nothing is lost: once a test passes, everything "
    "since then is found by itself."
)
_SAGE = (
    "Nothing is posted until a test passes. Nothing is lost: payments wait and are posted by "
    "themselves afterwards."
)
_DISPUTES = (
    "Tieout does not try the key again by itself. Meanwhile no case is looked for; letters and "
    "files can still be entered. Nothing is lost: once a test passes, everything since then is "
    "found by itself."
)
_WORDS = {
    Connection.Kind.PAYTRACE: _PAYTRACE,
    Connection.Kind.SAGEPRO: _SAGE,
    Connection.Kind.DISPUTES: _DISPUTES,
}


def waiting_words(connection: Connection) -> str:
    """What stands still and how it goes on; empty unless the sign-in was refused."""
    if connection.state != Connection.State.WAITING_CREDENTIAL:
        return ""
    return _WORDS[Connection.Kind(connection.kind)]
