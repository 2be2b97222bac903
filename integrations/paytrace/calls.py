"""Every authorized call: a live token, one fresh one when it is refused, and never a loop."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.paytrace.http import Call, Reply, Transport
from integrations.paytrace.results import Token
from integrations.paytrace.tokens import TokenSource


class Caller:
    """Sends calls in one user's name.

    A refused token is discarded. A read is replayed once with a fresh one; a call that moves
    money is not replayed: PayTrace has done nothing, and the caller decides.
    """

    def __init__(
        self, *, transport: Transport, tokens: TokenSource, log_in: Callable[[], Token]
    ) -> None:
        self._transport = transport
        self._tokens = tokens
        self._log_in = log_in

    def send(self, call: Call) -> Reply:
        """The reply. Raises what Transport and `log_in` raise; FixConfiguration when PayTrace
        refuses a token it has just given; TryLater when a money call met a spent token."""
        token = self._tokens.token(self._log_in)
        reply = self._transport.send(call, token=token)
        if not reply.is_token_refused:
            return reply
        self._tokens.discard(token)
        if call.moves_money:
            raise TryLater(
                "PayTrace asked for a new login; nothing was done.", code="paytrace.token_expired"
            )
        return self._replay(call)

    def stream(self, call: Call) -> Generator[Any, None, Reply]:
        """The rows of a read as they arrive, then its reply without them. Raises as `send`."""
        token = self._tokens.token(self._log_in)
        reply = yield from self._transport.stream(call, token=token)
        if not reply.is_token_refused:
            return reply
        # Nothing was handed out: what is refused holds no rows.
        self._tokens.discard(token)
        token = self._tokens.token(self._log_in)
        return self._accepted((yield from self._transport.stream(call, token=token)), token)

    def _replay(self, call: Call) -> Reply:
        token = self._tokens.token(self._log_in)
        return self._accepted(self._transport.send(call, token=token), token)

    def _accepted(self, reply: Reply, token: str) -> Reply:
        if reply.is_token_refused:
            self._tokens.discard(token)
            raise FixConfiguration(
                "PayTrace logs this user in and then refuses it.",
                code="paytrace.token_refused",
                remedy="Check in PayTrace that the user may use the API.",
            )
        return reply
