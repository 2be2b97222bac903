"""The user and the account over v3. The answer of `user/self` is not published; its fields are
inferred from the user profile's page and read widely."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from integrations.canonical.errors import NeverWorks, TryLater
from integrations.canonical.money import Money
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.account import GatewayUser, UserKind
from integrations.paytrace.ceilings import ceilings_capability, user_capability
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.moments import write_date
from integrations.paytrace.probes import offered, probe
from integrations.paytrace.record_fields import amount_of, day_of, text_of
from integrations.paytrace.results import Capabilities
from integrations.paytrace.settings import Secret
from integrations.paytrace.v3.cards import NO_SETTLE
from integrations.paytrace.v3.speaker import Json, Speaker, data_of

_KINDS = {"api": UserKind.API, "web": UserKind.WEB}


class V3Account:
    """See Account for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def capabilities(self) -> Capabilities:
        ask = self._speaker.read
        merchant = self._speaker.settings.merchant_id
        return Capabilities(
            (
                probe("cards", self._ask_for_today, what="read card payments"),
                probe("batches", lambda: ask(at.ONE_BATCH), what="read batches"),
                probe(
                    "customers",
                    lambda: ask(at.CUSTOMER_LIST, limit=1),
                    what="read stored customers",
                ),
                probe(
                    "refunds",
                    lambda: ask(at.REFUNDABLE, merchant, limit=1),
                    what="see which payments can be refunded",
                ),
                probe("ach", lambda: ask(at.ACH_LIST, limit=1), what="read ACH payments"),
                ceilings_capability(self.user),
                user_capability(self.user),
                offered("settle", NO_SETTLE, is_available=False),
            )
        )

    def user(self) -> GatewayUser:
        said = data_of(self._speaker.read(at.USER))
        return GatewayUser(
            username=text_of(said, "username", "user_name"),
            kind=_KINDS.get(text_of(said, "user_type", "type").lower(), UserKind.UNKNOWN),
            password_expires_on=self._day(said, "password_expires", "password_expiration_date"),
            sale_ceiling=self._ceiling(said, "sale_ceiling", "sale_limit"),
            refund_ceiling=self._ceiling(said, "refund_ceiling", "refund_limit"),
        )

    def client_key(self) -> Secret:
        key = data_of(self._speaker.read(at.CLIENT_KEY)).get("clientKey")
        if not isinstance(key, str) or not key:
            raise TryLater("PayTrace gave no key for its card form.", code="paytrace.no_client_key")
        return Secret(key)

    def change_password(self, new_password: Secret) -> None:
        self._speaker.done(
            at.PASSWORD,
            ResponseCode.PASSWORD_UPDATED,
            password=self._speaker.settings.password.reveal(),
            new_password=new_password.reveal(),
        )

    def _ask_for_today(self) -> object:
        today = write_date(datetime.now(self._speaker.reading.zone).date())
        return self._speaker.read(at.EXPORT_BY_DAYS, start_date=today, end_date=today)

    def _day(self, said: Json, *names: str) -> date | None:
        name = _named(said, names)
        return day_of(said, name, self._speaker.reading) if name else None

    def _ceiling(self, said: Json, *names: str) -> Money | None:
        """An amount; None for nothing said, and for a text that is no amount."""
        name = _named(said, names)
        try:
            return amount_of(said, self._speaker.reading, name) if name else None
        except NeverWorks:
            return None


def _named(said: Json, names: tuple[str, ...]) -> Any:
    return next((name for name in names if text_of(said, name)), "")
